//! The form of a backup: what is in the archive, and writing it.

use std::io::{self, Seek, Write};

use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::store::copies::{Table, Tally};

/// A program refuses an archive with a later one.
pub(super) const FORMAT: u32 = 1;
/// The last entry: an archive that is cut off has none.
pub(super) const MANIFEST: &str = "kontor-backup.json";

/// What is in an archive. All of it is checked before anything is restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// Of the program that made it.
    pub(crate) version: String,
    pub(crate) made_at: String,
    /// The kind of database that it is from.
    pub(crate) database: String,
    /// Those of its schema.
    pub(crate) steps: Vec<String>,
    pub(crate) tables: Vec<TableEntry>,
    pub(crate) folders: Vec<FolderEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableEntry {
    #[serde(flatten)]
    pub(crate) table: Table,
    pub(crate) rows: u64,
    pub(crate) digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderEntry {
    pub(crate) name: String,
    pub(crate) files: u64,
    /// Checksums of files that rows name, but that were not in the folder.
    pub(crate) missing: Vec<String>,
}

impl Manifest {
    pub(crate) fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    pub(crate) fn files(&self) -> u64 {
        self.folders.iter().map(|folder| folder.files).sum()
    }

    /// One line for each folder that lacks files.
    pub(crate) fn missing(&self) -> Vec<String> {
        let lacking = self.folders.iter().filter(|folder| !folder.missing.is_empty());
        lacking
            .map(|folder| {
                let some: Vec<&str> = folder.missing.iter().take(3).map(String::as_str).collect();
                let (count, name, more) = (folder.missing.len(), &folder.name, if folder.missing.len() > 3 { ", …" } else { "" });
                format!(
                    "{count} files of the folder of {name} are missing or damaged, and so are not in the backup: {}{more}",
                    some.join(", ")
                )
            })
            .collect()
    }
}

pub(super) fn entry_of_table(name: &str) -> String {
    format!("tables/{name}")
}

pub(super) fn entry_of_file(folder: &str, checksum: &str) -> String {
    format!("{folder}/{checksum}")
}

pub(super) struct ArchiveWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    pub(super) fn new(out: W) -> ArchiveWriter<W> {
        ArchiveWriter { zip: ZipWriter::new(out) }
    }

    pub(super) fn begin_table(&mut self, name: &str) -> io::Result<()> {
        Ok(self.zip.start_file(entry_of_table(name), options(CompressionMethod::Deflated))?)
    }

    pub(super) fn row(&mut self, row: &str) -> io::Result<()> {
        self.zip.write_all(row.as_bytes()).and_then(|()| self.zip.write_all(b"\n"))
    }

    /// Pictures and papers are compressed in themselves.
    pub(super) fn file(&mut self, folder: &str, checksum: &str, content: &[u8]) -> io::Result<()> {
        self.zip.start_file(entry_of_file(folder, checksum), options(CompressionMethod::Stored))?;
        self.zip.write_all(content)
    }

    pub(super) fn finish(mut self, manifest: &Manifest) -> io::Result<()> {
        self.zip.start_file(MANIFEST, options(CompressionMethod::Deflated))?;
        self.zip.write_all(serde_json::to_string_pretty(manifest).map_err(io::Error::other)?.as_bytes())?;
        self.zip.finish()?.flush()
    }
}

fn options(method: CompressionMethod) -> SimpleFileOptions {
    // Nobody knows how large a table becomes.
    SimpleFileOptions::default().compression_method(method).large_file(true).unix_permissions(0o600)
}

pub(super) fn entry(table: Table, tally: &Tally) -> TableEntry {
    TableEntry { table, rows: tally.rows, digest: tally.digest() }
}
