//! `clear_fields`: fields that an update clears by name. On the typed face an empty element clears texts only, because generated
//! clients write empty elements for numbers, times and lists that were never set.

use super::list::bounded_entries;
use super::{FieldSpec, FieldType, Occurs, Types, Writer};
use crate::domain::{Failure, code};
use crate::operations::Face;
use crate::xml::Node;

static CLEAR_FIELDS: FieldSpec =
    FieldSpec::new("clear_fields", "Names of fields to clear. Only so numbers, times and lists are cleared on the typed face.")
        .each("field");

/// Clears what the record names. `clear` gives `None` for a name that cannot be cleared, and `false` for a field that has a value.
pub(crate) fn clear_named(
    node: Node<'_>,
    face: Face,
    fields: &[(&'static FieldSpec, bool)],
    mut clear: impl FnMut(&str) -> Option<bool>,
) -> Result<(), Failure> {
    let mut clearable = fields.iter().filter(|(_, clearable)| *clearable).map(|(spec, _)| *spec).peekable();
    if clearable.peek().is_none() {
        return Ok(());
    }
    for entry in bounded_entries(node, &CLEAR_FIELDS)? {
        let name = entry.text().trim();
        let refused = match clear(name) {
            Some(true) => continue,
            Some(false) => Failure::new(code::CLEARED_WITH_VALUE, [name]),
            None => {
                let known: Vec<String> = clearable.map(|spec| spec.name_on(face).into_owned()).collect();
                Failure::new(code::NOT_IN_LIST, [name, &known.join(", ")])
            }
        };
        return Err(refused.within(CLEAR_FIELDS.named(face)));
    }
    Ok(())
}

/// Names the fields that are cleared and cannot say so themselves.
pub(crate) fn write_cleared(out: &mut Writer, fields: &[(&'static FieldSpec, bool)]) {
    if out.face() == Face::Typed && fields.iter().any(|(_, cleared)| *cleared) {
        let names: Vec<String> =
            fields.iter().filter(|(_, cleared)| *cleared).map(|(spec, _)| spec.name_on(Face::Typed).into_owned()).collect();
        out.list(&CLEAR_FIELDS, names.iter(), |out, name, entry| out.leaf(entry, name));
    }
}

/// The field of the contract, for a structure of which some fields cannot be cleared otherwise.
pub(crate) fn clear_fields(types: &mut Types, by_name: &[bool]) -> Option<FieldType> {
    by_name.contains(&true).then(|| FieldType { spec: &CLEAR_FIELDS, type_name: types.list_of("xs:string"), occurs: Occurs::Optional })
}
