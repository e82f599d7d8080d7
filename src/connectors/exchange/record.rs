//! An offer as it was last sent to the partner. Changes name only what changed; a document names everything.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Attribute, OfferChange, OfferContent, Word};
use crate::domain::Decimal;
use crate::domain::document::Version;
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;
use crate::platform_xml::{self, Attributes, Images, Offer, Pricelist, Prices, plain};

/// A price as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptPrice {
    /// With the decimals of its currency.
    written: String,
    currency: String,
    gross: bool,
}

/// One offer of the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    version: Version<1>,
    pub(super) sku: String,
    content: Option<OfferContent>,
    price: Option<KeptPrice>,
    quantity: i32,
    /// What Kontor wants, and what it wanted before.
    pub(super) running: bool,
    was_running: bool,
    /// When that changed.
    since: DateTime<Utc>,
}

impl Record {
    /// After a change.
    pub(super) fn after(known: Option<Record>, change: &OfferChange, now: DateTime<Utc>) -> Result<Record, Message> {
        let fresh = || Record {
            version: Version,
            sku: change.sku.clone(),
            content: None,
            price: None,
            quantity: 0,
            running: false,
            was_running: false,
            since: now,
        };
        let mut record = known.unwrap_or_else(fresh);
        let running = change.wanted == Wanted::Running;
        // An offer ends whatever is wrong with its data.
        if running {
            record.take(change)?;
        }
        if record.running != running {
            (record.was_running, record.since) = (record.running, now);
        }
        record.running = running;
        Ok(record)
    }

    fn take(&mut self, change: &OfferChange) -> Result<(), Message> {
        if let Some(content) = &change.content {
            if content.title.trim().is_empty() {
                return Err(channel::title_empty(&self.sku));
            }
            // Where Kontor serves its pictures is no part of the offer.
            self.content = Some(OfferContent { own_address: String::new(), ..content.clone() });
        }
        if let Some(price) = change.price {
            if price.money.amount < Decimal::ZERO {
                return Err(channel::price_negative(price.money.written()));
            }
            let currency = price.money.currency.code().to_owned();
            self.price = Some(KeptPrice { written: price.money.written(), currency, gross: price.gross });
        }
        if let Some(quantity) = change.quantity {
            if quantity.offered < 0 {
                return Err(channel::quantity_invalid(quantity.offered.to_string(), &self.sku));
            }
            self.quantity = quantity.offered;
        }
        match (&self.content, &self.price) {
            (None, _) => Err(channel::title_missing(&self.sku)),
            (_, None) => Err(channel::price_missing(&self.sku)),
            _ => Ok(()),
        }
    }

    /// What the document says of it. `known_at`: when the partner heard of the account's offers before.
    pub(super) fn offer(&self, account: &str, known_at: Option<DateTime<Utc>>) -> Offer {
        let content = self.content.clone().unwrap_or_default();
        let price = self.price.as_ref();
        let written = price.map(|price| price.written.clone()).unwrap_or_default();
        let is_news = known_at.is_none_or(|known_at| self.since > known_at);
        let variant = content.variant.as_ref();
        let list =
            price.map(|price| Pricelist { identifier: "account".to_owned(), external_id: String::new(), price: price.written.clone() });
        Offer {
            title: plain(&content.title),
            item_internal_number: plain(&self.sku),
            item_ean_code: text(content.ean.as_deref()),
            account_name: plain(account),
            price: written.clone(),
            account_price: written,
            prices: Prices { pricelists: list.into_iter().collect() },
            offer_state: word(if is_news { self.was_running } else { self.running }),
            offer_pending_state: word(self.running),
            delivery_time_identifier: text(content.delivery_time.as_deref()),
            variant_parent_identifier: text(variant.map(|variant| variant.parent_title.as_str())),
            variant_parent_internal_item_number: text(variant.map(|variant| variant.parent_sku.as_str())),
            delivery_charge_category_identifier: text(content.delivery_charge.as_deref()),
            currency_code_iso: Some(text(price.map(|price| price.currency.as_str()))),
            price_type_identifier: Some(text(price.map(|price| if price.gross { "gross" } else { "net" }))),
            quantity: Some(if self.running { self.quantity } else { 0 }.to_string()),
            description: Some(plain(&content.description)),
            language_code: Some(plain(&content.language)),
            manufacturer: Some(text(content.manufacturer.as_deref())),
            tax_type_id: Some(if content.tax_type_id == 0 { String::new() } else { content.tax_type_id.to_string() }),
            tax_class: Some(text(content.tax_class.as_deref())),
            weight_in_gram: Some(content.weight_in_gram.map(|weight| weight.to_string()).unwrap_or_default()),
            images: Some(Images { images: content.images.iter().map(|image| plain(image)).collect() }),
            attributes: Some(attributes(&content.attributes)),
            variant_attributes: Some(options(variant.map(|variant| variant.options.as_slice()).unwrap_or_default())),
            ..Offer::default()
        }
    }
}

fn text(text: Option<&str>) -> String {
    text.map(plain).unwrap_or_default()
}

fn word(active: bool) -> String {
    if active { "ACTIVE" } else { "INACTIVE" }.to_owned()
}

fn attributes(attributes: &[Attribute]) -> Attributes {
    let one = |attribute: &Attribute| platform_xml::Attribute {
        name: plain(&attribute.name),
        values: attribute.values.iter().map(|value| plain(&value.name)).collect(),
    };
    Attributes { attributes: attributes.iter().map(one).collect() }
}

fn options(options: &[(Word, Word)]) -> Attributes {
    let one = |(name, value): &(Word, Word)| platform_xml::Attribute { name: plain(&name.name), values: vec![plain(&value.name)] };
    Attributes { attributes: options.iter().map(one).collect() }
}
