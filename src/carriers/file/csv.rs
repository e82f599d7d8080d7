//! Files with separators.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::MOST_ROWS;
use super::answer::{Values, row};
use super::settings::Settings;
use crate::carriers::Row;

pub(super) fn write(settings: &Settings, rows: &[Vec<String>]) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().delimiter(settings.separator).terminator(Terminator::CRLF).from_writer(Vec::new());
    let names = settings.columns.iter().map(|column| column.name.as_str());
    writer.write_record(names).map_err(|error| error.to_string())?;
    for row in rows {
        writer.write_record(row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    match settings.charset.encode(&text) {
        (bytes, _, false) => Ok(bytes.into_owned()),
        _ => Err(format!("a name of a column has characters that {} lacks", settings.charset.name())),
    }
}

pub(super) fn read(settings: &Settings, text: &str) -> Result<Vec<Row>, String> {
    let mut reader = ReaderBuilder::new().delimiter(settings.separator).flexible(true).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| format!("line 1: {error}"))?.clone();
    let place = |name: &str| names.iter().position(|given| given.trim() == name);
    let needed = |name: &str, key: &str| {
        place(name).ok_or_else(|| {
            let separator = char::from(settings.separator).escape_default();
            format!(
                "line 1: there is no column \"{name}\", but: {}; have the admin set {key} in [carriers.settings], or separator, which is \"{separator}\"",
                of(&names)
            )
        })
    };
    let reference = needed(&settings.reference, "answer_reference")?;
    let tracking_number = needed(&settings.tracking_number, "answer_tracking_number")?;
    let (status, message) = (place(&settings.status), place(&settings.message));
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|error| format!("the file cannot be read: {error}"))?;
        let at = |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default().trim();
        let values =
            Values { reference: at(Some(reference)), tracking_number: at(Some(tracking_number)), status: at(status), message: at(message) };
        // The reader counts lines by where the one before ended, which may be before its line feed.
        let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted);
        let feeds = text.bytes().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text.bytes().skip(counted).take((start + feeds).saturating_sub(counted)).filter(|byte| *byte == b'\n').count();
        counted = start + feeds;
        rows.push(row(settings, line, values));
        if rows.len() > MOST_ROWS {
            break;
        }
    }
    Ok(rows)
}

fn of(names: &StringRecord) -> String {
    let text = names.iter().filter(|name| !name.trim().is_empty()).collect::<Vec<_>>().join(", ");
    if text.is_empty() { "none, the line is empty".to_owned() } else { crate::domain::layout::short(&text, 200) }
}
