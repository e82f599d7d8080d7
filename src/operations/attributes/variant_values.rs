//! `updateVariantAttributeValues`: the values of properties that distinguish variants, one record per value.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::attribute::{ListValue, ValueUpdate, VariantProperty, fit};
use crate::domain::document::Part;
use crate::domain::{AnyOf, Bundle, Failure, FieldName, MandatorId, code};
use crate::operations::common::ReportAction;
use crate::operations::items::Translation;
use crate::operations::look_up;
use crate::operations::wire::{Patch, Records};
use crate::operations::{Done, Work, WriteOperation};
use crate::store::lookups::{self, List, LookUpRow};
use crate::store::{Conn, Stored, free_id, next_ids};
use crate::{reports, wire, wire_enum, write_request};

wire_enum! {
    /// Which field identifies a value of a property of variants.
    VariantValueKey {
        /// The name, within its property.
        Identifier = "variant_attribute_value_identifier",
        /// Kontor's number.
        Id = "variant_attribute_value_id",
    }
}

wire! {
    /// A value of a property that distinguishes variants.
    VariantValueChange {
        /// Which field identifies the record. Default VARIANT_ATTRIBUTE_VALUE_IDENTIFIER, which is the field identifier.
        significant_key: Option<VariantValueKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// true: the property may not have the value any more.
        delete: Option<bool> [attr, typed("remove")],
        /// Number that Kontor gave the value.
        variant_attribute_value_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name, such as Blue. Needed for a new value.
        identifier: Option<String> [max(255), key],
        /// The property by number; wins over its name.
        variant_attribute_id: Option<i32>,
        /// The property by name.
        variant_attribute_identifier: Option<String> [max(255), key],
        /// Sort number.
        sort: Patch<i32>,
        /// The name in other languages; a list that is sent replaces the stored one.
        multilingual_data: Vec<Translation> [each("translation")],
    }

    /// The keys of a value, on its report.
    VariantValueKeys {
        /// Number that Kontor gave the value.
        variant_attribute_value_id: Option<i32>,
        /// Its name.
        identifier: Option<String>,
        /// The property by number.
        variant_attribute_id: Option<i32>,
    }
}

write_request! {
    /// Values to create, change or remove.
    UpdateVariantValuesRequest {
        /// The values.
        variant_attribute_values: Records<VariantValueChange> [flat("variant_attribute_value")],
    }
}

reports! { UpdateVariantValuesResult, VariantValueReport, variant_attribute_value: VariantValueKeys }

pub(crate) struct UpdateVariantAttributeValues;

impl WriteOperation for UpdateVariantAttributeValues {
    const NAME: &'static str = "updateVariantAttributeValues";
    const DOC: &'static str = "Creates, changes and removes values of properties that distinguish variants.";
    type Request = UpdateVariantValuesRequest;
    type Result = UpdateVariantValuesResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateVariantValuesRequest) -> Result<UpdateVariantValuesResult, Failure> {
        let records = request.variant_attribute_values;
        let next_value = value_counter(work)?;
        let mut known = Known::read(&mut work.tx.conn, &records, next_value)?;
        let reports = work.each(
            records,
            |record| record.mandator_id,
            |work, record| {
                let keys = VariantValueKeys {
                    variant_attribute_value_id: record.variant_attribute_value_id,
                    identifier: record.identifier.clone(),
                    variant_attribute_id: record.variant_attribute_id,
                };
                known.take(work, record).map_err(|failure| (failure, Some(keys)))
            },
        )?;
        known.store(work, next_value)?;
        Ok(UpdateVariantValuesResult::of(reports))
    }
}

const COUNTER: Option<&str> = List::VariantProperties.value_counter();

fn value_counter(work: &mut Work<'_, '_>) -> Result<i32, Failure> {
    COUNTER.map_or(Ok(i32::MAX), |counter| free_id(work.tx, counter))
}

/// A property that the request may name, read once.
struct Property {
    row: LookUpRow<VariantProperty>,
    document: VariantProperty,
    changed: bool,
}

/// The properties of the mandators that a request names, by number.
struct Known {
    properties: BTreeMap<i32, Property>,
    next_value: i32,
}

