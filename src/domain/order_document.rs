//! Documents of orders: what they are, which files are taken, and under which names.

use serde::{Deserialize, Serialize};

use super::document::Version;
use super::invoice::Invoice;
use super::numbered::numbered;
use super::{Failure, Worded, code};

numbered! {
    /// What a document is about.
    #[derive(Default)]
    pub(crate) enum DocumentType {
        Invoice = 1, "invoice";
        DeliveryNote = 2, "delivery_note";
        CreditNote = 3, "credit_note";
        ShippingLabel = 4, "shipping_label";
        ReturnLabel = 5, "return_label";
        CustomsDocument = 6, "customs_document";
        #[default]
        Other = 9, "other";
    }

    /// What a file is, by its first bytes.
    pub(crate) enum FileKind {
        Pdf = 1, "pdf";
        Xml = 2, "xml";
        Png = 3, "png";
        Jpeg = 4, "jpeg";
        Tiff = 5, "tiff";
        Zpl = 6, "zpl";
    }

    /// Who made a document.
    pub(crate) enum Origin {
        Erp = 1, "erp";
        Kontor = 2, "kontor";
        Carrier = 3, "carrier";
    }
}

/// Characters of a document's name.
pub(crate) const LONGEST_NAME: u32 = 150;
/// Documents of one order: who sends more repeats something without saying so.
pub(crate) const MOST_OF_ORDER: usize = 200;

/// Everything of a document that has no column of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DocumentRecord {
    pub(crate) version: Version<1>,
    /// What an invoice or credit note of Kontor says. It never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoice: Option<Invoice>,
    /// Of a credit note: the ERP's number of the credit entry that it is for. Without: it is for all that was left of the invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credit_number: Option<String>,
    /// What a delivery note of Kontor lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) delivered: Vec<DeliveryLine>,
}

/// Pieces on a delivery note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliveryLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item_number: Option<String>,
    pub(crate) name: String,
    pub(crate) quantity: i32,
}

impl FileKind {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Xml => "application/xml",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Tiff => "image/tiff",
            FileKind::Zpl => "x-application/zpl",
        }
    }

    /// Endings of names; the first one is given to a document without a name.
    fn endings(self) -> &'static [&'static str] {
        match self {
            FileKind::Pdf => &["pdf"],
            FileKind::Xml => &["xml"],
            FileKind::Png => &["png"],
            FileKind::Jpeg => &["jpg", "jpeg"],
            FileKind::Tiff => &["tif", "tiff"],
            FileKind::Zpl => &["zpl"],
        }
    }

    /// What a file is. Names and the caller's word count for nothing: a program may be called `invoice.pdf`.
    ///
    /// # Errors
    /// `DOCUMENT_KIND`.
    pub(crate) fn of(bytes: &[u8]) -> Result<FileKind, Failure> {
        let is = |start: &[u8]| bytes.starts_with(start);
        if is(b"%PDF-") {
            return Ok(FileKind::Pdf);
        }
        if is(b"\x89PNG\r\n\x1a\n") {
            return Ok(FileKind::Png);
        }
        if is(b"\xff\xd8\xff") {
            return Ok(FileKind::Jpeg);
        }
        if is(b"II*\0") || is(b"MM\0*") {
            return Ok(FileKind::Tiff);
        }
        if is(b"^XA") {
            return Ok(FileKind::Zpl);
        }
        match xml_root(bytes) {
            Some(_) => harmful(bytes).map_or(Ok(FileKind::Xml), |what| Err(strange(what))),
            None => Err(strange(what_else(bytes))),
        }
    }
}

fn strange(what: Worded) -> Failure {
    Failure::quoting(code::DOCUMENT_KIND, [&what])
}

/// What a computer or a browser would run.
pub(crate) fn harmful(bytes: &[u8]) -> Option<Worded> {
    // Linux, Java and macOS, scripts.
    const PROGRAMS: [&[u8]; 7] =
        [b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!", b"\0asm"];
    let is = |start: &&[u8]| bytes.starts_with(start);
    // A text may begin with these two letters, but has no zero.
    let of_windows = bytes.starts_with(b"MZ") && bytes.iter().take(1024).any(|byte| *byte == 0);
    if of_windows || PROGRAMS.iter().any(is) {
        return Some(Worded::new("a program", "ein Programm"));
    }
    let page = |root: &str| ["html", "svg", "script"].iter().any(|name| root.eq_ignore_ascii_case(name));
    xml_root(bytes).filter(|root| page(root)).map(|_| Worded::new("a web page", "eine Webseite"))
}

/// Whether a character is not shown, or turns around those beside it.
pub(crate) fn is_hidden(c: char) -> bool {
    let format =
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    c.is_control() || format
}

fn what_else(bytes: &[u8]) -> Worded {
    let is = |start: &[u8]| bytes.starts_with(start);
    if bytes.is_empty() {
        Worded::new("empty", "leer")
    } else if let Some(what) = harmful(bytes) {
        what
    } else if is(b"PK") || is(b"\x1f\x8b") || is(b"Rar!") || is(b"7z\xbc\xaf") {
        Worded::new("an archive or office file", "ein Archiv oder eine Office-Datei")
    } else {
        Worded::new("of an unknown kind", "von unbekannter Art")
    }
}

/// The local name of the root, where the bytes begin like XML in UTF-8.
fn xml_root(bytes: &[u8]) -> Option<&str> {
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let start = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The cut may go through a character.
        Err(error) => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
    };
    let mut rest = start.strip_prefix('\u{feff}').unwrap_or(start).trim_start();
    // Declarations, comments and instructions for programs stand before the root.
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!") => ">",
            _ => break,
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
    let name = name.get(..end)?;
    let local = name.rsplit(':').next().unwrap_or(name);
    local.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(local)
}

