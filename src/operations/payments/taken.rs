//! Payments of another installation: what `fetchPayments` shows there, turned back into what is stored.

use super::record::{PaymentAssignment, PaymentRecord};
use crate::config::Mandator;
use crate::domain::payment::{self, Candidate, Entry, Grounds, PaymentKind, PaymentState, Reason};
use crate::domain::{Decimal, Failure, FieldName, PaymentId, code};
use crate::operations::wire::{FieldSpec, Source, Value};
use crate::operations::within::TakenOver;
use crate::operations::{Face, Work};
use crate::payments::{of_entry, of_report, of_transaction};
use crate::store::payments::{self, AssignmentRow, PaymentKey, PaymentRow};
use crate::xml::Node;

static RECORD: FieldSpec = FieldSpec::new("payment", "");

/// Takes over a payment as `fetchPayments` shows it; `known`: the one that it was taken over as before. Its orders have been paid by
/// it there, so nothing happens to them.
pub(crate) fn take_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = PaymentRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let mandator = work.mandator(record.mandator_id)?.clone();
    let entry = entry_of(&record, &mandator);
    let known = known.map(PaymentId);
    let (entry_key, same) = key_of(work, &record, &entry, known)?;
    let known = known.or(same);
    if let Some(number) = &record.external_id {
        let found = payments::find(&mut work.tx.conn, mandator.mandator_id, PaymentKey::External(number))?;
        if found.iter().any(|row| Some(row.payment_id) != known) {
            return Err(Failure::quoting(code::TAKEN, [&(FieldName("external_id"), number.as_str())]).within("external_id"));
        }
    }
    let row = row_of(&record, entry, entry_key, &mandator)?;
    let assignments = record.orders.into_iter().map(|order| assignment_of(order, &mandator)).collect();
    let PaymentId(id) = payments::take_over(work.tx, row, assignments, known)?;
    Ok(TakenOver { id, ..TakenOver::default() })
}

/// By what it is recognised when a statement or the ERP says it again, and the payment that is here under that already.
fn key_of(
    work: &mut Work<'_, '_>,
    record: &PaymentRecord,
    entry: &Entry,
    known: Option<PaymentId>,
) -> Result<(String, Option<PaymentId>), Failure> {
    let key = match (&entry.transaction_id, &record.payment_account, &record.external_id) {
        (Some(_), ..) => of_transaction(entry),
        (None, None, Some(number)) => of_report(number),
        (None, account, _) => of_entry(account.as_deref(), entry, 1),
    };
    let is_shared = |key: &str, work: &mut Work<'_, '_>| payments::find(&mut work.tx.conn, record.mandator_id, PaymentKey::Entry(key));
    let mut found = is_shared(&key.key, work)?;
    found.retain(|row| Some(row.payment_id) != known);
    let Some(other) = found.first() else { return Ok((key.key, None)) };
    if key.is_id() {
        return Ok((key.key, Some(other.payment_id)));
    }
    // Equal entries of one statement are different payments.
    for times in 2..=MOST_ALIKE {
        let next = of_entry(record.payment_account.as_deref(), entry, times).key;
        let mut found = is_shared(&next, work)?;
        found.retain(|row| Some(row.payment_id) != known);
        if found.is_empty() {
            return Ok((next, None));
        }
    }
    Err(Failure::quoting(code::TAKEN, [&(FieldName("payment_id"), record.payment_id.to_string().as_str())]))
}

/// Equal entries of one account and day.
const MOST_ALIKE: usize = 100;

