//! The order that a payment is for, as `updatePayments` names it.

use super::{OrderKeys, OrderSignificantKey, order_record};
use crate::domain::{Decimal, Failure, FieldName, MandatorId, OrderId, code};
use crate::operations::Work;

order_record! {
    /// An order that a payment is for.
    PaymentOrder {
        /// Of the payment, what is for this order. Without it, as much as both have open.
        assigned_amount: Option<Decimal>,
    }
}

impl PaymentOrder {
    /// The order, in the mandator of the payment.
    pub(crate) fn find(&self, work: &mut Work<'_, '_>, mandator_id: MandatorId) -> Result<OrderId, Failure> {
        if self.mandator_id != mandator_id {
            let values = (mandator_id.to_string(), self.mandator_id.to_string());
            return Err(Failure::quoting(code::PAYMENT_DIFFERS, [&FieldName("mandator_id"), &values.0, &values.1]).within("mandator_id"));
        }
        self.order(work).map(|(_, row)| row.order_id)
    }
}
