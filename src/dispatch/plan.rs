//! What to send to a channel about offers, from what is known about them. Pure.

mod family;
mod renamed;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::fit::LeftOut;
use super::rename::Way;
use crate::config::Account;
use crate::connectors::{OfferChange, OfferContent, Price, Quantity};
use crate::domain::message::Message;
use crate::domain::offer::Wanted;
use crate::domain::stock::{self, Decision, Figures, Life};
use crate::domain::{ItemId, OfferId, Stamp, TaskId};
use crate::preparation::{self, Effective, Lack, effective};
use crate::store::offers::{Announced, EndedBy, Former, Member, OfferRow, StockFigures};
use crate::store::outbox::{OutboxStatus, StateRow, Topic};

/// How often an offer may be part of a call that failed as a whole before it is sent alone.
const SUSPECT_AFTER: u32 = 3;

/// The account and the day for which is planned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub account: &'a Account,
    pub public_url: &'a str,
    /// In the mandator's time zone.
    pub today: NaiveDate,
    pub now: Stamp,
    /// See [`crate::connectors::Capabilities`].
    pub ends_at_zero: bool,
    pub renames: bool,
    pub longest_sku: usize,
    /// Up to which wish the account's orders are collected.
    pub poll_served: i64,
}

/// What one snapshot of the data says about the offers of a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub offers: Vec<OfferRow>,
    /// What the items show, of the offers that [`shows`] names.
    pub data: preparation::Known,
    pub stock: BTreeMap<ItemId, StockFigures>,
    /// All outbox rows of the offers, due or not, parked or not.
    pub rows: Vec<StateRow>,
    /// The SKUs that the channel may know the offers by, the latest first.
    pub skus: BTreeMap<OfferId, Vec<String>>,
    /// Offers whose new SKU another offer of the account has at the channel.
    pub ways: BTreeMap<OfferId, Way>,
    /// Listings that offers had, and that the channel still shows.
    pub left_behind: BTreeMap<OfferId, Former>,
    /// The offers of families, by the parent.
    pub families: BTreeMap<ItemId, Vec<Member>>,
}

/// A change to be sent, with the outbox rows that it settles.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub change: OfferChange,
    pub item_id: ItemId,
    /// The change is all there is to say about the offer: afterwards it runs, or has ended.
    pub whole: bool,
    /// What has to be on record before the call, because its answer may get lost.
    pub announced: Option<Announced>,
    /// The channel may know it by the SKU of the change from now on, and did not before.
    pub new_sku: bool,
    /// The end of an offer that is to have another SKU: it is listed again afterwards.
    pub moves: bool,
    /// The end of a listing that the offer had under this SKU of our records, not of the offer itself.
    pub left_behind: Option<String>,
    /// Its rows stay due whatever the channel answers.
    pub keeps: bool,
    /// What the channel has no place for in the content; `None` without content.
    pub left_out: Option<Vec<LeftOut>>,
    /// The same as the merchant was told it before.
    pub told_left_out: Option<String>,
    /// Stock control ends the offer: the numbers for the merchant.
    pub out_of_stock: Option<Figures>,
    pub rows: Vec<StateRow>,
}

/// A wanted offer that is not listed, because there is not enough stock.
#[derive(Debug, Clone)]
pub(crate) struct StockOut {
    pub offer_id: OfferId,
    pub item_id: ItemId,
    pub figures: Figures,
    /// It was not reported to the merchant yet.
    pub news: bool,
    pub rows: Vec<StateRow>,
}

/// Rows that cannot be sent before the ERP completes the data.
#[derive(Debug, Clone)]
pub(crate) struct Parking {
    pub offer_id: OfferId,
    pub item_id: ItemId,
    pub lack: Lack,
    /// It was not reported to the merchant yet.
    pub news: bool,
    pub rows: Vec<StateRow>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub sendings: Vec<Sending>,
    pub parkings: Vec<Parking>,
    pub stock_outs: Vec<StockOut>,
    /// Rows for which nothing needs to be sent: the offer does not run and is not meant to, or shows the right quantity.
    pub pointless: Vec<StateRow>,
    /// Rows of an offer whose listing has to wait until then; they go with it.
    pub waiting: Vec<(StateRow, Stamp)>,
    /// Rows that can only follow a task.
    pub following: Vec<(StateRow, TaskId)>,
    /// Rows that the channel cannot take, as is known without asking it.
    pub unfit: Vec<Unfit>,
}

