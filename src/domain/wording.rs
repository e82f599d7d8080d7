//! How a text is worded for its reader: a template of a table, the values it quotes, the names of fields.

mod checks;

use std::borrow::Cow;

pub(crate) use checks::{argument_count, uses_argument, uses_names};

use super::Language;
use super::names::typed_name;

/// The two faces of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// XML in a string, the Speed4Trade CONNECT wire format.
    Compat,
    /// Document/literal, described type by type.
    Typed,
}

impl Face {
    /// The word for logs and digests.
    pub fn word(self) -> &'static str {
        match self {
            Face::Compat => "compat",
            Face::Typed => "typed",
        }
    }
}

/// Who reads a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    pub language: Language,
    pub face: Face,
}

impl Reader {
    /// Whoever reads the log or the command line.
    pub const ADMIN: Reader = Reader::on(Face::Compat);

    /// Somebody of whom only the face is known.
    pub const fn on(face: Face) -> Reader {
        Reader { language: Language::En, face }
    }

    pub fn choose<T>(self, en: T, de: T) -> T {
        match self.language {
            Language::En => en,
            Language::De => de,
        }
    }
}

/// The name of a field or element, in the words of the compat face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldName(pub &'static str);

impl FieldName {
    pub fn text(self, reader: Reader) -> Cow<'static, str> {
        spelled(self.0, reader.face)
    }
}

/// Fields one of which is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyOf(pub &'static [&'static str]);

/// Fields that are needed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllOf(pub &'static [&'static str]);

/// Words of Kontor within a text: a range, a unit, what is needed. Values and names of the caller are never worded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    en: Cow<'static, str>,
    de: Cow<'static, str>,
}

impl Worded {
    pub const fn new(en: &'static str, de: &'static str) -> Worded {
        Worded { en: Cow::Borrowed(en), de: Cow::Borrowed(de) }
    }

    /// In the words of the reader.
    pub(crate) fn said(&self, reader: Reader) -> &str {
        reader.choose(&self.en, &self.de)
    }

    pub fn of(en: String, de: String) -> Worded {
        Worded { en: en.into(), de: de.into() }
    }

    /// A range with both its ends.
    pub fn range(from: impl std::fmt::Display, to: impl std::fmt::Display) -> Worded {
        Worded { en: format!("{from} to {to}").into(), de: format!("{from} bis {to}").into() }
    }

    /// A range without an upper end.
    pub fn at_least(from: impl std::fmt::Display) -> Worded {
        Worded { en: format!("the range from {from} up").into(), de: format!("dem Bereich ab {from}").into() }
    }
}

pub(super) fn spelled(name: &str, face: Face) -> Cow<'_, str> {
    match face {
        Face::Compat => Cow::Borrowed(name),
        Face::Typed => typed_name(name),
    }
}

/// `a`, `a or b`, `a, b or c`.
fn joined(names: &[&str], word: &str, face: Face) -> String {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        match names.len() - index {
            _ if index == 0 => {}
            1 => text.push_str(&format!(" {word} ")),
            _ => text.push_str(", "),
        }
        text.push_str(&spelled(name, face));
    }
    text
}

/// What a text quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A value as it is, but never at any length.
    Text(String),
    Worded(Worded),
    Field(FieldName),
    AnyOf(AnyOf),
    AllOf(AllOf),
    /// A field with its value.
    Valued(FieldName, String),
    /// Fields one of which needs this value.
    AnyValued(AnyOf, String),
    /// A field and the values that it can have.
    OneOf(FieldName, &'static [&'static str]),
}

impl Arg {
    pub fn text(&self, reader: Reader) -> Cow<'_, str> {
        match self {
            Arg::Text(text) => Cow::Borrowed(text),
            Arg::Worded(words) => Cow::Borrowed(reader.choose(&words.en, &words.de)),
            Arg::Field(FieldName(name)) => spelled(name, reader.face),
            Arg::AnyOf(AnyOf(names)) => Cow::Owned(joined(names, reader.choose("or", "oder"), reader.face)),
            Arg::AllOf(AllOf(names)) => Cow::Owned(joined(names, reader.choose("and", "und"), reader.face)),
            Arg::Valued(FieldName(name), value) => Cow::Owned(format!("{} \"{value}\"", spelled(name, reader.face))),
            Arg::AnyValued(AnyOf(names), value) => {
                Cow::Owned(format!("{} \"{value}\"", joined(names, reader.choose("or", "oder"), reader.face)))
            }
            Arg::OneOf(FieldName(name), values) => {
                let values = joined(values, reader.choose("or", "oder"), Face::Compat);
                Cow::Owned(format!("{} ({values})", spelled(name, reader.face)))
            }
        }
    }
}

/// What can be an argument of a text.
pub trait Quote {
    fn quote(&self) -> Arg;
}

