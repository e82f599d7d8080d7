//! What `fetchOrders` shows of an order (`order-calls.md` 2.2; the names beside the header are inferred).

use chrono::{DateTime, Utc};

use super::credit::OrderCreditEntry;
use super::order_changes::{OrderChange, change_of};
use super::positions::{code_of, items_of};
use super::totals::{refund_of, request_of};
use super::{OrderAddress, OrderContent, OrderCustomer, OrderItem, OrderNotice, OrderPacket, OrderPayment};
use super::{OrderCancelRequest, OrderCoupon, OrderRefund, OrderTax};
use super::{OrderTag, PaymentStatus, PriceType};
use crate::config::{Mandator, Settings};
use crate::domain::order::{self, OrderDocument, Workflow};
use crate::domain::{AccountId, Decimal, Failure, MandatorId, OrderId, Stamp};
use crate::operations::Reading;
use crate::operations::wire::{Time, Xml};
use crate::store::orders::{ContentRow, NoticeRow, OrderParts, PacketRow, TagRow};
use crate::{wire, wire_enum};

wire_enum! {
    /// The way an order takes; it follows from the payment method.
    OrderWorkflow {
        /// Paid before it is shipped.
        Prepayment = "prepayment",
        /// Shipped first, paid on delivery.
        CashOnDelivery = "cash_on_delivery",
        /// Collected and paid by the buyer.
        Collection = "collection",
    }
}

impl From<Workflow> for OrderWorkflow {
    fn from(workflow: Workflow) -> OrderWorkflow {
        match workflow {
            Workflow::Prepayment => OrderWorkflow::Prepayment,
            Workflow::CashOnDelivery => OrderWorkflow::CashOnDelivery,
            Workflow::Collection => OrderWorkflow::Collection,
        }
    }
}

wire! {
    /// An order.
    OrderRecord {
        /// Kontor's own id.
        order_id: OrderId,
        /// The mandator.
        mandator_id: MandatorId,
        /// Prefix of the order number.
        order_number_prefix: Option<String>,
        /// The visible number; unique together with the prefix.
        order_number: i32,
        /// First foreign number, by convention the ERP's order number.
        external_order_number_1: Option<String>,
        /// Second foreign number.
        external_order_number_2: Option<String>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// The channel's second order number.
        marketplace_order_id_2: Option<String>,
        /// Transaction id of the payment.
        transaction_id_1: Option<String>,
        /// Second transaction id of the payment.
        transaction_id_2: Option<String>,
        /// Date of the order.
        order_date: Option<Time>,
        /// When Kontor stored the order.
        created_at: Time,
        /// Last change of the order.
        last_changed: Time,
        /// The user who changed it last, or channel.
        last_changed_by: String,
        /// When the ERP took the order over.
        export_date: Option<Time>,
        /// Status.
        order_status_id: i32,
        /// Name of the status.
        order_status_identifier: Option<String>,
        /// 1: something is still expected; 2: nothing more is.
        complete_status: i32,
        /// The way the order takes.
        workflow: Option<OrderWorkflow>,
        /// Sub channel.
        sub_channel_id: i32,
        /// Name of the sub channel.
        sub_channel_identifier: Option<String>,
        /// Account; missing for phone sales.
        account_id: Option<AccountId>,
        /// Name of the account.
        account_identifier: Option<String>,
        /// Payment method.
        payment_method_id: Option<i32>,
        /// Name of the payment method, as the channel says it.
        payment_method_identifier: Option<String>,
        /// 1 unpaid, 2 paid.
        payment_status_id: Option<i32>,
        /// The same in words.
        payment_status_identifier: Option<PaymentStatus>,
        /// Currency, ISO 4217.
        currency_code_iso: Option<String>,
        /// 1 gross, 2 net.
        price_type_id: Option<i32>,
        /// The same in words.
        price_type_identifier: Option<PriceType>,
        /// Shipping costs.
        shipping_charge: Option<Decimal>,
        /// Cash on delivery fee.
        cash_on_delivery_charge: Option<Decimal>,
        /// Fee of the payment method.
        payment_method_charge: Option<Decimal>,
        /// Value of redeemed coupons.
        coupon_amount: Option<Decimal>,
        /// The coupons, where the channel names them.
        coupons: Vec<OrderCoupon> [each("coupon")],
        /// Tax rate of the shipping costs in percent.
        shipping_tax_rate: Option<Decimal>,
        /// Tax of the shipping costs.
        shipping_tax_amount: Option<Decimal>,
        /// Tax rate of the cash on delivery fee in percent.
        cash_on_delivery_tax_rate: Option<Decimal>,
        /// Tax of the cash on delivery fee.
        cash_on_delivery_tax_amount: Option<Decimal>,
        /// Tax rate of the payment method's fee in percent.
        payment_method_tax_rate: Option<Decimal>,
        /// Tax of the payment method's fee.
        payment_method_tax_amount: Option<Decimal>,
        /// The tax of the whole order, by rate, as the channel says it.
        taxes: Vec<OrderTax> [each("tax")],
        /// What the buyer pays for what is not cancelled, tax included, as the channel says it.
        total_amount: Option<Decimal>,
        /// What positions, charges and coupons come to, where that is not total_amount.
        calculated_amount: Option<Decimal>,
        /// total_amount less calculated_amount, where they differ.
        total_difference: Option<Decimal>,
        /// Money that went back to the buyer, by the channel or by the ERP.
        refunded_amount: Option<Decimal>,
        /// VAT id of the buyer.
        tax_identification_number: Option<String>,
        /// Weight.
        weight_in_gram: Option<Decimal>,
        /// The way of shipping that was chosen, as the channel names it.
        dispatch_type_identifier: Option<String>,
        /// The goods have to leave by then.
        ship_by_date: Option<Time>,
        /// The goods have to be with the buyer by then.
        deliver_by_date: Option<Time>,
        /// Parcel locker, post office or shop where the buyer collects the goods.
        pickup_point: Option<String>,
        /// The buyer's number at the carrier of the pick-up point.
        post_number: Option<String>,
        /// Message to be put into the package.
        gift_message: Option<String>,
        /// Shipping provider by id.
        shipping_provider: Option<i32>,
        /// Shipping provider by name.
        shipping_provider_identifier: Option<String>,
        /// Invoice number.
        invoice_number: Option<String>,
        /// Note.
        note: Option<String>,
        /// The customer.
        customer: Option<OrderCustomer>,
        /// Where the invoice goes.
        invoice_address: Option<OrderAddress>,
        /// Where the goods go.
        delivery_address: Option<OrderAddress>,
        /// Positions.
        order_items: Vec<OrderItem> [each("order_item")],
        /// Packages.
        packets: Vec<OrderPacket> [each("packet")],
        /// Payment data.
        payments: Vec<OrderPayment> [each("payment")],
        /// Credit entries: money that the ERP gave back.
        credit_entries: Vec<OrderCreditEntry> [each("credit_entry")],
        /// Notices.
        order_notices: Vec<OrderNotice> [each("order_notice")],
        /// Tags.
        order_tags: Vec<OrderTag> [each("order_tag")],
        /// What the channel changed after the ERP took the order over, until updateOrders accepts it.
        order_changes: Vec<OrderChange> [each("order_change")],
        /// What the buyer asked to be cancelled.
        cancellation_requests: Vec<OrderCancelRequest> [each("cancellation_request")],
        /// Money that went back, as the channel lists it.
        refunds: Vec<OrderRefund> [each("refund")],
        /// Data of the channel that Kontor does not interpret.
        specific_order_data: Option<Xml>,
    }
}

