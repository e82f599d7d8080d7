//! Orders of the double: how they are placed, their state machines, and their documents.

use serde_json::{Value, json};

use super::super::shop::SYSTEM_CURRENCY;
use super::{Call, Reply, Shop, error, id};

/// Of each machine: action, from, to. As the shop is delivered.
const WAYS: &[(&str, &str, &str, &str)] = &[
    ("order", "process", "open", "in_progress"),
    ("order", "cancel", "open", "cancelled"),
    ("order", "complete", "in_progress", "completed"),
    ("order", "cancel", "in_progress", "cancelled"),
    ("order", "reopen", "cancelled", "open"),
    ("order", "reopen", "completed", "open"),
    ("order_delivery", "ship", "open", "shipped"),
    ("order_delivery", "ship_partially", "open", "shipped_partially"),
    ("order_delivery", "cancel", "open", "cancelled"),
    ("order_delivery", "ship", "shipped_partially", "shipped"),
    ("order_delivery", "retour", "shipped", "returned"),
    ("order_delivery", "retour_partially", "shipped", "returned_partially"),
    ("order_delivery", "reopen", "cancelled", "open"),
    ("order_transaction", "paid", "open", "paid"),
    ("order_transaction", "cancel", "open", "cancelled"),
    ("order_transaction", "paid", "in_progress", "paid"),
    ("order_transaction", "refund", "paid", "refunded"),
    ("order_transaction", "refund_partially", "paid", "refunded_partially"),
    ("order_transaction", "refund", "refunded_partially", "refunded"),
    ("order_transaction", "reopen", "cancelled", "open"),
];

/// Hundredths.
pub(in crate::connectors::shopware) fn cents(value: &Value) -> i64 {
    format!("{:.0}", value.as_f64().unwrap_or_default() * 100.0).parse().unwrap()
}

fn amount(cents: i64) -> Value {
    json!(format!("{}.{:02}", cents / 100, cents % 100).parse::<f64>().unwrap())
}

fn state_id(machine: &str, state: &str) -> String {
    id(&format!("state {machine} {state}"))
}

/// A price of so many hundredths, tax included.
fn price(unit: i64, quantity: i64) -> Value {
    let total = unit * quantity;
    let tax = total * 19 / 119;
    json!({
        "unitPrice": amount(unit), "totalPrice": amount(total), "quantity": quantity,
        "calculatedTaxes": [{ "tax": amount(tax), "taxRate": 19, "price": amount(total) }], "taxRules": [{ "taxRate": 19, "percentage": 100 }],
    })
}

const POSTAGE: i64 = 490;

impl Shop {
    pub(super) fn furnish_states(&mut self) {
        for (machine, _, from, to) in WAYS {
            for state in [from, to] {
                let own = state_id(machine, state);
                self.record("state_machine_state", json!({ "id": own, "technicalName": state }));
            }
        }
    }

