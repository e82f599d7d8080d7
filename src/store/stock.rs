//! Stock per article and warehouse.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::filter::{Cond, Window};
use super::schema::{items, order_items, orders, reservations, stock};
use super::since::{Following, Since};
use super::{Conn, MOST_VARIABLES, Tx};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OrderId, OrderItemId, WarehouseId};
use crate::{conditions, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = stock, treat_none_as_default_value = false)]
pub struct StockRow {
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub stock_count: i32,
    pub last_changed: i64,
}

/// Stock of these articles by (article, warehouse).
pub(crate) fn of_items(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<HashMap<(ItemId, WarehouseId), i32>, Failure> {
    let mut found = HashMap::with_capacity(item_ids.len());
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(ItemId, WarehouseId, i32)> = on!(conn, c => stock::table
            .filter(stock::item_id.eq_any(chunk))
            .select((stock::item_id, stock::warehouse_id, stock::stock_count))
            .load(c))?;
        found.extend(rows.into_iter().map(|(item, warehouse, count)| ((item, warehouse), count)));
    }
    Ok(found)
}

/// Sets stock. Sorted by key first: both databases then write their pages in order.
pub(crate) fn save(tx: &mut Tx<'_>, mut rows: Vec<StockRow>) -> Result<(), Failure> {
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

conditions! {
    ($)
    /// The conditions on articles that all stock calls have.
    StockItemFilter, stock_item_conditions {
        item_id: Cond<ItemId> = items::item_id,
        internal_item_number: Cond<String> = items::internal_item_number,
        vendor_item_number: Cond<String> = items::vendor_item_number,
        match_code: Cond<String> = items::match_code,
    } beside {
        mandator_id: MandatorId,
    }
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchStockCount.
    StockFilter, stock_conditions {
        last_changed: Window = stock::last_changed,
    } and {
        warehouse_id: Cond<WarehouseId> = stock::warehouse_id,
    } beside {
        item: StockItemFilter,
    }
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchStockReservations.
    ReservationFilter, reservation_conditions {
        last_changed: Window = orders::last_changed,
        order_id: Cond<OrderId> = orders::order_id,
        order_number: Cond<i32> = orders::order_number,
    } and {
        warehouse_id: Cond<WarehouseId> = reservations::warehouse_id,
    } beside {
        item: StockItemFilter,
    }
}

/// Stock with the numbers of its article.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct FoundStock {
    pub item_id: ItemId,
    pub mandator_id: MandatorId,
    pub internal_item_number: String,
    pub vendor_item_number: Option<String>,
    pub match_code: Option<String>,
    pub warehouse_id: WarehouseId,
    pub stock_count: i32,
    pub last_changed: i64,
}

/// Stock that passes a filter, by article and warehouse; in the order of changes what follows a place.
pub(crate) fn matching(conn: &mut Conn<'_>, filter: &StockFilter, following: Option<Following>) -> Result<Vec<FoundStock>, Failure> {
    Ok(on!(conn, c => {
        let mut query = stock::table
            .inner_join(items::table)
            .filter(items::mandator_id.eq(filter.item.mandator_id))
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
        stock_item_conditions!(narrow query, filter.item);
        stock_conditions!(narrow query, filter);
        if let Some(Following { since: Since { stamp, id, second }, most }) = following {
            let later = stock::item_id.gt(id).or(stock::item_id.eq(id).and(stock::warehouse_id.gt(second)));
            query = query
                .filter(stock::last_changed.ge(stamp))
                .filter(stock::last_changed.gt(stamp).or(later))
                .order((stock::last_changed, stock::item_id, stock::warehouse_id))
                .limit(most);
        }
        query.load(c)
    })?)
}

/// Pieces of open orders by (article, warehouse).
pub(crate) fn reserved(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<HashMap<(ItemId, WarehouseId), i32>, Failure> {
    let mut found: HashMap<(ItemId, WarehouseId), i32> = HashMap::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(ItemId, WarehouseId, i32)> = on!(conn, c => reservations::table
            .filter(reservations::item_id.eq_any(chunk))
            .select((reservations::item_id, reservations::warehouse_id, reservations::quantity))
            .load(c))?;
        for (item, warehouse, pieces) in rows {
            let sum = found.entry((item, warehouse)).or_default();
            *sum = sum.saturating_add(pieces);
        }
    }
    Ok(found)
}

/// A position of an order that reserves stock.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct FoundReservation {
    pub order_item_id: OrderItemId,
    pub item_id: ItemId,
    pub mandator_id: MandatorId,
    pub internal_item_number: String,
    pub warehouse_id: WarehouseId,
    pub reserved: i32,
    pub order_id: OrderId,
    pub order_number: i32,
    pub order_number_prefix: Option<String>,
    pub account_id: Option<AccountId>,
}

/// Positions that reserve stock and pass a filter.
pub(crate) fn found_reservations(conn: &mut Conn<'_>, filter: &ReservationFilter) -> Result<Vec<FoundReservation>, Failure> {
    Ok(on!(conn, c => {
        let mut query = reservations::table
            .inner_join(order_items::table.inner_join(orders::table))
            .inner_join(items::table.on(reservations::item_id.eq(items::item_id)))
            .filter(items::mandator_id.eq(filter.item.mandator_id))
            .select((
                order_items::order_item_id,
                items::item_id,
                items::mandator_id,
                items::internal_item_number,
                reservations::warehouse_id,
                reservations::quantity,
                orders::order_id,
                orders::order_number,
                orders::order_number_prefix,
                orders::account_id,
            ))
            .into_boxed();
        stock_item_conditions!(narrow query, filter.item);
        reservation_conditions!(narrow query, filter);
        query.load(c)
    })?)
}
