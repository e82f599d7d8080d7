//! Orders at a running shop.

use serde_json::json;

use super::{buy, connector, numbers, offer, packets, pulled, saleable, state, tell, told, unique};
use crate::connectors::{Connector, OfferChange, Outcome, Quantity};
use crate::domain::Decimal;
use crate::domain::order::{Content, FactKind, Packet};

#[test]
#[ignore = "needs a running shop"]
fn an_order_goes_its_way_from_cart_to_parcel() {
    let shop = connector("");
    let sku = unique("O");
    let number = numbers(&shop, &[offer(1, &sku, "19.90", 12)]).remove(0);
    let cursor = shop.pull_orders(None, &[]).unwrap().cursor;
    let code = buy(&number, 2);
    let order = pulled(&shop, Some(&cursor), &code);
    assert_eq!((order.paid, order.cancelled, order.currency.as_str()), (false, false, "EUR"));
    assert_eq!(
        (order.lines[0].sku.as_deref(), order.lines[0].quantity, order.lines[0].unit_price.to_string().as_str()),
        (Some(sku.as_str()), 2, "19.90")
    );
    assert_eq!(order.lines[0].tax_rate, Some(Decimal::from_whole(19)));
    assert_eq!((order.shipping_charge.to_string().as_str(), order.coupon_amount), ("4.90", Decimal::ZERO));
    assert_eq!(order.delivery_address.last_name.as_deref(), Some("von Müßtermann"));
    assert_eq!(order.invoice_address.city.as_deref(), Some("Köln"));
    assert!(order.transaction_id.is_some() && order.buyer.email.as_deref().is_some_and(|mail| mail.starts_with("erika-")));

    told(&shop, &code, FactKind::Acknowledged);
    for _ in 0..2 {
        told(&shop, &code, FactKind::Paid { transaction_id: None });
    }
    assert!(pulled(&shop, Some(&cursor), &code).paid);
    for _ in 0..2 {
        told(&shop, &code, FactKind::Shipped { packets: packets(&["JJD1", "JJD2"]), together: Vec::new() });
    }
    assert_eq!(
        state(&shop, &code),
        json!({ "state": "Shipped", "fulfillments": [{ "state": "Shipped", "method": "dhl", "trackingCode": "JJD1, JJD2" }] })
    );
    assert_eq!(saleable(&shop, &sku), 10);
    match tell(&shop, &code, FactKind::Shipped { packets: packets(&["JJD9"]), together: Vec::new() }) {
        Outcome::Done { messages, .. } => assert_eq!(messages[0].code(), "ALREADY_SHIPPED"),
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_is_shipped_before_it_is_paid_even_when_the_stock_was_booked_out() {
    let shop = connector("cash_on_delivery_methods = ['prepayment']");
    let sku = unique("C");
    let number = numbers(&shop, &[offer(1, &sku, "19.90", 2)]).remove(0);
    let code = buy(&number, 2);
    assert_eq!(pulled(&shop, None, &code).workflow.id(), 2);
    let gone =
        OfferChange { content: None, price: None, quantity: Some(Quantity { offered: 0, reserved_here: 0 }), ..offer(1, &sku, "19.90", 0) };
    numbers(&shop, &[gone]);
    told(&shop, &code, FactKind::Shipped { packets: Vec::new(), together: Vec::new() });
    assert_eq!(saleable(&shop, &sku), 0);
    assert_eq!(state(&shop, &code)["state"], "PaymentAuthorized");
    told(&shop, &code, FactKind::Paid { transaction_id: None });
    assert_eq!(state(&shop, &code)["state"], "Shipped");
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_is_cancelled_once() {
    let shop = connector("");
    let sku = unique("X");
    let number = numbers(&shop, &[offer(1, &sku, "19.90", 5)]).remove(0);
    let code = buy(&number, 3);
    assert_eq!(saleable(&shop, &sku), 2);
    for _ in 0..2 {
        told(&shop, &code, FactKind::Cancelled { reason: Some("sold out".to_owned()) });
    }
    let order = pulled(&shop, None, &code);
    assert_eq!((order.cancelled, order.lines[0].quantity, order.coupon_amount), (true, 3, Decimal::ZERO));
    assert_eq!(saleable(&shop, &sku), 5);
    assert!(
        matches!(tell(&shop, &code, FactKind::Shipped { packets: Vec::new(), together: Vec::new() }), Outcome::Refused(message) if message.code() == "ORDER_CANCELLED")
    );
    assert!(
        matches!(tell(&shop, "NOSUCHORDER", FactKind::Paid { transaction_id: None }), Outcome::Refused(message) if message.code() == "ORDER_UNKNOWN")
    );
}

#[test]
#[ignore = "needs a running shop"]
fn an_order_is_shipped_and_cancelled_in_parts() {
    let shop = connector("");
    let sku = unique("T");
    let number = numbers(&shop, &[offer(1, &sku, "19.90", 9)]).remove(0);
    let code = buy(&number, 5);
    let line_id = pulled(&shop, None, &code).lines[0].line_id.clone();
    let pieces = |quantity: i32, so_far: i32| Content { line_id: Some(line_id.clone()), sku: None, quantity, so_far };
    let package = |packet_id: i32, tracking: Option<&str>, contents: Content| FactKind::Shipped {
        packets: vec![Packet { packet_id, tracking_number: tracking.map(str::to_owned), contents: vec![contents], ..Packet::default() }],
        together: Vec::new(),
    };
    told(&shop, &code, FactKind::Paid { transaction_id: None });
    // Each one twice, as after a lost answer; the first has no number by which the shop could know it again.
    for _ in 0..2 {
        told(&shop, &code, package(1, None, pieces(2, 2)));
    }
    assert_eq!(state(&shop, &code)["state"], "PartiallyShipped");
    assert_eq!(state(&shop, &code)["fulfillments"].as_array().unwrap().len(), 1);
    for _ in 0..2 {
        match tell(&shop, &code, FactKind::PositionsCancelled { positions: vec![pieces(1, 1)], reason: None }) {
            Outcome::Done { messages, .. } => assert_eq!(messages[0].code(), "REFUND_OPEN"),
            other => panic!("{other:?}"),
        }
    }
    let order = pulled(&shop, None, &code);
    assert_eq!((order.lines[0].quantity, order.lines[0].cancelled, order.cancelled), (5, 1, false));
    for _ in 0..2 {
        told(&shop, &code, package(2, Some("JJD3"), pieces(2, 4)));
    }
    let after = state(&shop, &code);
    assert_eq!((&after["state"], after["fulfillments"].as_array().unwrap().len()), (&json!("Shipped"), 2));
    // Vendure books a piece of a line that is fulfilled in part back twice; the quantity that Kontor sends after each fact
    // that moves stock sets that right.
    assert!(FactKind::PositionsCancelled { positions: Vec::new(), reason: None }.moves_stock());
    let again =
        OfferChange { content: None, price: None, quantity: Some(Quantity { offered: 5, reserved_here: 0 }), ..offer(1, &sku, "19.90", 0) };
    numbers(&shop, &[again]);
    assert_eq!(saleable(&shop, &sku), 5, "four of nine left");
}
