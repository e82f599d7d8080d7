//! Orders of another installation: what `fetchOrders` shows there, turned back into what is stored ([`super::record`]).

use std::collections::BTreeMap;

use super::credit::{CreditTransmission, OrderCreditEntry};
use super::order_changes;
use super::positions::warehouse;
use super::{OrderAddress, OrderCancelRequest, OrderItem, OrderPacket, OrderRecord, OrderRefund, OrderTax, OrderWorkflow, alternative};
use crate::config::Mandator;
use crate::domain::order::{
    self, Address, ChannelRefund, CreditDocument, CreditState, CreditedPieces, Delivery, FactName, LinePieces, OrderDocument, OrderStatus,
    PaymentStatus, RequestDocument, RequestState, RequestedPieces, Totals, Workflow,
};
use crate::domain::{Decimal, Failure, FieldName, ItemId, OrderId, OrderItemId, code};
use crate::operations::wire::{FieldSpec, Source, Time, Value};
use crate::operations::within::TakenOver;
use crate::operations::{Face, Work};
use crate::store::orders::{
    self, CreditRow, NoticeRow, OrderItemRow, OrderKey, OrderRow, Packed, RequestRow, Reserved, TakenOrder, sold_items,
};
use crate::xml::Node;

static RECORD: FieldSpec = FieldSpec::new("order", "");

/// Takes over an order as `fetchOrders` shows it; `known`: the one that it was taken over as before. Its stock is booked there
/// already, so that only what it reserves is taken, and its channel knows what happened to it.
pub(crate) fn take_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = OrderRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let mandator = work.mandator(record.mandator_id)?;
    if let Some(account_id) = record.account_id {
        work.account(account_id, Some(mandator.mandator_id))?;
    }
    let known = known.map(OrderId);
    refuse_taken_numbers(work, &record, known)?;
    let order = order_of(work, mandator, record)?;
    let numbered = orders::take_over(work.tx, order, known, work.settings)?;
    let positions = numbered.positions.iter().map(|(there, here)| ("order_item", there.0, here.0));
    let packets = numbered.packets.iter().map(|(there, here)| ("packet", *there, *here));
    Ok(TakenOver { id: numbered.order_id.0, inside: positions.chain(packets).collect() })
}

/// Another order may have the number here, or may be the same order, collected by Kontor itself.
fn refuse_taken_numbers(work: &mut Work<'_, '_>, record: &OrderRecord, known: Option<OrderId>) -> Result<(), Failure> {
    let number = record.order_number;
    let prefix = record.order_number_prefix.as_deref().unwrap_or_default();
    for order_id in orders::find(&mut work.tx.conn, record.mandator_id, None, &OrderKey::OrderNumber(number))? {
        let row = orders::get(&mut work.tx.conn, order_id)?.filter(|row| Some(row.order_id) != known);
        if row.is_some_and(|row| row.order_number_prefix.as_deref().unwrap_or_default() == prefix) {
            return Err(Failure::quoting(code::TAKEN, [&(FieldName("order_number"), number.to_string().as_str())]).within("order_number"));
        }
    }
    let (Some(account_id), Some(channel_number)) = (record.account_id, &record.marketplace_order_id) else { return Ok(()) };
    let of_channel = orders::of_channel(&mut work.tx.conn, account_id, channel_number)?;
    match of_channel {
        Some(row) if Some(row.order_id) != known => {
            Err(Failure::quoting(code::TAKEN, [&(FieldName("marketplace_order_id"), channel_number.as_str())])
                .within("marketplace_order_id"))
        }
        _ => Ok(()),
    }
}

