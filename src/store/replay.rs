//! Answers of writing calls, kept in the same transaction as their changes, so that a repeat changes nothing.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::among::among;
use super::prepared::{update, upsert};
use super::schema::{replays, writers};
use super::{Tx, next_id};
use crate::domain::{Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = replays, treat_none_as_default_value = false)]
pub struct ReplayRow {
    pub replay_id: i32,
    /// Digest of user and key, or of user, face, operation and document.
    pub replay_key: String,
    /// The caller sent the key; otherwise it is the document's digest.
    pub keyed: bool,
    /// Digest of the document.
    pub document: String,
    /// Repeating would add something again (relative bookings, new orders).
    pub additive: bool,
    pub answer: String,
    pub records: i32,
    pub failures: i32,
    pub created_at: i64,
    /// The socket of a caller took the answer to its last byte. Not kept for calls with a key.
    pub handed_over: bool,
}

/// The stored answer under a key, with whether it is the newest of all writing calls.
pub(crate) fn find(tx: &mut Tx<'_>, replay_key: &str) -> Result<Option<(ReplayRow, bool)>, Failure> {
    let conn = &mut tx.conn;
    let row = on!(conn, c => replays::table
        .filter(replays::replay_key.eq(replay_key))
        .select(ReplayRow::as_select())
        .get_result(c)
        .optional())?;
    let Some(row) = row else { return Ok(None) };
    let newest: Option<i32> = on!(conn, c => replays::table.select(diesel::dsl::max(replays::replay_id)).get_result(c))?;
    let is_newest = newest == Some(row.replay_id);
    Ok(Some((row, is_newest)))
}

/// Keeps an answer, and gives its number; one under the same key (outdated, or it would have been given) is replaced.
pub(crate) fn keep(tx: &mut Tx<'_>, mut row: ReplayRow) -> Result<i32, Failure> {
    row.replay_id = next_id(tx, "replay")?;
    row.created_at = tx.stamp.0;
    let set = (
        replays::replay_id.eq(excluded(replays::replay_id)),
        replays::keyed.eq(excluded(replays::keyed)),
        replays::document.eq(excluded(replays::document)),
        replays::additive.eq(excluded(replays::additive)),
        replays::answer.eq(excluded(replays::answer)),
        replays::records.eq(excluded(replays::records)),
        replays::failures.eq(excluded(replays::failures)),
        replays::created_at.eq(excluded(replays::created_at)),
        replays::handed_over.eq(excluded(replays::handed_over)),
    );
    on!(&mut tx.conn, c => upsert(diesel::insert_into(replays::table).values(&row), "replay_key", set).execute(c))?;
    Ok(row.replay_id)
}

/// Replaces the answer, when more is known after waiting for the channels.
pub(crate) fn amend(tx: &mut Tx<'_>, replay_id: i32, answer: &str) -> Result<(), Failure> {
    on!(&mut tx.conn, c => update("replays", replays::answer.eq(answer), replays::replay_id.eq(replay_id)).execute(c))?;
    Ok(())
}

/// Marks answers that were handed over.
pub(crate) fn mark_handed_over(tx: &mut Tx<'_>, replay_ids: &[i32]) -> Result<(), Failure> {
    on!(&mut tx.conn, c => update("replays", replays::handed_over.eq(true), among(replays::replay_id, replay_ids)).execute(c))?;
    Ok(())
}

/// Forgets answers without a key before one time, those with a key before another, and what else serves to recognise
/// commits.
pub(crate) fn forget_before(tx: &mut Tx<'_>, unkeyed: Stamp, keyed: Stamp) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(
        replays::table.filter(replays::keyed.eq(false).and(replays::created_at.lt(unkeyed.0))
            .or(replays::created_at.lt(keyed.0)))
    ).execute(c))?;
    // Of processes that are gone; one that lives writes its row again.
    on!(&mut tx.conn, c => diesel::delete(writers::table.filter(writers::last.lt(keyed.0))).execute(c))?;
    Ok(())
}
