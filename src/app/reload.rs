//! A reload: the configuration file is read and checked again, and takes effect without a stop. What has begun goes on with the
//! settings that it began with; a faulty file changes nothing.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Error, Parts, carriers_of, prepare};
use crate::config::{Account, Reload, Reloaded, Settings, Source};
use crate::connectors::{self, Connector, Face, Hooks};
use crate::dispatch::Dispatcher;
use crate::domain::AccountId;
use crate::http::Live;
use crate::mail::{self, Mailer};
use crate::store::reloads::{self, AnswerRow};

/// How often the database is asked for requests of `kontor reload`.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a page waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The faces of active accounts, each with the name of its connector.
pub(super) type KnownFaces = BTreeMap<AccountId, (String, Arc<dyn Face>)>;

/// What the connectors of active accounts offer to others than the dispatcher.
#[derive(Clone, Default)]
pub(super) struct Offered {
    pub(super) faces: KnownFaces,
    pub(super) hooks: BTreeMap<AccountId, Arc<dyn Hooks>>,
}

impl Offered {
    pub(super) fn of(connectors: &[(&Account, Box<dyn Connector>)]) -> Offered {
        let mut offered = Offered::default();
        connectors.iter().for_each(|(account, connector)| offered.take(account, &**connector));
        offered
    }

    /// In the place of what the account offered before.
    fn take(&mut self, account: &Account, connector: &dyn Connector) {
        let id = account.account_id;
        self.faces.remove(&id);
        self.hooks.remove(&id);
        self.faces.extend(connector.face().map(|face| (id, (account.connector.clone(), face))));
        self.hooks.extend(connector.hooks().map(|hooks| (id, hooks)));
    }

    fn retain(&mut self, is_kept: impl Fn(AccountId) -> bool) {
        self.faces.retain(|id, _| is_kept(*id));
        self.hooks.retain(|id, _| is_kept(*id));
    }
}

enum Asked {
    Check(Sender<Reloaded>),
    Reload { by: String, tell: Option<Sender<Reloaded>> },
    Stop,
}

/// Where a reload is asked for.
pub(super) struct Desk {
    ask: Mutex<Sender<Asked>>,
}

impl Desk {
    pub(super) fn new() -> (Arc<Desk>, Asking) {
        let (ask, asked) = channel();
        (Arc::new(Desk { ask: Mutex::new(ask) }), Asking(asked))
    }

    fn send(&self, asked: Asked) -> bool {
        self.ask.lock().unwrap_or_else(PoisonError::into_inner).send(asked).is_ok()
    }

    /// Nobody waits for the outcome, which the log has.
    pub(super) fn ask(&self, by: &str) {
        self.send(Asked::Reload { by: by.to_owned(), tell: None });
    }

    pub(super) fn stop(&self) {
        self.send(Asked::Stop);
    }

    fn answered(&self, asked: impl FnOnce(Sender<Reloaded>) -> Asked) -> Reloaded {
        let (tell, told) = channel();
        let late =
            || Reloaded::refused(vec!["the gateway is stopping, or does not answer in time; the log says what came of it".to_owned()]);
        if self.send(asked(tell)) { told.recv_timeout(PATIENCE).unwrap_or_else(|_| late()) } else { late() }
    }
}

impl Reload for Desk {
    fn check(&self) -> Reloaded {
        self.answered(Asked::Check)
    }

    fn reload(&self, by: &str) -> Reloaded {
        self.answered(|tell| Asked::Reload { by: by.to_owned(), tell: Some(tell) })
    }
}

/// What is asked for at a [`Desk`].
pub(super) struct Asking(Receiver<Asked>);

/// All that runs and has settings.
pub(super) struct Running {
    /// `None`: the demo.
    pub(super) source: Option<Source>,
    pub(super) settings: Arc<Settings>,
    pub(super) live: Arc<Live>,
    pub(super) parts: Parts,
    pub(super) dispatcher: Dispatcher,
    pub(super) mailer: Option<Mailer>,
    pub(super) offered: Offered,
}

