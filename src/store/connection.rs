//! The database as all above see it: opening it, reading one snapshot, writing in turn.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use diesel::r2d2::{ConnectionManager, CustomizeConnection};
use diesel::{Connection, PgConnection, SqliteConnection};
use r2d2::{HandleError, Pool};

use super::address::{Address, prepare_postgres, prepare_sqlite, unreachable_database};
use super::backlog::{Counts, Known, Numbers};
use super::door::Door;
use super::handovers::Handovers;
use super::kept::Kept;
use super::migrations::{Unmigrated, migrate};
use super::ready::Readiness;
use super::tx::{Conn, Tx};
use super::writer::Writer;
use crate::domain::{Failure, Patience, code};

pub(super) const READERS: u32 = 9;
/// For those who look after the gateway, however many calls read.
const LOOKERS: u32 = 2;
/// How long they wait for a server that does not answer.
const LOOKING: Duration = Duration::from_secs(8);
/// How long a reader waits for a connection while none can be opened.
const DURING_OUTAGE: Duration = Duration::from_millis(200);
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
    lookers: Readers,
    writer: Arc<Writer>,
    readiness: Arc<Readiness>,
    kept: Arc<Kept>,
    counts: Arc<Counts>,
}

#[derive(Clone)]
struct Prepare {
    door: Arc<Door>,
    kept: Arc<Kept>,
}

impl std::fmt::Debug for Prepare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepare")
    }
}

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_sqlite(connection, &self.door.patience).map_err(diesel::r2d2::Error::QueryError)
    }
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_postgres(connection, &self.door.patience).map_err(diesel::r2d2::Error::QueryError)?;
        self.door.outage.is_over(Instant::now());
        self.kept.forget_all();
        Ok(())
    }
}

/// A pool that cannot connect tries on in the background; one line is enough for that.
impl HandleError<diesel::r2d2::Error> for Prepare {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        self.door.cannot(&error);
    }
}

impl Readers {
    /// A pool of at most so many connections, of which `open` are open from the start.
    fn open<C>(prepare: &Prepare, most: u32, open: u32) -> Result<Pool<ConnectionManager<C>>, Failure>
    where
        C: diesel::r2d2::R2D2Connection + 'static,
        Prepare: CustomizeConnection<C, diesel::r2d2::Error>,
    {
        let door = &prepare.door;
        Pool::builder()
            .max_size(most)
            .min_idle(Some(open))
            .connection_timeout(door.patience.connect)
            .connection_customizer(Box::new(prepare.clone()))
            .error_handler(Box::new(prepare.clone()))
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
        migrate(database, |_| ()).map_err(|error| match error {
            Unmigrated::Failed(failure) => failure,
            Unmigrated::Newer(_) => Failure::new(code::INTERNAL, [&error.to_string()]),
        })?;
        Store::open_migrated(database, patience)
    }

    /// Opens a database that has the newest schema already: see [`super::standing`].
    pub fn open_migrated(database: &str, patience: Patience) -> Result<Store, Failure> {
        let door = Arc::new(Door::new(Address::parse(database), patience)?);
        let prepare = Prepare { door: Arc::clone(&door), kept: Arc::default() };
        let pool = |most, open| match &door.address {
            Address::Sqlite(_) => Readers::open(&prepare, most, open).map(Readers::Sqlite),
            Address::Postgres(_) => Readers::open(&prepare, most, open).map(Readers::Postgres),
        };
        let (readers, lookers) = (pool(READERS, 1)?, pool(LOOKERS, 0)?);
        let writer = Arc::new(Writer::start(Arc::clone(&door))?);
        let store = Store { door, readers, lookers, writer, readiness: Arc::default(), kept: prepare.kept, counts: Arc::default() };
        let mails = store.read(super::mails::any_senders)?;
        store.door.mails.store(mails, Ordering::Relaxed);
        Ok(store)
    }

    /// Takes over for whose buyers mails are written from now on.
    pub(crate) fn switch_mails(&self, senders: Vec<super::mails::Sender>) -> Result<(), Failure> {
        let any = !senders.is_empty();
        self.write(move |tx| super::mails::switch(tx, &senders))?;
        self.door.mails.store(any, Ordering::Relaxed);
        Ok(())
    }

    /// Other processes may work on the same database.
    pub fn is_shared(&self) -> bool {
        self.door.is_shared()
    }

    /// It was logged that the database cannot be reached; when it can, that is logged too.
    pub fn is_unreachable(&self) -> bool {
        self.door.outage.lasts()
    }

    /// Runs `work` on one snapshot of the data; it must not write.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        self.read_from(&self.readers, work)
    }

    fn read_from<T>(&self, readers: &Readers, work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        self.door.check()?;
        let patience = if self.door.outage.lasts() { DURING_OUTAGE } else { self.door.patience.connect };
        let fault = |e: r2d2::Error| unreachable_database(&self.door.address, &e);
        match readers {
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
        self.in_time(self.door.patience.turn, |store| &store.readers, work)
    }

    /// Like [`Store::read_in_time`], for those who look after the gateway: with connections that no call takes from them.
    pub fn look<T: Send + 'static>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
        self.in_time(LOOKING, |store| &store.lookers, work)
    }

    fn in_time<T: Send + 'static>(
        &self,
        patience: Duration,
        readers: fn(&Store) -> &Readers,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        if !self.is_shared() {
            return self.read_from(readers(self), work);
        }
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let store = self.clone();
        // Without a connection it ends, so there are few of them that wait for a server.
        let reading = move || drop(tell.send(store.read_from(readers(&store), work)));
        let reader = std::thread::Builder::new().name("reader".into()).spawn(reading);
        reader.map_err(|e| Failure::new(code::DATABASE, [&e.to_string()]))?;
        match told.recv_timeout(patience) {
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

    /// Which answers were handed over.
    pub fn handovers(&self) -> Arc<Handovers> {
        Arc::clone(&self.writer.handovers)
    }

    /// What was found for pages that were read.
    pub(crate) fn kept(&self) -> Arc<Kept> {
        Arc::clone(&self.kept)
    }

    /// What is on its way, in numbers. Much of it is counted now and then, and nobody waits for that.
    pub(crate) fn backlog(&self) -> Result<Numbers, Failure> {
        let counts = Arc::clone(&self.counts);
        match counts.known(Instant::now()) {
            Known::Numbers(numbers) => Ok(numbers),
            Known::Nothing => self.look(move |conn| counts.count(conn)),
            Known::Old(numbers) => {
                let store = self.clone();
                let count = move || {
                    if let Err(failure) = store.look(move |conn| counts.count(conn)) {
                        log::warn!("what is on its way cannot be counted: {failure}");
                        store.counts.not_counted();
                    }
                };
                if std::thread::Builder::new().name("counts".into()).spawn(count).is_err() {
                    self.counts.not_counted();
                }
                Ok(numbers)
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
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
