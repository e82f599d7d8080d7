//! The connector's decisions, without a shop.

mod at_a_shop;
mod bad_days;

use serde_json::{Value, json};

use super::super::tests::account;
use super::super::{Attribute, OfferChange, OfferContent, Price, Quantity, check_settings};
use super::found::{Meta, Product};
use super::inputs::{self, Before};
use super::orders::Order;
use super::shop::{Category, Named, ShopSettings, WeightUnit};
use crate::domain::offer::Wanted;
use crate::domain::price::Sale;
use crate::domain::{Currency, Decimal, Money, OfferId};

const ACCESS: &str = "consumer_key = 'ck_1'\nconsumer_secret = 'cs_1'\n";

fn shop() -> ShopSettings {
    let named = |id, slug: &str, name: &str| Named { id, slug: slug.to_owned(), name: name.to_owned() };
    ShopSettings {
        home: "https://shop.example".to_owned(),
        currency: Currency::EUR,
        gross: true,
        weight_unit: WeightUnit::Kilogram,
        counts_stock: true,
        tax_classes: vec![named(0, "standard", "Standard"), named(0, "reduced-rate", "Reduced rate")],
        attributes: vec![named(1, "pa_farbe", "Farbe")],
        categories: Vec::new(),
    }
}

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn change(sku: &str) -> OfferChange {
    OfferChange {
        offer_id: OfferId(1),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(OfferContent { title: "A".to_owned(), ..OfferContent::default() }),
        price: Some(Price { money: Money::new(amount("7.05"), Currency::EUR), gross: true }),
        quantity: Some(Quantity { offered: -3, reserved_here: 5 }),
    }
}

