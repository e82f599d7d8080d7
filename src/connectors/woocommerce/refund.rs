//! Money that goes back. A refund has the number of the credit entry in its reason, and one with that reason is not made again.

use serde_json::{Value, json};

use super::super::Outcome;
use super::super::rule::Failure;
use super::WooCommerce;
use super::orders::Order;
use crate::domain::message::channel;
use crate::domain::{Currency, Decimal, limits};

/// Characters of a reason that people read.
const MOST_OF_A_REASON: u32 = 255;

impl WooCommerce {
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
        let reason = reason.map_or_else(|| credit_number.to_owned(), |reason| format!("{credit_number}: {reason}"));
        let reason = limits::cut(&reason, MOST_OF_A_REASON).into_owned();
        if order.refunds.iter().any(|refund| refund.reason.as_deref() == Some(&reason)) {
            return Ok(Outcome::done());
        }
        let paid = if order.is_paid() { order.total } else { Decimal::ZERO };
        let left = Decimal(paid.0.saturating_sub(order.refunded().0).max(0));
        if amount > left {
            return Ok(Outcome::Refused(channel::refund_too_much(amount.to_string(), left.to_string(), currency)));
        }
        let through = self.gives_back(&order.payment_method)?;
        let body = json!({ "amount": amount.with_decimals(decimals), "reason": reason, "api_refund": through, "api_restock": false });
        self.api.post(&["orders", &order.id.to_string(), "refunds"], &body)?;
        // Without the gateway the shop notes the refund, and the merchant transfers the money.
        let messages = if through { Vec::new() } else { vec![channel::refund_by_hand(amount.to_string(), currency)] };
        Ok(Outcome::Done { external_number: None, url: None, messages })
    }

    /// Whether the shop's payment method pays back on line.
    fn gives_back(&self, method: &str) -> Result<bool, Failure> {
        if method.is_empty() {
            return Ok(false);
        }
        match self.api.get(&["payment_gateways", method], &[("_fields", "id,method_supports")]) {
            Ok(reply) => {
                let supports = reply.json.get("method_supports").and_then(Value::as_array);
                Ok(supports.is_some_and(|supports| supports.iter().any(|word| word == "refunds")))
            }
            // The plug-in of that method is gone.
            Err(Failure::Rule(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}
