//! The connector's decisions, without a shop.

use serde_json::{Value, json};

use super::super::check_settings;
use super::super::tests::account;
use super::orders::Order;
use super::shipments::{Plan, Shipment, plan};
use super::shop::WeightUnit;
use crate::domain::Decimal;
use crate::domain::order::{ChannelOrder, Content, Packet};

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn settings_are_checked_with_a_remedy() {
    const ACCESS: &str = "consumer_key = 'k'\nconsumer_secret = 's'\n";
    for (text, expected) in [
        (format!("url = 'https://shop.example.com/rest/V1'\n{ACCESS}"), "is not the address of a shop"),
        (format!("url = 'https://erp:secret@shop.example.com'\n{ACCESS}"), "\"…@shop.example.com\" is not the address of a shop"),
        ("url = 'https://shop.example.com'\nconsumer_secret = 'x'".to_owned(), "consumer_key: is missing"),
        (format!("url = 'https://shop.example.com'\naccess_token = 't'\n{ACCESS}"), "access_token_secret: is missing"),
    ] {
        let text = check_settings(&account("magento", &text)).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
    for text in [ACCESS.to_owned(), format!("{ACCESS}access_token = 't'\naccess_token_secret = 'u'\n")] {
        check_settings(&account("magento", &format!("url = 'https://shop.example.com/shop'\n{text}"))).unwrap();
    }
}

#[test]
fn a_weight_is_written_in_the_unit_of_the_shop() {
    assert_eq!(WeightUnit::Kilogram.of_gram(amount("1250")), amount("1.25"));
    assert_eq!(WeightUnit::Pound.of_gram(amount("453.5924")), amount("1"));
}

/// SKU, pieces, price, total, discount, compensation, tax, percent.
type Recorded<'a> = (&'a str, i64, f64, f64, f64, f64, f64, i64);

