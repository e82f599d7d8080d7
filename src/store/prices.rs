//! Price lists: named lists with periods and a price per article.

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::prepared::{insert_rows, upsert};
use super::schema::{items, price_validities, pricelists, prices};
use super::{Conn, Tx, next_id};
use crate::domain::{Currency, Failure, ItemId, MandatorId, PricelistId};
use crate::{conditions, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pricelists, primary_key(pricelist_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct PricelistRow {
    pub pricelist_id: PricelistId,
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub external_id: Option<String>,
    /// Version 0.1 took any three letters.
    pub iso_currency: String,
    /// 1: the decimals of the currency, 2: to ,99.
    pub rounding_id: i32,
    pub gross: bool,
    pub created_at: i64,
    pub created_by: String,
    pub last_changed: i64,
    pub last_changed_by: String,
}

/// A period of a list; without days it is the unlimited one.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = price_validities, treat_none_as_default_value = false)]
pub struct ValidityRow {
    pub validity_id: i32,
    pub pricelist_id: PricelistId,
    pub identifier: Option<String>,
    /// `YYYY-MM-DD`.
    pub valid_from: Option<String>,
    pub valid_to: Option<String>,
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchPricelist.
    PricelistFilter, pricelist_conditions {
        pricelist_id: Cond<PricelistId> = pricelists::pricelist_id,
        identifier: Cond<String> = pricelists::identifier,
        external_id: Cond<String> = pricelists::external_id,
        last_changed: Window = pricelists::last_changed,
    } beside {
        mandator_id: MandatorId,
    }
}

pub(crate) fn matching(conn: &mut Conn<'_>, filter: &PricelistFilter) -> Result<Vec<PricelistRow>, Failure> {
    Ok(on!(conn, c => {
        let mut query = pricelists::table
            .filter(pricelists::mandator_id.eq(filter.mandator_id))
            .order(pricelists::pricelist_id)
            .select(PricelistRow::as_select())
            .into_boxed();
        pricelist_conditions!(narrow query, filter);
        query.load(c)
    })?)
}

pub fn insert(tx: &mut Tx<'_>, row: &PricelistRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(pricelists::table).values(row).execute(c))?;
    Ok(())
}

/// Adds a list that the configuration defines.
pub fn seed(tx: &mut Tx<'_>, mandator_id: MandatorId, identifier: &str, currency: Currency, gross: bool) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let row = PricelistRow {
        pricelist_id: PricelistId(next_id(tx, "pricelist")?),
        mandator_id,
        identifier: identifier.to_owned(),
        external_id: None,
        iso_currency: currency.code().to_owned(),
        rounding_id: 1,
        gross,
        created_at: stamp,
        created_by: "configuration".to_owned(),
        last_changed: stamp,
        last_changed_by: "configuration".to_owned(),
    };
    insert(tx, &row)
}

pub fn update(tx: &mut Tx<'_>, row: &PricelistRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(pricelists::table.find(row.pricelist_id)).set(row).execute(c))?;
    Ok(())
}

/// The periods of a list, the unlimited one first.
pub fn validities(conn: &mut Conn<'_>, pricelist_id: PricelistId) -> Result<Vec<ValidityRow>, Failure> {
    let mut rows: Vec<ValidityRow> = on!(conn, c => price_validities::table
        .filter(price_validities::pricelist_id.eq(pricelist_id))
        .order(price_validities::validity_id)
        .select(ValidityRow::as_select())
        .load(c))?;
    rows.sort_by_key(|row| row.valid_from.is_some());
    Ok(rows)
}

/// Adds a period and gives its id.
pub fn add_validity(tx: &mut Tx<'_>, mut row: ValidityRow) -> Result<i32, Failure> {
    row.validity_id = next_id(tx, "validity")?;
    on!(&mut tx.conn, c => diesel::insert_into(price_validities::table).values(&row).execute(c))?;
    Ok(row.validity_id)
}

pub fn set_days(tx: &mut Tx<'_>, validity_id: i32, from: &str, to: &str) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(price_validities::table.find(validity_id))
        .set((price_validities::valid_from.eq(from), price_validities::valid_to.eq(to)))
        .execute(c))?;
    Ok(())
}

/// The articles that have a price in a list.
pub(crate) fn items_in(conn: &mut Conn<'_>, pricelist_id: PricelistId) -> Result<Vec<ItemId>, Failure> {
    Ok(on!(conn, c => prices::table
        .inner_join(price_validities::table)
        .filter(price_validities::pricelist_id.eq(pricelist_id))
        .select(prices::item_id)
        .load(c))?)
}

/// The articles that have a price in a period.
pub(crate) fn items_of_validity(conn: &mut Conn<'_>, validity_id: i32) -> Result<Vec<ItemId>, Failure> {
    Ok(on!(conn, c => prices::table.filter(prices::validity_id.eq(validity_id)).select(prices::item_id).load(c))?)
}

/// Removes all periods and prices of a list; gives the articles that had one.
pub fn clear(tx: &mut Tx<'_>, pricelist_id: PricelistId) -> Result<Vec<ItemId>, Failure> {
    let had = items_in(&mut tx.conn, pricelist_id)?;
    on!(&mut tx.conn, c => diesel::delete(price_validities::table.filter(price_validities::pricelist_id.eq(pricelist_id))).execute(c))?;
    Ok(had)
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = prices, treat_none_as_default_value = false)]
pub struct PriceRow {
    pub validity_id: i32,
    pub item_id: ItemId,
    /// In 1/10 000.
    pub price: i64,
}

pub fn save(tx: &mut Tx<'_>, mut rows: Vec<PriceRow>) -> Result<(), Failure> {
    rows.sort_by_key(|row| (row.validity_id, row.item_id));
    for chunk in rows.chunks(1_000) {
        insert_rows!(&mut tx.conn, chunk, row => upsert(
            diesel::insert_into(prices::table).values(row),
            (prices::validity_id, prices::item_id),
            (prices::price,),
        ))?;
    }
    Ok(())
}

/// Prices of a period with the item numbers, by number.
pub fn entries(conn: &mut Conn<'_>, validity_id: i32) -> Result<Vec<(String, i64)>, Failure> {
    Ok(on!(conn, c => prices::table
        .inner_join(items::table)
        .filter(prices::validity_id.eq(validity_id))
        .order((items::internal_item_number, items::item_id))
        .select((items::internal_item_number, prices::price))
        .load(c))?)
}

/// The list of that name in a mandator.
pub fn by_identifier(conn: &mut Conn<'_>, mandator_id: MandatorId, identifier: &str) -> Result<Option<PricelistRow>, Failure> {
    let filter = PricelistFilter { mandator_id, identifier: Cond::one(identifier.to_owned()), ..PricelistFilter::default() };
    Ok(matching(conn, &filter)?.into_iter().next())
}
