//! `fetchSuppliers`: from whom the merchant buys. No call of CONNECT writes suppliers, so the configuration defines them.

use crate::domain::{Failure, MandatorId};
use crate::operations::wire::{Match, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::{fetched, wire};

wire! {
    /// Conditions on suppliers; all of them must hold.
    SupplierFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Its number.
        supplier_id: Option<Match<i32>>,
        /// Its name.
        identifier: Option<Match<String>>,
        /// The ERP's own number.
        external_id: Option<Match<String>>,
    }

    /// Which suppliers to fetch.
    FetchSuppliersRequest {
        /// Suppliers that pass one of these filters.
        filters: Vec<SupplierFilter> [flat("filter")],
    }

    /// A supplier.
    SupplierRecord {
        /// Its number.
        supplier_id: i32,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number.
        external_id: Option<String>,
        /// Its name.
        identifier: String,
    }
}

fetched! { FetchSuppliersResult, suppliers: SupplierRecord, "supplier" }

pub(crate) struct FetchSuppliers;

impl ReadOperation for FetchSuppliers {
    const NAME: &'static str = "fetchSuppliers";
    const DOC: &'static str = "Lists the suppliers of a mandator, as the configuration defines them.";
    type Request = FetchSuppliersRequest;
    type Result = FetchSuppliersResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: FetchSuppliersRequest) -> Result<FetchSuppliersResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let (id, name) = (cond_of(filter.supplier_id.as_ref()), cond_of(filter.identifier.as_ref()));
            filters.push((mandator.mandator_id, id, name, cond_of(filter.external_id.as_ref())));
        }
        let suppliers = reading.settings.suppliers.iter().filter(|supplier| {
            filters.iter().any(|(mandator_id, id, name, external_id)| {
                *mandator_id == supplier.mandator_id
                    && id.passes(&supplier.supplier_id)
                    && name.passes(&supplier.identifier)
                    && supplier.external_id.as_ref().map_or_else(|| external_id.passes_unset(), |text| external_id.passes(text))
            })
        });
        let records: Vec<SupplierRecord> = suppliers
            .map(|supplier| SupplierRecord {
                supplier_id: supplier.supplier_id,
                mandator_id: supplier.mandator_id,
                external_id: supplier.external_id.clone(),
                identifier: supplier.identifier.clone(),
            })
            .collect();
        let total = records.len();
        Ok(FetchSuppliersResult::page(records, total))
    }
}
