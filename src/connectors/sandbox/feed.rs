//! What Kontor and the scripted shop say to each other, as `fetchFeeds` shows it: JSON, as most shops speak it.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::transfer::Record;
use super::super::{Fact, OfferChange, Outcome, Pulled, RowResult, Transfer};
use crate::domain::message::Message;
use crate::domain::offer::Wanted;
use crate::domain::wording::Reader;

/// What cannot be said in JSON is left out.
fn said(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

pub(super) fn changes(changes: &[OfferChange]) -> Value {
    changes.iter().map(change).collect()
}

fn change(change: &OfferChange) -> Value {
    let price = |price: &super::super::Price| json!({ "amount": price.money.amount.to_string(), "currency": price.money.currency.to_string(), "gross": price.gross });
    json!({
        "offer_id": change.offer_id.0,
        "sku": change.sku,
        "known_as": change.known_as,
        "external_number": change.external_number,
        "running": change.wanted == Wanted::Running,
        "content": change.content.as_ref().map(said),
        "price": change.price.as_ref().map(price),
        "quantity": change.quantity.map(|quantity| quantity.offered),
    })
}

pub(super) fn results(results: &[RowResult]) -> Value {
    let result = |result: &RowResult| {
        let mut said = outcome(&result.outcome);
        if let Some(fields) = said.as_object_mut() {
            fields.insert("offer_id".to_owned(), result.offer_id.0.into());
        }
        said
    };
    results.iter().map(result).collect()
}

pub(super) fn outcome(outcome: &Outcome) -> Value {
    let texts = |messages: &[Message]| messages.iter().map(message).collect::<Value>();
    match outcome {
        Outcome::Done { external_number, url, messages } => {
            json!({ "outcome": "done", "external_number": external_number, "url": url, "messages": texts(messages) })
        }
        Outcome::DoneInPart { external_number, url, messages, reason } => {
            json!({ "outcome": "done_in_part", "external_number": external_number, "url": url, "messages": texts(messages), "reason": reason })
        }
        Outcome::Refused(why) => json!({ "outcome": "refused", "messages": [message(why)] }),
        Outcome::Later { after, reason } => {
            json!({ "outcome": "later", "after_seconds": after.map(|after| after.as_secs()), "reason": reason })
        }
        Outcome::Accepted(acceptance) => json!({ "outcome": "accepted", "task": acceptance.task }),
    }
}

fn message(message: &Message) -> Value {
    json!({ "code": message.code(), "text": message.text(Reader::ADMIN) })
}

pub(super) fn cursor(cursor: Option<&str>) -> Value {
    json!({ "cursor": cursor })
}

pub(super) fn pulled(pulled: &Pulled) -> Value {
    json!({ "orders": said(&pulled.orders), "cursor": pulled.cursor, "more": pulled.more })
}

pub(super) fn fact(fact: &Fact) -> Value {
    said(fact)
}

pub(super) fn transfer(transfer: &Transfer) -> Value {
    let (kind, record) = match &transfer.record {
        Record::Customer(record) => (
            "customer",
            json!({
                "key": record.key,
                "email": record.email,
                "customer": said(&record.customer),
                "group": record.group,
                "addresses": said(&record.addresses),
            }),
        ),
        Record::Coupon(record) => {
            ("coupon", json!({ "code": record.code, "coupon": said(&record.coupon), "from": record.from, "until": record.until }))
        }
        Record::Message(record) => (
            "message",
            json!({ "key": record.key, "order_id": record.order_id, "line_id": record.line_id, "message": said(&record.message) }),
        ),
        Record::Dispute(record) => (
            "dispute",
            json!({ "key": record.key, "order_id": record.order_id, "line_id": record.line_id, "dispute": said(&record.dispute) }),
        ),
    };
    json!({ "kind": kind, "external_number": transfer.external_number, "record": record })
}
