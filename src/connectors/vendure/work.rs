//! One call of `submit` on its way through the shop, and what became of its rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::gallery::{Album, Shown};
use super::super::outcome::rest_later;
use super::super::{ChannelError, OfferChange, Outcome, RowResult, Word};
use super::graphql::Failure;
use super::inputs;
use super::shop::ShopSettings;
use crate::domain::message::Message;

/// What one call has looked up, by facet and word.
pub(super) type Values = BTreeMap<(String, Word), String>;

/// Why a row is not sent.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Message),
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}

impl From<ChannelError> for Stop {
    fn from(error: ChannelError) -> Stop {
        Stop::Failed(error.into())
    }
}

impl From<Message> for Stop {
    fn from(message: Message) -> Stop {
        Stop::Refused(message)
    }
}

/// One call of `submit`.
pub(super) struct Work {
    pub shop: ShopSettings,
    pub values: Values,
    pub album: Album,
    results: Vec<RowResult>,
    /// The channel went away: the rest is not tried.
    pub cut: Option<ChannelError>,
    /// What is to be said about the row at hand.
    messages: Vec<Message>,
    open: Option<String>,
}

/// A row on its way.
pub(super) struct Row<'a> {
    pub change: &'a OfferChange,
    pub input: Map<String, Value>,
    /// Said with the outcome.
    pub messages: Vec<Message>,
    /// Why its content has to be sent again, although the rest is done.
    pub open: Option<String>,
}

impl Work {
    pub(super) fn new(shop: ShopSettings) -> Work {
        let (values, album) = (Values::new(), Album::default());
        Work { shop, values, album, results: Vec::new(), cut: None, messages: Vec::new(), open: None }
    }

    /// Remembers what is to be said about the pictures of the row at hand.
    pub(super) fn note(&mut self, shown: Shown) {
        self.messages.extend(shown.messages);
        self.open = shown.open.or(self.open.take());
    }

    pub(super) fn row<'a>(&mut self, change: &'a OfferChange, input: Map<String, Value>) -> Row<'a> {
        Row { change, input, messages: std::mem::take(&mut self.messages), open: self.open.take() }
    }

    pub(super) fn settle(&mut self, change: &OfferChange, outcome: Outcome) {
        self.results.push(RowResult { offer_id: change.offer_id, outcome });
    }

    pub(super) fn stop(&mut self, change: &OfferChange, stop: Stop) {
        self.messages.clear();
        self.open = None;
        match stop {
            Stop::Refused(message) => self.settle(change, Outcome::Refused(message)),
            Stop::Failed(Failure::Rule(rule)) => self.settle(change, inputs::outcome_of(rule)),
            Stop::Failed(Failure::Channel(error)) => self.cut = Some(error),
        }
    }

    pub(super) fn done(&mut self, row: Row<'_>, variant_id: String) {
        let Row { change, messages, open, .. } = row;
        let (external_number, url) = (Some(variant_id), None);
        self.settle(
            change,
            match open {
                None => Outcome::Done { external_number, url, messages },
                Some(reason) => Outcome::DoneInPart { external_number, url, messages, reason },
            },
        );
    }

    /// The results; where the channel went away, the rest comes later.
    pub(super) fn finish(self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        rest_later(self.results, self.cut, changes)
    }
}
