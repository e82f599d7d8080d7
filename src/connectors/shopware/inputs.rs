//! What is sent for an offer: functions from a change, and what the shop has, to records of the shop.

use serde_json::{Value, json};

use super::super::gallery::Shown;
use super::super::prices::{Sells, fitting};
use super::super::rule::Rule;
use super::super::{OfferContent, Price};
use super::found::{CATEGORY, Product};
use super::ground::Ground;
use super::ids;
use super::settings::Settings;
use super::shop::{SYSTEM_CURRENCY, SYSTEM_LANGUAGE, ShopSettings, Tax};
use super::work::{Input, Row};
use crate::domain::Decimal;
use crate::domain::message::{Message, channel};

/// Everywhere in the sales channel: in listings and in searches.
pub(super) const EVERYWHERE: i64 = 30;

/// What the inputs of a call are made of.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub shop: &'a ShopSettings,
    pub settings: &'a Settings,
    pub ground: &'a Ground,
}

/// As JSON has numbers. Money has fewer digits than a double keeps.
fn number(amount: Decimal) -> Value {
    amount.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}

/// The same price with or without the tax, to four places.
fn other_side(amount: Decimal, rate: Decimal, is_gross: bool) -> Decimal {
    let (whole, rate) = (i128::from(Decimal::ONE) * 100, i128::from(rate.0));
    let (times, by) = if is_gross { (whole, whole + rate) } else { (whole + rate, whole) };
    let scaled = (i128::from(amount.0) * times * 2 + by) / (by * 2).max(1);
    Decimal(i64::try_from(scaled).unwrap_or(i64::MAX))
}

fn refused(rule: Option<Rule>, what: &str) -> Message {
    match rule {
        Some(rule) => channel::input_refused(&rule.code, rule.text),
        None => channel::value_unknown("MISSING", format!("the shop has no {what}")),
    }
}

