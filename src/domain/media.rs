//! Files of the merchant that channels and buyers may see: pictures, manuals, films. What a file is, and under which name.

use super::numbered::numbered;
use super::order_document::is_hidden;
use super::picture;
use super::{Failure, Quote, Worded, code};

numbered! {
    /// What a file is, by its first bytes.
    pub(crate) enum MediaKind {
        Png = 1, "png";
        Jpeg = 2, "jpeg";
        Gif = 3, "gif";
        Webp = 4, "webp";
        Avif = 5, "avif";
        Pdf = 6, "pdf";
        Mp4 = 7, "mp4";
        Zip = 8, "zip";
        Other = 9, "other";
    }
}

/// Characters of a file's name.
pub(crate) const LONGEST_NAME: u32 = 150;
/// Endings of programs and web pages: whoever loads such a file runs it.
const RUN: [&str; 22] = [
    "exe", "com", "bat", "cmd", "msi", "dll", "scr", "ps1", "vbs", "js", "mjs", "jar", "apk", "sh", "hta", "lnk", "html", "htm", "xhtml",
    "shtml", "svg", "php",
];
/// What CONNECT does not take in names of files; one dot is before the ending.
const NOT_IN_NAMES: &str = "<>:\"\\/|*?[]=%$+.,;~";

impl MediaKind {
    /// Names and media types are what somebody says; only the bytes count.
    pub(crate) fn of(bytes: &[u8]) -> MediaKind {
        match picture::Kind::of(bytes) {
            Some(picture::Kind::Png) => MediaKind::Png,
            Some(picture::Kind::Jpeg) => MediaKind::Jpeg,
            Some(picture::Kind::Gif) => MediaKind::Gif,
            Some(picture::Kind::Webp) => MediaKind::Webp,
            Some(picture::Kind::Avif) => MediaKind::Avif,
            None if bytes.starts_with(b"%PDF-") => MediaKind::Pdf,
            None if bytes.get(4..8) == Some(b"ftyp") => MediaKind::Mp4,
            None if bytes.starts_with(b"PK\x03\x04") => MediaKind::Zip,
            None => MediaKind::Other,
        }
    }

    pub(crate) fn picture(self) -> Option<picture::Kind> {
        match self {
            MediaKind::Png => Some(picture::Kind::Png),
            MediaKind::Jpeg => Some(picture::Kind::Jpeg),
            MediaKind::Gif => Some(picture::Kind::Gif),
            MediaKind::Webp => Some(picture::Kind::Webp),
            MediaKind::Avif => Some(picture::Kind::Avif),
            MediaKind::Pdf | MediaKind::Mp4 | MediaKind::Zip | MediaKind::Other => None,
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            MediaKind::Pdf => "application/pdf",
            MediaKind::Mp4 => "video/mp4",
            MediaKind::Zip => "application/zip",
            // A browser must not make anything of what nobody knows.
            _ => self.picture().map_or("application/octet-stream", picture::Kind::media_type),
        }
    }

    /// Endings of names that promise this kind.
    fn endings(self) -> &'static [&'static str] {
        match self {
            MediaKind::Png => &["png"],
            MediaKind::Jpeg => &["jpg", "jpeg"],
            MediaKind::Gif => &["gif"],
            MediaKind::Webp => &["webp"],
            MediaKind::Avif => &["avif"],
            MediaKind::Pdf => &["pdf"],
            MediaKind::Mp4 => &["mp4", "m4v", "mov"],
            // Office files are archives.
            MediaKind::Zip => &["zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"],
            MediaKind::Other => &[],
        }
    }
}

