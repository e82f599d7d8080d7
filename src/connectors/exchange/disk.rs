//! The folder of an account: what is in it, who may use it, and every touch of the disk.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::{fs, sync::Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::feeds::{self, Exchange, Text};
use super::super::{ChannelError, lock as lock_of};
use crate::domain::AccountId;
use crate::domain::document::Version;
use crate::domain::hex::hex;
use crate::folders::{Lock, hand_over, write_then_rename};

/// What Kontor keeps for itself.
const OWN: &str = ".kontor";
/// Files that wait for the partner. He is away, or nobody connected him: more would only fill the disk.
const MOST_WAITING: usize = 10_000;
/// As files are stamped; names sort as times.
const STAMP: &str = "%Y%m%dT%H%M%S%6fZ";

/// Which way a document goes; the name of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Export {
    Offers,
    Orders,
}

impl Export {
    pub(super) fn word(self) -> &'static str {
        match self {
            Export::Offers => "OfferExport",
            Export::Orders => "OrderExport",
        }
    }
}

/// Where the partner puts his orders.
pub(super) const IMPORT: &str = "OrderImport";

/// What Kontor keeps of offers and orders, a file for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Offer,
    Order,
}

impl Kept {
    fn folder(self) -> &'static str {
        match self {
            Kept::Offer => "offers",
            Kept::Order => "orders",
        }
    }
}

/// Says which folder it is, wherever it is mounted.
#[derive(Debug, Serialize, Deserialize)]
struct Identity {
    version: Version<1>,
    id: String,
    account_id: AccountId,
}

pub(super) struct Disk {
    folder: PathBuf,
    account_id: AccountId,
    /// Which folder it was when somebody asked, else when it was used first.
    known: Mutex<Option<String>>,
    #[cfg(test)]
    pub(super) weather: super::stage::Weather,
}

/// The folder, which nobody else uses meanwhile.
pub(super) struct Held<'d> {
    disk: &'d Disk,
    pub(super) id: String,
    #[expect(dead_code, reason = "held, not read")]
    lock: Lock,
}

impl Disk {
    pub(super) fn new(folder: PathBuf, account_id: AccountId) -> Disk {
        Disk {
            folder,
            account_id,
            known: Mutex::new(None),
            #[cfg(test)]
            weather: super::stage::Weather::default(),
        }
    }

    pub(super) fn import(&self) -> PathBuf {
        self.folder.join(IMPORT)
    }

    fn own(&self, name: &str) -> PathBuf {
        self.folder.join(OWN).join(name)
    }

    /// One touch of the disk.
    pub(super) fn touch<T>(&self, path: &Path, work: impl FnOnce() -> io::Result<T>) -> Result<T, ChannelError> {
        #[cfg(test)]
        let result = self.weather.strikes(work);
        #[cfg(not(test))]
        let result = work();
        result.map_err(|error| away(format!("{}: {error}; {}", path.display(), remedy(&error))))
    }

    /// Takes the folder. Only the question which one it is may furnish a new one: a folder that is empty all of a sudden is one
    /// whose disk is not mounted.
    pub(super) fn hold(&self, furnish: bool) -> Result<Held<'_>, ChannelError> {
        let lock = self.touch(&self.folder, || Lock::take(&self.folder))?;
        let lock = lock.ok_or_else(|| away(format!("{}: another process uses the folder at the moment", self.folder.display())))?;
        let path = self.own("folder.json");
        let identity = match self.touch(&path, || read::<Identity>(&path))? {
            Some(identity) => identity,
            None if furnish => self.furnish(&path)?,
            None => {
                let text = "is not there: the disk is not mounted, or somebody emptied the folder; mount it, or restart Kontor for an empty folder";
                return Err(away(format!("{}: {text}", path.display())));
            }
        };
        if identity.account_id != self.account_id {
            let text = format!("belongs to account {}; give each account a folder of its own", identity.account_id);
            return Err(ChannelError::Protocol { reason: format!("{}: {text}", self.folder.display()) });
        }
        let mut known = lock_of(&self.known);
        if !furnish && known.as_ref().is_some_and(|known| *known != identity.id) {
            let text = "is another folder than before under the same name; mount the right one, or restart Kontor";
            return Err(away(format!("{}: {text}", self.folder.display())));
        }
        *known = Some(identity.id.clone());
        Ok(Held { disk: self, id: identity.id, lock })
    }

    fn furnish(&self, path: &Path) -> Result<Identity, ChannelError> {
        let identity = Identity { version: Version, id: hex(&rand::random::<u128>().to_be_bytes()), account_id: self.account_id };
        self.touch(&self.folder, || {
            for folder in [OWN, IMPORT, Export::Offers.word(), Export::Orders.word()] {
                match fs::create_dir(self.folder.join(folder)) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                }
            }
            Ok(())
        })?;
        self.touch(path, || self.write(path, &identity))?;
        Ok(identity)
    }

    fn write(&self, path: &Path, value: &impl Serialize) -> io::Result<()> {
        let unfinished = self.own("unfinished");
        forget(&unfinished)?;
        write_then_rename(&unfinished, path, &serde_json::to_vec(value)?)
    }
}

