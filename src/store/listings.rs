//! What articles say about the accounts they are listed in, and which articles name an entry of a look-up list: columns
//! beside the documents, for what is decided or looked up often.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::among::among;
use super::prepared::insert_rows;
use super::schema::{item_listings, items};
use super::{Conn, Tx};
use crate::domain::{AccountId, Failure, ItemId, MandatorId};
use crate::on;

/// What an article's platform blocks say about one account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = item_listings, treat_none_as_default_value = false)]
pub struct ListingRow {
    pub item_id: ItemId,
    pub account_id: AccountId,
    /// The account is the article's primary one.
    pub is_primary: bool,
    /// GEM: pieces that are to be on offer.
    pub placing_count: Option<i32>,
    /// AM: at this count the offer is filled up again; 0 never.
    pub refill_count: Option<i32>,
    /// The template of its description, by number or by name.
    pub template_id: Option<i32>,
    pub template_identifier: Option<String>,
}

/// Replaces what these articles say about accounts.
pub(crate) fn replace(tx: &mut Tx<'_>, item_ids: &[ItemId], rows: &[ListingRow]) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(item_listings::table.filter(among(item_listings::item_id, item_ids))).execute(c))?;
    for chunk in rows.chunks(500) {
        insert_rows!(&mut tx.conn, chunk, row => diesel::insert_into(item_listings::table).values(row))?;
    }
    Ok(())
}

/// What articles say about an account, by article.
pub(crate) fn of_account(conn: &mut Conn<'_>, account_id: AccountId, item_ids: &[ItemId]) -> Result<BTreeMap<ItemId, ListingRow>, Failure> {
    let rows: Vec<ListingRow> = on!(conn, c => item_listings::table
        .filter(item_listings::account_id.eq(account_id))
        .filter(among(item_listings::item_id, item_ids))
        .select(ListingRow::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(|row| (row.item_id, row)).collect())
}

/// An entry of a look-up list as articles name it: by number, or by one of these texts.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub id: i32,
    pub texts: Vec<String>,
}

/// Articles of a mandator that name a delivery time. Its number wins over a name.
pub(crate) fn naming_delivery_time(conn: &mut Conn<'_>, mandator_id: MandatorId, named: &Named) -> Result<Vec<ItemId>, Failure> {
    let by_name = items::delivery_time_id.is_null().and(items::delivery_time_identifier.eq_any(&named.texts).assume_not_null());
    Ok(on!(conn, c => items::table
        .filter(items::mandator_id.eq(mandator_id))
        .filter(items::delivery_time_id.eq(named.id).assume_not_null().or(by_name))
        .select(items::item_id)
        .load(c))?)
}

/// Articles of a mandator that name a shipping cost category. Its number wins over the ERP's own.
pub(crate) fn naming_delivery_charge(conn: &mut Conn<'_>, mandator_id: MandatorId, named: &Named) -> Result<Vec<ItemId>, Failure> {
    let external = items::external_delivery_charge_category_id.eq_any(&named.texts).assume_not_null();
    let by_external = items::delivery_charge_category_id.is_null().and(external);
    Ok(on!(conn, c => items::table
        .filter(items::mandator_id.eq(mandator_id))
        .filter(items::delivery_charge_category_id.eq(named.id).assume_not_null().or(by_external))
        .select(items::item_id)
        .load(c))?)
}

