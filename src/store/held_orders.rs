//! Orders of channels that could not be stored, kept as the channel sent them until they can. They let the cursor go on
//! without being lost.

use diesel::prelude::*;

use super::schema::held_orders;
use super::{Conn, Tx, next_id};
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

/// Held orders have no status: `begun` of one that is set aside, which is one more than the mark of other work.
pub(crate) const ORDER_ASIDE: i32 = 4;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = held_orders, treat_none_as_default_value = false)]
pub struct HeldOrder {
    pub held_order_id: i32,
    pub account_id: AccountId,
    pub marketplace_order_id: String,
    /// JSON of the connector's order, its newest word.
    pub document: String,
    pub held_at: i64,
    /// Stamp of the transaction that last asked for another try.
    pub version: i64,
    pub due_at: i64,
    pub attempts: i32,
    pub last_error: String,
    /// See [`super::begun`].
    pub begun: i32,
}

/// Keeps an order that could not be stored, in the place of an older word about it. True: it was not held before.
pub(crate) fn hold(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    number: &str,
    document: &str,
    due_at: Stamp,
    error: &str,
) -> Result<bool, Failure> {
    let known = on!(&mut tx.conn, c => diesel::update(held_orders::table
            .filter(held_orders::account_id.eq(account_id))
            .filter(held_orders::marketplace_order_id.eq(number)))
        .set((
            held_orders::document.eq(document),
            held_orders::due_at.eq(due_at.0),
            held_orders::attempts.eq(held_orders::attempts + 1),
            held_orders::last_error.eq(error),
            held_orders::begun.eq(0),
        ))
        .execute(c))?;
    if known > 0 {
        return Ok(false);
    }
    let new = NewHeld { account_id, number, document, due_at, attempts: 1, last_error: error, begun: 0 };
    insert(tx, &new)?;
    Ok(true)
}

/// An order that was not set aside before.
struct NewHeld<'a> {
    account_id: AccountId,
    number: &'a str,
    document: &'a str,
    due_at: Stamp,
    attempts: i32,
    last_error: &'a str,
    begun: i32,
}

fn insert(tx: &mut Tx<'_>, new: &NewHeld<'_>) -> Result<(), Failure> {
    let row = HeldOrder {
        held_order_id: next_id(tx, "held_order")?,
        account_id: new.account_id,
        marketplace_order_id: new.number.to_owned(),
        document: new.document.to_owned(),
        held_at: tx.stamp.0,
        version: tx.stamp.0,
        due_at: new.due_at.0,
        attempts: new.attempts,
        last_error: new.last_error.to_owned(),
        begun: new.begun,
    };
    on!(&mut tx.conn, c => diesel::insert_into(held_orders::table).values(&row).execute(c))?;
    Ok(())
}

/// Keeps orders as the channel sent them, to be stored one by one: `(number, document)`. One that is kept already gets the
/// newer word, and stays set aside if it is.
pub(crate) fn keep(tx: &mut Tx<'_>, account_id: AccountId, orders: &[(String, String)], due_at: Stamp, why: &str) -> Result<(), Failure> {
    for (number, document) in orders {
        let known = on!(&mut tx.conn, c => diesel::update(held_orders::table
                .filter(held_orders::account_id.eq(account_id))
                .filter(held_orders::marketplace_order_id.eq(number)))
            .set(held_orders::document.eq(document))
            .execute(c))?;
        if known > 0 {
            continue;
        }
        insert(tx, &NewHeld { account_id, number, document, due_at, attempts: 0, last_error: why, begun: 1 })?;
    }
    Ok(())
}

/// These orders are stored.
pub(crate) fn release(tx: &mut Tx<'_>, account_id: AccountId, numbers: &[String]) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(held_orders::table
            .filter(held_orders::account_id.eq(account_id))
            .filter(held_orders::marketplace_order_id.eq_any(numbers)))
        .execute(c))?;
    Ok(())
}

/// Orders that are to be tried now, those that wait longest first.
pub(crate) fn due(conn: &mut Conn<'_>, account_id: AccountId, now: Stamp, most: usize) -> Result<Vec<HeldOrder>, Failure> {
    Ok(on!(conn, c => held_orders::table
        .filter(held_orders::account_id.eq(account_id))
        .filter(held_orders::due_at.le(now.0))
        .filter(held_orders::begun.lt(ORDER_ASIDE))
        .order((held_orders::due_at, held_orders::held_order_id))
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(HeldOrder::as_select())
        .load(c))?)
}

/// When the next one of an account is to be tried.
pub(crate) fn next_due(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<Stamp>, Failure> {
    let due: Option<i64> = on!(conn, c => held_orders::table
        .filter(held_orders::account_id.eq(account_id))
        .filter(held_orders::begun.lt(ORDER_ASIDE))
        .select(diesel::dsl::min(held_orders::due_at))
        .get_result(c))?;
    Ok(due.map(Stamp))
}

/// The channel's numbers of all orders of an account that are held.
pub(crate) fn numbers(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Vec<String>, Failure> {
    Ok(on!(conn, c => held_orders::table
        .filter(held_orders::account_id.eq(account_id))
        .order(held_orders::held_order_id)
        .select(held_orders::marketplace_order_id)
        .load(c))?)
}
