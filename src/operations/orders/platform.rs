//! What `cancelOrders` and `adjustOrders` share: orders in elements that are named after their platform, and what a caller
//! that waited learns of their channels. Only `ottomarket_order` is documented (`order-calls.md` 6.1); the other names
//! follow its pattern.

use super::{OrderKeys, OrderSignificantKey, order_record};
use crate::domain::{Failure, OrderId, code};
use crate::operations::Finished;
use crate::operations::platform::Platform;
use crate::operations::wire::Records;
use crate::store::Conn;
use crate::store::outbox;
use crate::{reports, write_request};

write_request! {
    /// Orders of channels.
    PlatformOrdersRequest {
        /// The orders, each in an element of its platform (ottomarket_order, ebay_order), or in order for any.
        orders: Records<PlatformOrder> [per_platform("order")],
        /// true: answer only after the channels have taken or refused it, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

order_record! {
    /// An order of a channel.
    PlatformOrder {
        /// The platform that the order has to be of, such as ottomarket; on the compat face the name of the element says it.
        platform: Platform,
    }
}

reports! { PlatformOrdersResult, PlatformOrderReport, order: OrderKeys }

/// What the channels did not take of what a call reported to them, for a caller that waited.
pub(super) fn refused_facts(conn: &mut Conn<'_>, call: &Finished) -> Result<Vec<(OrderId, Failure)>, Failure> {
    if !call.synchronous {
        return Ok(Vec::new());
    }
    let refused = outbox::refused_facts(conn, call.stamp, &call.awaits)?;
    Ok(refused.into_iter().map(|(order_id, error)| (order_id, Failure::new(code::CHANNEL_REFUSED, [&error]))).collect())
}

/// The same in the reports of the call. True: there is something.
pub(super) fn tell_refusals(conn: &mut Conn<'_>, call: &Finished, result: &mut PlatformOrdersResult) -> Result<bool, Failure> {
    let refused = refused_facts(conn, call)?;
    for (order_id, failure) in &refused {
        let about = |report: &&mut PlatformOrderReport| report.order.as_ref().is_some_and(|order| order.order_id == Some(*order_id));
        for report in result.reports.iter_mut().filter(about).filter(|report| report.return_code == 0) {
            report.return_code = failure.return_code();
            report.error_description = Some(failure.text(call.reader));
        }
    }
    Ok(!refused.is_empty())
}
