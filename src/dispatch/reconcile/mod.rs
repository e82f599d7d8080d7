//! Reconciliation: compares what the channel shows with what we know, tells the differences, and sets them right when
//! asked to. A turn of the account's worker like all others, in small steps, so that it holds up nothing.
//!
//! 1. The channel's offers are read page by page, and matched with ours.
//! 2. Orders are collected once more: one that was placed before a page was read has lowered its quantity.
//! 3. Our offers are compared with what the pages showed.
//!
//! What was found lives in memory; the request is in the database, so a restart begins anew. Repairing means to record
//! that the channel shows something else and to mark the outbox: the planner and stock control decide what is sent.

mod compare;
mod matching;
mod report;

use crate::domain::offer::Wanted;
use std::collections::{BTreeMap, BTreeSet};

pub use report::{CODES, Report};

use super::retry::{after, pause};
use super::settle::{About, clean, message_row};
use super::turn::Kind;
use super::worker::{Attempt, Worker, chance};
use crate::config::{Account, Reconciliation};
use crate::connectors::{ChannelError, Listed, ListedOffer};
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::store::accounts::{self, WorkRow};
use crate::store::begun::{self, Begun};
use crate::store::messages::{self, MessageRow};
use crate::store::offers::{self, Adopted, Announced, OfferRow};
use crate::store::outbox::{self, Topic};
use crate::store::{Conn, Tx, broken_document, listings};
use compare::{Difference, Shown, compare, never_sent};
use matching::Match;
use report::Stranger;

/// Offers that are compared in one step.
const AT_ONCE: i64 = 200;
/// Offers and pages of one channel; more are a channel that never comes to an end.
const MOST_LISTED: usize = 1_000_000;
const MOST_PAGES: u32 = 100_000;
/// Calls in a row that may fail before it is given up.
const MOST_FAILURES: u32 = 5;
/// Messages of one reconciliation; the report counts all.
const MOST_MESSAGES: usize = 1_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    /// The `reconcile_wanted` that was seen at the beginning.
    wanted: i64,
    repair: bool,
    import: bool,
}

/// An offer as a page showed it.
#[derive(Debug, Clone)]
struct Seen {
    shown: Shown,
    /// The channel's number.
    number: Option<String>,
    /// When the page was asked for.
    at: Stamp,
}

