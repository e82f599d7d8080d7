//! Reconciliation: compares what the channel shows with what we know, tells the differences, and sets them right when
//! asked to. Small steps, so that it holds up nothing.
//!
//! 1. The channel's offers are read page by page, and matched with ours.
//! 2. Orders are collected once more: one that was placed before a page was read has lowered its quantity.
//! 3. Our offers are compared with what the pages showed.
//!
//! Repairing means to record that the channel shows something else and to mark the outbox: the planner and stock control
//! decide what is sent.

mod compare;
mod differences;
mod left_behind;
mod matching;
mod pass;
mod strangers;
mod wording;

use std::collections::BTreeMap;

use super::{Attempt, Due, Round};
use crate::connectors::{ChannelError, ListedOffer};
use crate::dispatch::context::Context;
use crate::dispatch::retry::{after, chance, pause};
use crate::dispatch::settle::clean;
use crate::dispatch::turn::Kind;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, OfferId, Stamp};
use crate::store::accounts::{self, WorkRow};
use crate::store::begun::{self, Begun};
use crate::store::{Conn, broken_document, offers};
use compare::Shown;
use differences::{View, set_right, tell};
use left_behind::{LeftBehind, end_left_behind};
use matching::Match;
use pass::{Pass, Seen, Step, due, scheduled};
use strangers::meet;
use wording::Stranger;

/// Offers that are compared in one step.
const AT_ONCE: i64 = 200;
/// Calls in a row that may fail before it is given up.
const MOST_FAILURES: u32 = 5;

#[derive(Debug, Default)]
pub(in crate::dispatch) struct Reconciliation {
    pass: Option<Pass>,
    /// It is marked as begun in the database.
    marked: bool,
}

impl Round for Reconciliation {
    /// Does the next step of a reconciliation.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let waits = context.channel.has_to_wait(ChannelCall::ListOffers, now);
        // It begins with its first call, so that what is asked for until then becomes part of it.
        let begin = || due(work, &context.account.reconciliation, now).filter(|_| !waits).map(Pass::new);
        let Some(pass) = self.pass.take().or_else(begin) else { return Ok(None) };
        self.mark(context, work)?;
        match pass.step {
            Step::Listing { .. } if pass.not_before > now || waits => self.wait(pass),
            Step::Collecting { wanted } if work.poll_served < wanted => self.wait(pass),
            Step::Listing { ref cursor } => {
                let cursor = cursor.clone();
                self.list(context, pass, cursor, work, now).map(Some)
            }
            Step::Collecting { .. } => self.compare_next(context, pass, 0, now).map(Some),
            Step::Comparing { after } => self.compare_next(context, pass, after, now).map(Some),
        }
    }

    /// Only listing waits for a time: a poll that is waited for wakes the worker itself, and comparing goes on at once.
    fn due(&self, _conn: &mut Conn<'_>, context: &Context, work: &WorkRow, now: Stamp) -> Result<Vec<Due>, Failure> {
        let schedule = &context.account.reconciliation;
        let next = match &self.pass {
            Some(pass) if matches!(pass.step, Step::Collecting { .. }) => None,
            Some(pass) => Some(pass.not_before),
            None if due(work, schedule, now).is_some() => Some(now),
            None => scheduled(work, schedule),
        };
        Ok(Due::calling(ChannelCall::ListOffers, next).into_iter().collect())
    }

    fn forget(&mut self) {
        *self = Reconciliation::default();
    }
}

impl Reconciliation {
    /// Marks it as begun, once: it takes many turns.
    fn mark(&mut self, context: &Context, work: &WorkRow) -> Result<(), Failure> {
        if self.marked {
            return Ok(());
        }
        let (account_id, begun) = (context.account_id(), work.reconcile_begun.saturating_add(1));
        context.store.write(move |tx| begun::mark(tx, &Begun::Reconciliation(account_id.0), begun))?;
        self.marked = true;
        Ok(())
    }

    fn wait(&mut self, pass: Pass) -> Result<Option<Attempt>, Failure> {
        self.pass = Some(pass);
        Ok(None)
    }

