//! How calls wake workers, and workers report that something was settled.

use crate::domain::AccountId;
use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

/// Shared by calls and workers of one process.
#[derive(Default)]
pub struct Bell {
    state: Mutex<State>,
    rung: Condvar,
    settlements: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    accounts: BTreeSet<AccountId>,
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
    pub fn ring(&self, accounts: &[AccountId]) {
        self.state().accounts.extend(accounts);
        self.rung.notify_all();
    }

    /// Ends the waiting of the workers, for shutdown.
    pub fn stop(&self) {
        self.state().stopping = true;
        self.rung.notify_all();
    }

    /// Waits as a worker of `account` until somebody rings, or until `deadline`.
    pub fn wait_for_work(&self, account: AccountId, deadline: Instant) -> Wake {
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

    /// Has waiting calls look again.
    pub fn tell_settled(&self) {
        self.settlements.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Counts settlements from now on: who looks, and then waits for a change, cannot miss one.
    pub fn settlements(&self) -> watch::Receiver<u64> {
        self.settlements.subscribe()
    }
}
