//! PDF files: text, lines and boxes on pages, as PDF/A-3, so that a file may be enclosed and the paper can be kept for years.

mod font;
mod write;
mod xmp;

pub(crate) use font::{Weight, width, wrap};
pub(crate) use write::{About, Enclosure, write};

/// A point is 1/72 inch.
pub(crate) const MILLIMETRE: f32 = 72.0 / 25.4;

/// Something on a page. The origin is at the upper left; `y` of a text is its base line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    Text {
        x: f32,
        y: f32,
        size: f32,
        weight: Weight,
        text: String,
    },
    Line {
        from: (f32, f32),
        to: (f32, f32),
        width: f32,
    },
    /// Filled with black, as the bars of a bar code are.
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
}

/// The marks of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    pub(crate) marks: Vec<Mark>,
}

impl Page {
    pub(crate) fn text(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, text: &str) {
        self.marks.push(Mark::Text { x, y, size, weight, text: text.to_owned() });
    }

    /// Ends at `x`.
    pub(crate) fn right(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, text: &str) {
        self.text((x - width(text, size, weight), y), size, weight, text);
    }

    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32) {
        self.marks.push(Mark::Line { from, to, width });
    }
}
