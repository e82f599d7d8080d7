//! Branches: shops of the merchant with a stock of their own, where buyers may pick up what they ordered.

use std::collections::{BTreeMap, HashMap};

use crate::domain::lookup::{Branch, BranchUpdate, branch_fields};
use crate::domain::{AnyOf, Failure, FieldName, ItemId, MandatorId, Place, code};
use crate::operations::cursor::{Asked, written};
use crate::operations::look_up::{self, By, Conditions, Fitting, Found, LookUp};
use crate::operations::wire::{Between, Match, Patch};
use crate::operations::{ReadOperation, Reading};
use crate::store::{Conn, items, sets, stock};
use crate::{fetched, look_up_columns, look_up_document, look_up_update, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a branch.
    BranchKey {
        /// The ERP's own number.
        External = "external_id",
        /// Kontor's number.
        Id = "branch_id",
        /// The name.
        Identifier = "identifier",
    }
}

wire! {
    /// A branch.
    BranchRecord {
        /// Which field identifies the record. Default EXTERNAL_ID.
        significant_key: Option<BranchKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        branch_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number; orders name the branch by it as their pickup_point. Empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name. Needed for a new record.
        identifier: Option<String> [max(100), key],
        /// Code of the warehouse that is its stock; empty: none.
        warehouse_code: Patch<String> [max(50), key],
        /// Buyers may pick up orders there: what they order comes from its warehouse first. Default false.
        in_store_pickup: Patch<bool>,
        /// Street.
        street: Patch<String> [max(100)],
        /// House number.
        house_number: Patch<String> [max(20)],
        /// Postal code.
        postal_code: Patch<String> [max(20)],
        /// City.
        city: Patch<String> [max(100)],
        /// Country, ISO 3166-1.
        country_code_iso: Patch<String> [max(2)],
        /// Telephone.
        phone: Patch<String> [max(50)],
        /// E-mail address.
        email: Patch<String> [max(255)],
        /// Opening hours, for people.
        opening_hours: Patch<String> [max(1000)],
        /// What the branch has of the articles that the request names (read only).
        branch_stocks: Vec<BranchStock> [each("branch_stock")],
    }

    /// What a branch has of an article.
    BranchStock {
        /// Number that Kontor gave the article.
        item_id: ItemId,
        /// The merchant's own item number.
        internal_item_number: String,
        /// Pieces in the branch.
        stock_count: i32,
        /// Pieces of it that open orders have reserved.
        reserved_count: i32,
        /// Pieces that can still be sold; never below 0.
        available_count: i32,
    }
}

impl LookUp for BranchRecord {
    look_up_columns!(branch_id, identifier, external_id);
    look_up_document!(Branch, BranchUpdate, branch_fields, { branch_id identifier external_id branch_stocks });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            BranchKey::External => By::ExternalId,
            BranchKey::Id => By::Id,
            BranchKey::Identifier => By::Name,
        }
    }

    fn fit(_stored: &Branch, newer: &mut BranchUpdate, at: &mut Fitting<'_>) -> Result<(), Failure> {
        if let Patch::Set(warehouse) = &mut newer.warehouse_code {
            *warehouse = at.warehouse_code(warehouse)?;
        }
        Ok(())
    }

    fn check_document(document: &Branch) -> Result<(), Failure> {
        match (document.in_store_pickup, &document.warehouse_code) {
            (Some(true), None) => Err(Failure::missing("warehouse_code")),
            _ => Ok(()),
        }
    }
}

look_up_update! {
    BranchRecord;
    records: branches as "branch", report: BranchReport { branch };
    UpdateBranches("updateBranches" in "argRequestData", "Creates and updates branches: address, the warehouse that is their stock, and whether orders can be picked up there.",
        UpdateBranchesRequest, UpdateBranchesResult);
}