/// What 2.4.7 answered, as far as it is read.
fn recorded(coupon: &str, lines: &[Recorded<'_>], sums: [f64; 4]) -> ChannelOrder {
    let [grand_total, shipping, shipping_incl_tax, shipping_tax] = sums;
    let items: Vec<Value> = lines
        .iter()
        .zip(4..)
        .map(|((sku, pieces, price, total, discount, compensation, tax, percent), id)| {
            json!({ "item_id": id, "name": sku, "product_id": id + 24, "sku": sku, "qty_ordered": pieces, "price_incl_tax": price, "row_total_incl_tax": total,
                "discount_amount": discount, "discount_tax_compensation_amount": compensation, "tax_amount": tax, "tax_percent": percent })
        })
        .collect();
    let order = json!({ "entity_id": 3, "increment_id": "000000003", "state": "new", "order_currency_code": "EUR", "created_at": "2026-11-29 15:30:40",
        "updated_at": "2026-11-29 15:30:41", "grand_total": grand_total, "shipping_amount": shipping, "shipping_incl_tax": shipping_incl_tax,
        "shipping_tax_amount": shipping_tax, "coupon_code": coupon, "items": items, "payment": { "method": "cashondelivery" },
        "billing_address": { "firstname": "Erika", "lastname": "Muster", "street": ["Hauptstr. 1", "", "3. Stock"], "country_id": "DE", "vat_id": "DE1" },
        "extension_attributes": { "applied_taxes": [{ "percent": 19, "amount": 3.65 }, { "percent": 7, "amount": 1.26 }],
            "item_applied_taxes": [{ "type": "shipping", "applied_taxes": [{ "percent": 19, "amount": 0.78 }] }] } });
    serde_json::from_value::<Order>(order).unwrap().read(&[], &["cashondelivery".to_owned()])
}

/// Lines and postage less the coupon are what the buyer pays.
fn adds_up(order: &ChannelOrder) {
    let lines: i64 = order.lines.iter().map(|line| line.total_amount.unwrap().0).sum();
    assert_eq!(Decimal(lines + order.shipping_charge.0 - order.coupon_amount.0), order.totals.total_amount.unwrap());
}

#[test]
fn a_coupon_in_a_shop_with_gross_prices_adds_up() {
    let lines = [("S", 1, 19.99, 17.99, 2.0, 0.32, 2.87, 19), ("B", 2, 10.7, 19.26, 2.14, 0.14, 1.26, 7)];
    let order = recorded("ZEHN", &lines, [42.15, 4.12, 4.9, 0.78]);
    adds_up(&order);
    let line = &order.lines[0];
    assert_eq!((line.unit_price, line.total_amount, line.tax_amount), (amount("19.99"), Some(amount("19.99")), Some(amount("3.19"))));
    assert_eq!((order.coupon_amount, order.totals.coupons[0].tax_amount), (amount("4.14"), Some(amount("0.46"))));
    let tax = &order.totals.taxes[0];
    assert_eq!((tax.tax_rate, tax.net_amount, tax.tax_amount), (amount("19"), Some(amount("19.24")), amount("3.65")));
    assert_eq!((order.order_id.as_str(), order.order_id_2.as_deref(), order.paid), ("3", Some("000000003"), false));
    let address = &order.delivery_address;
    assert_eq!((address.street.as_deref(), address.street_addition.as_deref()), (Some("Hauptstr. 1"), Some("3. Stock")));
    assert_eq!(order.buyer.tax_identification_number.as_deref(), Some("DE1"));
}

#[test]
fn a_coupon_in_a_shop_with_net_prices_adds_up() {
    let lines = [("S", 1, 23.79, 20.92, 2.41, 0.0, 3.34, 19), ("B", 2, 11.45, 20.13, 2.59, 0.0, 1.32, 7)];
    let order = recorded("FUENF", &lines, [46.88, 4.9, 5.83, 0.93]);
    adds_up(&order);
    assert_eq!((order.lines[0].total_amount, order.lines[0].tax_amount), (Some(amount("23.79")), Some(amount("3.80"))));
    assert_eq!((order.lines[1].total_amount, order.coupon_amount), (Some(amount("22.90")), amount("5.64")));
}

#[test]
fn a_child_that_is_bought_through_its_parent_is_one_line() {
    let order = json!({ "entity_id": 14, "state": "new", "order_currency_code": "EUR", "created_at": "2026-11-29 15:30:54", "updated_at": "2026-11-29 15:30:54",
        "grand_total": 26.9, "items": [
            { "item_id": 18, "name": "Hemd", "product_id": 27, "sku": "C-G", "qty_ordered": 2, "price_incl_tax": 11, "row_total_incl_tax": 22, "tax_percent": 19 },
            { "item_id": 19, "parent_item_id": 18, "name": "Hemd Grün", "product_id": 25, "sku": "C-G", "qty_ordered": 2, "row_total_incl_tax": 0 }] });
    let order = serde_json::from_value::<Order>(order).unwrap().read(&[], &[]);
    let [line] = order.lines.as_slice() else { panic!("{:?}", order.lines) };
    assert_eq!((line.line_id.as_str(), line.external_number.as_deref(), line.title.as_str()), ("18", Some("25"), "Hemd Grün"));
}

fn order(shipped: i64) -> Order {
    serde_json::from_value(
        json!({ "entity_id": 16, "state": "processing", "order_currency_code": "EUR", "created_at": "2026-11-29 15:30:56",
        "updated_at": "2026-11-29 15:30:56", "items": [{ "item_id": 21, "sku": "A", "qty_ordered": 5, "qty_shipped": shipped }] }),
    )
    .unwrap()
}

fn packet(packet_id: i32, tracking: &str, quantity: i32, so_far: i32) -> Packet {
    let contents = vec![Content { line_id: Some("21".into()), sku: None, quantity, so_far }];
    Packet { packet_id, tracking_number: Some(tracking.into()), carrier: Some("DHL".into()), contents, ..Packet::default() }
}

fn known(comment: &str, tracks: &[&str]) -> Shipment {
    let tracks: Vec<Value> = tracks.iter().map(|number| json!({ "track_number": number })).collect();
    serde_json::from_value(
        json!({ "entity_id": 1, "items": [{ "order_item_id": 21, "qty": 2 }], "tracks": tracks, "comments": [{ "comment": comment }] }),
    )
    .unwrap()
}

fn planned(order: &Order, known: &[Shipment], packets: &[Packet], together: &[Content]) -> Plan {
    plan(order, known, packets, together, "f2", "default", true)
}

#[test]
fn a_package_is_shipped_once_and_never_more_than_is_left() {
    let first = planned(&order(0), &[], &[packet(1, "T1", 2, 2)], &[]);
    assert_eq!(first.shipments[0]["items"], json!([{ "order_item_id": 21, "qty": 2 }]));
    assert_eq!(first.shipments[0]["tracks"], json!([{ "carrier_code": "custom", "title": "DHL", "track_number": "T1" }]));
    let there = known("kontor f2 #1.0", &["T1"]);
    assert_eq!(planned(&order(2), std::slice::from_ref(&there), &[packet(1, "T1", 2, 2)], &[]), Plan::default(), "a repeat");
    // The merchant shipped four by hand: one is left of the three.
    let rest = planned(&order(4), &[known("by hand", &[])], &[packet(2, "T2", 3, 5)], &[]);
    assert_eq!(rest.shipments[0]["items"][0]["qty"], 1);
    let late = planned(&order(5), &[known("by hand", &[])], &[packet(2, "T2", 3, 5)], &[]);
    assert_eq!((late.shipments.len(), late.late), (0, vec!["T2".to_owned()]));
}

#[test]
fn a_number_that_comes_late_joins_its_package_and_only_that_one() {
    let again = Packet { again: true, contents: Vec::new(), ..packet(1, "T1", 0, 0) };
    let joined = planned(&order(2), &[known("kontor f1 #1.0", &[])], std::slice::from_ref(&again), &[]);
    assert_eq!((joined.shipments.len(), &joined.tracks[0]["parent_id"]), (0, &json!(1)));
    assert_eq!(planned(&order(2), &[known("kontor f1 #1.0", &["T1"])], std::slice::from_ref(&again), &[]), Plan::default());
    assert_eq!(planned(&order(2), &[known("kontor f1 #11.0", &[])], &[again], &[]).late, ["T1"]);
}

#[test]
fn packages_that_are_reported_together_are_one_shipment_with_all_tracks() {
    let empty = |packet_id, tracking| Packet { contents: Vec::new(), ..packet(packet_id, tracking, 0, 0) };
    let packets = [empty(1, "T1"), empty(2, "T2")];
    let together = packet(0, "", 5, 5).contents;
    for together in [&together[..], &[]] {
        let joint = planned(&order(0), &[], &packets, together);
        assert_eq!((joint.shipments.len(), joint.shipments[0]["tracks"].as_array().unwrap().len(), joint.late.len()), (1, 2, 0));
        assert_eq!(joint.shipments[0]["items"][0]["qty"], 5);
    }
    let there = known("kontor f2 #1.0", &["T1", "T2"]);
    assert_eq!(planned(&order(5), &[there], &packets, &together), Plan::default());
}

mod life;
