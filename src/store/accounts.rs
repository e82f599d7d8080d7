//! The work of an account: who does it (lease), how far its orders are collected, and what the ERP asked for.

use std::time::Duration;

use diesel::prelude::*;

use super::prepared::update;
use super::schema::{account_work, orders};
use super::{Conn, Tx};
use crate::domain::order::OrderStatus;
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = account_work, primary_key(account_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct WorkRow {
    pub account_id: AccountId,
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
    /// Stamp of the last request for a reconciliation, and of the last one that was served; what the open one asks for.
    pub reconcile_wanted: i64,
    pub reconcile_served: i64,
    pub reconcile_repair: bool,
    pub reconcile_import: bool,
    pub reconciled_at: Option<i64>,
    /// JSON of the counts of the last reconciliation.
    pub reconcile_report: Option<String>,
    /// When the last new order came; before the first one, when the first poll had ended.
    pub no_order_since: Option<i64>,
    /// That is longer ago than the account's alarm allows, and it was reported.
    pub silent: bool,
    /// See [`super::begun`].
    pub poll_begun: i32,
    pub reconcile_begun: i32,
    /// Which shop the numbers of the account's offers and orders are from.
    pub shop: Option<String>,
}

pub(crate) fn work_of(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<WorkRow>, Failure> {
    Ok(on!(conn, c => account_work::table.find(account_id).select(WorkRow::as_select()).get_result(c).optional())?)
}

pub(crate) fn all_work(conn: &mut Conn<'_>) -> Result<Vec<WorkRow>, Failure> {
    Ok(on!(conn, c => account_work::table.select(WorkRow::as_select()).load(c))?)
}

/// The row of an account, created where it is missing.
pub(crate) fn ensure_work(tx: &mut Tx<'_>, account_id: AccountId) -> Result<WorkRow, Failure> {
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
        reconcile_wanted: 0,
        reconcile_served: 0,
        reconcile_repair: false,
        reconcile_import: false,
        reconciled_at: None,
        reconcile_report: None,
        no_order_since: None,
        silent: false,
        poll_begun: 0,
        reconcile_begun: 0,
        shop: None,
    };
    on!(&mut tx.conn, c => diesel::insert_into(account_work::table).values(&row).execute(c))?;
    Ok(row)
}

pub(crate) fn save_work(tx: &mut Tx<'_>, row: &WorkRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => update("account_work", row, account_work::account_id.eq(row.account_id)).execute(c))?;
    Ok(())
}

/// Takes or renews the lease; `None` when another owner holds it. `steal` takes it from a living one too: for a
/// process that alone owns its database, the other one can only be its own past.
pub(crate) fn take_lease(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    owner: &str,
    now: Stamp,
    until: Stamp,
    steal: bool,
) -> Result<Option<WorkRow>, Failure> {
    let mut row = ensure_work(tx, account_id)?;
    let free = steal || row.lease_until <= now.0 || row.lease_owner.as_deref() == Some(owner);
    if !free {
        return Ok(None);
    }
    row.lease_owner = Some(owner.to_owned());
    row.lease_until = until.0;
    save_work(tx, &row)?;
    Ok(Some(row))
}

/// Asks for a poll of the account's orders as soon as possible.
pub(crate) fn want_poll(tx: &mut Tx<'_>, account_id: AccountId) -> Result<(), Failure> {
    let mut row = ensure_work(tx, account_id)?;
    row.poll_wanted = tx.stamp.0;
    save_work(tx, &row)
}

/// Asks for a reconciliation with the channel. One that is asked for already does what both want.
pub(crate) fn want_reconciliation(tx: &mut Tx<'_>, account_id: AccountId, repair: bool, import: bool) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    change_work(tx, account_id, |row| {
        row.reconcile_wanted = stamp;
        row.reconcile_repair |= repair;
        row.reconcile_import |= import;
    })
}

/// A reconciliation has come to its end. `served`: the `reconcile_wanted` that was seen when it began; what was asked for
/// since stays open.
pub(crate) fn reconciled(tx: &mut Tx<'_>, account_id: AccountId, served: i64, now: Stamp, report: &str) -> Result<(), Failure> {
    change_work(tx, account_id, |row| {
        row.reconcile_served = row.reconcile_served.max(served);
        row.reconcile_begun = 0;
        row.reconciled_at = Some(now.0);
        row.reconcile_report = Some(report.to_owned());
        if row.reconcile_wanted <= row.reconcile_served {
            row.reconcile_repair = false;
            row.reconcile_import = false;
        }
    })
}

/// Gives the lease back, so that another process need not wait for its end.
pub(crate) fn release_lease(tx: &mut Tx<'_>, account_id: AccountId, owner: &str) -> Result<(), Failure> {
    change_work(tx, account_id, |row| {
        if row.lease_owner.as_deref() == Some(owner) {
            row.lease_owner = None;
            row.lease_until = 0;
        }
    })
}

