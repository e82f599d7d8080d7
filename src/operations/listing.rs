//! Accounts that list automatically: every active article with a price has a running offer.

use crate::config::{Account, Listing};
use crate::domain::message::channel;
use crate::domain::offer::Wanted;
use crate::domain::{Failure, ItemId, MandatorId};
use crate::operations::Work;
use crate::preparation::{self, Frame};
use crate::store::messages::{self, MessageRow};
use crate::store::offers::{self as store, EndedBy, ItemForOffer, OfferState};
use crate::store::outbox::{self, Topic};
use crate::store::{Conn, listings};

/// Lists and ends offers of these articles where the account's rule says so. Called after articles or prices changed.
pub(crate) fn follow_listing_rules(work: &mut Work<'_, '_>, mandator_id: MandatorId, item_ids: &[ItemId]) -> Result<(), Failure> {
    if work.tx.is_quiet() {
        return Ok(());
    }
    let mandator = work.mandator(mandator_id)?;
    let accounts = work.settings.accounts.iter();
    for account in accounts.filter(|a| a.active && a.mandator_id == mandator_id && a.listing == Listing::Automatic) {
        let items = store::items_for(&mut work.tx.conn, item_ids)?;
        let switched_off: Vec<ItemId> = items.iter().filter(|item| item.active == Some(false)).map(|item| item.item_id).collect();
        let switched_on: Vec<ItemId> = items.iter().filter(|item| item.active != Some(false)).map(|item| item.item_id).collect();
        let today = work.tx.stamp.day_in(mandator.time_zone);
        let frame = Frame { account, public_url: &work.settings.server.public_url, today };
        let priced = priced(&mut work.tx.conn, &frame, &switched_on)?;
        let listings = listings::of_account(&mut work.tx.conn, account.account_id, &priced)?;
        let mut dirty = Vec::new();
        let mut start = Vec::new();
        for item_id in priced {
            if let Some(sku) = taken_sku(work, account, item_id, &items)? {
                let row =
                    MessageRow { item_id: Some(item_id), ..MessageRow::of(mandator_id, account.account_id, &channel::sku_taken(sku)) };
                messages::add(work.tx, row)?;
                continue;
            }
            let (offer, new) = store::prepare(work.tx, mandator_id, account.account_id, item_id)?;
            if new {
                let refill_from = listings.get(&item_id).and_then(|listing| listing.refill_count);
                store::keep_preparation(work.tx, &offer, refill_from, None)?;
            }
            // What a call ended stays ended.
            if offer.wanted == Wanted::Ended && offer.ended_by != EndedBy::Call {
                start.push(offer.offer_id);
                dirty.extend(Topic::ALL.map(|topic| (offer.offer_id, account.account_id, topic)));
            }
        }
        store::want(work.tx, &start)?;
        let mut end = Vec::new();
        for offer in store::of_items(&mut work.tx.conn, account.account_id, &switched_off)? {
            if offer.wanted == Wanted::Running || offer.state == OfferState::Running {
                if offer.wanted == Wanted::Running {
                    end.push(offer.offer_id);
                }
                dirty.push((offer.offer_id, account.account_id, Topic::Listing));
            }
        }
        store::unwant(work.tx, &end, EndedBy::Item)?;
        if !dirty.is_empty() {
            outbox::mark(work.tx, &dirty)?;
            work.concerns([account.account_id]);
        }
    }
    Ok(())
}

/// The SKU of an article without an offer, where another article is offered under it.
fn taken_sku(work: &mut Work<'_, '_>, account: &Account, item_id: ItemId, items: &[ItemForOffer]) -> Result<Option<String>, Failure> {
    let Some(sku) = items.iter().find(|item| item.item_id == item_id).map(|item| item.internal_item_number.clone()) else {
        return Ok(None);
    };
    let conn = &mut work.tx.conn;
    let taken = store::same_sku(conn, account.account_id, item_id, &sku)?.is_some();
    Ok((taken && store::of_items(conn, account.account_id, &[item_id])?.is_empty()).then_some(sku))
}

/// Those of the articles that have a price in the account today.
fn priced(conn: &mut Conn<'_>, frame: &Frame<'_>, item_ids: &[ItemId]) -> Result<Vec<ItemId>, Failure> {
    let known = preparation::load(conn, frame.account, item_ids)?;
    let has_price = |id: &&ItemId| known.items.get(*id).is_some_and(|item| preparation::price(frame, &known, item).is_ok());
    Ok(item_ids.iter().filter(has_price).copied().collect())
}
