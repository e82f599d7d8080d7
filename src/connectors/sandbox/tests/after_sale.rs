//! Totals, changes, and what happens after the sale.

use super::*;
use crate::domain::order::ChannelOrder;

fn shop() -> World {
    World::with_offer("A", 10)
}

fn pulled(world: &World) -> ChannelOrder {
    world.connector.pull_orders(None, &[]).unwrap().orders.pop().unwrap()
}

fn sum(order: &ChannelOrder) -> (String, String) {
    (order.totals.total_amount.unwrap().to_string(), order.calculated_amount().map_or_else(|| "-".to_owned(), |sum| sum.to_string()))
}

const ORDER: &str = r#"{"paid":true,"lines":[{"sku":"A","quantity":3,"tax_rate":"19"},{"sku":"A","tax_rate":"7"}],"shipping":"4.90",
    "coupons":[{"code":"SAVE5","amount":"5.00"}],"delivery":{"post_number":"87654321","deliver_by_date":"2025-11-10T12:00:00Z"}}"#;

#[test]
fn an_order_says_what_it_amounts_to_and_a_fault_makes_it_a_cent_wrong() {
    let world = shop();
    assert_eq!(world.ask("POST", "/orders", ORDER).0, 201);
    let order = pulled(&world);
    assert_eq!(sum(&order), ("79.50".to_owned(), "79.50".to_owned()));
    let taxes: Vec<String> = order.totals.taxes.iter().map(|share| format!("{} {}", share.tax_rate, share.tax_amount)).collect();
    assert_eq!(taxes, ["7.00 1.30", "19.00 9.52"], "59.60 and 19.90 gross");
    assert_eq!(order.delivery.post_number.as_deref(), Some("87654321"));
    world.ask("POST", "/faults", r#"{"total_off":"0.01"}"#);
    let net = r#"{"lines":[{"sku":"A","quantity":2}],"net":true,"tax_identification_number":"DE136695976"}"#;
    assert_eq!(world.ask("POST", "/orders", net).0, 201);
    let order = pulled(&world);
    assert_eq!(sum(&order), ("47.37".to_owned(), "47.36".to_owned()), "39.80 and 19 %");
    assert_eq!(order.buyer.tax_identification_number.as_deref(), Some("DE136695976"));
}

#[test]
fn a_change_moves_pieces_and_vouchers_and_is_refused_as_a_whole() {
    let world = shop();
    world.ask("POST", "/orders", ORDER);
    let left = |world: &World| world.ask("GET", "/offers/A", "").1["quantity"].clone();
    assert_eq!(left(&world), 6);
    for (change, status) in [
        (r#"{"lines":[{"line_id":"S-100001-1","quantity":1},{"line_id":"nowhere","quantity":1}]}"#, 404),
        (r#"{"lines":[{"line_id":"S-100001-1","quantity":1}],"add":[{"sku":"A","quantity":99}]}"#, 409),
        (r#"{"lines":[{"line_id":"S-100001-1","quantity":5},{"line_id":"S-100001-1","quantity":5}]}"#, 400),
        (r#"{"prices":1}"#, 400),
    ] {
        assert_eq!(world.ask("POST", "/orders/S-100001/change", change).0, status, "{change}");
    }
    assert_eq!((left(&world), pulled(&world).lines[0].quantity), (json!(6), 3));
    let change = r#"{"lines":[{"line_id":"S-100001-1","quantity":1}],"add":[{"sku":"A"}],"coupons":[]}"#;
    assert_eq!(world.ask("POST", "/orders/S-100001/change", change).0, 200);
    let order = pulled(&world);
    assert_eq!((left(&world), order.lines.len(), sum(&order).0), (json!(7), 3, "64.60".to_owned()));
    world.ask("POST", "/orders/S-100001/cancel", "");
    assert_eq!(world.ask("POST", "/orders/S-100001/change", r#"{"note":"x"}"#).0, 409);
}

#[test]
fn a_net_order_is_refunded_with_its_tax_by_pieces_and_in_full() {
    let world = shop();
    let wish = r#"{"paid":true,"net":true,"lines":[{"sku":"A","quantity":3,"tax_rate":"19"}],"shipping":"4.90"}"#;
    assert_eq!(world.ask("POST", "/orders", wish).0, 201);
    assert_eq!(sum(&pulled(&world)).0, "76.87", "64.60 and 19 %");
    let refund = |body: &str| world.ask("POST", "/orders/S-100001/refunds", body).0;
    assert_eq!(refund(r#"{"lines":[{"line_id":"S-100001-1","quantity":2}]}"#), 200);
    assert_eq!(pulled(&world).refunds[0].amount.to_string(), "47.36", "39.80 and 19 %");
    world.ask("POST", "/orders/S-100001/cancel", "");
    assert_eq!(refund(r#"{"amount":"29.52"}"#), 409);
    assert_eq!(refund(r#"{"amount":"29.51"}"#), 200);
}

#[test]
fn a_request_is_answered_once_and_withdrawn_only_while_it_is_open() {
    let world = shop();
    world.ask("POST", "/orders", ORDER);
    let ask = |body: &str| world.ask("POST", "/orders/S-100001/requests", body).0;
    assert_eq!(ask(r#"{"lines":[{"line_id":"S-100001-1","quantity":4}]}"#), 409, "more than are open");
    assert_eq!(ask(r#"{"lines":[{"line_id":"S-100001-1","quantity":2}],"reason":"too large"}"#), 200);
    assert_eq!(ask("{}"), 200);
    assert_eq!(ask(r#"{"amount":"1"}"#), 400);
    let requests = |world: &World| pulled(world).cancellation_requests.into_iter().map(|request| request.request_id).collect::<Vec<_>>();
    assert_eq!(requests(&world), ["S-100001-C1", "S-100001-C2"]);
    assert_eq!(world.ask("POST", "/orders/S-100001/requests/S-100001-C2/withdraw", "").0, 200);
    let accept = |request_id: &str| FactKind::CancellationAccepted { request_id: request_id.into() };
    for (key, twice) in [("f1", false), ("f2", true)] {
        assert!(matches!(world.fact(key, accept("S-100001-C1")), Outcome::Done { .. }), "{twice}");
    }
    assert_eq!(refusal(world.fact("f3", accept("S-100001-C2"))), "ORDER_STATE", "it is withdrawn");
    assert_eq!(refusal(world.fact("f4", FactKind::CancellationDeclined { request_id: "S-100001-C1".into() })), "ORDER_STATE");
    assert_eq!(world.ask("POST", "/orders/S-100001/requests/S-100001-C1/withdraw", "").0, 409);
    let order = pulled(&world);
    assert_eq!((requests(&world).len(), order.lines[0].cancelled), (0, 0), "what is cancelled is a fact of its own");
}

#[test]
fn only_what_was_shipped_comes_back_and_only_what_was_paid_goes_back() {
    let world = shop();
    world.ask("POST", "/orders", ORDER);
    let ask = |what: &str, body: &str| world.ask("POST", &format!("/orders/S-100001/{what}"), body).0;
    let two = r#"{"lines":[{"line_id":"S-100001-1","quantity":2}]}"#;
    assert_eq!(ask("returns", two), 409, "nothing is shipped");
    world.fact("f1", FactKind::Shipped { packets: vec![], together: vec![] });
    assert_eq!((ask("returns", two), ask("returns", two), ask("returns", "{}")), (200, 409, 400));
    assert_eq!((ask("refunds", two), ask("refunds", two)), (200, 409), "39.80 for two, and the third is left");
    assert_eq!((ask("refunds", r#"{"amount":"39.71"}"#), ask("refunds", r#"{"amount":"39.70","reason":"late"}"#)), (409, 200));
    let order = pulled(&world);
    assert_eq!((order.lines[0].returned, order.refunded_pieces()["S-100001-1"]), (2, 2));
    assert_eq!(order.refunded_amount().unwrap().to_string(), "79.50");
    world.ask("POST", "/orders", r#"{"lines":[{"sku":"A"}]}"#);
    assert_eq!(world.ask("POST", "/orders/S-100002/refunds", r#"{"amount":"1"}"#).0, 409, "nothing was paid");
}
