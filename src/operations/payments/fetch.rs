//! `fetchPayments`: payments that match one or more filters.

use super::record::{PaymentRecord, records_of};
use crate::domain::payment::PaymentState;
use crate::domain::{Failure, MandatorId, OrderId, PaymentId, code};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Flag, Match, Patch, cond_of, mandator_of, words_of};
use crate::operations::{FIRST_VERSION, ReadOperation, Reading};
use crate::store::Conn;
use crate::store::payments::{self, PaymentSelection, payment_conditions};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on payments; all of them must hold.
    PaymentFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own ids.
        payment_ids: Option<Match<PaymentId>>,
        /// Day of booking.
        payment_date: Option<Between>,
        /// When the payment was stored.
        created_at: Option<Between>,
        /// When the payment was last changed.
        last_changed: Option<Between>,
        /// An order that it is assigned to.
        order_id: Option<Match<OrderId>>,
        /// The same by its number.
        order_number: Option<Match<i32>>,
        /// The same by its first foreign number.
        external_order_number_1: Option<Match<String>>,
        /// The same by its second foreign number.
        external_order_number_2: Option<Match<String>>,
        /// Who paid.
        depositor: Option<Match<String>>,
        /// Payment system, as the ERP says it.
        payment_system_id: Option<Match<i32>>,
        /// The payment service's id.
        transaction_id: Option<Match<String>>,
        /// The ERP's own number.
        external_id: Option<Match<String>>,
        /// What became of it: waiting, partly_assigned, assigned, no_order.
        payment_status_identifier: Option<Match<String>>,
        /// true: assigned to an order; false: to none.
        has_order: Option<Flag>,
    }

    /// Which payments to fetch.
    FetchPaymentsRequest {
        /// Payments that pass one of these filters.
        filters: Vec<PaymentFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        payments_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchPaymentsResult, payments: PaymentRecord, "payment", changes {} }

/// The operation.
pub(crate) struct FetchPayments;

impl ReadOperation for FetchPayments {
    const NAME: &'static str = "fetchPayments";
    const DOC: &'static str =
        "Reads payments of statements, payment services and the ERP, with the orders that they are for or may be for.";
    const VERSIONS: &'static [&'static str] = &[FIRST_VERSION, "1.1.0"];
    type Request = FetchPaymentsRequest;
    type Result = FetchPaymentsResult;

    fn asks_for_changes(request: &FetchPaymentsRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchPaymentsRequest) -> Result<FetchPaymentsResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let states = PaymentState::ALL.map(|state| (state.word(), state));
        let mut selections = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let own = payment_conditions!(ask, filter, PaymentFilter, mandator, {
                mandator_id order_id order_number external_order_number_1 external_order_number_2 payment_status_identifier has_order
            });
            selections.push(PaymentSelection {
                mandator_id: mandator.mandator_id,
                state: words_of("payment_status_identifier", filter.payment_status_identifier.as_ref(), &states)?,
                order_id: cond_of(filter.order_id.as_ref()),
                order_number: cond_of(filter.order_number.as_ref()),
                external_order_number_1: cond_of(filter.external_order_number_1.as_ref()),
                external_order_number_2: cond_of(filter.external_order_number_2.as_ref()),
                has_order: filter.has_order.as_ref().and_then(|flag| flag.value),
                ..own
            });
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.payments_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return changed(reading, conn, &cursor, &selections);
        }
        let mut ids = Vec::new();
        for selection in &selections {
            ids.extend(payments::select(conn, selection)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let page = reading.page(&ids, request.payments_per_page, request.page)?;
        let rows = payments::load(conn, page)?;
        Ok(FetchPaymentsResult::page(records_of(reading, conn, rows)?, ids.len()))
    }
}

fn changed(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    cursor: &Cursor,
    selections: &[PaymentSelection],
) -> Result<FetchPaymentsResult, Failure> {
    let mut changes = Vec::new();
    for selection in selections {
        changes.extend(payments::changed(conn, selection, cursor.following())?);
    }
    let next = cursor.cut(&mut changes, &mut Vec::new());
    let ids: Vec<PaymentId> = changes.iter().map(|place| PaymentId(place.id)).collect();
    let mut rows = payments::load(conn, &ids)?;
    rows.sort_by_key(|row| (row.last_changed, row.payment_id));
    Ok(FetchPaymentsResult { payments: records_of(reading, conn, rows)?, next_changed_since: Some(next), ..FetchPaymentsResult::default() })
}