/// Rows that the channel cannot take.
#[derive(Debug, Clone)]
pub(crate) struct Unfit {
    pub offer_id: OfferId,
    pub item_id: ItemId,
    pub message: Message,
    pub rows: Vec<StateRow>,
}

/// The offers of the next batch, from due ones in their order, and how often work on them was cut off. Offers that were part
/// of several failed calls, or of one that was cut off, go alone: should one of them be what breaks it, the others get
/// through.
pub(crate) fn batch(due: &[(OfferId, i32)], suspects: &BTreeMap<OfferId, u32>) -> (Vec<OfferId>, i32) {
    let alone = |(offer, begun): &(OfferId, i32)| *begun > 0 || suspects.get(offer).is_some_and(|failures| *failures >= SUSPECT_AFTER);
    match due.first() {
        Some((offer, begun)) if alone(&(*offer, *begun)) => (vec![*offer], *begun),
        _ => (due.iter().filter(|due| !alone(due)).map(|(offer, _)| *offer).collect(), 0),
    }
}

/// It is to be sent now.
fn is_due(row: &StateRow, now: Stamp) -> bool {
    row.status == OutboxStatus::Pending && row.task_id.is_none() && row.due_at <= now.0
}

/// What its item shows is needed to plan an offer. Most changes are of quantities, for which columns will do.
pub(crate) fn shows(offer: &OfferRow, rows: &[StateRow], now: Stamp) -> bool {
    let mut due = rows.iter().filter(|row| row.offer_id == offer.offer_id && is_due(row, now));
    let only_quantities = offer.placed().life == Life::Running && due.all(|row| row.topic == Topic::Quantity);
    offer.wanted == Wanted::Running && !only_quantities
}

/// Decides for each offer what is sent and which rows that settles.
///
/// An offer that does not run yet, or whose listing is asked for, gets everything at once; a running one only the
/// parts that changed. Whether it runs is our own record: channels without offer numbers exist.
pub(crate) fn plan(frame: &Frame<'_>, known: &Known) -> Plan {
    let mut rows_of: BTreeMap<OfferId, Vec<StateRow>> = BTreeMap::new();
    for row in &known.rows {
        rows_of.entry(row.offer_id).or_default().push(row.clone());
    }
    let mut plan = Plan::default();
    for offer in &known.offers {
        let rows = rows_of.remove(&offer.offer_id).unwrap_or_default();
        let Some(stock) = known.stock.get(&offer.item_id) else {
            plan.pointless.extend(rows);
            continue;
        };
        let (held, rows): (Vec<StateRow>, Vec<StateRow>) = rows.into_iter().partition(|row| row.task_id.is_some());
        let task_of = |topics: &[Topic]| held.iter().find(|row| topics.contains(&row.topic)).and_then(|row| row.task_id);
        let (listing_task, any_task) = (task_of(&[Topic::Listing]), task_of(&Topic::ALL));
        let skus = known.skus.get(&offer.offer_id).map_or(&[][..], Vec::as_slice);
        Planner { frame, known, offer, stock, skus, rows, listing_task, any_task }.plan(&mut plan);
    }
    plan
}

struct Planner<'a> {
    frame: &'a Frame<'a>,
    known: &'a Known,
    offer: &'a OfferRow,
    /// Of its item.
    stock: &'a StockFigures,
    /// By which the channel may know it, the latest first.
    skus: &'a [String],
    /// Those that wait for no task.
    rows: Vec<StateRow>,
    /// The task that its listing or its end is in, and one that any part of it is in.
    listing_task: Option<TaskId>,
    any_task: Option<TaskId>,
}

