//! Values of elements: read, or refused with line, element and reason.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::domain::Decimal;
use crate::domain::layout::short;
use crate::domain::limits::PIECES;
use crate::xml::Node;

/// What cannot be taken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub line: usize,
    pub text: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => f.write_str(&self.text),
            line => write!(f, "line {line}: {}", self.text),
        }
    }
}

/// The children of an element, by name. An empty one counts as missing; unknown ones are passed over.
#[derive(Clone, Copy)]
pub(super) struct Fields<'d>(pub(super) Node<'d>);

impl<'d> Fields<'d> {
    pub(super) fn fault(self, name: &str, reason: impl std::fmt::Display) -> Fault {
        let line = self.0.child(name).map_or(self.0.line(), Node::line);
        Fault { line, text: format!("<{name}>: {reason}") }
    }

    fn value(self, name: &str) -> Option<&'d str> {
        self.0.child(name).map(|child| child.text().trim()).filter(|text| !text.is_empty())
    }

    /// A text of at most so many characters.
    pub(super) fn text(self, name: &str, most: usize) -> Result<Option<String>, Fault> {
        match self.value(name) {
            Some(text) if text.chars().count() > most => {
                Err(self.fault(name, format_args!("\"{}\" is longer than {most} characters", short(text, 60))))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    pub(super) fn required(self, name: &str, most: usize) -> Result<String, Fault> {
        self.text(name, most)?.ok_or_else(|| self.fault(name, "is missing or empty"))
    }

    pub(super) fn amount(self, name: &str) -> Result<Option<Decimal>, Fault> {
        let Some(text) = self.value(name) else { return Ok(None) };
        match Decimal::parse(text) {
            Some(amount) if amount.0.unsigned_abs() <= Decimal::LARGEST_AMOUNT.0.unsigned_abs() => Ok(Some(amount)),
            _ => Err(self.fault(name, format_args!("\"{}\" is no amount; write it like 1234.50", short(text, 60)))),
        }
    }

    /// An amount that is not below zero; 0 where it is missing.
    pub(super) fn charge(self, name: &str) -> Result<Decimal, Fault> {
        match self.amount(name)?.unwrap_or(Decimal::ZERO) {
            amount if amount < Decimal::ZERO => Err(self.fault(name, format_args!("{amount} is below zero"))),
            amount => Ok(amount),
        }
    }

    pub(super) fn pieces(self, name: &str) -> Result<Option<i32>, Fault> {
        let Some(text) = self.value(name) else { return Ok(None) };
        // Some programs write all numbers with decimals.
        let whole = Decimal::parse(text).and_then(|number| number.to_units(0)).and_then(|number| i32::try_from(number).ok());
        match whole.filter(|pieces| (0..=PIECES).contains(pieces)) {
            Some(pieces) => Ok(Some(pieces)),
            None => Err(self.fault(name, format_args!("\"{}\" is no number of pieces from 0 to {PIECES}", short(text, 60)))),
        }
    }

    /// With an offset, or in UTC; a day alone is its beginning.
    pub(super) fn time(self, name: &str) -> Result<Option<DateTime<Utc>>, Fault> {
        let Some(text) = self.value(name) else { return Ok(None) };
        let zoned = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
        let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|time| time.and_utc());
        let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
        let time = zoned.or_else(plain).or_else(day);
        match time.filter(|time| (1970..=9999).contains(&chrono::Datelike::year(time))) {
            Some(time) => Ok(Some(time)),
            None => Err(self.fault(name, format_args!("\"{}\" is no time; write it like 2026-03-22T15:00:00Z", short(text, 60)))),
        }
    }

    /// One of some words, by its place; `None` where the element is missing.
    pub(super) fn word(self, name: &str, words: &[&str]) -> Result<Option<usize>, Fault> {
        let Some(text) = self.value(name) else { return Ok(None) };
        match words.iter().position(|word| word.eq_ignore_ascii_case(text)) {
            Some(at) => Ok(Some(at)),
            None => Err(self.fault(name, format_args!("\"{}\" is unknown; write {}", short(text, 60), words.join(" or ")))),
        }
    }

    /// The entries of a list: `order_items/order_item`.
    pub(super) fn entries(self, list: &str, entry: &'static str) -> impl Iterator<Item = Fields<'d>> {
        let children = self.0.child(list).into_iter().flat_map(Node::children);
        children.filter(move |child| child.name() == entry).map(Fields)
    }
}