    /// Somebody orders products (by number) and pieces, and is to pay in advance.
    pub(in crate::connectors::shopware) fn place(&mut self, lines: &[(String, i64)]) -> String {
        let number = self.next();
        let own = |word: &str| id(&format!("{word} of order {number}"));
        let order = own("number");
        let now = self.stamp();
        for (at, (product, quantity)) in lines.iter().enumerate() {
            let record = self.tables["product"][product].clone();
            let unit = record["price"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|entry| entry["currencyId"] == SYSTEM_CURRENCY)
                .map_or(0, |entry| cents(&entry["gross"]));
            let line = json!({
                "id": own(&format!("line {at}")), "orderId": order, "parentId": null, "productId": product, "referencedId": product,
                "label": record["name"], "quantity": quantity, "type": "product", "price": price(unit, *quantity),
                "payload": { "productNumber": record["productNumber"] },
            });
            self.record("order_line_item", line);
            self.take(product, *quantity);
        }
        let address = json!({
            "id": own("address"), "firstName": "Erika", "lastName": "Muster", "street": "Hauptstr. 1", "zipcode": "04103", "city": "Leipzig",
            "countryId": id("DE"), "countryStateId": null, "salutationId": id("mr"),
        });
        self.record("order_address", address);
        let customer = json!({ "id": own("customer"), "orderId": order, "email": format!("guest-{number}@example.com"), "customerNumber": number.to_string() });
        self.record("order_customer", customer);
        let delivery = json!({
            "id": own("delivery"), "orderId": order, "stateId": state_id("order_delivery", "open"), "trackingCodes": [], "customFields": null,
            "shippingCosts": price(POSTAGE, 1), "shippingMethodId": id("parcel"), "shippingOrderAddressId": own("address"),
        });
        self.record("order_delivery", delivery);
        let payment = json!({
            "id": own("payment"), "orderId": order, "stateId": state_id("order_transaction", "open"), "paymentMethodId": id("invoice"),
            "customFields": null, "createdAt": now,
        });
        self.record("order_transaction", payment);
        let record = json!({
            "id": order, "orderNumber": (10_000 + number).to_string(), "salesChannelId": id("channel"), "currencyId": SYSTEM_CURRENCY,
            "stateId": state_id("order", "open"), "billingAddressId": own("address"), "orderDateTime": now, "shippingCosts": price(POSTAGE, 1),
            "customerComment": null, "customFields": null, "createdAt": now, "updatedAt": null,
        });
        self.record("order", record);
        self.add_up(&order);
        order
    }

    fn take(&mut self, product: &str, pieces: i64) {
        if let Some(record) = self.tables.get_mut("product").and_then(|table| table.get_mut(product)) {
            let stock = json!(record["stock"].as_i64().unwrap_or_default() - pieces);
            record["stock"] = stock.clone();
            record["availableStock"] = stock;
        }
    }

    fn lines(&self, order: &str) -> Vec<Value> {
        self.tables["order_line_item"].values().filter(|line| line["orderId"] == order).cloned().collect()
    }

    fn add_up(&mut self, order: &str) {
        let total = self.lines(order).iter().map(|line| cents(&line["price"]["totalPrice"])).sum::<i64>() + POSTAGE;
        let tax = total * 19 / 119;
        let record = self.tables.get_mut("order").unwrap().get_mut(order).unwrap();
        record["price"] = json!({
            "totalPrice": amount(total), "netPrice": amount(total - tax), "positionPrice": amount(total - POSTAGE), "rawTotal": amount(total),
            "taxStatus": "gross", "calculatedTaxes": [{ "tax": amount(tax), "taxRate": 19, "price": amount(total) }],
        });
    }

    /// The merchant gives a line (by SKU) another quantity.
    pub(in crate::connectors::shopware) fn orders(&mut self, order: &str, sku: &str, quantity: i64) {
        let line = self.lines(order).into_iter().find(|line| line["payload"]["productNumber"] == sku).unwrap();
        let (key, product) = (line["id"].as_str().unwrap().to_owned(), line["productId"].as_str().unwrap_or_default().to_owned());
        let more = quantity - line["quantity"].as_i64().unwrap();
        let stored = self.tables.get_mut("order_line_item").unwrap().get_mut(&key).unwrap();
        stored["quantity"] = json!(quantity);
        stored["price"] = price(cents(&line["price"]["unitPrice"]), quantity);
        self.take(&product, more);
        self.add_up(order);
    }

    pub(in crate::connectors::shopware) fn part(&self, entity: &'static str, order: &str) -> &Value {
        self.tables[entity].values().find(|record| record["orderId"] == order).unwrap()
    }

    /// The name of the state of an order, a delivery or a payment.
    pub(in crate::connectors::shopware) fn state(&self, record: &Value) -> String {
        let state = &self.tables["state_machine_state"][record["stateId"].as_str().unwrap()];
        state["technicalName"].as_str().unwrap().to_owned()
    }

