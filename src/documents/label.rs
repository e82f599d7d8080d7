//! The label of a parcel: 100 × 150 mm with sender, recipient and a bar code (Code 128).

use barcoders::sym::code128::Code128;
use chrono::NaiveDate;

use super::pdf::{self, About, MILLIMETRE, Mark, Page, Weight, wrap};
use super::words;
use crate::domain::order::Address;
use crate::domain::{Failure, code};

const SIZE: (f32, f32) = (100.0 * MILLIMETRE, 150.0 * MILLIMETRE);
const LEFT: f32 = 6.0 * MILLIMETRE;
const ROOM: f32 = 88.0 * MILLIMETRE;
/// Character set B: all of ASCII that is printed.
const SET_B: char = '\u{0181}';

#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawing<'d> {
    pub(crate) from: &'d Address,
    pub(crate) to: &'d Address,
    /// In the bar code.
    pub(crate) number: &'d str,
    pub(crate) reference: &'d str,
    pub(crate) weight_grams: i32,
}

/// The PDF of a label.
///
/// # Errors
/// `INTERNAL`.
pub(crate) fn draw(drawing: &Drawing<'_>) -> Result<Vec<u8>, Failure> {
    let mut page = Page::default();
    let mut y = 10.0 * MILLIMETRE;
    let mut block = |lines: Vec<String>, size: f32, weight: Weight, page: &mut Page| {
        for line in lines.iter().flat_map(|line| wrap(line, size, weight, ROOM, 1)) {
            page.text((LEFT, y), size, weight, &line);
            y += size * 1.3;
        }
        y += 5.0 * MILLIMETRE;
    };
    block(words::envelope(drawing.from, ""), 8.0, Weight::Regular, &mut page);
    block(words::envelope(drawing.to, ""), 12.0, Weight::Bold, &mut page);
    let kilograms = f64::from(drawing.weight_grams) / 1000.0;
    block(vec![format!("{kilograms:.3} kg"), drawing.reference.to_owned()], 8.0, Weight::Regular, &mut page);
    page.marks.extend(bars(drawing.number)?);
    page.text((LEFT, 145.0 * MILLIMETRE), 10.0, Weight::Bold, drawing.number);
    let about = About { title: drawing.number, author: "Kontor", language: "en", day: NaiveDate::default(), size: SIZE };
    pdf::write(&about, &[page], None)
}

/// The bars of a number, at the foot of the label.
fn bars(number: &str) -> Result<Vec<Mark>, Failure> {
    let broken = |error| Failure::new(code::INTERNAL, [&format!("bar code: {error:?}")]);
    let modules = Code128::new(format!("{SET_B}{number}")).map_err(broken)?.encode();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let width = ROOM / modules.len().max(1) as f32;
    let mut marks = Vec::new();
    let mut x = LEFT;
    for run in modules.chunk_by(|one, other| one == other) {
        #[expect(clippy::cast_precision_loss, reason = "a few")]
        let wide = run.len() as f32 * width;
        if run.first() == Some(&1) {
            marks.push(Mark::Box { x, y: 108.0 * MILLIMETRE, width: wide, height: 30.0 * MILLIMETRE });
        }
        x += wide;
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_its_number_as_bars() {
        let marks = bars("SB000000000042").expect("bars");
        // Start, 14 characters, check digit: three bars each; the stop has four.
        assert_eq!(marks.len(), 16 * 3 + 4);
        assert!(marks.iter().all(|mark| matches!(mark, Mark::Box { x, width, .. } if *x >= LEFT && x + width <= LEFT + ROOM + 0.1)));
        assert_ne!(bars("SB000000000043").expect("bars"), marks);
        let to = Address { last_name: Some("Müller".into()), city: Some("Köln".into()), ..Address::default() };
        let drawing = Drawing { from: &to, to: &to, number: "SB1", reference: "K-1", weight_grams: 500 };
        assert!(draw(&drawing).expect("a PDF").starts_with(b"%PDF-"));
    }
}
