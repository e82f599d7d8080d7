//! `fetchStockReservations`: what open orders have reserved, per article, warehouse and order, so that an ERP can work
//! out the available stock. The form is ours (`item-calls.md` 6). There is no call to change reservations: orders make
//! them and let them go.

use std::collections::BTreeMap;

use super::conditions::{stock_filter, warehouses_of};
use crate::config::{Mandator, Settings};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OrderId, OrderItemId, WarehouseId};
use crate::operations::wire::{Match, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::stock::{self as store, FoundReservation, ReservationFilter, reservation_conditions};
use crate::{ask, fetched, wire};

stock_filter! {
    /// Conditions on reservations; all of them must hold.
    ReservationConditions {
        /// When the order was last changed.
        last_changed,
        /// The order by number of Kontor.
        order_id: Option<Match<OrderId>>,
        /// The order by visible number.
        order_number: Option<Match<i32>>,
    }
}

wire! {
    /// Which reservations to fetch.
    ReservationsRequest {
        /// Reservations that pass one of these filters.
        filters: Vec<ReservationConditions> [flat("filter")],
        /// Page size; all on one page when absent.
        reservations_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
    }

    /// Pieces that one order has reserved in one warehouse.
    Reservation {
        /// Number that Kontor gave the article.
        item_id: ItemId,
        /// The mandator of the article.
        mandator_id: MandatorId,
        /// The merchant's own item number.
        internal_item_number: String,
        /// The warehouse by number.
        warehouse_id: WarehouseId,
        /// The warehouse by code.
        warehouse_code: Option<String>,
        /// The pieces.
        reserved_count: i32,
        /// The order by number of Kontor.
        order_id: OrderId,
        /// The order by visible number.
        order_number: i32,
        /// Prefix of the visible number.
        order_number_prefix: Option<String>,
        /// The account of the order; absent for a phone sale.
        account_id: Option<AccountId>,
    }
}

fetched! { ReservationsResult, reservations: Reservation, "reservation" }

pub(crate) struct FetchStockReservations;

impl ReadOperation for FetchStockReservations {
    const NAME: &'static str = "fetchStockReservations";
    const DOC: &'static str = "Reads which pieces open orders have reserved, per article, warehouse and order.";
    type Request = ReservationsRequest;
    type Result = ReservationsResult;

    fn asks_for_changes(request: &ReservationsRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: ReservationsRequest) -> Result<ReservationsResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        // By position: two positions of an order about one article are one reservation, and two filters find it once.
        let mut positions: BTreeMap<(OrderItemId, WarehouseId), FoundReservation> = BTreeMap::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let conditions = conditions(reading.settings, filter, mandator);
            positions
                .extend(store::found_reservations(conn, &conditions)?.into_iter().map(|row| ((row.order_item_id, row.warehouse_id), row)));
        }
        let mut found: BTreeMap<(ItemId, WarehouseId, OrderId), Reservation> = BTreeMap::new();
        for row in positions.into_values() {
            let warehouse_id = row.warehouse_id;
            let entry = found.entry((row.item_id, warehouse_id, row.order_id)).or_insert_with(|| Reservation {
                item_id: row.item_id,
                mandator_id: row.mandator_id,
                internal_item_number: row.internal_item_number,
                warehouse_id,
                warehouse_code: reading.settings.warehouse_by_id(warehouse_id).map(|warehouse| warehouse.code.clone()),
                reserved_count: 0,
                order_id: row.order_id,
                order_number: row.order_number,
                order_number_prefix: row.order_number_prefix,
                account_id: row.account_id,
            });
            entry.reserved_count = entry.reserved_count.saturating_add(row.reserved);
        }
        let found: Vec<Reservation> = found.into_values().collect();
        let page = reading.page(&found, request.reservations_per_page, request.page)?.to_vec();
        Ok(ReservationsResult::page(page, found.len()))
    }
}

fn conditions(settings: &Settings, filter: &ReservationConditions, mandator: &Mandator) -> ReservationFilter {
    let own = reservation_conditions!(
        ask,
        filter,
        ReservationConditions,
        mandator,
        { mandator_id item_id internal_item_number vendor_item_number match_code warehouse_id warehouse_code }
    );
    let warehouse_id = warehouses_of(settings, mandator, filter.warehouse_id.as_ref(), filter.warehouse_code.as_ref());
    ReservationFilter { item: filter.item(mandator), warehouse_id, ..own }
}
