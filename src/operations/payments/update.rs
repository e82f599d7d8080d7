//! `updatePayments`: payments that the ERP reports, and its word on those that wait.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{PaymentKeys, PaymentState};
use crate::domain::payment::{self, PaymentKind};
use crate::domain::{Currency, Decimal, Failure, FieldName, MandatorId, PaymentId, Worded, code, limits};
use crate::operations::common::ReportAction;
use crate::operations::orders::PaymentOrder;
use crate::operations::wire::{Records, Time};
use crate::operations::{Done, FIRST_VERSION, Work, WriteOperation};
use crate::payments::{Booked, Booking, Debts, assign, book, of_report, of_transaction, set_apart};
use crate::store::payments::{self, PaymentKey, PaymentRow};
use crate::{reports, wire, wire_enum, write_request};

wire_enum! {
    /// Which field identifies a payment.
    PaymentSignificantKey {
        /// The ERP's own number. An unknown one is a new payment.
        External = "external_id",
        /// Kontor's own id.
        Id = "payment_id",
        /// The payment service's id. An unknown one is a new payment.
        Transaction = "transaction_id",
    }
}

wire! {
    /// A payment. A known one is assigned or set apart; its amount, currency and day never change.
    PaymentUpdate {
        /// Which field identifies the payment. Default EXTERNAL_ID.
        significant_key: Option<PaymentSignificantKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// Kontor's own id.
        payment_id: Option<PaymentId>,
        /// The ERP's own number, unique in the mandator.
        external_id: Option<String> [max(100)],
        /// The payment service's id.
        transaction_id: Option<String> [max(limits::TRANSACTION_ID)],
        /// Day of booking. A new payment needs it.
        payment_date: Option<Time>,
        /// The amount; negative: money that was given back. A new payment needs it.
        payment_amount: Option<Decimal>,
        /// Currency, ISO 4217. A new payment needs it.
        currency_code_iso: Option<String>,
        /// Who paid.
        depositor: Option<String> [max(200)],
        /// IBAN.
        iban: Option<String> [max(34)],
        /// BIC.
        bic: Option<String> [max(11)],
        /// Name of the bank.
        bank_name: Option<String> [max(100)],
        /// Text; numbers of orders are looked for in it.
        purpose: Option<String> [max(1000)],
        /// The payer's own reference.
        end_to_end_id: Option<String> [max(100)],
        /// Payment system.
        payment_system_id: Option<i32>,
        /// NO_ORDER: the payment concerns no order.
        payment_status_identifier: Option<PaymentState>,
        /// The orders that it is for. Without any, Kontor looks for the order of a new payment.
        orders: Vec<PaymentOrder> [each("order")],
    }
}

write_request! {
    /// Payments that the ERP reports, and its word on those that wait.
    UpdatePaymentsRequest {
        /// The payments.
        payments: Records<PaymentUpdate> [flat("payment")],
    }
}

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
    let mandator = work.mandator(update.mandator_id)?;
    let (action, mut row) = match known(work, update)? {
        Some(row) => {
            agrees(update, &row, mandator)?;
            (ReportAction::Update, row)
        }
        None => (ReportAction::Insert, new(work, update, debts)?),
    };
    for (order, number) in update.orders.iter().zip(1..) {
        let place = crate::domain::Place::entry("order", number);
        assign_to(work, &mut row, order).map_err(|failure| failure.within(place))?;
        debts.remove(&row.mandator_id);
    }
    match update.payment_status_identifier {
        None => {}
        Some(PaymentState::NoOrder) if update.orders.is_empty() && row.state == payment::PaymentState::Waiting => {
            set_apart(work.tx, &mut row, &work.user.name)?;
        }
        // A repeat of what is so already.
        Some(said) if said == PaymentState::from(row.state) => {}
        Some(said) => {
            let failure = Failure::quoting(code::PAYMENT_STATE, [&row.state.word(), &said.word()]);
            return Err(failure.within("payment_status_identifier"));
        }
    }
    let keys = PaymentKeys {
        payment_id: Some(row.payment_id),
        mandator_id: row.mandator_id,
        external_id: row.external_id,
        transaction_id: row.transaction_id,
        payment_status_identifier: Some(row.state.into()),
    };
    Ok((Some(action), keys))
}

/// The payment that a record names; `None`: it is new.
fn known(work: &mut Work<'_, '_>, update: &PaymentUpdate) -> Result<Option<PaymentRow>, Failure> {
    let chosen = update.significant_key.unwrap_or_default();
    let missing = || Failure::missing(chosen.word());
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty()).ok_or_else(missing);
    let (value, mut found) = match chosen {
        PaymentSignificantKey::Id => {
            let id = update.payment_id.ok_or_else(missing)?;
            (id.to_string(), payments::find(&mut work.tx.conn, update.mandator_id, PaymentKey::Id(id))?)
        }
        PaymentSignificantKey::External => {
            let id = filled(&update.external_id)?;
            let found = payments::find(&mut work.tx.conn, update.mandator_id, PaymentKey::External(&id))?;
            (id, found)
        }
        PaymentSignificantKey::Transaction => {
            let id = filled(&update.transaction_id)?;
            let found = payments::find(&mut work.tx.conn, update.mandator_id, PaymentKey::Transaction(&id))?;
            (id, found)
        }
    };
    if found.len() > 1 {
        return Err(Failure::quoting(code::AMBIGUOUS, [&found.len(), &FieldName(chosen.word()), &value]));
    }
    match found.pop() {
        None if chosen == PaymentSignificantKey::Id => {
            Err(Failure::quoting(code::UNKNOWN_PAYMENT, [&FieldName("payment_id"), &value, &update.mandator_id]))
        }
        found => Ok(found),
    }
}

