//! What is sent for an offer: pure functions from a change to the shop's inputs.
//!
//! A batch checks no row: a price that is no number deletes the price, an unknown status makes a draft. So every value is checked here.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::gallery::Shown;
use super::super::prices::{Sells, fitting};
use super::super::{OfferChange, OfferContent, VariantContent};
use super::found::{Attribute, Image, Meta, OUT_OF_STOCK, Product, meta};
use super::shop::ShopSettings;
use crate::domain::Decimal;
use crate::domain::hex::hex;
use crate::domain::message::{Message, channel};

/// Of a product: the category in which Kontor put it.
pub(super) const CATEGORY: &str = "_kontor_category";
/// Of a product or variation: its sale price is Kontor's, not the merchant's.
pub(super) const SALE: &str = "_kontor_sale";
/// In the name of a picture that Kontor sent: what follows is made of its address.
const MARK: &str = "kontor-";
/// In place of a picture that the shop does not have yet; its address follows.
const NEW: &str = "new:";

/// WordPress takes tags, encoded octets, line ends and outer or double blanks out of an SKU without a word: `A<b>` becomes `A`, and the
/// offer could not be found again.
pub(super) fn sku(change: &OfferChange) -> Result<&str, Message> {
    let sku = change.sku.as_str();
    let octet = |at: usize| {
        let two = sku.get(at.saturating_add(1)..at.saturating_add(3));
        two.is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let kept = !sku.contains('<')
        && !sku.chars().any(char::is_control)
        && !sku.contains("  ")
        && sku.trim() == sku
        && !sku.match_indices('%').any(|(at, _)| octet(at));
    let refused =
        || channel::input_refused("SKU", format!("WordPress would change the SKU \"{sku}\", and the offer could not be found again"));
    if kept { Ok(sku) } else { Err(refused()) }
}

/// The price as the shop writes it, or why it does not fit the shop.
pub(super) fn price(change: &OfferChange, shop: &ShopSettings) -> Result<Option<String>, Message> {
    let Some(price) = change.price else { return Ok(None) };
    let sells = Sells { currency: shop.currency, currencies: &[shop.currency], gross: shop.gross };
    fitting(price, sells).map(|money| Some(money.written()))
}

/// What the shop has of an offer before it is changed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before<'a> {
    pub regular_price: &'a str,
    pub meta: &'a [Meta],
}

/// The sale price that the article names for the account. One that the merchant set in the shop stays.
fn sale(change: &OfferChange, before: Before<'_>, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let mut input = Map::new();
    let Some(content) = &change.content else { return Ok(input) };
    let ours = said(before.meta, SALE) == "1";
    let Some(sale) = content.sale else {
        if ours {
            // An empty text takes a date back, null does not.
            for field in ["sale_price", "date_on_sale_from", "date_on_sale_to"] {
                input.insert(field.to_owned(), json!(""));
            }
            add_meta(&mut input, SALE, json!("0"));
        }
        return Ok(input);
    };
    let decimals = shop.currency.decimals();
    if sale.price.to_units(decimals).is_none() {
        return Err(channel::price_inexact(sale.price.to_string(), shop.currency.code(), decimals.to_string()));
    }
    let regular = change.price.map(|price| price.money.amount).or_else(|| Decimal::parse(before.regular_price));
    if sale.price < Decimal::ZERO || regular.is_some_and(|regular| sale.price >= regular) {
        let regular = regular.unwrap_or_default();
        return Err(channel::input_refused("SALE_PRICE", format!("the sale price {} is not below the price {regular}", sale.price)));
    }
    // Days by the clock of the shop.
    let day = |day: Option<chrono::NaiveDate>, time: &str| day.map_or_else(String::new, |day| format!("{day}T{time}"));
    input.insert("sale_price".to_owned(), json!(sale.price.with_decimals(decimals)));
    input.insert("date_on_sale_from".to_owned(), json!(day(sale.from, "00:00:00")));
    input.insert("date_on_sale_to".to_owned(), json!(day(sale.to, "23:59:59")));
    if !ours {
        add_meta(&mut input, SALE, json!("1"));
    }
    Ok(input)
}

