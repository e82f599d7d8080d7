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
    for include in includes(document.root()) {
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

/// The `xop:Include` elements in their order.
fn includes(root: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if node.name() == "Include" && node.namespace() == Some(XOP) {
            found.push(node);
        } else {
            open.extend(node.children());
        }
    }
    found.sort_by_key(|node| node.offset());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { depth: 20, attributes: 20, name_bytes: 100, elements: 100 };

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
}
