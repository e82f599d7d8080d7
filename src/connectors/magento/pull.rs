//! Collecting orders: new and changed ones by the time of their last change, open ones again by their number.
//!
//! The shop moves that time neither for another address nor for a shipment in part or a track that is added (seen with 2.4.7).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::super::rounds::{self, Changes};
use super::super::rule::Failure;
use super::super::{ChannelError, Pulled};
use super::Magento;
use super::api::{Criteria, Page, stamp};
use super::orders::{CreditMemo, Order};
use super::shop::ShopSettings;

/// Orders of one page.
const ORDERS: usize = 50;

impl Magento {
    pub(super) fn pull(&self, cursor: Option<&str>, open: &[String], now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let shop = self.shop()?;
        let cursor = Changes::read(cursor, now - Duration::days(i64::from(self.settings.first_pull_days)));
        let (from, skip) = cursor.start();
        // What is skipped is a number of whole pages.
        let page = skip / ORDERS + 1;
        let criteria = Criteria::new().filter("updated_at", "gteq", &stamp(from)).sorted("updated_at").sorted("entity_id");
        let fresh = self.orders(&criteria, page, &shop)?;
        let times: Vec<DateTime<Utc>> = fresh.iter().map(|order| order.updated_at).collect();
        let (mut next, more) = cursor.next(&times, fresh.len() >= ORDERS);
        let mut orders = fresh;
        // Once per poll, not for each part of a long list.
        if cursor.begins() {
            let again = self.read_again(open, &orders, &shop)?;
            let ids: BTreeSet<i64> = again.iter().map(|order| order.entity_id).collect();
            orders.retain(|order| !ids.contains(&order.entity_id));
            orders.extend(again);
            let from = rounds::from(cursor.again, now);
            let criteria = Criteria::new().filter("created_at", "gteq", &stamp(from)).sorted("created_at").sorted("entity_id");
            let past = self.orders(&criteria, 1, &shop)?;
            next.again = rounds::next(past.iter().map(|order| order.created_at).max(), past.len() >= ORDERS, cursor.again);
            let known: BTreeSet<i64> = orders.iter().map(|order| order.entity_id).collect();
            orders.extend(past.into_iter().filter(|order| !known.contains(&order.entity_id)));
        }
        let mut memos = self.memos(&orders)?;
        let read = orders.iter().map(|order| {
            let memos = memos.remove(&order.entity_id).unwrap_or_default();
            order.read(&memos, &self.settings.cash_on_delivery_methods)
        });
        Ok(Pulled { orders: read.collect(), cursor: next.write()?, more })
    }

    /// Open orders, so that what moved no time is seen; without those just read.
    fn read_again(&self, open: &[String], fresh: &[Order], shop: &ShopSettings) -> Result<Vec<Order>, ChannelError> {
        let known: BTreeSet<String> = fresh.iter().map(|order| order.entity_id.to_string()).collect();
        let is_number = |id: &&String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let ids: Vec<&str> = open.iter().filter(is_number).filter(|id| !known.contains(*id)).map(String::as_str).collect();
        let mut orders = Vec::new();
        for ids in ids.chunks(ORDERS) {
            orders.extend(self.orders(&Criteria::new().filter("entity_id", "in", &ids.join(",")), 1, shop)?);
        }
        Ok(orders)
    }

    fn orders(&self, criteria: &Criteria, page: usize, shop: &ShopSettings) -> Result<Vec<Order>, ChannelError> {
        let mut criteria = criteria.clone();
        if shop.has_websites {
            let stores: Vec<String> = shop.stores.iter().map(i64::to_string).collect();
            criteria = criteria.filter("store_id", "in", &stores.join(","));
        }
        let page: Page<Order> = self.api.list(&["orders"], &criteria.page(ORDERS, page)).map_err(Failure::whole)?;
        Ok(page.items)
    }

    /// The credit memos of orders that have some.
    fn memos(&self, orders: &[Order]) -> Result<BTreeMap<i64, Vec<CreditMemo>>, ChannelError> {
        let ids: Vec<String> = orders.iter().filter(|order| order.has_refunds()).map(|order| order.entity_id.to_string()).collect();
        let mut memos: BTreeMap<i64, Vec<CreditMemo>> = BTreeMap::new();
        for ids in ids.chunks(ORDERS) {
            for memo in self.memos_of(&ids.join(",")).map_err(Failure::whole)? {
                memos.entry(memo.order_id).or_default().push(memo);
            }
        }
        Ok(memos)
    }

    pub(super) fn memos_of(&self, orders: &str) -> Result<Vec<CreditMemo>, Failure> {
        self.api.all(&["creditmemos"], &Criteria::new().filter("order_id", "in", orders).sorted("entity_id"))
    }
}
