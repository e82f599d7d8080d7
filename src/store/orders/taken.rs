//! Orders of another installation, at the stage of their life that they have reached there.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::positions::Positions;
use super::{CreditRow, NoticeRow, OrderChangeRow, OrderItemRow, OrderRow, Packed, PacketRow, PaymentRow, RequestRow, Reserved};
use super::{FIRST_ORDER_NUMBER, add_packet, add_tags, warehouses_of};
use crate::domain::order::{PacketDocument, PaymentDocument, Warehouses};
use crate::domain::{Failure, OrderId, OrderItemId};
use crate::on;
use crate::store::numbers::{Number, go_behind};
use crate::store::schema::{cancellation_requests, credit_entries, order_changes, order_items, order_notices, order_packets};
use crate::store::schema::{order_payments, order_tags, orders};
use crate::store::{Tx, next_id};

/// An order with its parts. All numbers are those of the other installation.
#[derive(Debug)]
pub(crate) struct TakenOrder {
    pub(crate) row: OrderRow,
    pub(crate) positions: Vec<OrderItemRow>,
    /// `None`: it is not known where its pieces are reserved.
    pub(crate) reserved: Option<Reserved>,
    pub(crate) packets: Vec<(i32, PacketDocument, Vec<Packed>)>,
    pub(crate) payments: Vec<PaymentDocument>,
    pub(crate) notices: Vec<NoticeRow>,
    pub(crate) tags: Vec<String>,
    pub(crate) changes: Vec<OrderChangeRow>,
    pub(crate) requests: Vec<RequestRow>,
    pub(crate) credits: Vec<CreditRow>,
}

/// The numbers that an order has here.
#[derive(Debug, Default)]
pub(crate) struct Numbered {
    pub(crate) order_id: OrderId,
    /// Positions: number there, number here.
    pub(crate) positions: BTreeMap<OrderItemId, OrderItemId>,
    /// Packages: number there, number here.
    pub(crate) packets: Vec<(i32, i32)>,
}

/// Stores an order as it is elsewhere; `known`: the one that it was stored as before, whose documents stay. Books no stock, and
/// tells nobody.
pub(crate) fn take_over(
    tx: &mut Tx<'_>,
    mut order: TakenOrder,
    known: Option<OrderId>,
    warehouses: &impl Warehouses,
) -> Result<Numbered, Failure> {
    let wish = order.row.order_id.0;
    order.row.last_changed = tx.stamp.0;
    match known {
        Some(order_id) => {
            clear(tx, order_id)?;
            order.row.order_id = order_id;
            on!(&mut tx.conn, c => diesel::update(orders::table.find(order_id)).set(&order.row).execute(c))?;
        }
        None => {
            order.row.order_id = OrderId(Number::ORDER.take(tx, Some(wish))?);
            on!(&mut tx.conn, c => diesel::insert_into(orders::table).values(&order.row).execute(c))?;
            go_behind(tx, "order_number", FIRST_ORDER_NUMBER - 1, order.row.order_number)?;
        }
    }
    let mut numbered = Numbered { order_id: order.row.order_id, ..Numbered::default() };
    positions(tx, &mut order, &mut numbered, warehouses)?;
    for (packet_id, document, contents) in std::mem::take(&mut order.packets) {
        let contents: Vec<Packed> = contents.into_iter().filter_map(|part| renumbered(part, &numbered)).collect();
        let order_id = numbered.order_id;
        let row: PacketRow = Number::PACKET.wished(tx, Some(packet_id), |tx| add_packet(tx, order_id, document, &contents))?;
        numbered.packets.push((packet_id, row.packet_id));
    }
    details(tx, order, &numbered)?;
    Ok(numbered)
}

fn renumbered(part: Packed, numbered: &Numbered) -> Option<Packed> {
    Some(Packed { order_item_id: *numbered.positions.get(&part.order_item_id)?, ..part })
}

