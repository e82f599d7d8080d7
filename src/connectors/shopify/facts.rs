//! What the ERP did with an order, sent to the shop. Most of it has no keys, so the order is read before every step, and only what it does
//! not show is done: a repeat after an unclear answer finds its own traces.

use serde_json::{Value, json};

use super::super::rule::{Failure, rule_or_error};
use super::super::{Acceptance, ChannelError, Fact, Outcome, ReadBack};
use super::Shopify;
use super::api::{UserError, gid, is_number, outcome_of, part};
use super::held::{HELD, Held};
use super::refund::Credit;
use super::ship::{Shipment, ship};
use super::stock::key;
use crate::domain::limits;
use crate::domain::message::{Message, channel};
use crate::domain::order::{Content, FactKind};

/// Steps of one fact: a package from each of several locations, and some to spare.
const MOST_STEPS: usize = 24;
/// Characters of a note to an order.
const MOST_OF_A_NOTE: u32 = 255;

const MARK_PAID: &str =
    "mutation Paid($input: OrderMarkAsPaidInput!) { result: orderMarkAsPaid(input: $input) { userErrors { field message } } }";
const CAPTURE: &str =
    "mutation Capture($input: OrderCaptureInput!) { result: orderCapture(input: $input) { userErrors { field message } } }";
const FULFIL: &str = "mutation Ship($fulfillment: FulfillmentInput!) { result: fulfillmentCreate(fulfillment: $fulfillment) { userErrors { field message } } }";
const TRACK: &str = "mutation Track($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  result: fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) { userErrors { field message } } }";
const REFUND: &str = "mutation Refund($input: RefundInput!, $key: String!) { result: refundCreate(input: $input) @idempotent(key: $key) { userErrors { field message } } }";
const CANCEL: &str =
    "mutation Cancel($id: ID!, $reason: OrderCancelReason!, $refund: OrderCancelRefundMethodInput, $notify: Boolean, $note: String) {
  result: orderCancel(orderId: $id, reason: $reason, restock: true, refundMethod: $refund, notifyCustomer: $notify, staffNote: $note) {
    job { id done } userErrors: orderCancelUserErrors { field message code } } }";
const JOB: &str = "query Job($job: ID!, $id: ID!) { job(id: $job) { id done } order(id: $id) { id cancelledAt } }";

/// The next thing to do for a fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Done(Vec<Message>),
    Refuse(Message),
    MarkPaid,
    Capture {
        parent: String,
        amount: String,
    },
    Fulfil(Shipment),
    Track {
        fulfillment: String,
        company: Option<String>,
        numbers: Vec<String>,
    },
    Cancel,
    /// Pieces by line, with the location that gets them back.
    CancelPieces(Vec<(String, i32, Option<String>)>),
    Refund(Value, Vec<Message>),
}

impl Step {
    pub(super) fn done() -> Step {
        Step::Done(Vec::new())
    }
}

/// The pieces that the shop has not heard of yet. `known` are those of a line for which it has happened.
pub(super) fn missing(named: &[Content], known: impl Fn(&str) -> i32) -> Vec<(String, i32)> {
    let lines = named.iter().filter_map(|content| {
        let line_id = content.line_id.as_deref()?;
        let missing = content.so_far.saturating_sub(known(line_id)).min(content.quantity);
        (missing > 0).then(|| (line_id.to_owned(), missing))
    });
    lines.collect()
}

/// Nothing is left to cancel; money that was taken goes back by a fact of its own.
fn cancelled(order: &Held) -> Step {
    Step::Done(if order.left_to_refund() > crate::domain::Decimal::ZERO { vec![channel::refund_open()] } else { Vec::new() })
}

