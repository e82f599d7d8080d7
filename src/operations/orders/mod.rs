//! Orders: `fetchOrders`, `updateOrders`, `updateOrderStatus`, `cancelOrders`, `adjustOrders`, `syncPlatformOrders`
//! (`order-calls.md` 1 to 6).
//!
//! Decided here, because the reference could not be read: the names of everything `fetchOrders` gives back beside the
//! header, the ids of payment status and price type, and that an order number of Kontor never changes.

mod address;
mod adjust;
mod amounts;
mod cancel;
mod cancel_orders;
mod corrections;
mod create;
mod credit;
mod documents;
mod fetch;
mod form;
mod keys;
mod labels;
mod named;
mod order_changes;
mod payment;
mod platform;
mod positions;
mod record;
mod ship;
mod status;
pub(super) mod sync;
mod tags;
mod taken;
mod totals;
mod update;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use address::OrderAddress;
pub(crate) use adjust::AdjustOrders;
pub(crate) use cancel_orders::CancelOrders;
pub(crate) use corrections::OrderItemUpdate;
pub(crate) use credit::{CreateCreditEntry, NewCreditEntry, give_back};
pub(crate) use documents::{CreateOrderDocuments, FetchOrderDocuments, UpdateOrderDocuments};
pub(crate) use fetch::FetchOrders;
pub(crate) use keys::{OrderKeys, OrderSignificantKey, order_under, unknown_order};
pub(crate) use labels::{ConfirmShippingLabels, CreateShippingLabels, DoShippingSoftwareExport, FetchShippingLabels, take_label_over};
pub(crate) use named::NamedOrder;
pub(crate) use payment::PaymentOrder;
pub(crate) use platform::{PlatformOrder, PlatformOrdersRequest, PlatformOrdersResult};
pub(crate) use positions::{OrderContent, OrderItemCancellation, OrderItemReference};
pub(crate) use record::{OrderRecord, OrderWorkflow};
pub(crate) use status::UpdateOrderStatus;
pub(crate) use sync::SyncPlatformOrders;
pub(crate) use taken::take_over;
pub(crate) use totals::{OrderCancelRequest, OrderCoupon, OrderRefund, OrderTax};
pub(crate) use update::UpdateOrders;

use keys::{missing_key, order_record};

use super::wire::Time;
use crate::config::{Mandator, Settings, ShippingWord, shipping_word};
use crate::domain::order::{self, PacketDocument, PaymentDocument};
use crate::domain::{Decimal, Failure, ItemId, OfferId, OrderItemId, Worded, code, limits};
use crate::{wire, wire_enum};

wire_enum! {
    /// The state of an order's payment.
    PaymentStatus {
        /// Not paid yet.
        Unpaid = "unpaid",
        /// Paid in full.
        Paid = "paid",
    }

    /// What prices contain.
    PriceType {
        /// Prices contain the tax.
        Gross = "gross",
        /// Prices do not contain the tax.
        Net = "net",
    }
}

/// What one of two alternatives means, a number or a word; the number counts when both are sent (`protocol.md` 3.3).
fn alternative<T, W: Into<T>>(
    id: Option<i32>,
    word: Option<W>,
    from_id: impl Fn(i32) -> Option<T>,
    field: &'static str,
) -> Result<Option<T>, Failure> {
    match id {
        Some(id) => match from_id(id) {
            Some(known) => Ok(Some(known)),
            None => Err(Failure::quoting(code::OUT_OF_RANGE, [&id, &Worded::range(1, 2)]).within(field)),
        },
        None => Ok(word.map(W::into)),
    }
}

