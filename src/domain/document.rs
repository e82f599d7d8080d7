//! What is stored as one JSON document beside the columns of its row. [`document!`](crate::document) declares one from the
//! list of its fields: the stored form, the update, and how the one is taken over into the other.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Decimal, Patch};

/// The version of a document's form. A document without one is of version 0.1. One of a later program is refused: what
/// this program does not know it could not give back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Version<const NEWEST: u32>;

impl<const NEWEST: u32> Serialize for Version<NEWEST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(NEWEST)
    }
}

impl<'de, const NEWEST: u32> Deserialize<'de> for Version<NEWEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            found if found > NEWEST => Err(D::Error::custom(format!("version {found} is of a later program, this one knows {NEWEST}"))),
            _ => Ok(Version),
        }
    }
}

/// What a template sees of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shown<'d> {
    Text(&'d str),
    Number(i32),
    Truth(bool),
    Decimal(Decimal),
    Tree(serde_json::Value),
}

/// A field of a document.
pub(crate) trait Part: Default {
    /// What an update says about it.
    type Update;
    fn take(&mut self, newer: Self::Update);
    fn is_absent(&self) -> bool;
    /// `None`: there is nothing to show, or it is shown under a name of its own.
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }
}

/// A value without parts.
pub(crate) trait Scalar {
    fn shown(&self) -> Option<Shown<'_>>;
}

impl Scalar for String {
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Text(self))
    }
}

impl Scalar for i32 {
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Number(*self))
    }
}

impl Scalar for bool {
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Truth(*self))
    }
}

impl Scalar for Decimal {
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Decimal(*self))
    }
}

impl<V: Scalar> Part for Option<V> {
    type Update = Patch<V>;

    fn take(&mut self, newer: Patch<V>) {
        newer.onto(self);
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn shown(&self) -> Option<Shown<'_>> {
        self.as_ref().and_then(Scalar::shown)
    }
}

/// For serde: absent fields are not stored.
pub(crate) fn is_absent<P: Part>(part: &P) -> bool {
    part.is_absent()
}

/// `document! { ($) Item, ItemUpdate, item_fields { weight: Option<Decimal>, } }` declares the document `Item`, what an
/// update says about it, and a macro that gives the names of the fields to another macro. (The dollar sign is handed in
/// because a macro that declares macros cannot write one.)
#[macro_export]
macro_rules! document {
    (
        ($d:tt) $(#[doc = $doc:expr])* $name:ident, $update:ident, $fields:ident {
            $( $(#[doc = $field_doc:expr])* $field:ident: $type:ty, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name {
            pub(crate) version: $crate::domain::document::Version<1>,
            /// Of version 0.1, where it says nothing.
            #[serde(skip_serializing)]
            pub(crate) mandator_id: serde::de::IgnoredAny,
            $( $(#[doc = $field_doc])* #[serde(skip_serializing_if = "crate::domain::document::is_absent")] pub $field: $type, )*
        }

        /// What an update says about it.
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $update {
            $( pub $field: <$type as $crate::domain::document::Part>::Update, )*
        }

        impl $name {
            /// Takes an update over: omitted keeps, empty clears.
            pub(crate) fn merge(&mut self, newer: $update) {
                let _ = &newer;
                $( $crate::domain::document::Part::take(&mut self.$field, newer.$field); )*
            }

            #[allow(dead_code, reason = "not every document is shown field by field")]
            /// The fields that have something to show, with their names.
            pub(crate) fn shown(&self) -> Vec<(&'static str, $crate::domain::document::Shown<'_>)> {
                let all: Vec<(&'static str, Option<$crate::domain::document::Shown<'_>>)> =
                    vec![ $( (stringify!($field), $crate::domain::document::Part::shown(&self.$field)), )* ];
                all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            }
        }

        macro_rules! $fields {
            ($d callback:ident, $d ($d argument:tt),*) => { $d callback! { $d ($d argument),*; $($field)* } };
        }
        #[allow(unused_imports, reason = "a document may have no fields of its own")]
        pub(crate) use $fields;
    };
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use crate::domain::{Decimal, Patch};

    crate::document! {
        ($)
        /// A thing.
        Thing, ThingUpdate, thing_fields {
            name: Option<String>,
            weight: Option<Decimal>,
        }
    }

    fn read(json: &str) -> Result<Thing, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn omitted_keeps_and_empty_clears() {
        let mut thing = read(r#"{"name":"a","weight":15000}"#).unwrap();
        thing.merge(ThingUpdate::default());
        assert_eq!(thing, read(r#"{"name":"a","weight":15000}"#).unwrap());
        thing.merge(ThingUpdate { name: Patch::Clear, weight: Patch::Set(Decimal(1)) });
        assert_eq!(serde_json::to_string(&thing).unwrap(), r#"{"version":1,"weight":1}"#);
    }

    #[test]
    fn a_document_of_version_0_1_says_the_same_as_one_of_today() {
        let old = read(r#"{"mandator_id":0,"name":"a"}"#).unwrap();
        assert_eq!(old, read(r#"{"version":1,"name":"a"}"#).unwrap());
    }

    #[test]
    fn what_this_program_does_not_know_is_refused_and_never_dropped() {
        for json in [r#"{"colour":"red"}"#, r#"{"version":2}"#, r#"{"name":1}"#, "["] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn templates_see_what_is_set() {
        let thing = Thing { weight: Some(Decimal(15_000)), ..Thing::default() };
        assert_eq!(thing.shown(), [("weight", Shown::Decimal(Decimal(15_000)))]);
        macro_rules! names {
            (; $($field:ident)*) => { [$(stringify!($field)),*] };
        }
        assert_eq!(thing_fields!(names,), ["name", "weight"]);
    }
}
