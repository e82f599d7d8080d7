//! Lists: where their entries are, and how many there may be.

use std::borrow::Cow;

use super::{Field, FieldSpec, FieldType, ListForm, Occurs, Patch, Source, Types, Value, Writer, platform_in, present, same_name};
use crate::domain::{Failure, Place, code};
use crate::operations::Face;
use crate::xml::Node;

/// The entries of a list, wherever they are: in wrappers (entries named `item` or as in the compat style), or bare.
pub(crate) fn entries<'d>(parent: Node<'d>, spec: &'static FieldSpec) -> impl Iterator<Item = Node<'d>> {
    let entry = spec.entry();
    // A flat list may be named as its entries' wrapper elsewhere (`item` under `items`), so the wrapper is looked for
    // under the field's own name only.
    parent.children().flat_map(move |child| {
        let name = child.name();
        let is_wrapper = spec.is(name);
        let inner = is_wrapper.then(|| child.children().filter(move |e| same_name(e.name(), entry) || same_name(e.name(), "item")));
        let bare = (!is_wrapper && spec.is_bare_entry(name)).then_some(child);
        inner.into_iter().flatten().chain(bare)
    })
}

/// The same, unless there are more than one list may have. Counted before anything is decoded, whatever else there is.
pub(super) fn bounded_entries<'d>(parent: Node<'d>, spec: &'static FieldSpec) -> Result<impl Iterator<Item = Node<'d>>, Failure> {
    refuse_too_many(parent, entries(parent, spec).count())?;
    Ok(entries(parent, spec))
}

/// The place of an entry: its own name and number, without the list around it, on both faces. In a list per platform the
/// caller knows an entry by the name that he gave it.
pub(super) fn place_of(node: Node<'_>, spec: &'static FieldSpec, number: usize) -> Place {
    let name = match spec.list {
        ListForm::PerPlatform(noun) if platform_in(node.name(), noun).is_some() => Cow::Owned(node.name().to_owned()),
        _ if spec.is_other_entry(node.name()) => Cow::Owned(node.name().to_owned()),
        _ => Cow::Borrowed(spec.entry()),
    };
    Place::entry(name, number)
}

/// Refuses a list with more entries than a call may hold.
fn refuse_too_many(parent: Node<'_>, count: usize) -> Result<(), Failure> {
    let most = parent.most_entries();
    match count > most {
        true => Err(Failure::new(code::TOO_MANY_RECORDS, [&count.to_string(), &most.to_string()])),
        false => Ok(()),
    }
}

impl<V: Value> Field for Vec<V> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Vec<V>, Failure> {
        let mut list = Vec::new();
        for (node, number) in bounded_entries(parent, spec)?.zip(1..) {
            let source = Source::Element(node);
            if !present(source, spec, V::EMPTY_COUNTS) {
                continue;
            }
            list.push(V::read(source, spec, face).map_err(|failure| failure.within(place_of(node, spec, number)))?);
        }
        Ok(list)
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        out.list(spec, self.iter(), |out, value, name| value.write_as(out, name, spec));
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        let entry = V::type_name(spec, types);
        FieldType { spec, type_name: types.list_of(&entry), occurs: Occurs::Optional }
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// A list of an update: omitted keeps what is stored, an empty wrapper clears it. Only lists with a wrapper can be one.
impl<V: Value> Field for Patch<Vec<V>> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Patch<Vec<V>>, Failure> {
        let list = Vec::read_field(parent, spec, face)?;
        let is_empty = |wrapper: Node<'_>| !Source::Element(wrapper).is_nil() && wrapper.children().next().is_none();
        match parent.children().find(|child| spec.is(child.name())) {
            _ if !list.is_empty() => Ok(Patch::Set(list)),
            Some(wrapper) if face == Face::Compat && is_empty(wrapper) => Ok(Patch::Clear),
            _ => Ok(Patch::Keep),
        }
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        match self {
            Patch::Set(list) => list.write_field(out, spec),
            Patch::Clear if out.face() == Face::Compat => out.empty(spec.name),
            Patch::Clear | Patch::Keep => {}
        }
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        Vec::<V>::describe(spec, types)
    }

    fn is_absent(&self) -> bool {
        self.is_unset()
    }

    const CLEARABLE: bool = true;

    fn clears_by_name() -> bool {
        true
    }

    fn clear(&mut self) -> bool {
        self.clear_unset()
    }

    fn is_cleared(&self) -> bool {
        matches!(self, Patch::Clear)
    }
}
