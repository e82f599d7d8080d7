//! Bringing offers to the state they should have: a batch of changes, one result per row.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attempt, Due, Round};
use crate::config::Account;
use crate::connectors::{Acceptance, Capabilities, ChannelError, Outcome, RowResult};
use crate::dispatch::batch_tally::BatchTally;
use crate::dispatch::context::Context;
use crate::dispatch::fit;
use crate::dispatch::plan::{self, Frame, Known, Plan, Sending, Unfit, batch, shows};
use crate::dispatch::rename::{self, Way};
use crate::dispatch::retry::after;
use crate::dispatch::sent::{Pause, Sent};
use crate::dispatch::settle::{About, Health, Settlement, clean, message_row};
use crate::dispatch::stock_out;
use crate::dispatch::turn::Kind;
use crate::domain::message::{Arg, own};
use crate::domain::offer::Wanted;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, ItemId, OfferId, Stamp};
use crate::preparation;
use crate::store::Conn;
use crate::store::accounts::WorkRow;
use crate::store::begun::{self, Begun};
use crate::store::messages;
use crate::store::offers::{self, Confirmed, OfferRow, StockFigures};
use crate::store::outbox::{self, OutboxRow, OutboxStatus, Settled, StateRow};
use crate::store::tasks::Accepted;

/// Characters of a channel's name of a task.
const LONGEST_TASK: usize = 1000;

type Planning = for<'k> fn(&Frame<'k>, &Known) -> Plan;

pub(in crate::dispatch) struct States {
    /// How often an offer was part of a call that failed as a whole.
    suspects: BTreeMap<OfferId, u32>,
    /// Tests plan otherwise.
    pub plan: Planning,
}

impl Default for States {
    fn default() -> States {
        States { suspects: BTreeMap::new(), plan: plan::plan }
    }
}

impl Round for States {
    /// Sends the next batch of due states.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        if context.channel.has_to_wait(ChannelCall::Submit, now) {
            return Ok(None);
        }
        let (account_id, most) = (context.account_id(), context.channel.capabilities.batch_size.max(1));
        let due = context.store.read(|conn| outbox::due_offers(conn, account_id, now, most))?;
        let (offers, begun) = batch(&due, &self.suspects);
        if offers.is_empty() {
            return Ok(None);
        }
        context.begin(Begun::States(offers.clone()), begun)?;
        let account = &context.account;
        let known = match context.store.read(|conn| load(conn, account, &offers, now)) {
            Ok(known) => known,
            Err(failure) => return park_unreadable(context, offers, failure, now).map(Some),
        };
        let can = &context.channel.capabilities;
        let frame = Frame {
            account: &context.account,
            public_url: &context.settings.server.public_url,
            today: context.today(now),
            now,
            ends_at_zero: can.ends_at_zero,
            renames: can.renames,
            longest_sku: can.longest_sku,
            poll_served: work.poll_served,
        };
        let mut plan = (self.plan)(&frame, &known);
        set_misfits_aside(&mut plan, can);
        for sending in &mut plan.sendings {
            sending.left_out = sending.change.content.as_mut().map(|content| fit::cut(content, can));
        }
        let mut settlement = unsendable(context, &mut plan);
        announce(context, &mut plan)?;
        if plan.sendings.is_empty() {
            context.settle(settlement)?;
            return Ok(Some(Attempt::Worked));
        }
        let changes: Vec<_> = plan.sendings.iter().map(|s| s.change.clone()).collect();
        let (result, now) = context.channel.call(ChannelCall::Submit, now, |connector| connector.submit(&changes));
        let attempt = match result {
            Ok(results) => {
                context.channel.answered(Kind::States);
                settlement.health = Some(Health::Worked);
                self.settle_rows(context, &plan.sendings, results, now, &mut settlement);
                Attempt::Worked
            }
            Err(error) => {
                let blocked_until = context.failed(Kind::States, &error, work, now);
                self.repeat_all(context, &plan.sendings, &error, blocked_until, now, &mut settlement);
                settlement.health = Some(Health::Failed { blocked_until, error: clean(&error.to_string()) });
                Attempt::Failed
            }
        };
        context.settle(settlement)?;
        Ok(Some(attempt))
    }

    fn due(&self, conn: &mut Conn<'_>, context: &Context, _work: &WorkRow, _now: Stamp) -> Result<Vec<Due>, Failure> {
        let next = outbox::next_due_state(conn, context.account_id())?;
        Ok(Due::calling(ChannelCall::Submit, next).into_iter().collect())
    }

    /// What was learnt about the offers stays true.
    fn forget(&mut self) {}
}

