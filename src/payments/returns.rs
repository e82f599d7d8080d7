//! Money of a payment that went back: refunds, and what a bank or a payment service took back.

use super::matching::named;
use super::orders::Debts;
use super::share::{assign_share, assigned_to};
use crate::domain::payment::{Candidate, Grounds, PaymentKind, PaymentState, Reason};
use crate::domain::{Decimal, Failure, OrderId};
use crate::store::Tx;
use crate::store::payments::{self, PaymentKey, PaymentRow};

/// Takes the money from the orders of its payment, where it is sure which and how much, else notes for whom it may be.
pub(super) fn gone_back(tx: &mut Tx<'_>, row: &mut PaymentRow, debts: &mut Debts) -> Result<(), Failure> {
    let by = row.last_changed_by.clone();
    if let Some(orders) = link(tx, row, &by)? {
        for order_id in orders {
            debts.refresh(&mut tx.conn, order_id)?;
        }
        return Ok(());
    }
    let mut candidates = of_original(tx, row)?;
    let others = named(&row.data.entry, &debts.with_named(&mut tx.conn, &row.data.entry)?);
    candidates
        .extend(others.into_iter().filter(|other| !candidates.iter().any(|known| known.order_id == other.order_id)).collect::<Vec<_>>());
    candidates.iter_mut().for_each(|candidate| candidate.reasons.extend(row.data.doubts()));
    if candidates != row.data.candidates {
        row.data.candidates = candidates;
        payments::save(tx, row, &by)?;
    }
    Ok(())
}

/// A payment has orders now: what went back of it before is taken from them.
pub(super) fn follow(tx: &mut Tx<'_>, payment: &PaymentRow, by: &str) -> Result<(), Failure> {
    if payment.amount <= 0 {
        return Ok(());
    }
    for mut row in payments::waiting_returns(&mut tx.conn, payment)? {
        if matches!(row.data.entry.kind, PaymentKind::Returned | PaymentKind::Refund) {
            link(tx, &mut row, by)?;
        }
    }
    Ok(())
}

/// Takes the money from the orders of the original payment, and gives these; `None`: it is not known, or does not agree.
fn link(tx: &mut Tx<'_>, row: &mut PaymentRow, by: &str) -> Result<Option<Vec<OrderId>>, Failure> {
    if !row.data.doubts().is_empty() {
        return Ok(None);
    }
    let entry = &row.data.entry;
    let reason = reason(entry.kind);
    let sent_back = Decimal(entry.amount.0.saturating_neg().saturating_sub(entry.charges.0));
    let Some(shares) = undone(tx, row, sent_back)? else { return Ok(None) };
    let mut orders = Vec::with_capacity(shares.len());
    for (order_id, amount) in shares {
        let grounds = Grounds { score: reason.points(), reasons: vec![reason], ..Grounds::default() };
        assign_share(tx, row, (order_id, Decimal(-amount.0), grounds), by)?;
        orders.push(order_id);
    }
    // What is left of it is the fee.
    row.state = PaymentState::Assigned;
    payments::save(tx, row, by)?;
    Ok(Some(orders))
}

fn reason(kind: PaymentKind) -> Reason {
    if kind == PaymentKind::Refund { Reason::RefundOf } else { Reason::ReturnOf }
}

/// The payment that went back; `None`: it is not known, or not which.
fn original(tx: &mut Tx<'_>, row: &PaymentRow) -> Result<Option<PaymentRow>, Failure> {
    let entry = &row.data.entry;
    let key = match (&entry.original_transaction, &entry.end_to_end_id) {
        (Some(id), _) => PaymentKey::Transaction(id),
        (None, Some(id)) => PaymentKey::EndToEnd(id),
        (None, None) => return Ok(None),
    };
    let found = payments::find(&mut tx.conn, row.mandator_id, key)?;
    let mut received = found.into_iter().filter(|found| found.amount > 0 && found.currency_code_iso == entry.currency);
    Ok(received.next().filter(|_| received.next().is_none()))
}

/// The orders that have the money of the original payment.
fn of_original(tx: &mut Tx<'_>, row: &PaymentRow) -> Result<Vec<Candidate>, Failure> {
    let Some(original) = original(tx, row)? else { return Ok(Vec::new()) };
    let reason = reason(row.data.entry.kind);
    let mut orders: Vec<OrderId> = payments::assignments_of(&mut tx.conn, &[original.payment_id])?.iter().map(|row| row.order_id).collect();
    orders.sort_unstable();
    orders.dedup();
    Ok(orders.into_iter().map(|order_id| Candidate { order_id, score: reason.points(), reasons: vec![reason] }).collect())
}

/// What the orders of the original payment lose.
fn undone(tx: &mut Tx<'_>, row: &PaymentRow, sent_back: Decimal) -> Result<Option<Vec<(OrderId, Decimal)>>, Failure> {
    let Some(original) = original(tx, row)? else { return Ok(None) };
    let assignments = payments::assignments_of(&mut tx.conn, &[original.payment_id])?;
    let kept: Vec<(OrderId, Decimal)> = assignments.iter().map(|row| (row.order_id, Decimal(row.amount))).collect();
    let sum = kept.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(amount.0));
    let open: Decimal = match kept.as_slice() {
        [(order_id, _)] => assigned_to(tx, *order_id)?,
        _ => Decimal(sum),
    };
    match kept.as_slice() {
        _ if sent_back.0 <= 0 => Ok(None),
        [(order_id, _)] if row.data.entry.kind == PaymentKind::Refund && sent_back <= open => Ok(Some(vec![(*order_id, sent_back)])),
        [] => Ok(None),
        _ if sum == sent_back.0 && sent_back <= open => Ok(Some(kept)),
        _ => Ok(None),
    }
}
