//! How calls wake workers, and workers tell that something was settled.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by calls and workers of one process.
#[derive(Default)]
pub struct Bell {
    state: Mutex<State>,
    rung: Condvar,
    settled: Condvar,
}

#[derive(Default)]
struct State {
    accounts: BTreeSet<i32>,
    /// Counts settlements, so that a waiter cannot miss one between looking and waiting.
    settlements: u64,
    stopping: bool,
}

/// Why a worker woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    Rung,
    Time,
    Stop,
}

impl Bell {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the workers of these accounts.
    pub fn ring(&self, accounts: &[i32]) {
        self.state().accounts.extend(accounts);
        self.rung.notify_all();
    }

    /// Ends all waiting, for shutdown.
    pub fn stop(&self) {
        self.state().stopping = true;
        self.rung.notify_all();
        self.settled.notify_all();
    }

    /// Waits as a worker of `account` until somebody rings, or until `deadline`.
    pub fn wait_for_work(&self, account: i32, deadline: Instant) -> Wake {
        let mut state = self.state();
        loop {
            if state.stopping {
                return Wake::Stop;
            }
            if state.accounts.remove(&account) {
                return Wake::Rung;
            }
            let now = Instant::now();
            if now >= deadline {
                return Wake::Time;
            }
            state = self.rung.wait_timeout(state, deadline - now).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Tells waiting calls to look again.
    pub fn tell_settled(&self) {
        let mut state = self.state();
        state.settlements = state.settlements.wrapping_add(1);
        drop(state);
        self.settled.notify_all();
    }

    /// Calls `look` now, after every settlement and at least `every` so often, until it gives a value or the deadline
    /// passes.
    pub fn wait_settled<T>(&self, deadline: Instant, every: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        loop {
            let seen = self.state().settlements;
            if let Some(value) = look() {
                return Some(value);
            }
            let next_look = deadline.min(Instant::now() + every);
            let mut state = self.state();
            while state.settlements == seen {
                let now = Instant::now();
                if now >= deadline || state.stopping {
                    return None;
                }
                if now >= next_look {
                    break;
                }
                state = self.settled.wait_timeout(state, next_look - now).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}
