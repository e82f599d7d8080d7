//! The way to an account's channel: its connector, how often it may be called, and what the log knows of its health.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::keeper::Keeper;
use super::limiter::Limiter;
use super::retry::{after, chance, pause};
use super::turn::Kind;
use crate::config::{Account, Dispatch};
use crate::connectors::feeds::{self, Exchange};
use crate::connectors::{Capabilities, ChannelError, Connector, Outcome};
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Stamp};
use crate::metrics::Metrics;
use crate::store::accounts::WorkRow;

/// What the limiter holds back for less is not shared with other processes: each time costs a commit.
const WORTH_TELLING: Duration = Duration::from_secs(1);

pub(super) struct Channel {
    account_id: AccountId,
    connector: Box<dyn Connector>,
    pub capabilities: Capabilities,
    keeper: Arc<Keeper>,
    metrics: Arc<Metrics>,
    limiter: Limiter,
    /// Until when the limiter holds calls back, as last shared with other processes.
    told_limits: BTreeMap<ChannelCall, Stamp>,
    /// What is wrong per kind of work, so that the log tells changes only.
    ailing: BTreeMap<Kind, &'static str>,
    /// Whether what is sent and received is kept; what was, since it was last stored.
    keeps_feeds: bool,
    feeds: Vec<(ChannelCall, Exchange)>,
}

pub(super) fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_else(|| "without a text".into()))
}

impl Channel {
    /// `None` when the connector does not even tell its capabilities.
    pub(crate) fn new(account: &Account, connector: Box<dyn Connector>, keeper: Arc<Keeper>, metrics: Arc<Metrics>) -> Option<Channel> {
        let capabilities = catch_unwind(AssertUnwindSafe(|| connector.capabilities())).ok()?;
        Some(Channel {
            account_id: account.account_id,
            connector,
            keeper,
            metrics,
            limiter: Limiter::new(&capabilities.rates, &account.rate_limits),
            capabilities,
            told_limits: BTreeMap::new(),
            ailing: BTreeMap::new(),
            keeps_feeds: false,
            feeds: Vec::new(),
        })
    }

    /// When the limiter lets a call pass; not later than `now` if that is at once.
    pub(crate) fn ready_at(&mut self, call: ChannelCall, now: Stamp) -> Stamp {
        self.limiter.ready_at(call, now)
    }

    /// Whether the limiter makes a call wait.
    pub(crate) fn has_to_wait(&mut self, call: ChannelCall, now: Stamp) -> bool {
        self.ready_at(call, now) > now
    }

    /// Of calls that are due, those that wait for long, until when, and were not shared with other processes yet.
    pub(crate) fn untold_limits(&mut self, due: impl Iterator<Item = ChannelCall>, now: Stamp) -> Vec<(ChannelCall, Stamp)> {
        let (limiter, told) = (&mut self.limiter, &self.told_limits);
        let ready = due.map(|call| (call, limiter.ready_at(call, now)));
        ready.filter(|(call, ready)| *ready > after(now, WORTH_TELLING) && told.get(call) != Some(ready)).collect()
    }

    pub(crate) fn has_told(&mut self, limits: Vec<(ChannelCall, Stamp)>) {
        self.told_limits.extend(limits);
    }

    /// Another process may tell the limits from now on.
    pub(crate) fn forget(&mut self) {
        self.told_limits.clear();
    }

    /// Whether what is sent and received is kept from now on.
    pub(crate) fn keep_feeds(&mut self, keeps: bool) {
        self.keeps_feeds = keeps;
    }

    /// What was sent and received since the last time.
    pub(crate) fn take_feeds(&mut self) -> Vec<(ChannelCall, Exchange)> {
        std::mem::take(&mut self.feeds)
    }

    /// Calls the channel. A panic is an answer that made no sense. Also gives the time after the call: a `Retry-After`
    /// counts from there.
    pub(crate) fn call<T>(
        &mut self,
        which: ChannelCall,
        now: Stamp,
        call: impl FnOnce(&dyn Connector) -> Result<T, ChannelError>,
    ) -> (Result<T, ChannelError>, Stamp) {
        self.limiter.take(which, now);
        let _kept = self.keeper.keep(self.account_id);
        let begun = Instant::now();
        let (connector, feeds) = (self.connector.as_ref(), &mut self.feeds);
        let call = || match self.keeps_feeds {
            true => {
                let (result, noted) = feeds::noting(|| call(connector));
                feeds.extend(noted.into_iter().map(|noted| (which, noted)));
                result
            }
            false => call(connector),
        };
        let result = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(ChannelError::Protocol { reason: panicked(&*panic) }));
        let took = begun.elapsed();
        self.metrics.channel_call(self.account_id, which, result.as_ref().err().map_or("answered", ChannelError::word), took);
        (result, after(now, took))
    }

    /// What the channel decided about a row.
    pub(crate) fn count(&self, call: ChannelCall, outcome: &Outcome) {
        let word = match outcome {
            Outcome::Done { .. } | Outcome::DoneInPart { .. } => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Later { .. } => "later",
            Outcome::Accepted(_) => "accepted",
        };
        self.metrics.channel_row(self.account_id, call, word);
    }

    /// The channel answered: tells the log when it did not before.
    pub(crate) fn answered(&mut self, kind: Kind) {
        if self.ailing.remove(&kind).is_some() {
            log::info!("account {}: {} work again", self.account_id, kind.word());
        }
    }

    /// A call failed as a whole: tells the log, and until when the account keeps away from its channel.
    pub(crate) fn failed(&mut self, kind: Kind, error: &ChannelError, work: &WorkRow, settings: &Dispatch, now: Stamp) -> Stamp {
        let ail = error.word();
        let retry_after = match error {
            ChannelError::Unavailable { retry_after, .. } => *retry_after,
            ChannelError::Unauthorized { .. } | ChannelError::Protocol { .. } => None,
        };
        let failures = u32::try_from(work.failures).unwrap_or_default().saturating_add(1);
        let pause = pause(settings, failures, retry_after, chance());
        let changed = self.ailing.insert(kind, ail) != Some(ail);
        let level = match (error, changed) {
            (ChannelError::Unavailable { .. }, true) => log::Level::Warn,
            (_, true) => log::Level::Error,
            (_, false) => log::Level::Info,
        };
        log::log!(level, "account {}: {}: {error}; next try in {} s", self.account_id, kind.word(), pause.as_secs());
        after(now, pause)
    }
}
