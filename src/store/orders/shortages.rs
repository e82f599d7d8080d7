//! Shortages of open orders: pieces that become available are theirs, before anybody else can buy them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::reservations::{holders_of, write_reservations};
use super::{OrderRow, warehouses_of};
use crate::domain::order::{Holder, Shelves, Warehouses, cover, uncovered};
use crate::domain::{Failure, ItemId, OrderId, WarehouseId};
use crate::on;
use crate::store::schema::orders;
use crate::store::stock::{of_items, reserved};
use crate::store::{Conn, MOST_VARIABLES, Tx, sets};

/// Moves what orders reserve of these items, but no stock covers, to warehouses of theirs where pieces are available now. Each
/// order that moved counts as changed. Gives these items and those that moved with them, whose offers the caller marks.
pub(crate) fn cover_shortages(tx: &mut Tx<'_>, item_ids: &[ItemId], known: &impl Warehouses) -> Result<Vec<ItemId>, Failure> {
    let mut touched: BTreeSet<ItemId> = item_ids.iter().copied().collect();
    if reserved(&mut tx.conn, item_ids)?.is_empty() {
        return Ok(Vec::from_iter(touched));
    }
    let together = sets::sold_together(&mut tx.conn, item_ids)?;
    let uneven = uneven(&mut tx.conn, &together)?;
    if uneven.is_empty() {
        return Ok(Vec::from_iter(touched));
    }
    // Only what can move, and what it is sold together with.
    let items = Vec::from_iter(sets::sold_together(&mut tx.conn, &uneven)?);
    let (orders_of, mut holders): (Vec<OrderId>, Vec<Holder>) = holders_of(&mut tx.conn, &items)?.into_iter().unzip();
    let order_of: BTreeMap<_, OrderId> = holders.iter().map(|holder| holder.position.order_item_id).zip(orders_of).collect();
    let counts = of_items(&mut tx.conn, &items)?;
    let stock: Shelves = counts.into_iter().map(|(place, count)| (place, i64::from(count))).collect();
    let short = uncovered(&holders, &stock);
    let concerned: BTreeSet<OrderId> = short.keys().filter_map(|id| order_of.get(id).copied()).collect();
    let mut serving: BTreeMap<OrderId, Vec<WarehouseId>> = BTreeMap::new();
    for row in rows_of(&mut tx.conn, &Vec::from_iter(concerned))? {
        serving.insert(row.order_id, warehouses_of(&mut tx.conn, &row, known)?);
    }
    let warehouses = short.keys().filter_map(|id| Some((*id, serving.get(order_of.get(id)?)?.clone()))).collect();
    let moved = cover(&mut holders, &stock, &warehouses);
    for Holder { position, components } in holders.iter().filter(|holder| moved.contains(&holder.position.order_item_id)) {
        write_reservations(tx, position, components)?;
        touched.extend(components.iter().map(|(item_id, _)| *item_id));
    }
    let changed: BTreeSet<OrderId> = moved.iter().filter_map(|id| order_of.get(id).copied()).collect();
    let stamp = tx.stamp.0;
    for chunk in Vec::from_iter(changed).chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(orders::table.filter(orders::order_id.eq_any(chunk)))
            .set(orders::last_changed.eq(stamp))
            .execute(c))?;
    }
    Ok(Vec::from_iter(touched))
}

/// The items of which more is reserved than is there in one warehouse, and less in another.
fn uneven(conn: &mut Conn<'_>, items: &BTreeSet<ItemId>) -> Result<Vec<ItemId>, Failure> {
    let reserved = reserved(conn, &Vec::from_iter(items.iter().copied()))?;
    let held: BTreeSet<ItemId> = reserved.keys().map(|(item_id, _)| *item_id).collect();
    let mut short_or_left: BTreeMap<ItemId, (bool, bool)> = BTreeMap::new();
    for (place, count) in of_items(conn, &Vec::from_iter(held))? {
        let left = i64::from(count).saturating_sub(i64::from(reserved.get(&place).copied().unwrap_or_default()));
        let (short, available) = short_or_left.entry(place.0).or_default();
        (*short, *available) = (*short || left < 0, *available || left > 0);
    }
    Ok(short_or_left.into_iter().filter(|(_, both)| *both == (true, true)).map(|(item_id, _)| item_id).collect())
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
