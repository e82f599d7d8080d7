//! Facts about parts of an order, for channels that only know whole ones.

use crate::connectors::Capabilities;
use crate::domain::message::{Message, own};
use crate::domain::order::FactKind;
use crate::domain::{Failure, OrderId};
use crate::store::Conn;
use crate::store::orders;

/// How a fact goes to the channel.
#[derive(Debug)]
pub(super) enum Fitted {
    Send(FactKind),
    /// A later fact will say it too.
    Waits(Message),
    /// The channel cannot take it; the ERP hears why.
    Kept(Message),
    /// Another fact says the same to this channel.
    Needless,
}

/// Fits a fact to what the channel can. Where it knows whole shipments only, the packages wait until nothing of the order is
/// open any more, and then go together.
pub(super) fn fit(conn: &mut Conn<'_>, order_id: OrderId, kind: FactKind, can: &Capabilities) -> Result<Fitted, Failure> {
    match kind {
        FactKind::Shipped { .. } if !can.ships_in_part => {
            let Some(order) = orders::get(conn, order_id)? else { return Ok(Fitted::Send(kind)) };
            if orders::items_of(conn, order_id)?.iter().any(|position| position.pieces().open() > 0) {
                return Ok(Fitted::Waits(own::shipment_waits(order.order_number)));
            }
            let packets = orders::packets_for_channel(conn, &order)?;
            Ok(Fitted::Send(FactKind::Shipped { packets, together: Vec::new() }))
        }
        FactKind::PositionsCancelled { .. } if !can.cancels_in_part => {
            let order_number = orders::get(conn, order_id)?.map(|order| order.order_number).unwrap_or_default();
            Ok(Fitted::Kept(own::cancellation_not_sent(order_number)))
        }
        // The cancellation itself says so.
        FactKind::CancellationAccepted { .. } if !can.answers_cancellations => Ok(Fitted::Needless),
        FactKind::CancellationDeclined { .. } if !can.answers_cancellations => {
            let order_number = orders::get(conn, order_id)?.map(|order| order.order_number).unwrap_or_default();
            Ok(Fitted::Kept(own::cancellation_answer_not_sent(order_number)))
        }
        FactKind::Refunded { credit_number, amount, currency, positions, reason } => {
            let by_positions = can.refunds_positions && !positions.is_empty();
            if !by_positions && !can.refunds_amounts {
                let order_number = orders::get(conn, order_id)?.map(|order| order.order_number).unwrap_or_default();
                return Ok(Fitted::Kept(own::refund_not_sent(credit_number, order_number)));
            }
            let positions = if by_positions { positions } else { Vec::new() };
            Ok(Fitted::Send(FactKind::Refunded { credit_number, amount, currency, positions, reason }))
        }
        kind => Ok(Fitted::Send(kind)),
    }
}
