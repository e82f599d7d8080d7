//! An SQLite database as a file: who may read it, whether it is still the one that was opened, and who has it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::{Failure, code};

/// What distinguishes a file from another one that took its name.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Elsewhere an open file can be neither removed nor replaced.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<(u64, u64)> {
    path.exists().then_some((0, 0))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// With a suffix to the whole name, as SQLite does it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Creates a missing database as a file that nobody else may read; SQLite gives the files beside it the same rights.
pub(super) fn create(path: &str) -> io::Result<()> {
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(|_| ()),
    }
}

/// Who set the rights of an older file may have had a reason, so it is left as it is.
fn warn_of_readers(path: &str) {
    #[cfg(unix)]
    if std::fs::metadata(path).is_ok_and(|file| std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o007 != 0) {
        log::warn!("{path} can be read by every user of this machine; change that with chmod o= {path}*");
    }
}

/// The database that was opened.
pub(super) struct Opened {
    path: PathBuf,
    identity: (u64, u64),
    wal: PathBuf,
    wal_identity: OnceLock<(u64, u64)>,
    /// It was logged that it is gone.
    told: AtomicBool,
}

impl Opened {
    pub(crate) fn new(path: &str) -> io::Result<Opened> {
        // A relative name stays the same file when the folder of the process changes.
        let path = std::path::absolute(path)?;
        let identity = identity(&path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Opened { wal: beside(&path, "-wal"), path, identity, wal_identity: OnceLock::new(), told: AtomicBool::new(false) })
    }

    /// Fails when the database is not there any more under its name: what is written to a file without a name, or whose
    /// log has none, is lost when the process ends.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let gone = if identity(&self.path) != Some(self.identity) {
            Some(&self.path)
        } else {
            // It appears with the first connection, and stays as long as there is one.
            let wal = identity(&self.wal);
            let known = wal.map_or_else(|| self.wal_identity.get(), |wal| Some(self.wal_identity.get_or_init(|| wal)));
            (known != wal.as_ref()).then_some(&self.wal)
        };
        let Some(path) = gone else {
            if self.told.swap(false, Ordering::Relaxed) {
                log::info!("the database {} is there again", self.path.display());
            }
            return Ok(());
        };
        let path = path.display().to_string();
        if !self.told.swap(true, Ordering::Relaxed) {
            log::error!(
                "ALARM: {path} was moved, removed or replaced while it was in use; all calls are refused. Put the file back, \
                 or stop the gateway, see to the file and start it"
            );
        }
        Err(Failure::new(code::DATABASE_GONE, [&path]))
    }
}

/// An SQLite database has one gateway. The kernel gives it free when the process ends, however that happens.
#[derive(Debug)]
pub struct Sole {
    _lock: File,
}

impl Sole {
    /// `None` where a database may have several gateways.
    ///
    /// # Errors
    /// One line for the admin: who has it.
    pub fn of(database: &str) -> Result<Option<Sole>, String> {
        let super::address::Address::Sqlite(path) = super::address::Address::parse(database) else {
            return Ok(None);
        };
        create(&path).map_err(|error| format!("database \"{path}\" cannot be created: {error}"))?;
        warn_of_readers(&path);
        // Another name for the same file is no other database.
        let lock = beside(&std::fs::canonicalize(&path).map_err(|error| format!("database \"{path}\": {error}"))?, ".lock");
        let cannot = |error: io::Error| format!("\"{}\" cannot be used, which keeps a second gateway away: {error}", lock.display());
        let mut file = private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(&lock).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                let _ = file.read_to_string(&mut process);
                let process =
                    process.trim().parse().map_or_else(|_: std::num::ParseIntError| String::new(), |id: u32| format!(" (process {id})"));
                return Err(format!(
                    "database \"{path}\" is in use by another gateway{process}; stop that one, or give this one a database of its own. \
                     Several gateways can share a PostgreSQL database"
                ));
            }
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        // Only for the text above: without a number it is shorter.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Some(Sole { _lock: file }))
    }
}
