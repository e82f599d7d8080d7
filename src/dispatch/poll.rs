//! Collecting an account's orders, page by page. The cursor moves only after the orders before it are stored.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::inbound::Imported;
use super::retry::{after, pause};
use super::settle::{About, clean, message_row};
use super::turn::{Kind, poll_is_due};
use super::worker::{Attempt, Worker, chance};
use crate::connectors::{ChannelError, ChannelOrder, Message, Pulled, Severity};
use crate::domain::{Failure, Stamp};
use crate::store::accounts::{self, WorkRow};
use crate::store::messages;

/// Orders that share a transaction.
const ORDERS_AT_ONCE: usize = 50;

/// A poll that has begun and has not read its last page yet.
#[derive(Debug)]
pub(super) struct Round {
    cursor: Option<String>,
    /// The `poll_wanted` that was seen at the beginning.
    wanted: i64,
    /// An order could not be stored: the stored cursor stays before it, so that it comes again with the next poll.
    held: bool,
}

impl Worker {
    /// Reads and stores one page of orders. `None`: no poll is due.
    pub(super) fn collect_orders(&mut self, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let failing = self.poll_failures > 0;
        if !poll_is_due(work, self.round.is_some(), failing, now) {
            return Ok(None);
        }
        let account_id = self.account.account_id;
        let open = if self.capabilities.rereads_open_orders {
            self.store.read(|conn| accounts::open_orders(conn, account_id))?
        } else {
            Vec::new()
        };
        let mut round =
            self.round.take().unwrap_or_else(|| Round { cursor: work.order_cursor.clone(), wanted: work.poll_wanted, held: false });
        let cursor = round.cursor.clone();
        let (result, now) = self.call(now, |connector| connector.pull_orders(cursor.as_deref(), &open));
        match result {
            Ok(pulled) => {
                self.answered(Kind::Orders);
                self.poll_failures = 0;
                self.store_page(pulled, &mut round, now)?;
                Ok(Some(Attempt::Worked))
            }
            Err(error) => {
                self.round = Some(round);
                self.poll_failed(&error, work, now)?;
                Ok(Some(Attempt::Failed))
            }
        }
    }

    fn store_page(&mut self, pulled: Pulled, round: &mut Round, now: Stamp) -> Result<(), Failure> {
        let Pulled { orders, cursor, more } = pulled;
        let stands_still = more && round.cursor.as_deref() == Some(cursor.as_str());
        if stands_still {
            log::warn!("account {}: the channel promises more orders at the same place; the next poll goes on", self.account.account_id);
        }
        let (concerned, all) = self.store_orders(orders)?;
        round.held |= !all;
        let account_id = self.account.account_id;
        let finished = !more || stands_still;
        let (held, wanted, stored) = (round.held, round.wanted, clean(&cursor));
        let next_poll_at = after(now, self.account.poll_interval);
        self.store.write(move |tx| {
            if !held {
                accounts::store_cursor(tx, account_id, &stored)?;
            }
            if finished {
                accounts::poll_finished(tx, account_id, wanted, now, next_poll_at)?;
            }
            accounts::call_worked(tx, account_id)
        })?;
        if finished && !held {
            self.strange_orders.clear();
        }
        self.round = (!finished).then_some(Round { cursor: Some(cursor), wanted, held });
        let others: Vec<i32> = concerned.into_iter().filter(|account| *account != account_id).collect();
        if !others.is_empty() {
            self.bell.ring(&others);
        }
        self.bell.tell_settled();
        Ok(())
    }

    fn poll_failed(&mut self, error: &ChannelError, work: &WorkRow, now: Stamp) -> Result<(), Failure> {
        let blocked_until = self.failed(Kind::Orders, error, work, now);
        self.poll_failures = self.poll_failures.saturating_add(1);
        let own = pause(&self.settings.dispatch, self.poll_failures, None, chance());
        let next_poll_at = after(now, own).max(blocked_until);
        let (account_id, error) = (self.account.account_id, clean(&error.to_string()));
        self.store.write(move |tx| {
            accounts::postpone_poll(tx, account_id, next_poll_at)?;
            accounts::call_failed(tx, account_id, blocked_until, &error)
        })
    }

    /// Stores orders in groups: the accounts whose quantities they change, and whether all of them could be stored.
    /// An order that cannot be stored does not hold up the others.
    fn store_orders(&mut self, orders: Vec<ChannelOrder>) -> Result<(BTreeSet<i32>, bool), Failure> {
        let orders = Arc::new(orders);
        let (mut concerned, mut all) = (BTreeSet::new(), true);
        let mut start = 0;
        while start < orders.len() {
            let end = orders.len().min(start + ORDERS_AT_ONCE);
            match self.import(&orders, start..end) {
                Ok(accounts) => concerned.extend(accounts),
                Err(_) => {
                    for index in start..end {
                        match self.import(&orders, index..index + 1) {
                            Ok(accounts) => concerned.extend(accounts),
                            Err(failure) => {
                                all = false;
                                self.not_imported(&orders, index, &failure)?;
                            }
                        }
                    }
                }
            }
            start = end;
        }
        Ok((concerned, all))
    }

    fn import(&self, orders: &Arc<Vec<ChannelOrder>>, range: Range<usize>) -> Result<BTreeSet<i32>, Failure> {
        let orders = Arc::clone(orders);
        let (settings, account) = (Arc::clone(&self.settings), self.account.clone());
        let import = self.import;
        self.store.write(move |tx| {
            let mut concerned = BTreeSet::new();
            for order in orders.get(range).unwrap_or_default() {
                match import(tx, &settings, &account, order)? {
                    Imported::New { accounts, .. } | Imported::Changed { accounts } => concerned.extend(accounts),
                    Imported::Unchanged => {}
                }
            }
            Ok(concerned)
        })
    }

    /// Tells of an order that cannot be stored, once. Gives the failure back when it is the database that is down.
    fn not_imported(&mut self, orders: &[ChannelOrder], index: usize, failure: &Failure) -> Result<(), Failure> {
        let Some(order) = orders.get(index) else {
            return Ok(());
        };
        if !self.strange_orders.insert(order.order_id.clone()) {
            // Told before; only make sure that the database works.
            return self.store.write(|_| Ok(()));
        }
        let message = Message {
            severity: Severity::Error,
            code: "ORDER_NOT_IMPORTED".into(),
            text: format!("order {}: {}", order.order_id, failure.text(self.language)),
            remedy: match self.language {
                crate::domain::Language::En => "it is tried again with every poll; report this to the admin".into(),
                crate::domain::Language::De => "der Abruf versucht es jedes Mal erneut; melden Sie dies dem Admin".into(),
            },
        };
        let row = message_row(&self.account, About::Account, &message);
        let told = self.store.write(move |tx| messages::add(tx, row));
        if told.is_err() {
            self.strange_orders.remove(&order.order_id);
        } else {
            log::error!("account {}: order {} of the channel cannot be stored: {failure}", self.account.account_id, order.order_id);
        }
        told
    }
}
