//! What the desk answers: a text for people, and the same as a value for programs.

use serde_json::{Value, json};

use super::{Desk, about, kind, status};
use crate::domain::{Reader, Stamp};
use crate::store::changes::Change;
use crate::store::messages::MessageRow;

pub(crate) struct Answer {
    pub text: String,
    pub value: Value,
    /// What was not done, and why, a line each.
    pub left: Vec<String>,
}

impl Answer {
    pub(super) fn new(text: String, value: Value) -> Answer {
        Answer { text, value, left: Vec::new() }
    }
}

pub(super) fn time_value(time: Option<Stamp>) -> Value {
    time.map_or(Value::Null, |time| Value::String(super::time(time)))
}

pub(super) fn change_value(change: &Change) -> Value {
    json!({
        "change": change.id.to_string(),
        "kind": kind(change.id),
        "account_id": change.account_id.0,
        "mandator_id": change.mandator_id.map(|id| id.0),
        "about": about(change),
        "offer_id": change.offer.as_ref().map(|offer| offer.offer_id.0),
        "order_id": change.order.as_ref().and_then(|order| order.order_id).map(|id| id.0),
        "topic": change.topic,
        "status": status(change),
        "since": super::time(change.asked_at),
        "attempts": change.attempts,
        "failing_since": time_value(change.first_failed_at),
        "next_try": time_value(change.next_try()),
        "last_error": change.last_error,
    })
}

impl Desk {
    pub(super) fn message_values(&self, messages: &[MessageRow]) -> Vec<Value> {
        let value = |message: &MessageRow| {
            let reader = Reader { language: self.settings.language_of(message.mandator_id), ..Reader::ADMIN };
            json!({
                "time": super::time(Stamp(message.created_at)),
                "severity": message.severity.word(),
                "code": message.code,
                "text": message.text(reader),
                "remedy": message.remedy(reader),
            })
        };
        messages.iter().map(value).collect()
    }
}
