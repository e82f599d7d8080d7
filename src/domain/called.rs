//! A call of an ERP, as it is kept for people.

use memchr::memmem;

use super::Stamp;
use super::secrets::without_secrets;

/// Bytes of a document in which mandators are looked for, and mandators that are named.
const LOOKED_AT: usize = 64 << 10;
const MOST_MANDATORS: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Called {
    pub at: Stamp,
    pub took_ms: i64,
    pub user_name: String,
    /// The address that it came from.
    pub origin: String,
    pub face: &'static str,
    /// Empty: it did not get as far as to name one.
    pub operation: &'static str,
    pub said: Said,
    /// HTTP.
    pub status: u16,
    /// Of a fault.
    pub error_code: Option<i32>,
    pub records: usize,
    pub failures: usize,
    pub pending: usize,
    pub replayed: bool,
    pub answer_bytes: usize,
    /// Cut; `None`: payloads are not kept.
    pub answer: Option<String>,
    pub request_id: Option<String>,
}

/// What a call said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Those that its beginning names, in order.
    pub mandators: Vec<i32>,
    pub bytes: usize,
    /// Cut; `None`: payloads are not kept.
    pub request: Option<String>,
}

impl Said {
    /// Of the text of a call, of which at most so many bytes are kept; 0: none.
    pub(crate) fn of(mut text: String, most: usize) -> Said {
        let (mandators, bytes) = (mandators_of(&text), text.len());
        if bytes > most {
            text.truncate(text.floor_char_boundary(most));
            // What was cut off gives its memory back.
            text.shrink_to_fit();
        }
        Said { mandators, bytes, request: (most > 0).then_some(text) }
    }
}

impl Called {
    /// Bytes of what is kept of request and answer.
    pub(crate) fn payload_bytes(&self) -> usize {
        self.said.request.as_ref().map_or(0, String::len).saturating_add(self.answer.as_ref().map_or(0, String::len))
    }
}

/// Whether nothing is missing in the Body of a text that had so many bytes, and the text without secrets.
pub(crate) fn kept(text: &str, bytes: usize) -> (String, bool) {
    let shown = without_secrets(text);
    let body = |text: &str| memmem::find(text.as_bytes(), b"Body").and_then(|at| text.get(at..).map(str::to_owned));
    let is_whole = text.len() == bytes && body(text).is_some() && body(text) == body(&shown);
    (shown, is_whole)
}

/// The numbers behind `mandator_id` and `mandatorId`: elements, filters with their value in an attribute or in an element.
fn mandators_of(text: &str) -> Vec<i32> {
    let beginning = text.get(..text.floor_char_boundary(LOOKED_AT)).unwrap_or_default();
    let mut found: Vec<i32> = Vec::new();
    for at in memmem::find_iter(beginning.as_bytes(), b"mandator") {
        let rest = beginning.get(at + "mandator".len()..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix("_id").or_else(|| rest.strip_prefix("Id")) else { continue };
        let rest = rest.strip_prefix("&gt;").or_else(|| rest.strip_prefix('>')).unwrap_or(rest);
        let number = match rest.split_once("filter_value=") {
            // Of the same element.
            Some((before, after)) if !before.contains(['/', '>']) && !before.contains("&gt;") => {
                after.trim_start_matches("&quot;").trim_start_matches("&#34;").trim_start_matches(['"', '\''])
            }
            _ => rest.trim_start().strip_prefix("<value>").unwrap_or_else(|| rest.trim_start()),
        };
        let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        let number = number.get(..digits).and_then(|digits| digits.parse().ok());
        if let Some(number) = number.filter(|number| !found.contains(number)) {
            found.push(number);
        }
        if found.len() == MOST_MANDATORS {
            break;
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mandators_of_a_call_are_found_however_they_are_named() {
        for (text, mandators) in [
            ("<mandator_id>7</mandator_id><mandator_id>7</mandator_id><mandator_id>2</mandator_id>", vec![2, 7]),
            ("&lt;mandator_id&gt;3&lt;/mandator_id&gt;", vec![3]),
            ("<mandator_id filter_method=\"=\" filter_value=\"4\"/>", vec![4]),
            ("&lt;mandator_id filter_method=&quot;=&quot; filter_value=&quot;5&quot;/&gt;", vec![5]),
            ("<mandatorId>\n <value>6</value></mandatorId>", vec![6]),
            ("<mandatorId>x</mandatorId><mandator>8</mandator>", vec![]),
        ] {
            assert_eq!(mandators_of(text), mandators, "{text}");
        }
    }

    #[test]
    fn a_request_is_whole_if_its_body_is() {
        let head = "<e><h><Password>p</Password></h><Body>";
        let (shown, is_whole) = kept(&format!("{head}ä</Body>"), head.len() + 9);
        assert_eq!((shown.as_str(), is_whole), ("<e><h><Password>***</Password></h><Body>ä</Body>", true));
        assert!(!kept("<Body>ä", 99).1, "cut");
        assert!(!kept("<Body><token>x</token></Body>", 29).1, "hidden");
        let said = Said::of("ää".to_owned(), 3);
        assert_eq!((said.request.as_deref(), said.bytes), (Some("ä"), 4));
        assert_eq!(Said::of("ä".to_owned(), 0).request, None);
    }
}
