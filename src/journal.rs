//! Keeps calls of ERPs for people: in the background, some together, and none rather than that a call waits for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::config::Calls;
use crate::domain::called::Called;
use crate::domain::{Failure, Stamp};
use crate::metrics::Metrics;
use crate::store::{Store, calls};

/// Calls that wait to be kept, and bytes of their payloads.
const WAITING: usize = 4_000;
const WAITING_BYTES: usize = 32 << 20;
/// Calls of one transaction.
const TOGETHER: usize = 500;
/// How long a call waits for others at most.
const EVERY: Duration = Duration::from_secs(1);
/// How often what is old is forgotten, and in how many transactions at most.
const TIDY: Duration = Duration::from_secs(60);
const MOST_STEPS: usize = 20;

/// The end of what is sent to the thread.
type Sent = Option<Box<Called>>;

pub(crate) struct Journal {
    sender: SyncSender<Sent>,
    bytes: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Journal {
    /// `None` where no calls are kept, or there is no thread for it.
    pub(crate) fn start(settings: &Calls, store: &Store, metrics: &Arc<Metrics>) -> Option<Journal> {
        if settings.keep.is_zero() {
            return None;
        }
        let (sender, receiver) = sync_channel(WAITING);
        let bytes = Arc::new(AtomicUsize::new(0));
        let keeper = Keeper { settings: settings.clone(), store: store.clone(), metrics: Arc::clone(metrics), bytes: Arc::clone(&bytes) };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || keeper.run(&receiver));
        let thread = thread.inspect_err(|error| log::error!("calls are not kept: {error}")).ok()?;
        Some(Journal { sender, bytes, metrics: Arc::clone(metrics), thread: Mutex::new(Some(thread)) })
    }

    /// Keeps a call, unless too many wait already.
    pub(crate) fn keep(&self, mut called: Called) {
        let size = called.payload_bytes();
        if size > 0 && self.bytes.fetch_add(size, Ordering::Relaxed).saturating_add(size) > WAITING_BYTES {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            (called.said.request, called.answer) = (None, None);
        }
        let size = called.payload_bytes();
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.sender.try_send(Some(Box::new(called))) {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            self.metrics.calls_not_kept(1);
        }
    }

    /// Keeps what waits, and ends.
    pub(crate) fn stop(&self) {
        let _ = self.sender.send(None);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

struct Keeper {
    settings: Calls,
    store: Store,
    metrics: Arc<Metrics>,
    bytes: Arc<AtomicUsize>,
}

impl Keeper {
    fn run(self, receiver: &Receiver<Sent>) {
        let mut tidied = Instant::now();
        loop {
            let (batch, is_end) = batch(receiver);
            if !batch.is_empty() {
                self.write(batch);
            }
            if is_end {
                return;
            }
            if tidied.elapsed() >= TIDY {
                tidied = Instant::now();
                if let Err(failure) = self.tidy(Stamp::now()) {
                    self.complain("old calls are not forgotten", &failure);
                }
            }
        }
    }

    fn write(&self, batch: Vec<Called>) {
        let (count, size) = (batch.len(), batch.iter().map(Called::payload_bytes).sum::<usize>());
        let rows: calls::Rows = batch.into_iter().map(calls::rows_of).collect();
        let written = self.store.write(move |tx| calls::add(tx, rows));
        self.bytes.fetch_sub(size, Ordering::Relaxed);
        if let Err(failure) = written {
            self.metrics.calls_not_kept(count);
            self.complain(&format!("{count} calls are not in the journal"), &failure);
        }
    }

    /// The log has one line about a database that cannot be reached.
    fn complain(&self, what: &str, failure: &Failure) {
        let level = if self.store.is_unreachable() { log::Level::Debug } else { log::Level::Error };
        log::log!(level, "{what}: {failure}");
    }

    fn tidy(&self, now: Stamp) -> Result<(), Failure> {
        let before = |time: Duration| now.plus_millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX).saturating_neg());
        let (calls_before, payloads_before) = (before(self.settings.keep), before(self.settings.payloads));
        let most = i64::try_from(self.settings.most).unwrap_or(i64::MAX);
        for _ in 0..MOST_STEPS {
            if !self.store.write(move |tx| calls::forget(tx, calls_before, most, payloads_before))? {
                break;
            }
        }
        Ok(())
    }
}

/// The calls that come within a time from the first, and whether nothing follows.
fn batch(receiver: &Receiver<Sent>) -> (Vec<Called>, bool) {
    let mut batch = Vec::new();
    let mut until = Instant::now() + TIDY;
    while batch.len() < TOGETHER {
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Some(called)) => {
                if batch.is_empty() {
                    until = Instant::now() + EVERY;
                }
                batch.push(*called);
            }
            Err(RecvTimeoutError::Timeout) => return (batch, false),
            Ok(None) | Err(RecvTimeoutError::Disconnected) => return (batch, true),
        }
    }
    (batch, false)
}