impl Planner<'_> {
    fn plan(self, plan: &mut Plan) {
        let due: Vec<StateRow> = self.rows.iter().filter(|row| is_due(row, self.frame.now)).cloned().collect();
        if due.is_empty() {
            return;
        }
        if let Some(task_id) = self.listing_task {
            plan.following.extend(due.into_iter().map(|row| (row, task_id)));
            return;
        }
        if self.end_left_behind(&due, plan) || (self.offer.wanted == Wanted::Running && self.make_way(&due, plan)) {
            return;
        }
        let is_listing = |row: &&StateRow| row.topic == Topic::Listing;
        let listing_asked = due.iter().any(|row| is_listing(&row));
        let listing_waits = self.rows.iter().find(|row| is_listing(row) && row.status == OutboxStatus::Pending && !listing_asked);
        let placed = self.offer.placed();
        if self.offer.wanted == Wanted::Running && placed.life == Life::Running && !listing_asked {
            return self.parts(&due, plan);
        }
        if let Some(listing) = listing_waits {
            // The channel said when, and the listing will carry everything.
            let due_at = Stamp(listing.due_at);
            plan.waiting.extend(due.into_iter().map(|row| (row, due_at)));
            return;
        }
        if self.offer.wanted == Wanted::Running {
            self.listing(plan);
        } else if placed.may_show() || listing_asked {
            // Also where we do not know of a running offer: the answer to its listing may have been lost.
            let change = self.change(Wanted::Ended);
            plan.sendings.push(self.sending(change, true, self.rows.clone()));
        } else {
            plan.pointless.extend(due);
        }
    }

    fn listing(self, plan: &mut Plan) {
        let decision = self.decide(stock::upload);
        if decision == Decision::End {
            return self.end_for_stock(plan);
        }
        if let Some(task_id) = self.any_task {
            // It carries the part that is in the task.
            plan.following.extend(self.pending().into_iter().map(|row| (row, task_id)));
            return;
        }
        if self.offer.list_after.is_some_and(|after| self.frame.poll_served < after) {
            let later = self.later();
            plan.waiting.extend(self.pending().into_iter().map(|row| (row, later)));
            return;
        }
        match (self.whole(), decision) {
            (Err(lack), _) => {
                let pending = self.pending();
                plan.parkings.push(self.parking(lack, pending));
            }
            (Ok((content, price)), Decision::Offer(quantity) | Decision::Relist(quantity)) => {
                let change = OfferChange {
                    content: Some(content),
                    price: Some(price),
                    quantity: Some(self.quantity(quantity)),
                    ..self.change(Wanted::Running)
                };
                plan.sendings.push(self.sending(change, true, self.rows.clone()));
            }
            (Ok(_), Decision::Keep | Decision::End) => plan.stock_outs.push(StockOut {
                offer_id: self.offer.offer_id,
                item_id: self.offer.item_id,
                figures: self.figures(),
                news: self.offer.ended_by != EndedBy::Stock,
                rows: self.rows.clone(),
            }),
        }
    }

    fn whole(&self) -> Result<(OfferContent, Price), Lack> {
        let effective = self.effective()?;
        Ok((self.in_family(effective.content()?), effective.price?.value))
    }

    fn pending(&self) -> Vec<StateRow> {
        self.rows.iter().filter(|row| row.status == OutboxStatus::Pending).cloned().collect()
    }

    /// The listing that brings it back will carry everything, so there is nothing more to say.
    fn end_for_stock(self, plan: &mut Plan) {
        // Zero for those who look at the number; to end it is what counts.
        let change = OfferChange { quantity: Some(self.quantity(0)), ..self.change(Wanted::Ended) };
        let known = self.offer.ended_by == EndedBy::Stock;
        let sending = self.sending(change, true, self.rows.clone());
        plan.sendings.push(Sending { announced: Some(Announced::End).filter(|_| !known), out_of_stock: Some(self.figures()), ..sending });
    }

    fn parts(self, due: &[StateRow], plan: &mut Plan) {
        let quantity_asked = due.iter().any(|row| row.topic == Topic::Quantity);
        let decision = if quantity_asked { self.decide(stock::control) } else { Decision::Keep };
        if decision == Decision::End {
            return self.end_for_stock(plan);
        }
        let mut change = self.change(Wanted::Running);
        let mut sent = Vec::new();
        // Most changes are of quantities, which need none of it.
        let shows = due.iter().any(|row| matches!(row.topic, Topic::Content | Topic::Price));
        let effective = if shows { self.effective().map(Some) } else { Ok(None) };
        let content = || parts_of(&effective).and_then(Effective::content).map(|content| self.in_family(content));
        for row in due {
            let part = match row.topic {
                Topic::Content => content().map(|part| change.content = Some(part)),
                Topic::Price => price(&effective).map(|part| {
                    change.price = Some(part);
                    if change.content.is_none() && parts_of(&effective).is_ok_and(|effective| effective.shows_price) {
                        // Its own row reports what is wrong with it.
                        change.content = content().ok();
                    }
                }),
                Topic::Quantity if decision != Decision::Keep => {
                    if let Decision::Offer(quantity) | Decision::Relist(quantity) = decision {
                        change.quantity = Some(self.quantity(quantity));
                    }
                    Ok(())
                }
                Topic::Quantity | Topic::Listing => {
                    plan.pointless.push(row.clone());
                    continue;
                }
            };
            match part {
                Ok(()) => sent.push(row.clone()),
                Err(lack) => plan.parkings.push(self.parking(lack, vec![row.clone()])),
            }
        }
        if !sent.is_empty() {
            plan.sendings.push(self.sending(change, false, sent));
        }
    }

    fn sending(&self, change: OfferChange, whole: bool, rows: Vec<StateRow>) -> Sending {
        let placed = self.offer.placed();
        let told = change.quantity.map(|quantity| quantity.offered).filter(|_| change.wanted == Wanted::Running);
        let announced = told.and_then(|told| match self.figures() {
            figures if figures.ends() => (placed.sold_out() != placed).then_some(Announced::SoldOut),
            figures => figures.announces(&placed, told).then_some(Announced::Quantity(told)),
        });
        let new_sku = self.skus.iter().all(|known| *known != change.sku) && (change.wanted == Wanted::Running || !self.skus.is_empty());
        Sending {
            change,
            item_id: self.offer.item_id,
            whole,
            announced,
            new_sku,
            moves: false,
            left_behind: None,
            keeps: false,
            left_out: None,
            told_left_out: self.offer.left_out.clone(),
            out_of_stock: None,
            rows,
        }
    }

    fn parking(&self, lack: Lack, rows: Vec<StateRow>) -> Parking {
        let error = lack.error();
        let told = self.rows.iter().any(|row| row.status == OutboxStatus::Parked && row.last_error.as_deref() == Some(&error));
        Parking { offer_id: self.offer.offer_id, item_id: self.offer.item_id, lack, news: !told, rows }
    }

    fn effective(&self) -> Result<Effective, Lack> {
        let frame = preparation::Frame { account: self.frame.account, public_url: self.frame.public_url, today: self.frame.today };
        let item = self.known.data.items.get(&self.offer.item_id).ok_or(Lack::Document)?;
        effective(&frame, &self.known.data, item)
    }

    fn figures(&self) -> Figures {
        self.stock.figures()
    }

    /// A channel that keeps sold-out offers gets the quantity 0 instead of their end.
    fn decide(&self, rule: impl Fn(&Figures, &stock::Placed) -> Decision) -> Decision {
        let figures = self.figures();
        if figures.ends() && !self.frame.ends_at_zero {
            return Decision::Offer(0);
        }
        rule(&figures, &self.offer.placed())
    }

    fn quantity(&self, offered: i32) -> Quantity {
        Quantity { offered, reserved_here: stock::fit(self.stock.reserved_here) }
    }
}

fn parts_of(effective: &Result<Option<Effective>, Lack>) -> Result<&Effective, Lack> {
    effective.as_ref().map_err(Clone::clone).and_then(|effective| effective.as_ref().ok_or(Lack::Document))
}

fn price(effective: &Result<Option<Effective>, Lack>) -> Result<Price, Lack> {
    parts_of(effective)?.price.clone().map(|price| price.value)
}
