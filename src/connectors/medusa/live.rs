//! The connector against a running shop, beyond what the conformance suite plays. Start one with `tests/medusa/shop`, then
//! `KONTOR_TEST_MEDUSA=http://127.0.0.1:3300 cargo test --lib medusa::live -- --ignored`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::http::Method;
use super::super::suite::Stage;
use super::super::tests::account;
use super::super::{
    ChannelError, Connector, CouponRecord, CustomerRecord, Fact, OfferChange, OfferContent, Outcome, Price, Quantity, Record, Transfer,
    VariantContent, Word,
};
use super::Medusa;
use super::stage::{Shop, list, text};
use crate::domain::coupon::{Coupon, CouponKind};
use crate::domain::customer::Customer;
use crate::domain::offer::Wanted;
use crate::domain::order::{ChannelOrder, Content, FactKind, Packet};
use crate::domain::{Currency, Decimal, Money, OfferId};

const TIMEOUT: Duration = Duration::from_secs(30);

fn url() -> String {
    std::env::var("KONTOR_TEST_MEDUSA").expect("KONTOR_TEST_MEDUSA holds the address of a Medusa shop")
}

fn shop() -> Shop {
    Shop::new(&url())
}

fn connector(shop: &Shop, more: &str) -> Medusa {
    let key = shop.post("api-keys", &json!({ "title": "Kontor", "type": "secret" }));
    let settings = format!("url = '{}'\napi_key = '{}'\nfirst_pull_days = 0\n{more}", url(), text(&key["api_key"]["token"]));
    Medusa::new(&account("medusa", &settings), TIMEOUT).unwrap()
}

