//! The line of those that wait for the writer: who goes next, and who is tired of waiting.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::tx::Tx;
use crate::domain::Failure;

/// Jobs that may share one commit, and what they may weigh together.
const MOST_JOBS: usize = 256;
const MOST_WEIGHT: usize = 1024 * 1024;
/// Jobs that weigh more have a commit of their own.
const LARGE: usize = 64 * 1024;

pub(super) struct Job {
    /// Does the work and keeps the result; false undoes it.
    pub run: Box<dyn FnOnce(&mut Tx<'_>) -> bool + Send>,
    /// Hands the result out, once the commit is known.
    pub done: Box<dyn FnOnce(Option<Failure>) + Send>,
}

/// Which jobs share the next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// So many small ones, the oldest first.
    Small(usize),
    /// The oldest large one, alone.
    Large,
    Nobody,
}

/// Small and large jobs take turns, so that a small one waits for at most one large one, and a large one for at most one
/// commit of small ones.
fn next(small: impl Iterator<Item = usize>, large_waits: bool, large_was_last: bool) -> Turn {
    let mut weight: usize = 0;
    let fitting = small.take(MOST_JOBS).take_while(|one| {
        let first = weight == 0;
        weight = weight.saturating_add((*one).max(1));
        first || weight <= MOST_WEIGHT
    });
    match fitting.count() {
        0 if large_waits => Turn::Large,
        0 => Turn::Nobody,
        _ if large_waits && !large_was_last => Turn::Large,
        count => Turn::Small(count),
    }
}

struct Waiting {
    number: u64,
    weight: usize,
    job: Job,
}

#[derive(Default)]
struct State {
    small: VecDeque<Waiting>,
    large: VecDeque<Waiting>,
    /// The writer has worked on a large one last, or still does.
    large_was_last: bool,
    /// Jobs of which nobody waits for the end. They go first, so that whoever comes later sees what they change.
    later: Vec<Job>,
    /// When they go alone, if no small one has come by then.
    latest: Option<Instant>,
    last_number: u64,
    /// Nobody may join any more.
    closed: bool,
}

impl State {
    fn take_in(&mut self, job: Job) -> bool {
        let kept = self.later.len() < MOST_JOBS;
        if kept {
            self.later.push(job);
        }
        kept
    }

    fn take_later(&mut self) -> Vec<Job> {
        self.latest = None;
        std::mem::take(&mut self.later)
    }
}

#[derive(Default)]
pub(super) struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number under which the job waits; `None` when the line is closed.
    pub(crate) fn join(&self, weight: usize, job: Job) -> Option<u64> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        state.last_number = state.last_number.wrapping_add(1);
        let number = state.last_number;
        let line = if weight > LARGE { &mut state.large } else { &mut state.small };
        line.push_back(Waiting { number, weight, job });
        drop(state);
        self.changed.notify_one();
        Some(number)
    }

    /// Has a job go with the next small ones. Too many of them are not kept.
    pub(crate) fn join_later(&self, job: Job) -> bool {
        self.state().take_in(job)
    }

    /// Like [`Line::join_later`], but it waits only so long for a small one to go with.
    pub(crate) fn join_within(&self, wait: Duration, job: Job) -> bool {
        let mut state = self.state();
        let kept = state.take_in(job);
        if kept && state.latest.is_none() {
            state.latest = Some(Instant::now() + wait);
            drop(state);
            self.changed.notify_one();
        }
        kept
    }

    /// Takes a job out of the line. False: its turn has come already.
    pub(crate) fn leave(&self, number: u64) -> bool {
        let mut state = self.state();
        let before = state.small.len() + state.large.len();
        state.small.retain(|waiting| waiting.number != number);
        state.large.retain(|waiting| waiting.number != number);
        state.small.len() + state.large.len() < before
    }

    /// The jobs of the next commit; waits for some. `None` when the line is closed and empty.
    pub(crate) fn next(&self) -> Option<Vec<Job>> {
        let mut state = self.state();
        loop {
            let turn = next(state.small.iter().map(|waiting| waiting.weight), !state.large.is_empty(), state.large_was_last);
            state.large_was_last = turn == Turn::Large;
            let taken: Vec<Job> = match turn {
                Turn::Small(count) => {
                    let mut jobs = state.take_later();
                    jobs.extend(state.small.drain(..count).map(|waiting| waiting.job));
                    jobs
                }
                Turn::Large => state.large.pop_front().map(|waiting| waiting.job).into_iter().collect(),
                Turn::Nobody => match state.latest.map(|latest| latest.saturating_duration_since(Instant::now())) {
                    Some(wait) if wait.is_zero() || state.closed => state.take_later(),
                    Some(wait) => {
                        (state, _) = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
                        continue;
                    }
                    None if state.closed => return None,
                    None => {
                        state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                        continue;
                    }
                },
            };
            return Some(taken);
        }
    }

    /// The writer may be busy for long, and all is well.
    pub(crate) fn has_large_turn(&self) -> bool {
        self.state().large_was_last
    }

    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Job, LARGE, Line, MOST_JOBS, MOST_WEIGHT, Turn, next};

    fn job() -> Job {
        Job { run: Box::new(|_| true), done: Box::new(drop) }
    }

    #[test]
    fn a_job_that_may_wait_has_no_commit_of_its_own_while_others_come() {
        let line = Line::default();
        assert!(line.join_within(Duration::from_secs(3600), job()) && line.join(0, job()).is_some());
        assert_eq!(line.next().map(|jobs| jobs.len()), Some(2));
        assert!(line.join_within(Duration::ZERO, job()));
        assert_eq!(line.next().map(|jobs| jobs.len()), Some(1), "nobody came in time");
        assert!(line.join_within(Duration::from_secs(3600), job()));
        line.close();
        assert_eq!(line.next().map(|jobs| jobs.len()), Some(1), "before the end it is done");
        assert!(line.next().is_none());
    }

    fn small(count: usize) -> impl Iterator<Item = usize> {
        std::iter::repeat_n(100, count)
    }

    #[test]
    fn small_jobs_share_a_commit_up_to_a_number_and_a_weight() {
        assert_eq!(next(small(0), false, false), Turn::Nobody);
        assert_eq!(next(small(3), false, false), Turn::Small(3));
        assert_eq!(next(small(1000), false, false), Turn::Small(MOST_JOBS));
        assert_eq!(next(std::iter::repeat_n(LARGE, 100), false, false), Turn::Small(MOST_WEIGHT / LARGE));
        assert_eq!(next(std::iter::repeat_n(0, 1000), false, false), Turn::Small(MOST_JOBS), "what weighs nothing is counted");
    }

    #[test]
    fn a_small_job_waits_for_one_large_one_at_most() {
        assert_eq!(next(small(3), true, true), Turn::Small(3));
    }

    #[test]
    fn a_large_job_waits_for_one_commit_of_small_ones_at_most() {
        assert_eq!(next(small(1000), true, false), Turn::Large);
        assert_eq!(next(small(0), true, true), Turn::Large, "nobody else wants to");
    }

    #[test]
    fn neither_is_starved_while_both_keep_coming() {
        let mut large_was_last = false;
        let mut turns = Vec::new();
        for _ in 0..6 {
            let turn = next(small(1000), true, large_was_last);
            large_was_last = turn == Turn::Large;
            turns.push(turn);
        }
        let (large, few) = (Turn::Large, Turn::Small(MOST_JOBS));
        assert_eq!(turns, [large, few, large, few, large, few]);
    }
}
