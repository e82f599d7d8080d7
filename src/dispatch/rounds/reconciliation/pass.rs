//! One reconciliation while it goes on: what was asked for, how far it is, and what was found. It lives in memory; the
//! request is in the database, so a restart begins again.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Shown;
use crate::config::Reconciliation as Schedule;
use crate::connectors::{ChannelError, Listed};
use crate::dispatch::report::Report;
use crate::dispatch::retry::after;
use crate::domain::{OfferId, Stamp};
use crate::store::accounts::WorkRow;

/// Offers and pages of one channel; more are a channel that never comes to an end.
const MOST_LISTED: usize = 1_000_000;
const MOST_PAGES: u32 = 100_000;
/// Messages of one reconciliation; the report counts all.
const MOST_MESSAGES: usize = 1_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The `reconcile_wanted` that was seen at the beginning.
    pub wanted: i64,
    pub repair: bool,
    pub import: bool,
}

/// When the account's schedule asks for the next reconciliation.
pub(crate) fn scheduled(work: &WorkRow, schedule: &Schedule) -> Option<Stamp> {
    let every = schedule.every?;
    Some(work.reconciled_at.map_or(Stamp(0), |last| after(Stamp(last), every)))
}

/// What a reconciliation that begins now must do.
pub(crate) fn due(work: &WorkRow, schedule: &Schedule, now: Stamp) -> Option<Asked> {
    let asked = work.reconcile_wanted > work.reconcile_served;
    let scheduled = scheduled(work, schedule).is_some_and(|time| time <= now);
    (asked || scheduled).then_some(Asked {
        wanted: work.reconcile_wanted,
        repair: (asked && work.reconcile_repair) || (scheduled && schedule.repair),
        import: asked && work.reconcile_import,
    })
}

/// An offer as a page showed it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub shown: Shown,
    /// The channel's number.
    pub number: Option<String>,
    pub sku: Option<String>,
    /// When the page was asked for.
    pub at: Stamp,
}

#[derive(Debug)]
pub(crate) enum Step {
    Listing {
        cursor: Option<String>,
    },
    /// Waits for a poll that serves this wish.
    Collecting {
        wanted: i64,
    },
    /// Offers up to this id are compared.
    Comparing {
        after: i32,
    },
}

#[derive(Debug)]
pub(crate) struct Pass {
    pub asked: Asked,
    /// By the clock that change stamps follow.
    pub begun: Stamp,
    pub step: Step,
    /// By our number of the offer.
    pub seen: BTreeMap<OfferId, Seen>,
    /// What was listed so far, by the channel's number or SKU: pages may overlap.
    pub listed: BTreeSet<String>,
    /// Offers that were imported: there is nothing to compare.
    pub imported: BTreeSet<OfferId>,
    pub report: Report,
    pages: u32,
    messages: usize,
    /// Calls in a row that failed.
    pub failures: u32,
    pub not_before: Stamp,
}

impl Pass {
    pub(crate) fn new(asked: Asked) -> Pass {
        Pass {
            asked,
            begun: Stamp::now(),
            step: Step::Listing { cursor: None },
            seen: BTreeMap::new(),
            listed: BTreeSet::new(),
            imported: BTreeSet::new(),
            report: Report::default(),
            pages: 0,
            messages: 0,
            failures: 0,
            not_before: Stamp(0),
        }
    }

    /// How many more messages may be written.
    pub(crate) fn messages_left(&self) -> usize {
        MOST_MESSAGES.saturating_sub(self.messages)
    }

    pub(crate) fn has_written(&mut self, messages: usize) {
        self.messages = self.messages.saturating_add(messages);
    }

    /// Holds a page against what a channel may answer, so that the reading comes to an end.
    pub(crate) fn take_sensible(&mut self, listed: Listed, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.pages = self.pages.saturating_add(1);
        let many = self.report.listed.saturating_add(listed.offers.len()) > MOST_LISTED || self.pages > MOST_PAGES;
        let still = listed.next.is_some() && listed.next.as_deref() == cursor;
        if many || still {
            let reason = format!("the list of offers has no end: page {}, {} offers so far", self.pages, self.report.listed);
            return Err(ChannelError::Protocol { reason });
        }
        Ok(listed)
    }
}