/// What a product or variation gets of its offer beside texts and pictures.
pub(super) fn record(change: &OfferChange, before: Before<'_>, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let mut input = sale(change, before, shop)?;
    if let Some(price) = price(change, shop)? {
        input.insert("regular_price".to_owned(), json!(price));
    }
    // The shop takes the pieces of an order off itself, so this is what may still be ordered.
    if let Some(quantity) = change.quantity {
        let pieces = quantity.offered.max(0);
        if shop.counts_stock {
            input.insert("manage_stock".to_owned(), json!(true));
            input.insert("stock_quantity".to_owned(), json!(pieces));
        } else {
            input.insert("stock_status".to_owned(), json!(if pieces > 0 { "instock" } else { OUT_OF_STOCK }));
        }
    }
    if let Some(content) = &change.content {
        let ean = content.ean.as_deref().unwrap_or_default();
        // Letters would be taken out without a word.
        if !ean.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(channel::input_refused("EAN", format!("\"{ean}\" is not made of digits")));
        }
        input.insert("global_unique_id".to_owned(), json!(ean));
        let weight = content.weight_in_gram.map(|gram| shop.weight_unit.written(gram)).unwrap_or_default();
        input.insert("weight".to_owned(), json!(weight));
        if let Some(class) = &content.tax_class {
            let known = || shop.tax_classes.iter().map(|class| class.slug.as_str()).collect::<Vec<_>>().join(", ");
            let class = shop.tax_class(class).ok_or_else(|| channel::tax_category_unknown(class, known()))?;
            input.insert("tax_class".to_owned(), json!(class));
        }
    }
    Ok(input)
}

/// The categories of a product: that of its article, and those that the merchant gave it.
pub(super) fn put_categories(
    input: &mut Map<String, Value>,
    content: &OfferContent,
    product: Option<&Product>,
    shop: &ShopSettings,
) -> Result<(), Message> {
    let wanted = match content.category.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => Some(shop.category(word).ok_or_else(|| channel::category_unknown(word))?.id),
    };
    let before =
        product.and_then(|product| meta(&product.meta_data, CATEGORY)).and_then(Value::as_str).and_then(|id| id.parse::<i64>().ok());
    let now: Vec<i64> = product.iter().flat_map(|product| &product.categories).map(|category| category.id).collect();
    let mut ids: Vec<i64> = now.iter().copied().filter(|id| Some(*id) != before).collect();
    // The shop puts an article without a category into its default one, which is nobody's wish.
    if wanted.is_some() {
        ids.retain(|id| !shop.categories.iter().any(|category| category.id == *id && category.is_default()));
    }
    ids.extend(wanted.filter(|id| !ids.contains(id)));
    if ids != now {
        let ids: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        input.insert("categories".to_owned(), json!(ids));
    }
    if wanted != before {
        let said = wanted.map(|id| id.to_string()).unwrap_or_default();
        add_meta(input, CATEGORY, json!(said));
    }
    Ok(())
}

fn attribute(name: &str, options: &[String], variation: bool, shop: &ShopSettings) -> Value {
    match shop.attribute(name) {
        Some(global) => json!({ "id": global.id, "visible": true, "variation": variation, "options": options }),
        None => json!({ "name": name, "visible": true, "variation": variation, "options": options }),
    }
}

fn kept(attribute: &Attribute) -> Value {
    let Attribute { id, name, visible, variation, options } = attribute;
    match *id {
        0 => json!({ "name": name, "visible": visible, "variation": variation, "options": options }),
        id => json!({ "id": id, "visible": visible, "variation": variation, "options": options }),
    }
}

