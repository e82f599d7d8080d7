//! Collecting orders: new and changed ones by the time of their last change, open ones again by their number.
//!
//! A payment does not move an order's `updated_at`, nor does a refund of an order that was paid too much (seen with 2.21.2). So open
//! orders are read again, and each poll reads a page of the orders of the last weeks, complete ones too, and goes round them in turn.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::super::rounds::{self, Changes, stamp};
use super::super::rule::Failure;
use super::super::{ChannelError, Pulled, lock};
use super::Medusa;
use super::orders::{FIELDS, Item, Order};
use super::shop::ShopSettings;

/// Orders of one page.
const ORDERS: usize = 50;
/// Lists of lines that are kept in memory.
const MOST_PLACED: usize = 10_000;

impl Medusa {
    pub(super) fn pull(&self, cursor: Option<&str>, open: &[String], now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let shop = self.shop()?;
        let cursor = Changes::read(cursor, now - Duration::days(i64::from(self.settings.first_pull_days)));
        let (from, skip) = cursor.start();
        let (from, offset) = (stamp(from), skip.to_string());
        let (fresh, _) = self.orders(&shop, &[("updated_at[$gte]", &from), ("order", "updated_at"), ("offset", &offset)])?;
        let times: Vec<DateTime<Utc>> = fresh.iter().map(|order| order.updated_at).collect();
        let (mut next, more) = cursor.next(&times, fresh.len() >= ORDERS);
        let mut orders = fresh;
        // Once per poll, not for each part of a long list.
        if cursor.begins() {
            let again = self.read_again(&shop, open, &orders)?;
            // What was read later says more, and comes later.
            let again_ids: BTreeSet<&str> = again.iter().map(|order| order.id.as_str()).collect();
            orders.retain(|order| !again_ids.contains(order.id.as_str()));
            orders.extend(again);
            let (past, round) = self.read_past(&shop, cursor.again, now)?;
            let known: BTreeSet<String> = orders.iter().map(|order| order.id.clone()).collect();
            orders.extend(past.into_iter().filter(|order| !known.contains(&order.id)));
            next.again = round;
        }
        let mut read = Vec::with_capacity(orders.len());
        for order in orders.iter().filter(|order| !order.is_draft()) {
            let placed = self.placed(order)?;
            read.push(order.read(&placed, &self.settings.cash_on_delivery_providers));
        }
        Ok(Pulled { orders: read, cursor: next.write()?, more })
    }

    /// Open orders, so that payments made in the shop are seen; without those just read.
    fn read_again(&self, shop: &ShopSettings, open: &[String], fresh: &[Order]) -> Result<Vec<Order>, ChannelError> {
        let fresh: BTreeSet<&str> = fresh.iter().map(|order| order.id.as_str()).collect();
        let ids: Vec<&String> = open.iter().filter(|id| !fresh.contains(id.as_str())).collect();
        let mut orders = Vec::new();
        for chunk in ids.chunks(ORDERS) {
            let query: Vec<(&str, &str)> = chunk.iter().map(|id| ("id[]", id.as_str())).collect();
            orders.extend(self.orders(shop, &query)?.0);
        }
        Ok(orders)
    }

    /// The next page of the round, and where it goes on.
    fn read_past(
        &self,
        shop: &ShopSettings,
        again: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Order>, Option<DateTime<Utc>>), ChannelError> {
        let from = stamp(rounds::from(again, now));
        let (orders, count) = self.orders(shop, &[("created_at[$gte]", &from), ("order", "created_at")])?;
        let last = orders.iter().map(|order| order.created_at).max();
        let next = rounds::next(last, orders.len() < count, again);
        Ok((orders, next))
    }

    fn orders(&self, shop: &ShopSettings, query: &[(&str, &str)]) -> Result<(Vec<Order>, usize), ChannelError> {
        let limit = ORDERS.to_string();
        let mut all: Vec<(&str, &str)> = vec![("fields", FIELDS), ("limit", &limit), ("sales_channel_id[]", &shop.sales_channel_id)];
        all.extend_from_slice(query);
        let page = self.api.page(&["orders"], "orders", &all).map_err(Failure::whole)?;
        Ok((page.rows, page.count))
    }

    /// The lines as they were placed: of an order whose lines never changed those of today, else those of its first version.
    fn placed(&self, order: &Order) -> Result<Vec<Item>, ChannelError> {
        if order.owes_the_same() { Ok(order.items.clone()) } else { self.first_items(&order.id) }
    }

    /// The lines of an order's first version.
    pub(super) fn first_items(&self, order_id: &str) -> Result<Vec<Item>, ChannelError> {
        if let Some(known) = lock(&self.placed).get(order_id) {
            return Ok(known.clone());
        }
        let reply = self.api.get(&["orders", order_id], &[("version", "1"), ("fields", FIELDS)]).map_err(Failure::whole)?;
        let first: Order = reply.part("/order")?;
        let mut placed = lock(&self.placed);
        if placed.len() >= MOST_PLACED {
            placed.clear();
        }
        placed.insert(order_id.to_owned(), first.items.clone());
        Ok(first.items)
    }
}
