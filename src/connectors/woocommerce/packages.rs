//! The packages of an order. WooCommerce has none, so they are in the order's metadata, where a repeat finds them, too. Pure.

use serde_json::Value;

use super::super::packages;
pub(super) use super::super::packages::{Package, Pieces, Shipped};
use super::found::meta;
use super::orders::Order;
use crate::domain::order::{Content, Packet};

/// Of an order: its packages, as JSON.
pub(super) const PACKAGES: &str = "_kontor_packages";
/// Of an order: the tracking numbers, as plug-ins look for them.
pub(super) const TRACKING_NUMBER: &str = "_tracking_number";
pub(super) const TRACKING_PROVIDER: &str = "_tracking_provider";

/// The packages of an order; those that somebody made unreadable are none.
pub(super) fn of(order: &Order) -> Vec<Package> {
    let text = meta(&order.meta_data, PACKAGES).and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

pub(super) fn ship(order: &Order, packets: &[Packet], together: &[Content], key: &str) -> Shipped {
    let lines = order.line_items.iter().map(|line| Pieces { line_id: line.id.to_string(), quantity: line.quantity });
    packages::ship(&lines.collect::<Vec<_>>(), &of(order), packets, together, key)
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
