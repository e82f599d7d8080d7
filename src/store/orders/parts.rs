//! The parts of orders, read in a few statements for any number of orders, and written one by one.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::customers::CustomerRow;
use super::reservations::reservations_of;
use super::*;
use crate::domain::WarehouseId;
use crate::store::among::among;
use crate::store::schema::customers as customers_table;

/// An order with everything that belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct OrderParts {
    pub order: OrderRow,
    pub customer: Option<CustomerRow>,
    pub items: Vec<OrderItemRow>,
    /// Reserved pieces by position and warehouse.
    pub reserved: BTreeMap<OrderItemId, BTreeMap<WarehouseId, i32>>,
    pub packets: Vec<PacketRow>,
    pub contents: Vec<ContentRow>,
    pub changes: Vec<OrderChangeRow>,
    pub(crate) requests: Vec<RequestRow>,
    pub payments: Vec<PaymentRow>,
    /// True: the channel refused it.
    pub credits: Vec<(CreditRow, bool)>,
    pub notices: Vec<NoticeRow>,
    pub tags: Vec<TagRow>,
}

fn by_order<R>(rows: Vec<R>, order_id: impl Fn(&R) -> OrderId) -> BTreeMap<OrderId, Vec<R>> {
    let mut map: BTreeMap<OrderId, Vec<R>> = BTreeMap::new();
    for row in rows {
        map.entry(order_id(&row)).or_default().push(row);
    }
    map
}

macro_rules! rows_of {
    ($conn:expr, $ids:expr, $table:ident, $key:ident, $row:ty) => {
        on!($conn, c => $table::table
            .filter(among($table::order_id, $ids))
            .order($table::$key)
            .select(<$row>::as_select())
            .load::<$row>(c))?
    };
}

/// Orders by id with all their parts, in the order of `ids`; unknown ids are left out.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[OrderId]) -> Result<Vec<OrderParts>, Failure> {
    let mut loaded = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        let rows = rows_of!(conn, chunk, orders, order_id, OrderRow);
        let mut rows: BTreeMap<OrderId, OrderRow> = rows.into_iter().map(|row| (row.order_id, row)).collect();
        let mut buyers: Vec<i32> = rows.values().filter_map(|row| row.customer_id).collect();
        buyers.sort_unstable();
        buyers.dedup();
        let buyers: Vec<CustomerRow> = on!(conn, c => customers_table::table
            .filter(among(customers_table::customer_id, &buyers))
            .select(CustomerRow::as_select())
            .load(c))?;
        let buyers: BTreeMap<i32, CustomerRow> = buyers.into_iter().map(|row| (row.customer_id, row)).collect();
        let items = rows_of!(conn, chunk, order_items, order_item_id, OrderItemRow);
        let positions: Vec<OrderItemId> = items.iter().map(|row| row.order_item_id).collect();
        let mut reserved = reservations_of(conn, &positions)?;
        let mut items = by_order(items, |row| row.order_id);
        let mut packets = by_order(packets_of(conn, chunk)?, |row| row.order_id);
        let mut contents = by_order(contents_of(conn, chunk)?, |(order_id, _)| *order_id);
        let mut changes = by_order(changes_of(conn, chunk)?, |row| row.order_id);
        let mut requests = by_order(requests_of(conn, chunk)?, |row| row.order_id);
        let payments = rows_of!(conn, chunk, order_payments, order_payment_id, PaymentRow);
        let mut payments = by_order(payments, |row| row.order_id);
        let mut credits = by_order(credits_of(conn, chunk)?, |(row, _)| row.order_id);
        let notices = rows_of!(conn, chunk, order_notices, order_notice_id, NoticeRow);
        let mut notices = by_order(notices, |row| row.order_id);
        let tags = rows_of!(conn, chunk, order_tags, tag_identifier, TagRow);
        let mut tags = by_order(tags, |row| row.order_id);
        for id in chunk {
            let Some(order) = rows.remove(id) else {
                continue;
            };
            let items = items.remove(id).unwrap_or_default();
            loaded.push(OrderParts {
                customer: order.customer_id.and_then(|id| buyers.get(&id).cloned()),
                order,
                reserved: items.iter().filter_map(|row| reserved.remove_entry(&row.order_item_id)).collect(),
                items,
                packets: packets.remove(id).unwrap_or_default(),
                contents: contents.remove(id).unwrap_or_default().into_iter().map(|(_, row)| row).collect(),
                changes: changes.remove(id).unwrap_or_default(),
                requests: requests.remove(id).unwrap_or_default(),
                payments: payments.remove(id).unwrap_or_default(),
                credits: credits.remove(id).unwrap_or_default(),
                notices: notices.remove(id).unwrap_or_default(),
                tags: tags.remove(id).unwrap_or_default(),
            });
        }
    }
    Ok(loaded)
}