/// Checks the name of a file and that its ending promises what the file is.
///
/// # Errors
/// `MEDIA_NAME`, `MEDIA_KIND`, `MEDIA_UNSAFE`.
pub(crate) fn check_name(name: &str, kind: MediaKind) -> Result<(), Failure> {
    let refused = |why: Worded| Err(Failure::quoting(code::MEDIA_NAME, [&name as &dyn Quote, &why]));
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.is_empty() => (stem, ending),
        _ => return refused(Worded::new("it has no ending", "er hat keine Endung")),
    };
    let odd = |c: char| c.is_whitespace() || is_hidden(c) || NOT_IN_NAMES.contains(c);
    if let Some(odd) = stem.chars().chain(ending.chars()).find(|c| odd(*c)) {
        let shown: String = odd.escape_debug().collect();
        return refused(Worded::of(format!("'{shown}' is not allowed in it"), format!("'{shown}' ist darin nicht erlaubt")));
    }
    if RUN.iter().any(|run| ending.eq_ignore_ascii_case(run)) {
        let what = Worded::new("a program or a web page by its ending", "nach der Endung ein Programm oder eine Webseite");
        return Err(Failure::quoting(code::MEDIA_UNSAFE, [&name as &dyn Quote, &what]));
    }
    let promised = MediaKind::ALL.into_iter().find(|kind| kind.endings().iter().any(|known| ending.eq_ignore_ascii_case(known)));
    match (promised, kind) {
        (None, MediaKind::Other) => Ok(()),
        (Some(promised), kind) if promised == kind => Ok(()),
        (_, kind) => Err(Failure::quoting(code::MEDIA_KIND, [&name as &dyn Quote, &kind.media_type()])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (bytes, kind, media_type) in [
            (&b"\xff\xd8\xff\xe0"[..], MediaKind::Jpeg, "image/jpeg"),
            (b"%PDF-1.7", MediaKind::Pdf, "application/pdf"),
            (b"\0\0\0\x18ftypmp42", MediaKind::Mp4, "video/mp4"),
            (b"PK\x03\x04", MediaKind::Zip, "application/zip"),
            (b"<script>alert(1)</script>", MediaKind::Other, "application/octet-stream"),
            (b"", MediaKind::Other, "application/octet-stream"),
        ] {
            assert_eq!((MediaKind::of(bytes), MediaKind::of(bytes).media_type()), (kind, media_type), "{bytes:?}");
        }
    }

    #[test]
    fn a_name_is_one_that_any_system_takes_and_says_what_the_file_is() {
        for (name, kind) in [
            ("lamp-1_front.jpg", MediaKind::Jpeg),
            ("LAMP.JPEG", MediaKind::Jpeg),
            ("Prüfbericht.pdf", MediaKind::Pdf),
            ("prices.xlsx", MediaKind::Zip),
            ("readme.txt", MediaKind::Other),
        ] {
            assert!(check_name(name, kind).is_ok(), "{name}");
        }
        for (name, kind, code) in [
            ("lamp", MediaKind::Jpeg, "MEDIA_NAME"),
            (".jpg", MediaKind::Jpeg, "MEDIA_NAME"),
            ("lamp.", MediaKind::Jpeg, "MEDIA_NAME"),
            ("my lamp.jpg", MediaKind::Jpeg, "MEDIA_NAME"),
            ("../lamp.jpg", MediaKind::Jpeg, "MEDIA_NAME"),
            ("lamp.tar.jpg", MediaKind::Jpeg, "MEDIA_NAME"),
            ("lamp\u{7}.jpg", MediaKind::Jpeg, "MEDIA_NAME"),
            ("lamp.png", MediaKind::Jpeg, "MEDIA_KIND"),
            ("lamp.jpg", MediaKind::Other, "MEDIA_KIND"),
            ("lamp.docx", MediaKind::Jpeg, "MEDIA_KIND"),
            ("lamp.html", MediaKind::Other, "MEDIA_UNSAFE"),
            ("setup.EXE", MediaKind::Other, "MEDIA_UNSAFE"),
            ("a\u{202e}gnp.txt", MediaKind::Other, "MEDIA_NAME"),
            ("lamp\u{200b}.jpg", MediaKind::Jpeg, "MEDIA_NAME"),
        ] {
            assert_eq!(check_name(name, kind).map_err(|failure| failure.code.name), Err(code), "{name}");
        }
    }
}
