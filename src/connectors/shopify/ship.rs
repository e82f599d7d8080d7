//! Packages: which pieces of which location leave together, and their numbers. Pure.
//!
//! The shop splits an order into fulfilment orders, one for each location. A fulfilment takes pieces of one location; a package with pieces
//! of several becomes as many fulfilments with the same number.

use serde_json::{Map, Value, json};

use super::facts::{Step, missing};
use super::held::Held;
use crate::domain::message::channel;
use crate::domain::order::{Content, Packet};

/// What leaves one location at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shipment {
    /// Pieces, by fulfilment order and its line.
    pub lines: Vec<(String, String, i32)>,
    pub company: Option<String>,
    pub numbers: Vec<String>,
}

impl Shipment {
    pub(super) fn input(&self, notify: bool) -> Value {
        let mut orders: Vec<(&str, Vec<Value>)> = Vec::new();
        for (order, line, quantity) in &self.lines {
            let entry = json!({ "id": line, "quantity": quantity });
            match orders.iter_mut().find(|(id, _)| id == order) {
                Some((_, lines)) => lines.push(entry),
                None => orders.push((order, vec![entry])),
            }
        }
        let orders: Vec<Value> =
            orders.into_iter().map(|(id, lines)| json!({ "fulfillmentOrderId": id, "fulfillmentOrderLineItems": lines })).collect();
        let mut input =
            Map::from_iter([("lineItemsByFulfillmentOrder".to_owned(), json!(orders)), ("notifyCustomer".to_owned(), json!(notify))]);
        if !self.numbers.is_empty() || self.company.is_some() {
            input.insert("trackingInfo".to_owned(), json!({ "company": self.company, "numbers": self.numbers }));
        }
        Value::Object(input)
    }
}

fn number(packet: &Packet) -> Option<String> {
    packet.tracking_number.as_deref().map(str::trim).filter(|number| !number.is_empty()).map(str::to_owned)
}

fn company(packets: &[&Packet]) -> Option<String> {
    packets.iter().find_map(|packet| packet.carrier.clone().or_else(|| packet.dispatch_type.clone()))
}

pub(super) fn ship(order: &Held, packets: &[Packet], together: &[Content]) -> Step {
    for packet in packets.iter().filter(|packet| !packet.again && !packet.contents.is_empty()) {
        let lines = missing(&packet.contents, |line_id| order.pieces_shipped(line_id));
        if !lines.is_empty() {
            return leave(order, lines, &[packet]);
        }
    }
    // What several packages contain together leaves at once, with all of their numbers. Facts of version 0.1 name no pieces: they mean
    // everything that is left.
    let unsorted: Vec<&Packet> = packets.iter().filter(|packet| !packet.again && packet.contents.is_empty()).collect();
    let named = !together.is_empty() || packets.iter().any(|packet| packet.again || !packet.contents.is_empty());
    let open = if named { missing(together, |line_id| order.pieces_shipped(line_id)) } else { order.open() };
    if !open.is_empty() && !unsorted.is_empty() {
        return leave(order, open, &unsorted);
    }
    late(order, packets)
}

/// Numbers that the shop does not show. One of a package that was reported before goes to it, where it is clear which one that is.
fn late(order: &Held, packets: &[Packet]) -> Step {
    let known: Vec<&str> = order.live().flat_map(|one| one.numbers()).collect();
    let fresh: Vec<&Packet> =
        packets.iter().filter(|packet| number(packet).is_some_and(|number| !known.contains(&number.as_str()))).collect();
    let Some(first) = fresh.first() else { return Step::done() };
    let all: Vec<_> = order.live().collect();
    let bare: Vec<_> = all.iter().filter(|one| one.numbers().next().is_none()).collect();
    let target = match (bare.as_slice(), all.as_slice()) {
        ([only], _) => Some(only.id.clone()),
        // The number of the only package was corrected.
        ([], [only]) if first.again => Some(only.id.clone()),
        _ => None,
    };
    match (target, fresh.as_slice()) {
        (Some(fulfillment), [only]) => Step::Track { fulfillment, company: company(&[only]), numbers: number(only).into_iter().collect() },
        _ => {
            let numbers: Vec<String> = fresh.iter().filter_map(|packet| number(packet)).collect();
            Step::Done(vec![channel::shipped_before(numbers.join(", "))])
        }
    }
}

/// Pieces of the first location that has some of them; the others follow as steps of their own.
fn leave(order: &Held, mut pieces: Vec<(String, i32)>, packets: &[&Packet]) -> Step {
    let free = |line_id: &str| -> i32 {
        let lines = order.fulfillment_orders.nodes.iter().filter(|one| one.can_leave()).flat_map(|one| &one.line_items.nodes);
        lines.filter(|line| line.line_id() == line_id).fold(0, |sum, line| sum.saturating_add(line.remaining_quantity))
    };
    if let Some((line_id, quantity)) = pieces.iter().find(|(line_id, quantity)| free(line_id) < *quantity) {
        let states: Vec<&str> = order.fulfillment_orders.nodes.iter().map(|one| one.status.as_str()).collect();
        let text = format!(
            "{quantity} pieces of line {line_id} are to leave, and the shop has {} that can (fulfilment orders: {})",
            free(line_id),
            states.join(", ")
        );
        return Step::Refuse(channel::record_refused("FULFILLMENT", text));
    }
    let mut location: Option<Option<&str>> = None;
    let mut lines = Vec::new();
    for one in order.fulfillment_orders.nodes.iter().filter(|one| one.can_leave()) {
        if location.is_some_and(|known| known != one.location()) {
            continue;
        }
        for open in &one.line_items.nodes {
            let Some((_, quantity)) = pieces.iter_mut().find(|(line_id, quantity)| line_id == open.line_id() && *quantity > 0) else {
                continue;
            };
            let here = open.remaining_quantity.min(*quantity);
            if here > 0 {
                *quantity = quantity.saturating_sub(here);
                lines.push((one.id.clone(), open.id.clone(), here));
                location = Some(one.location());
            }
        }
    }
    Step::Fulfil(Shipment { lines, company: company(packets), numbers: packets.iter().filter_map(|packet| number(packet)).collect() })
}
