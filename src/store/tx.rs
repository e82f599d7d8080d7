//! What a piece of work gets: a connection to read from, or a write transaction.

use diesel::{Connection, PgConnection, SqliteConnection};

use super::savepoint::PIECE;
use crate::domain::{Failure, Stamp, code};

/// A connection to either database, for the time of one piece of work.
pub enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A write transaction.
pub struct Tx<'c> {
    pub conn: Conn<'c>,
    /// The change stamp of this transaction: later than that of every earlier one, in every process.
    pub stamp: Stamp,
    /// Some buyers get mails: see [`super::mails`].
    pub(super) mails: bool,
    /// See [`Tx::quietly`].
    pub(super) quiet: bool,
}

impl Tx<'_> {
    /// From now on nothing goes to channels or buyers: what changes is what they know already.
    pub(crate) fn quietly(&mut self) {
        self.quiet = true;
        self.mails = false;
    }

    /// See [`Tx::quietly`].
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Runs a piece of work whose failure undoes its own changes, and only those.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let (stamp, mails, quiet) = (self.stamp, self.mails, self.quiet);
        match &mut self.conn {
            Conn::Sqlite(c) => PIECE.around(c, |c| work(&mut Tx { conn: Conn::Sqlite(c), stamp, mails, quiet })),
            Conn::Postgres(c) => c.transaction(|c| work(&mut Tx { conn: Conn::Postgres(c), stamp, mails, quiet })),
        }
    }

    /// Runs a piece of work and undoes all that it changed.
    pub fn rehearse<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut result = None;
        let undone = self.savepoint(|tx| {
            result = Some(work(tx)?);
            // Not shown to anybody: an error is what undoes a savepoint.
            Err::<(), _>(Failure::new(code::INTERNAL, ["a rehearsal was to be undone"]))
        });
        result.map_or_else(|| Err(undone.err().unwrap_or_else(stopped)), Ok)
    }
}

/// For jobs that never get their turn.
pub(super) fn stopped() -> Failure {
    Failure::new(code::INTERNAL, ["the writer has stopped"])
}
