//! What `fetchPayments` shows of a payment.

use std::collections::BTreeMap;

use super::{PaymentNature, PaymentState};
use crate::config::Mandator;
use crate::domain::payment::{self, Candidate};
use crate::domain::{Decimal, Failure, MandatorId, OrderId, PaymentId, Stamp};
use crate::operations::wire::{Day, Time};
use crate::operations::{FIRST_VERSION, Reading};
use crate::payments::renew;
use crate::store::Conn;
use crate::store::payments::{self, AssignmentRow, PaidOrder, PaymentRow};
use crate::wire;

wire! {
    /// A payment.
    PaymentRecord {
        /// Kontor's own id.
        payment_id: PaymentId,
        /// The mandator.
        mandator_id: MandatorId,
        /// The ERP's own number.
        external_id: Option<String>,
        /// The payment service's id.
        transaction_id: Option<String>,
        /// The transaction that this one undoes.
        original_transaction_id: Option<String>,
        /// The account that it is in: an IBAN, or what the payment service calls it.
        payment_account: Option<String>,
        /// What it is about.
        payment_kind: Option<PaymentNature>,
        /// 1 waiting, 2 partly assigned, 3 assigned, 4 concerns no order.
        payment_status_id: i32,
        /// The same in words.
        payment_status_identifier: Option<PaymentState>,
        /// Day of booking.
        payment_date: Time,
        /// Value date.
        value_date: Option<Day>,
        /// The amount; negative: money that left.
        payment_amount: Decimal,
        /// Of the amount, what is not assigned to orders.
        open_amount: Decimal,
        /// Currency, ISO 4217.
        currency_code_iso: String,
        /// Of the amount, what the bank took.
        charges: Option<Decimal>,
        /// What the payment service took beside the amount.
        fee: Option<Decimal>,
        /// Who paid, or got it.
        depositor: Option<String>,
        /// For whom he paid.
        ultimate_depositor: Option<String>,
        /// IBAN.
        iban: Option<String>,
        /// BIC.
        bic: Option<String>,
        /// Name of the bank.
        bank_name: Option<String>,
        /// Text.
        purpose: Option<String>,
        /// The payer's own reference.
        end_to_end_id: Option<String>,
        /// Numbers in fields of their own, such as a creditor reference.
        references: Vec<String> [each("reference")],
        /// The bank's number of the booking.
        bank_reference: Option<String>,
        /// Why it came back, in the bank's code.
        return_reason: Option<String>,
        /// Payment system, as the ERP says it.
        payment_system_id: Option<i32>,
        /// Orders that it is assigned to.
        orders: Vec<PaymentAssignment> [each("order")],
        /// Orders that it may be for, the likeliest first.
        candidates: Vec<PaymentCandidate> [each("candidate")],
        /// When Kontor stored it.
        created_at: Time,
        /// Last change.
        last_changed: Time,
        /// Who changed it last: a user, or kontor payments for the command line.
        last_changed_by: String,
        /// What only the payment service knows.
        specific_payment_data: Option<PaymentSpecifics>,
        /// Its number in a batch of the statement; missing: it is alone.
        batch_part: Option<i32>,
        /// Why only a person may assign it.
        doubts: Vec<String> [each("doubt")],
    }

    /// An order that a payment is assigned to.
    PaymentAssignment {
        /// Kontor's own id of the order.
        order_id: OrderId,
        /// Prefix of the order number.
        order_number_prefix: Option<String>,
        /// The visible number.
        order_number: Option<i32>,
        /// First foreign number.
        external_order_number_1: Option<String>,
        /// Second foreign number.
        external_order_number_2: Option<String>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// Of the payment, what is for this order; negative: money of the order that went back.
        assigned_amount: Decimal,
        /// When it was assigned.
        assigned_at: Time,
        /// Who assigned it: a user, or kontor payments for the command line.
        assigned_by: String,
        /// Points, see the documentation of payments.
        score: i32,
        /// Why.
        reasons: Vec<String> [each("reason")],
        /// true: the order counted as paid before.
        paid_before: Option<bool>,
    }

    /// An order that a payment may be for.
    PaymentCandidate {
        /// Kontor's own id of the order.
        order_id: OrderId,
        /// Prefix of the order number.
        order_number_prefix: Option<String>,
        /// The visible number.
        order_number: Option<i32>,
        /// First foreign number.
        external_order_number_1: Option<String>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// Points, see the documentation of payments.
        score: i32,
        /// Why, and why it is not sure.
        reasons: Vec<String> [each("reason")],
    }

    /// What only the payment service knows.
    PaymentSpecifics {
        /// Format version 1.0.0: PayPal.
        paypal_address: Option<PaypalPayer>,
        /// Format version 1.1.0: PayPal.
        paypal: Option<PaypalPayment>,
    }

    /// The payer at PayPal.
    PaypalPayer {
        /// E-mail address.
        email: Option<String>,
    }

    /// A transaction of PayPal.
    PaypalPayment {
        /// E-mail address of the payer.
        email: Option<String>,
        /// Our account there.
        paypal_account: Option<PaypalAccountKeys>,
        /// PayPal's id of the transaction.
        transaction_id: Option<String>,
    }

    /// An account at PayPal.
    PaypalAccountKeys {
        /// The mandator.
        mandator_id: MandatorId,
        /// Its name at PayPal.
        account_identifier: Option<String>,
    }
}

