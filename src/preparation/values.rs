//! What a template can look at: `item`, `texts`, `attributes`, `options`, `images`, `price`, `account`.

use std::collections::BTreeMap;

use minijinja::value::Serde;

use super::document::{filled, in_any_language, in_language};
use super::rules::Subject;
use crate::connectors::Price;
use crate::domain::Decimal;
use crate::domain::template::Value;

/// Parts of the stored item that have names of their own here, or are none of a template's business.
const LEFT_OUT: &[&str] =
    &["text_modules", "image_modules", "item_attributes", "specific_item_data", "significant_key", "reference_id", "mandator_id"];
/// Stored in 1/10 000.
const DECIMALS: &[&str] =
    &["weight", "volume", "piece", "length", "width", "height", "package_length", "package_width", "package_height", "package_weight"];

type Map = BTreeMap<Value, Value>;

fn map(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
    Value::from(entries.into_iter().collect::<Map>())
}

fn item(subject: &Subject<'_>) -> Value {
    let item = subject.item;
    let stored: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&item.data).unwrap_or_default();
    let mut fields: Map = stored
        .into_iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .map(|(name, value)| {
            let decimal = value.as_i64().filter(|_| DECIMALS.contains(&name.as_str())).map(|units| plain(Decimal(units)));
            (Value::from(name), decimal.unwrap_or_else(|| Value::from(Serde(value))))
        })
        .collect();
    fields.insert(Value::from("identifier"), Value::from(&item.identifier));
    fields.insert(Value::from("internal_item_number"), Value::from(&item.internal_item_number));
    fields.insert(Value::from("tax_type_id"), Value::from(item.tax_type_id));
    let texts = [("ean_code", &item.ean_code), ("vendor_item_number", &item.vendor_item_number), ("match_code", &item.match_code)];
    for (name, text) in texts {
        if let Some(text) = filled(text) {
            fields.insert(Value::from(name), Value::from(text));
        }
    }
    if let Some(list_price) = item.list_price {
        fields.insert(Value::from("list_price"), plain(Decimal(list_price)));
    }
    if let Some((group, _)) = subject.groups.first() {
        fields.insert(Value::from("category"), Value::from(&group.identifier));
    }
    Value::from(fields)
}

fn plain(decimal: Decimal) -> Value {
    Value::from(decimal.to_string())
}

/// The texts in the account's language (else in any), by number and by name of their type. Text of a type that allows
/// no HTML is escaped, every other one stands as it is.
fn texts(subject: &Subject<'_>) -> Value {
    let types = &subject.known.text_types;
    let documents = std::iter::once(&subject.document).chain(subject.groups.iter().map(|(_, document)| document));
    let mut found = Map::new();
    for module in documents.flat_map(|document| &document.text_modules).filter_map(|text| text.text_module_type) {
        let Some((translations, _)) = subject.module(module).filter(|_| !found.contains_key(&Value::from(module))) else { continue };
        let text = in_language(translations, &subject.frame.account.language).or_else(|| in_any_language(translations));
        let row = types.iter().find(|row| row.id == module);
        let is_plain = row.is_some_and(|row| is_html(&row.data) == Some(false));
        let text = text.unwrap_or_default().to_owned();
        let value = if is_plain { Value::from(text) } else { Value::from_safe_string(text) };
        if let Some(row) = row {
            found.insert(Value::from(&row.identifier), value.clone());
        }
        found.insert(Value::from(module), value);
    }
    Value::from(found)
}

/// What a text type says about HTML.
fn is_html(data: &str) -> Option<bool> {
    #[derive(serde::Deserialize, Default)]
    #[serde(default)]
    struct Stored {
        is_html: Option<bool>,
    }
    serde_json::from_str::<Stored>(data).unwrap_or_default().is_html
}

fn pairs(list: Vec<(String, String)>) -> Value {
    map(list.into_iter().map(|(name, value)| (Value::from(name), Value::from(value))))
}

pub(super) fn values(subject: &Subject<'_>, price: Option<&Price>) -> Value {
    let account = subject.frame.account;
    let mut all = vec![
        (Value::from("item"), item(subject)),
        (Value::from("texts"), texts(subject)),
        (Value::from("attributes"), pairs(subject.document.attributes(&account.language))),
        (Value::from("options"), pairs(subject.document.options(&account.language))),
        (Value::from("images"), subject.images().into_iter().map(|image| Value::from(image.value)).collect()),
        (
            Value::from("account"),
            map([
                (Value::from("account_id"), Value::from(account.account_id)),
                (Value::from("identifier"), Value::from(&account.identifier)),
                (Value::from("language"), Value::from(&account.language)),
            ]),
        ),
    ];
    if let Some(price) = price {
        let price = map([
            (Value::from("amount"), plain(price.amount)),
            (Value::from("currency"), Value::from(&price.currency)),
            (Value::from("gross"), Value::from(price.gross)),
        ]);
        all.push((Value::from("price"), price));
    }
    map(all)
}
