//! The options that distinguish the variants of a product. Kontor knows an option again by the ERP's own word, which stays the same
//! where the name is changed or translated, or by its name where the merchant made it by hand.

use serde_json::{Map, Value, json};

use super::super::Word;
use super::super::rule::Failure;
use super::api::Api;
use super::found::{OptionValue, Product, ProductOption, Variant};
use super::inputs::ONLY_OPTION;

/// Of a product: the ERP's words for properties, each with the id of the option, or with its first title. Medusa drops the
/// metadata of options that come with a new product (seen with 2.21.2).
const WORDS: &str = "kontor_options";

/// An option as a new product gets it.
pub(super) fn new_option(property: &Word, values: &[&str]) -> Value {
    json!({ "title": property.name, "values": values })
}

/// What a new product says of its options.
pub(super) fn new_words<'a>(properties: impl Iterator<Item = &'a Word>) -> (String, Value) {
    let words = properties.map(|property| (property.key.clone(), json!(property.name)));
    (WORDS.to_owned(), Value::Object(words.collect()))
}

fn at(product: &Product, property: &Word) -> Option<usize> {
    let word = product.metadata.as_ref().and_then(|metadata| metadata.get(WORDS)).and_then(|words| words.get(&property.key));
    let known = |option: &ProductOption| word.and_then(Value::as_str).is_some_and(|word| word == option.id || word == option.title);
    let named = |option: &ProductOption| option.title.to_lowercase() == property.name.to_lowercase();
    product.options.iter().position(known).or_else(|| product.options.iter().position(named))
}

/// The input `options` of a variant; options and values that the product lacks are added, and renamed ones renamed. Each step is
/// one that a repeat finds.
pub(super) fn options(api: &Api, product: &mut Product, choice: &[(Word, Word)]) -> Result<Value, Failure> {
    let (mut add, mut update, mut chosen) = (Vec::new(), Vec::new(), Map::new());
    for (property, value) in choice {
        chosen.insert(property.name.clone(), json!(value.name));
        let Some(option) = at(product, property).and_then(|at| product.options.get_mut(at)) else {
            add.push(new_option(property, &[&value.name]));
            continue;
        };
        if option.title != property.name {
            api.post(&["product-options", &option.id], "id", &json!({ "title": property.name }))?;
            option.title.clone_from(&property.name);
        }
        if option.values.iter().all(|known| known.value != value.name) {
            update.push(json!({ "product_option_id": option.id, "add": [{ "value": value.name }] }));
        }
    }
    // An article that was alone before it got a parent keeps the option of one: Medusa wants a value for each of a product.
    if product.options.iter().any(|option| option.title == ONLY_OPTION.0) {
        chosen.entry(ONLY_OPTION.0).or_insert_with(|| json!(ONLY_OPTION.1));
    }
    if !add.is_empty() || !update.is_empty() {
        let fields = "id,options.id,options.title,options.values.id,options.values.value";
        let reply = api.post(&["products", &product.id, "options", "batch"], fields, &json!({ "add": add, "update": update }))?;
        product.options = reply.part("/product/options")?;
    }
    Ok(Value::Object(chosen))
}

/// Remembers which option is which, where the product does not say it yet.
pub(super) fn words(product: &Product, choice: &[(Word, Word)]) -> Option<(String, Value)> {
    let before = product.metadata.as_ref().and_then(|metadata| metadata.get(WORDS)).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut after = before.clone();
    for (property, _) in choice {
        if let Some(option) = product.options.iter().find(|option| option.title == property.name) {
            after.insert(property.key.clone(), json!(option.id));
        }
    }
    (after != before).then(|| (WORDS.to_owned(), Value::Object(after)))
}

/// Whether a variant has other values than these.
pub(super) fn differ(variant: &Variant, product: &Product, chosen: &Value) -> bool {
    let title = |id: &str| product.options.iter().find(|option| option.id == id).map(|option| option.title.as_str());
    let wanted = chosen.as_object().map_or(0, Map::len);
    let same = variant
        .options
        .iter()
        .filter(|own| title(&own.option.id).and_then(|title| chosen.get(title)).and_then(Value::as_str) == Some(own.value.as_str()));
    variant.options.len() != wanted || same.count() != wanted
}

/// Values that a variant loses and no other variant of the product has, with their options.
pub(super) fn lost(variant: &Variant, product: &Product, chosen: &Value) -> Vec<(String, String)> {
    let kept = |option: &ProductOption, value: &OptionValue| {
        chosen.get(&option.title).and_then(Value::as_str) == Some(value.value.as_str())
            || product.variants.iter().any(|other| other.id != variant.id && other.options.iter().any(|own| own.id == value.id))
    };
    let had = |value: &OptionValue| variant.options.iter().any(|own| own.id == value.id);
    let of = |option: &ProductOption| -> Vec<(String, String)> {
        let gone = option.values.iter().filter(|value| had(value) && !kept(option, value));
        gone.map(|value| (option.id.clone(), value.id.clone())).collect()
    };
    product.options.iter().flat_map(of).collect()
}

/// What is left of them is in nobody's way, so the shop's no is of no interest.
pub(super) fn remove_values(api: &Api, product_id: &str, values: &[(String, String)]) {
    if values.is_empty() {
        return;
    }
    let update: Vec<Value> = values.iter().map(|(option, value)| json!({ "product_option_id": option, "remove": [value] })).collect();
    let _ = api.post(&["products", product_id, "options", "batch"], "id", &json!({ "update": update }));
}
