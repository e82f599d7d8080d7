//! Offers: found by the shop's number or by SKU, brought up to date where they are there, created where they are not; one outcome per row.
//!
//! Texts and states take a call per product. Prices of all rows go in one call, quantities in another one: saving a product for its price
//! would move the days of its special price.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::gallery::{Album, Shown};
use super::super::known::{Key, assign};
use super::super::outcome::rest_later;
use super::super::rule::Failure;
use super::super::slug::slug;
use super::super::{ChannelError, OfferChange, Outcome, RowResult, VariantContent};
use super::Magento;
use super::api::outcome_of;
use super::found::{HIDDEN, Product, URL_KEY, VISIBLE, folded};
use super::inputs::{self, Draft, number};
use super::shop::ShopSettings;
use super::stop::Stop;
use crate::domain::Decimal;
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// Keys of addresses that are tried for a new product: another one may have had the number before.
const MOST_KEYS: usize = 5;

/// One call of `submit` on its way.
pub(super) struct Work {
    pub shop: ShopSettings,
    pub album: Album,
    results: Vec<RowResult>,
    /// The channel went away: the rest is not tried.
    pub cut: Option<ChannelError>,
}

/// A row on its way.
pub(super) struct Row<'a> {
    pub change: &'a OfferChange,
    /// What the shop had of it.
    pub product: Option<Product>,
    pub number: String,
    pub price: Option<Decimal>,
    pub stock: Option<i32>,
    pub messages: Vec<Message>,
    /// Why its content has to be sent again, although the rest is done.
    pub open: Option<String>,
}

impl Work {
    pub(super) fn settle(&mut self, change: &OfferChange, outcome: Outcome) {
        self.results.push(RowResult { offer_id: change.offer_id, outcome });
    }

    pub(super) fn stop(&mut self, change: &OfferChange, stop: Stop) {
        match stop {
            Stop::Refused(message) => self.settle(change, Outcome::Refused(message)),
            Stop::Failed(Failure::Rule(rule)) => self.settle(change, outcome_of(rule)),
            Stop::Failed(Failure::Channel(error)) => self.cut = Some(error),
        }
    }

    fn done(&mut self, row: Row<'_>) {
        let Row { change, product, number, messages, open, .. } = row;
        let hidden = product.as_ref().is_some_and(|product| product.visibility == HIDDEN)
            || change.content.as_ref().is_some_and(|content| content.variant.is_some());
        let url = (!hidden).then(|| page_of(&self.shop, &number));
        let external_number = Some(number);
        let outcome = match open {
            None => Outcome::Done { external_number, url, messages },
            Some(reason) => Outcome::DoneInPart { external_number, url, messages, reason },
        };
        self.settle(change, outcome);
    }
}

/// The page of a product, whatever its address is.
pub(super) fn page_of(shop: &ShopSettings, number: &str) -> String {
    format!("{}/catalog/product/view/id/{number}", shop.home.trim_end_matches('/'))
}

impl<'a> Row<'a> {
    fn new(change: &'a OfferChange, product: Option<Product>) -> Row<'a> {
        let number = product.as_ref().map(|product| product.id.clone()).unwrap_or_default();
        Row { change, product, number, price: None, stock: None, messages: Vec::new(), open: None }
    }

    pub(super) fn note(&mut self, mut shown: Shown) {
        self.messages.append(&mut shown.messages);
        self.open = shown.open.take().or(self.open.take());
    }

    pub(super) fn runs(&self) -> bool {
        self.change.wanted == Wanted::Running
    }
}

fn is_variant(change: &OfferChange) -> bool {
    change.content.as_ref().is_some_and(|content| content.variant.is_some())
}

impl Magento {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let mut work = Work { shop: self.shop()?, album: Album::default(), results: Vec::new(), cut: None };
        let mut seen = BTreeSet::new();
        let mut rows: Vec<&OfferChange> = Vec::with_capacity(changes.len());
        for change in changes {
            if seen.insert(folded(&change.sku)) {
                rows.push(change);
            } else {
                // The shop would take a second new row for the first one; next time it is found.
                work.settle(change, Outcome::Later { after: None, reason: format!("the SKU {} is in this call twice", change.sku) });
            }
        }
        let keys: Vec<Key<'_>> = rows.iter().map(|change| Key::from(*change)).collect();
        let whole = rows.iter().any(|change| change.content.is_some() || change.wanted == Wanted::Ended);
        let mut found = self.api.find(&keys, whole).map_err(Failure::whole)?;
        if !whole {
            self.read_whole(&rows, &keys, &mut found, &work.shop).map_err(Failure::whole)?;
        }
        let mut kept = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        for (change, product) in rows.iter().zip(assign(&keys, &found)) {
            match (product, change.wanted) {
                (Some(product), _) if product.is_article() => kept.push(Row::new(change, Some(product.clone()))),
                (_, Wanted::Ended) => work.settle(change, Outcome::done()),
                // The shop would take another product's record for the new one.
                _ if found.iter().any(|product| folded(&product.sku) == folded(&change.sku)) => {
                    work.settle(change, Outcome::Refused(channel::sku_taken(&change.sku)));
                }
                (_, Wanted::Running) => new.push(*change),
            }
        }
        let mut rows = self.update(kept, &found, &mut work);
        rows.extend(self.create(&new, &mut work));
        let rows = self.put_prices(rows, &mut work);
        let rows = self.put_stock(rows, &mut work);
        let rows = self.put_families(rows, &mut work);
        for row in rows {
            work.done(row);
        }
        rest_later(work.results, work.cut, changes)
    }

