//! Addresses of Kontor's own: an article may name one whose file is gone, or is no picture.

use crate::domain::{Failure, Worded};
use crate::store::{Conn, items, media};

/// Where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lead {
    /// To somebody else's server, or to no file; Kontor loads nothing from there.
    Elsewhere,
    /// To a picture; with the token of a file of the merchant.
    Picture(Option<String>),
    /// To nothing that a channel can show.
    Nowhere(Worded),
}

/// Follows an address. `public_url`: where Kontor is reached.
pub(crate) fn follow(conn: &mut Conn<'_>, public_url: &str, address: &str) -> Result<Lead, Failure> {
    let Some(path) = address.trim().strip_prefix(public_url.trim_end_matches('/')) else { return Ok(Lead::Elsewhere) };
    let mut parts = path.split(['/', '?', '#']).skip(1);
    let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let gone = || {
        Lead::Nowhere(Worded::new(
            "the file is not there any more, or has other content",
            "die Datei ist nicht mehr da oder hat anderen Inhalt",
        ))
    };
    match kind {
        "images" => Ok(if items::has_image(conn, name)? { Lead::Picture(None) } else { gone() }),
        "media" | "thumbnails" => match media::by_token(conn, name)? {
            Some(row) if row.kind.picture().is_some() => Ok(Lead::Picture(Some(row.token))),
            Some(_) => Ok(Lead::Nowhere(Worded::new("the file is no picture", "die Datei ist kein Bild"))),
            None => Ok(gone()),
        },
        _ => Ok(Lead::Elsewhere),
    }
}
