//! What the shop has of the offers of a call. An offer is a simple product, or a variation of a variable one, whose number is that of
//! both: `24/26`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::families::{Holder, Shelf};
use super::super::known::{Key, Known};
use super::super::rest::{encoded_length, portions};
use super::super::rule::Failure;
use super::api::{Api, MOST};

pub(super) const OUT_OF_STOCK: &str = "outofstock";

/// SKUs of one look-up: each may find a product and a variation.
const PORTION: usize = 50;

/// A product.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Product {
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub slug: String,
    /// `simple`, `variable`, `variation` or others, such as `grouped`.
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    #[serde(default)]
    pub parent_id: i64,
    #[serde(default)]
    pub sku: String,
    #[serde(default, deserialize_with = "text")]
    pub regular_price: String,
    #[serde(default)]
    pub manage_stock: Value,
    pub stock_quantity: Option<i64>,
    #[serde(default)]
    pub stock_status: String,
    #[serde(default)]
    pub permalink: String,
    #[serde(default)]
    pub global_unique_id: String,
    #[serde(default)]
    pub categories: Vec<Id>,
    #[serde(default)]
    pub images: Vec<Image>,
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    #[serde(default)]
    pub meta_data: Vec<Meta>,
    /// Of a variable product, where they were asked for.
    #[serde(skip)]
    pub siblings: Option<Vec<Variation>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Variation {
    pub id: i64,
    pub status: String,
    #[serde(default)]
    pub sku: String,
    #[serde(default, deserialize_with = "text")]
    pub regular_price: String,
    #[serde(default)]
    pub manage_stock: Value,
    pub stock_quantity: Option<i64>,
    #[serde(default)]
    pub stock_status: String,
    #[serde(default)]
    pub permalink: String,
    #[serde(default)]
    pub global_unique_id: String,
    pub image: Option<Image>,
    #[serde(default)]
    pub meta_data: Vec<Meta>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Id {
    pub id: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Image {
    pub id: i64,
    #[serde(default)]
    pub name: String,
}

/// An attribute of a product; a global one has an id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Attribute {
    #[serde(default)]
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub visible: bool,
    #[serde(default)]
    pub variation: bool,
    #[serde(default)]
    pub options: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Meta {
    pub key: String,
    pub value: Value,
}

/// The record of an offer.
#[derive(Debug, Clone)]
pub(super) struct Record {
    number: String,
    pub product_id: i64,
    /// `None`: a product of its own.
    pub variation: Option<Variation>,
    /// The product itself, where it has no variations.
    pub product: Option<Product>,
}

/// A price is a text, and a number in batches now and then.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

pub(super) fn meta<'a>(list: &'a [Meta], key: &str) -> Option<&'a Value> {
    list.iter().find(|meta| meta.key == key).map(|meta| &meta.value)
}

/// What buyers may still order; `None` where the shop does not count the pieces of the record itself, and sells it.
fn pieces(manage_stock: &Value, quantity: Option<i64>, status: &str) -> Option<i64> {
    match manage_stock {
        Value::Bool(true) => Some(quantity.unwrap_or_default().max(0)),
        _ => (status == OUT_OF_STOCK).then_some(0),
    }
}

impl Record {
    pub(super) fn simple(product: Product) -> Record {
        Record { number: product.id.to_string(), product_id: product.id, variation: None, product: Some(product) }
    }

    pub(super) fn of_variation(product_id: i64, variation: Variation) -> Record {
        Record { number: format!("{product_id}/{}", variation.id), product_id, variation: Some(variation), product: None }
    }

    pub(super) fn number(&self) -> &str {
        &self.number
    }

    pub(super) fn status(&self) -> &str {
        let of_product = self.product.as_ref().map(|product| product.status.as_str());
        self.variation.as_ref().map(|variation| variation.status.as_str()).or(of_product).unwrap_or_default()
    }

    pub(super) fn quantity(&self) -> Option<i64> {
        match (&self.variation, &self.product) {
            (Some(variation), _) => pieces(&variation.manage_stock, variation.stock_quantity, &variation.stock_status),
            (None, Some(product)) => pieces(&product.manage_stock, product.stock_quantity, &product.stock_status),
            (None, None) => None,
        }
    }

    pub(super) fn price(&self) -> &str {
        let of_product = self.product.as_ref().map(|product| product.regular_price.as_str());
        self.variation.as_ref().map(|variation| variation.regular_price.as_str()).or(of_product).unwrap_or_default()
    }

    pub(super) fn ean(&self) -> &str {
        let of_product = self.product.as_ref().map(|product| product.global_unique_id.as_str());
        self.variation.as_ref().map(|variation| variation.global_unique_id.as_str()).or(of_product).unwrap_or_default()
    }

    pub(super) fn permalink(&self) -> &str {
        let of_product = self.product.as_ref().map(|product| product.permalink.as_str());
        self.variation.as_ref().map(|variation| variation.permalink.as_str()).or(of_product).unwrap_or_default()
    }
}

impl Known for Record {
    fn id(&self) -> &str {
        &self.number
    }

    fn sku(&self) -> Option<&str> {
        let of_product = self.product.as_ref().map(|product| product.sku.as_str());
        self.variation.as_ref().map(|variation| variation.sku.as_str()).or(of_product).filter(|sku| !sku.is_empty())
    }
}

