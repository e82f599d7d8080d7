//! What is sent for an offer: pure functions from a change to the shop's inputs.

use serde_json::{Map, Value, json};

use super::super::prices::{Sells, fitting};
use super::super::slug::product_name;
use super::super::{OfferChange, OfferContent};
use super::found::{PriceRow, Variant};
use super::settings::Settings;
use super::shop::ShopSettings;
use crate::domain::message::{Message, channel};
use crate::domain::{Decimal, Money};

/// The option that Medusa's own administration gives to a product without a choice.
pub(super) const ONLY_OPTION: (&str, &str) = ("Default option", "Default option value");
/// Of a product: the categories in which Kontor put it.
pub(super) const CATEGORY: &str = "kontor_category";
/// Of a product and of its variants: the addresses of the pictures that Kontor brought, in their order.
pub(super) const PICTURES: &str = "kontor_pictures";

/// Sets a field of an input.
pub(super) fn put(input: &mut Value, name: &str, value: Value) {
    if let Some(fields) = input.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// A decimal as JSON writes numbers.
pub(super) fn number(decimal: Decimal) -> Value {
    serde_json::from_str(&decimal.to_string()).unwrap_or(Value::Null)
}

/// The price in the shop's kind and currency, or why it does not fit the shop.
pub(super) fn price(change: &OfferChange, shop: &ShopSettings) -> Result<Option<Money>, Message> {
    let sells = Sells { currency: shop.currency, currencies: &shop.currencies, gross: shop.gross };
    change.price.map(|price| fitting(price, sells)).transpose()
}

/// All prices of a variant with one of them changed: Medusa deletes those that are not named. A price without its currency is
/// deleted, too; one without an amount keeps it, and one without its rules would become a price for everybody (seen with 2.21.2).
pub(super) fn prices(variant: &Variant, money: Money) -> Vec<Value> {
    let own = variant.price_in(money.currency).map(|price| price.id.as_str());
    let row = |price: &PriceRow| {
        let PriceRow { id, currency_code, min_quantity, max_quantity, rules, .. } = price;
        let mut input = json!({
            "id": id, "currency_code": currency_code, "min_quantity": min_quantity, "max_quantity": max_quantity, "rules": rules,
        });
        if own == Some(id) {
            put(&mut input, "amount", number(money.amount));
        }
        input
    };
    let mut rows: Vec<Value> = variant.prices.iter().map(row).collect();
    if own.is_none() {
        rows.push(new_price(money));
    }
    rows
}

pub(super) fn new_price(money: Money) -> Value {
    json!({ "currency_code": money.currency.code().to_lowercase(), "amount": number(money.amount) })
}

/// What is said of an article at its variant. Medusa merges metadata, and deletes keys with an empty text.
pub(super) fn variant_content(content: &OfferContent, settings: &Settings) -> Map<String, Value> {
    let mut input = Map::new();
    input.insert("title".to_owned(), json!(content.title));
    input.insert("ean".to_owned(), json!(content.ean.as_deref().filter(|ean| !ean.is_empty())));
    input.insert("weight".to_owned(), content.weight_in_gram.map_or(Value::Null, number));
    let metadata = settings.attributes.iter().map(|(name, key)| {
        let attribute = content.attributes.iter().find(|attribute| attribute.name == *name);
        let values = attribute.into_iter().flat_map(|attribute| &attribute.values);
        (key.clone(), json!(values.map(|value| value.name.as_str()).collect::<Vec<_>>().join(", ")))
    });
    input.insert("metadata".to_owned(), Value::Object(metadata.collect()));
    input
}

/// Name and description of a product. One that has variants gets those of the parent; without a description there, the one
/// that it was created with stays, because each of its variants has another one.
pub(super) fn product_texts(content: &OfferContent, new: bool) -> Map<String, Value> {
    let mut texts = Map::new();
    texts.insert("title".to_owned(), json!(product_name(content)));
    let description = match &content.variant {
        None => Some(&content.description),
        Some(variant) if !variant.parent_description.is_empty() => Some(&variant.parent_description),
        Some(_) => new.then_some(&content.description),
    };
    if let Some(description) = description {
        texts.insert("description".to_owned(), json!(description));
    }
    texts
}

/// Adds entries of metadata to an input.
pub(super) fn add_metadata(input: &mut Map<String, Value>, entries: impl IntoIterator<Item = (String, Value)>) {
    let metadata = input.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.extend(entries);
    }
}

/// A list of texts in metadata.
pub(super) fn texts(metadata: Option<&Map<String, Value>>, key: &str) -> Vec<String> {
    let list = metadata.and_then(|metadata| metadata.get(key)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Medusa keeps reservations itself: what is stocked minus what is reserved must leave what is offered.
pub(super) fn on_hand(change: &OfferChange) -> Option<i64> {
    let quantity = change.quantity?;
    Some(i64::from(quantity.offered).saturating_add(i64::from(quantity.reserved_here)).max(0))
}

/// A new variant, still without options.
pub(super) fn new_variant(change: &OfferChange, settings: &Settings, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let Some(content) = &change.content else { return Err(channel::not_listed(&change.sku)) };
    let Some(money) = price(change, shop)? else { return Err(channel::price_missing(&change.sku)) };
    let mut input = variant_content(content, settings);
    // Only an update deletes keys with an empty text.
    if let Some(metadata) = input.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| *value != json!(""));
    }
    input.insert("sku".to_owned(), json!(change.sku));
    input.insert("manage_inventory".to_owned(), json!(true));
    input.insert("prices".to_owned(), json!([new_price(money)]));
    Ok(input)
}
