//! The way in: an order as a channel reports it becomes an order of ours.
//!
//! Channels are asked with an overlap, so every order comes several times; the channel's order number in its account
//! finds it again, and a digest shows whether anything is new. What a channel changed is never sent back to it.

use crate::config::{Account, Settings};
use crate::domain::message::{Message, own};
use crate::domain::order::{ChannelOrder, OrderLine};
use crate::domain::order::{Event, FactName, OrderDocument, OrderStatus, PaymentStatus, PriceType, Step, step};
use crate::domain::{Failure, Stamp};
use crate::store::messages::{self, MessageRow};
use crate::store::orders::{self, BY_CHANNEL, OrderItemRow, OrderRow, customers};
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, broken_document, offers};

/// What became of an order. `accounts` have offers whose quantity changed: their workers have to be woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    New {
        order_id: i32,
        accounts: Vec<i32>,
    },
    Changed {
        accounts: Vec<i32>,
    },
    /// Nothing that Kontor takes over is new.
    Unchanged,
}

impl Imported {
    /// Accounts whose offers have to be updated.
    pub fn accounts(&self) -> &[i32] {
        match self {
            Imported::New { accounts, .. } | Imported::Changed { accounts } => accounts,
            Imported::Unchanged => &[],
        }
    }
}

/// Takes an order over, or what changed about a known one.
pub fn import(tx: &mut Tx<'_>, settings: &Settings, account: &Account, order: &ChannelOrder) -> Result<Imported, Failure> {
    match orders::of_channel(&mut tx.conn, account.account_id, &order.order_id)? {
        None => add(tx, settings, account, order, digest_of(order)?),
        Some(known) if is_known(&known, order)? => Ok(Imported::Unchanged),
        Some(known) => update(tx, known, order, digest_of(order)?),
    }
}

fn digest_of(order: &ChannelOrder) -> Result<String, Failure> {
    order.digest().map_err(|error| broken_document("channel order", &error))
}

/// The channel had said all of it when the order was stored.
fn is_known(row: &OrderRow, order: &ChannelOrder) -> Result<bool, Failure> {
    let Some(stored) = &row.channel_digest else { return Ok(false) };
    order.is_known_by(stored).map_err(|error| broken_document("channel order", &error))
}

fn add(tx: &mut Tx<'_>, settings: &Settings, account: &Account, order: &ChannelOrder, digest: String) -> Result<Imported, Failure> {
    let status = first_status(order);
    let positions = positions_of(tx, settings, account, order, status)?;
    let customer =
        customers::buyer(tx, account.mandator_id, Some(account.account_id), order.buyer.id.as_deref(), order.buyer.email.as_deref())?;
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
        channel_digest: Some(digest),
        data: document_of(order),
        ..OrderRow::new(account.mandator_id, account.sub_channel_id, order.workflow)
    };
    let row = orders::insert(tx, row, positions.clone())?;
    for (line, position) in order.lines.iter().zip(&positions) {
        if position.item_id.is_none() {
            warn_unmatched(tx, account, &row, line)?;
        }
    }
    for position in &positions {
        let Some(offer_id) = position.offer_id else { continue };
        match status {
            // Bought and cancelled before we saw it: the channel may have put back what we have sent again meanwhile.
            OrderStatus::Cancelled => offers::moved(tx, offer_id)?,
            _ => offers::sold(tx, offer_id, position.quantity)?,
        }
    }
    let accounts = mark_quantities(tx, account, &positions, status == OrderStatus::Cancelled)?;
    Ok(Imported::New { order_id: row.order_id, accounts })
}

/// The status that an order has when it is first seen.
fn first_status(order: &ChannelOrder) -> OrderStatus {
    match order {
        ChannelOrder { cancelled: true, .. } => OrderStatus::Cancelled,
        ChannelOrder { paid: true, .. } => match step(order.workflow, OrderStatus::New, Event::Paid) {
            Step::To(paid) => paid,
            Step::Recorded | Step::Refused => OrderStatus::New,
        },
        _ => OrderStatus::New,
    }
}

/// Positions of a new order, with their stock reserved where the status says so.
fn positions_of(
    tx: &mut Tx<'_>,
    settings: &Settings,
    account: &Account,
    order: &ChannelOrder,
    status: OrderStatus,
) -> Result<Vec<OrderItemRow>, Failure> {
    let warehouse = account
        .warehouses
        .first()
        .copied()
        .or_else(|| settings.warehouses.iter().find(|w| w.mandator_id == account.mandator_id).map(|w| w.warehouse_id));
    let mut positions = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        let mut position = position_of(tx, account, line)?;
        if let (Some(warehouse), Some(_)) = (warehouse, position.item_id) {
            position.warehouse_id = Some(warehouse);
            if status.reserves_stock() {
                position.reserved = line.quantity.max(0);
            }
        }
        positions.push(position);
    }
    Ok(positions)
}

