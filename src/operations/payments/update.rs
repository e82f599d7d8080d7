//! `updatePayments`: payments that the ERP reports, and its word on those that wait.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::request::PaymentUpdate;
use super::{PaymentKeys, PaymentState, find};
use crate::config::Mandator;
use crate::domain::payment::{self, PaymentKind};
use crate::domain::{Currency, Decimal, Failure, FieldName, MandatorId, OrderId, Place, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::ibans::look_at_iban;
use crate::operations::wire::Records;
use crate::operations::{Done, FIRST_VERSION, Work, WriteOperation};
use crate::payments::{Booked, Booking, Debts, assign, book, of_currency, of_report, of_transaction, set_apart, settle, take_back};
use crate::store::payments::{self, PaymentKey, PaymentRow};
use crate::{reports, write_request};

write_request! {
    /// Payments that the ERP reports, and its word on those that wait.
    UpdatePaymentsRequest {
        /// The payments.
        payments: Records<PaymentUpdate> [flat("payment")],
    }
}

/// Days from now on which a payment may be booked: time zones and bookings of the next working days.
const LATEST_DAYS: u64 = 31;

reports! { UpdatePaymentsResult, PaymentReport, payment: PaymentKeys }

/// The operation.
pub(crate) struct UpdatePayments;

impl WriteOperation for UpdatePayments {
    const NAME: &'static str = "updatePayments";
    const DOC: &'static str = "Takes payments, and assigns payments that wait to orders. An order that is paid in full steps on, and its \
        channel hears of it.";
    const VERSIONS: &'static [&'static str] = &[FIRST_VERSION, "1.1.0"];
    type Request = UpdatePaymentsRequest;
    type Result = UpdatePaymentsResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdatePaymentsRequest) -> Result<UpdatePaymentsResult, Failure> {
        let mut debts: BTreeMap<MandatorId, Debts> = BTreeMap::new();
        let reports = work.each(
            request.payments,
            |update: &PaymentUpdate| update.mandator_id,
            |work, update| {
                let done = work.in_savepoint(|work| report(work, &update, &mut debts));
                if done.is_err() {
                    // What was undone is still in there.
                    debts.remove(&update.mandator_id);
                }
                done.map_err(|failure| (failure, Some(keys(&update))))
            },
        )?;
        Ok(UpdatePaymentsResult::of(reports))
    }
}

fn keys(update: &PaymentUpdate) -> PaymentKeys {
    PaymentKeys {
        payment_id: update.payment_id,
        mandator_id: update.mandator_id,
        external_id: update.external_id.clone(),
        transaction_id: update.transaction_id.clone(),
        payment_status_identifier: None,
    }
}

fn report(work: &mut Work<'_, '_>, update: &PaymentUpdate, debts: &mut BTreeMap<MandatorId, Debts>) -> Result<Done<PaymentKeys>, Failure> {
    let mandator = work.mandator(update.mandator_id)?.clone();
    let (action, mut row) = match find::known(work, update)? {
        Some(mut row) => {
            find::agrees(update, &row, &mandator)?;
            if find::fill(work, update, &mut row)? && row.state == payment::PaymentState::Waiting && looks_for_order(update) {
                let own = open(debts, work, &mandator)?;
                let accounts = settle(work.tx, &mut row, own)?;
                accounts.into_iter().for_each(|account| work.wake(Some(account)));
            }
            (ReportAction::Update, row)
        }
        None => (ReportAction::Insert, new(work, update, debts)?),
    };
    look_at_iban(&mut work.advice, "iban", update.iban.as_deref());
    assign_to(work, &mut row, update)?;
    if !update.orders.is_empty() {
        debts.remove(&row.mandator_id);
    }
    become_as_said(work, &mut row, update, debts).map_err(|failure| failure.within("payment_status_identifier"))?;
    let keys = PaymentKeys {
        payment_id: Some(row.payment_id),
        mandator_id: row.mandator_id,
        external_id: row.external_id,
        transaction_id: row.transaction_id,
        payment_status_identifier: Some(row.state.into()),
    };
    Ok((Some(action), keys))
}

/// Takes over what the ERP says of the state.
fn become_as_said(
    work: &mut Work<'_, '_>,
    row: &mut PaymentRow,
    update: &PaymentUpdate,
    debts: &mut BTreeMap<MandatorId, Debts>,
) -> Result<(), Failure> {
    use payment::PaymentState as Now;
    let alone = update.orders.is_empty();
    match (update.payment_status_identifier, row.state) {
        (None, _) => Ok(()),
        // A repeat of what is so already.
        (Some(said), now) if said == PaymentState::from(now) => Ok(()),
        (Some(PaymentState::NoOrder), Now::Waiting) if alone => set_apart(work.tx, row, &work.user.name),
        (Some(PaymentState::Assigned), Now::PartlyAssigned) => set_apart(work.tx, row, &work.user.name),
        (Some(PaymentState::Waiting), _) if alone => {
            debts.remove(&row.mandator_id);
            let accounts = take_back(work.tx, row, None, &work.user.name)?;
            accounts.into_iter().for_each(|account| work.wake(Some(account)));
            Ok(())
        }
        (Some(said), now) => Err(Failure::quoting(code::PAYMENT_STATE, [&now.word(), &said.word()])),
    }
}

/// Nobody says for whom it is, or that nobody is to look.
fn looks_for_order(update: &PaymentUpdate) -> bool {
    update.orders.is_empty() && update.payment_status_identifier.is_none()
}

