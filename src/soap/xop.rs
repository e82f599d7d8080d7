//! Binary content that stands outside of the envelope (XOP, as MTOM clients send it), put back where it belongs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::domain::{Failure, code};
use crate::xml::{Document, Limits, Node};

const NAMESPACE: &str = "http://www.w3.org/2004/08/xop/include";

/// The envelope with each `xop:Include` replaced by the Base64 of the part it names, at most `most` bytes long.
///
/// # Errors
/// `UNDECODABLE_BODY` for a reference to no part, `TOO_LARGE`, and what the parser has to say.
pub fn inline<'p>(envelope: String, limits: &Limits, most: usize, part: impl Fn(&str) -> Option<&'p [u8]>) -> Result<String, Failure> {
    if !envelope.contains(NAMESPACE) {
        return Ok(envelope);
    }
    let document = Document::parse(&envelope, limits)?;
    let mut includes = Vec::new();
    collect(document.root(), &mut includes);
    let mut out = String::with_capacity(envelope.len());
    let mut done = 0;
    for include in includes {
        let reference = include.attribute("href").unwrap_or_default();
        let id = reference.strip_prefix("cid:").map(|id| percent_decode_str(id).decode_utf8_lossy());
        let content = id.as_deref().and_then(&part).ok_or_else(|| {
            let why = format!("xop:Include at line {} refers to \"{reference}\", which no part has as its Content-ID", include.line());
            Failure::new(code::UNDECODABLE_BODY, ["multipart/related", &why])
        })?;
        out.push_str(envelope.get(done..include.offset()).unwrap_or_default());
        if out.len().saturating_add(content.len() / 3 * 4) > most {
            return Err(Failure::new(code::TOO_LARGE, [&most.to_string(), "inflated_bytes"]));
        }
        STANDARD.encode_string(content, &mut out);
        done = include.offset() + include.outer_xml().len();
    }
    out.push_str(envelope.get(done..).unwrap_or_default());
    Ok(out)
}

/// In the order of the text. The depth is bounded by the parser.
fn collect<'d>(node: Node<'d>, found: &mut Vec<Node<'d>>) {
    for child in node.children() {
        if child.name() == "Include" && child.namespace() == Some(NAMESPACE) {
            found.push(child);
        } else {
            collect(child, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::inline;
    use crate::operations::wire::FRAGMENT_LIMITS;

    fn inlined(envelope: &str, most: usize) -> Result<String, String> {
        let part = |id: &str| match id {
            "image+1@example" => Some(b"GIF".as_slice()),
            "empty" => Some(b"".as_slice()),
            _ => None,
        };
        inline(envelope.to_owned(), &FRAGMENT_LIMITS, most, part).map_err(|failure| failure.to_string())
    }

    #[test]
    fn references_are_replaced_by_what_they_name() {
        let include = |id: &str| format!("<x:Include xmlns:x=\"http://www.w3.org/2004/08/xop/include\" href=\"{id}\"/>");
        let envelope = format!(
            "<a><b>{}</b><c> {} </c><d>{}</d></a>",
            include("cid:image%2B1@example"),
            include("cid:empty"),
            include("cid:image+1@example")
        );
        assert_eq!(inlined(&envelope, 1000).as_deref(), Ok("<a><b>R0lG</b><c>  </c><d>R0lG</d></a>"));
        assert!(inlined(&envelope, 10).is_err_and(|text| text.contains("larger than 10 bytes")));
        let lost = format!("<a>\n{}</a>", include("cid:lost"));
        assert!(inlined(&lost, 1000).is_err_and(|text| text.contains("line 2 refers to \"cid:lost\"")));
        assert!(inlined(&include("http://example/x").replacen('<', "<a><", 1).replace("/>", "/></a>"), 1000).is_err());
        assert_eq!(inlined("<a><Include href=\"cid:lost\"/></a>", 1000).as_deref(), Ok("<a><Include href=\"cid:lost\"/></a>"));
    }
}
