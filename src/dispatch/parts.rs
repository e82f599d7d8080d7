//! Facts that a channel can take only in another form, or not at all.

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
    /// Another fact says the same to this channel, or it has no word for it and the ERP misses nothing.
    Needless,
}

/// Fits a fact to what the channel can. Where it knows whole shipments only, the packages wait until nothing of the order is
/// open any more, and then go together.
pub(super) fn fit(conn: &mut Conn<'_>, order_id: OrderId, kind: FactKind, can: &Capabilities) -> Result<Fitted, Failure> {
    if !can.takes(kind.name()) {
        return missing(conn, order_id, &kind);
    }
    match kind {
        FactKind::Shipped { packets, together } => shipped(conn, order_id, FactKind::Shipped { packets, together }, can),
        FactKind::Refunded { credit_number, amount, currency, positions, reason } => {
            let by_positions = can.refunds_positions && !positions.is_empty();
            if !by_positions && !can.refunds_amounts {
                let order_number = order_number(conn, order_id)?;
                return Ok(Fitted::Kept(own::refund_not_sent(credit_number, order_number)));
            }
            let positions = if by_positions { positions } else { Vec::new() };
            Ok(Fitted::Send(FactKind::Refunded { credit_number, amount, currency, positions, reason }))
        }
        kind => Ok(Fitted::Send(kind)),
    }
}

/// What becomes of a fact that the channel does not take.
fn missing(conn: &mut Conn<'_>, order_id: OrderId, kind: &FactKind) -> Result<Fitted, Failure> {
    let order_number = order_number(conn, order_id)?;
    Ok(match kind {
        // The channel need not know that an order was collected; an accepted request is said by the cancellation itself.
        FactKind::Acknowledged | FactKind::CancellationAccepted { .. } => Fitted::Needless,
        FactKind::PositionsCancelled { .. } => Fitted::Kept(own::cancellation_not_sent(order_number)),
        FactKind::CancellationDeclined { .. } => Fitted::Kept(own::cancellation_answer_not_sent(order_number)),
        FactKind::Refunded { credit_number, .. } => Fitted::Kept(own::refund_not_sent(credit_number, order_number)),
        FactKind::Paid { .. } | FactKind::Shipped { .. } | FactKind::Cancelled { .. } | FactKind::DocumentAttached { .. } => {
            Fitted::Kept(own::fact_not_sent(kind.word(), order_number))
        }
    })
}

fn shipped(conn: &mut Conn<'_>, order_id: OrderId, kind: FactKind, can: &Capabilities) -> Result<Fitted, Failure> {
    if can.ships_in_part && can.several_packages {
        return Ok(Fitted::Send(kind));
    }
    let Some(order) = orders::get(conn, order_id)? else { return Ok(Fitted::Send(kind)) };
    if orders::items_of(conn, order_id)?.iter().any(|position| position.pieces().open() > 0) {
        return Ok(Fitted::Waits(own::shipment_waits(order.order_number)));
    }
    let mut packets = orders::packets_for_channel(conn, &order)?;
    if can.several_packages || packets.len() < 2 {
        return Ok(Fitted::Send(FactKind::Shipped { packets, together: Vec::new() }));
    }
    // The channel has room for one package: it gets the first one, and everything is in it.
    packets.truncate(1);
    packets.iter_mut().for_each(|packet| packet.contents.clear());
    Ok(Fitted::Send(FactKind::Shipped { packets, together: Vec::new() }))
}

fn order_number(conn: &mut Conn<'_>, order_id: OrderId) -> Result<i32, Failure> {
    Ok(orders::get(conn, order_id)?.map(|order| order.order_number).unwrap_or_default())
}
