//! Shipments: each package is one, with its contents and tracks. A comment that customers do not see has the key of the fact and Kontor's
//! number of the package, by which a repeat and a track that comes later find it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Outcome;
use super::super::rule::Failure;
use super::Magento;
use super::api::{Criteria, list};
use super::orders::{Comment, Order, pieces};
use crate::domain::Decimal;
use crate::domain::message::channel;
use crate::domain::order::{Content, Packet};

/// Carriers of the shop's own, which it links to; any other one is called `custom` and has its name as title.
const CARRIERS: [&str; 4] = ["dhl", "fedex", "ups", "usps"];

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Shipment {
    pub entity_id: i64,
    #[serde(default, deserialize_with = "list")]
    pub tracks: Vec<Track>,
    #[serde(default, deserialize_with = "list")]
    pub comments: Vec<Comment>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub order_item_id: i64,
    #[serde(default, deserialize_with = "pieces")]
    pub qty: i32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Track {
    #[serde(default)]
    pub track_number: Option<String>,
}

/// What a fact makes of an order.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// New shipments.
    pub shipments: Vec<Value>,
    /// Tracks for shipments that are there.
    pub tracks: Vec<Value>,
    /// Tracking numbers that have no place, because everything left before.
    pub late: Vec<String>,
}

fn number(packet: &Packet) -> Option<&str> {
    packet.tracking_number.as_deref().map(str::trim).filter(|number| !number.is_empty())
}

fn track(packet: &Packet) -> Option<Value> {
    let number = number(packet)?;
    let name = packet.carrier.as_deref().or(packet.dispatch_type.as_deref()).unwrap_or("Tracking");
    let code = if CARRIERS.contains(&name) { name } else { "custom" };
    Some(json!({ "carrier_code": code, "title": name, "track_number": number }))
}

/// Behind the key of the fact, so that the same package is found whatever fact names it.
fn mark(key: &str, packet_id: i32, at: usize) -> String {
    format!("kontor {key} #{packet_id}.{at}")
}

fn is_of_packet(shipment: &Shipment, packet_id: i32) -> bool {
    let said = format!(" #{packet_id}.");
    let mut comments = shipment.comments.iter().filter_map(|comment| comment.comment.as_deref());
    packet_id != 0 && comments.any(|comment| comment.starts_with("kontor ") && comment.contains(&said))
}

impl Shipment {
    fn says(&self, mark: &str) -> bool {
        self.comments.iter().any(|comment| comment.comment.as_deref() == Some(mark))
    }

    fn has_track(&self, number: &str) -> bool {
        self.tracks.iter().any(|track| track.track_number.as_deref() == Some(number))
    }
}

/// Pieces that have not left yet: as many have as the order shows, and those of earlier facts are counted in `so_far`.
fn open(order: &Order, named: &[Content]) -> Vec<(i64, i32)> {
    let of = |content: &Content| {
        let line = order.lines().find(|line| content.line_id.as_deref() == Some(line.item_id.to_string().as_str()))?;
        let missing = content.so_far.saturating_sub(line.qty_shipped).min(content.quantity).min(line.open());
        (missing > 0).then_some((line.item_id, missing))
    };
    named.iter().filter_map(of).collect()
}

/// Facts of version 0.1 name no pieces: they mean everything that is left.
fn left(order: &Order) -> Vec<(i64, i32)> {
    order.lines().filter(|line| line.open() > 0).map(|line| (line.item_id, line.open())).collect()
}

