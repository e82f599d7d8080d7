//! Bringing offers to the state they should have: a batch of changes, one result per row.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attempt, Due, Round};
use crate::config::Account;
use crate::connectors::{ChannelError, Outcome, RowResult};
use crate::dispatch::context::Context;
use crate::dispatch::plan::{self, Frame, Known, Plan, Sending, batch, shows};
use crate::dispatch::retry::{Further, chance, further};
use crate::dispatch::settle::{About, Health, Settlement, clean, message_row};
use crate::dispatch::stock_out;
use crate::dispatch::turn::Kind;
use crate::domain::message::{Arg, own};
use crate::domain::offer::Wanted;
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::preparation;
use crate::store::Conn;
use crate::store::accounts::WorkRow;
use crate::store::begun::{self, Begun};
use crate::store::messages;
use crate::store::offers::{self, Confirmed};
use crate::store::outbox::{self, OutboxStatus, Settled};

type Planning = for<'k> fn(&Frame<'k>, &Known) -> Plan;

pub(in crate::dispatch) struct States {
    /// How often an offer was part of a call that failed as a whole.
    suspects: BTreeMap<i32, u32>,
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
        let frame = Frame {
            account: &context.account,
            public_url: &context.settings.server.public_url,
            today: context.today(now),
            now,
            ends_at_zero: context.channel.capabilities.ends_at_zero,
        };
        let mut plan = (self.plan)(&frame, &known);
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
        let mut outcomes: BTreeMap<i32, Outcome> = BTreeMap::new();
        for result in results {
            outcomes.entry(result.offer_id).or_insert(result.outcome);
        }
        for sending in sendings {
            let offer_id = sending.change.offer_id;
            self.suspects.remove(&offer_id);
            let about = About::Offer { offer_id, item_id: sending.item_id };
            let outcome = outcomes.remove(&offer_id);
            if let Some(outcome) = &outcome {
                context.channel.count(ChannelCall::Submit, outcome);
            }
            match outcome {
                Some(Outcome::Done { external_number, url, messages }) => {
                    settlement.messages.extend(messages.iter().map(|m| context.message(about, m)));
                    if let Some(figures) = &sending.out_of_stock {
                        settlement.messages.push(context.message(about, &stock_out::message(figures)));
                    }
                    settlement.confirmed.push((
                        offer_id,
                        Confirmed {
                            external_offer_number: external_number.as_deref().map(clean),
                            url: url.as_deref().map(clean),
                            price: sending.change.price.as_ref().map(|p| p.money.amount.0),
                            quantity: sending.change.quantity.map(|q| q.offered),
                            running: sending.whole.then_some(sending.change.wanted == Wanted::Running),
                        },
                    ));
                    settlement.states.push((sending.rows.clone(), Settled::Done));
                }
                Some(Outcome::Refused(message)) => {
                    log::warn!("account {}: the channel refused offer {offer_id}: {}", context.account_id(), message.code());
                    settlement.messages.push(context.message(about, &message));
                    let error = message.line();
                    settlement.states.push((sending.rows.clone(), Settled::Parked { error }));
                }
                Some(Outcome::Later { after, reason }) => {
                    repeat(context, sending, &reason, after, Stamp(0), now, settlement);
                }
                None => {
                    let reason = "the channel's answer does not mention the row";
                    repeat(context, sending, reason, None, Stamp(0), now, settlement);
                }
            }
        }
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
            repeat(context, sending, &reason, None, blocked_until, now, settlement);
        }
    }
}

/// Offers could not be read, which must not hold up the others of the account. Where the database as a whole is to blame
/// nothing is parked.
fn park_unreadable(context: &mut Context, offers: Vec<i32>, failure: Failure, now: Stamp) -> Result<Attempt, Failure> {
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
            log::error!("account {}: offer {offer_id} cannot be read: {failure}", account.account_id);
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
    let announced: Vec<_> = plan.sendings.iter().filter_map(|s| Some((s.change.offer_id, s.announced?))).collect();
    if announced.is_empty() {
        return Ok(());
    }
    let gone = context.store.write(move |tx| offers::announce(tx, &announced))?;
    plan.sendings.retain(|sending| !gone.contains(&sending.change.offer_id));
    Ok(())
}

