//! Where a shop can have tracking numbers: a plug-in, and the fulfilments of newer versions.

use serde_json::{Value, json};

use super::super::super::http::Method;
use super::{Call, Reply, Shop, error, merge_meta};

fn no_route() -> Reply {
    error(404, "rest_no_route", "No route was found matching the URL and request method.")
}

impl Shop {
    pub(super) fn plug_in(&mut self, method: Method, order: &str, path: &[&str], call: &Call) -> Reply {
        let id: i64 = order.parse().unwrap();
        let (number, known) = (self.next_id(), self.orders.contains_key(&id));
        let Some(trackings) = &mut self.trackings else { return no_route() };
        let of_order = trackings.entry(id).or_default();
        match (method, path) {
            _ if !known => error(404, "woocommerce_rest_order_invalid_id", "Invalid order ID."),
            (Method::Get, []) => (200, json!(of_order)),
            (Method::Get, ["providers"]) => (200, json!({ "Germany": { "DHL": "http://dhl.example/%1$s" } })),
            (Method::Post, []) if call.body["tracking_number"].as_str().is_none_or(str::is_empty) => {
                error(400, "rest_missing_callback_param", "Missing parameter(s): tracking_number")
            }
            (Method::Post, []) => {
                let own = call.body["custom_tracking_provider"].as_str().unwrap_or_default();
                // A carrier that is in no list has no name, unless it is one of his own.
                let listed = call.body["tracking_provider"].as_str().filter(|name| name.eq_ignore_ascii_case("DHL"));
                let provider = if own.is_empty() { listed.unwrap_or_default() } else { own };
                let made = json!({
                    "tracking_id": format!("{number:032x}"), "tracking_provider": provider, "tracking_link": "",
                    "tracking_number": call.body["tracking_number"], "date_shipped": "2026-11-29",
                });
                of_order.push(made.clone());
                (201, made)
            }
            _ => no_route(),
        }
    }

    pub(super) fn fulfillments_route(&mut self, method: Method, order: &str, path: &[&str], call: &Call) -> Reply {
        let id: i64 = order.parse().unwrap();
        let number = self.next_id();
        let ordered = self.orders.get(&id).map(|order| order["line_items"].clone());
        let Some(fulfillments) = &mut self.fulfillments else { return no_route() };
        let Some(ordered) = ordered else { return error(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.") };
        let of_order = fulfillments.entry(id).or_default();
        match (method, path) {
            (Method::Get, []) => (200, json!(of_order)),
            (Method::Post, []) => {
                let items = entry(&call.body, "_items");
                for item in items.as_array().unwrap() {
                    let line = ordered.as_array().unwrap().iter().find(|line| line["id"] == item["item_id"]).unwrap();
                    let pieces = |fulfillment: &Value| -> i64 {
                        let of = entry(fulfillment, "_items");
                        of.as_array()
                            .unwrap()
                            .iter()
                            .filter(|one| one["item_id"] == item["item_id"])
                            .map(|one| one["qty"].as_i64().unwrap())
                            .sum()
                    };
                    let gone: i64 = of_order.iter().map(pieces).sum();
                    if gone + item["qty"].as_i64().unwrap() > line["quantity"].as_i64().unwrap() {
                        return error(400, "woocommerce_rest_fulfillment_invalid", "Invalid item quantity.");
                    }
                }
                let made = json!({
                    "id": number, "entity_type": "WC_Order", "entity_id": order, "status": call.body["status"],
                    "is_fulfilled": call.body["is_fulfilled"], "meta_data": call.body["meta_data"],
                });
                of_order.push(made.clone());
                (201, made)
            }
            (Method::Put, [number]) => {
                let of = of_order.iter_mut().find(|one| one["id"].as_i64() == number.parse().ok()).unwrap();
                merge_meta(of, &call.body["meta_data"]);
                (200, of.clone())
            }
            _ => no_route(),
        }
    }
}

/// A value of the metadata of a fulfilment.
pub(in crate::connectors::woocommerce) fn entry(of: &Value, key: &str) -> Value {
    of["meta_data"].as_array().unwrap().iter().find(|meta| meta["key"] == key).map_or(Value::Null, |meta| meta["value"].clone())
}
