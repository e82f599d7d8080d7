//! Attachments of a message in parts, put back into the places from which the stack took them (XOP).

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use crate::domain::{Failure, code};
use crate::xml::{Document, Limits, Node};

const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// The envelope with each `xop:Include` replaced by the Base64 of its attachment. Attachments that nothing names are
/// left out; one that is named twice is refused, so that a small message cannot grow.
///
/// # Errors
/// `BROKEN_MULTIPART`, and what the parser finds.
pub fn resolve(text: String, attachments: &BTreeMap<String, Cow<'_, [u8]>>, limits: &Limits) -> Result<String, Failure> {
    if attachments.is_empty() && !text.contains(XOP) {
        return Ok(text);
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let document = Document::parse(text, limits)?;
    let broken = |why: String| Failure::new(code::BROKEN_MULTIPART, [&why]);
    let mut left: BTreeMap<&str, &[u8]> = attachments.iter().map(|(id, bytes)| (id.as_str(), &**bytes)).collect();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    // Each one needs an attachment of its own, so the first that has none ends it.
    for include in includes(&document) {
        if include.offset() < from {
            continue;
        }
        let href = include.attribute("href").unwrap_or_default().trim();
        let id = href.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("cid:")).and_then(|_| href.get(4..));
        let id = id.ok_or_else(|| broken(format!("the href \"{href}\" of an xop:Include is not of the form cid:…")))?;
        let decoded = percent_decode_str(id).decode_utf8_lossy();
        // Some stacks write the id into the href as it is.
        let bytes = left.remove(&*decoded).or_else(|| left.remove(id));
        let bytes = bytes.ok_or_else(|| broken(format!("the attachment \"{decoded}\" of an xop:Include is missing, or named twice")))?;
        out.push_str(text.get(from..include.offset()).unwrap_or_default());
        BASE64_STANDARD.encode_string(bytes, &mut out);
        from = include.offset() + include.outer_xml().len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Ok(out)
}

/// The `xop:Include` elements in their order, also those inside others.
fn includes<'d>(document: &'d Document<'_>) -> impl Iterator<Item = Node<'d>> {
    document.nodes().filter(|node| node.name() == "Include" && node.namespace() == Some(XOP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::steps;

    const LIMITS: Limits = Limits { depth: 20, attributes: 20, name_bytes: 100, elements: 100, entries: usize::MAX };

    fn resolved(text: &str) -> Result<String, String> {
        let attachments = [("one@x y", "abc"), ("two%20", "")];
        let attachments = attachments.into_iter().map(|(id, bytes)| (id.to_owned(), Cow::Borrowed(bytes.as_bytes()))).collect();
        resolve(text.to_owned(), &attachments, &LIMITS).map_err(|failure| failure.to_string())
    }

    fn include(href: &str) -> String {
        format!("<x:Include xmlns:x='{XOP}' href='{href}'/>")
    }

    #[test]
    fn attachments_come_back_to_their_places() {
        let text = format!("\u{FEFF}<a><b>{}</b><!-- é --><c>{}</c></a>", include("cid:two%20"), include("CID:one@x%20y"));
        assert_eq!(resolved(&text).as_deref(), Ok("<a><b></b><!-- é --><c>YWJj</c></a>"));
        let long = format!("<a><b>{}</b></a>", include("cid:one%40x y").replace("/>", ">\n</x:Include>"));
        assert_eq!(resolved(&long).as_deref(), Ok("<a><b>YWJj</b></a>"));
        for plain in ["<a/>", "<a><Include href='cid:x'/></a>"] {
            assert_eq!(resolved(plain).as_deref(), Ok(plain), "attachments may stay unused");
        }
    }

    #[test]
    fn an_include_without_its_attachment_is_refused() {
        for (href, words) in [("cid:three", "\"three\""), ("http://x/", "\"http://x/\""), ("", "\"\"")] {
            let refused = resolved(&format!("<a>{}</a>", include(href)));
            assert!(refused.as_ref().is_err_and(|why| why.contains(words)), "{refused:?}");
        }
        let twice = include("cid:one@x%20y").repeat(2);
        assert!(resolved(&format!("<a>{twice}</a>")).is_err_and(|why| why.contains("named twice")));
        let none = resolve(format!("<a>{}</a>", include("cid:x")), &BTreeMap::new(), &LIMITS);
        assert!(none.is_err());
    }

    #[test]
    fn includes_without_attachments_end_at_the_first() {
        let attributes: String = (0..15).map(|number| format!(" a{number}=''")).collect();
        let limits = Limits { elements: 100_000, depth: 64, ..LIMITS };
        let (open, close) = (format!("<n{attributes}>").repeat(58), "</n>".repeat(58));
        let text = format!("<r xmlns:x='{XOP}'>{open}{}{close}</r>", "<x:Include/>".repeat(50_000));
        let attachments = BTreeMap::from([("one".to_owned(), Cow::Borrowed(&b"abc"[..]))]);
        let (refused, steps) = steps::of(|| resolve(text, &attachments, &limits));
        assert!(refused.is_err());
        assert!(steps <= 59 * 16 * 2, "{steps}");
    }
}
