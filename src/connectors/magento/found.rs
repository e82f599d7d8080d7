//! What the shop has of the offers of a call. An offer is a product with a number of its own, also where it is the child of a configurable
//! one: the shop does not name the parent of a child, so that is found by the key of the child's address, which Kontor makes of both.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::known::{Key, Known};
use super::super::rest::{encoded_length, portions};
use super::super::rule::Failure;
use super::super::slug::is_ours;
use super::api::{Api, Criteria, MOST, list};
use crate::domain::Decimal;
use crate::domain::hex::hex;

pub(super) const ENABLED: i64 = 1;
pub(super) const DISABLED: i64 = 2;
/// Of a child of a configurable product: not on a page of its own.
pub(super) const HIDDEN: i64 = 1;
/// In catalogue and search.
pub(super) const VISIBLE: i64 = 4;
pub(super) const URL_KEY: &str = "url_key";

/// Enough for prices, quantities and names.
const SLIM: &str = "items[id,sku,name,attribute_set_id,price,status,visibility,type_id,extension_attributes[website_ids]],total_count";
const WHOLE: &str =
    "items[id,sku,name,attribute_set_id,price,status,visibility,type_id,extension_attributes[website_ids],custom_attributes],total_count";
/// Between the key of a parent's address and what is made of its child's SKU.
const CHILD: &str = "-v";
/// Hexadecimal digits of that.
const DIGITS: usize = 8;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Product {
    #[serde(deserialize_with = "text")]
    pub id: String,
    pub sku: String,
    #[serde(default, deserialize_with = "text")]
    pub name: String,
    #[serde(default)]
    pub attribute_set_id: i64,
    #[serde(default, deserialize_with = "amount")]
    pub price: Option<Decimal>,
    #[serde(default)]
    pub status: i64,
    #[serde(default)]
    pub visibility: i64,
    #[serde(default)]
    pub type_id: String,
    #[serde(default)]
    pub extension_attributes: Extension,
    #[serde(default, deserialize_with = "list")]
    pub media_gallery_entries: Vec<Entry>,
    #[serde(default, deserialize_with = "list")]
    pub custom_attributes: Vec<Custom>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Extension {
    #[serde(default, deserialize_with = "list")]
    pub website_ids: Vec<i64>,
}

/// A picture of a product.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    pub id: i64,
    #[serde(default)]
    pub media_type: String,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub position: i64,
    #[serde(default)]
    pub disabled: bool,
    #[serde(default, deserialize_with = "list")]
    pub types: Vec<String>,
    #[serde(default)]
    pub file: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Custom {
    pub attribute_code: String,
    #[serde(default)]
    pub value: Value,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Decimal::parse(&text),
        Value::Number(number) => Decimal::parse(&number.to_string()),
        _ => None,
    })
}

/// A text of custom attributes; an empty one is none.
pub(super) fn custom<'a>(list: &'a [Custom], code: &str) -> Option<&'a str> {
    list.iter().find(|custom| custom.attribute_code == code).and_then(|custom| custom.value.as_str()).filter(|text| !text.is_empty())
}

/// The key of the address of a child.
pub(super) fn child_key(parent_key: &str, sku: &str) -> String {
    let digest = hex(&Sha256::digest(sku.as_bytes()));
    format!("{parent_key}{CHILD}{}", digest.get(..DIGITS).unwrap_or_default())
}

