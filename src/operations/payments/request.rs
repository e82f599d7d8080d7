//! What the ERP says of a payment.

use super::PaymentState;
use crate::domain::{Decimal, MandatorId, PaymentId, limits};
use crate::operations::orders::PaymentOrder;
use crate::operations::wire::Time;
use crate::{wire, wire_enum};

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
    /// A payment. A known one is assigned, set apart or taken back, and gets what it lacks; what is known of it never changes.
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
        external_id: Option<String> [max(100), key],
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
        /// NO_ORDER: the payment concerns no order. ASSIGNED: the rest of a partly assigned one concerns none. WAITING: a
        /// new payment is stored without looking for its order, and a known one is taken back from its orders.
        payment_status_identifier: Option<PaymentState>,
        /// The orders that it is for. Without any, Kontor looks for the order of a new payment.
        orders: Vec<PaymentOrder> [each("order")],
    }
}
