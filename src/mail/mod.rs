//! Mails to buyers: sends what [`crate::store::mails`] has, one after the other, and notes what became of each.
//!
//! A mail is claimed with a commit before it is sent, so that no other process sends it too, and settled with a commit after it.
//! Whatever happens in between, it goes again later, under the same Message-ID.

mod compose;
mod desk;
mod session;
mod templates;
#[cfg(test)]
mod tests;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use compose::{compose, read};
pub(crate) use desk::{MailDesk, Preview, STUCK};
use session::{Session, Trouble};

use crate::config::{Mail, Settings};
use crate::domain::mail::EmailAddress;
use crate::domain::message::own;
use crate::domain::{Failure, Stamp};
use crate::store::mails::{self, Claimed, MailOutcome, MailRow, NO_ACCOUNT, Sender};
use crate::store::messages::{self, MessageRow};
use crate::store::{Store, Tx, orders};

/// Another process may write mails; how long nobody looks at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PAUSE_AFTER_FAULT: Duration = Duration::from_secs(5);
/// Longest pause of all mails while the server is down.
const LONGEST_OUTAGE_PAUSE: Duration = Duration::from_secs(600);
/// Beyond the time-out of an attempt, until another process may take its mail: the database may be slow.
const GRACE: Duration = Duration::from_secs(60);

/// What the configuration switches on, for the store.
pub(crate) fn senders(settings: &Settings) -> Vec<Sender> {
    let senders = settings.mail.iter().flat_map(|mail| &mail.senders);
    let of = senders.flat_map(|sender| {
        let (mandator_id, account_id) = (sender.mandator_id, sender.account_id.unwrap_or(NO_ACCOUNT));
        sender.events.iter().map(move |event| Sender { mandator_id, account_id, event: *event })
    });
    of.collect()
}

/// Connects to the mail server and logs in; nothing is sent. `None`: the configuration has none.
pub(crate) fn check(settings: &Settings) -> Option<Result<(), String>> {
    let mail = settings.mail.as_ref()?;
    Some(runtime().map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(session::check(mail))))
}

/// Sends a text to an admin now, by a connection of its own.
///
/// # Errors
/// Why it was not sent.
pub(crate) fn notify(mail: &Mail, from: &EmailAddress, to: &[EmailAddress], subject: &str, text: &str) -> Result<(), String> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    for to in to {
        let message = compose::notice(from, to, subject, text)?;
        let envelope = message.envelope();
        let (from, to) = (envelope.from().cloned(), envelope.to().first().cloned());
        let (from, to) = from.zip(to).ok_or("the mail has no sender or recipient")?;
        let mut session = Session::default();
        let sent = runtime.block_on(session.deliver(mail, from, to, &message.formatted()));
        runtime.block_on(session.close(mail));
        sent.map_err(|(Trouble::Refused(why) | Trouble::Later(why) | Trouble::Down(why))| without_addresses(&why))?;
    }
    Ok(())
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The thread that sends mails.
pub(crate) struct Mailer {
    stop: Arc<Stop>,
    thread: JoinHandle<()>,
    patience: Duration,
}

