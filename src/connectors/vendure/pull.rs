//! Collecting orders: new ones by the time they were placed, open ones again by their code.
//!
//! Vendure's `updatedAt` is useless as a cursor: payment, fulfilment and delivery do not move it, and it may lie before
//! `orderPlacedAt`, so that an order would appear behind the cursor (both seen with 3.7.3). Nor does money that goes back. So
//! each poll also reads a page of the orders of the last weeks again, complete ones too, and goes round them in turn.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::super::rounds::{self, Cursor, stamp};
use super::super::{ChannelError, Pulled};
use super::graphql::Failure;
use super::orders::{FIELDS, Order};
use super::{PAGE, Vendure, part};

/// Pages of one pull; more orders wait for the next one.
const MOST_PAGES: usize = 5;

impl Vendure {
    pub(super) fn pull(&self, cursor: Option<&str>, open: &[String], now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let cursor = Cursor::read(cursor, now - Duration::days(i64::from(self.settings.first_pull_days)));
        let after = stamp(cursor.window_start());
        let filter = json!({ "active": { "eq": false }, "orderPlacedAt": { "after": after } });
        let (mut fresh, mut reached) = (Vec::new(), cursor.skip);
        let mut total = 0;
        for _ in 0..MOST_PAGES {
            let (orders, of) = self.list(&filter, reached)?;
            total = of;
            reached = reached.saturating_add(orders.len());
            let empty = orders.is_empty();
            fresh.extend(orders);
            if empty || reached >= total {
                // A list that shrank meanwhile must not be asked for again and again.
                total = total.min(reached);
                break;
            }
        }
        let (mut next, more) = cursor.next(reached, total, fresh.iter().filter_map(|order| order.order_placed_at).max());
        // Once per poll, not for each part of a long list.
        let mut orders = if cursor.skip == 0 { self.read_again(open, &fresh)? } else { Vec::new() };
        orders.extend(fresh);
        if cursor.skip == 0 {
            let (past, again) = self.read_past(cursor.again, now)?;
            let known: BTreeSet<String> = orders.iter().map(|order| order.code.clone()).collect();
            orders.extend(past.into_iter().filter(|order| !known.contains(&order.code)));
            next.again = again;
        }
        let methods = &self.settings.cash_on_delivery_methods;
        let cursor = next.write()?;
        Ok(Pulled { orders: orders.into_iter().filter_map(|order| order.read(methods)).collect(), cursor, more })
    }

    /// Open orders, so that payments and cancellations made in the shop are seen; without those just read.
    fn read_again(&self, open: &[String], fresh: &[Order]) -> Result<Vec<Order>, ChannelError> {
        let fresh: BTreeSet<&str> = fresh.iter().map(|order| order.code.as_str()).collect();
        let codes: Vec<&String> = open.iter().filter(|code| !fresh.contains(code.as_str())).collect();
        let mut orders = Vec::new();
        for chunk in codes.chunks(PAGE) {
            orders.extend(self.list(&json!({ "code": { "in": chunk } }), 0)?.0);
        }
        Ok(orders)
    }

    /// The next page of the round, and where it goes on.
    fn read_past(&self, again: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(Vec<Order>, Option<DateTime<Utc>>), ChannelError> {
        let after = stamp(rounds::from(again, now));
        let (orders, total) = self.list(&json!({ "active": { "eq": false }, "orderPlacedAt": { "after": after } }), 0)?;
        let last = orders.iter().filter_map(|order| order.order_placed_at).max();
        let next = rounds::next(last, orders.len() < total, again);
        Ok((orders, next))
    }

    fn list(&self, filter: &Value, skip: usize) -> Result<(Vec<Order>, usize), ChannelError> {
        let query = format!(
            "query ($filter: OrderFilterParameter, $take: Int, $skip: Int) {{ orders(options: {{
               filter: $filter, sort: {{orderPlacedAt: ASC}}, take: $take, skip: $skip}}) {{ totalItems items {{ {FIELDS} }} }} }}"
        );
        let mut data = self.api.call(&query, json!({ "filter": filter, "take": PAGE, "skip": skip })).map_err(Failure::whole)?;
        let total = part(&mut data, "/orders/totalItems")?;
        Ok((part(&mut data, "/orders/items")?, total))
    }
}
