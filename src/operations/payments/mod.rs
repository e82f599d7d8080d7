//! Payments: `fetchPayments`, `updatePayments`, `transferMoney` (`order-calls.md` 9.1, 9.2, 9.4; of the answer, of the update and of
//! the transfer nothing could be read, so they are ours).

mod fetch;
mod find;
mod record;
mod request;
mod taken;
#[cfg(test)]
mod tests;
mod transfer;
mod update;

pub(crate) use fetch::FetchPayments;
pub(crate) use taken::take_over;
pub(crate) use transfer::TransferMoney;
pub(crate) use update::UpdatePayments;

use crate::domain::{MandatorId, PaymentId};
use crate::{wire, wire_enum};

wire_enum! {
    /// What became of a payment.
    PaymentState {
        /// Waits for somebody who assigns it.
        Waiting = "waiting",
        /// A part is assigned to orders, the rest waits.
        PartlyAssigned = "partly_assigned",
        /// Assigned to orders.
        Assigned = "assigned",
        /// Concerns no order.
        NoOrder = "no_order",
    }

    /// What a payment is about.
    PaymentNature {
        /// Money of a buyer.
        Received = "received",
        /// Money that was sent.
        Outgoing = "outgoing",
        /// Money of a buyer that the bank or the payment service took back.
        Returned = "returned",
        /// Money that was given back to a buyer.
        Refund = "refund",
        /// One sum for several payments whose parts are not known.
        Sum = "sum",
        /// Fees, exchange, own transfers.
        Other = "other",
    }
}

wire! {
    /// The keys of a payment.
    PaymentKeys {
        /// Kontor's own id.
        payment_id: Option<PaymentId>,
        /// The mandator.
        mandator_id: MandatorId,
        /// The ERP's own number.
        external_id: Option<String>,
        /// The payment service's id.
        transaction_id: Option<String>,
        /// What became of it.
        payment_status_identifier: Option<PaymentState>,
    }
}

macro_rules! same_words {
    ($($wire:ident = $domain:ty { $($value:ident),+ })+) => { $(
        impl From<$domain> for $wire {
            fn from(value: $domain) -> $wire {
                match value {
                    $( <$domain>::$value => $wire::$value, )+
                }
            }
        }
    )+ };
}

same_words! {
    PaymentState = crate::domain::payment::PaymentState { Waiting, PartlyAssigned, Assigned, NoOrder }
    PaymentNature = crate::domain::payment::PaymentKind { Received, Outgoing, Returned, Refund, Sum, Other }
}
