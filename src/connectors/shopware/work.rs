//! What one call of `submit` writes: records to be put and links to be cut, row by row, and what becomes of the rows.

use serde_json::{Map, Value};

use super::super::rule::{Failure, Rule};
use super::super::split::halve;
use super::super::{ChannelError, OfferChange, Outcome, RowResult};
use super::Shopware;
use super::api::outcome_of;
use super::ops::Ops;
use super::shop::ShopSettings;
use crate::domain::message::Message;

/// A record on its way.
pub(super) type Input = Map<String, Value>;

/// A row on its way.
pub(super) struct Row<'a> {
    pub change: &'a OfferChange,
    pub id: String,
    pub ops: Ops,
    pub messages: Vec<Message>,
    /// Why its content has to be sent again.
    pub open: Option<String>,
}

impl<'a> Row<'a> {
    pub(super) fn new(change: &'a OfferChange, id: &str) -> Row<'a> {
        Row { change, id: id.to_owned(), ops: Ops::default(), messages: Vec::new(), open: None }
    }
}

/// One call of `submit`.
pub(super) struct Work {
    pub shop: ShopSettings,
    pub results: Vec<RowResult>,
    /// The channel went away: the rest is not tried.
    pub cut: Option<ChannelError>,
}

impl Work {
    pub(super) fn settle(&mut self, change: &OfferChange, outcome: Outcome) {
        self.results.push(RowResult { offer_id: change.offer_id, outcome });
    }

    pub(super) fn refuse(&mut self, change: &OfferChange, message: Message) {
        self.settle(change, Outcome::Refused(message));
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.cut = Some(failure.whole());
    }

    fn done(&mut self, row: &Row<'_>) {
        let external_number = Some(row.id.clone());
        let (messages, url) = (row.messages.clone(), self.shop.page(&row.id));
        let outcome = match row.open.clone() {
            None => Outcome::Done { external_number, url, messages },
            Some(reason) => Outcome::DoneInPart { external_number, url, messages, reason },
        };
        self.settle(row.change, outcome);
    }

    pub(super) fn no(&mut self, change: &OfferChange, rule: &Rule) {
        self.settle(change, outcome_of(rule.clone()));
    }
}

impl Shopware {
    /// Sends rows in one call, and settles them. The shop takes all of a call or nothing, so a refused one is halved until the bad row
    /// is alone.
    pub(super) fn send(&self, rows: &[Row<'_>], work: &mut Work) {
        if work.cut.is_some() {
            return;
        }
        let halved = halve(rows, &mut |part: &[Row<'_>]| {
            let mut ops = Ops::default();
            part.iter().for_each(|row| ops.extend(&row.ops));
            self.api.sync(&ops)?;
            Ok(vec![(); part.len()])
        });
        for (row, result) in rows.iter().zip(halved.rows) {
            match result {
                Some(Ok(())) => work.done(row),
                Some(Err(rule)) => work.no(row.change, &rule),
                None => {}
            }
        }
        work.cut = halved.cut;
    }
}