/// The positions, and what they reserve.
fn positions(tx: &mut Tx<'_>, order: &mut TakenOrder, numbered: &mut Numbered, warehouses: &impl Warehouses) -> Result<(), Failure> {
    for position in &mut order.positions {
        let there = position.order_item_id;
        position.order_item_id = OrderItemId(Number::ORDER_ITEM.take(tx, Some(there.0))?);
        position.order_id = numbered.order_id;
        numbered.positions.insert(there, position.order_item_id);
        on!(&mut tx.conn, c => diesel::insert_into(order_items::table).values(&*position).execute(c))?;
    }
    let serving = warehouses_of(&mut tx.conn, &order.row, warehouses)?;
    let mut positions = Positions::of(order.positions.clone(), BTreeMap::new(), &serving);
    positions.moved_by_channel();
    match &order.reserved {
        Some(reserved) => {
            let here = |(there, held): (&OrderItemId, &BTreeMap<_, i32>)| Some((*numbered.positions.get(there)?, held.clone()));
            positions.hold(&mut tx.conn, &reserved.iter().filter_map(here).collect())?;
        }
        None if order.row.order_status_id.reserves_stock() => positions.reserve(&mut tx.conn)?,
        None => {}
    }
    positions.save(tx)?;
    Ok(())
}

fn details(tx: &mut Tx<'_>, order: TakenOrder, numbered: &Numbered) -> Result<(), Failure> {
    let order_id = numbered.order_id;
    let here = |there: OrderItemId| numbered.positions.get(&there).copied().unwrap_or(there);
    for data in order.payments {
        let row = PaymentRow { order_payment_id: next_id(tx, "order_payment")?, order_id, data };
        on!(&mut tx.conn, c => diesel::insert_into(order_payments::table).values(&row).execute(c))?;
    }
    for mut row in order.notices {
        row.order_id = order_id;
        row.order_notice_id = Number::ORDER_NOTICE.take(tx, Some(row.order_notice_id))?;
        on!(&mut tx.conn, c => diesel::insert_into(order_notices::table).values(&row).execute(c))?;
    }
    add_tags(tx, order_id, &order.tags)?;
    for mut row in order.changes {
        row.order_id = order_id;
        row.order_item_id = row.order_item_id.map(here);
        row.order_change_id = Number::ORDER_CHANGE.take(tx, Some(row.order_change_id))?;
        on!(&mut tx.conn, c => diesel::insert_into(order_changes::table).values(&row).execute(c))?;
    }
    for mut row in order.requests {
        row.order_id = order_id;
        row.data.pieces.iter_mut().for_each(|pieces| pieces.order_item_id = here(pieces.order_item_id));
        row.cancellation_request_id = Number::CANCELLATION_REQUEST.take(tx, Some(row.cancellation_request_id))?;
        on!(&mut tx.conn, c => diesel::insert_into(cancellation_requests::table).values(&row).execute(c))?;
    }
    for mut row in order.credits {
        row.order_id = order_id;
        row.data.positions.iter_mut().for_each(|pieces| pieces.order_item_id = here(pieces.order_item_id));
        row.credit_entry_id = Number::CREDIT_ENTRY.take(tx, Some(row.credit_entry_id))?;
        on!(&mut tx.conn, c => diesel::insert_into(credit_entries::table).values(&row).execute(c))?;
    }
    Ok(())
}

/// Takes the parts of an order away that come again. What hangs on positions and packages goes with them.
fn clear(tx: &mut Tx<'_>, order_id: OrderId) -> Result<(), Failure> {
    macro_rules! clear {
        ($($table:ident)*) => { $(
            on!(&mut tx.conn, c => diesel::delete($table::table.filter($table::order_id.eq(order_id))).execute(c))?;
        )* };
    }
    clear!(order_packets order_items order_payments order_notices order_tags order_changes cancellation_requests credit_entries);
    Ok(())
}