    fn possible(&self, machine: &str, own: &str) -> Result<Vec<(&'static str, &'static str)>, Reply> {
        let record = self.tables.get(machine).and_then(|table| table.get(own));
        let record = record.ok_or_else(|| error(404, "FRAMEWORK__RESOURCE_NOT_FOUND", &format!("no {machine} {own}")))?;
        let now = self.state(record);
        Ok(WAYS.iter().filter(|(of, _, from, _)| *of == machine && *from == now).map(|(_, action, _, to)| (*action, *to)).collect())
    }

    pub(super) fn ways(&self, machine: &str, own: &str) -> Reply {
        let possible = match self.possible(machine, own) {
            Ok(possible) => possible,
            Err(no) => return no,
        };
        let way = |(action, to): &(&str, &str)| json!({ "name": action, "technicalName": action, "actionName": action, "fromStateName": "", "toStateName": to, "url": format!("/api/_action/{machine}/{own}/state/{action}") });
        (200, json!({ "transitions": possible.iter().map(way).collect::<Vec<_>>() }))
    }

    pub(in crate::connectors::shopware) fn transition(&mut self, machine: &str, own: &str, action: &str) -> Reply {
        let possible = match self.possible(machine, own) {
            Ok(possible) => possible,
            Err(no) => return no,
        };
        let Some((_, to)) = possible.iter().find(|(known, _)| *known == action) else {
            let names: Vec<&str> = possible.iter().map(|(action, _)| *action).collect();
            let text = format!("Illegal transition \"{action}\" from the current state. Possible transitions are: {}", names.join(", "));
            return error(400, "SYSTEM__ILLEGAL_STATE_TRANSITION", &text);
        };
        let table: &'static str = WAYS.iter().find(|(of, ..)| *of == machine).unwrap().0;
        self.tables.get_mut(table).unwrap().get_mut(own).unwrap()["stateId"] = json!(state_id(machine, to));
        if machine == "order" && *to == "cancelled" {
            for line in self.lines(own) {
                self.take(line["productId"].as_str().unwrap_or_default(), -line["quantity"].as_i64().unwrap());
            }
        }
        (200, json!({ "technicalName": to }))
    }

    pub(super) fn document(&mut self, kind: &str, body: &Value) -> Reply {
        let mut data = Vec::new();
        for wanted in body.as_array().into_iter().flatten() {
            let number = wanted["config"]["documentNumber"].as_str().unwrap_or_default().to_owned();
            let order = wanted["orderId"].as_str().unwrap_or_default();
            let taken = self
                .tables
                .get("document")
                .into_iter()
                .flat_map(|table| table.values())
                .any(|known| known["documentNumber"] == number.as_str());
            if taken {
                let text = format!("Document number {number} has already been allocated.");
                return (
                    200,
                    json!({ "data": [], "errors": { order: [{ "code": "DOCUMENT__NUMBER_ALREADY_EXISTS", "status": "400", "detail": text }] } }),
                );
            }
            let own = id(&format!("document {}", self.next()));
            let record = json!({
                "id": own, "orderId": order, "documentTypeId": id(kind), "documentNumber": number, "documentMediaFileId": null,
                "config": { "documentNumber": number }, "static": wanted["static"],
            });
            self.record("document", record);
            data.push(json!({ "documentId": own, "documentDeepLink": "x", "documentMediaId": null }));
        }
        (200, json!({ "data": data, "errors": [] }))
    }

    pub(super) fn keep_file(&mut self, document: &str, call: &Call) -> Reply {
        let named = ["fileName", "extension"].iter().all(|key| call.query.contains_key(*key));
        if !named || call.file.is_empty() {
            return error(400, "DOCUMENT__GENERATION_ERROR", "Parameter \"fileName\" or the file is missing");
        }
        let Some(record) = self.tables.get_mut("document").and_then(|table| table.get_mut(document)) else {
            return error(404, "DOCUMENT__INVALID_DOCUMENT_ID", "no such document");
        };
        if !record["documentMediaFileId"].is_null() {
            return error(400, "DOCUMENT__GENERATION_ERROR", "Document already exists");
        }
        record["documentMediaFileId"] = json!(id(&format!("file of {document}")));
        (200, json!({ "documentId": document, "documentDeepLink": "x" }))
    }
}