fn entry_of(record: &PaymentRecord, mandator: &Mandator) -> Entry {
    let kind = record.payment_kind.and_then(|said| PaymentKind::ALL.into_iter().find(|kind| kind.word() == said.word()));
    let by_sign = if record.payment_amount.0 < 0 { PaymentKind::Refund } else { PaymentKind::Received };
    let specifics = record.specific_payment_data.clone().unwrap_or_default();
    let of_newer = specifics.paypal.and_then(|paypal| paypal.email);
    Entry {
        kind: kind.unwrap_or(by_sign),
        unclear: has_doubt(record, Reason::KindUnclear),
        booked: record.payment_date.stamp(mandator.time_zone).day_in(mandator.time_zone),
        valued: record.value_date.map(|day| day.0),
        amount: record.payment_amount,
        currency: record.currency_code_iso.clone(),
        charges: record.charges.unwrap_or(Decimal::ZERO),
        fee: record.fee.unwrap_or(Decimal::ZERO),
        bank_reference: record.bank_reference.clone(),
        part: record.batch_part.unwrap_or_default(),
        end_to_end_id: record.end_to_end_id.clone(),
        references: record.references.clone(),
        depositor: record.depositor.clone(),
        ultimate_depositor: record.ultimate_depositor.clone(),
        iban: record.iban.clone(),
        bic: record.bic.clone(),
        bank_name: record.bank_name.clone(),
        email: specifics.paypal_address.and_then(|paypal| paypal.email).or(of_newer),
        purpose: record.purpose.clone().into_iter().collect(),
        transaction_id: record.transaction_id.clone(),
        original_transaction: record.original_transaction_id.clone(),
        return_reason: record.return_reason.clone(),
        ..Entry::default()
    }
}

fn reasons_of(words: &[String]) -> Vec<Reason> {
    words.iter().filter_map(|said| Reason::ALL.into_iter().find(|reason| reason.word() == said)).collect()
}

fn has_doubt(record: &PaymentRecord, doubt: Reason) -> bool {
    record.doubts.iter().any(|said| said == doubt.word())
}

fn row_of(record: &PaymentRecord, entry: Entry, entry_key: String, mandator: &Mandator) -> Result<PaymentRow, Failure> {
    let zone = mandator.time_zone;
    let state = PaymentState::from_id(record.payment_status_id).ok_or_else(|| {
        let known = PaymentState::ALL.map(|state| state.id().to_string()).join(", ");
        Failure::new(code::NOT_IN_LIST, [&record.payment_status_id.to_string(), &known]).within("payment_status_id")
    })?;
    let candidates = record.candidates.iter().map(|candidate| Candidate {
        order_id: candidate.order_id,
        score: candidate.score,
        reasons: reasons_of(&candidate.reasons),
    });
    Ok(PaymentRow {
        payment_id: record.payment_id,
        mandator_id: mandator.mandator_id,
        entry_key,
        statement_key: String::new(),
        payment_account: record.payment_account.clone(),
        payment_date: record.payment_date.stamp(zone).0,
        amount: record.payment_amount.0,
        open_amount: record.open_amount.0,
        currency_code_iso: record.currency_code_iso.clone(),
        depositor: entry.depositor.clone(),
        iban: entry.iban.clone(),
        transaction_id: entry.transaction_id.clone(),
        external_id: record.external_id.clone(),
        end_to_end_id: entry.end_to_end_id.clone(),
        original_transaction: entry.original_transaction.clone(),
        payment_system_id: record.payment_system_id,
        state,
        created_at: record.created_at.stamp(zone).0,
        last_changed: 0,
        last_changed_by: record.last_changed_by.clone(),
        data: payment::PaymentRecord {
            candidates: candidates.collect(),
            possibly_same: has_doubt(record, Reason::PossiblyTheSame),
            taken_back: has_doubt(record, Reason::TakenBack),
            entry,
            ..payment::PaymentRecord::default()
        },
    })
}

fn assignment_of(order: PaymentAssignment, mandator: &Mandator) -> AssignmentRow {
    AssignmentRow {
        payment_assignment_id: 0,
        payment_id: PaymentId(0),
        order_id: order.order_id,
        amount: order.assigned_amount.0,
        assigned_at: order.assigned_at.stamp(mandator.time_zone).0,
        assigned_by: order.assigned_by,
        data: Grounds {
            score: order.score,
            reasons: reasons_of(&order.reasons),
            paid_before: order.paid_before == Some(true),
            ..Grounds::default()
        },
    }
}