/// Attributes of an article: name and values.
pub(super) type OwnAttributes = Vec<(String, Vec<String>)>;

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// All attributes of a product, because those that are not named are deleted: those that Kontor keeps, and the merchant's.
/// `None`: they stay as they are.
pub(super) fn attributes(content: &OfferContent, product: Option<&Product>, names: &[String], shop: &ShopSettings) -> Option<Value> {
    let now = product.map_or(&[][..], |product| &product.attributes);
    let ours = |name: &str| names.iter().any(|own| same(own, name));
    let mut all: Vec<Value> = now.iter().filter(|attribute| attribute.variation || !ours(&attribute.name)).map(kept).collect();
    let mut changed = false;
    for name in names {
        let options: Vec<String> = content
            .attributes
            .iter()
            .filter(|attribute| attribute.name == *name)
            .flat_map(|attribute| attribute.values.iter().map(|value| value.name.clone()))
            .collect();
        let known = now.iter().find(|attribute| !attribute.variation && same(&attribute.name, name));
        changed |= known.map_or(&[][..], |known| &known.options) != options;
        if !options.is_empty() {
            all.push(attribute(name, &options, false, shop));
        }
    }
    changed.then(|| json!(all))
}

/// What a variation keeps of the attributes of its article, so that its product can show those of all: of the names that Kontor keeps.
pub(super) fn own_attributes(content: &OfferContent, names: &[String]) -> OwnAttributes {
    let named = content.attributes.iter().filter(|attribute| names.iter().any(|own| same(own, &attribute.name)));
    named.map(|attribute| (attribute.name.clone(), attribute.values.iter().map(|value| value.name.clone()).collect())).collect()
}

/// The attributes of a variable product with what its variations show, where that changes them; `before`: what they showed. What
/// buyers choose by stays, and so does what no variation ever showed.
pub(super) fn shared(now: &[Attribute], before: &[OwnAttributes], shown: &[&OwnAttributes], shop: &ShopSettings) -> Option<Vec<Attribute>> {
    let mut all = now.to_vec();
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in before.iter().chain(shown.iter().copied()).flatten() {
        if !names.iter().any(|known| same(known, name)) {
            names.push(name);
        }
    }
    for name in names {
        let mut options: Vec<String> = Vec::new();
        for value in shown.iter().copied().flatten().filter(|(own, _)| same(own, name)).flat_map(|(_, values)| values) {
            if !options.contains(value) {
                options.push(value.clone());
            }
        }
        let at = all.iter().position(|attribute| same(&attribute.name, name));
        match at.map(|at| (at, all.get(at).is_some_and(|attribute| attribute.variation))) {
            Some((_, true)) => {}
            Some((at, false)) if options.is_empty() => drop(all.remove(at)),
            Some((at, false)) => {
                if let Some(attribute) = all.get_mut(at) {
                    attribute.options = options;
                }
            }
            None if options.is_empty() => {}
            None => {
                let id = shop.attribute(name).map_or(0, |global| global.id);
                all.push(Attribute { id, name: name.clone(), visible: true, variation: false, options });
            }
        }
    }
    (all != now).then_some(all)
}

/// All attributes of a variable product, with the choices of a variant. `None`: it has them.
pub(super) fn choices(variant: &VariantContent, now: &[Attribute], shop: &ShopSettings) -> Option<Vec<Attribute>> {
    let mut all = now.to_vec();
    let mut changed = false;
    for (property, value) in &variant.options {
        let known = all.iter_mut().find(|attribute| attribute.variation && same(&attribute.name, &property.name));
        match known {
            Some(attribute) if attribute.options.contains(&value.name) => continue,
            Some(attribute) => attribute.options.push(value.name.clone()),
            None => all.push(Attribute {
                id: shop.attribute(&property.name).map_or(0, |global| global.id),
                name: property.name.clone(),
                visible: true,
                variation: true,
                options: vec![value.name.clone()],
            }),
        }
        changed = true;
    }
    changed.then_some(all)
}

