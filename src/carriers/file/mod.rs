//! Shipping software that reads files and answers with files: parcels as CSV or XML into one folder, tracking numbers from
//! another. What a program calls its columns is in the settings.

mod answer;
mod columns;
mod csv;
mod settings;
#[cfg(test)]
mod tests;
mod xml;

use std::path::Path;

use columns::Column;
use settings::{Format, Settings};

use super::registry::{Entry, Service};
use super::{Exchange, Row};
use crate::domain::label::Shipment;
use crate::folders::text_of;

pub(super) const ENTRY: Entry = Entry {
    name: "file",
    check: |account| Settings::read(account).map(drop),
    build: |account, _| Ok(Service::Files(Box::new(Software { settings: Settings::read(account)? }))),
};

/// Bytes of an answer.
const MOST_BYTES: usize = 16 << 20;
/// Rows of an answer.
const MOST_ROWS: usize = 20_000;

#[derive(Debug)]
struct Software {
    settings: Settings,
}

impl Exchange for Software {
    fn export_folder(&self) -> &Path {
        &self.settings.export_folder
    }

    fn import_folder(&self) -> (&Path, usize) {
        (&self.settings.import_folder, MOST_BYTES)
    }

    fn ending(&self) -> &'static str {
        match self.settings.format {
            Format::Csv => "csv",
            Format::Xml => "xml",
        }
    }

    fn row(&self, reference: &str, shipment: &Shipment) -> Result<Vec<String>, String> {
        let value = |column: &Column| {
            let value = column.value(reference, shipment, self.settings.decimal_mark)?;
            match self.settings.charset.encode(&value) {
                (_, _, false) => Ok(value),
                _ => Err(format!(
                    "{}: \"{value}\" has characters that {} lacks; correct it, or have the admin set charset = \"utf-8\"",
                    column.name,
                    self.settings.charset.name()
                )),
            }
        };
        self.settings.columns.iter().map(value).collect()
    }

    fn file(&self, rows: &[Vec<String>]) -> Result<Vec<u8>, String> {
        match self.settings.format {
            Format::Csv => csv::write(&self.settings, rows),
            Format::Xml => Ok(xml::write(&self.settings, rows)),
        }
    }

    fn answer(&self, bytes: &[u8]) -> Result<Vec<Row>, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!("the file has more than {MOST_BYTES} bytes; split it"));
        }
        let text = text_of(bytes)?;
        let rows = match self.settings.format {
            Format::Csv => csv::read(&self.settings, &text)?,
            Format::Xml => xml::read(&self.settings, &text)?,
        };
        match rows.len() {
            0 => Err("there is no parcel in the file".to_owned()),
            many if many > MOST_ROWS => Err(format!("the file has {many} rows; expected at most {MOST_ROWS}")),
            _ => Ok(rows),
        }
    }
}
