//! Money that goes back, as refunds of the order's payments. Medusa knows no idempotency keys: a refund has the number of the credit
//! entry in its note, and what refunds with that note amount to is not given back again.

use serde::Deserialize;
use serde_json::{Number, json};

use super::super::rule::{Failure, rule_or_error};
use super::super::{ChannelError, Fact, Outcome};
use super::Medusa;
use super::api::outcome_of;
use super::found::{amount, list};
use super::inputs::number;
use crate::domain::message::{Message, channel};
use crate::domain::{Currency, Decimal, limits};

/// Refunds of one credit entry: one per payment.
const MOST_STEPS: usize = 12;
/// Characters of a note that people read.
const MOST_OF_A_NOTE: u32 = 255;

const FIELDS: &str = "id,currency_code,payment_collections.payments.id,payment_collections.payments.captures.amount,\
    payment_collections.payments.refunds.amount,payment_collections.payments.refunds.note";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Order {
    currency_code: String,
    #[serde(default, deserialize_with = "list")]
    payment_collections: Vec<Collection>,
}

#[derive(Debug, Clone, Deserialize)]
struct Collection {
    #[serde(default, deserialize_with = "list")]
    payments: Vec<Payment>,
}

#[derive(Debug, Clone, Deserialize)]
struct Payment {
    id: String,
    #[serde(default, deserialize_with = "list")]
    captures: Vec<Capture>,
    #[serde(default, deserialize_with = "list")]
    refunds: Vec<Refund>,
}

#[derive(Debug, Clone, Deserialize)]
struct Capture {
    amount: Number,
}

#[derive(Debug, Clone, Deserialize)]
struct Refund {
    amount: Number,
    note: Option<String>,
}

impl Payment {
    fn refunded(&self, counts: impl Fn(&Refund) -> bool) -> i64 {
        let refunds = self.refunds.iter().filter(|refund| counts(refund)).filter_map(|refund| amount(&refund.amount));
        refunds.fold(0, |sum, refund| sum.saturating_add(refund.0))
    }

    fn left(&self) -> i64 {
        let captured = self.captures.iter().filter_map(|capture| amount(&capture.amount));
        captured.fold(0_i64, |sum, capture| sum.saturating_add(capture.0)).saturating_sub(self.refunded(|_| true)).max(0)
    }
}

/// What is to go back, in the shop's words.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    amount: Decimal,
    currency: String,
    /// Names the credit entry.
    note: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Done,
    Refuse(Message),
    Refund { payment_id: String, amount: Decimal },
}

impl Credit {
    pub(super) fn new(amount: Decimal, currency: &str, number: &str, reason: Option<&str>) -> Credit {
        let note = reason.map_or_else(|| number.to_owned(), |reason| format!("{number}: {reason}"));
        Credit { amount, currency: currency.to_owned(), note: limits::cut(&note, MOST_OF_A_NOTE).into_owned() }
    }

    /// Decides from the order as it is now. Either all of it can go back, or nothing does.
    pub(super) fn next_step(&self, order: &Order) -> Step {
        let currency = order.currency_code.to_uppercase();
        if currency != self.currency {
            return Step::Refuse(channel::refund_currency(&self.currency, currency));
        }
        let decimals = Currency::parse(&currency).map_or(2, Currency::decimals);
        if self.amount.to_units(decimals).is_none() {
            return Step::Refuse(channel::refund_inexact(self.amount.to_string(), &self.currency, decimals.to_string()));
        }
        let payments = || order.payment_collections.iter().flat_map(|collection| &collection.payments);
        let ours = |refund: &Refund| refund.note.as_deref() == Some(self.note.as_str());
        let done = payments().fold(0_i64, |sum, payment| sum.saturating_add(payment.refunded(ours)));
        let missing = self.amount.0.saturating_sub(done);
        if missing <= 0 {
            return Step::Done;
        }
        let left = payments().fold(0_i64, |sum, payment| sum.saturating_add(payment.left()));
        if missing > left {
            return Step::Refuse(channel::refund_too_much(self.amount.to_string(), Decimal(left).to_string(), &self.currency));
        }
        match payments().max_by_key(|payment| payment.left()) {
            Some(payment) => Step::Refund { payment_id: payment.id.clone(), amount: Decimal(missing.min(payment.left())) },
            None => Step::Done,
        }
    }
}

impl Medusa {
    pub(super) fn push_refund(&self, fact: &Fact, credit: &Credit) -> Result<Outcome, ChannelError> {
        for _ in 0..MOST_STEPS {
            let order: Order = match self.api.get(&["orders", &fact.order_id], &[("fields", FIELDS)]) {
                Ok(reply) => reply.part("/order")?,
                Err(Failure::Rule(rule)) if rule.code == "not_found" => {
                    return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
                }
                Err(failure) => return Err(failure.whole()),
            };
            let (payment_id, amount) = match credit.next_step(&order) {
                Step::Done => return Ok(Outcome::done()),
                Step::Refuse(message) => return Ok(Outcome::Refused(message)),
                Step::Refund { payment_id, amount } => (payment_id, amount),
            };
            let body = json!({ "amount": number(amount), "note": credit.note });
            if let Err(failure) = self.api.post(&["payments", &payment_id, "refund"], "", &body) {
                return rule_or_error(failure, outcome_of);
            }
        }
        Ok(Outcome::Later {
            after: None,
            reason: format!("the shop took {MOST_STEPS} refunds for order {} and some is missing", fact.order_id),
        })
    }
}
