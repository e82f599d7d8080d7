//! Opening databases, pools and snapshots.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use r2d2::{HandleError, Pool};

use super::file::{self, Opened};
use super::migrations::migrate;
use super::outage::Outage;
use super::ready::Readiness;
use super::writer::{Tx, Writer};
use crate::domain::{Failure, Patience, code};

const READERS: u32 = 8;
/// How long a reader waits for a connection while none can be opened.
const DURING_OUTAGE: Duration = Duration::from_millis(200);
/// What has a meaning in a file name that is a URI.
const NOT_IN_FILE_URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

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
    door: Arc<Door>,
    readers: Readers,
    writer: Arc<Writer>,
    readiness: Arc<Readiness>,
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
    pub(super) fn parse(database: &str) -> Address {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            Address::Postgres(database.to_owned())
        } else {
            Address::Sqlite(database.strip_prefix("sqlite://").unwrap_or(database).to_owned())
        }
    }

    /// As the client library takes it. A file that has vanished is not created anew, and a server that is gone is noticed.
    fn url(&self, patience: &Patience) -> String {
        match self {
            Address::Sqlite(path) => format!("file:{}?mode=rw", utf8_percent_encode(path, NOT_IN_FILE_URI)),
            Address::Postgres(url) => {
                let seconds = patience.connect.as_secs().max(1);
                let millis = (patience.connect + patience.statement).as_millis();
                let settings = [
                    ("connect_timeout", seconds.to_string()),
                    ("tcp_user_timeout", millis.to_string()),
                    ("keepalives_idle", "30".to_owned()),
                    ("keepalives_interval", "10".to_owned()),
                    ("keepalives_count", "3".to_owned()),
                ];
                let mut whole = url.clone();
                for (key, value) in settings.iter().filter(|(key, _)| !url.contains(&format!("{key}="))) {
                    whole.push(if whole.contains('?') { '&' } else { '?' });
                    whole.push_str(&format!("{key}={value}"));
                }
                whole
            }
        }
    }

    /// Creates and changes nothing, not even the mode in which an SQLite file keeps its log.
    pub(super) fn connect_to_look(&self, patience: &Patience) -> Result<Owned, Failure> {
        let fault = |error: &dyn std::fmt::Display| unreachable_database(self, error);
        let url = self.url(patience);
        Ok(match self {
            Address::Sqlite(_) => {
                let mut connection = SqliteConnection::establish(&url).map_err(|e| fault(&e))?;
                let busy = patience.lock.as_millis();
                let pragmas = format!("PRAGMA busy_timeout = {busy}; PRAGMA query_only = ON;");
                connection.batch_execute(&pragmas).map_err(|e| fault(&e))?;
                Owned::Sqlite(Box::new(connection))
            }
            Address::Postgres(_) => {
                let mut connection = PgConnection::establish(&url).map_err(|e| fault(&e))?;
                prepare_postgres(&mut connection, patience).map_err(|e| fault(&e))?;
                connection.batch_execute("SET default_transaction_read_only = on").map_err(|e| fault(&e))?;
                Owned::Postgres(Box::new(connection))
            }
        })
    }

    /// Without limits of time: a migration may take long, and wait for another one.
    pub(super) fn connect_to_migrate(&self) -> Result<Owned, Failure> {
        let patience = Patience::default();
        let fault = |error: &dyn std::fmt::Display| unreachable_database(self, error);
        if let Address::Sqlite(path) = self {
            file::create(path).map_err(|e| fault(&e))?;
        }
        let url = self.url(&patience);
        Ok(match self {
            Address::Sqlite(_) => {
                let mut connection = SqliteConnection::establish(&url).map_err(|e| fault(&e))?;
                prepare_sqlite(&mut connection, &patience).map_err(|e| fault(&e))?;
                Owned::Sqlite(Box::new(connection))
            }
            Address::Postgres(_) => Owned::Postgres(Box::new(PgConnection::establish(&url).map_err(|e| fault(&e))?)),
        })
    }

    /// What an address holds that nobody may read in a log or an answer.
    fn secrets(&self) -> Vec<&str> {
        let Address::Postgres(url) = self else { return Vec::new() };
        let (_, rest) = url.split_once("://").unwrap_or_default();
        let (login, _) = rest.rsplit_once('@').unwrap_or_default();
        let in_login = login.split_once(':').map(|(_, password)| password);
        let in_query = url.split(['?', '&']).filter_map(|part| part.strip_prefix("password="));
        in_login.into_iter().chain(in_query).filter(|secret| !secret.is_empty()).collect()
    }
}

