//! What is known of a field: its names on both faces, its bounds, its place in lists.

use std::borrow::Cow;

use super::platform_in;
use crate::domain::Failure;
use crate::domain::names::{same_name, typed_name};
use crate::operations::Face;

/// One field of a wire structure.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Compat name.
    pub name: &'static str,
    pub doc: &'static str,
    /// An attribute on the compat face.
    pub attribute: bool,
    /// Longest text in characters.
    pub longest: Option<u32>,
    /// A text that names a record: blanks around it are not part of it, and blanks alone are no key.
    pub key: bool,
    pub list: ListForm,
    /// Another name of an entry, also after a platform.
    pub also: Option<&'static str>,
    /// The typed face's word where it is another one, in snake case.
    pub typed: Option<&'static str>,
    /// What the compat face calls an entry in answers, where that is not its plain name.
    pub written: Option<&'static str>,
    /// The name on the typed face, where it was worked out while compiling.
    camel: &'static str,
}

/// How the compat face writes a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    None,
    /// Entries of this name directly in the parent.
    Flat(&'static str),
    /// The same, and entries that are named after their platform: `ebay_order` for `order`.
    PerPlatform(&'static str),
    /// Entries of this name inside an element named as the field.
    Wrapped(&'static str),
}

impl FieldSpec {
    pub const fn new(name: &'static str, doc: &'static str) -> FieldSpec {
        FieldSpec {
            name,
            doc,
            attribute: false,
            longest: None,
            key: false,
            list: ListForm::None,
            also: None,
            typed: None,
            written: None,
            camel: "",
        }
    }

    pub const fn attr(mut self) -> FieldSpec {
        self.attribute = true;
        self
    }

    pub const fn max(mut self, longest: u32) -> FieldSpec {
        self.longest = Some(longest);
        self
    }

    pub const fn key(mut self) -> FieldSpec {
        self.key = true;
        self
    }

    pub const fn flat(mut self, entry: &'static str) -> FieldSpec {
        self.list = ListForm::Flat(entry);
        self
    }

    pub const fn per_platform(mut self, entry: &'static str) -> FieldSpec {
        self.list = ListForm::PerPlatform(entry);
        self
    }

    pub const fn each(mut self, entry: &'static str) -> FieldSpec {
        self.list = ListForm::Wrapped(entry);
        self
    }

    pub const fn also(mut self, entry: &'static str) -> FieldSpec {
        self.also = Some(entry);
        self
    }

    pub const fn typed(mut self, name: &'static str) -> FieldSpec {
        self.typed = Some(name);
        self
    }

    pub const fn written(mut self, entry: &'static str) -> FieldSpec {
        self.written = Some(entry);
        self
    }

    /// In compat style, what the typed face calls it.
    pub const fn typed_word(&self) -> &'static str {
        match self.typed {
            Some(word) => word,
            None => self.name,
        }
    }

    /// With the name that [`crate::domain::names::camel`] made of its word.
    pub const fn spelled(mut self, camel: &'static [u8]) -> FieldSpec {
        if let Ok(camel) = str::from_utf8(camel) {
            self.camel = camel;
        }
        self
    }

    /// The element's name on a face.
    pub fn name_on(&self, face: Face) -> Cow<'static, str> {
        match face {
            Face::Compat => Cow::Borrowed(self.name),
            Face::Typed if !self.camel.is_empty() => Cow::Borrowed(self.camel),
            Face::Typed => typed_name(self.typed_word()),
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        (!name.is_empty() && name == self.camel) || same_name(name, self.name) || self.typed.is_some_and(|typed| same_name(name, typed))
    }

    /// The field as texts name it: the face may have a word of its own for it.
    pub(crate) fn named(&self, face: Face) -> crate::domain::FieldName {
        crate::domain::FieldName(match face {
            Face::Compat => self.name,
            Face::Typed => self.typed.unwrap_or(self.name),
        })
    }

    /// What an entry of the list is called on the compat face.
    pub(super) fn entry(&self) -> &'static str {
        match self.list {
            ListForm::Flat(entry) | ListForm::PerPlatform(entry) | ListForm::Wrapped(entry) => entry,
            ListForm::None => "item",
        }
    }

    /// An element of this name is an entry of the list without its wrapper.
    pub(super) fn is_bare_entry(&self, name: &str) -> bool {
        let own = match self.list {
            ListForm::Flat(entry) => same_name(name, entry),
            ListForm::PerPlatform(entry) => same_name(name, entry) || platform_in(name, entry).is_some(),
            ListForm::Wrapped(_) | ListForm::None => false,
        };
        own || self.is_other_entry(name)
    }

    pub(super) fn is_other_entry(&self, name: &str) -> bool {
        self.also.is_some_and(|entry| same_name(name, entry) || platform_in(name, entry).is_some())
    }

    pub(super) fn missing(&self, face: Face) -> Failure {
        Failure::missing(self.named(face).0)
    }
}
