//! The scalar types of the wire. `protocol.md` section 5, rules W13 and W14.

use std::any::TypeId;
use std::borrow::Cow;

use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use base64::{DecodeError, Engine as _};
use chrono::NaiveDate;

use super::clock::{self, Time};
use super::{FieldSpec, Source, Types, Value, Writer};
use crate::domain::{Decimal, Failure, Unread, Worded, code, limits};
use crate::operations::Face;
use crate::xml::{Document, Limits, joined};

/// Whether a value is a text, for which an empty element means "clear" on both faces.
pub(super) fn is_text<V: 'static>() -> bool {
    TypeId::of::<V>() == TypeId::of::<String>() || TypeId::of::<V>() == TypeId::of::<Xml>()
}

macro_rules! text_form {
    () => {
        fn write(&self, out: &mut Writer, name: &str) {
            let text = self.text(out.face()).unwrap_or_default();
            out.leaf(name, &text);
        }
    };
}

impl Value for i32 {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text().trim();
        // Spreadsheet-minded clients send `3.0` for a whole number.
        let whole = text.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|b| b == b'0')).map_or(text, |(whole, _)| whole);
        whole.parse::<i32>().map_err(|_| Failure::new(code::NOT_A_NUMBER, [text, &i32::MIN.to_string(), &i32::MAX.to_string()]))
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.to_string()))
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:int".into()
    }
}

impl Value for bool {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        match source.text().trim() {
            "true" | "1" | "TRUE" | "True" => Ok(true),
            "false" | "0" | "FALSE" | "False" => Ok(false),
            other => Err(Failure::new(code::NOT_A_BOOLEAN, [other])),
        }
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(if *self { "true" } else { "false" }))
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:boolean".into()
    }
}

impl Value for Decimal {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text().trim();
        let too_large = || {
            let most = Decimal::LARGEST_AMOUNT;
            Failure::quoting(code::OUT_OF_RANGE, [&text, &Worded::range(format!("-{most}"), most)])
        };
        match Decimal::read(text) {
            Ok(value) if value.0.unsigned_abs() <= Decimal::LARGEST_AMOUNT.0.unsigned_abs() => Ok(value),
            Ok(_) | Err(Unread::OutOfRange) => Err(too_large()),
            Err(Unread::NotANumber) => Err(Failure::new(code::NOT_A_DECIMAL, [text])),
        }
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.to_amount()))
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.amount()
    }
}

impl Value for String {
    fn read(source: Source<'_>, spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = if spec.key { source.text().trim() } else { source.text() };
        if let Some(longest) = spec.longest {
            let length = text.chars().count();
            if length > longest as usize {
                return Err(Failure::new(code::TOO_LONG, [&length.to_string(), &longest.to_string()]));
            }
        }
        Ok(text.to_owned())
    }

    fn write(&self, out: &mut Writer, name: &str) {
        out.leaf(name, self);
    }

    /// Only what an ERP sends is checked for its length. What was stored when more was allowed is cut to what the contract
    /// promises; the compat face has no such contract.
    fn write_as(&self, out: &mut Writer, name: &str, spec: &FieldSpec) {
        match spec.longest.filter(|_| out.face() == Face::Typed) {
            None => out.leaf(name, self),
            Some(longest) => out.leaf(name, &limits::cut(self, longest)),
        }
    }

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }

    fn type_name(spec: &FieldSpec, types: &mut Types) -> String {
        match spec.longest {
            Some(longest) => types.text_of(longest),
            None => "xs:string".into(),
        }
    }
}

impl Value for Time {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text().trim();
        clock::read(text).ok_or_else(|| Failure::new(code::NOT_A_TIME, [text]))
    }

    text_form!();

    fn text(&self, face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(clock::text(*self, face)))
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:dateTime".into()
    }
}

/// A calendar day `YYYY-MM-DD`. On the typed face a text, because several stacks shift xs:date by the zone (rule W14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Day(pub NaiveDate);

impl Value for Day {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text().trim();
        clock::day(text).map(Day).ok_or_else(|| Failure::new(code::NOT_A_DATE, [text]))
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.0.format("%Y-%m-%d").to_string()))
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.day()
    }
}

/// Base64 content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes(pub Vec<u8>);

