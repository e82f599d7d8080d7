//! Collecting an account's orders, page by page. The cursor moves only after the orders before it are stored. One that
//! cannot be stored is kept aside as the channel told it and tried again, so that it is not lost and holds up no other.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::inbound::Imported;
use super::retry::{after, pause};
use super::settle::{About, clean, message_row};
use super::turn::{Kind, poll_is_due};
use super::worker::{Attempt, Worker, chance};
use crate::connectors::{ChannelError, ChannelOrder, Pulled};
use crate::domain::message::{Arg, Message, own};
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Reader, Stamp};
use crate::store::accounts::{self, WorkRow};
use crate::store::begun::{self, Begun};
use crate::store::{broken_document, held_orders, messages};

/// Orders that share a transaction.
const ORDERS_AT_ONCE: usize = 50;

/// A poll that has begun and has not read its last page yet.
#[derive(Debug)]
pub(super) struct Round {
    cursor: Option<String>,
    /// The `poll_wanted` that was seen at the beginning.
    wanted: i64,
}

/// Where an order comes from that is to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// It was collected just now.
    Channel,
    /// It was collected before and could not be stored.
    Held,
}

impl Worker {
    /// Reads and stores one page of orders, or tries those again that could not be stored. `None`: neither is due, or the
    /// channel may not be called yet.
    pub(super) fn collect_orders(&mut self, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        if self.import_held(now)? {
            return Ok(Some(Attempt::Worked));
        }
        if !poll_is_due(work, self.round.is_some(), self.polls_fail(work), now) || self.has_to_wait(ChannelCall::PullOrders, now) {
            return Ok(None);
        }
        let account_id = self.account.account_id;
        self.begin(Begun::Poll(account_id), work.poll_begun)?;
        let open = if self.capabilities.rereads_open_orders {
            self.store.read(|conn| {
                let mut open = accounts::open_orders(conn, account_id)?;
                open.extend(held_orders::numbers(conn, account_id)?);
                Ok(open)
            })?
        } else {
            Vec::new()
        };
        let round = self.round.take().unwrap_or_else(|| Round { cursor: work.order_cursor.clone(), wanted: work.poll_wanted });
        let cursor = round.cursor.clone();
        let (result, now) = self.call(ChannelCall::PullOrders, now, |connector| connector.pull_orders(cursor.as_deref(), &open));
        match result {
            Ok(pulled) => {
                self.answered(Kind::Orders);
                self.poll_failures = 0;
                self.store_page(pulled, &round, work.poll_begun > 0, now)?;
                Ok(Some(Attempt::Worked))
            }
            Err(error) => {
                self.round = Some(round);
                self.poll_failed(&error, work, now)?;
                Ok(Some(Attempt::Failed))
            }
        }
    }

    /// Polls keep their own pace: they fail, or one was cut off.
    pub(super) fn polls_fail(&self, work: &WorkRow) -> bool {
        self.poll_failures > 0 || work.poll_begun > 1
    }

    /// `careful`: storing a page was cut off, so each order is stored alone.
    fn store_page(&mut self, pulled: Pulled, round: &Round, careful: bool, now: Stamp) -> Result<(), Failure> {
        let Pulled { orders, cursor, more } = pulled;
        let stands_still = more && round.cursor.as_deref() == Some(cursor.as_str());
        if stands_still {
            log::warn!("account {}: the channel promises more orders at the same place; the next poll goes on", self.account.account_id);
        }
        let account_id = self.account.account_id;
        let concerned = if careful { self.keep_for_later(orders, now)? } else { self.store_new(orders, now)? };
        let finished = !more || stands_still;
        let (wanted, stored) = (round.wanted, clean(&cursor));
        let next_poll_at = after(now, self.account.poll_interval);
        let (account, end) = (self.account.clone(), self.ending());
        let silent_since = self.store.write(move |tx| {
            end(tx)?;
            accounts::store_cursor(tx, account_id, &stored)?;
            accounts::call_worked(tx, account_id)?;
            if !finished {
                return Ok(None);
            }
            accounts::poll_finished(tx, account_id, wanted, now, next_poll_at)?;
            let silent_since = accounts::all_orders_came(tx, account_id, now, account.silence_alarm)?;
            if let Some(since) = silent_since {
                messages::add(tx, message_row(&account, About::Account, &silence(since)))?;
            }
            Ok(silent_since)
        })?;
        self.open = None;
        if let Some(since) = silent_since {
            log::warn!("account {account_id}: silent: {}", silence(since).text(Reader::ADMIN));
        }
        self.round = (!finished).then_some(Round { cursor: Some(cursor), wanted });
        self.tell(&concerned);
        Ok(())
    }

