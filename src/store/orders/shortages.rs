//! Shortages of open orders: pieces that become available are theirs, before anybody else can buy them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::reservations::{holders_of, write_reservations};
use super::{OrderRow, warehouses_of};
use crate::domain::order::{Position, Warehouses, cover, uncovered};
use crate::domain::{Failure, ItemId, OrderId, WarehouseId};
use crate::on;
use crate::store::schema::orders;
use crate::store::stock::{of_items, reserved};
use crate::store::{Conn, MOST_VARIABLES, Tx, sets};

/// Moves what orders reserve of these items, but no stock covers, to warehouses of theirs where pieces are available now. Each
/// order that moved counts as changed. The caller marks the offers.
pub(crate) fn cover_shortages(tx: &mut Tx<'_>, item_ids: &[ItemId], known: &impl Warehouses) -> Result<(), Failure> {
    let reserved = reserved(&mut tx.conn, item_ids)?;
    let held: BTreeSet<ItemId> = reserved.keys().map(|(item_id, _)| *item_id).collect();
    let mut stock: BTreeMap<ItemId, BTreeMap<WarehouseId, i64>> = BTreeMap::new();
    for ((item_id, warehouse), count) in of_items(&mut tx.conn, &Vec::from_iter(held))? {
        stock.entry(item_id).or_default().insert(warehouse, i64::from(count));
    }
    for (item_id, counts) in stock {
        let left = |warehouse: &WarehouseId, count: &i64| {
            count.saturating_sub(i64::from(reserved.get(&(item_id, *warehouse)).copied().unwrap_or_default()))
        };
        let somewhere = |fits: fn(i64) -> bool| counts.iter().any(|(warehouse, count)| fits(left(warehouse, count)));
        if somewhere(|pieces| pieces < 0) && somewhere(|pieces| pieces > 0) {
            cover_item(tx, item_id, &counts, known)?;
        }
    }
    Ok(())
}

fn cover_item(tx: &mut Tx<'_>, item_id: ItemId, stock: &BTreeMap<WarehouseId, i64>, known: &impl Warehouses) -> Result<(), Failure> {
    let (orders_of, mut positions): (Vec<OrderId>, Vec<Position>) = holders_of(&mut tx.conn, item_id)?.into_iter().unzip();
    let order_of: BTreeMap<_, OrderId> = positions.iter().map(|position| position.order_item_id).zip(orders_of).collect();
    let mut short = uncovered(&positions, stock);
    // The components of a set are reserved together, so the shortage of one does not move alone.
    let sets = sets::sold(&mut tx.conn, &Vec::from_iter(short.keys().copied()))?;
    short.retain(|id, _| !sets.contains_key(id));
    let concerned: BTreeSet<OrderId> = short.keys().filter_map(|id| order_of.get(id).copied()).collect();
    let mut serving: BTreeMap<OrderId, Vec<WarehouseId>> = BTreeMap::new();
    for row in rows_of(&mut tx.conn, &Vec::from_iter(concerned))? {
        serving.insert(row.order_id, warehouses_of(&mut tx.conn, &row, known)?);
    }
    let warehouses = short.keys().filter_map(|id| Some((*id, serving.get(order_of.get(id)?)?.clone()))).collect();
    let moved = cover(&mut positions, stock, &warehouses);
    for position in positions.iter().filter(|position| moved.contains(&position.order_item_id)) {
        write_reservations(tx, position, &vec![(item_id, 1)])?;
    }
    let changed: BTreeSet<OrderId> = moved.iter().filter_map(|id| order_of.get(id).copied()).collect();
    let stamp = tx.stamp.0;
    for chunk in Vec::from_iter(changed).chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(orders::table.filter(orders::order_id.eq_any(chunk)))
            .set(orders::last_changed.eq(stamp))
            .execute(c))?;
    }
    Ok(())
}

fn rows_of(conn: &mut Conn<'_>, order_ids: &[OrderId]) -> Result<Vec<OrderRow>, Failure> {
    let mut rows = Vec::with_capacity(order_ids.len());
    for chunk in order_ids.chunks(MOST_VARIABLES) {
        let found: Vec<OrderRow> =
            on!(conn, c => orders::table.filter(orders::order_id.eq_any(chunk)).select(OrderRow::as_select()).load(c))?;
        rows.extend(found);
    }
    Ok(rows)
}
