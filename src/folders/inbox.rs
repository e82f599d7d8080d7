//! A folder into which somebody puts files: each is read once and moved away, with a note where something of it cannot be taken.
//!
//! Whoever writes a file may take his time, or write it under another name and rename it then. After a crash a file may be read
//! again: what is done with it must be harmless the second time.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::put::Lock;
use crate::domain::layout::short;

/// Where files go, in the folder itself: renaming does not cross file systems.
const DONE: &str = "archive";
const REFUSED: &str = "error";
/// A file that changed within this time may be half-written.
const SETTLES: Duration = Duration::from_secs(5);
/// Names of files that are being written.
const UNFINISHED: [&str; 6] = ["tmp", "part", "partial", "filepart", "crdownload", "lock"];
/// Files of one look; the others follow with the next.
const MOST_FILES: usize = 200;
/// Bytes that stay of a long name: most file systems take 255 in all.
const MOST_OF_A_NAME: usize = 200;
/// Files of one name in the archive.
const MOST_NAMESAKES: u32 = 10_000;

/// Size and time of the last change of a file, by which it is seen whether somebody still writes.
type Look = (u64, Option<SystemTime>);

/// A watched folder.
#[derive(Debug)]
pub(crate) struct Inbox {
    path: PathBuf,
    /// Bytes of a file.
    most_bytes: usize,
    /// How long a file must not have changed. Zero: whoever writes renames, so each file is whole.
    settles: Duration,
    /// As the files were at the last look.
    seen: BTreeMap<OsString, Look>,
}

/// A file that is whole.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) name: OsString,
    look: Look,
}

impl Waiting {
    /// Recognises the file for as long as nobody changes or renames it.
    pub(crate) fn mark(&self) -> String {
        let (bytes, changed) = &self.look;
        let changed = changed.and_then(|changed| changed.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
        format!("{bytes}/{}/{}", changed.as_nanos(), self.name.to_string_lossy())
    }

    /// How long nobody has changed it.
    pub(crate) fn age(&self, now: SystemTime) -> Duration {
        self.look.1.and_then(|changed| now.duration_since(changed).ok()).unwrap_or_default()
    }
}

/// What its reader makes of a file.
#[derive(Debug)]
pub(crate) enum Verdict<T> {
    Taken(T),
    /// Taken but for some lines: their places and reasons.
    Partly(T, String),
    /// Nothing of it was taken: the place and the reason.
    Refused(String),
}

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome<T> {
    Taken(T),
    /// The reasons are beside it.
    Partly(T, String),
    Refused(String),
    /// Somebody still writes, or another process took it.
    Left,
}

/// A file by name, and what became of it.
pub(crate) type Looked<T> = (String, Outcome<T>);

/// Why a look ended early. What is left is tried again with the next one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError<E> {
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// Its reader could not work, for a reason that has nothing to do with the file.
    #[error(transparent)]
    Reader(#[from] E),
}

impl Inbox {
    pub(crate) fn new(path: PathBuf, most_bytes: usize) -> Inbox {
        Inbox { path, most_bytes, settles: SETTLES, seen: BTreeMap::new() }
    }

