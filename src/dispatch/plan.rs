//! What to tell a channel about offers, from what is known about them. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::config::Account;
use crate::connectors::{OfferChange, Price, Quantity, Wanted};
use crate::domain::{Stamp, stock};
use crate::preparation::{self, Effective, Lack, effective};
use crate::store::offers::{ItemForOffer, OfferRow, OfferState, StockFigures};
use crate::store::outbox::{PARKED, PENDING, StateRow, Topic};

/// How often an offer may be part of a call that failed as a whole before it is sent alone.
const SUSPECT_AFTER: u32 = 3;

/// The account and the day for which is planned.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub account: &'a Account,
    pub public_url: &'a str,
    /// In the mandator's time zone.
    pub today: NaiveDate,
    pub now: Stamp,
}

/// What one snapshot of the data says about the offers of a batch.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub offers: Vec<OfferRow>,
    /// Their items, and what these show.
    pub data: preparation::Known,
    pub stock: BTreeMap<i32, StockFigures>,
    /// All outbox rows of the offers, due or not, parked or not.
    pub rows: Vec<StateRow>,
}

/// A change to be sent, with the outbox rows that it settles.
#[derive(Debug, Clone)]
pub struct Sending {
    pub change: OfferChange,
    pub item_id: i32,
    /// The change is all there is to say about the offer: afterwards it runs, or has ended.
    pub whole: bool,
    pub rows: Vec<StateRow>,
}

/// Rows that cannot be sent before the ERP completes the data.
#[derive(Debug, Clone)]
pub struct Parking {
    pub offer_id: i32,
    pub item_id: i32,
    pub lack: Lack,
    /// The merchant has not been told yet.
    pub news: bool,
    pub rows: Vec<StateRow>,
}

#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub sendings: Vec<Sending>,
    pub parkings: Vec<Parking>,
    /// Rows that have become pointless, because the offer does not run and shall not.
    pub pointless: Vec<StateRow>,
    /// Rows of an offer whose listing has to wait until then; they go with it.
    pub waiting: Vec<(StateRow, Stamp)>,
}

/// The offers of the next batch, from due rows in their order. Offers that were part of several failed calls go alone:
/// should one of them be what breaks the call, the others get through.
pub fn batch(due: &[StateRow], suspects: &BTreeMap<i32, u32>) -> Vec<i32> {
    let suspected = |offer: i32| suspects.get(&offer).copied().unwrap_or(0) >= SUSPECT_AFTER;
    let mut chosen: Vec<i32> = Vec::new();
    for row in due {
        if chosen.last() == Some(&row.offer_id) || chosen.contains(&row.offer_id) {
            continue;
        }
        if suspected(row.offer_id) {
            if chosen.is_empty() {
                return vec![row.offer_id];
            }
            continue;
        }
        chosen.push(row.offer_id);
    }
    chosen
}

/// Decides for each offer what is sent and which rows that settles.
///
/// An offer that does not run yet, or whose listing is asked for, gets everything at once; a running one only the
/// parts that changed. Whether it runs is our own record: channels without offer numbers exist.
pub fn plan(frame: &Frame<'_>, known: &Known) -> Plan {
    let mut rows_of: BTreeMap<i32, Vec<StateRow>> = BTreeMap::new();
    for row in &known.rows {
        rows_of.entry(row.offer_id).or_default().push(row.clone());
    }
    let mut plan = Plan::default();
    for offer in &known.offers {
        let rows = rows_of.remove(&offer.offer_id).unwrap_or_default();
        let Some(item) = known.data.items.get(&offer.item_id) else {
            plan.pointless.extend(rows);
            continue;
        };
        Planner { frame, known, offer, item, rows }.plan(&mut plan);
    }
    plan
}

struct Planner<'a> {
    frame: &'a Frame<'a>,
    known: &'a Known,
    offer: &'a OfferRow,
    item: &'a ItemForOffer,
    rows: Vec<StateRow>,
}

