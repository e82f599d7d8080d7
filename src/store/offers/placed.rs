//! What we know about an offer in its channel, moved along by `domain::stock::Placed`.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::skus::{confirm_sku, forget_skus};
use super::{EndedBy, OfferRow, OfferState, Wanted, by_ids, left_behind};
use crate::domain::limits;
use crate::domain::message::clean;
use crate::domain::stock::{Life, Placed};
use crate::domain::{AccountId, Failure, ItemId, OfferId, OrderId};
use crate::on;
use crate::store::accounts;
use crate::store::outbox::{self, Topic};
use crate::store::schema::{offers, order_items};
use crate::store::{MOST_VARIABLES, Tx};

/// What is about to be sent to a channel; afterwards it may show that, even if its answer gets lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    Quantity(i32),
    /// Stock control ends it, but the shop keeps the page: nothing is left.
    SoldOut,
    /// It is ended by stock control.
    End,
}

/// What the channel confirmed about an offer; `None` leaves a part as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Confirmed {
    pub external_offer_number: Option<String>,
    pub url: Option<String>,
    pub price: Option<i64>,
    pub quantity: Option<i32>,
    /// Runs (true) or has ended (false) at the channel.
    pub running: Option<bool>,
    /// The SKU under which the channel has it.
    pub sku: Option<String>,
    /// It has ended only to be listed again under another SKU.
    pub moves: bool,
    /// Not the offer itself: the listing that it had under this SKU has ended.
    pub left_behind: Option<String>,
}

impl Confirmed {
    /// With what the channel's answer names beside.
    pub(crate) fn by(self, number: Option<&str>, url: Option<&str>) -> Confirmed {
        Confirmed {
            external_offer_number: number.map(|number| limits::channel_number(number).into_owned()).or(self.external_offer_number),
            url: url.map(clean).or(self.url),
            ..self
        }
    }
}

fn one(tx: &mut Tx<'_>, offer_id: OfferId) -> Result<Option<OfferRow>, Failure> {
    Ok(by_ids(&mut tx.conn, &[offer_id])?.pop())
}

/// Keeps announcements before the call. Gives the offers that exist no more: nobody could end them later.
pub(crate) fn announce(tx: &mut Tx<'_>, announcements: &[(OfferId, Announced)]) -> Result<Vec<OfferId>, Failure> {
    let ids: Vec<OfferId> = announcements.iter().map(|(offer_id, _)| *offer_id).collect();
    let rows: BTreeMap<OfferId, OfferRow> = by_ids(&mut tx.conn, &ids)?.into_iter().map(|row| (row.offer_id, row)).collect();
    let mut gone = Vec::new();
    for (offer_id, announced) in announcements {
        let Some(row) = rows.get(offer_id) else {
            gone.push(*offer_id);
            continue;
        };
        let placed = match announced {
            Announced::Quantity(quantity) => row.placed().announced(*quantity),
            Announced::SoldOut => row.placed().sold_out(),
            Announced::End => row.placed().ending(),
        };
        // A call that unwanted the offer meanwhile has the last word on who ended it.
        let ended_by = if placed.life == Life::Ending && row.wanted == Wanted::Running { EndedBy::Stock } else { row.ended_by };
        let shows = (placed.open, ended_by) != (row.open_quantity, row.ended_by);
        let last_changed = if shows { tx.stamp.0 } else { row.last_changed };
        on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id))
            .set((
                offers::open_quantity.eq(placed.open),
                offers::open_at_most.eq(placed.at_most),
                offers::ended_by.eq(ended_by),
                offers::last_changed.eq(last_changed),
            ))
            .execute(c))?;
    }
    Ok(gone)
}

