//! What a channel changed in orders that the ERP had taken over, until the ERP accepts it.

use diesel::prelude::*;

use crate::domain::{Failure, OrderId, OrderItemId};
use crate::on;
use crate::store::among::among;
use crate::store::schema::order_changes;
use crate::store::{Conn, Tx, counter, next_ids};

/// The counter of their numbers.
const COUNTER: &str = "order_change";

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_changes, treat_none_as_default_value = false)]
pub struct OrderChangeRow {
    pub order_change_id: i32,
    pub order_id: OrderId,
    pub changed_at: i64,
    /// The field, in the words of `fetchOrders`.
    pub what: String,
    /// The position; missing where the change is about the order.
    pub order_item_id: Option<OrderItemId>,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
}

/// The changes of orders that are not accepted yet.
pub(crate) fn changes_of(conn: &mut Conn<'_>, order_ids: &[OrderId]) -> Result<Vec<OrderChangeRow>, Failure> {
    Ok(on!(conn, c => order_changes::table
        .filter(among(order_changes::order_id, order_ids))
        .order(order_changes::order_change_id)
        .select(OrderChangeRow::as_select())
        .load(c))?)
}

/// Stores changes; their ids and times are set here.
pub(crate) fn note_changes(tx: &mut Tx<'_>, mut rows: Vec<OrderChangeRow>) -> Result<(), Failure> {
    let first = next_ids(tx, COUNTER, rows.len())?;
    for (id, row) in (first..).zip(&mut rows) {
        row.order_change_id = id;
        row.changed_at = tx.stamp.0;
    }
    for chunk in rows.chunks(super::ROWS_OF_INSERT) {
        on!(&mut tx.conn, c => diesel::insert_into(order_changes::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// A change that was there has this number. All numbers count from 1.
pub(crate) fn was_change(conn: &mut Conn<'_>, order_change_id: i32) -> Result<bool, Failure> {
    Ok((1..=counter(conn, COUNTER)?.unwrap_or_default()).contains(&order_change_id))
}

/// The order that a change is about; `None`: nobody waits for its acceptance.
pub(crate) fn order_of_change(conn: &mut Conn<'_>, order_change_id: i32) -> Result<Option<OrderId>, Failure> {
    Ok(on!(conn, c => order_changes::table
        .find(order_change_id)
        .select(order_changes::order_id)
        .first(c)
        .optional())?)
}

/// Removes a change that the ERP accepts.
pub(crate) fn accept_change(tx: &mut Tx<'_>, order_change_id: i32) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(order_changes::table.find(order_change_id)).execute(c))?;
    Ok(())
}
