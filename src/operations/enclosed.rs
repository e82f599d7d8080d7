//! The content of a file in a record, with what the check before the transaction found in it.

use super::Face;
use super::wire::{Bytes, FieldSpec, Source, Types, Value, Writer};
use crate::domain::Failure;

#[derive(Debug, Clone, Default)]
pub(crate) struct Enclosed<C> {
    pub(crate) content: Bytes,
    pub(crate) checked: Option<C>,
}

#[cfg(test)]
impl<C> Enclosed<C> {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Enclosed { content: Bytes(bytes.to_vec()), checked: None }
    }
}

impl<C: 'static> Value for Enclosed<C> {
    fn read(source: Source<'_>, spec: &FieldSpec, face: Face) -> Result<Self, Failure> {
        Bytes::read(source, spec, face).map(|content| Enclosed { content, checked: None })
    }

    fn write(&self, out: &mut Writer, name: &str) {
        self.content.write(out, name);
    }

    fn type_name(spec: &FieldSpec, types: &mut Types) -> String {
        Bytes::type_name(spec, types)
    }
}