/// Stores what the channel confirmed.
pub(crate) fn confirm(tx: &mut Tx<'_>, offer_id: OfferId, confirmed: &Confirmed) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let Some(mut row) = one(tx, offer_id)? else {
        return Ok(());
    };
    if let Some(sku) = &confirmed.left_behind {
        left_behind::ended(tx, offer_id, sku)?;
        // Its row carried this; what it was to carry for the offer itself comes now, and another such listing, too.
        return outbox::mark(tx, &[(offer_id, row.account_id, Topic::Listing)]);
    }
    let mut placed = row.placed();
    if let Some(sku) = confirmed.sku.as_deref().filter(|_| !confirmed.moves) {
        let before = row.external_offer_number.as_deref();
        let old = before.filter(|before| confirmed.external_offer_number.as_deref().is_some_and(|now| now != *before));
        confirm_sku(tx, offer_id, sku, old)?;
    }
    if let Some(number) = &confirmed.external_offer_number {
        row.external_offer_number = Some(number.clone());
    }
    if let Some(url) = &confirmed.url {
        row.url = Some(url.clone());
    }
    row.shown_price = confirmed.price.or(row.shown_price);
    row.shown_quantity = confirmed.quantity.or(row.shown_quantity);
    if let Some(quantity) = confirmed.quantity {
        placed = placed.confirmed(quantity);
    }
    placed = take_running(tx, &mut row, placed, confirmed)?;
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id))
        .set((
            offers::state.eq(row.state),
            offers::external_offer_number.eq(&row.external_offer_number),
            offers::url.eq(&row.url),
            offers::shown_price.eq(row.shown_price),
            offers::shown_quantity.eq(row.shown_quantity),
            offers::open_quantity.eq(placed.open),
            offers::open_at_most.eq(placed.at_most),
            offers::ended_by.eq(row.ended_by),
            offers::started_at.eq(row.started_at),
            offers::ended_at.eq(row.ended_at),
            offers::accepted_at.eq(row.accepted_at),
            offers::list_after.eq(row.list_after),
            offers::last_changed.eq(stamp),
        ))
        .execute(c))?;
    if confirmed.moves {
        // Orders under the old SKU are collected first: they take pieces off the stock that is offered under the new one.
        accounts::want_poll(tx, row.account_id)?;
        outbox::mark(tx, &[(offer_id, row.account_id, Topic::Listing)])?;
    }
    Ok(())
}

/// Whether the channel shows it now.
fn take_running(tx: &mut Tx<'_>, row: &mut OfferRow, placed: Placed, confirmed: &Confirmed) -> Result<Placed, Failure> {
    let stamp = tx.stamp.0;
    let mut placed = placed;
    match confirmed.running {
        Some(true) => {
            if row.state != OfferState::Running {
                row.state = OfferState::Running;
                row.started_at = Some(stamp);
                row.ended_at = None;
            }
            row.accepted_at = None;
            row.list_after = None;
            if row.wanted == Wanted::Running {
                row.ended_by = EndedBy::Nobody;
            }
        }
        Some(false) => {
            if row.state != OfferState::Ended {
                row.state = OfferState::Ended;
                row.ended_at = Some(stamp);
            }
            placed = placed.ended();
            if confirmed.moves {
                forget_skus(tx, row)?;
                (row.external_offer_number, row.url, row.list_after) = (None, None, Some(stamp));
            } else if row.wanted == Wanted::Running {
                row.ended_by = EndedBy::Stock;
            }
        }
        None => {}
    }
    Ok(placed)
}

/// Keeps what the merchant was told that the channel does not take of an offer.
pub(crate) fn keep_left_out(tx: &mut Tx<'_>, offer_id: OfferId, left_out: &str) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id)).set(offers::left_out.eq(left_out)).execute(c))?;
    Ok(())
}

fn save_placed(tx: &mut Tx<'_>, offer_id: OfferId, change: impl FnOnce(Placed) -> Placed) -> Result<(), Failure> {
    let Some(row) = one(tx, offer_id)? else {
        return Ok(());
    };
    let placed = change(row.placed());
    // fetchOffers shows what is open, so that is a change.
    let last_changed = if placed.open == row.open_quantity { row.last_changed } else { tx.stamp.0 };
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id))
        .set((
            offers::open_quantity.eq(placed.open),
            offers::open_at_most.eq(placed.at_most),
            offers::last_changed.eq(last_changed),
        ))
        .execute(c))?;
    Ok(())
}

