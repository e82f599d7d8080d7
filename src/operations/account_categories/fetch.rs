//! `fetchAccountCategories`: the category trees of accounts, with the item groups mapped to them.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountCategoryKey, AccountCategoryRecord, MappedCategory, accounts_of};
use crate::domain::{AccountId, Failure, MandatorId};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Bundle, Flag, Match, Patch, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::account_categories::{self as store, AccountCategoryConditions, AccountCategoryRow, account_category_conditions};
use crate::store::lookups::BY_CONFIGURATION;
use crate::store::since::Since;
use crate::store::{Conn, categories};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on categories of accounts; all of them must hold.
    AccountCategoryFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The account.
        account_id: Option<Match<AccountId>>,
        /// Number that Kontor gave the category.
        account_category_id: Option<Match<i32>>,
        /// The channel's own id.
        external_id: Option<Match<String>>,
        /// Switched on.
        active: Option<Flag>,
    }

    /// Which categories of accounts to fetch.
    FetchAccountCatsRequest {
        /// Categories that pass one of these filters.
        filters: Vec<AccountCategoryFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        account_categories_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchAccountCatsResult, account_categories: AccountCategoryRecord, "account_category", changes {} }

pub(crate) struct FetchAccountCategories;

impl ReadOperation for FetchAccountCategories {
    const NAME: &'static str = "fetchAccountCategories";
    const DOC: &'static str = "Reads the category trees of accounts, with the item groups that are mapped to them.";
    type Request = FetchAccountCatsRequest;
    type Result = FetchAccountCatsResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchAccountCatsRequest) -> Result<FetchAccountCatsResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut rows: BTreeMap<i32, (MandatorId, AccountCategoryRow)> = BTreeMap::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let mandator_id = mandator.mandator_id;
            let asked = cond_of(filter.account_id.as_ref());
            let mut accounts = accounts_of(reading, mandator_id);
            accounts.retain(|id| asked.passes(id));
            let own = account_category_conditions!(ask, filter, AccountCategoryFilter, mandator, { mandator_id account_id });
            let filter = AccountCategoryConditions { accounts, ..own };
            rows.extend(store::matching(conn, &filter)?.into_iter().map(|row| (row.account_category_id, (mandator_id, row))));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.account_categories_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let ids: Vec<i32> = rows.keys().copied().collect();
        let (page, next) = match Cursor::of(reading, conn, asked)? {
            Some(cursor) => {
                // The trees are short: all of their categories are here.
                let places = rows.values().map(|(_, row)| Since { stamp: row.last_changed, id: row.account_category_id, second: 0 });
                let (changed, next) = cursor.pick(places);
                (changed.into_iter().map(|place| place.id).collect(), Some(next))
            }
            None => (reading.page(&ids, request.account_categories_per_page, request.page)?.to_vec(), None),
        };
        let page: Vec<&(MandatorId, AccountCategoryRow)> = page.iter().filter_map(|id| rows.get(id)).collect();
        let mut mapped = mapped(conn, &page)?;
        let accounts: BTreeSet<AccountId> = page.iter().map(|(_, row)| row.account_id).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let external: BTreeMap<i32, String> =
            store::of_accounts(conn, &accounts)?.into_iter().map(|row| (row.account_category_id, row.external_id)).collect();
        let records = page
            .into_iter()
            .map(|(mandator_id, row)| AccountCategoryRecord {
                significant_key: Some(AccountCategoryKey::Id),
                reference_id: None,
                account_category_id: Some(row.account_category_id),
                mandator_id: Some(*mandator_id),
                account_id: row.account_id,
                identifier: Some(row.identifier.clone()),
                external_id: Some(row.external_id.clone()),
                parent_id: row.parent_id.into(),
                external_parent_id: row.parent_id.and_then(|id| external.get(&id)).cloned().into(),
                active: Some(row.active),
                mapped_categories: Bundle { entries: mapped.remove(&row.account_category_id).unwrap_or_default(), replace: false },
            })
            .collect();
        Ok(match next {
            Some(_) => {
                FetchAccountCatsResult { account_categories: records, next_changed_since: next, ..FetchAccountCatsResult::default() }
            }
            None => FetchAccountCatsResult::page(records, ids.len()),
        })
    }
}

/// The item groups of the categories of a page, by category.
fn mapped(conn: &mut Conn<'_>, page: &[&(MandatorId, AccountCategoryRow)]) -> Result<BTreeMap<i32, Vec<MappedCategory>>, Failure> {
    let mut mandators: BTreeMap<MandatorId, Vec<AccountId>> = BTreeMap::new();
    for (mandator_id, row) in page {
        let accounts = mandators.entry(*mandator_id).or_default();
        if !accounts.contains(&row.account_id) {
            accounts.push(row.account_id);
        }
    }
    let mut found: BTreeMap<i32, Vec<MappedCategory>> = BTreeMap::new();
    for (mandator_id, accounts) in mandators {
        let rows = store::mapped_groups(conn, &accounts)?;
        let external: Vec<String> = rows.iter().map(|row| row.external_category_id.clone()).collect();
        let ids: BTreeMap<String, i32> = categories::ids_by_external(conn, mandator_id, &external)?.into_iter().collect();
        for row in rows {
            found.entry(row.account_category_id).or_default().push(MappedCategory {
                category_id: ids.get(&row.external_category_id).copied(),
                external_category_id: Some(row.external_category_id),
                configured: Some(row.origin == BY_CONFIGURATION),
            });
        }
    }
    Ok(found)
}
