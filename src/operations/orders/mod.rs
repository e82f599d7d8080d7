//! Orders: `fetchOrders`, `updateOrders`, `updateOrderStatus`, `syncPlatformOrders` (`order-calls.md` 1 to 4).
//!
//! Decided here, because the reference could not be read: the names of everything `fetchOrders` gives back beside the
//! header, the ids of payment status and price type, and that an order number of Kontor never changes.

mod address;
mod cancel;
mod corrections;
mod create;
mod fetch;
mod form;
mod positions;
mod record;
mod ship;
mod status;
pub(super) mod sync;
mod tags;
mod update;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use address::OrderAddress;
pub(crate) use corrections::OrderItemUpdate;
pub(crate) use fetch::FetchOrders;
pub(crate) use positions::{OrderContent, OrderItemCancellation};
pub(crate) use record::{OrderRecord, OrderWorkflow};
pub(crate) use status::UpdateOrderStatus;
pub(crate) use sync::SyncPlatformOrders;
pub(crate) use update::UpdateOrders;

use super::wire::Time;
use crate::config::{Mandator, Settings, ShippingWord, shipping_word};
use crate::domain::order::{self, PacketDocument, PaymentDocument};
use crate::domain::{AllOf, Decimal, Failure, FieldName, ItemId, OrderId, OrderItemId, Worded, code, limits};
use crate::store::Conn;
use crate::store::orders::{self, OrderKey, OrderRow};
use crate::{wire, wire_enum};

wire_enum! {
    /// The field that names the order.
    OrderSignificantKey {
        /// Kontor's own id.
        OrderId = "order_id",
        /// The visible number, where it is unique without its prefix.
        OrderNumber = "order_number",
        /// The visible number together with its prefix.
        OrderNumberAndPrefix = "order_number_and_prefix",
        /// The first foreign number, by convention the ERP's order number.
        ExternalOrderNumber1 = "external_order_number_1",
        /// The second foreign number.
        ExternalOrderNumber2 = "external_order_number_2",
        /// The channel's order number; the same as MARKETPLACE_ORDER_ID_1.
        MarketplaceOrderId = "marketplace_order_id",
        /// The channel's order number.
        MarketplaceOrderId1 = "marketplace_order_id_1",
        /// The channel's second order number.
        MarketplaceOrderId2 = "marketplace_order_id_2",
        /// The transaction id of the payment.
        TransactionId1 = "transaction_id_1",
        /// The second transaction id of the payment.
        TransactionId2 = "transaction_id_2",
    }

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
    /// The numbers of an order.
    OrderKeys {
        /// Kontor's own id.
        order_id: Option<OrderId>,
        /// The mandator.
        mandator_id: Option<i32>,
        /// Prefix of the order number, such as a word per account.
        order_number_prefix: Option<String>,
        /// The visible number; unique together with the prefix.
        order_number: Option<i32>,
        /// First foreign number, by convention the ERP's order number.
        external_order_number_1: Option<String>,
        /// Second foreign number.
        external_order_number_2: Option<String>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
    }

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
        internal_item_number: Option<String> [max(limits::ITEM_NUMBER)],
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
        /// Id of the offer under which it was sold.
        offer_id: Option<i32>,
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
        external_packet_number: Option<String> [max(100)],
        /// Tracking number; names the package where external_packet_number is missing.
        tracking_number: Option<String>,
        /// Number of the return label.
        return_number: Option<String>,
        /// The shipping provider's name, such as DHL.
        shipping_provider_identifier: Option<String> [max(100)],
        /// The shipping provider's foreign id.
        shipping_provider_external_id: Option<String> [max(100)],
        /// The dispatch type's name.
        dispatch_type_identifier: Option<String> [max(100)],
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
        /// Foreign id of the payment; a payment with the same id replaces the stored one.
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

impl OrderKeys {
    fn of(row: &OrderRow) -> OrderKeys {
        OrderKeys {
            order_id: Some(row.order_id),
            mandator_id: Some(row.mandator_id),
            order_number_prefix: row.order_number_prefix.clone(),
            order_number: Some(row.order_number),
            external_order_number_1: row.external_order_number_1.clone(),
            external_order_number_2: row.external_order_number_2.clone(),
            marketplace_order_id: row.marketplace_order_id.clone(),
        }
    }
}

/// The numbers that a request gives for an order.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers<'r> {
    order_id: Option<OrderId>,
    order_number: Option<i32>,
    order_number_prefix: Option<&'r str>,
    external_order_number_1: Option<&'r str>,
    external_order_number_2: Option<&'r str>,
    marketplace_order_id: Option<&'r str>,
    marketplace_order_id_2: Option<&'r str>,
    transaction_id_1: Option<&'r str>,
    transaction_id_2: Option<&'r str>,
}

