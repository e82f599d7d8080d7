//! Item groups: the merchant's own tree.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::filter::Window;
use super::schema::categories;
use super::since::Following;
use super::{Conn, MOST_VARIABLES, Stored, Tx};
use crate::domain::category::Category;
use crate::domain::{Failure, MandatorId};
use crate::{following, narrow_window, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = categories, treat_none_as_default_value = false)]
pub(crate) struct CategoryRow {
    pub category_id: i32,
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub external_id: Option<String>,
    pub parent_id: Option<i32>,
    pub created_at: i64,
    pub created_by: String,
    pub last_changed: i64,
    pub last_changed_by: String,
    pub data: Stored<Category>,
}

impl CategoryRow {
    pub(crate) fn document(&self) -> Result<Category, Failure> {
        self.data.read(|| format!("category {}", self.category_id))
    }
}

/// All groups of a mandator.
pub(crate) fn of_mandator(conn: &mut Conn<'_>, mandator_id: MandatorId) -> Result<Vec<CategoryRow>, Failure> {
    Ok(on!(conn, c => categories::table
        .filter(categories::mandator_id.eq(mandator_id))
        .order(categories::category_id)
        .select(CategoryRow::as_select())
        .load(c))?)
}

/// Groups of a mandator that were changed and created within these windows; in the order of changes what follows a place.
pub(crate) fn matching(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    last_changed: Window,
    created_at: Window,
    following: Option<Following>,
) -> Result<Vec<CategoryRow>, Failure> {
    Ok(on!(conn, c => {
        let mut query = categories::table
            .filter(categories::mandator_id.eq(mandator_id))
            .order(categories::category_id)
            .select(CategoryRow::as_select())
            .into_boxed();
        narrow_window!(query, categories::last_changed, last_changed);
        narrow_window!(query, categories::created_at, created_at);
        if let Some(next) = following {
            following!(query, categories::last_changed, categories::category_id, next);
        }
        query.load(c)
    })?)
}

/// Mandators of groups, by id.
pub(crate) fn mandators(conn: &mut Conn<'_>, ids: &[i32]) -> Result<BTreeMap<i32, MandatorId>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(i32, MandatorId)> = on!(conn, c => categories::table
            .filter(categories::category_id.eq_any(chunk))
            .select((categories::category_id, categories::mandator_id))
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The ERP's own numbers of groups, by id.
pub(crate) fn external_ids(conn: &mut Conn<'_>, ids: impl Iterator<Item = i32>) -> Result<BTreeMap<i32, String>, Failure> {
    let ids: Vec<i32> = ids.collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(i32, Option<String>)> = on!(conn, c => categories::table
            .filter(categories::category_id.eq_any(chunk))
            .select((categories::category_id, categories::external_id))
            .load(c))?;
        found.extend(rows.into_iter().filter_map(|(id, external)| external.map(|external| (id, external))));
    }
    Ok(found)
}

/// `(external number, id)` of the groups of a mandator with these external numbers.
pub(crate) fn ids_by_external(conn: &mut Conn<'_>, mandator_id: MandatorId, external: &[String]) -> Result<Vec<(String, i32)>, Failure> {
    let mut found = Vec::new();
    for chunk in external.chunks(MOST_VARIABLES) {
        let rows: Vec<(Option<String>, i32)> = on!(conn, c => categories::table
            .filter(categories::mandator_id.eq(mandator_id))
            .filter(categories::external_id.eq_any(chunk))
            .select((categories::external_id, categories::category_id))
            .load(c))?;
        found.extend(rows.into_iter().filter_map(|(external, id)| external.map(|external| (external, id))));
    }
    Ok(found)
}

/// Groups by id with all their ancestors.
pub(crate) fn with_ancestors(conn: &mut Conn<'_>, ids: impl Iterator<Item = i32>) -> Result<BTreeMap<i32, CategoryRow>, Failure> {
    let mut found: BTreeMap<i32, CategoryRow> = BTreeMap::new();
    let mut wanted: Vec<i32> = ids.collect();
    // One query per level of the tree.
    loop {
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|id| !found.contains_key(id));
        if wanted.is_empty() {
            return Ok(found);
        }
        let mut level: Vec<CategoryRow> = Vec::new();
        for chunk in wanted.chunks(MOST_VARIABLES) {
            level.extend(on!(conn, c => categories::table
                .filter(categories::category_id.eq_any(chunk))
                .select(CategoryRow::as_select())
                .load::<CategoryRow>(c))?);
        }
        wanted = level.iter().filter_map(|row| row.parent_id).collect();
        found.extend(level.into_iter().map(|row| (row.category_id, row)));
    }
}

/// Gives a group another number of the ERP.
pub(crate) fn rename(tx: &mut Tx<'_>, category_id: i32, external_id: &str) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(categories::table.find(category_id))
        .set(categories::external_id.eq(external_id))
        .execute(c))?;
    Ok(())
}

/// Something that their records show is kept elsewhere and has changed.
pub(crate) fn touch(tx: &mut Tx<'_>, ids: &[i32]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(categories::table.filter(categories::category_id.eq_any(chunk)))
            .set(categories::last_changed.eq(stamp))
            .execute(c))?;
    }
    Ok(())
}

/// Inserts new groups and replaces known ones. Parents must come before their children.
pub(crate) fn save(tx: &mut Tx<'_>, rows: &[CategoryRow]) -> Result<(), Failure> {
    for chunk in rows.chunks(500) {
        on!(&mut tx.conn, c => diesel::insert_into(categories::table)
            .values(chunk)
            .on_conflict(categories::category_id)
            .do_update()
            .set((
                categories::identifier.eq(excluded(categories::identifier)),
                categories::external_id.eq(excluded(categories::external_id)),
                categories::parent_id.eq(excluded(categories::parent_id)),
                categories::last_changed.eq(excluded(categories::last_changed)),
                categories::last_changed_by.eq(excluded(categories::last_changed_by)),
                categories::data.eq(excluded(categories::data)),
            ))
            .execute(c))?;
    }
    Ok(())
}
