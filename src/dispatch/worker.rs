//! The worker of one account: gives its rounds their turns, one piece of work at a time, while it holds the account's lease.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::Watch;
use super::bell::Wake;
use super::channel::panicked;
use super::context::Context;
use super::lease::Lease;
use super::retry::after;
use super::rounds::{Attempt, Due, Rounds};
use super::shop;
use super::turn::{Kind, Turn};
use crate::domain::{Failure, Stamp};
use crate::store::accounts::{self, WorkRow};
use crate::store::{Tx, limited_calls};

/// Another process may write rows for us without ringing our bell, on SQLite the command line; how long we do not look
/// at most.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(1);
/// Pause after the database or we ourselves failed.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(2);
/// Least time between two looks when nothing was to be done.
const LEAST_REST: Duration = Duration::from_millis(20);

pub(super) struct Worker {
    pub(super) context: Context,
    pub(super) rounds: Rounds,
    pub(super) lease: Lease,
    turn: Turn,
    /// The channel is the shop that the account's numbers are from.
    met: bool,
}

/// What a step leaves to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// There may be more to do at once.
    Again,
    /// Nothing to do before then, unless somebody rings.
    At(Stamp),
}

impl Worker {
    /// `owner`: of this process; all its workers have the same.
    pub(super) fn new(context: Context, owner: String) -> Worker {
        let lease = Lease::new(owner, !context.store.is_shared());
        Worker { context, rounds: Rounds::default(), lease, turn: Turn::default(), met: false }
    }

    /// Works until the bell stops, or it is to leave. Survives a database that is down and a connector that panics.
    pub(super) fn run(mut self, watch: &Watch) {
        let account_id = self.context.account_id();
        while !watch.leaves() {
            self.context.take_over(watch.settings.get());
            let now = Stamp::now();
            let rest = match self.guarded_step(now) {
                Ok(Next::Again) => Duration::ZERO,
                Ok(Next::At(time)) => rest(now, time),
                Err(reason) => {
                    // One line about an outage is enough.
                    let level = if self.context.store.is_unreachable() { log::Level::Debug } else { log::Level::Error };
                    log::log!(level, "account {account_id}: the worker pauses: {reason}");
                    PAUSE_AFTER_FAULT
                }
            };
            if self.context.bell.wait_for_work(account_id, Instant::now() + rest) == Wake::Stop {
                break;
            }
        }
        self.lease.give_back(&self.context);
    }

    /// A panic is what a crash would be: the account is taken over again, with the marks of what was cut off.
    pub(super) fn guarded_step(&mut self, now: Stamp) -> Result<Next, String> {
        let result = catch_unwind(AssertUnwindSafe(|| self.step(now)));
        self.context.store_feeds();
        match result {
            Ok(result) => result.map_err(|failure| failure.to_string()),
            Err(panic) => {
                self.context.leave_open();
                self.lose_lease();
                Err(panicked(&*panic))
            }
        }
    }

    /// Does the next piece of work: one fact, one page of orders, one batch of states, or a step of a
    /// reconciliation.
    pub(super) fn step(&mut self, now: Stamp) -> Result<Next, Failure> {
        if !self.lease.hold(&self.context, now)? {
            self.lose_lease();
            return Ok(Next::At(after(now, self.context.settings.dispatch.lease / 3)));
        }
        self.context.forgive()?;
        let account_id = self.context.account_id();
        let Some(work) = self.context.store.read(|conn| accounts::work_of(conn, account_id))? else {
            // The row was taken away under us; the lease makes it again.
            self.lease.forget();
            return Ok(Next::Again);
        };
        let renewal = self.lease.renewal(&self.context);
        if work.blocked_until > now.0 {
            return Ok(Next::At(Stamp(work.blocked_until).min(renewal)));
        }
        if !self.meets_its_shop(&work, now)? {
            return Ok(Next::Again);
        }
        for kind in self.turn.order() {
            if let Some(attempt) = self.rounds.of(kind).turn(&mut self.context, &work, now)? {
                self.turn.took(kind, attempt == Attempt::Worked);
                return Ok(Next::Again);
            }
        }
        let due = self.due(&work, now)?;
        self.tell_limits(&due, now)?;
        let channel = &mut self.context.channel;
        let ready = due.into_iter().map(|due| due.call.map_or(due.at, |call| due.at.max(channel.ready_at(call, now))));
        Ok(Next::At(ready.fold(renewal, Stamp::min)))
    }

    /// Whether the channel is the shop that the account's numbers are from; asked once, before anything else is said.
    fn meets_its_shop(&mut self, work: &WorkRow, now: Stamp) -> Result<bool, Failure> {
        self.met = self.met || shop::meet(&mut self.context, work, now)?;
        Ok(self.met)
    }

    /// What the rounds have to do next, from one snapshot.
    fn due(&mut self, work: &WorkRow, now: Stamp) -> Result<Vec<Due>, Failure> {
        let (context, rounds) = (&self.context, &mut self.rounds);
        context.store.read(|conn| {
            let mut due = Vec::new();
            for kind in Kind::ALL {
                due.extend(rounds.of(kind).due(conn, context, work, now)?);
            }
            Ok(due)
        })
    }

    /// Has the ERP's calls not wait for what the limiter holds back for long.
    fn tell_limits(&mut self, due: &[Due], now: Stamp) -> Result<(), Failure> {
        let calls = due.iter().filter(|due| due.at <= now).filter_map(|due| due.call);
        let news = self.context.channel.untold_limits(calls, now);
        if news.is_empty() {
            return Ok(());
        }
        let account_id = self.context.account_id();
        log::debug!("account {account_id}: the limiter holds back {news:?}");
        let noted = news.clone();
        let note = move |tx: &mut Tx<'_>| noted.into_iter().try_for_each(|(call, ready)| limited_calls::note(tx, account_id, call, ready));
        self.context.store.write(note)?;
        self.context.channel.has_told(news);
        self.context.bell.tell_settled();
        Ok(())
    }

    /// What we remember about the channel is old when the lease comes back.
    fn lose_lease(&mut self) {
        self.lease.forget();
        self.met = false;
        self.context.channel.forget();
        Kind::ALL.into_iter().for_each(|kind| self.rounds.of(kind).forget());
    }
}

fn rest(now: Stamp, until: Stamp) -> Duration {
    let micros = u64::try_from(until.0.saturating_sub(now.0)).unwrap_or_default();
    Duration::from_micros(micros).clamp(LEAST_REST, LOOK_AT_LEAST_EVERY)
}
