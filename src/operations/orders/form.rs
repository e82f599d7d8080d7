//! What `updateOrders` takes of an order, and how its fields go to the stored one.

use super::amounts;
use super::keys::Numbers;
use super::{
    OrderAddress, OrderCoupon, OrderCustomer, OrderItemUpdate, OrderNotice, OrderSignificantKey, OrderTag, PriceType, alternative,
};
use crate::config::{Mandator, Settings, shipping_word};
use crate::domain::order::{self, Address, OrderStatus};
use crate::domain::{AccountId, Currency, Decimal, Failure, MandatorId, OrderId, code, limits};
use crate::operations::wire::{Patch, Time, Xml};
use crate::store::orders::OrderRow;
use crate::wire;

wire! {
    /// One order. A missing field keeps what is stored, an empty one clears it.
    OrderUpdate {
        /// The field that names the order.
        significant_key: OrderSignificantKey [attr],
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// Kontor's own id.
        order_id: Option<OrderId>,
        /// The mandator.
        mandator_id: MandatorId,
        /// Prefix of the order number.
        order_number_prefix: Option<String>,
        /// Order number; read for new orders, given by Kontor where it is missing.
        order_number: Option<i32>,
        /// First foreign number, by convention the ERP's order number.
        external_order_number_1: Patch<String> [max(100), key],
        /// Second foreign number.
        external_order_number_2: Patch<String> [max(100), key],
        /// The channel's order number; read for phone sales only.
        marketplace_order_id: Patch<String>,
        /// The channel's second order number; read for phone sales only.
        marketplace_order_id_2: Patch<String>,
        /// Transaction id of the payment.
        transaction_id_1: Patch<String> [max(limits::TRANSACTION_ID)],
        /// Second transaction id of the payment.
        transaction_id_2: Patch<String> [max(limits::TRANSACTION_ID)],
        /// Date of the order.
        order_date: Patch<Time>,
        /// 1: something is still expected; 2: nothing more is.
        complete_status: Option<i32>,
        /// Shipping costs.
        shipping_charge: Patch<Decimal>,
        /// Cash on delivery fee.
        cash_on_delivery_charge: Patch<Decimal>,
        /// Fee of the payment method.
        payment_method_charge: Patch<Decimal>,
        /// Weight.
        weight_in_gram: Patch<Decimal>,
        /// Value of redeemed coupons.
        coupon_amount: Patch<Decimal>,
        /// The coupons; they replace those that are stored, and coupon_amount becomes their sum unless it is sent, too. An empty list
        /// removes them.
        coupons: Patch<Vec<OrderCoupon>> [each("coupon")],
        /// VAT id of the buyer.
        tax_identification_number: Patch<String> [max(limits::TAX_IDENTIFICATION_NUMBER)],
        /// The way of shipping that the buyer chose.
        dispatch_type_identifier: Patch<String> [max(limits::DISPATCH_TYPE), key],
        /// The goods have to leave by then.
        ship_by_date: Patch<Time>,
        /// The goods have to be with the buyer by then.
        deliver_by_date: Patch<Time>,
        /// Parcel locker, post office or shop where the buyer collects the goods.
        pickup_point: Patch<String> [max(limits::PICKUP_POINT)],
        /// The buyer's number at the carrier of the pick-up point.
        post_number: Patch<String> [max(limits::POST_NUMBER)],
        /// Message to be put into the package.
        gift_message: Patch<String>,
        /// Shipping provider by id.
        shipping_provider: Patch<i32>,
        /// Shipping provider by name.
        shipping_provider_identifier: Patch<String>,
        /// 1 gross, 2 net.
        price_type_id: Option<i32>,
        /// The same in words.
        price_type_identifier: Option<PriceType>,
        /// Currency, ISO 4217; that of a known order stays.
        currency_code_iso: Patch<String>,
        /// Invoice number.
        invoice_number: Patch<String>,
        /// Note.
        note: Patch<String>,
        /// Notices.
        order_notices: Vec<OrderNotice> [each("order_notice")],
        /// Sub channel of a new order: 4100.
        sub_channel_id: Option<i32>,
        /// The same by name: Telefonverkauf.
        sub_channel_identifier: Option<String>,
        /// Account of the order; decides where several accounts have an order under the key. An order stays in its account.
        account_id: Option<AccountId>,
        /// The same by name; account_id wins.
        account_identifier: Option<String>,
        /// Status, set without regard to the workflow; updateOrderStatus is the better way. 120 and 150 say that the order is paid.
        order_status_id: Option<i32>,
        /// Payment method of a new order; decides its workflow.
        payment_method_id: Option<i32>,
        /// The same by name.
        payment_method_identifier: Option<String>,
        /// The customer of a new order; of a known order only the e-mail address is changed.
        customer: Option<OrderCustomer>,
        /// Where the invoice goes.
        invoice_address: Option<OrderAddress>,
        /// Where the goods go.
        delivery_address: Option<OrderAddress>,
        /// Positions of a new order; in a known one, what of them is cancelled or came back.
        order_items: Vec<OrderItemUpdate> [each("order_item")],
        /// Tags that the order gets or loses; others stay.
        order_tags: Vec<OrderTag> [each("order_tag")],
        /// When the ERP took the order over. Cleared, it is as if nobody did: the order is fetched again.
        export_date: Patch<Time>,
        /// Numbers of changes by the channel that the ERP accepts.
        accepted_change_ids: Vec<i32> [flat("accepted_change_id")],
        /// Data of the channel that Kontor does not interpret.
        specific_order_data: Patch<Xml>,
    }
}

