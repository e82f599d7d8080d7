//! Offers: find by SKU, update what is there, create what is missing, one outcome per row.
//!
//! Vendure accepts a second variant with the same SKU without a word. So every row is looked up before it is created,
//! and a repeat after an unclear answer finds what the first attempt left behind.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ChannelError, OfferChange, Outcome, RowResult};
use super::graphql::{Failure, Rule};
use super::split::halve;
use super::{Vendure, inputs, part};
use crate::domain::OfferId;
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

/// Rows of one page of a list. Vendure's own limit is 1000 unless the shop lowers it.
pub(super) const PAGE: usize = 100;
/// Pages that a look-up reads: 50 SKUs, each twenty times.
const MOST_PAGES: usize = 10;

const FIND: &str = "query ($skus: [String!], $take: Int, $skip: Int) { productVariants(options: {
  filter: {sku: {in: $skus}}, sort: {id: ASC}, take: $take, skip: $skip}) { totalItems items {
  id sku product { id enabled variantList(options: {take: 1}) { totalItems } } } } }";
const UPDATE_VARIANTS: &str = "mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }";
const UPDATE_PRODUCTS: &str = "mutation ($input: [UpdateProductInput!]!) { updateProducts(input: $input) { id } }";
const CREATE_VARIANTS: &str = "mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id sku } }";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Found {
    pub id: String,
    pub sku: String,
    pub product: FoundProduct,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FoundProduct {
    pub id: String,
    pub enabled: bool,
    pub variant_list: Total,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Total {
    pub total_items: u64,
}

/// Of several variants with one SKU: the one that Kontor knows by its number, else the oldest.
pub(super) fn choose<'a>(change: &OfferChange, found: &'a [Found]) -> Option<&'a Found> {
    let mut same = found.iter().filter(|variant| variant.sku == change.sku);
    same.clone().find(|variant| change.external_number.as_deref() == Some(&variant.id)).or_else(|| same.next())
}

/// Reports doubles to the merchant: buyers may find the one that Kontor does not keep.
fn doubles(change: &OfferChange, found: &[Found]) -> Vec<Message> {
    let ids: Vec<&str> = found.iter().filter(|variant| variant.sku == change.sku).map(|variant| variant.id.as_str()).collect();
    if ids.len() < 2 {
        return Vec::new();
    }
    vec![channel::sku_twice(ids.len(), &change.sku, ids.join(", "))]
}

impl Vendure {
    pub(super) fn submit_offers(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        let shop = self.shop_for(changes)?;
        let found = self.find(changes)?;
        let mut results = Vec::with_capacity(changes.len());
        let mut settle = |change: &OfferChange, outcome: Outcome| results.push(RowResult { offer_id: change.offer_id, outcome });
        let (mut updates, mut creates) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for change in changes {
            if !seen.insert(change.sku.as_str()) {
                // The second of two new rows with one SKU would create a double; next time it finds the first one.
                settle(change, Outcome::Later { after: None, reason: format!("the SKU {} is in this call twice", change.sku) });
                continue;
            }
            match (choose(change, &found), change.wanted) {
                (None, Wanted::Ended) => settle(change, Outcome::done()),
                (None, Wanted::Running) => match inputs::create_variant(change, &shop) {
                    Ok(input) => creates.push((change, input)),
                    Err(refusal) => settle(change, Outcome::Refused(refusal)),
                },
                (Some(variant), _) => match inputs::update_variant(change, &variant.id, &shop) {
                    Ok(input) => updates.push((change, variant, input)),
                    Err(refusal) => settle(change, Outcome::Refused(refusal)),
                },
            }
        }
        let mut cut = self.update(&updates, &found, &mut settle);
        if cut.is_none() {
            cut = self.create(creates, &mut settle);
        }
        match cut {
            None => Ok(results),
            Some(error) if results.is_empty() => Err(error),
            Some(error) => {
                // Some rows are settled at the shop, so the call did not fail as a whole.
                let settled: BTreeSet<OfferId> = results.iter().map(|row| row.offer_id).collect();
                let after = match &error {
                    ChannelError::Unavailable { retry_after, .. } => *retry_after,
                    ChannelError::Unauthorized { .. } | ChannelError::Protocol { .. } => None,
                };
                let rest = changes.iter().filter(|change| !settled.contains(&change.offer_id));
                results.extend(
                    rest.map(|change| RowResult {
                        offer_id: change.offer_id,
                        outcome: Outcome::Later { after, reason: error.to_string() },
                    }),
                );
                Ok(results)
            }
        }
    }

