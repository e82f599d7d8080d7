//! Checkpoints of SQLite: what its log holds is copied into the database file beside the commits, so that calls need not
//! wait for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;

use super::address::Owned;
use super::door::Door;
use crate::domain::{Failure, code};

/// Between a commit and the checkpoint after it. Pages that are written several times within it are copied once.
const AFTER: Duration = Duration::from_millis(200);
/// At so many pages in the log a commit makes a checkpoint itself. While commits come all the time the log only begins again
/// in this way: 32 MB of it.
const MOST_PAGES: u32 = 8_000;

#[derive(Default)]
struct State {
    /// Something was committed since the last checkpoint.
    due: bool,
    closed: bool,
}

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

impl Signal {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a checkpoint is to be made. False: none is any more.
    fn wait(&self) -> bool {
        let idle = self.changed.wait_while(self.state(), |state| !state.due && !state.closed).unwrap_or_else(PoisonError::into_inner);
        let busy = self.changed.wait_timeout_while(idle, AFTER, |state| !state.closed);
        let (mut state, _) = busy.unwrap_or_else(PoisonError::into_inner);
        state.due = false;
        !state.closed
    }
}

/// The thread that makes checkpoints. Ends when it is dropped.
pub(super) struct Checkpoints {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// PostgreSQL looks after its log itself.
    pub(crate) fn start(door: &Arc<Door>) -> Result<Option<Checkpoints>, Failure> {
        if door.is_shared() {
            return Ok(None);
        }
        let signal = Arc::new(Signal::default());
        let (waiting, door) = (Arc::clone(&signal), Arc::clone(door));
        let thread = std::thread::Builder::new().name("checkpoints".into()).spawn(move || work(&door, &waiting));
        let thread = thread.map_err(|e| Failure::new(code::INTERNAL, [&e.to_string()]))?;
        Ok(Some(Checkpoints { signal, thread: Some(thread) }))
    }

    /// Leaves the checkpoints to the thread, unless it does not get on.
    pub(crate) fn leave_to_thread(writer: &mut SqliteConnection) -> diesel::QueryResult<()> {
        writer.batch_execute(&format!("PRAGMA wal_autocheckpoint = {MOST_PAGES}"))
    }

    /// Something was committed.
    pub(crate) fn committed(&self) {
        let mut state = self.signal.state();
        if !state.due {
            state.due = true;
            self.signal.changed.notify_all();
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.signal.state().closed = true;
        self.signal.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(door: &Door, signal: &Signal) {
    let mut connection = None;
    while signal.wait() {
        if connection.is_none() {
            connection = door.connect().ok();
        }
        let Some(Owned::Sqlite(open)) = &mut connection else { continue };
        // It copies what it can without making anybody wait; the rest comes with the next one.
        if let Err(error) = open.batch_execute("PRAGMA wal_checkpoint(PASSIVE)") {
            log::info!("no checkpoint: {error}");
            connection = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::store::Store;
    use crate::store::counters::set_counter;

    /// Bytes of the database file without its log.
    fn bytes(path: &std::path::Path) -> u64 {
        std::fs::metadata(path).map(|file| file.len()).unwrap_or_default()
    }

    #[test]
    fn what_was_committed_comes_into_the_file_although_nobody_writes_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kontor.db");
        let store = Store::open(path.to_str().unwrap()).unwrap();
        let long = "n".repeat(1_000);
        let before = bytes(&path);
        store.write(move |tx| (0..200).try_for_each(|n| set_counter(tx, &format!("{long}{n}"), n))).unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        while bytes(&path) < before + 200_000 {
            assert!(Instant::now() < patience, "the file still has {} bytes", bytes(&path));
            std::thread::sleep(Duration::from_millis(20));
        }
        store.close();
        let left: Vec<String> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert!(left.iter().all(|name| !name.ends_with("-wal") || bytes(&folder.path().join(name)) == 0), "{left:?}");
    }
}
