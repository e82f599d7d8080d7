//! The positions of an order while their pieces are moved: read with their reservations, changed in memory by the rules of
//! [`crate::domain::order`], and written with the stock that they book.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::requests::answer_requests;
use super::reservations::{reservations_of, write_reservations};
use super::{OrderItemRow, OrderRow, Reserved, contents, items_of, warehouses_of};
use crate::domain::order::{Content, Moved, Pieces, Position, Standing, Warehouses};
use crate::domain::set::{Components, makes};
use crate::domain::{Failure, ItemId, OrderId, OrderItemId, WarehouseId, code};
use crate::on;
use crate::store::prepared::update;
use crate::store::schema::order_items;
use crate::store::stock::{self, Counted};
use crate::store::{Conn, Tx, mails, sets};

/// Pieces that were shipped, with the warehouse they left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packed {
    pub order_item_id: OrderItemId,
    pub warehouse_id: Option<WarehouseId>,
    pub quantity: i32,
}

/// All positions of one order.
#[derive(Debug)]
pub(crate) struct Positions {
    rows: Vec<OrderItemRow>,
    rows_before: Vec<OrderItemRow>,
    list: Vec<Position>,
    reserved_before: BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>>,
    /// What one piece of the positions is composed of that sold sets.
    composed: BTreeMap<OrderItemId, Components>,
    /// Those of them of which that is not kept yet.
    newly_composed: BTreeSet<OrderItemId>,
    /// Pieces that leave stock, by item and warehouse.
    booked: BTreeMap<(ItemId, WarehouseId), i64>,
    /// The order's warehouses, in the order in which they are used.
    warehouses: Vec<WarehouseId>,
    /// The channel moved the pieces. What it knows is not said to it.
    moved_by_channel: bool,
}

impl Positions {
    /// The positions of an order, with the warehouses that serve it.
    pub(crate) fn of_order(conn: &mut Conn<'_>, row: &OrderRow, known: &impl Warehouses) -> Result<Positions, Failure> {
        let warehouses = warehouses_of(conn, row, known)?;
        Positions::load(conn, row.order_id, &warehouses)
    }

    pub(crate) fn load(conn: &mut Conn<'_>, order_id: OrderId, warehouses: &[WarehouseId]) -> Result<Positions, Failure> {
        let rows = items_of(conn, order_id)?;
        let ids: Vec<OrderItemId> = rows.iter().map(|row| row.order_item_id).collect();
        let reserved_before = reservations_of(conn, &ids)?;
        let mut positions = Positions { composed: sets::sold(conn, &ids)?, ..Positions::of(rows, reserved_before, warehouses) };
        positions.compose(conn)?;
        Ok(positions)
    }

    /// Sees which positions sell sets. A position that moved pieces already stays what it was: what is composed later of
    /// something else was sold as it was then.
    fn compose(&mut self, conn: &mut Conn<'_>) -> Result<(), Failure> {
        let is_new = |position: &&Position| {
            position.reserved.is_empty() && position.pieces.shipped == 0 && !self.composed.contains_key(&position.order_item_id)
        };
        let untouched: Vec<(OrderItemId, ItemId)> =
            self.list.iter().filter(is_new).filter_map(|position| Some((position.order_item_id, position.item_id?))).collect();
        let items: Vec<ItemId> = untouched.iter().map(|(_, item_id)| *item_id).collect();
        let components = sets::components_of(conn, &items)?;
        for (order_item_id, item_id) in untouched {
            if let Some(components) = components.get(&item_id) {
                self.composed.insert(order_item_id, components.clone());
                self.newly_composed.insert(order_item_id);
            }
        }
        Ok(())
    }

    /// What leaves warehouses with one piece of a position.
    fn components(&self, order_item_id: OrderItemId) -> Components {
        let item_id = || self.list.iter().find(|position| position.order_item_id == order_item_id)?.item_id;
        let plain = || item_id().map(|item_id| (item_id, 1)).into_iter().collect();
        self.composed.get(&order_item_id).cloned().unwrap_or_else(plain)
    }

    pub(super) fn of(
        rows: Vec<OrderItemRow>,
        reserved: BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>>,
        warehouses: &[WarehouseId],
    ) -> Positions {
        let list = rows.iter().map(|row| Position {
            order_item_id: row.order_item_id,
            item_id: row.item_id,
            pieces: row.pieces(),
            reserved: reserved.get(&row.order_item_id).cloned().unwrap_or_default(),
        });
        Positions {
            list: list.collect(),
            rows_before: rows.clone(),
            rows,
            reserved_before: reserved,
            composed: BTreeMap::new(),
            newly_composed: BTreeSet::new(),
            booked: BTreeMap::new(),
            warehouses: warehouses.to_vec(),
            moved_by_channel: false,
        }
    }

