//! The work of an account: who does it (lease), how far its orders are collected, and what the ERP asked for.

use diesel::prelude::*;

use super::schema::account_work;
use super::{Conn, Tx};
use crate::domain::{Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = account_work, primary_key(account_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct WorkRow {
    pub account_id: i32,
    pub lease_owner: Option<String>,
    pub lease_until: i64,
    pub order_cursor: Option<String>,
    pub next_poll_at: i64,
    pub polled_at: Option<i64>,
    /// Stamp of the last call that asked for a poll, and of the last one that a finished poll has served.
    pub poll_wanted: i64,
    pub poll_served: i64,
    /// The channel asked us to stay away until then.
    pub blocked_until: i64,
    /// Failed calls in a row.
    pub failures: i32,
    pub last_error: Option<String>,
}

pub fn work_of(conn: &mut Conn<'_>, account_id: i32) -> Result<Option<WorkRow>, Failure> {
    Ok(on!(conn, c => account_work::table.find(account_id).select(WorkRow::as_select()).first(c).optional())?)
}

/// The row of an account, created where it is missing.
pub fn ensure_work(tx: &mut Tx<'_>, account_id: i32) -> Result<WorkRow, Failure> {
    if let Some(row) = work_of(&mut tx.conn, account_id)? {
        return Ok(row);
    }
    let row = WorkRow {
        account_id,
        lease_owner: None,
        lease_until: 0,
        order_cursor: None,
        next_poll_at: 0,
        polled_at: None,
        poll_wanted: 0,
        poll_served: 0,
        blocked_until: 0,
        failures: 0,
        last_error: None,
    };
    on!(&mut tx.conn, c => diesel::insert_into(account_work::table).values(&row).execute(c))?;
    Ok(row)
}

pub fn save_work(tx: &mut Tx<'_>, row: &WorkRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(account_work::table.find(row.account_id)).set(row).execute(c))?;
    Ok(())
}

/// Takes or renews the lease; `None` when another owner holds it.
pub fn take_lease(tx: &mut Tx<'_>, account_id: i32, owner: &str, now: Stamp, until: Stamp) -> Result<Option<WorkRow>, Failure> {
    let mut row = ensure_work(tx, account_id)?;
    let free = row.lease_until <= now.0 || row.lease_owner.as_deref() == Some(owner);
    if !free {
        return Ok(None);
    }
    row.lease_owner = Some(owner.to_owned());
    row.lease_until = until.0;
    save_work(tx, &row)?;
    Ok(Some(row))
}

/// Asks for a poll of the account's orders as soon as possible.
pub fn want_poll(tx: &mut Tx<'_>, account_id: i32) -> Result<(), Failure> {
    let mut row = ensure_work(tx, account_id)?;
    row.poll_wanted = tx.stamp.0;
    save_work(tx, &row)
}
