//! What a reconciliation with the channel reads and records.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{EndedBy, OfferRow, OfferState, Wanted};
use crate::domain::{AccountId, Failure, ItemId, OfferId};
use crate::on;
use crate::store::outbox::OutboxStatus;
use crate::store::schema::{offers, order_items, outbox_facts, outbox_states};
use crate::store::{Conn, MOST_VARIABLES, Tx};

/// An offer of the channel that becomes one of ours.
#[derive(Debug, Clone)]
pub(crate) struct Adopted {
    pub external_number: Option<String>,
    pub url: Option<String>,
    /// In 1/10 000.
    pub price: Option<i64>,
    pub quantity: Option<i32>,
    pub refill_from: Option<i32>,
}

/// The next offers of an account behind an id, in the order of their ids.
pub(crate) fn of_account_after(conn: &mut Conn<'_>, account_id: AccountId, after: i32, most: i64) -> Result<Vec<OfferRow>, Failure> {
    Ok(on!(conn, c => offers::table
        .filter(offers::account_id.eq(account_id))
        .filter(offers::offer_id.gt(after))
        .order(offers::offer_id)
        .limit(most)
        .select(OfferRow::as_select())
        .load(c))?)
}

/// The offers of an account with these numbers of the channel.
pub(crate) fn by_external_numbers(conn: &mut Conn<'_>, account_id: AccountId, numbers: &[&str]) -> Result<Vec<OfferRow>, Failure> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => offers::table
            .filter(offers::account_id.eq(account_id))
            .filter(offers::external_offer_number.eq_any(chunk))
            .order(offers::offer_id)
            .select(OfferRow::as_select())
            .load(c))?);
    }
    Ok(found)
}

/// Those of the offers about which something is still to be said: of themselves, or of an order by which a shop moves
/// its stock.
pub(crate) fn on_the_way(conn: &mut Conn<'_>, account_id: AccountId, of: &[OfferRow]) -> Result<BTreeSet<OfferId>, Failure> {
    let mut found = BTreeSet::new();
    for chunk in of.chunks(MOST_VARIABLES) {
        let ids: Vec<OfferId> = chunk.iter().map(|offer| offer.offer_id).collect();
        let items: Vec<Option<ItemId>> = chunk.iter().map(|offer| Some(offer.item_id)).collect();
        let marked: Vec<OfferId> = on!(conn, c => outbox_states::table
            .filter(outbox_states::offer_id.eq_any(&ids))
            .filter(outbox_states::status.eq(OutboxStatus::Pending))
            .select(outbox_states::offer_id)
            .load(c))?;
        let untold = outbox_facts::table
            .filter(outbox_facts::account_id.eq(account_id))
            .filter(outbox_facts::status.eq(OutboxStatus::Pending))
            .select(outbox_facts::order_id);
        let moving: Vec<Option<ItemId>> = on!(conn, c => order_items::table
            .filter(order_items::item_id.eq_any(&items))
            .filter(order_items::order_id.eq_any(untold))
            .select(order_items::item_id)
            .load(c))?;
        found.extend(marked);
        found.extend(chunk.iter().filter(|offer| moving.contains(&Some(offer.item_id))).map(|offer| offer.offer_id));
    }
    Ok(found)
}

/// The channel does not show an offer that was running: it has ended there.
pub(crate) fn found_missing(tx: &mut Tx<'_>, offer: &OfferRow) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let placed = offer.placed().ended();
    let ended_by = if offer.wanted == Wanted::Running { EndedBy::Channel } else { offer.ended_by };
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer.offer_id))
        .set((
            offers::state.eq(OfferState::Ended),
            offers::ended_by.eq(ended_by),
            offers::ended_at.eq(stamp),
            offers::open_quantity.eq(placed.open),
            offers::open_at_most.eq(placed.at_most),
            offers::last_changed.eq(stamp),
        ))
        .execute(c))?;
    Ok(())
}

/// A prepared offer is the one that runs in the channel already.
pub(crate) fn adopt(tx: &mut Tx<'_>, offer_id: OfferId, adopted: &Adopted) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id))
        .set((
            offers::state.eq(OfferState::Running),
            offers::wanted.eq(Wanted::Running),
            offers::ended_by.eq(EndedBy::Nobody),
            offers::release_at.eq(None::<i64>),
            offers::external_offer_number.eq(&adopted.external_number),
            offers::url.eq(&adopted.url),
            offers::shown_price.eq(adopted.price),
            offers::shown_quantity.eq(adopted.quantity),
            offers::open_quantity.eq(adopted.quantity),
            offers::open_at_most.eq(adopted.quantity),
            offers::refill_from.eq(adopted.refill_from),
            offers::started_at.eq(stamp),
            offers::ended_at.eq(None::<i64>),
            offers::last_changed.eq(stamp),
        ))
        .execute(c))?;
    Ok(())
}
