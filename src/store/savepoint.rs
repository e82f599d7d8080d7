//! Savepoints whose statements are compiled once per connection.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

/// A statement without variables.
struct Plain(&'static str);

impl<DB: Backend> QueryFragment<DB> for Plain {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl QueryId for Plain {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Plain {}

/// The statements of a savepoint. What Diesel does for one is compiled each time.
pub(super) struct Savepoint {
    begin: &'static str,
    undo: &'static str,
    end: &'static str,
}

/// Around a job that shares its commit. It is undone by its own name, also where a panic has left pieces open in it.
pub(super) const JOB: Savepoint = Savepoint { begin: "SAVEPOINT job", undo: "ROLLBACK TO job", end: "RELEASE job" };
/// Around a piece of a job.
pub(super) const PIECE: Savepoint = Savepoint { begin: "SAVEPOINT piece", undo: "ROLLBACK TO piece", end: "RELEASE piece" };

impl Savepoint {
    /// Runs work within a transaction; its failure undoes its own changes.
    pub(super) fn around<T, E: From<diesel::result::Error>>(
        &self,
        c: &mut SqliteConnection,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        Plain(self.begin).execute(c)?;
        let result = work(c);
        if result.is_err() {
            Plain(self.undo).execute(c)?;
        }
        Plain(self.end).execute(c)?;
        result
    }
}
