//! What is done next for a fact.

use serde_json::{Value, json};

use crate::connectors::vendure::facts::{Order, Step, next_step};
use crate::domain::order::{FactKind, Packet};

fn order(state: &str, payment: &str, fulfillments: Value) -> Order {
    let lines = json!([{ "id": "1", "quantity": 2, "orderPlacedQuantity": 2, "productVariant": { "id": "9" } }, { "id": "2", "quantity": 1, "orderPlacedQuantity": 1, "productVariant": { "id": "8" } }]);
    let payments = json!([{ "id": "4", "state": payment }]);
    serde_json::from_value(
        json!({ "id": "1", "state": state, "active": false, "lines": lines, "payments": payments, "fulfillments": fulfillments }),
    )
    .unwrap()
}

fn fulfillment(state: &str, tracking: &str, lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(id, quantity)| json!({ "orderLineId": id, "quantity": quantity })).collect();
    json!([{ "id": "6", "state": state, "trackingCode": tracking, "lines": lines }])
}

fn shipped(codes: &[&str]) -> FactKind {
    FactKind::Shipped {
        packets: codes.iter().map(|code| Packet { tracking_number: Some((*code).to_owned()), ..Packet::default() }).collect(),
        together: Vec::new(),
    }
}

#[test]
fn a_payment_is_settled_once_and_a_missing_one_is_refused() {
    let paid = FactKind::Paid { transaction_id: None };
    assert_eq!(next_step(&order("PaymentAuthorized", "Authorized", json!([])), &paid), Step::Settle { payment_id: "4".to_owned() });
    assert_eq!(next_step(&order("PaymentSettled", "Settled", json!([])), &paid), Step::Done(None));
    assert!(
        matches!(next_step(&order("PaymentAuthorized", "Declined", json!([])), &paid), Step::Refuse(said) if said.code() == "PAYMENT_MISSING")
    );
    assert!(
        matches!(next_step(&order("Cancelled", "Authorized", json!([])), &paid), Step::Refuse(said) if said.code() == "ORDER_CANCELLED")
    );
    let cart = Order { active: true, ..order("ArrangingPayment", "Authorized", json!([])) };
    assert!(matches!(next_step(&cart, &paid), Step::Refuse(said) if said.code() == "NOT_PLACED"));
}

#[test]
fn an_order_paid_after_shipping_is_moved_on() {
    let paid = FactKind::Paid { transaction_id: None };
    let all = fulfillment("Shipped", "A", &[("1", 2), ("2", 1)]);
    assert_eq!(next_step(&order("PaymentSettled", "Settled", all), &paid), Step::MoveOn { state: "Shipped" });
    let some = fulfillment("Shipped", "A", &[("1", 2)]);
    assert_eq!(next_step(&order("PaymentSettled", "Settled", some), &paid), Step::MoveOn { state: "PartiallyShipped" });
}

#[test]
fn a_shipment_takes_what_is_left_and_is_not_repeated() {
    let fact = shipped(&["A", "B"]);
    let step = next_step(&order("PaymentSettled", "Settled", json!([])), &fact);
    let lines = vec![("1".to_owned(), 2), ("2".to_owned(), 1)];
    assert_eq!(step, Step::Fulfil { lines, method: "shipped".to_owned(), tracking: "A, B".to_owned() });
    // The merchant shipped a part by hand; a cancelled fulfilment covers nothing.
    let part = order("PartiallyShipped", "Settled", fulfillment("Shipped", "X", &[("1", 1)]));
    assert!(matches!(next_step(&part, &fact), Step::Fulfil { lines, .. } if lines == [("1".to_owned(), 1), ("2".to_owned(), 1)]));
    let undone = order("PaymentSettled", "Settled", fulfillment("Cancelled", "A, B", &[("1", 2), ("2", 1)]));
    assert!(matches!(next_step(&undone, &fact), Step::Fulfil { lines, .. } if lines.len() == 2));
    // The answer to the first step was lost.
    let pending = order("PaymentSettled", "Settled", fulfillment("Pending", "A, B", &[("1", 2), ("2", 1)]));
    assert_eq!(next_step(&pending, &fact), Step::Ship { fulfillment_id: "6".to_owned() });
    let done = order("Shipped", "Settled", fulfillment("Shipped", "A, B", &[("1", 2), ("2", 1)]));
    assert_eq!(next_step(&done, &fact), Step::Done(None));
    assert_eq!(next_step(&done, &shipped(&[])), Step::Done(None));
    assert!(matches!(next_step(&done, &shipped(&["C"])), Step::Done(Some(said)) if said.code() == "ALREADY_SHIPPED"));
}

#[test]
fn a_cancellation_is_told_once_and_reminds_of_the_money() {
    let cancel = FactKind::Cancelled { reason: Some("sold out".to_owned()) };
    assert_eq!(
        next_step(&order("PaymentSettled", "Settled", json!([])), &cancel),
        Step::Cancel { reason: Some("sold out".to_owned()), lines: Vec::new() }
    );
    assert!(
        matches!(next_step(&order("Cancelled", "Settled", json!([])), &cancel), Step::Done(Some(said)) if said.code() == "REFUND_OPEN")
    );
    assert_eq!(next_step(&order("Cancelled", "Authorized", json!([])), &cancel), Step::Done(None));
    assert_eq!(next_step(&order("Cancelled", "Settled", json!([])), &FactKind::Acknowledged), Step::Done(None));
}
