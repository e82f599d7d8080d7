//! What becomes of something that was sent: the rows of an offer, or a fact about an order.

use std::time::Duration;

use super::context::Context;
use super::retry::{Further, chance, further};
use super::settle::{About, Settlement, clean};
use crate::connectors::Outcome;
use crate::domain::Stamp;
use crate::domain::message::{Message, own};
use crate::store::outbox::{OutboxRow, OutboxStatus, Settled, Topic};

/// Something that was sent, or was to be.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub about: About,
    /// For the log.
    pub name: String,
    pub rows: Vec<OutboxRow>,
}

/// When it may go again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    pub now: Stamp,
    /// Not before: the account keeps away from its channel.
    pub earliest: Stamp,
    /// As the channel said.
    pub after: Option<Duration>,
}

impl Sent {
    /// The channel took it.
    pub(crate) fn done(self, context: &Context, messages: &[Message], settlement: &mut Settlement) {
        settlement.messages.extend(messages.iter().map(|message| context.message(self.about, message)));
        settlement.settle(self.rows, &Settled::Done);
    }

    /// Where the channel lacks a part of the content: the content goes again later, and everything else is done.
    pub(crate) fn take_in_part(&mut self, context: &Context, outcome: Outcome, now: Stamp, settlement: &mut Settlement) -> Outcome {
        let Outcome::DoneInPart { external_number, url, messages, reason } = outcome else { return outcome };
        let is_content =
            |row: &OutboxRow| matches!(row, OutboxRow::State(row) if row.topic == Topic::Content && row.status == OutboxStatus::Pending);
        match (self.rows.iter().position(is_content), self.about) {
            (Some(at), _) => {
                let content = Sent { rows: vec![self.rows.remove(at)], ..self.clone() };
                content.again(context, &reason, Pause { now, earliest: Stamp(0), after: None }, settlement);
            }
            (None, About::Offer { offer_id, .. }) => settlement.unfinished.push(offer_id),
            (None, _) => {}
        }
        Outcome::Done { external_number, url, messages }
    }

    /// The channel's rules forbid it.
    pub(crate) fn refused(self, context: &Context, message: &Message, settlement: &mut Settlement) {
        log::warn!("account {}: {} is parked: the channel refused it: {}", context.account_id(), self.name, message.code());
        settlement.messages.push(context.message(self.about, message));
        settlement.settle(self.rows, &Settled::Parked { error: message.line() });
    }

    /// Its rows go again later, or are given up. Each climbs its own ladder, so that one that breaks calls lets the others
    /// pass. Rows that were parked before stay parked.
    pub(crate) fn again(self, context: &Context, reason: &str, pause: Pause, settlement: &mut Settlement) {
        let (reason, chance) = (clean(reason), chance());
        let mut given_up = Vec::new();
        for row in self.rows.into_iter().filter(|row| row.status() == OutboxStatus::Pending) {
            let failures = u32::try_from(row.attempts()).unwrap_or_default().saturating_add(1);
            match further(&context.settings.dispatch, pause.now, failures, row.first_failed_at(), pause.after, chance) {
                Further::Again(due_at) => {
                    settlement.settle([row], &Settled::Again { due_at: due_at.max(pause.earliest), error: reason.clone() });
                }
                Further::GiveUp => given_up.push(row),
            }
        }
        if given_up.is_empty() {
            return;
        }
        log::error!("account {}: {} is parked: gave up: {reason}", context.account_id(), self.name);
        let message = own::channel_gave_up(&reason);
        settlement.messages.push(context.message(self.about, &message));
        settlement.settle(given_up, &Settled::GaveUp { error: format!("{}: {reason}", message.code()) });
    }
}
