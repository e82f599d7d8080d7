//! Offers: one item in one account.

mod families;
mod figures;
mod find;
mod left_behind;
mod placed;
mod reconciled;
mod skus;
mod taken;

pub(crate) use families::{Member, families};
pub(crate) use figures::{StockFigures, stock_figures};
pub(crate) use find::offer_conditions;
pub(crate) use find::{OfferFilter, changed, matching};
pub(crate) use left_behind::{Former, former_numbers, former_skus, leave_behind, left_behind};
pub(crate) use placed::{Announced, Confirmed, announce, confirm, keep_left_out, moved, moved_by_order, moved_items, sold, wait_for_stock};
pub(crate) use reconciled::{Adopted, adopt, by_external_numbers, found_missing, of_account_after, on_the_way};
pub(crate) use skus::{accounts_of, announce_skus, holders, live_skus, of_live_skus, same_sku, sold_before};
pub(crate) use taken::take_over;

use diesel::prelude::*;

use super::among::among;
use super::deletions::{self, DeletionRow};
use super::schema::{items, offers, order_items, outbox_states};
use super::{Conn, MOST_VARIABLES, Stored, Tx, next_ids};
use crate::domain::item::Item;
pub(crate) use crate::domain::offer::{EndedBy, OfferState, Wanted};
use crate::domain::stock::{Life, Placed};
use crate::domain::{AccountId, Deleted, Failure, ItemId, MandatorId, OfferId, Stamp};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = offers, primary_key(offer_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct OfferRow {
    pub offer_id: OfferId,
    pub mandator_id: MandatorId,
    pub account_id: AccountId,
    pub item_id: ItemId,
    pub state: OfferState,
    pub wanted: Wanted,
    pub external_offer_number: Option<String>,
    pub url: Option<String>,
    /// What the channel last confirmed, in 1/10 000.
    pub shown_price: Option<i64>,
    pub shown_quantity: Option<i32>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub last_changed: i64,
    /// AM, frozen at preparation.
    pub refill_from: Option<i32>,
    /// OB: pieces still on offer in the channel as we know it.
    pub open_quantity: Option<i32>,
    /// The channel shows no more than this.
    pub open_at_most: Option<i32>,
    pub ended_by: EndedBy,
    /// When it is listed automatically.
    pub release_at: Option<i64>,
    /// The platform's element of prepareOffers as it came.
    pub specific_offer_data: Option<String>,
    /// When the channel accepted its listing, which it does not show yet.
    pub accepted_at: Option<i64>,
    /// It has ended under its old SKU, and is listed again after a poll that was asked for then.
    pub list_after: Option<i64>,
    /// What the channel does not take of it, as the merchant was told.
    pub left_out: Option<String>,
}

impl OfferRow {
    /// A prepared offer, known to no channel yet.
    pub fn new(offer_id: OfferId, mandator_id: MandatorId, account_id: AccountId, item_id: ItemId, stamp: Stamp) -> OfferRow {
        OfferRow {
            offer_id,
            mandator_id,
            account_id,
            item_id,
            state: OfferState::Prepared,
            wanted: Wanted::Ended,
            external_offer_number: None,
            url: None,
            shown_price: None,
            shown_quantity: None,
            created_at: stamp.0,
            started_at: None,
            ended_at: None,
            last_changed: stamp.0,
            refill_from: None,
            open_quantity: None,
            open_at_most: None,
            ended_by: EndedBy::Nobody,
            release_at: None,
            specific_offer_data: None,
            accepted_at: None,
            list_after: None,
            left_out: None,
        }
    }

    /// What we know about it in its channel. A running offer that stock control ends stays running until the channel
    /// confirms; `ended_by` says before the call that it may not any more.
    pub fn placed(&self) -> Placed {
        let life = match (self.state, self.ended_by) {
            (OfferState::Running, EndedBy::Stock) => Life::Ending,
            (OfferState::Running, _) => Life::Running,
            _ => Life::Off,
        };
        Placed { life, refill_from: self.refill_from, open: self.open_quantity, at_most: self.open_at_most }
    }

    /// It runs, or a listing of it may be under way: it cannot be forgotten.
    pub fn may_run(&self) -> bool {
        self.placed().may_show() || (self.wanted == Wanted::Running && self.ended_by != EndedBy::Stock)
    }
}

/// Offers by id, in the order of the ids; unknown ids are left out.
pub(crate) fn by_ids(conn: &mut Conn<'_>, ids: &[OfferId]) -> Result<Vec<OfferRow>, Failure> {
    Ok(on!(conn, c => offers::table
        .filter(among(offers::offer_id, ids))
        .order(offers::offer_id)
        .select(OfferRow::as_select())
        .load(c))?)
}

/// The offer of an item in an account; created as prepared where it does not exist. True: it is new.
pub(crate) fn prepare(
    tx: &mut Tx<'_>,
    mandator_id: MandatorId,
    account_id: AccountId,
    item_id: ItemId,
) -> Result<(OfferRow, bool), Failure> {
    let existing = on!(&mut tx.conn, c => offers::table
        .filter(offers::account_id.eq(account_id))
        .filter(offers::item_id.eq(item_id))
        .select(OfferRow::as_select())
        .get_result(c)
        .optional())?;
    if let Some(row) = existing {
        return Ok((row, false));
    }
    let row = OfferRow::new(OfferId(next_ids(tx, "offer", 1)?), mandator_id, account_id, item_id, tx.stamp);
    on!(&mut tx.conn, c => diesel::insert_into(offers::table).values(&row).execute(c))?;
    Ok((row, true))
}

/// Keeps what prepareOffers said about an offer. The threshold is frozen at the first preparation and again by those of
/// an offer that does not run (`channel-calls.md` 3, rule 3).
pub(crate) fn keep_preparation(tx: &mut Tx<'_>, offer: &OfferRow, refill_from: Option<i32>, data: Option<&str>) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let refill_from = if offer.may_run() { offer.refill_from } else { refill_from };
    let data = data.or(offer.specific_offer_data.as_deref());
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer.offer_id))
        .set((offers::refill_from.eq(refill_from), offers::specific_offer_data.eq(data), offers::last_changed.eq(stamp)))
        .execute(c))?;
    Ok(())
}

