//! Orders: their lists, what is changed of them, refunds and notes.

use serde_json::{Value, json};

use super::super::super::http::Method;
use super::{Call, Reply, Shop, error, invalid, merge_meta, numbers, page, stamp};

const STATUSES: &[&str] =
    &["auto-draft", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft"];

fn unknown(status: u16) -> Reply {
    error(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
}

/// Hundredths.
pub(super) fn cents(value: &Value) -> i64 {
    let text = value.as_str().unwrap();
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest: i64 = format!("{rest:0<2}")[..2].parse().unwrap();
    let whole: i64 = whole.trim_start_matches('-').parse().unwrap();
    let sum = whole * 100 + rest;
    if text.starts_with('-') { -sum } else { sum }
}

fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// Pieces of these are taken off the stock.
fn takes_stock(status: &str) -> bool {
    matches!(status, "on-hold" | "processing" | "completed")
}

impl Shop {
    pub(super) fn orders_route(&mut self, method: Method, path: &[&str], call: &Call) -> Reply {
        let id = path.first().and_then(|id| id.parse::<i64>().ok());
        let known = id.filter(|id| self.orders.contains_key(id));
        match (method, path, known) {
            (Method::Get, [], _) => self.list_orders(call),
            (Method::Get, [_], None) => unknown(404),
            (Method::Get, [_], Some(id)) => (200, self.orders[&id].clone()),
            (Method::Put, [_], None) => unknown(400),
            (Method::Put, [_], Some(id)) => self.put_order(id, &call.body),
            (Method::Post, ["batch"], _) => (200, json!([])),
            (Method::Post, [_, "refunds"], Some(id)) => self.refund(id, &call.body),
            (Method::Get, [_, "refunds"], Some(id)) => (200, self.refunds.get(&id).into_iter().flatten().rev().cloned().collect()),
            (_, [id, "fulfillments", rest @ ..], _) => self.fulfillments_route(method, id, rest, call),
            (Method::Get, [_, "notes"], Some(id)) => {
                (200, self.notes.get(&id).into_iter().flatten().filter(|note| note["customer_note"] == true).cloned().collect())
            }
            (Method::Post, [_, "notes"], Some(id)) => {
                let note = json!({ "id": self.next_id(), "note": call.body["note"], "customer_note": call.body["customer_note"] });
                self.notes.entry(id).or_default().push(note.clone());
                (201, note)
            }
            _ => error(404, "rest_no_route", "No route was found matching the URL and request method."),
        }
    }

    fn list_orders(&self, call: &Call) -> Reply {
        for name in call.query.keys() {
            let known = [
                "status",
                "dates_are_gmt",
                "include",
                "modified_after",
                "after",
                "orderby",
                "order",
                "per_page",
                "page",
                "offset",
                "_fields",
            ];
            assert!(known.contains(&name.as_str()), "the double has no filter {name}");
        }
        let dated = ["modified_after", "after"].iter().any(|name| call.query.contains_key(*name));
        assert!(!dated || call.query.get("dates_are_gmt").is_some_and(|gmt| gmt == "true"), "a bare stamp would be one of the shop's zone");
        // Both are exclusive, in whole seconds; with a zone, nothing is found.
        let after = |name: &str, field: &Value| call.query.get(name).is_none_or(|text| field.as_str().unwrap() > text.as_str());
        let included = |order: &Value| call.query.get("include").is_none_or(|ids| numbers(ids).any(|id| order["id"] == id));
        let wanted = |order: &&Value| {
            order["status"] != "trash"
                && included(order)
                && after("modified_after", &order["date_modified_gmt"])
                && after("after", &order["date_created_gmt"])
        };
        let mut found: Vec<Value> = self.orders.values().filter(wanted).cloned().collect();
        if call.query.get("orderby").is_some_and(|by| by == "modified") {
            // Those of one second come in any order.
            found.sort_by_key(|order| (order["date_modified_gmt"].as_str().unwrap().to_owned(), -order["id"].as_i64().unwrap()));
        }
        page(&found, call)
    }

    pub(in crate::connectors::woocommerce) fn put_order(&mut self, id: i64, body: &Value) -> Reply {
        for key in body.as_object().unwrap().keys() {
            assert!(["status", "transaction_id", "set_paid", "meta_data"].contains(&key.as_str()), "the double has no field {key}");
        }
        let mut order = self.orders[&id].clone();
        let before = order["status"].as_str().unwrap().to_owned();
        if let Some(transaction) = body.get("transaction_id") {
            order["transaction_id"] = transaction.clone();
        }
        if let Some(meta) = body.get("meta_data") {
            merge_meta(&mut order, meta);
        }
        let mut status = before.clone();
        if let Some(wanted) = body.get("status") {
            if !STATUSES.contains(&wanted.as_str().unwrap()) {
                return invalid("status", &format!("status is not one of {}.", STATUSES.join(", ")));
            }
            status = wanted.as_str().unwrap().to_owned();
        }
        // On an order on hold it does nothing.
        if body["set_paid"] == true && matches!(before.as_str(), "pending" | "failed") {
            status = "processing".to_owned();
        }
        if matches!(status.as_str(), "processing" | "completed") && order["date_paid_gmt"].is_null() {
            order["date_paid_gmt"] = json!(stamp(self.now()));
        }
        match (takes_stock(&before), takes_stock(&status)) {
            (false, true) => self.move_stock(&order, -1),
            (true, false) if status != "refunded" => self.move_stock(&order, 1),
            _ => {}
        }
        order["status"] = json!(status);
        self.save(id, order.clone());
        (200, self.orders[&id].clone())
    }

    /// Every change of an order moves its time, even one that changes nothing.
    pub(in crate::connectors::woocommerce) fn save(&mut self, id: i64, mut order: Value) {
        order["date_modified_gmt"] = json!(stamp(self.now()));
        self.orders.insert(id, order);
    }

    fn move_stock(&mut self, order: &Value, sign: i64) {
        for line in order["line_items"].as_array().unwrap() {
            self.book(line, sign * line["quantity"].as_i64().unwrap());
        }
    }

    /// Pieces of a line come back to the stock, or leave it.
    pub(in crate::connectors::woocommerce) fn book(&mut self, line: &Value, pieces: i64) {
        let (product, variation) = (line["product_id"].as_i64().unwrap(), line["variation_id"].as_i64().unwrap());
        let record = match self.variations.get_mut(&variation) {
            Some((_, record)) => Some(record),
            None => self.products.get_mut(&product),
        };
        if let Some(record) = record.filter(|record| record["manage_stock"] == true) {
            record["stock_quantity"] = json!(record["stock_quantity"].as_i64().unwrap() + pieces);
        }
    }

    fn refund(&mut self, id: i64, body: &Value) -> Reply {
        for key in body.as_object().unwrap().keys() {
            assert!(
                ["amount", "reason", "api_refund", "api_restock", "line_items"].contains(&key.as_str()),
                "the double has no field {key}"
            );
        }
        let no = |text: &str| (500, json!({ "code": "woocommerce_rest_cannot_create_order_refund", "message": text, "data": 500 }));
        let mut order = self.orders[&id].clone();
        let gone: i64 = order["refunds"].as_array().unwrap().iter().map(|refund| -cents(&refund["total"])).sum();
        let amount = cents(&body["amount"]);
        if amount > cents(&order["total"]) - gone {
            return no("Invalid refund amount.");
        }
        if body.get("api_refund") != Some(&json!(false)) {
            return no("The payment gateway for this order does not support automatic refunds.");
        }
        let lines: Vec<Value> = body["line_items"].as_array().into_iter().flatten().map(|line| self.refunded_line(&order, line)).collect();
        let refund = json!({ "id": self.next_id(), "reason": body["reason"], "total": money(-amount) });
        let made = json!({
            "id": refund["id"], "date_created_gmt": stamp(self.now()), "amount": body["amount"], "reason": body["reason"], "line_items": lines,
        });
        self.refunds.entry(id).or_default().push(made.clone());
        order["refunds"].as_array_mut().unwrap().insert(0, refund.clone());
        if gone + amount == cents(&order["total"]) {
            order["status"] = json!("refunded");
        }
        self.save(id, order);
        (201, made)
    }

    /// Pieces are not checked: 99 of a line of two are taken.
    fn refunded_line(&mut self, order: &Value, line: &Value) -> Value {
        let of = order["line_items"].as_array().unwrap().iter().find(|known| known["id"] == line["id"]).unwrap();
        assert!(line["refund_total"].is_number() && line["quantity"].is_i64(), "{line}");
        for tax in line["refund_tax"].as_array().unwrap() {
            assert!(of["taxes"].as_array().unwrap().iter().any(|known| known["id"] == tax["id"]), "the line has no tax {tax}");
        }
        let meta = json!({ "id": self.next_id(), "key": "_refunded_item_id", "value": line["id"].to_string() });
        json!({ "id": self.next_id(), "name": of["name"], "quantity": -line["quantity"].as_i64().unwrap(), "meta_data": [meta] })
    }

    /// A guest's order, to be paid by bank transfer. Prices contain 19 % tax.
    pub(in crate::connectors::woocommerce) fn place(&mut self, lines: &[(i64, i64, i64)]) -> i64 {
        let id = self.next_id();
        let mut items = Vec::new();
        let mut sum = 490;
        for (product, variation, quantity) in lines.iter().copied() {
            let record = self.variations.get(&variation).map_or_else(|| self.products[&product].clone(), |(_, record)| record.clone());
            let gross = cents(&record["regular_price"]) * quantity;
            sum += gross;
            // The net amount to two places, the tax to six.
            let net = (gross * 100 * 2 + 119) / (2 * 119);
            let tax = gross * 19 * 10_000 / 119;
            let tax = format!("{}.{:06}", tax / 1_000_000, tax % 1_000_000);
            items.push(json!({
                "id": self.next_id(), "name": self.products[&product]["name"], "product_id": product, "variation_id": variation, "quantity": quantity,
                "subtotal": money(net), "subtotal_tax": money(gross - net), "total": money(net), "total_tax": money(gross - net),
                "taxes": [{ "id": 1, "total": tax, "subtotal": tax }], "sku": record["sku"], "meta_data": [],
            }));
        }
        let contact = json!({ "first_name": "Erika", "last_name": "Müßtermann &amp; Söhne", "company": "", "address_1": "Große Straße 12", "address_2": "",
            "city": "Köln", "state": "DE-NW", "postcode": "50667", "country": "DE", "email": "erika@example.com", "phone": "030 1234567" });
        let mut delivery = contact.clone();
        delivery.as_object_mut().unwrap().remove("email");
        let now = stamp(self.now());
        let order = json!({
            "id": id, "number": id.to_string(), "status": "on-hold", "currency": "EUR", "prices_include_tax": true, "date_created_gmt": now,
            "date_modified_gmt": now, "date_paid_gmt": null, "total": money(sum), "shipping_total": "4.12", "shipping_tax": "0.78", "customer_id": 0,
            "customer_note": "", "billing": contact, "shipping": delivery, "payment_method": "bacs", "transaction_id": "", "line_items": items,
            "tax_lines": [{ "rate_id": 1, "tax_total": "0.00", "shipping_tax_total": "0.78", "rate_percent": 19 }],
            "shipping_lines": [{ "method_title": "Paket", "total": "4.12", "total_tax": "0.78", "taxes": [{ "id": 1, "total": "0.7828", "subtotal": "" }] }],
            "fee_lines": [], "coupon_lines": [], "refunds": [], "meta_data": [],
        });
        self.move_stock(&order, -1);
        self.orders.insert(id, order);
        // A guest who only opened the checkout is in the lists, too.
        if id % 10 != 0 {
            return id;
        }
        let mut draft = self.orders[&id].clone();
        let draft_id = self.next_id();
        (draft["id"], draft["status"], draft["line_items"]) = (json!(draft_id), json!("checkout-draft"), json!([]));
        self.orders.insert(draft_id, draft);
        id
    }
}
