//! What the ERP did with an order, sent to the shop. Medusa knows no idempotency keys, so the order is read before every step, and only
//! what is still missing is done: a repeat after an unclear answer finds its own traces.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::{Failure, rule_or_error};
use super::super::{ChannelError, Fact, Outcome};
use super::Medusa;
use super::api::outcome_of;
use super::refund::Credit;
use super::steps::{FIELDS, KEY, State, Step, Tracking, next_step};
use super::stock;
use crate::domain::message::channel;
use crate::domain::order::FactKind;

/// Steps of one fact: capture each payment, fulfil and ship each packet; with some to spare.
const MOST_STEPS: usize = 24;
/// Reservations of the lines of one order.
const MOST: &str = "1000";

#[derive(Debug, Deserialize)]
struct Reservation {
    location_id: String,
    inventory_item_id: String,
    line_item_id: Option<String>,
}

impl Medusa {
    pub(super) fn push(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        match &fact.kind {
            // Medusa has nothing to note it in.
            FactKind::Acknowledged => return Ok(Outcome::done()),
            FactKind::Refunded { credit_number, amount, currency, reason, .. } => {
                let credit = Credit::new(*amount, currency, credit_number, reason.as_deref());
                return self.push_refund(fact, &credit);
            }
            _ => {}
        }
        for _ in 0..MOST_STEPS {
            let Some(state) = self.state(fact)? else {
                return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
            };
            let step = next_step(&state, &fact.kind, &fact.key);
            match step {
                Step::Done(note) => {
                    if matches!(fact.kind, FactKind::PositionsCancelled { .. }) {
                        self.settle_reservations(&state)?;
                    }
                    return Ok(Outcome::Done { external_number: None, url: None, messages: note.into_iter().collect() });
                }
                Step::Refuse(message) => return Ok(Outcome::Refused(message)),
                step => match self.take(&fact.order_id, &step) {
                    Ok(None) => {}
                    Ok(Some(outcome)) => return Ok(outcome),
                    Err(failure) => return rule_or_error(failure, outcome_of),
                },
            }
        }
        Ok(Outcome::Later {
            after: None,
            reason: format!("the shop took {MOST_STEPS} steps for order {} and it is still not {}", fact.order_id, fact.kind.word()),
        })
    }

    /// The order as it is now; `None` where the shop does not have it.
    fn state(&self, fact: &Fact) -> Result<Option<State>, ChannelError> {
        let reply = match self.api.get(&["orders", &fact.order_id], &[("fields", FIELDS)]) {
            Ok(reply) => reply,
            Err(Failure::Rule(rule)) if rule.code == "not_found" => return Ok(None),
            Err(failure) => return Err(failure.whole()),
        };
        let mut state: State = reply.part("/order")?;
        if matches!(fact.kind, FactKind::PositionsCancelled { .. }) && state.version > 1 {
            let first = self.first_items(&fact.order_id)?;
            state.placed = first.into_iter().map(|item| (item.id, i64::from(item.quantity))).collect();
        }
        Ok(Some(state))
    }

    /// Gives an outcome where the step has to wait.
    fn take(&self, order_id: &str, step: &Step) -> Result<Option<Outcome>, Failure> {
        let order = &["orders", order_id][..];
        match step {
            Step::Done(_) | Step::Refuse(_) => {}
            Step::Capture { payment_id } => drop(self.api.post(&["payments", payment_id, "capture"], "", &json!({}))?),
            Step::MarkPaid { collection_id } => {
                self.api.post(&["payment-collections", collection_id, "mark-as-paid"], "", &json!({ "order_id": order_id }))?;
            }
            Step::Fulfil { lines, mark } => {
                self.raise_stock(lines)?;
                let body = json!({ "items": items(lines), "metadata": { KEY: mark } });
                self.api.post(&[order, &["fulfillments"]].concat(), "id", &body)?;
            }
            Step::Ship { fulfillment_id, lines, labels } => {
                let label =
                    |Tracking { number, url }: &Tracking| json!({ "tracking_number": number, "tracking_url": url, "label_url": "" });
                let body = json!({ "items": items(lines), "labels": labels.iter().map(label).collect::<Vec<_>>() });
                self.api.post(&[order, &["fulfillments", fulfillment_id, "shipments"]].concat(), "id", &body)?;
            }
            Step::Cancel => drop(self.api.post(&[order, &["cancel"]].concat(), "id", &json!({}))?),
            Step::Edit { lines } => return self.edit(order_id, lines),
        }
        Ok(None)
    }

    /// The ERP may have booked the goods out, and Kontor sent the smaller stock, before the shipment reaches the shop,
    /// which takes them off again, below zero if need be (seen with 2.21.2). They are put back first, as many as the order had
    /// reserved: so the shop offers nothing more in between, and the shipment leaves the stock at what the ERP said.
    fn raise_stock(&self, lines: &[(String, i64)]) -> Result<(), Failure> {
        let mut query = vec![("fields", "id,line_item_id,location_id,inventory_item_id"), ("limit", MOST)];
        query.extend(lines.iter().map(|(id, _)| ("line_item_id[]", id.as_str())));
        let reservations: Vec<Reservation> = self.api.list(&["reservations"], "reservations", &query)?;
        let mut needed: BTreeMap<(String, String), i64> = BTreeMap::new();
        for reservation in reservations {
            let pieces = lines.iter().find(|(id, _)| Some(id) == reservation.line_item_id.as_ref()).map_or(0, |(_, pieces)| *pieces);
            let sum = needed.entry((reservation.inventory_item_id, reservation.location_id)).or_default();
            *sum = sum.saturating_add(pieces);
        }
        for ((item_id, location_id), pieces) in needed {
            if stock::level(&self.api, &item_id, &location_id)?.is_some_and(|on_hand| on_hand < pieces) {
                stock::raise(&self.api, &item_id, &location_id, pieces)?;
            }
        }
        Ok(())
    }
}

fn items(lines: &[(String, i64)]) -> Vec<Value> {
    lines.iter().map(|(id, quantity)| json!({ "id": id, "quantity": quantity })).collect()
}
