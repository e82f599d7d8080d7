//! `multipart/related` bodies, as MTOM clients send them: the parts and which of them is the envelope (RFC 2387).
//!
//! Own code, because the mail parsers on crates.io recurse into nested parts or decode text with replacements, and the
//! form parsers want names: what is left is to find boundaries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mime::Mime;

use crate::domain::{Failure, code};

/// Parts of one body at most.
const MOST_PARTS: usize = 1000;
/// Bytes of the headers of one part at most.
const MOST_HEADER_BYTES: usize = 8192;

/// One part.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// `Content-ID` without its angle brackets.
    pub id: String,
    pub content_type: String,
    pub content: Vec<u8>,
}

/// The envelope's part, then the others.
#[derive(Debug)]
pub(super) struct Related {
    pub root: Part,
    pub others: Vec<Part>,
}

fn broken(why: &str) -> Failure {
    Failure::new(code::UNDECODABLE_BODY, ["multipart/related", why])
}

pub(super) fn is_related(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("multipart/related")
}

/// Splits a body into its parts.
///
/// # Errors
/// `UNDECODABLE_BODY` says what is wrong; `UNSUPPORTED_ENCODING` for a transfer encoding that is not known.
pub(super) fn split(body: &[u8], content_type: &str) -> Result<Related, Failure> {
    let media: Mime = content_type.parse().map_err(|_| broken("its Content-Type cannot be read"))?;
    let boundary = media.get_param(mime::BOUNDARY).ok_or_else(|| broken("the boundary is missing in its Content-Type"))?;
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut rest = after_delimiter(body, delimiter.as_bytes(), true).ok_or_else(|| broken("its boundary does not occur"))?;
    while !rest.starts_with(b"--") {
        if parts.len() == MOST_PARTS {
            return Err(broken(&format!("it has more than {MOST_PARTS} parts")));
        }
        let content = after_line(rest).ok_or_else(|| broken("a part does not begin on a line of its own"))?;
        let next = after_delimiter(content, delimiter.as_bytes(), false).ok_or_else(|| broken("its last boundary is missing"))?;
        let length = content.len() - next.len() - delimiter.len();
        parts.push(part(without_line_end(content.get(..length).unwrap_or_default()))?);
        rest = next;
    }
    let start = media.get_param("start").map(|start| without_brackets(start.as_str()).to_owned());
    let at = match &start {
        Some(start) => parts.iter().position(|part| part.id == *start).ok_or_else(|| broken("no part has the id that start names"))?,
        None if parts.is_empty() => return Err(broken("it has no part")),
        None => 0,
    };
    let root = parts.remove(at);
    Ok(Related { root, others: parts })
}

/// What follows the next delimiter at the start of a line.
fn after_delimiter<'b>(body: &'b [u8], delimiter: &[u8], at_start: bool) -> Option<&'b [u8]> {
    if at_start && let Some(rest) = body.strip_prefix(delimiter) {
        return Some(rest);
    }
    memchr::memmem::find_iter(body, delimiter).find_map(|at| {
        let starts_line = at.checked_sub(1).and_then(|before| body.get(before)) == Some(&b'\n');
        // An empty part's delimiter follows the one before it at once.
        let first = at == 0;
        if starts_line || first { body.get(at + delimiter.len()..) } else { None }
    })
}

/// What follows the rest of this line, which may hold blanks only.
fn after_line(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = text.split_at_checked(end + 1)?;
    line.iter().all(u8::is_ascii_whitespace).then_some(rest)
}

fn without_line_end(content: &[u8]) -> &[u8] {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content.strip_suffix(b"\r").unwrap_or(content)
}

fn without_brackets(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}