/// Has the channels told what a new order leaves; gives their accounts.
fn mark_quantities(tx: &mut Tx<'_>, account: &Account, positions: &[OrderItemRow], cancelled: bool) -> Result<Vec<i32>, Failure> {
    let touched = positions.iter().filter(|position| position.reserved > 0 || cancelled);
    let mut touched: Vec<i32> = touched.filter_map(|position| position.item_id).collect();
    touched.sort_unstable();
    touched.dedup();
    match cancelled {
        true => outbox::mark_items_of_accounts(tx, &touched, &[Topic::Quantity], &[account.account_id]),
        false => outbox::mark_items(tx, &touched, &[Topic::Quantity]),
    }
}

/// The channel's offer number names the item best, because a SKU may have been changed there; else the SKU does.
fn position_of(tx: &mut Tx<'_>, account: &Account, line: &OrderLine) -> Result<OrderItemRow, Failure> {
    let conn = &mut tx.conn;
    let account_id = account.account_id;
    let mut offer = match &line.external_number {
        Some(number) => orders::sold_offer(conn, account_id, Some(number), None)?,
        None => None,
    };
    let mut item_id = offer.map(|(_, item)| item);
    let mut number = line.sku.clone();
    let item = match (item_id, &line.sku) {
        (None, None) => None,
        (found, sku) => orders::sold_items(conn, account.mandator_id, found, sku.as_deref().unwrap_or_default())?.into_iter().next(),
    };
    if let Some(item) = item {
        item_id = Some(item.item_id);
        number = Some(item.internal_item_number);
        if offer.is_none() {
            offer = orders::sold_offer(conn, account_id, None, item_id)?;
        }
    }
    Ok(OrderItemRow {
        order_item_id: 0,
        order_id: 0,
        item_id,
        offer_id: offer.map(|(offer, _)| offer),
        channel_line_id: Some(line.line_id.clone()),
        internal_item_number: number,
        external_offer_number: line.external_number.clone(),
        identifier: line.title.clone(),
        quantity: line.quantity,
        price: line.unit_price.0,
        tax_rate: line.tax_rate.map(|rate| rate.0),
        warehouse_id: None,
        reserved: 0,
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
        // Prices of a channel are per piece and gross.
        price_type_id: Some(PriceType::Gross),
        note: order.note.clone(),
        payment_method_identifier: order.payment_method.clone(),
        payment_status_id: Some(if order.paid { PaymentStatus::Paid } else { PaymentStatus::Unpaid }),
        invoice_address: order.invoice_address.clone().filled(),
        delivery_address: order.delivery_address.clone().filled(),
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

fn warn(tx: &mut Tx<'_>, account_id: i32, row: &OrderRow, message: &Message) -> Result<(), Failure> {
    messages::add(tx, MessageRow { order_id: Some(row.order_id), ..MessageRow::of(row.mandator_id, account_id, message) })
}

/// A known order: the buyer's cancellation and payment are followed, texts only while nobody worked on the order yet.
fn update(tx: &mut Tx<'_>, mut row: OrderRow, order: &ChannelOrder, digest: String) -> Result<Imported, Failure> {
    let before = row.clone();
    let status = row.order_status_id;
    let mut accounts = Vec::new();
    if status == OrderStatus::New {
        row.email_address = order.buyer.email.clone().or(row.email_address);
        // What the channel does not know may have been filled in by the ERP.
        let data = &mut row.data;
        data.note = order.note.clone().or(data.note.take());
        data.invoice_address = order.invoice_address.clone().filled().or(data.invoice_address.take());
        data.delivery_address = order.delivery_address.clone().filled().or(data.delivery_address.take());
    }
    if order.paid && !row.data.is_told(FactName::Paid) {
        row.data.set_told(FactName::Paid, 1);
        row.data.payment_status_id = Some(PaymentStatus::Paid);
        row.transaction_id_1 = order.transaction_id.clone().or(row.transaction_id_1);
        accounts.extend(follow(tx, &mut row, Event::Paid)?);
    }
    if order.cancelled && !row.data.is_told(FactName::Cancelled) {
        row.data.set_told(FactName::Cancelled, 1);
        if status.is_shipped() {
            let account_id = row.account_id.unwrap_or_default();
            warn(tx, account_id, &row, &own::order_cancelled_late(row.order_number))?;
        }
        for offer_id in orders::items_of(&mut tx.conn, row.order_id)?.into_iter().filter_map(|position| position.offer_id) {
            offers::moved(tx, offer_id)?;
        }
        accounts.extend(follow(tx, &mut row, Event::Canceled)?);
    }
    let changed = row != before;
    row.channel_digest = Some(digest);
    if !changed {
        orders::save_unseen(tx, &row)?;
        return Ok(Imported::Unchanged);
    }
    orders::save(tx, &mut row, BY_CHANNEL)?;
    accounts.sort_unstable();
    accounts.dedup();
    Ok(Imported::Changed { accounts })
}

fn follow(tx: &mut Tx<'_>, row: &mut OrderRow, event: Event) -> Result<Vec<i32>, Failure> {
    match step(row.workflow, row.order_status_id, event) {
        Step::To(next) => orders::change_status(tx, row, next),
        Step::Recorded | Step::Refused => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests;
