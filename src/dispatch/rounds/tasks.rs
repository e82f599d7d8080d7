//! Asking a channel about what it accepted and works on: task by task, each at the channel's pace.
//!
//! A task that the channel does not know any more, or has worked on for a day, is lost: its offers are read back, and their
//! changes are submitted again.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Attempt, Due, Round};
use crate::connectors::{Acceptance, ListedOffer, OfferKey, Outcome, RowResult, Task, TaskProgress, TaskRow as Row};
use crate::dispatch::context::Context;
use crate::dispatch::retry::after;
use crate::dispatch::sent::{Pause, Sent};
use crate::dispatch::settle::{About, Health, Settlement, clean};
use crate::dispatch::turn::Kind;
use crate::domain::outbox::TaskStage;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, OfferId, Stamp, limits};
use crate::store::Conn;
use crate::store::accounts::WorkRow;
use crate::store::begun::Begun;
use crate::store::offers::{self, Confirmed};
use crate::store::outbox::{OutboxRow, StateRow};
use crate::store::tasks::{self, Accepted, TaskRow};

/// A channel that works on a task for longer has lost it.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Remembers nothing: all of it is in the database.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Tasks;

/// A task with everything that waits for it.
struct Open {
    row: TaskRow,
    /// By offer: what the channel confirms with the task.
    confirms: BTreeMap<OfferId, Confirmed>,
    changes: Vec<StateRow>,
}

impl Round for Tasks {
    /// Asks about the next task that is due.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let account_id = context.account_id();
        let Some(row) = context.store.read(|conn| tasks::next(conn, account_id))?.filter(|row| row.due_at <= now.0) else {
            return Ok(None);
        };
        let lost = row.stage == TaskStage::Lost;
        if context.channel.has_to_wait(if lost { ChannelCall::ReadBack } else { ChannelCall::PollTask }, now) {
            return Ok(None);
        }
        context.begin(Begun::Task(row.task_id), row.begun)?;
        let open = context.store.read(|conn| Open::load(conn, row))?;
        if lost {
            return open.read_back(context, work, now).map(Some);
        }
        if after(Stamp(open.row.accepted_at), LONGEST) <= now {
            log::warn!("account {account_id}: the channel has worked on task {} for a day; it is submitted again", open.row.channel_task);
            return open.lose(context).map(Some);
        }
        open.poll(context, work, now).map(Some)
    }

    fn due(&self, conn: &mut Conn<'_>, context: &Context, _work: &WorkRow, _now: Stamp) -> Result<Vec<Due>, Failure> {
        let next = tasks::next(conn, context.account_id())?;
        let call = |row: &TaskRow| if row.stage == TaskStage::Lost { ChannelCall::ReadBack } else { ChannelCall::PollTask };
        Ok(next.into_iter().map(|row| Due { at: Stamp(row.due_at), call: Some(call(&row)) }).collect())
    }

    fn forget(&mut self) {}
}

impl Open {
    fn load(conn: &mut Conn<'_>, row: TaskRow) -> Result<Open, Failure> {
        let confirms = tasks::offers_of(conn, row.task_id)?.into_iter().collect();
        let changes = tasks::changes_of(conn, row.task_id)?;
        Ok(Open { row, confirms, changes })
    }

