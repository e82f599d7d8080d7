//! `cancelOrders`: cancels whole orders, and reports it to their channels (`order-calls.md` 6).
//!
//! Decided here: it does what `CANCELED` without positions does. Of an order that was shipped in part, the rest is cancelled
//! and the order is shipped then; what left cannot be cancelled. A repeat is recorded, and a report to the channel that waits
//! or was refused goes again at once.

use super::platform::tell_refusals;
use super::{OrderKeys, PlatformOrder, PlatformOrdersRequest, PlatformOrdersResult, cancel, status};
use crate::domain::{Failure, code};
use crate::operations::common::ReportAction;
use crate::operations::{Done, Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::orders;

/// The operation.
pub(crate) struct CancelOrders;

impl WriteOperation for CancelOrders {
    const NAME: &'static str = "cancelOrders";
    const DOC: &'static str = "Cancels whole orders, and reports it to their channels. Of an order that was shipped in part, \
        everything that is still open is cancelled.";
    type Request = PlatformOrdersRequest;
    type Result = PlatformOrdersResult;

    fn handle(work: &mut Work<'_, '_>, request: PlatformOrdersRequest) -> Result<PlatformOrdersResult, Failure> {
        work.synchronous = request.process_synchronous == Some(true);
        let reports = work.each(
            request.orders,
            |order: &PlatformOrder| order.mandator_id,
            |work, order| work.in_savepoint(|work| report(work, &order)).map_err(|failure| (failure, Some(order.keys()))),
        )?;
        Ok(PlatformOrdersResult::of(reports))
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut PlatformOrdersResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}

fn report(work: &mut Work<'_, '_>, order: &PlatformOrder) -> Result<Done<OrderKeys>, Failure> {
    let (_, mut row) = order.order(work)?;
    order.platform.check_order(work.settings, &row)?;
    cancel::check(&row, &[])?;
    let before = row.clone();
    let cancelled = cancel::cancel(work, &mut row, &[])?;
    work.concerns(cancelled.accounts);
    status::tell(work, &mut row, Some(cancelled.fact))?;
    if cancelled.changed || row != before {
        orders::save(work.tx, &mut row, &work.user.name)?;
    } else if let Some(error) = cancel::report_again(work, &row)? {
        return Err(Failure::new(code::CHANNEL_REFUSED, [&error]));
    }
    Ok((Some(ReportAction::Update), OrderKeys::of(&row)))
}
