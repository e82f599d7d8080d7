//! What a request is called in the log, in a fault, and in the header of its answer.

use actix_web::http::header::{HeaderMap, HeaderName};

use super::reply::{REQUEST_ID, header_text};
use crate::domain::hex::hex;

const LONGEST: usize = 64;

/// What the client or its proxy calls it, if that is harmless in a log; else a new name.
pub(super) fn of(headers: &HeaderMap) -> String {
    let given = header_text(headers, HeaderName::from_static(REQUEST_ID));
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let is_good = !given.is_empty() && given.len() <= LONGEST && given.chars().all(harmless);
    if is_good { given } else { hex(&rand::random::<[u8; 8]>()) }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn a_name_is_taken_over_only_if_it_can_stand_in_a_log() {
        let of = |given: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(super::REQUEST_ID), HeaderValue::from_static(given));
            super::of(&headers)
        };
        assert_eq!(of("erp-4711_a.b:c"), "erp-4711_a.b:c");
        for bad in ["", "a b", "x\" level=error", "very-long-0123456789-0123456789-0123456789-0123456789-0123456789-0123"] {
            let own = of(bad);
            assert!(own.len() == 16 && own != of(bad), "{bad:?}: {own}");
        }
    }
}
