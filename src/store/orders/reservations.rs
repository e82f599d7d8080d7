//! Reserved pieces, by position and warehouse.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::order::Position;
use crate::domain::{Failure, ItemId, OrderItemId, WarehouseId};
use crate::on;
use crate::store::schema::{reservations, stock};
use crate::store::{Conn, MOST_VARIABLES, Tx};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reservations)]
struct ReservationRow {
    order_item_id: OrderItemId,
    warehouse_id: WarehouseId,
    item_id: ItemId,
    quantity: i32,
}

/// Reservations by position and warehouse.
pub(crate) fn reservations_of(
    conn: &mut Conn<'_>,
    order_item_ids: &[OrderItemId],
) -> Result<BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>>, Failure> {
    let mut found: BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>> = BTreeMap::new();
    for chunk in order_item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<ReservationRow> = on!(conn, c => reservations::table
            .filter(reservations::order_item_id.eq_any(chunk))
            .select(ReservationRow::as_select())
            .load(c))?;
        for row in rows {
            found.entry(row.order_item_id).or_default().insert(row.warehouse_id, row.quantity);
        }
    }
    Ok(found)
}

/// Writes what a position reserves now.
pub(super) fn write_reservations(tx: &mut Tx<'_>, position: &Position) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(reservations::table.filter(reservations::order_item_id.eq(position.order_item_id)))
        .execute(c))?;
    let Some(item_id) = position.item_id else { return Ok(()) };
    let rows: Vec<ReservationRow> = position
        .reserved
        .iter()
        .map(|(warehouse_id, quantity)| ReservationRow {
            order_item_id: position.order_item_id,
            warehouse_id: *warehouse_id,
            item_id,
            quantity: *quantity,
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    on!(&mut tx.conn, c => diesel::insert_into(reservations::table).values(&rows).execute(c))?;
    // fetchStockCount shows what is reserved beside the stock; where nothing was ever booked, that is a shortage.
    let stamp = tx.stamp.0;
    let empty: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                stock::item_id.eq(row.item_id),
                stock::warehouse_id.eq(row.warehouse_id),
                stock::stock_count.eq(0),
                stock::last_changed.eq(stamp),
            )
        })
        .collect();
    on!(&mut tx.conn, c => diesel::insert_into(stock::table)
        .values(&empty)
        .on_conflict((stock::item_id, stock::warehouse_id))
        .do_nothing()
        .execute(c))?;
    Ok(())
}
