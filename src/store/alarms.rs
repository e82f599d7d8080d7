//! Alarms that are raised. They are kept, so that a restart or another process does not send them again.

use diesel::prelude::*;

use super::schema::alarms;
use super::{Conn, Tx};
use crate::domain::alarm::{AlarmKind, AlarmWay};
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = alarms, primary_key(account_id, kind, way))]
pub(crate) struct AlarmRow {
    pub account_id: AccountId,
    pub kind: AlarmKind,
    pub way: AlarmWay,
    pub since: i64,
    /// When it is sent next.
    pub due_at: i64,
    pub was_sent: bool,
    /// The cause is gone, and the all-clear is still to be sent.
    pub is_over: bool,
}

pub(crate) fn all(conn: &mut Conn<'_>) -> Result<Vec<AlarmRow>, Failure> {
    Ok(on!(conn, c => alarms::table.order((alarms::account_id, alarms::kind, alarms::way)).select(AlarmRow::as_select()).load(c))?)
}

pub(crate) fn put(tx: &mut Tx<'_>, row: &AlarmRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(alarms::table)
        .values(row)
        .on_conflict((alarms::account_id, alarms::kind, alarms::way))
        .do_update()
        .set(row)
        .execute(c))?;
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, row: &AlarmRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(alarms::table.find((row.account_id, row.kind, row.way))).execute(c))?;
    Ok(())
}

/// Those that are to be sent on a way now. Until `until` no other process sends them.
pub(crate) fn claim(tx: &mut Tx<'_>, way: AlarmWay, now: Stamp, until: Stamp) -> Result<Vec<AlarmRow>, Failure> {
    let due: Vec<AlarmRow> = all(&mut tx.conn)?.into_iter().filter(|row| row.way == way && row.due_at <= now.0).collect();
    for row in &due {
        put(tx, &AlarmRow { due_at: until.0, ..row.clone() })?;
    }
    Ok(due)
}
