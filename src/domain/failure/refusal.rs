//! A refusal of Kontor: a code, its arguments and where it happened.

use super::{Blame, Code, Taking};
use crate::domain::wording::{Arg, FieldName, Place, Quote, Reader, fill};

/// A refusal: what, where and with which values. Becomes a report or a fault, in the words of its reader.
#[derive(Debug, Clone)]
pub struct Failure {
    pub code: &'static Code,
    /// Where, from outer to inner. Empty when the whole request is meant.
    pub place: Vec<Place>,
    pub args: Vec<Arg>,
}

impl Failure {
    /// A refusal that quotes values.
    pub fn new<const N: usize>(code: Taking<N>, args: [&str; N]) -> Failure {
        Failure { code: code.0, place: Vec::new(), args: args.iter().map(Quote::quote).collect() }
    }

    /// A refusal that also names fields.
    pub fn quoting<const N: usize>(code: Taking<N>, args: [&dyn Quote; N]) -> Failure {
        Failure { code: code.0, place: Vec::new(), args: args.iter().map(|arg| arg.quote()).collect() }
    }

    /// A field has no value.
    pub fn missing(field: &'static str) -> Failure {
        Failure::quoting(super::code::MISSING, [&FieldName(field)])
    }

    /// The same with another code of as many arguments.
    pub fn recoded<const N: usize>(self, code: Taking<N>) -> Failure {
        debug_assert_eq!(self.args.len(), N);
        Failure { code: code.0, ..self }
    }

    /// Puts an outer place before what is known already.
    pub fn within(mut self, outer: impl Into<Place>) -> Failure {
        self.place.insert(0, outer.into());
        self
    }

    /// Place, value, expectation and remedy.
    pub fn text(&self, reader: Reader) -> String {
        let mut text = self.place_text(reader);
        if !text.is_empty() {
            text.push_str(": ");
        }
        self.put(&mut text, reader);
        text
    }

    /// Where it happened.
    pub fn place_text(&self, reader: Reader) -> String {
        let places: Vec<String> = self.place.iter().map(|place| place.text(reader)).collect();
        places.join(", ")
    }

    /// What is wrong, without the place.
    pub fn bare_text(&self, reader: Reader) -> String {
        let mut text = String::new();
        self.put(&mut text, reader);
        text
    }

    fn put(&self, text: &mut String, reader: Reader) {
        let template = reader.choose(self.code.en, self.code.de);
        fill(text, template, reader, |index| {
            index.parse::<usize>().ok().and_then(|index| self.args.get(index)).map(|arg| arg.text(reader))
        });
    }

    /// After how many seconds to come again, where the failure knows.
    pub fn retry_after(&self) -> Option<u64> {
        let seconds = self.args.first().filter(|_| self.code.blame == Blame::Pause)?;
        seconds.text(Reader::ADMIN).parse().ok()
    }

    /// The `return_code` of a report.
    pub fn return_code(&self) -> i32 {
        -self.code.number
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KONTOR-{} {}", self.code.number, self.text(Reader::ADMIN))
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::domain::{AnyOf, Face, FieldName, Language, Place, Reader, code};

    const TYPED: Reader = Reader { language: Language::En, face: Face::Typed };
    const GERMAN: Reader = Reader { language: Language::De, face: Face::Typed };

    #[test]
    fn a_text_names_place_value_and_remedy() {
        let place = Place::entry("item", 17).with_key(Some("MUG-BLUE".to_owned())).on_line(Some(212));
        let failure = Failure::new(code::NOT_A_NUMBER, ["12,5", "0", "9"]).within("stock_count").within(place);
        assert_eq!(
            failure.text(Reader::ADMIN),
            "item 17 (MUG-BLUE, line 212), stock_count: \"12,5\" is not a whole number from 0 to 9; send whole units without separators"
        );
        assert!(failure.text(GERMAN).starts_with("item 17 (MUG-BLUE, Zeile 212), stockCount: \"12,5\" ist keine ganze Zahl"));
        assert_eq!(failure.return_code(), -3002);
    }

    #[test]
    fn fields_are_named_in_the_words_of_the_readers_face() {
        let unknown = Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("ean_code"), &"4", &1]);
        assert!(unknown.text(Reader::ADMIN).starts_with("no item has ean_code \"4\" in mandator 1;"));
        assert!(unknown.text(TYPED).starts_with("no item has eanCode \"4\" in mandator 1;"));
        let missing = Failure::quoting(code::MISSING, [&AnyOf(&["item_id", "ean_code", "identifier"])]);
        assert_eq!(missing.text(TYPED), "a value is missing; send itemId, eanCode or identifier");
        assert_eq!(missing.text(GERMAN), "ein Wert fehlt; senden Sie itemId, eanCode oder identifier");
        assert!(Failure::new(code::FILTER_REQUIRED, []).text(TYPED).contains("mandatorId"));
        let twice = Failure::quoting(code::REPEATED, [&(FieldName("external_id"), "A")]);
        assert!(twice.text(TYPED).starts_with("externalId \"A\" "));
    }

    #[test]
    fn a_record_has_its_key_and_line_only_where_there_are_any() {
        let at = |place: Place| Failure::missing("text").within(place).place_text(Reader::ADMIN);
        assert_eq!(at(Place::entry("order", 2)), "order 2");
        assert_eq!(at(Place::entry("order", 2).on_line(Some(4))), "order 2 (line 4)");
        assert_eq!(at(Place::entry("order", 2).with_key(Some("ERP-1".to_owned()))), "order 2 (ERP-1)");
    }
}