/// An order of the offer was collected: its pieces are not on offer any more (OB).
pub(crate) fn sold(tx: &mut Tx<'_>, offer_id: OfferId, pieces: i32) -> Result<(), Failure> {
    save_placed(tx, offer_id, |placed| placed.sold(pieces))
}

/// The channel may have put pieces back, or moved its own stock: the quantity has to be said again.
pub(crate) fn moved(tx: &mut Tx<'_>, offer_id: OfferId) -> Result<(), Failure> {
    save_placed(tx, offer_id, Placed::moved)
}

/// The settings of these articles changed: the quantities of their offers have to be said again.
pub(crate) fn moved_items(tx: &mut Tx<'_>, item_ids: &[ItemId]) -> Result<(), Failure> {
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(offers::table
                .filter(offers::item_id.eq_any(chunk))
                .filter(offers::state.eq(OfferState::Running)))
            .set(offers::open_at_most.eq(None::<i32>))
            .execute(c))?;
    }
    Ok(())
}

/// A wanted offer is not listed, because there is not enough stock.
pub(crate) fn wait_for_stock(tx: &mut Tx<'_>, offer_id: OfferId) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::update(offers::table
            .filter(offers::offer_id.eq(offer_id))
            .filter(offers::wanted.eq(Wanted::Running)))
        .set((offers::ended_by.eq(EndedBy::Stock), offers::last_changed.eq(stamp)))
        .execute(c))?;
    Ok(())
}

/// Marks the quantities of an account's offers of the items in an order. The channel moved its own stock, so what it
/// shows is not known.
pub(crate) fn moved_by_order(tx: &mut Tx<'_>, account_id: AccountId, order_id: OrderId) -> Result<(), Failure> {
    let items: Vec<Option<ItemId>> = on!(&mut tx.conn, c => order_items::table
        .filter(order_items::order_id.eq(order_id))
        .filter(order_items::item_id.is_not_null())
        .select(order_items::item_id)
        .load(c))?;
    let items: Vec<ItemId> = items.into_iter().flatten().collect();
    let mut dirty = Vec::new();
    for chunk in items.chunks(MOST_VARIABLES) {
        let found: Vec<OfferId> = on!(&mut tx.conn, c => offers::table
            .filter(offers::item_id.eq_any(chunk))
            .filter(offers::account_id.eq(account_id))
            .filter(offers::wanted.eq(Wanted::Running))
            .select(offers::offer_id)
            .load(c))?;
        for offer_id in &found {
            moved(tx, *offer_id)?;
        }
        dirty.extend(found.into_iter().map(|offer| (offer, account_id, Topic::Quantity)));
    }
    outbox::mark(tx, &dirty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MandatorId;
    use crate::store::testing::{self, on_stores};

    #[test]
    fn an_announcement_that_shows_is_a_change_and_its_repeat_is_none() {
        on_stores(|store| {
            let id = store
                .write(|tx| {
                    let item = testing::item(tx, MandatorId(1), "MUG", &[])?;
                    testing::offer(tx, 1, 101, item, None)
                })
                .unwrap();
            let announce = |announced| {
                store.write(move |tx| announce(tx, &[(id, announced)]).map(drop)).unwrap();
                store.read(|conn| by_ids(conn, &[id])).unwrap().remove(0).last_changed
            };
            let runs = Confirmed { running: Some(true), quantity: Some(3), ..Confirmed::default() };
            store.write(move |tx| confirm(tx, id, &runs)).unwrap();
            let sent = announce(Announced::Quantity(5));
            assert_eq!(announce(Announced::Quantity(5)), sent);
            let ending = announce(Announced::End);
            assert!(ending > sent, "it shows who ends it");
            assert_eq!(announce(Announced::End), ending);
        });
    }
}
