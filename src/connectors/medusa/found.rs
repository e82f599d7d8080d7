//! What the shop has of the offers of a call.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use super::super::ChannelError;
use super::super::families::{Holder, Shelf};
use super::super::known::{Key, Known};
use super::super::rest::{encoded_length, portions};
use super::super::rule::Failure;
use super::api::Api;
use super::shop::ShopSettings;
use crate::domain::{Currency, Decimal};

/// Variants or products of one look-up, more than any portion of its address can name.
const MOST: &str = "1000";
/// Keys of one look-up.
const PORTION: usize = 50;

pub(super) const VARIANT: &str = "id,sku,title,ean,weight,manage_inventory,metadata,product_id,\
    prices.id,prices.amount,prices.currency_code,prices.min_quantity,prices.max_quantity,prices.price_rules.attribute,prices.price_rules.value,\
    options.id,options.value,options.option.id,inventory_items.required_quantity,inventory_items.inventory.id,inventory_items.inventory.sku,\
    inventory_items.inventory.location_levels.location_id,inventory_items.inventory.location_levels.stocked_quantity,\
    inventory_items.inventory.location_levels.reserved_quantity";
pub(super) const PRODUCT: &str = "id,handle,title,description,status,thumbnail,metadata,sales_channels.id,categories.id,\
    images.id,images.url,images.rank,options.id,options.title,options.values.id,options.values.value,\
    variants.id,variants.sku,variants.metadata,variants.options.id";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Variant {
    pub id: String,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub ean: Option<String>,
    #[serde(default)]
    pub manage_inventory: bool,
    pub metadata: Option<Map<String, Value>>,
    pub product_id: String,
    #[serde(default, deserialize_with = "list")]
    pub prices: Vec<PriceRow>,
    #[serde(default, deserialize_with = "list")]
    pub options: Vec<Chosen>,
    #[serde(default, deserialize_with = "list")]
    pub inventory_items: Vec<Kit>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PriceRow {
    pub id: String,
    pub amount: Number,
    pub currency_code: String,
    pub min_quantity: Option<Number>,
    pub max_quantity: Option<Number>,
    #[serde(default)]
    pub rules: Map<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Chosen {
    pub id: String,
    pub value: String,
    pub option: Id,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Id {
    pub id: String,
}

/// What a variant takes from the stock.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Kit {
    #[serde(deserialize_with = "whole")]
    pub required_quantity: i64,
    pub inventory: Option<Item>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub id: String,
    pub sku: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub location_levels: Vec<Level>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Level {
    pub location_id: String,
    #[serde(deserialize_with = "whole")]
    pub stocked_quantity: i64,
    #[serde(deserialize_with = "whole")]
    pub reserved_quantity: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Product {
    pub id: String,
    pub handle: String,
    pub title: String,
    pub description: Option<String>,
    pub status: String,
    pub thumbnail: Option<String>,
    pub metadata: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "list")]
    pub sales_channels: Vec<Id>,
    #[serde(default, deserialize_with = "list")]
    pub categories: Vec<Id>,
    #[serde(default, deserialize_with = "list")]
    pub images: Vec<Image>,
    #[serde(default, deserialize_with = "list")]
    pub options: Vec<ProductOption>,
    #[serde(default, deserialize_with = "list")]
    pub variants: Vec<Sibling>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Image {
    pub id: String,
    pub url: String,
    #[serde(default)]
    pub rank: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ProductOption {
    pub id: String,
    pub title: String,
    #[serde(default, deserialize_with = "list")]
    pub values: Vec<OptionValue>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OptionValue {
    pub id: String,
    pub value: String,
}

/// A variant of a product.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Sibling {
    pub id: String,
    pub sku: Option<String>,
    pub metadata: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "list")]
    pub options: Vec<Id>,
}

/// Medusa gives null where a list is empty, now and then.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Quantities may have a fraction in Medusa; a part of a piece cannot be sold here.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(deserializer)?;
    let read = amount(&number).ok_or_else(|| D::Error::custom(format!("{number} is out of range")))?;
    Ok(read.0.div_euclid(Decimal::ONE))
}

impl Known for Variant {
    fn id(&self) -> &str {
        &self.id
    }

    fn sku(&self) -> Option<&str> {
        self.sku.as_deref()
    }
}

impl Holder for Product {
    fn id(&self) -> &str {
        &self.id
    }

    fn variants(&self) -> Option<Vec<(&str, &str)>> {
        Some(self.variants.iter().map(|variant| (variant.id.as_str(), variant.sku.as_deref().unwrap_or_default())).collect())
    }
}

impl Shelf for Api {
    type Product = Product;

    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Product)>, Failure> {
        let variants = find(self, keys)?;
        let ids: BTreeSet<&str> = variants.iter().map(|variant| variant.product_id.as_str()).collect();
        let products = find_products(self, "id[]", &ids)?;
        let with_product = |variant: Variant| Some((variant.id, products.get(&variant.product_id)?.clone()));
        Ok(variants.into_iter().filter_map(with_product).collect())
    }

    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
        let found = find_products(self, "handle[]", &slugs.iter().map(String::as_str).collect())?;
        Ok(found.into_values().map(|product| (product.handle.clone(), product)).collect())
    }
}

