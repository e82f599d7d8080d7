//! The scalar types of the wire. `protocol.md` section 5, rules W13 and W14.

use std::any::TypeId;
use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{FieldSpec, Source, Types, Value, Writer};
use crate::domain::{Decimal, Failure, Stamp, code};
use crate::operations::Face;
use crate::xml::{Document, Limits};

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
        Decimal::parse(source.text()).ok_or_else(|| Failure::new(code::NOT_A_DECIMAL, [source.text()]))
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.to_string()))
    }

    fn type_name(_spec: &FieldSpec, types: &mut Types) -> String {
        types.amount()
    }
}

impl Value for String {
    fn read(source: Source<'_>, spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text();
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

/// A point in time. Written in UTC with `Z` and whole seconds on the typed face (rule W14), with milliseconds and the
/// offset of the mandator's zone on the compat face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Time {
    At(DateTime<Utc>),
    /// Read without an offset: the mandator's local time.
    Local(NaiveDateTime),
    /// To be written in this zone.
    In(DateTime<Utc>, Tz),
}

impl Default for Time {
    fn default() -> Self {
        Time::At(DateTime::UNIX_EPOCH)
    }
}

impl Time {
    /// For an answer.
    pub fn of(stamp: Stamp, zone: Tz) -> Time {
        Time::In(stamp.to_utc().unwrap_or_default(), zone)
    }

    /// A time without offset is local in `zone`; of two (end of summer time) the earlier, of none the one an hour later.
    pub fn resolve(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Time::At(time) | Time::In(time, _) => time,
            Time::Local(local) => zone
                .from_local_datetime(&local)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest())
                .map_or_else(|| local.and_utc(), |time| time.with_timezone(&Utc)),
        }
    }

    pub fn stamp(self, zone: Tz) -> Stamp {
        Stamp::from_utc(self.resolve(zone))
    }
}

impl Value for Time {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text().trim();
        let refuse = || Failure::new(code::NOT_A_TIME, [text]);
        // The database keeps microseconds of the years 1 to 9999; more cannot be written as xs:dateTime either.
        let sane = |time: DateTime<Utc>| {
            if (1..=9999).contains(&chrono::Datelike::year(&time)) { Ok(time) } else { Err(refuse()) }
        };
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return sane(time.with_timezone(&Utc)).map(Time::At);
        }
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
            if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
                sane(local.and_utc())?;
                return Ok(Time::Local(local));
            }
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| refuse())?;
        let local = date.and_time(chrono::NaiveTime::MIN);
        sane(local.and_utc())?;
        Ok(Time::Local(local))
    }

    text_form!();

    fn text(&self, face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(match (face, *self) {
            (Face::Typed, Time::At(time) | Time::In(time, _)) => time.to_rfc3339_opts(SecondsFormat::Secs, true),
            (Face::Typed, Time::Local(local)) => local.format("%Y-%m-%dT%H:%M:%S").to_string(),
            (Face::Compat, Time::At(time)) => time.to_rfc3339_opts(SecondsFormat::Millis, false),
            (Face::Compat, Time::In(time, zone)) => time.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, false),
            (Face::Compat, Time::Local(local)) => local.format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
        }))
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:dateTime".into()
    }
}

/// A calendar day `YYYY-MM-DD`. On the typed face a text, because several stacks shift xs:date by the zone (rule W14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Day(pub NaiveDate);

impl Value for Day {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let text = source.text().trim();
        // A dateTime is read for its day.
        let day = text.get(..10).filter(|_| text.get(10..11).is_none_or(|c| "T Z+-".contains(c)));
        day.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()).map(Day).ok_or_else(|| Failure::new(code::NOT_A_DATE, [text]))
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bytes(pub Vec<u8>);

impl Value for Bytes {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let compact: String = source.text().chars().filter(|c| !c.is_ascii_whitespace()).collect();
        STANDARD
            .decode(&compact)
            .or_else(|_| STANDARD_NO_PAD.decode(&compact))
            .map(Bytes)
            .map_err(|error| Failure::new(code::NOT_BASE64, [&error.to_string()]))
    }

    text_form!();

    fn text(&self, _face: Face) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(STANDARD.encode(&self.0)))
    }

    fn type_name(_spec: &FieldSpec, _types: &mut Types) -> String {
        "xs:base64Binary".into()
    }
}

/// XML that Kontor keeps and gives back unchanged: nested elements on the compat face, the same as text on the typed
/// face (rule W9 forbids xs:any).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Xml(pub String);

impl Value for Xml {
    fn read(source: Source<'_>, _spec: &FieldSpec, _face: Face) -> Result<Self, Failure> {
        let Source::Element(node) = source else {
            return Ok(Xml(source.text().to_owned()));
        };
        if node.children().next().is_some() {
            return Ok(Xml(node.children().map(|child| child.outer_xml()).collect()));
        }
        let text = node.text().trim();
        let wrapped = format!("<x>{text}</x>");
        Document::parse(&wrapped, &FRAGMENT_LIMITS)?;
        Ok(Xml(text.to_owned()))
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

/// For XML in a text field; the text itself has passed the limits of the whole request.
pub const FRAGMENT_LIMITS: Limits = Limits { depth: 48, attributes: 64, name_bytes: 256, elements: 100_000 };

#[cfg(test)]
mod tests {
    use super::Time;
    use crate::operations::Face;
    use crate::operations::wire::{FieldSpec, Source, Value};

    fn read<V: Value>(text: &str) -> Option<V> {
        V::read(Source::Attribute(text), &FieldSpec::new("x", ""), Face::Compat).ok()
    }

    #[test]
    fn times_are_read_in_every_documented_form() {
        for text in [
            "2020-06-20T15:42:00.000+02:00",
            "2012-01-01T00:00:00+01:00",
            "2020-11-27T10:00:00",
            "2020-11-27T10:00:00.123456789",
            "2020-11-27T10:00:00Z",
            "2020-11-27",
        ] {
            assert!(read::<Time>(text).is_some(), "{text}");
        }
        assert!(read::<Time>("27.11.2020").is_none());
    }

    #[test]
    fn a_time_without_zone_is_local_in_the_mandators_zone() {
        let berlin = chrono_tz::Europe::Berlin;
        let time = read::<Time>("2020-06-20T15:42:00").map(|t| t.resolve(berlin).to_rfc3339());
        assert_eq!(time.as_deref(), Some("2020-06-20T13:42:00+00:00"));
        let skipped = read::<Time>("2026-03-29T02:30:00").map(|t| t.resolve(berlin).to_rfc3339());
        assert_eq!(skipped.as_deref(), Some("2026-03-29T01:30:00+00:00"));
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