impl Running {
    /// Carries out what is asked for until it is to stop.
    pub(super) fn serve(mut self, asking: &Asking) -> Running {
        let mut served = self.latest_request();
        loop {
            match asking.0.recv_timeout(LOOK_EVERY) {
                Ok(Asked::Stop) | Err(RecvTimeoutError::Disconnected) => return self,
                Ok(Asked::Check(tell)) => drop(tell.send(self.check())),
                Ok(Asked::Reload { by, tell }) => {
                    let outcome = self.reload(&by);
                    let _ = tell.map(|tell| tell.send(outcome));
                    self.renew_mailer();
                }
                Err(RecvTimeoutError::Timeout) => {
                    let latest = self.latest_request();
                    if let Some(asked) = latest.filter(|asked| Some(*asked) > served) {
                        served = latest;
                        let outcome = self.reload("kontor reload");
                        self.answer(asked, outcome);
                        self.renew_mailer();
                    }
                }
            }
        }
    }

    /// `None`: the database does not say.
    fn latest_request(&self) -> Option<i32> {
        self.parts.store.look(reloads::latest).ok()
    }

    fn answer(&self, reload_id: i32, outcome: Reloaded) {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let gateway = format!("{} process {}", host.trim(), std::process::id()).trim_start().to_owned();
        let row = AnswerRow { reload_id, gateway, worked: outcome.worked, answer: outcome.lines.join("\n") };
        if let Err(failure) = self.parts.store.write(move |tx| reloads::answer(tx, &row)) {
            log::warn!("reload: the answer cannot be stored: {failure}");
        }
    }

    fn source(&self) -> Result<&Source, Vec<String>> {
        self.source.as_ref().ok_or_else(|| vec!["the demo has no configuration file".to_owned()])
    }

    fn check(&self) -> Reloaded {
        match self.source().and_then(|source| source.plan(&self.settings)) {
            Ok(plan) => Reloaded { worked: true, lines: plan.lines },
            Err(faults) => Reloaded::refused(faults),
        }
    }

    fn reload(&mut self, by: &str) -> Reloaded {
        let planned = self.source().and_then(|source| source.plan(&self.settings));
        let done = planned.and_then(|plan| match self.take_over(plan.settings) {
            Ok(()) => Ok(plan.lines),
            Err(error) => Err(vec![error.to_string()]),
        });
        match done {
            Ok(lines) => {
                log::info!("reload: done, asked for by {by}");
                lines.iter().for_each(|line| log::info!("reload: {line}"));
                Reloaded { worked: true, lines }
            }
            Err(faults) => {
                log::error!("reload: nothing was changed, asked for by {by}");
                faults.iter().for_each(|fault| log::error!("reload: {fault}"));
                Reloaded::refused(faults)
            }
        }
    }

    /// All that may fail comes before the first change to what runs.
    fn take_over(&mut self, settings: Settings) -> Result<(), Error> {
        let timeout = settings.dispatch.channel_timeout;
        let other_timeout = timeout != self.settings.dispatch.channel_timeout;
        let is_same = |account: &Account| !other_timeout && self.settings.account(account.account_id) == Some(account);
        let changed: Vec<&Account> = settings.accounts.iter().filter(|account| account.active && !is_same(account)).collect();
        let connectors = changed.into_iter().map(|account| Ok((account.account_id, connectors::build(account, timeout)?)));
        let connectors = connectors.collect::<Result<Vec<(AccountId, Box<dyn Connector>)>, Error>>()?;
        let other_carriers = other_timeout || settings.carriers != self.settings.carriers;
        let carriers = if other_carriers { Some(carriers_of(&settings)?) } else { None };
        let mut offered = self.offered.clone();
        offered.retain(|id| settings.account(id).is_some_and(|account| account.active));
        for (account_id, connector) in &connectors {
            settings.account(*account_id).into_iter().for_each(|account| offered.take(account, &**connector));
        }
        let settings = Arc::new(settings);
        let site = self.parts.site(&settings, &offered)?;
        prepare(&settings, &self.parts.store)?;
        self.parts.store.switch_mails(mail::senders(&settings))?;
        self.offered = offered;
        self.live.replace(site);
        self.dispatcher.reload(Arc::clone(&settings), connectors, carriers);
        self.settings = settings;
        Ok(())
    }

    /// A mail that is being sent goes on with the settings before.
    fn renew_mailer(&mut self) {
        if let Some(mailer) = self.mailer.take() {
            mailer.stop();
        }
        self.mailer = Mailer::start(&self.settings, &self.parts.store);
    }
}
