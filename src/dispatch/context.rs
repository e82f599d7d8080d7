//! What all rounds of a worker need: the account and its channel, the database, and the mark of the work under way.

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::bell::Bell;
use super::channel::Channel;
use super::settle::{About, Settlement, message_row};
use super::turn::Kind;
use crate::config::{Account, Settings};
use crate::connectors::ChannelError;
use crate::connectors::feeds::Exchange;
use crate::domain::message::Message;
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Failure, Stamp};
use crate::metrics::Metrics;
use crate::store::accounts::WorkRow;
use crate::store::begun::{self, Begun};
use crate::store::feeds::{self, FeedRow};
use crate::store::messages::MessageRow;
use crate::store::{Store, Tx};

pub(super) struct Context {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub bell: Arc<Bell>,
    pub metrics: Arc<Metrics>,
    pub account: Account,
    pub channel: Channel,
    /// What is marked as begun and has not ended, with its mark before.
    open: Option<(Begun, i32)>,
}

impl Context {
    pub(crate) fn new(
        settings: Arc<Settings>,
        store: Store,
        bell: Arc<Bell>,
        metrics: Arc<Metrics>,
        account: Account,
        mut channel: Channel,
    ) -> Context {
        channel.keep_feeds(!settings.dispatch.keep_feeds.is_zero());
        Context { settings, store, bell, metrics, account, channel, open: None }
    }

    /// Goes on with settings in which the account is the same.
    pub(crate) fn take_over(&mut self, settings: Arc<Settings>) {
        if !Arc::ptr_eq(&self.settings, &settings) {
            self.channel.keep_feeds(!settings.dispatch.keep_feeds.is_zero());
            self.settings = settings;
        }
    }

    pub(crate) fn account_id(&self) -> AccountId {
        self.account.account_id
    }

    /// Of the mandator.
    pub(crate) fn time_zone(&self) -> Tz {
        self.settings.mandator(self.account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone)
    }

    /// The day in the mandator's time zone.
    pub(crate) fn today(&self, now: Stamp) -> NaiveDate {
        now.day_in(self.time_zone())
    }

    pub(crate) fn message(&self, about: About, message: &Message) -> MessageRow {
        message_row(&self.account, about, message)
    }

    /// Stores what was sent and received, for `fetchFeeds`. No work depends on it.
    pub(crate) fn store_feeds(&mut self) {
        let feeds = self.channel.take_feeds();
        if feeds.is_empty() {
            return;
        }
        let account = &self.account;
        let rows: Vec<FeedRow> = feeds.into_iter().map(|(call, exchange)| feed_of(account, call, exchange)).collect();
        if let Err(failure) = self.store.write(move |tx| feeds::add(tx, rows)) {
            log::warn!("account {}: what was sent is not kept: {failure}", self.account_id());
        }
    }

    /// Marks work before it begins. `before`: its mark until now.
    pub(crate) fn begin(&mut self, work: Begun, before: i32) -> Result<(), Failure> {
        self.open = Some((work.clone(), before));
        self.store.write(move |tx| begun::mark(tx, &work, before.saturating_add(1)))
    }

    /// Work that an error of the database stopped was not cut off.
    pub(crate) fn forgive(&mut self) -> Result<(), Failure> {
        let Some((work, before)) = self.open.clone() else { return Ok(()) };
        self.store.write(move |tx| begun::mark(tx, &work, before))?;
        self.open = None;
        Ok(())
    }

    /// The mark stays as it is in the database.
    pub(crate) fn leave_open(&mut self) {
        self.open = None;
    }

    /// Writes how the work under way ended; the same transaction takes its mark away.
    pub(crate) fn end<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let open = self.open.clone();
        let result = self.store.write(move |tx| {
            if let Some((open, _)) = open {
                begun::mark(tx, &open, 0)?;
            }
            work(tx)
        })?;
        self.open = None;
        Ok(result)
    }

    pub(crate) fn settlement(&self) -> Settlement {
        Settlement { account_id: self.account_id(), ..Settlement::default() }
    }

    /// Writes a settlement, with which the work has ended, and lets waiting calls look.
    pub(crate) fn settle(&mut self, settlement: Settlement) -> Result<(), Failure> {
        self.end(|tx| settlement.apply(tx))?;
        self.bell.tell_settled();
        Ok(())
    }

    /// Like [`Context::settle`], with more to write.
    pub(crate) fn settle_with(
        &mut self,
        settlement: Settlement,
        then: impl FnOnce(&mut Tx<'_>) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        self.end(|tx| {
            settlement.apply(tx)?;
            then(tx)
        })?;
        self.bell.tell_settled();
        Ok(())
    }

    /// A call failed as a whole: until when the account keeps away from its channel.
    pub(crate) fn failed(&mut self, kind: Kind, error: &ChannelError, work: &WorkRow, now: Stamp) -> Stamp {
        self.channel.failed(kind, error, work, &self.settings.dispatch, now)
    }
}

fn feed_of(account: &Account, call: ChannelCall, exchange: Exchange) -> FeedRow {
    let bytes = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
    FeedRow {
        feed_id: 0,
        mandator_id: account.mandator_id,
        account_id: account.account_id,
        feed_type: call.word().to_owned(),
        target: exchange.target,
        status: exchange.status.map(i32::from),
        failure: exchange.failure,
        request: exchange.request.kept,
        request_bytes: bytes(exchange.request.bytes),
        answer: exchange.answer.kept,
        answer_bytes: bytes(exchange.answer.bytes),
        created_at: 0,
    }
}
