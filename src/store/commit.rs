//! The writer's thread: commits what waits in line, and finds out what became of a commit whose connection broke.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;

use super::address::Owned;
use super::checkpoints::Checkpoints;
use super::door::Door;
use super::line::{Job, Line};
use super::prepared::{update, upsert};
use super::savepoint::JOB;
use super::schema::{change_clock, writers};
use super::tx::{Conn, Tx, stopped};
use crate::domain::{Failure, Reader, Stamp, code};
use crate::on;

/// More than the server needs to end a statement whose time is over.
const GRACE: Duration = Duration::from_secs(5);
/// Between attempts to find out what became of a commit.
const AGAIN: Duration = Duration::from_millis(200);

/// Since when the writer waits for an answer of a server. A server that lives ends each statement in time.
pub(super) struct Pulse {
    /// Microseconds; 0 while it does not wait.
    since: AtomicI64,
    of_a_server: bool,
}

impl Pulse {
    pub(crate) fn new(of_a_server: bool) -> Pulse {
        Pulse { since: AtomicI64::new(0), of_a_server }
    }

    pub(crate) fn has_stopped(&self, statement: Duration) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        let allowed = i64::try_from((statement + GRACE).as_micros()).unwrap_or(i64::MAX);
        self.of_a_server && since > 0 && Stamp::now().0.saturating_sub(since) > allowed
    }

    fn note(&self, event: &InstrumentationEvent<'_>) {
        let since = if matches!(event, InstrumentationEvent::FinishQuery { .. }) { 0 } else { Stamp::now().0 };
        self.since.store(since, Ordering::Relaxed);
    }
}

type Run = Box<dyn FnOnce(&mut Tx<'_>) -> bool + Send>;

/// How far a group came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// No job has run.
    Nothing,
    /// Jobs have run, the commit was not asked for.
    Jobs,
    /// The only job failed: there is nothing to commit.
    Undone,
    /// The commit was asked for; it holds stamps up to this one.
    Commit(i64),
}

pub(super) struct Committer {
    door: Arc<Door>,
    connection: Option<Owned>,
    checkpoints: Option<Checkpoints>,
    /// Distinguishes the commits of this writer from those of others.
    name: String,
    pulse: Arc<Pulse>,
}

impl Committer {
    pub(crate) fn new(door: Arc<Door>, pulse: Arc<Pulse>) -> Result<Committer, Failure> {
        let name = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
        let checkpoints = Checkpoints::start(&door)?;
        let mut committer = Committer { door, connection: None, checkpoints, name, pulse };
        committer.connect()?;
        Ok(committer)
    }

    fn connect(&mut self) -> Result<(), Failure> {
        let mut fresh = self.door.connect()?;
        match &mut fresh {
            Owned::Sqlite(connection) => Checkpoints::leave_to_thread(connection)?,
            Owned::Postgres(connection) => {
                let pulse = Arc::clone(&self.pulse);
                connection.set_instrumentation(move |event: InstrumentationEvent<'_>| pulse.note(&event));
            }
        }
        // The old one goes after the new one has come: without any, SQLite would remove its log.
        self.connection = Some(fresh);
        Ok(())
    }

    /// Until the line is closed and empty.
    pub(crate) fn work(mut self, line: &Line) {
        while let Some(jobs) = line.next() {
            self.commit(jobs);
        }
        self.leave();
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        let (runs, dones): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.run, job.done)).unzip();
        let outcome = self.commit_all(runs).err();
        for done in dones {
            done(outcome.clone());
        }
    }

    fn commit_all(&mut self, runs: Vec<Run>) -> Result<(), Failure> {
        if self.connection.is_none() {
            self.connect()?;
        }
        let mut runs = Some(runs);
        let (mut result, mut reached) = self.attempt(&mut runs);
        if result.is_err() && reached == Reached::Nothing && !self.is_alive() {
            // The server was restarted since the last commit, say. Nothing was run, so nothing is run twice.
            self.connection = None;
            self.connect()?;
            (result, reached) = self.attempt(&mut runs);
        }
        let Err(failure) = result else {
            self.checkpoints.iter().for_each(Checkpoints::committed);
            return Ok(());
        };
        log::error!("a commit failed: {failure}");
        if let Reached::Commit(last) = reached {
            return self.find_out(last, &failure);
        }
        self.reconnect_after_failure();
        Err(failure)
    }

    /// What state the connection is in is unknown; a new one is.
    fn reconnect_after_failure(&mut self) {
        if self.connect().is_err() {
            self.connection = None;
        }
    }

    fn is_alive(&mut self) -> bool {
        match &mut self.connection {
            Some(Owned::Postgres(connection)) => connection.batch_execute("SELECT 1").is_ok(),
            Some(Owned::Sqlite(_)) => true,
            None => false,
        }
    }

    fn attempt(&mut self, runs: &mut Option<Vec<Run>>) -> (Result<(), Failure>, Reached) {
        let mut reached = Reached::Nothing;
        let (door, name) = (Arc::clone(&self.door), &self.name);
        let mut work = |conn: Conn<'_>| run_all(conn, runs, name, &door, &mut reached);
        let result = match &mut self.connection {
            Some(Owned::Sqlite(c)) => c.immediate_transaction(|c| work(Conn::Sqlite(c))),
            Some(Owned::Postgres(c)) => c.transaction(|c| work(Conn::Postgres(c))),
            None => Err(stopped()),
        };
        if reached != Reached::Undone {
            return (result, reached);
        }
        if self.is_broken() {
            self.reconnect_after_failure();
        }
        (Ok(()), reached)
    }

    /// A transaction could not be undone.
    fn is_broken(&mut self) -> bool {
        match &mut self.connection {
            Some(Owned::Sqlite(connection)) => connection.is_broken(),
            Some(Owned::Postgres(connection)) => connection.is_broken(),
            None => false,
        }
    }

    /// What became of a commit that was not answered. The clock's row is locked until it is decided.
    fn find_out(&mut self, last: i64, failure: &Failure) -> Result<(), Failure> {
        let deadline = Instant::now() + self.door.patience.connect + self.door.patience.lock;
        loop {
            self.connection = None;
            let found = self.connect().and_then(|()| self.last_commit());
            match found {
                Ok(found) if found == Some(last) => {
                    log::warn!("the commit was carried out all the same");
                    return Ok(());
                }
                Ok(_) => return Err(failure.clone()),
                Err(error) if Instant::now() > deadline => {
                    log::error!("whether the commit was carried out is not known: {error}");
                    self.connection = None;
                    let why = failure.args.first().map_or("the connection broke".into(), |arg| arg.text(Reader::ADMIN));
                    return Err(Failure::new(code::OUTCOME_UNKNOWN, [&why]));
                }
                Err(_) => std::thread::sleep(AGAIN),
            }
        }
    }

    fn last_commit(&mut self) -> Result<Option<i64>, Failure> {
        let name = self.name.as_str();
        let look = |mut conn: Conn<'_>| {
            lock_clock(&mut conn)?;
            let last = on!(&mut conn, c => writers::table.find(name).select(writers::last).get_result::<i64>(c).optional())?;
            Ok(last)
        };
        match &mut self.connection {
            Some(Owned::Sqlite(c)) => c.immediate_transaction(|c| look(Conn::Sqlite(c))),
            Some(Owned::Postgres(c)) => c.transaction(|c| look(Conn::Postgres(c))),
            None => Err(stopped()),
        }
    }

    /// Leaves a database behind that is one file.
    fn leave(mut self) {
        self.checkpoints = None;
        let name = self.name.as_str();
        let tidied = match &mut self.connection {
            Some(Owned::Sqlite(c)) => diesel::delete(writers::table.find(name))
                .execute(c.as_mut())
                .and_then(|_| c.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")),
            Some(Owned::Postgres(c)) => diesel::delete(writers::table.find(name)).execute(c.as_mut()).map(|_| ()),
            None => Ok(()),
        };
        if let Err(error) = tidied {
            log::info!("the database is whole, but was not tidied up: {error}");
        }
    }
}