impl<'a> Maker<'a> {
    fn tax(&self, content: &OfferContent) -> Result<&'a Tax, Message> {
        let class = content.tax_class.as_deref();
        let known = || self.shop.taxes.iter().map(|tax| tax.name.as_str()).collect::<Vec<_>>().join(", ");
        self.shop.tax(class).ok_or_else(|| channel::tax_category_unknown(class.unwrap_or_default(), known()))
    }

    /// Price, stock, EAN, weight and tax. `product`: what the shop has.
    pub(super) fn values(&self, row: &mut Row<'_>, input: &mut Input, product: Option<&Product>) -> Result<(), Message> {
        let change = row.change;
        let mut tax_id = product.and_then(Product::tax_id).map(str::to_owned);
        if let Some(content) = &change.content {
            // One that the merchant chose stays, if the account does not name any.
            let named = content.tax_class.as_deref().is_some_and(|class| !class.is_empty());
            if named || tax_id.is_none() {
                let tax = self.tax(content)?;
                tax_id = Some(tax.id.clone());
                input.insert("taxId".to_owned(), json!(tax.id));
            }
            input.insert("ean".to_owned(), json!(content.ean.as_deref().unwrap_or_default()));
            let kilogram = content.weight_in_gram.map_or(Value::Null, number_of_kilograms);
            input.insert("weight".to_owned(), kilogram);
        }
        if let Some(price) = change.price {
            let rate = self.shop.taxes.iter().find(|tax| Some(&tax.id) == tax_id.as_ref()).map_or(Decimal::ZERO, |tax| tax.tax_rate);
            self.price(row, input, price, product, rate)?;
        }
        if let Some(quantity) = change.quantity {
            // The shop takes the pieces of an order off itself, so this is what may still be ordered.
            input.insert("stock".to_owned(), json!(quantity.offered.max(0)));
            if self.settings.clearance_sale {
                input.insert("isCloseout".to_owned(), json!(true));
            }
        }
        Ok(())
    }

    fn price(&self, row: &mut Row<'_>, input: &mut Input, price: Price, product: Option<&Product>, rate: Decimal) -> Result<(), Message> {
        let shop = self.shop;
        let sells = Sells { currency: shop.currency, currencies: &shop.currencies, gross: shop.gross };
        let money = fitting(price, sells)?;
        let other = other_side(money.amount, rate, price.gross);
        let (gross, net) = if price.gross { (money.amount, other) } else { (other, money.amount) };
        let rule = shop.rule.as_deref();
        let now = product.map_or(&[][..], |product| product.prices_for(rule));
        let is_of = |entry: &Value, currency: &str| entry.get("currencyId").and_then(Value::as_str) == Some(currency);
        // A list price that the merchant set stays.
        let mut entry = now.iter().find(|entry| is_of(entry, &shop.currency_id)).cloned().unwrap_or_else(|| json!({ "linked": true }));
        if let Some(fields) = entry.as_object_mut() {
            fields.remove("extensions");
            fields.remove("apiAlias");
            fields.retain(|_, value| !value.is_null());
            fields.insert("currencyId".to_owned(), json!(shop.currency_id));
            fields.insert("gross".to_owned(), number(gross));
            fields.insert("net".to_owned(), number(net));
        }
        let mut list: Vec<Value> = now.iter().filter(|entry| !is_of(entry, &shop.currency_id)).map(cleaned).collect();
        list.push(entry);
        let has_base = |list: &[Value]| list.iter().any(|entry| is_of(entry, SYSTEM_CURRENCY));
        let standard = product.map_or(&[][..], |product| product.prices_for(None));
        let lacks = || channel::default_price_missing(&row.change.sku, shop.base_currency.clone());
        match rule {
            None if has_base(&list) => drop(input.insert("price".to_owned(), json!(list))),
            Some(rule) if has_base(standard) => {
                if !has_base(&list) {
                    list.extend(standard.iter().filter(|entry| is_of(entry, SYSTEM_CURRENCY)).map(cleaned));
                }
                let known = product.and_then(|product| product.rule_price(rule)).map(|price| price.id.clone());
                let id = known.unwrap_or_else(|| ids::rule_price(&row.id, rule));
                row.ops.put("product_price", json!({ "id": id, "productId": row.id, "ruleId": rule, "quantityStart": 1, "price": list }));
            }
            _ => return Err(lacks()),
        }
        Ok(())
    }

    /// Texts, in the language of the offer. A new product has them in the shop's own language, too, because it must.
    pub(super) fn texts(&self, input: &mut Input, content: &OfferContent, texts: &[(&str, &str)], new: bool) -> Result<(), Message> {
        let unknown = || channel::value_unknown("LANGUAGE", format!("the sales channel has no language \"{}\"", content.language));
        let language =
            if content.language.is_empty() { SYSTEM_LANGUAGE } else { self.shop.language(&content.language).ok_or_else(unknown)? };
        let fields: Input = texts.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        if language != SYSTEM_LANGUAGE {
            input.insert("translations".to_owned(), json!({ language: fields }));
        }
        if language == SYSTEM_LANGUAGE || new {
            input.extend(fields);
        }
        Ok(())
    }

    /// The category of the article; those that the merchant added stay.
    pub(super) fn category(
        &self,
        row: &mut Row<'_>,
        input: &mut Input,
        id: &str,
        content: &OfferContent,
        now: Option<&Product>,
    ) -> Result<(), Message> {
        let wanted = content.category.as_deref().filter(|word| !word.is_empty());
        if let Some(word) = wanted.filter(|word| !self.ground.has_category(word)) {
            return Err(channel::category_unknown(word));
        }
        let before = now.and_then(|product| product.noted(CATEGORY));
        let there = now.map(Product::category_ids).unwrap_or_default();
        if let Some(old) = before.filter(|old| Some(*old) != wanted && there.contains(old)) {
            row.ops.delete("product_category", json!({ "productId": id, "categoryId": old }));
        }
        if let Some(word) = wanted.filter(|word| !there.contains(word)) {
            input.insert("categories".to_owned(), json!([{ "id": word }]));
        }
        if wanted != before {
            note(input, CATEGORY, wanted.map_or(Value::Null, |word| json!(word)));
        }
        Ok(())
    }

    /// Properties of the attributes that Kontor keeps, custom fields, and the manufacturer.
    pub(super) fn attributes(
        &self,
        row: &mut Row<'_>,
        input: &mut Input,
        id: &str,
        content: &OfferContent,
        now: Option<&Product>,
    ) -> Result<(), Message> {
        let mut wanted: Vec<&str> = Vec::new();
        let kept = content.attributes.iter().filter(|attribute| self.settings.attributes.contains(&attribute.name));
        for (name, value) in kept.flat_map(|attribute| attribute.values.iter().map(move |value| (&attribute.name, &value.name))) {
            let option = self
                .ground
                .option(name, value)
                .map_err(|rule| refused(rule, &format!("property \"{name}\" with the value \"{value}\"")))?;
            if !wanted.contains(&option) {
                wanted.push(option);
            }
        }
        let there = now.map_or(&[][..], Product::properties);
        let lacking: Vec<Value> =
            wanted.iter().filter(|id| there.iter().all(|option| option.id != **id)).map(|id| json!({ "id": id })).collect();
        if !lacking.is_empty() {
            input.insert("properties".to_owned(), json!(lacking));
        }
        for option in there.iter().filter(|option| !wanted.contains(&option.id.as_str()) && self.ground.keeps(&option.group_id)) {
            row.ops.delete("product_property", json!({ "productId": id, "optionId": option.id }));
        }
        if let Some(name) = content.manufacturer.as_deref().filter(|name| !name.is_empty()) {
            let maker = self.ground.manufacturer(name).map_err(|rule| refused(rule, &format!("manufacturer \"{name}\"")))?;
            if now.and_then(|product| product.manufacturer_id.as_deref()) != Some(maker) {
                input.insert("manufacturerId".to_owned(), json!(maker));
            }
        }
        self.custom_fields(row, input, content);
        Ok(())
    }

    fn custom_fields(&self, row: &mut Row<'_>, input: &mut Input, content: &OfferContent) {
        for of in &self.settings.custom_fields {
            let value = content.attributes.iter().find(|attribute| attribute.name == of.attribute);
            let text = value.map(|attribute| attribute.values.iter().map(|value| value.name.as_str()).collect::<Vec<_>>().join(", "));
            let kind = self.shop.fields.iter().find(|(name, _)| *name == of.field).map(|(_, kind)| kind.as_str());
            let value = text.as_ref().zip(kind).and_then(|(text, kind)| typed(text, kind));
            match (text, kind, value) {
                (None, None, _) => {}
                (None, Some(_), _) => note(input, &of.field, Value::Null),
                (Some(_), _, Some(value)) => note(input, &of.field, value),
                (Some(_), _, None) => row.messages.push(channel::field_unusable(&of.field, "custom_fields")),
            }
        }
    }

    /// The pictures of a product: Kontor's in their order, the merchant's where they are.
    pub(super) fn pictures(&self, row: &mut Row<'_>, input: &mut Input, id: &str, addresses: &[String], now: Option<&Product>) {
        if !self.settings.pictures {
            return;
        }
        let mut shown = Shown::default();
        for address in addresses {
            match self.ground.picture(address) {
                Ok(media) if shown.ids.iter().any(|known| known == media) => {}
                Ok(media) => shown.ids.push(media.to_owned()),
                Err(rule) => {
                    let later = rule.as_ref().is_some_and(|rule| rule.internal);
                    let text = rule.map(|rule| rule.text).unwrap_or_default();
                    if !later {
                        row.messages.push(channel::picture_left_out(address, text.clone()));
                    }
                    row.open = Some(text.clone());
                    shown.open = Some(text);
                }
            }
        }
        let there = now.map(Product::pictures).unwrap_or_default();
        let is_ours = |link: &str, media: &str| link == ids::product_media(id, media);
        let before: Vec<(&str, bool)> = there.iter().map(|of| (of.media_id.as_str(), is_ours(&of.id, &of.media_id))).collect();
        let cover = now.and_then(|product| product.cover_id.as_deref());
        let featured = there.iter().find(|of| Some(of.id.as_str()) == cover).map(|of| of.media_id.as_str());
        let (wanted, first) = shown.arranged(&before, featured);
        let link = |media: &str| {
            let known = there.iter().find(|of| of.media_id == media).map(|of| of.id.clone());
            known.unwrap_or_else(|| ids::product_media(id, media))
        };
        if !wanted.iter().map(String::as_str).eq(before.iter().map(|(media, _)| *media)) {
            let places = wanted.iter().enumerate().map(|(at, media)| json!({ "id": link(media), "mediaId": media, "position": at }));
            if !wanted.is_empty() {
                input.insert("media".to_owned(), places.collect());
            }
            for gone in there.iter().filter(|of| !wanted.contains(&of.media_id)) {
                row.ops.delete("product_media", json!({ "id": gone.id }));
            }
        }
        let first = first.map(|media| link(&media));
        if first.as_deref() != cover {
            input.insert("coverId".to_owned(), json!(first));
        }
    }
}