#[derive(Debug)]
enum Step {
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

/// A reconciliation that has begun.
#[derive(Debug)]
pub(super) struct Round {
    asked: Asked,
    /// By the clock that change stamps follow.
    begun: Stamp,
    step: Step,
    /// By our number of the offer.
    seen: BTreeMap<i32, Seen>,
    /// What was listed so far, by the channel's number or SKU: pages may overlap.
    listed: BTreeSet<String>,
    /// Offers that were imported: there is nothing to compare.
    imported: BTreeSet<i32>,
    report: Report,
    pages: u32,
    messages: usize,
    failures: u32,
    not_before: Stamp,
}

impl Round {
    fn new(asked: Asked) -> Round {
        Round {
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
    fn left(&self) -> usize {
        MOST_MESSAGES.saturating_sub(self.messages)
    }
}

/// When the account's schedule asks for the next reconciliation.
fn scheduled(work: &WorkRow, settings: &Reconciliation) -> Option<Stamp> {
    let every = settings.every?;
    Some(work.reconciled_at.map_or(Stamp(0), |last| after(Stamp(last), every)))
}

/// What a reconciliation that shall begin now has to do.
fn due(work: &WorkRow, settings: &Reconciliation, now: Stamp) -> Option<Asked> {
    let asked = work.reconcile_wanted > work.reconcile_served;
    let scheduled = scheduled(work, settings).is_some_and(|time| time <= now);
    (asked || scheduled).then_some(Asked {
        wanted: work.reconcile_wanted,
        repair: (asked && work.reconcile_repair) || (scheduled && settings.repair),
        import: asked && work.reconcile_import,
    })
}

impl Worker {
    /// Does the next step of a reconciliation. `None`: none is due.
    pub(super) fn reconcile(&mut self, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let waits = self.has_to_wait(ChannelCall::ListOffers, now);
        // It begins with its first call, so that what is asked for until then becomes part of it.
        let begin = || due(work, &self.account.reconciliation, now).filter(|_| !waits).map(Round::new);
        let Some(round) = self.reconciling.take().or_else(begin) else { return Ok(None) };
        self.begin_reconciliation(work)?;
        match round.step {
            Step::Listing { .. } if round.not_before > now || waits => self.wait(round),
            Step::Collecting { wanted } if work.poll_served < wanted => self.wait(round),
            Step::Listing { ref cursor } => {
                let cursor = cursor.clone();
                self.list(round, cursor, work, now).map(Some)
            }
            Step::Collecting { .. } => self.compare_next(round, 0, now).map(Some),
            Step::Comparing { after } => self.compare_next(round, after, now).map(Some),
        }
    }

    /// Marks it as begun, once: it takes many turns.
    fn begin_reconciliation(&mut self, work: &WorkRow) -> Result<(), Failure> {
        if self.reconciliation_marked {
            return Ok(());
        }
        let (account_id, begun) = (self.account.account_id, work.reconcile_begun.saturating_add(1));
        self.store.write(move |tx| begun::mark(tx, &Begun::Reconciliation(account_id), begun))?;
        self.reconciliation_marked = true;
        Ok(())
    }

    fn wait(&mut self, round: Round) -> Result<Option<Attempt>, Failure> {
        self.reconciling = Some(round);
        Ok(None)
    }

    /// When there is something to list. A poll that is waited for wakes the worker itself,
    /// and comparing goes on at once.
    pub(super) fn next_listing(&self, work: &WorkRow, now: Stamp) -> Option<Stamp> {
        match &self.reconciling {
            Some(round) if matches!(round.step, Step::Collecting { .. }) => None,
            Some(round) => Some(round.not_before),
            None if due(work, &self.account.reconciliation, now).is_some() => Some(now),
            None => scheduled(work, &self.account.reconciliation),
        }
    }

    fn list(&mut self, mut round: Round, cursor: Option<String>, work: &WorkRow, now: Stamp) -> Result<Attempt, Failure> {
        if !self.capabilities.lists_offers {
            round.report.error = Some("the channel cannot list its offers".to_owned());
            return self.finish(round, now);
        }
        let at = Stamp::now();
        let (result, now) = self.call(ChannelCall::ListOffers, now, |connector| connector.list_offers(cursor.as_deref()));
        match result.and_then(|listed| sensible(listed, &mut round, cursor.as_deref())) {
            Ok(listed) => {
                self.answered(Kind::Reconciliation);
                round.failures = 0;
                let ended = listed.next.is_none();
                self.take_page(&mut round, listed.offers, at)?;
                let account_id = self.account.account_id;
                let wanted = self.store.write(move |tx| {
                    accounts::call_worked(tx, account_id)?;
                    if ended {
                        accounts::want_poll(tx, account_id)?;
                    }
                    Ok(tx.stamp.0)
                })?;
                round.step = if ended { Step::Collecting { wanted } } else { Step::Listing { cursor: listed.next } };
                self.reconciling = Some(round);
                Ok(Attempt::Worked)
            }
            Err(error) => self.listing_failed(round, &error, work, now),
        }
    }

    fn listing_failed(&mut self, mut round: Round, error: &ChannelError, work: &WorkRow, now: Stamp) -> Result<Attempt, Failure> {
        let blocked_until = self.failed(Kind::Reconciliation, error, work, now);
        let (account_id, text) = (self.account.account_id, clean(&error.to_string()));
        let kept = text.clone();
        self.store.write(move |tx| accounts::call_failed(tx, account_id, blocked_until, &kept))?;
        round.failures = round.failures.saturating_add(1);
        if round.failures >= MOST_FAILURES {
            round.report.error = Some(text);
            self.finish(round, now)?;
        } else {
            round.not_before = after(now, pause(&self.settings.dispatch, round.failures, None, chance())).max(blocked_until);
            self.reconciling = Some(round);
        }
        Ok(Attempt::Failed)
    }

    /// Keeps what a page shows of our offers; tells of the others, or makes them ours.
    fn take_page(&mut self, round: &mut Round, mut page: Vec<ListedOffer>, at: Stamp) -> Result<(), Failure> {
        page.retain(|listed| listed.external_number.as_ref().or(listed.sku.as_ref()).is_none_or(|key| round.listed.insert(key.clone())));
        round.report.listed = round.report.listed.saturating_add(page.len());
        let account = &self.account;
        let matches = self.store.read(|conn| matching::find(conn, account, &page))?;
        let mut strangers = Vec::new();
        for (listed, found) in page.into_iter().zip(matches) {
            match found {
                Match::Ours { offer_id, by_number } => {
                    let shown = Shown { running: listed.running, price: listed.price, quantity: listed.quantity };
                    let seen = Seen { shown, number: listed.external_number.clone(), at };
                    // Two for one article: the one whose number we know is ours, else the first one.
                    let second = match round.seen.get(&offer_id) {
                        Some(_) if !by_number => listed,
                        Some(other) => {
                            let second = ListedOffer { external_number: other.number.clone(), running: other.shown.running, ..listed };
                            round.seen.insert(offer_id, seen);
                            second
                        }
                        None => {
                            round.seen.insert(offer_id, seen);
                            continue;
                        }
                    };
                    strangers.push((second, Err(Stranger::Second)));
                }
                Match::Article { item_id } => strangers.push((listed, Ok(item_id))),
                Match::Nobody(why) => strangers.push((listed, Err(why))),
            }
        }
        strangers.retain(|(listed, _)| listed.running);
        if strangers.is_empty() {
            return Ok(());
        }
        let total = strangers.len();
        let (account, import, left) = (self.account.clone(), round.asked.import, round.left());
        let (imported, written) = self.store.write(move |tx| meet(tx, &account, &strangers, import, left))?;
        round.report.imported = round.report.imported.saturating_add(imported.len());
        round.report.unknown = round.report.unknown.saturating_add(total.saturating_sub(imported.len()));
        round.imported.extend(imported);
        round.messages = round.messages.saturating_add(written);
        Ok(())
    }

    fn compare_next(&mut self, mut round: Round, behind: i32, now: Stamp) -> Result<Attempt, Failure> {
        let account_id = self.account.account_id;
        let view = View { account: self.account.clone(), begun: round.begun, ends_at_zero: self.capabilities.ends_at_zero };
        let found = self.store.read(|conn| {
            let mut offers = offers::of_account_after(conn, account_id, behind, AT_ONCE)?;
            let last = offers.last().map(|offer| offer.offer_id);
            offers.retain(|offer| !round.imported.contains(&offer.offer_id));
            Ok((last, view.differences(conn, offers, &round.seen)?))
        });
        let found = match found {
            Ok(found) => found,
            Err(failure) => return self.end_unreadable(round, &failure, now),
        };
        let (Some(last), differing) = found else { return self.finish(round, now) };
        round.step = Step::Comparing { after: last };
        round.report.left_out = round.report.left_out.saturating_add(differing.left_out);
        if !differing.offers.is_empty() {
            let ids: Vec<i32> = differing.offers.iter().map(|(offer, _)| offer.offer_id).collect();
            let seen: BTreeMap<i32, Seen> = ids.iter().filter_map(|id| Some((*id, round.seen.get(id)?.clone()))).collect();
            let (repair, left) = (round.asked.repair, round.left());
            // Once more inside the transaction: a call may have changed an offer meanwhile.
            let (differing, written) = self.store.write(move |tx| {
                let offers = offers::by_ids(&mut tx.conn, &ids)?;
                let differing = view.differences(&mut tx.conn, offers, &seen)?;
                let written = tell(tx, &view.account, &differing.offers, repair, left)?;
                if repair {
                    for (offer, differences) in &differing.offers {
                        set_right(tx, offer, differences, seen.get(&offer.offer_id))?;
                    }
                }
                Ok((differing, written))
            })?;
            round.messages = round.messages.saturating_add(written);
            round.report.left_out = round.report.left_out.saturating_add(differing.left_out);
            for (_, differences) in &differing.offers {
                differences.iter().for_each(|difference| round.report.count(difference));
                round.report.repaired = round.report.repaired.saturating_add(usize::from(repair));
            }
        }
        self.reconciling = Some(round);
        Ok(Attempt::Worked)
    }

    /// A row that cannot be read ends it: begun again it would come to the same row. A database that is down does not.
    fn end_unreadable(&mut self, mut round: Round, failure: &Failure, now: Stamp) -> Result<Attempt, Failure> {
        let account_id = self.account.account_id;
        self.store.read(|conn| offers::of_account_after(conn, account_id, i32::MAX, 1))?;
        round.report.error = Some(failure.to_string());
        self.finish(round, now)
    }

    fn finish(&mut self, round: Round, now: Stamp) -> Result<Attempt, Failure> {
        let account_id = self.account.account_id;
        let report = &round.report;
        let json = serde_json::to_string(report).map_err(|error| broken_document("report of a reconciliation", &error))?;
        let wanted = round.asked.wanted;
        self.store.write(move |tx| accounts::reconciled(tx, account_id, wanted, now, &json))?;
        self.reconciliation_marked = false;
        let level = if report.error.is_some() { log::Level::Error } else { log::Level::Info };
        log::log!(level, "account {account_id}: reconciliation: {report}");
        self.bell.tell_settled();
        Ok(Attempt::Worked)
    }
}

/// Holds a page against what a channel may answer, so that the reading comes to an end.
fn sensible(listed: Listed, round: &mut Round, cursor: Option<&str>) -> Result<Listed, ChannelError> {
    round.pages = round.pages.saturating_add(1);
    let many = round.report.listed.saturating_add(listed.offers.len()) > MOST_LISTED || round.pages > MOST_PAGES;
    let still = listed.next.is_some() && listed.next.as_deref() == cursor;
    if many || still {
        let reason = format!("the list of offers has no end: page {}, {} offers so far", round.pages, round.report.listed);
        return Err(ChannelError::Protocol { reason });
    }
    Ok(listed)
}

/// Makes offers of the channel ours where that is asked for and possible, and tells of all. Gives our
/// numbers of the imported ones, and the count of messages.
fn meet(
    tx: &mut Tx<'_>,
    account: &Account,
    strangers: &[(ListedOffer, Result<i32, Stranger>)],
    import: bool,
    left: usize,
) -> Result<(Vec<i32>, usize), Failure> {
    let (mut imported, mut written) = (Vec::new(), 0_usize);
    for (listed, article) in strangers {
        let (about, message) = match article {
            Ok(item_id) if import => match adopt(tx, account, listed, *item_id)? {
                Some(offer_id) => {
                    imported.push(offer_id);
                    (About::Offer { offer_id, item_id: *item_id }, report::imported(listed))
                }
                None => (About::Account, report::unknown(listed, Stranger::Second)),
            },
            Ok(_) => (About::Account, report::unknown(listed, Stranger::Importable)),
            Err(why) => (About::Account, report::unknown(listed, *why)),
        };
        if written < left {
            messages::add(tx, message_row(account, about, &message))?;
            written = written.saturating_add(1);
        }
    }
    Ok((imported, written))
}

/// The channel's offer becomes that of the article, and is under stock control from now on. `None`: the article has a
/// running offer already.
fn adopt(tx: &mut Tx<'_>, account: &Account, listed: &ListedOffer, item_id: i32) -> Result<Option<i32>, Failure> {
    let (offer, _) = offers::prepare(tx, account.mandator_id, account.account_id, item_id)?;
    if !never_sent(&offer) {
        return Ok(None);
    }
    let listing = listings::of_account(&mut tx.conn, account.account_id, &[item_id])?.remove(&item_id);
    let adopted = Adopted {
        external_number: listed.external_number.as_deref().map(clean),
        url: listed.url.as_deref().map(clean),
        price: listed.price.map(|price| price.amount.0),
        quantity: listed.quantity,
        refill_from: listing.and_then(|listing| listing.refill_count),
    };
    offers::adopt(tx, offer.offer_id, &adopted)?;
    outbox::mark(tx, &[(offer.offer_id, account.account_id, Topic::Quantity)])?;
    Ok(Some(offer.offer_id))
}

/// How our offers are compared.
struct View {
    account: Account,
    begun: Stamp,
    ends_at_zero: bool,
}

#[derive(Default)]
struct Differing {
    offers: Vec<(OfferRow, Vec<Difference>)>,
    /// Others whose change is on its way, or happened while the channel was read.
    left_out: usize,
}

impl View {
    fn differences(&self, conn: &mut Conn<'_>, offers: Vec<OfferRow>, seen: &BTreeMap<i32, Seen>) -> Result<Differing, Failure> {
        let mut found = Differing::default();
        let on_the_way = offers::on_the_way(conn, self.account.account_id, &offers)?;
        for offer in offers {
            let seen = seen.get(&offer.offer_id);
            let differences = compare(&offer, seen.map(|seen| &seen.shown), self.ends_at_zero);
            if differences.is_empty() {
                continue;
            }
            let since = seen.map_or(self.begun, |seen| seen.at);
            if on_the_way.contains(&offer.offer_id) || offer.last_changed >= since.0 {
                found.left_out = found.left_out.saturating_add(1);
            } else {
                found.offers.push((offer, differences));
            }
        }
        Ok(found)
    }
}

fn tell(
    tx: &mut Tx<'_>,
    account: &Account,
    differing: &[(OfferRow, Vec<Difference>)],
    repaired: bool,
    left: usize,
) -> Result<usize, Failure> {
    let item_ids: Vec<i32> = differing.iter().map(|(offer, _)| offer.item_id).collect();
    let numbers: BTreeMap<i32, String> =
        offers::items_for(&mut tx.conn, &item_ids)?.into_iter().map(|item| (item.item_id, item.internal_item_number)).collect();
    let rows: Vec<MessageRow> = differing
        .iter()
        .flat_map(|(offer, differences)| differences.iter().map(move |difference| (offer, difference)))
        .take(left)
        .map(|(offer, difference)| {
            let about = About::Offer { offer_id: offer.offer_id, item_id: offer.item_id };
            let item = numbers.get(&offer.item_id).map_or("", String::as_str);
            message_row(account, about, &report::difference(difference, item, repaired))
        })
        .collect();
    let written = rows.len();
    for row in rows {
        messages::add(tx, row)?;
    }
    Ok(written)
}

/// Records what the channel shows, and marks what has to be said: the planner does the rest.
fn set_right(tx: &mut Tx<'_>, offer: &OfferRow, differences: &[Difference], seen: Option<&Seen>) -> Result<(), Failure> {
    let mut topics: Vec<Topic> = Vec::new();
    for difference in differences {
        match difference {
            Difference::Missing => offers::found_missing(tx, offer)?,
            Difference::Unwanted | Difference::Unconfirmed => {
                let shown = seen.and_then(|seen| seen.shown.quantity).unwrap_or_default();
                offers::announce(tx, &[(offer.offer_id, Announced::Quantity(shown))])?;
            }
            Difference::Quantity { .. } => offers::moved(tx, offer.offer_id)?,
            Difference::Price { .. } => {}
        }
        match (difference, offer.wanted) {
            (Difference::Price { .. }, _) => topics.push(Topic::Price),
            (Difference::Quantity { .. }, _) => topics.push(Topic::Quantity),
            (Difference::Missing, Wanted::Ended) => {}
            (Difference::Unwanted, Wanted::Ended) => topics.push(Topic::Listing),
            (Difference::Missing | Difference::Unwanted | Difference::Unconfirmed, _) => topics.extend(Topic::ALL),
        }
    }
    let dirty: Vec<_> = topics.into_iter().map(|topic| (offer.offer_id, offer.account_id, topic)).collect();
    outbox::mark(tx, &dirty)
}
