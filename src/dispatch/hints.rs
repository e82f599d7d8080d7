//! Calls by which channels say that something has happened: they bring the next poll of an account forward, and nothing else. Polling stays
//! the truth, so a call that is lost, repeated or invented does no harm.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::bell::Bell;
use super::retry::after;
use crate::connectors::{Delivery, Hint, Hooks, Unproven};
use crate::domain::{AccountId, Failure, Stamp};
use crate::store::Store;
use crate::store::accounts::{self, WorkRow};

/// However many calls come, polls have at least this pause between them.
const LEAST_PAUSE: Duration = Duration::from_secs(5);
/// Ids of calls that are remembered of each account; one that comes later than so many others only costs a poll.
const REMEMBERED: usize = 256;

/// Takes the calls for all accounts that have a secret for them.
pub(crate) struct Hints {
    store: Store,
    bell: Arc<Bell>,
    of: BTreeMap<AccountId, Arc<dyn Hooks>>,
    seen: Mutex<BTreeMap<AccountId, VecDeque<String>>>,
}

impl Hints {
    pub(crate) fn new(store: Store, bell: Arc<Bell>, of: BTreeMap<AccountId, Arc<dyn Hooks>>) -> Hints {
        Hints { store, bell, of, seen: Mutex::default() }
    }

    /// Takes a call. `account`: what the address names. May block.
    ///
    /// # Errors
    /// The same for an account that does not exist, one without webhooks, and a signature that is wrong.
    pub(crate) fn take(&self, account: &str, delivery: &Delivery<'_>) -> Result<(), Unproven> {
        if delivery.is_ping() {
            return Ok(());
        }
        let account_id = account.parse().map(AccountId).map_err(|_| Unproven)?;
        let hooks = self.of.get(&account_id).ok_or(Unproven)?;
        let Hint::Orders { event } = hooks.read(delivery)? else { return Ok(()) };
        if event.is_some_and(|event| !self.is_new(account_id, event)) {
            return Ok(());
        }
        // The channel cannot help it: it would give up calling, and the next regular poll sees what it meant.
        if let Err(failure) = self.bring_forward(account_id, Stamp::now()) {
            log::debug!("account {account_id}: a hint of its channel is lost: {failure}");
        }
        Ok(())
    }

    fn is_new(&self, account_id: AccountId, event: String) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let events = seen.entry(account_id).or_default();
        if events.contains(&event) {
            return false;
        }
        if events.len() >= REMEMBERED {
            events.pop_front();
        }
        events.push_back(event);
        true
    }

    fn bring_forward(&self, account_id: AccountId, now: Stamp) -> Result<(), Failure> {
        // Most calls of a flood end here, without a commit.
        let work = self.store.read(|conn| accounts::work_of(conn, account_id))?;
        let Some(at) = work.and_then(|work| poll_at(&work, now)) else { return Ok(()) };
        self.store.write(move |tx| accounts::poll_earlier(tx, account_id, at))?;
        self.bell.ring(&[account_id]);
        Ok(())
    }
}

/// When orders are collected after a hint; `None`: not earlier than without it. While calls fail, only their own pace counts.
fn poll_at(work: &WorkRow, now: Stamp) -> Option<Stamp> {
    let failing = work.failures > 0 || work.poll_begun > 1;
    let least = work.polled_at.map_or(now, |polled| after(Stamp(polled), LEAST_PAUSE));
    let at = now.max(least);
    (!failing && work.next_poll_at > at.0).then_some(at)
}
