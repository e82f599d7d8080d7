//! The worker of one account: does its work in order, one channel call at a time, while it holds the account's lease.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::begun;
use super::bell::{Bell, Wake};
use super::inbound::{self, Imported};
use super::keeper::Keeper;
use super::limiter::Limiter;
use super::plan::{self, Frame, Known, Plan};
use super::poll::Round;
use super::reconcile;
use super::retry::{after, pause};
use super::settle::Settlement;
use super::turn::{Kind, Turn, poll_is_due};
use crate::config::{Account, Settings};
use crate::connectors::{Capabilities, ChannelError, ChannelOrder, Connector, Outcome};
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::metrics::Metrics;
use crate::store::accounts::{self, WorkRow};
use crate::store::begun::{Begun, SetAside};
use crate::store::{Store, Tx, held_orders, limited_calls, outbox};

/// Another process may write rows for us without ringing our bell, on SQLite the command line; how long we do not look
/// at most.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(1);
/// Pause after the database or we ourselves failed.
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(2);
/// Least time between two looks when nothing was to be done.
const LEAST_REST: Duration = Duration::from_millis(20);
/// What the limiter holds back for less is not told to other processes: each time costs a commit.
const WORTH_TELLING: Duration = Duration::from_secs(1);

pub(super) type Import = for<'t> fn(&mut Tx<'t>, &Settings, &Account, &ChannelOrder) -> Result<Imported, Failure>;

pub(super) type Planning = for<'k> fn(&Frame<'k>, &Known) -> Plan;

/// What a worker is made of.
pub(super) struct Parts {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub bell: Arc<Bell>,
    pub account: Account,
    pub connector: Box<dyn Connector>,
    /// Of this process; all its workers have the same.
    pub owner: String,
    pub keeper: Arc<Keeper>,
    pub metrics: Arc<Metrics>,
}

pub(super) struct Worker {
    pub(super) settings: Arc<Settings>,
    pub(super) store: Store,
    pub(super) bell: Arc<Bell>,
    pub(super) account: Account,
    zone: chrono_tz::Tz,
    connector: Box<dyn Connector>,
    pub(super) capabilities: Capabilities,
    pub(super) import: Import,
    owner: String,
    /// The lease may be taken from an owner that seems to live: its own past.
    steal: bool,
    keeper: Arc<Keeper>,
    pub(super) metrics: Arc<Metrics>,
    limiter: Limiter,
    /// Until when the limiter holds calls back, as last told to other processes.
    told_limits: BTreeMap<ChannelCall, Stamp>,
    lease_until: Stamp,
    turn: Turn,
    /// What is wrong per kind of work, so that the log tells changes only.
    ailing: BTreeMap<Kind, &'static str>,
    pub(super) round: Option<Round>,
    pub(super) poll_failures: u32,
    pub(super) reconciling: Option<reconcile::Round>,
    /// How often an offer was part of a call that failed as a whole.
    pub(super) suspects: BTreeMap<i32, u32>,
    /// The reconciliation that is under way is marked as begun.
    pub(super) reconciliation_marked: bool,
    pub(super) plan: Planning,
    /// What is marked as begun and has not ended, with its mark before.
    pub(super) open: Option<(Begun, i32)>,
}

/// What a step leaves to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// There may be more to do at once.
    Again,
    /// Nothing to do before then, unless somebody rings.
    At(Stamp),
}

/// How a turn went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    Worked,
    /// The call failed as a whole.
    Failed,
}

/// A number from 0 to 1 for [`pause`].
pub(super) fn chance() -> f64 {
    rand::random()
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_else(|| "without a text".into()))
}

