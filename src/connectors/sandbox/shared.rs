//! A shop and those who share it: the threads of this process and, where a file keeps the shop, other processes.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use super::super::{StateError, lock};
use super::shop::Shop;
use crate::domain::AccountId;

/// One shop. Who works on it is alone with it, and finds what all others left.
#[derive(Debug)]
pub(crate) struct SharedShop {
    turns: Turns,
    held: Mutex<Held>,
}

/// Whoever comes first works first. The lock alone lets those overtake who are awake, and many buyers would keep the dispatcher out.
#[derive(Debug, Default)]
struct Turns {
    next: AtomicU64,
    now: Mutex<u64>,
    changed: Condvar,
}

struct Turn<'a>(&'a Turns);

impl Turns {
    fn wait(&self) -> Turn<'_> {
        let mine = self.next.fetch_add(1, Ordering::SeqCst);
        let mut now = lock(&self.now);
        while *now != mine {
            now = self.changed.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.now) += 1;
        self.0.changed.notify_all();
    }
}

#[derive(Debug)]
struct Held {
    shop: Shop,
    kept: Option<StateFile>,
}

impl SharedShop {
    /// A shop that ends with this process.
    pub(crate) fn new(account_id: AccountId) -> SharedShop {
        SharedShop { turns: Turns::default(), held: Mutex::new(Held { shop: Shop::new(account_id), kept: None }) }
    }

    /// The shop that `file` keeps, or a new one that it will keep from now on.
    pub(crate) fn open(account_id: AccountId, file: &Path) -> Result<SharedShop, StateError> {
        let kept = StateFile::open(account_id, file)?;
        kept.lock()?;
        let shop = kept.read();
        kept.unlock();
        Ok(SharedShop { turns: Turns::default(), held: Mutex::new(Held { shop: shop?, kept: Some(kept) }) })
    }

    /// Works on the shop as it is now, and keeps what became of it. An error means that it could not be read, then
    /// nothing was done; or not be written, then others do not see what was done.
    pub(crate) fn work<T>(&self, work: impl FnOnce(&mut Shop) -> T) -> Result<T, StateError> {
        let _turn = self.turns.wait();
        let mut held = lock(&self.held);
        let Held { shop, kept } = &mut *held;
        let Some(kept) = kept else { return Ok(work(shop)) };
        kept.lock()?;
        let done = kept.work(shop, work);
        kept.unlock();
        done
    }
}

/// The file of a shop. The lock lies in a file beside it, because each change replaces the file itself. It holds the
/// number of the last change, by which a process sees whether what it remembers is still the newest.
#[derive(Debug)]
struct StateFile {
    account_id: AccountId,
    path: PathBuf,
    lock: File,
    /// The change that this process remembers.
    known: Option<u64>,
}

/// Digits of the number in the lock file: always as many, so that it is replaced in one write.
const DIGITS: usize = 20;

impl StateFile {
    fn open(account_id: AccountId, path: &Path) -> Result<StateFile, StateError> {
        let beside = beside(path, ".lock");
        let lock = private().read(true).truncate(false).open(&beside);
        let lock = lock.map_err(|source| StateError::File { path: beside, what: "opened", source })?;
        Ok(StateFile { account_id, path: path.to_owned(), lock, known: None })
    }

    fn failed(&self, what: &'static str, source: std::io::Error) -> StateError {
        StateError::File { path: self.path.clone(), what, source }
    }

    /// Waits until nobody else works on the shop. The system gives the lock of a process that was killed back.
    fn lock(&self) -> Result<(), StateError> {
        self.lock.lock().map_err(|error| self.failed("locked", error))
    }

    fn unlock(&self) {
        if let Err(error) = self.lock.unlock() {
            log::error!("{}", self.failed("unlocked", error));
        }
    }

    fn work<T>(&mut self, shop: &mut Shop, work: impl FnOnce(&mut Shop) -> T) -> Result<T, StateError> {
        let last = self.last_change()?;
        if last.is_none() || last != self.known {
            *shop = self.read()?;
            self.known = last;
        }
        let before = shop.sequence;
        let result = work(shop);
        if shop.sequence != before {
            self.write(shop, last.unwrap_or_default().saturating_add(1))?;
        }
        Ok(result)
    }

    fn read(&self) -> Result<Shop, StateError> {
        let shop = match std::fs::read(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Shop::new(self.account_id),
            Err(error) => return Err(self.failed("read", error)),
            Ok(text) => {
                serde_json::from_slice::<Shop>(&text).map_err(|source| StateError::Unreadable { path: self.path.clone(), source })?
            }
        };
        if shop.account_id != self.account_id {
            return Err(StateError::OfAnotherAccount { path: self.path.clone(), account_id: shop.account_id });
        }
        Ok(shop)
    }

    fn last_change(&mut self) -> Result<Option<u64>, StateError> {
        let mut text = String::with_capacity(DIGITS);
        let read = self.lock.seek(SeekFrom::Start(0)).and_then(|_| self.lock.read_to_string(&mut text));
        read.map_err(|error| self.failed("read", error))?;
        Ok(text.parse().ok())
    }

    /// A new file, then a rename, so that a killed process leaves either the old state or the new one. The number goes
    /// first: should the rename not follow, others only read once in vain. Not synced to disk: a sandbox need not
    /// outlive a power cut.
    fn write(&mut self, shop: &Shop, change: u64) -> Result<(), StateError> {
        self.known = None;
        let text = serde_json::to_vec(shop).map_err(|error| self.failed("put into JSON", error.into()))?;
        let new = beside(&self.path, ".new");
        let written = private().truncate(true).open(&new).and_then(|mut file| file.write_all(&text));
        written.map_err(|error| self.failed("written", error))?;
        let number = format!("{change:0DIGITS$}");
        let noted = self.lock.seek(SeekFrom::Start(0)).and_then(|_| self.lock.write_all(number.as_bytes()));
        noted.map_err(|error| self.failed("written", error))?;
        std::fs::rename(&new, &self.path).map_err(|error| self.failed("replaced", error))?;
        self.known = Some(change);
        Ok(())
    }
}

/// For a file that is created where it is missing; what customers ordered is nobody else's to read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.to_owned().into_os_string();
    name.push(ending);
    PathBuf::from(name)
}