fn order_of(work: &mut Work<'_, '_>, mandator: &Mandator, mut record: OrderRecord) -> Result<TakenOrder, Failure> {
    let zone = mandator.time_zone;
    let status = status_of(&record)?;
    let at = |time: Option<Time>| time.map(|time| time.stamp(zone).0);
    let lines: BTreeMap<OrderItemId, String> =
        record.order_items.iter().filter_map(|item| Some((item.order_item_id, item.marketplace_order_item_id.clone()?))).collect();
    let mut row = header(work, &record, status);
    (row.order_date, row.export_date) = (at(record.order_date), at(record.export_date));
    row.created_at = record.created_at.stamp(zone).0;
    row.data = document(mandator, &mut record, &lines)?;
    let is_begun = record.order_items.iter().any(|item| item.shipped_quantity > 0);
    tell(&mut row, is_begun);
    let (mut positions, mut reserved) = (Vec::new(), Reserved::new());
    let says_where = record.order_items.iter().any(|item| !item.reservations.is_empty());
    for item in std::mem::take(&mut record.order_items) {
        let (position, held) = position_of(work, mandator, item)?;
        reserved.insert(position.order_item_id, held);
        positions.push(position);
    }
    let is_open = positions.iter().any(|position| position.pieces().open() > 0 && position.item_id.is_some());
    let mut packets = Vec::with_capacity(record.packets.len());
    for packet in std::mem::take(&mut record.packets) {
        let (packet_id, document, contents) = packet_of(work, mandator, packet)?;
        // One that was announced before anything left is told with the shipment.
        packets.push((packet_id, order::PacketDocument { told: is_begun, ..document }, contents));
    }
    let payments = record.payments.iter().map(super::OrderPayment::stored).collect::<Result<Vec<_>, _>>()?;
    let notices = record.order_notices.into_iter().map(|notice| NoticeRow {
        order_notice_id: notice.order_notice_id.unwrap_or_default(),
        order_id: row.order_id,
        notice_type: notice.notice_type.unwrap_or(10),
        text: notice.text.unwrap_or_default(),
    });
    Ok(TakenOrder {
        positions,
        reserved: (says_where || !is_open).then_some(reserved),
        packets,
        payments,
        notices: notices.collect(),
        tags: record.order_tags.into_iter().map(|tag| tag.tag_identifier).collect(),
        changes: record.order_changes.into_iter().map(|change| order_changes::taken(change, row.order_id, mandator)).collect(),
        requests: record.cancellation_requests.into_iter().map(|request| request_of(request, row.order_id, mandator)).collect(),
        credits: record.credit_entries.into_iter().map(|credit| credit_of(credit, &row, mandator)).collect(),
        row,
    })
}

/// The word says more than the number: of the original's numbers only one is known.
fn status_of(record: &OrderRecord) -> Result<OrderStatus, Failure> {
    let word = record.order_status_identifier.as_deref().unwrap_or_default().trim();
    let by_word = OrderStatus::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(word));
    by_word.or_else(|| OrderStatus::from_id(record.order_status_id).filter(|_| word.is_empty())).ok_or_else(|| {
        let known = OrderStatus::ALL.map(|status| status.word());
        let said = if word.is_empty() { record.order_status_id.to_string() } else { word.to_owned() };
        Failure::new(code::NOT_IN_LIST, [&said, &known.join(", ")]).within("order_status_identifier")
    })
}

/// The columns, as far as they are no times.
fn header(work: &Work<'_, '_>, record: &OrderRecord, status: OrderStatus) -> OrderRow {
    let method = record.payment_method_identifier.as_deref();
    let here = method.and_then(|name| work.settings.payment_methods.iter().find(|known| known.identifier.eq_ignore_ascii_case(name)));
    let workflow = match record.workflow {
        Some(OrderWorkflow::Prepayment) => Workflow::Prepayment,
        Some(OrderWorkflow::CashOnDelivery) => Workflow::CashOnDelivery,
        Some(OrderWorkflow::Collection) => Workflow::Collection,
        None => method.map_or(Workflow::Prepayment, Workflow::of_payment_method),
    };
    OrderRow {
        order_id: record.order_id,
        account_id: record.account_id,
        order_number: record.order_number,
        order_number_prefix: record.order_number_prefix.clone(),
        external_order_number_1: record.external_order_number_1.clone(),
        external_order_number_2: record.external_order_number_2.clone(),
        marketplace_order_id: record.marketplace_order_id.clone(),
        marketplace_order_id_2: record.marketplace_order_id_2.clone(),
        transaction_id_1: record.transaction_id_1.clone(),
        transaction_id_2: record.transaction_id_2.clone(),
        last_changed_by: record.last_changed_by.clone(),
        order_status_id: status,
        complete_status: record.complete_status,
        payment_method_id: here.map(|method| method.payment_method_id).or(record.payment_method_id),
        customer_id: record.customer.as_ref().and_then(|customer| customer.customer_id),
        email_address: record.customer.as_ref().and_then(|customer| customer.email.clone()),
        invoice_number: record.invoice_number.clone(),
        ..OrderRow::new(record.mandator_id, record.sub_channel_id, workflow)
    }
}

fn address_of(address: Option<OrderAddress>) -> Option<Address> {
    let mut stored = Address::default();
    address?.onto(&mut stored);
    stored.filled()
}