fn unique(word: &str) -> String {
    format!("{word}-{}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros())
}

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn euros(text: &str) -> Option<Price> {
    Some(Price { money: Money::new(amount(text), Currency::EUR), gross: true })
}

fn offer(sku: &str) -> OfferChange {
    let content = OfferContent { title: format!("Lampe {sku}"), language: "de".to_owned(), ..OfferContent::default() };
    OfferChange {
        offer_id: OfferId(1),
        sku: sku.to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(content),
        price: euros("19.90"),
        quantity: Some(Quantity { offered: 20, reserved_here: 0 }),
    }
}

fn word(key: &str, name: &str) -> Word {
    Word { key: key.to_owned(), name: name.to_owned() }
}

fn variant(parent: &str, sku: &str, colour: Word, property: &str) -> OfferChange {
    let choice = VariantContent {
        parent_sku: parent.to_owned(),
        parent_title: "Lampen".to_owned(),
        options: vec![(word("COL", property), colour)],
        ..VariantContent::default()
    };
    let mut change = offer(sku);
    change.content.as_mut().unwrap().variant = Some(choice);
    change
}

fn outcomes(medusa: &Medusa, changes: &[OfferChange]) -> Vec<Outcome> {
    let mut changes = changes.to_vec();
    for (id, change) in (1..).zip(&mut changes) {
        change.offer_id = OfferId(id);
    }
    let results = medusa.submit(&changes).unwrap();
    let of = |change: &OfferChange| results.iter().find(|row| row.offer_id == change.offer_id).unwrap().outcome.clone();
    changes.iter().map(of).collect()
}

fn numbers(medusa: &Medusa, changes: &[OfferChange]) -> Vec<String> {
    let number = |outcome: Outcome| match outcome {
        Outcome::Done { external_number: Some(number), .. } => number,
        other => panic!("{other:?}"),
    };
    outcomes(medusa, changes).into_iter().map(number).collect()
}

fn pulled(medusa: &Medusa, order_id: &str) -> ChannelOrder {
    let pulled = medusa.pull_orders(None, &[order_id.to_owned()]).unwrap();
    pulled.orders.into_iter().rfind(|order| order.order_id == order_id).unwrap()
}

fn tell(medusa: &Medusa, key: &str, order_id: &str, kind: FactKind) -> Outcome {
    medusa.push_fact(&Fact { key: key.to_owned(), order_id: order_id.to_owned(), order_id_2: None, kind, task: None }).unwrap()
}

fn told(medusa: &Medusa, order_id: &str, kind: FactKind) {
    let outcome = tell(medusa, &unique("fact"), order_id, kind);
    assert!(matches!(&outcome, Outcome::Done { .. }), "{outcome:?}");
}

fn content(line_id: &str, quantity: i32, so_far: i32) -> Content {
    Content { line_id: Some(line_id.to_owned()), sku: None, quantity, so_far }
}

fn shipped(line_id: &str, quantity: i32, tracking: &str) -> FactKind {
    let carrier = Some("https://carrier.example/{number}".to_owned());
    let contents = vec![content(line_id, quantity, quantity)];
    let packet = Packet { packet_id: 1, tracking_number: Some(tracking.to_owned()), carrier, contents, ..Packet::default() };
    FactKind::Shipped { packets: vec![packet], together: Vec::new() }
}

/// Stocked and reserved pieces.
fn stock(shop: &Shop, sku: &str) -> (i64, i64) {
    let level = &shop.variant(sku)["inventory_items"][0]["inventory"]["location_levels"][0];
    (level["stocked_quantity"].as_i64().unwrap(), level["reserved_quantity"].as_i64().unwrap())
}

#[test]
#[ignore = "needs a running shop"]
fn prices_of_regions_and_quantities_stay_as_the_merchant_set_them() {
    let (shop, sku) = (shop(), unique("PRICE"));
    let medusa = connector(&shop, "");
    numbers(&medusa, &[offer(&sku)]);
    let variant = shop.variant(&sku);
    let region = shop.merchant(Method::Get, "regions", &[], None)["regions"][0]["id"].clone();
    let prices = json!([
        { "id": variant["prices"][0]["id"], "currency_code": "eur", "amount": 19.9 }, { "currency_code": "usd", "amount": 22 },
        { "currency_code": "eur", "amount": 15, "rules": { "region_id": region } }, { "currency_code": "eur", "amount": 12, "min_quantity": 10 },
    ]);
    let update = json!({ "update": [{ "id": variant["id"], "prices": prices }] });
    shop.post(&format!("products/{}/variants/batch", text(&variant["product_id"])), &update);
    numbers(&medusa, &[OfferChange { content: None, quantity: None, price: euros("7.05"), ..offer(&sku) }]);
    let variant = shop.variant(&sku);
    let mut amounts: Vec<String> =
        list(&variant["prices"]).map(|price| format!("{} {}", text(&price["currency_code"]), price["amount"])).collect();
    amounts.sort();
    assert_eq!(amounts, ["eur 12", "eur 15", "eur 7.05", "usd 22"]);
}

#[test]
#[ignore = "needs a running shop"]
fn a_renamed_article_leaves_its_number_to_a_new_one() {
    let (shop, old, new) = (shop(), unique("OLD"), unique("NEW"));
    let medusa = connector(&shop, "");
    let number = numbers(&medusa, &[offer(&old)]).remove(0);
    let renamed = OfferChange { known_as: vec![old.clone()], external_number: Some(number.clone()), ..offer(&new) };
    assert_eq!(numbers(&medusa, &[renamed]), std::slice::from_ref(&number));
    // The item in the stock must not keep the old number.
    let mut second = offer(&old);
    second.content.as_mut().unwrap().title = "Another".to_owned();
    let other = numbers(&medusa, std::slice::from_ref(&second)).remove(0);
    assert!(other != number && shop.variant(&new)["id"] == json!(number), "{other} {number}");
    assert_eq!(numbers(&medusa, &[second]), [other]);
}

#[test]
#[ignore = "needs a running shop"]
fn options_are_renamed_and_lost_values_are_gone() {
    let (shop, parent) = (shop(), unique("P"));
    let medusa = connector(&shop, "");
    let sku = |number: i32| format!("{parent}-{number}");
    numbers(&medusa, &[variant(&parent, &sku(1), word("B", "Blau"), "Farbe"), variant(&parent, &sku(2), word("R", "Rot"), "Farbe")]);
    numbers(&medusa, &[variant(&parent, &sku(1), word("B", "Azur"), "Farbton")]);
    let product = text(&shop.variant(&sku(1))["product_id"]);
    let query = [("fields", "options.title,options.values.value")];
    let option = shop.merchant(Method::Get, &format!("products/{product}"), &query, None)["product"]["options"][0].clone();
    let mut values: Vec<String> = list(&option["values"]).map(|value| text(&value["value"])).collect();
    values.sort();
    assert_eq!((text(&option["title"]).as_str(), values), ("Farbton", vec!["Azur".to_owned(), "Rot".to_owned()]));
}

#[test]
#[ignore = "needs a running shop"]
fn one_bad_variant_does_not_keep_its_family_out() {
    let (shop, parent) = (shop(), unique("P"));
    let medusa = connector(&shop, "");
    let sku = |number: i32| format!("{parent}-{number}");
    let mut rows = [
        variant(&parent, &sku(1), word("B", "Blau"), "Farbe"),
        variant(&parent, &sku(2), word("G", "Grün"), "Farbe"),
        variant(&parent, &sku(3), word("R", "Rot"), "Farbe"),
    ];
    // Medusa takes no EAN twice.
    let (taken, ean) = (unique("EAN"), unique("4"));
    rows[1].content.as_mut().unwrap().ean = Some(ean.clone());
    let mut other = offer(&taken);
    other.content.as_mut().unwrap().ean = Some(ean.clone());
    numbers(&medusa, &[other]);
    let results = outcomes(&medusa, &rows);
    let done: Vec<bool> = results.iter().map(|outcome| matches!(outcome, Outcome::Done { .. })).collect();
    assert_eq!(done, [true, false, true], "{results:?}");
}

#[test]
#[ignore = "needs a running shop"]
fn what_is_cancelled_after_a_part_was_shipped_can_be_bought_again() {
    let (shop, sku) = (shop(), unique("PART"));
    let medusa = connector(&shop, "");
    numbers(&medusa, &[offer(&sku)]);
    let order = shop.buys(&[(&sku, 5)]);
    let line = pulled(&medusa, &order).lines.remove(0).line_id;
    told(&medusa, &order, FactKind::Paid { transaction_id: None });
    told(&medusa, &order, shipped(&line, 2, "JJD 1"));
    assert_eq!(stock(&shop, &sku), (18, 3));
    for _ in 0..2 {
        told(&medusa, &order, FactKind::PositionsCancelled { positions: vec![content(&line, 3, 3)], reason: None });
        assert_eq!(stock(&shop, &sku), (18, 0), "Medusa itself reserves the shipped pieces again");
    }
    let read = pulled(&medusa, &order);
    assert_eq!((read.lines[0].quantity, read.lines[0].cancelled, read.paid, read.cancelled), (5, 3, true, false));
    let label = shop.order_of(&order)["fulfillments"][0]["labels"][0].clone();
    assert_eq!(
        (text(&label["tracking_number"]).as_str(), text(&label["tracking_url"]).as_str()),
        ("JJD 1", "https://carrier.example/JJD+1")
    );
}

#[test]
#[ignore = "needs a running shop"]
fn a_paid_order_that_is_cancelled_keeps_its_money_until_the_erp_gives_it_back() {
    let (shop, sku) = (shop(), unique("PAID"));
    let medusa = connector(&shop, "");
    numbers(&medusa, &[offer(&sku)]);
    let order = shop.buys(&[(&sku, 2)]);
    told(&medusa, &order, FactKind::Paid { transaction_id: None });
    for _ in 0..2 {
        let outcome = tell(&medusa, "cancel", &order, FactKind::Cancelled { reason: None });
        assert!(matches!(&outcome, Outcome::Done { messages, .. } if messages[0].code() == "REFUND_OPEN"), "{outcome:?}");
    }
    let read = pulled(&medusa, &order);
    assert_eq!((read.cancelled, read.lines[0].cancelled, read.refunded_amount()), (true, 2, None));
    assert_eq!(stock(&shop, &sku), (20, 0));
    let credit = FactKind::Refunded {
        credit_number: "CR-1".into(),
        amount: amount("44.70"),
        currency: "EUR".into(),
        positions: Vec::new(),
        reason: None,
    };
    told(&medusa, &order, credit);
    assert_eq!(pulled(&medusa, &order).refunded_amount(), Some(amount("44.70")));
}

#[test]
#[ignore = "needs a running shop"]
fn goods_that_the_erp_booked_out_first_are_shipped() {
    let (shop, sku) = (shop(), unique("OUT"));
    let medusa = connector(&shop, "");
    numbers(&medusa, &[offer(&sku)]);
    let order = shop.buys(&[(&sku, 2)]);
    let line = pulled(&medusa, &order).lines.remove(0).line_id;
    numbers(
        &medusa,
        &[OfferChange { content: None, price: None, quantity: Some(Quantity { offered: 0, reserved_here: 0 }), ..offer(&sku) }],
    );
    told(&medusa, &order, shipped(&line, 2, "JJD2"));
    assert_eq!(stock(&shop, &sku), (0, 0));
}

#[test]
#[ignore = "needs a running shop"]
fn an_edit_of_the_merchant_is_waited_for_and_one_that_was_cut_off_is_begun_again() {
    let (shop, sku) = (shop(), unique("EDIT"));
    let medusa = connector(&shop, "");
    numbers(&medusa, &[offer(&sku)]);
    let order = shop.buys(&[(&sku, 3)]);
    let line = pulled(&medusa, &order).lines.remove(0).line_id;
    let cancel = || FactKind::PositionsCancelled { positions: vec![content(&line, 1, 1)], reason: None };
    shop.post("order-edits", &json!({ "order_id": order }));
    assert!(matches!(tell(&medusa, "k", &order, cancel()), Outcome::Later { .. }));
    shop.merchant(Method::Delete, &format!("order-edits/{order}"), &[], None);
    shop.post("order-edits", &json!({ "order_id": order, "internal_note": "kontor" }));
    told(&medusa, &order, cancel());
    assert_eq!(pulled(&medusa, &order).lines[0].cancelled, 1);
    // The shop cancelled the buyer's payment with the edit: the money comes another way.
    told(&medusa, &order, FactKind::Paid { transaction_id: None });
    assert!(pulled(&medusa, &order).paid);
}

#[test]
#[ignore = "needs a running shop"]
fn a_key_that_the_merchant_revoked_is_reported_as_such() {
    let shop = shop();
    let key = shop.post("api-keys", &json!({ "title": "Kontor", "type": "secret" }))["api_key"].clone();
    let settings = format!("url = '{}'\napi_key = '{}'\n", url(), text(&key["token"]));
    let medusa = Medusa::new(&account("medusa", &settings), TIMEOUT).unwrap();
    let found = medusa.check().unwrap();
    assert!(found.found.contains("gross prices in EUR") && found.missing.is_empty(), "{found:?}");
    shop.post(&format!("api-keys/{}/revoke", text(&key["id"])), &json!({}));
    assert!(matches!(medusa.check(), Err(ChannelError::Unauthorized { .. })));
}

fn sent(medusa: &Medusa, external_number: Option<&str>, record: Record) -> String {
    match medusa.transfer(&Transfer { external_number: external_number.map(str::to_owned), record }).unwrap() {
        Outcome::Done { external_number: Some(number), .. } => number,
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs a running shop"]
fn a_coupon_becomes_one_promotion_that_follows_it() {
    let shop = shop();
    let medusa = connector(&shop, "");
    let code = unique("SAVE");
    let coupon = |code: &str, least: Option<&str>, active: bool| {
        let coupon = Coupon {
            kind: Some(CouponKind::Amount),
            value: Some(amount("5")),
            minimum_order_value: least.map(amount),
            currency_code_iso: Some("EUR".into()),
            usage_limit_per_customer: Some(1),
            active: Some(active),
            ..Coupon::default()
        };
        let until = Some("2999-05-31T22:00:00Z".parse().unwrap());
        Record::Coupon(CouponRecord { code: code.to_owned(), coupon, from: None, until, language: "de".to_owned() })
    };
    let first = sent(&medusa, None, coupon(&code, Some("25"), true));
    assert_eq!(sent(&connector(&shop, ""), None, coupon(&code, Some("30"), true)), first, "the answer got lost");
    let renamed = format!("{code}-2");
    assert_eq!(sent(&medusa, Some(&first), coupon(&renamed, None, false)), first);
    let query = [("fields", "code,status,*rules,application_method.value,campaign.ends_at,campaign.budget.limit")];
    let promotion = shop.merchant(Method::Get, &format!("promotions/{first}"), &query, None)["promotion"].clone();
    assert_eq!((text(&promotion["code"]), &promotion["status"], list(&promotion["rules"]).count()), (renamed, &json!("inactive"), 0));
    assert_eq!((&promotion["application_method"]["value"], &promotion["campaign"]["budget"]["limit"]), (&json!(5), &json!(1)));
}

#[test]
#[ignore = "needs a running shop"]
fn a_customer_gets_name_address_and_group_and_keeps_the_shops_own_groups() {
    let (shop, sku) = (shop(), unique("CUST"));
    let medusa = connector(&shop, "");
    numbers(&medusa, &[offer(&sku)]);
    let key = pulled(&medusa, &shop.buys(&[(&sku, 1)])).buyer.id.unwrap();
    let (trade, retail, own) = (unique("trade"), unique("retail"), unique("newsletter"));
    let group = text(&shop.post("customer-groups", &json!({ "name": own }))["customer_group"]["id"]);
    shop.post(&format!("customers/{key}/customer-groups"), &json!({ "add": [group] }));
    let record = |group: &str, other: &str, city: &str| {
        let customer = Customer {
            first_name: Some("Ada".into()),
            last_name: Some("King".into()),
            street: Some("Main Road".into()),
            city: Some(city.into()),
            country_code_iso: Some("DE".into()),
            ..Customer::default()
        };
        let (group, other_groups) = (Some(group.to_owned()), vec![other.to_owned()]);
        Record::Customer(Box::new(CustomerRecord { key: key.clone(), customer, group, other_groups, ..CustomerRecord::default() }))
    };
    for _ in 0..2 {
        assert_eq!(sent(&medusa, None, record(&trade, &retail, "Bonn")), key);
    }
    assert_eq!(sent(&medusa, Some(&key), record(&retail, &trade, "Rome")), key);
    let query = [("fields", "last_name,groups.name,addresses.city,addresses.is_default_billing")];
    let after: Value = shop.merchant(Method::Get, &format!("customers/{key}"), &query, None)["customer"].clone();
    let groups: Vec<String> = list(&after["groups"]).map(|group| text(&group["name"])).collect();
    assert!(groups.contains(&own) && groups.contains(&retail) && !groups.contains(&trade), "{after}");
    let billing: Vec<String> =
        list(&after["addresses"]).filter(|address| address["is_default_billing"] == true).map(|address| text(&address["city"])).collect();
    assert_eq!((billing, &after["last_name"]), (vec!["Rome".to_owned()], &json!("King")));
}
