//! Storing a payment, and what it does to orders.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::keys::EntryKey;
use super::matching::{Verdict, judge, named};
use super::orders::{Debts, open_of};
use crate::config::Mandator;
use crate::domain::order::{PaymentDocument, PaymentStatus};
use crate::domain::payment::{Entry, Grounds, PaymentKind, PaymentRecord, PaymentState, Reason};
use crate::domain::{AccountId, Decimal, Failure, MandatorId, OrderId, PaymentId, Stamp, code};
use crate::store::Tx;
use crate::store::orders;
use crate::store::payments::{self, AssignmentRow, PaymentKey, PaymentRow};

/// A payment that somebody reports.
#[derive(Debug, Clone)]
pub(crate) struct Booking {
    pub(crate) mandator: Mandator,
    /// Our own account.
    pub(crate) account: Option<String>,
    /// Empty: of no statement that has a number.
    pub(crate) statement_key: String,
    pub(crate) key: EntryKey,
    pub(crate) entry: Entry,
    /// The ERP's own number.
    pub(crate) external_id: Option<String>,
    pub(crate) payment_system_id: Option<i32>,
    pub(crate) by: String,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Booked {
    Known(PaymentRow),
    New(PaymentRow, Vec<AccountId>),
}

/// Stores a payment, unless it is known, and assigns it where that is sure. `debts`: `None`, if somebody assigns it by hand.
pub(crate) fn book(tx: &mut Tx<'_>, booking: Booking, debts: Option<&mut Debts>) -> Result<Booked, Failure> {
    let mandator_id = booking.mandator.mandator_id;
    let same = payments::find(&mut tx.conn, mandator_id, PaymentKey::Entry(&booking.key.key))?;
    // What nobody named may be the same in another statement, or just look like it.
    let is_known = |row: &PaymentRow| {
        let numbered = !row.statement_key.is_empty() && !booking.statement_key.is_empty();
        booking.key.named || !numbered || row.statement_key == booking.statement_key
    };
    let possibly_same = !same.is_empty();
    if let Some(known) = same.into_iter().find(is_known) {
        return Ok(Booked::Known(known));
    }
    let mut row = payments::insert(tx, row_of(booking, possibly_same))?;
    let accounts = match debts {
        Some(debts) => settle(tx, &mut row, debts)?,
        None => Vec::new(),
    };
    Ok(Booked::New(row, accounts))
}

fn row_of(booking: Booking, possibly_same: bool) -> PaymentRow {
    let entry = booking.entry;
    let state = match entry.kind {
        PaymentKind::Received | PaymentKind::Sum | PaymentKind::Returned | PaymentKind::Refund => PaymentState::Waiting,
        PaymentKind::Outgoing | PaymentKind::Other => PaymentState::NoOrder,
    };
    PaymentRow {
        payment_id: PaymentId(0),
        mandator_id: booking.mandator.mandator_id,
        entry_key: booking.key.key,
        statement_key: booking.statement_key,
        payment_account: booking.account,
        payment_date: midnight(entry.booked, booking.mandator.time_zone).0,
        amount: entry.amount.0,
        open_amount: entry.amount.0,
        currency_code_iso: entry.currency.clone(),
        depositor: entry.depositor.clone(),
        iban: entry.iban.clone(),
        transaction_id: entry.transaction_id.clone(),
        external_id: booking.external_id,
        end_to_end_id: entry.end_to_end_id.clone(),
        payment_system_id: booking.payment_system_id,
        state,
        created_at: 0,
        last_changed: 0,
        last_changed_by: booking.by,
        data: PaymentRecord { entry, possibly_same, ..PaymentRecord::default() },
    }
}

fn midnight(day: NaiveDate, zone: Tz) -> Stamp {
    let local = day.and_time(NaiveTime::MIN);
    let time = zone.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |time| time.to_utc());
    Stamp::from_utc(time)
}

/// Assigns a new payment where that is sure, else notes for whom it may be.
fn settle(tx: &mut Tx<'_>, row: &mut PaymentRow, debts: &mut Debts) -> Result<Vec<AccountId>, Failure> {
    match row.data.entry.kind {
        PaymentKind::Received => received(tx, row, debts),
        PaymentKind::Returned | PaymentKind::Refund => gone_back(tx, row, debts).map(|()| Vec::new()),
        PaymentKind::Outgoing | PaymentKind::Sum | PaymentKind::Other => Ok(Vec::new()),
    }
}

fn received(tx: &mut Tx<'_>, row: &mut PaymentRow, debts: &mut Debts) -> Result<Vec<AccountId>, Failure> {
    let possible = debts.with_named(&mut tx.conn, &row.data.entry)?;
    let customers = match &row.iban {
        Some(iban) => payments::customers_of_iban(&mut tx.conn, row.mandator_id, iban)?,
        None => Default::default(),
    };
    let by = row.last_changed_by.clone();
    match judge(&row.data.entry, &possible, &customers, row.data.possibly_same) {
        Verdict::Wait(candidates) => {
            if !candidates.is_empty() {
                row.data.candidates = candidates;
                payments::save(tx, row, &by)?;
            }
            Ok(Vec::new())
        }
        Verdict::Assign(shares) => {
            let mut accounts = Vec::new();
            for (order_id, amount, grounds) in shares {
                accounts.extend(assign_share(tx, row, (order_id, amount, grounds), &by)?);
                debts.refresh(&mut tx.conn, order_id)?;
            }
            Ok(accounts)
        }
    }
}

