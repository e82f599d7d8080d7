//! Collecting orders: new and changed ones by the time of their last change, itself included. Without the right `read_all_orders` the shop
//! shows those of the last 60 days only.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::rest::lacks;
use super::super::rounds::stamp;
use super::super::rule::Failure;
use super::super::{ChannelError, Pulled};
use super::Shopify;
use super::api::part;
use super::orders::{FIELDS, LINE, Lines, Order};
use super::shop::PageInfo;

/// Orders of one page, and fewer where a page would cost too many points.
const PAGES: [usize; 3] = [50, 20, 5];
/// Lines that are read with a page; those of an order with more follow.
const LINES: usize = 15;
const MORE_LINES: usize = 100;
/// Orders become visible when the shop commits them, not in the order of their times.
const OVERLAP: Duration = Duration::minutes(10);

/// Where the next poll goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    since: DateTime<Utc>,
    /// In the middle of a long list: the shop's own place in it, which names the last order, and the newest time until there.
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    newest: Option<DateTime<Utc>>,
}

impl Cursor {
    /// An unreadable cursor comes from another connector: the account then starts again.
    fn read(text: Option<&str>, first: DateTime<Utc>) -> Cursor {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Cursor { since: first, after: None, newest: None })
    }

    fn next(&self, newest: Option<DateTime<Utc>>, after: Option<String>) -> Cursor {
        let newest = newest.max(self.newest);
        match after {
            Some(after) => Cursor { since: self.since, after: Some(after), newest },
            None => Cursor { since: newest.map_or(self.since, |newest| newest.max(self.since)), after: None, newest: None },
        }
    }
}

impl Shopify {
    pub(super) fn pull(&self, cursor: Option<&str>, now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let cursor = Cursor::read(cursor, now - Duration::days(i64::from(self.settings.first_pull_days)));
        let (orders, page) = self.page(&cursor).map_err(Failure::whole)?;
        let newest = orders.iter().map(|order| order.updated_at).max();
        let next = cursor.next(newest, page.next());
        let mut read = Vec::with_capacity(orders.len());
        for mut order in orders {
            self.complete(&mut order)?;
            read.push(order.read(&self.settings.cash_on_delivery_methods));
        }
        let text = serde_json::to_string(&next).map_err(|error| ChannelError::Protocol { reason: error.to_string() })?;
        Ok(Pulled { orders: read, cursor: text, more: next.after.is_some() })
    }

    fn page(&self, cursor: &Cursor) -> Result<(Vec<Order>, PageInfo), Failure> {
        let query = format!(
            "query Orders($first: Int!, $after: String, $search: String!, $lines: Int!) {{ orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $search) {{ nodes {{ ...Bought }} pageInfo {{ hasNextPage endCursor }} }} }} {FIELDS}"
        );
        let search = format!("updated_at:>='{}'", stamp(cursor.since - OVERLAP));
        let mut last = None;
        for first in PAGES {
            let variables = json!({ "first": first, "after": cursor.after, "search": search, "lines": LINES });
            match self.api.call(&query, variables) {
                Ok(mut data) => return Ok((part(&mut data, "/orders/nodes")?, part(&mut data, "/orders/pageInfo")?)),
                Err(Failure::Rule(rule)) if rule.code == "MAX_COST_EXCEEDED" => last = Some(Failure::Rule(rule)),
                Err(failure) => return Err(failure),
            }
        }
        Err(last.unwrap_or_else(|| ChannelError::Protocol { reason: "no page".to_owned() }.into()))
    }

    /// Reads the lines that did not fit into the page.
    fn complete(&self, order: &mut Order) -> Result<(), ChannelError> {
        let query = format!(
            "query Lines($id: ID!, $first: Int!, $after: String) {{ order(id: $id) {{ lineItems(first: $first, after: $after) {{ nodes {{ ...Position }} pageInfo {{ hasNextPage endCursor }} }} }} }} {LINE}"
        );
        while let Some(after) = order.more_lines() {
            let mut data = self.api.call(&query, json!({ "id": order.id, "first": MORE_LINES, "after": after })).map_err(Failure::whole)?;
            let lines: Lines = part(&mut data, "/order/lineItems")?;
            // A page without a line would be asked for again and again.
            if order.more_lines().as_deref() == lines.next().as_deref() {
                return Err(lacks("the other lines of an order"));
            }
            order.add_lines(lines);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::Cursor;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_long_list_is_gone_through_from_its_start_and_its_newest_time_is_kept() {
        let (first, newest) = (time("2026-11-29T10:00:00Z"), time("2026-11-30T10:00:00Z"));
        let start = Cursor::read(Some("nonsense"), first);
        let middle = start.next(Some(newest), Some("c".to_owned()));
        assert_eq!((middle.since, middle.after.as_deref(), middle.newest), (first, Some("c"), Some(newest)));
        let end = middle.next(None, None);
        assert_eq!(end, Cursor { since: newest, after: None, newest: None });
        assert_eq!(end.next(Some(first), None), end, "the shop's clock went back");
    }
}
