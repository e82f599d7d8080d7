//! Waiting for the channels, after the commit of a call. It holds no thread: who serves the call pauses as long as it
//! likes, and looks in between.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Answer, Gateway};
use crate::domain::{AccountId, Stamp};
use crate::store::Conn;
use crate::store::outbox::{self, Errand, Unsettled};

/// How often a waiting call looks on its own where several processes share the work: workers of other processes do not
/// ring our bell.
const LOOK_AT_SHARED: Duration = Duration::from_millis(100);

/// How far a call got.
pub enum Step {
    Done(Answer),
    /// It is committed, and the channels have not settled yet what it caused.
    Waiting(Waiting),
}

/// What is known of the rows that a call caused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settled {
    /// Rows that are not settled.
    pub pending: usize,
    /// Rows that were refused.
    pub parked: usize,
}

type Finish = Box<dyn FnOnce(&Gateway, Settled) -> Answer + Send>;

/// A committed call: its answer is a success, whatever happens from here on.
pub struct Waiting {
    gateway: Gateway,
    stamp: Stamp,
    /// Facts of earlier calls.
    awaited: Vec<i32>,
    errand: Option<Errand>,
    accounts: Vec<AccountId>,
    /// Does not wait for what cannot be settled by then anyway: a channel that is down must not slow every call of the
    /// ERP down.
    in_time: Stamp,
    until: Instant,
    every: Duration,
    settlements: watch::Receiver<u64>,
    seen: Option<Settled>,
    finish: Finish,
}

impl Waiting {
    pub(super) fn new(
        gateway: &Gateway,
        (stamp, awaited): (Stamp, Vec<i32>),
        errand: Option<Errand>,
        accounts: Vec<AccountId>,
        wait: Duration,
        finish: Finish,
    ) -> Waiting {
        Waiting {
            gateway: gateway.clone(),
            stamp,
            awaited,
            errand,
            accounts,
            in_time: Stamp::now().plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
            until: Instant::now() + wait,
            every: if gateway.store.is_shared() { LOOK_AT_SHARED } else { wait },
            settlements: gateway.bell.settlements(),
            seen: None,
            finish,
        }
    }

    /// Looks whether the rest can be answered now; blocks as long as the database does. What cannot be found out is
    /// waited for.
    pub fn look(&mut self) -> bool {
        self.settlements.mark_unchanged();
        let (stamp, awaited, errand, accounts, in_time) =
            (self.stamp, self.awaited.clone(), self.errand, self.accounts.clone(), self.in_time);
        let unsettled = move |conn: &mut Conn<'_>| {
            outbox::unsettled(conn, (stamp, &awaited), errand.map(|errand| (errand, accounts.as_slice())), in_time)
        };
        match self.gateway.store.read_in_time(unsettled) {
            Ok(Unsettled { pending, parked, soon }) => {
                let count = |rows: i64| usize::try_from(rows).unwrap_or_default();
                self.seen = Some(Settled { pending: count(pending), parked: count(parked) });
                soon == 0
            }
            Err(failure) => {
                log::warn!("stored, but whether the channels know cannot be read: {failure}");
                false
            }
        }
    }

    /// Pauses until a worker has settled something, or it is time to look again. False: the time is over.
    pub async fn pause(&mut self) -> bool {
        let next = self.until.min(Instant::now() + self.every);
        // An error means that nobody will ring any more; the time is all there is to wait for then.
        if let Ok(Err(_)) = tokio::time::timeout_at(next.into(), self.settlements.changed()).await {
            tokio::time::sleep_until(next.into()).await;
        }
        Instant::now() < self.until
    }

    /// The answer, with what is known by now; blocks as long as the database does.
    pub fn finish(self) -> Answer {
        // Without an answer of the database nothing is known but the accounts that are concerned.
        let settled = self.seen.unwrap_or(Settled { pending: self.accounts.len(), parked: 0 });
        (self.finish)(&self.gateway, settled)
    }
}