/// The price that the account keeps, in its currency and kind.
pub(super) fn price_of(product: &Product, shop: &ShopSettings) -> Option<Decimal> {
    let is_of = |entry: &&Value| entry.get("currencyId").and_then(Value::as_str) == Some(shop.currency_id.as_str());
    let entry = product.prices_for(shop.rule.as_deref()).iter().find(is_of)?;
    let amount = entry.get(if shop.gross { "gross" } else { "net" }).and_then(Value::as_f64)?;
    Decimal::parse(&format!("{amount:.4}"))
}

fn cleaned(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("extensions");
        fields.remove("apiAlias");
        fields.retain(|_, value| !value.is_null());
    }
    entry
}

fn number_of_kilograms(gram: Decimal) -> Value {
    let digits = gram.to_string();
    digits.parse::<f64>().map_or(Value::Null, |gram| json!((gram * 1000.0).round() / 1_000_000.0))
}

/// Adds an entry to the custom fields of an input. The others stay as they are.
pub(super) fn note(input: &mut Input, key: &str, value: Value) {
    if let Some(fields) = input.entry("customFields").or_insert_with(|| json!({})).as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// A text as a field of that type has it.
fn typed(text: &str, kind: &str) -> Option<Value> {
    match kind {
        "text" | "html" | "select" | "datetime" | "colorpicker" => Some(json!(text)),
        "int" => text.trim().parse::<i64>().ok().map(|number| json!(number)),
        "float" | "number" => {
            text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number))
        }
        "bool" | "switch" | "checkbox" => match text.trim().to_lowercase().as_str() {
            "1" | "true" | "yes" | "ja" => Some(json!(true)),
            "0" | "false" | "no" | "nein" => Some(json!(false)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{number_of_kilograms, other_side, typed};
    use crate::domain::Decimal;

    fn amount(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn the_other_side_of_a_price_is_rounded_once() {
        assert_eq!(other_side(amount("19.90"), amount("19"), true), amount("16.7227"));
        assert_eq!(other_side(amount("16.72"), amount("19"), false), amount("19.8968"));
        assert_eq!(other_side(amount("5"), Decimal::ZERO, true), amount("5"));
    }

    #[test]
    fn values_fit_the_type_of_their_field_or_are_left_out() {
        assert_eq!(typed("1,5", "float"), Some(json!(1.5)));
        assert_eq!((typed("7", "int"), typed("7.5", "int")), (Some(json!(7)), None));
        assert_eq!((typed("Ja", "bool"), typed("vielleicht", "bool")), (Some(json!(true)), None));
        assert_eq!((typed("x", "text"), typed("x", "media")), (Some(json!("x")), None));
        assert_eq!((number_of_kilograms(amount("1250")), number_of_kilograms(amount("0.5"))), (json!(1.25), json!(0.0005)));
    }
}