/// The record of an order, with times in the zone of its mandator.
pub(super) fn record_of(reading: &Reading<'_>, mut parts: OrderParts) -> Result<OrderRecord, Failure> {
    let settings: &Settings = reading.settings;
    let mandator: &Mandator = reading.mandator(parts.order.mandator_id)?;
    let time = |stamp: i64| Time::of(Stamp(stamp), mandator.time_zone);
    let refunds = std::mem::take(&mut parts.order.data.refunds);
    let refunds = refunds.into_iter().map(|refund| refund_of(refund, &parts.items, mandator)).collect();
    let amounts = amounts_of(&mut parts.order.data, mandator);
    let (order_items, contents) = (items_of(settings, &mut parts), std::mem::take(&mut parts.contents));
    let (order, data) = (parts.order.clone(), parts.order.data);
    Ok(OrderRecord {
        order_id: order.order_id,
        mandator_id: order.mandator_id,
        order_number_prefix: order.order_number_prefix,
        order_number: order.order_number,
        external_order_number_1: order.external_order_number_1,
        external_order_number_2: order.external_order_number_2,
        marketplace_order_id: order.marketplace_order_id,
        marketplace_order_id_2: order.marketplace_order_id_2,
        transaction_id_1: order.transaction_id_1,
        transaction_id_2: order.transaction_id_2,
        order_date: order.order_date.map(time),
        created_at: time(order.created_at),
        last_changed: time(order.last_changed),
        last_changed_by: order.last_changed_by,
        export_date: order.export_date.map(time),
        order_status_id: order.order_status_id.id(),
        order_status_identifier: Some(order.order_status_id.word().to_owned()),
        complete_status: order.complete_status,
        workflow: Some(order.workflow.into()),
        sub_channel_id: order.sub_channel_id,
        sub_channel_identifier: settings.sub_channel(order.sub_channel_id).map(|sub_channel| sub_channel.identifier.clone()),
        account_id: order.account_id,
        account_identifier: order.account_id.and_then(|id| settings.account(id)).map(|account| account.identifier.clone()),
        payment_method_id: order.payment_method_id,
        payment_method_identifier: data.payment_method_identifier,
        payment_status_id: data.payment_status_id.map(order::PaymentStatus::id),
        payment_status_identifier: data.payment_status_id.map(PaymentStatus::from),
        weight_in_gram: data.weight_in_gram,
        shipping_provider: data.shipping_provider,
        shipping_provider_identifier: data.shipping_provider_identifier,
        invoice_number: order.invoice_number,
        note: data.note,
        customer: parts.customer.map(|customer| OrderCustomer {
            customer_id: Some(customer.customer_id),
            customer_number: Some(customer.customer_number),
            email: order.email_address.or(customer.email_address),
        }),
        invoice_address: data.invoice_address.map(OrderAddress::of),
        delivery_address: data.delivery_address.map(OrderAddress::of),
        order_items,
        packets: parts.packets.into_iter().map(|packet| packet_of(packet, &contents, settings, mandator)).collect(),
        payments: parts.payments.into_iter().map(|payment| OrderPayment::of(payment.data)).collect(),
        credit_entries: OrderCreditEntry::all(parts.credits, mandator),
        order_notices: parts.notices.into_iter().map(notice_of).collect(),
        order_tags: parts.tags.into_iter().map(tag_of).collect(),
        cancellation_requests: parts.requests.into_iter().map(|request| request_of(request, mandator)).collect(),
        refunds,
        order_changes: parts.changes.into_iter().map(|change| change_of(change, mandator, reading.face)).collect(),
        specific_order_data: data.specific_order_data.map(Xml),
        ..amounts
    })
}

