//! What became of an attempt, written in one transaction.

use crate::config::Account;
use crate::domain::message::Message;
pub(crate) use crate::domain::message::clean;
use crate::domain::{AccountId, Failure, ItemId, OfferId, OrderId, Stamp, TaskId};
use crate::store::messages::{self, MessageRow};
use crate::store::offers::{self, Confirmed};
use crate::store::orders::{self, WaitingShipment};
use crate::store::outbox::{self, Openness, OutboxRow, Settled, StateRow, Topic};
use crate::store::tasks::{self, Accepted};
use crate::store::{Tx, accounts, transfers};

/// How the call went as a whole.
#[derive(Debug, Clone)]
pub(crate) enum Health {
    Worked,
    /// The account keeps away from its channel until then.
    Failed {
        blocked_until: Stamp,
        error: String,
    },
}

/// The outcome of one call, or of a decision not to call.
#[derive(Debug, Default)]
pub(crate) struct Settlement {
    pub account_id: AccountId,
    pub confirmed: Vec<(OfferId, Confirmed)>,
    pub transferred: Vec<transfers::Taken>,
    pub rows: Vec<(OutboxRow, Settled)>,
    /// What the channel accepted: its name of the task, since when, when to ask, and an offer in it.
    pub accepted: Vec<(String, Stamp, Stamp, Accepted)>,
    /// Offers that have left a task, with their word or without one.
    pub leaving: Vec<(TaskId, OfferId)>,
    /// Changes that go when a task has ended.
    pub following: Vec<(StateRow, TaskId)>,
    pub openness: Option<Openness>,
    /// Wanted offers that are not listed for want of stock.
    pub stock_outs: Vec<OfferId>,
    /// Offers whose content lacks something that comes later.
    pub unfinished: Vec<OfferId>,
    /// What channels have no place for in offers, as the merchant is told now.
    pub left_out: Vec<(OfferId, String)>,
    /// The channel moved its stock for this order: quantities of its items are sent again.
    pub stock_moved_by: Option<OrderId>,
    /// Packages that the channel gets later.
    pub waiting_shipment: Option<WaitingShipment>,
    pub messages: Vec<MessageRow>,
    /// `None`: no call was made.
    pub health: Option<Health>,
}

impl Settlement {
    pub(crate) fn settle(&mut self, rows: impl IntoIterator<Item = impl Into<OutboxRow>>, settled: &Settled) {
        self.rows.extend(rows.into_iter().map(|row| (row.into(), settled.clone())));
    }

    pub(crate) fn apply(self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        for (task_id, offer_id) in &self.leaving {
            tasks::leave(tx, *task_id, *offer_id)?;
        }
        for (offer_id, confirmed) in &self.confirmed {
            offers::confirm(tx, *offer_id, confirmed)?;
        }
        for taken in &self.transferred {
            transfers::confirm(tx, taken)?;
        }
        for offer_id in &self.stock_outs {
            offers::wait_for_stock(tx, *offer_id)?;
        }
        for (row, settled) in &self.rows {
            outbox::settle(tx, row, settled)?;
            orders::follow_settled(tx, row, settled)?;
        }
        if let Some(openness) = &self.openness {
            outbox::keep_openness(tx, openness)?;
        }
        for (task, accepted_at, due_at, accepted) in &self.accepted {
            tasks::accept(tx, self.account_id, task, (*accepted_at, *due_at), std::slice::from_ref(accepted))?;
        }
        tasks::follow(tx, &self.following)?;
        let unfinished: Vec<_> = self.unfinished.iter().map(|offer_id| (*offer_id, self.account_id, Topic::Content)).collect();
        outbox::mark(tx, &unfinished)?;
        for (offer_id, words) in &self.left_out {
            offers::keep_left_out(tx, *offer_id, words)?;
        }
        if let Some(order_id) = self.stock_moved_by {
            offers::moved_by_order(tx, self.account_id, order_id)?;
        }
        if let Some(shipment) = &self.waiting_shipment {
            orders::shipment_waits(tx, shipment)?;
        }
        for message in self.messages {
            messages::add(tx, message)?;
        }
        match self.health {
            None => Ok(()),
            Some(Health::Worked) => accounts::call_worked(tx, self.account_id),
            Some(Health::Failed { blocked_until, error }) => accounts::call_failed(tx, self.account_id, blocked_until, &error),
        }
    }
}

/// What an upload message is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About {
    Offer { offer_id: OfferId, item_id: ItemId },
    Order(OrderId),
    Account,
}

/// A message for `fetchUploadMessages`; the store gives it a number and a time.
pub(crate) fn message_row(account: &Account, about: About, message: &Message) -> MessageRow {
    let (item_id, offer_id, order_id) = match about {
        About::Offer { offer_id, item_id } => (Some(item_id), Some(offer_id), None),
        About::Order(order_id) => (None, None, Some(order_id)),
        About::Account => (None, None, None),
    };
    MessageRow { item_id, offer_id, order_id, ..MessageRow::of(account.mandator_id, account.account_id, message) }
}
