//! One worker per account at a shipping software that exchanges files: puts parcels into its folder, each once, and takes its answers.
//!
//! A file is written where the software does not look, the commit says that its parcels are exported, and only then is it
//! renamed into the folder. After a crash in between, the database says whether it still has to be.

mod answers;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

use super::Watch;
use super::bell::{Bell, Wake};
use super::labels::BY_CARRIER;
use crate::carriers::Exchange;
use crate::config::CarrierAccount;
use crate::domain::label::LabelState;
use crate::domain::{AccountId, Failure, Stamp};
use crate::folders::{Inbox, Lock, LookError, Outcome, Verdict, file_name, write_then_rename};
use crate::store::labels::{self, LabelKey, LabelRow};
use crate::store::{Store, Stored};

/// In the folder of the software, which looks at no hidden one.
const STAGING: &str = ".kontor";
const EVERY: Duration = Duration::from_secs(1);
/// Parcels of a file.
const MOST_PARCELS: usize = 500;

pub(super) struct Forwarder {
    store: Store,
    bell: Arc<Bell>,
    account: CarrierAccount,
    exchange: Box<dyn Exchange>,
    inbox: Inbox,
    /// No account has this number.
    number: AccountId,
    /// The last complaint, which the log has once.
    complaint: String,
}

/// Why an export or import ended early; it is tried again.
#[derive(Debug, thiserror::Error)]
pub(super) enum ForwardError {
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the file cannot be written: {0}")]
    File(String),
    #[error(transparent)]
    Store(#[from] Failure),
}

impl Forwarder {
    pub(super) fn new(store: Store, bell: Arc<Bell>, account: CarrierAccount, exchange: Box<dyn Exchange>, number: AccountId) -> Forwarder {
        let (folder, most_bytes) = exchange.import_folder();
        let inbox = Inbox::new(folder.to_owned(), most_bytes);
        Forwarder { store, bell, account, exchange, inbox, number, complaint: String::new() }
    }

    pub(super) fn run(mut self, watch: &Watch) {
        while self.bell.wait_for_work(self.number, Instant::now() + EVERY) != Wake::Stop && !watch.leaves() {
            let exported = self.export(SystemTime::now()).map(drop);
            let done = exported.and_then(|()| self.import(SystemTime::now()).map(drop));
            match done {
                Ok(()) => self.complaint.clear(),
                Err(ForwardError::Store(failure)) if self.store.is_unreachable() => log::debug!("{failure}"),
                Err(error) => {
                    let text = error.to_string();
                    if self.complaint != text {
                        log::error!("carrier {}: {text}", self.account.identifier);
                        self.complaint = text;
                    }
                }
            }
        }
    }

    /// Writes a file of the parcels that wait, if there are any. Gives their number.
    pub(super) fn export(&self, now: SystemTime) -> Result<usize, ForwardError> {
        let folder = self.exchange.export_folder();
        let staging = folder.join(STAGING);
        let place = |source| ForwardError::Folder { path: staging.clone(), source };
        match fs::create_dir(&staging) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(place(error)),
            _ => {}
        }
        let Some(_lock) = Lock::take(&staging).map_err(place)? else { return Ok(0) };
        self.finish(&staging)?;
        let (account, stamp) = (self.account.identifier.clone(), Stamp::now());
        let waiting = self.store.read(|conn| labels::waiting(conn, &account, stamp, MOST_PARCELS))?;
        let (mut parcels, mut rows, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for row in waiting {
            match self.exchange.row(&row.reference, &row.document()?.shipment) {
                Ok(values) => {
                    rows.push(values);
                    parcels.push(row);
                }
                Err(why) => refused.push((row, why)),
            }
        }
        self.refuse(refused)?;
        let Some(first) = parcels.first() else { return Ok(0) };
        let time = DateTime::<Utc>::from(now).format("%Y%m%dT%H%M%S%3fZ");
        let name = file_name(&format!("kontor-{time}-{}.{}", first.reference, self.exchange.ending()));
        let bytes = self.exchange.file(&rows).map_err(ForwardError::File)?;
        let staged = staging.join(&name);
        write_then_rename(&staging.join("new"), &staged, &bytes).map_err(place)?;
        let many = parcels.len();
        if !self.commit(parcels, &name)? {
            // One of them was cancelled meanwhile: another file without it follows.
            fs::remove_file(&staged).map_err(place)?;
            return Ok(0);
        }
        publish(&staged, &folder.join(&name)).map_err(place)?;
        log::info!("carrier {}: {many} parcels exported as {name}", self.account.identifier);
        Ok(many)
    }