impl Worker {
    /// `None` when the connector does not even tell its capabilities.
    pub(super) fn new(parts: Parts) -> Option<Worker> {
        let connector = parts.connector;
        let capabilities = catch_unwind(AssertUnwindSafe(|| connector.capabilities())).ok()?;
        let mandator = parts.settings.mandator(parts.account.mandator_id);
        Some(Worker {
            zone: mandator.map_or(chrono_tz::UTC, |m| m.time_zone),
            steal: !parts.store.is_shared(),
            limiter: Limiter::new(&capabilities.rates, &parts.account.rate_limits),
            told_limits: BTreeMap::new(),
            metrics: parts.metrics,
            settings: parts.settings,
            store: parts.store,
            bell: parts.bell,
            account: parts.account,
            connector,
            capabilities,
            import: inbound::import,
            owner: parts.owner,
            keeper: parts.keeper,
            lease_until: Stamp(0),
            turn: Turn::default(),
            ailing: BTreeMap::new(),
            round: None,
            poll_failures: 0,
            reconciling: None,
            suspects: BTreeMap::new(),
            reconciliation_marked: false,
            plan: plan::plan,
            open: None,
        })
    }

    #[cfg(test)]
    pub(super) fn never_steals(&mut self) {
        self.steal = false;
    }

    #[cfg(test)]
    pub(super) fn steals(&mut self) {
        self.steal = true;
    }

    /// Works until the bell stops. Survives a database that is down and a connector that panics.
    pub(super) fn run(mut self) {
        let account_id = self.account.account_id;
        loop {
            let now = Stamp::now();
            let rest = match self.guarded_step(now) {
                Ok(Next::Again) => Duration::ZERO,
                Ok(Next::At(time)) => Self::rest(now, time),
                Err(reason) => {
                    // One line about an outage is enough.
                    let level = if self.store.is_unreachable() { log::Level::Debug } else { log::Level::Error };
                    log::log!(level, "account {account_id}: the worker pauses: {reason}");
                    PAUSE_AFTER_FAULT
                }
            };
            if self.bell.wait_for_work(account_id, Instant::now() + rest) == Wake::Stop {
                break;
            }
        }
        let owner = self.owner.clone();
        if let Err(failure) = self.store.write(move |tx| accounts::release_lease(tx, account_id, &owner)) {
            log::warn!("account {account_id}: the lease ends by time: {failure}");
        }
    }

    fn rest(now: Stamp, until: Stamp) -> Duration {
        let micros = u64::try_from(until.0.saturating_sub(now.0)).unwrap_or_default();
        Duration::from_micros(micros).clamp(LEAST_REST, LOOK_AT_LEAST_EVERY)
    }

    /// A panic is what a crash would be: the account is taken over anew, with the marks of what was cut off.
    pub(super) fn guarded_step(&mut self, now: Stamp) -> Result<Next, String> {
        match catch_unwind(AssertUnwindSafe(|| self.step(now))) {
            Ok(result) => result.map_err(|failure| failure.to_string()),
            Err(panic) => {
                self.open = None;
                self.lose_lease();
                Err(panicked(&*panic))
            }
        }
    }

