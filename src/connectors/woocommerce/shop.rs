//! What the shop itself is set to: currency, kind of its prices, unit of weight, tax classes, categories, attributes.

use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::super::rule::Failure;
use super::super::{ChannelError, lock};
use super::{SETTINGS_AGE, WooCommerce};
use crate::domain::{Currency, Decimal};

#[derive(Debug, Clone)]
pub(super) struct ShopSettings {
    /// Its configured address, which no other shop has.
    pub home: String,
    pub name: String,
    pub currency: Currency,
    pub gross: bool,
    pub weight_unit: WeightUnit,
    pub tax_classes: Vec<Named>,
    pub attributes: Vec<Named>,
    pub categories: Vec<Category>,
    /// When the shop said so, by its own clock.
    pub date: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub id: i64,
    pub slug: String,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Category {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub parent: i64,
}

impl Category {
    /// The one into which the shop puts articles without a category, as it is delivered.
    pub(super) fn is_default(&self) -> bool {
        self.slug == "uncategorized"
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WeightUnit {
    Gram,
    Kilogram,
    Pound,
    Ounce,
}

#[derive(Debug, Deserialize)]
struct Index {
    name: Option<String>,
    home: String,
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: String,
    value: Value,
}

impl WeightUnit {
    fn parse(word: &str) -> Option<WeightUnit> {
        match word {
            "g" => Some(WeightUnit::Gram),
            "kg" => Some(WeightUnit::Kilogram),
            "lbs" => Some(WeightUnit::Pound),
            "oz" => Some(WeightUnit::Ounce),
            _ => None,
        }
    }

    /// So many grams in the shop's unit, to four places.
    pub(super) fn written(self, gram: Decimal) -> String {
        let units = i128::from(gram.0);
        // A pound has 453.59237 g by definition, an ounce a sixteenth of it.
        let (times, by) = match self {
            WeightUnit::Gram => (1_i128, 1_i128),
            WeightUnit::Kilogram => (1, 1000),
            WeightUnit::Pound => (100_000, 45_359_237),
            WeightUnit::Ounce => (1_600_000, 45_359_237),
        };
        let scaled = (units * times * 2 + by) / (2 * by);
        let text = Decimal(i64::try_from(scaled).unwrap_or(i64::MAX)).to_string();
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }
}

impl ShopSettings {
    /// The slug of a tax class that has this slug or name; that of the standard class is an empty text at a product.
    pub(super) fn tax_class(&self, word: &str) -> Option<&str> {
        let found = self.tax_classes.iter().find(|class| class.slug == word || class.name.eq_ignore_ascii_case(word))?;
        Some(if found.slug == "standard" { "" } else { &found.slug })
    }

    /// The global attribute of this name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Named> {
        self.attributes.iter().find(|attribute| attribute.name.to_lowercase() == name.to_lowercase())
    }

    /// The category that has this slug or id.
    pub(super) fn category(&self, word: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.slug == word || category.id.to_string() == word)
    }
}

impl WooCommerce {
    pub(super) fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let shop = self.read_shop().map_err(Failure::whole)?;
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }

    fn read_shop(&self) -> Result<ShopSettings, Failure> {
        let reply = self.api.index()?;
        let date = reply.date;
        let index: Index = reply.part("")?;
        let setting = |group: &str, id: &str| -> Result<String, Failure> {
            let found: Entry = self.api.get(&["settings", group, id], &[])?.part("")?;
            debug_assert_eq!(found.id, id);
            Ok(found.value.as_str().unwrap_or_default().to_owned())
        };
        let currency = setting("general", "woocommerce_currency")?;
        let currency = Currency::parse(&currency).ok_or_else(|| unfit(&format!("the shop's currency {currency} is none of ISO 4217")))?;
        // Without taxes, prices are what buyers pay.
        let taxed = setting("general", "woocommerce_calc_taxes")? == "yes";
        let gross = !taxed || setting("tax", "woocommerce_prices_include_tax")? == "yes";
        let unit = setting("products", "woocommerce_weight_unit")?;
        let weight_unit = WeightUnit::parse(&unit).ok_or_else(|| unfit(&format!("the shop's unit of weight is {unit}")))?;
        Ok(ShopSettings {
            home: index.home,
            name: index.name.unwrap_or_default(),
            currency,
            gross,
            weight_unit,
            tax_classes: self.api.list(&["taxes", "classes"], &[])?,
            attributes: self.api.list(&["products", "attributes"], &[])?,
            categories: self.api.all(&["products", "categories"], &[("orderby", "id"), ("order", "asc")])?,
            date,
        })
    }
}

/// The shop is set to something that Kontor cannot work with.
fn unfit(wrong: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("{wrong}; change it in the shop's settings") }
}
