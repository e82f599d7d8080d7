//! Places: how much of a thing is served at a time, and by whom. One party may take all but a quarter of them, so that
//! the others always find some.
//!
//! [`Places`] are taken or refused; a [`Lane`] also has threads, and who finds none free queues. Each kind of work has a
//! lane of its own: what one of them waits for holds nothing else up.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::{Failure, code};

/// How long work waits for a thread. Longer than most clients wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// An idle thread of a lane ends after this time.
const IDLE: Duration = Duration::from_secs(60);

/// Who takes a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Party {
    User(String),
    /// Before the login.
    Address(IpAddr),
}

/// All but a quarter.
pub(super) fn share(places: usize) -> usize {
    (places - places.div_ceil(4)).max(1)
}

/// A bounded number of places.
pub(super) struct Places {
    most: usize,
    taken: Mutex<HashMap<Party, usize>>,
}

impl Places {
    pub(super) fn new(most: usize) -> Arc<Places> {
        Arc::new(Places { most, taken: Mutex::default() })
    }

    /// `None`: all places are taken, or the share of this party.
    pub(super) fn take(self: &Arc<Places>, party: &Party) -> Option<Place> {
        let mut taken = lock(&self.taken);
        let own = taken.get(party).copied().unwrap_or_default();
        if own >= share(self.most) || taken.values().sum::<usize>() >= self.most {
            return None;
        }
        taken.insert(party.clone(), own + 1);
        Some(Place { of: Arc::clone(self), party: party.clone() })
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> usize {
        lock(&self.taken).values().sum()
    }
}

/// A place, given back when dropped.
pub(super) struct Place {
    of: Arc<Places>,
    party: Party,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.of.taken);
        if let Some(own) = taken.get_mut(&self.party) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.party);
            }
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The threads of all lanes: as many as the lanes have places, so that none ever waits for a thread of another.
pub(super) struct Threads {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Threads {
    pub(super) fn new(places: usize) -> std::io::Result<Threads> {
        let runtime = Builder::new_current_thread().max_blocking_threads(places).thread_keep_alive(IDLE).thread_name("work").build()?;
        let handle = runtime.handle().clone();
        Ok(Threads { runtime: Some(runtime), handle })
    }

    /// A lane with so many of the threads.
    pub(super) fn lane(&self, places: usize) -> Lane {
        Lane { most: places, all: Arc::new(Semaphore::new(places)), shares: Mutex::default(), threads: self.handle.clone() }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // May happen on a thread that must not block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Threads for one kind of work, handed out in order.
pub(super) struct Lane {
    most: usize,
    all: Arc<Semaphore>,
    shares: Mutex<HashMap<String, Arc<Semaphore>>>,
    threads: Handle,
}

/// A thread's place in a lane; given back when the work has ended, even if nobody waits for it any more.
pub(super) struct Turn {
    _own: Option<OwnedSemaphorePermit>,
    _all: OwnedSemaphorePermit,
}

impl Lane {
    /// Waits for a turn. A user queues for its share first; with none, for the lane alone.
    ///
    /// # Errors
    /// `OVERLOADED` after a minute.
    pub(super) async fn turn(&self, user: Option<&str>) -> Result<Turn, Failure> {
        self.turn_within(user, PATIENCE).await
    }

    pub(super) async fn turn_within(&self, user: Option<&str>, patience: Duration) -> Result<Turn, Failure> {
        let turn = tokio::time::timeout(patience, self.queue(user)).await;
        turn.ok().flatten().ok_or_else(|| Failure::new(code::OVERLOADED, []))
    }

    /// Waits for a turn however long it takes: what is committed cannot be refused any more.
    pub(super) async fn turn_at_last(&self, user: &str) -> Option<Turn> {
        self.queue(Some(user)).await
    }

    async fn queue(&self, user: Option<&str>) -> Option<Turn> {
        let own = match user {
            Some(user) => Some(self.share_of(user).acquire_owned().await.ok()?),
            None => None,
        };
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn { _own: own, _all: all })
    }

    /// Users are those of the configuration: the table does not grow.
    fn share_of(&self, user: &str) -> Arc<Semaphore> {
        let mut shares = lock(&self.shares);
        if let Some(share) = shares.get(user) {
            return Arc::clone(share);
        }
        let share = Arc::new(Semaphore::new(share(self.most)));
        shares.insert(user.to_owned(), Arc::clone(&share));
        share
    }

    /// Works on a thread that may block. `None`: the work broke down.
    pub(super) async fn work<T: Send + 'static>(&self, turn: Turn, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let working = self.threads.spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        working.await.ok()
    }

    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.all.available_permits()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn user(name: &str) -> Party {
        Party::User(name.to_owned())
    }

    #[test]
    fn one_party_may_take_all_but_a_quarter_of_the_places() {
        for (places, most) in [(1, 1), (2, 1), (4, 3), (100, 75), (1000, 750)] {
            let all = Places::new(places);
            let taken: Vec<_> = std::iter::from_fn(|| all.take(&user("greedy"))).collect();
            assert_eq!(taken.len(), most, "of {places}");
            let rest: Vec<_> = std::iter::from_fn(|| all.take(&Party::Address([127, 0, 0, 1].into()))).collect();
            assert_eq!(rest.len(), (places - most).min(share(places)), "of {places}");
            drop((taken, rest));
            assert_eq!(all.taken(), 0);
            assert!(lock(&all.taken).is_empty(), "nobody is remembered without a place");
        }
    }

    #[actix_web::test]
    async fn the_work_of_one_user_leaves_a_quarter_of_the_threads_to_others() {
        let threads = Threads::new(4).expect("threads");
        let lane = threads.lane(4);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(lane.turn(Some("greedy")).await.expect("a turn"));
        }
        let refused = lane.turn_within(Some("greedy"), Duration::ZERO).await;
        assert_eq!(refused.err().map(|failure| failure.code.number), Some(9003));
        let turn = lane.turn_within(Some("modest"), Duration::ZERO).await.expect("a turn");
        assert_eq!(lane.work(turn, || 7).await, Some(7));
        assert_eq!(lane.free(), 1);
    }

    #[actix_web::test]
    async fn a_lane_that_is_full_of_hanging_work_holds_no_other_up() {
        let threads = Threads::new(3).expect("threads");
        let (full, other) = (threads.lane(2), threads.lane(1));
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let mut hanging = Vec::new();
        for _ in 0..2 {
            let released = Arc::clone(&released);
            let turn = full.turn(None).await.expect("a turn");
            hanging.push(full.threads.spawn_blocking(move || {
                let _turn = turn;
                lock(&released).recv()
            }));
        }
        let turn = other.turn(None).await.expect("a turn");
        assert_eq!(other.work(turn, || "done").await, Some("done"));
        assert_eq!(full.free(), 0);
        drop(release);
        for work in hanging {
            assert!(work.await.is_ok());
        }
        assert_eq!(full.free(), 2);
    }

    #[actix_web::test]
    async fn work_that_panics_gives_its_place_back() {
        let threads = Threads::new(1).expect("threads");
        let lane = threads.lane(1);
        let turn = lane.turn(None).await.expect("a turn");
        assert_eq!(lane.work(turn, || -> u8 { panic!("an operation broke down") }).await, None);
        assert_eq!(lane.free(), 1);
    }
}
