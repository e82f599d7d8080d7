//! Small pictures from a few shapes, for the articles of the demo. In whole numbers, so that they are the same everywhere.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// Pixels of a side.
const SIDE: u32 = 180;
/// Points of a side, in which shapes are given.
const POINTS: i64 = 1_000;
/// Samples of a pixel in each direction, which make edges smooth.
const SAMPLES: u32 = 2;
const GROUND: [u8; 3] = [244, 241, 236];

/// What a picture is drawn from, in points from the upper left corner.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// Middle and radii.
    Ellipse(i64, i64, i64, i64),
    /// Left, top, right and bottom.
    Box(i64, i64, i64, i64),
    /// Top, bottom, and half the width at each.
    Taper(i64, i64, i64, i64),
    /// Middle, outer and inner radius.
    Ring(i64, i64, i64, i64),
}

/// A form in the colour of the picture, of so many per cent of its brightness.
pub(crate) type Shape = (Form, u32);

impl Form {
    fn covers(self, x: i64, y: i64) -> bool {
        let within = |cx: i64, cy: i64, rx: i64, ry: i64| {
            let (dx, dy) = (x - cx, y - cy);
            dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
        };
        match self {
            Form::Ellipse(cx, cy, rx, ry) => within(cx, cy, rx, ry),
            Form::Box(left, top, right, bottom) => (left..right).contains(&x) && (top..bottom).contains(&y),
            Form::Taper(top, bottom, above, below) => {
                let half = above * (bottom - top) + (below - above) * (y - top);
                (top..bottom).contains(&y) && (x - POINTS / 2).abs() * (bottom - top) <= half
            }
            Form::Ring(cx, cy, outer, inner) => within(cx, cy, outer, outer) && !within(cx, cy, inner, inner),
        }
    }
}

/// The picture as PNG; the last of the shapes is in front. `None` where it cannot be written.
pub(crate) fn sketch(colour: [u8; 3], shapes: &[Shape]) -> Option<Vec<u8>> {
    let all = SIDE * SAMPLES;
    let point = |pixel: u32, sample: u32| i64::from(pixel * SAMPLES + sample) * POINTS / i64::from(all);
    let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let mut sums = [0_u32; 3];
        for sample in 0..SAMPLES * SAMPLES {
            let (x, y) = (point(x, sample % SAMPLES), point(y, sample / SAMPLES));
            let shown = shapes.iter().rev().find(|(form, _)| form.covers(x, y));
            let shade = shown.map_or(GROUND, |(_, tone)| colour.map(|part| bright(part, *tone)));
            for (sum, part) in sums.iter_mut().zip(shade) {
                *sum += u32::from(part);
            }
        }
        Rgb(sums.map(|sum| u8::try_from(sum / (SAMPLES * SAMPLES)).unwrap_or(u8::MAX)))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

fn bright(part: u8, per_cent: u32) -> u8 {
    u8::try_from(u32::from(part) * per_cent / 100).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::picture::Kind;
    use crate::files::look;

    #[test]
    fn a_sketch_is_a_small_picture() {
        let bytes =
            sketch([200, 80, 60], &[(Form::Taper(300, 800, 200, 150), 100), (Form::Ring(700, 500, 120, 80), 90)]).expect("a picture");
        assert_eq!(look(&bytes, Kind::Png).expect("a picture").size, Some((180, 180)));
        assert!(bytes.len() < 8_000, "{}", bytes.len());
        let decoded = image::load_from_memory(&bytes).expect("a picture").to_rgb8();
        assert_eq!((decoded.get_pixel(90, 90).0, decoded.get_pixel(0, 0).0), ([200, 80, 60], GROUND));
    }
}