impl Planner<'_> {
    fn plan(self, plan: &mut Plan) {
        let due: Vec<StateRow> = self.rows.iter().filter(|row| row.status == PENDING && row.due_at <= self.frame.now.0).cloned().collect();
        if due.is_empty() {
            return;
        }
        let is_listing = |row: &&StateRow| row.topic == Topic::Listing as i32;
        let listing_asked = due.iter().any(|row| is_listing(&row));
        let listing_waits = self.rows.iter().find(|row| is_listing(row) && row.status == PENDING && !listing_asked);
        let runs = OfferState::from_id(self.offer.state) == OfferState::Running;
        if self.offer.wanted == 1 && runs && !listing_asked {
            return self.parts(&due, plan);
        }
        if let Some(listing) = listing_waits {
            // The channel said when, and the listing will carry everything.
            let due_at = Stamp(listing.due_at);
            plan.waiting.extend(due.into_iter().map(|row| (row, due_at)));
            return;
        }
        if self.offer.wanted == 1 {
            self.listing(plan);
        } else if runs || listing_asked {
            // Also where we do not know of a running offer: the answer to its listing may have been lost.
            let change = self.change(Wanted::Ended);
            plan.sendings.push(self.sending(change, true, self.rows.clone()));
        } else {
            plan.pointless.extend(due);
        }
    }

    fn listing(self, plan: &mut Plan) {
        let whole = self.effective().and_then(|effective| Ok((effective.content()?, effective.price?.value)));
        match whole {
            Ok((content, price)) => {
                let change = OfferChange {
                    content: Some(content),
                    price: Some(price),
                    quantity: Some(self.quantity()),
                    ..self.change(Wanted::Running)
                };
                plan.sendings.push(self.sending(change, true, self.rows.clone()));
            }
            Err(lack) => {
                let pending = self.rows.iter().filter(|row| row.status == PENDING).cloned().collect();
                plan.parkings.push(self.parking(lack, pending));
            }
        }
    }

    fn parts(self, due: &[StateRow], plan: &mut Plan) {
        let mut change = self.change(Wanted::Running);
        let mut sent = Vec::new();
        // Most changes are of quantities, which need none of it.
        let shows = due.iter().any(|row| matches!(Topic::from_id(row.topic), Some(Topic::Content | Topic::Price)));
        let effective = if shows { self.effective().map(Some) } else { Ok(None) };
        let content = || parts_of(&effective).and_then(Effective::content);
        for row in due {
            let part = match Topic::from_id(row.topic) {
                Some(Topic::Content) => content().map(|part| change.content = Some(part)),
                Some(Topic::Price) => price(&effective).map(|part| {
                    change.price = Some(part);
                    if change.content.is_none() && parts_of(&effective).is_ok_and(|effective| effective.shows_price) {
                        // What is wrong with it is told by its own row.
                        change.content = content().ok();
                    }
                }),
                Some(Topic::Quantity) => {
                    change.quantity = Some(self.quantity());
                    Ok(())
                }
                Some(Topic::Listing) | None => {
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

    fn change(&self, wanted: Wanted) -> OfferChange {
        OfferChange {
            offer_id: self.offer.offer_id,
            sku: self.item.internal_item_number.clone(),
            external_number: self.offer.external_offer_number.clone(),
            wanted,
            content: None,
            price: None,
            quantity: None,
        }
    }

    fn sending(&self, change: OfferChange, whole: bool, rows: Vec<StateRow>) -> Sending {
        Sending { change, item_id: self.item.item_id, whole, rows }
    }

    fn parking(&self, lack: Lack, rows: Vec<StateRow>) -> Parking {
        let error = lack.error();
        let told = self.rows.iter().any(|row| row.status == PARKED && row.last_error.as_deref() == Some(&error));
        Parking { offer_id: self.offer.offer_id, item_id: self.item.item_id, lack, news: !told, rows }
    }

    fn effective(&self) -> Result<Effective, Lack> {
        let frame = preparation::Frame { account: self.frame.account, public_url: self.frame.public_url, today: self.frame.today };
        effective(&frame, &self.known.data, self.item)
    }

    /// Zero is told as zero, also for an offer to be listed: whether that is possible is the channel's word.
    fn quantity(&self) -> Quantity {
        let figures = self.known.stock.get(&self.item.item_id).copied().unwrap_or_default();
        Quantity { offered: stock::offered(figures.stock, figures.reserved), reserved_here: stock::fit(figures.reserved_here) }
    }
}

fn parts_of(effective: &Result<Option<Effective>, Lack>) -> Result<&Effective, Lack> {
    effective.as_ref().map_err(Clone::clone).and_then(|effective| effective.as_ref().ok_or(Lack::Document))
}

fn price(effective: &Result<Option<Effective>, Lack>) -> Result<Price, Lack> {
    parts_of(effective)?.price.clone().map(|price| price.value)
}
