//! Offers: found by the shop's number or by SKU, brought up to date where they are there, created where they are not; one outcome
//! per row.
//!
//! Stock goes in one call for all rows, texts and states of products in another one; prices and the rest of variants in a call per
//! product, because Medusa has no other route that leaves the other variants of a product alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::gallery::{Album, Shown};
use super::super::known::{Key, assign};
use super::super::outcome::rest_later;
use super::super::rest::lacks;
use super::super::rule::{Failure, Rule};
use super::super::slug::is_ours;
use super::super::split::{Halved, halve};
use super::super::{ChannelError, OfferChange, OfferContent, Outcome, RowResult};
use super::Medusa;
use super::api::outcome_of;
use super::draft::Draft;
use super::found::{Product, Variant, find, find_products, mark};
use super::options::{differ, lost, options, remove_values, words};
use super::shop::ShopSettings;
use super::stock::{self, Stock};
use super::{inputs, inputs::add_metadata};
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// Why a row is not sent.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Message),
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}

impl From<ChannelError> for Stop {
    fn from(error: ChannelError) -> Stop {
        Stop::Failed(error.into())
    }
}

impl From<Message> for Stop {
    fn from(message: Message) -> Stop {
        Stop::Refused(message)
    }
}

/// One call of `submit` on its way.
pub(super) struct Work {
    pub shop: ShopSettings,
    pub album: Album,
    /// Ids of categories by the word for them.
    pub categories: BTreeMap<String, Option<String>>,
    results: Vec<RowResult>,
    /// The channel went away: the rest is not tried.
    pub cut: Option<ChannelError>,
}

/// A row whose variant is there.
pub(super) struct Row<'a> {
    pub change: &'a OfferChange,
    pub variant_id: String,
    pub product_id: String,
    /// Of the variant.
    pub input: Map<String, Value>,
    pub stock: Option<Stock>,
    /// Values of options that no variant has afterwards.
    pub lost: Vec<(String, String)>,
    /// Said with the outcome.
    pub messages: Vec<Message>,
    /// Why its content has to be sent again, although the rest is done.
    pub open: Option<String>,
}

impl Row<'_> {
    pub(super) fn note(&mut self, shown: &mut Shown) {
        self.messages.append(&mut shown.messages);
        self.open = shown.open.take().or(self.open.take());
    }
}

impl Work {
    pub(super) fn new(shop: ShopSettings) -> Work {
        Work { shop, album: Album::default(), categories: BTreeMap::new(), results: Vec::new(), cut: None }
    }

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

    /// The rows that the shop took; the others get its word.
    pub(super) fn keep<'a>(&mut self, rows: Vec<Row<'a>>, halved: Halved<()>) -> Vec<Row<'a>> {
        let mut kept = Vec::with_capacity(rows.len());
        for (row, result) in rows.into_iter().zip(halved.rows) {
            match result {
                Some(Ok(())) => kept.push(row),
                Some(Err(rule)) => self.refuse(&row, rule),
                None => {}
            }
        }
        self.cut = self.cut.take().or(halved.cut);
        kept
    }

    fn refuse(&mut self, row: &Row<'_>, rule: Rule) {
        self.settle(row.change, outcome_of(rule));
    }

    pub(super) fn done(&mut self, row: Row<'_>) {
        let Row { change, variant_id, messages, open, .. } = row;
        let (external_number, url) = (Some(variant_id), None);
        let outcome = match open {
            None => Outcome::Done { external_number, url, messages },
            Some(reason) => Outcome::DoneInPart { external_number, url, messages, reason },
        };
        self.settle(change, outcome);
    }
}