impl Numbers<'_> {
    /// The key that the request chose; `None` when its field is missing or empty.
    fn key(&self, chosen: OrderSignificantKey) -> Option<OrderKey> {
        use OrderSignificantKey as Chosen;
        let text = |text: Option<&str>| text.map(str::to_owned);
        match chosen {
            Chosen::OrderId => self.order_id.map(OrderKey::OrderId),
            Chosen::OrderNumber => self.order_number.map(OrderKey::OrderNumber),
            Chosen::OrderNumberAndPrefix => Some(OrderKey::OrderNumberAndPrefix(self.order_number?, text(self.order_number_prefix)?)),
            Chosen::ExternalOrderNumber1 => text(self.external_order_number_1).map(OrderKey::ExternalOrderNumber1),
            Chosen::ExternalOrderNumber2 => text(self.external_order_number_2).map(OrderKey::ExternalOrderNumber2),
            Chosen::MarketplaceOrderId | Chosen::MarketplaceOrderId1 => text(self.marketplace_order_id).map(OrderKey::MarketplaceOrderId),
            Chosen::MarketplaceOrderId2 => text(self.marketplace_order_id_2).map(OrderKey::MarketplaceOrderId2),
            Chosen::TransactionId1 => text(self.transaction_id_1).map(OrderKey::TransactionId1),
            Chosen::TransactionId2 => text(self.transaction_id_2).map(OrderKey::TransactionId2),
        }
    }

    /// For a report on a record that failed: what the caller said.
    fn keys(&self, mandator_id: i32) -> OrderKeys {
        let text = |text: Option<&str>| text.map(str::to_owned);
        OrderKeys {
            order_id: self.order_id,
            mandator_id: Some(mandator_id),
            order_number_prefix: text(self.order_number_prefix),
            order_number: self.order_number,
            external_order_number_1: text(self.external_order_number_1),
            external_order_number_2: text(self.external_order_number_2),
            marketplace_order_id: text(self.marketplace_order_id),
        }
    }
}

/// What has to be sent for a chosen key.
fn missing_key(chosen: OrderSignificantKey) -> Failure {
    match chosen {
        OrderSignificantKey::OrderNumberAndPrefix => Failure::quoting(code::MISSING, [&AllOf(&["order_number", "order_number_prefix"])]),
        other => Failure::missing(other.word()),
    }
}

/// The one order under a key, `None` where there is none; several are refused.
fn order_under(conn: &mut Conn<'_>, mandator_id: i32, account_id: Option<i32>, key: &OrderKey) -> Result<Option<OrderRow>, Failure> {
    match orders::find(conn, mandator_id, account_id, key)?.as_slice() {
        [] => Ok(None),
        [one] => orders::get(conn, *one),
        several => {
            let (name, value) = key.shown();
            Err(Failure::quoting(code::AMBIGUOUS, [&several.len(), &FieldName(name), &value]))
        }
    }
}

fn unknown_order(mandator_id: i32, key: &OrderKey) -> Failure {
    let (name, value) = key.shown();
    Failure::quoting(code::UNKNOWN_ORDER, [&FieldName(name), &value, &mandator_id])
}
