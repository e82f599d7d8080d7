//! From the bytes of a file to statements: unpacking, characters, and which format it is. All by content, never by name.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::statement::{Fault, Statement};
use super::{camt, mt940, paypal};
use crate::folders::text_of;

/// Bytes of a file, packed or not.
pub(crate) const MOST_BYTES: usize = 64 << 20;
/// Files in an archive, and archives in each other.
const MOST_FILES: usize = 2_000;
const DEEPEST: usize = 2;

/// All statements of a file, in order.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Statement>, Fault> {
    let mut statements = Vec::new();
    let mut room = MOST_BYTES;
    for (name, bytes) in unpacked(bytes, DEEPEST, &mut room)? {
        let read = text(&bytes).and_then(|text| of_text(&text));
        let named = |fault: Fault| match name.is_empty() {
            true => fault,
            false => Fault { text: format!("{name}: {}", fault.text), ..fault },
        };
        statements.extend(read.map_err(named)?);
    }
    Ok(statements)
}

fn of_text(text: &str) -> Result<Vec<Statement>, Fault> {
    let start = text.trim_start();
    match start.chars().next() {
        Some('<') => camt::read(start),
        Some('{') if !mt940::looks_like(start) => paypal::transactions(start).map(|statement| vec![statement]),
        _ if paypal::looks_like_settlement(start) => paypal::settlement(start).map(|statement| vec![statement]),
        _ if paypal::looks_like_activity(start) => paypal::activity(start).map(|statement| vec![statement]),
        _ if mt940::looks_like(start) => mt940::read(text),
        _ => Err(Fault::at(
            1,
            "not a known format; expected camt.053, MT940, or PayPal's activity (CSV), transactions (JSON) or settlement report (CSV)",
        )),
    }
}

/// The files in an archive, else the file itself without a name.
fn unpacked(bytes: &[u8], depth: usize, room: &mut usize) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    match bytes {
        [0x1f, 0x8b, ..] => match depth.checked_sub(1) {
            Some(depth) => {
                let inner = bounded(MultiGzDecoder::new(bytes), room)?;
                unpacked(&inner, depth, room)
            }
            None => Err(too_deep()),
        },
        [b'P', b'K', 3, 4, ..] => {
            let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
            let broken = |error: zip::result::ZipError| Fault::at(0, format!("the archive cannot be read: {error}"));
            let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
            if archive.len() > MOST_FILES {
                return Err(Fault::at(0, format!("the archive has {} files; expected at most {MOST_FILES}", archive.len())));
            }
            let mut files = Vec::new();
            for index in 0..archive.len() {
                let file = archive.by_index(index).map_err(broken)?;
                if file.is_dir() {
                    continue;
                }
                let name = crate::domain::layout::short(&String::from_utf8_lossy(file.name_raw()), 100);
                let inner = bounded(file, room)?;
                if is_beside(&name, &inner) {
                    continue;
                }
                for (inside, bytes) in unpacked(&inner, depth, room)? {
                    let name = if inside.is_empty() { name.clone() } else { format!("{name}/{inside}") };
                    files.push((name, bytes));
                }
            }
            match files.is_empty() {
                true => Err(empty()),
                false => Ok(files),
            }
        }
        [b'P', b'K', 5, 6, ..] => Err(empty()),
        _ => Ok(vec![(String::new(), bytes.to_vec())]),
    }
}

fn empty() -> Fault {
    Fault::at(0, "the archive has no statement in it")
}

/// What systems and banks put into archives beside statements: notes of macOS and Windows, papers, and words of welcome.
fn is_beside(name: &str, bytes: &[u8]) -> bool {
    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
    let file = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let of_system = folders.split('/').any(|folder| folder == "__MACOSX") || file.starts_with("._");
    let known = [".ds_store", "thumbs.db", "desktop.ini"].contains(&file.as_str());
    let words = ["readme", "liesmich"].iter().any(|word| file.starts_with(word));
    of_system || known || words || bytes.starts_with(b"%PDF-")
}

fn too_deep() -> Fault {
    Fault::at(0, format!("more than {DEEPEST} archives in each other; unpack the file first"))
}

/// Everything of a stream, as long as there is room for it.
fn bounded(stream: impl Read, room: &mut usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let most = u64::try_from(*room).unwrap_or(u64::MAX).saturating_add(1);
    stream.take(most).read_to_end(&mut bytes).map_err(|error| Fault::at(0, format!("the archive cannot be read: {error}")))?;
    *room =
        room.checked_sub(bytes.len()).ok_or_else(|| Fault::at(0, format!("the file unpacks to more than {MOST_BYTES} bytes; split it")))?;
    Ok(bytes)
}

fn text(bytes: &[u8]) -> Result<String, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::at(0, format!("the file has {} bytes; expected at most {MOST_BYTES}", bytes.len())));
    }
    text_of(bytes).map_err(|why| Fault::at(0, why))
}

#[cfg(test)]
mod tests;