impl Quote for &str {
    fn quote(&self) -> Arg {
        Arg::Text(shorten(self))
    }
}

impl Quote for String {
    fn quote(&self) -> Arg {
        self.as_str().quote()
    }
}

impl Quote for i32 {
    fn quote(&self) -> Arg {
        Arg::Text(self.to_string())
    }
}

impl Quote for usize {
    fn quote(&self) -> Arg {
        Arg::Text(self.to_string())
    }
}

impl Quote for Worded {
    fn quote(&self) -> Arg {
        Arg::Worded(self.clone())
    }
}

impl Quote for FieldName {
    fn quote(&self) -> Arg {
        Arg::Field(*self)
    }
}

impl Quote for AnyOf {
    fn quote(&self) -> Arg {
        Arg::AnyOf(*self)
    }
}

impl Quote for AllOf {
    fn quote(&self) -> Arg {
        Arg::AllOf(*self)
    }
}

impl Quote for (AnyOf, &str) {
    fn quote(&self) -> Arg {
        Arg::AnyValued(self.0, shorten(self.1))
    }
}

impl Quote for (FieldName, &'static [&'static str]) {
    fn quote(&self) -> Arg {
        Arg::OneOf(self.0, self.1)
    }
}

impl Quote for (FieldName, &str) {
    fn quote(&self) -> Arg {
        Arg::Valued(self.0, shorten(self.1))
    }
}

/// Values are quoted back to the caller, but never at any length.
fn shorten(value: &str) -> String {
    shortened(value, 120)
}

fn shortened(value: &str, most: usize) -> String {
    match value.char_indices().nth(most) {
        Some((end, _)) => [value.get(..end).unwrap_or_default(), "…"].concat(),
        None => value.to_owned(),
    }
}

/// Characters that a place shows of a name from the request.
const MOST_OF_A_NAME: usize = 40;

/// A step of the way to what is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Field(FieldName),
    /// A field that its value distinguishes from others.
    Valued(FieldName, String),
    /// An entry of a list, counted from 1.
    Entry {
        name: Cow<'static, str>,
        number: usize,
        /// What the caller calls it.
        key: Option<String>,
        line: Option<usize>,
    },
    Line(usize),
    /// An element as the caller wrote it.
    Element(String),
}

impl Place {
    pub fn entry(name: impl Into<Cow<'static, str>>, number: usize) -> Place {
        let name = match name.into() {
            Cow::Borrowed(ours) => Cow::Borrowed(ours),
            Cow::Owned(theirs) => Cow::Owned(shortened(&theirs, MOST_OF_A_NAME)),
        };
        Place::Entry { name, number, key: None, line: None }
    }

    /// An element as the caller wrote it.
    pub fn element(name: &str) -> Place {
        Place::Element(shortened(name, MOST_OF_A_NAME))
    }

    pub fn with_key(self, key: Option<String>) -> Place {
        match self {
            Place::Entry { name, number, line, .. } => Place::Entry { name, number, key, line },
            other => other,
        }
    }

    pub fn on_line(self, line: Option<usize>) -> Place {
        match self {
            Place::Entry { name, number, key, .. } => Place::Entry { name, number, key, line },
            other => other,
        }
    }

    pub fn text(&self, reader: Reader) -> String {
        let on_line = |line: &usize| format!("{} {line}", reader.choose("line", "Zeile"));
        match self {
            Place::Field(FieldName(name)) => spelled(name, reader.face).into_owned(),
            Place::Valued(FieldName(name), value) => format!("{} {value}", spelled(name, reader.face)),
            Place::Line(line) => on_line(line),
            Place::Element(name) => name.clone(),
            Place::Entry { name, number, key, line } => {
                let name = spelled(name, reader.face);
                let known: Vec<String> = key.iter().cloned().chain(line.as_ref().map(on_line)).collect();
                if known.is_empty() { format!("{name} {number}") } else { format!("{name} {number} ({})", known.join(", ")) }
            }
        }
    }
}

impl From<FieldName> for Place {
    fn from(field: FieldName) -> Place {
        Place::Field(field)
    }
}

/// A word alone is the name of a field.
impl From<&'static str> for Place {
    fn from(name: &'static str) -> Place {
        Place::Field(FieldName(name))
    }
}

/// Puts arguments into a template: `{0}` or `{name}` stands for an argument, `{field:tax_type_id}` for a field.
pub(crate) fn fill<'a>(out: &mut String, template: &str, reader: Reader, argument: impl Fn(&str) -> Option<Cow<'a, str>>) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((marker, tail)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        match marker.strip_prefix("field:") {
            Some(name) => out.push_str(&spelled(name, reader.face)),
            None => out.push_str(&argument(marker).unwrap_or_default()),
        }
        rest = tail;
    }
    out.push_str(rest);
}
