//! The refusals of the parser, with line and column.

use quick_xml::errors::{Error, IllFormedError, SyntaxError};

use super::names::short;
use crate::domain::{Failure, Worded, code};

pub(super) fn explain(text: &str, error: &Error, at: usize) -> Failure {
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype) | Error::IllFormed(IllFormedError::MissingDoctypeName) => doctype(text, at),
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            let reason = format!("expected </{}>, found </{}>", short(expected), short(found));
            malformed(text, at, &reason)
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => malformed(text, at, &format!("</{}> closes nothing", short(found))),
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            malformed(text, at, "a \"&\" does not begin a reference that is closed by \";\"")
        }
        Error::Syntax(error) => malformed(text, at, &error.to_string()),
        Error::IllFormed(error) => malformed(text, at, &error.to_string()),
        _ => malformed(text, at, "the markup cannot be read"),
    }
}

/// Whether an error may only come from a text that ends too early.
pub(super) fn is_cut_off(error: &Error) -> bool {
    matches!(error, Error::Syntax(_) | Error::IllFormed(IllFormedError::UnclosedReference))
}

pub(super) fn doctype(text: &str, at: usize) -> Failure {
    Failure::new(code::DOCTYPE_REFUSED, [&place(text, at).0.to_string()])
}

pub(super) fn limit(text: &str, at: usize, most: usize, what: Worded, setting: &str) -> Failure {
    Failure::quoting(code::XML_LIMIT, [&most, &what, &place(text, at).0, &setting])
}

/// Characters that XML 1.0 forbids, looked for in blocks because that runs at memory speed.
pub(super) fn refuse_forbidden(text: &str) -> Result<(), Failure> {
    let is_control = |byte: u8| byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r';
    let has_control = text.as_bytes().chunks(1024).any(|chunk| chunk.iter().fold(false, |bad, b| bad | is_control(*b)));
    let at = match has_control {
        true => text.bytes().position(is_control),
        false => text.find('\u{FFFE}').or_else(|| text.find('\u{FFFF}')),
    };
    let Some(at) = at else { return Ok(()) };
    let c = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, u32::from);
    Err(malformed(text, at, &format!("the character U+{c:04X} is not allowed in XML")))
}

pub(super) fn malformed(text: &str, at: usize, reason: &str) -> Failure {
    let (line, column) = place(text, at);
    Failure::new(code::MALFORMED_XML, [&line.to_string(), &column.to_string(), reason])
}

/// Line and column (in characters), from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let bytes = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    let line = bytes.iter().filter(|b| **b == b'\n').count() + 1;
    let start = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let in_line = bytes.get(start..).unwrap_or_default();
    // Bytes that go on a character are not counted.
    let column = in_line.iter().filter(|b| (**b & 0xC0) != 0x80).count() + 1;
    (line, column)
}
