//! Statements that are compiled once per connection, although they change rows.
//!
//! Diesel takes each update and each upsert for one whose text differs from time to time, because fields may be left out of what is
//! set, and has the database compile it at each execution. On PostgreSQL that is a round trip more. The text of these depends on
//! nothing but their types: no field may be left out where it is unset, and no list may be given to `eq_any`.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};
use diesel::query_source::Column;

/// Columns, as a tuple.
pub(super) trait Columns {
    fn names() -> impl Iterator<Item = &'static str>;
}

macro_rules! columns {
    ($first:ident $($column:ident)*) => {
        impl<$first: Column, $($column: Column),*> Columns for ($first, $($column,)*) {
            fn names() -> impl Iterator<Item = &'static str> {
                [$first::NAME, $($column::NAME),*].into_iter()
            }
        }
        columns!($($column)*);
    };
    () => {};
}

columns!(A B C D E F G H I J K L M N O P Q R S T U V W X Y Z A1 A2 A3 A4 A5 A6);

/// An insert that sets columns of the row that is there already; `key` are those that recognise it.
pub(super) fn upsert<I, K: Columns, S: Columns>(insert: I, _key: K, _set: S) -> Upsert<I, K, S> {
    Upsert { insert, columns: PhantomData }
}

pub(super) struct Upsert<I, K, S> {
    insert: I,
    columns: PhantomData<(K, S)>,
}

impl<I: QueryFragment<DB>, K: Columns, S: Columns, DB: Backend> QueryFragment<DB> for Upsert<I, K, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.insert.walk_ast(out.reborrow())?;
        out.push_sql(" ");
        on_conflict::<K, S, DB>(out)
    }
}

/// What becomes of the row that is there already.
pub(super) fn on_conflict<K: Columns, S: Columns, DB: Backend>(mut out: AstPass<'_, '_, DB>) -> QueryResult<()> {
    let mut before = "ON CONFLICT (";
    for name in K::names() {
        out.push_sql(before);
        out.push_identifier(name)?;
        before = ", ";
    }
    before = ") DO UPDATE SET ";
    for name in S::names() {
        out.push_sql(before);
        out.push_identifier(name)?;
        out.push_sql(" = excluded.");
        out.push_identifier(name)?;
        before = ", ";
    }
    Ok(())
}

/// Known by its type, so that its text is not made at each execution.
impl<I: QueryId, K: QueryId, S: QueryId> QueryId for Upsert<I, K, S> {
    type QueryId = Upsert<I::QueryId, K::QueryId, S::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = I::HAS_STATIC_QUERY_ID && K::HAS_STATIC_QUERY_ID && S::HAS_STATIC_QUERY_ID;
}

impl<I, K, S, C> RunQueryDsl<C> for Upsert<I, K, S> {}

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
