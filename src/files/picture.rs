//! What a picture is, and a small one of it. The bytes come from strangers: pixels and memory are bounded, and one picture at a
//! time is taken apart, so that many of them cannot take all memory together.

use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits, Rgba, RgbaImage};

use crate::domain::picture::Kind;
use crate::domain::{Failure, Worded, code};

/// Pixels of a picture; cameras make up to 100 million, channels take far less.
const MOST_PIXELS: u64 = 40_000_000;
/// Width or height.
const LONGEST_SIDE: u32 = 20_000;
/// Bytes that a decoder may take.
const MOST_MEMORY: u64 = 256 << 20;
/// Width and height of a small picture.
const SMALL: u32 = 256;
const QUALITY: u8 = 80;

static TURN: Mutex<()> = Mutex::new(());

/// What was found in a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Width and height in pixels, where a decoder knows the kind.
    pub size: Option<(u32, u32)>,
    /// At most 256 pixels wide and high, as JPEG.
    pub thumbnail: Option<Vec<u8>>,
}

/// Looks into a picture.
///
/// # Errors
/// `MEDIA_PICTURE`, where it is cut off or spoiled, or has too many pixels.
pub(crate) fn look(bytes: &[u8], kind: Kind) -> Result<Look, Failure> {
    if !kind.is_whole(bytes) {
        return Err(unusable(Worded::new("it is cut off; send it whole", "es ist abgeschnitten; senden Sie es vollständig")));
    }
    let format = match kind {
        Kind::Png => ImageFormat::Png,
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Gif => ImageFormat::Gif,
        Kind::Webp => ImageFormat::WebP,
        // A decoder for it would be a C library.
        Kind::Avif => return Ok(Look::default()),
    };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().map_err(|error| spoiled(&error))?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
        let has = format!("{width} x {height}");
        return Err(unusable(Worded::of(
            format!("it has {has} pixels; send one with at most {MOST_PIXELS}, and {LONGEST_SIDE} a side"),
            format!("es hat {has} Pixel; senden Sie eines mit höchstens {MOST_PIXELS}, und {LONGEST_SIDE} je Seite"),
        )));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| spoiled(&error))?;
    Ok(Look { size: Some((width, height)), thumbnail: smaller(&picture) })
}

/// `None` where it cannot be written: nothing depends on a small picture.
fn smaller(picture: &DynamicImage) -> Option<Vec<u8>> {
    let small = if picture.width().max(picture.height()) > SMALL { picture.thumbnail(SMALL, SMALL) } else { picture.clone() };
    // JPEG knows no transparency: what is behind it becomes white.
    let mut ground = RgbaImage::from_pixel(small.width(), small.height(), Rgba([255; 4]));
    image::imageops::overlay(&mut ground, &small.to_rgba8(), 0, 0);
    let mut bytes = Vec::new();
    DynamicImage::from(ground).to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).ok()?;
    Some(bytes)
}

fn spoiled(error: &ImageError) -> Failure {
    match error {
        ImageError::Limits(_) => unusable(Worded::new(
            "it would take too much memory; send a smaller one",
            "es würde zu viel Speicher brauchen; senden Sie ein kleineres",
        )),
        _ => unusable(Worded::new(
            "it is spoiled; save it again and send that",
            "es ist beschädigt; speichern Sie es neu und senden Sie das",
        )),
    }
}

fn unusable(why: Worded) -> Failure {
    Failure::quoting(code::MEDIA_PICTURE, [&why])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(width: u32, height: u32, alpha: bool, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = if alpha { DynamicImage::new_rgba8(width, height) } else { DynamicImage::new_rgb8(width, height) };
        picture.write_to(&mut bytes, format).expect("a picture");
        bytes.into_inner()
    }

    #[test]
    fn a_picture_gives_its_size_and_a_small_one_of_the_same_shape() {
        for (bytes, kind) in [
            (written(600, 300, false, ImageFormat::Jpeg), Kind::Jpeg),
            (written(600, 300, true, ImageFormat::Png), Kind::Png),
            (written(600, 300, true, ImageFormat::Gif), Kind::Gif),
            (written(600, 300, false, ImageFormat::WebP), Kind::Webp),
        ] {
            let found = look(&bytes, kind).expect("a picture");
            assert_eq!(found.size, Some((600, 300)), "{kind:?}");
            let thumbnail = found.thumbnail.expect("a small one");
            assert_eq!(look(&thumbnail, Kind::Jpeg).expect("a picture").size, Some((256, 128)), "{kind:?}");
        }
    }

    #[test]
    fn what_is_cut_off_spoiled_or_huge_is_refused_before_it_takes_memory() {
        let refused = |bytes: &[u8], kind| look(bytes, kind).expect_err("refused").code.name;
        let png = written(60, 30, false, ImageFormat::Png);
        assert_eq!(refused(&png[..png.len() - 12], Kind::Png), "MEDIA_PICTURE");
        let mut spoiled = png.clone();
        // The data, behind signature, header and the name of their chunk.
        spoiled[45] ^= 0xff;
        assert_eq!(refused(&spoiled, Kind::Png), "MEDIA_PICTURE");
        assert_eq!(refused(b"\xff\xd8\xff\xe0 no picture \xff\xd9", Kind::Jpeg), "MEDIA_PICTURE");
        // A header that promises 60000 x 60000 pixels, with the right checksum.
        let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
        let mut crc = flate2::Crc::new();
        crc.update(&huge[12..29]);
        huge.extend(crc.sum().to_be_bytes());
        huge.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
        let failure = look(&huge, Kind::Png).expect_err("refused");
        assert!(failure.to_string().contains("60000 x 60000"), "{failure}");
    }

    #[test]
    fn a_kind_without_decoder_is_taken_as_it_is() {
        assert_eq!(look(b"\0\0\0\x1cftypavif", Kind::Avif).expect("taken"), Look::default());
    }
}