/// Money of a payment that went back: its orders have it no longer.
fn gone_back(tx: &mut Tx<'_>, row: &mut PaymentRow, debts: &mut Debts) -> Result<(), Failure> {
    let by = row.last_changed_by.clone();
    let entry = row.data.entry.clone();
    let reason = if entry.kind == PaymentKind::Refund { Reason::RefundOf } else { Reason::ReturnOf };
    let sent_back = Decimal(entry.amount.0.saturating_neg().saturating_sub(entry.charges.0));
    if let Some(shares) = undone(tx, row.mandator_id, &entry, sent_back)? {
        for (order_id, amount) in shares {
            let grounds = Grounds { reasons: vec![reason], ..Grounds::default() };
            assign_share(tx, row, (order_id, Decimal(-amount.0), grounds), &by)?;
            debts.refresh(&mut tx.conn, order_id)?;
        }
        // What is left of it is the fee.
        row.state = PaymentState::Assigned;
    } else {
        row.data.candidates = named(&entry, &debts.with_named(&mut tx.conn, &entry)?);
    }
    payments::save(tx, row, &by)
}

/// What the orders of the original payment lose; `None`: it is not known, or does not agree.
fn undone(tx: &mut Tx<'_>, mandator_id: MandatorId, entry: &Entry, sent_back: Decimal) -> Result<Option<Vec<(OrderId, Decimal)>>, Failure> {
    let key = match (&entry.original_transaction, &entry.end_to_end_id) {
        (Some(id), _) => PaymentKey::Transaction(id),
        (None, Some(id)) => PaymentKey::EndToEnd(id),
        (None, None) => return Ok(None),
    };
    let found = payments::find(&mut tx.conn, mandator_id, key)?;
    let mut received = found.into_iter().filter(|row| row.amount > 0 && row.currency_code_iso == entry.currency);
    let (Some(original), None) = (received.next(), received.next()) else { return Ok(None) };
    let mut kept: Vec<(OrderId, Decimal)> = Vec::new();
    for assignment in payments::assignments_of(&mut tx.conn, &[original.payment_id])? {
        kept.push((assignment.order_id, Decimal(assignment.amount)));
    }
    let sum = kept.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(amount.0));
    let open: Decimal = match kept.as_slice() {
        [(order_id, _)] => assigned_to(tx, *order_id)?,
        _ => Decimal(sum),
    };
    match kept.as_slice() {
        _ if sent_back.0 <= 0 => Ok(None),
        [(order_id, _)] if entry.kind == PaymentKind::Refund && sent_back <= open => Ok(Some(vec![(*order_id, sent_back)])),
        [] => Ok(None),
        _ if sum == sent_back.0 && sent_back <= open => Ok(Some(kept)),
        _ => Ok(None),
    }
}

fn assigned_to(tx: &mut Tx<'_>, order_id: OrderId) -> Result<Decimal, Failure> {
    let payable = payments::payables(&mut tx.conn, &[order_id])?.pop();
    let assigned = payable.map(|payable| payable.assigned).unwrap_or_default();
    Ok(assigned.iter().fold(Decimal::ZERO, |sum, amount| Decimal(sum.0.saturating_add(amount.0))))
}

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
    if let Some(currency) = order.data.currency_code_iso.as_ref().filter(|currency| **currency != row.currency_code_iso) {
        return Err(Failure::new(code::PAYMENT_CURRENCY, [&row.currency_code_iso, currency]));
    }
    // Money that went back takes from what the order has, other money gives to what it needs.
    let outgoing = row.amount < 0;
    let of_order = if outgoing { assigned_to(tx, order_id)? } else { open_of(&mut tx.conn, order_id)? };
    let of_payment = Decimal(row.open_amount.saturating_abs());
    let most = of_payment.min(of_order);
    let asked = amount.unwrap_or(most);
    if asked.0 <= 0 || asked > most || row.state == PaymentState::Assigned {
        return Err(Failure::new(code::PAYMENT_TOO_MUCH, [&asked.to_string(), &of_payment.to_string(), &of_order.to_string()]));
    }
    let grounds = Grounds { reasons: vec![Reason::ByHand], ..Grounds::default() };
    let amount = if outgoing { Decimal(-asked.0) } else { asked };
    assign_share(tx, row, (order_id, amount, grounds), by)
}

/// The payment concerns no order.
pub(crate) fn set_apart(tx: &mut Tx<'_>, row: &mut PaymentRow, by: &str) -> Result<(), Failure> {
    row.state = PaymentState::NoOrder;
    row.data.candidates.clear();
    payments::save(tx, row, by)
}

fn assign_share(
    tx: &mut Tx<'_>,
    row: &mut PaymentRow,
    (order_id, amount, grounds): (OrderId, Decimal, Grounds),
    by: &str,
) -> Result<Option<AccountId>, Failure> {
    let Some(mut order) = orders::get(&mut tx.conn, order_id)? else { return Ok(None) };
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
        orders::save(tx, &mut order, by)?;
    }
    Ok(account)
}

/// The payment, as `fetchOrders` shows it at the order.
fn document_of(row: &PaymentRow, in_full: bool) -> PaymentDocument {
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