impl OrderUpdate {
    pub(super) fn numbers(&self) -> Numbers<'_> {
        fn text(patch: &Patch<String>) -> Option<&str> {
            patch.as_ref().map(String::as_str)
        }
        Numbers {
            order_id: self.order_id,
            order_number: self.order_number,
            order_number_prefix: self.order_number_prefix.as_deref(),
            external_order_number_1: text(&self.external_order_number_1),
            external_order_number_2: text(&self.external_order_number_2),
            marketplace_order_id: text(&self.marketplace_order_id),
            marketplace_order_id_2: text(&self.marketplace_order_id_2),
            transaction_id_1: text(&self.transaction_id_1),
            transaction_id_2: text(&self.transaction_id_2),
        }
    }

    /// The status to set directly.
    pub(super) fn status(&self) -> Result<Option<OrderStatus>, Failure> {
        let Some(id) = self.order_status_id else {
            return Ok(None);
        };
        let status = OrderStatus::from_id(id).ok_or_else(|| {
            let known = OrderStatus::ALL.map(|status| status.id().to_string());
            Failure::new(code::NOT_IN_LIST, [&id.to_string(), &known.join(", ")]).within("order_status_id")
        })?;
        Ok(Some(status))
    }
}

/// Takes the fields of the order itself over.
pub(super) fn header(settings: &Settings, row: &mut OrderRow, update: &OrderUpdate, mandator: &Mandator) -> Result<(), Failure> {
    currency(row, &update.currency_code_iso)?;
    coupons(row, &update.coupons);
    delivery(row, update, mandator);
    macro_rules! take {
        ($($field:ident => $place:expr;)*) => { $( update.$field.clone().onto(&mut $place); )* };
    }
    take! {
        external_order_number_1 => row.external_order_number_1;
        external_order_number_2 => row.external_order_number_2;
        transaction_id_1 => row.transaction_id_1;
        transaction_id_2 => row.transaction_id_2;
        invoice_number => row.invoice_number;
        shipping_charge => row.data.shipping_charge;
        cash_on_delivery_charge => row.data.cash_on_delivery_charge;
        payment_method_charge => row.data.payment_method_charge;
        weight_in_gram => row.data.weight_in_gram;
        coupon_amount => row.data.coupon_amount;
        shipping_provider => row.data.shipping_provider;
        shipping_provider_identifier => row.data.shipping_provider_identifier;
        tax_identification_number => row.data.tax_identification_number;
        note => row.data.note;
    }
    check_charges(row, update)?;
    provider(settings, row, update);
    if row.account_id.is_none() {
        take! {
            marketplace_order_id => row.marketplace_order_id;
            marketplace_order_id_2 => row.marketplace_order_id_2;
        }
    }
    match &update.export_date {
        Patch::Keep => {}
        Patch::Clear => row.export_date = None,
        Patch::Set(time) => row.export_date = Some(time.stamp(mandator.time_zone).0),
    }
    match &update.order_date {
        Patch::Keep => {}
        Patch::Clear => row.order_date = None,
        Patch::Set(time) => row.order_date = Some(time.stamp(mandator.time_zone).0),
    }
    match &update.specific_order_data {
        Patch::Keep => {}
        Patch::Clear => row.data.specific_order_data = None,
        Patch::Set(xml) => row.data.specific_order_data = Some(xml.0.clone()),
    }
    let price_type = alternative(update.price_type_id, update.price_type_identifier, order::PriceType::from_id, "price_type_id")?;
    row.data.price_type_id = price_type.or(row.data.price_type_id);
    if let Some(email) = update.customer.as_ref().and_then(|c| c.email.as_ref()) {
        row.email_address = Some(email.clone());
    }
    address(&mut row.data.invoice_address, update.invoice_address.as_ref());
    address(&mut row.data.delivery_address, update.delivery_address.as_ref());
    Ok(())
}