fn run_all(mut conn: Conn<'_>, runs: &mut Option<Vec<Run>>, name: &str, door: &Door, reached: &mut Reached) -> Result<(), Failure> {
    door.check()?;
    let mut last = lock_clock(&mut conn)?;
    *reached = Reached::Jobs;
    let runs = runs.take().unwrap_or_default();
    let mut pieces = Pieces::of(runs.len());
    for run in runs {
        last = last.saturating_add(1).max(Stamp::now().0);
        let mails = door.mails.load(Ordering::Relaxed);
        // The closure's error only undoes the piece; the job keeps its own result.
        let job = |conn: Conn<'_>| run_one(run, Tx { conn, stamp: Stamp(last), mails, quiet: false });
        match pieces.run(&mut conn, job) {
            Err(error @ diesel::result::Error::RollbackTransaction) if pieces == Pieces::Alone => {
                *reached = Reached::Undone;
                return Err(error.into());
            }
            Ok(()) | Err(diesel::result::Error::RollbackTransaction) => {}
            Err(error) => return Err(error.into()),
        }
    }
    on!(&mut conn, c => update("change_clock", change_clock::last.eq(last), change_clock::last.lt(last)).execute(c))?;
    // Read when the answer to the commit does not come.
    on!(&mut conn, c => {
        let commit = diesel::insert_into(writers::table).values((writers::writer.eq(name), writers::last.eq(last)));
        upsert(commit, (writers::writer,), (writers::last,)).execute(c)
    })?;
    // Jobs may have taken long.
    door.check()?;
    *reached = Reached::Commit(last);
    Ok(())
}

/// How the jobs of a group are kept apart, so that the failure of one undoes its own changes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pieces {
    /// A job that is alone needs nothing for it.
    Alone,
    Several,
    /// On PostgreSQL: the savepoint of the job before is still there.
    Following,
}

impl Pieces {
    fn of(jobs: usize) -> Pieces {
        if jobs == 1 { Pieces::Alone } else { Pieces::Several }
    }

    fn run(&mut self, conn: &mut Conn<'_>, job: impl FnOnce(Conn<'_>) -> diesel::QueryResult<()>) -> diesel::QueryResult<()> {
        match conn {
            Conn::Sqlite(c) if *self == Pieces::Alone => job(Conn::Sqlite(c)),
            Conn::Sqlite(c) => JOB.around(c, |c| job(Conn::Sqlite(c))),
            Conn::Postgres(c) if *self == Pieces::Alone => job(Conn::Postgres(c)),
            Conn::Postgres(c) => {
                // Each statement is a round trip, so the end of one and the beginning of the next are one.
                let begin = if *self == Pieces::Several { "SAVEPOINT job" } else { "RELEASE SAVEPOINT job; SAVEPOINT job" };
                c.batch_execute(begin)?;
                *self = Pieces::Following;
                let result = job(Conn::Postgres(c));
                if result.is_err() {
                    c.batch_execute("ROLLBACK TO SAVEPOINT job")?;
                }
                result
            }
        }
    }
}

fn run_one(run: Run, mut tx: Tx<'_>) -> Result<(), diesel::result::Error> {
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
        Conn::Sqlite(c) => change_clock::table.select(change_clock::last).get_result::<i64>(*c)?,
        Conn::Postgres(c) => change_clock::table.select(change_clock::last).for_update().get_result::<i64>(*c)?,
    };
    Ok(last)
}
