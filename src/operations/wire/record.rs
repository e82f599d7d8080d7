//! The records of a request: each is decoded alone, so that a bad one spoils no other.

use super::list::{bounded_entries, place_of};
use super::{FRAGMENT_LIMITS, Field, FieldSpec, FieldType, Source, Types, Value, Writer, find};
use crate::domain::{Failure, Place, code};
use crate::operations::Face;
use crate::xml::{Document, Node};

/// Elements that may name a record, the likeliest first; what `significant_key` names comes before them.
const KEYS: [FieldSpec; 14] = [
    FieldSpec::new("internal_item_number", ""),
    FieldSpec::new("external_id", ""),
    FieldSpec::new("identifier", ""),
    FieldSpec::new("external_order_number_1", ""),
    FieldSpec::new("marketplace_order_id", ""),
    FieldSpec::new("marketplace_order_id_1", ""),
    FieldSpec::new("order_number", ""),
    FieldSpec::new("order_id", ""),
    FieldSpec::new("item_nr", ""),
    FieldSpec::new("ean_code", ""),
    FieldSpec::new("item_id", ""),
    FieldSpec::new("change_id", ""),
    FieldSpec::new("offer_id", ""),
    FieldSpec::new("external_category_id", ""),
];
/// Characters of a key that a text shows.
const MOST_OF_A_KEY: usize = 60;

/// One record with its position.
#[derive(Debug, Clone)]
pub struct Record<T> {
    /// The caller's own text, given back on the report.
    pub reference_id: Option<String>,
    /// 1 for the first.
    pub number: usize,
    /// Its number, its key and, where that helps, its line.
    pub place: Place,
    /// Boxed: a record has room for all its fields, and an empty element would take up all of it.
    pub content: Result<Box<T>, Failure>,
    /// The record as it was sent, if it could not be read: its report gives its keys back all the same.
    pub unread: Option<Box<str>>,
}

/// Bytes of a record that is kept for its report.
const MOST_UNREAD: usize = 64 * 1024;

impl<T> Record<T> {
    /// What was read of an element. `lines`: the request has several, so that the line helps to find it.
    pub fn new(node: Node<'_>, place: Place, number: usize, (face, lines): (Face, bool), content: Result<T, Failure>) -> Record<T> {
        let place = place.with_key(key_of(node)).on_line(lines.then(|| node.line()));
        let (reference_id, content) = match reference_of(node, face) {
            Ok(reference_id) => (reference_id, content),
            Err(failure) => (None, Err(failure)),
        };
        let keep = content.is_err() && node.outer_xml().len() <= MOST_UNREAD;
        let unread = keep.then(|| node.standalone_xml().ok()).flatten().map(|xml| Box::from(&*xml));
        Record { reference_id, number, place, content: content.map(Box::new), unread }
    }

    /// The keys of a record that could not be read, as far as they can be.
    pub(crate) fn keys<K: Value>(&self, face: Face) -> Option<K> {
        static RECORD: FieldSpec = FieldSpec::new("record", "");
        let document = Document::parse_embedded(self.unread.as_deref()?, &FRAGMENT_LIMITS).ok()?;
        K::read(Source::Element(document.root()), &RECORD, face).ok()
    }
}

/// The caller's text for the report. Comes back letter by letter, so one of any length would be an answer of any length.
fn reference_of(node: Node<'_>, face: Face) -> Result<Option<String>, Failure> {
    const LONGEST: usize = 1_000;
    static REFERENCE: FieldSpec = FieldSpec::new("reference_id", "");
    let reference_id = Option::<String>::read_field(node, &REFERENCE, face).ok().flatten();
    match reference_id.as_ref().map_or(0, |text| text.chars().count()) {
        length if length > LONGEST => Err(Failure::quoting(code::TOO_LONG, [&length, &LONGEST]).within(REFERENCE.named(face))),
        _ => Ok(reference_id),
    }
}

/// Whether what is sent in this element is spread over several lines.
pub(crate) fn has_lines(node: Node<'_>) -> bool {
    node.outer_xml().contains('\n')
}

/// What the caller calls a record.
pub(crate) fn key_of(node: Node<'_>) -> Option<String> {
    static SIGNIFICANT: FieldSpec = FieldSpec::new("significant_key", "");
    let text = |source: Source<'_>| Some(source.text().trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let named = find(node, &SIGNIFICANT).and_then(|word| {
        let word = word.text().trim();
        let child = node.children().find(|child| super::same_name(child.name(), word))?;
        text(Source::Element(child))
    });
    let key = named.or_else(|| KEYS.iter().find_map(|spec| find(node, spec).and_then(text)))?;
    Some(crate::domain::layout::short(&key, MOST_OF_A_KEY))
}

/// All records of a request, in order.
#[derive(Debug, Clone)]
pub struct Records<T> {
    pub list: Vec<Record<T>>,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Records { list: Vec::new() }
    }
}

impl<T> Records<T> {
    /// The same records, each with its number.
    pub fn numbered(self) -> Records<(usize, T)> {
        let list = self.list.into_iter().map(|record| Record {
            reference_id: record.reference_id,
            number: record.number,
            place: record.place,
            content: record.content.map(|content| Box::new((record.number, *content))),
            unread: record.unread,
        });
        Records { list: list.collect() }
    }

    /// The same records with other content, where it can be made.
    pub(crate) fn try_map<U>(self, mut convert: impl FnMut(T) -> Result<U, Failure>) -> Records<U> {
        let list = self.list.into_iter().map(|record| Record {
            reference_id: record.reference_id,
            number: record.number,
            place: record.place,
            content: record.content.and_then(|content| convert(*content)).map(Box::new),
            unread: record.unread,
        });
        Records { list: list.collect() }
    }

    /// The same records with other content.
    pub fn map<U>(self, mut convert: impl FnMut(T) -> U) -> Records<U> {
        let list = self.list.into_iter().map(|record| Record {
            reference_id: record.reference_id,
            number: record.number,
            place: record.place,
            content: record.content.map(|content| Box::new(convert(*content))),
            unread: record.unread,
        });
        Records { list: list.collect() }
    }
}

impl<T: Value> Field for Records<T> {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Records<T>, Failure> {
        let lines = has_lines(parent);
        let mut records = Records::default();
        for (node, number) in bounded_entries(parent, spec)?.zip(1..) {
            let content = T::read(Source::Element(node), spec, face);
            records.list.push(Record::new(node, place_of(node, spec, number), number, (face, lines), content));
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
