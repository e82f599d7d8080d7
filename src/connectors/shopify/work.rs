//! One call of `submit` on its way through the shop, and what became of its rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::outcome::rest_later;
use super::super::rule::Failure;
use super::super::{ChannelError, OfferChange, Outcome, RowResult};
use super::album::Album;
use super::found::{Owner, Product, Variant};
use super::shop::ShopSettings;
use crate::domain::message::Message;
use crate::domain::offer::Wanted;

pub(super) struct Work {
    pub shop: ShopSettings,
    /// Collections by the words for them; `None`: the shop has no such one.
    pub collections: BTreeMap<String, Option<String>>,
    pub album: Album,
    results: Vec<RowResult>,
    /// The channel went away: the rest is not tried.
    pub cut: Option<ChannelError>,
}

/// A row on its way.
pub(super) struct Row<'a> {
    pub change: &'a OfferChange,
    /// As the shop has it; `None`: it is new.
    pub variant: Option<&'a Variant>,
    pub input: Map<String, Value>,
    /// Whether buyers are to see it from now on.
    pub publish: Option<bool>,
    pub messages: Vec<Message>,
    /// Why its content has to be sent again, although the rest is done.
    pub open: Option<String>,
    /// It has its word.
    pub settled: bool,
    /// Of a new one, as the shop named it.
    pub made: Option<String>,
}

/// The rows of one product, and what they say of it.
pub(super) struct Family<'a> {
    pub owner: Owner,
    pub product: Option<Product>,
    pub input: Map<String, Value>,
    /// All pictures, in their order.
    pub files: Option<Vec<String>>,
    /// Metafields that have to go.
    pub lost: Vec<Value>,
    pub publish: bool,
    pub rows: Vec<Row<'a>>,
}

impl Work {
    pub(super) fn new(shop: ShopSettings) -> Work {
        Work { shop, collections: BTreeMap::new(), album: Album::default(), results: Vec::new(), cut: None }
    }

    pub(super) fn settle(&mut self, change: &OfferChange, outcome: Outcome) {
        self.results.push(RowResult { offer_id: change.offer_id, outcome });
    }

    pub(super) fn refuse(&mut self, change: &OfferChange, message: Message) {
        self.settle(change, Outcome::Refused(message));
    }

    /// A row gets its word before the others of its product.
    pub(super) fn end(&mut self, row: &mut Row<'_>, outcome: Outcome) {
        if !row.settled {
            row.settled = true;
            self.settle(row.change, outcome);
        }
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.cut = Some(failure.whole());
    }

    pub(super) fn done(&mut self, row: &mut Row<'_>, number: String, url: Option<String>) {
        let (external_number, messages) = (Some(number), std::mem::take(&mut row.messages));
        let outcome = match row.open.take() {
            None => Outcome::Done { external_number, url, messages },
            Some(reason) => Outcome::DoneInPart { external_number, url, messages, reason },
        };
        self.end(row, outcome);
    }

    pub(super) fn finish(self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        rest_later(self.results, self.cut, changes)
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(change: &'a OfferChange, variant: Option<&'a Variant>, input: Map<String, Value>) -> Row<'a> {
        Row { change, variant, input, publish: None, messages: Vec::new(), open: None, settled: false, made: None }
    }
}

impl<'a> Family<'a> {
    pub(super) fn new(owner: Owner, product: Option<Product>) -> Family<'a> {
        Family { owner, product, input: Map::new(), files: None, lost: Vec::new(), publish: false, rows: Vec::new() }
    }

    /// The product goes on sale with any of its variants, and off with the last one.
    pub(super) fn decide_status(&mut self) {
        let is_on = matches!(self.owner.status.as_str(), "ACTIVE" | "UNLISTED");
        let starts = self.rows.iter().any(|row| !row.settled && row.change.wanted == Wanted::Running);
        let ends = self.rows.iter().any(|row| !row.settled && row.change.wanted == Wanted::Ended);
        let ended = |id: &str| {
            self.rows.iter().any(|row| row.change.wanted == Wanted::Ended && row.variant.is_some_and(|variant| variant.id == id))
        };
        let others = self.product.iter().flat_map(|product| &product.variants.nodes).any(|member| member.published && !ended(&member.id));
        if starts {
            self.publish |= !self.owner.published;
            if !is_on {
                self.input.insert("status".to_owned(), "ACTIVE".into());
            }
        } else if ends && is_on && (self.owner.has_only_default_variant || !others) {
            self.input.insert("status".to_owned(), "DRAFT".into());
        }
    }
}
