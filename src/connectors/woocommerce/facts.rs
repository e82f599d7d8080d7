//! What the ERP did with an order, sent to the shop. There are no idempotency keys, so the order is read before, and only what it does not
//! show is done.

use serde_json::{Map, Value, json};

use super::super::rule::{Failure, rule_or_error};
use super::super::{ChannelError, Fact, Outcome};
use super::WooCommerce;
use super::api::outcome_of;
use super::orders::Order;
use super::packages::{self, PACKAGES, TRACKING_NUMBER, TRACKING_PROVIDER};
use super::refund::Credit;
use super::tracking::Place;
use crate::domain::message::channel;
use crate::domain::order::{Content, FactKind, Packet};

impl WooCommerce {
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
            FactKind::Refunded { credit_number, amount, currency, positions, reason } => {
                let credit = Credit { number: credit_number, amount: *amount, currency, positions, reason: reason.as_deref() };
                self.refund(&order, &credit)
            }
            other => return Err(ChannelError::unsupported(other.word())),
        };
        result.or_else(|failure| rule_or_error(failure, outcome_of))
    }

    /// The order as it is now; `None` where the shop does not have it.
    fn order(&self, id: &str) -> Result<Option<Order>, ChannelError> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        match self.api.get(&["orders", id], &[]) {
            Ok(reply) => Ok(Some(reply.part::<Order>("")?).filter(Order::is_placed)),
            Err(Failure::Rule(rule)) if rule.code.ends_with("_invalid_id") => Ok(None),
            Err(failure) => Err(failure.whole()),
        }
    }

    fn put(&self, order: &Order, input: &Value) -> Result<(), Failure> {
        self.api.put(&["orders", &order.id.to_string()], input).map(drop)
    }

    /// `set_paid` of an order that waits for a bank transfer does nothing and says 200; the status `processing` sets the date.
    fn pay(&self, order: &Order, transaction_id: Option<&str>) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::Refused(channel::order_cancelled()));
        }
        if order.is_paid() || matches!(order.status.as_str(), "processing" | "completed" | "refunded") {
            return Ok(Outcome::done());
        }
        let mut input = Map::from_iter([("status".to_owned(), json!("processing"))]);
        if let Some(id) = transaction_id.filter(|_| order.transaction_id.is_empty()) {
            input.insert("transaction_id".to_owned(), json!(id));
        }
        self.put(order, &Value::Object(input))?;
        Ok(Outcome::done())
    }

    fn ship(&self, order: &Order, packets: &[Packet], together: &[Content], key: &str) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::Refused(channel::order_cancelled()));
        }
        let shipped = packages::ship(order, packets, together, key);
        let place = self.tracking_place()?;
        match place {
            Place::PlugIn => self.track(order, &shipped.tracking)?,
            Place::Fulfillments => self.fulfill(order, shipped.packages.as_deref().unwrap_or(&packages::of(order)))?,
            Place::Notes => {}
        }
        let mut input = Map::new();
        if let Some(packages) = &shipped.packages {
            let text = serde_json::to_string(packages).map_err(|error| ChannelError::Protocol { reason: error.to_string() })?;
            let mut meta = vec![json!({ "key": PACKAGES, "value": text })];
            let numbers: Vec<&str> = packages.iter().flat_map(|package| &package.tracking).map(String::as_str).collect();
            if !numbers.is_empty() {
                meta.push(json!({ "key": TRACKING_NUMBER, "value": numbers.join(", ") }));
                let carrier = packages.iter().find_map(|package| package.carrier.as_deref()).unwrap_or_default();
                meta.push(json!({ "key": TRACKING_PROVIDER, "value": carrier }));
            }
            input.insert("meta_data".to_owned(), json!(meta));
        }
        if shipped.complete && !matches!(order.status.as_str(), "completed" | "refunded") {
            input.insert("status".to_owned(), json!("completed"));
        }
        if !input.is_empty() {
            self.put(order, &Value::Object(input))?;
        }
        if place == Place::Notes && self.settings.tracking_notes && !shipped.tracking.is_empty() {
            self.note(order, &shipped.tracking)?;
        }
        Ok(Outcome::done())
    }

    /// There is no state machine: the shop would cancel what has left, too.
    fn cancel(&self, order: &Order) -> Result<Outcome, Failure> {
        if order.status == "completed" || !packages::of(order).is_empty() {
            return Ok(Outcome::Refused(channel::record_refused("STATUS", "the order has been shipped, in whole or in part")));
        }
        if !matches!(order.status.as_str(), "cancelled" | "refunded") {
            self.put(order, &json!({ "status": "cancelled" }))?;
        }
        let open = order.is_paid() && order.refunded() < order.total;
        let messages = if open { vec![channel::refund_open()] } else { Vec::new() };
        Ok(Outcome::Done { external_number: None, url: None, messages })
    }
}
