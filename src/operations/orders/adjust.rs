//! `adjustOrders`: reports cancelled positions to the channel that only Kontor knows of (`order-calls.md` 5).

use super::platform::tell_refusals;
use super::{OrderKeys, PlatformOrder, PlatformOrdersRequest, PlatformOrdersResult, cancel, status};
use crate::domain::order::{FactKind, FactName, OrderStatus};
use crate::domain::{Failure, code};
use crate::operations::common::ReportAction;
use crate::operations::{Done, Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::orders::{self, OrderRow, Positions};

/// The operation.
pub(crate) struct AdjustOrders;

impl WriteOperation for AdjustOrders {
    const NAME: &'static str = "adjustOrders";
    const DOC: &'static str = "Reports positions to the channel that were cancelled with cancelled_quantity of updateOrders. \
        Nothing is reported twice.";
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

/// `insert`: something goes to the channel; `update`: nothing was left to be reported.
fn report(work: &mut Work<'_, '_>, order: &PlatformOrder) -> Result<Done<OrderKeys>, Failure> {
    let (_, mut row) = order.order(work)?;
    order.platform.check_order(work.settings, &row)?;
    if row.account_id.is_none() {
        return Err(Failure::new(code::NO_CHANNEL, [&row.order_number.to_string()]));
    }
    let mut positions = Positions::of_order(&mut work.tx.conn, &row, work.settings)?;
    let untold = positions.untold_cancelled();
    if untold.is_empty() {
        if let Some(error) = cancel::report_again(work, &row)? {
            return Err(Failure::new(code::CHANNEL_REFUSED, [&error]));
        }
        return Ok((Some(ReportAction::Update), OrderKeys::of(&row)));
    }
    let contents = positions.tell_cancelled(&untold);
    let fact = match is_cancelled_as_a_whole(&row) {
        true => FactKind::Cancelled { reason: None },
        false => FactKind::PositionsCancelled { positions: contents, reason: None },
    };
    orders::follow_pieces(work.tx, positions, work.settings)?;
    status::tell(work, &mut row, Some(fact))?;
    orders::save_unseen(work.tx, &row)?;
    Ok((Some(ReportAction::Insert), OrderKeys::of(&row)))
}

/// Nothing of it was shipped, and no channel or call has said so yet: also a channel that cannot cancel positions takes that.
fn is_cancelled_as_a_whole(row: &OrderRow) -> bool {
    row.order_status_id == OrderStatus::Cancelled && !row.data.is_told(FactName::Cancelled)
}