impl Known {
    fn read(conn: &mut Conn<'_>, records: &Records<VariantValueChange>, next_value: i32) -> Result<Known, Failure> {
        let good = records.list.iter().filter_map(|record| record.content.as_deref().ok());
        let mandators: BTreeSet<MandatorId> = good.map(|record| record.mandator_id).collect();
        let mut known = Known { properties: BTreeMap::new(), next_value };
        for mandator_id in mandators {
            for row in lookups::of_mandator::<VariantProperty>(conn, mandator_id)? {
                known.properties.insert(row.id, Property { document: row.document()?, row, changed: false });
            }
        }
        Ok(known)
    }

    fn take(&mut self, work: &Work<'_, '_>, record: VariantValueChange) -> Result<Done<VariantValueKeys>, Failure> {
        work.mandator(record.mandator_id)?;
        let property_id = self.property_of(&record)?;
        let next_value = &mut self.next_value;
        let unknown = || Failure::quoting(code::UNKNOWN_KEY, [&FieldName("variant_attribute_id"), &property_id]);
        let property = self.properties.get_mut(&property_id).ok_or_else(unknown)?;
        let values = &mut property.document.variant_attribute_values;
        let by_number = record.significant_key == Some(VariantValueKey::Id);
        if by_number && record.variant_attribute_value_id.is_none() {
            return Err(Failure::missing("variant_attribute_value_id"));
        }
        let update = ValueUpdate {
            delete: record.delete == Some(true),
            // Found by its name, the number is not looked at.
            id: record.variant_attribute_value_id.filter(|_| by_number),
            identifier: record.identifier,
            sort: record.sort,
            translations: record.multilingual_data,
        };
        let removes = update.delete;
        let mut update = Bundle { entries: vec![update], replace: false };
        fit(values, &mut update, next_value, ("variant_attribute_value_id", "identifier"))?;
        let (id, name) = update.entries.first().map(|entry| (entry.id, entry.identifier.clone())).unwrap_or_default();
        let find = |values: &[ListValue]| values.iter().find(|value| Some(value.id) == id).cloned();
        let before = find(values);
        values.take(update);
        let after = find(values);
        property.changed |= before != after;
        let action = match before.is_some() {
            _ if removes => ReportAction::Delete,
            true => ReportAction::Update,
            false => ReportAction::Insert,
        };
        let shown = after.or(before).map(|value| value.identifier);
        let keys = VariantValueKeys { variant_attribute_value_id: id, identifier: shown.or(name), variant_attribute_id: Some(property_id) };
        Ok((Some(action), keys))
    }

    /// The number of the property that a record names.
    fn property_of(&self, record: &VariantValueChange) -> Result<i32, Failure> {
        let of_mandator = |property: &&Property| property.row.mandator_id == record.mandator_id;
        let mut properties = self.properties.values().filter(of_mandator);
        let name = record.variant_attribute_identifier.as_deref().map(str::trim);
        let (field, found, value) = match (record.variant_attribute_id, name) {
            (Some(id), _) => ("variant_attribute_id", properties.find(|property| property.row.id == id), id.to_string()),
            (None, Some(name)) => {
                ("variant_attribute_identifier", properties.find(|property| property.row.identifier == name), name.to_owned())
            }
            (None, None) => {
                return Err(Failure::quoting(code::MISSING, [&AnyOf(&["variant_attribute_id", "variant_attribute_identifier"])]));
            }
        };
        found.map(|property| property.row.id).ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName(field), &value]))
    }

    fn store(self, work: &mut Work<'_, '_>, first_value: i32) -> Result<(), Failure> {
        if let (Some(counter), Ok(count @ 1..)) = (COUNTER, usize::try_from(self.next_value.saturating_sub(first_value))) {
            next_ids(work.tx, counter, count)?;
        }
        let stamp = work.tx.stamp.0;
        let changed = self.properties.into_values().filter(|property| property.changed).map(|Property { row, document, .. }| {
            let names = std::iter::once(row.identifier.clone()).chain(document.former_names.0.iter().cloned()).collect();
            Ok((LookUpRow { last_changed: stamp, data: Stored::of(&document)?, ..row }, names))
        });
        look_up::keep(work, changed.collect::<Result<Vec<_>, Failure>>()?)
    }
}
