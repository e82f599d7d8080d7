//! Price lists as offers use them: the prices of articles, and the days on which they change.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use super::outbox::{Topic, mark};
use super::schema::{offers, price_validities, pricelists, prices};
use super::{Conn, MOST_VARIABLES, Tx, counter, set_counter};
use crate::domain::offer::Wanted;
use crate::domain::price::Dated;
use crate::domain::{AccountId, Decimal, Failure, ItemId, MandatorId, OfferId, PricelistId};
use crate::on;

/// A price with the name of its validity.
#[derive(Debug, Clone)]
pub(crate) struct NamedPrice {
    pub validity: Option<String>,
    pub dated: Dated,
}

impl NamedPrice {
    /// The validity in words, `Sale 2026-11-01..2026-11-30`; `None` for the unlimited one.
    pub(crate) fn period(&self) -> Option<String> {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let days = match (self.dated.from, self.dated.to) {
            (None, None) => return None,
            (from, to) => format!("{}..{}", day(from), day(to)),
        };
        Some(self.validity.as_ref().map_or(days.clone(), |name| format!("{name} {days}")))
    }
}

/// Item, name and days of the period, price.
type PriceOfPeriod = (ItemId, Option<String>, Option<String>, Option<String>, i64);

/// All prices of items in a list: `(item, price)`, in the order of the validities.
pub(crate) fn prices_of(conn: &mut Conn<'_>, pricelist_id: PricelistId, item_ids: &[ItemId]) -> Result<Vec<(ItemId, NamedPrice)>, Failure> {
    let mut found = Vec::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<PriceOfPeriod> = on!(conn, c => prices::table
            .inner_join(price_validities::table.on(price_validities::validity_id.eq(prices::validity_id)))
            .filter(price_validities::pricelist_id.eq(pricelist_id))
            .filter(prices::item_id.eq_any(chunk))
            .order(price_validities::validity_id)
            .select((
                prices::item_id,
                price_validities::identifier,
                price_validities::valid_from,
                price_validities::valid_to,
                prices::price,
            ))
            .load(c))?;
        found.extend(rows.into_iter().map(|(item, validity, from, to, price)| {
            let dated = Dated { from: day(from.as_deref()), to: day(to.as_deref()), price: Decimal(price) };
            (item, NamedPrice { validity, dated })
        }));
    }
    Ok(found)
}

/// Days are checked when they are stored.
fn day(text: Option<&str>) -> Option<NaiveDate> {
    text.and_then(|text| text.parse().ok())
}

fn day_counter(account_id: AccountId) -> String {
    format!("price day of account {account_id}")
}

/// [`mark_prices_of_new_day`] has done this day already.
pub(crate) fn day_is_known(conn: &mut Conn<'_>, account_id: AccountId, today: NaiveDate) -> Result<bool, Failure> {
    Ok(counter(conn, &day_counter(account_id))?.is_some_and(|last| last >= today.num_days_from_ce()))
}

/// Marks the prices of an account's offers whose validity began or ended since the day of the last call: nobody else
/// says so, the lists themselves have not changed. The first call ever only remembers the day.
pub(crate) fn mark_prices_of_new_day(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    mandator_id: MandatorId,
    names: &[String],
    today: NaiveDate,
) -> Result<usize, Failure> {
    let name = day_counter(account_id);
    let number = today.num_days_from_ce();
    let last = counter(&mut tx.conn, &name)?;
    if last.is_some_and(|last| last >= number) {
        return Ok(0);
    }
    set_counter(tx, &name, number)?;
    let Some(seen) = last.and_then(NaiveDate::from_num_days_from_ce_opt) else {
        return Ok(0);
    };
    let lists: Vec<PricelistId> = on!(&mut tx.conn, c => pricelists::table
        .filter(pricelists::mandator_id.eq(mandator_id))
        .filter(pricelists::identifier.eq_any(names))
        .select(pricelists::pricelist_id)
        .load(c))?;
    let (seen, today) = (seen.to_string(), today.to_string());
    // Began after the day seen last and not after today, or had its last day on or after that day and before today.
    let changed: Vec<OfferId> = on!(&mut tx.conn, c => offers::table
        .filter(offers::account_id.eq(account_id))
        .filter(offers::wanted.eq(Wanted::Running))
        .filter(offers::item_id.eq_any(prices::table
            .inner_join(price_validities::table.on(price_validities::validity_id.eq(prices::validity_id)))
            .filter(price_validities::pricelist_id.eq_any(&lists))
            .filter(
                price_validities::valid_from.gt(&seen).and(price_validities::valid_from.le(&today))
                    .or(price_validities::valid_to.ge(&seen).and(price_validities::valid_to.lt(&today)))
                    .assume_not_null()
            )
            .select(prices::item_id)))
        .select(offers::offer_id)
        .load(c))?;
    let dirty: Vec<(OfferId, AccountId, Topic)> = changed.into_iter().map(|offer| (offer, account_id, Topic::Price)).collect();
    mark(tx, &dirty)?;
    Ok(dirty.len())
}