/// What the order amounts to, and how it is delivered. The rest is empty.
fn amounts_of(data: &mut OrderDocument, mandator: &Mandator) -> OrderRecord {
    let at = |at: DateTime<Utc>| Time::of(Stamp::from_utc(at), mandator.time_zone);
    let difference = order::total_difference(data.totals.total_amount, data.calculated_amount, data.currency_code_iso.as_deref());
    let (totals, delivery) = (std::mem::take(&mut data.totals), std::mem::take(&mut data.delivery));
    OrderRecord {
        currency_code_iso: data.currency_code_iso.take(),
        price_type_id: data.price_type_id.map(order::PriceType::id),
        price_type_identifier: data.price_type_id.map(PriceType::from),
        shipping_charge: data.shipping_charge,
        cash_on_delivery_charge: data.cash_on_delivery_charge,
        payment_method_charge: data.payment_method_charge,
        coupon_amount: data.coupon_amount,
        coupons: totals.coupons.into_iter().map(OrderCoupon::of).collect(),
        shipping_tax_rate: totals.shipping_tax_rate,
        shipping_tax_amount: totals.shipping_tax_amount,
        cash_on_delivery_tax_rate: totals.cash_on_delivery_tax_rate,
        cash_on_delivery_tax_amount: totals.cash_on_delivery_tax_amount,
        payment_method_tax_rate: totals.payment_method_tax_rate,
        payment_method_tax_amount: totals.payment_method_tax_amount,
        taxes: totals.taxes.into_iter().map(OrderTax::of).collect(),
        total_amount: totals.total_amount,
        calculated_amount: data.calculated_amount.filter(|_| difference.is_some()),
        total_difference: difference,
        refunded_amount: data.refunded_amount,
        tax_identification_number: data.tax_identification_number.take(),
        dispatch_type_identifier: delivery.dispatch_type_identifier,
        ship_by_date: delivery.ship_by_date.map(at),
        deliver_by_date: delivery.deliver_by_date.map(at),
        pickup_point: delivery.pickup_point,
        post_number: delivery.post_number,
        gift_message: delivery.gift_message,
        ..OrderRecord::default()
    }
}

fn tag_of(row: TagRow) -> OrderTag {
    OrderTag { delete: None, tag_identifier: row.tag_identifier }
}

fn notice_of(row: NoticeRow) -> OrderNotice {
    OrderNotice { delete: None, order_notice_id: Some(row.order_notice_id), text: Some(row.text), notice_type: Some(row.notice_type) }
}

fn packet_of(row: PacketRow, contents: &[ContentRow], settings: &Settings, mandator: &Mandator) -> OrderPacket {
    let data = row.data;
    let inside = contents.iter().filter(|content| content.packet_id == row.packet_id);
    OrderPacket {
        packet_id: Some(row.packet_id),
        external_packet_number: data.external_packet_number,
        tracking_number: data.tracking_number,
        return_number: data.return_number,
        shipping_provider_identifier: data.shipping_provider_identifier,
        shipping_provider_external_id: data.shipping_provider_external_id,
        dispatch_type_identifier: data.dispatch_type_identifier,
        dispatch_type_external_id: data.dispatch_type_external_id,
        shipping_date: data.shipping_date.map(|at| Time::of(Stamp::from_utc(at), mandator.time_zone)),
        contents: inside
            .map(|content| OrderContent {
                order_item_id: Some(content.order_item_id),
                marketplace_order_item_id: None,
                internal_item_number: None,
                quantity: content.quantity,
                warehouse_code: content.warehouse_id.map(|id| code_of(settings, id)),
            })
            .collect(),
    }
}