fn part(mut rest: &[u8]) -> Result<Part, Failure> {
    let mut part = Part::default();
    let mut encoding = String::new();
    let mut read = 0;
    // Folded lines continue the header before them.
    let mut headers: Vec<String> = Vec::new();
    loop {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(broken("the headers of a part have no end"));
        };
        let (line, next) = rest.split_at_checked(end + 1).unwrap_or((rest, &[]));
        read += line.len();
        if read > MOST_HEADER_BYTES {
            return Err(broken(&format!("the headers of a part are longer than {MOST_HEADER_BYTES} bytes")));
        }
        rest = next;
        let line = String::from_utf8_lossy(without_line_end(line));
        if line.is_empty() {
            break;
        }
        match headers.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(header) => header.push_str(&line),
            None => headers.push(line.into_owned()),
        }
    }
    for header in &headers {
        let (name, value) = header.split_once(':').ok_or_else(|| broken("a header of a part has no colon"))?;
        match name.trim().to_ascii_lowercase().as_str() {
            "content-id" => part.id = without_brackets(value).to_owned(),
            "content-type" => part.content_type = value.trim().to_owned(),
            "content-transfer-encoding" => encoding = value.trim().to_ascii_lowercase(),
            _ => {}
        }
    }
    part.content = match encoding.as_str() {
        "" | "binary" | "8bit" | "7bit" => rest.to_vec(),
        "base64" => {
            let compact: Vec<u8> = rest.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(compact).map_err(|error| broken(&format!("a part is no Base64: {error}")))?
        }
        other => return Err(Failure::new(code::UNSUPPORTED_ENCODING, [other])),
    };
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::{is_related, split};

    const JAX_WS: &str =
        "multipart/related; start=\"<root*1@example>\"; type=\"application/xop+xml\"; boundary=\"uuid:1-2\"; start-info=\"text/xml\"";

    fn body(lines: &[&str]) -> Vec<u8> {
        lines.join("\r\n").into_bytes()
    }

    fn refusal(body: &[u8], content_type: &str) -> String {
        split(body, content_type).unwrap_err().args.last().cloned().unwrap_or_default()
    }

    #[test]
    fn parts_are_found_by_boundary_and_the_envelope_by_start() {
        let body = body(&[
            "ignored",
            "--uuid:1-2",
            "Content-Id: <image@example>",
            "Content-Type: image/gif",
            "content-transfer-encoding: binary",
            "",
            "GIF\r\n--uuid:1-3\n\0",
            "--uuid:1-2  ",
            "Content-ID:",
            " <root*1@example>",
            "Content-Type: application/xop+xml; charset=utf-8; type=\"text/xml\"",
            "",
            "<a/>",
            "--uuid:1-2--",
            "ignored",
        ]);
        assert!(is_related(JAX_WS) && !is_related("multipart/mixed"));
        let related = split(&body, JAX_WS).unwrap();
        assert_eq!(related.root.content, b"<a/>");
        assert_eq!(related.root.content_type, "application/xop+xml; charset=utf-8; type=\"text/xml\"");
        assert_eq!(related.others.len(), 1);
        assert_eq!(
            (related.others[0].id.as_str(), related.others[0].content.as_slice()),
            ("image@example", b"GIF\r\n--uuid:1-3\n\0".as_slice())
        );
    }

    #[test]
    fn the_first_part_is_the_envelope_where_none_is_named_and_bare_line_feeds_do() {
        let related = split(
            b"--b\nContent-Type: text/xml\n\n<a/>\n--b\nContent-Transfer-Encoding: base64\nContent-ID: x\n\nR0\nlG\n--b--",
            "Multipart/Related; boundary=b",
        );
        let related = related.unwrap();
        assert_eq!(related.root.content, b"<a/>");
        assert_eq!((related.others[0].id.as_str(), related.others[0].content.as_slice()), ("x", b"GIF".as_slice()));
    }

    #[test]
    fn what_is_broken_is_told() {
        let boundary = "multipart/related; boundary=b";
        for (body, content_type, expected) in [
            ("--b\r\n\r\n<a/>\r\n--b--", "multipart/related", "the boundary is missing"),
            ("--c\r\n\r\n<a/>\r\n--c--", boundary, "its boundary does not occur"),
            ("--b\r\n\r\n<a/>\r\n", boundary, "its last boundary is missing"),
            ("--b--", boundary, "it has no part"),
            ("--b\r\nContent-Type: text/xml\r\n--b--", boundary, "the headers of a part have no end"),
            ("--b\r\nnothing\r\n\r\n<a/>\r\n--b--", boundary, "no colon"),
            ("--b\r\n\r\n<a/>\r\n--b--", "multipart/related; boundary=b; start=\"<x>\"", "no part has the id"),
            ("--b\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--", boundary, "no Base64"),
            ("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D\r\n--b--", boundary, "quoted-printable"),
            ("--bx\r\n\r\n<a/>\r\n--b--", boundary, "on a line of its own"),
        ] {
            let told = refusal(body.as_bytes(), content_type);
            assert!(told.contains(expected), "{body:?}: {told}");
        }
        assert!(refusal(format!("--b\r\nA: {}\r\n\r\n--b--", "x".repeat(9000)).as_bytes(), boundary).contains("longer than"));
        assert!(refusal("--b\r\n\r\n\r\n".repeat(1002).as_bytes(), boundary).contains("more than 1000 parts"));
    }

    #[test]
    fn no_body_breaks_the_reader() {
        let whole =
            body(&["--uuid:1-2", "Content-ID: <root*1@example>", "", "<a/>", "--uuid:1-2", "Content-ID: <b>", "", "B", "--uuid:1-2--"]);
        for cut in 0..whole.len() {
            let _ = split(&whole[..cut], JAX_WS);
            let mut changed = whole.clone();
            changed[cut] = b'-';
            let _ = split(&changed, JAX_WS);
            changed.remove(cut);
            let _ = split(&changed, JAX_WS);
        }
    }
}