    /// Products that have to be saved although only a price or quantity changes: those that were renamed or switched off.
    fn read_whole(&self, rows: &[&OfferChange], keys: &[Key<'_>], found: &mut [Product], shop: &ShopSettings) -> Result<(), Failure> {
        let saved = rows.iter().zip(assign(keys, found)).filter_map(|(change, product)| {
            let product = product?;
            (product.sku != change.sku || !product.runs(shop.website_id)).then(|| product.id.clone())
        });
        let ids: BTreeSet<String> = saved.collect();
        if ids.is_empty() {
            return Ok(());
        }
        let whole = self.api.products("entity_id", &ids.iter().map(String::as_str).collect(), true)?;
        for product in found.iter_mut() {
            if let Some(read) = whole.iter().find(|read| read.id == product.id) {
                product.clone_from(read);
            }
        }
        Ok(())
    }

    // ---- products one by one ------------------------------------------------------------------------------------------------------

    fn update<'a>(&self, rows: Vec<Row<'a>>, found: &[Product], work: &mut Work) -> Vec<Row<'a>> {
        let mut kept = Vec::with_capacity(rows.len());
        for mut row in rows {
            if work.cut.is_some() {
                break;
            }
            match self.update_one(&mut row, found, work) {
                Ok(()) => kept.push(row),
                Err(stop) => work.stop(row.change, stop),
            }
        }
        kept
    }

    fn update_one(&self, row: &mut Row<'_>, found: &[Product], work: &mut Work) -> Result<(), Stop> {
        let change = row.change;
        let Some(product) = row.product.clone() else { return Ok(()) };
        let mut draft = Draft::default();
        if change.wanted == Wanted::Ended {
            // An offer is ended whatever is wrong with its data. Its SKU stays, because another one may have the new one by now.
            draft.off_sale(&product, &work.shop);
            if !draft.is_empty() {
                self.api.post(&["products"], &draft.changes(&product, &product.sku))?;
            }
            return Ok(());
        }
        row.price = inputs::price(change, self.settings.net_prices, &work.shop)?;
        row.stock = inputs::on_hand(change);
        draft.on_sale(&product, &work.shop);
        if let Some(content) = &change.content {
            self.article(content, product.attribute_set_id, &mut draft, &work.shop)?;
            match &content.variant {
                Some(variant) => self.become_variant(variant, &product, &mut draft)?,
                // The shop could not sell it alone.
                None if product.visibility == HIDDEN && product.parent_key().is_some() => {
                    return Err(channel::other_product(&change.sku, &product.id).into());
                }
                None => self.moved(content, &product, &mut draft)?,
            }
        }
        let renamed = product.sku != change.sku;
        if renamed {
            if found.iter().any(|other| other.id != product.id && folded(&other.sku) == folded(&change.sku)) {
                return Err(channel::sku_taken(&change.sku).into());
            }
            self.carry_stock(&product.sku, &change.sku, row.stock)?;
        }
        row.messages.append(&mut draft.messages);
        if renamed || !draft.is_empty() {
            let reply = self.api.post(&["products"], &draft.changes(&product, &change.sku))?;
            self.pictures_of(row, reply.json, work)?;
        }
        Ok(())
    }

    /// A product that is there as one of several variants.
    fn become_variant(&self, variant: &VariantContent, product: &Product, draft: &mut Draft) -> Result<(), Stop> {
        for (attribute, id) in self.choices(variant, product.attribute_set_id)? {
            draft.custom(&attribute.attribute_code, id);
        }
        Ok(())
    }

    fn create<'a>(&self, new: &[&'a OfferChange], work: &mut Work) -> Vec<Row<'a>> {
        let mut rows = Vec::with_capacity(new.len());
        if new.is_empty() || work.cut.is_some() {
            return rows;
        }
        let (set, taken) = match self.ground(new) {
            Ok(ground) => ground,
            Err(failure) => {
                work.cut = Some(failure.whole());
                return rows;
            }
        };
        for change in new {
            if work.cut.is_some() {
                break;
            }
            match self.create_one(change, set, &taken, work) {
                Ok(row) => rows.push(row),
                Err(stop) => work.stop(change, stop),
            }
        }
        rows
    }

    /// The attribute set of new products, and the keys of addresses that others have.
    fn ground(&self, new: &[&OfferChange]) -> Result<(i64, BTreeSet<String>), Failure> {
        let alone: Vec<String> = new.iter().filter(|change| !is_variant(change)).flat_map(|change| keys(&change.sku)).collect();
        let asked: BTreeSet<&str> = alone.iter().map(String::as_str).collect();
        let taken = if asked.is_empty() { Vec::new() } else { self.api.products(URL_KEY, &asked, true)? };
        Ok((self.new_set()?, taken.iter().filter_map(|product| product.custom(URL_KEY).map(str::to_owned)).collect()))
    }

    fn create_one<'a>(&self, change: &'a OfferChange, set: i64, taken: &BTreeSet<String>, work: &mut Work) -> Result<Row<'a>, Stop> {
        let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku).into()) };
        let price = inputs::price(change, self.settings.net_prices, &work.shop)?.ok_or_else(|| channel::price_missing(&change.sku))?;
        let mut draft = Draft::default();
        self.article(content, set, &mut draft, &work.shop)?;
        draft.set("price", number(price));
        match &content.variant {
            None => {
                let key = keys(&change.sku).find(|key| !taken.contains(key)).unwrap_or_else(|| slug(&change.sku));
                self.addressed(&key, &mut draft);
                draft.set("visibility", json!(VISIBLE));
                self.placed(content, &mut draft)?;
            }
            Some(variant) => {
                for (attribute, id) in self.choices(variant, set)? {
                    draft.custom(&attribute.attribute_code, id);
                }
                draft.set("visibility", json!(HIDDEN));
                // Its address is made with its family's, once that is known.
                self.addressed(&slug(&format!("{} {}", variant.parent_sku, change.sku)), &mut draft);
            }
        }
        let mut row = Row::new(change, None);
        row.stock = inputs::on_hand(change);
        row.messages.append(&mut draft.messages);
        let reply = self.api.post(&["products"], &draft.created("simple", set, &change.sku, &work.shop))?;
        self.pictures_of(&mut row, reply.json, work)?;
        Ok(row)
    }

    /// The shop answers with the product as it is now, pictures included.
    fn pictures_of(&self, row: &mut Row<'_>, answer: Value, work: &mut Work) -> Result<(), Failure> {
        let product: Product = serde_json::from_value(answer)
            .map_err(|error| ChannelError::Protocol { reason: format!("the shop's answer to a product cannot be read ({error})") })?;
        row.number.clone_from(&product.id);
        if let Some(content) = &row.change.content
            && let Some(shown) =
                self.show(&product.sku, &content.images, content, product.media_gallery_entries.clone(), &mut work.album)?
        {
            row.note(shown);
        }
        row.product = Some(product);
        Ok(())
    }
}

/// Keys for the address of a new product.
fn keys(sku: &str) -> impl Iterator<Item = String> + use<> {
    let sku = sku.to_owned();
    (1..=MOST_KEYS).map(move |attempt| slug(&if attempt == 1 { sku.clone() } else { format!("{sku} {attempt}") }))
}