impl States {
    fn settle_rows(&mut self, context: &Context, sendings: &[Sending], results: Vec<RowResult>, now: Stamp, settlement: &mut Settlement) {
        let mut outcomes: BTreeMap<OfferId, Outcome> = BTreeMap::new();
        for result in results {
            outcomes.entry(result.offer_id).or_insert(result.outcome);
        }
        let mut tally = BatchTally::default();
        for sending in sendings {
            let offer_id = sending.change.offer_id;
            self.suspects.remove(&offer_id);
            let outcome = outcomes.remove(&offer_id);
            tally.note(sending, outcome.as_ref());
            if let Some(outcome) = &outcome {
                context.channel.count(ChannelCall::Submit, outcome);
                tell_left_out(context, sending, outcome, settlement);
            }
            let (mut sent, at_once) = (sent(sending), Pause { now, earliest: Stamp(0), after: None });
            match outcome.map(|outcome| sent.take_in_part(context, outcome, now, settlement)) {
                Some(Outcome::Done { external_number, url, messages } | Outcome::DoneInPart { external_number, url, messages, .. }) => {
                    let about = sent.about;
                    if sending.keeps {
                        let error = "waits for its SKU".to_owned();
                        settlement.settle(sent.rows, &Settled::Again { due_at: now, error });
                    } else {
                        sent.done(context, &messages, settlement);
                    }
                    if let Some(figures) = &sending.out_of_stock {
                        settlement.messages.push(context.message(about, &stock_out::message(figures)));
                    }
                    settlement.confirmed.push((offer_id, confirms(sending).by(external_number.as_deref(), url.as_deref())));
                }
                Some(Outcome::Refused(message)) => sent.refused(context, &message, settlement),
                Some(Outcome::Later { after, reason }) => sent.again(context, &reason, Pause { after, ..at_once }, settlement),
                Some(Outcome::Accepted(Acceptance { task, .. })) if task.chars().count() > LONGEST_TASK => {
                    sent.again(context, "the channel's name of the task is too long", at_once, settlement);
                }
                Some(Outcome::Accepted(Acceptance { task, after: named })) => {
                    if let Some(figures) = &sending.out_of_stock {
                        settlement.messages.push(context.message(sent.about, &stock_out::message(figures)));
                    }
                    let due_at = after(now, named.unwrap_or(context.channel.capabilities.task_pace));
                    let rows = if sending.keeps { Vec::new() } else { sending.rows.clone() };
                    settlement.accepted.push((task, now, due_at, Accepted { offer_id, confirms: confirms(sending), rows }));
                }
                None => sent.again(context, "the channel's answer does not mention the row", at_once, settlement),
            }
        }
        log::info!("account {}: batch of {tally}", context.account_id());
    }

    fn repeat_all(
        &mut self,
        context: &Context,
        sendings: &[Sending],
        error: &ChannelError,
        blocked_until: Stamp,
        now: Stamp,
        settlement: &mut Settlement,
    ) {
        let reason = error.to_string();
        for sending in sendings {
            if sendings.len() > 1 {
                let failures = self.suspects.entry(sending.change.offer_id).or_default();
                *failures = failures.saturating_add(1);
            }
            sent(sending).again(context, &reason, Pause { now, earliest: blocked_until, after: None }, settlement);
        }
    }
}

/// The merchant hears once what the channel does not take of an offer, and again when that is something else.
fn tell_left_out(context: &Context, sending: &Sending, outcome: &Outcome, settlement: &mut Settlement) {
    let taken = matches!(outcome, Outcome::Done { .. } | Outcome::DoneInPart { .. } | Outcome::Accepted(_));
    let Some(left_out) = sending.left_out.as_ref().filter(|_| taken) else { return };
    let words = fit::words(left_out);
    if words == sending.told_left_out.as_deref().unwrap_or_default() {
        return;
    }
    if !left_out.is_empty() {
        let about = About::Offer { offer_id: sending.change.offer_id, item_id: sending.item_id };
        settlement.messages.push(context.message(about, &fit::message(left_out)));
    }
    settlement.left_out.push((sending.change.offer_id, words));
}

