//! Statements that are compiled once per connection, although they change rows.
//!
//! Diesel takes each update and each upsert for one whose text differs from time to time, because fields may be left out of what is
//! set, and has the database compile it at each execution. On PostgreSQL that is a round trip more. The text of these depends on
//! nothing but their types: no field may be left out where it is unset, and no list may be given to `eq_any`.

use diesel::QueryResult;
use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};

/// An insert that sets columns of the row that is there already; `target` are the columns that recognise it.
pub(super) fn upsert<I, S: AsChangeset>(insert: I, target: &'static str, set: S) -> Upsert<I, S::Changeset> {
    Upsert { insert, target, set: set.as_changeset() }
}

pub(super) struct Upsert<I, S> {
    insert: I,
    target: &'static str,
    set: S,
}

impl<I: QueryFragment<DB>, S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Upsert<I, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.insert.walk_ast(out.reborrow())?;
        out.push_sql(" ON CONFLICT (");
        out.push_sql(self.target);
        out.push_sql(") DO UPDATE SET ");
        self.set.walk_ast(out)
    }
}

impl<I, S> QueryId for Upsert<I, S> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<I, S, C> RunQueryDsl<C> for Upsert<I, S> {}

/// Sets columns of the rows of a table that meet a condition.
pub(super) fn update<S: AsChangeset, W>(table: &'static str, set: S, which: W) -> Update<S::Changeset, W> {
    Update { table, set: set.as_changeset(), which }
}

pub(super) struct Update<S, W> {
    table: &'static str,
    set: S,
    which: W,
}

impl<S: QueryFragment<DB>, W: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Update<S, W> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_sql(self.table);
        out.push_sql(" SET ");
        self.set.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.which.walk_ast(out)
    }
}

impl<S, W> QueryId for Update<S, W> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, W, C> RunQueryDsl<C> for Update<S, W> {}

/// Inserts rows: `insert_rows!(conn, rows, row => insert_into(table).values(row))`. On SQLite one by one, because a statement for many
/// rows is compiled again at each execution; on PostgreSQL together, because each statement is a round trip.
macro_rules! insert_rows {
    ($conn:expr, $rows:expr, $values:ident => $insert:expr) => {
        match ($conn, $rows) {
            ($crate::store::Conn::Sqlite(c), rows) => {
                rows.iter().try_for_each(|$values| diesel::RunQueryDsl::execute($insert, &mut **c).map(drop))
            }
            ($crate::store::Conn::Postgres(c), [$values]) => diesel::RunQueryDsl::execute($insert, &mut **c).map(drop),
            ($crate::store::Conn::Postgres(c), $values) => diesel::RunQueryDsl::execute($insert, &mut **c).map(drop),
        }
    };
}
pub(super) use insert_rows;
