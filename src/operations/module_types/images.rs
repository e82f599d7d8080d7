//! Slots of pictures.

use crate::domain::MandatorId;
use crate::domain::lookup::{ImageType, ImageTypeUpdate, image_type_fields};
use crate::operations::look_up::{By, LookUp};
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a slot.
    ImageTypeKey {
        /// The name of the slot.
        Identifier = "identifier",
        /// Kontor's number of the slot.
        Id = "image_module_type_id",
    }
}

wire! {
    /// A slot of pictures.
    ImageTypeRecord {
        /// Which field identifies the record. Default IDENTIFIER.
        significant_key: Option<ImageTypeKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        image_module_type_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name. Needed for a new record.
        identifier: Option<String> [max(50), key],
    }
}

impl LookUp for ImageTypeRecord {
    look_up_columns!(image_module_type_id, identifier);
    look_up_document!(ImageType, ImageTypeUpdate, image_type_fields, { image_module_type_id identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            ImageTypeKey::Identifier => By::Name,
            ImageTypeKey::Id => By::Id,
        }
    }
}

look_up! {
    ImageTypeRecord, id: image_module_type_id, name: identifier;
    records: image_module_types as "image_module_type", report: ImageTypeReport { image_module_type };
    FetchImageModuleTypes("fetchImageModuleTypes", "Reads the slots of pictures.", ImageTypeFilter, FetchImageTypesRequest,
        FetchImageTypesResult, image_module_types_per_page);
    UpdateImageModuleTypes("updateImageModuleTypes", "Creates and updates slots of pictures.",
        UpdateImageTypesRequest, UpdateImageTypesResult);
}
