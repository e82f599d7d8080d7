//! What a strict user learns about a request. Unlike other lists, not written at all when empty: only those who asked
//! for warnings ever see the element.

use super::{Field, FieldSpec, FieldType, Types, Writer};
use crate::domain::Failure;
use crate::operations::Face;
use crate::xml::Node;

/// One sentence per thing that was ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(pub Vec<String>);

impl Field for Warnings {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Self, Failure> {
        Vec::read_field(parent, spec, face).map(Warnings)
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        if !self.0.is_empty() {
            self.0.write_field(out, spec);
        }
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        Vec::<String>::describe(spec, types)
    }

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}
