//! Escaping of text and attribute values.

use crate::domain::limits::is_xml_char;

/// Appends `text` escaped for element content and attribute values. Characters that XML 1.0 forbids are left out.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let entity = match c {
            '<' => "&lt;",
            '>' => "&gt;",
            '&' => "&amp;",
            '"' => "&quot;",
            '\r' => "&#13;",
            '\n' | '\t' => continue,
            c if is_xml_char(c) => continue,
            _ => "",
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(entity);
        from = at + c.len_utf8();
    }
    out.push_str(text.get(from..).unwrap_or_default());
}

/// Nothing of it is escaped or left out; most texts are like that.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'"'))
}

/// Bytes of a text that is escaped so many times; a few less where it has characters that are left out.
pub(crate) fn escaped_len(text: &str, times: usize) -> usize {
    if times == 0 {
        return text.len();
    }
    // Each further time escapes the `&` that the first one brought in.
    let again = (times - 1) * 4;
    let more = |byte: u8| match byte {
        b'<' | b'>' => 3 + again,
        b'&' | b'\r' => 4 + again,
        b'"' => 5 + again,
        _ => 0,
    };
    text.bytes().fold(text.len(), |sum, byte| sum.saturating_add(more(byte)))
}

#[cfg(test)]
mod tests {
    use super::{escape_into, escaped_len};

    #[test]
    fn the_length_of_an_escaped_text_is_known_before() {
        let text = "a <b> \"c\" & d\r\n\u{e4}";
        let escaped = |text: &str| {
            let mut out = String::new();
            escape_into(&mut out, text);
            out
        };
        let once = escaped(text);
        let lengths = [0, 1, 2].map(|times| escaped_len(text, times));
        assert_eq!(lengths, [text.len(), once.len(), escaped(&once).len()]);
    }
}