pub(super) fn written(attributes: &[Attribute]) -> Value {
    attributes.iter().map(kept).collect()
}

/// What a variation is.
pub(super) fn choice(variant: &VariantContent, shop: &ShopSettings) -> Value {
    let of = |name: &str, option: &str| match shop.attribute(name) {
        Some(global) => json!({ "id": global.id, "option": option }),
        None => json!({ "name": name, "option": option }),
    };
    json!(variant.options.iter().map(|(property, value)| of(&property.name, &value.name)).collect::<Vec<_>>())
}

/// The name by which a picture is known again: the shop keeps neither its address nor its bytes.
pub(super) fn mark(address: &str) -> String {
    let digest = hex(&Sha256::digest(address.as_bytes()));
    format!("{MARK}{}", digest.get(..16).unwrap_or_default())
}

fn is_ours(image: &Image) -> bool {
    image.name.starts_with(MARK)
}

fn image(id: &str) -> Value {
    match id.strip_prefix(NEW) {
        Some(address) => json!({ "src": address, "name": mark(address) }),
        None => json!({ "id": id.parse::<i64>().unwrap_or_default() }),
    }
}

/// The pictures of a product, where they have to change: Kontor's in their order, the merchant's where they are.
pub(super) fn images(addresses: &[String], product: Option<&Product>) -> Option<Value> {
    let now = product.map_or(&[][..], |product| &product.images);
    let word = |address: &String| {
        let known = now.iter().find(|image| image.name == mark(address));
        known.map_or_else(|| format!("{NEW}{address}"), |image| image.id.to_string())
    };
    let mut ids: Vec<String> = Vec::with_capacity(addresses.len());
    for address in addresses {
        let id = word(address);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let before: Vec<(String, bool)> = now.iter().map(|image| (image.id.to_string(), is_ours(image))).collect();
    let before: Vec<(&str, bool)> = before.iter().map(|(id, ours)| (id.as_str(), *ours)).collect();
    // The shop shows the first one first.
    let (wanted, _) = Shown { ids, ..Shown::default() }.arranged(&before, None);
    let same = wanted.iter().map(String::as_str).eq(before.iter().map(|(id, _)| *id));
    (!same).then(|| json!(wanted.iter().map(|id| image(id)).collect::<Vec<_>>()))
}

/// The picture of a variation, which has one.
pub(super) fn own_image(addresses: &[String], now: Option<&Image>) -> Option<Value> {
    let shown = now.filter(|image| image.id != 0);
    match (addresses.first(), shown) {
        (Some(address), Some(image)) if image.name == mark(address) => None,
        (Some(_), Some(image)) if !is_ours(image) => None,
        (Some(address), _) => Some(json!({ "src": address, "name": mark(address) })),
        (None, Some(image)) if is_ours(image) => Some(json!({ "id": 0 })),
        (None, _) => None,
    }
}

/// Name and description of the product of a family: those of the parent; without a description there, the one it was created with stays.
pub(super) fn family_texts(content: &OfferContent, variant: &VariantContent, new: bool) -> Map<String, Value> {
    let mut texts = Map::new();
    texts.insert("name".to_owned(), json!(variant.parent_title));
    let own = new.then_some(&content.description);
    if let Some(description) = Some(&variant.parent_description).filter(|text| !text.is_empty()).or(own) {
        texts.insert("description".to_owned(), json!(description));
    }
    texts
}

/// Adds an entry to the metadata of an input.
pub(super) fn add_meta(input: &mut Map<String, Value>, key: &str, value: Value) {
    let list = input.entry("meta_data").or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.push(json!({ "key": key, "value": value }));
    }
}

/// A text of metadata.
pub(super) fn said<'a>(list: &'a [Meta], key: &str) -> &'a str {
    meta(list, key).and_then(Value::as_str).unwrap_or_default()
}
