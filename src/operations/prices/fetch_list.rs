//! `fetchPricelist`: price lists in the shape of `updatePricelist`. The wire form is inferred (`item-calls.md` 9).

use std::collections::BTreeMap;

use super::{PriceEntry, PricelistKey, PricelistRecord, Validity};
use crate::domain::{Decimal, Failure, MandatorId, Place, PricelistId};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Day, Match, Patch, Record, Records, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::prices::{self as store, PricelistFilter, PricelistRow, pricelist_conditions};
use crate::store::since::Since;
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on price lists; all of them must hold.
    PricelistFilterRecord {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Number that Kontor gave the list.
        pricelist_id: Option<Match<PricelistId>>,
        /// Name.
        identifier: Option<Match<String>>,
        /// The ERP's own number.
        external_id: Option<Match<String>>,
        /// When it or one of its prices was last sent.
        last_changed: Option<Between>,
    }

    /// Which price lists to fetch.
    FetchPricelistRequest {
        /// Lists that pass one of these filters.
        filters: Vec<PricelistFilterRecord> [flat("filter")],
        /// Page size; all on one page when absent.
        pricelists_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }
}

fetched! { FetchPricelistResult, pricelists: PricelistRecord, "pricelist", changes {} }

pub(crate) struct FetchPricelist;

impl ReadOperation for FetchPricelist {
    const NAME: &'static str = "fetchPricelist";
    const DOC: &'static str = "Reads price lists with their periods and prices.";
    type Request = FetchPricelistRequest;
    type Result = FetchPricelistResult;

    fn asks_for_changes(request: &FetchPricelistRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchPricelistRequest) -> Result<FetchPricelistResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut lists: BTreeMap<PricelistId, PricelistRow> = BTreeMap::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let own = pricelist_conditions!(ask, filter, PricelistFilterRecord, mandator, { mandator_id });
            let found = store::matching(conn, &PricelistFilter { mandator_id: mandator.mandator_id, ..own })?;
            lists.extend(found.into_iter().map(|list| (list.pricelist_id, list)));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.pricelists_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            // There are few lists: all of them are here, but without their prices.
            let places = lists.values().map(|list| Since { stamp: list.last_changed, id: list.pricelist_id.0, second: 0 });
            let (changed, next) = cursor.pick(places);
            let ids: Vec<PricelistId> = changed.into_iter().map(|place| PricelistId(place.id)).collect();
            let pricelists = complete(conn, &lists, &ids)?;
            return Ok(FetchPricelistResult { pricelists, next_changed_since: Some(next), ..FetchPricelistResult::default() });
        }
        let ids: Vec<PricelistId> = lists.keys().copied().collect();
        let page = reading.page(&ids, request.pricelists_per_page, request.page)?;
        Ok(FetchPricelistResult::page(complete(conn, &lists, page)?, ids.len()))
    }
}

/// These lists with their prices.
fn complete(
    conn: &mut Conn<'_>,
    lists: &BTreeMap<PricelistId, PricelistRow>,
    ids: &[PricelistId],
) -> Result<Vec<PricelistRecord>, Failure> {
    ids.iter().filter_map(|id| lists.get(id)).map(|list| record_of(conn, list.clone())).collect()
}

fn record_of(conn: &mut Conn<'_>, list: PricelistRow) -> Result<PricelistRecord, Failure> {
    let mut validities = Vec::new();
    for row in store::validities(conn, list.pricelist_id)? {
        let entries = store::entries(conn, row.validity_id)?.into_iter().enumerate().map(|(index, (item_nr, price))| Record {
            reference_id: None,
            unread: None,
            number: index + 1,
            place: Place::entry("entry", index + 1),
            content: Ok(Box::new(PriceEntry { item_nr, price: Decimal(price) })),
        });
        let day = |text: Option<String>| text.and_then(|text| text.parse().ok()).map(Day);
        validities.push(Validity {
            identifier: row.identifier,
            valid_from: day(row.valid_from),
            valid_to: day(row.valid_to),
            prices: Records { list: entries.collect() },
        });
    }
    Ok(PricelistRecord {
        significant_key: Some(PricelistKey::Identifier),
        reference_id: None,
        pricelist_id: Some(list.pricelist_id),
        mandator_id: list.mandator_id,
        external_id: list.external_id,
        identifier: Some(list.identifier),
        full_import: None,
        iso_currency: Some(list.iso_currency),
        rounding_id: Some(list.rounding_id),
        gross: Some(list.gross),
        validities,
    })
}
