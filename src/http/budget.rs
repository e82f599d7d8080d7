//! The memory that calls may take at the same time, in bytes. A call charges what it is going to need before it takes
//! it, and gives it back when its answer has been sent. Who finds no room waits a moment, in order; a small call may go
//! before a large one, but not always. One party may take all but a quarter, or one call that needs more. Small calls
//! have a little room beside: whatever large ones hold, those of the same user too, they do not wait for it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;

use super::places::{Party, lock, share};
use crate::domain::{Failure, code};

/// How long a call waits for room.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the first of those who wait is passed by calls that need less, before all wait for it.
const PASSED: usize = 100;
/// Where the system does not tell how much memory there is.
const UNKNOWN: usize = 512 << 20;
/// A process needs so much to be of any use.
const LEAST: usize = 64 << 20;

/// A call that needs no more than this is small: it has room of its own, which large ones never take.
const SMALL: usize = 256 << 10;
/// That room, as a part of the budget, beside it.
const SMALL_PART: usize = 16;

pub(super) struct Budget {
    most: AtomicUsize,
    state: Mutex<State>,
}

/// Memory that is shared by some calls.
#[derive(Default)]
struct Room {
    most: usize,
    used: usize,
    used_by: HashMap<Party, usize>,
}

struct State {
    room: Room,
    small: Room,
    waiting: VecDeque<Waiter>,
}

struct Waiter {
    party: Party,
    need: usize,
    /// What the same call has already.
    held: usize,
    passed: usize,
    /// Takes the charge, so that one which nobody waits for any more gives itself back.
    tell: oneshot::Sender<Charge>,
}

/// Bytes that were charged, given back when dropped.
pub(super) struct Charge {
    budget: Arc<Budget>,
    party: Party,
    bytes: usize,
    /// In the room for small calls.
    small: bool,
}

impl Room {
    fn new(most: usize) -> Room {
        Room { most, ..Room::default() }
    }

    fn fits(&self, need: usize) -> bool {
        self.used.saturating_add(need) <= self.most
    }

    /// Whether the party would have more than its share. A call that grows may need more, if the others of its party
    /// hold little; else large calls would wait for each other.
    fn exceeds_share(&self, party: &Party, need: usize, held: usize) -> bool {
        let own = self.used_by.get(party).copied().unwrap_or_default();
        let little = if held == 0 { 0 } else { self.most - share(self.most) };
        own.saturating_add(need) > share(self.most) && own.saturating_sub(held) > little
    }

    fn add(&mut self, party: &Party, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
        let own = self.used_by.entry(party.clone()).or_default();
        *own = own.saturating_add(bytes);
    }

    fn give_back(&mut self, party: &Party, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
        if let Some(own) = self.used_by.get_mut(party) {
            *own = own.saturating_sub(bytes);
            if *own == 0 {
                self.used_by.remove(party);
            }
        }
    }
}

impl State {
    /// The first of those who wait for room, and not for their own calls to end.
    fn first(&self) -> Option<usize> {
        self.waiting.iter().position(|waiter| !self.room.exceeds_share(&waiter.party, waiter.need, waiter.held))
    }

    /// Whether so much may be taken now, before the waiter with this index, who is passed then.
    fn take(&mut self, party: &Party, need: usize, held: usize, before: Option<usize>) -> bool {
        if !self.room.fits(need) || self.room.exceeds_share(party, need, held) {
            return false;
        }
        if let Some(first) = before.and_then(|index| self.waiting.get_mut(index)) {
            if need >= first.need || first.passed >= PASSED {
                return false;
            }
            first.passed += 1;
        }
        self.room.add(party, need);
        true
    }

    /// Whether there is room for a small call, which `held` bytes of it are there already.
    fn take_small(&mut self, party: &Party, need: usize, held: usize) -> bool {
        let takes = need.saturating_add(held) <= SMALL && self.small.fits(need) && !self.small.exceeds_share(party, need, 0);
        if takes {
            self.small.add(party, need);
        }
        takes
    }

    fn room(&mut self, small: bool) -> &mut Room {
        if small { &mut self.small } else { &mut self.room }
    }
}

impl Budget {
    pub(super) fn new(most: usize) -> Arc<Budget> {
        let (room, small) = (Room::new(most), Room::new(most / SMALL_PART));
        Arc::new(Budget { most: AtomicUsize::new(most), state: Mutex::new(State { room, small, waiting: VecDeque::new() }) })
    }

    /// Has so much from now on. What is charged already stays so.
    pub(super) fn resize(self: &Arc<Budget>, most: usize) {
        self.most.store(most, Ordering::Relaxed);
        {
            let mut state = lock(&self.state);
            state.room.most = most;
            state.small.most = most / SMALL_PART;
        }
        self.hand_out();
    }

    /// Charges what a party needs, waiting a moment for room.
    ///
    /// # Errors
    /// `TOO_LARGE_FOR_MEMORY` for more than there is at all, `NO_ROOM` when none came free.
    pub(super) async fn charge(self: &Arc<Budget>, party: &Party, bytes: usize) -> Result<Charge, Failure> {
        if lock(&self.state).take_small(party, bytes, 0) {
            return Ok(Charge { budget: Arc::clone(self), party: party.clone(), bytes, small: true });
        }
        self.charge_within(party, bytes, 0, PATIENCE).await
    }

