//! `fetchPricelist`: price lists in the shape of `updatePricelist`. The wire form is inferred (`item-calls.md` 9).

use std::collections::BTreeMap;

use super::{PriceEntry, PricelistKey, PricelistRecord, Validity};
use crate::domain::{Decimal, Failure, MandatorId, Place, PricelistId};
use crate::operations::wire::{Day, Match, Record, Records, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::prices::{self as store, PricelistFilter, PricelistRow, pricelist_conditions};
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
    }

    /// Which price lists to fetch.
    FetchPricelistRequest {
        /// Lists that pass one of these filters.
        filters: Vec<PricelistFilterRecord> [flat("filter")],
    }
}

fetched! { FetchPricelistResult, pricelists: PricelistRecord, "pricelist" }

pub(crate) struct FetchPricelist;

impl ReadOperation for FetchPricelist {
    const NAME: &'static str = "fetchPricelist";
    const DOC: &'static str = "Reads price lists with their periods and prices.";
    type Request = FetchPricelistRequest;
    type Result = FetchPricelistResult;

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
        let total = lists.len();
        let records = lists.into_values().map(|list| complete(conn, list)).collect::<Result<Vec<_>, Failure>>()?;
        Ok(FetchPricelistResult::page(records, total))
    }
}

fn complete(conn: &mut Conn<'_>, list: PricelistRow) -> Result<PricelistRecord, Failure> {
    let mut validities = Vec::new();
    for row in store::validities(conn, list.pricelist_id)? {
        let entries = store::entries(conn, row.validity_id)?.into_iter().enumerate().map(|(index, (item_nr, price))| Record {
            reference_id: None,
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
