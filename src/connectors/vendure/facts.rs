//! What the ERP did with an order, sent to the shop. Vendure knows no idempotency keys, so the order is read before
//! every step, and only what is still missing is done: a repeat after an unclear answer finds its own traces.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::super::rule::rule_or_error;
use super::super::{ChannelError, Fact, Outcome};
use super::graphql::{Failure, Rule, refusal};
use super::inputs::outcome_of;
use super::refund::Credit;
use super::{PAGE, Vendure, part};
use crate::domain::message::{Message, channel};
use crate::domain::order::{Content, FactKind, Packet};

/// Steps of one fact: settle each payment, add a fulfilment, ship it, move the order on; with some to spare.
const MOST_STEPS: usize = 12;

const READ: &str = "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}, take: 1}) { items { id state active
  lines { id quantity orderPlacedQuantity productVariant { id } } payments { id state }
  fulfillments { id state trackingCode lines { orderLineId quantity } } } } }";
const SETTLE: &str = "mutation ($id: ID!) { result: settlePayment(id: $id) { __typename ... on ErrorResult { errorCode message }
  ... on SettlePaymentError { paymentErrorMessage } ... on PaymentStateTransitionError { transitionError } ... on OrderStateTransitionError { transitionError } } }";
const FULFIL: &str = "mutation ($input: FulfillOrderInput!) { result: addFulfillmentToOrder(input: $input) { __typename
  ... on ErrorResult { errorCode message } ... on CreateFulfillmentError { fulfillmentHandlerError } ... on FulfillmentStateTransitionError { transitionError } } }";
const SHIP: &str = "mutation ($id: ID!) { result: transitionFulfillmentToState(id: $id, state: \"Shipped\") { __typename
  ... on FulfillmentStateTransitionError { errorCode message transitionError } } }";
const MOVE_ON: &str = "mutation ($id: ID!, $state: String!) { result: transitionOrderToState(id: $id, state: $state) { __typename
  ... on OrderStateTransitionError { errorCode message transitionError } } }";
const CANCEL: &str = "mutation ($input: CancelOrderInput!) { result: cancelOrder(input: $input) { __typename
  ... on ErrorResult { errorCode message } ... on OrderStateTransitionError { transitionError } } }";
const STOCK: &str = "query ($ids: [String!], $take: Int) { productVariants(options: {filter: {id: {in: $ids}}, take: $take}) { items {
  id stockLevels { stockLocationId stockOnHand } } } }";
