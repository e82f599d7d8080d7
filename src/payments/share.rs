//! One share of a payment: noted, and what it does to its order.

use super::orders::open_of;
use crate::domain::order::{PaymentDocument, PaymentStatus};
use crate::domain::payment::{Grounds, PaymentKind, PaymentState, Reason};
use crate::domain::{AccountId, Decimal, Failure, OrderId};
use crate::store::Tx;
use crate::store::orders;
use crate::store::payments::{self, AssignmentRow, PaymentRow};

/// What an order has of all payments.
pub(super) fn assigned_to(tx: &mut Tx<'_>, order_id: OrderId) -> Result<Decimal, Failure> {
    let payable = payments::payables(&mut tx.conn, &[order_id])?.pop();
    let assigned = payable.map(|payable| payable.assigned).unwrap_or_default();
    Ok(assigned.iter().fold(Decimal::ZERO, |sum, amount| Decimal(sum.0.saturating_add(amount.0))))
}

/// Assigns a share of a payment. The order is paid when nothing of it is open, and waits for money again when a return took some.
pub(super) fn assign_share(
    tx: &mut Tx<'_>,
    row: &mut PaymentRow,
    (order_id, amount, grounds): (OrderId, Decimal, Grounds),
    by: &str,
) -> Result<Option<AccountId>, Failure> {
    let Some(mut order) = orders::get(&mut tx.conn, order_id)? else { return Ok(None) };
    let grounds = Grounds { paid_before: order.data.payment_status_id == Some(PaymentStatus::Paid), ..grounds };
    let with_charges = grounds.reasons.contains(&Reason::AmountWithCharges);
    let assignment = AssignmentRow {
        payment_assignment_id: 0,
        payment_id: row.payment_id,
        order_id,
        amount: amount.0,
        assigned_at: 0,
        assigned_by: by.to_owned(),
        data: grounds,
    };
    payments::add_assignment(tx, assignment)?;
    row.open_amount = row.open_amount.saturating_sub(amount.0);
    row.state = if row.open_amount == 0 { PaymentState::Assigned } else { PaymentState::PartlyAssigned };
    row.data.candidates.clear();
    payments::save(tx, row, by)?;
    let open = open_of(&mut tx.conn, order_id)?;
    let before = order.clone();
    let mut account = None;
    if amount.0 > 0 {
        let in_full = open.0 <= 0 || with_charges;
        account = if in_full { orders::pay(tx, &mut order, row.transaction_id.clone())? } else { None };
        let document = document_of(row, in_full);
        if orders::add_payments(tx, order_id, vec![document])? || order != before {
            orders::save(tx, &mut order, by)?;
        }
    } else if row.data.entry.kind == PaymentKind::Returned && open.0 > 0 {
        orders::unpay(&mut order);
        let documents = documents_of(tx, order_id)?;
        orders::add_payments(tx, order_id, documents)?;
        orders::save(tx, &mut order, by)?;
    }
    Ok(account)
}

/// The payments of an order whose money it has no longer.
fn documents_of(tx: &mut Tx<'_>, order_id: OrderId) -> Result<Vec<PaymentDocument>, Failure> {
    let ids = payments::paying(&mut tx.conn, order_id)?;
    Ok(payments::load(&mut tx.conn, &ids)?.iter().map(|row| document_of(row, false)).collect())
}

/// The payment, as `fetchOrders` shows it at the order.
pub(super) fn document_of(row: &PaymentRow, in_full: bool) -> PaymentDocument {
    let entry = &row.data.entry;
    PaymentDocument {
        depositor: entry.depositor.clone(),
        bic: entry.bic.clone(),
        bank_name: entry.bank_name.clone(),
        iban: entry.iban.clone(),
        transaction_id: entry.transaction_id.clone(),
        external_id: Some(row.external_id.clone().unwrap_or_else(|| format!("payment-{}", row.payment_id))),
        payment_status_id: Some(if in_full { PaymentStatus::Paid } else { PaymentStatus::Unpaid }),
        ..PaymentDocument::default()
    }
}
