//! Offers: found by the shop's number or by SKU, brought up to date where they are there, created where they are not; one outcome
//! per row.
//!
//! Vendure accepts a second variant with the same SKU without a word. So every row is looked up before it is created,
//! and a repeat after an unclear answer finds what the first attempt left behind.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::families::{Families, slug_of};
use super::super::known::{Key, assign};
use super::super::slug::is_ours;
use super::super::split::halve;
use super::super::{ChannelError, OfferChange, Outcome, RowResult};
use super::found::{Found, Product, doubles, find};
use super::graphql::{Api, Failure, Rule};
use super::options::delete_options;
use super::work::{Row, Stop, Work};
use super::{Vendure, inputs, part};
use crate::domain::message::channel;
use crate::domain::offer::Wanted;

const UPDATE_VARIANTS: &str = "mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }";
const UPDATE_PRODUCTS: &str = "mutation ($input: [UpdateProductInput!]!) { updateProducts(input: $input) { id } }";
const CREATE_VARIANTS: &str = "mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id sku } }";

/// A row whose variant is there.
struct Update<'a> {
    row: Row<'a>,
    variant: &'a Found,
    product: Map<String, Value>,
    /// Options that the variant loses.
    lost: Vec<String>,
}

impl Vendure {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let mut work = Work::new(self.shop_for(changes)?);
        let mut seen = BTreeSet::new();
        let mut rows: Vec<&OfferChange> = Vec::with_capacity(changes.len());
        for change in changes {
            if seen.insert(change.sku.as_str()) {
                rows.push(change);
            } else {
                // The second of two new rows with one SKU would create a double; next time it finds the first one.
                work.settle(change, Outcome::Later { after: None, reason: format!("the SKU {} is in this call twice", change.sku) });
            }
        }
        let ends = rows.iter().any(|change| change.wanted == Wanted::Ended);
        let content = rows.iter().any(|change| change.content.is_some());
        let mut found = find(&self.api, &keys(&rows), content, ends && work.shop.in_default)?;
        let rows = self.adopt_known(rows, &mut found, &mut work)?;
        let assigned = assign(&keys(&rows), &found);
        let (mut updates, mut creates, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (change, variant) in rows.iter().zip(assigned) {
            match (variant, change.wanted) {
                (None, Wanted::Ended) => work.settle(change, Outcome::done()),
                (None, Wanted::Running) => creates.push(*change),
                (Some(variant), Wanted::Ended) if !work.shop.in_default => ends.push((*change, variant)),
                (Some(variant), _) => updates.push((*change, variant)),
            }
        }
        self.end_in_channel(&ends, &mut work);
        self.update(&updates, &found, &mut work);
        self.create(&creates, &mut work);
        work.finish(changes)
    }

    fn end_in_channel(&self, ends: &[(&OfferChange, &Found)], work: &mut Work) {
        let shop = work.shop.clone();
        let halved = halve(ends, &mut |rows| {
            let ids: Vec<&str> = rows.iter().map(|(_, variant)| variant.id.as_str()).collect();
            self.leave(&ids, &shop).map(|()| rows.iter().map(|_| ()).collect())
        });
        for ((change, variant), result) in ends.iter().zip(halved.rows) {
            match result {
                Some(Ok(())) => {
                    let row = work.row(change, Map::new());
                    work.done(row, variant.id.clone());
                }
                Some(Err(rule)) => work.settle(change, inputs::outcome_of(rule)),
                None => {}
            }
        }
        work.cut = halved.cut;
    }

    fn update(&self, rows: &[(&OfferChange, &Found)], found: &[Found], work: &mut Work) {
        let mut updates: Vec<Update<'_>> = Vec::with_capacity(rows.len());
        let families = self.other_families(rows, work);
        for (change, variant) in rows {
            if work.cut.is_some() {
                return;
            }
            match self.prepare(change, variant, &families, work) {
                Ok(update) => updates.push(update),
                Err(stop) => work.stop(change, stop),
            }
        }
        let inputs: Vec<Value> = updates.iter().map(|update| Value::Object(update.row.input.clone())).collect();
        let halved = halve(&inputs, &mut |inputs| mutate(&self.api, UPDATE_VARIANTS, inputs));
        if let Some(error) = halved.cut {
            // A row is done when its product is, too; all of them are absolute, so they are simply repeated.
            work.cut = Some(error);
            return;
        }
        // One input per product: each of its variants adds what it says.
        let mut products: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for (update, result) in updates.iter().zip(&halved.rows) {
            if let (Some(Ok(())), false) = (result, update.product.is_empty()) {
                let id = update.variant.product.id.as_str();
                let input = products.entry(id).or_insert_with(|| Map::from_iter([("id".to_owned(), json!(id))]));
                input.extend(update.product.clone());
            }
        }
        let inputs: Vec<Value> = products.values().cloned().map(Value::Object).collect();
        let product_rows = halve(&inputs, &mut |inputs| mutate(&self.api, UPDATE_PRODUCTS, inputs));
        let of_product: BTreeMap<String, Option<Result<(), Rule>>> =
            products.keys().map(|id| (*id).to_owned()).zip(product_rows.rows).collect();
        for (update, result) in updates.into_iter().zip(halved.rows) {
            let product = of_product.get(&update.variant.product.id).cloned().unwrap_or(Some(Ok(())));
            match (result, product) {
                (Some(Ok(())), Some(Ok(()))) => self.settle_update(update, found, work),
                (Some(Err(rule)), _) | (_, Some(Err(rule))) => work.settle(update.row.change, inputs::outcome_of(rule)),
                (None, _) | (_, None) => {}
            }
        }
        work.cut = work.cut.take().or(product_rows.cut);
    }

