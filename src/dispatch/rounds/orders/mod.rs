//! Collecting an account's orders, page by page. The cursor moves only after the orders before it are stored. One that
//! cannot be stored is kept aside as the channel sent it and tried again, so that it is not lost and holds up no other.

mod intake;

use std::collections::BTreeSet;

use super::{Attempt, Due, Round};
use crate::connectors::{ChannelError, Pulled};
use crate::dispatch::context::Context;
use crate::dispatch::inbound;
use crate::dispatch::retry::{after, chance, pause};
use crate::dispatch::settle::{About, clean, message_row};
use crate::dispatch::turn::Kind;
use crate::domain::message::{Message, own};
use crate::domain::order::ChannelOrder;
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Failure, Reader, Stamp, limits};
use crate::store::accounts::{self, WorkRow};
use crate::store::begun::{self, Begun};
use crate::store::{Conn, broken_document, held_orders, messages};
use intake::{Import, Intake, Source};

/// Held orders that are tried again in one turn.
const HELD_AT_ONCE: usize = 50;

/// A poll that has begun and has not read its last page yet.
#[derive(Debug)]
struct Poll {
    cursor: Option<String>,
    /// The `poll_wanted` that was seen at the beginning.
    wanted: i64,
}

pub(in crate::dispatch) struct Orders {
    poll: Option<Poll>,
    /// Polls in a row that failed.
    failures: u32,
    /// Tests import otherwise.
    pub import: Import,
}

impl Default for Orders {
    fn default() -> Orders {
        Orders { poll: None, failures: 0, import: inbound::import }
    }
}

impl Round for Orders {
    /// Reads and stores one page of orders, or tries those again that could not be stored.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        if self.import_held(context, now)? {
            return Ok(Some(Attempt::Worked));
        }
        if !self.is_due(work, now) || context.channel.has_to_wait(ChannelCall::PullOrders, now) {
            return Ok(None);
        }
        context.begin(Begun::Poll(context.account_id().0), work.poll_begun)?;
        let open = open_orders(context)?;
        let poll = self.poll.take().unwrap_or_else(|| Poll { cursor: work.order_cursor.clone(), wanted: work.poll_wanted });
        let cursor = poll.cursor.clone();
        let (result, now) = context.channel.call(ChannelCall::PullOrders, now, |connector| connector.pull_orders(cursor.as_deref(), &open));
        match result {
            Ok(pulled) => {
                context.channel.answered(Kind::Orders);
                self.failures = 0;
                self.store_page(context, pulled, &poll, work.poll_begun > 0, now)?;
                Ok(Some(Attempt::Worked))
            }
            Err(error) => {
                self.poll = Some(poll);
                self.poll_failed(context, &error, work, now)?;
                Ok(Some(Attempt::Failed))
            }
        }
    }

    fn due(&self, conn: &mut Conn<'_>, context: &Context, work: &WorkRow, now: Stamp) -> Result<Vec<Due>, Failure> {
        let poll = if self.is_due(work, now) { now } else { Stamp(work.next_poll_at) };
        let held = held_orders::next_due(conn, context.account_id())?.map(|at| Due { at, call: None });
        Ok(Due::calling(ChannelCall::PullOrders, Some(poll)).into_iter().chain(held).collect())
    }

    fn forget(&mut self) {
        self.poll = None;
        self.failures = 0;
    }
}

/// The numbers of the orders that a channel without a log of changes is asked about again.
fn open_orders(context: &Context) -> Result<Vec<String>, Failure> {
    if !context.channel.capabilities.rereads_open_orders {
        return Ok(Vec::new());
    }
    let account_id = context.account_id();
    context.store.read(|conn| {
        let mut open = accounts::open_orders(conn, account_id)?;
        open.extend(held_orders::numbers(conn, account_id)?);
        Ok(open)
    })
}

impl Orders {
    /// Whether to collect orders now: a poll is due, or one that has begun has more pages. While polls fail, or one
    /// was cut off, only their own pace counts, not the wish of a call: a channel whose orders cannot be read would be asked
    /// without end.
    fn is_due(&self, work: &WorkRow, now: Stamp) -> bool {
        let failing = self.failures > 0 || work.poll_begun > 1;
        work.next_poll_at <= now.0 || (!failing && (self.poll.is_some() || work.poll_wanted > work.poll_served))
    }

