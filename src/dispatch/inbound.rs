//! The way in: an order as a channel reports it becomes an order of ours.
//!
//! Channels are asked with an overlap, so every order comes several times; the channel's order number in its account
//! finds it again, and a digest shows whether anything is new. What a channel changed is never sent back to it.
//!
//! Channels know nothing of our contract: what does not fit it is made to fit here, with a message, and the order is kept
//! as the channel said it.

mod afterwards;
mod correction;

use crate::config::{Account, Settings};
use crate::domain::message::{Message, own};
use crate::domain::order::{ChannelOrder, Fitted, OrderLine};
use crate::domain::order::{Event, FactName, OrderDocument, OrderStatus, PaymentDocument, PaymentStatus, Step, step, total_difference};
use crate::domain::{AccountId, Decimal, Failure, ItemId, OfferId, OrderId, Stamp, code, limits};
use crate::store::messages::{self, MessageRow};
use crate::store::orders::{self, BY_CHANNEL, OrderItemRow, OrderRow, Positions, customers};
use crate::store::outbox::{self, Topic};
use crate::store::{Conn, Tx, broken_document, offers};
use std::borrow::Cow;

/// What became of an order. `accounts` have offers whose quantity changed: their workers have to be woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Imported {
    New {
        order_id: OrderId,
        accounts: Vec<AccountId>,
    },
    Changed {
        accounts: Vec<AccountId>,
    },
    /// Nothing that Kontor takes over is new.
    Unchanged,
}

impl Imported {
    /// Accounts whose offers have to be updated.
    pub(crate) fn accounts(&self) -> &[AccountId] {
        match self {
            Imported::New { accounts, .. } | Imported::Changed { accounts } => accounts,
            Imported::Unchanged => &[],
        }
    }
}

/// Takes an order over, or what changed about a known one.
pub(crate) fn import(tx: &mut Tx<'_>, settings: &Settings, account: &Account, order: &ChannelOrder) -> Result<Imported, Failure> {
    match orders::of_channel(&mut tx.conn, account.account_id, &number_of(order)?)? {
        None => add(tx, settings, account, order),
        Some(known) if is_known(&known, order)? => Ok(Imported::Unchanged),
        Some(known) => correction::update(tx, settings, account, known, order),
    }
}

/// The number under which the order is known. One that is too long is refused and not cut: the channel is asked about the
/// order, and hears of it, by this number.
fn number_of(order: &ChannelOrder) -> Result<Cow<'_, str>, Failure> {
    const NAME: &str = "marketplace_order_id";
    let (length, longest) = (order.order_id.chars().count(), limits::CHANNEL_NUMBER);
    match length {
        0 => Err(Failure::missing(NAME)),
        _ if length > longest as usize => Err(Failure::new(code::TOO_LONG, [&length.to_string(), &longest.to_string()]).within(NAME)),
        _ => Ok(limits::channel_number(&order.order_id)),
    }
}

fn digest_of(order: &ChannelOrder) -> Result<String, Failure> {
    order.digest().map_err(|error| document_error(&error))
}

fn document_error(error: &serde_json::Error) -> Failure {
    broken_document("channel order", error)
}

/// The channel had said all of it when the order was stored.
fn is_known(row: &OrderRow, order: &ChannelOrder) -> Result<bool, Failure> {
    let Some(stored) = &row.channel_digest else { return Ok(false) };
    order.is_known_by(stored).map_err(|error| document_error(&error))
}

