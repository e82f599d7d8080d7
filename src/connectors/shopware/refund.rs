//! Money that goes back. Shopware's own payment methods cannot pay back through the API, and plug-ins have calls of their own: so the shop notes
//! what goes back (in the order's custom fields, by the number of the credit entry, and in the state of the payment), and the merchant
//! transfers the money.

use chrono::Utc;
use serde_json::{Value, json};

use super::super::Outcome;
use super::super::rule::Failure;
use super::Shopware;
use super::orders::{Order, REFUNDS};
use super::states::Machine;
use crate::domain::Decimal;
use crate::domain::message::channel;

impl Shopware {
    pub(super) fn refund(
        &self,
        order: &Order,
        credit_number: &str,
        amount: Decimal,
        currency: &str,
        reason: Option<&str>,
    ) -> Result<Outcome, Failure> {
        if order.currency() != currency {
            return Ok(Outcome::Refused(channel::refund_currency(currency, order.currency())));
        }
        let decimals = order.decimals();
        if amount.to_units(decimals).is_none() {
            return Ok(Outcome::Refused(channel::refund_inexact(amount.to_string(), currency, decimals.to_string())));
        }
        let Some(payment) = order.transaction().filter(|_| order.is_paid()) else {
            return Ok(Outcome::Refused(channel::refund_too_much(amount.to_string(), Decimal::ZERO.to_string(), currency)));
        };
        let before = order.refunds();
        let mut given_back: i64 = before.iter().map(|refund| refund.amount.0).fold(0, i64::saturating_add);
        let total = order.price.total_price.0;
        if before.iter().all(|refund| refund.refund_id != credit_number) {
            let left = Decimal(total.saturating_sub(given_back).max(0));
            if amount > left {
                return Ok(Outcome::Refused(channel::refund_too_much(amount.to_string(), left.to_string(), currency)));
            }
            let mut list = order.custom_fields.get(REFUNDS).and_then(Value::as_array).cloned().unwrap_or_default();
            list.push(json!({
                "number": credit_number,
                "amount": amount.with_decimals(decimals),
                "reason": reason,
                "date": Utc::now().to_rfc3339(),
            }));
            self.note("order", &order.id, REFUNDS, &json!(list))?;
            given_back = given_back.saturating_add(amount.0);
        }
        // Where the answer to the first attempt got lost, the state is still to be moved.
        let to = if given_back >= total { "refunded" } else { "refunded_partially" };
        let mut messages = vec![channel::refund_by_hand(amount.to_string(), currency)];
        if let Some(Outcome::Refused(why)) = self.moves(Machine::Transaction, &payment.id, &payment.state_machine_state, &[to])? {
            messages.push(channel::order_not_moved_on(why.line()));
        }
        Ok(Outcome::Done { external_number: None, url: None, messages })
    }
}
