//! What is sent for an offer. Fields that are not named stay as they are in the shop.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::prices::{Sells, fitting};
use super::super::rule::Failure;
use super::super::{OfferChange, OfferContent, VariantContent};
use super::Magento;
use super::found::{DISABLED, ENABLED, Product, URL_KEY};
use super::shop::{Attribute, ShopSettings};
use super::stop::Stop;
use crate::domain::Decimal;
use crate::domain::message::{Message, channel};

/// Of a special price. The shop moves its first day to today when a product is saved without it (seen with 2.4.7).
const SPECIAL_FROM: &str = "special_from_date";

/// A product on its way.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub fields: Map<String, Value>,
    custom: BTreeMap<String, Value>,
    extension: Map<String, Value>,
    pub messages: Vec<Message>,
}

/// An exact amount as a number of JSON.
pub(super) fn number(amount: Decimal) -> Value {
    serde_json::from_str(&amount.to_string()).unwrap_or(Value::Null)
}

/// The price in the shop's kind and currency, or why it does not fit the shop.
pub(super) fn price(change: &OfferChange, net: bool, shop: &ShopSettings) -> Result<Option<Decimal>, Message> {
    let Some(price) = change.price else { return Ok(None) };
    let sells = Sells { currency: shop.currency, currencies: &[shop.currency], gross: !net };
    fitting(price, sells).map(|money| Some(money.amount))
}

/// The source keeps pieces until they are shipped: those that are ordered are still in it.
pub(super) fn on_hand(change: &OfferChange) -> Option<i32> {
    change.quantity.map(|quantity| quantity.offered.max(0).saturating_add(quantity.reserved_here.max(0)))
}

impl Draft {
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.custom.is_empty() && self.extension.is_empty()
    }

    pub(super) fn set(&mut self, field: &str, value: Value) {
        self.fields.insert(field.to_owned(), value);
    }

    pub(super) fn custom(&mut self, code: &str, value: impl Into<Value>) {
        self.custom.insert(code.to_owned(), value.into());
    }

    pub(super) fn extend(&mut self, key: &str, value: Value) {
        self.extension.insert(key.to_owned(), value);
    }

    /// On sale in the website. The merchant may sell the product in others, too.
    pub(super) fn on_sale(&mut self, product: &Product, shop: &ShopSettings) {
        if product.status != ENABLED {
            self.set("status", json!(ENABLED));
        }
        if !product.is_in(shop.website_id) {
            let mut all = product.extension_attributes.website_ids.clone();
            all.push(shop.website_id);
            self.extend("website_ids", json!(all));
        }
    }

    /// Off sale in the website.
    pub(super) fn off_sale(&mut self, product: &Product, shop: &ShopSettings) {
        if !product.runs(shop.website_id) {
            return;
        }
        let others: Vec<i64> = product.extension_attributes.website_ids.iter().copied().filter(|id| *id != shop.website_id).collect();
        match others.is_empty() {
            true => self.set("status", json!(DISABLED)),
            false => self.extend("website_ids", json!(others)),
        }
    }

    /// What is sent of a product that is there. The number says which one, so that another SKU renames it.
    pub(super) fn changes(mut self, product: &Product, sku: &str) -> Value {
        if let Some(from) = product.custom(SPECIAL_FROM).filter(|_| product.custom("special_price").is_some()) {
            self.custom(SPECIAL_FROM, from);
        }
        self.set("id", product.id.parse::<i64>().map_or(Value::Null, Value::from));
        self.set("attribute_set_id", json!(product.attribute_set_id));
        self.set("type_id", json!(product.type_id));
        self.written(sku)
    }

    pub(super) fn created(mut self, kind: &str, set: i64, sku: &str, shop: &ShopSettings) -> Value {
        self.set("attribute_set_id", json!(set));
        self.set("type_id", json!(kind));
        self.set("status", json!(ENABLED));
        self.extend("website_ids", json!([shop.website_id]));
        self.written(sku)
    }

    fn written(self, sku: &str) -> Value {
        let Draft { mut fields, custom, extension, .. } = self;
        fields.insert("sku".to_owned(), json!(sku));
        if !custom.is_empty() {
            let custom: Vec<Value> = custom.iter().map(|(code, value)| json!({ "attribute_code": code, "value": value })).collect();
            fields.insert("custom_attributes".to_owned(), json!(custom));
        }
        if !extension.is_empty() {
            fields.insert("extension_attributes".to_owned(), Value::Object(extension));
        }
        json!({ "product": fields })
    }
}

impl Magento {
    /// What an article says of its own product.
    pub(super) fn article(&self, content: &OfferContent, set: i64, draft: &mut Draft, shop: &ShopSettings) -> Result<(), Stop> {
        draft.set("name", json!(content.title));
        draft.custom("description", content.description.as_str());
        // An article without a weight weighs nothing: the shop passes over a weight of null.
        draft.set("weight", number(shop.weight_unit.of_gram(content.weight_in_gram.unwrap_or(Decimal::ZERO))));
        self.taxed(content, draft)?;
        let known = self.attributes_of(set)?;
        if let Some(code) = &self.settings.ean_attribute {
            match known.iter().any(|attribute| attribute.attribute_code == *code) {
                true => draft.custom(code, content.ean.as_deref().unwrap_or_default()),
                false => draft.messages.push(channel::attribute_missing(code, &self.settings.attribute_set)),
            }
        }
        for name in &self.settings.attributes {
            let values: Vec<&str> = content
                .attributes
                .iter()
                .filter(|attribute| attribute.name == *name)
                .flat_map(|attribute| attribute.values.iter().map(|value| value.name.as_str()))
                .collect();
            match known.iter().find(|attribute| attribute.is_called(name)) {
                Some(attribute) => self.value(set, attribute, &values, draft)?,
                None if values.is_empty() => {}
                None => draft.messages.push(channel::attribute_missing(name, &self.settings.attribute_set)),
            }
        }
        Ok(())
    }

