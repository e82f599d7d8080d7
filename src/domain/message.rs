//! What is said about offers and orders: the one table of upload messages. `docs/MESSAGES.md` has a section for each code
//! (a test compares them). Messages are stored as their kind and arguments, and worded for whoever reads them.

pub mod channel;
pub mod own;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::numbered::numbered;
use super::wording::{FieldName, Reader, fill};

numbered! {
    /// How grave a message is.
    pub enum Severity {
        Error = 0, "error";
        Warning = 1, "warning";
        Info = 2, "info";
    }
}

impl Severity {
    /// Those that somebody should look at.
    pub const BAD: [Severity; 2] = [Severity::Error, Severity::Warning];
}

/// The code of what a channel says under a code of its own, which is the argument `code`.
pub const OF_THE_CHANNEL: &str = "CHANNEL";
/// Characters of an argument that are kept.
const MOST_OF_AN_ARGUMENT: usize = 4000;

/// One row of the table. Texts hold `{item}` for the argument `item` and `{field:tax_type_id}` for the name of a field.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stored with each message, so it is never used again for something else, and rows of the table stay.
    pub key: &'static str,
    pub code: &'static str,
    pub severity: Severity,
    pub en: &'static str,
    pub de: &'static str,
    pub remedy_en: &'static str,
    pub remedy_de: &'static str,
}

/// All kinds, Kontor's own first.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    own::KINDS.iter().chain(channel::KINDS).copied()
}

/// An argument of a message, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Names one of which is meant.
    AnyOf(Vec<String>),
    /// A text that has its own wording in each language.
    Worded {
        en: String,
        de: String,
    },
    Field {
        field: String,
    },
}

impl Arg {
    /// Another text of Kontor, such as that of a failure.
    pub fn worded(text: impl Fn(Reader) -> String) -> Arg {
        use super::Language;
        let of = |language| clean(&text(Reader { language, ..Reader::ADMIN }));
        Arg::Worded { en: of(Language::En), de: of(Language::De) }
    }

    pub(crate) fn text(&self, reader: Reader) -> String {
        match self {
            Arg::Text(text) => text.clone(),
            Arg::Flag(flag) => {
                let (en, de) = if *flag { ("yes", "ja") } else { ("no", "nein") };
                reader.choose(en, de).to_owned()
            }
            Arg::AnyOf(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
                names.join(reader.choose(" or ", " oder "))
            }
            Arg::Worded { en, de } => reader.choose(en, de).clone(),
            Arg::Field { field } => super::wording::spelled(field, reader.face).into_owned(),
        }
    }
}

/// A text as it can be stored: without the NUL that PostgreSQL refuses (it would undo the whole batch, for ever), and at
/// a sensible length.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MOST_OF_AN_ARGUMENT).collect()
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(clean(text))
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Arg {
        text.as_str().into()
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Arg {
        text.as_str().into()
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Arg {
        number.to_string().into()
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Arg {
        number.to_string().into()
    }
}

impl From<bool> for Arg {
    fn from(flag: bool) -> Arg {
        Arg::Flag(flag)
    }
}

impl From<&[String]> for Arg {
    fn from(names: &[String]) -> Arg {
        Arg::AnyOf(names.iter().map(|name| clean(name)).collect())
    }
}

impl From<FieldName> for Arg {
    fn from(field: FieldName) -> Arg {
        Arg::Field { field: field.0.to_owned() }
    }
}

/// A message about an offer, an order or an account, for `fetchUploadMessages`. Functions of [`own`] and [`channel`]
/// make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    kind: &'static Kind,
    args: BTreeMap<String, Arg>,
}

impl Message {
    fn new(kind: &'static Kind, args: impl IntoIterator<Item = (&'static str, Arg)>) -> Message {
        Message { kind, args: args.into_iter().map(|(name, arg)| (name.to_owned(), arg)).collect() }
    }

    /// A message that is stored under the key of its kind. `None`: a later version wrote it.
    pub fn stored(key: &str, arguments: &str) -> Option<Message> {
        let kind = kinds().find(|kind| kind.key == key)?;
        Some(Message { kind, args: serde_json::from_str(arguments).ok()? })
    }

    pub fn key(&self) -> &'static str {
        self.kind.key
    }

    /// The arguments as they are stored.
    pub fn arguments(&self) -> String {
        serde_json::to_string(&self.args).unwrap_or_default()
    }

    pub fn severity(&self) -> Severity {
        self.kind.severity
    }

    pub fn code(&self) -> &str {
        match self.args.get("code") {
            Some(Arg::Text(own)) if self.kind.code == OF_THE_CHANNEL => own,
            _ => self.kind.code,
        }
    }

    pub fn text(&self, reader: Reader) -> String {
        self.filled(reader.choose(self.kind.en, self.kind.de), reader)
    }

    /// What can be done.
    pub fn remedy(&self, reader: Reader) -> String {
        self.filled(reader.choose(self.kind.remedy_en, self.kind.remedy_de), reader)
    }

    /// Code and text in a line, as the outbox and the log keep it.
    pub fn line(&self) -> String {
        clean(&format!("{}: {}", self.code(), self.text(Reader::ADMIN)))
    }

    fn filled(&self, template: &str, reader: Reader) -> String {
        let mut text = String::with_capacity(template.len() + 40);
        fill(&mut text, template, reader, |name| self.args.get(name).map(|arg| arg.text(reader).into()));
        text
    }
}

