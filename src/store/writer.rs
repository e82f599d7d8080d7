//! Writing: jobs wait in line for the one writer of a process, which commits waiting jobs together (group commit), each in a
//! savepoint of its own if there are several.
//!
//! Measured in the design: seven times the calls per second of a pool, and a far shorter tail.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::commit::{Committer, Pulse};
use super::door::Door;
use super::handovers::Handovers;
use super::line::{Job, Line};
use super::tx::{Tx, stopped};
use crate::domain::{Failure, Patience, code};

/// How often somebody who waits looks whether there is still something to wait for.
const LOOK: Duration = Duration::from_millis(500);

/// Work that may be done more than once.
pub(super) type Later = dyn Fn(&mut Tx<'_>) -> Result<(), Failure> + Send + Sync;

/// The line keeps the job, so the job must not keep the line.
fn postpone(line: Weak<Line>, work: Arc<Later>) {
    let Some(kept_by) = line.upgrade() else { return };
    let once = Arc::clone(&work);
    let run = move |tx: &mut Tx<'_>| once(tx).inspect_err(|failure| log::warn!("what was to be done later cannot be: {failure}")).is_ok();
    let done = move |failure: Option<Failure>| {
        if failure.is_some() {
            postpone(line, work);
        }
    };
    if !kept_by.join_later(Job { run: Box::new(run), done: Box::new(done) }) {
        log::warn!("too much was to be done later; some of it is left out");
    }
}

pub(super) struct Writer {
    line: Arc<Line>,
    /// Closes when the writer has ended.
    ended: Mutex<Receiver<()>>,
    pulse: Arc<Pulse>,
    patience: Patience,
    pub handovers: Arc<Handovers>,
}

impl Writer {
    pub(crate) fn start(door: Arc<Door>) -> Result<Writer, Failure> {
        let (patience, pulse, line) = (door.patience, Arc::new(Pulse::new(door.is_shared())), Arc::new(Line::default()));
        let committer = Committer::new(door, Arc::clone(&pulse))?;
        let (end, ended) = channel();
        let waiting = Arc::clone(&line);
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                committer.work(&waiting);
                drop::<std::sync::mpsc::Sender<()>>(end);
            })
            .map_err(|e| Failure::new(code::INTERNAL, [&e.to_string()]))?;
        Ok(Writer { handovers: Handovers::new(&line), line, ended: Mutex::new(ended), pulse, patience })
    }

    /// Has the work done in its turn, which comes within a time or not at all.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        weight: usize,
        turn: Duration,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let slot: Arc<Mutex<Option<Result<T, Failure>>>> = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&slot);
        let (tell, told) = sync_channel(1);
        let job = Job {
            run: Box::new(move |tx| {
                let result = work(tx);
                let worked = result.is_ok();
                if let Ok(mut slot) = kept.lock() {
                    *slot = Some(result);
                }
                worked
            }),
            done: Box::new(move |failure| {
                let _ = tell.send(failure);
            }),
        };
        let number = self.line.join(weight, job).ok_or_else(stopped)?;
        match self.wait(&told, number, turn) {
            None => slot.lock().ok().and_then(|mut slot| slot.take()).unwrap_or_else(|| Err(stopped())),
            Some(failure) => Err(failure),
        }
    }

    /// Waits for the commit. A job whose turn has come is given up only when the server hangs.
    fn wait(&self, told: &Receiver<Option<Failure>>, number: u64, turn: Duration) -> Option<Failure> {
        let deadline = Instant::now() + turn;
        loop {
            match told.recv_timeout(LOOK.min(turn)) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Disconnected) => return Some(stopped()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let hangs = self.pulse.has_stopped(self.patience.statement);
            if !hangs && Instant::now() < deadline {
                continue;
            }
            if self.line.leave(number) {
                let why = if hangs { "it hangs" } else { "others write for longer than this call may wait" };
                return Some(Failure::new(code::DATABASE, [why]));
            }
            if hangs {
                return Some(Failure::new(code::OUTCOME_UNKNOWN, ["the database hangs"]));
            }
        }
    }

    /// Has the work done with one of the next commits, and again until it is.
    pub(crate) fn write_later(&self, work: Arc<Later>) {
        postpone(Arc::downgrade(&self.line), work);
    }

    /// Whether a commit is possible; a large job that has its turn is a sign of it.
    pub(crate) fn proves(&self, within: Duration) -> Result<(), Failure> {
        let proof = self.write(0, within, |_| Ok(()));
        proof.or_else(
            |failure| if self.line.has_large_turn() && !self.pulse.has_stopped(self.patience.statement) { Ok(()) } else { Err(failure) },
        )
    }

    /// Lets those in line have their turn, and no others; waits for the end, at most this long and not for a server that
    /// hangs.
    pub(crate) fn close(&self, within: Duration) {
        self.line.close();
        let Ok(ended) = self.ended.lock() else { return };
        let deadline = Instant::now() + within;
        while ended.recv_timeout(LOOK.min(within)) == Err(RecvTimeoutError::Timeout) {
            if Instant::now() >= deadline || self.pulse.has_stopped(self.patience.statement) {
                log::warn!("the writer did not end in time; what was answered is stored");
                return;
            }
        }
    }
}

/// Ends the thread when nobody holds the store any more.
impl Drop for Writer {
    fn drop(&mut self) {
        self.line.close();
    }
}
