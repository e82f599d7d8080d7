//! An order with what happened to it.

use serde_json::{Value, json};

use super::records_of;
use crate::console::desk::Desk;
use crate::console::{Shown, Trouble};
use crate::domain::Stamp;
use crate::store::audit::{self, AuditRow};

/// Messages and changes that are shown.
const MOST: i64 = 100;
/// What people do to an order here.
const ACTIONS: [&str; 4] = ["acknowledged", "paid", "shipped", "canceled"];

pub(super) fn shown(desk: &Desk<'_>, order_id: i32) -> Result<Shown, Trouble> {
    let one = json!({ "value": order_id });
    let order = desk.found("fetchOrders", "orders", &[json!({ "orderIds": one })], 1)?.pop().ok_or(Trouble::Nothing)?;
    let about = [json!({ "orderId": one })];
    let messages = desk.found("fetchUploadMessages", "messages", &about, MOST)?;
    let changes = desk.found("fetchPendingChanges", "changes", &about, MOST)?;
    let documents = desk.found("fetchOrderDocuments", "orders", &[json!({ "orderIds": one })], MOST)?;
    let documents: Vec<Value> = documents.iter().flat_map(|order| records_of(order, "documents")).collect();
    let done = desk.gateway.store.read(|conn| audit::done_to(conn, &order_id.to_string(), &ACTIONS, MOST))?;
    let timeline = timeline(desk, &order, &messages, &done);
    let number = ["orderNumberPrefix", "orderNumber"].map(|name| order.get(name).and_then(Value::as_str).unwrap_or_default()).concat();
    let title = format!("{} {number}", desk.text("order"));
    let data = json!({ "order": order, "messages": messages, "changes": changes, "documents": documents, "timeline": timeline });
    Ok(Shown::new("order", title, data))
}

/// What happened to an order, in the order of time: what its record tells, what people did here, and what was said about it.
fn timeline(desk: &Desk<'_>, order: &Value, messages: &[Value], done: &[AuditRow]) -> Vec<Value> {
    let text = |record: &Value, name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut events: Vec<(String, String, String)> = Vec::new();
    let mut add = |time: Option<String>, what: &str, more: Option<String>| {
        events.extend(time.map(|time| (time, desk.text(what), more.unwrap_or_default())));
    };
    add(text(order, "orderDate"), "was_bought", text(order, "accountIdentifier"));
    add(text(order, "createdAt"), "was_collected", None);
    add(text(order, "exportDate"), "was_fetched", None);
    for packet in records_of(order, "packets") {
        add(text(&packet, "shippingDate"), "was_shipped", text(&packet, "trackingNumber"));
    }
    for credit in records_of(order, "creditEntries") {
        let amount = [text(&credit, "creditAmount"), text(&credit, "currencyCodeIso")].map(Option::unwrap_or_default).join(" ");
        add(text(&credit, "createdAt"), "was_credited", Some(amount));
    }
    for change in records_of(order, "orderChanges") {
        let values = [text(&change, "oldValue"), text(&change, "newValue")].map(Option::unwrap_or_default).join(" → ");
        let what = [text(&change, "what").unwrap_or_default(), values].join(" ");
        add(text(&change, "changedAt"), "was_changed", Some(what));
    }
    for request in records_of(order, "cancellationRequests") {
        add(text(&request, "requestedAt"), "wants_to_cancel", text(&request, "reason"));
    }
    for refund in records_of(order, "refunds") {
        add(text(&refund, "refundDate"), "was_refunded", text(&refund, "refundAmount"));
    }
    for row in done {
        let who = [row.user_name.as_str(), &desk.text("in_the_console")].join(", ");
        add(Stamp(row.done_at).to_utc().map(|time| time.to_rfc3339()), &format!("do_{}", row.action), Some(who));
    }
    for message in messages {
        let said = [text(message, "code"), text(message, "text")].map(Option::unwrap_or_default).join(": ");
        add(text(message, "createdAt"), "was_said", Some(said));
    }
    events.sort();
    events.into_iter().map(|(time, what, more)| json!({ "time": time, "what": what, "more": more })).collect()
}
