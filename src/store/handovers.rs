//! Which stored answers their callers' sockets have taken. This process knows at once, the others with one of the next
//! commits.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};
use std::time::Duration;

use super::line::{Job, Line};
use super::replay;

/// A mark waits this long for a commit that it can share. Callers that send one call after the other bring one sooner.
const MARKED_WITHIN: Duration = Duration::from_millis(100);

#[derive(Default)]
struct Unmarked {
    answers: BTreeSet<i32>,
    /// A job that marks them is in line.
    queued: bool,
}

pub struct Handovers {
    /// Shared by those who give the end of an answer to a socket, exclusive for those who ask: what a caller can have
    /// read is known.
    gate: RwLock<()>,
    unmarked: Mutex<Unmarked>,
    /// The line keeps a job that keeps this.
    line: Weak<Line>,
}

impl Handovers {
    pub(super) fn new(line: &Arc<Line>) -> Arc<Handovers> {
        Arc::new(Handovers { gate: RwLock::default(), unmarked: Mutex::default(), line: Arc::downgrade(line) })
    }

    fn unmarked(&self) -> MutexGuard<'_, Unmarked> {
        self.unmarked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What comes with a stored answer.
    pub fn receipt(self: &Arc<Handovers>, replay_id: i32) -> Receipt {
        Receipt { of: Arc::clone(self), replay_id }
    }

    /// This process handed the answer over, and its mark may not be committed yet.
    pub fn include(&self, replay_id: i32) -> bool {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.unmarked().answers.contains(&replay_id)
    }

    fn add(self: &Arc<Handovers>, replay_id: i32) {
        let mut unmarked = self.unmarked();
        unmarked.answers.insert(replay_id);
        self.queue(&mut unmarked);
    }

    fn queue(self: &Arc<Handovers>, unmarked: &mut Unmarked) {
        if !unmarked.queued {
            unmarked.queued = self.line.upgrade().is_some_and(|line| line.join_within(MARKED_WITHIN, self.job()));
        }
    }

    /// Marks all that are unmarked when it runs. What fails is tried again with the next answer.
    fn job(self: &Arc<Handovers>) -> Job {
        let marked = Arc::new(Mutex::new(Vec::new()));
        let (running, ending, done) = (Arc::clone(self), Arc::clone(self), Arc::clone(&marked));
        Job {
            run: Box::new(move |tx| {
                let answers: Vec<i32> = running.unmarked().answers.iter().copied().collect();
                let worked = replay::mark_handed_over(tx, &answers)
                    .inspect_err(|failure| log::warn!("answers are marked as handed over later: {failure}"))
                    .is_ok();
                if worked {
                    *marked.lock().unwrap_or_else(PoisonError::into_inner) = answers;
                }
                worked
            }),
            done: Box::new(move |failure| ending.end(&done.lock().unwrap_or_else(PoisonError::into_inner), failure.is_none())),
        }
    }

    fn end(self: &Arc<Handovers>, marked: &[i32], committed: bool) {
        let mut unmarked = self.unmarked();
        unmarked.queued = false;
        if !committed || marked.is_empty() {
            return;
        }
        unmarked.answers.retain(|answer| marked.binary_search(answer).is_err());
        if !unmarked.answers.is_empty() {
            self.queue(&mut unmarked);
        }
    }
}

/// Belongs to a stored answer: with it, whoever sends the answer says that the socket took its last byte.
#[derive(Clone)]
pub struct Receipt {
    of: Arc<Handovers>,
    replay_id: i32,
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receipt({})", self.replay_id)
    }
}

impl Receipt {
    /// To be held from before the socket gets the last byte until [`Receipt::taken`]: a caller may send the same document
    /// again as soon as it has the answer.
    pub fn passing(&self) -> RwLockReadGuard<'_, ()> {
        self.of.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn taken(&self) {
        self.of.add(self.replay_id);
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::super::replay::{ReplayRow, keep};
    use super::super::schema::replays;
    use super::super::testing::stores;
    use crate::on;

    #[test]
    fn a_handover_is_known_at_once_and_marked_with_the_next_commit() {
        for (database, store, _guard) in stores() {
            let row = |key: &str| ReplayRow {
                replay_id: 0,
                replay_key: key.to_owned(),
                keyed: false,
                document: key.to_owned(),
                additive: true,
                answer: String::new(),
                records: 1,
                failures: 0,
                created_at: 0,
                handed_over: false,
            };
            let (taken, lost) = store
                .write(move |tx| {
                    let (mut taken, mut lost) = (row("taken"), row("lost"));
                    keep(tx, &mut taken)?;
                    keep(tx, &mut lost)?;
                    Ok((taken.replay_id, lost.replay_id))
                })
                .unwrap();
            let handovers = store.handovers();
            let receipt = handovers.receipt(taken);
            assert!(!handovers.include(taken), "{database}");
            let passing = receipt.passing();
            receipt.taken();
            drop(passing);
            assert!(handovers.include(taken) && !handovers.include(lost), "{database}");
            // What waits goes first in a commit.
            let marked = store
                .write(|tx| {
                    Ok(on!(&mut tx.conn, c => replays::table.filter(replays::handed_over).select(replays::replay_id).load::<i32>(c))?)
                })
                .unwrap();
            assert_eq!(marked, [taken], "{database}");
            // The commit has ended when the next one has its turn.
            store.settle_clock().unwrap();
            assert!(!handovers.include(taken), "{database}: nothing is kept in memory for good");
        }
    }
}
