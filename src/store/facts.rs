//! What the dispatcher needs around a fact: the order's numbers, and the offers whose stock it moves.

use diesel::prelude::*;

use super::outbox::{OutboxStatus, Topic, mark};
use super::schema::{offers, order_items, orders, outbox_facts};
use super::{Conn, MOST_VARIABLES, Tx};
use crate::domain::offer::Wanted;
use crate::domain::{Failure, Stamp};
use crate::on;

/// The numbers under which a channel knows an order.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct OrderNumbers {
    pub mandator_id: i32,
    /// Missing in orders that no channel knows.
    pub marketplace_order_id: Option<String>,
    pub marketplace_order_id_2: Option<String>,
}

pub fn order_numbers(conn: &mut Conn<'_>, order_id: i32) -> Result<Option<OrderNumbers>, Failure> {
    Ok(on!(conn, c => orders::table
        .find(order_id)
        .select(OrderNumbers::as_select())
        .first(c)
        .optional())?)
}

/// Marks the quantities of an account's offers of the items in an order. The channel moved its own stock, so what it
/// shows is not known.
pub fn mark_quantities_of_order(tx: &mut Tx<'_>, account_id: i32, order_id: i32) -> Result<(), Failure> {
    let items: Vec<Option<i32>> = on!(&mut tx.conn, c => order_items::table
        .filter(order_items::order_id.eq(order_id))
        .filter(order_items::item_id.is_not_null())
        .select(order_items::item_id)
        .load(c))?;
    let items: Vec<i32> = items.into_iter().flatten().collect();
    let mut dirty = Vec::new();
    for chunk in items.chunks(MOST_VARIABLES) {
        let found: Vec<i32> = on!(&mut tx.conn, c => offers::table
            .filter(offers::item_id.eq_any(chunk))
            .filter(offers::account_id.eq(account_id))
            .filter(offers::wanted.eq(Wanted::Running))
            .select(offers::offer_id)
            .load(c))?;
        for offer_id in &found {
            super::offers::moved(tx, *offer_id)?;
        }
        dirty.extend(found.into_iter().map(|offer| (offer, account_id, Topic::Quantity)));
    }
    mark(tx, &dirty)
}

/// Removes facts that were told or given up before a time. Their keys may then be used again, so the time must lie well behind
/// every repeat of the ERP.
pub fn forget_settled_before(tx: &mut Tx<'_>, time: Stamp) -> Result<usize, Failure> {
    Ok(on!(&mut tx.conn, c => diesel::delete(outbox_facts::table
            .filter(outbox_facts::status.eq_any(OutboxStatus::SETTLED))
            .filter(outbox_facts::settled_at.lt(time.0)))
            .execute(c))?)
}
