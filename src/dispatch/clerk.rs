//! What is done about payments beside calls: statements in watched folders, and payments whose orders come later.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::bell::{Bell, Wake};
use crate::config::{Current, PaymentFolder, Settings};
use crate::domain::{AccountId, Failure, MandatorId, Stamp};
use crate::folders::Outcome;
use crate::payments::{Folder, Import, look_again};
use crate::store::Store;

/// No account has this number: nobody rings for the clerk.
const NOBODY: i32 = i32::MIN + 1;
/// Who imported what was in a folder.
const BY_FOLDER: &str = "payments folder";
/// Changes of orders are looked at a second time: one that was under way at the last look has an earlier time.
const OVERLAP: Duration = Duration::from_secs(60);

pub(super) struct Clerk {
    settings: Arc<Settings>,
    store: Store,
    bell: Arc<Bell>,
    /// Each with the last complaint about it, which the log has once.
    folders: Vec<(Folder, String)>,
    /// When the payments of a mandator were last looked at.
    looked: BTreeMap<MandatorId, Stamp>,
}

impl Clerk {
    pub(super) fn new(settings: Arc<Settings>, store: Store, bell: Arc<Bell>) -> Clerk {
        let folder = |folder: &PaymentFolder| {
            let mandator = settings.mandator(folder.mandator_id)?.clone();
            let how = Import { mandator, account: folder.account.clone(), accept_changed: false, by: BY_FOLDER.to_owned() };
            Some((Folder::new(folder.path.clone(), how), String::new()))
        };
        let folders = settings.payments.folders.iter().filter_map(folder).collect();
        Clerk { settings, store, bell, folders, looked: BTreeMap::new() }
    }

    pub(super) fn run(mut self, live: &Current) {
        while self.bell.wait_for_work(AccountId(NOBODY), Instant::now() + self.settings.payments.look) != Wake::Stop {
            let settings = live.get();
            if !Arc::ptr_eq(&settings, &self.settings) {
                self = Clerk { looked: self.looked, ..Clerk::new(settings, self.store, self.bell) };
            }
            self.look_into_folders();
            if let Err(failure) = self.look_again() {
                let level = if self.store.is_unreachable() { log::Level::Debug } else { log::Level::Error };
                log::log!(level, "payments that wait cannot be looked at: {failure}");
            }
        }
    }

    fn look_into_folders(&mut self) {
        for (folder, complaint) in &mut self.folders {
            match folder.look(&self.store, SystemTime::now()) {
                Ok((outcomes, accounts)) => {
                    complaint.clear();
                    let place = folder.path().display();
                    for (name, outcome) in outcomes {
                        match outcome {
                            Outcome::Taken(done) => log::info!("{place}: {name}: {done}"),
                            Outcome::Partly(_, fault) | Outcome::Refused(fault) => {
                                log::warn!("{place}: {name}: {fault}; the file is in the folder error")
                            }
                            Outcome::Left => {}
                        }
                    }
                    self.bell.ring(&accounts);
                }
                Err(error) => {
                    let text = error.to_string();
                    if *complaint != text {
                        log::error!("statements cannot be imported: {text}");
                        *complaint = text;
                    }
                }
            }
        }
    }

    fn look_again(&mut self) -> Result<(), Failure> {
        for mandator in &self.settings.mandators {
            let now = Stamp::now();
            let since = self.looked.get(&mandator.mandator_id).map(|looked| Stamp(looked.0.saturating_sub(micros(OVERLAP))));
            let (assigned, accounts) = look_again(&self.store, mandator, since)?;
            if assigned > 0 {
                log::info!("mandator {}: {assigned} payments that waited were assigned", mandator.mandator_id);
            }
            self.bell.ring(&accounts);
            self.looked.insert(mandator.mandator_id, now);
        }
        Ok(())
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
