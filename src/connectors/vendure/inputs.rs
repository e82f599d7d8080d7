//! What is sent for an offer: pure functions from a change to the shop's inputs.

use crate::domain::hex::hex;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::{ChannelError, OfferChange, OfferContent, Outcome};
use super::graphql::{Failure, Rule};
use super::{MONEY_DECIMALS, ShopSettings};
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;
use crate::domain::{Decimal, Money};

/// The part of a slug that people read.
const MOST_SLUG: usize = 60;

/// A slug or code that is the same at every attempt, and differs where `text` differs: Vendure would silently append
/// `-2` to a taken one, and after an unclear answer the product could not be found again. Only letters that Vendure's
/// own normalisation leaves alone; that one depends on the language (it made `l-1ae` of `L 1/ä`).
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'a'..='z' | '0'..='9' => out.push(letter),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
        if out.len() >= MOST_SLUG {
            break;
        }
    }
    let digest = hex(&Sha256::digest(text.as_bytes()));
    let tail = digest.get(..8).unwrap_or_default();
    format!("{}-{tail}", out.trim_end_matches('-')).trim_start_matches('-').to_owned()
}

/// The article number whose product holds the offer: its own, or that of its parent.
pub(crate) fn product_key<'a>(content: &'a OfferContent, sku: &'a str) -> &'a str {
    content.variant.as_ref().map_or(sku, |variant| &variant.parent_sku)
}

pub(crate) fn product_name(content: &OfferContent) -> &str {
    content.variant.as_ref().map_or(&content.title, |variant| &variant.parent_title)
}

/// Our reading of the shop's no.
pub(crate) fn outcome_of(rule: Rule) -> Outcome {
    if rule.internal {
        return Outcome::Later { after: None, reason: format!("error inside the shop: {}", rule.text) };
    }
    Outcome::Refused(match rule.code.as_str() {
        "ENTITY_NOT_FOUND" => channel::record_lost(&rule.code, rule.text),
        "BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED" => channel::value_unknown(&rule.code, rule.text),
        "USER_INPUT_ERROR" => channel::input_refused(&rule.code, rule.text),
        _ => channel::record_refused(&rule.code, rule.text),
    })
}

pub(super) fn rule_or_error(failure: Failure) -> Result<Outcome, ChannelError> {
    match failure {
        Failure::Rule(rule) => Ok(outcome_of(rule)),
        Failure::Channel(error) => Err(error),
    }
}

/// The price in the shop's unit, or why it does not fit the shop.
fn price(change: &OfferChange, shop: &ShopSettings) -> Result<Option<i64>, Message> {
    let Some(price) = &change.price else { return Ok(None) };
    let Money { amount, currency } = price.money;
    if currency != shop.currency {
        return Err(channel::currency_differs(currency.code(), shop.currency.code()));
    }
    match (price.gross, shop.gross) {
        (true, false) => return Err(channel::price_gross_in_net_shop()),
        (false, true) => return Err(channel::price_net_in_gross_shop()),
        (true, true) | (false, false) => {}
    }
    if amount < Decimal::ZERO {
        return Err(channel::price_negative(amount.to_string()));
    }
    let inexact = || channel::price_inexact(price.money.written(), currency.code(), MONEY_DECIMALS.to_string());
    amount.to_units(MONEY_DECIMALS).map(Some).ok_or_else(inexact)
}

/// The tax category that the account's word means, by id or name; `None` where the account has no word for it.
fn tax_category<'s>(content: &OfferContent, shop: &'s ShopSettings) -> Result<Option<&'s str>, Message> {
    let Some(class) = &content.tax_class else { return Ok(None) };
    shop.tax_category(class).map(Some).ok_or_else(|| {
        let known: Vec<String> = shop.tax_categories.iter().map(|(id, name)| format!("{id} ({name})")).collect();
        channel::tax_category_unknown(class, known.join(", "))
    })
}

/// Vendure keeps allocations itself: on hand minus allocated must leave what is offered.
fn stock_levels(change: &OfferChange, shop: &ShopSettings) -> Option<Value> {
    let quantity = change.quantity?;
    let on_hand = quantity.offered.saturating_add(quantity.reserved_here).max(0);
    Some(json!([{ "stockLocationId": shop.stock_location_id, "stockOnHand": on_hand }]))
}

/// Input of `updateProductVariants`.
pub(crate) fn update_variant(change: &OfferChange, variant_id: &str, shop: &ShopSettings) -> Result<Value, Message> {
    let mut input = Map::new();
    input.insert("id".to_owned(), json!(variant_id));
    input.insert("enabled".to_owned(), json!(change.wanted == Wanted::Running));
    // An offer is ended whatever is wrong with its price.
    if change.wanted == Wanted::Running
        && let Some(price) = price(change, shop)?
    {
        input.insert("price".to_owned(), json!(price));
    }
    if let Some(levels) = stock_levels(change, shop) {
        input.insert("stockLevels".to_owned(), levels);
    }
    if let Some(content) = &change.content {
        input.insert("translations".to_owned(), json!([{ "languageCode": content.language, "name": content.title }]));
        if change.wanted == Wanted::Running
            && let Some(category) = tax_category(content, shop)?
        {
            input.insert("taxCategoryId".to_owned(), json!(category));
        }
    }
    Ok(Value::Object(input))
}

/// Input of `updateProducts`; `None` where the product stays as it is. A product with one variant goes on and off with
/// it; one with several is only ever switched on, because the others may still be on sale.
pub(crate) fn update_product(change: &OfferChange, product_id: &str, alone: bool, enabled: bool) -> Option<Value> {
    let running = change.wanted == Wanted::Running;
    let mut input = Map::new();
    if enabled != running && (alone || running) {
        input.insert("enabled".to_owned(), json!(running));
    }
    if let Some(content) = &change.content {
        let translation = json!({ "languageCode": content.language, "name": product_name(content), "description": content.description });
        input.insert("translations".to_owned(), json!([translation]));
    }
    if input.is_empty() {
        return None;
    }
    input.insert("id".to_owned(), json!(product_id));
    Some(Value::Object(input))
}

/// Input of `createProduct`.
pub(crate) fn create_product(content: &OfferContent, key: &str) -> Value {
    json!({
        "enabled": true,
        "translations": [{
            "languageCode": content.language,
            "name": product_name(content),
            "slug": slug(key),
            "description": content.description,
        }],
    })
}

/// Input of `createProductVariants`, still without product and options.
pub(crate) fn create_variant(change: &OfferChange, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let Some(content) = &change.content else {
        return Err(channel::not_listed(&change.sku));
    };
    let Some(price) = price(change, shop)? else {
        return Err(channel::price_missing(&change.sku));
    };
    let mut input = Map::new();
    input.insert("sku".to_owned(), json!(change.sku));
    input.insert("enabled".to_owned(), json!(true));
    input.insert("price".to_owned(), json!(price));
    let category = tax_category(content, shop)?.unwrap_or(&shop.tax_category_id);
    input.insert("taxCategoryId".to_owned(), json!(category));
    input.insert("trackInventory".to_owned(), json!("TRUE"));
    input.insert("translations".to_owned(), json!([{ "languageCode": content.language, "name": content.title }]));
    input.insert("stockLevels".to_owned(), stock_levels(change, shop).unwrap_or_else(|| json!([])));
    Ok(input)
}