#[derive(Default)]
struct Stop {
    stopped: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    /// Waits; true: it is over.
    fn wait(&self, pause: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(stopped, pause, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Mailer {
    /// `None`: the configuration has no mail server.
    pub(crate) fn start(settings: &Arc<Settings>, store: &Store) -> Option<Mailer> {
        let mail = settings.mail.clone()?;
        let (stop, patience) = (Arc::new(Stop::default()), mail.timeout + GRACE);
        let runtime = runtime().map_err(|error| log::error!("mails cannot be sent: {error}")).ok()?;
        let mut postman = Postman::new(Arc::clone(settings), mail, store.clone(), runtime);
        let told = Arc::clone(&stop);
        let work = move || {
            while !told.wait(postman.guarded_step()) {}
            postman.leave();
        };
        let thread = std::thread::Builder::new().name("mail".to_owned()).spawn(work);
        let thread = thread.map_err(|error| log::error!("mails cannot be sent: {error}")).ok()?;
        Some(Mailer { stop, thread, patience })
    }

    /// Ends after the mail that is being sent. One that does not end in time goes again later.
    pub(crate) fn stop(self) {
        *self.stop.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.bell.notify_all();
        let deadline = Instant::now() + self.patience;
        while !self.thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !self.thread.is_finished() {
            log::warn!("mail: the mail under way does not end in time; it is sent again after the next start");
        }
    }
}

/// Sends mails one at a time.
pub(crate) struct Postman {
    settings: Arc<Settings>,
    mail: Mail,
    store: Store,
    runtime: Runtime,
    session: Session,
    /// Attempts in a row after which the server counted as down, and until when all mails rest.
    failures: usize,
    rests_until: Stamp,
}

/// What a step leaves to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Again,
    At(Option<Stamp>),
}

impl Postman {
    pub(crate) fn new(settings: Arc<Settings>, mail: Mail, store: Store, runtime: Runtime) -> Postman {
        Postman { settings, mail, store, runtime, session: Session::default(), failures: 0, rests_until: Stamp(0) }
    }

    /// Survives a database that is down, and a panic. Gives how long to rest.
    fn guarded_step(&mut self) -> Duration {
        let now = Stamp::now();
        match catch_unwind(AssertUnwindSafe(|| self.step(now))) {
            Ok(Ok(Next::Again)) => Duration::ZERO,
            Ok(Ok(Next::At(due))) => {
                self.leave();
                let micros = due.map_or(u64::MAX, |due| u64::try_from(due.0.saturating_sub(now.0)).unwrap_or_default());
                Duration::from_micros(micros).clamp(Duration::from_millis(20), LOOK_EVERY)
            }
            Ok(Err(failure)) => {
                if !self.store.is_unreachable() {
                    log::error!("mail: pauses: {failure}");
                }
                PAUSE_AFTER_FAULT
            }
            Err(_) => {
                log::error!("mail: a mail cannot be handled by this program; it goes again later");
                PAUSE_AFTER_FAULT
            }
        }
    }

    /// Sends the next mail that is due.
    pub(crate) fn step(&mut self, now: Stamp) -> Result<Next, Failure> {
        if self.rests_until > now {
            return Ok(Next::At(Some(self.rests_until)));
        }
        if !self.store.read(|conn| mails::any_due(conn, now))? {
            return Ok(Next::At(None));
        }
        let (per_minute, tried_by_then) = (self.mail.per_minute, after(now, self.mail.timeout + GRACE));
        let row = match self.store.write(move |tx| mails::claim(tx, now, per_minute, tried_by_then))? {
            Claimed::Mail(row) => row,
            Claimed::At(due) => return Ok(Next::At(due)),
        };
        let read = self.store.read(|conn| read(conn, &row))?;
        let number = read.as_ref().map_or(0, |(story, _)| story.order.order_number);
        let letter = compose(&self.settings, &self.mail, &row, read, now);
        let (recipient, outcome) = match letter {
            Ok(letter) => {
                let (envelope, bytes) = (letter.message.envelope().clone(), letter.message.formatted());
                let (from, to) = (envelope.from().cloned(), envelope.to().first().cloned());
                let result = match from.zip(to) {
                    Some((from, to)) => self.runtime.block_on(self.session.deliver(&self.mail, from, to, &bytes)),
                    None => Err(Trouble::Refused("the mail has no sender or recipient".to_owned())),
                };
                (Some(letter.to.to_string()), self.outcome(&row, result))
            }
            Err(outcome) => (None, outcome),
        };
        self.settle(*row, number, recipient, outcome)?;
        Ok(Next::Again)
    }

    /// What the server's answer means for the mail, and for all others.
    fn outcome(&mut self, row: &MailRow, result: Result<(), Trouble>) -> MailOutcome {
        let now = Stamp::now();
        if !matches!(result, Err(Trouble::Down(_))) {
            if self.failures > 0 {
                log::info!("mail: the server takes mails again");
            }
            self.failures = 0;
        }
        let again = |error| MailOutcome::Again { due_at: after(now, pause(&self.mail, row.attempts)), error };
        match result {
            Ok(()) => MailOutcome::Sent,
            Err(Trouble::Refused(error)) => MailOutcome::Refused(error),
            Err(Trouble::Later(error)) => again(error),
            Err(Trouble::Down(error)) => {
                if self.failures == 0 {
                    log::error!("mail: the server cannot be used, all mails wait: {}", without_addresses(&error));
                }
                self.failures = self.failures.saturating_add(1);
                let rest = pause(&self.mail, i32::try_from(self.failures).unwrap_or(i32::MAX)).min(LONGEST_OUTAGE_PAUSE);
                self.rests_until = after(now, rest);
                again(error)
            }
        }
    }

    fn settle(&self, row: MailRow, order_number: i32, recipient: Option<String>, outcome: MailOutcome) -> Result<(), Failure> {
        let what = format!("mail {} ({}, order {order_number})", row.mail_id, row.event.word());
        match &outcome {
            MailOutcome::Sent => log::info!("{what}: sent"),
            MailOutcome::Again { error, .. } => log::debug!("{what}: waits: {}", without_addresses(error)),
            MailOutcome::LeftOut(why) => log::info!("{what}: left out: {why}"),
            MailOutcome::Refused(error) => log::warn!("{what}: refused: {}", without_addresses(error)),
            MailOutcome::GaveUp(error) => log::error!("{what}: given up: {}", without_addresses(error)),
        }
        self.store.write(move |tx| {
            if mails::settle(tx, row.mail_id, recipient.as_deref(), &outcome)? {
                report(tx, &row, order_number, &outcome)?;
            }
            Ok(())
        })
    }

    fn leave(&mut self) {
        self.runtime.block_on(self.session.close(&self.mail));
    }
}

/// The ERP hears of mails that do not arrive.
fn report(tx: &mut Tx<'_>, row: &MailRow, order_number: i32, outcome: &MailOutcome) -> Result<(), Failure> {
    let message = match outcome {
        MailOutcome::Refused(error) => own::mail_refused(row.event.word(), order_number, error),
        MailOutcome::GaveUp(error) => own::mail_gave_up(row.event.word(), order_number, error),
        MailOutcome::Sent | MailOutcome::Again { .. } | MailOutcome::LeftOut(_) => return Ok(()),
    };
    if row.account_id == NO_ACCOUNT || orders::get(&mut tx.conn, row.order_id)?.is_none() {
        return Ok(());
    }
    messages::add(tx, MessageRow { order_id: Some(row.order_id), ..MessageRow::of(row.mandator_id, row.account_id, &message) })
}

/// The pause after so many attempts.
fn pause(mail: &Mail, attempts: i32) -> Duration {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    mail.retry_ladder.get(step).or(mail.retry_ladder.last()).copied().unwrap_or(PAUSE_AFTER_FAULT)
}

fn after(now: Stamp, pause: Duration) -> Stamp {
    Stamp(now.0.saturating_add(i64::try_from(pause.as_micros()).unwrap_or(i64::MAX)))
}

/// What a log may say of a server's text.
fn without_addresses(text: &str) -> String {
    text.split_whitespace().map(|word| if word.contains('@') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}
