//! What is still to be done for a fact, from the order as it is now. Pure, so that every situation can be tested.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::found::{amount, list};
use crate::domain::Decimal;
use crate::domain::message::{Message, channel};
use crate::domain::order::{Content, FactKind, Packet};

/// The fields that [`State`] needs.
pub(super) const FIELDS: &str = "id,status,version,payment_status,items.id,items.detail.quantity,\
    items.detail.fulfilled_quantity,fulfillments.id,fulfillments.canceled_at,fulfillments.shipped_at,fulfillments.metadata,\
    fulfillments.items.line_item_id,fulfillments.items.quantity,fulfillments.labels.tracking_number,payment_collections.id,\
    payment_collections.status,payment_collections.payments.id,payment_collections.payments.canceled_at,\
    payment_collections.payments.captures.amount,payment_collections.payments.refunds.amount";
/// Of a fulfilment: the key of the fact that it was made for.
pub(super) const KEY: &str = "kontor";
/// In an address of a carrier: where the tracking number goes.
const NUMBER: &str = "{number}";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct State {
    pub status: String,
    #[serde(default)]
    pub version: u32,
    #[serde(default)]
    pub payment_status: Option<String>,
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<Line>,
    #[serde(default, deserialize_with = "list")]
    pub fulfillments: Vec<Fulfillment>,
    #[serde(default, deserialize_with = "list")]
    pub payment_collections: Vec<Collection>,
    /// Pieces of each line as they were placed.
    #[serde(skip)]
    pub placed: Vec<(String, i64)>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Line {
    pub id: String,
    pub detail: Detail,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Detail {
    /// Without the pieces that are cancelled.
    #[serde(deserialize_with = "super::found::whole")]
    pub quantity: i64,
    #[serde(deserialize_with = "super::found::whole")]
    pub fulfilled_quantity: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Fulfillment {
    pub id: String,
    pub canceled_at: Option<DateTime<Utc>>,
    pub shipped_at: Option<DateTime<Utc>>,
    pub metadata: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "list")]
    pub items: Vec<FulfillmentItem>,
    #[serde(default, deserialize_with = "list")]
    pub labels: Vec<Label>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct FulfillmentItem {
    pub line_item_id: Option<String>,
    #[serde(deserialize_with = "super::found::whole")]
    pub quantity: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Label {
    pub tracking_number: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Collection {
    pub id: String,
    pub status: String,
    #[serde(default, deserialize_with = "list")]
    pub payments: Vec<Payment>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Payment {
    pub id: String,
    pub canceled_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "list")]
    pub captures: Vec<Amount>,
    #[serde(default, deserialize_with = "list")]
    pub refunds: Vec<Amount>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Amount {
    pub amount: Number,
}

/// A tracking number, and where the account's word for the carrier is an address: where the parcel can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tracking {
    pub number: String,
    pub url: String,
}

/// The next thing to do for a fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Done(Option<Message>),
    Refuse(Message),
    Capture {
        payment_id: String,
    },
    /// The money came another way than through the shop.
    MarkPaid {
        collection_id: String,
    },
    Fulfil {
        lines: Vec<(String, i64)>,
        /// Under which a repeat finds it again.
        mark: String,
    },
    Ship {
        fulfillment_id: String,
        lines: Vec<(String, i64)>,
        labels: Vec<Tracking>,
    },
    Cancel,
    /// These lines have so many pieces from now on.
    Edit {
        lines: Vec<(String, i64)>,
    },
}

impl State {
    fn cancelled(&self) -> bool {
        self.status == "canceled"
    }

    fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payment_collections.iter().flat_map(|collection| &collection.payments)
    }

    /// Money that the shop has.
    fn kept(&self) -> Decimal {
        let sum =
            |amounts: &[Amount]| amounts.iter().filter_map(|row| amount(&row.amount)).fold(0_i64, |sum, row| sum.saturating_add(row.0));
        Decimal(self.payments().fold(0, |kept, payment| kept.saturating_add(sum(&payment.captures)).saturating_sub(sum(&payment.refunds))))
    }

    fn live(&self) -> impl Iterator<Item = &Fulfillment> {
        self.fulfillments.iter().filter(|fulfillment| fulfillment.canceled_at.is_none())
    }

    pub(super) fn quantity(&self, line_id: &str) -> i64 {
        self.items.iter().find(|line| line.id == line_id).map_or(0, |line| line.detail.quantity)
    }

    pub(super) fn fulfilled(&self, line_id: &str) -> i64 {
        self.items.iter().find(|line| line.id == line_id).map_or(0, |line| line.detail.fulfilled_quantity)
    }

    fn gone(&self, line_id: &str) -> i64 {
        let placed = self.placed.iter().find(|(id, _)| id == line_id).map_or(0, |(_, pieces)| *pieces);
        let now = self.quantity(line_id);
        placed.max(now).saturating_sub(now)
    }

    /// Nothing is left to cancel; money that was taken has to go back another way.
    fn emptied(&self) -> Step {
        Step::Done((self.kept() > Decimal::ZERO).then(channel::refund_open))
    }

    fn paid(&self) -> Step {
        let open = |payment: &&Payment| payment.canceled_at.is_none() && payment.captures.is_empty();
        if let Some(payment) = self.payments().find(open) {
            return Step::Capture { payment_id: payment.id.clone() };
        }
        if let Some(collection) = self.payment_collections.iter().find(|collection| collection.status == "not_paid") {
            return Step::MarkPaid { collection_id: collection.id.clone() };
        }
        if self.payments().any(|payment| !payment.captures.is_empty()) {
            return Step::Done(None);
        }
        Step::Refuse(channel::payment_missing(self.payment_status.as_deref().unwrap_or("unknown")))
    }

    /// A cancelled order of Medusa gives all money back automatically. Where there is some, the lines are cancelled instead: whether
    /// it goes back, and how much, is for the ERP to say.
    fn cancel(&self) -> Step {
        if self.live().next().is_some() {
            let text = "a part of the order is packed or shipped; cancel its fulfillments in the shop, or the rest of the positions";
            return Step::Refuse(channel::record_refused("FULFILLED", text));
        }
        if self.kept() <= Decimal::ZERO {
            return Step::Cancel;
        }
        Step::Edit { lines: self.items.iter().map(|line| (line.id.clone(), 0)).collect() }
    }

    fn cancel_pieces(&self, positions: &[Content]) -> Step {
        let missing = missing(positions, |line_id| self.gone(line_id));
        if missing.is_empty() {
            return self.emptied();
        }
        let lines: Vec<(String, i64)> = missing
            .into_iter()
            .map(|(line_id, pieces)| {
                let left = self.quantity(&line_id).saturating_sub(pieces).max(0);
                (line_id, left)
            })
            .collect();
        let left = |line: &Line| lines.iter().find(|(id, _)| *id == line.id).map_or(line.detail.quantity, |(_, left)| *left);
        let all = self.items.iter().all(|line| left(line) == 0);
        if all && self.kept() <= Decimal::ZERO && self.live().next().is_none() { Step::Cancel } else { Step::Edit { lines } }
    }
}

/// Decides from the order as it is now.
pub(super) fn next_step(state: &State, fact: &FactKind, key: &str) -> Step {
    let cancelled = state.cancelled();
    match fact {
        // Refunds have steps of their own.
        FactKind::Acknowledged
        | FactKind::CancellationAccepted { .. }
        | FactKind::CancellationDeclined { .. }
        | FactKind::DocumentAttached { .. }
        | FactKind::Refunded { .. } => Step::Done(None),
        FactKind::Paid { .. } | FactKind::Shipped { .. } if cancelled => Step::Refuse(channel::order_cancelled()),
        FactKind::Paid { .. } => state.paid(),
        FactKind::Shipped { packets, together } => ship(state, packets, together, key),
        FactKind::Cancelled { .. } | FactKind::PositionsCancelled { .. } if cancelled || state.items.is_empty() => state.emptied(),
        FactKind::Cancelled { .. } => state.cancel(),
        FactKind::PositionsCancelled { positions, .. } => state.cancel_pieces(positions),
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

fn labels<'a>(packets: impl Iterator<Item = &'a Packet>) -> Vec<Tracking> {
    let label = |packet: &Packet| {
        let number = packet.tracking_number.as_deref().map(str::trim).filter(|number| !number.is_empty())?;
        Some(Tracking { number: number.to_owned(), url: tracking_url(packet.carrier.as_deref().unwrap_or_default(), number) })
    };
    packets.filter_map(label).collect()
}

/// `https://carrier.example/{number}` with the number in its place; empty where the carrier is no address.
fn tracking_url(carrier: &str, number: &str) -> String {
    let is_address = carrier.starts_with("https://") || carrier.starts_with("http://");
    if !is_address || !carrier.contains(NUMBER) {
        return String::new();
    }
    let encoded: String = url::form_urlencoded::byte_serialize(number.as_bytes()).collect();
    carrier.replace(NUMBER, &encoded)
}

fn ship(state: &State, packets: &[Packet], together: &[Content], key: &str) -> Step {
    let known: Vec<&str> = state.live().flat_map(|fulfillment| &fulfillment.labels).map(|label| label.tracking_number.as_str()).collect();
    let fresh =
        |labels: Vec<Tracking>| -> Vec<Tracking> { labels.into_iter().filter(|label| !known.contains(&label.number.as_str())).collect() };
    let fulfilled = |line_id: &str| state.fulfilled(line_id);
    // One packet after the other. What an earlier attempt packed for it, and did not ship, comes first.
    for packet in packets.iter().filter(|packet| !packet.again && !packet.contents.is_empty()) {
        let own = format!("{key}:{}", packet.packet_id);
        if let Some(step) = pending(state, &own, fresh(labels(std::iter::once(packet)))) {
            return step;
        }
        let lines = missing(&packet.contents, fulfilled);
        if !lines.is_empty() {
            return Step::Fulfil { lines, mark: own };
        }
    }
    // One fulfilment takes what several packages contain together, and has a label for each of them. Facts of version 0.1
    // name no pieces: they mean everything that is left.
    let named = !together.is_empty() || packets.iter().any(|packet| packet.again || !packet.contents.is_empty());
    let numbers = fresh(labels(packets.iter().filter(|packet| !packet.again && packet.contents.is_empty())));
    let own = format!("{key}:0");
    if let Some(step) = pending(state, &own, numbers.clone()) {
        return step;
    }
    let open = match named {
        true => missing(together, fulfilled),
        false => rest(state),
    };
    let told_before = !named && numbers.is_empty() && !labels(packets.iter()).is_empty();
    if !open.is_empty() && !told_before {
        return Step::Fulfil { lines: open, mark: own };
    }
    // What the merchant packed in the shop leaves now.
    let all = fresh(labels(packets.iter()));
    let named_line = |line_id: &str| {
        let contents = packets.iter().flat_map(|packet| &packet.contents).chain(together);
        !named || contents.filter_map(|content| content.line_id.as_deref()).any(|id| id == line_id)
    };
    let theirs = state.live().find(|fulfillment| {
        let lines = || fulfillment.items.iter().filter_map(|item| item.line_item_id.as_deref());
        fulfillment.shipped_at.is_none() && fulfillment_key(fulfillment).is_none() && lines().count() > 0 && lines().all(named_line)
    });
    if let Some(fulfillment) = theirs {
        return ship_it(fulfillment, all);
    }
    let numbers: Vec<String> = all.into_iter().map(|label| label.number).collect();
    Step::Done((!numbers.is_empty()).then(|| channel::shipped_before(numbers.join(", "))))
}

fn fulfillment_key(fulfillment: &Fulfillment) -> Option<&str> {
    fulfillment.metadata.as_ref()?.get(KEY)?.as_str()
}

/// The fulfilment that was made with this key, where it has not left yet.
fn pending(state: &State, key: &str, labels: Vec<Tracking>) -> Option<Step> {
    let own = state.live().find(|fulfillment| fulfillment.shipped_at.is_none() && fulfillment_key(fulfillment) == Some(key))?;
    Some(ship_it(own, labels))
}

fn ship_it(fulfillment: &Fulfillment, labels: Vec<Tracking>) -> Step {
    let line = |item: &FulfillmentItem| item.line_item_id.clone().map(|id| (id, item.quantity));
    let lines = fulfillment.items.iter().filter_map(line).collect();
    Step::Ship { fulfillment_id: fulfillment.id.clone(), lines, labels }
}

/// Pieces that no fulfilment has.
fn rest(state: &State) -> Vec<(String, i64)> {
    let open = |line: &Line| (line.id.clone(), line.detail.quantity.saturating_sub(line.detail.fulfilled_quantity));
    state.items.iter().map(open).filter(|(_, pieces)| *pieces > 0).collect()
}
