//! `fetchStockCount`: stock per article and warehouse, to compare with the ERP. `stock_count` is what lies in the
//! warehouse; what open orders have reserved of it is beside it.

use std::collections::{BTreeSet, HashMap};

use super::conditions::{stock_filter, warehouses_of};
use crate::config::{Mandator, Settings};
use crate::domain::{Deleted, Failure, ItemId, MandatorId, Stamp, WarehouseId};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::items::{DeletedItem, deleted_items};
use crate::operations::wire::{Patch, Time, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::since::Since;
use crate::store::stock::{self as store, FoundStock, StockFilter, changes, stock_conditions};
use crate::store::{Conn, sets};
use crate::{ask, fetched, wire};

stock_filter! {
    /// Conditions on stock; all of them must hold.
    StockFilterRecord {
        /// When the stock was last changed.
        last_changed,
    }
}

wire! {
    /// Which stock to fetch.
    FetchStockCountRequest {
        /// Stock that passes one of these filters.
        filters: Vec<StockFilterRecord> [flat("filter")],
        /// Page size in articles; all on one page when absent.
        items_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        /// A change of what orders have reserved is no change of stock. A page counts stock of one warehouse as one record.
        changed_since: Patch<String> [max(64)],
    }

    /// The stock of one article.
    ItemStock {
        /// Number that Kontor gave the article.
        item_id: ItemId,
        /// The mandator of the article.
        mandator_id: MandatorId,
        /// The merchant's own item number.
        internal_item_number: String,
        /// The manufacturer's product number.
        vendor_item_number: Option<String>,
        /// Search code.
        match_code: Option<String>,
        /// The stock per warehouse.
        stock_items: Vec<WarehouseStock> [each("stock_item")],
    }

    /// The stock in one warehouse.
    WarehouseStock {
        /// The mandator of the warehouse.
        mandator_id: MandatorId,
        /// The warehouse by number.
        warehouse_id: WarehouseId,
        /// The warehouse by code.
        warehouse_code: Option<String>,
        /// Pieces in the warehouse.
        stock_count: i32,
        /// Pieces of it that open orders have reserved.
        reserved_count: i32,
        /// When the stock was last changed.
        last_changed: Time,
    }
}

fetched! { FetchStockCountResult, items: ItemStock, "item", changes { deleted_items: DeletedItem, "deleted_item" } }

pub(crate) struct FetchStockCount;

impl ReadOperation for FetchStockCount {
    const NAME: &'static str = "fetchStockCount";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads stock per article and warehouse, with the pieces that open orders have reserved.";
    type Request = FetchStockCountRequest;
    type Result = FetchStockCountResult;

    fn asks_for_changes(request: &FetchStockCountRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchStockCountRequest) -> Result<FetchStockCountResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            filters.push(conditions(reading.settings, filter, mandator));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.items_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return changed(reading, conn, &cursor, &filters);
        }
        let page = reading.page_of(conn, &filters, (request.items_per_page, request.page))?;
        let ids: Vec<ItemId> = page.ids.into_iter().map(ItemId).collect();
        let found = found(&filters, |filter| store::matching(conn, filter, &ids))?;
        Ok(FetchStockCountResult::page(records_of(reading, conn, found, &ids)?, page.total))
    }
}

/// Stock that passes one of the filters, in the order of articles and warehouses.
fn found(
    filters: &[StockFilter],
    mut find: impl FnMut(&StockFilter) -> Result<Vec<FoundStock>, Failure>,
) -> Result<Vec<FoundStock>, Failure> {
    let mut found = Vec::new();
    for filter in filters {
        found.append(&mut find(filter)?);
    }
    let key = |row: &FoundStock| (row.item_id, row.warehouse_id);
    found.sort_unstable_by_key(key);
    found.dedup_by_key(|row| key(row));
    Ok(found)
}

fn changed(reading: &Reading<'_>, conn: &mut Conn<'_>, cursor: &Cursor, filters: &[StockFilter]) -> Result<FetchStockCountResult, Failure> {
    let mut found = found(filters, |filter| changes::following(conn, filter, cursor.following()))?;
    let place = |row: &FoundStock| Since { stamp: row.last_changed, id: row.item_id.0, second: row.warehouse_id.0 };
    let mut changes = found.iter().map(place).collect();
    let mut deleted = cursor.deleted(conn, Deleted::Item, filters.iter().map(|filter| filter.item.mandator_id))?;
    let next = cursor.cut(&mut changes, &mut deleted);
    let page: BTreeSet<Since> = changes.into_iter().collect();
    found.retain(|row| page.contains(&place(row)));
    let mut ids: Vec<ItemId> = found.iter().map(|row| row.item_id).collect();
    ids.dedup();
    Ok(FetchStockCountResult {
        items: records_of(reading, conn, found, &ids)?,
        deleted_items: deleted_items(reading, deleted)?,
        next_changed_since: Some(next),
        ..FetchStockCountResult::default()
    })
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, found: Vec<FoundStock>, ids: &[ItemId]) -> Result<Vec<ItemStock>, Failure> {
    let reserved = store::reserved(conn, ids)?;
    let composed = sets::components_of(conn, ids)?;
    let made = match composed.is_empty() {
        true => HashMap::new(),
        false => {
            let warehouses: BTreeSet<WarehouseId> = found.iter().map(|row| row.warehouse_id).collect();
            sets::made(conn, &composed, &Vec::from_iter(warehouses))?
        }
    };
    let mut records: Vec<ItemStock> = Vec::with_capacity(ids.len());
    for row in found {
        let zone = reading.mandator(row.mandator_id)?.time_zone;
        let warehouse = reading.settings.warehouse_by_id(row.warehouse_id);
        let key = (row.item_id, row.warehouse_id);
        let (stock_count, reserved_count) = match made.get(&key) {
            Some(made) => made.counts(),
            None => (row.stock_count, reserved.get(&key).copied().unwrap_or_default()),
        };
        let stock = WarehouseStock {
            mandator_id: warehouse.map_or(row.mandator_id, |w| w.mandator_id),
            warehouse_id: row.warehouse_id,
            warehouse_code: warehouse.map(|w| w.code.clone()),
            stock_count,
            reserved_count,
            last_changed: Time::of(Stamp(row.last_changed), zone),
        };
        match records.last_mut().filter(|record| record.item_id == row.item_id) {
            Some(record) => record.stock_items.push(stock),
            None => records.push(item_of(row, stock)),
        }
    }
    Ok(records)
}

fn item_of(row: FoundStock, stock: WarehouseStock) -> ItemStock {
    ItemStock {
        item_id: row.item_id,
        mandator_id: row.mandator_id,
        internal_item_number: row.internal_item_number,
        vendor_item_number: row.vendor_item_number,
        match_code: row.match_code,
        stock_items: vec![stock],
    }
}

fn conditions(settings: &Settings, filter: &StockFilterRecord, mandator: &Mandator) -> StockFilter {
    let own = stock_conditions!(
        ask,
        filter,
        StockFilterRecord,
        mandator,
        { mandator_id item_id internal_item_number vendor_item_number match_code warehouse_id warehouse_code }
    );
    let warehouse_id = warehouses_of(settings, mandator, filter.warehouse_id.as_ref(), filter.warehouse_code.as_ref());
    StockFilter { item: filter.item(mandator), warehouse_id, ..own }
}
