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
mod spec;
mod warnings;
mod writer;

use std::borrow::Cow;

pub use crate::domain::names::{SHORT_NAMES, same_name};
pub(crate) use cleared::{clear_fields, clear_named, write_cleared};
pub use clock::Time;
pub use convert::Convert;
pub(crate) use filter::words_of;
pub use filter::{Ask, Between, Flag, Match, cond_of, mandator_of, window_of};
pub use ignored::{ignored, ignored_condition, unread};
pub(crate) use list::entries;
pub use record::{Record, Records};
pub(crate) use record::{has_lines, key_of};
pub use scalar::{Bytes, Day, FRAGMENT_LIMITS, Xml, keeps_xml};
pub use schema::{FieldType, Occurs, TypeDef, Types, clean};
pub use spec::{FieldSpec, ListForm};
pub use warnings::Warnings;
pub use writer::Writer;

use super::Face;
use crate::domain::Failure;
pub use crate::domain::{Bundle, Patch};
use crate::xml::Node;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

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
