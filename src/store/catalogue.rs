//! What was read of the channels' categories, per account.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{
    account_categories, category_attributes, channel_catalogues, channel_categories, group_account_categories, item_account_categories,
};
use super::{Conn, Tx, broken_document};
use crate::domain::catalogue::{ChannelAttribute, ChannelCategory, MOST_CATEGORIES, MOST_UNUSED, Reading};
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

/// How far the reading of an account's tree is.
pub(crate) fn reading_of(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Reading, Failure> {
    let found: Option<(i64, Option<String>, Option<i64>)> = on!(conn, c => channel_catalogues::table
        .find(account_id)
        .select((channel_catalogues::pass, channel_catalogues::cursor, channel_catalogues::read_at))
        .first(c)
        .optional())?;
    Ok(found.map(|(pass, cursor, read_at)| Reading { pass, cursor, read_at }).unwrap_or_default())
}

fn keep_reading(tx: &mut Tx<'_>, account_id: AccountId, reading: &Reading) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(channel_catalogues::table)
        .values((
            channel_catalogues::account_id.eq(account_id),
            channel_catalogues::pass.eq(reading.pass),
            channel_catalogues::cursor.eq(reading.cursor.as_ref()),
            channel_catalogues::read_at.eq(reading.read_at),
        ))
        .on_conflict(channel_catalogues::account_id)
        .do_update()
        .set((
            channel_catalogues::pass.eq(excluded(channel_catalogues::pass)),
            channel_catalogues::cursor.eq(excluded(channel_catalogues::cursor)),
            channel_catalogues::read_at.eq(excluded(channel_catalogues::read_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Keeps a page of the tree. `next`: where the next one starts; after the last page, and where there are too many categories,
/// what was not met in this pass is gone.
pub(crate) fn keep_page(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    pass: i64,
    categories: &[ChannelCategory],
    next: Option<String>,
    now: Stamp,
) -> Result<(), Failure> {
    let rows: Vec<_> = categories
        .iter()
        .map(|category| {
            (
                channel_categories::account_id.eq(account_id),
                channel_categories::category_id.eq(&category.id),
                channel_categories::parent_id.eq(category.parent_id.as_ref()),
                channel_categories::name.eq(&category.name),
                channel_categories::takes_offers.eq(category.takes_offers),
                channel_categories::pass.eq(pass),
            )
        })
        .collect();
    for chunk in rows.chunks(500) {
        on!(&mut tx.conn, c => diesel::insert_into(channel_categories::table)
            .values(chunk)
            .on_conflict((channel_categories::account_id, channel_categories::category_id))
            .do_update()
            .set((
                channel_categories::parent_id.eq(excluded(channel_categories::parent_id)),
                channel_categories::name.eq(excluded(channel_categories::name)),
                channel_categories::takes_offers.eq(excluded(channel_categories::takes_offers)),
                channel_categories::pass.eq(excluded(channel_categories::pass)),
            ))
            .execute(c))?;
    }
    let known: i64 = on!(&mut tx.conn, c => channel_categories::table
        .filter(channel_categories::account_id.eq(account_id))
        .filter(channel_categories::pass.eq(pass))
        .count()
        .get_result(c))?;
    let before = reading_of(&mut tx.conn, account_id)?;
    if next.is_some() && known < MOST_CATEGORIES {
        return keep_reading(tx, account_id, &Reading { pass, cursor: next, ..before });
    }
    let gone = channel_categories::account_id.eq(account_id).and(channel_categories::pass.ne(pass));
    on!(&mut tx.conn, c => diesel::delete(channel_categories::table.filter(gone)).execute(c))?;
    keep_reading(tx, account_id, &Reading { pass: 0, cursor: None, read_at: Some(now.0) })
}

/// A category whose attributes are to be read, because they were last read before a time or never: one in which the account
/// places offers or, in a small tree, any. `chosen`: a category that the configuration names. `skipped` are left out.
pub(crate) fn without_attributes(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    chosen: Option<&str>,
    before: i64,
    skipped: &BTreeSet<String>,
) -> Result<Option<String>, Failure> {
    let most = i64::try_from(MOST_UNUSED).unwrap_or(i64::MAX).saturating_add(1);
    let mut taking: Vec<String> = on!(conn, c => channel_categories::table
        .filter(channel_categories::account_id.eq(account_id))
        .filter(channel_categories::takes_offers.eq(true))
        .order(channel_categories::category_id)
        .limit(most)
        .select(channel_categories::category_id)
        .load(c))?;
    if taking.len() > MOST_UNUSED {
        taking = used(conn, account_id, chosen)?;
    }
    let fresh: Vec<String> = on!(conn, c => category_attributes::table
        .filter(category_attributes::account_id.eq(account_id))
        .filter(category_attributes::read_at.gt(before))
        .select(category_attributes::category_id)
        .load(c))?;
    let fresh: BTreeSet<String> = fresh.into_iter().collect();
    Ok(taking.into_iter().find(|category| !fresh.contains(category) && !skipped.contains(category)))
}

/// Categories of the tree in which the account places articles or groups of them.
fn used(conn: &mut Conn<'_>, account_id: AccountId, chosen: Option<&str>) -> Result<Vec<String>, Failure> {
    let of_items: Vec<String> = on!(conn, c => account_categories::table
        .inner_join(item_account_categories::table)
        .filter(account_categories::account_id.eq(account_id))
        .select(account_categories::external_id)
        .distinct()
        .load(c))?;
    let of_groups: Vec<String> = on!(conn, c => account_categories::table
        .inner_join(group_account_categories::table)
        .filter(account_categories::account_id.eq(account_id))
        .select(account_categories::external_id)
        .distinct()
        .load(c))?;
    let named: BTreeSet<String> = of_items.into_iter().chain(of_groups).chain(chosen.map(str::to_owned)).collect();
    let mut found = Vec::new();
    for chunk in named.into_iter().collect::<Vec<_>>().chunks(super::MOST_VARIABLES / 2) {
        let known: Vec<String> = on!(conn, c => channel_categories::table
            .filter(channel_categories::account_id.eq(account_id))
            .filter(channel_categories::category_id.eq_any(chunk))
            .select(channel_categories::category_id)
            .load(c))?;
        found.extend(known);
    }
    Ok(found)
}

/// Keeps the attributes of a category as they are now.
pub(crate) fn keep_attributes(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    category: &str,
    attributes: &[ChannelAttribute],
    now: Stamp,
) -> Result<(), Failure> {
    let data = serde_json::to_string(attributes).map_err(|error| broken_document("attributes of a category", &error))?;
    let read_at = now.0;
    on!(&mut tx.conn, c => diesel::insert_into(category_attributes::table)
        .values((
            category_attributes::account_id.eq(account_id),
            category_attributes::category_id.eq(category),
            category_attributes::data.eq(&data),
            category_attributes::read_at.eq(read_at),
        ))
        .on_conflict((category_attributes::account_id, category_attributes::category_id))
        .do_update()
        .set((category_attributes::data.eq(&data), category_attributes::read_at.eq(read_at)))
        .execute(c))?;
    Ok(())
}

/// The tree of an account by the channel's ids; `None` until it was read once as a whole.
pub(crate) fn tree(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<BTreeMap<String, ChannelCategory>>, Failure> {
    if reading_of(conn, account_id)?.read_at.is_none() {
        return Ok(None);
    }
    let rows: Vec<(String, Option<String>, String, bool)> = on!(conn, c => channel_categories::table
        .filter(channel_categories::account_id.eq(account_id))
        .select((
            channel_categories::category_id,
            channel_categories::parent_id,
            channel_categories::name,
            channel_categories::takes_offers,
        ))
        .load(c))?;
    let category = |(id, parent_id, name, takes_offers)| ChannelCategory { id, parent_id, name, takes_offers };
    Ok(Some(rows.into_iter().map(category).map(|category| (category.id.clone(), category)).collect()))
}

/// The channel's name of a category.
pub(crate) fn name_of(conn: &mut Conn<'_>, account_id: AccountId, id: &str) -> Result<Option<String>, Failure> {
    Ok(on!(conn, c => channel_categories::table.find((account_id, id)).select(channel_categories::name).first(c).optional())?)
}

/// The attributes of a category, with the time at which they were read; `None`: never.
pub(crate) fn attributes(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    category: &str,
) -> Result<Option<(Vec<ChannelAttribute>, i64)>, Failure> {
    let row: Option<(String, i64)> = on!(conn, c => category_attributes::table
        .find((account_id, category))
        .select((category_attributes::data, category_attributes::read_at))
        .first(c)
        .optional())?;
    let Some((data, read_at)) = row else { return Ok(None) };
    let attributes = serde_json::from_str(&data).map_err(|error| broken_document("attributes of a category", &error))?;
    Ok(Some((attributes, read_at)))
}
