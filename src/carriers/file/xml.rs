//! Files in XML: an element per parcel, and in it one per column, or an attribute.

use super::answer::{Values, row};
use super::settings::Settings;
use crate::carriers::Row;
use crate::domain::Reader;
use crate::xml::write::escape_into;
use crate::xml::{Document, Limits, Node};

const LIMITS: Limits = Limits { depth: 8, attributes: 64, name_bytes: 256, elements: 500_000, entries: usize::MAX };

pub(super) fn write(settings: &Settings, rows: &[Vec<String>]) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<shipments>\n");
    for row in rows {
        out.push_str("  <shipment>\n");
        for (column, value) in settings.columns.iter().zip(row) {
            out.push_str("    <");
            out.push_str(&column.name);
            out.push('>');
            escape_into(&mut out, value);
            out.push_str("</");
            out.push_str(&column.name);
            out.push_str(">\n");
        }
        out.push_str("  </shipment>\n");
    }
    out.push_str("</shipments>\n");
    out.into_bytes()
}

pub(super) fn read(settings: &Settings, text: &str) -> Result<Vec<Row>, String> {
    let document = Document::parse(text.trim_start(), &LIMITS).map_err(|failure| failure.text(Reader::ADMIN))?;
    let rows = document.root().children().map(|parcel| {
        let values = Values {
            reference: value(parcel, &settings.reference),
            tracking_number: value(parcel, &settings.tracking_number),
            status: value(parcel, &settings.status),
            message: value(parcel, &settings.message),
        };
        row(settings, parcel.line(), values)
    });
    Ok(rows.collect())
}

fn value<'d>(parcel: Node<'d>, name: &str) -> &'d str {
    parcel.child(name).map(Node::text).or_else(|| parcel.attribute(name)).unwrap_or_default().trim()
}