/// Declares messages: `key CODE Severity (arguments) "English" "German" "remedy" "remedy in German";`. Each becomes a
/// function that takes its arguments; the compiler finds an argument that no text uses, and one that is not there.
macro_rules! messages {
    ($($key:ident $code:ident $severity:ident ($($arg:ident),*) $en:literal $de:literal $remedy_en:literal $remedy_de:literal;)*) => {
        $(
            #[doc = $en]
            pub fn $key($($arg: impl Into<$crate::domain::message::Arg>),*) -> $crate::domain::message::Message {
                $crate::domain::message::Message::new(kind::$key, [$((stringify!($arg), $arg.into())),*])
            }
        )*

        #[allow(non_upper_case_globals)]
        mod kind {
            use $crate::domain::message::{Kind, Severity};
            use $crate::domain::wording::uses_names;
            $(
                pub(crate) const $key: &Kind = &Kind {
                    key: stringify!($key),
                    code: stringify!($code),
                    severity: Severity::$severity,
                    en: $en,
                    de: $de,
                    remedy_en: $remedy_en,
                    remedy_de: $remedy_de,
                };
                const _: () = assert!(
                    uses_names(&[$en, $remedy_en], &[$(stringify!($arg)),*]) && uses_names(&[$de, $remedy_de], &[$(stringify!($arg)),*]),
                    concat!(stringify!($key), ": the texts do not use just the arguments")
                );
            )*
        }

        /// The table.
        pub const KINDS: &[&$crate::domain::message::Kind] = &[$(kind::$key),*];
    };
}
use messages;

#[cfg(test)]
mod tests {
    use super::{Arg, Message, channel, kinds, own};
    use crate::domain::{Face, Language, Reader};
    use std::collections::BTreeSet;

    const GERMAN: Reader = Reader { language: Language::De, face: Face::Typed };

    #[test]
    fn a_stored_message_is_worded_for_its_reader() {
        let said = own::out_of_stock(3, 1, 5, true);
        let read = Message::stored(said.key(), &said.arguments()).unwrap();
        assert_eq!(read, said);
        assert!(read.text(Reader::ADMIN).ends_with("minimum stock 5, primary account: yes"));
        assert!(read.text(GERMAN).ends_with("Mindestbestand 5, Hauptkonto: ja"));
        assert_eq!(Message::stored("of a later version", "{}"), None);
    }

    #[test]
    fn names_fields_and_texts_of_others_are_worded_too() {
        let lists = ["a".to_owned(), "b".to_owned()];
        let said = own::offer_without_price(lists.as_slice());
        assert!(said.remedy(GERMAN).contains("\"a\" oder \"b\""));
        assert!(own::offer_price_unreadable("x").text(GERMAN).contains("specificItemData"));
        let reason = Arg::worded(|reader| reader.choose("no", "nein").to_owned());
        let said = own::order_not_imported("S-1", reason);
        let read = Message::stored(said.key(), &said.arguments()).unwrap();
        assert_eq!((read.text(Reader::ADMIN).as_str(), read.text(GERMAN).as_str()), ("order S-1: no", "Auftrag S-1: nein"));
    }

    #[test]
    fn what_a_channel_says_stays_as_it_is_under_its_own_code() {
        let said = channel::said("E42", "no brand\0", "send a brand");
        assert_eq!((said.code(), said.line().as_str()), ("E42", "E42: no brand"));
        assert_eq!(said.remedy(GERMAN), "send a brand");
    }

    #[test]
    fn keys_are_unique() {
        let keys: BTreeSet<&str> = kinds().map(|kind| kind.key).collect();
        assert_eq!(keys.len(), kinds().count());
    }
}
