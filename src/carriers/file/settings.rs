//! `[carriers.settings]` of the carrier `file`.

use std::path::PathBuf;

use encoding_rs::{Encoding, UTF_8};

use super::columns::{Column, DEFAULT, FIELDS, Holds};
use crate::carriers::given::Given;
use crate::carriers::registry::CarrierFault;
use crate::config::CarrierAccount;

const KEYS: [&str; 13] = [
    "export_folder",
    "import_folder",
    "format",
    "charset",
    "separator",
    "decimal_mark",
    "columns",
    "answer_reference",
    "answer_tracking_number",
    "answer_status",
    "answer_message",
    "good_words",
    "void_words",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Xml,
}

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) export_folder: PathBuf,
    pub(super) import_folder: PathBuf,
    pub(super) format: Format,
    pub(super) charset: &'static Encoding,
    pub(super) separator: u8,
    pub(super) decimal_mark: char,
    pub(super) columns: Vec<Column>,
    /// Names of the columns of an answer.
    pub(super) reference: String,
    pub(super) tracking_number: String,
    pub(super) status: String,
    pub(super) message: String,
    /// What `status` says, in capitals, of a parcel that is taken, and of one that was taken back.
    pub(super) good: Vec<String>,
    pub(super) void: Vec<String>,
}

impl Settings {
    pub(super) fn read(account: &CarrierAccount) -> Result<Settings, CarrierFault> {
        let given = Given::of(account, &KEYS)?;
        let format = match given.text("format")?.as_deref() {
            None | Some("csv") => Format::Csv,
            Some("xml") => Format::Xml,
            Some(other) => return Err(given.fault("format", format!("\"{other}\" is unknown; use csv or xml"))),
        };
        let one = |key: &str, default: &str, known: &[&str]| {
            let text = match given.value(key) {
                None => default.to_owned(),
                Some(value) => value.as_str().unwrap_or_default().to_owned(),
            };
            match known.contains(&text.as_str()) {
                true => Ok(text),
                false => Err(given.fault(key, format!("\"{}\" is unknown; use one of {known:?}", text.escape_default()))),
            }
        };
        let charset = match one("charset", "utf-8", &["utf-8", "windows-1252"])?.as_str() {
            "utf-8" => UTF_8,
            _ if format == Format::Xml => return Err(given.fault("charset", "XML is written in utf-8")),
            _ => encoding_rs::WINDOWS_1252,
        };
        let separator = one("separator", ";", &[";", ",", "\t", "|"])?;
        let (export_folder, import_folder) = (folder(given, "export_folder")?, folder(given, "import_folder")?);
        if export_folder == import_folder {
            return Err(given.fault("import_folder", "is export_folder; Kontor would read what it wrote"));
        }
        let name = |key: &str, default: &str| Ok(given.text(key)?.unwrap_or_else(|| default.to_owned()));
        Ok(Settings {
            export_folder,
            import_folder,
            format,
            charset,
            separator: separator.bytes().next().unwrap_or(b';'),
            decimal_mark: one("decimal_mark", ",", &[",", "."])?.chars().next().unwrap_or(','),
            columns: columns(given, format)?,
            reference: name("answer_reference", "reference")?,
            tracking_number: name("answer_tracking_number", "tracking_number")?,
            status: name("answer_status", "status")?,
            message: name("answer_message", "message")?,
            good: given.words("good_words", &["OK"])?,
            void: given.words("void_words", &["VOID"])?,
        })
    }
}

/// Whole, so that it does not depend on where the gateway is started.
fn folder(given: Given<'_>, key: &str) -> Result<PathBuf, CarrierFault> {
    let path = PathBuf::from(given.needed(key)?);
    match path.is_absolute() {
        true => Ok(path),
        false => Err(given.fault(key, format!("\"{}\" is not a whole path; begin with /", path.display()))),
    }
}

fn columns(given: Given<'_>, format: Format) -> Result<Vec<Column>, CarrierFault> {
    let Some(value) = given.value("columns") else { return Ok(DEFAULT.map(Column::plain).into()) };
    let wrong = |text: String| given.fault("columns", text);
    let list = value.as_array().filter(|list| !list.is_empty()).ok_or_else(|| {
        wrong("write a list such as [{ name = \"Referenz\", field = \"reference\" }, { name = \"Produkt\", text = \"V01PAK\" }]".to_owned())
    })?;
    let mut columns: Vec<Column> = Vec::new();
    for (entry, number) in list.iter().zip(1..) {
        let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let name = text("name").filter(|name| !name.trim().is_empty()).ok_or_else(|| wrong(format!("entry {number} has no name")))?;
        if format == Format::Xml && !is_element(&name) {
            return Err(wrong(format!("\"{name}\" is not the name of an XML element; use letters, digits, - and _")));
        }
        if columns.iter().any(|column| column.name == name) {
            return Err(wrong(format!("\"{name}\" is there twice")));
        }
        let holds = match (text("field"), text("text")) {
            (Some(field), None) if FIELDS.contains(&field.as_str()) => Holds::Field(field),
            (Some(field), None) => return Err(wrong(format!("{name}: \"{field}\" is unknown; use one of {}", FIELDS.join(", ")))),
            (None, Some(text)) => Holds::Text(text),
            _ => return Err(wrong(format!("{name}: give either field or text"))),
        };
        columns.push(Column { name, holds });
    }
    match columns.iter().any(|column| column.holds == Holds::Field("reference".to_owned())) {
        true => Ok(columns),
        false => Err(wrong("no column holds reference, by which answers are recognised".to_owned())),
    }
}

fn is_element(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
