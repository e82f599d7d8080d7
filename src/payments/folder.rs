//! A folder into which somebody puts statements. A crash at any point is harmless, because an import that is repeated changes
//! nothing.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::{self, MOST_BYTES};
use super::import::{Import, ImportError, Imported, import};
use crate::domain::{AccountId, Failure};
use crate::folders::{Inbox, LookError, Looked, Verdict};
use crate::store::Store;

/// What became of each file, and the accounts whose channels hear of something.
type Taken = (Vec<Looked<Imported>>, Vec<AccountId>);

/// A watched folder.
pub(crate) struct Folder {
    inbox: Inbox,
    how: Import,
}

impl Folder {
    pub(crate) fn new(path: PathBuf, how: Import) -> Folder {
        Folder { inbox: Inbox::new(path, MOST_BYTES), how }
    }

    pub(crate) fn path(&self) -> &Path {
        self.inbox.path()
    }

    /// Takes what is whole.
    ///
    /// # Errors
    /// The folder cannot be used, or the database cannot be reached: what is left is tried again with the next look.
    pub(crate) fn look(&mut self, store: &Store, now: SystemTime) -> Result<Taken, LookError<Failure>> {
        let how = &self.how;
        let mut accounts = Vec::new();
        let outcomes = self.inbox.look(now, |bytes| {
            match file::read(bytes).map_err(ImportError::from).and_then(|statements| import(store, statements, how)) {
                Ok((done, woken)) => {
                    accounts.extend(woken);
                    Ok(Verdict::Taken(done))
                }
                Err(ImportError::Fault(fault)) => Ok(Verdict::Refused(fault.to_string())),
                Err(ImportError::Store(failure)) => Err(failure),
            }
        })?;
        Ok((outcomes, accounts))
    }
}

#[cfg(test)]
mod tests;