impl Value for Bytes {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let compact: String = source.text().chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let compact = without_data_prefix(&compact);
        STANDARD
            .decode(compact)
            .or_else(|_| STANDARD_NO_PAD.decode(compact))
            .map(Bytes)
            .map_err(|error| Failure::quoting(code::NOT_BASE64, [&unreadable(compact, &error)]))
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(STANDARD.encode(&self.0)))
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:base64Binary".into()
    }
}

/// What is wrong with a text that should be Base64. Positions count without blanks and line breaks.
fn unreadable(text: &str, error: &DecodeError) -> Worded {
    match error {
        DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => {
            let strange = text.get(*at..).and_then(|rest| rest.chars().next()).map(|c| c.escape_debug().to_string()).unwrap_or_default();
            let place = at.saturating_add(1);
            Worded::of(
                format!("\"{strange}\" at position {place} does not belong there"),
                format!("\"{strange}\" an Stelle {place} gehört nicht dorthin"),
            )
        }
        DecodeError::InvalidLength(length) => {
            Worded::of(format!("after {length} characters it is cut off"), format!("nach {length} Zeichen ist er abgeschnitten"))
        }
        DecodeError::InvalidPadding => Worded::new("the = signs at its end are wrong", "die Zeichen = am Ende stimmen nicht"),
    }
}

/// Browsers put the kind before the content: `data:image/png;base64,`.
fn without_data_prefix(text: &str) -> &str {
    let content = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).and_then(|_| text.split_once(','));
    content.filter(|(kind, _)| kind.to_ascii_lowercase().ends_with(";base64")).map_or(text, |(_, content)| content)
}

/// XML that Kontor keeps and gives back unchanged: nested elements on the compat face, the same as text on the typed
/// face (rule W9 forbids xs:any).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Xml(pub String);

impl Value for Xml {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        if let Source::Element(node) = source
            && node.children().next().is_some()
        {
            // What surrounds it is not kept: neither prefixes that are declared there, nor halves of a character that
            // only our reader joins.
            let blocks = node.children().map(|child| Ok(joined(&child.standalone_xml()?).into_owned()));
            return blocks.collect::<Result<String, Failure>>().map(Xml);
        }
        let text = source.text().trim();
        let wrapped = format!("<x>{text}</x>");
        Document::parse(&wrapped, &FRAGMENT_LIMITS)?;
        Ok(Xml(joined(text).into_owned()))
    }

    fn write(&self, out: &mut Writer, name: &str) {
        match out.face() {
            Face::Compat => {
                out.start(name);
                out.content();
                out.raw(&self.0);
                out.end(name);
            }
            Face::Typed => out.leaf(name, &self.0),
        }
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:string".into()
    }
}

/// Whether a field of this name holds [`Xml`], which may be of any namespace.
pub fn keeps_xml(name: &str) -> bool {
    ["specific_item_data", "specific_offer_data", "specific_order_data"].iter().any(|kept| super::same_name(name, kept))
}

/// For XML in a text field; the text itself has passed the limits of the whole request.
pub const FRAGMENT_LIMITS: Limits = Limits { depth: 48, attributes: 64, name_bytes: 256, elements: 100_000, entries: usize::MAX };

#[cfg(test)]
mod tests {
    use super::{Bytes, Decimal, FRAGMENT_LIMITS, Xml};
    use crate::domain::Reader;
    use crate::operations::Face;
    use crate::operations::wire::{FieldSpec, Source, Value, Writer};
    use crate::xml::Document;

    fn read<V: Value>(text: &str) -> Option<V> {
        V::read(Source::Attribute(text), &FieldSpec::new("x", ""), Face::Compat).ok()
    }

    fn refused<V: Value>(text: &str) -> i32 {
        V::read(Source::Attribute(text), &FieldSpec::new("x", ""), Face::Typed).err().map_or(0, |failure| failure.code.number)
    }

