//! Payments that wait are looked at again: their orders come later, and change.

use std::collections::BTreeSet;

use super::book::settle;
use super::matching::{Debt, concerns, renewed};
use super::orders::{Debts, debts_of};
use crate::config::Mandator;
use crate::domain::payment::PaymentState;
use crate::domain::{AccountId, Failure, OrderId, PaymentId, Stamp};
use crate::store::payments::{self, PaymentKey, PaymentRow};
use crate::store::{Conn, Store, Tx};

/// Waiting payments that are looked at, the newest, and how many in one transaction.
const MOST: i64 = 2_000;
const AT_A_TIME: usize = 100;
/// Changed orders that are compared with the payments that wait.
const MOST_CHANGED: usize = 5_000;

/// Looks for the orders of all payments of a mandator that wait. `since`: only those that an order may concern which changed
/// since. Gives how many were assigned, and the accounts whose channels hear of something.
pub(crate) fn look_again(store: &Store, mandator: &Mandator, since: Option<Stamp>) -> Result<(usize, Vec<AccountId>), Failure> {
    let (mandator_id, zone) = (mandator.mandator_id, mandator.time_zone);
    let ids = store.read(move |conn| {
        let rows = payments::waiting(conn, mandator_id, MOST)?;
        let changed = match since {
            Some(since) if !rows.is_empty() => Some(payments::changed_orders(conn, mandator_id, since)?),
            _ => None,
        };
        // After many changes it is less to look at all payments.
        let Some(changed) = changed.filter(|changed| changed.len() <= MOST_CHANGED) else {
            return Ok(rows.iter().map(|row| row.payment_id).collect());
        };
        let debts = debts_of(conn, zone, &changed)?;
        let (debts, changed): (Vec<&Debt>, BTreeSet<OrderId>) = (debts.values().collect(), changed.into_iter().collect());
        let possible = |row: &&PaymentRow| {
            row.data.candidates.iter().any(|candidate| changed.contains(&candidate.order_id)) || concerns(&row.data.entry, &debts)
        };
        Ok(rows.iter().filter(possible).map(|row| row.payment_id).collect::<Vec<PaymentId>>())
    })?;
    let (mut assigned, mut accounts) = (0, Vec::new());
    // The oldest first: of two payments for one order, the first pays it.
    let ids: Vec<PaymentId> = ids.into_iter().rev().collect();
    for piece in ids.chunks(AT_A_TIME) {
        let (piece, mandator) = (piece.to_vec(), mandator.clone());
        let (found, woken) = store.write(move |tx| piece_of(tx, &mandator, &piece))?;
        assigned += found;
        accounts.extend(woken);
    }
    accounts.sort_unstable();
    accounts.dedup();
    Ok((assigned, accounts))
}

fn piece_of(tx: &mut Tx<'_>, mandator: &Mandator, ids: &[PaymentId]) -> Result<(usize, Vec<AccountId>), Failure> {
    let mut debts = Debts::open(&mut tx.conn, mandator.mandator_id, mandator.time_zone)?;
    let (mut assigned, mut accounts) = (0, Vec::new());
    for id in ids {
        let Some(mut row) = payments::find(&mut tx.conn, mandator.mandator_id, PaymentKey::Id(*id))?.pop() else { continue };
        // Somebody else may have assigned it meanwhile.
        if row.state != PaymentState::Waiting {
            continue;
        }
        accounts.extend(settle(tx, &mut row, &mut debts)?);
        assigned += usize::from(row.state == PaymentState::Assigned);
    }
    Ok((assigned, accounts))
}

/// Makes the candidates of payments say what their orders are now.
pub(crate) fn renew(conn: &mut Conn<'_>, rows: &mut [PaymentRow]) -> Result<(), Failure> {
    let mut ids: Vec<OrderId> = rows.iter().flat_map(|row| &row.data.candidates).map(|candidate| candidate.order_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // The day of the order, which depends on the zone, is no part of what is renewed.
    let debts = debts_of(conn, chrono_tz::UTC, &ids)?;
    for row in rows {
        let entry = &row.data.entry;
        for candidate in &mut row.data.candidates {
            if let Some(debt) = debts.get(&candidate.order_id) {
                *candidate = renewed(entry, debt, candidate);
            }
        }
    }
    Ok(())
}
