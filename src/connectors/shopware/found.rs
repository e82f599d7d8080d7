//! What the shop has of the offers of a call. An offer is a product without variants, or a variant, whose parent is a product, too.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Value, json};

use super::super::families::{Holder, Shelf};
use super::super::known::{Key, Known};
use super::super::rule::Failure;
use super::api::{Api, MOST, any, one_of};
use super::ids::{self, is_id};
use crate::domain::Decimal;

/// How many products an article may find in its place before it gives up.
pub(super) const ATTEMPTS: usize = 3;
/// In the custom fields of a parent that Kontor made: the slug of its family.
pub(super) const FAMILY: &str = "kontor_family";
/// In those of a product: the category in which Kontor put it.
pub(super) const CATEGORY: &str = "kontor_category";

/// A product or variant. What a variant lacks it has from its parent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    pub id: String,
    pub product_number: Option<String>,
    pub parent_id: Option<String>,
    pub name: Option<String>,
    pub active: Option<bool>,
    pub stock: Option<i64>,
    pub available_stock: Option<i64>,
    pub ean: Option<String>,
    pub tax_id: Option<String>,
    pub cover_id: Option<String>,
    pub manufacturer_id: Option<String>,
    pub auto_increment: Option<i64>,
    pub child_count: Option<i64>,
    pub price: Option<Vec<Value>>,
    #[serde(default)]
    pub custom_fields: Value,
    pub prices: Option<Vec<RulePrice>>,
    pub visibilities: Option<Vec<Visibility>>,
    pub categories: Option<Vec<Id>>,
    pub media: Option<Vec<ProductMedia>>,
    pub options: Option<Vec<OptionOf>>,
    pub properties: Option<Vec<OptionOf>>,
    pub configurator_settings: Option<Vec<Setting>>,
    pub children: Option<Vec<Child>>,
    pub parent: Option<Box<Product>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RulePrice {
    pub id: String,
    pub rule_id: String,
    pub quantity_start: i64,
    pub price: Option<Vec<Value>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visibility {
    pub id: String,
    pub sales_channel_id: String,
    pub visibility: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Id {
    pub id: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductMedia {
    pub id: String,
    pub media_id: String,
    pub position: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OptionOf {
    pub id: String,
    pub group_id: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Setting {
    pub option_id: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Child {
    pub id: String,
    pub product_number: Option<String>,
}

/// A number with more digits than money has.
pub(super) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = f64::deserialize(deserializer)?;
    Decimal::parse(&format!("{number:.4}")).ok_or_else(|| D::Error::custom(format!("{number} is no amount")))
}

fn list<T>(list: Option<&Vec<T>>) -> &[T] {
    list.map_or(&[][..], Vec::as_slice)
}

impl Known for Product {
    fn id(&self) -> &str {
        &self.id
    }

    fn sku(&self) -> Option<&str> {
        self.product_number.as_deref()
    }
}

impl Holder for Product {
    fn id(&self) -> &str {
        &self.id
    }

    /// A product of the merchant without variants holds itself.
    fn variants(&self) -> Option<Vec<(&str, &str)>> {
        let children = self.children.as_ref()?;
        if self.is_variant() {
            // Of another family, under the number that the parent should have.
            return Some(vec![("", "")]);
        }
        if children.is_empty() && self.family().is_none() {
            return Some(vec![(self.id.as_str(), self.product_number.as_deref().unwrap_or_default())]);
        }
        Some(children.iter().map(|child| (child.id.as_str(), child.product_number.as_deref().unwrap_or_default())).collect())
    }
}

impl Product {
    pub(super) fn is_variant(&self) -> bool {
        self.parent_id.is_some()
    }

    /// The shop counts the variants in its queue, later.
    pub(super) fn is_parent(&self) -> bool {
        self.child_count.is_some_and(|count| count > 0) || self.family().is_some()
    }

    /// A text in the custom fields.
    pub(super) fn noted(&self, key: &str) -> Option<&str> {
        self.custom_fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The slug of the family that Kontor made it for.
    pub(super) fn family(&self) -> Option<&str> {
        self.noted(FAMILY)
    }

    pub(super) fn is_active(&self) -> bool {
        self.active.or_else(|| self.parent.as_ref()?.active).unwrap_or(false)
    }

    /// Where it is visible: its own list, or for a variant without one that of its parent.
    pub(super) fn visible_in(&self) -> &[Visibility] {
        let own = list(self.visibilities.as_ref());
        match &self.parent {
            Some(parent) if own.is_empty() => list(parent.visibilities.as_ref()),
            _ => own,
        }
    }

    pub(super) fn own_visibilities(&self) -> &[Visibility] {
        list(self.visibilities.as_ref())
    }

    pub(super) fn is_on_sale(&self, channel_id: &str) -> bool {
        self.is_active() && self.visible_in().iter().any(|row| row.sales_channel_id == channel_id)
    }

    pub(super) fn tax_id(&self) -> Option<&str> {
        self.tax_id.as_deref().or_else(|| self.parent.as_ref()?.tax_id.as_deref())
    }

    pub(super) fn prices_for(&self, rule: Option<&str>) -> &[Value] {
        match rule {
            None => list(self.price.as_ref()),
            Some(rule) => self.rule_price(rule).map_or(&[][..], |price| list(price.price.as_ref())),
        }
    }

    /// The price for one piece and more.
    pub(super) fn rule_price(&self, rule: &str) -> Option<&RulePrice> {
        list(self.prices.as_ref()).iter().find(|price| price.rule_id == rule && price.quantity_start <= 1)
    }

    pub(super) fn category_ids(&self) -> Vec<&str> {
        list(self.categories.as_ref()).iter().map(|category| category.id.as_str()).collect()
    }

    pub(super) fn pictures(&self) -> Vec<&ProductMedia> {
        let mut pictures: Vec<&ProductMedia> = list(self.media.as_ref()).iter().collect();
        pictures.sort_by_key(|picture| picture.position.unwrap_or_default());
        pictures
    }

    pub(super) fn options(&self) -> &[OptionOf] {
        list(self.options.as_ref())
    }

    pub(super) fn properties(&self) -> &[OptionOf] {
        list(self.properties.as_ref())
    }

    pub(super) fn offers_option(&self, option: &str) -> bool {
        list(self.configurator_settings.as_ref()).iter().any(|setting| setting.option_id == option)
    }
}

/// How much of products is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Price, stock, and whether it is on sale.
    Values,
    /// Content, too.
    Content,
    /// A parent with its variants.
    Family,
}

pub(super) fn criteria(filter: Value, depth: Depth) -> Value {
    let visibilities = json!({});
    let mut associations = json!({ "visibilities": visibilities, "parent": { "associations": { "visibilities": {} } }, "prices": {} });
    let deep: &[&str] = match depth {
        Depth::Values => &[],
        Depth::Content => &["categories", "media", "options", "properties"],
        Depth::Family => &["categories", "media", "properties", "configuratorSettings", "children"],
    };
    if let Some(map) = associations.as_object_mut() {
        map.extend(deep.iter().map(|name| ((*name).to_owned(), json!({}))));
    }
    let mut fields = vec![
        "id",
        "productNumber",
        "parentId",
        "name",
        "active",
        "stock",
        "availableStock",
        "ean",
        "taxId",
        "coverId",
        "manufacturerId",
        "autoIncrement",
        "childCount",
        "price",
        "customFields",
        "prices",
        "visibilities",
        "parent",
    ];
    fields.extend(deep);
    json!({
        "limit": MOST,
        "filter": [filter],
        "associations": associations,
        "includes": {
            "product": fields,
            "product_price": ["id", "ruleId", "quantityStart", "price"],
            "product_visibility": ["id", "salesChannelId", "visibility"],
            "product_media": ["id", "mediaId", "position"],
            "category": ["id"],
            "property_group_option": ["id", "groupId"],
            "product_configurator_setting": ["optionId"],
        },
    })
}

/// Products by numbers or SKUs, as far as they are there.
fn products(api: &Api, ids: &BTreeSet<String>, skus: &BTreeSet<String>, depth: Depth) -> Result<Vec<Product>, Failure> {
    enum Word<'a> {
        Id(&'a str),
        Sku(&'a str),
    }
    let words: Vec<Word<'_>> = ids.iter().map(|id| Word::Id(id)).chain(skus.iter().map(|sku| Word::Sku(sku))).collect();
    let mut found: Vec<Product> = Vec::new();
    // Each word finds one product at most: an SKU is there once, whatever its letters' case.
    for part in words.chunks(MOST) {
        let ids: Vec<&str> = part.iter().filter_map(|word| if let Word::Id(id) = word { Some(*id) } else { None }).collect();
        let skus: Vec<&str> = part.iter().filter_map(|word| if let Word::Sku(sku) = word { Some(*sku) } else { None }).collect();
        let queries = [("id", ids), ("productNumber", skus)];
        let queries = queries.iter().filter(|(_, values)| !values.is_empty()).map(|(field, values)| one_of(field, values));
        let page: Vec<Product> = api.search("product", &criteria(any(queries.collect()), depth))?;
        for product in page {
            if found.iter().all(|known| known.id != product.id) {
                found.push(product);
            }
        }
    }
    Ok(found)
}

/// What the shop has of some offers. `new`: SKUs whose products may have to be made, so that it is known which numbers are free.
pub(super) fn find(api: &Api, keys: &[Key<'_>], new: &[&str], depth: Depth) -> Result<Vec<Product>, Failure> {
    let numbers = keys.iter().filter_map(|key| key.number).filter(|number| is_id(number)).map(str::to_owned);
    let free = new.iter().flat_map(|sku| (1..=ATTEMPTS).map(|attempt| ids::product(sku, attempt)));
    let skus: BTreeSet<String> = keys.iter().flat_map(Key::skus).map(str::to_owned).collect();
    products(api, &numbers.chain(free).collect(), &skus, depth)
}

/// The families of a call, with the number of each parent by its slug.
pub(super) struct Parents<'a> {
    pub api: &'a Api,
    pub numbers: BTreeMap<String, String>,
}

impl Parents<'_> {
    pub(super) fn of_ids(&self, ids: &BTreeSet<String>) -> Result<Vec<Product>, Failure> {
        if ids.is_empty() { Ok(Vec::new()) } else { products(self.api, ids, &BTreeSet::new(), Depth::Family) }
    }
}

impl Shelf for Parents<'_> {
    type Product = Product;

    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Product)>, Failure> {
        let ids = keys.iter().filter_map(|key| key.number).filter(|number| is_id(number)).map(str::to_owned).collect();
        let variants = products(self.api, &ids, &BTreeSet::new(), Depth::Values)?;
        let of: BTreeSet<String> = variants.iter().filter_map(|variant| variant.parent_id.clone()).collect();
        let parents = self.of_ids(&of)?;
        let of = |variant: &Product| parents.iter().find(|parent| Some(&parent.id) == variant.parent_id.as_ref()).cloned();
        Ok(variants.iter().filter_map(|variant| Some((variant.id.clone(), of(variant)?))).collect())
    }

    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
        let own = slugs.iter().map(|slug| ids::family(slug)).collect();
        let numbers = slugs.iter().filter_map(|slug| self.numbers.get(slug).cloned()).collect();
        let found = products(self.api, &own, &numbers, Depth::Family)?;
        let of = |slug: &String| {
            let made = found.iter().find(|product| product.id == ids::family(slug));
            let number = self.numbers.get(slug);
            let named = || found.iter().find(|product| number.is_some() && product.product_number.as_ref() == number);
            made.or_else(named).cloned()
        };
        Ok(slugs.iter().filter_map(|slug| Some((slug.clone(), of(slug)?))).collect())
    }
}
