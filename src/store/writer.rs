//! The one writer of a process: waiting jobs share a transaction, each in a savepoint of its own (group commit).
//!
//! Measured in the design: seven times the calls per second of a pool, and a far shorter tail.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};

use diesel::prelude::*;

use super::connection::{Address, Conn, Owned};
use super::schema::change_clock;
use crate::domain::{Failure, Stamp, code};
use crate::on;

/// Jobs that may share one commit.
const MOST_JOBS: usize = 256;

/// A write transaction.
pub struct Tx<'c> {
    pub conn: Conn<'c>,
    /// The change stamp of this transaction: later than that of every earlier one, in every process.
    pub stamp: Stamp,
}

impl Tx<'_> {
    /// Runs a piece of work whose failure undoes its own changes, and only those.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let stamp = self.stamp;
        match &mut self.conn {
            Conn::Sqlite(c) => c.transaction(|c| work(&mut Tx { conn: Conn::Sqlite(c), stamp })),
            Conn::Postgres(c) => c.transaction(|c| work(&mut Tx { conn: Conn::Postgres(c), stamp })),
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

type Run = Box<dyn FnOnce(&mut Tx<'_>) -> bool + Send>;

struct Job {
    /// Does the work and keeps the result; false undoes it.
    run: Run,
    /// Hands the result out, once the commit is known.
    done: Box<dyn FnOnce(Option<Failure>) + Send>,
}

#[derive(Clone)]
pub(super) struct Writer {
    jobs: Sender<Job>,
}

fn stopped() -> Failure {
    Failure::new(code::INTERNAL, ["the writer has stopped"])
}

impl Writer {
    pub(super) fn start(address: Address) -> Result<Writer, Failure> {
        let connection = address.connect().map_err(|e| Failure::new(code::DATABASE, [&e.to_string()]))?;
        let (jobs, waiting) = channel();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || work(&address, Some(connection), &waiting))
            .map_err(|e| Failure::new(code::INTERNAL, [&e.to_string()]))?;
        Ok(Writer { jobs })
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let slot: Arc<Mutex<Option<Result<T, Failure>>>> = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&slot);
        let (tell, told) = sync_channel(1);
        let job = Job {
            run: Box::new(move |tx| {
                let result = work(tx);
                let worked = result.is_ok();
                if let Ok(mut slot) = kept.lock() {
                    *slot = Some(result);
                }
                worked
            }),
            done: Box::new(move |failure| {
                let _ = tell.send(failure);
            }),
        };
        self.jobs.send(job).map_err(|_| stopped())?;
        match told.recv() {
            Ok(None) => slot.lock().ok().and_then(|mut slot| slot.take()).unwrap_or_else(|| Err(stopped())),
            Ok(Some(failure)) => Err(failure),
            Err(_) => Err(stopped()),
        }
    }
}

fn work(address: &Address, mut connection: Option<Owned>, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs = vec![first];
        while jobs.len() < MOST_JOBS {
            match waiting.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        if connection.is_none() {
            match address.connect() {
                Ok(fresh) => connection = Some(fresh),
                Err(error) => {
                    log::error!("the database cannot be reached: {error}");
                    let failure = Failure::new(code::DATABASE, [&error.to_string()]);
                    for job in jobs {
                        (job.done)(Some(failure.clone()));
                    }
                    continue;
                }
            }
        }
        let (runs, dones): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.run, job.done)).unzip();
        let result = match &mut connection {
            Some(Owned::Sqlite(c)) => c.immediate_transaction(|c| run_all(Conn::Sqlite(c), runs)),
            Some(Owned::Postgres(c)) => c.transaction(|c| run_all(Conn::Postgres(c), runs)),
            None => Err(stopped()),
        };
        match result {
            Ok(()) => dones.into_iter().for_each(|done| done(None)),
            Err(failure) => {
                log::error!("a commit failed: {failure}");
                // What state the connection is in is unknown; a new one is.
                connection = None;
                dones.into_iter().for_each(|done| done(Some(failure.clone())));
            }
        }
    }
}

fn run_all(mut conn: Conn<'_>, runs: Vec<Run>) -> Result<(), Failure> {
    let mut last = lock_clock(&mut conn)?;
    for run in runs {
        last = last.saturating_add(1).max(Stamp::now().0);
        let stamp = Stamp(last);
        // The closure's error only undoes the savepoint; the job keeps its own result.
        let undone: Result<(), diesel::result::Error> = match &mut conn {
            Conn::Sqlite(c) => c.transaction(|c| run_one(run, Tx { conn: Conn::Sqlite(c), stamp })),
            Conn::Postgres(c) => c.transaction(|c| run_one(run, Tx { conn: Conn::Postgres(c), stamp })),
        };
        match undone {
            Ok(()) | Err(diesel::result::Error::RollbackTransaction) => {}
            Err(error) => return Err(error.into()),
        }
    }
    on!(&mut conn, c => diesel::update(change_clock::table).set(change_clock::last.eq(last)).execute(c))?;
    Ok(())
}

fn run_one(run: Box<dyn FnOnce(&mut Tx<'_>) -> bool + Send>, mut tx: Tx<'_>) -> Result<(), diesel::result::Error> {
    match catch_unwind(AssertUnwindSafe(|| run(&mut tx))) {
        Ok(true) => Ok(()),
        Ok(false) => Err(diesel::result::Error::RollbackTransaction),
        Err(_) => {
            log::error!("a write panicked; its changes are undone");
            Err(diesel::result::Error::RollbackTransaction)
        }
    }
}

/// On PostgreSQL the row lock makes writers of all processes wait for each other; SQLite has one writer anyway.
fn lock_clock(conn: &mut Conn<'_>) -> Result<i64, Failure> {
    let last = match conn {
        Conn::Sqlite(c) => change_clock::table.select(change_clock::last).first::<i64>(*c)?,
        Conn::Postgres(c) => change_clock::table.select(change_clock::last).for_update().first::<i64>(*c)?,
    };
    Ok(last)
}
