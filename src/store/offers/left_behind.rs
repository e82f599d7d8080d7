//! Listings that a channel still shows although the offer has left them: for another SKU, or for another number of the channel.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::{AccountId, Failure, OfferId};
use crate::on;
use crate::store::schema::offer_skus;
use crate::store::{Conn, MOST_VARIABLES, Tx};

/// A listing that an offer had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Former {
    /// The offer and this name it among our records.
    pub sku: String,
    /// `None`: the channel has no numbers, or none was recorded.
    pub external_number: Option<String>,
}

/// The offers of an account that had these numbers of the channel, with the SKU of that time.
pub(crate) fn former_numbers(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    numbers: &[&str],
) -> Result<BTreeMap<String, (OfferId, String)>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in numbers.chunks(MOST_VARIABLES) {
        let rows: Vec<(Option<String>, OfferId, String)> = on!(conn, c => offer_skus::table
            .filter(offer_skus::account_id.eq(account_id))
            .filter(offer_skus::external_number.eq_any(chunk))
            .order((offer_skus::live.desc(), offer_skus::stamp))
            .select((offer_skus::external_number, offer_skus::offer_id, offer_skus::sku))
            .load(c))?;
        found.extend(rows.into_iter().filter_map(|(number, offer_id, sku)| Some((number?, (offer_id, sku)))));
    }
    Ok(found)
}

/// The offers of an account that had these SKUs, and no number on record for them.
pub(crate) fn former_skus(conn: &mut Conn<'_>, account_id: AccountId, skus: &[&str]) -> Result<BTreeMap<String, OfferId>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in skus.chunks(MOST_VARIABLES) {
        let rows: Vec<(String, OfferId)> = on!(conn, c => offer_skus::table
            .filter(offer_skus::account_id.eq(account_id))
            .filter(offer_skus::sku.eq_any(chunk))
            .filter(offer_skus::live.eq(0))
            .filter(offer_skus::external_number.is_null())
            .order(offer_skus::stamp)
            .select((offer_skus::sku, offer_skus::offer_id))
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The channel shows a former listing of the offer.
pub(crate) fn leave_behind(tx: &mut Tx<'_>, offer_id: OfferId, sku: &str) -> Result<(), Failure> {
    set(tx, offer_id, sku, 1)
}

/// It has ended there.
pub(super) fn ended(tx: &mut Tx<'_>, offer_id: OfferId, sku: &str) -> Result<(), Failure> {
    set(tx, offer_id, sku, 0)
}

fn set(tx: &mut Tx<'_>, offer_id: OfferId, sku: &str, left_behind: i32) -> Result<(), Failure> {
    let this = offer_skus::offer_id.eq(offer_id).and(offer_skus::sku.eq(sku));
    on!(&mut tx.conn, c => diesel::update(offer_skus::table.filter(this)).set(offer_skus::left_behind.eq(left_behind)).execute(c))?;
    Ok(())
}

/// Of each of these offers the first listing that has to end. One without a number is found by its SKU, and only as long as no
/// offer of the account has that.
pub(crate) fn left_behind(conn: &mut Conn<'_>, account_id: AccountId, offer_ids: &[OfferId]) -> Result<BTreeMap<OfferId, Former>, Failure> {
    let mut rows: Vec<(OfferId, String, Option<String>)> = Vec::new();
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => offer_skus::table
            .filter(offer_skus::offer_id.eq_any(chunk))
            .filter(offer_skus::left_behind.eq(1))
            .order((offer_skus::offer_id, offer_skus::stamp, offer_skus::sku))
            .select((offer_skus::offer_id, offer_skus::sku, offer_skus::external_number))
            .load::<(OfferId, String, Option<String>)>(c))?);
    }
    let unnumbered: Vec<&str> = rows.iter().filter(|(_, _, number)| number.is_none()).map(|(_, sku, _)| sku.as_str()).collect();
    let taken = super::of_live_skus(conn, account_id, &unnumbered)?;
    let mut found = BTreeMap::new();
    for (offer_id, sku, external_number) in rows {
        if external_number.is_some() || !taken.contains_key(&sku) {
            found.entry(offer_id).or_insert(Former { sku, external_number });
        }
    }
    Ok(found)
}
