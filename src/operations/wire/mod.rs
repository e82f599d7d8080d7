//! One wire model for both faces.
//!
//! A `wire!` structure lists its fields once, in the words of the compat face (`snake_case`). From that list come the
//! reader, the writer, the XSD type and the documentation; the face is a parameter of reader and writer.
//!
//! Reading is tolerant on both faces: any order, any prefix, a scalar as attribute or as child, a list with or without
//! its wrapper, unknown elements ignored. Writing is strict: the order of the fields, lists always with their wrapper
//! on the typed face.

mod bundle;
mod cleared;
mod clock;
mod convert;
mod declare;
mod filter;
mod ids;
mod ignored;
mod list;
mod record;
mod scalar;
mod schema;
mod warnings;
mod writer;

use std::borrow::Cow;

pub use crate::domain::names::{SHORT_NAMES, same_name, typed_name};
pub(crate) use cleared::{clear_fields, clear_named, write_cleared};
pub use clock::Time;
pub use convert::Convert;
pub(crate) use filter::words_of;
pub use filter::{Ask, Between, Flag, Match, cond_of, mandator_of, window_of};
pub use ignored::{ignored, ignored_condition};
pub(crate) use list::entries;
pub use record::{Record, Records};
pub(crate) use record::{has_lines, key_of};
pub use scalar::{Bytes, Day, FRAGMENT_LIMITS, Xml, keeps_xml};
pub use schema::{FieldType, Occurs, TypeDef, Types, clean};
pub use warnings::Warnings;
pub use writer::Writer;

use super::Face;
use crate::domain::Failure;
pub use crate::domain::{Bundle, Patch};
use crate::xml::Node;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

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
        FieldSpec { name, doc, attribute: false, longest: None, key: false, list: ListForm::None, also: None, typed: None, written: None }
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

    /// The element's name on a face.
    pub fn name_on(&self, face: Face) -> Cow<'static, str> {
        match face {
            Face::Compat => Cow::Borrowed(self.name),
            Face::Typed => typed_name(self.typed.unwrap_or(self.name)),
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        same_name(name, self.name) || self.typed.is_some_and(|typed| same_name(name, typed))
    }

    /// The field as texts name it: the face may have a word of its own for it.
    pub(crate) fn named(&self, face: Face) -> crate::domain::FieldName {
        crate::domain::FieldName(match face {
            Face::Compat => self.name,
            Face::Typed => self.typed.unwrap_or(self.name),
        })
    }

    /// What an entry of the list is called on the compat face.
    fn entry(&self) -> &'static str {
        match self.list {
            ListForm::Flat(entry) | ListForm::PerPlatform(entry) | ListForm::Wrapped(entry) => entry,
            ListForm::None => "item",
        }
    }

    /// An element of this name is an entry of the list without its wrapper.
    fn is_bare_entry(&self, name: &str) -> bool {
        let own = match self.list {
            ListForm::Flat(entry) => same_name(name, entry),
            ListForm::PerPlatform(entry) => same_name(name, entry) || platform_in(name, entry).is_some(),
            ListForm::Wrapped(_) | ListForm::None => false,
        };
        own || self.is_other_entry(name)
    }

    fn is_other_entry(&self, name: &str) -> bool {
        self.also.is_some_and(|entry| same_name(name, entry) || platform_in(name, entry).is_some())
    }

    fn missing(&self, face: Face) -> Failure {
        Failure::missing(self.named(face).0)
    }
}

/// Where a value is read from.
#[derive(Clone, Copy)]
pub enum Source<'d> {
    Element(Node<'d>),
    Attribute(&'d str),
}

impl<'d> Source<'d> {
    pub fn text(self) -> &'d str {
        match self {
            Source::Element(node) => node.text(),
            Source::Attribute(value) => value,
        }
    }

    fn is_nil(self) -> bool {
        match self {
            Source::Element(node) => matches!(node.attribute_ns(XSI, "nil"), Some("true" | "1")),
            Source::Attribute(_) => false,
        }
    }
}

/// The platform in the name of an element, such as `ebay` in `ebay_order`, where an entry is called `order`.
pub(crate) fn platform_in<'n>(name: &'n str, entry: &str) -> Option<&'n str> {
    let platform = name.get(..name.len().checked_sub(entry.len())?)?;
    let noun = name.get(platform.len()..)?;
    let platform = platform.trim_end_matches('_');
    (noun.eq_ignore_ascii_case(entry) && !platform.is_empty()).then_some(platform)
}

/// Finds a field in its parent: a child first, then an attribute.
fn find<'d>(parent: Node<'d>, spec: &FieldSpec) -> Option<Source<'d>> {
    if let Some(child) = parent.children().find(|child| spec.is(child.name())) {
        return Some(Source::Element(child));
    }
    parent.attributes().find(|(name, _)| spec.is(name)).map(|(_, value)| Source::Attribute(value))
}