/// What can be settled without asking the channel.
fn unsendable(context: &Context, plan: &mut Plan) -> Settlement {
    let mut settlement = context.settlement();
    settlement.states.push((std::mem::take(&mut plan.pointless), Settled::Done));
    for (row, due_at) in std::mem::take(&mut plan.waiting) {
        let error = "waits for the listing of the offer".to_owned();
        settlement.states.push((vec![row], Settled::Again { due_at, error }));
    }
    for out in std::mem::take(&mut plan.stock_outs) {
        if out.news {
            let about = About::Offer { offer_id: out.offer_id, item_id: out.item_id };
            settlement.messages.push(context.message(about, &stock_out::message(&out.figures)));
        }
        settlement.stock_outs.push(out.offer_id);
        settlement.states.push((out.rows, Settled::Done));
    }
    for parking in std::mem::take(&mut plan.parkings) {
        let error = parking.lack.error();
        if parking.news {
            log::warn!("account {}: offer {} cannot be sent: {error}", context.account_id(), parking.offer_id);
            let about = About::Offer { offer_id: parking.offer_id, item_id: parking.item_id };
            settlement.messages.push(context.message(about, &parking.lack.message()));
        }
        settlement.states.push((parking.rows, Settled::Parked { error }));
    }
    settlement
}

/// The rows of a change go again later, not before `earliest`, or are given up. Each climbs its own ladder, so that
/// one that breaks calls lets the others pass. Rows that were parked before stay parked.
fn repeat(
    context: &Context,
    sending: &Sending,
    reason: &str,
    retry_after: Option<std::time::Duration>,
    earliest: Stamp,
    now: Stamp,
    settlement: &mut Settlement,
) {
    let (reason, chance) = (clean(reason), chance());
    let mut given_up = Vec::new();
    for row in sending.rows.iter().filter(|row| row.status == OutboxStatus::Pending) {
        let failures = u32::try_from(row.attempts).unwrap_or_default().saturating_add(1);
        match further(&context.settings.dispatch, now, failures, row.first_failed_at, retry_after, chance) {
            Further::Again(due_at) => {
                settlement.states.push((vec![row.clone()], Settled::Again { due_at: due_at.max(earliest), error: reason.clone() }))
            }
            Further::GiveUp => given_up.push(row.clone()),
        }
    }
    if given_up.is_empty() {
        return;
    }
    let offer_id = sending.change.offer_id;
    log::error!("account {}: gave up on offer {offer_id}: {reason}", context.account_id());
    let about = About::Offer { offer_id, item_id: sending.item_id };
    let message = own::channel_gave_up(&reason);
    settlement.messages.push(context.message(about, &message));
    settlement.states.push((given_up, Settled::Parked { error: format!("{}: {reason}", message.code()) }));
}

/// Everything about a batch, from one snapshot: the values are at least as new as the versions of the rows.
fn load(conn: &mut Conn<'_>, account: &Account, offer_ids: &[i32], now: Stamp) -> Result<Known, Failure> {
    let offers = offers::by_ids(conn, offer_ids)?;
    let mut item_ids: Vec<i32> = offers.iter().map(|offer| offer.item_id).collect();
    item_ids.sort_unstable();
    let stock = offers::stock_figures(conn, account.account_id, &account.warehouses, &item_ids)?;
    let rows = outbox::rows_of(conn, offer_ids)?;
    let shown = offers.iter().filter(|offer| shows(offer, &rows, now)).map(|offer| offer.item_id);
    let shown: Vec<i32> = shown.collect::<BTreeSet<_>>().into_iter().collect();
    let data = if shown.is_empty() { preparation::Known::default() } else { preparation::load(conn, account, &shown)? };
    Ok(Known { rows, offers, data, stock: stock.into_iter().collect() })
}
