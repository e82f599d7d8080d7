//! Shipping cost categories: a name and the ERP's own number.

use crate::domain::MandatorId;
use crate::domain::lookup::{DeliveryCharge, DeliveryChargeUpdate, delivery_charge_fields};
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a shipping cost category.
    DeliveryChargeKey {
        /// The ERP's own number.
        External = "external_id",
        /// Kontor's number.
        Id = "delivery_charge_category_id",
        /// The name.
        Identifier = "identifier",
    }
}

wire! {
    /// A shipping cost category.
    DeliveryChargeRecord {
        /// Which field identifies the record. Default EXTERNAL_ID.
        significant_key: Option<DeliveryChargeKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        delivery_charge_category_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number, which items may name; empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name. Needed for a new record.
        identifier: Option<String> [max(100), key],
    }
}

impl LookUp for DeliveryChargeRecord {
    look_up_columns!(delivery_charge_category_id, identifier, external_id);
    look_up_document!(DeliveryCharge, DeliveryChargeUpdate, delivery_charge_fields, { delivery_charge_category_id identifier external_id });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            DeliveryChargeKey::External => By::ExternalId,
            DeliveryChargeKey::Id => By::Id,
            DeliveryChargeKey::Identifier => By::Name,
        }
    }
}

look_up! {
    DeliveryChargeRecord, id: delivery_charge_category_id, name: identifier, external: external_id;
    records: delivery_charge_categories as "delivery_charge_category", report: DeliveryChargeReport { delivery_charge_category };
    FetchDeliveryCharges("fetchDeliveryChargeCategories", "Reads shipping cost categories.", DeliveryChargeFilter,
        FetchChargesRequest, FetchChargesResult, charge_categories_per_page);
    UpdateDeliveryCharges("updateDeliveryChargeCategories",
        "Creates and updates shipping cost categories, to which items refer by number or by the ERP's own number.",
        UpdateChargesRequest, UpdateChargesResult);
}
