//! Between the wire and the documents of the domain, field by field: `Patch` takes what `Option` stores, `Bundle` what a list
//! stores. The macros get the names from the document, so that a field is listed there and in its `wire!` structure only.

use chrono::NaiveDate;

use super::{Bundle, Day, Patch};

pub trait Convert<T> {
    fn convert(self) -> T;
}

impl<T> Convert<T> for T {
    fn convert(self) -> T {
        self
    }
}

impl<V> Convert<Patch<V>> for Option<V> {
    fn convert(self) -> Patch<V> {
        self.into()
    }
}

impl<T> Convert<Bundle<T>> for Vec<T> {
    fn convert(self) -> Bundle<T> {
        self.into()
    }
}

/// Days of the domain are plain dates.
impl Convert<Patch<NaiveDate>> for Patch<Day> {
    fn convert(self) -> Patch<NaiveDate> {
        match self {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(day) => Patch::Set(day.0),
        }
    }
}

impl Convert<Patch<Day>> for Option<NaiveDate> {
    fn convert(self) -> Patch<Day> {
        self.map(Day).into()
    }
}

/// What a record says about a document: `item_fields!(update_of, ItemUpdate, record, { item_id identifier })`, in an
/// `impl` of the record. The fields in braces are the business of the caller: keys, columns, what is only shown. A field
/// that is neither there nor in the document does not compile: it would be accepted and dropped without a word.
#[macro_export]
macro_rules! update_of {
    ($update:ident, $record:ident, { $($other:ident)* }; $($field:ident)*) => {{
        let Self { $($field: _,)* $($other: _,)* } = &$record;
        $update { $( $field: $crate::operations::wire::Convert::convert($record.$field), )* }
    }};
}

/// Puts a document into a record: `item_fields!(show, record, document)`.
#[macro_export]
macro_rules! show {
    ($record:ident, $document:ident; $($field:ident)*) => {{
        let _ = (&$record, &$document);
        $( $record.$field = $crate::operations::wire::Convert::convert($document.$field); )*
    }};
}
