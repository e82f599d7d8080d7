//! EAN and weight. Vendure has no place for them: the merchant gives variants custom fields, and the settings name those.

use serde_json::{Map, Value, json};

use super::super::OfferContent;
use super::settings::{Settings, WeightUnit};
use super::shop::{Field, ShopSettings};
use crate::domain::Decimal;
use crate::domain::message::{Message, channel};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Ean,
    Weight,
}

impl Purpose {
    pub(super) fn key(self) -> &'static str {
        match self {
            Purpose::Ean => "ean_field",
            Purpose::Weight => "weight_field",
        }
    }

    /// Types of fields that hold it. A number would cut the zeros in front of an EAN.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Purpose::Ean => &["string", "text"],
            Purpose::Weight => &["int", "float", "string", "text"],
        }
    }
}

/// The field for it, or why there is none.
pub(super) fn fits<'s>(shop: &'s ShopSettings, name: &str, purpose: Purpose) -> Result<&'s Field, String> {
    let Some(field) = shop.fields.get(name) else {
        let known: Vec<&str> = shop.fields.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(format!("the shop's variants have no custom field \"{name}\"; they have: {known}"));
    };
    let kinds = purpose.kinds();
    if field.list || field.readonly == Some(true) || !kinds.contains(&field.kind.as_str()) {
        let list = if field.list { "list of " } else { "" };
        let readonly = if field.readonly == Some(true) { "read-only " } else { "" };
        return Err(format!("the custom field \"{name}\" is a {readonly}{list}{}; it has to be one of: {}", field.kind, kinds.join(", ")));
    }
    Ok(field)
}

/// The custom fields of a variant, and what could not be put there.
pub(super) fn custom_fields(content: &OfferContent, shop: &ShopSettings, settings: &Settings) -> (Map<String, Value>, Vec<Message>) {
    let (mut fields, mut messages) = (Map::new(), Vec::new());
    if let Some(name) = &settings.ean_field {
        match fits(shop, name, Purpose::Ean) {
            Ok(_) => {
                fields.insert(name.clone(), json!(content.ean));
            }
            Err(_) if content.ean.is_some() => messages.push(channel::field_unusable(name, "ean_field")),
            Err(_) => {}
        }
    }
    if let Some(name) = &settings.weight_field {
        match (fits(shop, name, Purpose::Weight), content.weight_in_gram) {
            (Ok(_), None) => {
                fields.insert(name.clone(), Value::Null);
            }
            (Ok(field), Some(gram)) => match weight(gram, settings.weight_unit, &field.kind) {
                Some(value) => {
                    fields.insert(name.clone(), value);
                }
                None => messages.push(channel::weight_inexact(gram.to_string(), name)),
            },
            (Err(_), Some(_)) => messages.push(channel::field_unusable(name, "weight_field")),
            (Err(_), None) => {}
        }
    }
    (fields, messages)
}

/// In the field's type and unit; `None` where that would not be exact.
fn weight(gram: Decimal, unit: WeightUnit, kind: &str) -> Option<Value> {
    let weight = match unit {
        WeightUnit::Gram => gram,
        WeightUnit::Kilogram if gram.0 % 1000 == 0 => Decimal(gram.0 / 1000),
        WeightUnit::Kilogram => return None,
    };
    match kind {
        "int" => weight.to_units(0).map(|whole| json!(whole)),
        "float" => weight.to_string().parse::<f64>().ok().map(|number| json!(number)),
        _ => Some(json!(weight.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::vendure::tests::{settings, shop};

    fn field(name: &str, kind: &str) -> (String, Field) {
        (name.to_owned(), Field { name: name.to_owned(), kind: kind.to_owned(), list: false, readonly: None })
    }

    fn with(fields: &[(&str, &str)]) -> ShopSettings {
        ShopSettings { fields: fields.iter().map(|(name, kind)| field(name, kind)).collect(), ..shop() }
    }

    fn content(ean: Option<&str>, gram: Option<&str>) -> OfferContent {
        let weight_in_gram = gram.map(|gram| Decimal::parse(gram).unwrap());
        OfferContent { ean: ean.map(str::to_owned), weight_in_gram, ..OfferContent::default() }
    }

    #[test]
    fn ean_and_weight_go_to_the_fields_that_the_settings_name() {
        let settings = settings("ean_field = 'ean'\nweight_field = 'kg'\nweight_unit = 'kg'");
        let shop = with(&[("ean", "string"), ("kg", "float")]);
        let (fields, messages) = custom_fields(&content(Some("0400638133393"), Some("1250")), &shop, &settings);
        assert_eq!((Value::Object(fields), messages.len()), (json!({ "ean": "0400638133393", "kg": 1.25 }), 0));
        let (fields, _) = custom_fields(&content(None, None), &shop, &settings);
        assert_eq!(Value::Object(fields), json!({ "ean": null, "kg": null }), "what the ERP removed goes");
        let (fields, messages) = custom_fields(&content(Some("4"), Some("1")), &shop, &super::super::tests::settings(""));
        assert_eq!((fields.len(), messages.len()), (0, 0), "nothing is sent that nobody asked for");
    }

    #[test]
    fn a_weight_that_the_field_cannot_hold_exactly_is_left_out_and_reported() {
        let settings = settings("weight_field = 'grams'");
        let shop = with(&[("grams", "int")]);
        assert_eq!(custom_fields(&content(None, Some("120")), &shop, &settings).0["grams"], json!(120));
        let (fields, messages) = custom_fields(&content(None, Some("12.5")), &shop, &settings);
        assert_eq!((fields.len(), messages[0].code()), (0, "WEIGHT"));
    }

    #[test]
    fn a_field_that_the_shop_lacks_or_that_cannot_hold_it_is_reported_where_it_is_missed() {
        let settings = settings("ean_field = 'gtin'\nweight_field = 'shelf'");
        let shop = with(&[("shelf", "boolean")]);
        let (fields, messages) = custom_fields(&content(Some("4"), Some("1")), &shop, &settings);
        let lines: Vec<String> = messages.iter().map(Message::line).collect();
        assert!(fields.is_empty());
        assert_eq!(lines[0], "FIELD: the shop's variants have no custom field \"gtin\" that can hold it");
        assert!(lines[1].contains("\"shelf\""), "{lines:?}");
        assert!(fits(&shop, "gtin", Purpose::Ean).unwrap_err().contains("they have: shelf"));
        assert!(fits(&shop, "shelf", Purpose::Weight).unwrap_err().contains("is a boolean; it has to be one of: int, float"));
        assert!(custom_fields(&content(None, None), &shop, &settings).1.is_empty(), "an article without them misses nothing");
        let listed = ShopSettings { fields: [("ean".to_owned(), Field { list: true, ..field("ean", "string").1 })].into(), ..shop };
        assert!(fits(&listed, "ean", Purpose::Ean).unwrap_err().contains("is a list of string"));
    }
}