    fn taxed(&self, content: &OfferContent, draft: &mut Draft) -> Result<(), Stop> {
        let Some(class) = &content.tax_class else { return Ok(()) };
        match self.tax_class(class)? {
            Ok(id) => draft.custom("tax_class_id", id),
            // The shop would take any number.
            Err(known) => return Err(channel::tax_category_unknown(class, known).into()),
        }
        Ok(())
    }

    /// The value of an attribute: text, or options of a list.
    fn value(&self, set: i64, attribute: &Attribute, values: &[&str], draft: &mut Draft) -> Result<(), Failure> {
        let code = attribute.attribute_code.as_str();
        if !attribute.has_options() {
            draft.custom(code, values.join(", "));
            return Ok(());
        }
        let most = if attribute.frontend_input.as_deref() == Some("select") { 1 } else { usize::MAX };
        let mut ids = Vec::with_capacity(values.len());
        for value in values.iter().take(most) {
            match self.option(set, attribute, value)? {
                Some(id) => ids.push(id),
                None => draft.messages.push(channel::option_missing(code, *value)),
            }
        }
        if let Some(left_out) = values.get(most) {
            draft.messages.push(channel::option_missing(code, *left_out));
        }
        draft.custom(code, ids.join(","));
        Ok(())
    }

    /// What distinguishes a variant: attributes and the options of them that it has.
    pub(super) fn choices(&self, variant: &VariantContent, set: i64) -> Result<Vec<(Attribute, String)>, Stop> {
        let known = self.attributes_of(set)?;
        let mut choices = Vec::with_capacity(variant.options.len());
        for (property, value) in &variant.options {
            let attribute = known.iter().find(|attribute| attribute.is_choice() && attribute.is_called(&property.name));
            let attribute = attribute.ok_or_else(|| channel::choice_missing(&property.name, &self.settings.attribute_set))?;
            let id = self.option(set, attribute, &value.name)?;
            let id = id.ok_or_else(|| channel::choice_value_missing(&property.name, &value.name))?;
            choices.push((attribute.clone(), id));
        }
        Ok(choices)
    }

    /// What the parent of variants says of its product: its own words, and as long as it has none, those of the variant that made it.
    pub(super) fn parent(
        &self,
        content: &OfferContent,
        variant: &VariantContent,
        now: Option<&Product>,
        draft: &mut Draft,
    ) -> Result<(), Stop> {
        if now.is_none_or(|product| product.name != variant.parent_title) {
            draft.set("name", json!(variant.parent_title));
        }
        let own = now.is_none().then_some(&content.description);
        if let Some(description) = Some(&variant.parent_description).filter(|text| !text.is_empty()).or(own)
            && now.is_none_or(|product| product.custom("description") != Some(description.as_str()))
        {
            draft.custom("description", description.as_str());
        }
        if now.is_none() {
            self.taxed(content, draft)?;
        }
        Ok(())
    }

    /// Puts a new product into its category.
    pub(super) fn placed(&self, content: &OfferContent, draft: &mut Draft) -> Result<(), Stop> {
        let Some(id) = self.wanted_category(content)? else { return Ok(()) };
        draft.extend("category_links", json!([{ "category_id": id.to_string(), "position": 0 }]));
        if let Some(code) = &self.settings.category_attribute {
            draft.custom(code, id.to_string());
        }
        Ok(())
    }

    fn wanted_category(&self, content: &OfferContent) -> Result<Option<i64>, Stop> {
        let Some(word) = content.category.as_deref().filter(|word| !word.is_empty()) else { return Ok(None) };
        // The shop would pass over an unknown one.
        Ok(Some(self.category(word)?.ok_or_else(|| channel::category_unknown(word))?))
    }

    /// Moves a product to its category. The merchant's own categories stay; which one is Kontor's, the product itself says. It says so last:
    /// what is cut off half-way is then done again.
    pub(super) fn moved(&self, content: &OfferContent, product: &Product, draft: &mut Draft) -> Result<(), Stop> {
        let wanted = self.wanted_category(content)?;
        let noted = self.settings.category_attribute.as_deref();
        let before: Option<i64> = noted.and_then(|code| product.custom(code)).and_then(|id| id.parse().ok());
        let now = product.categories();
        if let Some(id) = wanted.filter(|id| !now.contains(id)) {
            let link = json!({ "productLink": { "sku": product.sku, "position": 0, "category_id": id.to_string() } });
            self.api.post(&["categories", &id.to_string(), "products"], &link)?;
        }
        if let Some(id) = before.filter(|id| Some(*id) != wanted && now.contains(id)) {
            self.api.delete(&["categories", &id.to_string(), "products", &product.sku])?;
        }
        if let Some(code) = noted
            && wanted != before
        {
            draft.custom(code, wanted.map(|id| id.to_string()).unwrap_or_default());
        }
        Ok(())
    }

    /// The key of the address of a new product.
    pub(super) fn addressed(&self, key: &str, draft: &mut Draft) {
        draft.custom(URL_KEY, key);
    }
}