    /// Stores orders that were collected just now, but for those that are set aside.
    fn store_new(&self, mut orders: Vec<ChannelOrder>, now: Stamp) -> Result<BTreeSet<i32>, Failure> {
        let account_id = self.account.account_id;
        let aside = self.store.read(|conn| begun::orders_aside(conn, account_id))?;
        orders.retain(|order| !aside.contains(&clean(&order.order_id)));
        self.store_orders(orders, Source::Channel, now)
    }

    /// Puts orders where each is stored alone.
    fn keep_for_later(&self, orders: Vec<ChannelOrder>, now: Stamp) -> Result<BTreeSet<i32>, Failure> {
        let document = |order: &ChannelOrder| serde_json::to_string(order).map_err(|error| broken_document("channel order", &error));
        let kept = orders.iter().map(|order| Ok((clean(&order.order_id), document(order)?)));
        let (account_id, kept) = (self.account.account_id, kept.collect::<Result<Vec<_>, Failure>>()?);
        self.store.write(move |tx| held_orders::keep(tx, account_id, &kept, now, "the process ended while orders were stored"))?;
        Ok(BTreeSet::new())
    }

    /// Wakes the other accounts whose quantities orders have changed, and lets waiting calls look.
    fn tell(&self, concerned: &BTreeSet<i32>) {
        let others: Vec<i32> = concerned.iter().copied().filter(|account| *account != self.account.account_id).collect();
        if !others.is_empty() {
            self.bell.ring(&others);
        }
        self.bell.tell_settled();
    }

    /// Tries orders again that could not be stored. False: none is due.
    fn import_held(&mut self, now: Stamp) -> Result<bool, Failure> {
        let account_id = self.account.account_id;
        let mut due = self.store.read(|conn| held_orders::due(conn, account_id, now, ORDERS_AT_ONCE))?;
        let Some(first) = due.first().map(|row| row.begun) else {
            return Ok(false);
        };
        if first > 0 {
            due.truncate(1);
        } else {
            due.retain(|row| row.begun == 0);
        }
        self.begin(Begun::Orders(due.iter().map(|row| row.held_order_id).collect()), first)?;
        let mut concerned = BTreeSet::new();
        for row in due {
            match ChannelOrder::from_json(&row.document) {
                Ok(order) => concerned.extend(self.store_orders(vec![order], Source::Held, now)?),
                Err(error) => {
                    let failure = broken_document("held order", &error);
                    self.hold(row.marketplace_order_id, row.document, &failure, now)?;
                }
            }
        }
        // Each is stored and gone, or held again without a mark.
        self.open = None;
        self.tell(&concerned);
        Ok(true)
    }

    fn poll_failed(&mut self, error: &ChannelError, work: &WorkRow, now: Stamp) -> Result<(), Failure> {
        let blocked_until = self.failed(Kind::Orders, error, work, now);
        self.poll_failures = self.poll_failures.saturating_add(1);
        let own = pause(&self.settings.dispatch, self.poll_failures, None, chance());
        let next_poll_at = after(now, own).max(blocked_until);
        let (account_id, error, end) = (self.account.account_id, clean(&error.to_string()), self.ending());
        self.store.write(move |tx| {
            end(tx)?;
            accounts::postpone_poll(tx, account_id, next_poll_at)?;
            accounts::call_failed(tx, account_id, blocked_until, &error)
        })?;
        self.open = None;
        Ok(())
    }