impl Held<'_> {
    /// A name that fits into a file system, whatever is in the number.
    fn place(&self, kept: Kept, number: &str) -> PathBuf {
        let digest = hex(&Sha256::digest(number));
        let (shelf, name) = digest.split_at(2);
        self.disk.own(kept.folder()).join(shelf).join(format!("{name}.json"))
    }

    pub(super) fn load<T: DeserializeOwned>(&self, kept: Kept, number: &str) -> Result<Option<T>, ChannelError> {
        let path = self.place(kept, number);
        self.disk.touch(&path, || read(&path))
    }

    pub(super) fn keep(&self, kept: Kept, number: &str, value: &impl Serialize) -> Result<(), ChannelError> {
        let path = self.place(kept, number);
        self.disk.touch(&path, || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            self.disk.write(&path, value)
        })
    }

    /// Something about the account as a whole.
    pub(super) fn load_note<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ChannelError> {
        let path = self.disk.own(name);
        self.disk.touch(&path, || read(&path))
    }

    pub(super) fn keep_note(&self, name: &str, value: &impl Serialize) -> Result<(), ChannelError> {
        let path = self.disk.own(name);
        self.disk.touch(&path, || self.disk.write(&path, value))
    }

    /// Has `each` see everything that is kept, one after the other.
    pub(super) fn all<T: DeserializeOwned>(&self, kept: Kept, mut each: impl FnMut(T) -> io::Result<()>) -> io::Result<()> {
        let folder = self.disk.own(kept.folder());
        if !folder.exists() {
            return Ok(());
        }
        let mut shelves = fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        shelves.sort();
        for shelf in shelves {
            let mut files = fs::read_dir(&shelf)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
            files.sort();
            for file in files {
                if let Some(value) = read(&file)? {
                    each(value)?;
                }
            }
        }
        Ok(())
    }

    /// Hands a document over to the partner, whole or not at all.
    pub(super) fn export(
        &self,
        export: Export,
        now: DateTime<Utc>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), ChannelError> {
        let folder = self.disk.folder.join(export.word());
        let before = format!("{}_{}_", export.word(), self.disk.account_id);
        let (waiting, last) = self.disk.touch(&folder, || waiting(&folder, &before))?;
        if waiting >= MOST_WAITING {
            return Err(away(format!("{}: {waiting} files wait for the partner, who takes none away", folder.display())));
        }
        // The partner reads them in the order of their names, whatever became of the clock.
        let stamp = last.filter(|last| *last >= now).map_or(now, |last| last + TimeDelta::microseconds(1));
        let path = folder.join(format!("{before}{}.xml", stamp.format(STAMP)));
        let unfinished = self.disk.own("unfinished");
        self.disk.touch(&path, || {
            forget(&unfinished)?;
            hand_over(&unfinished, &path, write)
        })
    }

    /// The same for a text, which is noted for `fetchFeeds`.
    pub(super) fn export_text(&self, export: Export, now: DateTime<Utc>, text: &str) -> Result<(), ChannelError> {
        let result = self.export(export, now, |file| file.write_all(text.as_bytes()));
        if feeds::wanted() {
            let failure = result.as_ref().err().map(ToString::to_string);
            let target = format!("file {}", export.word());
            feeds::note(Exchange { target, request: Text::of(text.as_bytes()), status: None, answer: Text::default(), failure });
        }
        result
    }
}

/// How many files of a kind wait, and when the last one was written.
fn waiting(folder: &Path, before: &str) -> io::Result<(usize, Option<DateTime<Utc>>)> {
    let (mut count, mut last) = (0_usize, None);
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let Some(stamp) = name.strip_prefix(before).and_then(|name| name.strip_suffix(".xml")) else { continue };
        count = count.saturating_add(1);
        last = last.max(chrono::NaiveDateTime::parse_from_str(stamp, STAMP).ok().map(|time| time.and_utc()));
    }
    Ok((count, last))
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a process left that was killed while it wrote.
fn forget(unfinished: &Path) -> io::Result<()> {
    match fs::remove_file(unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn away(reason: String) -> ChannelError {
    ChannelError::Unavailable { reason, retry_after: None }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "the folder has to be there; mount its disk, or create it",
        ErrorKind::StorageFull => "make room on its disk",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "give Kontor the right to write there",
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            "the file was damaged; restore it from a backup, or remove it and list the offers again"
        }
        _ => "Kontor tries again",
    }
}