impl Shopify {
    /// Decides from the order as it is now.
    pub(super) fn next_step(&self, order: &Held, fact: &FactKind) -> Step {
        match fact {
            FactKind::Paid { .. } | FactKind::Shipped { .. } if order.is_cancelled() => Step::Refuse(channel::order_cancelled()),
            FactKind::Paid { .. } => pay(order),
            FactKind::Shipped { packets, together } => ship(order, packets, together),
            FactKind::Cancelled { .. } | FactKind::PositionsCancelled { .. } if order.is_cancelled() => cancelled(order),
            FactKind::Cancelled { .. } if !order.is_shipped() => Step::Cancel,
            // The shop cancels only whole orders: of one that left in part, what is open is taken out.
            FactKind::Cancelled { .. } => match order.open() {
                open if open.is_empty() && order.is_cut_down() => cancelled(order),
                open if open.is_empty() => Step::Refuse(channel::record_refused("STATUS", "the order has been shipped")),
                open => Step::CancelPieces(order.with_locations(open)),
            },
            FactKind::PositionsCancelled { positions, .. } => match missing(positions, |line_id| order.pieces_cancelled(line_id)) {
                pieces if pieces.is_empty() => cancelled(order),
                pieces => Step::CancelPieces(order.with_locations(pieces)),
            },
            FactKind::Refunded { credit_number, amount, currency, positions, reason } => {
                let credit = Credit { number: credit_number, amount: *amount, currency, positions, reason: reason.as_deref() };
                credit.next_step(order, self.settings.restock_refunds.then_some(&self.location()))
            }
            FactKind::Acknowledged
            | FactKind::CancellationAccepted { .. }
            | FactKind::CancellationDeclined { .. }
            | FactKind::DocumentAttached { .. } => Step::done(),
        }
    }

    pub(super) fn push(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        if matches!(fact.kind, FactKind::Acknowledged) {
            // There is nothing to note it in.
            return Ok(Outcome::done());
        }
        if self.settings.restock_refunds && matches!(fact.kind, FactKind::Refunded { .. }) {
            self.shop()?;
        }
        let mut said = Vec::new();
        for _ in 0..MOST_STEPS {
            let Some(order) = self.held(&fact.order_id)? else {
                return Ok(Outcome::Refused(channel::order_out_of_reach(&fact.order_id)));
            };
            let step = self.next_step(&order, &fact.kind);
            let (query, variables) = match &step {
                Step::Done(messages) => {
                    said.extend(messages.iter().cloned());
                    return Ok(Outcome::Done { external_number: None, url: None, messages: said });
                }
                Step::Refuse(message) => return Ok(Outcome::Refused(message.clone())),
                Step::Refund(_, messages) => {
                    said.clone_from(messages);
                    self.written(&order, fact, &step)
                }
                step => self.written(&order, fact, step),
            };
            let mut data = match self.api.call(query, variables) {
                Ok(data) => data,
                Err(failure) => return rule_or_error(failure, outcome_of),
            };
            let errors: Vec<UserError> = part(&mut data, "/result/userErrors")?;
            if let Some(error) = errors.first() {
                return self.refused(fact, &step, error);
            }
            if let Some(job) = data.pointer("/result/job/id").and_then(Value::as_str) {
                // The shop cancels by and by.
                return Ok(Outcome::Accepted(Acceptance { task: job.to_owned(), after: Some(std::time::Duration::from_secs(5)) }));
            }
        }
        let reason = format!("the shop took {MOST_STEPS} steps for order {} and it is still not {}", fact.order_id, fact.kind.word());
        Ok(Outcome::Later { after: None, reason })
    }

    /// A step as a mutation.
    fn written(&self, order: &Held, fact: &Fact, step: &Step) -> (&'static str, Value) {
        let notify = self.settings.notify_customers;
        match step {
            Step::MarkPaid => (MARK_PAID, json!({ "input": { "id": order.id } })),
            Step::Capture { parent, amount } => (
                CAPTURE,
                json!({ "input": { "id": order.id, "parentTransactionId": parent, "amount": amount, "currency": order.currency() } }),
            ),
            Step::Fulfil(shipment) => (FULFIL, json!({ "fulfillment": shipment.input(notify) })),
            Step::Track { fulfillment, company, numbers } => {
                (TRACK, json!({ "id": fulfillment, "tracking": { "company": company, "numbers": numbers }, "notify": notify }))
            }
            Step::Cancel => {
                let reason = match &fact.kind {
                    FactKind::Cancelled { reason } => reason.clone().unwrap_or_default(),
                    _ => String::new(),
                };
                let note = limits::cut(&reason, MOST_OF_A_NOTE).into_owned();
                let refund = json!({ "originalPaymentMethodsRefund": false });
                (CANCEL, json!({ "id": order.id, "reason": "OTHER", "refund": refund, "notify": notify, "note": note }))
            }
            Step::CancelPieces(pieces) => {
                let line = |(line_id, quantity, location): &(String, i32, Option<String>)| {
                    let kind = if location.is_some() { "CANCEL" } else { "NO_RESTOCK" };
                    json!({ "lineItemId": gid("LineItem", line_id), "quantity": quantity, "restockType": kind, "locationId": location })
                };
                let lines: Vec<Value> = pieces.iter().map(line).collect();
                let input = json!({ "orderId": order.id, "refundLineItems": lines, "notify": notify });
                let key = key(&[&fact.key, &input.to_string()]);
                (REFUND, json!({ "input": input, "key": key }))
            }
            Step::Refund(input, _) => {
                let mut input = input.clone();
                if let Some(fields) = input.as_object_mut() {
                    fields.insert("orderId".to_owned(), json!(order.id));
                    fields.insert("notify".to_owned(), json!(notify));
                }
                let key = key(&[&fact.key, &input.to_string()]);
                (REFUND, json!({ "input": input, "key": key }))
            }
            Step::Done(_) | Step::Refuse(_) => ("", Value::Null),
        }
    }

