//! All SQL. SQLite and PostgreSQL behind the same functions.
//!
//! Writing goes through one thread per process that commits waiting jobs together ([`Store::write`]); reading uses a
//! pool and sees one snapshot per call ([`Store::read`]). The row in `change_clock` orders all writers, of other
//! processes too, so change stamps never run backwards.

pub(crate) mod account_categories;
pub(crate) mod accounts;
mod address;
pub(crate) mod alarms;
pub(crate) mod among;
pub(crate) mod audit;
pub(crate) mod backlog;
pub(crate) mod begun;
pub(crate) mod calls;
pub(crate) mod catalogue;
pub(crate) mod categories;
pub(crate) mod changes;
mod checkpoints;
mod commit;
pub(crate) mod configured;
mod connection;
pub(crate) mod contacts;
pub(crate) mod copies;
mod counters;
#[cfg(test)]
mod customer_keys_tests;
mod db_enum;
mod db_id;
pub(crate) mod deletions;
pub(crate) mod documents;
mod door;
pub(crate) mod feeds;
mod file;
pub(crate) mod filter;
mod handovers;
pub(crate) mod held_orders;
pub(crate) mod hourly;
pub(crate) mod items;
mod json;
pub(crate) mod kept;
pub(crate) mod labels;
pub(crate) mod limited_calls;
mod line;
pub(crate) mod listings;
pub(crate) mod lookups;
pub(crate) mod mails;
pub(crate) mod media;
pub(crate) mod messages;
#[cfg(test)]
mod migration_tests;
mod migrations;
pub(crate) mod moved;
pub(crate) mod numbers;
pub(crate) mod offers;
pub(crate) mod orders;
mod outage;
pub mod outbox;
pub(crate) mod payments;
mod prepared;
pub(crate) mod pricelists;
pub mod prices;
mod ready;
pub(crate) mod references;
pub(crate) mod reloads;
pub(crate) mod replay;
mod savepoint;
pub(crate) mod schema;
#[cfg(test)]
mod schema_tests;
pub(crate) mod sessions;
pub(crate) mod sets;
pub(crate) mod since;
pub(crate) mod starts;
pub(crate) mod stock;
pub(crate) mod tasks;
#[cfg(test)]
pub(crate) mod testing;
pub mod transfers;
#[cfg(test)]
mod trouble;
mod tx;
mod writer;

pub use connection::Store;
pub use counters::{counter, free_id, next_id, next_ids, next_ids_from, set_counter};
pub use file::Sole;
pub use handovers::{Handovers, Receipt};
pub use json::Stored;
pub(crate) use migrations::standing_of;
pub use migrations::{Look, Standing, Unmigrated, look, migrate, standing};
pub use tx::{Conn, Tx};

use crate::domain::{Failure, code};

/// Most variables of one statement that every supported SQLite takes, for `IN` lists and multi-row inserts.
pub const MOST_VARIABLES: usize = 30_000;

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Failure {
        match &error {
            // The database answers, but this version cannot read what a row holds.
            diesel::result::Error::DeserializationError(cause) => Failure::new(code::INTERNAL, [&with_causes(cause.as_ref())]),
            _ => Failure::new(code::DATABASE, [&error.to_string()]),
        }
    }
}

/// diesel names the column, its cause says what is wrong there.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A stored document that cannot be read is a fault of ours, not of the caller.
pub fn broken_document(what: &str, error: &serde_json::Error) -> Failure {
    Failure::new(code::INTERNAL, [&format!("{what}: {error}")])
}

/// Runs a diesel expression on whichever database is behind the connection. The body is compiled once per database, so
/// that batch inserts and ON CONFLICT keep their types.
#[macro_export]
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($c) => {
                let $c: &mut diesel::SqliteConnection = $c;
                $body
            }
            $crate::store::Conn::Postgres($c) => {
                let $c: &mut diesel::PgConnection = $c;
                $body
            }
        }
    };
}