    /// The channel moves the pieces, not the ERP: it gets no answers to the requests of its buyers.
    pub(crate) fn moved_by_channel(&mut self) {
        self.moved_by_channel = true;
    }

    /// The pieces of a position; none where the order has no such position.
    pub(crate) fn pieces(&self, order_item_id: OrderItemId) -> Pieces {
        self.list.iter().find(|position| position.order_item_id == order_item_id).map(|position| position.pieces).unwrap_or_default()
    }

    /// The positions as rows; their pieces are those that were read.
    pub(crate) fn rows(&self) -> &[OrderItemRow] {
        &self.rows
    }

    /// For what is no matter of pieces.
    pub(crate) fn row_mut(&mut self, order_item_id: OrderItemId) -> Option<&mut OrderItemRow> {
        self.rows.iter_mut().find(|row| row.order_item_id == order_item_id)
    }

    /// The channel knows of all cancelled pieces of these positions from now on.
    pub(crate) fn set_cancelled_told(&mut self, order_item_ids: impl IntoIterator<Item = OrderItemId>) {
        for id in order_item_ids {
            let cancelled = self.pieces(id).cancelled;
            if let Some(row) = self.row_mut(id) {
                row.cancelled_told = cancelled;
            }
        }
    }

    /// Cancelled pieces of which the channel does not know yet.
    pub(crate) fn untold_cancelled(&self) -> Vec<(OrderItemId, i32)> {
        let untold = self.rows.iter().map(|row| {
            let id = row.order_item_id;
            (id, self.pieces(id).cancelled.saturating_sub(row.cancelled_told))
        });
        untold.filter(|(_, pieces)| *pieces > 0).collect()
    }

    /// The channel knows of these cancelled pieces from now on. Gives them in its words: others may be cancelled that only
    /// Kontor knows of.
    pub(crate) fn tell_cancelled(&mut self, pieces: &[(OrderItemId, i32)]) -> Vec<Content> {
        for (id, quantity) in pieces {
            if let Some(row) = self.row_mut(*id) {
                row.cancelled_told = row.cancelled_told.saturating_add(*quantity);
            }
        }
        let told = |id: OrderItemId| self.rows.iter().find(|row| row.order_item_id == id).map_or(0, |row| row.cancelled_told);
        contents(&self.rows, pieces.iter().copied(), told)
    }

    /// Pieces in the channel's words. `so_far` counts those for which it has happened, these included.
    pub(crate) fn contents(&self, pieces: impl IntoIterator<Item = (OrderItemId, i32)>, so_far: impl Fn(Pieces) -> i32) -> Vec<Content> {
        contents(&self.rows, pieces, |id| so_far(self.pieces(id)))
    }

    /// A position, and the warehouses that serve it.
    fn position(&mut self, order_item_id: OrderItemId) -> Option<(&mut Position, &[WarehouseId])> {
        let position = self.list.iter_mut().find(|position| position.order_item_id == order_item_id)?;
        Some((position, &self.warehouses))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.list.iter().any(|position| position.pieces.open() > 0)
    }

    pub(crate) fn is_shipped_in_part(&self) -> bool {
        self.list.iter().any(|position| position.pieces.shipped > 0)
    }

    /// Positions with open pieces, and how many.
    pub(crate) fn open(&self) -> Vec<(OrderItemId, i32)> {
        let open = self.list.iter().map(|position| (position.order_item_id, position.pieces.open()));
        open.filter(|(_, pieces)| *pieces > 0).collect()
    }

    /// Ships open pieces of a position, at most as many as are open.
    pub(crate) fn ship(&mut self, order_item_id: OrderItemId, quantity: i32, from: Option<WarehouseId>) -> Vec<Packed> {
        let Some((position, warehouses)) = self.position(order_item_id) else { return Vec::new() };
        let left = position.ship(quantity, from, warehouses);
        let components = self.components(order_item_id);
        for part in &left {
            let Some(warehouse) = part.warehouse_id else { continue };
            for (item_id, pieces) in &components {
                *self.booked.entry((*item_id, warehouse)).or_default() += i64::from(part.quantity) * i64::from(*pieces);
            }
        }
        left.into_iter().map(|part| Packed { order_item_id, warehouse_id: part.warehouse_id, quantity: part.quantity }).collect()
    }

    /// Ships everything that is open.
    pub(crate) fn ship_open(&mut self) -> Vec<Packed> {
        self.open().into_iter().flat_map(|(order_item_id, pieces)| self.ship(order_item_id, pieces, None)).collect()
    }