/// The one way to new connections, with what is known about the database behind it.
pub(super) struct Door {
    address: Address,
    pub patience: Patience,
    outage: Outage,
    /// Of SQLite.
    file: Option<Opened>,
}

impl Door {
    pub fn is_shared(&self) -> bool {
        matches!(self.address, Address::Postgres(_))
    }

    /// Fails when the database is not the one any more that was opened.
    pub fn check(&self) -> Result<(), Failure> {
        self.file.as_ref().map_or(Ok(()), Opened::check)
    }

    /// A new connection. While the database cannot be reached, attempts are made at growing distances only.
    pub fn connect(&self) -> Result<Owned, Failure> {
        if let Some(why) = self.outage.pauses(Instant::now()) {
            return Err(Failure::new(code::DATABASE, [&why]));
        }
        self.check()?;
        let url = self.address.url(&self.patience);
        let connected: Result<Owned, ConnectionError> = match &self.address {
            Address::Sqlite(_) => SqliteConnection::establish(&url).and_then(|mut connection| {
                prepare_sqlite(&mut connection, &self.patience).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Owned::Sqlite(Box::new(connection)))
            }),
            Address::Postgres(_) => PgConnection::establish(&url).and_then(|mut connection| {
                prepare_postgres(&mut connection, &self.patience).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Owned::Postgres(Box::new(connection)))
            }),
        };
        match connected {
            Ok(connection) => {
                self.outage.is_over(Instant::now());
                Ok(connection)
            }
            Err(error) => Err(self.cannot(&error)),
        }
    }

    fn cannot(&self, error: &dyn std::fmt::Display) -> Failure {
        let why = without_secrets(&self.address, error);
        self.outage.failed(&why, Instant::now());
        Failure::new(code::DATABASE, [&why])
    }
}

/// `busy_timeout` first: the others may already have to wait. `FULL` because an answered call is on disk.
fn prepare_sqlite(connection: &mut SqliteConnection, patience: &Patience) -> diesel::QueryResult<()> {
    let busy = patience.lock.as_millis();
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {busy}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;",
    ))
}

/// The last one frees the clock from a process that has stopped in the middle of a transaction.
fn prepare_postgres(connection: &mut PgConnection, patience: &Patience) -> diesel::QueryResult<()> {
    let (statement, lock) = (patience.statement.as_millis(), patience.lock.as_millis());
    let idle = patience.turn.as_millis();
    connection.batch_execute(&format!(
        "SET statement_timeout = {statement}; SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = {idle};"
    ))
}

struct Prepare(Arc<Door>);

impl std::fmt::Debug for Prepare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepare")
    }
}

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_sqlite(connection, &self.0.patience).map_err(diesel::r2d2::Error::QueryError)
    }
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_postgres(connection, &self.0.patience).map_err(diesel::r2d2::Error::QueryError)?;
        self.0.outage.is_over(Instant::now());
        Ok(())
    }
}

/// A pool that cannot connect tries on in the background; one line is enough for that.
impl HandleError<diesel::r2d2::Error> for Prepare {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        self.0.cannot(&error);
    }
}

/// Client libraries quote an address that they cannot read, password and all.
fn without_secrets(address: &Address, error: &dyn std::fmt::Display) -> String {
    address.secrets().into_iter().fold(error.to_string(), |text, secret| text.replace(secret, "…"))
}

pub(super) fn unreachable_database(address: &Address, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(code::DATABASE, [&without_secrets(address, error)])
}

impl Readers {
    fn open<C>(door: &Arc<Door>) -> Result<Pool<ConnectionManager<C>>, Failure>
    where
        C: diesel::r2d2::R2D2Connection + 'static,
        Prepare: CustomizeConnection<C, diesel::r2d2::Error>,
    {
        Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(door.patience.connect)
            .connection_customizer(Box::new(Prepare(Arc::clone(door))))
            .error_handler(Box::new(Prepare(Arc::clone(door))))
            .build(ConnectionManager::new(door.address.url(&door.patience)))
            .map_err(|e| unreachable_database(&door.address, &e))
    }
}

