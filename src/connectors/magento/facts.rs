//! What the ERP did with an order, sent to the shop. There are no idempotency keys, so the order is read before, and only what it does not
//! show is done; shipments and credit memos carry a comment by which they are known again.

use serde_json::{Value, json};

use super::super::rule::{Failure, Rule, rule_or_error};
use super::super::{ChannelError, Fact, Outcome};
use super::Magento;
use super::api::{is_missing, outcome_of};
use super::orders::Order;
use crate::domain::Decimal;
use crate::domain::message::channel;
use crate::domain::order::FactKind;

/// Our reading of the shop's no to something about an order.
fn refused(rule: Rule) -> Outcome {
    if rule.internal { outcome_of(rule) } else { Outcome::Refused(channel::record_refused(&rule.code, rule.text)) }
}

impl Magento {
    pub(super) fn push(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        if matches!(fact.kind, FactKind::Acknowledged) {
            // There is nothing to note it in.
            return Ok(Outcome::done());
        }
        let Some(order) = self.order(&fact.order_id)? else {
            return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
        };
        let result = match &fact.kind {
            FactKind::Paid { transaction_id } => self.pay(&order, transaction_id.as_deref()),
            FactKind::Shipped { packets, together } => self.ship(&order, packets, together, &fact.key),
            FactKind::Cancelled { .. } => self.cancel(&order),
            FactKind::Refunded { credit_number, amount, currency, reason, .. } => {
                self.refund(&order, credit_number, *amount, currency, reason.as_deref())
            }
            other => return Err(ChannelError::unsupported(other.word())),
        };
        result.or_else(|failure| rule_or_error(failure, refused))
    }

    /// The order as it is now; `None` where the shop does not have it.
    pub(super) fn order(&self, id: &str) -> Result<Option<Order>, ChannelError> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        match self.api.get(&["orders", id], &[]) {
            Ok(reply) => reply.part("").map(Some),
            Err(Failure::Rule(rule)) if is_missing(&rule) => Ok(None),
            Err(failure) => Err(failure.whole()),
        }
    }

    /// A second invoice is refused, so the order says before whether there is one.
    fn pay(&self, order: &Order, transaction_id: Option<&str>) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::Refused(channel::order_cancelled()));
        }
        if order.is_paid() {
            return Ok(Outcome::done());
        }
        let mut input = json!({ "capture": true, "notify": false });
        if let (Some(id), Some(input)) = (transaction_id.filter(|id| !id.is_empty()), input.as_object_mut()) {
            input.insert("appendComment".to_owned(), json!(true));
            input.insert("comment".to_owned(), json!({ "comment": id, "is_visible_on_front": 0 }));
        }
        self.api.post(&["order", &order.entity_id.to_string(), "invoice"], &input)?;
        Ok(Outcome::done())
    }

    /// The shop says 200 and `false` where it does nothing, and cancels what is not invoiced of an order that is in part.
    fn cancel(&self, order: &Order) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::done());
        }
        if order.lines().any(|line| line.qty_shipped > 0) {
            return Ok(Outcome::Refused(channel::record_refused("STATUS", "the order has been shipped, in whole or in part")));
        }
        if order.state == "closed" {
            // Everything was given back.
            return Ok(Outcome::done());
        }
        let id = order.entity_id.to_string();
        let done = self.api.act(&["orders", &id, "cancel"])?.json == Value::Bool(true);
        let after = self.order(&id)?;
        if after.as_ref().is_some_and(Order::is_cancelled) {
            return Ok(Outcome::done());
        }
        if done {
            let nothing_open = after.is_some_and(|order| order.lines().all(|line| line.open() == 0));
            let text = "the shop cancelled what was not invoiced; give the rest back with a credit entry";
            return Ok(Outcome::Done {
                external_number: None,
                url: None,
                messages: vec![if nothing_open { channel::refund_open() } else { channel::order_not_moved_on(text) }],
            });
        }
        Ok(Outcome::Refused(match order.total_paid > Decimal::ZERO {
            true => channel::cancel_paid(),
            false => channel::record_refused("STATUS", format!("the shop cancels no order of the state {}", order.state)),
        }))
    }
}
