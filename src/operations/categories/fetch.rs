//! `fetchCategories`: item groups with their texts and pictures.

use std::collections::BTreeMap;

use super::{CategoryKey, CategoryRecord};
use crate::domain::{Failure, MandatorId, Stamp};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::items::pictures::address_pictures;
use crate::operations::wire::{Between, Match, Patch, Time, mandator_of, window_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::categories as store;
use crate::store::since::Since;
use crate::store::{Conn, categories::CategoryRow};
use crate::{fetched, wire};

wire! {
    /// Conditions on item groups; all of them must hold.
    CategoryFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// When it was last changed.
        last_changed_at: Option<Between>,
        /// The same under the name that other calls use.
        last_changed: Option<Between>,
        /// When it was created.
        created_at: Option<Between>,
    }

    /// Which item groups to fetch.
    FetchCategoriesRequest {
        /// Groups that pass one of these filters.
        filters: Vec<CategoryFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        categories_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchCategoriesResult, categories: CategoryRecord, "category", changes {} }

pub(crate) struct FetchCategories;

impl ReadOperation for FetchCategories {
    const NAME: &'static str = "fetchCategories";
    const DOC: &'static str = "Reads item groups with their texts and pictures.";
    type Request = FetchCategoriesRequest;
    type Result = FetchCategoriesResult;

    fn asks_for_changes(request: &FetchCategoriesRequest) -> bool {
        request.filters.iter().any(|f| f.last_changed.is_some() || f.last_changed_at.is_some() || f.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchCategoriesRequest) -> Result<FetchCategoriesResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.categories_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let mut rows: BTreeMap<i32, CategoryRow> = BTreeMap::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let zone = mandator.time_zone;
            let changed = window_of(filter.last_changed_at.as_ref().or(filter.last_changed.as_ref()), zone);
            let created = window_of(filter.created_at.as_ref(), zone);
            let found = store::matching(conn, mandator.mandator_id, changed, created, cursor.as_ref().map(Cursor::following))?;
            rows.extend(found.into_iter().map(|row| (row.category_id, row)));
        }
        if let Some(cursor) = cursor {
            let mut changes = rows.values().map(|row| Since { stamp: row.last_changed, id: row.category_id, second: 0 }).collect();
            let next = cursor.cut(&mut changes, &mut Vec::new());
            let page: Vec<&CategoryRow> = changes.iter().filter_map(|place| rows.get(&place.id)).collect();
            let categories = records_of(reading, conn, page)?;
            return Ok(FetchCategoriesResult { categories, next_changed_since: Some(next), ..FetchCategoriesResult::default() });
        }
        let ids: Vec<i32> = rows.keys().copied().collect();
        let page = reading.page(&ids, request.categories_per_page, request.page)?;
        let page: Vec<&CategoryRow> = page.iter().filter_map(|id| rows.get(id)).collect();
        Ok(FetchCategoriesResult::page(records_of(reading, conn, page)?, ids.len()))
    }
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<&CategoryRow>) -> Result<Vec<CategoryRecord>, Failure> {
    let parents = store::external_ids(conn, rows.iter().filter_map(|row| row.parent_id))?;
    rows.into_iter()
        .map(|row| {
            let zone = reading.mandator(row.mandator_id)?.time_zone;
            let mut document = CategoryRecord::of(row.document()?);
            address_pictures(&reading.settings.server.public_url, &mut document.image_modules);
            Ok(CategoryRecord {
                significant_key: Some(CategoryKey::Id),
                reference_id: None,
                category_id: Some(row.category_id),
                mandator_id: row.mandator_id,
                identifier: Some(row.identifier.clone()),
                external_id: row.external_id.clone(),
                parent_id: row.parent_id.into(),
                external_parent_id: row.parent_id.and_then(|id| parents.get(&id)).cloned().into(),
                created_by: Some(row.created_by.clone()),
                created_at: Some(Time::of(Stamp(row.created_at), zone)),
                last_changed: Some(Time::of(Stamp(row.last_changed), zone)),
                ..document
            })
        })
        .collect()
}
