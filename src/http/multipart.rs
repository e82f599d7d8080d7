//! `multipart/related` requests: the envelope and its attachments taken apart. Stacks that have MTOM switched on send
//! every call so, with binary data or without.
//!
//! A small reader of its own: what a SOAP stack writes is a strict and tiny part of MIME, while mail parsers guess what
//! broken mails may have meant, and form parsers want form fields. Parameters are read by the `mime` crate.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use memchr::memmem;
use mime::Mime;

use crate::domain::{Failure, code};

/// Parts of one message; a part costs an entry in a map.
const MOST_PARTS: usize = 10_000;
/// Bytes of the headers of one part.
const MOST_HEADER: usize = 8_192;

/// The root part: its content type and its content.
pub(super) type Root<'b> = (String, Cow<'b, [u8]>);

/// A message in parts.
#[derive(Debug)]
pub(super) struct Multipart<'b> {
    /// Content type of the root part; what it says of the envelope holds.
    pub root_type: String,
    pub root: Cow<'b, [u8]>,
    /// The other parts by their content id, without angle brackets.
    pub attachments: BTreeMap<String, Cow<'b, [u8]>>,
}

/// Whether a content type is that of a message in parts.
pub(super) fn is_multipart(content_type: &str) -> bool {
    content_type.trim_start().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

/// Whether a part is an envelope from which the attachments were taken out, as MTOM does it.
pub(super) fn is_xop(content_type: &str) -> bool {
    content_type.trim_start().get(..19).is_some_and(|start| start.eq_ignore_ascii_case("application/xop+xml"))
}

/// The parameter of a content type, for what can be told before the body is read.
pub(super) fn parameter(content_type: &str, name: &str) -> Option<String> {
    let mime: Mime = content_type.parse().ok()?;
    mime.get_param(name).map(|value| value.as_str().to_owned())
}

fn broken(why: &str) -> Failure {
    Failure::new(code::BROKEN_MULTIPART, [why])
}

/// Takes a body apart.
///
/// # Errors
/// `UNSUPPORTED_MEDIA`, or `BROKEN_MULTIPART` with the reason.
pub(super) fn take_apart<'b>(content_type: &str, body: &'b [u8]) -> Result<Multipart<'b>, Failure> {
    let (boundary, start) = frame(content_type)?;
    let mut root = None;
    let mut attachments = BTreeMap::new();
    for part in Parts::new(body, &boundary, false)? {
        let part = part?;
        let content = part.content()?;
        if part.is_root(start.as_deref()) && root.is_none() {
            root = Some((part.content_type, content));
        } else if let Some(id) = part.id
            && let Some(_) = attachments.insert(id.clone(), content)
        {
            return Err(broken(&format!("two parts have the Content-ID \"{id}\"")));
        }
    }
    let (root_type, root) = root.ok_or_else(|| broken("the part that start names is missing"))?;
    Ok(Multipart { root_type, root, attachments })
}

/// What the beginning of a body holds of the root part, with its content type; `None` if that does not begin in it.
///
/// # Errors
/// As [`take_apart`], for what stands in the content type.
pub(super) fn start_of_root<'b>(content_type: &str, start_of_body: &'b [u8]) -> Result<Option<Root<'b>>, Failure> {
    let (boundary, start) = frame(content_type)?;
    let Ok(parts) = Parts::new(start_of_body, &boundary, true) else { return Ok(None) };
    let root = parts.map_while(Result::ok).find(|part| part.is_root(start.as_deref()));
    root.map(|part| Ok((part.content_type.clone(), part.content()?))).transpose()
}

/// The boundary, and the id of the root part where the content type names it.
fn frame(content_type: &str) -> Result<(String, Option<String>), Failure> {
    let mime: Mime = content_type.parse().map_err(|_| broken("its Content-Type cannot be read"))?;
    if mime.subtype() != "related" {
        return Err(Failure::new(code::UNSUPPORTED_MEDIA, [mime.essence_str()]));
    }
    let boundary = mime.get_param("boundary").map(|boundary| boundary.as_str().to_owned()).filter(|text| !text.is_empty());
    let boundary = boundary.ok_or_else(|| broken("its Content-Type has no boundary"))?;
    let start = mime.get_param("start").map(|start| without_brackets(start.as_str()).to_owned());
    Ok((boundary, start))
}

fn without_brackets(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}

struct Part<'b> {
    id: Option<String>,
    content_type: String,
    encoding: String,
    bytes: &'b [u8],
    /// It goes on behind what is there.
    open: bool,
}

impl<'b> Part<'b> {
    fn is_root(&self, start: Option<&str>) -> bool {
        start.is_none_or(|start| self.id.as_deref() == Some(start))
    }

