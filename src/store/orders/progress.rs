//! What a change of status does to pieces and stock, and what the channel hears of it.

use super::*;
use crate::domain::order::{Content, Event, FactKind, FactName, Packet, PacketDocument, PaymentStatus, Step, Warehouses, reopened};
use crate::domain::{AccountId, code};
use crate::store::outbox::{self, Topic};

/// Gives an order another status, without regard to its workflow. A shipped order ships what is open, in a package of
/// Kontor's own; a cancelled one cancels it; one that comes back from the cancelled is open again (`channel-calls.md` 3,
/// rule 8). One whose status says so is paid. A status that contradicts the pieces then is refused. Marks the offers concerned, and
/// gives their accounts. The
/// caller saves the row.
pub(crate) fn change_status(
    tx: &mut Tx<'_>,
    row: &mut OrderRow,
    to: OrderStatus,
    known: &impl Warehouses,
) -> Result<Vec<AccountId>, Failure> {
    let from = row.order_status_id;
    if from == to {
        return Ok(Vec::new());
    }
    let mut positions = Positions::of_order(&mut tx.conn, row, known)?;
    if from == OrderStatus::Cancelled {
        positions.revive();
        positions.reserve(&mut tx.conn)?;
    }
    if to.is_shipped() {
        let packed = positions.ship_open();
        if !packed.is_empty() {
            add_packet(tx, row.order_id, PacketDocument::default(), &packed)?;
        }
    } else if to == OrderStatus::Cancelled {
        positions.cancel_open();
    }
    if !fits(&positions, to) {
        return Err(Failure::new(code::STATUS_CONTRADICTS, [to.word()]).within("order_status_id"));
    }
    set_status(row, to);
    if matches!(to, OrderStatus::PaidShipping | OrderStatus::PaidDone) {
        row.data.payment_status_id = Some(PaymentStatus::Paid);
    }
    follow_pieces(tx, positions, known)
}

/// Whether the pieces can be in this status. An order without positions can be in any.
fn fits(positions: &Positions, status: OrderStatus) -> bool {
    let (open, shipped) = (positions.is_open(), positions.is_shipped_in_part());
    match status {
        _ if positions.rows().is_empty() => true,
        OrderStatus::Cancelled => !open && !shipped,
        status if status.is_shipped() => !open && shipped,
        _ => open,
    }
}

/// Stores a status whose pieces are moved already.
pub(crate) fn set_status(row: &mut OrderRow, to: OrderStatus) {
    if row.order_status_id != to {
        row.order_status_id = to;
        row.complete_status = to.complete_status();
    }
}

/// The order is paid: its status steps on, and its channel hears of it, once. Gives the account, when a fact was written. The
/// caller saves the row.
pub(crate) fn pay(tx: &mut Tx<'_>, row: &mut OrderRow, transaction_id: Option<String>) -> Result<Option<AccountId>, Failure> {
    match row.step(Event::Paid) {
        Step::To(next) => set_status(row, next),
        Step::Recorded => {}
        Step::Refused => return Err(Failure::new(code::STATUS_NOT_ALLOWED, [row.order_status_id.word(), "PAID"])),
    }
    row.data.payment_status_id = Some(PaymentStatus::Paid);
    let transaction_id = transaction_id.or_else(|| row.transaction_id_1.clone());
    tell(tx, row, FactKind::Paid { transaction_id })
}

/// The money of an order came back: it waits for money again, and if the goods are still here, they stay. The caller saves the
/// row.
pub(crate) fn unpay(row: &mut OrderRow) {
    row.data.payment_status_id = Some(PaymentStatus::Unpaid);
    match row.order_status_id {
        OrderStatus::PaidShipping => set_status(row, reopened(row.workflow, false)),
        OrderStatus::ShippedDone | OrderStatus::PaidDone => set_status(row, OrderStatus::ShippedOpenPayments),
        _ => {}
    }
}

/// Gives an order the status that follows from its pieces. Once nothing is open any more, it is shipped where a part of it was,
/// else cancelled. If the channel adds pieces after that, it is open again.
pub(crate) fn follow_status(row: &mut OrderRow, positions: &Positions) {
    let is_over = row.order_status_id.is_shipped() || row.order_status_id == OrderStatus::Cancelled;
    if positions.is_open() {
        if is_over {
            set_status(row, reopened(row.workflow, row.is_paid()));
            row.data.rest_cancelled = false;
        }
        return;
    }
    if is_over {
        return;
    }
    if !positions.is_shipped_in_part() {
        set_status(row, OrderStatus::Cancelled);
    } else if let Step::To(next) = row.step(Event::Shipped) {
        set_status(row, next);
        row.data.rest_cancelled = true;
    }
}

