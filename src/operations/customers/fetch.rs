//! `fetchCustomers`: customers that match one or more filters.

use std::collections::BTreeMap;

use super::{CustomerAddressRecord, CustomerRecord};
use crate::config::Mandator;
use crate::domain::lookup::CustomerGroup;
use crate::domain::{AccountId, Failure, MandatorId, Patch, Stamp, code};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Match, Time, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::orders::customer_addresses::{self, AddressRow};
use crate::store::orders::customers::{self, CustomerRow, CustomerSelection, customer_conditions};
use crate::store::{Conn, lookups};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on customers; all of them must hold.
    CustomerFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own ids.
        customer_ids: Option<Match<i32>>,
        /// Numbers of customers.
        customer_numbers: Option<Match<i32>>,
        /// First foreign id.
        external_customer_id_1: Option<Match<String>>,
        /// Second foreign id.
        external_customer_id_2: Option<Match<String>>,
        /// E-mail address, compared without case.
        email_address: Option<Match<String>>,
        /// Customer group; not set: customers without one.
        customer_group_id: Option<Match<i32>>,
        /// The account whose buyers they are; not set: customers of no account.
        account_id: Option<Match<AccountId>>,
        /// When the customer was stored.
        created_at: Option<Between>,
        /// When the customer was last changed.
        last_changed: Option<Between>,
    }

    /// Which customers to fetch.
    FetchCustomersRequest {
        /// Customers that pass one of these filters.
        filters: Vec<CustomerFilter> [flat("filter")],
        /// Page size; all on one page when absent.
        customers_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchCustomersResult, customers: CustomerRecord, "customer", changes {} }

/// The operation.
pub(crate) struct FetchCustomers;

impl ReadOperation for FetchCustomers {
    const NAME: &'static str = "fetchCustomers";
    const DOC: &'static str = "Reads customers with their delivery addresses: buyers of all channels, and those of the ERP.";
    type Request = FetchCustomersRequest;
    type Result = FetchCustomersResult;

    fn asks_for_changes(request: &FetchCustomersRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchCustomersRequest) -> Result<FetchCustomersResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let mut selections = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let own = customer_conditions!(ask, filter, CustomerFilter, mandator, { mandator_id });
            let email_address = customers::without_case(own.email_address);
            selections.push(CustomerSelection { mandator_id: mandator.mandator_id, email_address, ..own });
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.customers_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return changed(reading, conn, &cursor, &selections);
        }
        let mut ids = Vec::new();
        for selection in &selections {
            ids.extend(customers::select(conn, selection)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let page = reading.page(&ids, request.customers_per_page, request.page)?;
        let rows = customers::load(conn, page)?;
        Ok(FetchCustomersResult::page(records_of(reading, conn, rows)?, ids.len()))
    }
}

fn changed(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    cursor: &Cursor,
    selections: &[CustomerSelection],
) -> Result<FetchCustomersResult, Failure> {
    let mut changes = Vec::new();
    for selection in selections {
        changes.extend(customers::changed(conn, selection, cursor.following())?);
    }
    let next = cursor.cut(&mut changes, &mut Vec::new());
    let ids: Vec<i32> = changes.iter().map(|place| place.id).collect();
    let mut rows = customers::load(conn, &ids)?;
    rows.sort_by_key(|row| (row.last_changed, row.customer_id));
    Ok(FetchCustomersResult {
        customers: records_of(reading, conn, rows)?,
        next_changed_since: Some(next),
        ..FetchCustomersResult::default()
    })
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<CustomerRow>) -> Result<Vec<CustomerRecord>, Failure> {
    let ids: Vec<i32> = rows.iter().map(|row| row.customer_id).collect();
    let mut addresses = customer_addresses::of(conn, &ids)?;
    let mut groups: BTreeMap<MandatorId, BTreeMap<i32, String>> = BTreeMap::new();
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let mandator = reading.mandator(row.mandator_id)?;
        if row.customer_group_id.is_some() && !groups.contains_key(&row.mandator_id) {
            let known = lookups::of_mandator::<CustomerGroup>(conn, row.mandator_id)?;
            groups.insert(row.mandator_id, known.into_iter().map(|group| (group.id, group.identifier)).collect());
        }
        let name = row.customer_group_id.and_then(|id| groups.get(&row.mandator_id)?.get(&id).cloned());
        let addresses = addresses.remove(&row.customer_id).unwrap_or_default();
        records.push(record_of(mandator, row, name, addresses)?);
    }
    Ok(records)
}

fn record_of(mandator: &Mandator, row: CustomerRow, group: Option<String>, addresses: Vec<AddressRow>) -> Result<CustomerRecord, Failure> {
    let time = |stamp: i64| Some(stamp).filter(|stamp| *stamp > 0).map(|stamp| Time::of(Stamp(stamp), mandator.time_zone));
    let mut record = CustomerRecord {
        customer_id: Some(row.customer_id),
        mandator_id: row.mandator_id,
        account_id: row.account_id,
        customer_number: Some(row.customer_number),
        created_at: time(row.created_at),
        last_changed: time(row.last_changed),
        customer_group_identifier: Patch::from(group),
        ..CustomerRecord::default()
    };
    record.show(row.document()?);
    record.customer_group_id = Patch::from(row.customer_group_id);
    record.external_customer_id_1 = Patch::from(row.external_customer_id_1);
    record.external_customer_id_2 = Patch::from(row.external_customer_id_2);
    record.email = Patch::from(row.email_address);
    for address in addresses {
        let document = address.document()?;
        record.shipping_addresses.push(CustomerAddressRecord::of(address.address_id, document));
    }
    Ok(record)
}
