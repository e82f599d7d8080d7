//! What a template can look at: `item`, `texts`, `attributes`, `options`, `images`, `price`, `account`.

use std::collections::BTreeMap;

use minijinja::value::Serde;

use super::subject::Subject;
use crate::connectors::Price;
use crate::domain::Decimal;
use crate::domain::document::Shown;
use crate::domain::item::{filled, in_any_language, in_language};
use crate::domain::template::Value;

type Map = BTreeMap<Value, Value>;

fn map(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
    Value::from(entries.into_iter().collect::<Map>())
}

fn item(subject: &Subject<'_>) -> Value {
    let item = subject.item;
    let shown = subject.document.shown().into_iter();
    let mut fields: Map = shown.map(|(name, value)| (Value::from(name), value_of(value))).collect();
    fields.insert(Value::from("identifier"), Value::from(&item.identifier));
    fields.insert(Value::from("internal_item_number"), Value::from(&item.internal_item_number));
    fields.insert(Value::from("tax_type_id"), Value::from(item.tax_type_id));
    let texts = [("ean_code", &item.ean_code), ("vendor_item_number", &item.vendor_item_number), ("match_code", &item.match_code)];
    for (name, text) in texts {
        if let Some(text) = filled(text.as_deref()) {
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

fn value_of(shown: Shown<'_>) -> Value {
    match shown {
        Shown::Text(text) => Value::from(text),
        Shown::Number(number) => Value::from(number),
        Shown::Truth(truth) => Value::from(truth),
        Shown::Decimal(decimal) => plain(decimal),
        Shown::Tree(tree) => Value::from(Serde(tree)),
    }
}

fn plain(decimal: Decimal) -> Value {
    Value::from(decimal.to_string())
}

/// The texts in the account's language (else in any), by number and by name of their type. Text of a type that allows
/// no HTML is escaped, every other one stays as it is.
fn texts(subject: &Subject<'_>) -> Value {
    let types = &subject.known.text_types;
    let groups = subject.groups.iter().map(|(_, document)| &document.text_modules);
    let modules = std::iter::once(&subject.document.text_modules).chain(groups).flatten();
    let mut found = Map::new();
    for module in modules.map(|text| text.text_module_type) {
        let Some((translations, _)) = subject.module(module).filter(|_| !found.contains_key(&Value::from(module))) else { continue };
        let text = in_language(translations, &subject.frame.account.language).or_else(|| in_any_language(translations));
        let row = types.iter().find(|row| row.id == module);
        let is_plain = row.is_some_and(|row| row.document().is_ok_and(|kind| kind.is_html == Some(false)));
        let text = text.unwrap_or_default().to_owned();
        let value = if is_plain { Value::from(text) } else { Value::from_safe_string(text) };
        if let Some(row) = row {
            found.insert(Value::from(&row.identifier), value.clone());
        }
        found.insert(Value::from(module), value);
    }
    Value::from(found)
}

fn pairs(list: impl IntoIterator<Item = (String, String)>) -> Value {
    map(list.into_iter().map(|(name, value)| (Value::from(name), Value::from(value))))
}

pub(super) fn values(subject: &Subject<'_>, price: Option<&Price>) -> Value {
    let account = subject.frame.account;
    let attributes = subject.attributes().shown.into_iter();
    let options = subject.options().shown.into_iter();
    let mut all = vec![
        (Value::from("item"), item(subject)),
        (Value::from("texts"), texts(subject)),
        (Value::from("attributes"), pairs(attributes.map(|attribute| (attribute.name.clone(), attribute.text())))),
        (Value::from("options"), pairs(options.map(|(property, value)| (property.name, value.name)))),
        (Value::from("images"), subject.images().into_iter().map(|image| Value::from(image.value)).collect()),
        (
            Value::from("account"),
            map([
                (Value::from("account_id"), Value::from(account.account_id.0)),
                (Value::from("identifier"), Value::from(&account.identifier)),
                (Value::from("language"), Value::from(&account.language)),
            ]),
        ),
    ];
    if let Some(price) = price {
        let price = map([
            (Value::from("amount"), Value::from(price.money.written())),
            (Value::from("currency"), Value::from(price.money.currency.code())),
            (Value::from("gross"), Value::from(price.gross)),
        ]);
        all.push((Value::from("price"), price));
    }
    map(all)
}