    /// With another time in which a file must not have changed.
    pub(crate) fn settling(self, settles: Duration) -> Inbox {
        Inbox { settles, ..self }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Has `read` take what is whole, at most one byte more than a file may have. Gives what became of each file.
    ///
    /// # Errors
    /// The folder cannot be used, or what `read` says.
    pub(crate) fn look<T, E>(
        &mut self,
        now: SystemTime,
        mut read: impl FnMut(&[u8]) -> Result<Verdict<T>, E>,
    ) -> Result<Vec<Looked<T>>, LookError<E>> {
        let path = self.path.clone();
        let place = |source| LookError::Folder { path: path.clone(), source };
        self.furnish().map_err(place)?;
        let Some(_lock) = Lock::take(&self.path).map_err(place)? else { return Ok(Vec::new()) };
        let mut outcomes = Vec::new();
        for waiting in self.whole(now).map_err(place)?.iter().take(MOST_FILES) {
            let outcome = self.take(waiting, now, &mut read)?;
            outcomes.push((short(&waiting.name.to_string_lossy(), 100), outcome));
        }
        Ok(outcomes)
    }

    /// Makes the folders into which files go.
    pub(crate) fn furnish(&self) -> io::Result<()> {
        // Never the folder itself: it may be of a file system that is not there at the moment.
        for folder in [DONE, REFUSED] {
            match fs::create_dir(self.path.join(folder)) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// What is whole, the oldest first. Whoever asks is the only one who takes files away.
    pub(crate) fn whole(&mut self, now: SystemTime) -> io::Result<Vec<Waiting>> {
        let files = self.files()?;
        let is_whole = |(name, look): &(OsString, Look)| {
            self.settles.is_zero() || (self.seen.get(name) == Some(look) && is_settled(look, now, self.settles))
        };
        let whole = files.iter().filter(|file| is_whole(file)).map(|(name, look)| Waiting { name: name.clone(), look: *look }).collect();
        self.seen = files.into_iter().collect();
        Ok(whole)
    }

    /// The bytes of a file, one more than are read at most. `None`: it is gone, or somebody writes to it again.
    pub(crate) fn content(&self, waiting: &Waiting) -> io::Result<Option<Vec<u8>>> {
        content(&self.path.join(&waiting.name), &waiting.look, self.most_bytes)
    }

    /// Moves a file away, with a note where something of it was not taken.
    pub(crate) fn put_away<T>(&self, waiting: &Waiting, verdict: &Verdict<T>, now: SystemTime) -> io::Result<()> {
        let into = if matches!(verdict, Verdict::Taken(_)) { DONE } else { REFUSED };
        let moved = self.move_away(&self.path.join(&waiting.name), into, now)?;
        match (moved, said(verdict)) {
            (Some(to), Some(text)) => note(&to, &waiting.name, &text, now),
            _ => Ok(()),
        }
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

    fn take<T, E>(
        &self,
        waiting: &Waiting,
        now: SystemTime,
        read: &mut impl FnMut(&[u8]) -> Result<Verdict<T>, E>,
    ) -> Result<Outcome<T>, LookError<E>> {
        let verdict = match self.content(waiting) {
            Ok(None) => return Ok(Outcome::Left),
            Ok(Some(bytes)) => read(&bytes)?,
            Err(error) => Verdict::Refused(format!("the file cannot be read: {error}")),
        };
        let into = if matches!(verdict, Verdict::Taken(_)) { DONE } else { REFUSED };
        self.put_away(waiting, &verdict, now).map_err(|source| LookError::Folder { path: self.path.join(into), source })?;
        Ok(match verdict {
            Verdict::Taken(done) => Outcome::Taken(done),
            Verdict::Partly(done, why) => Outcome::Partly(done, why),
            Verdict::Refused(why) => Outcome::Refused(why),
        })
    }

    /// Moves a file into a folder, under a name that nothing has there. `None`: somebody took it away meanwhile.
    fn move_away(&self, from: &Path, into: &str, now: SystemTime) -> io::Result<Option<PathBuf>> {
        let to = free_name(&self.path.join(into), from, now)?;
        match fs::rename(from, &to) {
            Ok(()) => Ok(Some(to)),
            Err(error) => {
                // The name was kept for it.
                let _ = fs::remove_file(&to);
                if error.kind() == ErrorKind::NotFound { Ok(None) } else { Err(error) }
            }
        }
    }
}

/// What the note says beside place and reason.
fn said<T>(verdict: &Verdict<T>) -> Option<String> {
    match verdict {
        Verdict::Taken(_) => None,
        Verdict::Partly(_, why) => Some(format!(
            "{why}\n\nEverything else in this file was taken. Mend these lines, or do what they say, and put the file into the folder again: what was taken does not count twice."
        )),
        Verdict::Refused(why) => {
            Some(format!("{why}\n\nNothing of this file was imported. Mend it or fetch it again, and put it into the folder again."))
        }
    }
}

/// Says beside a file where and why.
fn note(refused: &Path, name: &OsStr, text: &str, now: SystemTime) -> io::Result<()> {
    let mut path = refused.as_os_str().to_owned();
    path.push(".txt");
    let name = short(&name.to_string_lossy(), 200);
    let when = DateTime::<Utc>::from(now).format("%Y-%m-%d %H:%M:%S UTC");
    File::create(path)?.write_all(format!("{name}, {when}\n{text}\n").as_bytes())
}

/// A clock that was set back must not hold a file up for ever.
fn is_settled((_, changed): &Look, now: SystemTime, settles: Duration) -> bool {
    changed.and_then(|changed| now.duration_since(changed).ok()).is_none_or(|age| age >= settles)
}

fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    name.starts_with(['.', '~']) || UNFINISHED.contains(&ending)
}

/// The bytes of a file, one more than are read at most. `None`: it is gone, or changed while it was read.
fn content(path: &Path, look: &Look, most_bytes: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let most = u64::try_from(most_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    (&file).take(most).read_to_end(&mut bytes)?;
    let data = file.metadata()?;
    let now: Look = (data.len(), data.modified().ok());
    Ok(Some(bytes).filter(|_| now == *look))
}

/// A file's name with room for what is put before and behind it, and with its ending.
fn shortened(name: &OsStr) -> OsString {
    if name.len() <= MOST_OF_A_NAME {
        return name.to_owned();
    }
    let text = name.to_string_lossy();
    let ending = Path::new(text.as_ref()).extension().map(OsStr::to_string_lossy).filter(|ending| ending.len() <= 10);
    let begin = text.get(..text.floor_char_boundary(MOST_OF_A_NAME)).unwrap_or_default();
    OsString::from(ending.map_or_else(|| begin.to_owned(), |ending| format!("{begin}.{ending}")))
}

/// A name for a file in a folder, kept by an empty file: day and time, then its own.
fn free_name(folder: &Path, file: &Path, now: SystemTime) -> io::Result<PathBuf> {
    let stamp = DateTime::<Utc>::from(now).format("%Y%m%dT%H%M%SZ").to_string();
    for number in 1..=MOST_NAMESAKES {
        let mut name = OsString::from(if number == 1 { format!("{stamp}-") } else { format!("{stamp}-{number}-") });
        name.push(shortened(file.file_name().unwrap_or_default()));
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
mod tests {
    use super::*;

    #[test]
    fn a_file_with_a_name_as_long_as_may_be_moves_and_keeps_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("{}.xml", "ä".repeat(125));
        assert_eq!(name.len(), 254);
        let moved = free_name(folder.path(), Path::new(&name), SystemTime::now()).unwrap();
        assert!(moved.extension().is_some_and(|ending| ending == "xml"), "{moved:?}");
        note(&moved, OsStr::new(&name), "why", SystemTime::now()).unwrap();
        assert_ne!(free_name(folder.path(), Path::new(&name), SystemTime::now()).unwrap(), moved);
        assert_eq!(shortened(OsStr::new("short.xml")), "short.xml");
    }
}
