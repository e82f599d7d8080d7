//! Offers: found by the shop's number or by SKU, brought up to date where they are there, created where they are not; one outcome
//! per row. Simple products go in one batch for all rows, variations in a batch per product, and products of families in one batch, too.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::super::known::{Key, assign};
use super::super::outcome::rest_later;
use super::super::rule::{Failure, Rule};
use super::super::{ChannelError, OfferChange, OfferContent, Outcome, RowResult};
use super::WooCommerce;
use super::api::{No, outcome_of};
use super::found::{Product, Record, find};
use super::inputs::{self, Before};
use super::shop::ShopSettings;
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// The shop could not fetch a picture: then it does nothing of the row.
pub(super) const NO_PICTURE: &str = "woocommerce_product_image_upload_error";
pub(super) const RUNNING: &str = "publish";
pub(super) const DRAFT: &str = "draft";

/// One call of `submit` on its way.
pub(super) struct Work {
    pub shop: ShopSettings,
    results: Vec<RowResult>,
    /// The channel went away: the rest is not tried.
    pub cut: Option<ChannelError>,
}

/// A row on its way into a batch.
pub(super) struct Row<'a> {
    pub change: &'a OfferChange,
    pub input: Map<String, Value>,
    pub messages: Vec<Message>,
    /// Why its content has to be sent again.
    pub open: Option<String>,
}

impl Work {
    pub(super) fn settle(&mut self, change: &OfferChange, outcome: Outcome) {
        self.results.push(RowResult { offer_id: change.offer_id, outcome });
    }

    pub(super) fn refuse(&mut self, change: &OfferChange, message: Message) {
        self.settle(change, Outcome::Refused(message));
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.cut = Some(failure.whole());
    }

