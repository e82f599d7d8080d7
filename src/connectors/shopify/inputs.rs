//! What is sent for an offer: pure functions from a change to the shop's inputs.

use serde_json::{Map, Value, json};

use super::super::prices::{Sells, fitting};
use super::super::{OfferChange, OfferContent, VariantContent};
use super::found::{OWN, Product};
use super::settings::Mapped;
use super::shop::ShopSettings;
use crate::domain::Decimal;
use crate::domain::message::{Message, channel};

/// The option of an article without variants, as the shop names it.
const ONLY_OPTION: (&str, &str) = ("Title", "Default Title");

/// The price as the shop writes it, or why it does not fit the shop.
pub(super) fn price(change: &OfferChange, shop: &ShopSettings) -> Result<Option<String>, Message> {
    let Some(price) = change.price else { return Ok(None) };
    let sells = Sells { currency: shop.currency, currencies: &[shop.currency], gross: shop.gross };
    fitting(price, sells).map(|money| Some(money.written()))
}

/// What a variant gets of its offer, new or not, beside its stock.
pub(super) fn variant(change: &OfferChange, attributes: &[Mapped], shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let mut input = Map::new();
    if let Some(price) = price(change, shop)? {
        input.insert("price".to_owned(), json!(price));
    }
    let Some(content) = &change.content else { return Ok(input) };
    input.insert("barcode".to_owned(), json!(content.ean));
    input.insert("inventoryItem".to_owned(), json!({ "measurement": { "weight": weight(content.weight_in_gram) } }));
    if let Some(class) = &content.tax_class {
        input.insert("taxable".to_owned(), json!(is_taxable(class)?));
    }
    if let Some(variant) = &content.variant {
        input.insert("optionValues".to_owned(), option_values(variant));
        let mut metafields = vec![text_field(OWN, "title", &content.title)];
        metafields.extend(attribute_fields(content, attributes));
        input.insert("metafields".to_owned(), json!(metafields));
    }
    Ok(input)
}

/// Adds to what is said of the article in stock.
pub(super) fn add_item(input: &mut Map<String, Value>, key: &str, value: Value) {
    if let Some(item) = input.entry("inventoryItem").or_insert_with(|| json!({})).as_object_mut() {
        item.insert(key.to_owned(), value);
    }
}

pub(super) fn add_metafield(input: &mut Map<String, Value>, field: Value) {
    if let Some(fields) = input.entry("metafields").or_insert_with(|| json!([])).as_array_mut() {
        fields.push(field);
    }
}

fn weight(gram: Option<Decimal>) -> Value {
    let value: f64 = gram.and_then(|gram| gram.to_string().parse().ok()).unwrap_or(0.0);
    json!({ "unit": "GRAMS", "value": value })
}

/// The shop computes taxes by its own rules; of an article it knows only whether it is taxed.
fn is_taxable(class: &str) -> Result<bool, Message> {
    match class {
        "taxable" => Ok(true),
        "exempt" => Ok(false),
        other => Err(channel::tax_category_unknown(other, "taxable, exempt")),
    }
}

pub(super) fn option_values(variant: &VariantContent) -> Value {
    json!(variant.options.iter().map(|(property, value)| json!({ "optionName": property.name, "name": value.name })).collect::<Vec<_>>())
}

pub(super) fn only_option() -> (Value, Value) {
    let (name, value) = ONLY_OPTION;
    (json!([{ "name": name, "values": [{ "name": value }] }]), json!([{ "optionName": name, "name": value }]))
}

pub(super) fn text_field(namespace: &str, key: &str, text: &str) -> Value {
    let line = text.split(['\r', '\n']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    json!({ "namespace": namespace, "key": key, "type": "single_line_text_field", "value": line })
}

fn value_of(content: &OfferContent, mapped: &Mapped) -> String {
    let values = content.attributes.iter().filter(|attribute| attribute.name == mapped.name);
    values.flat_map(|attribute| attribute.values.iter().map(|value| value.name.as_str())).collect::<Vec<_>>().join(", ")
}

/// The metafields of the attributes that an article has.
pub(super) fn attribute_fields(content: &OfferContent, attributes: &[Mapped]) -> Vec<Value> {
    let with_value = attributes.iter().map(|mapped| (mapped, value_of(content, mapped))).filter(|(_, value)| !value.trim().is_empty());
    with_value.map(|(mapped, value)| text_field(&mapped.namespace, &mapped.key, &value)).collect()
}

/// The metafields that a record must not have any more. An empty one cannot be.
pub(super) fn attributes_lost(owner: &str, content: &OfferContent, attributes: &[Mapped]) -> Vec<Value> {
    let without = attributes.iter().filter(|mapped| value_of(content, mapped).trim().is_empty());
    without.map(|mapped| field_of(owner, &mapped.namespace, &mapped.key)).collect()
}

/// What names a metafield.
pub(super) fn field_of(owner: &str, namespace: &str, key: &str) -> Value {
    json!({ "ownerId": owner, "namespace": namespace, "key": key })
}

/// Title, description and maker of a product. That of a family has the texts of the parent; without a description there, the one that it
/// was created with stays.
pub(super) fn product(content: &OfferContent, new: bool) -> Map<String, Value> {
    let mut input = Map::new();
    let (title, description) = match &content.variant {
        None => (&content.title, Some(&content.description)),
        Some(variant) => {
            let own = Some(&content.description).filter(|_| new);
            (&variant.parent_title, Some(&variant.parent_description).filter(|text| !text.is_empty()).or(own))
        }
    };
    input.insert("title".to_owned(), json!(title));
    if let Some(description) = description {
        input.insert("descriptionHtml".to_owned(), json!(description));
    }
    if let Some(maker) = content.manufacturer.as_deref().filter(|maker| !maker.trim().is_empty()) {
        input.insert("vendor".to_owned(), json!(maker));
    }
    input
}

/// The collection of its article joins the product, and the one before leaves it; those that the merchant gave it stay.
pub(super) fn category(wanted: Option<&str>, product: &Product, input: &mut Map<String, Value>) -> Option<Value> {
    let before = product.category.as_ref().map(|meta| meta.value.as_str()).filter(|id| !id.is_empty());
    if wanted == before {
        return None;
    }
    if let Some(id) = before {
        input.insert("collectionsToLeave".to_owned(), json!([id]));
    }
    match wanted {
        Some(id) => {
            input.insert("collectionsToJoin".to_owned(), json!([id]));
            add_metafield(input, text_field(OWN, "category", id));
            None
        }
        None => Some(field_of(&product.owner.id, OWN, "category")),
    }
}

/// Pieces that buyers may still order, from which the shop takes off what is ordered. Orders that Kontor has not collected yet count as well:
/// what is committed beyond those that it knows.
pub(super) fn available(offered: i32, reserved_here: i32, committed: i64) -> i64 {
    i64::from(offered.max(0)).saturating_add(i64::from(reserved_here.max(0))).saturating_sub(committed.max(0)).max(0)
}