    fn content(&self) -> Result<Cow<'b, [u8]>, Failure> {
        match self.encoding.to_ascii_lowercase().as_str() {
            "" | "binary" | "8bit" | "7bit" => Ok(Cow::Borrowed(self.bytes)),
            "base64" => {
                let mut text: Vec<u8> = self.bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                if self.open {
                    text.truncate(text.len() - text.len() % 4);
                }
                let content = BASE64_STANDARD.decode(text).map_err(|error| broken(&format!("a part is no Base64: {error}")))?;
                Ok(Cow::Owned(content))
            }
            other => Err(broken(&format!("the transfer encoding \"{other}\" of a part is not known, binary is"))),
        }
    }
}

/// The parts one after the other.
struct Parts<'b> {
    /// What follows a delimiter.
    rest: &'b [u8],
    /// Line end, two hyphens, boundary: what ends a part.
    delimiter: Vec<u8>,
    count: usize,
    ended: bool,
    /// The body is only the beginning of one: its last part ends where it ends.
    open: bool,
}

impl<'b> Parts<'b> {
    fn new(body: &'b [u8], boundary: &str, open: bool) -> Result<Parts<'b>, Failure> {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        let first = delimiter.get(2..).unwrap_or_default();
        let rest = match body.strip_prefix(first) {
            Some(rest) => rest,
            // Before the first delimiter may stand a text for people.
            None => split(body, &delimiter).ok_or_else(|| broken("its boundary is nowhere in the body"))?.1,
        };
        Ok(Parts { rest, delimiter, count: 0, ended: false, open })
    }

    fn part(&mut self) -> Result<Option<Part<'b>>, Failure> {
        if self.rest.starts_with(b"--") {
            return Ok(None);
        }
        self.count += 1;
        if self.count > MOST_PARTS {
            return Err(broken(&format!("it has more than {MOST_PARTS} parts")));
        }
        // The line of the delimiter may end in blanks.
        let (padding, rest) = split(self.rest, b"\r\n").ok_or_else(|| broken("it ends within a part"))?;
        if padding.iter().any(|byte| !matches!(byte, b' ' | b'\t')) {
            return Err(broken("a line begins like its boundary and goes on"));
        }
        // Without headers the empty line comes at once.
        let (head, rest) = match rest.strip_prefix(b"\r\n") {
            Some(rest) => (&[][..], rest),
            None => split(rest, b"\r\n\r\n").ok_or_else(|| broken("it ends within a part"))?,
        };
        let found = split(rest, &self.delimiter);
        let (bytes, behind) = found.or(self.open.then_some((rest, &[][..]))).ok_or_else(|| broken("it ends within a part"))?;
        self.rest = behind;
        let head = std::str::from_utf8(head).ok().filter(|head| head.len() <= MOST_HEADER);
        let head = head.ok_or_else(|| broken("the headers of a part are too long or no text"))?;
        // A header may go on in the next line.
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let header = |name: &str| {
            let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
            lines.find(|(given, _)| given.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        Ok(Some(Part {
            id: header("content-id").map(|id| without_brackets(id).to_owned()),
            content_type: header("content-type").unwrap_or_default().to_owned(),
            encoding: header("content-transfer-encoding").unwrap_or_default().to_owned(),
            bytes,
            open: found.is_none(),
        }))
    }
}

impl<'b> Iterator for Parts<'b> {
    type Item = Result<Part<'b>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let part = self.part().transpose();
        self.ended = !matches!(part, Some(Ok(_)));
        part
    }
}

/// What stands before the first `needle`, and behind it.
fn split<'b>(text: &'b [u8], needle: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = memmem::find(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// An answer for a stack that sent its request in parts: the envelope as the only one.
pub(super) fn wrap(envelope: &str, content_type: &str) -> (String, String) {
    let boundary = format!("kontor-{:032x}", rand::random::<u128>());
    let soap_type = content_type.split(';').next().unwrap_or_default();
    let body = format!(
        "--{boundary}\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"{soap_type}\"\r\n\
         Content-Transfer-Encoding: binary\r\nContent-ID: <root@kontor>\r\n\r\n{envelope}\r\n--{boundary}--\r\n"
    );
    let content_type = format!(
        "multipart/related; type=\"application/xop+xml\"; boundary=\"{boundary}\"; start=\"<root@kontor>\"; start-info=\"{soap_type}\""
    );
    (content_type, body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/related; type=\"application/xop+xml\"; start=\"<root>\"; boundary=\"b; =b\"";
    const PARTS: &str = "a text for people\r\n--b; =b \r\nContent-Id: <one@x>\r\nContent-Transfer-Encoding: binary\r\n\r\n1\r\n--b\r\n2\
                         \r\n--b; =b\r\nCONTENT-TYPE: application/xop+xml;\r\n\tcharset=utf-8\r\nContent-ID: <root>\r\n\r\n<a/>\
                         \r\n--b; =b\r\nContent-ID: two\r\nContent-Transfer-Encoding: BASE64\r\n\r\nYW\r\nJj\r\n--b; =b--\r\nmore";

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_message_is_taken_apart() {
        let message = take_apart(TYPE, PARTS.as_bytes()).expect("parts");
        assert_eq!((message.root_type.as_str(), text(&message.root)), ("application/xop+xml; charset=utf-8", "<a/>"));
        let attachments: Vec<(&str, &str)> = message.attachments.iter().map(|(id, bytes)| (id.as_str(), text(bytes))).collect();
        assert_eq!(attachments, [("one@x", "1\r\n--b\r\n2"), ("two", "abc")]);
    }

    #[test]
    fn the_root_is_found_in_the_beginning_of_a_body() {
        let at = PARTS.find("<a/>").expect("the root");
        for end in 0..=PARTS.len() {
            let found = start_of_root(TYPE, &PARTS.as_bytes()[..end]).expect("a sound type");
            assert_eq!(found.is_some(), end >= at, "{end}");
            let Some((content_type, root)) = found else { continue };
            let sure = (end - at).min(4);
            assert!(content_type.starts_with("application/xop+xml") && text(&root)[..sure] == "<a/>"[..sure], "{end}");
        }
        let encoded = b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\nPGEv\r\nPg";
        assert!(start_of_root("multipart/related; boundary=x", encoded).is_ok_and(|root| root.is_some_and(|(_, root)| &*root == b"<a/")));
    }

    #[test]
    fn without_start_the_first_part_is_the_root_and_it_needs_no_headers() {
        let message = take_apart("Multipart/Related;boundary=x", b"--x\r\n\r\n<a/>\r\n--x\r\n\r\nno id\r\n--x--").expect("parts");
        assert_eq!((message.root_type.as_str(), text(&message.root), message.attachments.len()), ("", "<a/>", 0));
    }

    #[test]
    fn what_is_broken_is_named() {
        let two = PARTS.replace("Content-ID: two", "Content-ID: <one@x>");
        for (content_type, body, words) in [
            ("multipart/related", PARTS, "no boundary"),
            ("multipart/related; boundary=\"\"", PARTS, "Content-Type cannot be read"),
            ("multipart/related; boundary=\"x", PARTS, "Content-Type cannot be read"),
            ("multipart/form-data; boundary=x", PARTS, "content type \"multipart/form-data\""),
            ("multipart/related; boundary=other", PARTS, "nowhere"),
            (&TYPE.replace("<root>", "<nothing>"), PARTS, "start names is missing"),
            (TYPE, &two, "two parts have the Content-ID \"one@x\""),
            (TYPE, &PARTS.replace("BASE64", "quoted-printable"), "\"quoted-printable\""),
            (TYPE, &PARTS.replace("YW", "?"), "no Base64"),
            (TYPE, &PARTS.replace("\r\n--b; =b--\r\nmore", ""), "ends within a part"),
            (TYPE, "--b; =b", "ends within a part"),
            (TYPE, "--b; =b\r\nContent-ID: x", "ends within a part"),
            (TYPE, "--b; =bb\r\n\r\n", "goes on"),
            (TYPE, "--b; =b--", "missing"),
            (TYPE, "", "nowhere"),
            (TYPE, &PARTS.replace("charset=utf-8", &"x".repeat(9_000)), "too long"),
            ("multipart/related; boundary=x", &"--x\r\n\r\n\r\n".repeat(MOST_PARTS + 1), "more than"),
        ] {
            let refused = take_apart(content_type, body.as_bytes()).map(|_| ()).expect_err(words);
            assert!(refused.to_string().contains(words), "{content_type}: {refused}");
        }
    }

    #[test]
    fn an_answer_in_parts_can_be_taken_apart() {
        let (content_type, body) = wrap("<a/>", "text/xml; charset=utf-8");
        let message = take_apart(&content_type, body.as_bytes()).expect("parts");
        assert_eq!(text(&message.root), "<a/>");
        assert!(message.root_type.ends_with("type=\"text/xml\"") && parameter(&content_type, "start-info").as_deref() == Some("text/xml"));
    }

    proptest! {
        #[test]
        fn attachments_come_out_as_they_went_in(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assume!(memmem::find(&bytes, b"\r\n--x").is_none());
            let body = [b"--x\r\n\r\n<a/>\r\n--x\r\nContent-ID: <i>\r\n\r\n", &*bytes, b"\r\n--x--"].concat();
            let message = take_apart("multipart/related; boundary=x", &body);
            prop_assert_eq!(message.expect("parts").attachments.get("i").map(|bytes| bytes.to_vec()), Some(bytes));
        }

        #[test]
        fn no_body_brings_it_down(pieces in proptest::collection::vec(prop_oneof![
            Just("--x"), Just("\r\n"), Just("\r\n--x"), Just("--"), Just("Content-ID: <a>"), Just("\r\n\r\n"), Just(" "), Just("y"), Just(":"), Just("é"),
        ], 0..30)) {
            let _ = take_apart("multipart/related; boundary=x", pieces.concat().as_bytes());
        }
    }
}