/// Writes moved pieces, lets them cover shortages, marks the offers concerned, and gives their accounts.
pub(crate) fn follow_pieces(tx: &mut Tx<'_>, positions: Positions, known: &impl Warehouses) -> Result<Vec<AccountId>, Failure> {
    let touched = positions.save(tx)?;
    let touched = cover_shortages(tx, &touched, known)?;
    outbox::mark_items(tx, &touched, &[Topic::Quantity])
}

/// Pieces in the channel's words, one entry per position. `so_far` counts those for which it has happened, these included.
pub(crate) fn contents(
    rows: &[OrderItemRow],
    pieces: impl IntoIterator<Item = (OrderItemId, i32)>,
    so_far: impl Fn(OrderItemId) -> i32,
) -> Vec<Content> {
    let mut sums: BTreeMap<OrderItemId, i32> = BTreeMap::new();
    for (order_item_id, quantity) in pieces {
        let sum = sums.entry(order_item_id).or_default();
        *sum = sum.saturating_add(quantity);
    }
    let named = rows.iter().filter_map(|row| {
        let quantity = sums.get(&row.order_item_id).copied().filter(|pieces| *pieces > 0)?;
        let (line_id, sku) = (row.channel_line_id.clone(), row.internal_item_number.clone());
        Some(Content { line_id, sku, quantity, so_far: so_far(row.order_item_id) })
    });
    named.collect()
}

/// Writes a fact for the order's channel and remembers it in the row, which the caller saves. A shipment names the packages
/// that no earlier fact named, as often as there are new ones; cancelled positions are what they are; everything else is
/// said once. Gives the account, when a fact was written; a phone sale has no channel.
pub(crate) fn tell(tx: &mut Tx<'_>, row: &mut OrderRow, mut fact: FactKind) -> Result<Option<AccountId>, Failure> {
    let Some(account_id) = row.account_id else {
        return Ok(None);
    };
    let times = row.data.times_told(fact.name());
    let again = match &mut fact {
        FactKind::Shipped { packets, together } => {
            packets.extend(untold_packets(tx, row)?);
            !packets.is_empty() || !together.is_empty()
        }
        FactKind::PositionsCancelled { positions, .. } => !positions.is_empty(),
        FactKind::Refunded { .. } | FactKind::DocumentAttached { .. } => true,
        FactKind::Acknowledged
        | FactKind::Paid { .. }
        | FactKind::Cancelled { .. }
        | FactKind::CancellationAccepted { .. }
        | FactKind::CancellationDeclined { .. } => false,
    };
    let says_nothing = times > 0 || fact.name() == FactName::PositionsCancelled;
    if says_nothing && !again {
        return Ok(None);
    }
    let times = times.saturating_add(1);
    row.data.set_told(fact.name(), times);
    let key = fact_key(row, fact.name());
    let written = outbox::add_fact(tx, account_id, row.order_id, &key, &fact)?;
    Ok(written.then_some(account_id))
}

/// Why a channel that takes whole shipments only does not hear of packages yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitsFor {
    /// Something of the order is open.
    TheRest,
    /// It takes cancelled pieces, and does not know yet of all.
    Cancellations,
}

impl WaitsFor {
    /// `None`: nothing keeps the shipment back.
    pub(crate) fn of(positions: &[OrderItemRow], takes_cancelled: bool) -> Option<WaitsFor> {
        if positions.iter().any(|position| position.pieces().open() > 0) {
            return Some(WaitsFor::TheRest);
        }
        let untold = takes_cancelled && positions.iter().any(|position| position.cancelled > position.cancelled_told);
        untold.then_some(WaitsFor::Cancellations)
    }
}

/// A shipment that the channel does not hear of yet.
#[derive(Debug, Clone)]
pub(crate) struct WaitingShipment {
    pub order_id: OrderId,
    pub fact_key: String,
    pub packet_ids: Vec<i32>,
    pub waits_for: WaitsFor,
}

