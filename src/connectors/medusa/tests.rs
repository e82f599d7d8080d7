//! The connector's decisions, without a shop.

use serde_json::{Value, json};

use super::super::tests::account;
use super::super::{ChannelError, CouponRecord, SetupError, check_settings};
use super::check::found;
use super::found::{Product, Variant};
use super::orders::{Item, Order};
use super::settings::Settings;
use super::shop::ShopSettings;
use super::steps::{State, Step, Tracking, next_step};
use super::{draft::Draft, inputs, options};
use crate::connectors::Word;
use crate::connectors::gallery::Shown;
use crate::domain::coupon::{Coupon, CouponKind};
use crate::domain::order::{ChannelOrder, Content, FactKind, Packet};
use crate::domain::{Currency, Decimal, Money};

const ACCESS: &str = "url = 'https://shop.example.com/medusa/'\napi_key = 'sk_1'\n";

fn settings(more: &str) -> Result<Settings, SetupError> {
    Settings::read(&account("medusa", &format!("{ACCESS}{more}")))
}

pub(super) fn shop() -> ShopSettings {
    ShopSettings {
        store_id: "store_1".to_owned(),
        name: "Shop".to_owned(),
        currency: Currency::EUR,
        currencies: vec![Currency::EUR],
        gross: true,
        sales_channel_id: "sc_1".to_owned(),
        sales_channel: "Default".to_owned(),
        stock_location_id: "sloc_1".to_owned(),
        stock_location: "Lager".to_owned(),
        serves: true,
        shipping_profile_id: "sp_1".to_owned(),
        date: None,
    }
}

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn variant(more: Value) -> Variant {
    let mut all = json!({ "id": "variant_1", "sku": "A", "title": "A", "ean": null, "manage_inventory": true, "metadata": null, "product_id": "prod_1" });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn product(more: Value) -> Product {
    let mut all = json!({ "id": "prod_1", "handle": "a-12345678", "title": "A", "description": "", "status": "published", "thumbnail": null, "metadata": null,
        "sales_channels": [{ "id": "sc_1" }], "variants": [{ "id": "variant_1", "metadata": null }] });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

#[test]
fn settings_are_checked_with_a_remedy() {
    assert_eq!(settings("").unwrap().url.as_str(), "https://shop.example.com/medusa/");
    for (text, expected) in [
        (
            "url = 'https://shop.example.com/app'\napi_key = 'x'",
            "is not the address of a shop; give the address of the shop's server without /admin",
        ),
        ("url = 'https://shop.example.com'", "api_key: is missing; give a secret API key"),
        ("url = 'https://shop.example.com'\napi_key = 'x'\ncurrency = 'euro'", "is no currency of ISO 4217"),
        ("url = 'https://shop.example.com'\napi_key = 'x'\nattributes = ['Material']", "is no name with a key"),
        ("url = 'https://shop.example.com'\napi_key = 'x'\nattributes = ['A = kontor_a']", "is no name with a key"),
    ] {
        let text = check_settings(&account("medusa", text)).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_price_is_changed_without_touching_those_of_others() {
    let prices = json!([
        { "id": "p1", "amount": 8, "currency_code": "eur", "min_quantity": null, "max_quantity": null, "rules": {} },
        { "id": "p2", "amount": 6, "currency_code": "eur", "min_quantity": null, "max_quantity": null, "rules": { "region_id": "r" } },
        { "id": "p3", "amount": 5, "currency_code": "eur", "min_quantity": 10, "max_quantity": null, "rules": {} },
        { "id": "p4", "amount": 9, "currency_code": "usd", "min_quantity": null, "max_quantity": null, "rules": {} },
    ]);
    let rows = inputs::prices(&variant(json!({ "prices": prices })), Money::new(amount("7.05"), Currency::EUR));
    let amounts: Vec<Option<&Value>> = rows.iter().map(|row| row.get("amount")).collect();
    assert_eq!(amounts, [Some(&json!(7.05)), None, None, None]);
    assert!(rows.iter().all(|row| row["id"].is_string() && row["currency_code"].is_string()), "one without its currency is deleted");
    assert_eq!((&rows[1]["rules"], &rows[2]["min_quantity"]), (&json!({ "region_id": "r" }), &json!(10)));
    let francs = inputs::prices(&variant(json!({ "prices": [] })), Money::new(amount("7.00"), Currency::parse("CHF").unwrap()));
    assert_eq!(francs, [json!({ "currency_code": "chf", "amount": 7.0 })]);
}

#[test]
fn what_is_made_of_several_items_has_no_stock_that_could_be_set() {
    let level =
        |stocked: i32, reserved: i32| json!([{ "location_id": "sloc_1", "stocked_quantity": stocked, "reserved_quantity": reserved }]);
    let kit = |id: &str, required: i32, levels: Value| json!({ "required_quantity": required, "inventory": { "id": id, "sku": id, "location_levels": levels } });
    let simple = variant(json!({ "inventory_items": [kit("i", 1, level(12, 2))] }));
    assert_eq!(
        (simple.item().map(|item| item.id.as_str()), simple.available("sloc_1"), simple.available("other")),
        (Some("i"), Some(10), Some(0))
    );
    let bundle = variant(json!({ "inventory_items": [kit("i", 2, level(12, 1)), kit("j", 1, level(3, 0))] }));
    assert_eq!((bundle.item().is_none(), bundle.available("sloc_1")), (true, Some(3)));
    assert!(super::stock::of(&bundle, 5, &shop()).is_err());
    assert_eq!(variant(json!({ "manage_inventory": false })).available("sloc_1"), None);
}

fn finished(draft: Draft) -> Value {
    Value::Object(draft.finish(&shop()))
}

#[test]
fn a_product_goes_off_with_its_last_variant_and_out_of_its_channel_where_others_have_it() {
    let marked = json!({ "kontor_ended_sc_1": "yes" });
    let family = |second: &Value, channels: Value, status: &str| {
        let variants = json!([{ "id": "variant_1", "metadata": null }, { "id": "variant_2", "metadata": second }]);
        Draft::new(product(json!({ "variants": variants, "sales_channels": channels, "status": status })))
    };
    let own = json!([{ "id": "sc_1" }]);
    let mut one = family(&Value::Null, own.clone(), "published");
    one.runs("variant_1", false);
    assert_eq!(finished(one), json!({}), "the other one stays on sale");
    let mut last = family(&marked, own.clone(), "published");
    last.runs("variant_1", false);
    assert_eq!(finished(last), json!({ "id": "prod_1", "status": "draft" }));
    let mut shared = family(&marked, json!([{ "id": "sc_1" }, { "id": "sc_2" }]), "published");
    shared.runs("variant_1", false);
    assert_eq!(finished(shared), json!({ "id": "prod_1", "sales_channels": [{ "id": "sc_2" }] }));
    let mut back = family(&marked, json!([{ "id": "sc_2" }]), "draft");
    back.runs("variant_1", true);
    assert_eq!(finished(back), json!({ "id": "prod_1", "status": "published", "sales_channels": [{ "id": "sc_2" }, { "id": "sc_1" }] }));
}

#[test]
fn categories_and_pictures_of_the_merchant_stay() {
    let digest = |letter: &str| format!("http://s/1-kontor-{}.png", letter.repeat(64));
    let images = json!([
        { "id": "i1", "url": digest("a"), "rank": 0 }, { "id": "i2", "url": "http://s/own.png", "rank": 1 }, { "id": "i3", "url": digest("b"), "rank": 2 },
    ]);
    let metadata = json!({ "kontor_category": "c_old", "kontor_pictures": [digest("a"), digest("b")] });
    let known =
        json!({ "images": images, "thumbnail": digest("a"), "metadata": metadata, "categories": [{ "id": "c_old" }, { "id": "c_own" }] });
    let mut draft = Draft::new(product(known.clone()));
    draft.category(Some("c_new"));
    draft.shows(&Shown { ids: vec![digest("b")], ..Shown::default() });
    let input = finished(draft);
    assert_eq!(input["categories"], json!([{ "id": "c_own" }, { "id": "c_new" }]));
    assert_eq!(input["images"], json!([{ "id": "i3", "url": digest("b") }, { "id": "i2", "url": "http://s/own.png" }]));
    assert_eq!((&input["thumbnail"], &input["metadata"]["kontor_pictures"]), (&json!(digest("b")), &json!([digest("b")])));
    // Another variant has a picture of its own, which stays with it.
    let variants =
        json!([{ "id": "variant_1", "metadata": null }, { "id": "variant_2", "metadata": { "kontor_pictures": [digest("b")] } }]);
    let mut draft = Draft::new(product(json!({ "variants": variants, "images": known["images"], "thumbnail": digest("a") })));
    draft.shows_of("variant_1", &Shown::default());
    assert_eq!(finished(draft)["images"], json!([{ "id": "i3", "url": digest("b") }, { "id": "i2", "url": "http://s/own.png" }]));
    let mut same = Draft::new(product(known));
    same.category(Some("c_old"));
    same.shows(&Shown { ids: vec![digest("a"), digest("b")], ..Shown::default() });
    assert_eq!(finished(same), json!({}), "nothing has to change");
}

#[test]
fn a_value_that_no_other_variant_has_is_lost_with_the_variant_that_had_it() {
    let option = |title: &str| json!([{ "id": "opt_1", "title": title, "values": [{ "id": "v1", "value": "Blau" }, { "id": "v2", "value": "Rot" }] }]);
    let others = |value: &str| json!([{ "id": "variant_1", "metadata": null, "options": [{ "id": "v1" }] }, { "id": "variant_2", "metadata": null, "options": [{ "id": value }] }]);
    let own = variant(json!({ "options": [{ "id": "v1", "value": "Blau", "option": { "id": "opt_1" } }] }));
    let chosen = json!({ "Farbe": "Rot" });
    let family = |value: &str| product(json!({ "options": option("Farbe"), "variants": others(value) }));
    assert!(options::differ(&own, &family("v2"), &chosen) && !options::differ(&own, &family("v2"), &json!({ "Farbe": "Blau" })));
    assert_eq!(options::lost(&own, &family("v2"), &chosen), [("opt_1".to_owned(), "v1".to_owned())]);
    assert_eq!(options::lost(&own, &family("v1"), &chosen), []);
    let colour = Word { key: "F".into(), name: "Farbe".into() };
    assert_eq!(options::new_option(&colour, &["Blau"]), json!({ "title": "Farbe", "values": ["Blau"] }));
    let said = options::words(&family("v1"), &[(colour.clone(), colour)]);
    assert_eq!(said, Some(("kontor_options".to_owned(), json!({ "F": "opt_1" }))));
}

fn state(more: Value) -> State {
    let mut all = json!({ "status": "pending", "version": 1, "payment_status": "authorized",
        "items": [line("l1", 5, 0)],
        "payment_collections": [{ "id": "pc", "status": "authorized", "payments": [{ "id": "pay", "canceled_at": null, "captures": [], "refunds": [] }] }] });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn line(id: &str, quantity: i32, fulfilled: i32) -> Value {
    json!({ "id": id, "detail": { "quantity": quantity, "fulfilled_quantity": fulfilled } })
}

fn captured(refunded: &[f64]) -> Value {
    let refunds: Vec<Value> = refunded.iter().map(|amount| json!({ "amount": amount })).collect();
    json!([{ "id": "pc", "status": "completed", "payments": [{ "id": "pay", "canceled_at": null, "captures": [{ "amount": 50 }], "refunds": refunds }] }])
}

fn content(line_id: &str, quantity: i32, so_far: i32) -> Content {
    Content { line_id: Some(line_id.to_owned()), sku: None, quantity, so_far }
}

fn packet(packet_id: i32, tracking: Option<&str>, contents: Vec<Content>) -> Packet {
    Packet {
        packet_id,
        tracking_number: tracking.map(str::to_owned),
        carrier: Some("https://carrier.example/{number}".into()),
        contents,
        ..Packet::default()
    }
}

fn step(state: &State, kind: &FactKind) -> Step {
    next_step(state, kind, "K")
}

#[test]
fn a_payment_is_captured_once_or_marked_where_it_came_another_way() {
    let paid = FactKind::Paid { transaction_id: None };
    assert_eq!(step(&state(json!({})), &paid), Step::Capture { payment_id: "pay".into() });
    assert_eq!(step(&state(json!({ "payment_collections": captured(&[]) })), &paid), Step::Done(None));
    // The shop cancelled the payment when the order was edited, and waits for another one.
    let edited = json!([
        { "id": "pc", "status": "canceled", "payments": [{ "id": "pay", "canceled_at": "2026-11-30T00:00:00Z" }] }, { "id": "pc2", "status": "not_paid" },
    ]);
    assert_eq!(step(&state(json!({ "payment_collections": edited })), &paid), Step::MarkPaid { collection_id: "pc2".into() });
    for refused in [json!({ "payment_collections": [] }), json!({ "status": "canceled" })] {
        assert!(matches!(step(&state(refused), &paid), Step::Refuse(_)));
    }
}

#[test]
fn a_packet_is_packed_under_its_key_then_shipped_then_known() {
    let ship = FactKind::Shipped { packets: vec![packet(7, Some("J 1"), vec![content("l1", 2, 2)])], together: Vec::new() };
    let mark = "K:7".to_owned();
    assert_eq!(step(&state(json!({})), &ship), Step::Fulfil { lines: vec![("l1".into(), 2)], mark });
    let fulfillment = |metadata: Value, shipped: Value, labels: Value| json!([{ "id": "f", "canceled_at": null, "shipped_at": shipped, "metadata": metadata, "items": [{ "line_item_id": "l1", "quantity": 2 }], "labels": labels }]);
    let packed = |fulfillments: Value| state(json!({ "items": [line("l1", 5, 2)], "fulfillments": fulfillments }));
    let leaves = Step::Ship {
        fulfillment_id: "f".into(),
        lines: vec![("l1".into(), 2)],
        labels: vec![Tracking { number: "J 1".into(), url: "https://carrier.example/J+1".into() }],
    };
    assert_eq!(step(&packed(fulfillment(json!({ "kontor": "K:7" }), Value::Null, json!([]))), &ship), leaves);
    assert_eq!(step(&packed(fulfillment(Value::Null, Value::Null, json!([]))), &ship), leaves, "the merchant packed it");
    let gone = packed(fulfillment(json!({ "kontor": "K:7" }), json!("2026-11-30T00:00:00Z"), json!([{ "tracking_number": "J 1" }])));
    assert_eq!(step(&gone, &ship), Step::Done(None));
    let by_hand = packed(fulfillment(Value::Null, json!("2026-11-30T00:00:00Z"), json!([])));
    assert!(matches!(step(&by_hand, &ship), Step::Done(Some(said)) if said.code() == "ALREADY_SHIPPED"));
}

#[test]
fn a_paid_order_is_emptied_because_cancelling_it_would_give_the_money_back() {
    let cancel = FactKind::Cancelled { reason: None };
    assert_eq!(step(&state(json!({})), &cancel), Step::Cancel);
    let paid = state(json!({ "payment_collections": captured(&[]) }));
    assert_eq!(step(&paid, &cancel), Step::Edit { lines: vec![("l1".into(), 0)] });
    assert_eq!(step(&state(json!({ "payment_collections": captured(&[20.0, 30.0]) })), &cancel), Step::Cancel, "all went back");
    let empty = state(json!({ "items": [], "payment_collections": captured(&[]) }));
    assert!(matches!(step(&empty, &cancel), Step::Done(Some(said)) if said.code() == "REFUND_OPEN"));
    let packed = json!([{ "id": "f", "canceled_at": null, "shipped_at": null, "metadata": null }]);
    assert!(matches!(step(&state(json!({ "fulfillments": packed })), &cancel), Step::Refuse(_)));
}

#[test]
fn pieces_are_cancelled_once() {
    let positions = |quantity, so_far| FactKind::PositionsCancelled { positions: vec![content("l1", quantity, so_far)], reason: None };
    assert_eq!(step(&state(json!({})), &positions(2, 2)), Step::Edit { lines: vec![("l1".into(), 3)] });
    let mut edited = state(json!({ "items": [line("l1", 3, 0)], "version": 2 }));
    edited.placed = vec![("l1".into(), 5)];
    assert_eq!(step(&edited, &positions(2, 2)), Step::Done(None));
    assert_eq!(step(&edited, &positions(1, 3)), Step::Edit { lines: vec![("l1".into(), 2)] });
    assert_eq!(step(&edited, &positions(3, 5)), Step::Cancel, "nothing is left");
}

/// A part of what 2.21.2 answered: one line with a discount, shipping for nothing.
fn recorded() -> Value {
    json!({ "id": "order_1", "display_id": 12, "status": "pending", "version": 1, "created_at": "2026-11-30T05:49:09.669Z", "updated_at": "2026-11-30T05:49:09.669Z",
        "email": "erika@example.com", "currency_code": "eur", "total": 33.85, "customer_id": "cus_1",
        "shipping_address": { "first_name": "Erika", "last_name": "von Müßtermann", "address_1": "Große Straße 12", "city": "Köln", "postal_code": "50667", "country_code": "de" },
        "billing_address": null,
        "items": [{ "id": "l1", "variant_id": "v1", "variant_sku": "A", "variant_title": "Lampe", "quantity": 2, "unit_price": 19.9, "is_tax_inclusive": true,
            "original_total": 39.8, "original_tax_total": 6.354621848739495, "total": 33.85, "tax_total": 5.404621848739495, "tax_lines": [{ "rate": 19 }],
            "adjustments": [{ "code": "SAVE5", "total": 5.95, "subtotal": 5 }], "detail": { "return_received_quantity": 1 } }],
        "shipping_methods": [{ "name": "Paket", "original_total": 4.9, "original_tax_total": 0.7823529411764706, "total": 0, "tax_total": 0, "tax_lines": [{ "rate": 19 }],
            "adjustments": [{ "code": "FREE", "total": 4.8999999999999995, "subtotal": 4.117647058823529 }] }],
        "payment_collections": [{ "amount": 33.85, "created_at": "2026-11-30T05:49:08Z", "payments": [{ "id": "pay_1", "provider_id": "pp_system_default", "canceled_at": null, "data": {},
            "captures": [], "refunds": [] }] }],
        "credit_lines": [] })
}

fn read(order: &Value, placed: &Value) -> ChannelOrder {
    let order: Order = serde_json::from_value(order.clone()).unwrap();
    let placed: Vec<Item> = serde_json::from_value(placed.clone()).unwrap();
    order.read(&placed, &[])
}

#[test]
fn an_order_is_read_with_its_discounts_and_tax() {
    let order = read(&recorded(), &recorded()["items"]);
    assert_eq!((order.order_id.as_str(), order.order_id_2.as_deref(), order.currency.as_str()), ("order_1", Some("12"), "EUR"));
    let line = &order.lines[0];
    assert_eq!(
        (line.unit_price, line.tax_rate, line.quantity, line.cancelled, line.returned),
        (amount("19.90"), Some(amount("19")), 2, 0, 1)
    );
    assert_eq!((order.shipping_charge, order.coupon_amount), (amount("4.90"), amount("10.85")));
    assert_eq!(order.totals.total_amount, Some(amount("33.85")), "39.80 and 4.90, less 10.85");
    let tax = &order.totals.taxes[0];
    assert_eq!((order.totals.taxes.len(), tax.net_amount, tax.tax_amount), (1, Some(amount("28.45")), amount("5.40")));
    let codes: Vec<Option<&str>> = order.totals.coupons.iter().map(|coupon| coupon.code.as_deref()).collect();
    assert_eq!(codes, [Some("SAVE5"), Some("FREE")]);
    assert_eq!((order.invoice_address.country_code_iso.as_deref(), order.paid, order.cancelled), (Some("DE"), false, false));
}

#[test]
fn money_that_went_back_leaves_the_total_and_the_payment() {
    let mut order = recorded();
    order["total"] = json!(28.85);
    order["credit_lines"] = json!([{ "amount": 5, "reference": "payment_collection" }]);
    let payment = &mut order["payment_collections"][0]["payments"][0];
    payment["captures"] = json!([{ "amount": 33.85 }]);
    payment["refunds"] = json!([{ "id": "ref_1", "created_at": "2026-11-30T06:00:00Z", "amount": 5, "note": "CR-1: broken" }]);
    let order = read(&order, &recorded()["items"]);
    assert_eq!((order.paid, order.totals.total_amount), (true, Some(amount("33.85"))));
    assert_eq!((order.refunds.len(), order.refunds[0].amount, order.refunds[0].reason.as_deref()), (1, amount("5"), Some("CR-1: broken")));
}

#[test]
fn a_line_that_the_order_lost_is_a_cancelled_one() {
    let mut fewer = recorded();
    fewer["items"][0]["quantity"] = json!(1);
    let line = read(&fewer, &recorded()["items"]).lines.remove(0);
    assert_eq!((line.quantity, line.cancelled), (2, 1));
    let mut none = recorded();
    none["items"] = json!([]);
    let order = read(&none, &recorded()["items"]);
    assert_eq!((order.cancelled, order.lines[0].quantity, order.lines[0].cancelled), (true, 2, 2));
    assert_eq!((order.lines[0].unit_price, order.lines[0].total_amount), (amount("19.90"), Some(Decimal::ZERO)));
    let edited: Order = serde_json::from_value(json!({ "version": 2, "total": 14.0 }).as_object().unwrap().iter().fold(
        recorded(),
        |mut all, (key, value)| {
            all[key] = value.clone();
            all
        },
    ))
    .unwrap();
    assert!(!edited.owes_the_same());
}

#[test]
fn a_check_says_what_is_not_sent_and_what_the_clock_says() {
    let now = "2026-11-30T12:00:00Z".parse().unwrap();
    let late = ShopSettings { date: Some("2026-11-30T11:55:00Z".parse().unwrap()), ..shop() };
    let text = found(&late, &settings("").unwrap(), now);
    assert_eq!(
        text,
        "Medusa 2 \"Shop\" at https://shop.example.com/medusa: sales channel Default, gross prices in EUR, stock location Lager; not sent: attributes (no attributes); its clock is 300 s slow"
    );
    assert!(matches!(super::shop::setting("x", "y"), ChannelError::Protocol { reason } if reason == "[accounts.settings] x: y"));
}

#[test]
fn a_coupon_becomes_a_promotion_that_takes_off_what_it_says() {
    let coupon = Coupon {
        kind: Some(CouponKind::Amount),
        value: Some(amount("5")),
        minimum_order_value: Some(amount("25")),
        currency_code_iso: Some("EUR".into()),
        usage_limit: Some(100),
        ..Coupon::default()
    };
    let record = |coupon: Coupon| CouponRecord { code: "SAVE5".into(), coupon, from: None, until: None, language: "de".into() };
    let (input, least) = super::promotions::promotion_input(&record(coupon.clone()), &shop()).unwrap();
    assert_eq!(
        (&input["code"], &input["status"], &input["limit"], least),
        (&json!("SAVE5"), &json!("active"), &json!(100), Some(json!(25.0)))
    );
    assert_eq!(input["is_tax_inclusive"], true, "5 euros off are 5 euros off");
    assert_eq!(input["application_method"]["value"], json!(5.0));
    let dollars = Coupon { currency_code_iso: Some("USD".into()), ..coupon };
    assert_eq!(super::promotions::promotion_input(&record(dollars), &shop()).unwrap_err().code(), "CURRENCY");
}
