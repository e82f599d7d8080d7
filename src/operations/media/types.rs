//! `fetchMediaModuleType`: kinds of files. No call of CONNECT writes them, so the configuration defines them.

use crate::domain::{Failure, MandatorId};
use crate::operations::wire::{Match, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::{fetched, wire};

wire! {
    /// Conditions on kinds of files; all of them must hold.
    MediaTypeFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Its number.
        media_module_type_id: Option<Match<i32>>,
        /// Its name.
        identifier: Option<Match<String>>,
    }

    /// Which kinds of files to fetch.
    FetchMediaTypesRequest {
        /// Kinds that pass one of these filters.
        filters: Vec<MediaTypeFilter> [flat("filter")],
    }

    /// A kind of file.
    MediaTypeRecord {
        /// Its number.
        media_module_type_id: i32,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Its name.
        identifier: String,
    }
}

fetched! { FetchMediaTypesResult, media_module_types: MediaTypeRecord, "media_module_type" }

pub(crate) struct FetchMediaModuleType;

impl ReadOperation for FetchMediaModuleType {
    const NAME: &'static str = "fetchMediaModuleType";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Lists the kinds of files of a mandator, as the configuration defines them.";
    type Request = FetchMediaTypesRequest;
    type Result = FetchMediaTypesResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: FetchMediaTypesRequest) -> Result<FetchMediaTypesResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            filters.push((mandator.mandator_id, cond_of(filter.media_module_type_id.as_ref()), cond_of(filter.identifier.as_ref())));
        }
        let meant = reading.settings.media_types.iter().filter(|kind| {
            filters.iter().any(|(mandator_id, id, name)| {
                *mandator_id == kind.mandator_id && id.passes(&kind.media_module_type_id) && name.passes(&kind.identifier)
            })
        });
        let records: Vec<MediaTypeRecord> = meant
            .map(|kind| MediaTypeRecord {
                media_module_type_id: kind.media_module_type_id,
                mandator_id: kind.mandator_id,
                identifier: kind.identifier.clone(),
            })
            .collect();
        let total = records.len();
        Ok(FetchMediaTypesResult::page(records, total))
    }
}