/// The packages of a shipment wait. What they wait for may have come since it was looked up.
pub(crate) fn shipment_waits(tx: &mut Tx<'_>, shipment: &WaitingShipment) -> Result<(), Failure> {
    let WaitingShipment { order_id, fact_key, packet_ids, waits_for } = shipment;
    let Some(mut row) = get(&mut tx.conn, *order_id)?.filter(|row| !is_said_later(row, FactName::Shipped, fact_key)) else {
        return Ok(());
    };
    for mut packet in packets_of(&mut tx.conn, &[*order_id])?.into_iter().filter(|packet| packet_ids.contains(&packet.packet_id)) {
        packet.data.told = false;
        packet.data.waits = true;
        save_packet(tx, &packet)?;
    }
    let now = WaitsFor::of(&items_of(&mut tx.conn, *order_id)?, *waits_for == WaitsFor::Cancellations);
    if now.is_none() && report_waiting(tx, &mut row)?.is_some() {
        save_unseen(tx, &row)?;
    }
    Ok(())
}

/// Reports packages that waited until nothing of the order is open any more. Gives the account, when a fact was written. The
/// caller saves the row.
pub(crate) fn report_waiting(tx: &mut Tx<'_>, row: &mut OrderRow) -> Result<Option<AccountId>, Failure> {
    if !row.data.is_told(FactName::Shipped) || !packets_of(&mut tx.conn, &[row.order_id])?.iter().any(|packet| packet.data.waits) {
        return Ok(None);
    }
    // Whether it waits for cancellations is seen when it is sent: it depends on the channel.
    if WaitsFor::of(&items_of(&mut tx.conn, row.order_id)?, false).is_some() {
        return Ok(None);
    }
    tell(tx, row, FactKind::Shipped { packets: Vec::new(), together: Vec::new() })
}

/// The key of the last fact of this name that was written for an order.
pub(crate) fn fact_key(row: &OrderRow, fact: FactName) -> String {
    format!("{}-{}-{}", row.order_id, fact.word(), row.data.times_told(fact))
}

/// Whether a later fact of this name was written for the order.
pub(crate) fn is_said_later(row: &OrderRow, fact: FactName, fact_key: &str) -> bool {
    let number = fact_key.rsplit('-').next().and_then(|number| number.parse::<i32>().ok());
    number.is_some_and(|number| number < row.data.times_told(fact))
}

/// The packages that no fact named yet; from now on one does.
fn untold_packets(tx: &mut Tx<'_>, row: &OrderRow) -> Result<Vec<Packet>, Failure> {
    let untold: Vec<PacketRow> = packets_of(&mut tx.conn, &[row.order_id])?.into_iter().filter(|packet| !packet.data.told).collect();
    if untold.is_empty() {
        return Ok(Vec::new());
    }
    let rows = items_of(&mut tx.conn, row.order_id)?;
    let packed = contents_of(&mut tx.conn, &[row.order_id])?;
    let inside = |packet_id: i32| {
        let of_packet = packed.iter().map(|(_, content)| content).filter(move |content| content.packet_id == packet_id);
        of_packet.map(|content| (content.order_item_id, content.quantity))
    };
    let mut shipped: BTreeMap<OrderItemId, i32> = rows.iter().map(|row| (row.order_item_id, row.shipped)).collect();
    let mut packets = Vec::with_capacity(untold.len());
    // From the last one back: each counts what was shipped before it.
    for mut packet in untold.into_iter().rev() {
        packet.data.told = true;
        packet.data.waits = false;
        save_packet(tx, &packet)?;
        packets.push(Packet {
            packet_id: packet.packet_id,
            contents: contents(&rows, inside(packet.packet_id), |id| shipped.get(&id).copied().unwrap_or_default()),
            ..packet_of(packet.data, row)
        });
        for (order_item_id, quantity) in inside(packet.packet_id) {
            let left = shipped.entry(order_item_id).or_default();
            *left = left.saturating_sub(quantity);
        }
    }
    packets.reverse();
    Ok(packets)
}

/// All packages of an order, without what is in them: for a channel that only knows whole shipments.
pub(crate) fn packets_for_channel(conn: &mut Conn<'_>, row: &OrderRow) -> Result<Vec<Packet>, Failure> {
    let packets = packets_of(conn, &[row.order_id])?;
    Ok(packets.into_iter().map(|packet| Packet { packet_id: packet.packet_id, again: false, ..packet_of(packet.data, row) }).collect())
}

fn packet_of(data: PacketDocument, row: &OrderRow) -> Packet {
    Packet {
        tracking_number: data.tracking_number,
        return_number: data.return_number,
        carrier: data
            .shipping_provider_identifier
            .or(data.shipping_provider_external_id)
            .or_else(|| row.data.shipping_provider_identifier.clone()),
        dispatch_type: data.dispatch_type_identifier.or(data.dispatch_type_external_id),
        shipped_at: data.shipping_date,
        again: data.again,
        packet_id: 0,
        contents: Vec::new(),
    }
}