impl Medusa {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let mut work = Work::new(self.shop()?);
        let mut seen = BTreeSet::new();
        let mut rows: Vec<&OfferChange> = Vec::with_capacity(changes.len());
        for change in changes {
            if seen.insert(change.sku.as_str()) {
                rows.push(change);
            } else {
                // Of two new rows with one SKU the shop would refuse the second; next time it finds the first one.
                work.settle(change, Outcome::Later { after: None, reason: format!("the SKU {} is in this call twice", change.sku) });
            }
        }
        let keys: Vec<Key<'_>> = rows.iter().map(|change| Key::from(*change)).collect();
        let found = find(&self.api, &keys)?;
        let (mut updates, mut creates) = (Vec::new(), Vec::new());
        for (change, variant) in rows.iter().zip(assign(&keys, &found)) {
            match (variant, change.wanted) {
                (None, Wanted::Ended) => work.settle(change, Outcome::done()),
                (None, Wanted::Running) => creates.push(*change),
                (Some(variant), _) => updates.push((*change, variant)),
            }
        }
        self.update(&updates, &mut work);
        self.create(&creates, &mut work);
        rest_later(work.results, work.cut, changes)
    }

    fn update(&self, updates: &[(&OfferChange, &Variant)], work: &mut Work) {
        let ids: BTreeSet<&str> = updates.iter().map(|(_, variant)| variant.product_id.as_str()).collect();
        let mut drafts: BTreeMap<String, Draft> = match find_products(&self.api, "id[]", &ids) {
            Ok(products) => products.into_iter().map(|(id, product)| (id, Draft::new(product))).collect(),
            Err(failure) => {
                work.cut = Some(failure.whole());
                return;
            }
        };
        let families = match self.other_families(updates, &drafts) {
            Ok(families) => families,
            Err(failure) => {
                work.cut = Some(failure.whole());
                return;
            }
        };
        let mut rows = Vec::with_capacity(updates.len());
        for (change, variant) in updates {
            if work.cut.is_some() {
                return;
            }
            match self.prepare(change, variant, families.of(change), &mut drafts, work) {
                Ok(row) => rows.push(row),
                Err(stop) => work.stop(change, stop),
            }
        }
        let rows = self.put_variants(rows, work);
        let rows = self.put_stock(rows, work);
        let rows = self.put_products(rows, drafts, work);
        for row in rows {
            remove_values(&self.api, &row.product_id, &row.lost);
            work.done(row);
        }
    }

    fn prepare<'a>(
        &self,
        change: &'a OfferChange,
        variant: &Variant,
        family: &[Product],
        drafts: &mut BTreeMap<String, Draft>,
        work: &mut Work,
    ) -> Result<Row<'a>, Stop> {
        let draft = drafts.get_mut(&variant.product_id).ok_or_else(|| lacks(&format!("product {}", variant.product_id)))?;
        let (variant_id, product_id) = (variant.id.clone(), variant.product_id.clone());
        let (messages, lost) = (Vec::new(), Vec::new());
        let mut row = Row { change, variant_id, product_id, input: Map::new(), stock: None, lost, messages, open: None };
        if change.wanted == Wanted::Ended {
            // An offer is ended whatever is wrong with its data.
            if !variant.ended(&work.shop) {
                add_metadata(&mut row.input, [(mark(&work.shop), json!("yes"))]);
            }
            row.stock = stock::sold_out(variant, &work.shop);
            draft.runs(&variant.id, false);
            return Ok(row);
        }
        if let Some(money) = inputs::price(change, &work.shop)? {
            row.input.insert("prices".to_owned(), json!(inputs::prices(variant, money)));
        }
        row.stock = inputs::on_hand(change).map(|on_hand| stock::of(variant, on_hand, &work.shop)).transpose()?;
        if let Some(content) = &change.content {
            if !family.is_empty() && family.iter().all(|product| product.id != draft.product.id) {
                return Err(channel::other_product(&change.sku, &draft.product.id).into());
            }
            self.put_content(content, variant, draft, &mut row, work)?;
        }
        if variant.ended(&work.shop) {
            add_metadata(&mut row.input, [(mark(&work.shop), json!(""))]);
        }
        self.rename(change, variant, &mut row)?;
        draft.runs(&variant.id, true);
        Ok(row)
    }

    fn put_content(
        &self,
        content: &OfferContent,
        variant: &Variant,
        draft: &mut Draft,
        row: &mut Row<'_>,
        work: &mut Work,
    ) -> Result<(), Stop> {
        row.input.extend(inputs::variant_content(content, &self.settings));
        draft.texts(inputs::product_texts(content, false));
        draft.category(self.category_id(content, work)?.as_deref());
        self.put_pictures(content, &variant.id, draft, row, work)?;
        let Some(choice) = &content.variant else { return Ok(()) };
        let chosen = options(&self.api, &mut draft.product, &choice.options)?;
        draft.remembers(words(&draft.product, &choice.options));
        if differ(variant, &draft.product, &chosen) {
            row.lost = lost(variant, &draft.product, &chosen);
            row.input.insert("options".to_owned(), chosen);
        }
        Ok(())
    }

    /// An article without variants has its pictures at its product, where shops look for them.
    pub(super) fn put_pictures(
        &self,
        content: &OfferContent,
        variant_id: &str,
        draft: &mut Draft,
        row: &mut Row<'_>,
        work: &mut Work,
    ) -> Result<(), Failure> {
        let product = draft.product.clone();
        let Some(variant) = &content.variant else {
            if let Some(mut shown) = self.show(&content.images, content, Some(&product), &mut work.album)? {
                draft.shows(&shown);
                row.note(&mut shown);
            }
            return Ok(());
        };
        if !variant.parent_images.is_empty()
            && let Some(mut shown) = self.show(&variant.parent_images, content, Some(&product), &mut work.album)?
        {
            draft.shows(&shown);
            row.note(&mut shown);
        }
        if let Some(mut shown) = self.show(&content.images, content, Some(&product), &mut work.album)? {
            draft.shows_of(variant_id, &shown);
            row.input.insert("thumbnail".to_owned(), json!(shown.ids.first()));
            let said = if shown.ids.is_empty() { json!("") } else { json!(shown.ids) };
            add_metadata(&mut row.input, [(inputs::PICTURES.to_owned(), said)]);
            row.note(&mut shown);
        }
        Ok(())
    }

    /// The products that variants belong to now, where that may be another one than theirs.
    fn other_families(&self, updates: &[(&OfferChange, &Variant)], drafts: &BTreeMap<String, Draft>) -> Result<Families<Product>, Failure> {
        let elsewhere = |(change, variant): &&(&OfferChange, &Variant)| {
            let slug = slug_of(change).filter(|_| change.wanted == Wanted::Running);
            let handle = drafts.get(&variant.product_id).map(|draft| draft.product.handle.as_str());
            slug.is_some_and(|slug| handle.is_some_and(|handle| is_ours(handle) && handle != slug))
        };
        let changes: Vec<&OfferChange> = updates.iter().filter(elsewhere).map(|(change, _)| *change).collect();
        Families::find(&self.api, &changes)
    }

    /// The item in the stock has the SKU, too, and no second one may have it: a new article with the old number would be refused.
    fn rename(&self, change: &OfferChange, variant: &Variant, row: &mut Row<'_>) -> Result<(), Failure> {
        let renamed = variant.sku.as_ref() != Some(&change.sku);
        if renamed {
            row.input.insert("sku".to_owned(), json!(change.sku));
        }
        let Some(item) = variant.item() else { return Ok(()) };
        let old = item.sku.as_ref().is_some_and(|sku| change.known_as.contains(sku) || renamed && item.sku == variant.sku);
        if old && item.sku.as_ref() != Some(&change.sku) {
            self.api.post(&["inventory-items", &item.id], "id", &json!({ "sku": change.sku }))?;
        }
        Ok(())
    }

    pub(super) fn put_variants<'a>(&self, rows: Vec<Row<'a>>, work: &mut Work) -> Vec<Row<'a>> {
        let mut products: BTreeMap<String, Vec<Row<'a>>> = BTreeMap::new();
        let mut kept = Vec::with_capacity(rows.len());
        for row in rows {
            match row.input.is_empty() {
                true => kept.push(row),
                false => products.entry(row.product_id.clone()).or_default().push(row),
            }
        }
        for (product_id, rows) in products {
            if work.cut.is_some() {
                break;
            }
            let inputs: Vec<Value> = rows.iter().map(input).collect();
            let halved = halve(&inputs, &mut |inputs: &[Value]| {
                self.api.post(&["products", &product_id, "variants", "batch"], "id", &json!({ "update": inputs }))?;
                Ok(inputs.iter().map(|_| ()).collect())
            });
            kept.extend(work.keep(rows, halved));
        }
        kept
    }

    pub(super) fn put_stock<'a>(&self, rows: Vec<Row<'a>>, work: &mut Work) -> Vec<Row<'a>> {
        let (with, mut kept): (Vec<Row<'a>>, Vec<Row<'a>>) = rows.into_iter().partition(|row| row.stock.is_some());
        if work.cut.is_none() && !with.is_empty() {
            let stocks: Vec<Stock> = with.iter().filter_map(|row| row.stock.clone()).collect();
            let halved = stock::put(&self.api, &stocks, &work.shop);
            kept.extend(work.keep(with, halved));
        }
        kept
    }

    /// What the rows that are left say of their products.
    pub(super) fn put_products<'a>(&self, rows: Vec<Row<'a>>, drafts: BTreeMap<String, Draft>, work: &mut Work) -> Vec<Row<'a>> {
        if work.cut.is_some() {
            return Vec::new();
        }
        let left: BTreeSet<&str> = rows.iter().map(|row| row.product_id.as_str()).collect();
        let drafts = drafts.into_iter().filter(|(id, _)| left.contains(id.as_str()));
        let inputs: BTreeMap<String, Value> = drafts
            .map(|(id, draft)| (id, Value::Object(draft.finish(&work.shop))))
            .filter(|(_, input)| input.as_object().is_some_and(|input| !input.is_empty()))
            .collect();
        let list: Vec<Value> = inputs.values().cloned().collect();
        let halved = halve(&list, &mut |inputs: &[Value]| {
            self.api.post(&["products", "batch"], "id", &json!({ "update": inputs }))?;
            Ok(inputs.iter().map(|_| ()).collect())
        });
        let results: BTreeMap<String, Option<Result<(), Rule>>> = inputs.into_keys().zip(halved.rows).collect();
        let of_row = |row: &Row<'_>| results.get(&row.product_id).cloned().unwrap_or(Some(Ok(())));
        let of_rows = Halved { rows: rows.iter().map(of_row).collect(), cut: halved.cut };
        work.keep(rows, of_rows)
    }
}

fn input(row: &Row<'_>) -> Value {
    let mut input = row.input.clone();
    input.insert("id".to_owned(), json!(row.variant_id));
    Value::Object(input)
}
