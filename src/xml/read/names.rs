//! Names and references as XML 1.0 defines them.

use crate::domain::limits::is_xml_char;

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

/// What a reference stands for, and how many bytes it has; `text` begins behind its `&`. Known are the five standard
/// entities and characters that XML 1.0 allows.
///
/// Axis 1 and Xalan write a character beyond U+FFFF as two references, one for each half of its UTF-16 form. Both
/// halves together are read as that character.
pub(super) fn resolve(text: &str) -> Result<(char, usize), String> {
    let (name, behind) = text.split_once(';').ok_or("a reference is not closed by \";\"")?;
    let length = name.len() + 1;
    let Some(number) = name.strip_prefix('#') else {
        let c = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return Err(format!("the entity \"&{};\" is not declared", short(name))),
        };
        return Ok((c, length));
    };
    let first = code_point(number);
    if let Some(c) = first.and_then(char::from_u32).filter(|c| is_xml_char(*c)) {
        return Ok((c, length));
    }
    let joined = first.and_then(|high| join(high, behind)).map(|(c, more)| (c, length + more));
    joined.ok_or_else(|| format!("\"&{};\" is not a character that XML allows", short(name)))
}

/// The character of which `high` is the first half, if the reference to its second half follows.
fn join(high: u32, behind: &str) -> Option<(char, usize)> {
    /// More digits than any number of a character needs, and few enough to look for the end again and again.
    const LONGEST: usize = 12;
    let rest = behind.strip_prefix("&#")?;
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let halves = [u16::try_from(high).ok()?, u16::try_from(code_point(rest.get(..end)?)?).ok()?];
    let mut joined = char::decode_utf16(halves);
    let c = joined.next()?.ok()?;
    joined.next().is_none().then_some((c, "&#".len() + end + 1))
}

/// The number in `65` or `x41`.
fn code_point(number: &str) -> Option<u32> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, radix).ok().filter(|_| plain)
}

/// Enough of a value from the network to recognise it.
pub(super) fn short(value: &str) -> String {
    value.chars().take(40).filter(|c| !c.is_control()).collect()
}
