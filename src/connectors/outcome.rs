//! The channel's word on what it was sent.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ChannelError, OfferChange};
use crate::domain::message::Message;
use crate::domain::order::{ChannelOrder, FactKind};
use crate::domain::{OfferId, Stamp};

/// The channel's word on one row.
#[derive(Debug, Clone)]
pub struct RowResult {
    pub offer_id: OfferId,
    pub outcome: Outcome,
}

#[derive(Debug, Clone)]
pub enum Outcome {
    /// The channel took it, and shows it.
    Done { external_number: Option<String>, url: Option<String>, messages: Vec<Message> },
    /// The channel took it and shows it, but lacks a part of its content, such as a picture that could not be fetched: the content is
    /// sent again later.
    DoneInPart { external_number: Option<String>, url: Option<String>, messages: Vec<Message>, reason: String },
    /// The channel's rules forbid it; repeating unchanged will not help. Parked at once.
    Refused(Message),
    /// Not now. `after` is the channel's `Retry-After`, obeyed in full.
    Later { after: Option<Duration>, reason: String },
    /// The channel works on it. A row of an offer: `poll_task` is asked about the task. A fact: `read_back` is asked.
    Accepted(Acceptance),
}

impl Outcome {
    pub fn done() -> Outcome {
        Outcome::Done { external_number: None, url: None, messages: Vec::new() }
    }
}

/// What the channel named for a later question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The channel's id of the task, with whatever else the connector needs to ask about it. At most 1000 characters. Rows of
    /// one call with the same text are one task.
    pub task: String,
    /// When the channel wants to be asked. `None`: at [`super::Capabilities::task_pace`].
    pub after: Option<Duration>,
}

/// A task that the channel works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// As in [`Acceptance`].
    pub id: String,
    pub accepted_at: Stamp,
    /// The rows that have no word yet.
    pub rows: Vec<TaskRow>,
}

/// An offer in a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    pub offer_id: OfferId,
    /// As it was submitted.
    pub sku: String,
    pub external_number: Option<String>,
}

/// How far a task is.
#[derive(Debug, Clone)]
pub enum TaskProgress {
    /// The channel still works on it, but may have a word on some rows.
    Working { results: Vec<RowResult>, after: Option<Duration> },
    /// It has ended. Rows that are not mentioned are read back and submitted again. A row that is `Accepted` goes on in
    /// another task.
    Ended(Vec<RowResult>),
    /// The channel does not know it, or not any more.
    Forgotten,
}

/// The results of a call; where the channel went away in the middle of it, the rows that have none come later. Where nothing
/// has a result, the call failed as a whole.
pub(super) fn rest_later(
    mut results: Vec<RowResult>,
    cut: Option<ChannelError>,
    changes: &[OfferChange],
) -> Result<Vec<RowResult>, ChannelError> {
    let Some(error) = cut else { return Ok(results) };
    if results.is_empty() {
        return Err(error);
    }
    let settled: BTreeSet<OfferId> = results.iter().map(|row| row.offer_id).collect();
    let after = match &error {
        ChannelError::Unavailable { retry_after, .. } => *retry_after,
        ChannelError::Unauthorized { .. } | ChannelError::Protocol { .. } => None,
    };
    let rest = changes.iter().filter(|change| !settled.contains(&change.offer_id));
    let later =
        |change: &OfferChange| RowResult { offer_id: change.offer_id, outcome: Outcome::Later { after, reason: error.to_string() } };
    results.extend(rest.map(later));
    Ok(results)
}

#[derive(Debug, Clone)]
pub struct Pulled {
    pub orders: Vec<ChannelOrder>,
    /// Where the next poll starts; stored only after the orders are.
    pub cursor: String,
    /// More pages wait; poll again at once.
    pub more: bool,
}

/// What the ERP did with an order, for the channel. Sent in order per order, each with a stable key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fact {
    /// Stable over every repeat; natural key for channels that know one (package reference id).
    pub key: String,
    /// The channel's order number.
    pub order_id: String,
    pub order_id_2: Option<String>,
    pub kind: FactKind,
    /// As the channel named it when it accepted the fact ([`Acceptance::task`]).
    #[serde(default)]
    pub task: Option<String>,
}

/// What a channel shows of a fact after an answer that left open whether it arrived, or that only accepted it.
#[derive(Debug, Clone)]
pub enum ReadBack {
    Arrived,
    /// It did not arrive: it is sent again.
    Absent,
    /// The channel still works on it.
    Working {
        after: Option<Duration>,
    },
    /// The channel took it for a while and then refused it.
    Refused(Message),
    /// The channel does not show it: a person has to look. The fact is parked.
    Unknown,
}

/// What a look at a channel found, for `kontor check --connect`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// A line for the admin: which shop, which settings of it.
    pub found: String,
    /// Rights that the credentials lack.
    pub missing: Vec<MissingRight>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRight {
    /// In the channel's words.
    pub right: String,
    /// What Kontor cannot do without it, such as "collecting orders".
    pub needed_for: String,
    /// Only for calls that not every ERP makes: the rest of the account works without it.
    pub optional: bool,
}

impl ChannelError {
    /// The dispatcher asked for something that the capabilities exclude.
    pub fn unsupported(what: &str) -> ChannelError {
        ChannelError::Protocol { reason: format!("this connector has no {what}; its capabilities do not promise it") }
    }
}
