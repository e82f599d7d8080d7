//! Collecting orders: new ones by the time when they were made, open ones again by their number.
//!
//! A payment or delivery has a state of its own, and nothing promises that it moves the order's time of change. So each poll also reads a
//! page of the orders of the last weeks again, complete ones too, and goes round them in turn.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::super::rounds::{self, Cursor};
use super::super::rule::Failure;
use super::super::{ChannelError, Pulled};
use super::Shopware;
use super::api::{Page, equals, one_of};
use super::ids::is_id;
use super::orders::Order;
use crate::domain::order::ChannelOrder;

/// Orders of one page, with all that hangs at them.
const ORDERS: usize = 50;

/// As the shop compares times: in UTC, without a zone.
fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

fn made_from(time: DateTime<Utc>) -> Value {
    json!({ "type": "range", "field": "createdAt", "parameters": { "gte": stamp(time) } })
}

impl Shopware {
    pub(super) fn pull(&self, cursor: Option<&str>, open: &[String], now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let cursor = Cursor::read(cursor, now - Duration::days(i64::from(self.settings.first_pull_days)));
        let Page { rows: fresh, total } = self.orders(made_from(cursor.window_start()), cursor.skip)?;
        let reached = cursor.skip.saturating_add(fresh.len());
        // A full page is followed by another one, whatever was counted.
        let more = if fresh.len() < ORDERS { reached } else { total.unwrap_or_default().max(reached.saturating_add(1)) };
        let (mut next, more) = cursor.next(reached, more, fresh.iter().map(|order| order.created_at).max());
        let mut orders = fresh;
        // Once per poll, not for each part of a long list.
        if cursor.skip == 0 {
            let again = self.read_again(open, &orders)?;
            orders.extend(again);
            let from = rounds::from(cursor.again, now);
            let past = self.orders(made_from(from), 0)?.rows;
            next.again = rounds::next(past.iter().map(|order| order.created_at).max(), past.len() >= ORDERS, cursor.again);
            let known: BTreeSet<String> = orders.iter().map(|order| order.id.clone()).collect();
            orders.extend(past.into_iter().filter(|order| !known.contains(&order.id)));
        }
        let methods = &self.settings.cash_on_delivery_methods;
        let orders: Vec<ChannelOrder> = orders.iter().map(|order| order.read(methods)).collect();
        Ok(Pulled { orders, cursor: next.write()?, more })
    }

    /// Open orders, so that what moved no time is seen; without those just read.
    fn read_again(&self, open: &[String], fresh: &[Order]) -> Result<Vec<Order>, ChannelError> {
        let unread = |id: &&String| is_id(id) && fresh.iter().all(|order| order.id != **id);
        let ids: Vec<&String> = open.iter().filter(unread).collect();
        let mut orders = Vec::new();
        for chunk in ids.chunks(ORDERS) {
            orders.extend(self.orders(one_of("id", chunk), 0)?.rows);
        }
        Ok(orders)
    }

    fn orders(&self, filter: Value, skip: usize) -> Result<Page<Order>, ChannelError> {
        let channel = self.shop()?.channel_id;
        let mut criteria = criteria(vec![filter, equals("salesChannelId", &channel)]);
        if let Some(fields) = criteria.as_object_mut() {
            fields.insert("limit".to_owned(), json!(ORDERS));
            // Whole pages were read before.
            fields.insert("page".to_owned(), json!(skip / ORDERS + 1));
            fields.insert("total-count-mode".to_owned(), json!(1));
            fields.insert("sort".to_owned(), json!([{ "field": "createdAt", "order": "ASC" }, { "field": "id", "order": "ASC" }]));
        }
        self.api.page("order", &criteria).map_err(Failure::whole)
    }

    /// The order as it is now; `None` where the sales channel does not have it.
    pub(super) fn order(&self, id: &str) -> Result<Option<Order>, ChannelError> {
        if !is_id(id) {
            return Ok(None);
        }
        let channel = self.shop()?.channel_id;
        let found: Vec<Order> =
            self.api.search("order", &criteria(vec![equals("id", id), equals("salesChannelId", &channel)])).map_err(Failure::whole)?;
        Ok(found.into_iter().next())
    }
}

/// An order with all that Kontor reads of it.
fn criteria(filter: Vec<Value>) -> Value {
    json!({
        "limit": 1,
        "filter": filter,
        "associations": {
            "currency": {},
            "stateMachineState": {},
            "lineItems": {},
            "orderCustomer": {},
            "billingAddress": { "associations": { "country": {}, "countryState": {}, "salutation": {} } },
            "deliveries": { "associations": {
                "stateMachineState": {},
                "shippingMethod": {},
                "shippingOrderAddress": { "associations": { "country": {}, "countryState": {}, "salutation": {} } },
            } },
            "transactions": { "associations": { "stateMachineState": {}, "paymentMethod": {} } },
            "documents": { "associations": { "documentType": {} } },
        },
        "includes": {
            "order": [
                "id", "orderNumber", "createdAt", "orderDateTime", "price", "shippingCosts", "customerComment", "customFields", "currency",
                "stateMachineState", "orderCustomer", "billingAddress", "primaryOrderDeliveryId", "primaryOrderTransactionId", "lineItems",
                "deliveries", "transactions", "documents",
            ],
            "currency": ["isoCode"],
            "state_machine_state": ["technicalName"],
            "order_line_item": ["id", "parentId", "productId", "referencedId", "label", "quantity", "type", "price", "payload"],
            "order_customer": ["email", "customerId", "customerNumber", "vatIds"],
            "order_address": [
                "firstName", "lastName", "title", "company", "department", "street", "additionalAddressLine1", "additionalAddressLine2",
                "zipcode", "city", "phoneNumber", "country", "countryState", "salutation",
            ],
            "country": ["iso"],
            "country_state": ["name"],
            "salutation": ["salutationKey"],
            "order_delivery": [
                "id", "trackingCodes", "customFields", "stateMachineState", "shippingCosts", "shippingMethod", "shippingOrderAddress",
            ],
            "shipping_method": ["name"],
            "order_transaction": ["id", "createdAt", "stateMachineState", "paymentMethod"],
            "payment_method": ["technicalName", "name"],
            "document": ["id", "documentNumber", "documentMediaFileId", "config", "documentType"],
            "document_type": ["technicalName"],
        },
    })
}