/// A name under which somebody may store the document: one name of a file, with the ending of its kind.
///
/// # Errors
/// `DOCUMENT_NAME`.
pub(crate) fn check_name(name: &str, kind: FileKind) -> Result<(), Failure> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let fits = ending.is_some_and(|ending| kind.endings().contains(&ending.as_str()));
    let why = if name.contains(['/', '\\', ':']) {
        Worded::new("it leads into folders", "er führt in Ordner")
    } else if name.chars().any(is_hidden) {
        Worded::new("it has characters that are not shown", "er hat Zeichen, die nicht angezeigt werden")
    } else if name.starts_with('.') || name.trim() != name {
        Worded::new("it begins or ends with a dot or blank", "er beginnt oder endet mit Punkt oder Leerzeichen")
    } else if !fits {
        let endings = kind.endings().iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ");
        Worded::of(
            format!("the content is {}, so it ends in {endings}", kind.word()),
            format!("der Inhalt ist {}, also endet er auf {endings}", kind.word()),
        )
    } else {
        return Ok(());
    };
    Err(Failure::quoting(code::DOCUMENT_NAME, [&name, &why]))
}

/// A name for a document that came without one.
pub(crate) fn name_for(document: DocumentType, number: &str, kind: FileKind) -> String {
    let plain: String = number.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(80).collect();
    let ending = kind.endings().first().copied().unwrap_or("bin");
    match plain.is_empty() {
        true => format!("{}.{ending}", document.word()),
        false => format!("{}_{plain}.{ending}", document.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::{DocumentType, FileKind, check_name, name_for};

    #[test]
    fn the_bytes_say_what_a_file_is() {
        let xml = "<?xml version=\"1.0\"?>\n<!-- <html> -->\n<rsm:CrossIndustryInvoice xmlns:rsm=\"urn\"/>";
        for (bytes, kind) in [
            (&b"%PDF-1.7\n"[..], FileKind::Pdf),
            (b"\x89PNG\r\n\x1a\n\0", FileKind::Png),
            (b"\xff\xd8\xff\xe0", FileKind::Jpeg),
            (b"II*\0", FileKind::Tiff),
            (b"^XA^FO", FileKind::Zpl),
            (xml.as_bytes(), FileKind::Xml),
            (b"\xef\xbb\xbf<a>", FileKind::Xml),
        ] {
            assert_eq!(FileKind::of(bytes).expect("a kind"), kind);
        }
        for (bytes, words) in [
            (&b""[..], "empty"),
            (b"MZ\x90\0", "a program"),
            (b"\x7fELF\x02", "a program"),
            (b"#!/bin/sh\n", "a program"),
            (b"PK\x03\x04", "an archive"),
            (b"<!DOCTYPE html><html>", "a web page"),
            (b"<svg xmlns='x'>", "a web page"),
            (b"hello", "unknown kind"),
            (b" %PDF-1.7", "unknown kind"),
            (b"<", "unknown kind"),
            (b"<?xml", "unknown kind"),
        ] {
            let refused = FileKind::of(bytes).expect_err(words).to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }

    #[test]
    fn a_name_is_one_file_with_the_ending_of_its_kind() {
        for name in ["Rechnung_1234.pdf", "Überweisung Größe.PDF", "a.b.pdf"] {
            assert!(check_name(name, FileKind::Pdf).is_ok(), "{name}");
        }
        for name in [
            "../etc/passwd.pdf",
            "a/b.pdf",
            "c:\\x.pdf",
            ".pdf",
            "a.pdf.exe",
            "a",
            "",
            "a.xml",
            "a\nb.pdf",
            "a\u{202e}fdp.pdf",
            " a.pdf",
            "x:a.pdf",
        ] {
            assert!(check_name(name, FileKind::Pdf).is_err(), "{name}");
        }
        assert!(check_name("photo.jpeg", FileKind::Jpeg).is_ok());
    }

    #[test]
    fn a_document_without_a_name_gets_one_that_could_be_sent() {
        for number in ["RE-2026-1", "a/../b", "", "ä"] {
            let name = name_for(DocumentType::Invoice, number, FileKind::Pdf);
            assert!(check_name(&name, FileKind::Pdf).is_ok(), "{name}");
        }
        assert_eq!(name_for(DocumentType::DeliveryNote, "a/b", FileKind::Xml), "delivery_note_a_b.xml");
    }
}
