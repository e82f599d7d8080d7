//! A gateway's data in one file, and from one database to another.
//!
//! A backup is a ZIP archive: the rows of each table as lines of text, the files of documents and media that the rows name, and at
//! the end a manifest that says what has to be there. It does not matter which database it is from, or is restored into.

mod archive;
mod relocate;
mod restore;
mod take;
#[cfg(test)]
mod tests;

use std::path::Path;

pub(crate) use archive::Manifest;
pub(crate) use relocate::relocate;
pub(crate) use restore::Archive;
pub(crate) use take::take;

use crate::config::Settings;
use crate::domain::Patience;
use crate::files::Folder;
use crate::store::copies::CopyError;
use crate::store::{Standing, standing};

/// A folder of files with the table that names them: where the rows have the checksums, and the bytes of each.
struct Kept {
    name: &'static str,
    table: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const KEPT: [Kept; 2] = [
    Kept { name: "documents", table: "order_documents", columns: &[("checksum", "bytes")] },
    Kept { name: "media", table: "media", columns: &[("checksum", "bytes"), ("thumbnail", "thumbnail_bytes")] },
];

impl Kept {
    fn folder(&self, settings: &Settings) -> Folder {
        Folder::new(match self.name {
            "documents" => &settings.documents.folder,
            _ => &settings.media.folder,
        })
    }
}

/// `shown`: the address without its password.
fn must_be_empty(database: &str, shown: &str, patience: Patience) -> Result<(), CopyError> {
    match standing(database, patience)? {
        Standing::Missing | Standing::Empty => Ok(()),
        _ => Err(CopyError::Refused(format!("database \"{shown}\" has data already, and nothing was changed; name a new, empty one"))),
    }
}

/// Beside the file that it becomes.
fn unfinished(file: &Path) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".part-{:08x}", rand::random::<u32>()));
    name.into()
}