    fn poll(self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Attempt, Failure> {
        let rows = self.confirms.iter().map(|(offer_id, confirms)| Row {
            offer_id: *offer_id,
            sku: confirms.sku.clone().unwrap_or_default(),
            external_number: confirms.external_offer_number.clone(),
        });
        let task = Task { id: self.row.channel_task.clone(), accepted_at: Stamp(self.row.accepted_at), rows: rows.collect() };
        let (result, now) = context.channel.call(ChannelCall::PollTask, now, |connector| connector.poll_task(&task));
        let mut settlement = context.settlement();
        match result {
            Ok(progress) => {
                context.channel.answered(Kind::Tasks);
                settlement.health = Some(Health::Worked);
                let (results, ends) = match progress {
                    TaskProgress::Working { results, after } => (results, Some(after)),
                    TaskProgress::Ended(results) => (results, None),
                    TaskProgress::Forgotten => {
                        log::warn!("account {}: the channel has forgotten task {}", context.account_id(), self.row.channel_task);
                        return self.lose(context);
                    }
                };
                self.settle_rows(context, results, now, &mut settlement)?;
                let task_id = self.row.task_id;
                let next = ends.map(|named| after(now, named.unwrap_or(context.channel.capabilities.task_pace)));
                context.settle_with(settlement, move |tx| {
                    if tasks::close(tx, task_id)? {
                        return Ok(());
                    }
                    match next {
                        Some(due_at) => tasks::wait(tx, task_id, due_at, None),
                        // It has ended without a word on some of its rows.
                        None => tasks::lose(tx, task_id),
                    }
                })?;
                Ok(Attempt::Worked)
            }
            Err(error) => {
                let blocked_until = context.failed(Kind::Tasks, &error, work, now);
                let (task_id, error) = (self.row.task_id, clean(&error.to_string()));
                settlement.health = Some(Health::Failed { blocked_until, error: error.clone() });
                context.settle_with(settlement, move |tx| tasks::wait(tx, task_id, blocked_until, Some(&error)))?;
                Ok(Attempt::Failed)
            }
        }
    }

    fn lose(self, context: &mut Context) -> Result<Attempt, Failure> {
        let task_id = self.row.task_id;
        let settlement = context.settlement();
        context.settle_with(settlement, move |tx| tasks::lose(tx, task_id))?;
        Ok(Attempt::Worked)
    }

    /// What the channel shows of the offers is recorded; then their changes are submitted again.
    fn read_back(self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Attempt, Failure> {
        let mut settlement = context.settlement();
        let ids: Vec<OfferId> = self.confirms.keys().copied().collect();
        if context.channel.capabilities.finds_offers && !ids.is_empty() {
            let names = context.store.read(|conn| offers::live_skus(conn, &ids))?;
            // A listing that its offer has left says nothing about the offer.
            let themselves = self.confirms.iter().filter(|(_, confirms)| confirms.left_behind.is_none());
            let keys: Vec<OfferKey> = themselves.map(|(id, confirms)| key(*id, confirms, names.get(id))).collect();
            let (result, now) = context.channel.call(ChannelCall::ReadBack, now, |connector| connector.find_offers(&keys));
            match result {
                Ok(found) => {
                    context.channel.answered(Kind::Tasks);
                    settlement.health = Some(Health::Worked);
                    // Since the task was accepted, the offer may have left the listing that is found for another one.
                    let its_own = |id: &OfferId, listed: &ListedOffer| {
                        listed.sku.as_ref().is_none_or(|sku| names.get(id).is_some_and(|names| names.contains(sku)))
                    };
                    for (offer_id, listed) in found.into_iter().filter(|(id, listed)| ids.contains(id) && its_own(id, listed)) {
                        let number = listed.external_number.as_deref().map(|number| limits::channel_number(number).into_owned());
                        let url = listed.url.as_deref().map(clean);
                        settlement.confirmed.push((offer_id, Confirmed { external_offer_number: number, url, ..Confirmed::default() }));
                    }
                }
                Err(error) => {
                    let blocked_until = context.failed(Kind::Tasks, &error, work, now);
                    let (task_id, error) = (self.row.task_id, clean(&error.to_string()));
                    settlement.health = Some(Health::Failed { blocked_until, error: error.clone() });
                    context.settle_with(settlement, move |tx| tasks::wait(tx, task_id, blocked_until, Some(&error)))?;
                    return Ok(Attempt::Failed);
                }
            }
        }
        settlement.leaving.extend(ids.into_iter().map(|offer_id| (self.row.task_id, offer_id)));
        let task_id = self.row.task_id;
        context.settle_with(settlement, move |tx| tasks::close(tx, task_id).map(drop))?;
        Ok(Attempt::Worked)
    }

    fn settle_rows(&self, context: &Context, results: Vec<RowResult>, now: Stamp, settlement: &mut Settlement) -> Result<(), Failure> {
        let mut outcomes: BTreeMap<OfferId, Outcome> = BTreeMap::new();
        for result in results {
            outcomes.entry(result.offer_id).or_insert(result.outcome);
        }
        outcomes.retain(|offer_id, _| self.confirms.contains_key(offer_id));
        let ids: Vec<OfferId> = outcomes.keys().copied().collect();
        let items: BTreeMap<_, _> =
            context.store.read(|conn| offers::by_ids(conn, &ids))?.into_iter().map(|row| (row.offer_id, row.item_id)).collect();
        for (offer_id, outcome) in outcomes {
            let (Some(item_id), Some(confirms)) = (items.get(&offer_id), self.confirms.get(&offer_id)) else { continue };
            context.channel.count(ChannelCall::PollTask, &outcome);
            settlement.leaving.push((self.row.task_id, offer_id));
            let rows = self.settled_by_it(offer_id);
            let about = About::Offer { offer_id, item_id: *item_id };
            let mut sent = Sent { about, name: format!("offer {offer_id}"), rows: rows.iter().cloned().map(OutboxRow::from).collect() };
            match sent.take_in_part(context, outcome, now, settlement) {
                Outcome::Done { external_number, url, messages } | Outcome::DoneInPart { external_number, url, messages, .. } => {
                    sent.done(context, &messages, settlement);
                    settlement.confirmed.push((offer_id, confirms.clone().by(external_number.as_deref(), url.as_deref())));
                }
                Outcome::Refused(message) => sent.refused(context, &message, settlement),
                Outcome::Later { after, reason } => sent.again(context, &reason, Pause { now, earliest: Stamp(0), after }, settlement),
                Outcome::Accepted(Acceptance { task, after: named }) => {
                    let due_at = after(now, named.unwrap_or(context.channel.capabilities.task_pace));
                    let accepted = Accepted { offer_id, confirms: confirms.clone(), rows };
                    settlement.accepted.push((task, Stamp(self.row.accepted_at), due_at, accepted));
                }
            }
        }
        Ok(())
    }

    /// The changes that are in the task as they were then; those that came later go again.
    fn settled_by_it(&self, offer_id: OfferId) -> Vec<StateRow> {
        self.changes.iter().filter(|row| row.offer_id == offer_id && row.task_version == Some(row.version)).cloned().collect()
    }
}

fn key(offer_id: OfferId, confirms: &Confirmed, names: Option<&Vec<String>>) -> OfferKey {
    let sku = confirms.sku.clone().unwrap_or_default();
    let known_as = names.into_iter().flatten().filter(|name| **name != sku).cloned().collect();
    OfferKey { offer_id, sku, known_as, external_number: confirms.external_offer_number.clone() }
}
