//! The records of a request: each is decoded by itself, so that a bad one spoils no other.

use super::list::bounded_entries;
use super::{Field, FieldSpec, FieldType, ListForm, Source, Types, Value, Writer};
use crate::domain::{Failure, code};
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
    /// Boxed: a record has room for all its fields, and an empty element would take up all of it.
    pub content: Result<Box<T>, Failure>,
}

impl<T> Record<T> {
    /// What was read of an element, with its place in the failure.
    pub fn new(node: Node<'_>, entry: &str, number: usize, face: Face, content: Result<T, Failure>) -> Record<T> {
        let line = node.line();
        let (reference_id, content) = match reference_of(node, face) {
            Ok(reference_id) => (reference_id, content),
            Err(failure) => (None, Err(failure)),
        };
        let content = content.map(Box::new).map_err(|failure| failure.within(&format!("{entry} {number} (line {line})")));
        Record { reference_id, number, line, content }
    }
}

/// The caller's text for the report. Comes back letter by letter, so one of any length would be an answer of any length.
fn reference_of(node: Node<'_>, face: Face) -> Result<Option<String>, Failure> {
    const LONGEST: usize = 1_000;
    static REFERENCE: FieldSpec = FieldSpec::new("reference_id", "");
    let reference_id = Option::<String>::read_field(node, &REFERENCE, face).ok().flatten();
    match reference_id.as_ref().map_or(0, |text| text.chars().count()) {
        length if length > LONGEST => {
            Err(Failure::new(code::TOO_LONG, [&length.to_string(), &LONGEST.to_string()]).within(&REFERENCE.name_on(face)))
        }
        _ => Ok(reference_id),
    }
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
            content: record.content.map(|content| Box::new((record.number, *content))),
        });
        Records { entry: self.entry, list: list.collect() }
    }

    /// The same records with other content.
    pub fn map<U>(self, mut convert: impl FnMut(T) -> U) -> Records<U> {
        let list = self.list.into_iter().map(|record| Record {
            reference_id: record.reference_id,
            number: record.number,
            line: record.line,
            content: record.content.map(|content| Box::new(convert(*content))),
        });
        Records { entry: self.entry, list: list.collect() }
    }
}

impl<T: Value> Field for Records<T> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Records<T>, Failure> {
        let entry = match spec.list {
            ListForm::Flat(entry) | ListForm::Wrapped(entry) => entry,
            ListForm::None => "item",
        };
        let mut records = Records { entry, list: Vec::new() };
        for (node, number) in bounded_entries(parent, spec)?.zip(1..) {
            let content = T::read(Source::Element(node), spec, face);
            records.list.push(Record::new(node, entry, number, face, content));
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
