//! What Kontor and a channel say to each other, for `fetchFeeds`: noted where connectors speak HTTP and in the sandbox, cut and
//! without secrets. Headers are never noted, as they hold the credentials.
//!
//! A call of a connector runs on one thread from its beginning to its end, so what it notes is collected there; connectors
//! need not pass anything on.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Characters of a request or an answer that are kept.
const LONGEST: usize = 16 << 10;
/// Of one call of a connector; the rest is left out.
const MOST: usize = 50;
/// In place of a secret.
const HIDDEN: &str = "***";
/// What follows a name with one of these in it is a secret.
const SECRET_NAMES: [&str; 11] =
    ["password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "authorization", "credential", "signature", "cookie"];

/// One request and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// What was asked, such as `POST https://shop.example/admin-api`, without query and credentials.
    pub target: String,
    pub request: Text,
    /// HTTP status, where there is one.
    pub status: Option<u16>,
    pub answer: Text,
    /// Why there was no answer, or no usable one.
    pub failure: Option<String>,
}

/// A text as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub kept: String,
    /// Bytes of the whole.
    pub bytes: usize,
}

impl Text {
    /// A body. What is no text is only counted.
    pub(crate) fn of(body: &[u8]) -> Text {
        let kept = match std::str::from_utf8(body) {
            Ok(text) => without_secrets(text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default()),
            Err(_) => String::new(),
        };
        Text { kept, bytes: body.len() }
    }
}

#[derive(Default)]
struct Notes {
    noted: Vec<Exchange>,
}

thread_local! {
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

/// Runs a call of a connector and gives what it noted. A panic goes on.
pub(crate) fn noting<T>(call: impl FnOnce() -> T) -> (T, Vec<Exchange>) {
    NOTES.with_borrow_mut(|notes| *notes = Some(Notes::default()));
    let result = catch_unwind(AssertUnwindSafe(call));
    let noted = NOTES.with_borrow_mut(Option::take).map(|notes| notes.noted).unwrap_or_default();
    match result {
        Ok(result) => (result, noted),
        Err(panic) => resume_unwind(panic),
    }
}

/// Whether somebody wants to know.
pub(super) fn wanted() -> bool {
    NOTES.with_borrow(|notes| notes.as_ref().is_some_and(|notes| notes.noted.len() < MOST))
}

pub(super) fn note(exchange: Exchange) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(notes) = notes.as_mut().filter(|notes| notes.noted.len() < MOST) {
            notes.noted.push(exchange);
        }
    });
}

/// The text without what follows the names of secrets, be it JSON (also inside of a text), GraphQL, a form or XML. Linear, and
/// without taking the text apart: it may be cut off, and belongs to a stranger.
fn without_secrets(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut names: Vec<(usize, usize)> =
        SECRET_NAMES.iter().flat_map(|name| lower.match_indices(name).map(|(at, name)| (at, at + name.len()))).collect();
    names.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, end) in names {
        if start < copied {
            continue;
        }
        if let Some((from, to)) = value_behind(text, end) {
            out.push_str(text.get(copied..from).unwrap_or_default());
            out.push_str(HIDDEN);
            copied = to;
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    // PostgreSQL has no place for it in texts.
    if out.contains('\0') { out.replace('\0', " ") } else { out }
}

/// Where the value begins and ends whose name goes on here.
fn value_behind(text: &str, name: usize) -> Option<(usize, usize)> {
    let rest = text.get(name..)?.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-".contains(c));
    let rest = rest.trim_start_matches(['\\', '"', '\'']).trim_start();
    let between = rest.chars().next().filter(|c| ":=>".contains(*c))?;
    let rest = rest.get(1..)?.trim_start();
    let quote = rest.trim_start_matches('\\').chars().next().filter(|c| "\"'".contains(*c));
    let escapes = rest.len() - rest.trim_start_matches('\\').len();
    let (value, length) = match quote {
        _ if between == '>' => (rest, rest.find('<')),
        // It ends with the same quote behind as many backslashes; behind another number of them it is part of the value.
        Some(quote) => {
            let value = rest.get(escapes + 1..)?;
            let ends = |at: &usize| {
                let before = value.get(..*at).unwrap_or_default();
                before.len() - before.trim_end_matches('\\').len() == escapes
            };
            (value, value.match_indices(quote).map(|(at, _)| at).find(ends).map(|at| at - escapes))
        }
        None if rest.starts_with('[') => (rest, rest.find(']').map(|at| at + 1)),
        None if rest.starts_with('{') => return None,
        None => (rest, rest.find([',', '&', ';', '}', ']', ')', '<', '"', '\n'])),
    };
    let (from, length) = (text.len() - value.len(), length.unwrap_or(value.len()));
    // Behind the end of an element there is nothing.
    let is_empty = value.get(..length).is_none_or(|value| value.trim().is_empty());
    (!is_empty).then_some((from, from + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(target: &str) -> Exchange {
        Exchange { target: target.to_owned(), ..Exchange::default() }
    }

    #[test]
    fn what_a_call_notes_is_its_own_and_not_too_much() {
        note(exchange("before"));
        let ((), noted) = noting(|| (0..MOST + 5).for_each(|number| note(exchange(&number.to_string()))));
        assert_eq!((noted.len(), noted[0].target.as_str()), (MOST, "0"));
        assert!(!wanted(), "nobody asks any more");
        let panic = catch_unwind(|| noting(|| panic!("gone")));
        assert!(panic.is_err() && !wanted());
    }

    #[test]
    fn secrets_are_hidden_wherever_they_are() {
        for (said, kept) in [
            (r#"{"variables":{"username":"erp","passWord" : "p\"q"}}"#, r#"{"variables":{"username":"erp","passWord" : "***"}}"#),
            (r#"[{"api_key":7,"items":[{"access-token":"t"}]}]"#, r#"[{"api_key":***,"items":[{"access-token":"***"}]}]"#),
            (r#"{"data":"{\"client_secret\":\"s\",\"a\":1}"}"#, r#"{"data":"{\"client_secret\":\"***\",\"a\":1}"}"#),
            (
                r#"mutation { login(username: "erp", password: "p") { id } }"#,
                r#"mutation { login(username: "erp", password: "***") { id } }"#,
            ),
            (r#"{"tokens":["a","b"],"token":{"expires":5}}"#, r#"{"tokens":***,"token":{"expires":5}}"#),
            ("grant_type=x&client_secret=s&scope=a", "grant_type=x&client_secret=***&scope=a"),
            ("<Password>p</Password><Name>n</Name>", "<Password>***</Password><Name>n</Name>"),
            ("<login secret='s' name='n'/>", "<login secret='***' name='n'/>"),
            (r#"{"password":"cut of"#, r#"{"password":"***"#),
            ("a page about passwords", "a page about passwords"),
        ] {
            assert_eq!(Text::of(said.as_bytes()).kept, kept);
        }
    }

    #[test]
    fn a_text_is_cut_between_characters_and_its_size_stays_known() {
        let long = "ä".repeat(LONGEST);
        let text = Text::of(long.as_bytes());
        assert_eq!((text.bytes, text.kept.len()), (2 * LONGEST, LONGEST));
        let odd = format!("a{}", "ä".repeat(LONGEST));
        assert_eq!(Text::of(odd.as_bytes()).kept.len(), LONGEST - 1);
        assert_eq!(Text::of(b"\xff\xd8\xff"), Text { kept: String::new(), bytes: 3 });
        assert_eq!(Text::of(b"a\0b").kept, "a b");
    }
}
