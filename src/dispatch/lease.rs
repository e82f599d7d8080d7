//! The lease by which a worker owns its account, in the database: one process at a time calls a channel.

use super::begun;
use super::context::Context;
use super::retry::after;
use crate::domain::{Failure, Stamp};
use crate::store::begun::SetAside;
use crate::store::{accounts, limited_calls};

pub(super) struct Lease {
    /// Of this process; all its workers have the same.
    owner: String,
    /// It may be taken from an owner that seems to live: its own past.
    steal: bool,
    until: Stamp,
}

impl Lease {
    pub(crate) fn new(owner: String, steal: bool) -> Lease {
        Lease { owner, steal, until: Stamp(0) }
    }

    #[cfg(test)]
    pub(crate) fn set_steal(&mut self, steal: bool) {
        self.steal = steal;
    }

    /// Whether the account is ours to work on now. The lease is renewed when less than half of it is left.
    pub(crate) fn hold(&mut self, context: &Context, now: Stamp) -> Result<bool, Failure> {
        if self.until.0.saturating_sub(now.0) > half(context) {
            return Ok(true);
        }
        let account_id = context.account_id();
        if !self.steal {
            // Looking costs no write; a waiting process looks often.
            let work = context.store.read(|conn| accounts::work_of(conn, account_id))?;
            if work.is_some_and(|work| work.lease_until > now.0 && work.lease_owner.as_deref() != Some(&self.owner)) {
                return Ok(false);
            }
        }
        let until = after(now, context.settings.dispatch.lease);
        let (owner, steal, first_time) = (self.owner.clone(), self.steal, self.until == Stamp(0));
        let account = context.account.clone();
        let aside = context.store.write(move |tx| {
            if accounts::take_lease(tx, account_id, &owner, now, until, steal)?.is_none() {
                return Ok(None);
            }
            if !first_time {
                return Ok(Some(SetAside::default()));
            }
            // What the process before was allowed to do is not what we are.
            limited_calls::forget(tx, account_id)?;
            begun::take_up(tx, &account, now).map(Some)
        })?;
        let Some(aside) = aside else { return Ok(false) };
        begun::tell_log(account_id, &aside);
        self.steal = false;
        self.until = until;
        Ok(true)
    }

    /// When it has to be renewed.
    pub(crate) fn renewal(&self, context: &Context) -> Stamp {
        Stamp(self.until.0.saturating_sub(half(context)))
    }

    /// The account must be taken over again.
    pub(crate) fn forget(&mut self) {
        self.until = Stamp(0);
    }

    /// Lets other processes have the account at once.
    pub(crate) fn give_back(&self, context: &Context) {
        let (account_id, owner) = (context.account_id(), self.owner.clone());
        if let Err(failure) = context.store.write(move |tx| accounts::release_lease(tx, account_id, &owner)) {
            log::warn!("account {account_id}: the lease ends by time: {failure}");
        }
    }
}

fn half(context: &Context) -> i64 {
    i64::try_from(context.settings.dispatch.lease.as_micros() / 2).unwrap_or(i64::MAX)
}
