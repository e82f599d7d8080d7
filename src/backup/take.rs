//! `kontor backup`: all data in one file, while the gateway works.

use std::collections::BTreeMap;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use secrecy::ExposeSecret as _;

use super::archive::{ArchiveWriter, FORMAT, FolderEntry, Manifest, TableEntry, entry};
use super::{KEPT, Kept, unfinished};
use crate::config::Settings;
use crate::domain::Stamp;
use crate::folders::fill_then_rename;
use crate::store::copies::{CopyError, Table, snapshot};

/// Files by their checksums, with their bytes.
type Named = BTreeMap<String, i64>;

struct Unwritten(CopyError);

impl From<std::io::Error> for Unwritten {
    fn from(source: std::io::Error) -> Unwritten {
        Unwritten(CopyError::File { path: Default::default(), source })
    }
}

/// Writes a backup that appears under its name when it is whole.
///
/// # Errors
/// The database cannot be read, or the file cannot be written: then there is no file.
pub(crate) fn take(settings: &Settings, file: &Path) -> Result<Manifest, CopyError> {
    if file.exists() {
        return Err(CopyError::Refused(format!("{}: exists already; choose another name", file.display())));
    }
    let written = fill_then_rename(&unfinished(file), file, |out| {
        let mut out = BufWriter::new(out);
        write(settings, file, &mut out).map_err(Unwritten)
    });
    written.map_err(|Unwritten(error)| match error {
        CopyError::File { source, .. } => CopyError::file(file)(source),
        error => error,
    })
}

/// `file`: the name for messages.
pub(super) fn write(settings: &Settings, file: &Path, out: impl Write + Seek) -> Result<Manifest, CopyError> {
    let fault = CopyError::file(file);
    let mut archive = ArchiveWriter::new(out);
    let database = settings.database.expose_secret();
    let mut named = KEPT.map(|_| Named::new());
    let (steps, tables) = snapshot(database, &settings.patience, |snapshot| {
        let mut tables: Vec<TableEntry> = Vec::new();
        for table in snapshot.tables()? {
            archive.begin_table(&table.name).map_err(&fault)?;
            let tally = snapshot.rows(&table, |row| {
                note_files(&table, row, &mut named);
                archive.row(row).map_err(&fault)
            })?;
            tables.push(entry(table, &tally));
        }
        Ok((snapshot.steps()?, tables))
    })?;
    let mut folders = Vec::new();
    for (kept, named) in KEPT.iter().zip(&named) {
        folders.push(add_files(&mut archive, kept, settings, named).map_err(&fault)?);
    }
    let kind = if database.starts_with("postgres") { "postgresql" } else { "sqlite" };
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: Stamp::now().to_utc().map(|time| time.to_rfc3339()).unwrap_or_default(),
        database: kind.to_owned(),
        steps,
        tables,
        folders,
    };
    archive.finish(&manifest).map_err(&fault)?;
    Ok(manifest)
}

/// Notes which files a row names.
fn note_files(table: &Table, row: &str, named: &mut [Named]) {
    for (kept, named) in KEPT.iter().zip(named).filter(|(kept, _)| kept.table == table.name) {
        let Ok(cells) = serde_json::from_str::<Vec<serde_json::Value>>(row) else { return };
        let cell = |column| table.place(column).and_then(|place| cells.get(place));
        for (checksum, bytes) in kept.columns {
            let found = cell(checksum).and_then(|cell| cell.as_str()).zip(cell(bytes).and_then(|cell| cell.as_i64()));
            named.extend(found.map(|(checksum, bytes)| (checksum.to_owned(), bytes)));
        }
    }
}

/// A file that is gone, or is not what was stored, is said and does not keep the rest from being saved.
fn add_files<W: Write + Seek>(
    archive: &mut ArchiveWriter<W>,
    kept: &Kept,
    settings: &Settings,
    named: &Named,
) -> std::io::Result<FolderEntry> {
    let folder = kept.folder(settings);
    let mut entry = FolderEntry { name: kept.name.to_owned(), files: 0, missing: Vec::new() };
    for (checksum, bytes) in named {
        match folder.read(checksum, *bytes) {
            Some(content) => {
                archive.file(kept.name, checksum, &content)?;
                entry.files += 1;
            }
            None => entry.missing.push(checksum.clone()),
        }
    }
    Ok(entry)
}
