//! Manufacturers: a name and the ERP's own number. Articles name them as `vendor_id` or `external_vendor_id`.

use crate::domain::MandatorId;
use crate::domain::lookup::{Manufacturer, ManufacturerUpdate, manufacturer_fields};
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a manufacturer.
    ManufacturerKey {
        /// The ERP's own number.
        External = "external_id",
        /// Kontor's number.
        Id = "manufacturer_id",
        /// The name.
        Identifier = "identifier",
    }
}

wire! {
    /// A manufacturer.
    ManufacturerRecord {
        /// Which field identifies the record. Default EXTERNAL_ID.
        significant_key: Option<ManufacturerKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record; articles may name it as vendor_id.
        manufacturer_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number, which articles may name as external_vendor_id; empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name. Needed for a new record.
        identifier: Option<String> [max(255), key],
    }
}

impl LookUp for ManufacturerRecord {
    look_up_columns!(manufacturer_id, identifier, external_id);
    look_up_document!(Manufacturer, ManufacturerUpdate, manufacturer_fields, { manufacturer_id identifier external_id });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            ManufacturerKey::External => By::ExternalId,
            ManufacturerKey::Id => By::Id,
            ManufacturerKey::Identifier => By::Name,
        }
    }
}

look_up! {
    ManufacturerRecord, id: manufacturer_id, name: identifier, external: external_id;
    records: manufacturers as "manufacturer", report: ManufacturerReport { manufacturer };
    FetchManufacturers("fetchManufacturers", "Reads the manufacturers of a mandator.", ManufacturerFilter, FetchManufacturersRequest,
        FetchManufacturersResult, manufacturers_per_page);
    UpdateManufacturers("updateManufacturers",
        "Creates and updates manufacturers, to which articles refer by number or by the ERP's own number.",
        UpdateManufacturersRequest, UpdateManufacturersResult);
}
