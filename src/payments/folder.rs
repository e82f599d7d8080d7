//! A folder into which somebody puts statements: each file is imported once and moved away, with a note where it cannot be.
//!
//! Whoever writes a file may take his time, or write it under another name and rename it then. A crash at any point is harmless,
//! because an import that is repeated changes nothing.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::file::{self, MOST_BYTES};
use super::import::{Import, ImportError, Imported, import};
use super::statement::Fault;
use crate::domain::layout::short;
use crate::domain::{AccountId, Failure};
use crate::store::Store;

/// Where files go, in the folder itself: renaming does not cross file systems.
const DONE: &str = "archive";
const REFUSED: &str = "error";
/// One process at a time works in the folder. The system lets go of it when a process ends, however it does.
const LOCK: &str = ".kontor.lock";
/// A file that changed within this time may be half-written.
const SETTLES: Duration = Duration::from_secs(5);
/// Names of files that are being written.
const UNFINISHED: [&str; 6] = ["tmp", "part", "partial", "filepart", "crdownload", "lock"];
/// Files of one look; the others follow with the next.
const MOST_FILES: usize = 200;
/// Files of one name in the archive.
const MOST_NAMESAKES: u32 = 10_000;

/// Size and time of the last change of a file, by which it is seen whether somebody still writes.
type Look = (u64, Option<SystemTime>);

/// A watched folder.
pub(crate) struct Folder {
    path: PathBuf,
    how: Import,
    /// As the files were at the last look.
    seen: BTreeMap<OsString, Look>,
}

/// A file by name, and what became of it.
pub(crate) type Looked = (String, Outcome);

/// What became of a file.
#[derive(Debug)]
pub(crate) enum Outcome {
    Imported(Imported),
    /// It cannot be taken; the reason is beside it.
    Refused(Fault),
    /// Somebody still writes, or another process took it.
    Left,
}

