//! Kinds of pictures.

/// Those that channels show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Avif,
}

impl Kind {
    /// By the first bytes: names and media types are what somebody says.
    pub(crate) fn of(bytes: &[u8]) -> Option<Kind> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Kind::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Kind::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Kind::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Kind::Webp),
            [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some(Kind::Avif),
            _ => None,
        }
    }

    /// Whether the end of the picture is there: a channel cannot show one that was cut off.
    pub(crate) fn is_whole(self, bytes: &[u8]) -> bool {
        let ends_with = |mark: &[u8], within: usize| {
            let tail = bytes.len().saturating_sub(within);
            bytes.get(tail..).is_some_and(|tail| tail.windows(mark.len()).any(|bytes| bytes == mark))
        };
        match self {
            Kind::Png => ends_with(b"IEND", 1_024),
            // Cameras write notes of their own behind it.
            Kind::Jpeg => ends_with(&[0xFF, 0xD9], usize::MAX),
            Kind::Gif => ends_with(&[0x3B], 16),
            Kind::Webp => {
                let length = bytes.get(4..8).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()).map(u32::from_le_bytes);
                length.and_then(|length| usize::try_from(length).ok()).is_some_and(|length| length <= bytes.len().saturating_sub(8))
            }
            Kind::Avif => true,
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Kind::Png => "image/png",
            Kind::Jpeg => "image/jpeg",
            Kind::Gif => "image/gif",
            Kind::Webp => "image/webp",
            Kind::Avif => "image/avif",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::Gif => "gif",
            Kind::Webp => "webp",
            Kind::Avif => "avif",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn the_kind_is_read_from_the_first_bytes() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some(Kind::Png)),
            (b"\xFF\xD8\xFF\xE0", Some(Kind::Jpeg)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(Kind::Webp)),
            (b"\0\0\0\x1cftypavif", Some(Kind::Avif)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_picture_that_was_cut_off_is_not_whole() {
        for whole in [
            &b"\x89PNG\r\n\x1a\n data \0\0\0\0IEND\xAE\x42\x60\x82"[..],
            b"\xFF\xD8\xFF\xE0 data \xFF\xD9 note",
            b"GIF89a data \x3B",
            b"RIFF\x08\0\0\0WEBPVP8 ",
        ] {
            let kind = Kind::of(whole).unwrap();
            assert!(kind.is_whole(whole), "{kind:?}");
            assert!(!kind.is_whole(&whole[..whole.len() - 7]), "{kind:?}");
        }
    }
}