/// The positions of an order.
pub(crate) fn items_of(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Vec<OrderItemRow>, Failure> {
    Ok(rows_of!(conn, &[order_id], order_items, order_item_id, OrderItemRow))
}

/// The notices of an order.
pub(crate) fn notices_of(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Vec<NoticeRow>, Failure> {
    Ok(rows_of!(conn, &[order_id], order_notices, order_notice_id, NoticeRow))
}

/// Adds payments to an order; one that is known already takes over what is said. True: something changed.
pub(crate) fn add_payments(tx: &mut Tx<'_>, order_id: OrderId, payments: Vec<PaymentDocument>) -> Result<bool, Failure> {
    if payments.is_empty() {
        return Ok(false);
    }
    let mut stored = rows_of!(&mut tx.conn, &[order_id], order_payments, order_payment_id, PaymentRow);
    let mut changed = false;
    for payment in payments {
        let known: Vec<&PaymentDocument> = stored.iter().map(|row| &row.data).collect();
        if let Some(known) = payment.among(&known).and_then(|index| stored.get_mut(index)) {
            let before = known.data.clone();
            known.data.take(payment);
            if known.data != before {
                on!(&mut tx.conn, c => diesel::update(order_payments::table.find(known.order_payment_id))
                    .set(order_payments::data.eq(&known.data))
                    .execute(c))?;
                changed = true;
            }
            continue;
        }
        let row = PaymentRow { order_payment_id: next_ids(tx, "order_payment", 1)?, order_id, data: payment };
        on!(&mut tx.conn, c => diesel::insert_into(order_payments::table).values(&row).execute(c))?;
        stored.push(row);
        changed = true;
    }
    Ok(changed)
}

/// Stores a notice: a new one where its id is 0.
pub(crate) fn save_notice(tx: &mut Tx<'_>, mut row: NoticeRow) -> Result<(), Failure> {
    if row.order_notice_id == 0 {
        row.order_notice_id = next_ids(tx, "order_notice", 1)?;
        on!(&mut tx.conn, c => diesel::insert_into(order_notices::table).values(&row).execute(c))?;
    } else {
        on!(&mut tx.conn, c => diesel::update(order_notices::table.find(row.order_notice_id))
            .set((order_notices::notice_type.eq(row.notice_type), order_notices::text.eq(&row.text)))
            .execute(c))?;
    }
    Ok(())
}

/// Removes a notice.
pub(crate) fn delete_notice(tx: &mut Tx<'_>, order_notice_id: i32) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(order_notices::table.find(order_notice_id)).execute(c))?;
    Ok(())
}

/// Adds tags to an order; those it has already stay. True: something changed.
pub(crate) fn add_tags(tx: &mut Tx<'_>, order_id: OrderId, tags: &[String]) -> Result<bool, Failure> {
    let mut added = 0;
    for tag in tags {
        let row = TagRow { order_id, tag_identifier: tag.clone() };
        added += on!(&mut tx.conn, c => diesel::insert_into(order_tags::table)
            .values(&row)
            .on_conflict((order_tags::order_id, order_tags::tag_identifier))
            .do_nothing()
            .execute(c))?;
    }
    Ok(added > 0)
}

/// Removes tags from an order. True: something changed.
pub(crate) fn delete_tags(tx: &mut Tx<'_>, order_id: OrderId, tags: &[String]) -> Result<bool, Failure> {
    let mut removed = 0;
    for tag in tags {
        removed += on!(&mut tx.conn, c => diesel::delete(order_tags::table.find((order_id, tag)))
            .execute(c))?;
    }
    Ok(removed > 0)
}