    fn find(&self, changes: &[OfferChange]) -> Result<Vec<Found>, ChannelError> {
        let skus: Vec<&str> = changes.iter().map(|change| change.sku.as_str()).collect();
        let mut found: Vec<Found> = Vec::new();
        for page in 0..MOST_PAGES {
            let variables = json!({ "skus": skus, "take": PAGE, "skip": page.saturating_mul(PAGE) });
            let mut data = self.api.call(FIND, variables).map_err(Failure::whole)?;
            let total: usize = part(&mut data, "/productVariants/totalItems")?;
            let items: Vec<Found> = part(&mut data, "/productVariants/items")?;
            let last = items.is_empty();
            found.extend(items);
            if last || found.len() >= total {
                return Ok(found);
            }
        }
        Err(ChannelError::Protocol {
            reason: format!("the shop has more than {} variants for {} SKUs; delete the doubles", found.len(), skus.len()),
        })
    }

    fn update(
        &self,
        updates: &[(&OfferChange, &Found, Value)],
        found: &[Found],
        settle: &mut dyn FnMut(&OfferChange, Outcome),
    ) -> Option<ChannelError> {
        let variants: Vec<&Value> = updates.iter().map(|(_, _, input)| input).collect();
        let halved = halve(&variants, &mut |inputs| self.mutate(UPDATE_VARIANTS, inputs));
        if let Some(error) = halved.cut {
            // A row is done when its product is, too; all of them are absolute, so they are simply repeated.
            return Some(error);
        }
        // One input per product: the last one of its variants speaks for it.
        let mut products: BTreeMap<&str, Value> = BTreeMap::new();
        for ((change, variant, _), result) in updates.iter().zip(&halved.rows) {
            let FoundProduct { id, enabled, variant_list } = &variant.product;
            if let (Some(Ok(())), Some(input)) = (result, inputs::update_product(change, id, variant_list.total_items <= 1, *enabled)) {
                products.insert(id, input);
            }
        }
        let product_inputs: Vec<&Value> = products.values().collect();
        let product_rows = halve(&product_inputs, &mut |inputs| self.mutate(UPDATE_PRODUCTS, inputs));
        let of_product: BTreeMap<&str, Option<Result<(), Rule>>> = products.keys().copied().zip(product_rows.rows).collect();
        for ((change, variant, _), result) in updates.iter().zip(halved.rows) {
            let product = of_product.get(variant.product.id.as_str()).cloned().unwrap_or(Some(Ok(())));
            match (result, product) {
                (Some(Ok(())), Some(Ok(()))) => {
                    settle(
                        change,
                        Outcome::Done { external_number: Some(variant.id.clone()), url: None, messages: doubles(change, found) },
                    );
                }
                (Some(Err(rule)), _) | (_, Some(Err(rule))) => settle(change, inputs::outcome_of(rule)),
                (None, _) | (_, None) => {}
            }
        }
        product_rows.cut
    }

    fn mutate(&self, mutation: &str, inputs: &[&Value]) -> Result<Vec<()>, Failure> {
        self.api.call(mutation, json!({ "input": inputs }))?;
        Ok(inputs.iter().map(|_| ()).collect())
    }

    fn create(
        &self,
        creates: Vec<(&OfferChange, serde_json::Map<String, Value>)>,
        settle: &mut dyn FnMut(&OfferChange, Outcome),
    ) -> Option<ChannelError> {
        let mut products = match self.find_products(creates.iter().map(|(change, _)| *change)) {
            Ok(products) => products,
            Err(error) => return Some(error),
        };
        let mut rows = Vec::with_capacity(creates.len());
        for (change, mut input) in creates {
            match self.place(change, &mut products) {
                Ok(place) => {
                    input.insert("productId".to_owned(), json!(place.product_id));
                    input.insert("optionIds".to_owned(), json!(place.option_ids));
                    rows.push((change, Value::Object(input)));
                }
                Err(Failure::Rule(rule)) => settle(change, inputs::outcome_of(rule)),
                Err(Failure::Channel(error)) => return Some(error),
            }
        }
        let halved = halve(&rows, &mut |rows| self.create_variants(rows));
        for ((change, _), result) in rows.iter().zip(halved.rows) {
            match result {
                Some(Ok(id)) => settle(change, Outcome::Done { external_number: Some(id), url: None, messages: Vec::new() }),
                Some(Err(rule)) => settle(change, inputs::outcome_of(rule)),
                None => {}
            }
        }
        halved.cut
    }

    /// The new ids, in the order of the rows: the shop's own order is not promised.
    fn create_variants(&self, rows: &[(&OfferChange, Value)]) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        struct Created {
            id: String,
            sku: String,
        }
        let inputs: Vec<&Value> = rows.iter().map(|(_, input)| input).collect();
        let mut data = self.api.call(CREATE_VARIANTS, json!({ "input": inputs }))?;
        let created: Vec<Created> = part(&mut data, "/createProductVariants")?;
        let ids: BTreeMap<&str, &str> = created.iter().map(|variant| (variant.sku.as_str(), variant.id.as_str())).collect();
        rows.iter()
            .map(|(change, _)| match ids.get(change.sku.as_str()) {
                Some(id) => Ok((*id).to_owned()),
                None => Err(super::missing(&format!("the created variant {}", change.sku)).into()),
            })
            .collect()
    }
}
