//! `updateOrders`: changes orders, and creates phone sales (`order-calls.md` 3).
//!
//! Decided here: the order number and, for orders of a channel, the channel's number are never changed, because both
//! sides find the order by them; positions are only read for new orders; a status that is set directly books stock like
//! the workflow would, but sends nothing to the channel; the same notice is not added twice, and a notice that is gone may
//! be removed again, so that a repeated call changes nothing.

use super::{Numbers, OrderAddress, OrderCustomer, OrderItem, OrderKeys, OrderNotice};
use super::{OrderSignificantKey, OrderTag, PriceType, create};
use super::{alternative, missing_key, order_under, unknown_order};
use crate::config::Mandator;
use crate::domain::order::{self, Address, OrderStatus};
use crate::domain::{Decimal, Failure, Place, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::{Patch, Records, Time, Xml};
use crate::operations::{Done, Work, WriteOperation};
use crate::store::orders::{self, NoticeRow, OrderKey, OrderRow};
use crate::{reports, wire, write_request};

/// Kind of a notice that names none; the only value the reference shows.
const NOTICE_TYPE: i32 = 10;

write_request! {
    /// Orders to change or create.
    UpdateOrdersRequest {
        /// The orders.
        orders: Records<OrderUpdate> [flat("order")],
    }
}

wire! {
    /// One order. A missing field keeps what is stored, an empty one clears it.
    OrderUpdate {
        /// The field that names the order.
        significant_key: OrderSignificantKey [attr],
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// Kontor's own id.
        order_id: Option<i32>,
        /// The mandator.
        mandator_id: i32,
        /// Prefix of the order number.
        order_number_prefix: Option<String>,
        /// Order number; read for new orders, given by Kontor where it is missing.
        order_number: Option<i32>,
        /// First foreign number, by convention the ERP's order number.
        external_order_number_1: Patch<String> [max(100)],
        /// Second foreign number.
        external_order_number_2: Patch<String> [max(100)],
        /// The channel's order number; read for phone sales only.
        marketplace_order_id: Patch<String>,
        /// The channel's second order number; read for phone sales only.
        marketplace_order_id_2: Patch<String>,
        /// Transaction id of the payment.
        transaction_id_1: Patch<String> [max(70)],
        /// Second transaction id of the payment.
        transaction_id_2: Patch<String> [max(70)],
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
        /// Shipping provider by id.
        shipping_provider: Patch<i32>,
        /// Shipping provider by name.
        shipping_provider_identifier: Patch<String>,
        /// 1 gross, 2 net.
        price_type_id: Option<i32>,
        /// The same in words.
        price_type_identifier: Option<PriceType>,
        /// Currency, ISO 4217.
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
        /// Account; not read, because an order stays in its account.
        account_id: Option<i32>,
        /// Account by name; not read.
        account_identifier: Option<String>,
        /// Status, set without regard to the workflow; updateOrderStatus is the better way.
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
        /// Positions of a new order.
        order_items: Vec<OrderItem> [each("order_item")],
        /// Tags that the order gets or loses; others stay.
        order_tags: Vec<OrderTag> [each("order_tag")],
        /// Data of the channel that Kontor does not interpret.
        specific_order_data: Patch<Xml>,
    }
}

reports! { UpdateOrdersResult, OrderReport, order: OrderKeys }

/// The operation.
pub struct UpdateOrders;

impl WriteOperation for UpdateOrders {
    const NAME: &'static str = "updateOrders";
    const DOC: &'static str = "Changes orders: foreign numbers, charges, invoice number, notices, tags, addresses, status. \
        Creates orders in the sub channel Telefonverkauf (4100) only.";
    type Request = UpdateOrdersRequest;
    type Result = UpdateOrdersResult;

    #[expect(clippy::result_large_err, reason = "the keys of a failed record go into its report")]
    fn handle(work: &mut Work<'_, '_>, request: UpdateOrdersRequest) -> Result<UpdateOrdersResult, Failure> {
        let reports = work.each(
            request.orders,
            |update: &OrderUpdate| update.mandator_id,
            |work, update| {
                work.in_savepoint(|work| write(work, &update)).map_err(|failure| {
                    let keys = update.numbers().keys(update.mandator_id);
                    (failure, Some(keys))
                })
            },
        )?;
        Ok(UpdateOrdersResult::of(reports))
    }
}

impl OrderUpdate {
    fn numbers(&self) -> Numbers<'_> {
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
    fn status(&self) -> Result<Option<OrderStatus>, Failure> {
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

fn write(work: &mut Work<'_, '_>, update: &OrderUpdate) -> Result<Done<OrderKeys>, Failure> {
    let mandator = work.mandator(update.mandator_id)?;
    let chosen = update.significant_key;
    let key = update.numbers().key(chosen);
    let found = match &key {
        Some(key) => order_under(&mut work.tx.conn, mandator.mandator_id, key)?,
        None => None,
    };
    if let Some(mut row) = found {
        change(work, mandator, &mut row, update)?;
        return Ok((Some(ReportAction::Update), OrderKeys::of(&row)));
    }
    match (create::names_phone_sales(work, update)?, &key) {
        // Kontor gives the ids.
        (_, Some(key @ OrderKey::OrderId(_))) | (None, Some(key)) => {
            return Err(unknown_order(mandator.mandator_id, key));
        }
        (None, None) => return Err(missing_key(chosen)),
        (Some(false), _) => return Err(Failure::new(code::ORDER_NOT_CREATABLE, [])),
        (Some(true), _) => {}
    }
    // Nothing would find this order again: a repeated call would create a second one.
    work.additive |= key.is_none();
    let mut row = create::phone_sale(work, mandator, update)?;
    let created = row.clone();
    parts(work, &row, update)?;
    set_status(work, &mut row, update)?;
    if row != created {
        orders::save(work.tx, &mut row, &work.user.name)?;
    }
    Ok((Some(ReportAction::Insert), OrderKeys::of(&row)))
}

fn change(work: &mut Work<'_, '_>, mandator: &Mandator, row: &mut OrderRow, update: &OrderUpdate) -> Result<(), Failure> {
    let before = row.clone();
    header(row, update, mandator)?;
    set_status(work, row, update)?;
    let parts_changed = parts(work, row, update)?;
    if parts_changed || *row != before {
        orders::save(work.tx, row, &work.user.name)?;
    }
    Ok(())
}

/// Takes the fields of the order itself over.
pub(super) fn header(row: &mut OrderRow, update: &OrderUpdate, mandator: &Mandator) -> Result<(), Failure> {
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
        currency_code_iso => row.data.currency_code_iso;
        note => row.data.note;
    }
    if row.account_id.is_none() {
        take! {
            marketplace_order_id => row.marketplace_order_id;
            marketplace_order_id_2 => row.marketplace_order_id_2;
        }
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

fn address(stored: &mut Option<Address>, update: Option<&OrderAddress>) {
    if let Some(update) = update {
        let mut address = stored.take().unwrap_or_default();
        update.clone().onto(&mut address);
        *stored = address.filled();
    }
}

fn set_status(work: &mut Work<'_, '_>, row: &mut OrderRow, update: &OrderUpdate) -> Result<(), Failure> {
    if let Some(status) = update.status()? {
        let accounts = orders::change_status(work.tx, row, status)?;
        work.concerns(accounts);
    }
    row.complete_status = update.complete_status.unwrap_or(row.complete_status);
    Ok(())
}

/// Notices and tags. True: something changed.
fn parts(work: &mut Work<'_, '_>, row: &OrderRow, update: &OrderUpdate) -> Result<bool, Failure> {
    let mut changed = false;
    if !update.order_notices.is_empty() {
        let mut stored = orders::notices_of(&mut work.tx.conn, row.order_id)?;
        for (index, notice) in update.order_notices.iter().enumerate() {
            changed |= take_notice(work, row.order_id, &mut stored, notice)
                .map_err(|failure| failure.within(Place::entry("order_notice", index + 1)))?;
        }
    }
    let tags = |delete: bool| -> Vec<String> {
        let tags = update.order_tags.iter();
        tags.filter(|tag| tag.delete.unwrap_or_default() == delete).map(|tag| tag.tag_identifier.clone()).collect()
    };
    changed |= orders::delete_tags(work.tx, row.order_id, &tags(true))?;
    changed |= orders::add_tags(work.tx, row.order_id, &tags(false))?;
    Ok(changed)
}

fn take_notice(work: &mut Work<'_, '_>, order_id: i32, stored: &mut Vec<NoticeRow>, notice: &OrderNotice) -> Result<bool, Failure> {
    let delete = notice.delete.unwrap_or_default();
    let Some(id) = notice.order_notice_id.filter(|id| *id != 0) else {
        let text = match &notice.text {
            Some(text) if !delete => text.clone(),
            _ if delete => return Err(Failure::missing("order_notice_id")),
            _ => return Err(Failure::missing("text")),
        };
        let row = NoticeRow { order_notice_id: 0, order_id, notice_type: notice.notice_type.unwrap_or(NOTICE_TYPE), text };
        let known = stored.iter().any(|other| other.text == row.text && other.notice_type == row.notice_type);
        if !known {
            orders::save_notice(work.tx, row.clone())?;
            stored.push(row);
        }
        return Ok(!known);
    };
    let known = stored.iter_mut().find(|row| row.order_notice_id == id);
    match (known, delete) {
        (None, true) => Ok(false),
        (None, false) => Err(Failure::new(code::UNKNOWN_NOTICE, [&id.to_string()])),
        (Some(_), true) => {
            orders::delete_notice(work.tx, id)?;
            stored.retain(|row| row.order_notice_id != id);
            Ok(true)
        }
        (Some(row), false) => {
            let before = row.clone();
            if let Some(text) = &notice.text {
                row.text.clone_from(text);
            }
            row.notice_type = notice.notice_type.unwrap_or(row.notice_type);
            if *row == before {
                return Ok(false);
            }
            orders::save_notice(work.tx, row.clone())?;
            Ok(true)
        }
    }
}