    /// Stores orders in groups; gives the accounts whose quantities they change. An order that cannot be stored is kept
    /// aside. Fails where even that is not possible: then the database is down, and the cursor must not move.
    fn store_orders(&self, orders: Vec<ChannelOrder>, source: Source, now: Stamp) -> Result<BTreeSet<i32>, Failure> {
        let orders = Arc::new(orders);
        let mut concerned = BTreeSet::new();
        let mut start = 0;
        while start < orders.len() {
            let end = orders.len().min(start + ORDERS_AT_ONCE);
            match self.import(&orders, start..end, source, now) {
                Ok(accounts) => concerned.extend(accounts),
                Err(_) => {
                    for (index, order) in orders.iter().enumerate().take(end).skip(start) {
                        match self.import(&orders, index..index + 1, source, now) {
                            Ok(accounts) => concerned.extend(accounts),
                            Err(failure) => {
                                let document = order.to_json().map_err(|error| broken_document("channel order", &error))?;
                                self.hold(clean(&order.order_id), document, &failure, now)?;
                            }
                        }
                    }
                }
            }
            start = end;
        }
        Ok(concerned)
    }

    fn import(&self, orders: &Arc<Vec<ChannelOrder>>, range: Range<usize>, source: Source, now: Stamp) -> Result<BTreeSet<i32>, Failure> {
        let orders = Arc::clone(orders);
        let (settings, account) = (Arc::clone(&self.settings), self.account.clone());
        let import = self.import;
        let (concerned, new, was_silent) = self.store.write(move |tx| {
            let (mut concerned, mut new) = (BTreeSet::new(), 0_usize);
            let orders = orders.get(range).unwrap_or_default();
            for order in orders {
                match import(tx, &settings, &account, order)? {
                    Imported::New { accounts, .. } => {
                        concerned.extend(accounts);
                        new += 1;
                    }
                    Imported::Changed { accounts } => concerned.extend(accounts),
                    Imported::Unchanged => {}
                }
            }
            let numbers: Vec<String> = orders.iter().map(|order| clean(&order.order_id)).collect();
            held_orders::release(tx, account.account_id, &numbers)?;
            let was_silent = new > 0 && source == Source::Channel && accounts::order_came(tx, account.account_id, now)?;
            Ok((concerned, new, was_silent))
        })?;
        if new > 0 {
            self.metrics.new_orders(self.account.account_id, new);
        }
        self.tell_end_of_silence(was_silent);
        Ok(concerned)
    }

    fn tell_end_of_silence(&self, was_silent: bool) {
        if was_silent {
            log::info!("account {}: orders come again", self.account.account_id);
        }
    }

    /// Keeps an order that cannot be stored, and tells of it when that is news.
    fn hold(&self, number: String, document: String, failure: &Failure, now: Stamp) -> Result<(), Failure> {
        let message = own::order_not_imported(&number, Arg::worded(|reader| failure.text(reader)));
        let row = message_row(&self.account, About::Account, &message);
        let (account_id, due_at, error) = (self.account.account_id, after(now, self.account.poll_interval), clean(&failure.to_string()));
        let held = number.clone();
        let (news, was_silent) = self.store.write(move |tx| {
            let news = held_orders::hold(tx, account_id, &held, &document, due_at, &error)?;
            if news {
                messages::add(tx, row)?;
            }
            Ok((news, news && accounts::order_came(tx, account_id, now)?))
        })?;
        self.tell_end_of_silence(was_silent);
        if news {
            log::error!("account {account_id}: order {number} of the channel cannot be stored and is kept aside: {failure}");
        }
        Ok(())
    }
}

/// An account that usually brings orders has brought none for too long. A channel that answers every poll with nothing
/// looks healthy, whatever has happened to its rights, its filter or its shop.
fn silence(since: Stamp) -> Message {
    own::account_silent(since.to_utc().unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string())
}