fn document(mandator: &Mandator, record: &mut OrderRecord, lines: &BTreeMap<OrderItemId, String>) -> Result<OrderDocument, Failure> {
    let at = |time: Option<Time>| time.map(|time| time.resolve(mandator.time_zone));
    let payment_status = record.payment_status_identifier;
    let refunds = std::mem::take(&mut record.refunds);
    Ok(OrderDocument {
        currency_code_iso: record.currency_code_iso.take(),
        shipping_charge: record.shipping_charge,
        cash_on_delivery_charge: record.cash_on_delivery_charge,
        payment_method_charge: record.payment_method_charge,
        coupon_amount: record.coupon_amount,
        weight_in_gram: record.weight_in_gram,
        shipping_provider: record.shipping_provider,
        shipping_provider_identifier: record.shipping_provider_identifier.take(),
        price_type_id: alternative(record.price_type_id, record.price_type_identifier, order::PriceType::from_id, "price_type_id")?,
        note: record.note.take(),
        payment_method_identifier: record.payment_method_identifier.take(),
        payment_status_id: alternative(record.payment_status_id, payment_status, PaymentStatus::from_id, "payment_status_id")?,
        invoice_address: address_of(record.invoice_address.take()),
        delivery_address: address_of(record.delivery_address.take()),
        tax_identification_number: record.tax_identification_number.take(),
        // It is shown only where it differs from the total.
        calculated_amount: record.calculated_amount.or(record.total_amount),
        totals: Totals {
            total_amount: record.total_amount,
            shipping_tax_rate: record.shipping_tax_rate,
            shipping_tax_amount: record.shipping_tax_amount,
            cash_on_delivery_tax_rate: record.cash_on_delivery_tax_rate,
            cash_on_delivery_tax_amount: record.cash_on_delivery_tax_amount,
            payment_method_tax_rate: record.payment_method_tax_rate,
            payment_method_tax_amount: record.payment_method_tax_amount,
            taxes: std::mem::take(&mut record.taxes).into_iter().map(OrderTax::stored).collect(),
            coupons: record.coupons.iter().map(super::OrderCoupon::stored).collect(),
        },
        delivery: Delivery {
            dispatch_type_identifier: record.dispatch_type_identifier.take(),
            deliver_by_date: at(record.deliver_by_date),
            ship_by_date: at(record.ship_by_date),
            pickup_point: record.pickup_point.take(),
            post_number: record.post_number.take(),
            gift_message: record.gift_message.take(),
        },
        refunded_amount: record.refunded_amount,
        refunds: refunds.into_iter().map(|refund| refund_of(refund, lines, mandator)).collect(),
        specific_order_data: record.specific_order_data.take().map(|xml| xml.0),
        ..OrderDocument::default()
    })
}

/// Facts that the other installation may have told of an order. Their keys count on behind this: a channel takes a key that it knows
/// for a repeat.
const TOLD_THERE: i32 = 1_000;

/// The channel knows what happened to the order before it came here. `is_begun`: something of it is shipped.
fn tell(row: &mut OrderRow, is_begun: bool) {
    let status = row.order_status_id;
    let shipped = [OrderStatus::ShippedOpenPayments, OrderStatus::ShippedDone, OrderStatus::PaidDone, OrderStatus::CollectedDone];
    let known = [
        (FactName::Acknowledged, status != OrderStatus::New && status != OrderStatus::Backlog),
        (FactName::Paid, row.is_paid()),
        (FactName::Cancelled, status == OrderStatus::Cancelled),
        (FactName::Shipped, is_begun || shipped.contains(&status)),
        // These may be told any number of times.
        (FactName::PositionsCancelled, true),
        (FactName::Refunded, true),
        (FactName::DocumentAttached, true),
    ];
    for (fact, _) in known.into_iter().filter(|(_, is_known)| *is_known) {
        row.data.set_told(fact, TOLD_THERE);
    }
}

/// A position, and what it reserves.
fn position_of(
    work: &mut Work<'_, '_>,
    mandator: &Mandator,
    item: OrderItem,
) -> Result<(OrderItemRow, BTreeMap<crate::domain::WarehouseId, i32>), Failure> {
    let mut held = BTreeMap::new();
    for reservation in &item.reservations {
        if let Some(warehouse_id) = warehouse(work.settings, mandator, Some(&reservation.warehouse_code))? {
            *held.entry(warehouse_id).or_insert(0_i32) += reservation.quantity;
        }
    }
    let sold: Option<ItemId> = match item.item_id {
        Some(id) => sold_items(&mut work.tx.conn, mandator.mandator_id, Some(id), "")?.first().map(|sold| sold.item_id),
        None => None,
    };
    let row = OrderItemRow {
        order_item_id: item.order_item_id,
        item_id: sold,
        offer_id: item.offer_id,
        channel_line_id: item.marketplace_order_item_id,
        internal_item_number: item.internal_item_number,
        external_offer_number: item.external_offer_number,
        tax_rate: item.tax_rate.map(|rate| rate.0),
        cancelled: item.cancelled_quantity,
        // What was cancelled there was said there.
        cancelled_told: item.cancelled_quantity,
        shipped: item.shipped_quantity,
        returned: item.returned_quantity,
        refunded: item.refunded_quantity,
        total_amount: item.total_amount.map(|amount| amount.0),
        tax_amount: item.tax_amount.map(|amount| amount.0),
        returned_reported: item.returned_quantity,
        ..OrderItemRow::new(item.identifier.unwrap_or_default(), item.quantity, item.price.0)
    };
    Ok((row, held))
}

