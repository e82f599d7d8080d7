//! `fetchCategories`: item groups with their texts and pictures.

use std::collections::BTreeMap;

use super::{CategoryKey, CategoryRecord};
use crate::domain::{Failure, Stamp};
use crate::operations::items::pictures::address_pictures;
use crate::operations::wire::{Between, Match, Time, mandator_of, window_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::categories as store;
use crate::store::{Conn, categories::CategoryRow};
use crate::{fetched, wire};

wire! {
    /// Conditions on item groups; all of them must hold.
    CategoryFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<i32>>,
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
    }
}

fetched! { FetchCategoriesResult, categories: CategoryRecord, "category" }

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
        let mut rows: BTreeMap<i32, CategoryRow> = BTreeMap::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let zone = mandator.time_zone;
            let changed = window_of(filter.last_changed_at.as_ref().or(filter.last_changed.as_ref()), zone);
            let found = store::matching(conn, mandator.mandator_id, changed, window_of(filter.created_at.as_ref(), zone))?;
            rows.extend(found.into_iter().map(|row| (row.category_id, row)));
        }
        let ids: Vec<i32> = rows.keys().copied().collect();
        let page = reading.page(&ids, request.categories_per_page, request.page)?;
        let page: Vec<&CategoryRow> = page.iter().filter_map(|id| rows.get(id)).collect();
        let parents = store::external_ids(conn, page.iter().filter_map(|row| row.parent_id))?;
        let records = page
            .into_iter()
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
            .collect::<Result<Vec<_>, Failure>>()?;
        Ok(FetchCategoriesResult::page(records, ids.len()))
    }
}