/// The key of the address of the parent, out of that of its child.
fn parent_key(key: &str) -> Option<&str> {
    let (parent, digest) = key.rsplit_once(CHILD)?;
    (digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(parent)
}

impl Product {
    pub(super) fn custom(&self, code: &str) -> Option<&str> {
        custom(&self.custom_attributes, code)
    }

    /// Something that has a price and a quantity of its own.
    pub(super) fn is_article(&self) -> bool {
        matches!(self.type_id.as_str(), "simple" | "virtual" | "downloadable")
    }

    pub(super) fn is_configurable(&self) -> bool {
        self.type_id == "configurable"
    }

    pub(super) fn is_in(&self, website: i64) -> bool {
        self.extension_attributes.website_ids.contains(&website)
    }

    /// Buyers of the website can have it.
    pub(super) fn runs(&self, website: i64) -> bool {
        self.status == ENABLED && self.is_in(website)
    }

    /// Kontor made its address, and may change it.
    pub(super) fn has_own_key(&self) -> bool {
        self.custom(URL_KEY).is_some_and(|key| is_ours(parent_key(key).unwrap_or(key)))
    }

    /// Kontor listed it as a variant: the key of the address of its parent.
    pub(super) fn parent_key(&self) -> Option<&str> {
        self.custom(URL_KEY).and_then(parent_key)
    }

    /// Its categories.
    pub(super) fn categories(&self) -> Vec<i64> {
        let ids = self.custom_attributes.iter().find(|custom| custom.attribute_code == "category_ids").map(|custom| &custom.value);
        let number = |id: &Value| id.as_i64().or_else(|| id.as_str()?.parse().ok());
        ids.and_then(Value::as_array).into_iter().flatten().filter_map(number).collect()
    }
}

impl Known for Product {
    fn id(&self) -> &str {
        &self.id
    }

    fn sku(&self) -> Option<&str> {
        Some(&self.sku)
    }
}

/// As the shop compares SKUs.
pub(super) fn folded(sku: &str) -> String {
    sku.trim().to_lowercase()
}

impl Api {
    /// Products one of whose values of a field is among these.
    pub(super) fn products(&self, field: &str, values: &BTreeSet<&str>, whole: bool) -> Result<Vec<Product>, Failure> {
        // A comma separates values in a filter.
        let (alone, plain): (Vec<&str>, Vec<&str>) = values.iter().copied().partition(|value| value.contains(','));
        let joined = portions(&plain, MOST, |value| encoded_length(value).saturating_add(3)).into_iter().map(|values| values.join(","));
        let asked: Vec<(&str, String)> =
            joined.map(|values| ("in", values)).chain(alone.into_iter().map(|value| ("eq", value.to_owned()))).collect();
        let mut found = Vec::new();
        for (condition, values) in asked {
            let criteria = Criteria::new().filter(field, condition, &values).sorted("entity_id").fields(if whole { WHOLE } else { SLIM });
            found.extend(self.all::<Product>(&["products"], &criteria)?);
        }
        Ok(found)
    }

    /// The products with the numbers and SKUs of some offers, of whatever kind.
    pub(super) fn find(&self, keys: &[Key<'_>], whole: bool) -> Result<Vec<Product>, Failure> {
        let numbers: BTreeSet<&str> =
            keys.iter().filter_map(|key| key.number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())).collect();
        let mut found: BTreeMap<String, Product> = BTreeMap::new();
        if !numbers.is_empty() {
            found.extend(self.products("entity_id", &numbers, whole)?.into_iter().map(|product| (product.id.clone(), product)));
        }
        let known: BTreeSet<String> = found.values().map(|product| product.sku.clone()).collect();
        let skus: BTreeSet<&str> = keys.iter().flat_map(Key::skus).filter(|sku| !known.contains(*sku)).collect();
        if !skus.is_empty() {
            found.extend(self.products("sku", &skus, whole)?.into_iter().map(|product| (product.id.clone(), product)));
        }
        Ok(found.into_values().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{child_key, parent_key};
    use crate::connectors::slug::slug;

    #[test]
    fn the_address_of_a_child_leads_to_its_parent() {
        for parent in ["P-1", "Ärmel / v12345678", "-"] {
            let key = child_key(&slug(parent), "P-1-Rot");
            assert_eq!(parent_key(&key), Some(slug(parent).as_str()), "{key}");
        }
        for key in ["hemd-blau", "p-1a2b3c4d", "p-1a2b3c4d-vxyzxyzxy"] {
            assert_eq!(parent_key(key), None, "{key}");
        }
    }
}