wire! {
    /// The customer of an order.
    OrderCustomer {
        /// Kontor's own id.
        customer_id: Option<i32>,
        /// Number of the customer.
        customer_number: Option<i32>,
        /// E-mail address.
        email: Option<String>,
    }

    /// A position of an order.
    OrderItem {
        /// Kontor's own id of the position.
        order_item_id: OrderItemId,
        /// Id of the item; missing when the position matches no item.
        item_id: Option<ItemId>,
        /// Number of the item.
        internal_item_number: Option<String> [max(limits::ITEM_NUMBER), key],
        /// Name as sold.
        identifier: Option<String> [max(limits::POSITION_NAME)],
        /// Pieces ordered.
        quantity: i32,
        /// Of these, cancelled.
        cancelled_quantity: i32,
        /// Of these, shipped.
        shipped_quantity: i32,
        /// Of those shipped, returned.
        returned_quantity: i32,
        /// Pieces whose money went back.
        refunded_quantity: i32,
        /// Pieces still to be shipped.
        open_quantity: i32,
        /// Price per piece.
        price: Decimal,
        /// Tax rate in percent.
        tax_rate: Option<Decimal>,
        /// The channel's sum of the position.
        total_amount: Option<Decimal>,
        /// The tax of the position.
        tax_amount: Option<Decimal>,
        /// Id of the offer under which it was sold.
        offer_id: Option<OfferId>,
        /// The channel's number of the offer.
        external_offer_number: Option<String>,
        /// The channel's number of the position.
        marketplace_order_item_id: Option<String>,
        /// Where pieces are reserved.
        reservations: Vec<OrderItemReservation> [each("reservation")],
    }

    /// Pieces that a position reserves in a warehouse.
    OrderItemReservation {
        /// The warehouse.
        warehouse_code: String,
        /// Pieces.
        quantity: i32,
    }

    /// A package.
    OrderPacket {
        /// Kontor's own id of the package; not read in requests.
        packet_id: Option<i32>,
        /// The ERP's own number of the package; a package with the same number is not shipped twice.
        external_packet_number: Option<String> [max(100), key],
        /// Tracking number; names the package where external_packet_number is missing.
        tracking_number: Option<String>,
        /// Number of the return label.
        return_number: Option<String>,
        /// The shipping provider's name, such as DHL.
        shipping_provider_identifier: Option<String> [max(100), key],
        /// The shipping provider's foreign id.
        shipping_provider_external_id: Option<String> [max(100), key],
        /// The dispatch type's name.
        dispatch_type_identifier: Option<String> [max(100), key],
        /// The dispatch type's foreign id.
        dispatch_type_external_id: Option<String> [max(100)],
        /// Time of shipping.
        shipping_date: Option<Time>,
        /// What is in it. With SHIPPED, exactly these pieces are shipped; where no package names any, everything open is.
        contents: Vec<OrderContent> [each("content")],
    }

    /// Payment data of an order.
    OrderPayment {
        /// Text for the buyer on how to pay.
        payment_instructions: Option<String>,
        /// Holder of the bank account.
        depositor: Option<String>,
        /// BIC.
        bic: Option<String>,
        /// Name of the bank.
        bank_name: Option<String>,
        /// Foreign id of the payment; a payment with the same id completes the stored one.
        external_id: Option<String>,
        /// IBAN.
        iban: Option<String>,
        /// Transaction id.
        transaction_id: Option<String> [max(limits::TRANSACTION_ID)],
        /// 1 unpaid, 2 paid.
        payment_status_id: Option<i32>,
        /// The same in words.
        payment_status_identifier: Option<PaymentStatus>,
    }

    /// A notice on an order.
    OrderNotice {
        /// true: remove this notice.
        delete: Option<bool> [attr, typed("remove")],
        /// Id of an existing notice; without it the notice is new.
        order_notice_id: Option<i32>,
        /// Text of the notice.
        text: Option<String>,
        /// Kind of notice; 10 where none is given.
        notice_type: Option<i32>,
    }

    /// A tag on an order.
    OrderTag {
        /// true: remove this tag.
        delete: Option<bool> [attr, typed("remove")],
        /// Name of the tag, one of fetchOrderTags.
        tag_identifier: String,
    }
}

/// Writes the words of a listed entry as the list has them; a word that is not listed stays as it was sent.
fn named(list: &[ShippingWord], identifier: &mut Option<String>, external_id: &mut Option<String>) {
    if let Some(entry) = shipping_word(list, identifier.as_deref(), external_id.as_deref()) {
        *identifier = Some(entry.identifier.clone());
        *external_id = entry.external_id.clone().or(external_id.take());
    }
}

impl OrderPacket {
    /// What is kept of it. A provider or dispatch type of the configuration's lists gets both its words.
    fn stored(&self, settings: &Settings, mandator: &Mandator) -> PacketDocument {
        let mut packet = self.clone();
        named(&settings.shipping_carriers, &mut packet.shipping_provider_identifier, &mut packet.shipping_provider_external_id);
        named(&settings.dispatch_types, &mut packet.dispatch_type_identifier, &mut packet.dispatch_type_external_id);
        PacketDocument {
            external_packet_number: packet.external_packet_number.filter(|number| !number.is_empty()),
            tracking_number: packet.tracking_number.filter(|number| !number.is_empty()),
            return_number: packet.return_number,
            shipping_provider_identifier: packet.shipping_provider_identifier,
            shipping_provider_external_id: packet.shipping_provider_external_id,
            dispatch_type_identifier: packet.dispatch_type_identifier,
            dispatch_type_external_id: packet.dispatch_type_external_id,
            shipping_date: packet.shipping_date.map(|time| time.resolve(mandator.time_zone)),
            ..PacketDocument::default()
        }
    }
}

impl OrderPayment {
    fn stored(&self) -> Result<PaymentDocument, Failure> {
        let payment = self.clone();
        Ok(PaymentDocument {
            payment_instructions: payment.payment_instructions,
            depositor: payment.depositor,
            bic: payment.bic,
            bank_name: payment.bank_name,
            external_id: payment.external_id,
            iban: payment.iban,
            transaction_id: payment.transaction_id,
            payment_status_id: alternative(
                payment.payment_status_id,
                payment.payment_status_identifier,
                order::PaymentStatus::from_id,
                "payment_status_id",
            )?,
            ..PaymentDocument::default()
        })
    }

    fn of(payment: PaymentDocument) -> OrderPayment {
        OrderPayment {
            payment_instructions: payment.payment_instructions,
            depositor: payment.depositor,
            bic: payment.bic,
            bank_name: payment.bank_name,
            external_id: payment.external_id,
            iban: payment.iban,
            transaction_id: payment.transaction_id,
            payment_status_id: payment.payment_status_id.map(order::PaymentStatus::id),
            payment_status_identifier: payment.payment_status_id.map(PaymentStatus::from),
        }
    }
}