fn add(tx: &mut Tx<'_>, settings: &Settings, account: &Account, said: &ChannelOrder) -> Result<Imported, Failure> {
    let Fitted { order, changed, .. } = &said.fitted();
    let status = first_status(order);
    let positions = positions_of(tx, account, order, status)?;
    let mut customer =
        customers::buyer(tx, account.mandator_id, Some(account.account_id), order.buyer.id.as_deref(), order.buyer.email.as_deref())?;
    let document = document_of(order);
    customers::follow_order(tx, &mut customer, &document, order.buyer.email.as_deref())?;
    let row = OrderRow {
        account_id: Some(account.account_id),
        order_number_prefix: Some(account.order_number_prefix.clone()).filter(|p| !p.is_empty()),
        marketplace_order_id: Some(order.order_id.clone()),
        marketplace_order_id_2: order.order_id_2.clone(),
        transaction_id_1: order.transaction_id.clone(),
        order_date: Some(Stamp::from_utc(order.ordered_at).0),
        last_changed_by: BY_CHANNEL.to_owned(),
        order_status_id: status,
        complete_status: status.complete_status(),
        payment_method_id: order.payment_method.as_deref().and_then(|name| payment_method(settings, name)),
        customer_id: Some(customer.customer_id),
        email_address: order.buyer.email.clone(),
        channel_digest: Some(digest_of(said)?),
        channel_document: Some(said.to_json().map_err(|error| document_error(&error))?),
        data: document,
        ..OrderRow::new(account.mandator_id, account.sub_channel_id, order.workflow)
    };
    let warehouses = orders::warehouses_of(&mut tx.conn, &row, settings)?;
    let (row, reserved) = orders::insert(tx, row, positions.clone(), &warehouses)?;
    for (line, position) in order.lines.iter().zip(&positions) {
        if position.item_id.is_none() {
            warn_unmatched(tx, account, &row, line)?;
        }
    }
    if order.paid {
        note_payment(tx, &row, order)?;
    }
    warn_changed(tx, account, &row, changed)?;
    warn_difference(tx, account, &row, None)?;
    if !order.cancellation_requests.is_empty() {
        let positions = Positions::load(&mut tx.conn, row.order_id, &warehouses)?;
        afterwards::follow_requests(tx, account, &row, &positions, &order.cancellation_requests)?;
    }
    for position in &positions {
        let Some(offer_id) = position.offer_id else { continue };
        match status {
            // Bought and cancelled before we saw it: the channel may have put back what we have sent again meanwhile.
            OrderStatus::Cancelled => offers::moved(tx, offer_id)?,
            _ => offers::sold(tx, offer_id, position.quantity)?,
        }
    }
    let accounts = match status {
        OrderStatus::Cancelled => {
            let mut sold: Vec<ItemId> = positions.iter().filter_map(|position| position.item_id).collect();
            sold.sort_unstable();
            sold.dedup();
            outbox::mark_items_of_accounts(tx, &sold, &[Topic::Quantity], &[account.account_id])?
        }
        _ => outbox::mark_items(tx, &reserved, &[Topic::Quantity])?,
    };
    Ok(Imported::New { order_id: row.order_id, accounts })
}

/// The status that an order has when it is first seen.
fn first_status(order: &ChannelOrder) -> OrderStatus {
    match order {
        ChannelOrder { cancelled: true, .. } => OrderStatus::Cancelled,
        ChannelOrder { paid: true, .. } => match step(order.workflow, OrderStatus::New, true, Event::Paid) {
            Step::To(paid) => paid,
            Step::Recorded | Step::Refused => OrderStatus::New,
        },
        _ => OrderStatus::New,
    }
}

/// The channel says that the order is paid.
fn note_payment(tx: &mut Tx<'_>, row: &OrderRow, order: &ChannelOrder) -> Result<(), Failure> {
    let payment = PaymentDocument {
        transaction_id: order.transaction_id.clone(),
        payment_status_id: Some(PaymentStatus::Paid),
        ..PaymentDocument::default()
    };
    orders::add_payments(tx, row.order_id, vec![payment]).map(drop)
}

/// Positions of a new order, with what of them the channel has cancelled already.
fn positions_of(tx: &mut Tx<'_>, account: &Account, order: &ChannelOrder, status: OrderStatus) -> Result<Vec<OrderItemRow>, Failure> {
    let mut positions = Vec::with_capacity(order.lines.len());
    let refunded = order.refunded_pieces();
    for line in &order.lines {
        let mut position = position_of(tx, account, line)?;
        if status == OrderStatus::Cancelled {
            position.cancelled = line.quantity;
            position.cancelled_told = line.quantity;
        }
        let refunded = refunded.get(&*line.line_id).copied().unwrap_or_default();
        position.refunded = position.pieces().refund(refunded);
        positions.push(position);
    }
    Ok(positions)
}

/// The offer as which the channel sold a line: by its number, which may be that of an ended listing of the offer; else by the
/// SKU under which the channel has an offer now, which is not yet, or no more, the number of the article.
fn sold_as(conn: &mut Conn<'_>, account_id: AccountId, line: &OrderLine) -> Result<Option<(OfferId, ItemId)>, Failure> {
    if let Some(number) = &line.external_number {
        let sold = orders::sold_offer(conn, account_id, Some(number), None)?;
        let sold = if sold.is_some() { sold } else { offers::sold_before(conn, account_id, Some(number), None)? };
        if sold.is_some() {
            return Ok(sold);
        }
    }
    let Some(sku) = line.sku.as_deref() else { return Ok(None) };
    let Some(offer_id) = offers::of_live_skus(conn, account_id, &[sku])?.remove(sku) else { return Ok(None) };
    Ok(offers::by_ids(conn, &[offer_id])?.pop().map(|offer| (offer.offer_id, offer.item_id)))
}

