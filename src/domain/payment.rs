//! Money that came in or went out, as a bank, a payment service or the ERP says it, and what became of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::Version;
use super::numbered::{as_number, numbered};
use super::{Decimal, OrderId};

numbered! {
    /// What a payment is about.
    #[derive(Default)]
    pub(crate) enum PaymentKind {
        /// Money of a buyer.
        #[default]
        Received = 1, "received";
        /// Money that we sent.
        Outgoing = 2, "outgoing";
        /// Money of a buyer that the bank or the payment service took back.
        Returned = 3, "returned";
        /// Money that we gave back to a buyer.
        Refund = 4, "refund";
        /// One sum for several payments whose parts are not known.
        Sum = 5, "sum";
        /// Nothing that an order is about: fees, exchange, transfers of our own.
        Other = 6, "other";
    }

    /// What became of a payment.
    #[derive(Default)]
    pub(crate) enum PaymentState {
        /// Waits for somebody who assigns it.
        #[default]
        Waiting = 1, "waiting";
        /// A part is assigned to orders, the rest waits.
        PartlyAssigned = 2, "partly_assigned";
        /// Assigned to orders.
        Assigned = 3, "assigned";
        /// Concerns no order.
        NoOrder = 4, "no_order";
    }

    /// Why a payment may be for an order, or why nobody but a person can say so.
    pub(crate) enum Reason {
        TransactionId = 1, "transaction_id";
        Reference = 2, "reference";
        Number = 3, "number_in_text";
        Amount = 4, "amount";
        AmountWithCharges = 5, "amount_with_charges";
        AmountOfAnother = 6, "amount_of_another_order";
        Iban = 7, "iban_known";
        Name = 8, "name";
        Date = 9, "date";
        BeforeTheOrder = 10, "before_the_order";
        NumberMistyped = 11, "number_mistyped";
        AddsUp = 12, "amounts_add_up";
        NumberJoined = 13, "number_in_pieces";
        ShortReference = 14, "short_reference";
        Short = 20, "less_than_open";
        Over = 21, "more_than_open";
        OtherCurrency = 22, "other_currency";
        AlreadyPaid = 23, "order_paid";
        OrderCancelled = 24, "order_cancelled";
        SeveralOrders = 25, "several_orders";
        PossiblyTheSame = 26, "possibly_imported_before";
        KindUnclear = 27, "kind_unclear";
        TakenBack = 28, "taken_back";
        ReturnOf = 30, "return_of_payment";
        RefundOf = 31, "refund_of_payment";
        ByHand = 32, "by_hand";
    }
}

as_number!(PaymentKind, Reason);

impl Reason {
    /// What it adds to the score of a candidate (docs/PAYMENTS.md).
    pub(crate) fn points(self) -> i32 {
        match self {
            Reason::TransactionId | Reason::Reference | Reason::ReturnOf | Reason::RefundOf => 100,
            Reason::Number => 90,
            Reason::NumberJoined => 60,
            Reason::NumberMistyped | Reason::ShortReference => 40,
            Reason::Amount | Reason::AddsUp | Reason::Iban => 30,
            Reason::AmountWithCharges | Reason::Name => 20,
            Reason::Date => 10,
            Reason::AmountOfAnother => -40,
            Reason::BeforeTheOrder => -50,
            Reason::Short
            | Reason::Over
            | Reason::OtherCurrency
            | Reason::AlreadyPaid
            | Reason::OrderCancelled
            | Reason::SeveralOrders
            | Reason::PossiblyTheSame
            | Reason::KindUnclear
            | Reason::TakenBack
            | Reason::ByHand => 0,
        }
    }

    /// Names the order, where everything else only makes it likely.
    pub(crate) fn names_the_order(self) -> bool {
        matches!(self, Reason::TransactionId | Reason::Reference | Reason::Number | Reason::NumberJoined)
    }
}

/// One booking, or one part of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    pub(crate) version: Version<1>,
    pub(crate) kind: PaymentKind,
    /// What it is about is likely, but a person has to say so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unclear: bool,
    pub(crate) booked: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valued: Option<NaiveDate>,
    /// What the account got; negative: what it lost.
    pub(crate) amount: Decimal,
    pub(crate) currency: String,
    /// Of the amount, what the bank took: the fee of a returned debit, or what is missing of a transfer.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) charges: Decimal,
    /// What a payment service took beside the amount.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) fee: Decimal,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bank_reference: Option<String>,
    /// Number in its batch; 0: it is alone.
    pub(crate) part: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_to_end_id: Option<String>,
    /// Numbers in fields of their own: creditor references, numbers of invoices and orders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) references: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) depositor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ultimate_depositor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bank_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// The text, in the pieces in which it came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) purpose: Vec<String>,
    /// The payment service's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_id: Option<String>,
    /// The transaction that this one undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) original_transaction: Option<String>,
    /// Why it came back, in the bank's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_reason: Option<String>,
}

fn is_zero(amount: &Decimal) -> bool {
    *amount == Decimal::ZERO
}

impl Default for Entry {
    fn default() -> Entry {
        Entry {
            version: Version,
            kind: PaymentKind::default(),
            unclear: false,
            booked: NaiveDate::default(),
            valued: None,
            amount: Decimal::ZERO,
            currency: String::new(),
            charges: Decimal::ZERO,
            fee: Decimal::ZERO,
            bank_reference: None,
            part: 0,
            end_to_end_id: None,
            references: Vec::new(),
            depositor: None,
            ultimate_depositor: None,
            iban: None,
            bic: None,
            bank_name: None,
            email: None,
            purpose: Vec::new(),
            transaction_id: None,
            original_transaction: None,
            return_reason: None,
        }
    }
}

/// An order that a payment may be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Candidate {
    pub(crate) order_id: OrderId,
    pub(crate) score: i32,
    pub(crate) reasons: Vec<Reason>,
}

/// What a payment keeps beside its columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PaymentRecord {
    pub(crate) version: Version<1>,
    pub(crate) entry: Entry,
    /// The likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) candidates: Vec<Candidate>,
    /// Something with the same content was in another statement.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) possibly_same: bool,
    /// A person took an assignment back: Kontor assigns it never again automatically.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) taken_back: bool,
}

impl PaymentRecord {
    /// Why nobody but a person may assign the payment.
    pub(crate) fn doubts(&self) -> Vec<Reason> {
        let doubts = [
            (self.possibly_same, Reason::PossiblyTheSame),
            (self.entry.unclear, Reason::KindUnclear),
            (self.taken_back, Reason::TakenBack),
        ];
        doubts.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
    }
}

/// Why a payment was assigned to an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Grounds {
    pub(crate) version: Version<1>,
    pub(crate) score: i32,
    pub(crate) reasons: Vec<Reason>,
    /// The order counted as paid before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) paid_before: bool,
}
