//! Which payment is for which order: assigning, taking back, and setting apart.

use super::orders::open_of;
use super::returns;
use super::share::{assign_share, assigned_to, document_of};
use crate::domain::order::{OrderStatus, PaymentStatus};
use crate::domain::payment::{Grounds, PaymentState, Reason};
use crate::domain::{AccountId, Currency, Decimal, Failure, OrderId, code};
use crate::store::Tx;
use crate::store::orders;
use crate::store::payments::{self, AssignmentRow, PaymentRow};

/// Assigns an amount of a payment to an order, because somebody says so. Without an amount: as much as both have open.
///
/// # Errors
/// Another currency, a cancelled order, or more than is open of the payment or the order.
pub(crate) fn assign(
    tx: &mut Tx<'_>,
    row: &mut PaymentRow,
    order_id: OrderId,
    amount: Option<Decimal>,
    by: &str,
) -> Result<Option<AccountId>, Failure> {
    let order = orders::get(&mut tx.conn, order_id)?.filter(|order| order.mandator_id == row.mandator_id);
    let order =
        order.ok_or_else(|| Failure::new(code::UNKNOWN_ORDER, ["order_id", &order_id.to_string(), &row.mandator_id.to_string()]))?;
    let currency = order.data.currency_code_iso.as_deref().unwrap_or(Currency::EUR.code());
    if currency != row.currency_code_iso {
        return Err(Failure::new(code::PAYMENT_CURRENCY, [row.currency_code_iso.as_str(), currency]));
    }
    if let Some(amount) = amount {
        of_currency(amount, currency)?;
    }
    // Money that went back takes from what the order has, other money gives to what it needs.
    let outgoing = row.amount < 0;
    if !outgoing && order.order_status_id == OrderStatus::Cancelled {
        return Err(Failure::new(code::STATUS_NOT_ALLOWED, [order.order_status_id.word(), "PAID"]));
    }
    let of_order = if outgoing { assigned_to(tx, order_id)? } else { open_of(&mut tx.conn, order_id)? };
    let of_payment = Decimal(row.open_amount.saturating_abs());
    let most = of_payment.min(of_order);
    let asked = amount.unwrap_or(most);
    if asked.0 <= 0 || asked > most || row.state == PaymentState::Assigned {
        return Err(Failure::new(code::PAYMENT_TOO_MUCH, [&asked.to_string(), &of_payment.to_string(), &of_order.to_string()]));
    }
    let grounds = Grounds { reasons: vec![Reason::ByHand], ..Grounds::default() };
    let amount = if outgoing { Decimal(-asked.0) } else { asked };
    let account = assign_share(tx, row, (order_id, amount, grounds), by)?;
    returns::follow(tx, row, by)?;
    Ok(account)
}

/// An amount has no more decimals than its currency.
///
/// # Errors
/// It has more.
pub(crate) fn of_currency(amount: Decimal, currency: &str) -> Result<(), Failure> {
    let decimals = Currency::parse(currency).unwrap_or(Currency::EUR).decimals();
    match amount.to_units(decimals) {
        Some(_) => Ok(()),
        None => Err(Failure::new(code::PAYMENT_DECIMALS, [&amount.to_string(), currency, &decimals.to_string()])),
    }
}

/// Nothing of what a payment has open concerns an order. A waiting one concerns none, of one that is assigned in part the rest
/// stays open and is looked at no more. Nothing changes at one that is set apart already.
///
/// # Errors
/// All of it is assigned.
pub(crate) fn set_apart(tx: &mut Tx<'_>, row: &mut PaymentRow, by: &str) -> Result<(), Failure> {
    row.state = match row.state {
        PaymentState::NoOrder => return Ok(()),
        PaymentState::Waiting => PaymentState::NoOrder,
        PaymentState::PartlyAssigned => PaymentState::Assigned,
        PaymentState::Assigned => {
            return Err(Failure::new(code::PAYMENT_STATE, [row.state.word(), PaymentState::NoOrder.word()]));
        }
    };
    row.data.candidates.clear();
    payments::save(tx, row, by)
}

/// Takes a payment back from its orders, or from one of them, because somebody says so: it waits again, and Kontor assigns it
/// never again automatically. Gives the accounts whose channels hear of something.
///
/// # Errors
/// It is not assigned to that order.
pub(crate) fn take_back(tx: &mut Tx<'_>, row: &mut PaymentRow, of: Option<OrderId>, by: &str) -> Result<Vec<AccountId>, Failure> {
    let assignments = payments::assignments_of(&mut tx.conn, &[row.payment_id])?;
    let (taken, kept): (Vec<AssignmentRow>, Vec<AssignmentRow>) =
        assignments.into_iter().partition(|assignment| of.is_none_or(|order_id| assignment.order_id == order_id));
    if let (Some(order_id), []) = (of, taken.as_slice()) {
        return Err(Failure::new(code::PAYMENT_NOT_ASSIGNED, [&row.payment_id.to_string(), &order_id.to_string()]));
    }
    for assignment in &taken {
        payments::remove_assignment(tx, assignment.payment_assignment_id)?;
        row.open_amount = row.open_amount.saturating_add(assignment.amount);
    }
    row.state = if kept.is_empty() { PaymentState::Waiting } else { PaymentState::PartlyAssigned };
    row.data.taken_back = true;
    row.data.candidates.clear();
    payments::save(tx, row, by)?;
    let mut accounts = Vec::new();
    for assignment in taken {
        accounts.extend(taken_from(tx, row, &assignment, by)?);
    }
    Ok(accounts)
}

/// What it does to an order that an assignment was taken from it.
fn taken_from(tx: &mut Tx<'_>, row: &PaymentRow, assignment: &AssignmentRow, by: &str) -> Result<Option<AccountId>, Failure> {
    let Some(mut order) = orders::get(&mut tx.conn, assignment.order_id)? else { return Ok(None) };
    let open = open_of(&mut tx.conn, assignment.order_id)?;
    let is_paid = order.data.payment_status_id == Some(PaymentStatus::Paid);
    if assignment.amount > 0 {
        if open.0 > 0 && is_paid && !assignment.data.paid_before {
            orders::unpay(&mut order);
        }
        orders::add_payments(tx, assignment.order_id, vec![document_of(row, false)])?;
        orders::save(tx, &mut order, by)?;
        return Ok(None);
    }
    // The order has its money after all.
    if open.0 > 0 || is_paid || order.order_status_id == OrderStatus::Cancelled {
        return Ok(None);
    }
    let account = orders::pay(tx, &mut order, None)?;
    orders::save(tx, &mut order, by)?;
    Ok(account)
}