    async fn charge_within(self: &Arc<Budget>, party: &Party, bytes: usize, held: usize, patience: Duration) -> Result<Charge, Failure> {
        if bytes > self.most() {
            return Err(Failure::new(code::TOO_LARGE_FOR_MEMORY, [&bytes.to_string(), &self.most().to_string()]));
        }
        let told = {
            let mut state = lock(&self.state);
            state.waiting.retain(|waiter| !waiter.tell.is_closed());
            let first = state.first();
            if state.take(party, bytes, held, first) {
                return Ok(Charge { budget: Arc::clone(self), party: party.clone(), bytes, small: false });
            }
            let (tell, told) = oneshot::channel();
            state.waiting.push_back(Waiter { party: party.clone(), need: bytes, held, passed: 0, tell });
            told
        };
        let charged = tokio::time::timeout(patience, told).await.ok().and_then(Result::ok);
        if charged.is_none() {
            // One that gave up may have held up those behind it.
            self.hand_out();
        }
        charged.ok_or_else(|| Failure::new(code::NO_ROOM, [&self.most().to_string()]))
    }

    /// All there is.
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Lets in whoever fits now, in order; behind the first that does not fit yet, only those who need less.
    fn hand_out(self: &Arc<Budget>) {
        let mut unwanted = Vec::new();
        {
            let mut state = lock(&self.state);
            state.waiting.retain(|waiter| !waiter.tell.is_closed());
            let mut index = 0;
            while let Some(Waiter { party, need, held, .. }) = state.waiting.get(index) {
                let (party, need, held) = (party.clone(), *need, *held);
                let first = state.first().filter(|first| *first < index);
                if !state.take(&party, need, held, first) {
                    index += 1;
                    continue;
                }
                let charge = Charge { budget: Arc::clone(self), party, bytes: need, small: false };
                if let Some(Err(charge)) = state.waiting.remove(index).map(|waiter| waiter.tell.send(charge)) {
                    unwanted.push(charge);
                }
            }
        }
        // Their drop locks again.
        drop(unwanted);
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> usize {
        let state = lock(&self.state);
        state.room.used + state.small.used
    }
}

impl Charge {
    /// Charges up to `bytes` altogether, waiting for room. What is held stays held.
    ///
    /// # Errors
    /// As [`Budget::charge`].
    pub(super) async fn grow(&mut self, bytes: usize) -> Result<(), Failure> {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return Ok(());
        }
        if self.small && lock(&self.budget.state).take_small(&self.party, more, self.bytes) {
            self.bytes = bytes;
            return Ok(());
        }
        if bytes > self.budget.most() {
            return Err(Failure::new(code::TOO_LARGE_FOR_MEMORY, [&bytes.to_string(), &self.budget.most().to_string()]));
        }
        if self.small {
            // No small call any more: all of it is charged where the large ones are.
            *self = self.budget.charge_within(&self.party, bytes, 0, PATIENCE).await?;
            return Ok(());
        }
        let mut added = self.budget.charge_within(&self.party, more, self.bytes, PATIENCE).await?;
        self.bytes = self.bytes.saturating_add(std::mem::take(&mut added.bytes));
        Ok(())
    }

    /// Charges up to what is expected, at most all there is: whether it is too large shows later.
    ///
    /// # Errors
    /// As [`Budget::charge`].
    pub(super) async fn expect(&mut self, bytes: usize) -> Result<(), Failure> {
        self.grow(bytes.min(self.budget.most())).await
    }

    /// Charges for a body that grows: twice as much each time, so that it asks seldom.
    ///
    /// # Errors
    /// As [`Budget::charge`].
    pub(super) async fn hold(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes <= self.bytes {
            return Ok(());
        }
        self.grow(self.bytes.saturating_mul(2).min(self.budget.most()).max(bytes)).await
    }

    /// Charges what is needed from now on, more or less than before.
    ///
    /// # Errors
    /// As [`Budget::charge`].
    pub(super) async fn fit(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes < self.bytes {
            self.set(bytes);
        }
        self.grow(bytes).await
    }

    /// Charges what is in the memory already, such as an answer: others wait until it is gone.
    pub(super) fn set(&mut self, bytes: usize) {
        let stays_small = self.small && bytes <= SMALL;
        {
            let mut state = lock(&self.budget.state);
            state.room(self.small).give_back(&self.party, self.bytes);
            if bytes > 0 {
                state.room(stays_small).add(&self.party, bytes);
            }
        }
        let less = !self.small && bytes < self.bytes;
        (self.bytes, self.small) = (bytes, stays_small);
        if less {
            self.budget.hand_out();
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// A quarter of the memory that this process may use: that of its cgroup, else of the machine.
pub(super) fn of_this_machine() -> usize {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    a_quarter(
        read("/sys/fs/cgroup/memory.max").as_deref(),
        read("/sys/fs/cgroup/memory/memory.limit_in_bytes").as_deref(),
        read("/proc/meminfo").as_deref(),
    )
}

fn a_quarter(cgroup_2: Option<&str>, cgroup_1: Option<&str>, meminfo: Option<&str>) -> usize {
    // "max" is no number; without a limit the first version says a number larger than any machine.
    let limit = |text: Option<&str>| text.and_then(|text| text.trim().parse::<u64>().ok());
    let total = meminfo.and_then(|text| text.lines().find_map(|line| line.strip_prefix("MemTotal:")));
    let total = total.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).map(|kib| kib.saturating_mul(1024));
    let least = [limit(cgroup_2), limit(cgroup_1), total].into_iter().flatten().min();
    least.map_or(UNKNOWN, |bytes| usize::try_from(bytes / 4).unwrap_or(usize::MAX)).max(LEAST)
}

#[cfg(test)]
mod tests;
