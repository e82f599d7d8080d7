//! What is sent for an offer: pure functions from a change to the shop's inputs.

use crate::domain::hex::hex;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::{Message, OfferChange, OfferContent, Outcome, Severity, Wanted};
use super::ShopSettings;
use super::graphql::Rule;
use crate::domain::Decimal;

/// The part of a slug that people read.
const MOST_SLUG: usize = 60;

/// A slug or code that is the same at every attempt, and differs where `text` differs: Vendure would silently append
/// `-2` to a taken one, and after an unclear answer the product could not be found again. Only letters that Vendure's
/// own normalisation leaves alone; that one depends on the language (it made `l-1ae` of `L 1/ä`).
pub fn slug(text: &str) -> String {
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
pub fn product_key<'a>(content: &'a OfferContent, sku: &'a str) -> &'a str {
    content.variant.as_ref().map_or(sku, |variant| &variant.parent_sku)
}

pub fn product_name(content: &OfferContent) -> &str {
    content.variant.as_ref().map_or(&content.title, |variant| &variant.parent_title)
}

pub fn refused(code: &str, text: String, remedy: &str) -> Outcome {
    Outcome::Refused(Message { severity: Severity::Error, code: code.to_owned(), text, remedy: remedy.to_owned() })
}

/// Our reading of the shop's no.
pub fn outcome_of(rule: Rule) -> Outcome {
    if rule.internal {
        return Outcome::Later { after: None, reason: format!("error inside the shop: {}", rule.text) };
    }
    let remedy = match rule.code.as_str() {
        "ENTITY_NOT_FOUND" => "the shop lost the record; end the offer and list it again",
        "BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED" => {
            "the shop does not know such a value; check the language of the account and the values of the item"
        }
        "USER_INPUT_ERROR" => {
            "correct what the text names; variants of one parent need the same properties, each in a combination of its own"
        }
        _ => "look at the record in the shop's administration, settle it there, then send it again",
    };
    refused(&rule.code, rule.text, remedy)
}

/// The price in the shop's unit, or why it does not fit the shop.
fn price(change: &OfferChange, shop: &ShopSettings) -> Result<Option<i64>, Outcome> {
    let Some(price) = &change.price else { return Ok(None) };
    if price.currency != shop.currency {
        let text = format!("the price is in {}, the shop's channel sells in {}", price.currency, shop.currency);
        return Err(refused("CURRENCY", text, "assign a price list in the shop's currency to the account"));
    }
    if price.gross != shop.gross {
        let word = |gross| if gross { "gross" } else { "net" };
        let text = format!("the price is {}, the shop's channel keeps {} prices", word(price.gross), word(shop.gross));
        return Err(refused(
            "PRICE_KIND",
            text,
            "assign a price list of the shop's kind to the account, or change pricesIncludeTax in the shop",
        ));
    }
    if price.amount < Decimal::ZERO {
        return Err(refused("PRICE", format!("{} is below zero", price.amount), "set a price of zero or more"));
    }
    Ok(Some(price.amount.to_cents()))
}

/// The tax category that the account's word means, by id or name; `None` where the account has no word for it.
fn tax_category<'s>(content: &OfferContent, shop: &'s ShopSettings) -> Result<Option<&'s str>, Outcome> {
    let Some(class) = &content.tax_class else { return Ok(None) };
    shop.tax_category(class).map(Some).ok_or_else(|| {
        let known: Vec<String> = shop.tax_categories.iter().map(|(id, name)| format!("{id} ({name})")).collect();
        let text = format!("the shop has no tax category \"{class}\"; it has: {}", known.join(", "));
        refused("TAX_CATEGORY", text, "correct tax_classes of the account in the configuration, or create the category in the shop")
    })
}

/// Vendure keeps allocations itself: on hand minus allocated must leave what is offered.
fn stock_levels(change: &OfferChange, shop: &ShopSettings) -> Option<Value> {
    let quantity = change.quantity?;
    let on_hand = quantity.offered.saturating_add(quantity.reserved_here).max(0);
    Some(json!([{ "stockLocationId": shop.stock_location_id, "stockOnHand": on_hand }]))
}

/// Input of `updateProductVariants`.
pub fn update_variant(change: &OfferChange, variant_id: &str, shop: &ShopSettings) -> Result<Value, Outcome> {
    let mut input = Map::new();
    input.insert("id".to_owned(), json!(variant_id));
    input.insert("enabled".to_owned(), json!(change.wanted == Wanted::Running));
    // An offer is ended whatever is wrong with its price.
    if change.wanted == Wanted::Running
        && let Some(cents) = price(change, shop)?
    {
        input.insert("price".to_owned(), json!(cents));
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
pub fn update_product(change: &OfferChange, product_id: &str, alone: bool, enabled: bool) -> Option<Value> {
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
pub fn create_product(content: &OfferContent, key: &str) -> Value {
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
pub fn create_variant(change: &OfferChange, shop: &ShopSettings) -> Result<Map<String, Value>, Outcome> {
    let Some(content) = &change.content else {
        let text = format!("the shop has no variant with the SKU {}, and the change came without title and texts", change.sku);
        return Err(refused("NOT_LISTED", text, "it was deleted or renamed in the shop; end the offer and list it again"));
    };
    let Some(cents) = price(change, shop)? else {
        return Err(refused("PRICE_MISSING", format!("{} has no price", change.sku), "set a price in the account's price list"));
    };
    let mut input = Map::new();
    input.insert("sku".to_owned(), json!(change.sku));
    input.insert("enabled".to_owned(), json!(true));
    input.insert("price".to_owned(), json!(cents));
    let category = tax_category(content, shop)?.unwrap_or(&shop.tax_category_id);
    input.insert("taxCategoryId".to_owned(), json!(category));
    input.insert("trackInventory".to_owned(), json!("TRUE"));
    input.insert("translations".to_owned(), json!([{ "languageCode": content.language, "name": content.title }]));
    input.insert("stockLevels".to_owned(), stock_levels(change, shop).unwrap_or_else(|| json!([])));
    Ok(input)
}