impl Folder {
    pub(crate) fn new(path: PathBuf, how: Import) -> Folder {
        Folder { path, how, seen: BTreeMap::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes what is whole. Gives what became of each file, and the accounts whose channels hear of something.
    ///
    /// # Errors
    /// The folder cannot be used, or the database cannot be reached: what is left is tried again with the next look.
    pub(crate) fn look(&mut self, store: &Store, now: SystemTime) -> Result<(Vec<Looked>, Vec<AccountId>), LookError> {
        let place = |source| LookError::Folder { path: self.path.clone(), source };
        // Never the folder itself: it may be of a file system that is not there at the moment.
        for folder in [DONE, REFUSED] {
            match fs::create_dir(self.path.join(folder)) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(place(error)),
                _ => {}
            }
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(self.path.join(LOCK)).map_err(place)?;
        if lock.try_lock().is_err() {
            return Ok((Vec::new(), Vec::new()));
        }
        let (mut outcomes, mut accounts) = (Vec::new(), Vec::new());
        let mut seen = BTreeMap::new();
        for (name, look) in self.files().map_err(place)? {
            let whole = self.seen.get(&name) == Some(&look) && is_settled(&look, now);
            seen.insert(name.clone(), look);
            if !whole || outcomes.len() >= MOST_FILES {
                continue;
            }
            match self.take(store, &name, &look, now) {
                Ok((outcome, woken)) => {
                    accounts.extend(woken);
                    outcomes.push((short(&name.to_string_lossy(), 100), outcome));
                }
                Err(error) => {
                    self.seen = seen;
                    return Err(error);
                }
            }
        }
        self.seen = seen;
        Ok((outcomes, accounts))
    }

    /// Files that are put here, the oldest first. Folders, links and what is being written are none.
    fn files(&self) -> io::Result<Vec<(OsString, Look)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            if !entry.file_type()?.is_file() || is_unfinished(&name) {
                continue;
            }
            match entry.metadata() {
                Ok(data) => files.push((name, (data.len(), data.modified().ok()))),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        files.sort_by(|(one, (_, earlier)), (other, (_, later))| (earlier, one).cmp(&(later, other)));
        Ok(files)
    }

    fn take(&self, store: &Store, name: &OsStr, look: &Look, now: SystemTime) -> Result<(Outcome, Vec<AccountId>), LookError> {
        let from = self.path.join(name);
        let imported = match content(&from, look) {
            Ok(None) => return Ok((Outcome::Left, Vec::new())),
            Ok(Some(bytes)) => file::read(&bytes).map_err(ImportError::from).and_then(|statements| import(store, statements, &self.how)),
            Err(error) => Err(Fault::at(0, format!("the file cannot be read: {error}")).into()),
        };
        match imported {
            Ok((done, accounts)) => {
                self.move_away(&from, DONE, now)?;
                Ok((Outcome::Imported(done), accounts))
            }
            Err(ImportError::Fault(fault)) => {
                if let Some(to) = self.move_away(&from, REFUSED, now)? {
                    self.note(&to, name, &fault, now)?;
                }
                Ok((Outcome::Refused(fault), Vec::new()))
            }
            Err(ImportError::Store(failure)) => Err(LookError::Store(failure)),
        }
    }

    /// Moves a file into a folder, under a name that nothing has there. `None`: somebody took it away meanwhile.
    fn move_away(&self, from: &Path, into: &str, now: SystemTime) -> Result<Option<PathBuf>, LookError> {
        let place = |source| LookError::Folder { path: self.path.join(into), source };
        let to = free_name(&self.path.join(into), from, now).map_err(place)?;
        match fs::rename(from, &to) {
            Ok(()) => Ok(Some(to)),
            Err(error) => {
                // The name was kept for it.
                let _ = fs::remove_file(&to);
                if error.kind() == ErrorKind::NotFound { Ok(None) } else { Err(place(error)) }
            }
        }
    }

    /// Says beside a refused file where and why.
    fn note(&self, refused: &Path, name: &OsStr, fault: &Fault, now: SystemTime) -> Result<(), LookError> {
        let mut path = refused.as_os_str().to_owned();
        path.push(".txt");
        let name = short(&name.to_string_lossy(), 200);
        let when = DateTime::<Utc>::from(now).format("%Y-%m-%d %H:%M:%S UTC");
        let text = format!(
            "{name}, {when}\n{fault}\n\nNothing of this file was imported. Mend it or fetch it again, and put it into the folder again.\n"
        );
        let written = File::create(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|source| LookError::Folder { path: path.into(), source })
    }
}

/// Why a look ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] Failure),
}

/// A clock that was set back must not hold a file up for ever.
fn is_settled((_, changed): &Look, now: SystemTime) -> bool {
    changed.and_then(|changed| now.duration_since(changed).ok()).is_none_or(|age| age >= SETTLES)
}

fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    name.starts_with(['.', '~']) || UNFINISHED.contains(&ending)
}

/// The bytes of a file, one more than are read at most. `None`: it is gone, or changed while it was read.
fn content(path: &Path, look: &Look) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    (&file).take(most).read_to_end(&mut bytes)?;
    let data = file.metadata()?;
    let now: Look = (data.len(), data.modified().ok());
    Ok(Some(bytes).filter(|_| now == *look))
}

/// A name for a file in a folder, kept by an empty file: day and time, then its own.
fn free_name(folder: &Path, file: &Path, now: SystemTime) -> io::Result<PathBuf> {
    let stamp = DateTime::<Utc>::from(now).format("%Y%m%dT%H%M%SZ").to_string();
    for number in 1..=MOST_NAMESAKES {
        let mut name = OsString::from(if number == 1 { format!("{stamp}-") } else { format!("{stamp}-{number}-") });
        name.push(file.file_name().unwrap_or_default());
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(ErrorKind::AlreadyExists))
}

#[cfg(test)]
mod tests;
