//! What articles name beside themselves, by number or by name: a row per name beside their documents, so that the offers of
//! exactly those articles follow when something named changes.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::among::among;
use super::listings::Named;
use super::prepared::insert_rows;
use super::schema::{item_references, items};
use super::{Conn, MOST_VARIABLES, Tx};
use crate::domain::item::ReferenceKind;
use crate::domain::{Failure, ItemId, MandatorId};
use crate::on;

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = item_references, treat_none_as_default_value = false)]
pub(crate) struct ReferenceRow {
    pub item_id: ItemId,
    /// 1 for the first of the article.
    pub position: i32,
    pub kind: ReferenceKind,
    pub record_id: Option<i32>,
    pub name: Option<String>,
}

/// Replaces what these articles name, where it is something else than before.
pub(crate) fn replace(tx: &mut Tx<'_>, item_ids: &[ItemId], rows: &[ReferenceRow]) -> Result<(), Failure> {
    let mut newer: BTreeMap<ItemId, Vec<&ReferenceRow>> = item_ids.iter().map(|id| (*id, Vec::new())).collect();
    for row in rows {
        newer.entry(row.item_id).or_default().push(row);
    }
    let before = of_items(&mut tx.conn, item_ids)?;
    let changed = |item_id: &ItemId, rows: &Vec<&ReferenceRow>| {
        let before = before.get(item_id).map(Vec::as_slice).unwrap_or_default();
        !before.iter().eq(rows.iter().copied())
    };
    newer.retain(|item_id, rows| changed(item_id, rows));
    let ids: Vec<ItemId> = newer.keys().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    on!(&mut tx.conn, c => diesel::delete(item_references::table.filter(among(item_references::item_id, &ids))).execute(c))?;
    let rows: Vec<ReferenceRow> = newer.into_values().flatten().cloned().collect();
    for chunk in rows.chunks(500) {
        insert_rows!(&mut tx.conn, chunk, row => diesel::insert_into(item_references::table).values(row))?;
    }
    Ok(())
}

fn of_items(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<BTreeMap<ItemId, Vec<ReferenceRow>>, Failure> {
    let mut found: BTreeMap<ItemId, Vec<ReferenceRow>> = BTreeMap::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<ReferenceRow> = on!(conn, c => item_references::table
            .filter(item_references::item_id.eq_any(chunk))
            .order((item_references::item_id, item_references::position))
            .select(ReferenceRow::as_select())
            .load(c))?;
        for row in rows {
            found.entry(row.item_id).or_default().push(row);
        }
    }
    Ok(found)
}

/// Which kinds of records these articles name.
pub(crate) fn kinds_of(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<BTreeSet<ReferenceKind>, Failure> {
    let mut found = BTreeSet::new();
    for chunk in item_ids.chunks(MOST_VARIABLES) {
        let kinds: Vec<ReferenceKind> = on!(conn, c => item_references::table
            .filter(item_references::item_id.eq_any(chunk))
            .select(item_references::kind)
            .distinct()
            .load(c))?;
        found.extend(kinds);
    }
    Ok(found)
}

/// Articles of a mandator that name a record. Its number wins over a name.
pub(crate) fn naming(conn: &mut Conn<'_>, mandator_id: MandatorId, kind: ReferenceKind, named: &Named) -> Result<Vec<ItemId>, Failure> {
    let by_name = item_references::record_id.is_null().and(item_references::name.eq_any(&named.texts).assume_not_null());
    let found: Vec<ItemId> = on!(conn, c => item_references::table
        .inner_join(items::table)
        .filter(items::mandator_id.eq(mandator_id))
        .filter(item_references::kind.eq(kind))
        .filter(item_references::record_id.eq(named.id).assume_not_null().or(by_name))
        .select(item_references::item_id)
        .load(c))?;
    Ok(found.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{item, on_stores};

    fn row(item_id: ItemId, position: i32, kind: ReferenceKind, record_id: Option<i32>, name: Option<&str>) -> ReferenceRow {
        ReferenceRow { item_id, position, kind, record_id, name: name.map(str::to_owned) }
    }

    #[test]
    fn only_articles_of_the_mandator_that_name_a_record_are_found() {
        on_stores(|store| {
            let [by_id, by_name] = store
                .write(|tx| {
                    let ids = [item(tx, MandatorId(1), "A", &[])?, item(tx, MandatorId(1), "B", &[])?];
                    let others = [item(tx, MandatorId(1), "C", &[])?, item(tx, MandatorId(2), "A", &[])?];
                    use ReferenceKind::{Attribute, Manufacturer};
                    let rows = [
                        row(ids[0], 1, Attribute, Some(3), Some("Form")),
                        row(ids[1], 1, Attribute, None, Some("Stoff")),
                        row(ids[1], 2, Attribute, None, Some("Material")),
                        row(others[0], 1, Attribute, Some(4), Some("Material")),
                        row(others[0], 2, Manufacturer, None, Some("Material")),
                        row(others[1], 1, Attribute, None, Some("Material")),
                    ];
                    replace(tx, &[ids, others].concat(), &rows)?;
                    Ok(ids)
                })
                .unwrap();
            let named = Named { id: 3, texts: vec!["Material".to_owned(), "Stoff".to_owned()] };
            let found =
                |store: &crate::store::Store| store.read(|conn| naming(conn, MandatorId(1), ReferenceKind::Attribute, &named)).unwrap();
            assert_eq!(found(store), [by_id, by_name]);
            store.write(move |tx| replace(tx, &[by_name], &[])).unwrap();
            assert_eq!(found(store), [by_id]);
        });
    }
}