    fn settle_update(&self, update: Update<'_>, found: &[Found], work: &mut Work) {
        let Update { mut row, variant, lost, .. } = update;
        row.messages.extend(doubles(row.change, variant, found));
        // What is left of them is in nobody's way, and the variant has what it is to have.
        let _ = delete_options(&self.api, &lost);
        work.done(row, variant.id.clone());
    }

    /// The products that variants belong to now, where that may be another one than theirs.
    fn other_families(&self, rows: &[(&OfferChange, &Found)], work: &mut Work) -> Families<Product> {
        let elsewhere = |(change, variant): &&(&OfferChange, &Found)| {
            let slug = slug_of(change).filter(|_| change.wanted == Wanted::Running);
            slug.is_some_and(|slug| is_ours(&variant.product.slug) && variant.product.slug != slug)
        };
        let changes: Vec<&OfferChange> = rows.iter().filter(elsewhere).map(|(change, _)| *change).collect();
        Families::find(&self.api, &changes).unwrap_or_else(|failure| {
            work.cut = Some(failure.whole());
            Families::default()
        })
    }

    fn prepare<'a>(
        &self,
        change: &'a OfferChange,
        variant: &'a Found,
        families: &Families<Product>,
        work: &mut Work,
    ) -> Result<Update<'a>, Stop> {
        let mut input = inputs::update_variant(change, &variant.id, &work.shop)?;
        let mut product = inputs::update_product(change, &variant.product);
        let mut lost = Vec::new();
        if change.wanted == Wanted::Ended {
            if let Some(channels) = variant.elsewhere() {
                return Err(channel::ended_elsewhere(&change.sku, channels).into());
            }
        } else {
            if variant.sku != change.sku {
                input.insert("sku".to_owned(), json!(change.sku));
            }
            if let Some(content) = &change.content {
                let family = families.of(change);
                if !family.is_empty() && family.iter().all(|product| product.id != variant.product.id) {
                    return Err(channel::other_product(&change.sku, &variant.product.id).into());
                }
                lost = self.complete(content, variant, &mut input, &mut product, work)?;
            }
        }
        Ok(Update { row: work.row(change, input), variant, product, lost })
    }

    fn create(&self, creates: &[&OfferChange], work: &mut Work) {
        if work.cut.is_some() || creates.is_empty() {
            return;
        }
        let mut families = match Families::find(&self.api, creates) {
            Ok(families) => families,
            Err(failure) => {
                work.cut = Some(failure.whole());
                return;
            }
        };
        let mut rows = Vec::with_capacity(creates.len());
        for change in creates {
            match self.compose(&self.api, change, &mut families, work) {
                Ok(row) => rows.push(row),
                Err(stop) => work.stop(change, stop),
            }
            if work.cut.is_some() {
                break;
            }
        }
        let halved = halve(&rows, &mut |rows| create_variants(&self.api, rows));
        for (row, result) in rows.into_iter().zip(halved.rows) {
            match result {
                Some(Ok(id)) => work.done(row, id),
                Some(Err(rule)) => work.settle(row.change, inputs::outcome_of(rule)),
                None => {}
            }
        }
        work.cut = work.cut.take().or(halved.cut);
    }

    /// A new variant, with a place at its product in a channel.
    pub(super) fn compose<'a>(
        &self,
        api: &Api,
        change: &'a OfferChange,
        families: &mut Families<Product>,
        work: &mut Work,
    ) -> Result<Row<'a>, Stop> {
        let mut input = inputs::create_variant(change, &work.shop)?;
        let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku).into()) };
        input.extend(self.extras(content, None, work)?);
        let place = self.place(api, change, families, work)?;
        input.insert("productId".to_owned(), json!(place.product_id));
        input.insert("optionIds".to_owned(), json!(place.option_ids));
        Ok(work.row(change, input))
    }
}

pub(super) fn keys<'a>(rows: &[&'a OfferChange]) -> Vec<Key<'a>> {
    rows.iter().map(|change| Key::from(*change)).collect()
}

fn mutate(api: &Api, mutation: &str, inputs: &[Value]) -> Result<Vec<()>, Failure> {
    api.call(mutation, json!({ "input": inputs }))?;
    Ok(inputs.iter().map(|_| ()).collect())
}

/// The new ids, in the order of the rows: the shop's own order is not promised.
pub(super) fn create_variants(api: &Api, rows: &[Row<'_>]) -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    struct Created {
        id: String,
        sku: String,
    }
    let inputs: Vec<&Map<String, Value>> = rows.iter().map(|row| &row.input).collect();
    let mut data = api.call(CREATE_VARIANTS, json!({ "input": inputs }))?;
    let created: Vec<Created> = part(&mut data, "/createProductVariants")?;
    let ids: BTreeMap<&str, &str> = created.iter().map(|variant| (variant.sku.as_str(), variant.id.as_str())).collect();
    rows.iter()
        .map(|row| match ids.get(row.change.sku.as_str()) {
            Some(id) => Ok((*id).to_owned()),
            None => Err(super::missing(&format!("the created variant {}", row.change.sku)).into()),
        })
        .collect()
}