/// Offers could not be read, which must not hold up the others of the account. Where the database as a whole is to blame
/// nothing is parked.
fn park_unreadable(context: &mut Context, offers: Vec<OfferId>, failure: Failure, now: Stamp) -> Result<Attempt, Failure> {
    let account = &context.account;
    let mut unreadable = Vec::new();
    for offer in offers {
        if let Err(failure) = context.store.read(|conn| load(conn, account, &[offer], now)) {
            unreadable.push((offer, failure));
        }
    }
    context.store.read(|conn| load(conn, account, &[], now))?;
    if unreadable.is_empty() {
        return Err(failure);
    }
    let account = context.account.clone();
    context.end(move |tx| {
        for (offer_id, failure) in unreadable {
            log::error!("account {}: offer {offer_id} is parked: it cannot be read: {failure}", account.account_id);
            let message = own::offer_unreadable(Arg::worded(|reader| failure.text(reader)));
            let error = message.line();
            let item_id = begun::park_unreadable(tx, offer_id, &error)?;
            let about = item_id.map_or(About::Account, |item_id| About::Offer { offer_id, item_id });
            messages::add(tx, message_row(&account, about, &message))?;
        }
        Ok(())
    })?;
    context.bell.tell_settled();
    Ok(Attempt::Worked)
}

/// Records what is about to be sent to the channel. Offers that are deleted meanwhile are left out.
fn announce(context: &Context, plan: &mut Plan) -> Result<(), Failure> {
    let skus: Vec<_> = plan.sendings.iter().filter(|s| s.new_sku).map(|s| (s.change.offer_id, s.change.sku.clone())).collect();
    let announced: Vec<_> = plan.sendings.iter().filter_map(|s| Some((s.change.offer_id, s.announced?))).collect();
    if announced.is_empty() && skus.is_empty() {
        return Ok(());
    }
    let account_id = context.account_id();
    let gone = context.store.write(move |tx| {
        offers::announce_skus(tx, account_id, &skus)?;
        offers::announce(tx, &announced)
    })?;
    plan.sendings.retain(|sending| !gone.contains(&sending.change.offer_id));
    Ok(())
}

/// What can be settled without asking the channel.
fn unsendable(context: &Context, plan: &mut Plan) -> Settlement {
    let mut settlement = context.settlement();
    settlement.settle(std::mem::take(&mut plan.pointless), &Settled::Done);
    for (row, due_at) in std::mem::take(&mut plan.waiting) {
        let error = "waits for the listing of the offer".to_owned();
        settlement.settle([row], &Settled::Again { due_at, error });
    }
    settlement.following.append(&mut plan.following);
    for unfit in std::mem::take(&mut plan.unfit) {
        let error = unfit.message.line();
        let reported = |row: &StateRow| row.status == OutboxStatus::Parked && row.last_error.as_deref() == Some(&error);
        let news = !unfit.rows.iter().any(reported);
        if news {
            log::warn!("account {}: offer {} is parked: it does not fit its channel: {error}", context.account_id(), unfit.offer_id);
            let about = About::Offer { offer_id: unfit.offer_id, item_id: unfit.item_id };
            settlement.messages.push(context.message(about, &unfit.message));
        }
        settlement.settle(unfit.rows, &Settled::Parked { error });
    }
    for out in std::mem::take(&mut plan.stock_outs) {
        if out.news {
            let about = About::Offer { offer_id: out.offer_id, item_id: out.item_id };
            settlement.messages.push(context.message(about, &stock_out::message(&out.figures)));
        }
        settlement.stock_outs.push(out.offer_id);
        settlement.settle(out.rows, &Settled::Done);
    }
    for parking in std::mem::take(&mut plan.parkings) {
        let error = parking.lack.error();
        if parking.news {
            log::warn!("account {}: offer {} is parked: it cannot be sent: {error}", context.account_id(), parking.offer_id);
            let about = About::Offer { offer_id: parking.offer_id, item_id: parking.item_id };
            settlement.messages.push(context.message(about, &parking.lack.message()));
        }
        settlement.settle(parking.rows, &Settled::Parked { error });
    }
    settlement
}

