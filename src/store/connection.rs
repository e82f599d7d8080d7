//! Opening databases, pools and snapshots.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use r2d2::Pool;

use super::writer::{Tx, Writer};
use crate::domain::{Failure, code};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const READERS: u32 = 8;

/// A connection to either database, for the time of one piece of work.
pub enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

#[derive(Clone)]
enum Readers {
    Sqlite(Pool<ConnectionManager<SqliteConnection>>),
    Postgres(Pool<ConnectionManager<PgConnection>>),
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    readers: Readers,
    writer: Writer,
}

/// Where a database is.
#[derive(Clone)]
pub(super) enum Address {
    Sqlite(String),
    Postgres(String),
}

/// An open connection that is its owner's alone.
pub(super) enum Owned {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

impl Address {
    fn parse(database: &str) -> Address {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            Address::Postgres(database.to_owned())
        } else {
            Address::Sqlite(database.strip_prefix("sqlite://").unwrap_or(database).to_owned())
        }
    }

    pub(super) fn connect(&self) -> Result<Owned, ConnectionError> {
        match self {
            Address::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(path)?;
                prepare_sqlite(&mut connection).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Owned::Sqlite(Box::new(connection)))
            }
            Address::Postgres(url) => Ok(Owned::Postgres(Box::new(PgConnection::establish(url)?))),
        }
    }
}

/// `busy_timeout` first: the others may already have to wait. `FULL` because an answered call is on disk.
fn prepare_sqlite(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    connection.batch_execute(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;",
    )
}

#[derive(Debug)]
struct PrepareSqlite;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for PrepareSqlite {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_sqlite(connection).map_err(diesel::r2d2::Error::QueryError)
    }
}

fn unreachable_database(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(code::DATABASE, [&error.to_string()])
}

/// Brings the tables up to date. Several processes may do so at the same time.
pub fn migrate(database: &str) -> Result<Vec<String>, Failure> {
    let mut connection = Address::parse(database).connect().map_err(|e| unreachable_database(&e))?;
    match &mut connection {
        Owned::Sqlite(connection) => run_migrations(connection.as_mut(), SQLITE_MIGRATIONS),
        Owned::Postgres(connection) => {
            // Held until the connection closes: a second process waits here and then finds nothing to do.
            connection.batch_execute("SELECT pg_advisory_lock(7405168)").map_err(Failure::from)?;
            run_migrations(connection.as_mut(), POSTGRES_MIGRATIONS)
        }
    }
}

fn run_migrations<C>(connection: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, Failure>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: diesel::backend::Backend,
{
    let done = connection.run_pending_migrations(migrations).map_err(|e| unreachable_database(&e))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

impl Store {
    /// Opens a database whose tables are up to date, creating and migrating it where needed.
    pub fn open(database: &str) -> Result<Store, Failure> {
        migrate(database)?;
        let address = Address::parse(database);
        let readers = match &address {
            Address::Sqlite(path) => Readers::Sqlite(
                Pool::builder()
                    .max_size(READERS)
                    .min_idle(Some(1))
                    .connection_timeout(Duration::from_secs(10))
                    .connection_customizer(Box::new(PrepareSqlite))
                    .build(ConnectionManager::new(path))
                    .map_err(|e| unreachable_database(&e))?,
            ),
            Address::Postgres(url) => Readers::Postgres(
                Pool::builder()
                    .max_size(READERS)
                    .min_idle(Some(1))
                    .connection_timeout(Duration::from_secs(10))
                    .build(ConnectionManager::new(url))
                    .map_err(|e| unreachable_database(&e))?,
            ),
        };
        Ok(Store { readers, writer: Writer::start(address)? })
    }

    /// Other processes may work on the same database.
    pub fn is_shared(&self) -> bool {
        matches!(self.readers, Readers::Postgres(_))
    }

    /// Runs `work` on one snapshot of the data; it must not write.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        match &self.readers {
            Readers::Sqlite(pool) => {
                let mut connection = pool.get().map_err(|e| unreachable_database(&e))?;
                connection.transaction(|c| work(&mut Conn::Sqlite(c)))
            }
            Readers::Postgres(pool) => {
                let mut connection = pool.get().map_err(|e| unreachable_database(&e))?;
                connection.build_transaction().read_only().repeatable_read().run(|c| work(&mut Conn::Postgres(c)))
            }
        }
    }

    /// Runs `work` in a write transaction and returns when it is durable. An error of `work` undoes its changes alone.
    pub fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
        self.writer.write(work)
    }

    /// Waits until every change stamp given out so far is committed. A reader that asks "everything since" calls this
    /// first, so that no change with an older stamp appears behind it.
    pub fn settle_clock(&self) -> Result<(), Failure> {
        self.writer.write(|_| Ok(()))
    }
}
