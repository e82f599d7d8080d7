//! The two fonts of all papers: DejaVu Sans, whose licence lets everybody embed it. Only the glyphs in use go into a file.

use std::sync::OnceLock;

use krilla::text::Font;
use rustybuzz::{Face, UnicodeBuffer};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    fn data(self) -> &'static [u8] {
        match self {
            Weight::Regular => dejavu::sans::regular(),
            Weight::Bold => dejavu::sans::bold(),
        }
    }

    fn face(self) -> Option<&'static Face<'static>> {
        static FACES: [OnceLock<Option<Face<'static>>>; 2] = [OnceLock::new(), OnceLock::new()];
        let [regular, bold] = &FACES;
        let cell = if self == Weight::Regular { regular } else { bold };
        cell.get_or_init(|| Face::from_slice(self.data(), 0)).as_ref()
    }

    pub(super) fn font(self) -> Option<Font> {
        static FONTS: [OnceLock<Option<Font>>; 2] = [OnceLock::new(), OnceLock::new()];
        let [regular, bold] = &FONTS;
        let cell = if self == Weight::Regular { regular } else { bold };
        cell.get_or_init(|| Font::new(self.data().into(), 0)).clone()
    }
}

/// The text with a mark for each character that the font lacks, and none that is not shown.
pub(super) fn printable(text: &str, weight: Weight) -> String {
    const UNKNOWN: char = '\u{fffd}';
    let Some(face) = weight.face() else { return String::new() };
    let shown = |c: char| match c {
        c if c.is_control() => ' ',
        c if face.glyph_index(c).is_some() => c,
        _ => UNKNOWN,
    };
    text.chars().map(shown).collect()
}

/// How wide a text is, in points.
pub(crate) fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let Some(face) = weight.face() else { return 0.0 };
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&printable(text, weight));
    buffer.guess_segment_properties();
    let glyphs = rustybuzz::shape(face, &[], buffer);
    let units: i64 = glyphs.glyph_positions().iter().map(|glyph| i64::from(glyph.x_advance)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a text of the width of a page")]
    let units = units as f32;
    #[expect(clippy::cast_precision_loss, reason = "about 2000")]
    let per_em = face.units_per_em() as f32;
    units * size / per_em
}

/// The text in lines that are not wider. A word that is too wide is broken; no more than `most` lines, of which the last one says
/// that something is missing.
pub(crate) fn wrap(text: &str, size: f32, weight: Weight, wide: f32, most: usize) -> Vec<String> {
    let fits = |line: &str| width(line, size, weight) <= wide;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if !fits(&line) {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
            if lines.len() > most {
                break;
            }
        }
        if lines.len() > most {
            break;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !fits(&format!("{last}…")) && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_its_glyphs() {
        let (one, two) = (width("Größe", 10.0, Weight::Regular), width("Größe Größe", 10.0, Weight::Regular));
        assert!(one > 20.0 && two > 2.0 * one && two < 2.3 * one, "{one} {two}");
        assert!(width("a", 10.0, Weight::Bold) > width("a", 10.0, Weight::Regular));
        assert!(width("", 10.0, Weight::Bold).abs() < f32::EPSILON);
    }

    #[test]
    fn lines_are_not_wider_than_they_may_be_and_lose_nothing() {
        let text = "Kaffeebecher aus Steinzeug mit sehr langem Namen Donaudampfschifffahrtsgesellschaftskapitänsmützenständer blau";
        let lines = wrap(text, 9.0, Weight::Regular, 120.0, 20);
        assert!(lines.iter().all(|line| width(line, 9.0, Weight::Regular) <= 120.0), "{lines:?}");
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
        let cut = wrap(text, 9.0, Weight::Regular, 120.0, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
        assert_eq!(wrap("", 9.0, Weight::Regular, 120.0, 2), Vec::<String>::new());
    }

    #[test]
    fn what_the_font_lacks_is_seen() {
        assert_eq!(printable("Łódź Ελλάδα Москва €\t漢", Weight::Regular), "Łódź Ελλάδα Москва € \u{fffd}");
    }
}
