//! What differs between our offers and those that the channel showed, and setting it right.

use std::collections::BTreeMap;

use super::compare::{Difference, compare, compare_sku};
use super::pass::Seen;
use super::wording;
use crate::config::Account;
use crate::dispatch::settle::{About, message_row};
use crate::domain::offer::Wanted;
use crate::domain::{Failure, ItemId, OfferId, Stamp};
use crate::store::messages::{self, MessageRow};
use crate::store::offers::{self, Announced, OfferRow};
use crate::store::outbox::{self, Topic};
use crate::store::{Conn, Tx};

/// How our offers are compared.
pub(crate) struct View {
    pub account: Account,
    /// When the reconciliation began.
    pub begun: Stamp,
    pub ends_at_zero: bool,
}

#[derive(Default)]
pub(crate) struct Differing {
    pub offers: Vec<(OfferRow, Vec<Difference>)>,
    /// Others whose change is on its way, or happened while the channel was read.
    pub left_out: usize,
}

impl View {
    pub(crate) fn differences(
        &self,
        conn: &mut Conn<'_>,
        offers: Vec<OfferRow>,
        seen: &BTreeMap<OfferId, Seen>,
    ) -> Result<Differing, Failure> {
        let mut found = Differing::default();
        let on_the_way = offers::on_the_way(conn, self.account.account_id, &offers)?;
        let skus = offers::live_skus(conn, &offers.iter().map(|offer| offer.offer_id).collect::<Vec<_>>())?;
        for offer in offers {
            let seen = seen.get(&offer.offer_id);
            let mut differences = compare(&offer, seen.map(|seen| &seen.shown), self.ends_at_zero);
            let known = skus.get(&offer.offer_id).map_or(&[][..], Vec::as_slice);
            differences.extend(seen.and_then(|seen| compare_sku(&offer, seen.shown.running, seen.sku.as_deref(), known)));
            if differences.is_empty() {
                continue;
            }
            let since = seen.map_or(self.begun, |seen| seen.at);
            if on_the_way.contains(&offer.offer_id) || offer.last_changed >= since.0 {
                found.left_out = found.left_out.saturating_add(1);
            } else {
                found.offers.push((offer, differences));
            }
        }
        Ok(found)
    }
}

/// Tells the merchant of differences, at most `left` times; gives the count of messages.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    account: &Account,
    differing: &[(OfferRow, Vec<Difference>)],
    repaired: bool,
    left: usize,
) -> Result<usize, Failure> {
    let item_ids: Vec<ItemId> = differing.iter().map(|(offer, _)| offer.item_id).collect();
    let numbers: BTreeMap<ItemId, String> =
        offers::items_for(&mut tx.conn, &item_ids)?.into_iter().map(|item| (item.item_id, item.internal_item_number)).collect();
    let rows: Vec<MessageRow> = differing
        .iter()
        .flat_map(|(offer, differences)| differences.iter().map(move |difference| (offer, difference)))
        .take(left)
        .map(|(offer, difference)| {
            let about = About::Offer { offer_id: offer.offer_id, item_id: offer.item_id };
            let item = numbers.get(&offer.item_id).map_or("", String::as_str);
            message_row(account, about, &wording::difference(difference, item, repaired))
        })
        .collect();
    let written = rows.len();
    for row in rows {
        messages::add(tx, row)?;
    }
    Ok(written)
}

/// Records what the channel shows, and marks what has to be said: the planner does the rest.
pub(crate) fn set_right(tx: &mut Tx<'_>, offer: &OfferRow, differences: &[Difference], seen: Option<&Seen>) -> Result<(), Failure> {
    let mut topics: Vec<Topic> = Vec::new();
    for difference in differences {
        match difference {
            Difference::Missing => offers::found_missing(tx, offer)?,
            Difference::Unwanted | Difference::Unconfirmed => {
                let shown = seen.and_then(|seen| seen.shown.quantity).unwrap_or_default();
                offers::announce(tx, &[(offer.offer_id, Announced::Quantity(shown))])?;
            }
            Difference::Quantity { .. } => offers::moved(tx, offer.offer_id)?,
            // By which it is found, and renamed or ended.
            Difference::Sku { shown, .. } => offers::announce_skus(tx, offer.account_id, &[(offer.offer_id, shown.clone())])?,
            Difference::Price { .. } => {}
        }
        match (difference, offer.wanted) {
            (Difference::Price { .. }, _) => topics.push(Topic::Price),
            (Difference::Sku { .. }, _) => topics.push(Topic::Content),
            (Difference::Quantity { .. }, _) => topics.push(Topic::Quantity),
            (Difference::Missing, Wanted::Ended) => {}
            (Difference::Unwanted, Wanted::Ended) => topics.push(Topic::Listing),
            (Difference::Missing | Difference::Unwanted | Difference::Unconfirmed, _) => topics.extend(Topic::ALL),
        }
    }
    let dirty: Vec<_> = topics.into_iter().map(|topic| (offer.offer_id, offer.account_id, topic)).collect();
    outbox::mark(tx, &dirty)
}