/// The records of payments with their orders.
pub(super) fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, mut rows: Vec<PaymentRow>) -> Result<Vec<PaymentRecord>, Failure> {
    renew(conn, &mut rows)?;
    let ids: Vec<PaymentId> = rows.iter().map(|row| row.payment_id).collect();
    let assignments = payments::assignments_of(conn, &ids)?;
    let candidates = rows.iter().flat_map(|row| &row.data.candidates).map(|candidate| candidate.order_id);
    let mut orders: Vec<OrderId> = assignments.iter().map(|assignment| assignment.order_id).chain(candidates).collect();
    orders.sort_unstable();
    orders.dedup();
    let orders = payments::numbers_of(conn, &orders)?;
    let mut by_payment: BTreeMap<PaymentId, Vec<AssignmentRow>> = BTreeMap::new();
    for assignment in assignments {
        by_payment.entry(assignment.payment_id).or_default().push(assignment);
    }
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let mandator = reading.mandator(row.mandator_id)?;
        let assigned = by_payment.remove(&row.payment_id).unwrap_or_default();
        let assigned = assigned.into_iter().map(|assignment| assignment_of(assignment, &orders, mandator)).collect();
        records.push(record_of(row, assigned, &orders, mandator, reading.version));
    }
    Ok(records)
}

fn record_of(
    row: PaymentRow,
    assigned: Vec<PaymentAssignment>,
    orders: &BTreeMap<OrderId, PaidOrder>,
    mandator: &Mandator,
    version: &str,
) -> PaymentRecord {
    let time = |stamp: i64| Time::of(Stamp(stamp), mandator.time_zone);
    let some = |amount: Decimal| Some(amount).filter(|amount| *amount != Decimal::ZERO);
    let specific_payment_data = specifics_of(&row, version);
    let doubts = words(row.data.doubts());
    let payment::PaymentRecord { entry, candidates, .. } = row.data;
    PaymentRecord {
        payment_id: row.payment_id,
        mandator_id: row.mandator_id,
        external_id: row.external_id,
        transaction_id: row.transaction_id,
        original_transaction_id: entry.original_transaction,
        payment_account: row.payment_account,
        payment_kind: Some(entry.kind.into()),
        payment_status_id: row.state.id(),
        payment_status_identifier: Some(row.state.into()),
        payment_date: time(row.payment_date),
        value_date: entry.valued.map(Day),
        payment_amount: Decimal(row.amount),
        open_amount: Decimal(row.open_amount),
        currency_code_iso: row.currency_code_iso,
        charges: some(entry.charges),
        fee: some(entry.fee),
        depositor: row.depositor,
        ultimate_depositor: entry.ultimate_depositor,
        iban: row.iban,
        bic: entry.bic,
        bank_name: entry.bank_name,
        purpose: Some(entry.purpose.join(" ")).filter(|text| !text.is_empty()),
        end_to_end_id: row.end_to_end_id,
        references: entry.references,
        bank_reference: entry.bank_reference,
        return_reason: entry.return_reason,
        payment_system_id: row.payment_system_id,
        orders: assigned,
        candidates: candidates.into_iter().map(|candidate| candidate_of(candidate, orders)).collect(),
        created_at: time(row.created_at),
        last_changed: time(row.last_changed),
        last_changed_by: row.last_changed_by,
        specific_payment_data,
        batch_part: Some(entry.part).filter(|part| *part != 0),
        doubts,
    }
}

/// Of transactions with an e-mail address, which only PayPal says. The format version decides the form.
fn specifics_of(row: &PaymentRow, version: &str) -> Option<PaymentSpecifics> {
    let email = row.data.entry.email.clone()?;
    if version == FIRST_VERSION {
        return Some(PaymentSpecifics { paypal_address: Some(PaypalPayer { email: Some(email) }), paypal: None });
    }
    let paypal = PaypalPayment {
        email: Some(email),
        paypal_account: Some(PaypalAccountKeys { mandator_id: row.mandator_id, account_identifier: row.payment_account.clone() }),
        transaction_id: row.transaction_id.clone(),
    };
    Some(PaymentSpecifics { paypal_address: None, paypal: Some(paypal) })
}

fn words(reasons: Vec<payment::Reason>) -> Vec<String> {
    reasons.into_iter().map(|reason| reason.word().to_owned()).collect()
}

fn assignment_of(row: AssignmentRow, orders: &BTreeMap<OrderId, PaidOrder>, mandator: &Mandator) -> PaymentAssignment {
    let order = orders.get(&row.order_id).cloned();
    let numbers = PaymentAssignment {
        order_id: row.order_id,
        assigned_amount: Decimal(row.amount),
        assigned_at: Time::of(Stamp(row.assigned_at), mandator.time_zone),
        assigned_by: row.assigned_by,
        score: row.data.score,
        reasons: words(row.data.reasons),
        paid_before: row.data.paid_before.then_some(true),
        ..PaymentAssignment::default()
    };
    match order {
        Some(order) => PaymentAssignment {
            order_number_prefix: order.order_number_prefix,
            order_number: Some(order.order_number),
            external_order_number_1: order.external_order_number_1,
            external_order_number_2: order.external_order_number_2,
            marketplace_order_id: order.marketplace_order_id,
            ..numbers
        },
        None => numbers,
    }
}

fn candidate_of(candidate: Candidate, orders: &BTreeMap<OrderId, PaidOrder>) -> PaymentCandidate {
    let order = orders.get(&candidate.order_id).cloned();
    PaymentCandidate {
        order_id: candidate.order_id,
        order_number_prefix: order.as_ref().and_then(|order| order.order_number_prefix.clone()),
        order_number: order.as_ref().map(|order| order.order_number),
        external_order_number_1: order.as_ref().and_then(|order| order.external_order_number_1.clone()),
        marketplace_order_id: order.and_then(|order| order.marketplace_order_id),
        score: candidate.score,
        reasons: words(candidate.reasons),
    }
}