/// A list replaces the stored one.
fn coupons(row: &mut OrderRow, sent: &Patch<Vec<OrderCoupon>>) {
    let (coupons, sum) = match sent {
        Patch::Keep => return,
        Patch::Clear => (Vec::new(), None),
        Patch::Set(sent) => {
            let sum = sent.iter().fold(0_i64, |sum, coupon| sum.saturating_add(coupon.coupon_amount.0));
            (sent.iter().map(OrderCoupon::stored).collect(), Some(Decimal(sum)))
        }
    };
    row.data.totals.coupons = coupons;
    row.data.coupon_amount = sum;
}

fn delivery(row: &mut OrderRow, update: &OrderUpdate, mandator: &Mandator) {
    let stored = &mut row.data.delivery;
    update.dispatch_type_identifier.clone().onto(&mut stored.dispatch_type_identifier);
    update.pickup_point.clone().onto(&mut stored.pickup_point);
    update.post_number.clone().onto(&mut stored.post_number);
    update.gift_message.clone().onto(&mut stored.gift_message);
    for (patch, stored) in [(&update.ship_by_date, &mut stored.ship_by_date), (&update.deliver_by_date, &mut stored.deliver_by_date)] {
        match patch {
            Patch::Keep => {}
            Patch::Clear => *stored = None,
            Patch::Set(time) => *stored = Some(time.resolve(mandator.time_zone)),
        }
    }
}

/// An order stays in its currency: its amounts are numbers of that one.
fn currency(row: &mut OrderRow, update: &Patch<String>) -> Result<(), Failure> {
    let Patch::Set(sent) = update else { return Ok(()) };
    match &row.data.currency_code_iso {
        Some(stored) if stored != sent => Err(Failure::quoting(code::ORDER_CURRENCY, [sent, stored]).within("currency_code_iso")),
        Some(_) => Ok(()),
        None => {
            let currency = Currency::read(sent).map_err(|failure| failure.within("currency_code_iso"))?;
            row.data.currency_code_iso = Some(currency.code().to_owned());
            Ok(())
        }
    }
}

/// Of id and name of the shipping provider one is enough, if the configuration lists it.
fn provider(settings: &Settings, row: &mut OrderRow, update: &OrderUpdate) {
    let list = &settings.shipping_carriers;
    let found = match (update.shipping_provider.as_ref(), update.shipping_provider_identifier.as_ref()) {
        (Some(id), None) => list.iter().find(|entry| entry.id == *id),
        (None, Some(word)) => shipping_word(list, Some(word), None),
        _ => None,
    };
    if let Some(entry) = found {
        row.data.shipping_provider = Some(entry.id);
        row.data.shipping_provider_identifier = Some(entry.identifier.clone());
    }
}

fn address(stored: &mut Option<Address>, update: Option<&OrderAddress>) {
    if let Some(update) = update {
        let mut address = stored.take().unwrap_or_default();
        update.clone().onto(&mut address);
        *stored = address.filled();
    }
}

/// The charges and the coupon that a record sends. Prices of pieces may be finer than the currency.
fn check_charges(row: &OrderRow, update: &OrderUpdate) -> Result<(), Failure> {
    let decimals = amounts::decimals_of(row.data.currency_code_iso.as_deref());
    for (field, sent) in [
        ("shipping_charge", &update.shipping_charge),
        ("cash_on_delivery_charge", &update.cash_on_delivery_charge),
        ("payment_method_charge", &update.payment_method_charge),
        ("coupon_amount", &update.coupon_amount),
    ] {
        if let Patch::Set(amount) = sent {
            amounts::check(*amount, Decimal::ZERO, decimals).map_err(|failure| failure.within(field))?;
        }
    }
    Ok(())
}
