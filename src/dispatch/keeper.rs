//! Leases during long calls: a channel may take longer than a lease, and its worker cannot renew while it waits.

use crate::domain::AccountId;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The accounts whose workers are in a channel call now.
#[derive(Default)]
pub(crate) struct Keeper {
    calling: Mutex<BTreeSet<AccountId>>,
}

/// Lives as long as the call.
pub(crate) struct Kept<'k> {
    keeper: &'k Keeper,
    account_id: AccountId,
}

impl Keeper {
    fn calling(&self) -> MutexGuard<'_, BTreeSet<AccountId>> {
        self.calling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the account's lease renewed until the answer is dropped.
    pub(crate) fn keep(&self, account_id: AccountId) -> Kept<'_> {
        self.calling().insert(account_id);
        Kept { keeper: self, account_id }
    }

    /// The accounts whose leases have to be renewed.
    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        self.calling().iter().copied().collect()
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.keeper.calling().remove(&self.account_id);
    }
}
