//! `fetchOrders`: orders that match one or more filters (`order-calls.md` 2).

use super::OrderRecord;
use super::record::record_of;
use crate::domain::order::OrderStatus;
use crate::domain::{AccountId, Failure, MandatorId, OrderId, code};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Match, Patch, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::orders::{self, OrderParts, Selection, order_conditions};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on orders, all of which must hold.
    OrderFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own ids.
        order_ids: Option<Match<OrderId>>,
        /// Order number.
        order_number: Option<Match<i32>>,
        /// Prefix of the order number; an empty value selects orders without one.
        order_number_prefix: Option<Match<String>>,
        /// Date of the order.
        order_date: Option<Between>,
        /// When Kontor stored the order.
        created_at: Option<Between>,
        /// Last change of the order.
        last_changed: Option<Between>,
        /// When the ERP took the order over; not set: not taken over yet.
        export_date: Option<Between>,
        /// First foreign number.
        external_order_number_1: Option<Match<String>>,
        /// Second foreign number.
        external_order_number_2: Option<Match<String>>,
        /// The channel's order number.
        marketplace_order_id_1: Option<Match<String>> [typed("marketplace_order_id")],
        /// The channel's second order number.
        marketplace_order_id_2: Option<Match<String>>,
        /// Payment method.
        payment_method_id: Option<Match<i32>>,
        /// Status.
        order_status_id: Option<Match<i32>>,
        /// Account.
        account_id: Option<Match<AccountId>>,
        /// E-mail address of the customer.
        email_address: Option<Match<String>>,
        /// Kontor's own ids of customers.
        customer_ids: Option<Match<i32>>,
        /// Numbers of customers.
        customer_numbers: Option<Match<i32>>,
        /// 1: something is still expected; 2: nothing more is.
        complete_status: Option<Match<i32>>,
        /// Invoice number.
        invoice_number_filter: Option<Match<String>> [typed("invoice_number")],
        /// Names of tags, one of which the order has.
        order_tags: Option<Match<String>>,
    }

    /// Which orders to give back.
    FetchOrdersRequest {
        /// An order that matches one of the filters is given back.
        filters: Vec<OrderFilter> [flat("filter")],
        /// true: hides orders that this user was the last one to change.
        use_modification_context_filter: Option<bool>,
        /// Size of a page; all orders where it is missing.
        orders_per_page: Option<i32>,
        /// Number of the page, from 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchOrdersResult, orders: OrderRecord, "order", changes {} }

/// The operation.
pub(crate) struct FetchOrders;

impl ReadOperation for FetchOrders {
    const NAME: &'static str = "fetchOrders";
    const DOC: &'static str = "Gives back orders that match one or more filters, with addresses, positions, packages, \
        payments, notices and tags. Does not mark them as taken over; updateOrderStatus with FETCHED does.";
    type Request = FetchOrdersRequest;
    type Result = FetchOrdersResult;

    fn asks_for_changes(request: &FetchOrdersRequest) -> bool {
        request.filters.iter().any(|filter| {
            [&filter.order_date, &filter.created_at, &filter.last_changed, &filter.export_date]
                .into_iter()
                .flatten()
                .any(|between| between.from.is_some() || between.to.is_some())
        })
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchOrdersRequest) -> Result<FetchOrdersResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let not_changed_by = request.use_modification_context_filter.unwrap_or_default().then(|| reading.user.name.clone());
        let mut selections = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            selections.push(Selection { not_changed_by: not_changed_by.clone(), ..selection_of(reading, filter)? });
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.orders_per_page,
            page: request.page,
            choice: || written(&request.filters).into_iter().chain(not_changed_by).collect(),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return changed(reading, conn, &cursor, &selections);
        }
        let page = reading.page_of(conn, &selections, (request.orders_per_page, request.page))?;
        let ids: Vec<OrderId> = page.ids.into_iter().map(OrderId).collect();
        Ok(FetchOrdersResult::page(records_of(reading, orders::load(conn, &ids)?)?, page.total))
    }
}

fn changed(reading: &Reading<'_>, conn: &mut Conn<'_>, cursor: &Cursor, selections: &[Selection]) -> Result<FetchOrdersResult, Failure> {
    let mut changes = Vec::new();
    for selection in selections {
        changes.extend(orders::changed(conn, selection, cursor.following())?);
    }
    let next = cursor.cut(&mut changes, &mut Vec::new());
    let ids: Vec<OrderId> = changes.iter().map(|place| OrderId(place.id)).collect();
    let mut found = orders::load(conn, &ids)?;
    found.sort_by_key(|parts| (parts.order.last_changed, parts.order.order_id));
    Ok(FetchOrdersResult { orders: records_of(reading, found)?, next_changed_since: Some(next), ..FetchOrdersResult::default() })
}

fn records_of(reading: &Reading<'_>, found: Vec<OrderParts>) -> Result<Vec<OrderRecord>, Failure> {
    found.into_iter().map(|parts| record_of(reading, parts)).collect()
}

/// A number that no status has would find nothing, and look like a day without orders.
fn status_of(id: i32) -> Result<OrderStatus, Failure> {
    OrderStatus::from_id(id).ok_or_else(|| {
        let known = OrderStatus::ALL.map(|status| status.id().to_string());
        Failure::new(code::NOT_IN_LIST, [&id.to_string(), &known.join(", ")]).within("order_status_id")
    })
}

fn selection_of(reading: &Reading<'_>, filter: &OrderFilter) -> Result<Selection, Failure> {
    let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
    let own = order_conditions!(ask, filter, OrderFilter, mandator, { mandator_id order_status_id customer_numbers order_tags });
    Ok(Selection {
        mandator_id: mandator.mandator_id,
        order_status_id: cond_of(filter.order_status_id.as_ref()).try_map(status_of)?,
        customer_numbers: cond_of(filter.customer_numbers.as_ref()),
        order_tags: cond_of(filter.order_tags.as_ref()),
        ..own
    })
}
