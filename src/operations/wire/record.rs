//! The records of a request: each is decoded by itself, so that a bad one spoils no other.

use super::{Field, FieldSpec, FieldType, ListForm, Source, Types, Value, Writer, entries};
use crate::domain::Failure;
use crate::operations::Face;
use crate::xml::Node;

/// One record with its position.
#[derive(Debug, Clone)]
pub struct Record<T> {
    /// The caller's own text, given back on the report.
    pub reference_id: Option<String>,
    /// 1 for the first.
    pub number: usize,
    pub line: usize,
    pub content: Result<T, Failure>,
}

/// All records of a request, in order.
#[derive(Debug, Clone)]
pub struct Records<T> {
    pub entry: &'static str,
    pub list: Vec<Record<T>>,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Records { entry: "record", list: Vec::new() }
    }
}

impl<T> Records<T> {
    /// The same records, each with its number.
    pub fn numbered(self) -> Records<(usize, T)> {
        let list = self.list.into_iter().map(|record| Record {
            reference_id: record.reference_id,
            number: record.number,
            line: record.line,
            content: record.content.map(|content| (record.number, content)),
        });
        Records { entry: self.entry, list: list.collect() }
    }

    /// The same records with other content.
    pub fn map<U>(self, mut convert: impl FnMut(T) -> U) -> Records<U> {
        let list = self.list.into_iter().map(|record| Record {
            reference_id: record.reference_id,
            number: record.number,
            line: record.line,
            content: record.content.map(&mut convert),
        });
        Records { entry: self.entry, list: list.collect() }
    }
}

impl<T: Value> Field for Records<T> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Records<T>, Failure> {
        static REFERENCE: FieldSpec = FieldSpec::new("reference_id", "");
        let entry = match spec.list {
            ListForm::Flat(entry) | ListForm::Wrapped(entry) => entry,
            ListForm::None => "item",
        };
        let mut records = Records { entry, list: Vec::new() };
        for (index, node) in entries(parent, spec).enumerate() {
            let number = index + 1;
            let line = node.line();
            let place = |failure: Failure| failure.within(&format!("{entry} {number} (line {line})"));
            let reference_id = Option::<String>::read_field(node, &REFERENCE, face).ok().flatten();
            let content = T::read(Source::Element(node), spec, face).map_err(place);
            records.list.push(Record { reference_id, number, line, content });
        }
        Ok(records)
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        out.list(spec, self.list.iter(), |out, record, name| {
            if let Ok(content) = &record.content {
                content.write(out, name);
            }
        });
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        Vec::<T>::describe(spec, types)
    }
}
