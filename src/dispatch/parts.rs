//! Facts that a channel can take only in another form, or not at all.

use crate::connectors::Capabilities;
use crate::domain::message::{Message, own};
use crate::domain::order::{FactKind, FactName};
use crate::domain::{Failure, OrderId};
use crate::store::Conn;
use crate::store::orders::{self, WaitingShipment, WaitsFor};
use crate::store::outbox::FactRow;

/// How a fact goes to the channel.
#[derive(Debug)]
pub(crate) enum Fitted {
    /// With what the ERP hears where the channel has no room for all of it.
    Send(FactKind, Option<Message>),
    /// These packages go later.
    Waits(WaitingShipment, Message),
    /// The channel cannot take it; the ERP hears why.
    Kept(Message),
    /// Another fact says the same to this channel, or it has no word for it and the ERP misses nothing.
    Needless,
}

/// Fits a fact to what the channel can. Where it knows whole shipments only, the packages wait until nothing of the order is
/// open any more, and then go together.
pub(crate) fn fit(conn: &mut Conn<'_>, row: &FactRow, kind: FactKind, can: &Capabilities) -> Result<Fitted, Failure> {
    let order_id = row.order_id;
    if !can.takes(kind.name()) {
        return missing(conn, order_id, &kind);
    }
    match kind {
        FactKind::Shipped { packets, together } => shipped(conn, row, FactKind::Shipped { packets, together }, can),
        FactKind::Refunded { credit_number, amount, currency, positions, reason } => {
            let by_positions = can.refunds_positions && !positions.is_empty();
            if !by_positions && !can.refunds_amounts {
                let order_number = order_number(conn, order_id)?;
                return Ok(Fitted::Kept(own::refund_not_sent(credit_number, order_number)));
            }
            let positions = if by_positions { positions } else { Vec::new() };
            Ok(Fitted::Send(FactKind::Refunded { credit_number, amount, currency, positions, reason }, None))
        }
        kind => Ok(Fitted::Send(kind, None)),
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

fn shipped(conn: &mut Conn<'_>, row: &FactRow, kind: FactKind, can: &Capabilities) -> Result<Fitted, Failure> {
    let order_id = row.order_id;
    if can.ships_in_part && can.several_packages {
        return Ok(Fitted::Send(kind, None));
    }
    let Some(order) = orders::get(conn, order_id)? else { return Ok(Fitted::Send(kind, None)) };
    // It says all that is shipped.
    if orders::is_said_later(&order, FactName::Shipped, &row.fact_key) {
        return Ok(Fitted::Needless);
    }
    if let Some(waits_for) = WaitsFor::of(&orders::items_of(conn, order_id)?, can.takes(FactName::PositionsCancelled)) {
        let packet_ids = match &kind {
            FactKind::Shipped { packets, .. } => packets.iter().map(|packet| packet.packet_id).collect(),
            _ => Vec::new(),
        };
        let message = match waits_for {
            WaitsFor::TheRest => own::shipment_waits(order.order_number),
            WaitsFor::Cancellations => own::shipment_waits_for_cancellation(order.order_number),
        };
        let shipment = WaitingShipment { order_id, fact_key: row.fact_key.clone(), packet_ids, waits_for };
        return Ok(Fitted::Waits(shipment, message));
    }
    let mut packets = orders::packets_for_channel(conn, &order)?;
    if can.several_packages || packets.len() < 2 {
        return Ok(Fitted::Send(FactKind::Shipped { packets, together: Vec::new() }, None));
    }
    // The channel has room for one package: it gets the first one, and everything is in it.
    let others = packets.split_off(1);
    let first = packets.first().map(|packet| packet.packet_id);
    let (news, only_news) = match &kind {
        FactKind::Shipped { packets, .. } => (packets.as_slice(), packets.iter().all(|packet| packet.again)),
        _ => (&[][..], false),
    };
    let about_first = news.iter().any(|packet| Some(packet.packet_id) == first);
    if only_news && about_first && !news.is_empty() {
        // The others were named when they left.
        return Ok(Fitted::Send(FactKind::Shipped { packets, together: Vec::new() }, None));
    }
    let numbers: Vec<String> = others.iter().map(|packet| packet.tracking_number.clone().unwrap_or_else(|| "-".to_owned())).collect();
    let message = own::packages_not_sent(order.order_number, others.len(), numbers.join(", "));
    if only_news && !news.is_empty() {
        return Ok(Fitted::Kept(message));
    }
    Ok(Fitted::Send(FactKind::Shipped { packets, together: Vec::new() }, Some(message)))
}

fn order_number(conn: &mut Conn<'_>, order_id: OrderId) -> Result<i32, Failure> {
    Ok(orders::get(conn, order_id)?.map(|order| order.order_number).unwrap_or_default())
}