    /// Does the next piece of work: one fact, one page of orders, one batch of states, or a step of a
    /// reconciliation.
    pub(super) fn step(&mut self, now: Stamp) -> Result<Next, Failure> {
        if !self.hold_lease(now)? {
            return Ok(Next::At(after(now, self.settings.dispatch.lease / 3)));
        }
        self.forgive()?;
        let account_id = self.account.account_id;
        let Some(work) = self.store.read(|conn| accounts::work_of(conn, account_id))? else {
            // The row was taken away under us; the lease makes it anew.
            self.lease_until = Stamp(0);
            return Ok(Next::Again);
        };
        let renewal = Stamp(self.lease_until.0.saturating_sub(self.half_lease()));
        if work.blocked_until > now.0 {
            return Ok(Next::At(Stamp(work.blocked_until).min(renewal)));
        }
        for kind in self.turn.order() {
            let attempt = match kind {
                Kind::Facts => self.send_fact(&work, now)?,
                Kind::Orders => self.collect_orders(&work, now)?,
                Kind::States => self.send_states(&work, now)?,
                Kind::Reconciliation => self.reconcile(&work, now)?,
            };
            if let Some(attempt) = attempt {
                self.turn.took(kind, attempt == Attempt::Worked);
                return Ok(Next::Again);
            }
        }
        let (states, facts, held) = self.store.read(|conn| {
            let facts = outbox::next_due_fact(conn, account_id)?;
            Ok((outbox::next_due_state(conn, account_id)?, facts, held_orders::next_due(conn, account_id)?))
        })?;
        let poll = if poll_is_due(&work, self.round.is_some(), self.polls_fail(&work), now) { now } else { Stamp(work.next_poll_at) };
        let calls = [
            (ChannelCall::Submit, states),
            (ChannelCall::PushFact, facts),
            (ChannelCall::PullOrders, Some(poll)),
            (ChannelCall::ListOffers, self.next_listing(&work, now)),
        ];
        self.tell_limits(&calls, now)?;
        let limiter = &mut self.limiter;
        let calls = calls.into_iter().filter_map(|(call, due)| Some(due?.max(limiter.ready_at(call, now))));
        Ok(Next::At(calls.chain(held).fold(renewal, Stamp::min)))
    }

    /// Has the ERP's calls not wait for what the limiter holds back for long.
    fn tell_limits(&mut self, calls: &[(ChannelCall, Option<Stamp>)], now: Stamp) -> Result<(), Failure> {
        let held_back = calls.iter().filter(|(_, due)| due.is_some_and(|due| due <= now));
        let (limiter, told) = (&mut self.limiter, &self.told_limits);
        let ready = held_back.map(|(call, _)| (*call, limiter.ready_at(*call, now)));
        let news: Vec<_> = ready.filter(|(call, ready)| *ready > after(now, WORTH_TELLING) && told.get(call) != Some(ready)).collect();
        if news.is_empty() {
            return Ok(());
        }
        let account_id = self.account.account_id;
        log::debug!("account {account_id}: the limiter holds back {news:?}");
        let noted = news.clone();
        self.store.write(move |tx| noted.into_iter().try_for_each(|(call, ready)| limited_calls::note(tx, account_id, call, ready)))?;
        self.told_limits.extend(news);
        self.bell.tell_settled();
        Ok(())
    }

    /// Whether the limiter makes a call wait.
    pub(super) fn has_to_wait(&mut self, call: ChannelCall, now: Stamp) -> bool {
        self.limiter.ready_at(call, now) > now
    }

    fn half_lease(&self) -> i64 {
        i64::try_from(self.settings.dispatch.lease.as_micros() / 2).unwrap_or(i64::MAX)
    }

    /// Whether the account is ours to work on now. The lease is renewed when less than half of it is left.
    fn hold_lease(&mut self, now: Stamp) -> Result<bool, Failure> {
        if self.lease_until.0.saturating_sub(now.0) > self.half_lease() {
            return Ok(true);
        }
        let account_id = self.account.account_id;
        let until = after(now, self.settings.dispatch.lease);
        if !self.steal {
            // Looking costs no write; a waiting process looks often.
            let work = self.store.read(|conn| accounts::work_of(conn, account_id))?;
            let foreign = work.is_some_and(|work| work.lease_until > now.0 && work.lease_owner.as_deref() != Some(&self.owner));
            if foreign {
                self.lose_lease();
                return Ok(false);
            }
        }
        let (owner, steal, anew) = (self.owner.clone(), self.steal, self.lease_until == Stamp(0));
        let account = self.account.clone();
        let aside = self.store.write(move |tx| {
            if accounts::take_lease(tx, account_id, &owner, now, until, steal)?.is_none() {
                return Ok(None);
            }
            if !anew {
                return Ok(Some(SetAside::default()));
            }
            // What the process before was allowed to do is not what we are.
            limited_calls::forget(tx, account_id)?;
            begun::take_up(tx, &account, now).map(Some)
        })?;
        let Some(aside) = aside else {
            self.lose_lease();
            return Ok(false);
        };
        begun::tell_log(account_id, &aside);
        self.steal = false;
        self.lease_until = until;
        Ok(true)
    }

