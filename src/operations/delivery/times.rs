//! Delivery times: a name, the number of days, translations.

use crate::operations::items::Translation;
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::store::lookups::List;
use crate::{look_up, look_up_columns, wire, wire_enum};

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
    DeliveryTimeRecord (stored) {
        /// Which field identifies the record. Default IDENTIFIER.
        significant_key: Option<DeliveryTimeKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        delivery_time_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: i32,
        /// Name, such as 1-2 days; items may name it. Needed for a new record.
        identifier: Option<String> [max(100)],
        /// Days until delivery, the longest case.
        delivery_time_in_days: Patch<i32>,
        /// The name in other languages; a list that is sent replaces the stored one.
        translations: Vec<Translation> [each("translation")],
    }
}

impl LookUp for DeliveryTimeRecord {
    const LIST: List = List::DeliveryTimes;
    const MENTION: Option<&'static str> = Some("delivery_time_id");
    look_up_columns!(delivery_time_id, identifier);

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            DeliveryTimeKey::Identifier => By::Name,
            DeliveryTimeKey::Id => By::Id,
        }
    }

    fn merge(&mut self, newer: Self) {
        self.delivery_time_in_days.merge(newer.delivery_time_in_days);
        if !newer.translations.is_empty() {
            self.translations = newer.translations;
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