    fn intake<'c>(&self, context: &'c Context, now: Stamp) -> Intake<'c> {
        Intake { context, import: self.import, now }
    }

    /// `careful`: storing a page was cut off, so each order is stored alone.
    fn store_page(&mut self, context: &mut Context, pulled: Pulled, poll: &Poll, careful: bool, now: Stamp) -> Result<(), Failure> {
        let Pulled { orders, cursor, more } = pulled;
        let account_id = context.account_id();
        let stands_still = more && poll.cursor.as_deref() == Some(cursor.as_str());
        if stands_still {
            log::warn!("account {account_id}: the channel promises more orders at the same place; the next poll goes on");
        }
        let concerned = if careful { keep_for_later(context, orders, now)? } else { self.store_new(context, orders, now)? };
        let finished = !more || stands_still;
        let (wanted, stored) = (poll.wanted, clean(&cursor));
        let next_poll_at = after(now, context.account.poll_interval);
        let account = context.account.clone();
        let silent_since = context.end(move |tx| {
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
        if let Some(since) = silent_since {
            log::warn!("account {account_id}: silent: {}", silence(since).text(Reader::ADMIN));
        }
        self.poll = (!finished).then_some(Poll { cursor: Some(cursor), wanted });
        tell(context, &concerned);
        Ok(())
    }

    /// Stores orders that were collected just now, but for those that are set aside.
    fn store_new(&self, context: &Context, mut orders: Vec<ChannelOrder>, now: Stamp) -> Result<BTreeSet<AccountId>, Failure> {
        let account_id = context.account_id();
        let aside = context.store.read(|conn| begun::orders_aside(conn, account_id))?;
        orders.retain(|order| !aside.contains(&number_of(order)));
        self.intake(context, now).store(orders, Source::Channel)
    }

    /// Tries orders again that could not be stored. False: none is due.
    fn import_held(&self, context: &mut Context, now: Stamp) -> Result<bool, Failure> {
        let account_id = context.account_id();
        let mut due = context.store.read(|conn| held_orders::due(conn, account_id, now, HELD_AT_ONCE))?;
        let Some(first) = due.first().map(|row| row.begun) else {
            return Ok(false);
        };
        if first > 0 {
            due.truncate(1);
        } else {
            due.retain(|row| row.begun == 0);
        }
        context.begin(Begun::Orders(due.iter().map(|row| row.held_order_id).collect()), first)?;
        let intake = self.intake(context, now);
        let mut concerned = BTreeSet::new();
        for row in due {
            match ChannelOrder::from_json(&row.document) {
                Ok(order) => concerned.extend(intake.store(vec![order], Source::Held)?),
                Err(error) => intake.hold(row.marketplace_order_id, row.document, &broken_document("held order", &error))?,
            }
        }
        // Each is stored and gone, or held again without a mark.
        context.leave_open();
        tell(context, &concerned);
        Ok(true)
    }

    fn poll_failed(&mut self, context: &mut Context, error: &ChannelError, work: &WorkRow, now: Stamp) -> Result<(), Failure> {
        let blocked_until = context.failed(Kind::Orders, error, work, now);
        self.failures = self.failures.saturating_add(1);
        let own = pause(&context.settings.dispatch, self.failures, None, chance());
        let next_poll_at = after(now, own).max(blocked_until);
        let (account_id, error) = (context.account_id(), clean(&error.to_string()));
        context.end(move |tx| {
            accounts::postpone_poll(tx, account_id, next_poll_at)?;
            accounts::call_failed(tx, account_id, blocked_until, &error)
        })
    }
}

/// The number under which an order is kept aside.
fn number_of(order: &ChannelOrder) -> String {
    match order.order_id.as_str() {
        // Two orders without a number are still two.
        "" => order.digest().unwrap_or_default(),
        number => limits::channel_number(number).into_owned(),
    }
}

/// Puts orders where each is stored alone.
fn keep_for_later(context: &Context, orders: Vec<ChannelOrder>, now: Stamp) -> Result<BTreeSet<AccountId>, Failure> {
    let document = |order: &ChannelOrder| order.to_json().map_err(|error| broken_document("channel order", &error));
    let kept = orders.iter().map(|order| Ok((number_of(order), document(order)?)));
    let (account_id, kept) = (context.account_id(), kept.collect::<Result<Vec<_>, Failure>>()?);
    context.store.write(move |tx| held_orders::keep(tx, account_id, &kept, now, "the process ended while orders were stored"))?;
    Ok(BTreeSet::new())
}

/// Wakes the other accounts whose quantities orders have changed, and lets waiting calls look.
fn tell(context: &Context, concerned: &BTreeSet<AccountId>) {
    let others: Vec<AccountId> = concerned.iter().copied().filter(|account| *account != context.account_id()).collect();
    if !others.is_empty() {
        context.bell.ring(&others);
    }
    context.bell.tell_settled();
}

/// An account that usually brings orders has brought none for too long. A channel that answers every poll with nothing
/// looks healthy, whatever has happened to its rights, its filter or its shop.
fn silence(since: Stamp) -> Message {
    own::account_silent(since.to_utc().unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string())
}
