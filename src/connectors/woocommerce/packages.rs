//! The packages of an order. WooCommerce has none, so they are in the order's metadata, where a repeat finds them, too. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::found::meta;
use super::orders::Order;
use crate::domain::order::{Content, Packet};

/// Of an order: its packages, as JSON.
pub(super) const PACKAGES: &str = "_kontor_packages";
/// Of an order: the tracking numbers, as plug-ins look for them.
pub(super) const TRACKING_NUMBER: &str = "_tracking_number";
pub(super) const TRACKING_PROVIDER: &str = "_tracking_provider";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Package {
    /// Of the fact, with Kontor's number of the package.
    pub key: String,
    pub packet_id: i32,
    #[serde(default)]
    pub tracking: Vec<String>,
    #[serde(default)]
    pub carrier: Option<String>,
    #[serde(default)]
    pub contents: Vec<Pieces>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pieces {
    pub line_id: String,
    pub quantity: i32,
}

/// What a shipment makes of an order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shipped {
    /// All packages; `None`: the order has them.
    pub packages: Option<Vec<Package>>,
    /// Nothing is left to ship.
    pub complete: bool,
    /// Carriers and tracking numbers that the fact names.
    pub tracking: Vec<(Option<String>, String)>,
}

/// The packages of an order; those that somebody made unreadable are none.
pub(super) fn of(order: &Order) -> Vec<Package> {
    let text = meta(&order.meta_data, PACKAGES).and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

fn number(packet: &Packet) -> Option<String> {
    packet.tracking_number.as_deref().map(str::trim).filter(|number| !number.is_empty()).map(str::to_owned)
}

fn pieces(contents: &[Content]) -> Vec<Pieces> {
    let named = contents.iter().filter_map(|content| Some(Pieces { line_id: content.line_id.clone()?, quantity: content.quantity }));
    named.filter(|pieces| pieces.quantity > 0).collect()
}

fn left(order: &Order, packages: &[Package]) -> Vec<Pieces> {
    let in_packages = |line_id: &str| -> i32 {
        let all = packages.iter().flat_map(|package| &package.contents).filter(|pieces| pieces.line_id == line_id);
        all.fold(0, |sum, pieces| sum.saturating_add(pieces.quantity))
    };
    let of_line = order.line_items.iter().map(|line| {
        let line_id = line.id.to_string();
        let quantity = line.quantity.saturating_sub(in_packages(&line_id));
        Pieces { line_id, quantity }
    });
    of_line.filter(|pieces| pieces.quantity > 0).collect()
}

/// Packets are taken over once, by the key of their fact. Those that are reported together share what is in them: the first one has it.
/// Facts of version 0.1 name no pieces: they mean everything that is left.
pub(super) fn ship(order: &Order, packets: &[Packet], together: &[Content], key: &str) -> Shipped {
    let before = of(order);
    let mut packages = before.clone();
    let mut shared = match together {
        [] if packets.iter().all(|packet| packet.contents.is_empty() && !packet.again) => left(order, &before),
        together => pieces(together),
    };
    for (at, packet) in packets.iter().enumerate() {
        if packet.again {
            let known = packages.iter_mut().find(|package| package.packet_id == packet.packet_id && packet.packet_id != 0);
            if let (Some(package), Some(number)) = (known, number(packet))
                && !package.tracking.contains(&number)
            {
                package.tracking.push(number);
                package.carrier = packet.carrier.clone().or(package.carrier.take());
            }
            continue;
        }
        // Facts of version 0.1 have no numbers of packages.
        let own = format!("{key}:{}:{at}", packet.packet_id);
        if packages.iter().any(|package| package.key == own) {
            shared.clear();
            continue;
        }
        let contents = if packet.contents.is_empty() { std::mem::take(&mut shared) } else { pieces(&packet.contents) };
        let tracking = number(packet).into_iter().collect();
        packages.push(Package { key: own, packet_id: packet.packet_id, tracking, carrier: packet.carrier.clone(), contents });
    }
    let complete = left(order, &packages).is_empty();
    let tracking = packets.iter().filter_map(|packet| Some((packet.carrier.clone(), number(packet)?))).collect();
    Shipped { packages: (packages != before).then_some(packages), complete, tracking }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Package, Pieces, ship};
    use crate::connectors::woocommerce::orders::Order;
    use crate::domain::order::{Content, Packet};

    fn order(packages: &[Package]) -> Order {
        let text = serde_json::to_string(packages).unwrap();
        serde_json::from_value(json!({
            "id": 1, "status": "processing", "currency": "EUR", "date_created_gmt": "2026-11-29T15:19:53", "date_modified_gmt": null,
            "total": "44.88", "shipping_total": "4.12", "shipping_tax": "0.78", "billing": {}, "shipping": {},
            "line_items": [{ "id": 7, "name": "A", "product_id": 3, "quantity": 5, "subtotal": "10.00", "total": "10.00" }],
            "meta_data": [{ "key": "_kontor_packages", "value": text }],
        }))
        .unwrap()
    }

    fn packet(packet_id: i32, tracking: &str, quantity: i32) -> Packet {
        let contents = vec![Content { line_id: Some("7".into()), sku: None, quantity, so_far: quantity }];
        Packet { packet_id, tracking_number: Some(tracking.into()), contents, ..Packet::default() }
    }

    #[test]
    fn each_package_is_taken_over_once_and_the_last_one_completes_the_order() {
        let first = ship(&order(&[]), &[packet(1, "T1", 2)], &[], "f1");
        let packages = first.packages.unwrap();
        assert_eq!(
            (first.complete, packages.len(), packages[0].contents.as_slice()),
            (false, 1, &[Pieces { line_id: "7".into(), quantity: 2 }][..])
        );
        let again = ship(&order(&packages), &[packet(1, "T1", 2)], &[], "f1");
        assert_eq!((again.packages, again.complete), (None, false));
        let rest = ship(&order(&packages), &[packet(2, "T2", 3)], &[], "f2");
        assert!(rest.complete && rest.packages.unwrap().len() == 2);
    }

    #[test]
    fn a_number_that_comes_late_joins_its_package() {
        let packages = ship(&order(&[]), &[Packet { tracking_number: None, ..packet(1, "", 5) }], &[], "f1").packages.unwrap();
        let late = Packet { again: true, contents: Vec::new(), ..packet(1, "T1", 0) };
        let packages = ship(&order(&packages), &[late], &[], "f2").packages.unwrap();
        assert_eq!((packages.len(), packages[0].tracking.as_slice()), (1, &["T1".to_owned()][..]));
    }

    #[test]
    fn packages_that_are_reported_together_share_their_contents() {
        let empty = |packet_id, tracking| Packet { contents: Vec::new(), ..packet(packet_id, tracking, 0) };
        let together = packet(0, "", 5).contents;
        let packages = ship(&order(&[]), &[empty(1, "T1"), empty(2, "T2")], &together, "f1").packages.unwrap();
        assert_eq!(packages.iter().map(|package| package.contents.len()).collect::<Vec<_>>(), [1, 0]);
    }
}