    fn list(
        &mut self,
        context: &mut Context,
        mut pass: Pass,
        cursor: Option<String>,
        work: &WorkRow,
        now: Stamp,
    ) -> Result<Attempt, Failure> {
        if !context.channel.capabilities.lists_offers {
            pass.report.error = Some("the channel cannot list its offers".to_owned());
            return self.finish(context, &pass, now);
        }
        let at = Stamp::now();
        let (result, now) = context.channel.call(ChannelCall::ListOffers, now, |connector| connector.list_offers(cursor.as_deref()));
        match result.and_then(|listed| pass.take_sensible(listed, cursor.as_deref())) {
            Ok(listed) => {
                context.channel.answered(Kind::Reconciliation);
                pass.failures = 0;
                let ended = listed.next.is_none();
                take_page(context, &mut pass, listed.offers, at)?;
                let account_id = context.account_id();
                let wanted = context.store.write(move |tx| {
                    accounts::call_worked(tx, account_id)?;
                    if ended {
                        accounts::want_poll(tx, account_id)?;
                    }
                    Ok(tx.stamp.0)
                })?;
                pass.step = if ended { Step::Collecting { wanted } } else { Step::Listing { cursor: listed.next } };
                self.pass = Some(pass);
                Ok(Attempt::Worked)
            }
            Err(error) => self.listing_failed(context, pass, &error, work, now),
        }
    }

    fn listing_failed(
        &mut self,
        context: &mut Context,
        mut pass: Pass,
        error: &ChannelError,
        work: &WorkRow,
        now: Stamp,
    ) -> Result<Attempt, Failure> {
        let blocked_until = context.failed(Kind::Reconciliation, error, work, now);
        let (account_id, text) = (context.account_id(), clean(&error.to_string()));
        let kept = text.clone();
        context.store.write(move |tx| accounts::call_failed(tx, account_id, blocked_until, &kept))?;
        pass.failures = pass.failures.saturating_add(1);
        if pass.failures >= MOST_FAILURES {
            pass.report.error = Some(text);
            self.finish(context, &pass, now)?;
        } else {
            pass.not_before = after(now, pause(&context.settings.dispatch, pass.failures, None, chance())).max(blocked_until);
            self.pass = Some(pass);
        }
        Ok(Attempt::Failed)
    }

    fn compare_next(&mut self, context: &Context, mut pass: Pass, behind: i32, now: Stamp) -> Result<Attempt, Failure> {
        let account_id = context.account_id();
        let view = View { account: context.account.clone(), begun: pass.begun, ends_at_zero: context.channel.capabilities.ends_at_zero };
        let found = context.store.read(|conn| {
            let mut offers = offers::of_account_after(conn, account_id, behind, AT_ONCE)?;
            let last = offers.last().map(|offer| offer.offer_id);
            offers.retain(|offer| !pass.imported.contains(&offer.offer_id));
            Ok((last, view.differences(conn, offers, &pass.seen)?))
        });
        let (last, differing) = match found {
            Ok((Some(last), differing)) => (last, differing),
            Ok((None, _)) => return self.finish(context, &pass, now),
            Err(failure) => return self.end_unreadable(context, pass, &failure, now),
        };
        pass.step = Step::Comparing { after: last.0 };
        pass.report.left_out = pass.report.left_out.saturating_add(differing.left_out);
        let ids: Vec<OfferId> = differing.offers.iter().map(|(offer, _)| offer.offer_id).collect();
        if !ids.is_empty() {
            settle_differences(context, &mut pass, view, ids)?;
        }
        self.pass = Some(pass);
        Ok(Attempt::Worked)
    }

    /// A row that cannot be read ends it: begun again it would come to the same row. A database that is down does not.
    fn end_unreadable(&mut self, context: &Context, mut pass: Pass, failure: &Failure, now: Stamp) -> Result<Attempt, Failure> {
        let account_id = context.account_id();
        context.store.read(|conn| offers::of_account_after(conn, account_id, i32::MAX, 1))?;
        pass.report.error = Some(failure.to_string());
        self.finish(context, &pass, now)
    }