/// Lengthens the lease while its owner is busy; somebody else's stays as it is.
pub(crate) fn lengthen_lease(tx: &mut Tx<'_>, account_id: AccountId, owner: &str, until: Stamp) -> Result<(), Failure> {
    change_work(tx, account_id, |row| {
        if row.lease_owner.as_deref() == Some(owner) {
            row.lease_until = row.lease_until.max(until.0);
        }
    })
}

/// Reads, changes and writes the row inside the transaction: calls change other parts of it at any time.
fn change_work(tx: &mut Tx<'_>, account_id: AccountId, change: impl FnOnce(&mut WorkRow)) -> Result<(), Failure> {
    let mut row = ensure_work(tx, account_id)?;
    change(&mut row);
    save_work(tx, &row)
}

/// A call reached the channel: the pause after failures is over.
pub(crate) fn call_worked(tx: &mut Tx<'_>, account_id: AccountId) -> Result<(), Failure> {
    let row = ensure_work(tx, account_id)?;
    if row.failures == 0 && row.blocked_until == 0 && row.last_error.is_none() {
        return Ok(());
    }
    change_work(tx, account_id, |row| {
        row.failures = 0;
        row.blocked_until = 0;
        row.last_error = None;
    })
}

/// A call failed as a whole: the account keeps away from its channel until then.
pub(crate) fn call_failed(tx: &mut Tx<'_>, account_id: AccountId, blocked_until: Stamp, error: &str) -> Result<(), Failure> {
    change_work(tx, account_id, |row| {
        row.failures = row.failures.saturating_add(1);
        row.blocked_until = blocked_until.0;
        row.last_error = Some(error.to_owned());
    })
}

/// Which shop the account sells in from now on; `None`: the next one that answers.
pub(crate) fn set_shop(tx: &mut Tx<'_>, account_id: AccountId, shop: Option<String>) -> Result<(), Failure> {
    change_work(tx, account_id, |row| {
        if shop.is_none() {
            row.blocked_until = 0;
        }
        row.shop = shop;
    })
}

/// Sets how far the orders are collected. Called after the orders before it are stored, never earlier.
pub(crate) fn store_cursor(tx: &mut Tx<'_>, account_id: AccountId, cursor: &str) -> Result<(), Failure> {
    change_work(tx, account_id, |row| row.order_cursor = Some(cursor.to_owned()))
}

/// A poll has read its last page. `served`: the `poll_wanted` that was seen when it began.
pub(crate) fn poll_finished(tx: &mut Tx<'_>, account_id: AccountId, served: i64, now: Stamp, next_poll_at: Stamp) -> Result<(), Failure> {
    change_work(tx, account_id, |row| {
        row.poll_served = row.poll_served.max(served);
        row.polled_at = Some(now.0);
        row.next_poll_at = next_poll_at.0;
    })
}

/// A new order has come. Returns whether the account was silent.
pub(crate) fn order_came(tx: &mut Tx<'_>, account_id: AccountId, now: Stamp) -> Result<bool, Failure> {
    let mut silent = false;
    change_work(tx, account_id, |row| {
        row.no_order_since = Some(now.0);
        silent = std::mem::take(&mut row.silent);
    })?;
    Ok(silent)
}

/// All orders that there were until `now` are collected. Gives since when none has come if the account has become silent
/// with that; `alarm` says after which time.
pub(crate) fn all_orders_came(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    now: Stamp,
    alarm: Option<Duration>,
) -> Result<Option<Stamp>, Failure> {
    let row = ensure_work(tx, account_id)?;
    let since = row.no_order_since.unwrap_or(now.0);
    let quiet = Duration::from_micros(u64::try_from(now.0.saturating_sub(since)).unwrap_or_default());
    let silent = alarm.is_some_and(|alarm| quiet >= alarm);
    if row.no_order_since.is_none() || row.silent != silent {
        change_work(tx, account_id, |row| (row.no_order_since, row.silent) = (Some(since), silent))?;
    }
    Ok((silent && !row.silent).then_some(Stamp(since)))
}

/// Sets the time of the next poll, after one that failed.
pub(crate) fn postpone_poll(tx: &mut Tx<'_>, account_id: AccountId, next_poll_at: Stamp) -> Result<(), Failure> {
    change_work(tx, account_id, |row| row.next_poll_at = next_poll_at.0)
}

/// Brings the next poll forward, unless it is earlier anyway.
pub(crate) fn poll_earlier(tx: &mut Tx<'_>, account_id: AccountId, at: Stamp) -> Result<(), Failure> {
    change_work(tx, account_id, |row| row.next_poll_at = row.next_poll_at.min(at.0))
}

/// The channel's numbers of an account's orders that are not complete yet, newest first.
pub(crate) fn open_orders(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Vec<String>, Failure> {
    let open = OrderStatus::ALL.into_iter().filter(|status| !status.is_complete());
    let numbers: Vec<Option<String>> = on!(conn, c => orders::table
        .filter(orders::account_id.eq(account_id))
        .filter(orders::order_status_id.eq_any(open))
        .filter(orders::marketplace_order_id.is_not_null())
        .order(orders::order_id.desc())
        .select(orders::marketplace_order_id)
        .load(c))?;
    Ok(numbers.into_iter().flatten().collect())
}
