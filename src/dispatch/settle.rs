//! What became of an attempt, written in one transaction.

use crate::config::Account;
use crate::connectors::{Message, Severity};
use crate::domain::{Failure, Stamp};
use crate::store::messages::{self, MessageRow};
use crate::store::offers::{self, Confirmed};
use crate::store::outbox::{self, FactRow, Settled, StateRow};
use crate::store::{Tx, accounts};

/// How the call went as a whole.
#[derive(Debug, Clone)]
pub enum Health {
    Worked,
    /// The account keeps away from its channel until then.
    Failed {
        blocked_until: Stamp,
        error: String,
    },
}

/// The outcome of one call, or of a decision not to call.
#[derive(Debug, Default)]
pub struct Settlement {
    pub account_id: i32,
    pub confirmed: Vec<(i32, Confirmed)>,
    pub states: Vec<(Vec<StateRow>, Settled)>,
    /// Wanted offers that are not listed for want of stock.
    pub stock_outs: Vec<i32>,
    pub fact: Option<(FactRow, Settled)>,
    /// The channel moved its stock for this order: quantities of its items are told anew.
    pub stock_moved_by: Option<i32>,
    pub messages: Vec<MessageRow>,
    /// `None`: no call was made.
    pub health: Option<Health>,
}

impl Settlement {
    pub fn apply(self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        for (offer_id, confirmed) in &self.confirmed {
            offers::confirm(tx, *offer_id, confirmed)?;
        }
        for offer_id in &self.stock_outs {
            offers::wait_for_stock(tx, *offer_id)?;
        }
        for (rows, settled) in &self.states {
            outbox::settle_states(tx, rows, settled)?;
        }
        if let Some((row, settled)) = &self.fact {
            outbox::settle_fact(tx, row, settled)?;
        }
        if let Some(order_id) = self.stock_moved_by {
            offers::moved_by_order(tx, self.account_id, order_id)?;
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

/// A channel's text as it can be stored: without the NUL that PostgreSQL refuses (it would undo the whole batch, for
/// ever), and at a sensible length.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(4000).collect()
}

/// What an upload message is about.
#[derive(Debug, Clone, Copy)]
pub enum About {
    Offer { offer_id: i32, item_id: i32 },
    Order(i32),
    Account,
}

/// A message for `fetchUploadMessages`; the store gives it a number and a time.
pub fn message_row(account: &Account, about: About, message: &Message) -> MessageRow {
    let (item_id, offer_id, order_id) = match about {
        About::Offer { offer_id, item_id } => (Some(item_id), Some(offer_id), None),
        About::Order(order_id) => (None, None, Some(order_id)),
        About::Account => (None, None, None),
    };
    MessageRow {
        message_id: 0,
        mandator_id: account.mandator_id,
        account_id: account.account_id,
        item_id,
        offer_id,
        order_id,
        severity: message.severity,
        code: clean(&message.code),
        text: clean(&message.text),
        remedy: clean(&message.remedy),
        created_at: 0,
    }
}

/// The alarm when something was tried for `give_up_after` in vain.
pub fn gave_up(reason: &str, language: crate::domain::Language) -> Message {
    use crate::domain::Language;
    let (text, remedy) = match language {
        Language::En => (
            format!("tried in vain for too long, not repeated any more: {reason}"),
            "see to the channel's connection, then have it tried again (retryChanges, or kontor outbox retry)",
        ),
        Language::De => (
            format!("zu lange vergeblich versucht, keine weitere Wiederholung: {reason}"),
            "prüfen Sie die Verbindung zum Kanal und lassen Sie es dann noch einmal versuchen (retryChanges oder kontor outbox retry)",
        ),
    };
    Message { severity: Severity::Error, code: "CHANNEL_GAVE_UP".into(), text, remedy: remedy.into() }
}
