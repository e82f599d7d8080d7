//! Escaping of text and attribute values.

/// Appends `text` escaped for element content and attribute values. Characters that XML 1.0 forbids are left out.
pub fn escape_into(out: &mut String, text: &str) {
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

/// What XML 1.0 calls a Char.
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}
