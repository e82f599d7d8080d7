//! Stock in the order of its changes.
//!
//! Each change appends a row that names the stock. A row counts while the stock still has its stamp: of a stock that changed
//! again, a later row counts. So nothing has to be looked for and rewritten when stock is booked, as in an index.

use diesel::prelude::*;

use super::{FoundStock, StockFilter, found_columns, stock_conditions, stock_item_conditions};
use crate::domain::{Failure, ItemId, MandatorId, WarehouseId};
use crate::store::schema::{items, stock, stock_changes};
use crate::store::since::{Following, Since};
use crate::store::{Conn, Tx};
use crate::{narrow_window, on};

/// The row of changes that counts.
macro_rules! counting {
    () => {
        stock::item_id
            .eq(stock_changes::item_id)
            .and(stock::warehouse_id.eq(stock_changes::warehouse_id))
            .and(stock::last_changed.eq(stock_changes::last_changed))
    };
}

/// Narrows a query to what comes behind a place, in the order of changes.
macro_rules! behind {
    ($query:ident, $since:expr) => {
        let Since { stamp, id, second } = $since;
        let later = stock_changes::item_id.gt(id).or(stock_changes::item_id.eq(id).and(stock_changes::warehouse_id.gt(second)));
        $query = $query.filter(stock_changes::last_changed.ge(stamp)).filter(stock_changes::last_changed.gt(stamp).or(later)).order((
            stock_changes::last_changed,
            stock_changes::item_id,
            stock_changes::warehouse_id,
        ));
    };
}

/// Stock that passes a filter and follows a place in the order of changes.
pub(crate) fn following(
    conn: &mut Conn<'_>,
    filter: &StockFilter,
    Following { since, most }: Following,
) -> Result<Vec<FoundStock>, Failure> {
    Ok(on!(conn, c => {
        let mut query = stock_changes::table
            .inner_join(stock::table.on(counting!()))
            .inner_join(items::table.on(items::item_id.eq(stock::item_id)))
            .filter(stock_changes::mandator_id.eq(filter.item.mandator_id))
            .select(found_columns!())
            .into_boxed();
        narrow_window!(query, stock_changes::last_changed, filter.last_changed);
        stock_item_conditions!(narrow query, filter.item);
        stock_conditions!(narrow query, filter);
        behind!(query, since);
        query.limit(most).load(c)
    })?)
}

/// Articles with stock that passes a filter, found by their changes.
pub(super) fn passing(conn: &mut Conn<'_>, filter: &StockFilter) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => {
        let mut query = stock_changes::table
            .inner_join(stock::table.on(counting!()))
            .inner_join(items::table.on(items::item_id.eq(stock::item_id)))
            .filter(stock_changes::mandator_id.eq(filter.item.mandator_id))
            .select(stock_changes::item_id)
            .into_boxed();
        narrow_window!(query, stock_changes::last_changed, filter.last_changed);
        stock_item_conditions!(narrow query, filter.item);
        stock_conditions!(narrow query, filter);
        query.load(c)
    })?)
}

/// Articles whose stock changed after a stamp.
pub(super) fn after(conn: &mut Conn<'_>, mandator_id: MandatorId, stamp: i64, most: i64) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => stock_changes::table
        .filter(stock_changes::mandator_id.eq(mandator_id))
        .filter(stock_changes::last_changed.gt(stamp))
        .select(stock_changes::item_id)
        .limit(most)
        .load(c))?)
}

/// Some rows in the order of changes.
pub(crate) struct Stretch {
    mandator_id: MandatorId,
    begin: Since,
    /// The last of the rows.
    pub end: Since,
    pub rows: usize,
    /// How many of them no longer count.
    pub outdated: usize,
}

/// The rows behind a place, at most so many.
pub(crate) fn stretch(conn: &mut Conn<'_>, mandator_id: MandatorId, begin: Since, most: i64) -> Result<Option<Stretch>, Failure> {
    let rows: Vec<(i64, ItemId, WarehouseId, Option<i64>)> = on!(conn, c => {
        let mut query = stock_changes::table
            .left_join(stock::table.on(counting!()))
            .filter(stock_changes::mandator_id.eq(mandator_id))
            .select((
                stock_changes::last_changed,
                stock_changes::item_id,
                stock_changes::warehouse_id,
                stock::last_changed.nullable(),
            ))
            .into_boxed();
        behind!(query, begin);
        query.limit(most).load(c)
    })?;
    let outdated = rows.iter().filter(|(.., kept)| kept.is_none()).count();
    Ok(rows.last().map(|(stamp, item, warehouse, _)| Stretch {
        mandator_id,
        begin,
        end: Since { stamp: *stamp, id: item.0, second: warehouse.0 },
        rows: rows.len(),
        outdated,
    }))
}

/// Forgets the rows of a stretch that no longer count.
pub(crate) fn forget(tx: &mut Tx<'_>, stretch: &Stretch) -> Result<(), Failure> {
    let (begin, end) = (stretch.begin, stretch.end);
    let (item, warehouse) = (stock_changes::item_id, stock_changes::warehouse_id);
    let behind = stock_changes::last_changed.gt(begin.stamp).or(item.gt(begin.id).or(item.eq(begin.id).and(warehouse.gt(begin.second))));
    let before = stock_changes::last_changed.lt(end.stamp).or(item.lt(end.id).or(item.eq(end.id).and(warehouse.le(end.second))));
    on!(&mut tx.conn, c => diesel::delete(
        stock_changes::table
            .filter(stock_changes::mandator_id.eq(stretch.mandator_id))
            .filter(stock_changes::last_changed.between(begin.stamp, end.stamp))
            .filter(behind)
            .filter(before)
            .filter(diesel::dsl::not(diesel::dsl::exists(stock::table.filter(counting!())))),
    )
    .execute(c))?;
    Ok(())
}
