//! `transferMoney`: money of a payment goes back over the payment service that took it (`order-calls.md` 9.4: nothing of it could be
//! read, so request and answer are ours).
//!
//! Kontor has no access to bank accounts or to accounts at payment services. What it can do exactly is to have a channel give back
//! what the channel's payment service took; everything else is refused.

use super::find::{self, Keys};
use super::request::PaymentSignificantKey;
use crate::domain::{Decimal, Failure, FieldName, MandatorId, OrderId, PaymentId, Worded, code, limits};
use crate::operations::orders::{NewCreditEntry, OrderSignificantKey, give_back};
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::payments::of_currency;
use crate::store::orders::{self, OrderRow};
use crate::store::payments::{self, PaymentRow};
use crate::{reports, wire, write_request};

wire! {
    /// Money of a payment that goes back to the buyer.
    MoneyTransfer {
        /// Which field identifies the payment. Default EXTERNAL_ID.
        significant_key: Option<PaymentSignificantKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// Kontor's own id of the payment.
        payment_id: Option<PaymentId>,
        /// The ERP's own number of the payment.
        external_id: Option<String> [max(100), key],
        /// The payment service's id of the payment.
        transaction_id: Option<String> [max(limits::TRANSACTION_ID)],
        /// The ERP's own number of the transfer, unique among its credit entries in the mandator: the same again is a repeat.
        external_transfer_number: String [max(100)],
        /// How much goes back.
        transfer_amount: Decimal,
        /// Currency, ISO 4217: the payment's.
        currency_code_iso: String,
        /// Why; the channel may show it to the buyer.
        reason: Option<String> [max(255)],
    }
}

write_request! {
    /// Money that goes back to buyers.
    TransferMoneyRequest {
        /// The transfers.
        transfers: Records<MoneyTransfer> [flat("transfer")],
    }
}

wire! {
    /// The keys of a transfer.
    MoneyTransferKeys {
        /// The ERP's own number.
        external_transfer_number: Option<String>,
        /// Kontor's own id of the payment.
        payment_id: Option<PaymentId>,
        /// The order whose money goes back.
        order_id: Option<OrderId>,
        /// The credit entry under which the order has it.
        credit_entry_id: Option<i32>,
        /// The amount.
        transfer_amount: Option<Decimal>,
        /// Currency, ISO 4217.
        currency_code_iso: Option<String>,
    }
}

reports! { TransferMoneyResult, MoneyTransferReport, transfer: MoneyTransferKeys }

/// The operation.
pub(crate) struct TransferMoney;

impl WriteOperation for TransferMoney {
    const NAME: &'static str = "transferMoney";
    const DOC: &'static str = "Gives money of a payment back over the channel that took it, as a credit entry of its order.";
    type Request = TransferMoneyRequest;
    type Result = TransferMoneyResult;

    fn handle(work: &mut Work<'_, '_>, request: TransferMoneyRequest) -> Result<TransferMoneyResult, Failure> {
        let reports = work.each(
            request.transfers,
            |transfer: &MoneyTransfer| transfer.mandator_id,
            |work, transfer| {
                let sent = work.in_savepoint(|work| send(work, &transfer));
                sent.map_err(|failure| {
                    let number = Some(transfer.external_transfer_number.clone());
                    (failure, Some(MoneyTransferKeys { external_transfer_number: number, ..MoneyTransferKeys::default() }))
                })
            },
        )?;
        Ok(TransferMoneyResult::of(reports))
    }
}

fn send(work: &mut Work<'_, '_>, transfer: &MoneyTransfer) -> Result<Done<MoneyTransferKeys>, Failure> {
    work.mandator(transfer.mandator_id)?;
    let payment = payment_of(work, transfer)?;
    if transfer.currency_code_iso != payment.currency_code_iso {
        return Err(find::differs("currency_code_iso", &payment.currency_code_iso, &transfer.currency_code_iso));
    }
    of_currency(transfer.transfer_amount, &payment.currency_code_iso).map_err(|failure| failure.within("transfer_amount"))?;
    let (order, assigned) = order_of(work, &payment)?;
    if transfer.transfer_amount > assigned {
        let (asked, whole) = (transfer.transfer_amount.to_string(), Decimal(payment.amount).to_string());
        return Err(Failure::new(code::TRANSFER_TOO_MUCH, [&asked, &whole, &assigned.to_string()]).within("transfer_amount"));
    }
    let entry = NewCreditEntry {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: transfer.mandator_id,
        order_id: Some(order.order_id),
        external_credit_number: transfer.external_transfer_number.trim().to_owned(),
        credit_amount: Some(transfer.transfer_amount),
        currency_code_iso: Some(transfer.currency_code_iso.clone()),
        reason: transfer.reason.clone(),
        ..NewCreditEntry::default()
    };
    let (action, credit) = give_back(work, &entry)?;
    let keys = MoneyTransferKeys {
        external_transfer_number: credit.external_credit_number,
        payment_id: Some(payment.payment_id),
        order_id: Some(order.order_id),
        credit_entry_id: credit.credit_entry_id,
        transfer_amount: credit.credit_amount,
        currency_code_iso: credit.currency_code_iso,
    };
    Ok((action, keys))
}

fn payment_of(work: &mut Work<'_, '_>, transfer: &MoneyTransfer) -> Result<PaymentRow, Failure> {
    let chosen = transfer.significant_key.unwrap_or_default();
    let keys = Keys {
        chosen,
        mandator_id: transfer.mandator_id,
        payment_id: transfer.payment_id,
        external_id: &transfer.external_id,
        transaction_id: &transfer.transaction_id,
    };
    let (value, mut found) = find::under(work, &keys)?;
    // Its refunds may have the same id.
    if found.len() > 1 {
        found.retain(|row| row.amount > 0);
    }
    let one = found.pop();
    match one {
        Some(row) if found.is_empty() => Ok(row),
        Some(_) => Err(Failure::quoting(code::PAYMENT_KEY_SHARED, [&(found.len() + 1), &FieldName(chosen.word()), &value])),
        None => Err(Failure::quoting(code::UNKNOWN_PAYMENT, [&FieldName(chosen.word()), &value, &transfer.mandator_id])),
    }
}

/// The order whose channel took the payment, and what the order has of it.
fn order_of(work: &mut Work<'_, '_>, payment: &PaymentRow) -> Result<(OrderRow, Decimal), Failure> {
    let refused = |en, de| Failure::quoting(code::NO_TRANSFER, [&payment.payment_id, &Worded::new(en, de)]);
    let assigned = payments::assignments_of(&mut work.tx.conn, &[payment.payment_id])?;
    let mut orders: Vec<OrderId> = assigned.iter().filter(|row| row.amount > 0).map(|row| row.order_id).collect();
    orders.sort_unstable();
    orders.dedup();
    let [order_id] = orders.as_slice() else {
        return Err(refused("it is not assigned to exactly one order", "sie ist nicht genau einem Auftrag zugeordnet"));
    };
    let order = orders::get(&mut work.tx.conn, *order_id)?.filter(|order| order.account_id.is_some());
    let by_channel = |order: &OrderRow| {
        let known = [&order.transaction_id_1, &order.transaction_id_2];
        payment.transaction_id.is_some() && known.contains(&&payment.transaction_id)
    };
    let sum = assigned.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount));
    order.filter(by_channel).map(|order| (order, Decimal(sum))).ok_or_else(|| {
        refused(
            "it is not a transaction of the channel of its order, and Kontor has no access to other accounts",
            "sie ist keine Transaktion des Kanals ihres Auftrags, und auf andere Konten hat Kontor keinen Zugriff",
        )
    })
}