/// The orders of a mandator, read once in a call.
fn open<'d>(debts: &'d mut BTreeMap<MandatorId, Debts>, work: &mut Work<'_, '_>, mandator: &Mandator) -> Result<&'d mut Debts, Failure> {
    match debts.entry(mandator.mandator_id) {
        Entry::Occupied(known) => Ok(known.into_mut()),
        Entry::Vacant(unknown) => Ok(unknown.insert(Debts::open(&mut work.tx.conn, mandator.mandator_id, mandator.time_zone)?)),
    }
}

/// Stores a new payment, and looks for its order where the record names none.
fn new(work: &mut Work<'_, '_>, update: &PaymentUpdate, debts: &mut BTreeMap<MandatorId, Debts>) -> Result<PaymentRow, Failure> {
    let mandator = work.mandator(update.mandator_id)?.clone();
    let entry = entry_of(work, update, &mandator)?;
    let external_id = find::filled(&update.external_id);
    if let Some(id) = &external_id {
        find::is_free(work, update.mandator_id, FieldName("external_id"), PaymentKey::External(id), id)?;
    }
    let key = match (&entry.transaction_id, &external_id) {
        (None, Some(id)) => of_report(id),
        _ => of_transaction(&entry),
    };
    let booking = Booking {
        mandator: mandator.clone(),
        account: None,
        statement_key: String::new(),
        key,
        entry,
        external_id,
        payment_system_id: update.payment_system_id,
        by: work.user.name.clone(),
    };
    let own = match looks_for_order(update) {
        true => Some(open(debts, work, &mandator)?),
        false => None,
    };
    match book(work.tx, booking, own)? {
        Booked::Known(row) => Ok(row),
        Booked::New(row, accounts) => {
            accounts.into_iter().for_each(|account| work.wake(Some(account)));
            Ok(row)
        }
    }
}

/// A new payment, in the form of a booking.
fn entry_of(work: &Work<'_, '_>, update: &PaymentUpdate, mandator: &Mandator) -> Result<payment::Entry, Failure> {
    let date = update.payment_date.ok_or_else(|| Failure::missing("payment_date"))?;
    let amount = update.payment_amount.ok_or_else(|| Failure::missing("payment_amount"))?;
    let currency = update.currency_code_iso.clone().ok_or_else(|| Failure::missing("currency_code_iso"))?;
    if Currency::parse(&currency).is_none() {
        let known = Worded::new("the ISO 4217 codes of currencies such as EUR", "der Währungscodes aus ISO 4217, etwa EUR");
        return Err(Failure::quoting(code::NOT_IN_LIST, [&currency, &known]).within("currency_code_iso"));
    }
    of_currency(amount, &currency).map_err(|failure| failure.within("payment_amount"))?;
    if amount == Decimal::ZERO {
        let known = Worded::new("the amounts other than 0", "der Beträge außer 0");
        return Err(Failure::quoting(code::OUT_OF_RANGE, [&amount.to_string(), &known]).within("payment_amount"));
    }
    let booked = date.stamp(mandator.time_zone).day_in(mandator.time_zone);
    let latest = work.tx.stamp.day_in(mandator.time_zone) + chrono::Days::new(LATEST_DAYS);
    if booked > latest {
        let (booked, latest) = (booked.to_string(), latest.to_string());
        let known = Worded::of(format!("the days up to {latest}"), format!("der Tage bis {latest}"));
        return Err(Failure::quoting(code::OUT_OF_RANGE, [&booked, &known]).within("payment_date"));
    }
    Ok(payment::Entry {
        kind: if amount.0 < 0 { PaymentKind::Refund } else { PaymentKind::Received },
        booked,
        amount,
        currency,
        depositor: update.depositor.clone(),
        iban: find::iban(update),
        bic: update.bic.clone(),
        bank_name: update.bank_name.clone(),
        purpose: update.purpose.clone().into_iter().collect(),
        end_to_end_id: find::filled(&update.end_to_end_id),
        transaction_id: find::filled(&update.transaction_id),
        ..payment::Entry::default()
    })
}

/// Assigns the payment to the orders that the record names. An order that it names twice gets both shares.
fn assign_to(work: &mut Work<'_, '_>, row: &mut PaymentRow, update: &PaymentUpdate) -> Result<(), Failure> {
    let mut shares: Vec<(OrderId, Option<Decimal>, usize)> = Vec::with_capacity(update.orders.len());
    for (order, number) in update.orders.iter().zip(1..) {
        let order_id = order.find(work, row.mandator_id).map_err(|failure| failure.within(Place::entry("order", number)))?;
        match shares.iter_mut().find(|(known, ..)| *known == order_id) {
            Some((_, sum, _)) => *sum = sum.zip(order.assigned_amount).and_then(|(sum, more)| sum.checked_add(more)),
            None => shares.push((order_id, order.assigned_amount, number)),
        }
    }
    let assigned = payments::assignments_of(&mut work.tx.conn, &[row.payment_id])?;
    for (order_id, amount, number) in shares {
        let own = assigned.iter().filter(|known| known.order_id == order_id);
        let of_order = own.fold(0_i64, |sum, known| sum.saturating_add(known.amount));
        // The same again is a repeat.
        if of_order != 0 && amount.is_none_or(|amount| amount.0 == of_order.saturating_abs()) {
            continue;
        }
        let told = assign(work.tx, row, order_id, amount, &work.user.name);
        work.wake(told.map_err(|failure| failure.within(Place::entry("order", number)))?);
    }
    Ok(())
}
