//! Delivery times: a name, the number of days, translations.

use crate::domain::MandatorId;
use crate::domain::lookup::{DeliveryTime, DeliveryTimeUpdate, delivery_time_fields};
use crate::operations::items::Translation;
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a delivery time.
    DeliveryTimeKey {
        /// The name.
        Identifier = "identifier",
        /// Kontor's number.
        Id = "delivery_time_id",
    }
}

wire! {
    /// A delivery time.
    DeliveryTimeRecord {
        /// Which field identifies the record. Default IDENTIFIER.
        significant_key: Option<DeliveryTimeKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        delivery_time_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name, such as 1-2 days; items may name it. Needed for a new record.
        identifier: Option<String> [max(100), key],
        /// Days until delivery, the longest case.
        delivery_time_in_days: Patch<i32>,
        /// The name in other languages; a list that is sent replaces the stored one.
        translations: Vec<Translation> [each("translation")],
    }
}

impl LookUp for DeliveryTimeRecord {
    look_up_columns!(delivery_time_id, identifier);
    look_up_document!(DeliveryTime, DeliveryTimeUpdate, delivery_time_fields, { delivery_time_id identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            DeliveryTimeKey::Identifier => By::Name,
            DeliveryTimeKey::Id => By::Id,
        }
    }
}

look_up! {
    DeliveryTimeRecord, id: delivery_time_id, name: identifier;
    records: delivery_times as "delivery_time", report: DeliveryTimeReport { delivery_time };
    FetchDeliveryTimes("fetchDeliveryTimes", "Reads delivery times.", DeliveryTimeFilter, FetchDeliveryTimesRequest,
        FetchDeliveryTimesResult, delivery_times_per_page);
    UpdateDeliveryTimes("updateDeliveryTimes", "Creates and updates delivery times, to which items refer by number or name.",
        UpdateDeliveryTimesRequest, UpdateDeliveryTimesResult);
}