/// What the channel cannot take, as its capabilities say, is not sent.
fn set_misfits_aside(plan: &mut Plan, can: &Capabilities) {
    let sendings = std::mem::take(&mut plan.sendings);
    for sending in sendings {
        match fit::misfit(&sending.change, can) {
            None => plan.sendings.push(sending),
            Some(message) => {
                plan.unfit.push(Unfit { offer_id: sending.change.offer_id, item_id: sending.item_id, message, rows: sending.rows })
            }
        }
    }
}

/// What the channel confirms when it has done it.
fn confirms(sending: &Sending) -> Confirmed {
    let change = &sending.change;
    Confirmed {
        external_offer_number: change.external_number.clone(),
        url: None,
        price: change.price.as_ref().map(|price| price.money.amount.0),
        quantity: change.quantity.map(|quantity| quantity.offered),
        running: sending.whole.then_some(change.wanted == Wanted::Running),
        sku: Some(change.sku.clone()),
        moves: sending.moves,
        left_behind: sending.left_behind.clone(),
    }
}

fn sent(sending: &Sending) -> Sent {
    let offer_id = sending.change.offer_id;
    let rows = sending.rows.iter().cloned().map(OutboxRow::from).collect();
    Sent { about: About::Offer { offer_id, item_id: sending.item_id }, name: format!("offer {offer_id}"), rows }
}

/// Everything about a batch, from one snapshot: the values are at least as new as the versions of the rows.
fn load(conn: &mut Conn<'_>, account: &Account, offer_ids: &[OfferId], now: Stamp) -> Result<Known, Failure> {
    let offers = offers::by_ids(conn, offer_ids)?;
    let mut item_ids: Vec<ItemId> = offers.iter().map(|offer| offer.item_id).collect();
    item_ids.sort_unstable();
    let stock = offers::stock_figures(conn, account.account_id, &account.warehouses, &item_ids)?;
    let rows = outbox::rows_of(conn, offer_ids)?;
    let skus = offers::live_skus(conn, offer_ids)?;
    let ways = ways_of(conn, account, &offers, &stock, &skus)?;
    let left_behind = offers::left_behind(conn, account.account_id, offer_ids)?;
    let shown = offers.iter().filter(|offer| shows(offer, &rows, now)).map(|offer| offer.item_id);
    let shown: Vec<ItemId> = shown.collect::<BTreeSet<_>>().into_iter().collect();
    let parent_of = |data: &preparation::Known, item: &ItemId| data.items.get(item).and_then(|item| item.variant_parent_id);
    let data = if shown.is_empty() { preparation::Known::default() } else { preparation::load(conn, account, &shown)? };
    let parents: BTreeSet<ItemId> = shown.iter().filter_map(|item| parent_of(&data, item)).collect();
    let families = offers::families(conn, account.account_id, &parents.into_iter().collect::<Vec<_>>())?;
    Ok(Known { families, rows, offers, data, stock: stock.into_iter().collect(), skus, ways, left_behind })
}

/// How offers come to SKUs that their channel does not know them by yet.
fn ways_of(
    conn: &mut Conn<'_>,
    account: &Account,
    offers: &[OfferRow],
    stock: &[(ItemId, StockFigures)],
    skus: &BTreeMap<OfferId, Vec<String>>,
) -> Result<BTreeMap<OfferId, Way>, Failure> {
    let number = |item_id: ItemId| stock.iter().find(|(item, _)| *item == item_id).map(|(_, figures)| &figures.internal_item_number);
    let movers = offers.iter().filter(|offer| offer.wanted == Wanted::Running).filter_map(|offer| {
        let number = number(offer.item_id)?;
        let known = skus.get(&offer.offer_id).is_some_and(|skus| skus.first() == Some(number) && skus.len() == 1);
        (!known).then(|| (offer.offer_id, number.clone()))
    });
    rename::ways(conn, account.account_id, &movers.collect::<Vec<_>>())
}
