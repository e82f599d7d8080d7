//! `kontor restore`: an archive is read to its end and checked before anything of it is written.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use zip::ZipArchive;
use zip::result::ZipError;

use super::archive::{FORMAT, MANIFEST, Manifest, TableEntry, entry_of_file, entry_of_table};
use super::{KEPT, must_be_empty};
use crate::config::{Settings, database};
use crate::files::checksum;
use crate::store::copies::{CopyError, Tally, Target, fill_steps};
use crate::store::{Sole, Standing, standing_of};

/// Bytes of a manifest.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// A backup that was opened.
pub(crate) struct Archive {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    pub(crate) manifest: Manifest,
}

/// What every format says.
#[derive(Deserialize)]
struct Head {
    format: u32,
    version: String,
}

/// What came of it.
pub(crate) struct Restored {
    /// The schema is that of an earlier version.
    pub(crate) older: bool,
}

impl Archive {
    /// # Errors
    /// It is no backup, is cut off, or a newer version made it.
    pub(crate) fn open(path: &Path) -> Result<Archive, CopyError> {
        let file = File::open(path).map_err(CopyError::file(path))?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
            ZipError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => CopyError::file(path)(source),
            _ => refused(path, "is no backup of Kontor, or it is cut off; copy it again, or use another one"),
        })?;
        let mut text = String::new();
        match zip.by_name(MANIFEST) {
            Ok(entry) => entry.take(LARGEST_MANIFEST).read_to_string(&mut text).map_err(|error| damaged(path, MANIFEST, &error))?,
            Err(_) => return Err(refused(path, "is an archive, but no backup of Kontor: it has no manifest")),
        };
        let Head { format, version } = serde_json::from_str(&text).map_err(|error| damaged(path, MANIFEST, &error))?;
        if format > FORMAT {
            let text =
                format!("was made by Kontor {version} in format {format}, which this version does not know; restore it with that version");
            return Err(refused(path, &text));
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| damaged(path, MANIFEST, &error))?;
        if let Standing::Newer(step) = standing_of(&manifest.steps)? {
            let text = format!(
                "was made by Kontor {version}, and its schema has step {step}, which this version does not know; restore it with that version"
            );
            return Err(refused(path, &text));
        }
        Ok(Archive { path: path.to_owned(), zip, manifest })
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// What of it is missing or damaged.
    pub(crate) fn check(&mut self) -> Result<(), CopyError> {
        for table in self.manifest.tables.clone() {
            self.rows(&table, |_| Ok(()))?;
        }
        self.files(|_, _, _| Ok(()))
    }

    /// Gives each row of a table, which are those that were stored.
    fn rows(&mut self, table: &TableEntry, mut each: impl FnMut(&str) -> Result<(), CopyError>) -> Result<Tally, CopyError> {
        let name = entry_of_table(&table.table.name);
        let entry = self.zip.by_name(&name).map_err(|error| damaged(&self.path, &name, &error))?;
        let mut tally = Tally::default();
        for row in BufReader::new(entry).lines() {
            let row = row.map_err(|error| damaged(&self.path, &name, &error))?;
            tally.add(&row);
            each(&row)?;
        }
        if (tally.rows, tally.digest()) != (table.rows, table.digest.clone()) {
            return Err(damaged(&self.path, &name, &"its rows are not those that the manifest names"));
        }
        Ok(tally)
    }

    /// Gives each file: its folder, checksum and content.
    fn files(&mut self, mut each: impl FnMut(&str, &str, &[u8]) -> Result<(), CopyError>) -> Result<(), CopyError> {
        for folder in &self.manifest.folders {
            let prefix = entry_of_file(&folder.name, "");
            let names: Vec<String> = self.zip.file_names().filter_map(|name| Some(name.ok()?.strip_prefix(&prefix)?.to_owned())).collect();
            if u64::try_from(names.len()) != Ok(folder.files) {
                let text = format!("it has {} files, and the manifest names {}", names.len(), folder.files);
                return Err(damaged(&self.path, &folder.name, &text));
            }
            for name in names {
                let path = entry_of_file(&folder.name, &name);
                let mut content = Vec::new();
                let read = self.zip.by_name(&path).map_err(io::Error::from).and_then(|mut entry| entry.read_to_end(&mut content));
                read.map_err(|error| damaged(&self.path, &path, &error))?;
                if checksum(&content) != name {
                    return Err(damaged(&self.path, &path, &"its content is not that of its checksum"));
                }
                each(&folder.name, &name, &content)?;
            }
        }
        Ok(())
    }

    /// Fills an empty database and the folders. The archive is checked first.
    ///
    /// # Errors
    /// Why nothing was restored. Files that were written stay in the folders, where a second attempt finds them.
    pub(crate) fn restore(&mut self, settings: &Settings) -> Result<Restored, CopyError> {
        let url = settings.database.expose_secret();
        let shown = database::for_display(url);
        must_be_empty(url, &shown, settings.patience)?;
        self.check()?;
        let _sole = Sole::of(url).map_err(CopyError::Refused)?;
        self.files(|name, checksum, content| {
            let kept = KEPT.iter().find(|kept| kept.name == name);
            kept.map_or(Ok(()), |kept| Ok(kept.folder(settings).keep(checksum, content)?))
        })?;
        let (tables, steps) = (self.manifest.tables.clone(), self.manifest.steps.clone());
        fill_steps(url, &steps, |target| self.fill(target, &tables))?;
        Ok(Restored { older: matches!(standing_of(&steps)?, Standing::Older(_) | Standing::Empty) })
    }

    fn fill(&mut self, target: &mut Target<'_>, tables: &[TableEntry]) -> Result<(), CopyError> {
        let made = target.tables()?;
        if let Some(entry) = tables.iter().find(|entry| !made.contains(&entry.table)) {
            let text = format!("its table {} has other columns than the schema that it names", entry.table.name);
            return Err(refused(&self.path, &text));
        }
        for entry in tables {
            let read = self.rows(entry, |row| target.put(&entry.table, row))?;
            target.end(&entry.table)?;
            target.must_have(&entry.table, &read)?;
        }
        Ok(())
    }
}

fn refused(path: &Path, text: &str) -> CopyError {
    CopyError::Refused(format!("{}: {text}", path.display()))
}

fn damaged(path: &Path, entry: &str, error: &dyn std::fmt::Display) -> CopyError {
    refused(path, &format!("{entry} is damaged: {error}; copy the backup again, or use another one"))
}
