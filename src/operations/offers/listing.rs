//! Accounts that list by themselves: every active article with a price has a running offer.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::config::{Account, Listing};
use crate::domain::Failure;
use crate::domain::price::{self, Dated};
use crate::operations::Work;
use crate::preparation::listing_settings;
use crate::store::offers::{self as store, EndedBy, OfferState};
use crate::store::outbox::{self, Topic};
use crate::store::{Conn, content};

/// Lists and ends offers of these articles where the account's rule says so. Called after articles or prices changed.
pub fn follow_listing_rules(work: &mut Work<'_, '_>, mandator_id: i32, item_ids: &[i32]) -> Result<(), Failure> {
    let mandator = work.mandator(mandator_id)?;
    let accounts = work.settings.accounts.iter();
    for account in accounts.filter(|a| a.active && a.mandator_id == mandator_id && a.listing == Listing::Automatic) {
        let items = store::items_for(&mut work.tx.conn, item_ids)?;
        let switched_off: Vec<i32> = items.iter().filter(|item| item.active == Some(false)).map(|item| item.item_id).collect();
        let switched_on: Vec<i32> = items.iter().filter(|item| item.active != Some(false)).map(|item| item.item_id).collect();
        let today = work.tx.stamp.to_utc().unwrap_or_default().with_timezone(&mandator.time_zone).date_naive();
        let priced = priced(&mut work.tx.conn, account, &switched_on, today)?;
        let data: BTreeMap<i32, &str> = items.iter().map(|item| (item.item_id, item.data.as_str())).collect();
        let mut dirty = Vec::new();
        let mut start = Vec::new();
        for item_id in priced {
            let (offer, new) = store::prepare(work.tx, mandator_id, account.account_id, item_id)?;
            if new {
                let settings = data.get(&item_id).map(|data| listing_settings(data, account.account_id));
                store::keep_preparation(work.tx, &offer, settings.and_then(|settings| settings.refill_count), None)?;
            }
            // What a call ended stays ended.
            if offer.wanted == 0 && offer.ended_by() != EndedBy::Call {
                start.push(offer.offer_id);
                dirty.extend(Topic::ALL.map(|topic| (offer.offer_id, account.account_id, topic)));
            }
        }
        store::want(work.tx, &start)?;
        let mut end = Vec::new();
        for offer in store::of_items(&mut work.tx.conn, account.account_id, &switched_off)? {
            if offer.wanted == 1 || offer.state == OfferState::Running as i32 {
                if offer.wanted == 1 {
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

/// Those of the articles that have a price in the account's list today.
fn priced(conn: &mut Conn<'_>, account: &Account, item_ids: &[i32], today: NaiveDate) -> Result<Vec<i32>, Failure> {
    let Some(list) = content::pricelist(conn, account.mandator_id, &account.pricelist)? else { return Ok(Vec::new()) };
    let mut prices: BTreeMap<i32, Vec<Dated>> = BTreeMap::new();
    for (item_id, price) in content::prices_of(conn, list.pricelist_id, item_ids)? {
        prices.entry(item_id).or_default().push(price);
    }
    Ok(prices.into_iter().filter(|(_, prices)| price::current(prices, today).is_some()).map(|(item_id, _)| item_id).collect())
}
