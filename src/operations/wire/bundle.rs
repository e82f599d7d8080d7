//! A list of sub-records that can be replaced as a whole: `<text_modules delete="true">…`, `<item_attributes clear="true">…`.

use super::list::{bounded_entries, place_of};
use super::{Bundle, Field, FieldSpec, FieldType, ListForm, Occurs, Types, Value, Writer};
use crate::domain::Failure;
use crate::operations::Face;
use crate::xml::Node;

static DELETE: FieldSpec =
    FieldSpec::new("delete", "true: what is stored is removed before the entries are taken over.").typed("replace_all");
static CLEAR: FieldSpec =
    FieldSpec::new("clear", "true: what is stored is removed before the entries are taken over.").typed("replace_all");

impl<T: Value> Field for Bundle<T> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Self, Failure> {
        let wrapper = parent.children().find(|child| spec.is(child.name()));
        let replace = match wrapper {
            Some(node) => {
                Option::<bool>::read_field(node, &DELETE, face)?.unwrap_or_default()
                    || Option::<bool>::read_field(node, &CLEAR, face)?.unwrap_or_default()
            }
            None => false,
        };
        let mut list = Vec::new();
        for (node, number) in bounded_entries(parent, spec)?.zip(1..) {
            let place = |failure: Failure| failure.within(place_of(node, spec, number));
            list.push(T::read(super::Source::Element(node), spec, face).map_err(place)?);
        }
        Ok(Bundle { entries: list, replace })
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        let flag = self.replace.then_some(true);
        let name = spec.name_on(out.face());
        match (out.face(), spec.list) {
            (Face::Compat, ListForm::Wrapped(entry)) => {
                if self.is_absent() {
                    return;
                }
                out.start(&name);
                flag.write_attribute(out, if entry == "item_attribute" { &CLEAR } else { &DELETE });
                out.content();
                self.entries.iter().for_each(|value| value.write(out, entry));
                out.end(&name);
            }
            _ => {
                out.start(&name);
                out.content();
                flag.write_field(out, &DELETE);
                self.entries.iter().for_each(|value| value.write(out, "item"));
                out.end(&name);
            }
        }
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        let entry = T::type_name(spec, types);
        let flag = Option::<bool>::describe(&DELETE, types);
        FieldType { spec, type_name: types.bundle_of(&entry, flag), occurs: Occurs::Optional }
    }

    fn is_absent(&self) -> bool {
        self.entries.is_empty() && !self.replace
    }
}
