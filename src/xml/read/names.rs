//! Names and references as XML 1.0 defines them.

use crate::xml::write::is_xml_char;

/// Length of the prefix (0 for none) of a valid qualified name.
pub(super) fn prefix_len(name: &str) -> Option<u16> {
    let mut parts = name.splitn(2, ':');
    let first = parts.next().filter(|part| is_ncname(part))?;
    match parts.next() {
        None => Some(0),
        Some(second) if is_ncname(second) => u16::try_from(first.len()).ok(),
        Some(_) => None,
    }
}

/// A name without a colon.
pub(super) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

fn is_name_start(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c) || matches!(c, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// What stands for `&name;`: the five standard entities and characters that XML 1.0 allows.
pub(super) fn resolve(name: &str) -> Result<char, String> {
    let number = match name.strip_prefix('#') {
        Some(number) => number,
        None => {
            return match name {
                "amp" => Ok('&'),
                "lt" => Ok('<'),
                "gt" => Ok('>'),
                "quot" => Ok('"'),
                "apos" => Ok('\''),
                _ => Err(format!("the entity \"&{};\" is not declared", short(name))),
            };
        }
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let character = u32::from_str_radix(digits, radix).ok().filter(|_| plain).and_then(char::from_u32);
    match character.filter(|c| is_xml_char(*c)) {
        Some(c) => Ok(c),
        None => Err(format!("\"&{};\" is not a character that XML allows", short(name))),
    }
}

/// Enough of a value from the network to recognise it.
pub(super) fn short(value: &str) -> String {
    value.chars().take(40).filter(|c| !c.is_control()).collect()
}
