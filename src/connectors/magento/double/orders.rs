//! Orders, and what is made of them: invoices, shipments, credit memos.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::super::http::Method;
use super::criteria::{missing, page};
use super::{Call, Reply, Shop, error, no_route, stamp, strange, with};

/// Hundredths.
fn cents(value: &Value) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let cents = (value.as_f64().unwrap_or_default() * 100.0).round() as i64;
    cents
}

fn money(cents: i64) -> Value {
    serde_json::from_str(&format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)).unwrap()
}

fn whole(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// Pieces of a line that have not left.
fn open(line: &Value) -> i64 {
    whole(&line["qty_ordered"]) - whole(&line["qty_canceled"]) - whole(&line["qty_shipped"]).max(whole(&line["qty_refunded"]))
}

impl Shop {
    pub(super) fn orders_route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        let id = path.get(1).and_then(|id| id.parse::<i64>().ok()).filter(|id| self.orders.contains_key(id));
        match (method, path, id) {
            (Method::Get, ["orders"], _) => {
                let names = ["entity_id", "updated_at", "created_at", "store_id", "increment_id"];
                let paths = names.map(|name| format!("/{name}"));
                let fields: BTreeMap<&str, &str> = names.into_iter().zip(paths.iter().map(String::as_str)).collect();
                // Only what is asked for is written out.
                let row = |order: &Value| names.iter().map(|name| ((*name).to_owned(), order[*name].clone())).collect::<Value>();
                let (status, mut body) = page(self.orders.values().map(row), call, &fields, 500);
                for row in body.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
                    *row = self.orders[&row["entity_id"].as_i64().unwrap()].clone();
                }
                (status, body)
            }
            (Method::Get, ["shipments"], _) => page(self.shipments.values().cloned(), call, &of_order(), 500),
            (Method::Get, ["creditmemos"], _) => page(self.memos.values().cloned(), call, &of_order(), 500),
            (Method::Post, ["shipment", "track"], _) => self.add_track(&call.body),
            (_, ["orders" | "order", ..], None) => missing(),
            (Method::Get, ["orders", _], Some(id)) => (200, self.orders[&id].clone()),
            (Method::Post, ["orders", _, "cancel"], Some(id)) => (200, json!(self.cancel(id))),
            (Method::Post, ["order", _, "invoice"], Some(id)) => {
                strange(&call.body, &["capture", "notify", "appendComment", "comment"]).unwrap_or_else(|| self.invoice(id))
            }
            (Method::Post, ["order", _, "ship"], Some(id)) => self.ship(id, &call.body),
            (Method::Post, ["order", _, "refund"], Some(id)) => self.refund(id, &call.body),
            _ => no_route(),
        }
    }

    /// A change that moves the time of the order.
    pub(in crate::connectors::magento) fn touch(&mut self, id: i64) {
        let now = stamp(self.now());
        self.orders.get_mut(&id).unwrap()["updated_at"] = json!(now);
    }

    fn lines(&self, id: i64) -> Vec<Value> {
        self.orders[&id]["items"].as_array().unwrap().iter().filter(|line| line.get("parent_item_id").is_none()).cloned().collect()
    }

    fn line_mut(&mut self, id: i64, line: i64) -> Option<&mut Value> {
        self.orders.get_mut(&id).unwrap()["items"].as_array_mut().unwrap().iter_mut().find(|known| known["item_id"] == line)
    }

    fn set_state(&mut self, id: i64, state: &str, status: &str) {
        let order = self.orders.get_mut(&id).unwrap();
        order["state"] = json!(state);
        order["status"] = json!(status);
    }

    /// Whether everything was invoiced and has left.
    fn settle(&mut self, id: i64) {
        let lines = self.lines(id);
        let invoiced = lines.iter().all(|line| whole(&line["qty_invoiced"]) + whole(&line["qty_canceled"]) >= whole(&line["qty_ordered"]));
        let gone = lines.iter().all(|line| open(line) == 0);
        let before = self.orders[&id]["state"].clone();
        let after = if invoiced && gone { "complete" } else { "processing" };
        self.set_state(id, after, after);
        if before != after {
            self.touch(id);
        }
    }

    /// Takes reserved pieces back, or gives them.
    fn reserve(&mut self, sku: &str, pieces: i64) {
        *self.reserved.entry(sku.to_owned()).or_default() += pieces;
    }

    pub(in crate::connectors::magento) fn cancel(&mut self, id: i64) -> bool {
        let lines = self.lines(id);
        let invoiced = lines.iter().all(|line| whole(&line["qty_invoiced"]) >= whole(&line["qty_ordered"]));
        let state = self.orders[&id]["state"].as_str().unwrap().to_owned();
        if invoiced || matches!(state.as_str(), "canceled" | "complete" | "closed" | "holded") {
            return false;
        }
        for line in &lines {
            let pieces = whole(&line["qty_ordered"]) - whole(&line["qty_invoiced"]).max(whole(&line["qty_shipped"]));
            self.reserve(line["sku"].as_str().unwrap(), -pieces);
            self.line_mut(id, whole(&line["item_id"])).unwrap()["qty_canceled"] = json!(pieces);
        }
        if lines.iter().all(|line| whole(&line["qty_invoiced"]) == 0 && whole(&line["qty_shipped"]) == 0) {
            self.set_state(id, "canceled", "canceled");
        }
        self.touch(id);
        true
    }

    pub(in crate::connectors::magento) fn invoice(&mut self, id: i64) -> Reply {
        let lines = self.lines(id);
        let left = |line: &Value| whole(&line["qty_ordered"]) - whole(&line["qty_canceled"]) - whole(&line["qty_invoiced"]);
        let state = self.orders[&id]["state"].as_str().unwrap().to_owned();
        if matches!(state.as_str(), "canceled" | "holded" | "closed") || lines.iter().all(|line| left(line) == 0) {
            return error(400, "Invoice Document Validation Error(s):\nThe order does not allow one.");
        }
        for line in &lines {
            let pieces = whole(&line["qty_invoiced"]) + left(line);
            self.line_mut(id, whole(&line["item_id"])).unwrap()["qty_invoiced"] = json!(pieces);
        }
        let order = self.orders.get_mut(&id).unwrap();
        order["total_paid"] = order["grand_total"].clone();
        order["total_due"] = json!(0);
        self.settle(id);
        self.touch(id);
        (200, json!(self.next_id().to_string()))
    }

    fn ship(&mut self, id: i64, body: &Value) -> Reply {
        if let Some(no) = strange(body, &["items", "tracks", "notify", "appendComment", "comment", "arguments"]) {
            return no;
        }
        let state = self.orders[&id]["state"].as_str().unwrap().to_owned();
        let source = body["arguments"]["extension_attributes"]["source_code"].as_str().unwrap_or("default").to_owned();
        let mut items = Vec::new();
        for item in body["items"].as_array().into_iter().flatten() {
            let Some(line) = self.lines(id).into_iter().find(|line| line["item_id"] == item["order_item_id"]) else { continue };
            // More than is left is cut, without a word.
            let pieces = whole(&item["qty"]).min(open(&line));
            if pieces > 0 {
                items.push((line, pieces));
            }
        }
        if items.is_empty() || matches!(state.as_str(), "canceled" | "holded" | "closed") {
            return error(400, "Shipment Document Validation Error(s):\nThe order does not allow one.");
        }
        #[allow(clippy::cast_precision_loss)]
        let lacking = items.iter().any(|(line, pieces)| {
            let key = (line["sku"].as_str().unwrap().to_owned(), source.clone());
            self.sources.get(&key).copied().unwrap_or(0.0) < *pieces as f64
        });
        if lacking {
            return error(400, "The products are not there in that quantity.");
        }
        let number = self.next_id();
        let mut rows = Vec::new();
        for (line, pieces) in items {
            let sku = line["sku"].as_str().unwrap().to_owned();
            #[allow(clippy::cast_precision_loss)]
            let left = self.sources[&(sku.clone(), source.clone())] - pieces as f64;
            self.sources.insert((sku.clone(), source.clone()), left);
            self.reserve(&sku, -pieces);
            let known = self.line_mut(id, whole(&line["item_id"])).unwrap();
            known["qty_shipped"] = json!(whole(&known["qty_shipped"]) + pieces);
            rows.push(json!({ "entity_id": number, "name": line["name"], "sku": sku, "order_item_id": line["item_id"], "qty": pieces }));
        }
        let mut tracks = Vec::new();
        for track in body["tracks"].as_array().into_iter().flatten() {
            if let Some(no) = strange(track, &["carrier_code", "title", "track_number"]) {
                return no;
            }
            tracks.push(json!({ "entity_id": self.next_id(), "parent_id": number, "order_id": id, "track_number": track["track_number"],
                "title": track["title"], "carrier_code": track["carrier_code"] }));
        }
        let comments: Vec<Value> =
            body.get("comment").map(|comment| json!({ "comment": comment["comment"], "is_visible_on_front": 0 })).into_iter().collect();
        let shipment = json!({ "entity_id": number, "order_id": id, "increment_id": format!("{number:09}"), "items": rows, "tracks": tracks, "comments": comments });
        self.shipments.insert(number, shipment);
        self.settle(id);
        (200, json!(number.to_string()))
    }

    fn add_track(&mut self, body: &Value) -> Reply {
        let track = &body["entity"];
        if let Some(no) =
            strange(body, &["entity"]).or_else(|| strange(track, &["carrier_code", "title", "track_number", "order_id", "parent_id"]))
        {
            return no;
        }
        let number = self.next_id();
        let Some(shipment) = self.shipments.get_mut(&whole(&track["parent_id"])) else { return missing() };
        let mut track = track.clone();
        track["entity_id"] = json!(number);
        shipment["tracks"].as_array_mut().unwrap().push(track.clone());
        (200, track)
    }

    fn refund(&mut self, id: i64, body: &Value) -> Reply {
        if let Some(no) = strange(body, &["items", "notify", "appendComment", "comment", "arguments"]) {
            return no;
        }
        let order = self.orders[&id].clone();
        let left = cents(&order["total_paid"]) - cents(&order["total_refunded"]);
        let lines = self.lines(id);
        let whole_lines = body.get("items").is_none();
        let mut amount = cents(&body["arguments"]["adjustment_positive"]);
        let mut pieces = Vec::new();
        for line in &lines {
            let named = body["items"].as_array().into_iter().flatten().find(|item| item["order_item_id"] == line["item_id"]);
            let rest = whole(&line["qty_invoiced"]) - whole(&line["qty_refunded"]);
            let wanted = if whole_lines { rest } else { named.map_or(0, |item| whole(&item["qty"])) };
            if wanted > rest {
                return with(400, "The quantity to refund of \"%1\" is wrong.", json!([line["name"]]));
            }
            amount += cents(&line["price_incl_tax"]) * wanted;
            pieces.push((line.clone(), wanted));
        }
        if whole_lines {
            amount += cents(&order["shipping_incl_tax"]);
        }
        if amount > left || amount == 0 {
            return error(400, &format!("Creditmemo Document Validation Error(s):\nAt most {} can be refunded.", money(left)));
        }
        for (line, wanted) in pieces {
            let known = self.line_mut(id, whole(&line["item_id"])).unwrap();
            known["qty_refunded"] = json!(whole(&known["qty_refunded"]) + wanted);
            let unshipped = wanted.min(whole(&line["qty_ordered"]) - whole(&line["qty_shipped"]));
            self.reserve(line["sku"].as_str().unwrap(), -unshipped);
        }
        let number = self.next_id();
        let comments: Vec<Value> =
            body.get("comment").map(|comment| json!({ "comment": comment["comment"], "is_visible_on_front": 0 })).into_iter().collect();
        let memo = json!({ "entity_id": number, "order_id": id, "increment_id": format!("{number:09}"), "created_at": stamp(self.now()),
            "grand_total": money(amount), "adjustment_positive": body["arguments"]["adjustment_positive"], "comments": comments, "items": [] });
        self.memos.insert(number, memo);
        let refunded = cents(&order["total_refunded"]) + amount;
        let order = self.orders.get_mut(&id).unwrap();
        order["total_refunded"] = money(refunded);
        if refunded == cents(&order["total_paid"]) {
            self.set_state(id, "closed", "closed");
        }
        self.touch(id);
        (200, json!(number.to_string()))
    }

    /// A guest's order, to be paid by bank transfer. Prices contain 19 % tax. A child is bought through its parent.
    pub(in crate::connectors::magento) fn place(&mut self, lines: &[(i64, i64)]) -> i64 {
        let id = self.next_id();
        let (mut items, mut sum, mut tax_sum) = (Vec::new(), 490, 78);
        for (product_id, quantity) in lines.iter().copied() {
            let product = self.products[&product_id].clone();
            let parent = self.links.iter().find(|(_, children)| children.contains(&product_id)).map(|(parent, _)| *parent);
            let gross = cents(&product["price"]);
            // The net price of a piece is rounded, and so is the tax of the line.
            let net = (gross * 100 + 59) / 119;
            let row_net = (gross * quantity * 100 + 59) / 119;
            let tax = gross * quantity - row_net;
            (sum, tax_sum) = (sum + gross * quantity, tax_sum + tax);
            let line = self.next_id();
            let sold = parent.map_or(product_id, |parent| parent);
            items.push(json!({
                "item_id": line, "order_id": id, "name": self.products[&sold]["name"], "product_id": sold, "product_type": self.products[&sold]["type_id"],
                "sku": product["sku"], "qty_ordered": quantity, "qty_invoiced": 0, "qty_shipped": 0, "qty_canceled": 0, "qty_refunded": 0,
                "price": money(net), "price_incl_tax": money(gross), "row_total": money(row_net), "row_total_incl_tax": money(gross * quantity),
                "tax_amount": money(tax), "tax_percent": 19, "discount_amount": 0, "discount_tax_compensation_amount": 0,
            }));
            if parent.is_some() {
                let child = self.next_id();
                items.push(json!({
                    "item_id": child, "order_id": id, "parent_item_id": line, "name": product["name"], "product_id": product_id, "product_type": "simple",
                    "sku": product["sku"], "qty_ordered": quantity, "qty_invoiced": 0, "qty_shipped": 0, "qty_canceled": 0, "qty_refunded": 0, "price": 0,
                    "row_total": 0, "row_total_incl_tax": 0, "tax_amount": 0, "tax_percent": 0, "discount_amount": 0,
                }));
            }
            self.reserve(product["sku"].as_str().unwrap(), quantity);
        }
        let contact = json!({ "address_type": "billing", "firstname": "Erika", "lastname": "Müßtermann", "street": ["Große Straße 12", "Hinterhaus"],
            "city": "Köln", "postcode": "50667", "country_id": "DE", "region": "Nordrhein-Westfalen", "telephone": "030 1234567", "email": "erika@example.com" });
        let now = stamp(self.now());
        let order = json!({
            "entity_id": id, "increment_id": format!("{id:09}"), "state": "new", "status": "pending", "order_currency_code": "EUR", "created_at": now,
            "updated_at": now, "store_id": 1, "grand_total": money(sum), "total_due": money(sum), "shipping_amount": 4.12, "shipping_incl_tax": 4.9,
            "shipping_tax_amount": 0.78, "shipping_discount_amount": 0, "shipping_description": "Flat Rate - Fixed", "discount_amount": 0,
            "tax_amount": money(tax_sum), "customer_email": "erika@example.com", "customer_is_guest": 1, "items": items, "billing_address": contact,
            "payment": { "method": "banktransfer" },
            "extension_attributes": {
                "shipping_assignments": [{ "shipping": { "address": contact, "method": "flatrate_flatrate" } }],
                "applied_taxes": [{ "code": "DE-19", "percent": 19, "amount": money(tax_sum) }],
                "item_applied_taxes": [{ "type": "shipping", "applied_taxes": [{ "code": "DE-19", "percent": 19, "amount": 0.78 }] }],
            },
        });
        self.orders.insert(id, order);
        id
    }
}

fn of_order() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("order_id", "/order_id"), ("entity_id", "/entity_id")])
}
