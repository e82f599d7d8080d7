//! What is sent for an offer: pure functions from a change to the shop's inputs.

use serde_json::{Map, Value, json};

use super::super::prices::{Sells, fitting};
use super::super::slug::{product_name, slug};
use super::super::{OfferChange, OfferContent, Outcome};
use super::MONEY_DECIMALS;
use super::found::Product;
use super::graphql::Rule;
use super::shop::ShopSettings;
use crate::domain::message::{Message, channel};
use crate::domain::offer::Wanted;

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

/// The price in the shop's unit, or why it does not fit the shop.
pub(super) fn price(change: &OfferChange, shop: &ShopSettings) -> Result<Option<i64>, Message> {
    let Some(price) = change.price else { return Ok(None) };
    let sells = Sells { currency: shop.currency, currencies: &shop.currencies, gross: shop.gross };
    let money = fitting(price, sells)?;
    let inexact = || channel::price_inexact(money.written(), money.currency.code(), MONEY_DECIMALS.to_string());
    money.amount.to_units(MONEY_DECIMALS).map(Some).ok_or_else(inexact)
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

/// In the channel's default currency, or in another one that it sells in.
fn put_price(input: &mut Map<String, Value>, price: i64, shop: &ShopSettings) {
    if shop.currency == shop.default_currency {
        input.insert("price".to_owned(), json!(price));
    } else {
        input.insert("prices".to_owned(), json!([{ "currencyCode": shop.currency.code(), "price": price }]));
    }
}

/// Input of `updateProductVariants`.
pub(crate) fn update_variant(change: &OfferChange, variant_id: &str, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let mut input = Map::new();
    input.insert("id".to_owned(), json!(variant_id));
    input.insert("enabled".to_owned(), json!(change.wanted == Wanted::Running));
    // An offer is ended whatever is wrong with its price.
    if change.wanted == Wanted::Running
        && let Some(price) = price(change, shop)?
    {
        put_price(&mut input, price, shop);
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
    Ok(input)
}

/// Name and description of a product. One that has variants gets those of the parent; without a description there, the one
/// that it was created with stays, because each of its variants has another one.
fn product_texts(content: &OfferContent, new: bool) -> Map<String, Value> {
    let mut texts = Map::new();
    texts.insert("languageCode".to_owned(), json!(content.language));
    texts.insert("name".to_owned(), json!(product_name(content)));
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

/// Input of `updateProducts`, still without the id; empty where the product stays as it is. A product with one variant goes on and
/// off with it; one with several is only ever switched on, because the others may still be on sale.
pub(crate) fn update_product(change: &OfferChange, product: &Product) -> Map<String, Value> {
    let running = change.wanted == Wanted::Running;
    let mut input = Map::new();
    if product.enabled != running && (running || product.alone()) {
        input.insert("enabled".to_owned(), json!(running));
    }
    if let Some(content) = &change.content {
        let new = !product.speaks(&content.language);
        let mut texts = product_texts(content, new);
        if new {
            // Vendure fails on a language without a slug, and on one without a description.
            texts.insert("slug".to_owned(), json!(product.slug));
        }
        input.insert("translations".to_owned(), json!([texts]));
    }
    input
}

/// Input of `createProduct`.
pub(crate) fn create_product(content: &OfferContent, key: &str) -> Map<String, Value> {
    let mut texts = product_texts(content, true);
    texts.insert("slug".to_owned(), json!(slug(key)));
    let mut input = Map::new();
    input.insert("enabled".to_owned(), json!(true));
    input.insert("translations".to_owned(), json!([texts]));
    input
}

/// Input of `createProductVariants`, still without product and options.
pub(crate) fn create_variant(change: &OfferChange, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let Some(content) = &change.content else {
        return Err(channel::not_listed(&change.sku));
    };
    let Some(price) = price(change, shop)? else {
        return Err(channel::price_missing(&change.sku));
    };
    if shop.currency != shop.default_currency {
        // Vendure would set the missing price in the default currency to 0.
        return Err(channel::default_price_missing(&change.sku, shop.default_currency.code()));
    }
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
