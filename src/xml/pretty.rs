//! A document with one element to a line, for people.

use quick_xml::events::{BytesText, Event};
use quick_xml::{Reader, Writer};

/// The document, indented; as it is where it cannot be read.
pub(crate) fn pretty(text: &str) -> String {
    indented(text).unwrap_or_else(|| text.to_owned())
}

fn indented(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Blanks between elements are layout; those behind an entity are text.
    let mut in_text = false;
    loop {
        let event = match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Text(text) if !in_text && text.chars().all(char::is_whitespace) => continue,
            // The writer would give it a line of its own.
            Event::GeneralRef(name) => Event::Text(BytesText::from_escaped(format!("&{};", &*name))),
            event => event,
        };
        in_text = matches!(event, Event::Text(_));
        writer.write_event(event).ok()?;
    }
    String::from_utf8(writer.into_inner()).ok()
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn elements_get_lines_and_texts_stay() {
        let text = "<a x=\"1\"><b>c &amp; d</b>\n<e/><f><g>&lt;h></g></f></a>";
        let shown = "<a x=\"1\">\n  <b>c &amp; d</b>\n  <e/>\n  <f>\n    <g>&lt;h></g>\n  </f>\n</a>";
        assert_eq!(pretty(text), shown);
        assert_eq!(pretty(shown), shown);
        assert_eq!(pretty("no <xml"), "no <xml");
    }
}
