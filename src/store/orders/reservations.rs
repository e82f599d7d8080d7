//! Reserved pieces, by position and warehouse.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::order::{Holder, Pieces, Position};
use crate::domain::set::Components;
use crate::domain::{Failure, ItemId, OrderId, OrderItemId, WarehouseId};
use crate::on;
use crate::store::among::among;
use crate::store::prepared::insert_rows;
use crate::store::schema::{order_items, reservations};
use crate::store::{Conn, Tx, sets, stock};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reservations)]
struct ReservationRow {
    order_item_id: OrderItemId,
    warehouse_id: WarehouseId,
    item_id: ItemId,
    quantity: i32,
}

/// Everything that reserves one of these items, with its order; the oldest position first. Of positions that sold a set, all
/// components are among the items.
pub(super) fn holders_of(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<Vec<(OrderId, Holder)>, Failure> {
    let rows: Vec<(OrderId, ReservationRow)> = on!(conn, c => reservations::table
        .inner_join(order_items::table)
        .filter(among(reservations::item_id, item_ids))
        .select((order_items::order_id, ReservationRow::as_select()))
        .load(c))?;
    let mut positions: BTreeMap<OrderItemId, (OrderId, ItemId)> = BTreeMap::new();
    for (order_id, row) in rows {
        positions.entry(row.order_item_id).or_insert((order_id, row.item_id));
    }
    let ids: Vec<OrderItemId> = positions.keys().copied().collect();
    let (mut reserved, mut sold) = (reservations_of(conn, &ids)?, sets::sold(conn, &ids)?);
    let holder = |(order_item_id, (order_id, item_id)): (OrderItemId, (OrderId, ItemId))| {
        let reserved = reserved.remove(&order_item_id).unwrap_or_default();
        // What is not reserved does not matter here.
        let ordered = reserved.values().fold(0_i32, |sum, pieces| sum.saturating_add(*pieces));
        let pieces = Pieces { ordered, ..Pieces::default() };
        let position = Position { order_item_id, item_id: Some(item_id), pieces, reserved };
        (order_id, Holder { position, components: sold.remove(&order_item_id).unwrap_or_else(|| vec![(item_id, 1)]) })
    };
    Ok(positions.into_iter().map(holder).collect())
}

/// Reservations by position and warehouse, in pieces of what was sold.
pub(crate) fn reservations_of(
    conn: &mut Conn<'_>,
    order_item_ids: &[OrderItemId],
) -> Result<BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>>, Failure> {
    let mut found: BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>> = BTreeMap::new();
    let sold = sets::sold(conn, order_item_ids)?;
    // Of a set all components are reserved in the same measure.
    let per_piece = |row: &ReservationRow| {
        let components = sold.get(&row.order_item_id)?;
        components.iter().find(|(item_id, _)| *item_id == row.item_id).map(|(_, quantity)| *quantity)
    };
    let rows: Vec<ReservationRow> = on!(conn, c => reservations::table
        .filter(among(reservations::order_item_id, order_item_ids))
        .select(ReservationRow::as_select())
        .load(c))?;
    for row in rows {
        let pieces = row.quantity.checked_div(per_piece(&row).unwrap_or(1)).unwrap_or_default();
        found.entry(row.order_item_id).or_default().insert(row.warehouse_id, pieces);
    }
    Ok(found)
}

/// Writes what a position reserves now: of each article that one piece of it is composed of.
pub(super) fn write_reservations(tx: &mut Tx<'_>, position: &Position, components: &Components) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(reservations::table.filter(reservations::order_item_id.eq(position.order_item_id)))
        .execute(c))?;
    let of_warehouse = |(warehouse_id, pieces): (&WarehouseId, &i32)| {
        let (warehouse_id, pieces) = (*warehouse_id, *pieces);
        components.iter().map(move |(item_id, quantity)| ReservationRow {
            order_item_id: position.order_item_id,
            warehouse_id,
            item_id: *item_id,
            quantity: pieces.saturating_mul(*quantity),
        })
    };
    let rows: Vec<ReservationRow> = position.reserved.iter().flat_map(of_warehouse).collect();
    if rows.is_empty() {
        return Ok(());
    }
    insert_rows!(&mut tx.conn, rows.as_slice(), row => diesel::insert_into(reservations::table).values(row))?;
    // fetchStockCount shows what is reserved beside the stock; where nothing was ever booked, that is a shortage.
    let stocks: Vec<(ItemId, WarehouseId)> = rows.iter().map(|row| (row.item_id, row.warehouse_id)).collect();
    stock::begin(tx, &stocks)
}