/// The offers are to run from now on.
pub(crate) fn want(tx: &mut Tx<'_>, offer_ids: &[OfferId]) -> Result<(), Failure> {
    set_wanted(tx, offer_ids, Wanted::Running, EndedBy::Nobody)
}

/// The offers are not to run.
pub(crate) fn unwant(tx: &mut Tx<'_>, offer_ids: &[OfferId], ended_by: EndedBy) -> Result<(), Failure> {
    set_wanted(tx, offer_ids, Wanted::Ended, ended_by)
}

fn set_wanted(tx: &mut Tx<'_>, offer_ids: &[OfferId], wanted: Wanted, ended_by: EndedBy) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(offers::table.filter(offers::offer_id.eq_any(chunk)))
            .set((
                offers::wanted.eq(wanted),
                offers::ended_by.eq(ended_by),
                offers::release_at.eq(None::<i64>),
                offers::last_changed.eq(stamp),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// The offers are to run from a time on; until then they stay as they are.
pub(crate) fn schedule(tx: &mut Tx<'_>, offer_ids: &[OfferId], release_at: Stamp) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(offers::table.filter(offers::offer_id.eq_any(chunk)))
            .set((offers::release_at.eq(release_at.0), offers::last_changed.eq(stamp)))
            .execute(c))?;
    }
    Ok(())
}

/// Scheduled offers whose time has come: `(offer, account)`, the earliest first.
pub(crate) fn due_releases(conn: &mut Conn<'_>, now: Stamp, most: i64) -> Result<Vec<(OfferId, AccountId)>, Failure> {
    Ok(on!(conn, c => offers::table
        .filter(offers::release_at.le(now.0))
        .order((offers::release_at, offers::offer_id))
        .limit(most)
        .select((offers::offer_id, offers::account_id))
        .load(c))?)
}

/// Nothing was known to the channel, or does not matter any more: the next reconciliation says the quantity again.
pub(crate) fn say_again(tx: &mut Tx<'_>, offer_ids: &[OfferId]) -> Result<(), Failure> {
    for offer_id in offer_ids {
        moved(tx, *offer_id)?;
    }
    Ok(())
}

/// Removes offers. Positions of orders that came from them keep their article.
pub(crate) fn delete(tx: &mut Tx<'_>, offer_ids: &[OfferId]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        let gone: Vec<(MandatorId, i32, AccountId, String)> = on!(&mut tx.conn, c => offers::table
            .inner_join(items::table)
            .filter(offers::offer_id.eq_any(chunk))
            .select((offers::mandator_id, offers::offer_id, offers::account_id, items::internal_item_number))
            .load(c))?;
        let row = |(mandator_id, record_id, account_id, internal_item_number)| DeletionRow {
            mandator_id,
            kind: Deleted::Offer,
            stamp,
            record_id,
            internal_item_number,
            account_id: Some(account_id),
        };
        deletions::note(tx, &gone.into_iter().map(row).collect::<Vec<_>>())?;
        on!(&mut tx.conn, c => diesel::update(order_items::table.filter(order_items::offer_id.eq_any(chunk.iter().copied().map(Some))))
            .set(order_items::offer_id.eq(None::<OfferId>))
            .execute(c))?;
        on!(&mut tx.conn, c => diesel::delete(offers::table.filter(offers::offer_id.eq_any(chunk))).execute(c))?;
    }
    Ok(())
}

