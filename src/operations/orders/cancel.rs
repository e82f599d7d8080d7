//! `CANCELED`: everything that is open, or the pieces of single positions.

use super::positions::{OrderItemCancellation, open_pieces};
use crate::domain::order::{Event, FactKind, FactName, OrderStatus, Step};
use crate::domain::{AccountId, Failure, OrderItemId, Place, code};
use crate::operations::Work;
use crate::store::changes;
use crate::store::orders::{self, OrderRow, Positions};

/// Whether an order can be cancelled, or its rest was cancelled before. Pieces that are named are refused once the order is
/// shipped; nothing distinguishes a repeat from another cancellation there.
pub(super) fn check(row: &OrderRow, named: &[OrderItemCancellation]) -> Result<(), Failure> {
    match row.step(Event::Canceled) {
        Step::To(_) | Step::Recorded => Ok(()),
        Step::Refused if named.is_empty() && row.data.rest_cancelled => Ok(()),
        Step::Refused => Err(Failure::new(code::STATUS_NOT_ALLOWED, [row.order_status_id.word(), "CANCELED"])),
    }
}

/// What a cancellation did.
pub(super) struct Cancelled {
    pub accounts: Vec<AccountId>,
    pub changed: bool,
    /// What the channel has to hear.
    pub fact: FactKind,
}

/// Cancels pieces, and gives the order the status that follows: cancelled when nothing of it was shipped, shipped when the
/// rest of an order goes that was shipped in part.
pub(super) fn cancel(work: &mut Work<'_, '_>, row: &mut OrderRow, named: &[OrderItemCancellation]) -> Result<Cancelled, Failure> {
    let mut positions = Positions::of_order(&mut work.tx.conn, row, work.settings)?;
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
        let fact = FactKind::PositionsCancelled { positions: positions.tell_cancelled(&pieces), reason: None };
        orders::follow_status(row, &positions);
        let accounts = orders::follow_pieces(work.tx, positions, work.settings)?;
        return Ok(Cancelled { accounts, changed: !pieces.is_empty(), fact });
    }
    let all: Vec<OrderItemId> = positions.rows().iter().map(|position| position.order_item_id).collect();
    positions.set_cancelled_told(all);
    orders::set_status(row, OrderStatus::Cancelled);
    let accounts = orders::follow_pieces(work.tx, positions, work.settings)?;
    Ok(Cancelled { accounts, changed: !pieces.is_empty(), fact: FactKind::Cancelled { reason: None } })
}

/// A caller asks once more for what is done already: where the report of it to the channel waits or was refused, it goes
/// again at once. Gives why the channel will not hear of it, if it will not.
pub(super) fn report_again(work: &mut Work<'_, '_>, row: &OrderRow) -> Result<Option<String>, Failure> {
    let Some(account_id) = row.account_id else { return Ok(None) };
    let again = changes::retry_facts(work.tx, row.order_id, &[FactName::Cancelled, FactName::PositionsCancelled])?;
    let active = work.settings.account(account_id).is_some_and(|account| account.active);
    work.concerns(active.then_some(account_id));
    work.awaits.extend(again.open);
    Ok(again.unsent)
}

fn one(positions: &mut Positions, cancellation: &OrderItemCancellation) -> Result<(OrderItemId, i32), Failure> {
    let order_item_id = cancellation.keys().find(positions.rows())?.order_item_id;
    let pieces = open_pieces(cancellation.quantity, positions.pieces(order_item_id).open())?;
    positions.cancel(order_item_id, pieces);
    Ok((order_item_id, pieces))
}