/// `(article, account)` where an article of a mandator chooses a template. Its number wins over its name.
pub(crate) fn naming_template(conn: &mut Conn<'_>, mandator_id: MandatorId, named: &Named) -> Result<Vec<(ItemId, i32)>, Failure> {
    let by_name = item_listings::template_id.is_null().and(item_listings::template_identifier.eq_any(&named.texts).assume_not_null());
    Ok(on!(conn, c => item_listings::table
        .inner_join(items::table)
        .filter(items::mandator_id.eq(mandator_id))
        .filter(item_listings::template_id.eq(named.id).assume_not_null().or(by_name))
        .select((item_listings::item_id, item_listings::account_id))
        .load(c))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::Item;
    use crate::store::items::{by_ids, save};
    use crate::store::testing::{item, on_stores};

    /// An article of a mandator with a document.
    fn keep(tx: &mut Tx<'_>, mandator_id: MandatorId, number: &str, document: &Item) -> Result<ItemId, Failure> {
        let id = item(tx, mandator_id, number, &[])?;
        let mut rows = by_ids(&mut tx.conn, &[id])?;
        rows.iter_mut().try_for_each(|row| row.keep(document))?;
        save(tx, &rows)?;
        Ok(id)
    }

    fn named(id: i32, texts: &[&str]) -> Named {
        Named { id, texts: texts.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn only_articles_that_name_a_delivery_time_are_found() {
        let time =
            |id, name: Option<&str>| Item { delivery_time_id: id, delivery_time_identifier: name.map(str::to_owned), ..Item::default() };
        on_stores(|store| {
            let ids = store.write(move |tx| {
                let by_id = keep(tx, MandatorId(1), "A", &time(Some(3), None))?;
                let by_name = keep(tx, MandatorId(1), "B", &time(None, Some("1-2 days")))?;
                keep(tx, MandatorId(1), "C", &time(Some(4), Some("1-2 days")))?;
                keep(tx, MandatorId(1), "D", &time(None, Some("3-5 days")))?;
                keep(tx, MandatorId(1), "E", &Item { packaging_unit: Some("delivery_time_id 3, 1-2 days".to_owned()), ..Item::default() })?;
                keep(tx, MandatorId(2), "A", &time(None, Some("1-2 days")))?;
                Ok([by_id, by_name])
            });
            let mut found = store.read(|conn| naming_delivery_time(conn, MandatorId(1), &named(3, &["1-2 days", "before"]))).unwrap();
            found.sort_unstable();
            assert_eq!(found, ids.unwrap(), "the number wins over the name, and words elsewhere name nothing");
        });
    }

    #[test]
    fn only_articles_that_name_a_shipping_cost_category_are_found() {
        on_stores(|store| {
            let ids = store.write(move |tx| {
                let charge = |id, external: Option<&str>| Item {
                    delivery_charge_category_id: id,
                    external_delivery_charge_category_id: external.map(str::to_owned),
                    ..Item::default()
                };
                let by_external = keep(tx, MandatorId(1), "A", &charge(None, Some("parcel")))?;
                keep(tx, MandatorId(1), "B", &charge(Some(9), Some("parcel")))?;
                keep(tx, MandatorId(1), "C", &charge(None, Some("bulky")))?;
                Ok([by_external])
            });
            assert_eq!(store.read(|conn| naming_delivery_charge(conn, MandatorId(1), &named(3, &["parcel"]))).unwrap(), ids.unwrap());
        });
    }

    #[test]
    fn a_template_is_chosen_for_an_account() {
        on_stores(|store| {
            let ids = store.write(move |tx| {
                let ids = [item(tx, MandatorId(1), "A", &[])?, item(tx, MandatorId(1), "B", &[])?];
                let row = |item_id, account_id| ListingRow { item_id, account_id, ..ListingRow::default() };
                let rows = [
                    ListingRow { template_id: Some(3), ..row(ids[0], AccountId(1)) },
                    ListingRow { template_identifier: Some("page".to_owned()), ..row(ids[0], AccountId(2)) },
                    ListingRow { template_id: Some(4), ..row(ids[1], AccountId(1)) },
                    row(ids[1], AccountId(2)),
                ];
                replace(tx, &ids, &rows)?;
                Ok(ids)
            });
            let [first, _] = ids.unwrap();
            let mut found = store.read(|conn| naming_template(conn, MandatorId(1), &named(3, &["page"]))).unwrap();
            found.sort_unstable();
            assert_eq!(found, [(first, 1), (first, 2)]);
        });
    }
}