    /// Cancels open pieces of a position, at most as many as are open.
    pub(crate) fn cancel(&mut self, order_item_id: OrderItemId, quantity: i32) {
        if let Some((position, warehouses)) = self.position(order_item_id) {
            position.cancel(quantity, warehouses);
        }
    }

    /// Cancels everything that is open.
    pub(crate) fn cancel_open(&mut self) {
        for (order_item_id, pieces) in self.open() {
            self.cancel(order_item_id, pieces);
        }
    }

    /// Changes the numbers of a position. Reservations of pieces that are not open any more go; call [`Positions::reserve`]
    /// for those that are open now.
    pub(crate) fn change(&mut self, order_item_id: OrderItemId, change: impl FnOnce(&mut Pieces)) {
        if let Some((position, warehouses)) = self.position(order_item_id) {
            change(&mut position.pieces);
            position.fit(warehouses);
        }
    }

    /// A position got its item: it can reserve from now on.
    pub(crate) fn set_item(&mut self, order_item_id: OrderItemId, item_id: ItemId) {
        if let Some((position, _)) = self.position(order_item_id) {
            position.item_id = Some(item_id);
        }
    }

    /// A position that the channel added. It has its id already.
    pub(crate) fn add(&mut self, row: OrderItemRow) {
        let position = Position { order_item_id: row.order_item_id, item_id: row.item_id, pieces: row.pieces(), reserved: BTreeMap::new() };
        self.rows_before.push(row.clone());
        self.rows.push(row);
        self.list.push(position);
    }

    /// Takes back the cancellation of an order that was cancelled as a whole.
    pub(crate) fn revive(&mut self) {
        for position in &mut self.list {
            position.pieces.cancelled = 0;
        }
    }

    /// Books pieces back into a warehouse.
    pub(crate) fn restock(&mut self, order_item_id: OrderItemId, quantity: i32, warehouse_id: WarehouseId) {
        for (item_id, pieces) in self.components(order_item_id) {
            *self.booked.entry((item_id, warehouse_id)).or_default() -= i64::from(quantity) * i64::from(pieces);
        }
    }

    /// Reserves what is open and not reserved yet, where it is available.
    pub(crate) fn reserve(&mut self, conn: &mut Conn<'_>) -> Result<(), Failure> {
        self.compose(conn)?;
        let parts: Vec<Components> = self.list.iter().map(|position| self.components(position.order_item_id)).collect();
        let mut available = self.available(conn, &parts)?;
        for (position, parts) in self.list.iter_mut().zip(&parts) {
            let before = position.reserved.clone();
            let left = |warehouse: WarehouseId| makes(parts, |item| available.get(&(item, warehouse)).copied().unwrap_or_default());
            position.reserve(&self.warehouses, left);
            for (warehouse, pieces) in &position.reserved {
                let more = pieces.saturating_sub(before.get(warehouse).copied().unwrap_or_default());
                for (item_id, quantity) in parts {
                    *available.entry((*item_id, *warehouse)).or_default() -= i64::from(more) * i64::from(*quantity);
                }
            }
        }
        Ok(())
    }

    /// Reserves exactly these pieces, as another installation did.
    pub(super) fn hold(&mut self, conn: &mut Conn<'_>, held: &Reserved) -> Result<(), Failure> {
        self.compose(conn)?;
        for position in self.list.iter_mut().filter(|position| position.item_id.is_some()) {
            position.reserved = held.get(&position.order_item_id).cloned().unwrap_or_default();
        }
        Ok(())
    }

    /// What is not reserved of the articles that leave with these positions, as the order is now.
    fn available(&self, conn: &mut Conn<'_>, parts: &[Components]) -> Result<BTreeMap<(ItemId, WarehouseId), i64>, Failure> {
        let item_ids: Vec<ItemId> = parts.iter().flatten().map(|(item_id, _)| *item_id).collect();
        let mut available: BTreeMap<(ItemId, WarehouseId), i64> =
            stock::of_items(conn, &item_ids)?.into_iter().map(|(key, count)| (key, i64::from(count))).collect();
        for (key, reserved) in stock::reserved(conn, &item_ids)? {
            *available.entry(key).or_default() -= i64::from(reserved);
        }
        // What the database says contains this order as it was read.
        for (position, parts) in self.list.iter().zip(parts) {
            let before =
                self.reserved_before.get(&position.order_item_id).into_iter().flatten().map(|(warehouse, pieces)| (warehouse, *pieces));
            let now = position.reserved.iter().map(|(warehouse, pieces)| (warehouse, pieces.saturating_neg()));
            for (warehouse, pieces) in before.chain(now) {
                for (item_id, quantity) in parts {
                    *available.entry((*item_id, *warehouse)).or_default() += i64::from(pieces) * i64::from(*quantity);
                }
            }
        }
        for (key, pieces) in &self.booked {
            *available.entry(*key).or_default() -= pieces;
        }
        Ok(available)
    }

