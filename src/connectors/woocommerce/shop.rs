//! What the shop itself is set to: currency, kind of its prices, unit of weight, tax classes, categories, attributes.

use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;

use super::super::rest::lacks;
use super::super::rule::Failure;
use super::super::{ChannelError, lock};
use super::values::plain;
use super::{SETTINGS_AGE, WooCommerce};
use crate::domain::{Currency, Decimal};

#[derive(Debug, Clone)]
pub(super) struct ShopSettings {
    /// Its configured address, which no other shop has.
    pub home: String,
    pub currency: Currency,
    pub gross: bool,
    pub weight_unit: WeightUnit,
    /// The shop counts pieces; else a product is in stock or not.
    pub counts_stock: bool,
    pub tax_classes: Vec<Named>,
    pub attributes: Vec<Named>,
    pub categories: Vec<Category>,
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

/// What a shop says of itself to everybody.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    pub name: Option<String>,
    pub home: String,
    /// What the shop and its plug-ins answer to, such as `wc/v3`.
    #[serde(default)]
    pub namespaces: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
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

    /// The category that has this slug or id, or this path of names, such as `Lamps > Table lamps`.
    pub(super) fn category(&self, word: &str) -> Option<&Category> {
        let known = self.categories.iter().find(|category| category.slug == word || category.id.to_string() == word);
        known.or_else(|| {
            let between = if word.contains('>') { '>' } else { '/' };
            let path: Vec<&str> = word.split(between).map(str::trim).collect();
            self.categories.iter().find(|category| self.is_at(category, &path))
        })
    }

    fn is_at(&self, category: &Category, path: &[&str]) -> bool {
        let mut at = Some(category);
        for name in path.iter().rev() {
            let Some(here) = at.filter(|here| plain(&here.name).to_lowercase() == name.to_lowercase()) else { return false };
            at = self.categories.iter().find(|parent| parent.id == here.parent);
        }
        at.is_none()
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
        let index: Index = self.api.index()?.part("")?;
        let settings = |group: &str| self.api.list::<Entry>(&["settings", group], &[]);
        let (general, tax, products) = (settings("general")?, settings("tax")?, settings("products")?);
        let currency = value(&general, "woocommerce_currency").ok_or_else(|| lacks("woocommerce_currency"))?;
        let currency = Currency::parse(currency).ok_or_else(|| unfit(&format!("the shop's currency {currency} is none of ISO 4217")))?;
        // Without taxes, prices are what buyers pay.
        let taxed = value(&general, "woocommerce_calc_taxes") == Some("yes");
        let gross = !taxed || value(&tax, "woocommerce_prices_include_tax") == Some("yes");
        let unit = value(&products, "woocommerce_weight_unit").unwrap_or_default();
        let weight_unit = WeightUnit::parse(unit).ok_or_else(|| unfit(&format!("the shop's unit of weight is {unit}")))?;
        Ok(ShopSettings {
            home: index.home,
            currency,
            gross,
            weight_unit,
            counts_stock: value(&products, "woocommerce_manage_stock") != Some("no"),
            tax_classes: self.api.list(&["taxes", "classes"], &[])?,
            attributes: self.api.list(&["products", "attributes"], &[])?,
            categories: self.api.all(&["products", "categories"], &[("orderby", "id"), ("order", "asc")])?,
        })
    }
}

fn value<'a>(settings: &'a [Entry], id: &str) -> Option<&'a str> {
    settings.iter().find(|setting| setting.id == id)?.value.as_str()
}

/// The shop is set to something that Kontor cannot work with.
fn unfit(wrong: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("{wrong}; change it in the shop's settings") }
}
