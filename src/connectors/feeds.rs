//! What Kontor and a channel say to each other, for `fetchFeeds`: noted where connectors speak HTTP and in the sandbox, cut and
//! without secrets. Headers are never noted, as they hold the credentials.
//!
//! A call of a connector runs on one thread from its beginning to its end, so what it notes is collected there; connectors
//! need not pass anything on.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::domain::secrets::without_secrets;

/// Characters of a request or an answer that are kept.
const LONGEST: usize = 16 << 10;
/// Of one call of a connector; the rest is left out.
const MOST: usize = 50;
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