    fn done(&mut self, row: Row<'_>, number: String, url: &str) {
        let Row { change, messages, open, .. } = row;
        let (external_number, url) = (Some(number), Some(url.to_owned()).filter(|url| !url.is_empty()));
        let outcome = match open {
            None => Outcome::Done { external_number, url, messages },
            Some(reason) => Outcome::DoneInPart { external_number, url, messages, reason },
        };
        self.settle(change, outcome);
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(change: &'a OfferChange, input: Map<String, Value>) -> Row<'a> {
        Row { change, input, messages: Vec::new(), open: None }
    }
}

impl WooCommerce {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let mut work = Work { shop: self.shop()?, results: Vec::new(), cut: None };
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
        let found = find(&self.api, &keys).map_err(Failure::whole)?;
        let (mut simple, mut variants, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for (change, record) in rows.iter().zip(assign(&keys, &found)) {
            match (record, change.wanted) {
                (None, Wanted::Ended) => work.settle(change, Outcome::done()),
                (None, Wanted::Running) => new.push(*change),
                (Some(record), _) if record.variation.is_some() => variants.push((*change, record)),
                (Some(record), _) => simple.push((*change, record)),
            }
        }
        self.put_simple(&simple, &new, &mut work);
        self.put_families(&variants, &new, &mut work);
        rest_later(work.results, work.cut, changes)
    }

    // ---- products of their own ----------------------------------------------------------------------------------------------------

    fn put_simple(&self, known: &[(&OfferChange, &Record)], new: &[&OfferChange], work: &mut Work) {
        let mut updates = Vec::new();
        for (change, record) in known {
            let Some(product) = &record.product else { continue };
            match self.update_simple(change, product, &work.shop) {
                Ok(mut input) => {
                    input.insert("id".to_owned(), json!(product.id));
                    updates.push(Row::new(change, input));
                }
                Err(message) => work.refuse(change, message),
            }
        }
        self.send(&["products"], "update", updates, work, |product: &Product| (product.id.to_string(), product.permalink.clone()));
        let mut creates = Vec::new();
        for change in new.iter().filter(|change| change.content.as_ref().is_none_or(|content| content.variant.is_none())) {
            match self.create_simple(change, &work.shop) {
                Ok(input) => creates.push(Row::new(change, input)),
                Err(message) => work.refuse(change, message),
            }
        }
        self.send(&["products"], "create", creates, work, |product: &Product| (product.id.to_string(), product.permalink.clone()));
    }

    fn update_simple(&self, change: &OfferChange, product: &Product, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
        if change.wanted == Wanted::Ended {
            // An offer is ended whatever is wrong with its data.
            return Ok(Map::from_iter([("status".to_owned(), json!(DRAFT))]));
        }
        let before = inputs::Before { regular_price: &product.regular_price, meta: &product.meta_data };
        let mut input = self.own(change, before, shop)?;
        if product.sku != change.sku {
            input.insert("sku".to_owned(), json!(inputs::sku(change)?));
        }
        if product.status != RUNNING {
            input.insert("status".to_owned(), json!(RUNNING));
        }
        if let Some(content) = &change.content {
            if content.variant.is_some() {
                return Err(channel::other_product(&change.sku, product.id.to_string()));
            }
            self.product_content(&mut input, content, Some(product), shop)?;
        }
        Ok(input)
    }

    /// What a product or variation has beside texts and pictures.
    pub(super) fn own(&self, change: &OfferChange, before: Before<'_>, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
        let mut input = inputs::record(change, before, shop)?;
        if let Some(word) = self.settings.backorders.as_ref().filter(|_| change.quantity.is_some() && shop.counts_stock) {
            input.insert("backorders".to_owned(), json!(word));
        }
        Ok(input)
    }

    fn create_simple(&self, change: &OfferChange, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
        let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku)) };
        if change.price.is_none() {
            return Err(channel::price_missing(&change.sku));
        }
        let mut input = self.own(change, Before::default(), shop)?;
        self.product_content(&mut input, content, None, shop)?;
        input.insert("type".to_owned(), json!("simple"));
        input.insert("status".to_owned(), json!(RUNNING));
        input.insert("sku".to_owned(), json!(inputs::sku(change)?));
        Ok(input)
    }

    /// What an article without variants says of its product.
    fn product_content(
        &self,
        input: &mut Map<String, Value>,
        content: &OfferContent,
        product: Option<&Product>,
        shop: &ShopSettings,
    ) -> Result<(), Message> {
        inputs::put_categories(input, content, product, shop)?;
        input.insert("name".to_owned(), json!(content.title));
        input.insert("description".to_owned(), json!(content.description));
        if let Some(attributes) = inputs::attributes(content, product, &self.settings.attributes, shop) {
            input.insert("attributes".to_owned(), attributes);
        }
        if self.settings.pictures
            && let Some(images) = inputs::images(&content.images, product)
        {
            input.insert("images".to_owned(), images);
        }
        Ok(())
    }

    // ---- batches ------------------------------------------------------------------------------------------------------------------

    /// Sends rows, and settles them. A row whose picture the shop cannot fetch is sent again without its pictures.
    pub(super) fn send<T: DeserializeOwned>(
        &self,
        path: &[&str],
        kind: &str,
        mut rows: Vec<Row<'_>>,
        work: &mut Work,
        number: impl Fn(&T) -> (String, String) + Copy,
    ) {
        let mut taken = Vec::new();
        while work.cut.is_none() && !rows.is_empty() {
            let inputs: Vec<Value> = rows.iter().map(|row| Value::Object(row.input.clone())).collect();
            let results = match self.api.batch::<T>(path, kind, &inputs) {
                Ok(results) => results,
                Err(failure) => return work.fail(failure),
            };
            let mut again = Vec::new();
            for (mut row, result) in rows.into_iter().zip(results) {
                match result {
                    Ok(record) => {
                        let (number, url) = number(&record);
                        work.done(row, number, &url);
                    }
                    Err(No { rule, .. }) if rule.code == NO_PICTURE && without_pictures(&mut row.input) => {
                        row.messages.push(channel::picture_left_out("", rule.text.clone()));
                        row.open = Some(rule.text);
                        again.push(row);
                    }
                    Err(No { rule, holder: Some(holder) }) if kind == "create" => match self.has_sku(path, holder, &row.change.sku) {
                        Ok(true) => {
                            row.input.insert("id".to_owned(), json!(holder));
                            taken.push(row);
                        }
                        Ok(false) => work.settle(row.change, no(rule)),
                        Err(failure) => return work.fail(failure),
                    },
                    Err(No { rule, .. }) => work.settle(row.change, no(rule)),
                }
            }
            rows = again;
        }
        if !taken.is_empty() {
            self.send(path, "update", taken, work, number);
        }
    }

    /// Whether a record is the one that a look-up by SKU should have found. The shop compares SKUs without case, and with those of
    /// other kinds of products.
    fn has_sku(&self, path: &[&str], id: i64, sku: &str) -> Result<bool, Failure> {
        match self.api.get(&[path, &[&id.to_string()]].concat(), &[]) {
            Ok(reply) => Ok(reply.json.get("sku").and_then(Value::as_str) == Some(sku)
                && reply.json.get("type").and_then(Value::as_str).is_none_or(|kind| matches!(kind, "simple" | "variation"))
                && (path.len() > 1 || reply.json.get("parent_id").and_then(Value::as_i64).unwrap_or_default() == 0)),
            Err(Failure::Rule(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

/// Takes the pictures out of an input; `false`: it has none.
pub(super) fn without_pictures(input: &mut Map<String, Value>) -> bool {
    let (images, image) = (input.remove("images"), input.remove("image"));
    images.is_some() || image.is_some()
}

/// A product in the shop's trash keeps its SKU, and no list shows it.
fn no(rule: Rule) -> Outcome {
    match rule.code.as_str() {
        "woocommerce_rest_product_not_created" => {
            Outcome::Refused(channel::record_refused(&rule.code, format!("{}; is it in the trash of the shop?", rule.text)))
        }
        _ => outcome_of(rule),
    }
}
