//! The values of attributes on the wire, under the words of both kinds of attributes.

use crate::domain::Bundle;
use crate::domain::attribute::{ListValue, ValueUpdate};
use crate::operations::items::Translation;
use crate::operations::wire::{Convert, Patch};
use crate::wire;

wire! {
    /// A value that a central attribute may have.
    AttributeValueRecord {
        /// true: the attribute may not have it any more.
        delete: Option<bool> [attr, typed("remove")],
        /// Number that Kontor gave the value; in an update it finds the value, else the name does.
        attribute_value_id: Option<i32>,
        /// Its name. Needed for a new value.
        attribute_value_identifier: Option<String> [max(1000), key],
        /// Sort number.
        sort: Patch<i32>,
        /// The name in other languages; a list that is sent replaces the stored one.
        translations: Vec<Translation> [each("translation")],
        /// Names that it had before; articles that still say them mean it (read only).
        former_names: Vec<String> [each("former_name")],
    }

    /// A value that a property of variants may have.
    VariantValueRecord {
        /// true: the property may not have it any more.
        delete: Option<bool> [attr, typed("remove")],
        /// Number that Kontor gave the value; in an update it finds the value, else the name does.
        variant_attribute_value_id: Option<i32>,
        /// Its name. Needed for a new value.
        identifier: Option<String> [max(255), key],
        /// Sort number.
        sort: Patch<i32>,
        /// The name in other languages; a list that is sent replaces the stored one.
        multilingual_data: Vec<Translation> [each("translation")],
        /// Names that it had before; articles that still say them mean it (read only).
        former_names: Vec<String> [each("former_name")],
    }
}

/// Between a record and what the domain says, under the record's words for number, name and translations.
macro_rules! value_record {
    ($record:ident, $id:ident, $name:ident, $translations:ident) => {
        impl From<$record> for ValueUpdate {
            fn from(record: $record) -> ValueUpdate {
                ValueUpdate {
                    delete: record.delete == Some(true),
                    id: record.$id,
                    identifier: record.$name,
                    sort: record.sort,
                    translations: record.$translations,
                }
            }
        }

        impl From<ListValue> for $record {
            fn from(value: ListValue) -> $record {
                $record {
                    delete: None,
                    $id: Some(value.id),
                    $name: Some(value.identifier),
                    sort: value.sort.into(),
                    $translations: value.translations,
                    former_names: value.former_names.0,
                }
            }
        }

        impl Convert<Bundle<ValueUpdate>> for Bundle<$record> {
            fn convert(self) -> Bundle<ValueUpdate> {
                Bundle { entries: self.entries.into_iter().map(ValueUpdate::from).collect(), replace: self.replace }
            }
        }

        impl Convert<Bundle<$record>> for Vec<ListValue> {
            fn convert(self) -> Bundle<$record> {
                self.into_iter().map($record::from).collect::<Vec<_>>().into()
            }
        }
    };
}

value_record!(AttributeValueRecord, attribute_value_id, attribute_value_identifier, translations);
value_record!(VariantValueRecord, variant_attribute_value_id, identifier, multilingual_data);
