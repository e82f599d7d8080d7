//! What XML forbids, made visible or put right in the source of a document.

use std::borrow::Cow;

use super::names::resolve;
use crate::domain::limits::is_xml_char;

/// Unicode promises that these never are characters of a text, and XML allows them.
const MARKS: std::ops::RangeInclusive<char> = '\u{FDD0}'..='\u{FDEF}';
/// More characters than a reference has that can be resolved, twice that for two halves.
const LONGEST_REFERENCE: usize = 32;

/// The source with a mark in place of each character and reference that XML forbids, and the mark; `None` where there
/// is nothing to mark. So the place of what made a document unreadable can be looked up in its tree.
pub fn marked(source: &str) -> Option<(String, char)> {
    let mark = MARKS.into_iter().find(|mark| !source.contains(*mark))?;
    let mut found = false;
    let mut out = String::with_capacity(source.len());
    walk(source, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Forbidden(_) => {
            found = true;
            out.push(mark);
        }
        Piece::Joined(text, _) => out.push_str(text),
    });
    found.then_some((out, mark))
}

/// The source with the character itself where its halves are written as two references: XML that is kept as it came
/// has to be readable for everyone.
pub fn joined(source: &str) -> Cow<'_, str> {
    if !source.contains("&#") {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    walk(source, |piece| match piece {
        Piece::Text(text) | Piece::Forbidden(text) => out.push_str(text),
        Piece::Joined(_, c) => out.push(c),
    });
    Cow::Owned(out)
}

enum Piece<'a> {
    Text(&'a str),
    Forbidden(&'a str),
    /// Two references to the halves of one character.
    Joined(&'a str, char),
}

/// Where the walk is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Text,
    Tag,
    /// An attribute's value, and the quote that ends it.
    Value(char),
}

impl Within {
    fn behind(self, c: char) -> Within {
        match (self, c) {
            (Within::Text, '<') => Within::Tag,
            (Within::Tag, '>') => Within::Text,
            (Within::Tag, '"' | '\'') => Within::Value(c),
            (Within::Value(quote), _) if quote == c => Within::Tag,
            _ => self,
        }
    }
}

/// What ends a literal section, and may not stand in a text.
const SECTION_END: &str = "]]>";

/// Takes a source apart, from its start to its end.
fn walk<'a>(source: &'a str, mut each: impl FnMut(Piece<'a>)) {
    let mut rest = source;
    let mut within = Within::Text;
    while let Some(at) = rest.find(|c| matches!(c, '&' | '<' | '>' | '"' | '\'' | ']') || !is_xml_char(c)) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        each(Piece::Text(plain));
        let literal = if within == Within::Text { literal(tail) } else { 0 };
        let length = match tail.chars().next() {
            _ if literal > 0 => {
                let (inside, _) = tail.split_at_checked(literal).unwrap_or((tail, ""));
                inside.split_inclusive(|c| !is_xml_char(c)).for_each(|part| match part.char_indices().next_back() {
                    Some((end, c)) if !is_xml_char(c) => {
                        each(Piece::Text(part.get(..end).unwrap_or_default()));
                        each(Piece::Forbidden(part.get(end..).unwrap_or_default()));
                    }
                    _ => each(Piece::Text(part)),
                });
                literal
            }
            Some('&') => reference(tail, &mut each),
            Some(']') if within == Within::Text && tail.starts_with(SECTION_END) => {
                each(Piece::Forbidden(SECTION_END));
                SECTION_END.len()
            }
            Some(c) => {
                let (own, _) = tail.split_at_checked(c.len_utf8()).unwrap_or((tail, ""));
                within = within.behind(c);
                each(if is_xml_char(c) { Piece::Text(own) } else { Piece::Forbidden(own) });
                own.len()
            }
            None => 0,
        };
        rest = tail.get(length..).unwrap_or_default();
    }
    each(Piece::Text(rest));
}

/// Length of a section that holds no references.
fn literal(tail: &str) -> usize {
    let section = [("<![CDATA[", SECTION_END), ("<!--", "-->"), ("<?", "?>")].into_iter().find(|(start, _)| tail.starts_with(start));
    section.map_or(0, |(_, end)| tail.find(end).map_or(tail.len(), |at| at + end.len()))
}

fn reference<'a>(tail: &'a str, each: &mut impl FnMut(Piece<'a>)) -> usize {
    let end = tail.char_indices().nth(LONGEST_REFERENCE).map_or(tail.len(), |(at, _)| at);
    let behind = tail.get(1..end).unwrap_or_default();
    let first = behind.find(';').map_or(0, |name| name + 1);
    let (length, character) = match resolve(behind) {
        Ok((c, length)) => (length + 1, Some(c)),
        Err(_) => {
            let name = behind.get(..first).unwrap_or_default();
            let is_reference = first > 0 && name.bytes().all(|byte| matches!(byte, b'#' | b';') || byte.is_ascii_alphanumeric());
            // Of what is no reference at all, such as "AT&T", the "&" alone is forbidden.
            (if is_reference { first + 1 } else { 1 }, None)
        }
    };
    let own = tail.get(..length).unwrap_or_default();
    each(match character {
        Some(c) if length > first + 1 => Piece::Joined(own, c),
        Some(_) => Piece::Text(own),
        None => Piece::Forbidden(own),
    });
    own.len()
}

#[cfg(test)]
mod tests {
    use super::{joined, marked};

    #[test]
    fn what_xml_forbids_is_marked_where_it_stands() {
        for (source, expected) in [
            ("<a>x\u{1}y</a>", "<a>x|y</a>"),
            ("<a b='&#2;'>&#xB;ü&nbsp;</a>", "<a b='|'>|ü|</a>"),
            ("<a>AT&T; R & D</a>", "<a>AT| R | D</a>"),
            ("<a>&#xD83D;x</a>", "<a>|x</a>"),
            ("<a><![CDATA[&\u{1}&nbsp;]]>&<!-- & --></a>", "<a><![CDATA[&|&nbsp;]]>|<!-- & --></a>"),
            ("<a>\u{FFFF}", "<a>|"),
            ("&", "|"),
            ("<a b=']]>' c=\"'>\">x]]>y<b/>]]]></a>", "<a b=']]>' c=\"'>\">x|y<b/>]|</a>"),
            ("<a>&#xD83D;<!-- ]]> -->&#xDE00;</a>", "<a>|<!-- ]]> -->|</a>"),
        ] {
            let found = marked(source).map(|(text, mark)| text.replace(mark, "|"));
            assert_eq!(found.as_deref(), Some(expected), "{source:?}");
        }
        for source in ["", "<a>&amp;&#65;&#xD83D;&#xDE00;</a>", "<a><![CDATA[&]]></a>", "<a><!-- & ", "<a b=']]>'>]] ></a>"] {
            assert_eq!(marked(source), None, "{source:?}");
        }
        let taken = marked("\u{FDD0}&").expect("marked");
        assert_eq!(taken, ("\u{FDD0}\u{FDD1}".to_owned(), '\u{FDD1}'), "a mark of its own");
    }

    #[test]
    fn halves_of_a_character_are_joined_outside_of_literal_sections() {
        let source = "<a b='&#xD83D;&#56832;'>&#65;<![CDATA[&#xD83D;&#xDE00;]]>&#55357;&#xDE00;</a>";
        assert_eq!(joined(source), "<a b='😀'>&#65;<![CDATA[&#xD83D;&#xDE00;]]>😀</a>");
        assert_eq!(joined("<a>&amp;</a>"), "<a>&amp;</a>");
    }
}
