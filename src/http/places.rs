//! Places: how much of a thing is served at a time, and by whom. One user may take all but a quarter of them, so that the
//! others always find some. Addresses are many: one may take as many places as it leaves free, so that the share shrinks
//! the more are taken, and it takes an attacker ten addresses to fill a thousand places.
//!
//! [`Places`] are taken or refused; a [`Lane`] also has threads, and who finds none free queues. Each kind of work has a
//! lane of its own: what one of them waits for holds nothing else up. In a lane, the calls of one sort (an operation, say)
//! may take all but a quarter of their user's share: many large ones leave room for another.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    most: AtomicUsize,
    /// A party may have as many as it leaves free.
    shrinking: bool,
    taken: Mutex<HashMap<Party, usize>>,
}

impl Places {
    pub(super) fn new(most: usize) -> Arc<Places> {
        Arc::new(Places { most: AtomicUsize::new(most), shrinking: false, taken: Mutex::default() })
    }

    /// For those who are not known yet.
    pub(super) fn for_addresses(most: usize) -> Arc<Places> {
        Arc::new(Places { most: AtomicUsize::new(most), shrinking: true, taken: Mutex::default() })
    }

    /// Has so many from now on. Places that are taken stay so.
    pub(super) fn resize(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// `None`: all places are taken, or the share of this party.
    pub(super) fn take(self: &Arc<Places>, party: &Party) -> Option<Place> {
        let mut taken = lock(&self.taken);
        let own = taken.get(party).copied().unwrap_or_default();
        let most = self.most.load(Ordering::Relaxed);
        let free = most.saturating_sub(taken.values().sum());
        let own_share = if self.shrinking { free } else { share(most) };
        if free == 0 || own >= own_share {
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
    shares: Mutex<HashMap<(String, &'static str), Arc<Semaphore>>>,
    threads: Handle,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Whose<'a> {
    /// Queues for its share first; with none, for the lane alone.
    pub user: Option<&'a str>,
    /// Calls of one sort queue among themselves before. Empty: of no sort.
    pub sort: &'static str,
}

impl<'a> Whose<'a> {
    pub(super) fn of(user: &'a str) -> Whose<'a> {
        Whose { user: Some(user), sort: "" }
    }
}

/// A thread's place in a lane; given back when the work has ended, even if nobody waits for it any more.
pub(super) struct Turn {
    _sort: Option<OwnedSemaphorePermit>,
    _own: Option<OwnedSemaphorePermit>,
    _all: OwnedSemaphorePermit,
}

impl Lane {
    /// Waits for a turn.
    ///
    /// # Errors
    /// `OVERLOADED` after a minute.
    pub(super) async fn turn(&self, whose: Whose<'_>) -> Result<Turn, Failure> {
        self.turn_within(whose, PATIENCE).await
    }

    pub(super) async fn turn_within(&self, whose: Whose<'_>, patience: Duration) -> Result<Turn, Failure> {
        let turn = tokio::time::timeout(patience, self.queue(whose)).await;
        turn.ok().flatten().ok_or_else(|| Failure::new(code::OVERLOADED, []))
    }

    /// Waits for a turn however long it takes: what is committed cannot be refused any more.
    pub(super) async fn turn_at_last(&self, whose: Whose<'_>) -> Option<Turn> {
        self.queue(whose).await
    }

    async fn queue(&self, Whose { user, sort }: Whose<'_>) -> Option<Turn> {
        let own = share(self.most);
        let of_sort = match user.filter(|_| !sort.is_empty()) {
            Some(user) => Some(self.share_of(user, sort, share(own)).acquire_owned().await.ok()?),
            None => None,
        };
        let of_user = match user {
            Some(user) => Some(self.share_of(user, "", own).acquire_owned().await.ok()?),
            None => None,
        };
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn { _sort: of_sort, _own: of_user, _all: all })
    }

    /// Users are those of the configuration, and sorts those of the program: the table does not grow.
    fn share_of(&self, user: &str, sort: &'static str, places: usize) -> Arc<Semaphore> {
        let mut shares = lock(&self.shares);
        Arc::clone(shares.entry((user.to_owned(), sort)).or_insert_with(|| Arc::new(Semaphore::new(places))))
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

    /// How many of the places each address gets that takes all it can, one after the other.
    fn taken_by_addresses(places: usize) -> Vec<usize> {
        let all = Places::for_addresses(places);
        let mut held = Vec::new();
        let counts = (0..100_u8).map(|n| {
            let own: Vec<_> = std::iter::from_fn(|| all.take(&Party::Address([192, 0, 2, n].into()))).collect();
            let count = own.len();
            held.extend(own);
            count
        });
        let counts = counts.take_while(|count| *count > 0).collect();
        drop(held);
        assert!(lock(&all.taken).is_empty());
        counts
    }

    #[test]
    fn the_share_of_an_address_shrinks_the_more_others_have_taken() {
        assert_eq!(taken_by_addresses(32), [16, 8, 4, 2, 1, 1]);
        assert_eq!(taken_by_addresses(1000), [500, 250, 125, 63, 31, 16, 8, 4, 2, 1]);
        assert_eq!((taken_by_addresses(1), taken_by_addresses(2)), (vec![1], vec![1, 1]));
    }

    #[actix_web::test]
    async fn many_calls_of_one_sort_leave_room_for_another_of_the_same_user() {
        let threads = Threads::new(6).expect("threads");
        let lane = threads.lane(6);
        let of = |sort| Whose { sort, ..Whose::of("erp") };
        let mut held = Vec::new();
        while let Ok(turn) = lane.turn_within(of("fetchItems"), Duration::ZERO).await {
            held.push(turn);
        }
        assert_eq!(held.len(), 3, "of the four of this user");
        // Those that queue do so among themselves.
        let mut waiting: Vec<_> = (0..30).map(|_| Box::pin(lane.turn(of("fetchItems")))).collect();
        for turn in &mut waiting {
            assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(turn.as_mut().poll(cx).is_pending())).await);
        }
        for _ in 0..3 {
            let turn = lane.turn_within(of("fetchOrders"), Duration::ZERO).await.expect("a turn at once");
            assert_eq!(lane.work(turn, || 7).await, Some(7));
        }
        held.clear();
        for turn in waiting {
            assert!(turn.await.is_ok(), "each gets its turn");
        }
        assert_eq!(lane.free(), 6);
    }

    #[actix_web::test]
    async fn the_work_of_one_user_leaves_a_quarter_of_the_threads_to_others() {
        let threads = Threads::new(4).expect("threads");
        let lane = threads.lane(4);
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(lane.turn(Whose::of("greedy")).await.expect("a turn"));
        }
        let refused = lane.turn_within(Whose::of("greedy"), Duration::ZERO).await;
        assert_eq!(refused.err().map(|failure| failure.code.number), Some(9003));
        let turn = lane.turn_within(Whose::of("modest"), Duration::ZERO).await.expect("a turn");
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
            let turn = full.turn(Whose::default()).await.expect("a turn");
            hanging.push(full.threads.spawn_blocking(move || {
                let _turn = turn;
                lock(&released).recv()
            }));
        }
        let turn = other.turn(Whose::default()).await.expect("a turn");
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
        let turn = lane.turn(Whose::default()).await.expect("a turn");
        assert_eq!(lane.work(turn, || -> u8 { panic!("an operation broke down") }).await, None);
        assert_eq!(lane.free(), 1);
    }
}
