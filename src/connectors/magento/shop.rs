//! What the shop itself is set to: website, currency, unit of weight; and what its products are made of: attribute sets with their
//! attributes and options, tax classes, categories.

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rest::lacks;
use super::super::rule::Failure;
use super::super::{ChannelError, lock};
use super::api::{Criteria, is_missing, list};
use super::{Magento, SETTINGS_AGE};
use crate::domain::{Currency, Decimal};

/// Of categories: the root of all, and those of shops.
const ROOTS: i64 = 1;

#[derive(Debug, Clone)]
pub(super) struct ShopSettings {
    pub website_id: i64,
    pub website: String,
    /// Whether the shop has others, too.
    pub has_websites: bool,
    /// Store views of the website.
    pub stores: Vec<i64>,
    pub currency: Currency,
    pub weight_unit: WeightUnit,
    /// The configured address of the website.
    pub home: String,
    /// When the shop said so, by its own clock.
    pub date: Option<DateTime<Utc>>,
}

/// What is read only when a text or choice needs it.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// Attribute sets by their names.
    sets: Option<BTreeMap<String, i64>>,
    /// Attributes by the set that they are in.
    attributes: BTreeMap<i64, Vec<Attribute>>,
    tax_classes: Option<Vec<TaxClass>>,
    categories: Option<Vec<Category>>,
    /// The SKU of the parent by the number of its child.
    links: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WeightUnit {
    Kilogram,
    Pound,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Attribute {
    pub attribute_id: i64,
    pub attribute_code: String,
    #[serde(default)]
    pub default_frontend_label: Option<String>,
    #[serde(default)]
    pub frontend_input: Option<String>,
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub is_user_defined: bool,
    #[serde(default, deserialize_with = "list")]
    pub options: Vec<Choice>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Choice {
    pub label: String,
    #[serde(default)]
    pub value: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TaxClass {
    pub class_id: i64,
    pub class_name: String,
    class_type: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Category {
    pub id: i64,
    pub parent_id: i64,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    level: i64,
    #[serde(default, deserialize_with = "list")]
    custom_attributes: Vec<super::found::Custom>,
}

#[derive(Debug, Deserialize)]
struct Website {
    id: i64,
    code: String,
}

#[derive(Debug, Deserialize)]
struct StoreConfig {
    id: i64,
    website_id: i64,
    base_currency_code: String,
    weight_unit: String,
    base_url: String,
}

#[derive(Debug, Deserialize)]
struct Configurable {
    sku: String,
    #[serde(default)]
    extension_attributes: Links,
}

#[derive(Debug, Default, Deserialize)]
struct Links {
    #[serde(default, deserialize_with = "list")]
    configurable_product_links: Vec<i64>,
}

#[derive(Debug, Deserialize)]
struct AttributeSet {
    attribute_set_id: i64,
    attribute_set_name: String,
}

impl WeightUnit {
    fn parse(word: &str) -> Option<WeightUnit> {
        match word {
            "kgs" => Some(WeightUnit::Kilogram),
            "lbs" => Some(WeightUnit::Pound),
            _ => None,
        }
    }

    /// So many grams in the shop's unit, to its four places.
    pub(super) fn of_gram(self, gram: Decimal) -> Decimal {
        // A pound has 453.59237 g by definition.
        let (times, by) = match self {
            WeightUnit::Kilogram => (1_i128, 1000_i128),
            WeightUnit::Pound => (100_000, 45_359_237),
        };
        let scaled = (i128::from(gram.0) * times * 2 + by) / (2 * by);
        Decimal(i64::try_from(scaled).unwrap_or(i64::MAX))
    }
}

impl Choice {
    /// The first one of a list is empty.
    pub(super) fn id(&self) -> Option<String> {
        match &self.value {
            Value::String(id) if !id.is_empty() => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }
}

impl Attribute {
    pub(super) fn is_called(&self, name: &str) -> bool {
        let same = |one: &str| one.to_lowercase() == name.to_lowercase();
        same(&self.attribute_code) || self.default_frontend_label.as_deref().is_some_and(same)
    }

    pub(super) fn has_options(&self) -> bool {
        matches!(self.frontend_input.as_deref(), Some("select" | "multiselect")) && self.is_user_defined
    }

    /// Variants can be chosen by it.
    pub(super) fn is_choice(&self) -> bool {
        self.frontend_input.as_deref() == Some("select")
            && self.is_user_defined
            && self.scope.as_deref().is_none_or(|scope| scope == "global")
    }

    fn option(&self, label: &str) -> Option<String> {
        self.options.iter().find(|option| option.label == label).and_then(Choice::id)
    }
}

impl Category {
    pub(super) fn takes_products(&self) -> bool {
        self.level > ROOTS
    }

    /// The category with this number, or with this path of words in the shop's addresses, such as `lampen/leuchten`.
    fn is_called(&self, word: &str) -> bool {
        self.id.to_string() == word || super::found::custom(&self.custom_attributes, "url_path") == Some(word)
    }
}

/// The shop is set to something that Kontor cannot work with.
fn unfit(wrong: &str, remedy: &str) -> Failure {
    ChannelError::Protocol { reason: format!("{wrong}; {remedy}") }.into()
}

impl Magento {
    pub(super) fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let shop = self.read_shop().map_err(Failure::whole)?;
        *lock(&self.catalogue) = Catalogue::default();
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }

    fn read_shop(&self) -> Result<ShopSettings, Failure> {
        let reply = self.api.get(&["store", "websites"], &[])?;
        let date = reply.date;
        let websites: Vec<Website> = reply.part("")?;
        // 0 is the administration.
        let websites: Vec<&Website> = websites.iter().filter(|website| website.id != 0).collect();
        let codes = || websites.iter().map(|website| website.code.as_str()).collect::<Vec<_>>().join(", ");
        let website = match (&self.settings.website, websites.as_slice()) {
            (Some(code), all) => all.iter().find(|website| website.code == *code).copied(),
            (None, [one]) => Some(*one),
            (None, _) => None,
        };
        let remedy = format!("set website in [accounts.settings] to one of {}", codes());
        let website = website.ok_or_else(|| unfit("it is not clear in which website of the shop the account sells", &remedy))?;
        let configs: Vec<StoreConfig> = self.api.get(&["store", "storeConfigs"], &[])?.part("")?;
        let own: Vec<&StoreConfig> = configs.iter().filter(|config| config.website_id == website.id).collect();
        let first =
            own.first().ok_or_else(|| unfit(&format!("the website {} has no store view", website.code), "create one in the shop"))?;
        let currency = Currency::parse(&first.base_currency_code).ok_or_else(|| {
            unfit(&format!("the shop's currency {} is none of ISO 4217", first.base_currency_code), "change it in the shop")
        })?;
        let weight_unit = WeightUnit::parse(&first.weight_unit)
            .ok_or_else(|| unfit(&format!("the shop's unit of weight is {}", first.weight_unit), "change it in the shop"))?;
        Ok(ShopSettings {
            website_id: website.id,
            website: website.code.clone(),
            has_websites: websites.len() > 1,
            stores: own.iter().map(|config| config.id).collect(),
            currency,
            weight_unit,
            home: first.base_url.clone(),
            date,
        })
    }

    /// The attribute set of new products.
    pub(super) fn new_set(&self) -> Result<i64, Failure> {
        let wanted = &self.settings.attribute_set;
        let known = lock(&self.catalogue).sets.clone();
        let sets = match known {
            Some(sets) => sets,
            None => {
                let rows: Vec<AttributeSet> =
                    self.api.all(&["products", "attribute-sets", "sets", "list"], &Criteria::new().sorted("attribute_set_id"))?;
                let sets: BTreeMap<String, i64> = rows.into_iter().map(|set| (set.attribute_set_name, set.attribute_set_id)).collect();
                lock(&self.catalogue).sets = Some(sets.clone());
                sets
            }
        };
        let names = || sets.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let remedy = || format!("set attribute_set in [accounts.settings] to one of {}", names());
        sets.get(wanted).copied().ok_or_else(|| unfit(&format!("the shop has no attribute set \"{wanted}\""), &remedy()))
    }

    pub(super) fn attributes_of(&self, set: i64) -> Result<Vec<Attribute>, Failure> {
        if let Some(known) = lock(&self.catalogue).attributes.get(&set) {
            return Ok(known.clone());
        }
        let fields = "attribute_id,attribute_code,default_frontend_label,frontend_input,scope,is_user_defined,options[label,value]";
        let rows: Vec<Attribute> = self.api.rows(&["products", "attribute-sets", &set.to_string(), "attributes"], &[("fields", fields)])?;
        lock(&self.catalogue).attributes.insert(set, rows.clone());
        Ok(rows)
    }

    /// The option of an attribute with this label; `None`: the shop has none, and Kontor may not add it.
    pub(super) fn option(&self, set: i64, attribute: &Attribute, label: &str) -> Result<Option<String>, Failure> {
        if let Some(id) = attribute.option(label) {
            return Ok(Some(id));
        }
        // Somebody, or an earlier call whose answer was lost, may have added it since.
        let fresh = self.options(&attribute.attribute_code)?;
        if let Some(id) = self.remember(set, attribute, fresh, label) {
            return Ok(Some(id));
        }
        if !self.settings.create_options {
            return Ok(None);
        }
        self.api.post(&["products", "attributes", &attribute.attribute_code, "options"], &json!({ "option": { "label": label } }))?;
        let fresh = self.options(&attribute.attribute_code)?;
        self.remember(set, attribute, fresh, label).map(Some).ok_or_else(|| lacks(&format!("the option {label} that it took")).into())
    }

    fn options(&self, code: &str) -> Result<Vec<Choice>, Failure> {
        self.api.rows(&["products", "attributes", code, "options"], &[])
    }

    fn remember(&self, set: i64, attribute: &Attribute, options: Vec<Choice>, label: &str) -> Option<String> {
        let id = options.iter().find(|option| option.label == label).and_then(Choice::id);
        let mut catalogue = lock(&self.catalogue);
        let known =
            catalogue.attributes.get_mut(&set).and_then(|all| all.iter_mut().find(|one| one.attribute_id == attribute.attribute_id));
        if let Some(known) = known {
            known.options = options;
        }
        id
    }

    /// The number of a tax class of products, by its name or number.
    pub(super) fn tax_class(&self, word: &str) -> Result<Result<String, String>, Failure> {
        let known = lock(&self.catalogue).tax_classes.clone();
        let classes = match known {
            Some(classes) => classes,
            None => {
                let rows: Vec<TaxClass> = self.api.all(&["taxClasses", "search"], &Criteria::new())?;
                let rows: Vec<TaxClass> = rows.into_iter().filter(|class| class.class_type == "PRODUCT").collect();
                lock(&self.catalogue).tax_classes = Some(rows.clone());
                rows
            }
        };
        let found = classes.iter().find(|class| class.class_id.to_string() == word || class.class_name.eq_ignore_ascii_case(word));
        let names = || classes.iter().map(|class| class.class_name.as_str()).collect::<Vec<_>>().join(", ");
        Ok(found.map(|class| class.class_id.to_string()).ok_or_else(names))
    }

    pub(super) fn categories(&self) -> Result<Vec<Category>, Failure> {
        if let Some(known) = &lock(&self.catalogue).categories {
            return Ok(known.clone());
        }
        let rows: Vec<Category> = self.api.all(&["categories", "list"], &Criteria::new().sorted("entity_id"))?;
        lock(&self.catalogue).categories = Some(rows.clone());
        Ok(rows)
    }

    /// The number of the category that a word means.
    pub(super) fn category(&self, word: &str) -> Result<Option<i64>, Failure> {
        let found = |all: &[Category]| all.iter().find(|category| category.takes_products() && category.is_called(word)).map(|one| one.id);
        Ok(found(&self.categories()?))
    }

    /// The SKUs of configurable products by the numbers of their children.
    pub(super) fn links(&self) -> Result<BTreeMap<String, String>, Failure> {
        if let Some(known) = &lock(&self.catalogue).links {
            return Ok(known.clone());
        }
        let fields = "items[sku,extension_attributes[configurable_product_links]],total_count";
        let criteria = Criteria::new().filter("type_id", "eq", "configurable").sorted("entity_id").fields(fields);
        let mut links = BTreeMap::new();
        for parent in self.api.all::<Configurable>(&["products"], &criteria)? {
            links
                .extend(parent.extension_attributes.configurable_product_links.iter().map(|child| (child.to_string(), parent.sku.clone())));
        }
        lock(&self.catalogue).links = Some(links.clone());
        Ok(links)
    }

    /// Whether the shop has the source that the account writes to.
    pub(super) fn has_source(&self) -> Result<bool, Failure> {
        match self.api.get(&["inventory", "sources", &self.settings.source], &[("fields", "source_code,enabled")]) {
            Ok(_) => Ok(true),
            Err(Failure::Rule(rule)) if is_missing(&rule) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

impl Catalogue {
    pub(super) fn forget_categories(&mut self) {
        self.categories = None;
    }
}
