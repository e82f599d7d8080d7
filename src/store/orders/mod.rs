//! Orders with their parts: positions, packages, payments, notices, tags, and the customers behind them.

use std::collections::BTreeMap;

mod credits;
pub(crate) mod customer_addresses;
pub(crate) mod customers;
mod find;
mod late;
mod order_changes;
mod packages;
mod parts;
mod pickup;
mod positions;
mod progress;
mod requests;
mod reservations;
mod shortages;
mod taken;

pub(crate) use credits::{
    CreditRow, add_credit, credit_by_number, credits_of, follow_settled, give_up_credit, open_fact, refused_credits, resume_credits,
};
pub(crate) use find::order_conditions;
pub(crate) use find::{OrderKey, Selection, changed, find, numbers, of_channel, select};
pub(crate) use late::{any_unmatched, match_late};
pub(crate) use order_changes::{OrderChangeRow, accept_change, changes_of, note_changes, order_of_change, was_change};
pub(crate) use packages::{ContentRow, PacketRow, add_packet, contents_of, pack, packets_of, save_packet};
pub(crate) use parts::{OrderParts, add_payments, add_tags, delete_notice, delete_tags};
pub(crate) use parts::{items_of, load, notices_of, save_notice};
pub(crate) use pickup::warehouses_of;
#[cfg(test)]
pub(crate) use positions::save_row;
pub(crate) use positions::{Packed, Positions};
pub(crate) use progress::{
    WaitingShipment, WaitsFor, change_status, contents, fact_key, follow_pieces, follow_status, is_said_later, packets_for_channel, pay,
    report_waiting, set_status, shipment_waits, tell, unpay,
};
pub(crate) use requests::{RequestRow, report_answer, requests_of, settle_request, take_request};
pub(crate) use shortages::cover_shortages;
pub(crate) use taken::{TakenOrder, take_over};

use diesel::prelude::*;

use super::prepared::{insert_rows, update};
use super::schema::{items, offers, order_items, order_notices, order_payments};
use super::schema::{order_tags, orders};
use super::{Conn, MOST_VARIABLES, Tx, contacts, mails, next_ids, next_ids_from};
use crate::domain::order::{Event, OrderDocument, OrderStatus, PaymentDocument, PaymentStatus, Pieces, Step, Workflow, step};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, OrderId, OrderItemId, WarehouseId};
use crate::on;

/// Reserved pieces by position and warehouse.
pub(crate) type Reserved = BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>>;

/// `last_changed_by` of what a channel changed.
pub(crate) const BY_CHANNEL: &str = "channel";

/// Numbers of new orders start here.
const FIRST_ORDER_NUMBER: i32 = 1_000_000;

