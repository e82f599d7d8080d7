//! Money that goes back, as a credit memo with the number of the credit entry in its comment; one with that comment is not made again.

use serde_json::{Value, json};

use super::super::Outcome;
use super::super::rule::Failure;
use super::Magento;
use super::inputs::number;
use super::orders::Order;
use crate::domain::message::channel;
use crate::domain::{Currency, Decimal, limits};

/// Characters of a comment that people read.
const MOST_OF_A_COMMENT: u32 = 255;

impl Magento {
    /// All that was paid goes back as the shop itself counts it. A part goes back as an amount: what the shop makes of single pieces is
    /// rounded its own way.
    pub(super) fn refund(
        &self,
        order: &Order,
        credit_number: &str,
        amount: Decimal,
        currency: &str,
        reason: Option<&str>,
    ) -> Result<Outcome, Failure> {
        if order.currency != currency {
            return Ok(Outcome::Refused(channel::refund_currency(currency, &order.currency)));
        }
        let decimals = Currency::parse(currency).map_or(2, Currency::decimals);
        if amount.to_units(decimals).is_none() {
            return Ok(Outcome::Refused(channel::refund_inexact(amount.to_string(), currency, decimals.to_string())));
        }
        let comment = reason.map_or_else(|| credit_number.to_owned(), |reason| format!("{credit_number}: {reason}"));
        let comment = limits::cut(&comment, MOST_OF_A_COMMENT).into_owned();
        if order.has_refunds() {
            let memos = self.memos_of(&order.entity_id.to_string())?;
            if memos.iter().flat_map(|memo| &memo.comments).any(|known| known.comment.as_deref() == Some(&comment)) {
                return Ok(Outcome::done());
            }
        }
        let left = Decimal(order.total_paid.0.saturating_sub(order.total_refunded.0).max(0));
        if amount > left {
            return Ok(Outcome::Refused(channel::refund_too_much(amount.to_string(), left.to_string(), currency)));
        }
        let whole = amount == order.total_paid && !order.has_refunds() && order.is_paid();
        let mut input = json!({ "notify": false, "appendComment": true, "comment": { "comment": comment, "is_visible_on_front": 0 } });
        if let Some(input) = input.as_object_mut().filter(|_| !whole) {
            // Without lines it would be all of them.
            let items: Vec<Value> = order.lines().map(|line| json!({ "order_item_id": line.item_id, "qty": 0 })).collect();
            input.insert("items".to_owned(), json!(items));
            input.insert(
                "arguments".to_owned(),
                json!({ "shipping_amount": 0, "adjustment_positive": number(amount), "adjustment_negative": 0 }),
            );
        }
        self.api.post(&["order", &order.entity_id.to_string(), "refund"], &input)?;
        // The shop notes the refund; no payment provider hears of it this way.
        Ok(Outcome::Done { external_number: None, url: None, messages: vec![channel::refund_noted(amount.to_string(), currency)] })
    }
}
