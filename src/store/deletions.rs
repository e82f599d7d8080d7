//! Keys of deleted records, kept for readers of changes.

use diesel::prelude::*;

use super::schema::{change_clock, deletions};
use super::since::Following;
use super::{Conn, Tx};
use crate::domain::{AccountId, Deleted, Failure, MandatorId, Stamp};
use crate::{following, on};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = deletions, treat_none_as_default_value = false)]
pub(crate) struct DeletionRow {
    pub mandator_id: MandatorId,
    pub kind: Deleted,
    pub stamp: i64,
    pub record_id: i32,
    pub internal_item_number: String,
    /// Of an offer.
    pub account_id: Option<AccountId>,
}

/// The change clock as a reader of changes needs it.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = change_clock)]
pub(crate) struct Clock {
    /// Stamp of the last change.
    pub last: i64,
    /// Up to here deleted records are forgotten.
    pub forgotten: i64,
}

pub(crate) fn clock(conn: &mut Conn<'_>) -> Result<Clock, Failure> {
    Ok(on!(conn, c => change_clock::table.select(Clock::as_select()).get_result(c))?)
}

pub(crate) fn note(tx: &mut Tx<'_>, rows: &[DeletionRow]) -> Result<(), Failure> {
    for chunk in rows.chunks(1_000) {
        on!(&mut tx.conn, c => diesel::insert_into(deletions::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// Deleted records of a mandator, in the order of changes.
pub(crate) fn changed(conn: &mut Conn<'_>, mandator_id: MandatorId, kind: Deleted, next: Following) -> Result<Vec<DeletionRow>, Failure> {
    Ok(on!(conn, c => {
        let mut query = deletions::table
            .filter(deletions::mandator_id.eq(mandator_id))
            .filter(deletions::kind.eq(kind))
            .select(DeletionRow::as_select())
            .into_boxed();
        following!(query, deletions::stamp, deletions::record_id, next);
        query.load(c)
    })?)
}

/// Forgets records that were deleted before `time`, and keeps in mind how far. Gives back how many.
pub(crate) fn forget_before(tx: &mut Tx<'_>, time: Stamp) -> Result<usize, Failure> {
    let old = deletions::stamp.lt(time.0);
    let last: Option<i64> = on!(&mut tx.conn, c => deletions::table.filter(old).select(diesel::dsl::max(deletions::stamp)).get_result(c))?;
    let Some(last) = last else { return Ok(0) };
    on!(&mut tx.conn, c => diesel::update(change_clock::table).set(change_clock::forgotten.eq(last)).execute(c))?;
    Ok(on!(&mut tx.conn, c => diesel::delete(deletions::table.filter(old)).execute(c))?)
}