impl Holder for Product {
    fn id(&self) -> &str {
        &self.slug
    }

    fn variants(&self) -> Option<Vec<(&str, &str)>> {
        let siblings = self.siblings.as_ref()?;
        // Numbers of variations are compared by SKU here, because the number of an offer has that of its product in it.
        Some(siblings.iter().map(|variation| ("", variation.sku.as_str())).collect())
    }
}

impl Shelf for Api {
    type Product = Product;

    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Product)>, Failure> {
        let found = find(self, keys)?;
        let ids: BTreeSet<i64> = found.iter().filter(|record| record.variation.is_some()).map(|record| record.product_id).collect();
        let products = products(self, &ids)?;
        let with_product = |record: Record| Some((record.number, products.get(&record.product_id)?.clone()));
        Ok(found.into_iter().filter(|record| record.variation.is_some()).filter_map(with_product).collect())
    }

    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
        let mut found = BTreeMap::new();
        for slug in slugs {
            let rows: Vec<Product> = self.list(&["products"], &[("slug", slug), ("status", "any")])?;
            if let Some(mut product) = rows.into_iter().find(|product| product.slug == *slug && product.kind == "variable") {
                product.siblings = Some(variations(self, product.id)?);
                found.insert(slug.clone(), product);
            }
        }
        Ok(found)
    }
}

/// Products by their numbers, as far as they exist, variable ones with their variations.
pub(super) fn products(api: &Api, ids: &BTreeSet<i64>) -> Result<BTreeMap<i64, Product>, Failure> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let (mut found, most) = (BTreeMap::new(), MOST.to_string());
    for ids in ids.chunks(MOST) {
        let include = ids.join(",");
        let rows: Vec<Product> = api.list(&["products"], &[("include", &include), ("status", "any"), ("per_page", &most)])?;
        for mut product in rows {
            if product.kind == "variable" {
                product.siblings = Some(variations(api, product.id)?);
            }
            found.insert(product.id, product);
        }
    }
    Ok(found)
}

pub(super) fn variations(api: &Api, product_id: i64) -> Result<Vec<Variation>, Failure> {
    api.all(&["products", &product_id.to_string(), "variations"], &[("status", "any"), ("orderby", "id"), ("order", "asc")])
}

/// The records with the numbers and SKUs of some offers.
pub(super) fn find(api: &Api, keys: &[Key<'_>]) -> Result<Vec<Record>, Failure> {
    let mut found: BTreeMap<String, Record> = BTreeMap::new();
    let mut variable: BTreeSet<i64> = BTreeSet::new();
    let mut simple: BTreeSet<i64> = BTreeSet::new();
    for number in keys.iter().filter_map(|key| key.number) {
        match number.split_once('/') {
            Some((product, _)) => variable.extend(product.parse::<i64>()),
            None => simple.extend(number.parse::<i64>()),
        }
    }
    for product in products_flat(api, &simple)? {
        found.insert(product.id.to_string(), Record::simple(product));
    }
    let known: BTreeSet<String> = found.values().filter_map(|record| record.sku().map(str::to_owned)).collect();
    let skus: BTreeSet<&str> = keys.iter().flat_map(Key::skus).filter(|sku| !known.contains(*sku)).collect();
    for product in by_skus(api, &skus)? {
        match product.kind.as_str() {
            "variation" => {
                variable.insert(product.parent_id);
            }
            "simple" => {
                found.insert(product.id.to_string(), Record::simple(product));
            }
            _ => {}
        }
    }
    for product_id in variable {
        match variations(api, product_id) {
            Ok(rows) => found.extend(rows.into_iter().map(|row| {
                let record = Record::of_variation(product_id, row);
                (record.number.clone(), record)
            })),
            // The merchant deleted the product.
            Err(Failure::Rule(rule)) if rule.code.ends_with("_invalid_id") => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(found.into_values().collect())
}

fn products_flat(api: &Api, ids: &BTreeSet<i64>) -> Result<Vec<Product>, Failure> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let (mut found, most) = (Vec::new(), MOST.to_string());
    for ids in ids.chunks(MOST) {
        let rows: Vec<Product> = api.list(&["products"], &[("include", &ids.join(",")), ("status", "any"), ("per_page", &most)])?;
        found.extend(rows.into_iter().filter(|product| product.kind == "simple"));
    }
    Ok(found)
}

/// A comma separates SKUs in a look-up, so one that has a comma is looked for alone.
fn by_skus(api: &Api, skus: &BTreeSet<&str>) -> Result<Vec<Product>, Failure> {
    let (alone, plain): (Vec<&str>, Vec<&str>) = skus.iter().copied().partition(|sku| sku.contains(','));
    let plain: Vec<String> =
        portions(&plain, PORTION, |sku| encoded_length(sku).saturating_add(3)).into_iter().map(|skus| skus.join(",")).collect();
    let (mut found, most) = (Vec::new(), MOST.to_string());
    for skus in plain.iter().map(String::as_str).chain(alone) {
        let rows: Vec<Product> = api.list(&["products"], &[("sku", skus), ("status", "any"), ("per_page", &most)])?;
        found.extend(rows);
    }
    Ok(found)
}