impl Variant {
    /// The price that Kontor keeps: for everybody, whatever the quantity.
    pub(super) fn price_in(&self, currency: Currency) -> Option<&PriceRow> {
        self.prices.iter().find(|price| {
            let for_all = price.rules.is_empty() && price.min_quantity.is_none() && price.max_quantity.is_none();
            for_all && price.currency_code.eq_ignore_ascii_case(currency.code())
        })
    }

    /// The one item of the stock that it is made of, piece by piece.
    pub(super) fn item(&self) -> Option<&Item> {
        match self.inventory_items.as_slice() {
            [Kit { required_quantity: 1, inventory: Some(item) }] => Some(item),
            _ => None,
        }
    }

    /// What buyers may still order from a location.
    pub(super) fn available(&self, location_id: &str) -> Option<i64> {
        let of = |kit: &Kit| {
            let level = kit.inventory.as_ref()?.level(location_id);
            let free = level.map_or(0, |level| level.stocked_quantity.saturating_sub(level.reserved_quantity));
            Some(free.max(0) / kit.required_quantity.max(1))
        };
        if !self.manage_inventory {
            return None;
        }
        self.inventory_items.iter().map(of).min().unwrap_or(Some(0))
    }

    /// Kontor ended it in the account's sales channel.
    pub(super) fn ended(&self, shop: &ShopSettings) -> bool {
        is_marked(self.metadata.as_ref(), shop)
    }
}

impl Item {
    pub(super) fn level(&self, location_id: &str) -> Option<&Level> {
        self.location_levels.iter().find(|level| level.location_id == location_id)
    }
}

impl Product {
    pub(super) fn sold_in(&self, shop: &ShopSettings) -> bool {
        self.sales_channels.iter().any(|channel| channel.id == shop.sales_channel_id)
    }

    pub(super) fn is_published(&self) -> bool {
        self.status == "published"
    }
}

/// The key of the metadata that says that a variant ended: Medusa has no switch for single variants of a product.
pub(super) fn mark(shop: &ShopSettings) -> String {
    format!("kontor_ended_{}", shop.sales_channel_id)
}

pub(super) fn is_marked(metadata: Option<&Map<String, Value>>, shop: &ShopSettings) -> bool {
    metadata.is_some_and(|metadata| metadata.contains_key(&mark(shop)))
}

pub(super) fn amount(number: &Number) -> Option<Decimal> {
    Decimal::parse(&number.to_string())
}

/// The variants with the numbers and SKUs of some offers.
pub(super) fn find(api: &Api, keys: &[Key<'_>]) -> Result<Vec<Variant>, ChannelError> {
    let size = |key: &Key<'_>| {
        let texts = key.skus().chain(key.number);
        texts.map(|text| encoded_length(text).saturating_add(32)).sum()
    };
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for portion in portions(keys, PORTION, size) {
        let mut query: Vec<(&str, &str)> = vec![("fields", VARIANT), ("limit", MOST), ("order", "id")];
        query.extend(portion.iter().flat_map(Key::skus).map(|sku| ("$or[0][sku][]", sku)));
        query.extend(portion.iter().filter_map(|key| key.number).map(|number| ("$or[1][id][]", number)));
        let rows: Vec<Variant> = api.list(&["product-variants"], "variants", &query).map_err(Failure::whole)?;
        found.extend(rows.into_iter().filter(|variant| seen.insert(variant.id.clone())));
    }
    Ok(found)
}

/// Products by what `key` says (`id[]`, `handle[]`), as far as they exist, by their id.
pub(super) fn find_products(api: &Api, key: &str, values: &BTreeSet<&str>) -> Result<BTreeMap<String, Product>, Failure> {
    let values: Vec<&str> = values.iter().copied().collect();
    let mut found = BTreeMap::new();
    for portion in portions(&values, PORTION, |value| encoded_length(value).saturating_add(16)) {
        let mut query: Vec<(&str, &str)> = vec![("fields", PRODUCT), ("limit", MOST)];
        query.extend(portion.iter().map(|value| (key, *value)));
        let rows: Vec<Product> = api.list(&["products"], "products", &query)?;
        found.extend(rows.into_iter().map(|mut product| {
            product.images.sort_by_key(|image| image.rank);
            (product.id.clone(), product)
        }));
    }
    Ok(found)
}