/// Packages that are reported together share what is in them: one shipment has it, and all tracks.
pub(super) fn plan(
    order: &Order,
    known: &[Shipment],
    packets: &[Packet],
    together: &[Content],
    key: &str,
    source: &str,
    mails: bool,
) -> Plan {
    let mut plan = Plan::default();
    let unnamed = together.is_empty() && packets.iter().all(|packet| packet.contents.is_empty() && !packet.again);
    let shared = if unnamed { left(order) } else { open(order, together) };
    let mut shared = Some(shared).filter(|pieces| !pieces.is_empty());
    let mut joint: Option<usize> = None;
    let has_track = |number: &str| known.iter().any(|shipment| shipment.has_track(number));
    for (at, packet) in packets.iter().enumerate() {
        let mark = mark(key, packet.packet_id, at);
        if known.iter().any(|shipment| shipment.says(&mark)) {
            // A repeat: what this one has is there, and with it all that was reported together.
            if packet.contents.is_empty() && !packet.again {
                shared = None;
            }
            continue;
        }
        let pieces = match (packet.again, packet.contents.is_empty()) {
            (true, _) => Vec::new(),
            (false, true) => shared.take().unwrap_or_default(),
            (false, false) => open(order, &packet.contents),
        };
        let fresh = number(packet).filter(|number| !has_track(number));
        if !pieces.is_empty() {
            if packet.contents.is_empty() {
                joint = Some(plan.shipments.len());
            }
            plan.shipments.push(shipment(&pieces, fresh.and_then(|_| track(packet)), &mark, source, mails));
            continue;
        }
        let Some(number) = fresh else { continue };
        let joined = joint.filter(|_| packet.contents.is_empty() && !packet.again).and_then(|at| plan.shipments.get_mut(at));
        let tracks = joined.and_then(|shipment| shipment.get_mut("tracks")).and_then(Value::as_array_mut);
        match (tracks, known.iter().find(|shipment| is_of_packet(shipment, packet.packet_id))) {
            (Some(tracks), _) => tracks.extend(track(packet)),
            (None, Some(shipment)) => plan.tracks.extend(track(packet).map(|mut track| {
                if let Some(track) = track.as_object_mut() {
                    track.insert("order_id".to_owned(), json!(order.entity_id));
                    track.insert("parent_id".to_owned(), json!(shipment.entity_id));
                }
                track
            })),
            (None, None) => plan.late.push(number.to_owned()),
        }
    }
    plan
}

fn shipment(pieces: &[(i64, i32)], track: Option<Value>, mark: &str, source: &str, mails: bool) -> Value {
    let items: Vec<Value> = pieces.iter().map(|(line, quantity)| json!({ "order_item_id": line, "qty": quantity })).collect();
    json!({
        "items": items, "tracks": track.into_iter().collect::<Vec<_>>(), "notify": mails, "appendComment": false,
        "comment": { "comment": mark, "is_visible_on_front": 0 }, "arguments": { "extension_attributes": { "source_code": source } },
    })
}

impl Magento {
    pub(super) fn ship(&self, order: &Order, packets: &[Packet], together: &[Content], key: &str) -> Result<Outcome, Failure> {
        if order.is_cancelled() {
            return Ok(Outcome::Refused(channel::order_cancelled()));
        }
        let id = order.entity_id.to_string();
        let mut known: Vec<Shipment> = Vec::new();
        if order.lines().any(|line| line.qty_shipped > 0) {
            known = self.api.all(&["shipments"], &Criteria::new().filter("order_id", "eq", &id).sorted("entity_id"))?;
        }
        let plan = plan(order, &known, packets, together, key, &self.settings.source, self.settings.shipment_mails);
        for shipment in &plan.shipments {
            let path = ["order", id.as_str(), "ship"];
            match self.api.post(&path, shipment) {
                Err(Failure::Rule(_)) if self.raise_stock(order, shipment)? => drop(self.api.post(&path, shipment)?),
                result => drop(result?),
            }
        }
        for track in &plan.tracks {
            self.api.post(&["shipment", "track"], &json!({ "entity": track }))?;
        }
        let messages = if plan.late.is_empty() { Vec::new() } else { vec![channel::shipped_before(plan.late.join(", "))] };
        Ok(Outcome::Done { external_number: None, url: None, messages })
    }

    /// The shop ships nothing that its source does not have, and the ERP may have said so already of what is leaving now. Whether something
    /// was raised: the shipment takes it off again.
    fn raise_stock(&self, order: &Order, shipment: &Value) -> Result<bool, Failure> {
        let items: Vec<Item> = shipment.get("items").cloned().and_then(|items| serde_json::from_value(items).ok()).unwrap_or_default();
        let mut raised: Vec<Value> = Vec::new();
        for item in items {
            let sku = order.lines().find(|line| line.item_id == item.order_item_id).and_then(|line| line.sku.as_deref());
            let Some(sku) = sku else { continue };
            if self.stock_of(sku)?.is_some_and(|quantity| quantity < Decimal::from_whole(item.qty)) {
                raised.push(self.source_item(sku, &json!(item.qty)));
            }
        }
        if raised.is_empty() {
            return Ok(false);
        }
        self.api.post(&["inventory", "source-items"], &json!({ "sourceItems": raised }))?;
        Ok(true)
    }
}
