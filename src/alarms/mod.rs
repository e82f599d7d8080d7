//! Alarms for the admin, by webhook and e-mail: raised, repeated while the cause lasts, and called off.

mod decide;
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use decide::{Next, Trouble, next, troubles};

use crate::config::{Current, Settings};
use crate::domain::alarm::AlarmWay;
use crate::domain::{Failure, Stamp};
use crate::store::alarms::{self, AlarmRow};
use crate::store::{Store, accounts};

const EVERY: Duration = Duration::from_secs(15);
/// How long a process has to send what it claimed. Then it is tried again.
const SENDING: Duration = Duration::from_secs(120);

/// The thread that looks for causes.
pub(crate) struct Alarms {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
}

impl Alarms {
    /// `None`: no thread can be started.
    pub(crate) fn start(settings: Current, store: Store) -> Option<Alarms> {
        let stop: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let waiting = Arc::clone(&stop);
        let work = move || {
            let (stopped, bell) = &*waiting;
            loop {
                let settings = settings.get();
                if let Err(failure) = watch(&settings, &store, Stamp::now())
                    && !store.is_unreachable()
                {
                    log::error!("alarms cannot be looked at: {failure}");
                }
                let stopped = stopped.lock().unwrap_or_else(PoisonError::into_inner);
                let waited = bell.wait_timeout_while(stopped, EVERY, |stopped| !*stopped);
                if *waited.unwrap_or_else(PoisonError::into_inner).0 {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("alarms".to_owned()).spawn(work);
        let thread = thread.map_err(|error| log::error!("no alarms are sent: {error}")).ok()?;
        Some(Alarms { stop, thread })
    }

    /// Ends after what is being sent, which has a time-out; it goes again after the next start if that is cut off.
    pub(crate) fn stop(self) {
        let (stopped, bell) = &*self.stop;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.notify_all();
        if self.thread.join().is_err() {
            log::error!("alarms: the thread had panicked");
        }
    }
}

/// Looks for causes, keeps what is new about them, and sends what is due.
fn watch(settings: &Settings, store: &Store, now: Stamp) -> Result<(), Failure> {
    let ways = settings.alarms.ways();
    let backlog = store.backlog()?;
    let (work, known) = store.read(|conn| Ok((accounts::all_work(conn)?, alarms::all(conn)?)))?;
    let found = troubles(settings, &work, &backlog, now);
    keep(store, &known, &next(settings, &ways, &found, &known, now))?;
    for way in ways {
        send(settings, store, way, &found, now)?;
    }
    Ok(())
}

fn keep(store: &Store, known: &[AlarmRow], next: &[Next]) -> Result<(), Failure> {
    if next.is_empty() {
        return Ok(());
    }
    let (known, next) = (known.to_vec(), next.to_vec());
    store.write(move |tx| {
        // Another process may have been quicker.
        if alarms::all(&mut tx.conn)? != known {
            return Ok(());
        }
        for next in &next {
            match next {
                Next::Put(row) => alarms::put(tx, row)?,
                Next::Remove(row) => alarms::remove(tx, row)?,
            }
        }
        Ok(())
    })
}

/// Sends what is due on a way. What does not get through goes later.
fn send(settings: &Settings, store: &Store, way: AlarmWay, found: &[Trouble], now: Stamp) -> Result<(), Failure> {
    let is_due = |row: &AlarmRow| row.way == way && row.due_at <= now.0;
    if !store.read(alarms::all)?.iter().any(is_due) {
        return Ok(());
    }
    let until = plus(now, SENDING);
    let due = store.write(move |tx| alarms::claim(tx, way, now, until))?;
    if due.is_empty() {
        return Ok(());
    }
    let texts: BTreeMap<_, _> = found.iter().map(|trouble| ((trouble.account_id, trouble.kind), trouble.text.as_str())).collect();
    let report = report::Report::of(settings, &due, &texts, now);
    if let Err(why) = report.send(settings, way) {
        log::error!("alarms cannot be sent by {}: {why}; the next attempt is in {} s", way.word(), SENDING.as_secs());
        return Ok(());
    }
    log::info!("alarms sent by {}: {}", way.word(), report.summary());
    let again = plus(now, settings.alarms.repeat);
    store.write(move |tx| {
        let known = alarms::all(&mut tx.conn)?;
        for row in &due {
            // What changed while it was sent stays as it is: it is sent next.
            let Some(kept) = known.iter().find(|kept| (kept.account_id, kept.kind, kept.way) == (row.account_id, row.kind, row.way)) else {
                continue;
            };
            match (row.is_over, kept.is_over) {
                (true, true) => alarms::remove(tx, row)?,
                (false, false) => alarms::put(tx, &AlarmRow { was_sent: true, due_at: again.0, ..row.clone() })?,
                (false, true) => alarms::put(tx, &AlarmRow { was_sent: true, ..kept.clone() })?,
                (true, false) => alarms::put(tx, &AlarmRow { was_sent: false, due_at: now.0, ..kept.clone() })?,
            }
        }
        Ok(())
    })
}

fn plus(now: Stamp, time: Duration) -> Stamp {
    Stamp(now.0.saturating_add(i64::try_from(time.as_micros()).unwrap_or(i64::MAX)))
}
