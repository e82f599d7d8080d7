//! The macros that declare wire structures and enumerations.

/// Declares wire structures. See the module documentation; options stand in brackets behind the type:
/// `attr` (attribute on the compat face), `max(50)`, `key` (blanks around it do not count), `flat("item")`, `per_platform("order")`, `also("filter")`, `each("text_module")`, `typed("offer_ids")`,
/// `written("shopware_attribute_set")` (an entry's name in answers of the compat face).
/// `Name (domain)` gives a structure of the domain its form on the wire.
#[macro_export]
macro_rules! wire {
    ($(
        $(#[doc = $doc:expr])*
        $name:ident $(($domain:ident))? {
            $( $(#[doc = $field_doc:expr])* $field:ident : $type:ty $([ $($option:ident $(($value:expr))?),* ])? , )*
        }
    )*) => { $(
        $crate::wire_struct! {
            ($($domain)?)
            $(#[doc = $doc])*
            $name { $( $(#[doc = $field_doc])* $field : $type, )* }
        }

        #[allow(non_upper_case_globals)]
        impl $name {
            $( const $field: $crate::operations::wire::FieldSpec = {
                const PLAIN: $crate::operations::wire::FieldSpec =
                    $crate::operations::wire::FieldSpec::new(stringify!($field), concat!($($field_doc,)* ""))
                        $($(.$option($($value)?))*)?;
                const CAMEL: [u8; $crate::domain::names::camel_len(PLAIN.typed_word())] =
                    $crate::domain::names::camel(PLAIN.typed_word());
                PLAIN.spelled(&CAMEL)
            }; )*
        }

        impl $crate::operations::wire::Value for $name {
            const EMPTY_COUNTS: bool = true;

            fn read(
                source: $crate::operations::wire::Source<'_>,
                _spec: &$crate::operations::wire::FieldSpec,
                face: $crate::operations::Face,
            ) -> Result<Self, $crate::domain::Failure> {
                let $crate::operations::wire::Source::Element(node) = source else {
                    return Err($crate::domain::Failure::missing(stringify!($name)));
                };
                let _ = (node, face);
                #[allow(unused_mut, reason = "a structure may have no fields")]
                let mut read = $name { $( $field: $crate::operations::wire::Field::read_field(node, &Self::$field, face)?, )* };
                let fields: &[(&'static $crate::operations::wire::FieldSpec, bool)] =
                    &[ $( (&Self::$field, <$type as $crate::operations::wire::Field>::CLEARABLE) ),* ];
                $crate::operations::wire::clear_named(node, face, fields, |name| {
                    let _ = (&mut read, name);
                    $( if <$type as $crate::operations::wire::Field>::CLEARABLE && Self::$field.is(name) {
                        return Some($crate::operations::wire::Field::clear(&mut read.$field));
                    } )*
                    None
                })?;
                Ok(read)
            }

            fn write(&self, out: &mut $crate::operations::wire::Writer, name: &str) {
                out.start(name);
                if out.face() == $crate::operations::Face::Compat {
                    $( if Self::$field.attribute {
                        $crate::operations::wire::Field::write_attribute(&self.$field, out, &Self::$field);
                    } )*
                }
                out.content();
                $( if !(Self::$field.attribute && out.face() == $crate::operations::Face::Compat) {
                    $crate::operations::wire::Field::write_field(&self.$field, out, &Self::$field);
                } )*
                $crate::operations::wire::write_cleared(out, &[ $( (
                    &Self::$field,
                    <$type as $crate::operations::wire::Field>::clears_by_name()
                        && $crate::operations::wire::Field::is_cleared(&self.$field),
                ) ),* ]);
                out.end(name);
            }

            fn type_name(_spec: &$crate::operations::wire::FieldSpec, types: &mut $crate::operations::wire::Types) -> String {
                types.structure(stringify!($name), module_path!(), concat!($($doc,)* ""), |_types| {
                    let mut fields = vec![ $( <$type as $crate::operations::wire::Field>::describe(&Self::$field, _types), )* ];
                    let by_name: &[bool] = &[ $( <$type as $crate::operations::wire::Field>::clears_by_name() ),* ];
                    fields.extend($crate::operations::wire::clear_fields(_types, by_name));
                    fields
                })
            }
        }
    )* };
}

#[macro_export]
macro_rules! wire_struct {
    ((domain) $($any:tt)*) => {};
    (() $(#[doc = $doc:expr])* $name:ident { $( $(#[doc = $field_doc:expr])* $field:ident : $type:ty, )* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name { $( $(#[doc = $field_doc])* pub $field: $type, )* }
    };
}

/// Declares a set of fixed values, each with its documentation: the compat word in quotes, capitals on the typed face,
/// read without case. `Name (domain)` gives an enumeration of the domain its words.
#[macro_export]
macro_rules! wire_enum {
    ($( $(#[doc = $doc:expr])* $name:ident $(($domain:ident))? {
        $(#[doc = $first_doc:expr])* $first:ident = $first_word:literal,
        $( $(#[doc = $variant_doc:expr])* $variant:ident = $word:literal, )*
    } )*) => { $(
        $crate::wire_enum_type! {
            ($($domain)?)
            $(#[doc = $doc])*
            $name { $(#[doc = $first_doc])* $first, $( $(#[doc = $variant_doc])* $variant, )* }
        }

        impl $name {
            pub(crate) const WORDS: &'static [&'static str] = &[$first_word, $( $word ),*];
            const DOCS: &'static [&'static str] = &[concat!($($first_doc,)* ""), $( concat!($($variant_doc,)* "") ),*];

            /// The compat face's word.
            pub(crate) fn word(self) -> &'static str {
                match self { $name::$first => $first_word, $( $name::$variant => $word, )* }
            }
        }

        impl $crate::operations::wire::Value for $name {
            fn read(
                source: $crate::operations::wire::Source<'_>,
                _spec: &$crate::operations::wire::FieldSpec,
                face: $crate::operations::Face,
            ) -> Result<Self, $crate::domain::Failure> {
                let text = source.text().trim();
                if text.eq_ignore_ascii_case($first_word) { return Ok($name::$first); }
                $( if text.eq_ignore_ascii_case($word) { return Ok($name::$variant); } )*
                let words = Self::WORDS.join(", ");
                let words = if face == $crate::operations::Face::Typed { words.to_ascii_uppercase() } else { words };
                Err($crate::domain::Failure::new($crate::domain::code::NOT_IN_LIST, [text, &words]))
            }

            fn write(&self, out: &mut $crate::operations::wire::Writer, name: &str) {
                let text = $crate::operations::wire::Value::text(self, out.face()).unwrap_or_default();
                out.leaf(name, &text);
            }

            fn text(&self, face: $crate::operations::Face) -> Option<std::borrow::Cow<'_, str>> {
                Some(match face {
                    $crate::operations::Face::Compat => std::borrow::Cow::Borrowed(self.word()),
                    $crate::operations::Face::Typed => std::borrow::Cow::Owned(self.word().to_ascii_uppercase()),
                })
            }

            fn type_name(_spec: &$crate::operations::wire::FieldSpec, types: &mut $crate::operations::wire::Types) -> String {
                types.enumeration(stringify!($name), module_path!(), concat!($($doc,)* ""), Self::WORDS, Self::DOCS)
            }
        }
    )* };
}

#[macro_export]
macro_rules! wire_enum_type {
    ((domain) $($any:tt)*) => {};
    (() $(#[doc = $doc:expr])* $name:ident {
        $(#[doc = $first_doc:expr])* $first:ident,
        $( $(#[doc = $variant_doc:expr])* $variant:ident, )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(crate) enum $name {
            $(#[doc = $first_doc])*
            #[default]
            $first,
            $( $(#[doc = $variant_doc])* $variant, )*
        }
    };
}
