//! A message as people read it: the document in it, one element to a line.

use crate::xml::{Document, Limits, pretty};

/// What comes here was bounded before.
const LIMITS: Limits = Limits { depth: 256, attributes: 256, name_bytes: 1_000, elements: 1_000_000, entries: usize::MAX };

/// The document of a message; of one that was cut off, what there is.
pub(crate) fn shown(message: &str) -> String {
    let Ok(document) = Document::parse(message, &LIMITS) else { return cut_off(message) };
    let Some(body) = document.root().child("Body") else { return pretty(message) };
    let text = document.nodes().find(|node| node.children().next().is_none() && node.text().trim_start().starts_with('<'));
    match (text, body.children().next()) {
        (Some(text), _) => pretty(text.text().trim()),
        (None, Some(call)) => pretty(call.outer_xml()),
        (None, None) => pretty(message),
    }
}

/// Without the end nothing can be parsed.
fn cut_off(message: &str) -> String {
    match message.contains("&lt;") {
        true => message.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"),
        false => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn the_document_of_a_message_is_shown() {
        let compat =
            "<s:Envelope xmlns:s='x'><s:Body><e><requestData>&lt;request>&lt;a/>&lt;/request></requestData></e></s:Body></s:Envelope>";
        assert_eq!(shown(compat), "<request>\n  <a/>\n</request>");
        let typed = "<s:Envelope xmlns:s='x'><s:Header/><s:Body><e><request><a>1</a></request></e></s:Body></s:Envelope>";
        assert_eq!(shown(typed), "<e>\n  <request>\n    <a>1</a>\n  </request>\n</e>");
        assert_eq!(shown("<s:Body>&lt;a>"), "<s:Body><a>");
    }
}