/// The channel's offer number names the item best, because a SKU may have been changed there; else the SKU does.
fn position_of(tx: &mut Tx<'_>, account: &Account, line: &OrderLine) -> Result<OrderItemRow, Failure> {
    let conn = &mut tx.conn;
    let account_id = account.account_id;
    let sold = sold_as(conn, account_id, line)?;
    let mut item_id = sold.map(|(_, item)| item);
    let mut offer = sold;
    let mut number = line.sku.as_deref().map(|sku| sku.trim().to_owned());
    let mut item = match (item_id, number.as_deref()) {
        (None, None) => None,
        (found, sku) => orders::sold_items(conn, account.mandator_id, found, sku.unwrap_or_default())?.into_iter().next(),
    };
    if item.is_none() && item_id.is_none() {
        // An SKU that nobody has any more finds who had it last.
        offer = offers::sold_before(conn, account_id, None, line.sku.as_deref())?;
        item_id = offer.map(|(_, item)| item);
        item = match item_id {
            Some(_) => orders::sold_items(conn, account.mandator_id, item_id, "")?.into_iter().next(),
            None => None,
        };
    }
    if let Some(item) = item {
        item_id = Some(item.item_id);
        number = Some(item.internal_item_number);
        if offer.is_none() {
            offer = orders::sold_offer(conn, account_id, None, item_id)?;
        }
    }
    Ok(OrderItemRow {
        item_id,
        offer_id: offer.map(|(offer, _)| offer),
        channel_line_id: Some(line.line_id.clone()),
        internal_item_number: number,
        external_offer_number: line.external_number.clone(),
        cancelled: line.cancelled,
        cancelled_told: line.cancelled,
        tax_rate: line.tax_rate.map(|rate| rate.0),
        total_amount: line.total_amount.map(|amount| amount.0),
        tax_amount: line.tax_amount.map(|amount| amount.0),
        returned: line.returned,
        ..OrderItemRow::new(line.title.clone(), line.quantity, line.unit_price.0)
    })
}

fn payment_method(settings: &Settings, name: &str) -> Option<i32> {
    let name = name.to_lowercase();
    settings.payment_methods.iter().find(|method| method.identifier.to_lowercase() == name).map(|method| method.payment_method_id)
}

fn document_of(order: &ChannelOrder) -> OrderDocument {
    let mut document = OrderDocument {
        currency_code_iso: Some(order.currency.clone()),
        shipping_charge: Some(order.shipping_charge),
        cash_on_delivery_charge: Some(order.cash_on_delivery_charge),
        payment_method_charge: Some(order.payment_method_charge),
        coupon_amount: Some(order.coupon_amount),
        price_type_id: Some(order.price_type),
        note: order.note.clone(),
        payment_method_identifier: order.payment_method.clone(),
        payment_status_id: Some(if order.paid { PaymentStatus::Paid } else { PaymentStatus::Unpaid }),
        invoice_address: order.invoice_address.clone().filled(),
        delivery_address: order.delivery_address.clone().filled(),
        tax_identification_number: order.buyer.tax_identification_number.clone(),
        totals: order.totals.clone(),
        calculated_amount: order.calculated_amount(),
        delivery: order.delivery.clone(),
        refunded_amount: order.refunded_amount(),
        refunds: order.refunds.clone(),
        ..OrderDocument::default()
    };
    for (fact, said) in [(FactName::Paid, order.paid), (FactName::Cancelled, order.cancelled)] {
        if said {
            document.set_told(fact, 1);
        }
    }
    document
}

fn warn_unmatched(tx: &mut Tx<'_>, account: &Account, row: &OrderRow, line: &OrderLine) -> Result<(), Failure> {
    let sku = line.sku.as_deref().unwrap_or_default();
    warn(tx, account.account_id, row, &own::order_line_unmatched(&line.title, sku, row.order_number))
}

/// The channel's total is another one than Kontor comes to. `before`: the difference that is known already.
fn warn_difference(tx: &mut Tx<'_>, account: &Account, row: &OrderRow, before: Option<Decimal>) -> Result<(), Failure> {
    let data = &row.data;
    let (Some(total), Some(calculated)) = (data.totals.total_amount, data.calculated_amount) else { return Ok(()) };
    let difference = total_difference(Some(total), Some(calculated), data.currency_code_iso.as_deref());
    if difference.is_none() || difference == before {
        return Ok(());
    }
    warn(tx, account.account_id, row, &own::order_total_differs(row.order_number, total.to_string(), calculated.to_string()))
}

/// Names the fields that do not hold what the channel says.
fn warn_changed<'c>(
    tx: &mut Tx<'_>,
    account: &Account,
    row: &OrderRow,
    changed: impl IntoIterator<Item = &'c (String, String)>,
) -> Result<(), Failure> {
    let mut fields: Vec<&str> = changed.into_iter().map(|(field, _)| field.as_str()).collect();
    fields.dedup();
    if fields.is_empty() {
        return Ok(());
    }
    warn(tx, account.account_id, row, &own::order_values_changed(row.order_number, fields.join(", ")))
}

fn warn(tx: &mut Tx<'_>, account_id: AccountId, row: &OrderRow, message: &Message) -> Result<(), Failure> {
    messages::add(tx, MessageRow { order_id: Some(row.order_id), ..MessageRow::of(row.mandator_id, account_id, message) })
}

#[cfg(test)]
mod tests;