const RAISE: &str = "mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }";

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Order {
    pub id: String,
    pub state: String,
    pub active: bool,
    pub lines: Vec<Line>,
    pub payments: Option<Vec<Payment>>,
    pub fulfillments: Option<Vec<Fulfillment>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    pub id: String,
    /// Without the pieces that are cancelled.
    pub quantity: i64,
    pub order_placed_quantity: i64,
    pub product_variant: VariantId,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct VariantId {
    pub id: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payment {
    pub id: String,
    pub state: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fulfillment {
    pub id: String,
    pub state: String,
    pub tracking_code: Option<String>,
    pub lines: Vec<FulfillmentLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FulfillmentLine {
    pub order_line_id: String,
    pub quantity: i64,
}

/// The next thing to do for a fact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Done(Option<Message>),
    Refuse(Message),
    Settle {
        payment_id: String,
    },
    Fulfil {
        lines: Vec<(String, i64)>,
        method: String,
        tracking: String,
    },
    Ship {
        fulfillment_id: String,
    },
    /// Vendure moves an order on when it is shipped, but not when it is paid after that.
    MoveOn {
        state: &'static str,
    },
    Cancel {
        reason: Option<String>,
        /// Pieces by line; none: the whole order.
        lines: Vec<(String, i64)>,
    },
}

impl Order {
    fn payments(&self, state: &str) -> impl Iterator<Item = &Payment> {
        self.payments.iter().flatten().filter(move |payment| payment.state == state)
    }

    fn live(&self) -> impl Iterator<Item = &Fulfillment> {
        self.fulfillments.iter().flatten().filter(|fulfillment| fulfillment.state != "Cancelled")
    }

    /// Quantities per line that no fulfilment in one of the states covers.
    fn uncovered(&self, counts: impl Fn(&str) -> bool) -> Vec<(String, i64)> {
        let covered = |line: &Line| -> i64 {
            let lines = self.live().filter(|fulfillment| counts(&fulfillment.state)).flat_map(|fulfillment| &fulfillment.lines);
            lines.filter(|other| other.order_line_id == line.id).map(|other| other.quantity).sum()
        };
        self.lines
            .iter()
            .map(|line| (line.id.clone(), line.quantity.saturating_sub(covered(line))))
            .filter(|(_, quantity)| *quantity > 0)
            .collect()
    }

    fn pieces_cancelled(&self, line_id: &str) -> i64 {
        self.lines.iter().find(|line| line.id == line_id).map_or(0, |line| line.order_placed_quantity.saturating_sub(line.quantity))
    }

    fn pieces_fulfilled(&self, line_id: &str) -> i64 {
        let lines = self.live().flat_map(|fulfillment| &fulfillment.lines);
        lines.filter(|line| line.order_line_id == line_id).map(|line| line.quantity).sum()
    }

    /// Nothing is left to cancel; money that was taken has to go back by hand.
    fn cancelled(&self) -> Step {
        Step::Done(self.payments("Settled").next().map(|_| channel::refund_open()))
    }

    /// Paid after shipping: the state in which Vendure left the order behind.
    fn behind(&self) -> Option<Step> {
        let shipped = |state: &str| matches!(state, "Shipped" | "Delivered");
        if self.state != "PaymentSettled" || !self.live().any(|fulfillment| shipped(&fulfillment.state)) {
            return None;
        }
        let state = if self.uncovered(shipped).is_empty() { "Shipped" } else { "PartiallyShipped" };
        Some(Step::MoveOn { state })
    }
}

fn tracking_codes(packets: &[Packet]) -> Vec<&str> {
    packets.iter().filter_map(|packet| packet.tracking_number.as_deref()).map(str::trim).filter(|code| !code.is_empty()).collect()
}

/// Decides from the order as it is now. Pure, so that every situation can be tested.
pub(crate) fn next_step(order: &Order, fact: &FactKind) -> Step {
    let cancelled = order.state == "Cancelled";
    match fact {
        // Refunds have steps of their own.
        FactKind::Acknowledged
        | FactKind::CancellationAccepted { .. }
        | FactKind::CancellationDeclined { .. }
        | FactKind::DocumentAttached { .. }
        | FactKind::Refunded { .. } => Step::Done(None),
        _ if order.active && !cancelled => Step::Refuse(channel::not_placed(&order.state)),
        FactKind::Paid { .. } | FactKind::Shipped { .. } if cancelled => Step::Refuse(channel::order_cancelled()),
        FactKind::Paid { .. } => {
            if let Some(payment) = order.payments("Authorized").next() {
                return Step::Settle { payment_id: payment.id.clone() };
            }
            if order.payments("Settled").next().is_none() {
                return Step::Refuse(channel::payment_missing(&order.state));
            }
            order.behind().unwrap_or(Step::Done(None))
        }
        FactKind::Shipped { packets, together } => ship(order, packets, together),
        FactKind::Cancelled { .. } | FactKind::PositionsCancelled { .. } if cancelled => order.cancelled(),
        FactKind::Cancelled { reason } => Step::Cancel { reason: reason.clone(), lines: Vec::new() },
        FactKind::PositionsCancelled { positions, reason } => {
            let lines = missing(positions, |line_id| order.pieces_cancelled(line_id));
            match lines.is_empty() {
                true => order.cancelled(),
                false => Step::Cancel { reason: reason.clone(), lines },
            }
        }
    }
}

/// The pieces that the shop has not heard of yet. `known` are those of a line for which it has happened.
fn missing(named: &[Content], known: impl Fn(&str) -> i64) -> Vec<(String, i64)> {
    let lines = named.iter().filter_map(|content| {
        let line_id = content.line_id.as_deref()?;
        let missing = i64::from(content.so_far).saturating_sub(known(line_id)).min(i64::from(content.quantity));
        (missing > 0).then(|| (line_id.to_owned(), missing))
    });
    lines.collect()
}

fn ship(order: &Order, packets: &[Packet], together: &[Content]) -> Step {
    let known: Vec<&str> =
        order.live().filter_map(|fulfillment| fulfillment.tracking_code.as_deref()).flat_map(|codes| codes.split(", ")).collect();
    let method = |packet: Option<&Packet>| {
        let named = packet.and_then(|packet| packet.carrier.clone().or_else(|| packet.dispatch_type.clone()));
        named.unwrap_or_else(|| "shipped".to_owned())
    };
    for packet in packets.iter().filter(|packet| !packet.again && !packet.contents.is_empty()) {
        let lines = missing(&packet.contents, |line_id| order.pieces_fulfilled(line_id));
        if !lines.is_empty() {
            let tracking = packet.tracking_number.clone().unwrap_or_default();
            return Step::Fulfil { lines, method: method(Some(packet)), tracking };
        }
    }
    // One fulfilment takes what several packages contain together, and names all of their numbers. Facts of version 0.1
    // name no pieces: they mean everything that is left.
    let unsorted: Vec<Packet> = packets.iter().filter(|packet| !packet.again && packet.contents.is_empty()).cloned().collect();
    let wanted = tracking_codes(packets);
    let fresh: Vec<&str> = wanted.iter().copied().filter(|code| !known.contains(code)).collect();
    let named = !together.is_empty() || packets.iter().any(|packet| packet.again || !packet.contents.is_empty());
    let open = match named {
        true => missing(together, |line_id| order.pieces_fulfilled(line_id)),
        false => order.uncovered(|_| true),
    };
    let told_before = !named && !wanted.is_empty() && fresh.is_empty();
    if !open.is_empty() && !told_before {
        let codes = tracking_codes(&unsorted);
        let fresh: Vec<&str> = codes.into_iter().filter(|code| !known.contains(code)).collect();
        return Step::Fulfil { lines: open, method: method(unsorted.first()), tracking: fresh.join(", ") };
    }
    if let Some(pending) = order.live().find(|fulfillment| matches!(fulfillment.state.as_str(), "Created" | "Pending")) {
        return Step::Ship { fulfillment_id: pending.id.clone() };
    }
    if let Some(step) = order.behind() {
        return step;
    }
    if fresh.is_empty() {
        return Step::Done(None);
    }
    Step::Done(Some(channel::shipped_before(fresh.join(", "))))
}

fn done(note: Option<Message>) -> Outcome {
    Outcome::Done { external_number: None, url: None, messages: note.into_iter().collect() }
}

impl Vendure {
    pub(super) fn push(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        if matches!(fact.kind, FactKind::Acknowledged) {
            // Vendure has nothing to note it in.
            return Ok(Outcome::done());
        }
        if let FactKind::Refunded { credit_number, amount, currency, positions, reason } = &fact.kind {
            let credit = Credit::new(*amount, currency, credit_number, reason.as_deref());
            return self.push_refund(fact, &credit, positions);
        }
        let mut raised = false;
        for _ in 0..MOST_STEPS {
            let mut data = self.api.call(READ, json!({ "code": fact.order_id })).map_err(Failure::whole)?;
            let orders: Vec<Order> = part(&mut data, "/orders/items")?;
            let Some(order) = orders.first() else {
                return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
            };
            let step = next_step(order, &fact.kind);
            let (mutation, variables) = match &step {
                Step::Done(note) => return Ok(done(note.clone())),
                Step::Refuse(message) => return Ok(Outcome::Refused(message.clone())),
                Step::Settle { payment_id } => (SETTLE, json!({ "id": payment_id })),
                Step::Ship { fulfillment_id } => (SHIP, json!({ "id": fulfillment_id })),
                Step::MoveOn { state } => (MOVE_ON, json!({ "id": order.id, "state": state })),
                Step::Cancel { reason, lines } if lines.is_empty() => {
                    (CANCEL, json!({ "input": { "orderId": order.id, "reason": reason, "cancelShipping": true } }))
                }
                Step::Cancel { reason, lines } => {
                    let lines: Vec<_> = lines.iter().map(|(id, quantity)| json!({ "orderLineId": id, "quantity": quantity })).collect();
                    (CANCEL, json!({ "input": { "orderId": order.id, "reason": reason, "lines": lines } }))
                }
                Step::Fulfil { lines, method, tracking } => {
                    let lines: Vec<_> = lines.iter().map(|(id, quantity)| json!({ "orderLineId": id, "quantity": quantity })).collect();
                    let arguments = json!([{ "name": "method", "value": method }, { "name": "trackingCode", "value": tracking }]);
                    let handler = json!({ "code": "manual-fulfillment", "arguments": arguments });
                    (FULFIL, json!({ "input": { "lines": lines, "handler": handler } }))
                }
            };
            let rule = match self.api.call(mutation, variables) {
                Ok(data) => refusal(data.get("result")),
                Err(Failure::Rule(rule)) => Some(rule),
                Err(Failure::Channel(error)) => return Err(error),
            };
            match (rule, &step) {
                (None, _) => {}
                (Some(rule), Step::Fulfil { lines, .. }) if rule.code == "INSUFFICIENT_STOCK_ON_HAND_ERROR" && !raised => {
                    raised = true;
                    if let Err(failure) = self.raise_stock(order, lines) {
                        return rule_or_error(failure, outcome_of);
                    }
                }
                // What the ERP reported is in the shop; only the word for it is missing.
                (Some(Rule { text, .. }), Step::MoveOn { .. }) => {
                    return Ok(done(Some(channel::order_not_moved_on(text))));
                }
                (Some(rule), _) => return Ok(outcome_of(rule)),
            }
        }
        Ok(Outcome::Later {
            after: None,
            reason: format!("the shop took {MOST_STEPS} steps for order {} and it is still not {}", fact.order_id, fact.kind.word()),
        })
    }

    /// The ERP may have booked the goods out, and Kontor sent the smaller stock, before the shipment reaches the shop,
    /// which takes them off again. They are put back first, as many as the order had allocated: so the shop offers
    /// nothing more in between, and the shipment leaves the stock at what the ERP said.
    fn raise_stock(&self, order: &Order, lines: &[(String, i64)]) -> Result<(), Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Stock {
            id: String,
            stock_levels: Vec<Level>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Level {
            stock_location_id: String,
            stock_on_hand: i64,
        }
        let shop = self.shop()?;
        let mut needed: BTreeMap<&str, i64> = BTreeMap::new();
        for (line_id, quantity) in lines {
            if let Some(line) = order.lines.iter().find(|line| line.id == *line_id) {
                let sum = needed.entry(&line.product_variant.id).or_default();
                *sum = sum.saturating_add(*quantity);
            }
        }
        let ids: Vec<&str> = needed.keys().copied().collect();
        for chunk in ids.chunks(PAGE) {
            let mut data = self.api.call(STOCK, json!({ "ids": chunk, "take": PAGE }))?;
            let stocks: Vec<Stock> = part(&mut data, "/productVariants/items")?;
            let mut input = Vec::new();
            for stock in stocks {
                let on_hand: i64 = stock.stock_levels.iter().map(|level| level.stock_on_hand).sum();
                let lacking = needed.get(stock.id.as_str()).copied().unwrap_or(0).saturating_sub(on_hand);
                if lacking > 0 {
                    let here: i64 = stock
                        .stock_levels
                        .iter()
                        .filter(|level| level.stock_location_id == shop.stock_location_id)
                        .map(|level| level.stock_on_hand)
                        .sum();
                    let level = json!({ "stockLocationId": shop.stock_location_id, "stockOnHand": here.saturating_add(lacking) });
                    input.push(json!({ "id": stock.id, "stockLevels": [level] }));
                }
            }
            if !input.is_empty() {
                self.api.call(RAISE, json!({ "input": input }))?;
            }
        }
        Ok(())
    }
}
