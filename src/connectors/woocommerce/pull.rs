//! Collecting orders: new and changed ones by the time of their last change, open ones again by their number.
//!
//! `modified_after` is exclusive and in whole seconds, so it is asked for one second earlier. An order that only opened the checkout
//! (`checkout-draft`) is in the lists, too, and nobody placed it.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::super::rounds::{self, Changes};
use super::super::rule::Failure;
use super::super::{ChannelError, Pulled};
use super::WooCommerce;
use super::orders::Order;

/// Orders of one page.
const ORDERS: usize = 50;

/// As the shop reads times with `dates_are_gmt`: with a zone it finds nothing.
fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn before(time: DateTime<Utc>) -> String {
    stamp(time - Duration::seconds(1))
}

impl WooCommerce {
    pub(super) fn pull(&self, cursor: Option<&str>, open: &[String], now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let cursor = Changes::read(cursor, now - Duration::days(i64::from(self.settings.first_pull_days)));
        let (from, skip) = cursor.start();
        let (from, offset) = (before(from), skip.to_string());
        let fresh = self.orders(&[("modified_after", &from), ("orderby", "modified"), ("order", "asc"), ("offset", &offset)])?;
        let times: Vec<DateTime<Utc>> = fresh.iter().map(|order| order.modified_at()).collect();
        let (mut next, more) = cursor.next(&times, fresh.len() >= ORDERS);
        let mut orders = fresh;
        // Once per poll, not for each part of a long list.
        if cursor.begins() {
            let again = self.read_again(open, &orders)?;
            let again_ids: BTreeSet<i64> = again.iter().map(|order| order.id).collect();
            orders.retain(|order| !again_ids.contains(&order.id));
            orders.extend(again);
            let from = rounds::from(cursor.again, now);
            let past = self.orders(&[("after", &before(from)), ("orderby", "date"), ("order", "asc")])?;
            next.again = rounds::next(past.iter().map(Order::created_at).max(), past.len() >= ORDERS, cursor.again);
            let known: BTreeSet<i64> = orders.iter().map(|order| order.id).collect();
            orders.extend(past.into_iter().filter(|order| !known.contains(&order.id)));
        }
        orders.retain(Order::is_placed);
        for order in orders.iter_mut().filter(|order| !order.refunds.is_empty()) {
            order.refunds_in_full = match self.refunds(order) {
                Ok(refunds) => refunds,
                // The order is gone since.
                Err(Failure::Rule(rule)) if !rule.internal => Vec::new(),
                Err(failure) => return Err(failure.whole()),
            };
        }
        Ok(Pulled {
            orders: orders.iter().map(|order| order.read(&self.settings.cash_on_delivery_methods)).collect(),
            cursor: next.write()?,
            more,
        })
    }

    /// Open orders, so that what moved no time is seen; without those just read.
    fn read_again(&self, open: &[String], fresh: &[Order]) -> Result<Vec<Order>, ChannelError> {
        let ids: Vec<&String> = open.iter().filter(|id| fresh.iter().all(|order| order.id.to_string() != **id)).collect();
        let mut orders = Vec::new();
        for chunk in ids.chunks(ORDERS) {
            let ids: Vec<&str> = chunk.iter().map(|id| id.as_str()).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).collect();
            if !ids.is_empty() {
                orders.extend(self.orders(&[("include", &ids.join(","))])?);
            }
        }
        Ok(orders)
    }

    fn orders(&self, query: &[(&str, &str)]) -> Result<Vec<Order>, ChannelError> {
        let most = ORDERS.to_string();
        let mut all = vec![("status", "any"), ("dates_are_gmt", "true"), ("per_page", most.as_str())];
        all.extend_from_slice(query);
        self.api.list(&["orders"], &all).map_err(Failure::whole)
    }
}
