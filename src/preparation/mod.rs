//! What an account would show of an item, and why: the effective content of an offer. Pure but for [`load()`] and [`take_over`].
//!
//! [`effective`] is the one place that decides. The dispatcher sends what it says, `explainOffer` shows it.
//!
//! The rules, first that gives a value:
//!
//! | value | from |
//! | --- | --- |
//! | title | the item's `specific_item_data` for the account, `title_rule`, the title text module, the item's name |
//! | description | the template of `specific_item_data`, its text module, the account's template, the account's text module |
//! | price | `specific_item_data`, the first of the account's price lists that has one today (a limited validity before the unlimited one) |
//! | category | the item's own account category, `specific_item_data`, the same of the variant's parent, the mapping of its item group or of the nearest ancestor, the account's default |
//! | texts, pictures | the item's; type by type and slot by slot from its item group and that one's ancestors (`item-calls.md` 1) |
//! | delivery time, shipping cost category | the item's, in the account's words |
//! | manufacturer | the name of the one that the item names |
//! | attributes, options | the item's, as the ERP has defined them, in the account's words (`attributes`) |
//! | tax class | the account's word for the item's tax type |
//! | quantity | stock control: the item's stock, reservations and settings in the account ([`explain()`]) |

mod attributes;
mod definitions;
mod explain;
mod lack;
mod listing;
mod load;
mod platform;
mod references;
mod rules;
mod settings;
mod source;
mod subject;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub(crate) use attributes::attribute_lacks;
pub(crate) use definitions::Definitions;
pub(crate) use explain::{Explanation, Missing, explain};
pub(crate) use lack::Lack;
pub(crate) use listing::{fill_columns, listings_of};
pub(crate) use load::{load, prices_in};
pub(crate) use references::references_of;
pub(crate) use settings::{know_new_accounts, take_over};
pub(crate) use source::{Source, Sourced};

use crate::config::Account;
use crate::connectors::{OfferContent, Price, VariantContent};
use crate::domain::attribute::{self, AttributeSet, VariantProperty};
use crate::domain::item::{Attribute, filled};
use crate::domain::lookup::{DeliveryCharge, DeliveryTime, Manufacturer, Template, TextType};
use crate::domain::price::{Sale, choose, rounded};
use crate::domain::{Currency, Decimal, ItemId, Money};
use crate::store::account_categories::AccountCategoryRow;
use crate::store::categories::CategoryRow;
use crate::store::lookups::LookUpRow;
use crate::store::offers::ItemForOffer;
use crate::store::pricelists::NamedPrice;
use crate::store::prices::PricelistRow;
use subject::Subject;

/// For whom and for when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub account: &'a Account,
    /// Where Kontor serves pictures.
    pub public_url: &'a str,
    /// In the mandator's time zone.
    pub today: NaiveDate,
}

/// What one snapshot of the data says about some items in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The items, and the parents of those.
    pub items: BTreeMap<ItemId, ItemForOffer>,
    /// Their item groups with all ancestors.
    pub groups: BTreeMap<i32, CategoryRow>,
    /// The items' own categories in the account, the main one first.
    pub item_categories: BTreeMap<ItemId, Vec<AccountCategoryRow>>,
    /// The account's categories by the external id of the item group mapped to them.
    pub group_categories: BTreeMap<String, AccountCategoryRow>,
    /// By name, those of the account.
    pub pricelists: BTreeMap<String, KnownPricelist>,
    pub templates: Vec<LookUpRow<Template>>,
    pub text_types: Vec<LookUpRow<TextType>>,
    pub delivery_times: Vec<LookUpRow<DeliveryTime>>,
    pub delivery_charges: Vec<LookUpRow<DeliveryCharge>>,
    pub manufacturers: Vec<LookUpRow<Manufacturer>>,
    pub attributes: Definitions<attribute::Attribute>,
    pub attribute_sets: Definitions<AttributeSet>,
    pub variant_properties: Definitions<VariantProperty>,
}

/// A price list, and the prices of the items in it.
#[derive(Debug, Clone)]
pub(crate) struct KnownPricelist {
    pub list: PricelistRow,
    pub prices: BTreeMap<ItemId, Vec<NamedPrice>>,
}

impl KnownPricelist {
    fn currency(&self) -> Result<Currency, Lack> {
        let list = &self.list;
        let unknown = || Lack::NoCurrency { list: list.identifier.clone(), currency: list.iso_currency.clone() };
        Currency::parse(&list.iso_currency).ok_or_else(unknown)
    }

    /// What an item costs in this list on a day, as it is shown, and the price that says so.
    ///
    /// # Errors
    /// [`Lack::NoCurrency`]: nobody knows how to round it.
    pub(crate) fn price(&self, item_id: ItemId, day: NaiveDate) -> Result<Option<(Money, &NamedPrice)>, Lack> {
        let Some(named) = self.prices.get(&item_id).and_then(|prices| choose(prices, |named| named.dated, day)) else { return Ok(None) };
        let price = Money::new(named.dated.price, self.currency()?);
        Ok(Some((rounded(price, self.list.rounding_id), named)))
    }
}