    fn finish(&mut self, context: &Context, pass: &Pass, now: Stamp) -> Result<Attempt, Failure> {
        let account_id = context.account_id();
        let report = &pass.report;
        let json = serde_json::to_string(report).map_err(|error| broken_document("report of a reconciliation", &error))?;
        let wanted = pass.asked.wanted;
        context.store.write(move |tx| accounts::reconciled(tx, account_id, wanted, now, &json))?;
        self.marked = false;
        let level = if report.error.is_some() { log::Level::Error } else { log::Level::Info };
        log::log!(level, "account {account_id}: reconciliation: {report}");
        context.bell.tell_settled();
        Ok(Attempt::Worked)
    }
}

/// Keeps what a page shows of our offers; tells of the others, or makes them ours.
fn take_page(context: &Context, pass: &mut Pass, page: Vec<ListedOffer>, at: Stamp) -> Result<(), Failure> {
    let mut page: Vec<ListedOffer> = page.into_iter().map(matching::fitted).collect();
    page.retain(|listed| listed.external_number.as_ref().or(listed.sku.as_ref()).is_none_or(|key| pass.listed.insert(key.clone())));
    pass.report.listed = pass.report.listed.saturating_add(page.len());
    let account = &context.account;
    let matches = context.store.read(|conn| matching::find(conn, account, &page))?;
    let (mut strangers, mut left) = (Vec::new(), Vec::new());
    for (listed, found) in page.into_iter().zip(matches) {
        match found {
            Match::Ours { offer_id, by_number } => {
                let second = keep_seen(pass, offer_id, by_number, listed, at);
                strangers.extend(second.map(|second| (second, Err(Stranger::Second))));
            }
            Match::LeftBehind { offer_id, sku } if listed.running => left.push(LeftBehind { listed, offer_id, sku }),
            Match::LeftBehind { .. } => {}
            Match::Article { item_id } => strangers.push((listed, Ok(item_id))),
            Match::Nobody(why) => strangers.push((listed, Err(why))),
        }
    }
    if !left.is_empty() {
        end_left_behind(context, pass, left, at)?;
    }
    strangers.retain(|(listed, _)| listed.running);
    if strangers.is_empty() {
        return Ok(());
    }
    let total = strangers.len();
    let (account, import, left) = (context.account.clone(), pass.asked.import, pass.messages_left());
    let (imported, written) = context.store.write(move |tx| meet(tx, &account, &strangers, import, left))?;
    pass.report.imported = pass.report.imported.saturating_add(imported.len());
    pass.report.unknown = pass.report.unknown.saturating_add(total.saturating_sub(imported.len()));
    pass.imported.extend(imported);
    pass.has_written(written);
    Ok(())
}

/// Keeps what the channel shows of an offer. Of two for one article the one whose number we know is ours, else the first
/// one; gives the other one.
fn keep_seen(pass: &mut Pass, offer_id: OfferId, by_number: bool, listed: ListedOffer, at: Stamp) -> Option<ListedOffer> {
    if pass.seen.contains_key(&offer_id) && !by_number {
        return Some(listed);
    }
    let shown = Shown { running: listed.running, price: listed.price, quantity: listed.quantity };
    let other = pass.seen.insert(offer_id, Seen { shown, number: listed.external_number.clone(), sku: listed.sku.clone(), at })?;
    Some(ListedOffer { external_number: other.number, sku: other.sku, running: other.shown.running, ..listed })
}

/// Tells of offers that differ, and sets them right when asked to. Compares once more inside the transaction: a call may
/// have changed an offer meanwhile.
fn settle_differences(context: &Context, pass: &mut Pass, view: View, ids: Vec<OfferId>) -> Result<(), Failure> {
    let seen: BTreeMap<OfferId, Seen> = ids.iter().filter_map(|id| Some((*id, pass.seen.get(id)?.clone()))).collect();
    let (repair, left) = (pass.asked.repair, pass.messages_left());
    let (differing, written) = context.store.write(move |tx| {
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
    pass.has_written(written);
    pass.report.left_out = pass.report.left_out.saturating_add(differing.left_out);
    for (_, differences) in &differing.offers {
        differences.iter().for_each(|difference| wording::count(&mut pass.report, difference));
        pass.report.repaired = pass.report.repaired.saturating_add(usize::from(repair));
    }
    Ok(())
}
