//! Storing a payment, and what it does to orders.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::keys::{self, EntryKey, KeyedBy};
use super::matching::{Verdict, judge};
use super::orders::Debts;
use super::returns;
use super::share::assign_share;
use crate::config::Mandator;
use crate::domain::payment::{Entry, PaymentKind, PaymentRecord, PaymentState};
use crate::domain::{AccountId, Failure, PaymentId, Stamp};
use crate::store::Tx;
use crate::store::payments::{self, PaymentKey, PaymentRow};

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
pub(crate) fn book(tx: &mut Tx<'_>, mut booking: Booking, debts: Option<&mut Debts>) -> Result<Booked, Failure> {
    let mandator_id = booking.mandator.mandator_id;
    let same = payments::find(&mut tx.conn, mandator_id, PaymentKey::Entry(&booking.key.key))?;
    let possibly_same = !same.is_empty();
    if let Some(known) = same.into_iter().find(|row| is_known(&booking, row)) {
        return Ok(Booked::Known(known));
    }
    if possibly_same && booking.key.by == KeyedBy::Reference {
        // Another entry has its reference, and no two of a statement may have one key.
        booking.key.key = keys::beside(&booking.key, &booking.entry);
        if let Some(known) = payments::find(&mut tx.conn, mandator_id, PaymentKey::Entry(&booking.key.key))?.pop() {
            return Ok(Booked::Known(known));
        }
    }
    let mut row = payments::insert(tx, row_of(booking, possibly_same))?;
    let accounts = match debts {
        Some(debts) => settle(tx, &mut row, debts)?,
        None => Vec::new(),
    };
    Ok(Booked::New(row, accounts))
}

/// Whether a payment under its key is the one that is booked.
fn is_known(booking: &Booking, row: &PaymentRow) -> bool {
    match booking.key.by {
        KeyedBy::Id => true,
        KeyedBy::Reference => keys::agree(&booking.entry, &row.data.entry),
        KeyedBy::Content => {
            let numbered = !row.statement_key.is_empty() && !booking.statement_key.is_empty();
            !numbered || row.statement_key == booking.statement_key
        }
    }
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
        original_transaction: entry.original_transaction.clone(),
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

/// Assigns a waiting payment where that is sure, else notes for whom it may be.
pub(crate) fn settle(tx: &mut Tx<'_>, row: &mut PaymentRow, debts: &mut Debts) -> Result<Vec<AccountId>, Failure> {
    match row.data.entry.kind {
        PaymentKind::Received => received(tx, row, debts),
        PaymentKind::Returned | PaymentKind::Refund => returns::gone_back(tx, row, debts).map(|()| Vec::new()),
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
    match judge(&row.data.entry, &possible, &customers, &row.data.doubts()) {
        Verdict::Wait(candidates) => {
            if candidates != row.data.candidates {
                row.data.candidates = candidates;
                payments::save(tx, row, &by)?;
            }
            Ok(Vec::new())
        }
        Verdict::Assign(shares) => {
            let orders: Vec<_> = shares.iter().map(|(order_id, ..)| *order_id).collect();
            let mut accounts = Vec::new();
            for (order_id, amount, grounds) in shares {
                accounts.extend(assign_share(tx, row, (order_id, amount, grounds), &by)?);
            }
            returns::follow(tx, row, &by)?;
            for order_id in orders {
                debts.refresh(&mut tx.conn, order_id)?;
            }
            Ok(accounts)
        }
    }
}
