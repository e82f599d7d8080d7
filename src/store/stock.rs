//! Stock per article and warehouse.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::filter::{Cond, Window};
use super::schema::{items, order_items, orders, stock};
use super::{Conn, MOST_VARIABLES, Tx};
use crate::domain::Failure;
use crate::{narrow, narrow_window, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = stock, treat_none_as_default_value = false)]
pub struct StockRow {
    pub item_id: i32,
    pub warehouse_id: i32,
    pub stock_count: i32,
    pub last_changed: i64,
}

/// Stock of these articles by (article, warehouse).
pub fn of_items(conn: &mut Conn<'_>, item_ids: &[i32]) -> Result<HashMap<(i32, i32), i32>, Failure> {
    let mut found = HashMap::with_capacity(item_ids.len());
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(i32, i32, i32)> = on!(conn, c => stock::table
            .filter(stock::item_id.eq_any(chunk))
            .select((stock::item_id, stock::warehouse_id, stock::stock_count))
            .load(c))?;
        found.extend(rows.into_iter().map(|(item, warehouse, count)| ((item, warehouse), count)));
    }
    Ok(found)
}

/// Sets stock. Sorted by key first: both databases then write their pages in order.
pub fn save(tx: &mut Tx<'_>, mut rows: Vec<StockRow>) -> Result<(), Failure> {
    rows.sort_unstable_by_key(|row| (row.item_id, row.warehouse_id));
    for chunk in rows.chunks(1_000) {
        on!(&mut tx.conn, c => diesel::insert_into(stock::table)
            .values(chunk)
            .on_conflict((stock::item_id, stock::warehouse_id))
            .do_update()
            .set((stock::stock_count.eq(excluded(stock::stock_count)), stock::last_changed.eq(excluded(stock::last_changed))))
            .execute(c))?;
    }
    Ok(())
}

/// The conditions of one `filter` of fetchStockCount.
#[derive(Debug, Clone, Default)]
pub struct StockFilter {
    pub mandator_id: i32,
    pub last_changed: Window,
    pub item_id: Cond<i32>,
    pub internal_item_number: Cond<String>,
    pub vendor_item_number: Cond<String>,
    pub match_code: Cond<String>,
    pub warehouse_id: Cond<i32>,
}

/// Stock with the numbers of its article.
#[derive(Debug, Clone, Queryable)]
pub struct FoundStock {
    pub item_id: i32,
    pub mandator_id: i32,
    pub internal_item_number: String,
    pub vendor_item_number: Option<String>,
    pub match_code: Option<String>,
    pub warehouse_id: i32,
    pub stock_count: i32,
    pub last_changed: i64,
}

/// Stock that passes a filter, by article and warehouse.
pub fn matching(conn: &mut Conn<'_>, filter: &StockFilter) -> Result<Vec<FoundStock>, Failure> {
    Ok(on!(conn, c => {
        let mut query = stock::table
            .inner_join(items::table)
            .filter(items::mandator_id.eq(filter.mandator_id))
            .order((stock::item_id, stock::warehouse_id))
            .select((
                items::item_id,
                items::mandator_id,
                items::internal_item_number,
                items::vendor_item_number,
                items::match_code,
                stock::warehouse_id,
                stock::stock_count,
                stock::last_changed,
            ))
            .into_boxed();
        narrow_window!(query, stock::last_changed, filter.last_changed);
        narrow!(query, items::item_id, &filter.item_id);
        narrow!(query, items::internal_item_number, &filter.internal_item_number);
        narrow!(query, items::vendor_item_number, &filter.vendor_item_number);
        narrow!(query, items::match_code, &filter.match_code);
        narrow!(query, stock::warehouse_id, &filter.warehouse_id);
        query.load(c)
    })?)
}

/// Pieces of open orders by (article, warehouse).
pub fn reserved(conn: &mut Conn<'_>, item_ids: &[i32]) -> Result<HashMap<(i32, i32), i32>, Failure> {
    let mut found: HashMap<(i32, i32), i32> = HashMap::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(Option<i32>, Option<i32>, i32)> = on!(conn, c => order_items::table
            .filter(order_items::item_id.eq_any(chunk.iter().copied().map(Some)))
            .filter(order_items::reserved.gt(0))
            .select((order_items::item_id, order_items::warehouse_id, order_items::reserved))
            .load(c))?;
        for (item, warehouse, pieces) in rows {
            if let (Some(item), Some(warehouse)) = (item, warehouse) {
                let sum = found.entry((item, warehouse)).or_default();
                *sum = sum.saturating_add(pieces);
            }
        }
    }
    Ok(found)
}

/// The conditions of one `filter` of fetchStockReservations.
#[derive(Debug, Clone, Default)]
pub struct ReservationFilter {
    pub mandator_id: i32,
    /// Of the order.
    pub last_changed: Window,
    pub item_id: Cond<i32>,
    pub internal_item_number: Cond<String>,
    pub vendor_item_number: Cond<String>,
    pub match_code: Cond<String>,
    pub warehouse_id: Cond<i32>,
    pub order_id: Cond<i32>,
    pub order_number: Cond<i32>,
}

/// A position of an order that reserves stock.
#[derive(Debug, Clone, Queryable)]
pub struct FoundReservation {
    pub order_item_id: i32,
    pub item_id: i32,
    pub mandator_id: i32,
    pub internal_item_number: String,
    pub warehouse_id: Option<i32>,
    pub reserved: i32,
    pub order_id: i32,
    pub order_number: i32,
    pub order_number_prefix: Option<String>,
    pub account_id: Option<i32>,
}

/// Positions that reserve stock and pass a filter.
pub fn reservations(conn: &mut Conn<'_>, filter: &ReservationFilter) -> Result<Vec<FoundReservation>, Failure> {
    Ok(on!(conn, c => {
        let mut query = order_items::table
            .inner_join(orders::table)
            .inner_join(items::table.on(order_items::item_id.eq(items::item_id.nullable())))
            .filter(items::mandator_id.eq(filter.mandator_id))
            .filter(order_items::reserved.gt(0))
            .select((
                order_items::order_item_id,
                items::item_id,
                items::mandator_id,
                items::internal_item_number,
                order_items::warehouse_id,
                order_items::reserved,
                orders::order_id,
                orders::order_number,
                orders::order_number_prefix,
                orders::account_id,
            ))
            .into_boxed();
        narrow_window!(query, orders::last_changed, filter.last_changed);
        narrow!(query, items::item_id, &filter.item_id);
        narrow!(query, items::internal_item_number, &filter.internal_item_number);
        narrow!(query, items::vendor_item_number, &filter.vendor_item_number);
        narrow!(query, items::match_code, &filter.match_code);
        narrow!(query, order_items::warehouse_id, &filter.warehouse_id);
        narrow!(query, orders::order_id, &filter.order_id);
        narrow!(query, orders::order_number, &filter.order_number);
        query.load(c)
    })?)
}