/// Rows of one insert; the widest table has fewer than 30 columns.
const ROWS_OF_INSERT: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = orders, primary_key(order_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct OrderRow {
    pub order_id: OrderId,
    pub mandator_id: MandatorId,
    /// `None`: a phone sale.
    pub account_id: Option<AccountId>,
    pub sub_channel_id: i32,
    pub order_number: i32,
    pub order_number_prefix: Option<String>,
    pub external_order_number_1: Option<String>,
    pub external_order_number_2: Option<String>,
    /// The channel's order number, unique in the account.
    pub marketplace_order_id: Option<String>,
    pub marketplace_order_id_2: Option<String>,
    pub transaction_id_1: Option<String>,
    pub transaction_id_2: Option<String>,
    pub order_date: Option<i64>,
    pub created_at: i64,
    pub last_changed: i64,
    pub last_changed_by: String,
    /// When the ERP took the order over.
    pub export_date: Option<i64>,
    pub order_status_id: OrderStatus,
    /// 1: something is still expected; 2: nothing more is.
    pub complete_status: i32,
    pub workflow: Workflow,
    pub payment_method_id: Option<i32>,
    pub customer_id: Option<i32>,
    pub email_address: Option<String>,
    pub invoice_number: Option<String>,
    /// By which what the channel last said about the order is recognised: [`crate::domain::order::ChannelOrder::digest`].
    pub channel_digest: Option<String>,
    pub data: OrderDocument,
    /// The order as the channel last said it: [`crate::domain::order::ChannelOrder::to_json`].
    pub channel_document: Option<String>,
}

impl OrderRow {
    pub(crate) fn is_paid(&self) -> bool {
        self.data.payment_status_id == Some(PaymentStatus::Paid)
    }

    /// The step that an event takes in the order's own workflow.
    pub(crate) fn step(&self, event: Event) -> Step {
        step(self.workflow, self.order_status_id, self.is_paid(), event)
    }

    /// A new order without numbers of others; the caller fills in what it knows.
    pub fn new(mandator_id: MandatorId, sub_channel_id: i32, workflow: Workflow) -> OrderRow {
        OrderRow {
            order_id: OrderId(0),
            mandator_id,
            account_id: None,
            sub_channel_id,
            order_number: 0,
            order_number_prefix: None,
            external_order_number_1: None,
            external_order_number_2: None,
            marketplace_order_id: None,
            marketplace_order_id_2: None,
            transaction_id_1: None,
            transaction_id_2: None,
            order_date: None,
            created_at: 0,
            last_changed: 0,
            last_changed_by: String::new(),
            export_date: None,
            order_status_id: OrderStatus::New,
            complete_status: OrderStatus::New.complete_status(),
            workflow,
            payment_method_id: None,
            customer_id: None,
            email_address: None,
            invoice_number: None,
            channel_digest: None,
            data: OrderDocument::default(),
            channel_document: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_items, primary_key(order_item_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct OrderItemRow {
    pub order_item_id: OrderItemId,
    pub order_id: OrderId,
    /// `None`: the position matches no item.
    pub item_id: Option<ItemId>,
    pub offer_id: Option<OfferId>,
    pub channel_line_id: Option<String>,
    pub internal_item_number: Option<String>,
    pub external_offer_number: Option<String>,
    pub identifier: String,
    pub quantity: i32,
    /// Per piece, in 1/10 000.
    pub price: i64,
    /// Percent, in 1/10 000.
    pub tax_rate: Option<i64>,
    pub cancelled: i32,
    /// Cancelled pieces of which the channel knows, because we or it said so.
    pub cancelled_told: i32,
    pub shipped: i32,
    pub returned: i32,
    pub refunded: i32,
    /// The channel's sum of the position, in 1/10 000.
    pub(crate) total_amount: Option<i64>,
    /// The tax of the position, in 1/10 000.
    pub(crate) tax_amount: Option<i64>,
    /// Returned pieces that the ERP reported.
    pub(crate) returned_reported: i32,
}

impl OrderItemRow {
    /// A position of a new order, not linked to anything yet.
    pub fn new(identifier: String, quantity: i32, price: i64) -> OrderItemRow {
        OrderItemRow {
            order_item_id: OrderItemId(0),
            order_id: OrderId(0),
            item_id: None,
            offer_id: None,
            channel_line_id: None,
            internal_item_number: None,
            external_offer_number: None,
            identifier,
            quantity,
            price,
            tax_rate: None,
            cancelled: 0,
            cancelled_told: 0,
            shipped: 0,
            returned: 0,
            refunded: 0,
            total_amount: None,
            tax_amount: None,
            returned_reported: 0,
        }
    }

    pub fn pieces(&self) -> Pieces {
        Pieces {
            ordered: self.quantity,
            cancelled: self.cancelled,
            shipped: self.shipped,
            returned: self.returned,
            refunded: self.refunded,
        }
    }

    fn set_pieces(&mut self, pieces: Pieces) {
        let Pieces { ordered, cancelled, shipped, returned, refunded } = pieces;
        self.quantity = ordered;
        self.cancelled = cancelled;
        self.shipped = shipped;
        self.returned = returned;
        self.refunded = refunded;
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_payments)]
pub struct PaymentRow {
    pub order_payment_id: i32,
    pub order_id: OrderId,
    pub data: PaymentDocument,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_notices)]
pub struct NoticeRow {
    pub order_notice_id: i32,
    pub order_id: OrderId,
    pub notice_type: i32,
    pub text: String,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_tags)]
pub struct TagRow {
    pub order_id: OrderId,
    pub tag_identifier: String,
}

/// Stores a new order with its positions, which reserve what is open in the order's warehouses. Its id, times and the ids
/// of the positions are set here, its number too where it is 0. Gives the row as stored, and the items of which pieces were
/// reserved.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    mut row: OrderRow,
    mut positions: Vec<OrderItemRow>,
    warehouses: &[WarehouseId],
) -> Result<(OrderRow, Vec<ItemId>), Failure> {
    row.order_id = OrderId(next_ids(tx, "order", 1)?);
    row.created_at = tx.stamp.0;
    row.last_changed = tx.stamp.0;
    if row.order_number == 0 {
        row.order_number = free_order_number(tx, row.mandator_id)?;
    }
    on!(&mut tx.conn, c => diesel::insert_into(orders::table).values(&row).execute(c))?;
    if let (Some(account_id), Some(number)) = (row.account_id, &row.marketplace_order_id) {
        contacts::collected(tx, account_id, number)?;
    }
    add_positions(tx, row.order_id, &mut positions)?;
    let mut positions = Positions::of(positions, BTreeMap::new(), warehouses);
    if row.order_status_id.reserves_stock() {
        positions.reserve(&mut tx.conn)?;
    }
    let reserved = positions.save(tx)?;
    if row.order_status_id.reserves_stock() {
        mails::note_confirmed(tx, row.order_id)?;
    }
    Ok((row, reserved))
}

/// Stores new positions of an order, and gives them their ids.
pub(crate) fn add_positions(tx: &mut Tx<'_>, order_id: OrderId, positions: &mut [OrderItemRow]) -> Result<(), Failure> {
    let first = next_ids(tx, "order_item", positions.len())?;
    for (id, position) in (first..).zip(positions.iter_mut()) {
        position.order_item_id = OrderItemId(id);
        position.order_id = order_id;
    }
    for chunk in positions.chunks(ROWS_OF_INSERT) {
        insert_rows!(&mut tx.conn, chunk, row => diesel::insert_into(order_items::table).values(row))?;
    }
    Ok(())
}

/// The next number that no order of the mandator has; an ERP may have given some itself.
fn free_order_number(tx: &mut Tx<'_>, mandator_id: MandatorId) -> Result<i32, Failure> {
    loop {
        let number = next_ids_from(tx, "order_number", 1, FIRST_ORDER_NUMBER - 1)?;
        if find(&mut tx.conn, mandator_id, None, &OrderKey::OrderNumber(number))?.is_empty() {
            return Ok(number);
        }
    }
}

/// An order by its id.
pub(crate) fn get(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Option<OrderRow>, Failure> {
    Ok(on!(conn, c => orders::table.find(order_id).select(OrderRow::as_select()).get_result(c).optional())?)
}

/// Stores a changed order; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut OrderRow, changed_by: &str) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    row.last_changed_by = changed_by.to_owned();
    note_payment(tx, row)?;
    on!(&mut tx.conn, c => update("orders", &*row, orders::order_id.eq(row.order_id)).execute(c))?;
    Ok(())
}

/// Stores what nobody has to hear of. What filters ask for only changes with a new stamp: see [`crate::store::kept`].
pub(crate) fn save_unseen(tx: &mut Tx<'_>, row: &OrderRow) -> Result<(), Failure> {
    note_payment(tx, row)?;
    on!(&mut tx.conn, c => diesel::update(orders::table.find(row.order_id))
        .set((
            orders::data.eq(&row.data),
            orders::channel_digest.eq(&row.channel_digest),
            orders::channel_document.eq(&row.channel_document),
        ))
        .execute(c))?;
    Ok(())
}

fn note_payment(tx: &mut Tx<'_>, row: &OrderRow) -> Result<(), Failure> {
    if row.data.payment_status_id == Some(PaymentStatus::Paid) {
        mails::note_paid(tx, row.order_id)?;
    }
    Ok(())
}

/// What a position needs to know of an item.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = items)]
pub(crate) struct SoldItem {
    pub item_id: ItemId,
    pub internal_item_number: String,
    pub identifier: String,
}

/// The items of a mandator with this id or, else, this number; several only for a number that is not unique.
pub(crate) fn sold_items(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    item_id: Option<ItemId>,
    number: &str,
) -> Result<Vec<SoldItem>, Failure> {
    Ok(on!(conn, c => {
        let of_mandator = items::table
            .filter(items::mandator_id.eq(mandator_id))
            .order(items::item_id)
            .select(SoldItem::as_select());
        match item_id {
            Some(id) => of_mandator.filter(items::item_id.eq(id)).load(c),
            None => of_mandator.filter(items::internal_item_number.eq(number)).load(c),
        }
    })?)
}

/// The offer under which a channel sold a position: by the channel's number, else by the item.
pub(crate) fn sold_offer(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    external_number: Option<&str>,
    item_id: Option<ItemId>,
) -> Result<Option<(OfferId, ItemId)>, Failure> {
    Ok(on!(conn, c => {
        let of_account = offers::table
            .filter(offers::account_id.eq(account_id))
            .order(offers::offer_id)
            .select((offers::offer_id, offers::item_id));
        match (external_number, item_id) {
            (Some(number), _) => of_account
                .filter(offers::external_offer_number.eq(number))
                .first(c)
                .optional(),
            (None, Some(item)) => of_account.filter(offers::item_id.eq(item)).get_result(c).optional(),
            (None, None) => Ok(None),
        }
    })?)
}