wire! {
    /// Conditions; all of them must hold.
    BranchFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Number that Kontor gave the record.
        branch_id: Option<Match<i32>>,
        /// Its name.
        identifier: Option<Match<String>>,
        /// The ERP's own number.
        external_id: Option<Match<String>>,
        /// When it was last changed.
        last_changed: Option<Between>,
    }

    /// An article whose stock is asked for.
    BranchStockItem {
        /// Number that Kontor gave the article; wins over internal_item_number.
        item_id: Option<ItemId>,
        /// The merchant's own item number.
        internal_item_number: Option<String> [max(100), key],
    }

    /// Which branches to fetch.
    FetchBranchesRequest {
        /// Branches that pass one of these filters.
        filters: Vec<BranchFilter> [flat("filter")],
        /// Articles whose stock in the branches is returned, at most 100.
        stock_items: Vec<BranchStockItem> [each("stock_item")],
        /// Page size; all on one page when absent.
        branches_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters;
        /// empty: from the start. Replaces the number of a page: read on until an answer has no records. A page has
        /// 250 of them if the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchBranchesResult, branches: BranchRecord, "branch", changes {} }

/// Articles of one call whose stock is returned.
const MOST_STOCK_ITEMS: usize = 100;

pub(crate) struct FetchBranches;

impl ReadOperation for FetchBranches {
    const NAME: &'static str = "fetchBranches";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads branches, and what they have of the articles that the request names.";
    type Request = FetchBranchesRequest;
    type Result = FetchBranchesResult;

    fn asks_for_changes(request: &FetchBranchesRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchBranchesRequest) -> Result<FetchBranchesResult, Failure> {
        let filters = request.filters.iter().map(|filter| Conditions {
            mandator_id: filter.mandator_id.as_ref(),
            id: filter.branch_id.as_ref(),
            identifier: filter.identifier.as_ref(),
            external_id: filter.external_id.as_ref(),
            last_changed: filter.last_changed.as_ref(),
        });
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.branches_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let mut found = look_up::fetch::<BranchRecord, _>(reading, conn, filters, asked)?;
        let (Found::Page(records, _) | Found::Changed(records, _)) = &mut found;
        add_stock(reading, conn, records, &request.stock_items)?;
        Ok(match found {
            Found::Page(branches, total) => FetchBranchesResult::page(branches, total),
            Found::Changed(branches, next) => {
                FetchBranchesResult { branches, next_changed_since: Some(next), ..FetchBranchesResult::default() }
            }
        })
    }
}

/// What the branches have of these articles; branches without a warehouse have nothing to say.
fn add_stock(reading: &Reading<'_>, conn: &mut Conn<'_>, records: &mut [BranchRecord], asked: &[BranchStockItem]) -> Result<(), Failure> {
    if asked.len() > MOST_STOCK_ITEMS {
        let (count, most) = (asked.len().to_string(), MOST_STOCK_ITEMS.to_string());
        return Err(Failure::new(code::TOO_MANY_RECORDS, [&count, &most]).within("stock_items"));
    }
    let mut by_mandator: BTreeMap<MandatorId, Vec<&mut BranchRecord>> = BTreeMap::new();
    for record in records.iter_mut().filter(|record| !record.warehouse_code.is_unset()) {
        by_mandator.entry(record.mandator_id).or_default().push(record);
    }
    for (mandator_id, branches) in by_mandator {
        let mut found = Vec::with_capacity(asked.len());
        for (item, number) in asked.iter().zip(1..) {
            found.extend(item_of(conn, mandator_id, item).map_err(|failure| failure.within(Place::entry("stock_item", number)))?);
        }
        let ids: Vec<ItemId> = found.iter().map(|(id, _)| *id).collect();
        let (counts, reserved) = (stock::of_items(conn, &ids)?, stock::reserved(conn, &ids)?);
        let composed = sets::components_of(conn, &ids)?;
        for branch in branches {
            let warehouse = branch.warehouse_code.as_ref().and_then(|code| reading.settings.warehouse_by_code(mandator_id, code));
            let Some(warehouse_id) = warehouse.map(|warehouse| warehouse.warehouse_id) else { continue };
            let made = sets::made(conn, &composed, &[warehouse_id])?;
            let stock_of = |(item_id, number): &(ItemId, String)| {
                let key = (*item_id, warehouse_id);
                let of = |map: &HashMap<_, i32>| map.get(&key).copied().unwrap_or_default();
                let (stock_count, reserved_count) = made.get(&key).map_or_else(|| (of(&counts), of(&reserved)), |made| made.counts());
                let available_count = stock_count.saturating_sub(reserved_count).max(0);
                BranchStock { item_id: *item_id, internal_item_number: number.clone(), stock_count, reserved_count, available_count }
            };
            branch.branch_stocks = found.iter().map(stock_of).collect();
        }
    }
    Ok(())
}

/// The articles that a request means. An article of one mandator is not one of another.
fn item_of(conn: &mut Conn<'_>, mandator_id: MandatorId, item: &BranchStockItem) -> Result<Vec<(ItemId, String)>, Failure> {
    match (item.item_id, item.internal_item_number.as_deref()) {
        (Some(id), _) => {
            let rows = items::by_ids(conn, &[id])?.into_iter().filter(|row| row.mandator_id == mandator_id);
            let found: Vec<_> = rows.map(|row| (row.item_id, row.internal_item_number)).collect();
            let unknown = || Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("item_id"), &id, &mandator_id]);
            if found.is_empty() { Err(unknown()) } else { Ok(found) }
        }
        (None, Some(number)) => {
            let ids = items::ids_by_number(conn, mandator_id, &[number])?;
            let unknown = || Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("internal_item_number"), &number, &mandator_id]);
            if ids.is_empty() { Err(unknown()) } else { Ok(ids.into_iter().map(|(_, id)| (id, number.to_owned())).collect()) }
        }
        (None, None) => Err(Failure::quoting(code::MISSING, [&AnyOf(&["item_id", "internal_item_number"])])),
    }
}