/// What the account would show, value by value.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    pub title: Result<Sourced<String>, Lack>,
    /// Empty where no rule gives one.
    pub description: Result<Sourced<String>, Lack>,
    pub price: Result<Sourced<Price>, Lack>,
    pub category: Option<Sourced<String>>,
    /// Absolute addresses, first one first.
    pub images: Vec<Sourced<String>>,
    pub ean: Option<Sourced<String>>,
    pub tax_type_id: Sourced<i32>,
    pub tax_class: Option<Sourced<String>>,
    pub weight_in_gram: Option<Decimal>,
    pub language: Sourced<String>,
    /// Where Kontor serves pictures.
    pub own_address: String,
    pub delivery_time: Option<Sourced<String>>,
    pub delivery_charge: Option<Sourced<String>>,
    pub manufacturer: Option<Sourced<String>>,
    pub variant: Option<Sourced<VariantContent>>,
    pub attributes: Sourced<Vec<Attribute>>,
    pub sale: Result<Option<Sourced<Sale>>, Lack>,
    /// The item's block for the account, unchanged.
    pub platform_data: Option<Sourced<String>>,
    /// A template shows the price: the content changes with it.
    pub shows_price: bool,
    /// Attributes without a value that the item's set wants: the content is kept back.
    pub lacking: Vec<Lack>,
    /// What is missing without keeping the offer back.
    pub hints: Vec<Lack>,
}

/// Computes what the account shows of an item.
///
/// # Errors
/// [`Lack::Document`] when the stored item cannot be read.
pub(crate) fn effective(frame: &Frame<'_>, known: &Known, item: &ItemForOffer) -> Result<Effective, Lack> {
    let subject = Subject::new(frame, known, item)?;
    let price = subject.price();
    let shown_price = price.as_ref().ok().map(|price| &price.value);
    let description = subject.description(shown_price);
    let category = subject.category();
    let images = subject.images();
    let mut hints = Vec::new();
    let [delivery_time, delivery_charge, manufacturer] =
        [subject.delivery_time(), subject.delivery_charge(), subject.manufacturer()].map(|found| {
            found.unwrap_or_else(|lack| {
                hints.push(lack);
                None
            })
        });
    if category.is_none() {
        hints.push(Lack::Category);
    }
    if description.as_ref().is_ok_and(|text| text.source == Source::Nothing) {
        hints.push(Lack::Description);
    }
    if images.is_empty() {
        hints.push(Lack::Images);
    }
    let account_id = frame.account.account_id;
    let (title, variant) = (subject.title(shown_price), subject.variant(shown_price));
    let attributes = subject.attributes();
    let (lacking, odd): (Vec<Lack>, Vec<Lack>) = attributes.lacks.into_iter().chain(subject.options().lacks).partition(Lack::blocks);
    hints.extend(odd);
    Ok(Effective {
        title,
        description,
        shows_price: subject.shows_price()?,
        price,
        category,
        images,
        ean: filled(item.ean_code.as_deref()).map(|ean| Sourced::new(ean.to_owned(), Source::Item { field: "ean_code" })),
        tax_type_id: Sourced::new(item.tax_type_id, Source::Item { field: "tax_type_id" }),
        tax_class: subject.tax_class(),
        weight_in_gram: subject.document.weight_in_gram(),
        language: Sourced::new(frame.account.language.clone(), Source::Account { account_id, key: "language" }),
        own_address: frame.public_url.to_owned(),
        delivery_time,
        delivery_charge,
        manufacturer,
        variant,
        sale: subject.sale(),
        attributes: Sourced::new(attributes.shown, Source::Item { field: "item_attributes" }),
        platform_data: subject
            .platform
            .as_ref()
            .map(|p| Sourced::new(p.block.clone(), Source::Platform { account_id, element: "account_specific".to_owned() })),
        lacking,
        hints,
    })
}

/// Its price alone, which costs less than [`effective`].
pub(crate) fn price(frame: &Frame<'_>, known: &Known, item: &ItemForOffer) -> Result<Sourced<Price>, Lack> {
    Subject::new(frame, known, item)?.price()
}

impl Effective {
    /// The content as a connector gets it.
    ///
    /// # Errors
    /// What has to be completed first.
    pub(crate) fn content(&self) -> Result<OfferContent, Lack> {
        let (title, description) = (self.title.clone()?, self.description.clone()?);
        if let Some(lack) = self.lacking.first() {
            return Err(lack.clone());
        }
        let sale = self.sale.clone()?.map(|sale| sale.value);
        let value = |sourced: &Option<Sourced<String>>| sourced.as_ref().map(|s| s.value.clone());
        Ok(OfferContent {
            title: title.value,
            description: description.value,
            language: self.language.value.clone(),
            ean: value(&self.ean),
            images: self.images.iter().map(|image| image.value.clone()).collect(),
            own_address: self.own_address.clone(),
            category: value(&self.category),
            tax_type_id: self.tax_type_id.value,
            tax_class: value(&self.tax_class),
            weight_in_gram: self.weight_in_gram,
            variant: self.variant.as_ref().map(|variant| variant.value.clone()),
            attributes: self.attributes.value.clone(),
            delivery_time: value(&self.delivery_time),
            delivery_charge: value(&self.delivery_charge),
            manufacturer: value(&self.manufacturer),
            sale,
            platform_data: value(&self.platform_data),
        })
    }

    /// What is missing: first what keeps the offer back, then the hints.
    pub(crate) fn lacks(&self) -> Vec<&Lack> {
        let blocking = [self.title.as_ref().err(), self.description.as_ref().err(), self.price.as_ref().err(), self.sale.as_ref().err()];
        blocking.into_iter().flatten().chain(&self.lacking).chain(&self.hints).collect()
    }
}
