//! Orders, what is to leave each location, packages, payments, refunds and cancellations.

use serde_json::{Value, json};

use super::super::api::number;
use super::graphql::No;
use super::{LOCATION, Shop, portion};
use crate::domain::Decimal;

static NULL: Value = Value::Null;

fn bag(amount: Decimal) -> Value {
    json!({ "shopMoney": { "amount": amount.to_string(), "currencyCode": "EUR" } })
}

fn of_bag(value: &Value) -> Decimal {
    Decimal::parse(value["shopMoney"]["amount"].as_str().unwrap()).unwrap()
}

fn times(amount: Decimal, pieces: i64) -> Decimal {
    amount.checked_mul_whole(i32::try_from(pieces).unwrap()).unwrap()
}

/// The tax in a gross amount.
fn tax_in(amount: Decimal) -> Decimal {
    Decimal(amount.0 * 19 / 119).rounded(2)
}

fn whole(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn no(text: &str) -> Value {
    json!({ "userErrors": [{ "field": null, "message": text }] })
}

impl Shop {
    /// Somebody orders variants; where several locations are named, the pieces are spread over them. Gives the number.
    pub(in crate::connectors::shopify) fn place(&mut self, lines: &[(i64, i64)], locations: &[&str]) -> i64 {
        let id = self.next_id();
        let (mut items, mut open, mut total) = (Vec::new(), vec![Vec::new(); locations.len()], Decimal::ZERO);
        for (variant, quantity) in lines {
            let line = self.next_id();
            let record = self.variants[variant].clone();
            let product = &self.products[&whole(&record["productId"])];
            let price = Decimal::parse(record["price"].as_str().unwrap()).unwrap();
            let amount = times(price, *quantity);
            total = total.checked_add(amount).unwrap();
            let options: Vec<&str> = list(&record["selectedOptions"]).iter().map(|one| one["value"].as_str().unwrap()).collect();
            items.push(json!({
                "__typename": "LineItem", "id": format!("gid://shopify/LineItem/{line}"), "sku": record["sku"], "title": product["title"],
                "variantTitle": options.join(" / "), "quantity": quantity, "currentQuantity": quantity, "variantId": variant,
                "originalUnitPriceSet": bag(price), "taxLines": [{ "ratePercentage": 19.0, "priceSet": bag(tax_in(amount)) }], "discountAllocations": [],
            }));
            let (mut left, count) = (*quantity, i64::try_from(locations.len()).unwrap());
            for (at, location) in locations.iter().enumerate() {
                let here = if at + 1 == locations.len() { left } else { (quantity / count).min(left) };
                left -= here;
                let own = self.next_id();
                open[at].push(json!({ "id": format!("gid://shopify/FulfillmentOrderLineItem/{own}"), "remainingQuantity": here, "lineItem": { "id": format!("gid://shopify/LineItem/{line}") } }));
                self.book(*variant, location, -here, here);
            }
        }
        let fulfillment_orders: Vec<Value> = locations.iter().zip(open).map(|(location, lines)| {
            let own = self.next_id();
            json!({ "id": format!("gid://shopify/FulfillmentOrder/{own}"), "status": "OPEN", "assignedLocation": { "location": { "id": location } }, "lineItems": lines })
        }).collect();
        let shipping = Decimal::parse("4.90").unwrap();
        let place = json!({ "firstName": "Erika", "lastName": "Muster", "company": null, "address1": "Heidestr. 17", "address2": "", "zip": "51147",
            "city": "Köln", "provinceCode": null, "countryCodeV2": "DE", "phone": "+49 221 1" });
        let stamp = self.stamp();
        let order = json!({
            "__typename": "Order", "id": format!("gid://shopify/Order/{id}"), "name": format!("#{id}"), "createdAt": stamp, "cancelledAt": null,
            "displayFinancialStatus": "PENDING", "taxesIncluded": true, "currencyCode": "EUR", "email": "erika@example.com", "phone": null, "note": null,
            "paymentGatewayNames": ["Bank Deposit"], "discountCodes": [], "shippingAddress": place, "billingAddress": place,
            "shippingLines": [{ "title": "Standard", "code": "Standard", "originalPriceSet": bag(shipping), "discountedPriceSet": bag(shipping), "taxLines": [] }],
            "transactions": [], "refunds": [], "fulfillments": [], "fulfillmentOrders": fulfillment_orders, "lineItems": items, "total": total.checked_add(shipping).unwrap().0,
        });
        self.save(id, order);
        id
    }

    /// The shop's own sums, and the time of the change.
    pub(in crate::connectors::shopify) fn save(&mut self, id: i64, mut order: Value) {
        let total = Decimal(whole(&order["total"]));
        let taken: i64 = list(&order["transactions"])
            .iter()
            .filter(|one| one["kind"] != "REFUND" && one["kind"] != "AUTHORIZATION")
            .map(|one| of_bag(&one["amountSet"]).0)
            .sum();
        let back: i64 =
            list(&order["transactions"]).iter().filter(|one| one["kind"] == "REFUND").map(|one| of_bag(&one["amountSet"]).0).sum();
        let gone: i64 = list(&order["lineItems"])
            .iter()
            .map(|line| times(of_bag(&line["originalUnitPriceSet"]), whole(&line["quantity"]) - whole(&line["currentQuantity"])).0)
            .sum();
        let authorized = list(&order["transactions"]).iter().any(|one| one["kind"] == "AUTHORIZATION") && taken == 0;
        order["displayFinancialStatus"] = json!(match (taken, back) {
            (0, _) if authorized => "AUTHORIZED",
            (0, _) => "PENDING",
            (_, 0) => "PAID",
            (taken, back) if back >= taken => "REFUNDED",
            _ => "PARTIALLY_REFUNDED",
        });
        order["canMarkAsPaid"] = json!(taken == 0 && !authorized && order["cancelledAt"].is_null());
        order["capturable"] = json!(authorized);
        order["totalCapturableSet"] = bag(if authorized { total } else { Decimal::ZERO });
        order["currentTotalPriceSet"] = bag(Decimal(total.0 - gone));
        order["currentTaxLines"] = json!([{ "ratePercentage": 19.0, "priceSet": bag(tax_in(Decimal(total.0 - gone))) }]);
        order["updatedAt"] = json!(self.stamp());
        order["__at"] = json!(self.now().timestamp());
        order["__place"] = json!(format!("{} {id:012}", self.stamp()));
        self.orders.insert(id, order);
    }

    pub(super) fn search_orders(&self, given: &Value) -> Value {
        let from = given["query"].as_str().unwrap().strip_prefix("updated_at:>='").unwrap().strip_suffix('\'').unwrap();
        let from: chrono::DateTime<chrono::Utc> = from.parse().unwrap();
        let since = |order: &&Value| whole(&order["__at"]) * 1000 >= from.timestamp_millis();
        let mut found: Vec<&Value> = self.orders.values().filter(since).collect();
        found.sort_by_key(|order| order["__place"].as_str().unwrap());
        portion(found.into_iter(), given)
    }

    pub(super) fn mutate_order(&mut self, name: &str, given: &Value) -> Result<Value, No> {
        let place = match name {
            "orderCancel" => &given["orderId"],
            "fulfillmentCreate" | "fulfillmentTrackingInfoUpdate" => &NULL,
            "refundCreate" => &given["input"]["orderId"],
            _ => &given["input"]["id"],
        };
        let id = place.as_str().map(|id| number(id).parse::<i64>().unwrap());
        let order = id.and_then(|id| Some((id, self.orders.get(&id)?.clone())));
        Ok(match (name, order) {
            ("fulfillmentCreate", _) => self.fulfil(&given["fulfillment"]),
            ("fulfillmentTrackingInfoUpdate", _) => self.track(given),
            (_, None) => no("Order does not exist"),
            ("orderMarkAsPaid", Some((id, order))) => self.pay(id, order, "SALE", None),
            ("orderCapture", Some((id, order))) => self.pay(id, order, "CAPTURE", given["input"]["parentTransactionId"].as_str()),
            ("orderCancel", Some((id, order))) => self.cancel(id, &order, given),
            ("refundCreate", Some((id, order))) => self.refund(id, order, &given["input"]),
            _ => return Err(("undefinedField", format!("Field '{name}' doesn't exist on type 'Mutation'"))),
        })
    }

    fn pay(&mut self, id: i64, mut order: Value, kind: &str, parent: Option<&str>) -> Value {
        let allowed = if kind == "SALE" { order["canMarkAsPaid"] == true } else { order["capturable"] == true };
        if !allowed {
            return no("Order cannot be marked as paid");
        }
        let own = self.next_id();
        let total = Decimal(whole(&order["total"]));
        order["transactions"].as_array_mut().unwrap().push(json!({
            "id": format!("gid://shopify/OrderTransaction/{own}"), "kind": kind, "status": "SUCCESS", "gateway": if kind == "SALE" { "manual" } else { "shopify_payments" },
            "manualPaymentGateway": kind == "SALE", "amountSet": bag(total), "parentTransaction": parent.map(|id| json!({ "id": id })), "paymentId": format!("pay-{own}"),
        }));
        self.save(id, order);
        json!({ "userErrors": [] })
    }

    pub(in crate::connectors::shopify) fn pays(&mut self, id: i64) {
        let order = self.orders[&id].clone();
        self.pay(id, order, "SALE", None);
    }

    pub(in crate::connectors::shopify) fn authorizes(&mut self, id: i64) {
        let mut order = self.orders[&id].clone();
        let total = Decimal(whole(&order["total"]));
        order["transactions"] = json!([{ "id": "gid://shopify/OrderTransaction/9", "kind": "AUTHORIZATION", "status": "SUCCESS", "gateway": "shopify_payments",
            "manualPaymentGateway": false, "amountSet": bag(total), "parentTransaction": null, "paymentId": null }]);
        self.save(id, order);
    }

    fn fulfil(&mut self, input: &Value) -> Value {
        let (mut lines, mut locations, mut of) = (Vec::new(), Vec::new(), None);
        for one in list(&input["lineItemsByFulfillmentOrder"]) {
            let found = self.orders.iter().find_map(|(id, order)| {
                list(&order["fulfillmentOrders"]).iter().position(|known| known["id"] == one["fulfillmentOrderId"]).map(|at| (*id, at))
            });
            let Some((id, at)) = found else { return no("Fulfillment order does not exist") };
            let known = &self.orders[&id]["fulfillmentOrders"][at];
            if !matches!(known["status"].as_str(), Some("OPEN" | "IN_PROGRESS")) {
                return no("The fulfillment order is not in an open state");
            }
            of = Some(id);
            locations.push(known["assignedLocation"]["location"]["id"].as_str().unwrap().to_owned());
            for line in list(&one["fulfillmentOrderLineItems"]) {
                let Some(place) = list(&known["lineItems"]).iter().position(|open| open["id"] == line["id"]) else {
                    return no("Line does not exist");
                };
                if whole(&line["quantity"]) < 1 || whole(&line["quantity"]) > whole(&known["lineItems"][place]["remainingQuantity"]) {
                    return no("Invalid fulfillment order line item quantity requested");
                }
                lines.push((at, place, whole(&line["quantity"])));
            }
        }
        let (Some(id), Some(first)) = (of, locations.first().cloned()) else { return no("Nothing to fulfil") };
        if locations.iter().any(|location| *location != first) {
            return no("All fulfillment orders must be assigned to the same location");
        }
        let mut order = self.orders[&id].clone();
        if !order["cancelledAt"].is_null() {
            return no("The order is cancelled");
        }
        let mut contents = Vec::new();
        for (at, place, quantity) in lines {
            let open = &mut order["fulfillmentOrders"][at]["lineItems"][place];
            open["remainingQuantity"] = json!(whole(&open["remainingQuantity"]) - quantity);
            let line = open["lineItem"].clone();
            self.book(variant_of(&order, &line["id"]), &first, 0, -quantity);
            contents.push(json!({ "quantity": quantity, "lineItem": line }));
        }
        for one in order["fulfillmentOrders"].as_array_mut().unwrap() {
            if list(&one["lineItems"]).iter().all(|line| whole(&line["remainingQuantity"]) == 0) {
                one["status"] = json!("CLOSED");
            }
        }
        let own = self.next_id();
        let numbers: Vec<Value> = list(&input["trackingInfo"]["numbers"])
            .iter()
            .map(|number| json!({ "number": number, "company": input["trackingInfo"]["company"] }))
            .collect();
        order["fulfillments"].as_array_mut().unwrap().push(json!({
            "id": format!("gid://shopify/Fulfillment/{own}"), "status": "SUCCESS", "trackingInfo": numbers, "fulfillmentLineItems": contents,
        }));
        self.save(id, order);
        json!({ "userErrors": [] })
    }

    fn track(&mut self, given: &Value) -> Value {
        let found = self.orders.iter().find_map(|(id, order)| {
            list(&order["fulfillments"]).iter().position(|one| one["id"] == given["fulfillmentId"]).map(|at| (*id, at))
        });
        let Some((id, at)) = found else { return no("Fulfillment does not exist") };
        let mut order = self.orders[&id].clone();
        let tracking = &given["trackingInfoInput"];
        order["fulfillments"][at]["trackingInfo"] =
            list(&tracking["numbers"]).iter().map(|number| json!({ "number": number, "company": tracking["company"] })).collect();
        self.save(id, order);
        json!({ "userErrors": [] })
    }

    fn refund(&mut self, id: i64, mut order: Value, input: &Value) -> Value {
        let mut back = Decimal::ZERO;
        for transaction in list(&input["transactions"]) {
            let amount = Decimal::parse(transaction["amount"].as_str().unwrap()).unwrap();
            let all = list(&order["transactions"]);
            let Some(parent) = all.iter().find(|one| one["id"] == transaction["parentId"]) else {
                return no("Parent transaction does not exist");
            };
            let gone: i64 = all
                .iter()
                .filter(|one| one["kind"] == "REFUND" && one["parentTransaction"]["id"] == parent["id"])
                .map(|one| of_bag(&one["amountSet"]).0)
                .sum();
            if amount.0 + gone > of_bag(&parent["amountSet"]).0 {
                return no("Refund amount is more than what is available");
            }
            back = back.checked_add(amount).unwrap();
        }
        let mut lines = Vec::new();
        for line in list(&input["refundLineItems"]) {
            let Some(at) = list(&order["lineItems"]).iter().position(|known| known["id"] == line["lineItemId"]) else {
                return no("Line item does not exist");
            };
            let quantity = whole(&line["quantity"]);
            if quantity > whole(&order["lineItems"][at]["currentQuantity"]) {
                return no("Refund quantity cannot refund more items than were purchased");
            }
            let kind = line["restockType"].as_str().unwrap();
            if kind != "NO_RESTOCK" && line["locationId"].is_null() {
                return no("A location is needed to restock");
            }
            if kind == "CANCEL" && !self.take_out(&mut order, &line["lineItemId"], quantity, line["locationId"].as_str().unwrap()) {
                return no("Line item has been fulfilled");
            }
            if kind == "RETURN" {
                self.book(variant_of(&order, &line["lineItemId"]), line["locationId"].as_str().unwrap(), quantity, 0);
            }
            let known = &mut order["lineItems"][at];
            known["currentQuantity"] = json!(whole(&known["currentQuantity"]) - quantity);
            let amount = times(of_bag(&known["originalUnitPriceSet"]), quantity);
            lines.push(json!({ "quantity": quantity, "restockType": kind, "lineItem": { "id": line["lineItemId"] }, "subtotalSet": bag(amount), "totalTaxSet": bag(tax_in(amount)) }));
        }
        for transaction in list(&input["transactions"]) {
            let own = self.next_id();
            order["transactions"].as_array_mut().unwrap().push(json!({
                "id": format!("gid://shopify/OrderTransaction/{own}"), "kind": "REFUND", "status": "SUCCESS", "gateway": transaction["gateway"], "manualPaymentGateway": true,
                "amountSet": bag(Decimal::parse(transaction["amount"].as_str().unwrap()).unwrap()), "parentTransaction": { "id": transaction["parentId"] }, "paymentId": null,
            }));
        }
        let own = self.next_id();
        let stamp = self.stamp();
        order["refunds"].as_array_mut().unwrap().push(json!({
            "id": format!("gid://shopify/Refund/{own}"), "createdAt": stamp, "note": input["note"], "totalRefundedSet": bag(back), "refundLineItems": lines,
        }));
        self.save(id, order);
        json!({ "userErrors": [] })
    }

    /// Pieces that have not left go back to what is available.
    fn take_out(&mut self, order: &mut Value, line: &Value, quantity: i64, location: &str) -> bool {
        let mut left = quantity;
        for one in order["fulfillmentOrders"].as_array_mut().unwrap() {
            if one["assignedLocation"]["location"]["id"] != location {
                continue;
            }
            for open in one["lineItems"].as_array_mut().unwrap().iter_mut().filter(|open| open["lineItem"]["id"] == *line) {
                let here = left.min(whole(&open["remainingQuantity"]));
                open["remainingQuantity"] = json!(whole(&open["remainingQuantity"]) - here);
                left -= here;
            }
        }
        if left > 0 {
            return false;
        }
        self.book(variant_of(order, line), location, quantity, -quantity);
        true
    }

    fn cancel(&mut self, id: i64, order: &Value, given: &Value) -> Value {
        let refused = |text: &str| json!({ "job": null, "orderCancelUserErrors": [{ "field": null, "code": "INVALID", "message": text }] });
        if !order["cancelledAt"].is_null() || self.jobs.values().any(|(of, left)| *of == id && *left > 0) {
            return refused("Order has already been cancelled");
        }
        if !list(&order["fulfillments"]).is_empty() {
            return refused("Order has outstanding fulfillments");
        }
        assert_eq!((&given["restock"], &given["refundMethod"]["originalPaymentMethodsRefund"]), (&json!(true), &json!(false)));
        let job = self.next_id();
        self.jobs.insert(job, (id, 2));
        json!({ "job": { "id": format!("gid://shopify/Job/{job}"), "done": false }, "orderCancelUserErrors": [] })
    }

    /// Jobs get on with each request.
    pub(super) fn work(&mut self) {
        let mut over = Vec::new();
        for (order, left) in self.jobs.values_mut().filter(|(_, left)| *left > 0) {
            *left -= 1;
            if *left == 0 {
                over.push(*order);
            }
        }
        for order in over {
            self.cancel_now(order);
        }
    }

    pub(in crate::connectors::shopify) fn cancel_now(&mut self, id: i64) {
        let mut order = self.orders[&id].clone();
        for one in order["fulfillmentOrders"].as_array_mut().unwrap() {
            one["status"] = json!("CLOSED");
        }
        let open: Vec<(i64, i64)> =
            list(&order["lineItems"]).iter().map(|line| (variant_of(&order, &line["id"]), whole(&line["currentQuantity"]))).collect();
        for (variant, quantity) in open {
            self.book(variant, LOCATION, quantity, -quantity);
        }
        order["cancelledAt"] = json!(self.stamp());
        self.save(id, order);
    }

    /// The merchant edits a line.
    pub(in crate::connectors::shopify) fn edit_line(&mut self, id: i64, sku: &str, quantity: i64) {
        let mut order = self.orders[&id].clone();
        let at = list(&order["lineItems"]).iter().position(|line| line["sku"] == sku).unwrap();
        let (line, before) = (order["lineItems"][at]["id"].clone(), whole(&order["lineItems"][at]["quantity"]));
        let more = quantity - before;
        if more > 0 {
            order["lineItems"][at]["quantity"] = json!(quantity);
        }
        order["lineItems"][at]["currentQuantity"] = json!(quantity);
        let open = order["fulfillmentOrders"][0]["lineItems"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .find(|open| open["lineItem"]["id"] == line)
            .unwrap();
        open["remainingQuantity"] = json!(whole(&open["remainingQuantity"]) + more);
        self.book(variant_of(&order, &line), LOCATION, -more, more);
        self.save(id, order);
    }
}

fn variant_of(order: &Value, line: &Value) -> i64 {
    list(&order["lineItems"]).iter().find(|known| known["id"] == *line).map(|known| whole(&known["variantId"])).unwrap()
}