/// A known payment is not another one.
fn agrees(update: &PaymentUpdate, row: &PaymentRow, mandator: &crate::config::Mandator) -> Result<(), Failure> {
    let differs = |field: &'static str, known: String, said: String| {
        Failure::quoting(code::PAYMENT_DIFFERS, [&FieldName(field), &known, &said]).within(field)
    };
    if let Some(said) = update.payment_amount.filter(|amount| amount.0 != row.amount) {
        return Err(differs("payment_amount", Decimal(row.amount).to_string(), said.to_string()));
    }
    if let Some(said) = update.currency_code_iso.as_ref().filter(|currency| **currency != row.currency_code_iso) {
        return Err(differs("currency_code_iso", row.currency_code_iso.clone(), said.clone()));
    }
    let booked = row.data.entry.booked;
    let day = update.payment_date.map(|time| time.stamp(mandator.time_zone).day_in(mandator.time_zone));
    match day.filter(|day| *day != booked) {
        Some(day) => Err(differs("payment_date", booked.to_string(), day.to_string())),
        None => Ok(()),
    }
}

/// Stores a new payment, and looks for its order where the record names none.
fn new(work: &mut Work<'_, '_>, update: &PaymentUpdate, debts: &mut BTreeMap<MandatorId, Debts>) -> Result<PaymentRow, Failure> {
    let mandator = work.mandator(update.mandator_id)?;
    let date = update.payment_date.ok_or_else(|| Failure::missing("payment_date"))?;
    let amount = update.payment_amount.ok_or_else(|| Failure::missing("payment_amount"))?;
    let code_iso = update.currency_code_iso.clone().ok_or_else(|| Failure::missing("currency_code_iso"))?;
    let currency = Currency::parse(&code_iso).ok_or_else(|| {
        let known = Worded::new("the ISO 4217 codes of currencies such as EUR", "der Währungscodes aus ISO 4217, etwa EUR");
        Failure::quoting(code::NOT_IN_LIST, [&code_iso, &known]).within("currency_code_iso")
    })?;
    let entry = payment::Entry {
        kind: if amount.0 < 0 { PaymentKind::Refund } else { PaymentKind::Received },
        booked: date.stamp(mandator.time_zone).day_in(mandator.time_zone),
        amount: amount.rounded(currency.decimals()),
        currency: code_iso,
        depositor: update.depositor.clone(),
        iban: update.iban.as_ref().map(|iban| iban.split_whitespace().collect::<String>().to_uppercase()),
        bic: update.bic.clone(),
        bank_name: update.bank_name.clone(),
        purpose: update.purpose.clone().into_iter().collect(),
        end_to_end_id: update.end_to_end_id.clone(),
        transaction_id: update.transaction_id.clone(),
        ..payment::Entry::default()
    };
    let key = match (update.significant_key.unwrap_or_default(), &update.external_id) {
        (PaymentSignificantKey::External, Some(id)) => of_report(id),
        _ => of_transaction(&entry),
    };
    let booking = Booking {
        mandator: mandator.clone(),
        account: None,
        statement_key: String::new(),
        key,
        entry,
        external_id: update.external_id.clone(),
        payment_system_id: update.payment_system_id,
        by: work.user.name.clone(),
    };
    let looks = update.orders.is_empty() && update.payment_status_identifier.is_none();
    let own = match looks {
        true => Some(match debts.entry(mandator.mandator_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Debts::open(&mut work.tx.conn, mandator.mandator_id, mandator.time_zone)?),
        }),
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

fn assign_to(work: &mut Work<'_, '_>, row: &mut PaymentRow, order: &PaymentOrder) -> Result<(), Failure> {
    let order_id = order.find(work, row.mandator_id)?;
    let assigned = payments::assignments_of(&mut work.tx.conn, &[row.payment_id])?;
    let of_order = assigned.iter().filter(|known| known.order_id == order_id).fold(0_i64, |sum, known| sum.saturating_add(known.amount));
    // The same again is a repeat.
    if of_order != 0 && order.assigned_amount.is_none_or(|amount| amount.0 == of_order.saturating_abs()) {
        return Ok(());
    }
    let told = assign(work.tx, row, order_id, order.assigned_amount, &work.user.name)?;
    work.wake(told);
    Ok(())
}