    /// What we remember about the channel is old when the lease comes back.
    fn lose_lease(&mut self) {
        self.lease_until = Stamp(0);
        self.round = None;
        self.poll_failures = 0;
        self.reconciling = None;
        self.reconciliation_marked = false;
        self.told_limits.clear();
    }

    /// Calls the channel. A panic is an answer that made no sense. Also gives the time after the call: a `Retry-After`
    /// counts from there.
    pub(super) fn call<T>(
        &mut self,
        which: ChannelCall,
        now: Stamp,
        call: impl FnOnce(&dyn Connector) -> Result<T, ChannelError>,
    ) -> (Result<T, ChannelError>, Stamp) {
        let account_id = self.account.account_id;
        self.limiter.take(which, now);
        let _kept = self.keeper.keep(account_id);
        let begun = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| call(self.connector.as_ref())))
            .unwrap_or_else(|panic| Err(ChannelError::Protocol { reason: panicked(&*panic) }));
        let took = begun.elapsed();
        self.metrics.channel_call(account_id, which, result.as_ref().err().map_or("answered", ChannelError::word), took);
        (result, after(now, took))
    }

    /// What the channel decided about a row.
    pub(super) fn count(&self, call: ChannelCall, outcome: &Outcome) {
        let word = match outcome {
            Outcome::Done { .. } => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Later { .. } => "later",
        };
        self.metrics.channel_row(self.account.account_id, call, word);
    }

    /// The channel answered: tells the log when it did not before.
    pub(super) fn answered(&mut self, kind: Kind) {
        if self.ailing.remove(&kind).is_some() {
            log::info!("account {}: {} work again", self.account.account_id, word(kind));
        }
    }

    /// A call failed as a whole: tells the log, and until when the account keeps away from its channel.
    pub(super) fn failed(&mut self, kind: Kind, error: &ChannelError, work: &WorkRow, now: Stamp) -> Stamp {
        let ail = error.word();
        let retry_after = match error {
            ChannelError::Unavailable { retry_after, .. } => *retry_after,
            ChannelError::Unauthorized { .. } | ChannelError::Protocol { .. } => None,
        };
        let failures = u32::try_from(work.failures).unwrap_or_default().saturating_add(1);
        let pause = pause(&self.settings.dispatch, failures, retry_after, chance());
        let changed = self.ailing.insert(kind, ail) != Some(ail);
        let level = match (error, changed) {
            (ChannelError::Unavailable { .. }, true) => log::Level::Warn,
            (_, true) => log::Level::Error,
            (_, false) => log::Level::Info,
        };
        log::log!(level, "account {}: {}: {error}; next try in {} s", self.account.account_id, word(kind), pause.as_secs());
        after(now, pause)
    }

    pub(super) fn settlement(&self) -> Settlement {
        Settlement { account_id: self.account.account_id, ..Settlement::default() }
    }

    /// Writes a settlement, with which the work has ended, and lets waiting calls look.
    pub(super) fn settle(&mut self, settlement: Settlement) -> Result<(), Failure> {
        let end = self.ending();
        self.store.write(move |tx| {
            settlement.apply(tx)?;
            end(tx)
        })?;
        self.open = None;
        self.bell.tell_settled();
        Ok(())
    }

    /// The day in the mandator's time zone.
    pub(super) fn today(&self, now: Stamp) -> NaiveDate {
        now.day_in(self.zone)
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Facts => "order reports",
        Kind::Orders => "polls",
        Kind::States => "offers",
        Kind::Reconciliation => "lists of offers",
    }
}
