//! What the ERP did with an order, sent to the shop. There are no idempotency keys, so the order is read before, and only what it does not
//! show is done.

use serde_json::{Value, json};

use super::super::packages::{self, Package, Pieces};
use super::super::rule::{Failure, rule_or_error};
use super::super::{ChannelError, Fact, Outcome};
use super::Shopware;
use super::api::outcome_of;
use super::ops::Ops;
use super::orders::{DeliveryOf, Order};
use super::states::Machine;
use crate::domain::message::channel;
use crate::domain::order::{Content, FactKind, Packet};

/// In the custom fields of a delivery: its packages, as JSON.
pub(super) const PACKAGES: &str = "kontor_packages";
/// In those of a payment: the number that the ERP knows it by.
const TRANSACTION: &str = "kontor_transaction_id";

/// The packages of a delivery; those that somebody made unreadable are none.
pub(super) fn packages_of(delivery: &DeliveryOf) -> Vec<Package> {
    let text = delivery.custom_fields.get(PACKAGES).and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

impl Shopware {
    pub(super) fn push(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        let Some(order) = self.order(&fact.order_id)? else {
            return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
        };
        let result = match &fact.kind {
            FactKind::Acknowledged => self.acknowledge(&order),
            FactKind::Paid { transaction_id } => self.pay(&order, transaction_id.as_deref()),
            FactKind::Shipped { packets, together } => self.ship(&order, packets, together, &fact.key),
            FactKind::Cancelled { .. } => self.cancel(&order),
            FactKind::Refunded { credit_number, amount, currency, reason, .. } => {
                self.refund(&order, credit_number, *amount, currency, reason.as_deref())
            }
            FactKind::DocumentAttached { number, document, file } => self.attach(&order, number, *document, file.as_ref()),
            other => return Err(ChannelError::unsupported(other.word())),
        };
        result.or_else(|failure| rule_or_error(failure, outcome_of))
    }

    /// An order that somebody moved on by hand stays where it is.
    fn acknowledge(&self, order: &Order) -> Result<Outcome, Failure> {
        if self.settings.process_orders && order.state_machine_state.technical_name == "open" {
            let moved = self.moves(Machine::Order, &order.id, &order.state_machine_state, &["in_progress"])?;
            return Ok(moved.unwrap_or_else(Outcome::done));
        }
        Ok(Outcome::done())
    }

    fn pay(&self, order: &Order, transaction_id: Option<&str>) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::Refused(channel::order_cancelled()));
        }
        let Some(payment) = order.transaction() else {
            return Ok(Outcome::Refused(channel::payment_missing(&order.state_machine_state.technical_name)));
        };
        if order.is_paid() {
            return Ok(Outcome::done());
        }
        if let Some(number) = transaction_id.filter(|number| !number.is_empty()) {
            self.note("order_transaction", &payment.id, TRANSACTION, &json!(number))?;
        }
        let moved = self.moves(Machine::Transaction, &payment.id, &payment.state_machine_state, &["paid"])?;
        Ok(moved.unwrap_or_else(Outcome::done))
    }

    /// Adds an entry to the custom fields of a record; the others stay.
    pub(super) fn note(&self, entity: &'static str, id: &str, key: &str, value: &Value) -> Result<(), Failure> {
        let mut ops = Ops::default();
        ops.put(entity, json!({ "id": id, "customFields": { key: value } }));
        self.api.sync(&ops)
    }

    fn ship(&self, order: &Order, packets: &[Packet], together: &[Content], key: &str) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::Refused(channel::order_cancelled()));
        }
        let Some(delivery) = order.delivery() else {
            return Ok(Outcome::Refused(channel::record_refused("DELIVERY", "the order has no delivery in the shop")));
        };
        let lines = order.line_items.iter().filter(|line| line.is_goods());
        let lines: Vec<Pieces> = lines.map(|line| Pieces { line_id: line.id.clone(), quantity: line.quantity }).collect();
        let shipped = packages::ship(&lines, &packages_of(delivery), packets, together, key);
        if let Some(packages) = &shipped.packages {
            let text = serde_json::to_string(packages).map_err(|error| ChannelError::Protocol { reason: error.to_string() })?;
            let mut input = json!({ "id": delivery.id, "customFields": { PACKAGES: text } });
            // Numbers that the merchant entered stay.
            let mut codes = delivery.tracking_codes.clone();
            for code in packages.iter().flat_map(|package| &package.tracking) {
                if !codes.contains(code) {
                    codes.push(code.clone());
                }
            }
            if let Some(fields) = input.as_object_mut().filter(|_| codes != delivery.tracking_codes) {
                fields.insert("trackingCodes".to_owned(), json!(codes));
            }
            let mut ops = Ops::default();
            ops.put("order_delivery", input);
            self.api.sync(&ops)?;
        }
        let (state, name) = (&delivery.state_machine_state, delivery.state_machine_state.technical_name.as_str());
        // What the merchant sent off as a whole, or what came back, is not sent off again.
        if matches!(name, "returned" | "returned_partially" | "shipped") {
            return Ok(Outcome::done());
        }
        let to = if shipped.complete { "shipped" } else { "shipped_partially" };
        let moved = self.moves(Machine::Delivery, &delivery.id, state, &[to])?;
        Ok(moved.unwrap_or_else(Outcome::done))
    }

    /// The shop would cancel what has left, too.
    fn cancel(&self, order: &Order) -> Result<Outcome, Failure> {
        let shipped = order.delivery().is_some_and(|delivery| is_shipped(delivery) || !packages_of(delivery).is_empty());
        if !order.is_cancelled() {
            if shipped {
                return Ok(Outcome::Refused(channel::record_refused("STATE", "the order has been shipped, in whole or in part")));
            }
            if let Some(refused) = self.moves(Machine::Order, &order.id, &order.state_machine_state, &["cancelled"])? {
                return Ok(refused);
            }
        }
        let given_back: i64 = order.refunds().iter().map(|refund| refund.amount.0).fold(0, i64::saturating_add);
        let open = order.is_paid() && given_back < order.price.total_price.0;
        let messages = if open { vec![channel::refund_open()] } else { Vec::new() };
        Ok(Outcome::Done { external_number: None, url: None, messages })
    }
}

/// The merchant, or Kontor, sent it off as a whole or in part.
fn is_shipped(delivery: &DeliveryOf) -> bool {
    matches!(delivery.state_machine_state.technical_name.as_str(), "shipped" | "shipped_partially" | "returned" | "returned_partially")
}