/// The item columns that an offer needs, with the stored document.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = items)]
pub(crate) struct ItemForOffer {
    pub item_id: ItemId,
    pub internal_item_number: String,
    pub identifier: String,
    pub vendor_item_number: Option<String>,
    pub ean_code: Option<String>,
    pub match_code: Option<String>,
    pub tax_type_id: i32,
    pub category_id: Option<i32>,
    pub active: Option<bool>,
    pub variant_parent_id: Option<ItemId>,
    /// In 1/10 000.
    pub list_price: Option<i64>,
    pub data: Stored<Item>,
    pub delivery_time_id: Option<i32>,
    pub delivery_time_identifier: Option<String>,
    pub delivery_charge_category_id: Option<i32>,
    pub external_delivery_charge_category_id: Option<String>,
}

impl ItemForOffer {
    pub(crate) fn document(&self) -> Result<Item, Failure> {
        self.data.read(|| format!("item {}", self.item_id))
    }
}

/// Items by id; unknown ids are left out.
pub(crate) fn items_for(conn: &mut Conn<'_>, ids: &[ItemId]) -> Result<Vec<ItemForOffer>, Failure> {
    Ok(on!(conn, c => items::table.filter(among(items::item_id, ids)).select(ItemForOffer::as_select()).load(c))?)
}

/// Offers of these articles in an account.
pub(crate) fn of_items(conn: &mut Conn<'_>, account_id: AccountId, item_ids: &[ItemId]) -> Result<Vec<OfferRow>, Failure> {
    Ok(on!(conn, c => offers::table
        .filter(offers::account_id.eq(account_id))
        .filter(among(offers::item_id, item_ids))
        .select(OfferRow::as_select())
        .load(c))?)
}

/// Which of these offers have rows in the outbox, pending or refused.
pub(crate) fn with_pending_changes(conn: &mut Conn<'_>, offer_ids: &[OfferId]) -> Result<std::collections::BTreeSet<OfferId>, Failure> {
    let ids: Vec<OfferId> = on!(conn, c => outbox_states::table
        .filter(among(outbox_states::offer_id, offer_ids))
        .select(outbox_states::offer_id)
        .load(c))?;
    Ok(ids.into_iter().collect())
}