impl Store {
    /// Opens a database with the newest schema: creates and migrates it where needed.
    pub fn open(database: &str) -> Result<Store, Failure> {
        Store::open_with(database, Patience::default())
    }

    pub fn open_with(database: &str, patience: Patience) -> Result<Store, Failure> {
        migrate(database)?;
        Store::open_migrated(database, patience)
    }

    /// Opens a database that has the newest schema already: see [`super::standing`].
    pub fn open_migrated(database: &str, patience: Patience) -> Result<Store, Failure> {
        let address = Address::parse(database);
        let file = match &address {
            Address::Sqlite(path) => Some(Opened::new(path).map_err(|e| unreachable_database(&address, &e))?),
            Address::Postgres(_) => None,
        };
        let door = Arc::new(Door { address, patience, outage: Outage::default(), file });
        let readers = match &door.address {
            Address::Sqlite(_) => Readers::Sqlite(Readers::open(&door)?),
            Address::Postgres(_) => Readers::Postgres(Readers::open(&door)?),
        };
        let writer = Arc::new(Writer::start(Arc::clone(&door))?);
        Ok(Store { door, readers, writer, readiness: Arc::default() })
    }

    /// Other processes may work on the same database.
    pub fn is_shared(&self) -> bool {
        self.door.is_shared()
    }

    /// The log has told that the database cannot be reached, and will tell when it can.
    pub fn is_unreachable(&self) -> bool {
        self.door.outage.lasts()
    }

    /// Runs `work` on one snapshot of the data; it must not write.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        self.door.check()?;
        let patience = if self.door.outage.lasts() { DURING_OUTAGE } else { self.door.patience.connect };
        let fault = |e: r2d2::Error| unreachable_database(&self.door.address, &e);
        match &self.readers {
            Readers::Sqlite(pool) => pool.get_timeout(patience).map_err(fault)?.transaction(|c| work(&mut Conn::Sqlite(c))),
            Readers::Postgres(pool) => {
                let mut connection = pool.get_timeout(patience).map_err(fault)?;
                connection.build_transaction().read_only().repeatable_read().run(|c| work(&mut Conn::Postgres(c)))
            }
        }
    }

    /// Like [`Store::read`], but a server that hangs does not hold up the caller.
    pub fn read_in_time<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        if !self.is_shared() {
            return self.read(work);
        }
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let store = self.clone();
        // Without a connection it ends, so there are few of them that wait for a server.
        let reading = move || drop(tell.send(store.read(work)));
        let reader = std::thread::Builder::new().name("reader".into()).spawn(reading);
        reader.map_err(|e| Failure::new(code::DATABASE, [&e.to_string()]))?;
        match told.recv_timeout(self.door.patience.turn) {
            Ok(result) => result,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Err(Failure::new(code::DATABASE, ["what is asked for takes too long"])),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => Err(Failure::new(code::INTERNAL, ["a read broke down"])),
        }
    }

    /// Runs `work` in a write transaction and returns when it is durable. An error of `work` undoes its changes alone.
    pub fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
        self.write_weighted(0, work)
    }

    /// Like [`Store::write`], with how much there is to do, in bytes of the request: much of it must not hold up little.
    pub fn write_weighted<T: Send + 'static>(
        &self,
        weight: usize,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.writer.write(weight, self.door.patience.turn, work)
    }

    /// Has the work done with one of the next commits, and again where that fails; nobody waits for it.
    pub fn write_later(&self, work: impl Fn(&mut Tx<'_>) -> Result<(), Failure> + Send + Sync + 'static) {
        self.writer.write_later(Arc::new(work));
    }

    /// Waits until every change stamp given out so far is committed. A reader that asks "everything since" calls this
    /// first, so that no change with an older stamp appears behind it.
    pub fn settle_clock(&self) -> Result<(), Failure> {
        self.write(|_| Ok(()))
    }

    /// Whether calls can be stored: something was committed just now.
    pub fn ready(&self) -> Result<(), Failure> {
        self.readiness.ask(|| self.door.check().and_then(|()| self.writer.proves(self.door.patience.connect)))
    }

    /// Ends the writing after what was begun. On SQLite all is in the one file then.
    pub fn close(&self) {
        self.writer.close(self.door.patience.turn);
    }
}