    #[test]
    fn an_amount_is_not_larger_than_the_contract_says() {
        for text in ["99999999999.9999", "-99999999999.9999", "99999999999.99994", "1.0E2"] {
            assert!(read::<Decimal>(text).is_some(), "{text}");
        }
        for text in ["100000000000", "99999999999.99995", "-100000000000", "999999999999999", "1e30", "99999999999999999999999"] {
            assert_eq!(refused::<Decimal>(text), 3010, "{text}");
        }
        let source = Source::Attribute("999999999999999");
        let failure = <Decimal as Value>::read(source, &FieldSpec::new("x", ""), Face::Typed).expect_err("too large");
        let words = "999999999999999 is outside -99999999999.9999 to 99999999999.9999; send a value within it";
        assert_eq!(failure.text(Reader::ADMIN), words);
        assert_eq!(refused::<Decimal>("12,5"), 3003);
    }

    #[test]
    fn blanks_around_a_key_are_no_part_of_it() {
        let spec = FieldSpec::new("number", "").max(3).key();
        let read = |text| String::read(Source::Attribute(text), &spec, Face::Compat);
        assert_eq!(read(" \n A 1\t ").as_deref().ok(), Some("A 1"), "only what counts is measured");
        assert_eq!(read("\u{a0}A1").as_deref().ok(), Some("A1"));
        assert_eq!(read("AAAA").unwrap_err().code.name, "TOO_LONG");
        static SPEC: FieldSpec = FieldSpec::new("number", "").key();
        let document = Document::parse("<r><number>  </number></r>", &FRAGMENT_LIMITS).unwrap();
        use crate::operations::wire::{Field, Patch};
        assert_eq!(Option::<String>::read_field(document.root(), &SPEC, Face::Compat).unwrap(), None, "blanks alone are no key");
        assert_eq!(Patch::<String>::read_field(document.root(), &SPEC, Face::Compat).unwrap(), Patch::Clear);
        assert_eq!(String::read_field(document.root(), &SPEC, Face::Compat).unwrap_err().code.name, "MISSING");
    }

    #[test]
    fn base64_is_read_with_the_prefix_of_an_address_that_holds_it() {
        for text in ["SGk=", "SGk", " S Gk=\n", "data:image/png;base64,SGk=", "DATA:;BASE64,SGk="] {
            assert_eq!(read::<Bytes>(text).map(|bytes| bytes.0).as_deref(), Some(&b"Hi"[..]), "{text}");
        }
        for text in ["data:image/png,SGk=", "data:SGk=", "ä,SGk="] {
            assert_eq!(refused::<Bytes>(text), 3009, "{text}");
        }
    }

    #[test]
    fn xml_that_is_kept_can_be_read_without_what_stood_around_it() {
        let source = "<a xmlns:p='urn:p'><x><p:b>&#xD83D;&#xDE00;</p:b></x></a>";
        let document = Document::parse(source, &FRAGMENT_LIMITS).expect("XML");
        let node = document.root().child("x").expect("x");
        let kept = Xml::read(Source::Element(node), &FieldSpec::new("x", ""), Face::Compat).expect("XML");
        assert_eq!(kept.0, "<p:b xmlns:p=\"urn:p\">😀</p:b>");
        assert_eq!(refused::<Xml>("<a"), 2001, "an attribute is read as carefully as an element");
    }

    #[test]
    fn a_text_that_is_too_long_for_the_contract_is_cut_in_typed_answers() {
        static SPEC: FieldSpec = FieldSpec::new("name", "").max(4);
        let written = |text: &str, face| {
            let mut out = Writer::new(face, usize::MAX);
            super::super::Field::write_field(&text.to_owned(), &mut out, &SPEC);
            super::super::Field::write_field(&vec![text.to_owned()], &mut out, &SPEC);
            out.finish().unwrap()
        };
        assert_eq!(written("äöü€", Face::Typed), "<name>äöü€</name><name><item>äöü€</item></name>");
        assert_eq!(written("äöü€😀", Face::Typed), "<name>äöü…</name><name><item>äöü…</item></name>");
        assert_eq!(written("äöü€😀", Face::Compat), "<name>äöü€😀</name><name><item>äöü€😀</item></name>");
    }

    #[test]
    fn whole_numbers_and_booleans_are_read_as_clients_send_them() {
        assert_eq!(read::<i32>(" 12 "), Some(12));
        assert_eq!(read::<i32>("3.0"), Some(3));
        assert_eq!(read::<i32>("12,5"), None);
        assert_eq!(read::<i32>("2147483648"), None);
        assert_eq!(read::<bool>("1"), Some(true));
        assert_eq!(read::<bool>("yes"), None);
    }
}