/// A single value: a scalar or a structure.
pub trait Value: Sized + 'static {
    /// An empty element is a value (structures), not an absent one (scalars).
    const EMPTY_COUNTS: bool = false;

    fn read(source: Source<'_>, spec: &FieldSpec, face: Face) -> Result<Self, Failure>;

    /// Writes an element of this name.
    fn write(&self, out: &mut Writer, name: &str);

    /// Like [`Value::write`], within the bounds of the field.
    fn write_as(&self, out: &mut Writer, name: &str, _spec: &FieldSpec) {
        self.write(out, name);
    }

    /// The text of a scalar, for attributes.
    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        None
    }

    /// The XSD type, registered where it is one of ours.
    fn type_name(spec: &FieldSpec, types: &mut Types) -> String;
}

/// A field: a value with its occurrence.
pub trait Field: Sized {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Self, Failure>;
    fn write_field(&self, out: &mut Writer, spec: &FieldSpec);
    fn write_attribute(&self, _out: &mut Writer, _spec: &FieldSpec) {}
    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType;
    fn is_absent(&self) -> bool {
        false
    }

    /// An update can clear it.
    const CLEARABLE: bool = false;

    /// It can be cleared on the typed face, but not by an empty element.
    fn clears_by_name() -> bool {
        false
    }

    /// Clears it, unless it has a value: false.
    fn clear(&mut self) -> bool {
        false
    }

    fn is_cleared(&self) -> bool {
        false
    }
}

fn present(source: Source<'_>, spec: &FieldSpec, empty_counts: bool) -> bool {
    if source.is_nil() {
        return false;
    }
    match source {
        Source::Element(node) if empty_counts || node.children().next().is_some() => true,
        _ if spec.key => !source.text().trim().is_empty(),
        _ => !source.text().is_empty(),
    }
}

fn read_in_place<V: Value>(source: Source<'_>, spec: &FieldSpec, face: Face) -> Result<V, Failure> {
    V::read(source, spec, face).map_err(|failure| failure.within(spec.named(face)))
}

/// A required value.
impl<V: Value> Field for V {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<V, Failure> {
        match find(parent, spec).filter(|source| present(*source, spec, V::EMPTY_COUNTS)) {
            Some(source) => read_in_place(source, spec, face),
            None => Err(spec.missing(face)),
        }
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        self.write_as(out, &spec.name_on(out.face()), spec);
    }

    fn write_attribute(&self, out: &mut Writer, spec: &FieldSpec) {
        if let Some(text) = self.text(out.face()) {
            out.attribute(spec.name, &text);
        }
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        FieldType { spec, type_name: V::type_name(spec, types), occurs: Occurs::Once }
    }
}

/// An optional value; empty and nil count as absent.
impl<V: Value> Field for Option<V> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Option<V>, Failure> {
        match find(parent, spec).filter(|source| present(*source, spec, V::EMPTY_COUNTS)) {
            Some(source) => read_in_place(source, spec, face).map(Some),
            None => Ok(None),
        }
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        if let Some(value) = self {
            value.write_field(out, spec);
        }
    }

    fn write_attribute(&self, out: &mut Writer, spec: &FieldSpec) {
        if let Some(value) = self {
            value.write_attribute(out, spec);
        }
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        FieldType { occurs: Occurs::Optional, ..V::describe(spec, types) }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<V: Value> Field for Patch<V> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Patch<V>, Failure> {
        match find(parent, spec) {
            None => Ok(Patch::Keep),
            Some(source) if source.is_nil() => Ok(Patch::Keep),
            Some(source) if present(source, spec, V::EMPTY_COUNTS) => read_in_place(source, spec, face).map(Patch::Set),
            Some(_) if face == Face::Typed && !scalar::is_text::<V>() => Ok(Patch::Keep),
            Some(_) => Ok(Patch::Clear),
        }
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        match self {
            Patch::Set(value) => value.write_field(out, spec),
            // The typed face has no word for it: an empty number is neither valid there nor read as one.
            Patch::Clear if out.face() == Face::Typed && !scalar::is_text::<V>() => {}
            Patch::Clear => out.empty(&spec.name_on(out.face())),
            Patch::Keep => {}
        }
    }

    fn write_attribute(&self, out: &mut Writer, spec: &FieldSpec) {
        if let Patch::Set(value) = self {
            value.write_attribute(out, spec);
        }
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        FieldType { occurs: Occurs::Optional, ..V::describe(spec, types) }
    }

    fn is_absent(&self) -> bool {
        !matches!(self, Patch::Set(_))
    }

    const CLEARABLE: bool = true;

    fn clears_by_name() -> bool {
        !scalar::is_text::<V>()
    }

    fn clear(&mut self) -> bool {
        self.clear_unset()
    }

    fn is_cleared(&self) -> bool {
        matches!(self, Patch::Clear)
    }
}