fn product(more: Value) -> Product {
    let mut all = json!({ "id": 1, "name": "A", "type": "simple", "status": "publish", "stock_quantity": null });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

#[test]
fn settings_are_checked_with_a_remedy() {
    for (text, expected) in [
        (format!("url = 'https://shop.example.com/wp-json'\n{ACCESS}"), "is not the address of a shop"),
        ("url = 'https://shop.example.com'\nconsumer_secret = 'x'".to_owned(), "consumer_key: is missing"),
        (format!("url = 'https://shop.example.com'\nhome_url = 'shop'\n{ACCESS}"), "home_url"),
    ] {
        let text = check_settings(&account("woocommerce", &text)).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn an_sku_that_wordpress_would_change_is_refused() {
    for sku in ["A-1", "Ä/ß + 5 % \"x\"", "100%", "a?b#c'; --", "A & B > C"] {
        assert_eq!(inputs::sku(&change(sku)).unwrap(), sku);
    }
    for sku in ["A<b>", "A%25", "100%ab", " A", "A ", "A  B", "A\tB"] {
        assert_eq!(inputs::sku(&change(sku)).unwrap_err().code(), "SKU", "{sku}");
    }
}

#[test]
fn values_that_a_batch_would_not_check_are_checked_here() {
    let input = inputs::record(&change("A"), Before::default(), &shop()).unwrap();
    assert_eq!((&input["regular_price"], &input["stock_quantity"], &input["global_unique_id"]), (&json!("7.05"), &json!(0), &json!("")));
    let with = |content: OfferContent| inputs::record(&OfferChange { content: Some(content), ..change("A") }, Before::default(), &shop());
    assert!(with(OfferContent { ean: Some("ABC".into()), ..OfferContent::default() }).is_err());
    assert!(with(OfferContent { tax_class: Some("none".into()), ..OfferContent::default() }).is_err());
    let class = |word: &str| with(OfferContent { tax_class: Some(word.into()), ..OfferContent::default() }).unwrap()["tax_class"].clone();
    assert_eq!((class("Standard"), class("reduced-rate")), (json!(""), json!("reduced-rate")));
    let net = Price { gross: false, ..change("A").price.unwrap() };
    assert_eq!(inputs::price(&OfferChange { price: Some(net), ..change("A") }, &shop()).unwrap_err().code(), "PRICE_KIND");
}

#[test]
fn a_category_is_named_by_slug_number_or_path() {
    let category = |id, slug: &str, name: &str, parent| Category { id, slug: slug.to_owned(), name: name.to_owned(), parent };
    let categories = vec![
        category(1, "lamps", "Lamps", 0),
        category(2, "table", "Table &amp; desk", 1),
        category(3, "garden", "Garden", 0),
        category(4, "lamps-2", "Lamps", 3),
    ];
    let shop = ShopSettings { categories, ..shop() };
    let id = |word: &str| shop.category(word).map(|category| category.id);
    for (word, expected) in [
        ("lamps", Some(1)),
        ("3", Some(3)),
        ("Lamps > table & desk", Some(2)),
        ("Garden/Lamps", Some(4)),
        ("Table & desk", None),
        ("Garden > Table & desk", None),
        ("", None),
    ] {
        assert_eq!(id(word), expected, "{word}");
    }
}

#[test]
fn a_sale_price_has_days_and_is_below_the_price() {
    let day = |text: &str| Some(text.parse().unwrap());
    let with = |price: &str, meta: &[Meta]| {
        let sale = (!price.is_empty()).then(|| Sale { price: amount(price), from: None, to: day("2026-12-24") });
        let content = OfferContent { sale, ..OfferContent::default() };
        inputs::record(&OfferChange { content: Some(content), ..change("A") }, Before { regular_price: "99", meta }, &shop())
    };
    let input = with("5", &[]).unwrap();
    assert_eq!((&input["sale_price"], &input["date_on_sale_from"]), (&json!("5.00"), &json!("")));
    assert_eq!(input["date_on_sale_to"], "2026-12-24T23:59:59");
    assert!(with("7.05", &[]).is_err(), "as high as the price");
    assert!(with("5.001", &[]).is_err());
    assert!(!with("", &[]).unwrap().contains_key("sale_price"), "that of the merchant stays");
    let ours = [Meta { key: inputs::SALE.to_owned(), value: json!("1") }];
    assert_eq!(with("", &ours).unwrap()["sale_price"], "");
}

#[test]
fn a_weight_is_written_in_the_unit_of_the_shop() {
    assert_eq!(WeightUnit::Kilogram.written(amount("1250")), "1.25");
    assert_eq!(WeightUnit::Gram.written(amount("1250")), "1250");
    assert_eq!(WeightUnit::Pound.written(amount("453.5924")), "1");
    assert_eq!(WeightUnit::Ounce.written(amount("28.3495")), "1");
}

#[test]
fn pictures_of_the_merchant_stay_where_they_are() {
    let address = |name: &str| format!("https://pim/{name}.png");
    let now = product(json!({ "images": [
        { "id": 5, "name": inputs::mark(&address("red")) }, { "id": 6, "name": "von Hand" }, { "id": 7, "name": inputs::mark(&address("old")) },
    ] }));
    let wanted = [address("blue"), address("red")];
    let new = json!({ "src": address("blue"), "name": inputs::mark(&address("blue")) });
    assert_eq!(inputs::images(&wanted, Some(&now)), Some(json!([new, { "id": 6 }, { "id": 5 }])));
    assert_eq!(inputs::images(&[address("red"), address("old")], Some(&now)), None);
}

#[test]
fn attributes_that_are_not_kontors_stay() {
    let now = product(json!({ "attributes": [
        { "id": 0, "name": "Hersteller", "visible": true, "variation": false, "options": ["Muster"] },
        { "id": 0, "name": "Material", "visible": true, "variation": false, "options": ["Holz"] },
    ] }));
    let names = ["Farbe".to_owned(), "Material".to_owned()];
    let content = |pairs: &[(&str, &str)]| OfferContent {
        attributes: pairs.iter().map(|(name, value)| Attribute { name: (*name).to_owned(), values: vec![(*value).into()] }).collect(),
        ..OfferContent::default()
    };
    assert_eq!(inputs::attributes(&content(&[("Material", "Holz")]), Some(&now), &names, &shop()), None);
    let kept = json!({ "name": "Hersteller", "visible": true, "variation": false, "options": ["Muster"] });
    let colour = json!({ "id": 1, "visible": true, "variation": false, "options": ["Rot"] });
    assert_eq!(inputs::attributes(&content(&[("Farbe", "Rot")]), Some(&now), &names, &shop()), Some(json!([kept, colour])));
}

/// A part of what 9.4.3 answered: a coupon over two rates of tax, and a fee.
fn recorded() -> Value {
    json!({ "id": 43, "number": "43", "status": "on-hold", "currency": "EUR", "date_created_gmt": "2026-11-29T15:19:45", "date_modified_gmt": "2026-11-29T15:19:45",
        "date_paid_gmt": null, "total": "48.10", "shipping_total": "4.12", "shipping_tax": "0.78", "customer_id": 0, "customer_note": "",
        "billing": { "first_name": "Erika", "last_name": "Muster &amp; Söhne", "address_1": "Hauptstr. 1", "country": "DE", "email": "e@example.com" },
        "shipping": { "first_name": "", "last_name": "" }, "payment_method": "bacs", "transaction_id": "",
        "line_items": [
            { "id": 11, "name": "Scheibe", "product_id": 35, "variation_id": 0, "quantity": 1, "subtotal": "16.80", "total": "15.13",
                "taxes": [{ "id": 1, "total": "2.87395", "subtotal": "3.191681" }], "sku": "S" },
            { "id": 12, "name": "Buch", "product_id": 36, "variation_id": 40, "quantity": 2, "subtotal": "20.00", "total": "17.99",
                "taxes": [{ "id": 2, "total": "1.259346", "subtotal": "1.4" }], "sku": "B" }],
        "tax_lines": [{ "rate_id": 1, "tax_total": "3.82", "shipping_tax_total": "0.78", "rate_percent": 19 },
            { "rate_id": 2, "tax_total": "1.26", "shipping_tax_total": "0.00", "rate_percent": 7 }],
        "shipping_lines": [{ "method_title": "Paket", "total": "4.12", "total_tax": "0.78", "taxes": [{ "id": 1, "total": "0.7828", "subtotal": "" }] }],
        "fee_lines": [{ "name": "Gebühr", "total": "5.00", "total_tax": "0.95", "taxes": [{ "id": 1, "total": "0.95", "subtotal": "" }] }],
        "coupon_lines": [{ "code": "zehn", "discount": "3.68", "discount_tax": "0.46" }], "refunds": [{ "id": 9, "reason": "CR-1", "total": "-5.00" }] })
}

#[test]
fn an_order_is_read_with_its_fees_coupons_and_tax() {
    let order: Order = serde_json::from_value(recorded()).unwrap();
    let order = order.read(&["cod".to_owned()]);
    let line = |at: usize| {
        let line = &order.lines[at];
        (line.unit_price, line.tax_rate, line.total_amount, line.external_number.as_deref())
    };
    assert_eq!(line(0), (amount("19.99"), Some(amount("19")), Some(amount("19.99")), Some("35")));
    assert_eq!(line(1), (amount("10.70"), Some(amount("7")), Some(amount("21.40")), Some("36/40")));
    assert_eq!((order.shipping_charge, order.payment_method_charge, order.coupon_amount), (amount("4.90"), amount("5.95"), amount("4.14")));
    // 19.99 + 21.40 + 4.90 + 5.95 - 4.14
    assert_eq!(order.totals.total_amount, Some(amount("48.10")));
    let tax = &order.totals.taxes[0];
    assert_eq!((tax.tax_rate, tax.net_amount, tax.tax_amount), (amount("19"), Some(amount("24.25")), amount("4.60")));
    assert_eq!(order.invoice_address.last_name.as_deref(), Some("Muster & Söhne"));
    assert_eq!(order.delivery_address.street.as_deref(), Some("Hauptstr. 1"), "an empty delivery address is the one of the bill");
    assert_eq!((order.refunds[0].amount, order.paid, order.order_id_2), (amount("5"), false, None));
}

#[test]
fn checkouts_that_were_only_opened_are_no_orders() {
    for (status, placed) in [("checkout-draft", false), ("auto-draft", false), ("trash", false), ("pending", true), ("failed", true)] {
        let mut order = recorded();
        order["status"] = json!(status);
        assert_eq!(serde_json::from_value::<Order>(order).unwrap().is_placed(), placed, "{status}");
    }
}
