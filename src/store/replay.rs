//! Answers of writing calls, kept in the same transaction as their changes, so that a repeat changes nothing.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Integer, Text};

use super::among::among;
use super::counters::{Next, none_left};
use super::prepared::{on_conflict, update, upsert};
use super::schema::{replays, writers};
use super::{Conn, Tx, next_id};
use crate::domain::{Failure, Stamp};
use crate::on;

/// Of the numbers of answers.
const COUNTER: &str = "replay";

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

/// By which a row is recognised.
type Key = (replays::replay_key,);

/// What becomes of the row of an earlier call.
type Replaced = (
    replays::replay_id,
    replays::keyed,
    replays::document,
    replays::additive,
    replays::answer,
    replays::records,
    replays::failures,
    replays::created_at,
    replays::handed_over,
);

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

/// Keeps an answer under a new number; one under the same key (outdated, or it would have been given) is replaced.
pub(crate) fn keep(tx: &mut Tx<'_>, row: &mut ReplayRow) -> Result<(), Failure> {
    row.created_at = tx.stamp.0;
    if let Conn::Postgres(c) = &mut tx.conn {
        let keep = KeepNext { next: Next::one(COUNTER), row };
        let kept: Option<i32> = keep.get_result(*c).optional()?;
        row.replay_id = kept.ok_or_else(|| none_left(COUNTER))?;
        return Ok(());
    }
    row.replay_id = next_id(tx, COUNTER)?;
    let row = &*row;
    on!(&mut tx.conn, c => upsert(diesel::insert_into(replays::table).values(row), Key::default(), Replaced::default()).execute(c))?;
    Ok(())
}

/// Takes the number of an answer and keeps it, in one round trip.
struct KeepNext<'r> {
    next: Next<'r>,
    row: &'r ReplayRow,
}

impl QueryFragment<Pg> for KeepNext<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        let row = self.row;
        out.push_sql("WITH taken AS (");
        self.next.walk_ast(out.reborrow())?;
        out.push_sql(
            ") INSERT INTO replays (replay_id, replay_key, keyed, document, additive, answer, records, failures, created_at, handed_over) \
             SELECT last, ",
        );
        out.push_bind_param::<Text, _>(&row.replay_key)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&row.keyed)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&row.document)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&row.additive)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&row.answer)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&row.records)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&row.failures)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&row.created_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&row.handed_over)?;
        out.push_sql(" FROM taken ");
        on_conflict::<Key, Replaced, Pg>(out.reborrow())?;
        out.push_sql(" RETURNING replay_id");
        Ok(())
    }
}

impl QueryId for KeepNext<'_> {
    type QueryId = KeepNext<'static>;
}

impl Query for KeepNext<'_> {
    type SqlType = Integer;
}

impl<C> RunQueryDsl<C> for KeepNext<'_> {}

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
