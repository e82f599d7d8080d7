//! `CANCELED`: everything that is open, or the pieces of single positions.

use super::positions::{OrderItemCancellation, open_pieces};
use crate::domain::order::{FactKind, OrderStatus};
use crate::domain::{Failure, OrderItemId, Place};
use crate::operations::Work;
use crate::store::orders::{self, OrderRow, Positions};

/// What a cancellation did.
pub(super) struct Cancelled {
    pub accounts: Vec<i32>,
    pub changed: bool,
    /// What the channel has to hear.
    pub fact: Option<FactKind>,
}

/// Cancels pieces, and gives the order the status that follows: cancelled when nothing of it was shipped, shipped when the
/// rest of an order goes that was shipped in part.
pub(super) fn cancel(work: &mut Work<'_, '_>, row: &mut OrderRow, named: &[OrderItemCancellation]) -> Result<Cancelled, Failure> {
    let warehouses = work.settings.warehouses_of(row.account_id, row.mandator_id);
    let mut positions = Positions::load(&mut work.tx.conn, row.order_id, &warehouses)?;
    let mut pieces = Vec::new();
    if named.is_empty() {
        pieces = positions.open();
        positions.cancel_open();
    } else {
        // Nothing distinguishes a repeat from a second cancellation of the same pieces.
        work.additive = true;
        for (index, cancellation) in named.iter().enumerate() {
            let cancelled = one(&mut positions, cancellation).map_err(|failure| failure.within(Place::entry("order_item", index + 1)))?;
            pieces.push(cancelled);
        }
    }
    if positions.is_open() || positions.is_shipped_in_part() {
        let cancelled = orders::contents(positions.rows(), pieces.iter().copied(), |id| positions.pieces(id).cancelled);
        let fact = FactKind::PositionsCancelled { positions: cancelled, reason: None };
        positions.set_cancelled_told(pieces.iter().map(|(order_item_id, _)| *order_item_id));
        orders::follow_status(row, &positions);
        let accounts = orders::follow_pieces(work.tx, positions)?;
        return Ok(Cancelled { accounts, changed: !pieces.is_empty(), fact: Some(fact) });
    }
    let all: Vec<OrderItemId> = positions.rows().iter().map(|position| position.order_item_id).collect();
    positions.set_cancelled_told(all);
    orders::set_status(row, OrderStatus::Cancelled);
    let accounts = orders::follow_pieces(work.tx, positions)?;
    Ok(Cancelled { accounts, changed: !pieces.is_empty(), fact: Some(FactKind::Cancelled { reason: None }) })
}

fn one(positions: &mut Positions, cancellation: &OrderItemCancellation) -> Result<(OrderItemId, i32), Failure> {
    let order_item_id = cancellation.keys().find(positions.rows())?.order_item_id;
    let pieces = open_pieces(cancellation.quantity, positions.pieces(order_item_id).open())?;
    positions.cancel(order_item_id, pieces);
    Ok((order_item_id, pieces))
}