    /// A no may come of what somebody did meanwhile: the order is looked at once more.
    fn refused(&self, fact: &Fact, step: &Step, error: &UserError) -> Result<Outcome, ChannelError> {
        if error.code.as_deref() == Some("INTERNAL_ERROR") {
            return Ok(Outcome::Later { after: None, reason: error.message.clone() });
        }
        let code = error.code.clone().unwrap_or_else(|| fact.kind.word().to_uppercase());
        let no = Outcome::Refused(channel::record_refused(&code, error.message.clone()));
        let Some(order) = self.held(&fact.order_id)? else { return Ok(no) };
        match self.next_step(&order, &fact.kind) {
            Step::Done(messages) => Ok(Outcome::Done { external_number: None, url: None, messages }),
            now if now != *step => Ok(Outcome::Later { after: None, reason: error.message.clone() }),
            _ => Ok(no),
        }
    }

    /// The order as it is now; `None` where the shop does not have or does not show it.
    fn held(&self, order_id: &str) -> Result<Option<Held>, ChannelError> {
        if !is_number(order_id) {
            return Ok(None);
        }
        let mut many = 50;
        loop {
            let mut data = self.api.call(HELD, json!({ "id": gid("Order", order_id), "many": many })).map_err(Failure::whole)?;
            let order: Option<Held> = part(&mut data, "/order")?;
            match order {
                Some(order) if order.is_cut() && many < 250 => many = 250,
                Some(order) if order.is_cut() => {
                    return Err(ChannelError::Protocol { reason: format!("order {order_id} has more than 250 lines or parcels") });
                }
                order => return Ok(order),
            }
        }
    }

    /// What became of a cancellation that the shop took.
    pub(super) fn ask_back(&self, fact: &Fact) -> Result<ReadBack, ChannelError> {
        let Some(job) = fact.task.as_deref().filter(|_| is_number(&fact.order_id)) else { return Ok(ReadBack::Absent) };
        let mut data = self.api.call(JOB, json!({ "job": job, "id": gid("Order", &fact.order_id) })).map_err(Failure::whole)?;
        let done: Option<bool> = data.pointer("/job/done").and_then(Value::as_bool);
        let cancelled: Option<String> = part(&mut data, "/order/cancelledAt").unwrap_or_default();
        Ok(match (cancelled, done) {
            (Some(_), _) => ReadBack::Arrived,
            (None, Some(false)) => ReadBack::Working { after: None },
            // The shop has forgotten the job, or it ended without a word.
            (None, None) => ReadBack::Absent,
            (None, Some(true)) => ReadBack::Refused(channel::record_refused(
                "CANCEL",
                "the shop did not cancel the order; are there returns or authorized payments?",
            )),
        })
    }
}

fn pay(order: &Held) -> Step {
    if order.can_mark_as_paid {
        return match order.authorization() {
            Some((parent, amount)) if order.capturable => Step::Capture { parent, amount },
            _ => Step::MarkPaid,
        };
    }
    match order.authorization() {
        Some((parent, amount)) if order.capturable => Step::Capture { parent, amount },
        _ if order.is_paid() => Step::done(),
        _ => Step::Refuse(channel::payment_missing(order.financial_status())),
    }
}
