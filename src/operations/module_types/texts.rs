//! Kinds of texts, with the longest text and whether HTML is allowed.

use crate::domain::lookup::{TextType, TextTypeUpdate, text_type_fields};
use crate::domain::{Failure, MandatorId, Worded, code};
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a kind of text.
    TextTypeKey {
        /// The name of the kind of text.
        Identifier = "identifier",
        /// Kontor's number of the kind of text.
        Id = "text_module_type_id",
    }
}

wire! {
    /// A kind of text.
    TextTypeRecord {
        /// Which field identifies the record. Default IDENTIFIER.
        significant_key: Option<TextTypeKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record; the caller never chooses it.
        text_module_type_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name. Needed for a new record.
        identifier: Option<String> [max(50), key],
        /// HTML is allowed. Not set: anything is.
        is_html: Patch<bool>,
        /// Longest text in characters. Not set: any length.
        max_length: Patch<i32>,
    }
}

impl LookUp for TextTypeRecord {
    look_up_columns!(text_module_type_id, identifier);
    look_up_document!(TextType, TextTypeUpdate, text_type_fields, { text_module_type_id identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            TextTypeKey::Identifier => By::Name,
            TextTypeKey::Id => By::Id,
        }
    }

    fn check(&self) -> Result<(), Failure> {
        match self.max_length {
            Patch::Set(length @ ..=0) => {
                Err(Failure::quoting(code::OUT_OF_RANGE, [&length, &Worded::range(1, i32::MAX)]).within("max_length"))
            }
            _ => Ok(()),
        }
    }
}

look_up! {
    TextTypeRecord, id: text_module_type_id, name: identifier;
    records: text_module_types as "text_module_type", report: TextTypeReport { text_module_type };
    FetchTextModuleTypes("fetchTextModuleTypes", "Reads the kinds of texts.", TextTypeFilter, FetchTextTypesRequest,
        FetchTextTypesResult, text_module_types_per_page);
    UpdateTextModuleTypes("updateTextModuleTypes",
        "Creates and updates kinds of texts; their limits hold for the texts that updateItems and updateCategories send from then on.",
        UpdateTextTypesRequest, UpdateTextTypesResult);
}