    /// What a crash left: a file whose parcels are exported goes into the folder, any other one never was.
    fn finish(&self, staging: &Path) -> Result<(), ForwardError> {
        let place = |source| ForwardError::Folder { path: staging.to_owned(), source };
        for entry in fs::read_dir(staging).map_err(place)? {
            let entry = entry.map_err(place)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let reference = name.rsplit_once('.').and_then(|(stem, _)| stem.splitn(3, '-').nth(2)).unwrap_or_default().to_owned();
            let mandator_id = self.account.mandator_id;
            let found = self.store.read(|conn| labels::find(conn, mandator_id, LabelKey::Reference(&reference)))?;
            let exported = match found.first() {
                Some(row) => row.document()?.exported_as.as_deref() == Some(&name),
                None => false,
            };
            match exported {
                true => publish(&entry.path(), &self.exchange.export_folder().join(&name)),
                false => fs::remove_file(entry.path()),
            }
            .map_err(place)?;
        }
        Ok(())
    }

    /// Says that these parcels are in a file; false: one of them does not wait any more.
    fn commit(&self, parcels: Vec<LabelRow>, name: &str) -> Result<bool, Failure> {
        let name = name.to_owned();
        self.store.write(move |tx| {
            let ids: Vec<_> = parcels.iter().map(|row| row.label_id).collect();
            let mut rows = labels::load(&mut tx.conn, &ids)?;
            let unchanged = parcels.iter().all(|parcel| {
                rows.iter()
                    .any(|row| row.label_id == parcel.label_id && row.last_changed == parcel.last_changed && row.state == parcel.state)
            });
            if !unchanged {
                return Ok(false);
            }
            for row in &mut rows {
                let mut document = row.document()?;
                document.exported_as = Some(name.clone());
                document.messages.clear();
                row.data = Stored::of(&document)?;
                row.state = LabelState::Exported;
                row.attempts = row.attempts.saturating_add(1);
                labels::save(tx, row, BY_CARRIER)?;
            }
            Ok(true)
        })
    }

    fn refuse(&self, refused: Vec<(LabelRow, String)>) -> Result<(), Failure> {
        if refused.is_empty() {
            return Ok(());
        }
        self.store.write(move |tx| {
            for (parcel, why) in &refused {
                for mut row in labels::load(&mut tx.conn, &[parcel.label_id])? {
                    if row.state == LabelState::Waiting {
                        let document = row.document()?;
                        answers::refuse(tx, &mut row, document, why)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// Takes the answers that are there. Gives how many files it looked at.
    pub(super) fn import(&mut self, now: SystemTime) -> Result<usize, ForwardError> {
        let (store, bell, account, exchange) = (&self.store, &self.bell, &self.account, &self.exchange);
        let outcomes = self.inbox.look(now, |bytes| match exchange.answer(bytes) {
            Err(why) => Ok(Verdict::Refused(why)),
            Ok(rows) => answers::take(store, bell, account, &rows),
        });
        let outcomes = outcomes.map_err(|error| match error {
            LookError::Folder { path, source } => ForwardError::Folder { path, source },
            LookError::Reader(failure) => ForwardError::Store(failure),
        })?;
        for (name, outcome) in &outcomes {
            let who = &account.identifier;
            match outcome {
                Outcome::Taken(done) => log::info!("carrier {who}: {name}: {done}"),
                Outcome::Partly(done, why) => {
                    log::warn!(
                        "carrier {who}: {name}: {done}; {}; the file is in the folder error",
                        why.lines().next().unwrap_or_default()
                    );
                }
                Outcome::Refused(why) => log::warn!("carrier {who}: {name}: {why}; the file is in the folder error"),
                Outcome::Left => {}
            }
        }
        Ok(outcomes.len())
    }
}

/// Gives a file to the software, unless it has one of this name: names have a time in them, so it is the same one.
fn publish(staged: &Path, path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", path.display())));
    }
    fs::rename(staged, path)?;
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}