fn packet_of(work: &Work<'_, '_>, mandator: &Mandator, packet: OrderPacket) -> Result<(i32, order::PacketDocument, Vec<Packed>), Failure> {
    let document = packet.stored(work.settings, mandator);
    let mut contents = Vec::with_capacity(packet.contents.len());
    for content in &packet.contents {
        let Some(order_item_id) = content.order_item_id else { continue };
        let warehouse_id = warehouse(work.settings, mandator, content.warehouse_code.as_deref())?;
        contents.push(Packed { order_item_id, warehouse_id, quantity: content.quantity });
    }
    Ok((packet.packet_id.unwrap_or_default(), document, contents))
}

fn refund_of(refund: OrderRefund, lines: &BTreeMap<OrderItemId, String>, mandator: &Mandator) -> ChannelRefund {
    let named = refund.order_items.into_iter();
    ChannelRefund {
        refund_id: refund.marketplace_refund_id,
        refunded_at: refund.refund_date.map(|time| time.resolve(mandator.time_zone)),
        amount: refund.refund_amount,
        reason: refund.reason,
        positions: named
            .filter_map(|part| Some(LinePieces { line_id: lines.get(&part.order_item_id)?.clone(), quantity: part.quantity }))
            .collect(),
    }
}

fn request_of(request: OrderCancelRequest, order_id: OrderId, mandator: &Mandator) -> RequestRow {
    let state = RequestState::from(request.state);
    let is_open = state == RequestState::Open;
    let pieces = request.order_items.into_iter().map(|part| RequestedPieces {
        order_item_id: part.order_item_id,
        quantity: part.quantity,
        waiting: if is_open { part.quantity } else { 0 },
    });
    RequestRow {
        cancellation_request_id: request.cancellation_request_id,
        order_id,
        marketplace_request_id: request.marketplace_request_id,
        state,
        requested_at: request.requested_at.stamp(mandator.time_zone).0,
        settled_at: request.settled_at.map(|time| time.stamp(mandator.time_zone).0),
        data: RequestDocument { reason: request.reason, pieces: pieces.collect(), ..RequestDocument::default() },
    }
}

/// What was on its way there is unclear here: only the other installation hears the channel's answer.
fn credit_of(credit: OrderCreditEntry, row: &OrderRow, mandator: &Mandator) -> CreditRow {
    let state = match credit.transmission {
        CreditTransmission::Transmitted => CreditState::Transmitted,
        CreditTransmission::Kept => CreditState::Kept,
        CreditTransmission::Refused => CreditState::Refused,
        CreditTransmission::Waiting | CreditTransmission::Unclear => CreditState::Unclear,
    };
    let created_at = credit.created_at.stamp(mandator.time_zone).0;
    let positions = credit.order_items.into_iter();
    let amount: Decimal = credit.credit_amount;
    CreditRow {
        credit_entry_id: credit.credit_entry_id,
        order_id: row.order_id,
        mandator_id: row.mandator_id,
        external_credit_number: credit.external_credit_number,
        amount: amount.0,
        currency_code_iso: credit.currency_code_iso,
        created_at,
        fact_key: None,
        state,
        settled_at: Some(credit.transmitted_at.map_or(created_at, |time| time.stamp(mandator.time_zone).0)),
        data: CreditDocument {
            reason: credit.reason,
            positions: positions.map(|part| CreditedPieces { order_item_id: part.order_item_id, quantity: part.quantity }).collect(),
            ..CreditDocument::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{TOLD_THERE, tell};
    use crate::domain::MandatorId;
    use crate::domain::order::{FactName, Workflow};
    use crate::store::orders::{OrderRow, fact_key};

    #[test]
    fn the_second_parcel_of_an_order_is_no_repeat_of_the_first_for_its_channel() {
        let mut row = OrderRow::new(MandatorId(1), 9000, Workflow::Prepayment);
        tell(&mut row, true);
        let times = row.data.times_told(FactName::Shipped) + 1;
        assert!(times > TOLD_THERE);
        row.data.set_told(FactName::Shipped, times);
        assert!(fact_key(&row, FactName::Shipped).ends_with("-shipped-1001"));
        let mut whole = OrderRow::new(MandatorId(1), 9000, Workflow::Prepayment);
        tell(&mut whole, false);
        assert!(!whole.data.is_told(FactName::Shipped) && !whole.data.is_told(FactName::Acknowledged));
    }
}
