//! The SKUs by which a channel knows offers. The article's number is the SKU that an offer is to have; until the channel has
//! confirmed it, it may know the offer by an older one.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::OfferRow;
use crate::domain::{AccountId, Failure, ItemId, OfferId};
use crate::on;
use crate::store::schema::{items, offer_skus, offers};
use crate::store::{Conn, MOST_VARIABLES, Tx};

/// The SKUs that their channel may know offers by, the latest first.
pub(crate) fn live_skus(conn: &mut Conn<'_>, offer_ids: &[OfferId]) -> Result<BTreeMap<OfferId, Vec<String>>, Failure> {
    let mut found: BTreeMap<OfferId, Vec<String>> = BTreeMap::new();
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(OfferId, String)> = on!(conn, c => offer_skus::table
            .filter(offer_skus::offer_id.eq_any(chunk))
            .filter(offer_skus::live.eq(1))
            .order((offer_skus::offer_id, offer_skus::stamp.desc(), offer_skus::sku))
            .select((offer_skus::offer_id, offer_skus::sku))
            .load(c))?;
        rows.into_iter().for_each(|(offer, sku)| found.entry(offer).or_default().push(sku));
    }
    Ok(found)
}

/// Before offers are sent under SKUs: their channel may know them by those from now on, even if its answer gets lost.
pub(crate) fn announce_skus(tx: &mut Tx<'_>, account_id: AccountId, announcements: &[(OfferId, String)]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for (offer_id, sku) in announcements {
        let exists = super::by_ids(&mut tx.conn, &[*offer_id])?.pop().is_some();
        if !exists {
            continue;
        }
        on!(&mut tx.conn, c => diesel::insert_into(offer_skus::table)
            .values((
                offer_skus::offer_id.eq(offer_id),
                offer_skus::sku.eq(sku),
                offer_skus::account_id.eq(account_id),
                offer_skus::live.eq(1),
                offer_skus::stamp.eq(stamp),
            ))
            .on_conflict((offer_skus::offer_id, offer_skus::sku))
            .do_update()
            .set((offer_skus::live.eq(1), offer_skus::stamp.eq(stamp)))
            .execute(c))?;
    }
    Ok(())
}

/// The channel knows the offer by this SKU and no other. What it was known by before still finds it for orders; so does
/// `old_number`, the number that it had in the channel, where it has got another one.
pub(crate) fn confirm_sku(tx: &mut Tx<'_>, offer_id: OfferId, sku: &str, old_number: Option<&str>) -> Result<(), Failure> {
    let stale = offer_skus::offer_id.eq(offer_id).and(offer_skus::sku.ne(sku)).and(offer_skus::live.eq(1));
    if let Some(number) = old_number {
        let renamed = on!(&mut tx.conn, c => diesel::update(offer_skus::table.filter(stale))
            .set(offer_skus::external_number.eq(number))
            .execute(c))?;
        if renamed == 0 {
            // The channel gave it another number under the same SKU.
            let this = offer_skus::offer_id.eq(offer_id).and(offer_skus::sku.eq(sku));
            on!(&mut tx.conn, c => diesel::update(offer_skus::table.filter(this)).set(offer_skus::external_number.eq(number)).execute(c))?;
        }
    }
    on!(&mut tx.conn, c => diesel::update(offer_skus::table.filter(stale)).set(offer_skus::live.eq(0)).execute(c))?;
    Ok(())
}

/// The offers of an account that its channel may know by these SKUs.
pub(crate) fn of_live_skus(conn: &mut Conn<'_>, account_id: AccountId, skus: &[&str]) -> Result<BTreeMap<String, OfferId>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in skus.chunks(MOST_VARIABLES) {
        let rows: Vec<(String, OfferId)> = on!(conn, c => offer_skus::table
            .filter(offer_skus::account_id.eq(account_id))
            .filter(offer_skus::sku.eq_any(chunk))
            .filter(offer_skus::live.eq(1))
            .order(offer_skus::stamp)
            .select((offer_skus::sku, offer_skus::offer_id))
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The channel has ended the offer under its old SKU: it will be listed again, and the channel's number of it is an old one.
pub(crate) fn forget_skus(tx: &mut Tx<'_>, offer: &OfferRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(offer_skus::table
            .filter(offer_skus::offer_id.eq(offer.offer_id))
            .filter(offer_skus::live.eq(1)))
        .set((offer_skus::live.eq(0), offer_skus::external_number.eq(&offer.external_offer_number)))
        .execute(c))?;
    Ok(())
}

/// The offer that was sold under a number or SKU that it had before: by the number, else by the SKU that it had last.
pub(crate) fn sold_before(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    external_number: Option<&str>,
    sku: Option<&str>,
) -> Result<Option<(OfferId, ItemId)>, Failure> {
    let by_number = match external_number {
        None => None,
        Some(number) => on!(conn, c => offer_skus::table
            .inner_join(offers::table.on(offers::offer_id.eq(offer_skus::offer_id)))
            .filter(offer_skus::account_id.eq(account_id))
            .filter(offer_skus::external_number.eq(number))
            .order(offer_skus::stamp.desc())
            .select((offers::offer_id, offers::item_id))
            .first(c)
            .optional())?,
    };
    match (by_number, sku) {
        (Some(found), _) => Ok(Some(found)),
        (None, None) => Ok(None),
        (None, Some(sku)) => Ok(on!(conn, c => offer_skus::table
            .inner_join(offers::table.on(offers::offer_id.eq(offer_skus::offer_id)))
            .filter(offer_skus::account_id.eq(account_id))
            .filter(offer_skus::sku.eq(sku))
            .order((offer_skus::live.desc(), offer_skus::stamp.desc()))
            .select((offers::offer_id, offers::item_id))
            .first(c)
            .optional())?),
    }
}

/// Offers of an account that its channel may know by one of these SKUs, with the SKU and the one that they are to have.
pub(crate) fn holders(conn: &mut Conn<'_>, account_id: AccountId, skus: &[&str]) -> Result<Vec<(String, OfferRow, String)>, Failure> {
    let mut found = Vec::new();
    for chunk in skus.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => offer_skus::table
            .inner_join(offers::table.on(offers::offer_id.eq(offer_skus::offer_id)).inner_join(items::table))
            .filter(offer_skus::account_id.eq(account_id))
            .filter(offer_skus::sku.eq_any(chunk))
            .filter(offer_skus::live.eq(1))
            .select((offer_skus::sku, OfferRow::as_select(), items::internal_item_number))
            .load::<(String, OfferRow, String)>(c))?);
    }
    Ok(found)
}

/// Another article with this number that has an offer in the account: both would have one SKU there.
pub(crate) fn same_sku(conn: &mut Conn<'_>, account_id: AccountId, item_id: ItemId, sku: &str) -> Result<Option<ItemId>, Failure> {
    Ok(on!(conn, c => offers::table
        .inner_join(items::table)
        .filter(offers::account_id.eq(account_id))
        .filter(offers::item_id.ne(item_id))
        .filter(items::internal_item_number.eq(sku))
        .order(offers::offer_id)
        .select(offers::item_id)
        .first(c)
        .optional())?)
}

/// The accounts in which an article has an offer.
pub(crate) fn accounts_of(conn: &mut Conn<'_>, item_id: ItemId) -> Result<BTreeSet<AccountId>, Failure> {
    let accounts: Vec<AccountId> = on!(conn, c => offers::table.filter(offers::item_id.eq(item_id)).select(offers::account_id).load(c))?;
    Ok(accounts.into_iter().collect())
}
