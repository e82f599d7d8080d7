//! The order that a message or a dispute is about.

use super::{OrderKeys, OrderSignificantKey, order_record};
use crate::domain::{Failure, FieldName, MandatorId, code};
use crate::operations::Work;
use crate::store::orders::OrderRow;

order_record! {
    /// The order that something is about.
    NamedOrder {}
}

impl NamedOrder {
    /// The order, in the mandator of what is about it.
    pub(crate) fn find(&self, work: &mut Work<'_, '_>, mandator_id: MandatorId) -> Result<OrderRow, Failure> {
        if self.mandator_id != mandator_id {
            let (order, record) = (self.mandator_id.to_string(), mandator_id.to_string());
            return Err(Failure::quoting(code::UNKNOWN_ORDER, [&FieldName("mandator_id"), &order, &record]).within("mandator_id"));
        }
        self.order(work).map(|(_, row)| row)
    }

    /// The mandator that it names.
    pub(crate) fn mandator(&self) -> MandatorId {
        self.mandator_id
    }
}
