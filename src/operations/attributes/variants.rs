//! Properties that distinguish variants: `updateVariantAttributes`, `fetchVariantAttributes`.

use super::value::VariantValueRecord;
use crate::domain::attribute::{VariantProperty, VariantPropertyUpdate, fit, variant_property_fields};
use crate::domain::{Failure, MandatorId};
use crate::operations::items::Translation;
use crate::operations::look_up::{By, Fitting, LookUp};
use crate::operations::wire::{Bundle, Patch};
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a property of variants.
    VariantAttributeKey {
        /// The name.
        Identifier = "variant_attribute_identifier",
        /// Kontor's number.
        Id = "variant_attribute_id",
    }
}

wire! {
    /// A property that distinguishes variants.
    VariantAttributeRecord {
        /// Which field identifies the record. Default VARIANT_ATTRIBUTE_IDENTIFIER, which is the field identifier.
        significant_key: Option<VariantAttributeKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        variant_attribute_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name, such as Colour, by which variants name it. Needed for a new record.
        identifier: Option<String> [max(255), key],
        /// Sort number.
        sort: Patch<i32>,
        /// Names that it had before; variants that still say them mean it (read only).
        former_names: Vec<String> [each("former_name")],
        /// The name in other languages; a list that is sent replaces the stored one.
        multilingual_data: Vec<Translation> [each("translation")],
        /// Its values; updateVariantAttributeValues changes them too. Without replaceAll (delete="true"), values that are not sent stay.
        variant_attribute_values: Bundle<VariantValueRecord> [each("variant_attribute_value")],
    }
}

impl LookUp for VariantAttributeRecord {
    look_up_columns!(variant_attribute_id, identifier);
    look_up_document!(VariantProperty, VariantPropertyUpdate, variant_property_fields, { variant_attribute_id identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            VariantAttributeKey::Identifier => By::Name,
            VariantAttributeKey::Id => By::Id,
        }
    }

    fn fit(stored: &VariantProperty, newer: &mut VariantPropertyUpdate, at: &mut Fitting<'_>) -> Result<(), Failure> {
        fit(
            &stored.variant_attribute_values,
            &mut newer.variant_attribute_values,
            at.next_value,
            ("variant_attribute_value_id", "identifier"),
        )
        .map_err(|failure| failure.within("variant_attribute_values"))
    }

    fn renamed(document: &mut VariantProperty, before: &str, now: &str) {
        document.former_names.note(before, now);
    }

    fn former_names(document: &VariantProperty) -> &[String] {
        &document.former_names.0
    }
}

look_up! {
    VariantAttributeRecord, id: variant_attribute_id, name: identifier;
    records: variant_attributes as "variant_attribute", report: VariantAttributeReport { variant_attribute, "variant_property" };
    FetchVariantAttributes("fetchVariantAttributes", "Reads the properties that distinguish variants, with their values.",
        VariantAttributeFilter, FetchVariantAttrsRequest, FetchVariantAttrsResult, variant_attributes_per_page);
    UpdateVariantAttributes("updateVariantAttributes", "Creates and updates properties that distinguish variants.",
        UpdateVariantAttrsRequest, UpdateVariantAttrsResult);
}