    /// Each position with what a request may still ask for.
    pub(crate) fn standings(&self) -> Vec<Standing> {
        let standing = |row: &OrderItemRow| Standing {
            order_item_id: row.order_item_id,
            pieces: self.pieces(row.order_item_id),
            cancelled_told: row.cancelled_told,
        };
        self.rows().iter().map(standing).collect()
    }

    /// What was shipped, or cancelled with word to the channel, since the positions were read.
    pub(crate) fn moved(&self) -> BTreeMap<OrderItemId, Moved> {
        let before = self.rows_before.iter().map(|row| Standing {
            order_item_id: row.order_item_id,
            pieces: row.pieces(),
            cancelled_told: row.cancelled_told,
        });
        let steps = before.zip(self.standings());
        steps.filter_map(|(before, after)| Some((after.order_item_id, Moved::between(before, after)?))).collect()
    }

    /// Whoever cancelled them, the buyer hears which pieces do not come.
    fn note_cancelled(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let Some(order_id) = self.rows.first().map(|row| row.order_id) else { return Ok(()) };
        let more = self
            .rows_before
            .iter()
            .zip(&self.list)
            .map(|(before, position)| (position.order_item_id, position.pieces.cancelled.saturating_sub(before.cancelled)));
        mails::note_cancelled(tx, order_id, more.filter(|(_, pieces)| *pieces > 0).collect())
    }

    /// Writes what changed, and books stock. Gives the items whose quantity on offer may have changed.
    pub(crate) fn save(mut self, tx: &mut Tx<'_>) -> Result<Vec<ItemId>, Failure> {
        let mut touched: Vec<ItemId> = self.booked.keys().map(|(item, _)| *item).collect();
        if let Some(order_id) = self.rows.first().map(|row| row.order_id).filter(|_| !self.moved_by_channel) {
            answer_requests(tx, order_id, &self.moved())?;
        }
        self.note_cancelled(tx)?;
        let parts: Vec<Components> = self.list.iter().map(|position| self.components(position.order_item_id)).collect();
        for (((row, before), position), parts) in self.rows.iter_mut().zip(&self.rows_before).zip(&self.list).zip(&parts) {
            let none = BTreeMap::new();
            if self.newly_composed.contains(&row.order_item_id) && (position.pieces.shipped > 0 || !position.reserved.is_empty()) {
                sets::note_sold(tx, row.order_item_id, parts)?;
            }
            if *self.reserved_before.get(&row.order_item_id).unwrap_or(&none) != position.reserved {
                touched.extend(parts.iter().map(|(item_id, _)| *item_id));
                write_reservations(tx, position, parts)?;
            }
            row.item_id = position.item_id;
            row.set_pieces(position.pieces);
            if row != before {
                save_row(tx, row)?;
            }
        }
        book(tx, &self.booked)?;
        touched.sort_unstable();
        touched.dedup();
        Ok(touched)
    }
}

/// Stores a changed position.
pub(crate) fn save_row(tx: &mut Tx<'_>, row: &OrderItemRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => update("order_items", row, order_items::order_item_id.eq(row.order_item_id)).execute(c))?;
    Ok(())
}

/// Books pieces from their warehouses. Stock may fall below zero: then more was sold than the ERP had announced, and its
/// next absolute stock puts that right.
fn book(tx: &mut Tx<'_>, booked: &BTreeMap<(ItemId, WarehouseId), i64>) -> Result<(), Failure> {
    if booked.is_empty() {
        return Ok(());
    }
    let touched: Vec<ItemId> = booked.keys().map(|(item, _)| *item).collect();
    // An item may have been deleted since; its stock went with it.
    let existing = stock::mandators_of(&mut tx.conn, &touched)?;
    let counts = stock::of_items(&mut tx.conn, &touched)?;
    let mut counted = Vec::with_capacity(booked.len());
    for ((item_id, warehouse_id), pieces) in booked {
        let Some(mandator_id) = existing.get(item_id) else { continue };
        let count = i64::from(counts.get(&(*item_id, *warehouse_id)).copied().unwrap_or_default()) - pieces;
        let stock_count = i32::try_from(count).map_err(|_| Failure::new(code::STOCK_OVERFLOW, [&count.to_string()]))?;
        counted.push(Counted { item_id: *item_id, warehouse_id: *warehouse_id, mandator_id: *mandator_id, stock_count });
    }
    stock::save(tx, counted)?;
    sets::touch(tx, &existing.into_keys().collect::<Vec<_>>()).map(drop)
}
