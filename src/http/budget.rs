//! The memory that calls may take at the same time, in bytes. A call charges what it is going to need before it takes
//! it, and gives it back when its answer has been sent. Who finds no room waits a moment, in order; a small call may go
//! before a large one, but not always. One party may take all but a quarter, or one call that needs more.

use std::collections::{HashMap, VecDeque};
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

pub(super) struct Budget {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    used: usize,
    used_by: HashMap<Party, usize>,
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
}

impl State {
    /// Whether the party would have more than its share. A call that grows may need more, if the others of its party
    /// hold little; else large calls would wait for each other.
    fn exceeds_share(&self, party: &Party, need: usize, held: usize, most: usize) -> bool {
        let own = self.used_by.get(party).copied().unwrap_or_default();
        let little = if held == 0 { 0 } else { most - share(most) };
        own.saturating_add(need) > share(most) && own.saturating_sub(held) > little
    }

    /// The first of those who wait for room, and not for their own calls to end.
    fn first(&self, most: usize) -> Option<usize> {
        self.waiting.iter().position(|waiter| !self.exceeds_share(&waiter.party, waiter.need, waiter.held, most))
    }

    /// Whether so much may be taken now, before the waiter with this index, who is passed then.
    fn take(&mut self, party: &Party, need: usize, held: usize, before: Option<usize>, most: usize) -> bool {
        if self.used.saturating_add(need) > most || self.exceeds_share(party, need, held, most) {
            return false;
        }
        if let Some(first) = before.and_then(|index| self.waiting.get_mut(index)) {
            if need >= first.need || first.passed >= PASSED {
                return false;
            }
            first.passed += 1;
        }
        self.add(party, need);
        true
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

impl Budget {
    pub(super) fn new(most: usize) -> Arc<Budget> {
        Arc::new(Budget { most, state: Mutex::default() })
    }

    /// Charges what a party needs, waiting a moment for room.
    ///
    /// # Errors
    /// `TOO_LARGE_FOR_MEMORY` for more than there is at all, `NO_ROOM` when none came free.
    pub(super) async fn charge(self: &Arc<Budget>, party: &Party, bytes: usize) -> Result<Charge, Failure> {
        self.charge_within(party, bytes, 0, PATIENCE).await
    }

    async fn charge_within(self: &Arc<Budget>, party: &Party, bytes: usize, held: usize, patience: Duration) -> Result<Charge, Failure> {
        if bytes > self.most {
            return Err(Failure::new(code::TOO_LARGE_FOR_MEMORY, [&bytes.to_string(), &self.most.to_string()]));
        }
        let told = {
            let mut state = lock(&self.state);
            state.waiting.retain(|waiter| !waiter.tell.is_closed());
            let first = state.first(self.most);
            if state.take(party, bytes, held, first, self.most) {
                return Ok(Charge { budget: Arc::clone(self), party: party.clone(), bytes });
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
        charged.ok_or_else(|| Failure::new(code::NO_ROOM, [&self.most.to_string()]))
    }

    /// All there is.
    pub(super) fn most(&self) -> usize {
        self.most
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
                let first = state.first(self.most).filter(|first| *first < index);
                if !state.take(&party, need, held, first, self.most) {
                    index += 1;
                    continue;
                }
                let charge = Charge { budget: Arc::clone(self), party, bytes: need };
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
        lock(&self.state).used
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
        if bytes > self.budget.most {
            return Err(Failure::new(code::TOO_LARGE_FOR_MEMORY, [&bytes.to_string(), &self.budget.most.to_string()]));
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
        self.grow(bytes.min(self.budget.most)).await
    }

    /// Charges for a body that grows: twice as much each time, so that it asks seldom.
    ///
    /// # Errors
    /// As [`Budget::charge`].
    pub(super) async fn hold(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes <= self.bytes {
            return Ok(());
        }
        self.grow(self.bytes.saturating_mul(2).min(self.budget.most).max(bytes)).await
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
        {
            let mut state = lock(&self.budget.state);
            state.give_back(&self.party, self.bytes);
            if bytes > 0 {
                state.add(&self.party, bytes);
            }
        }
        let less = bytes < std::mem::replace(&mut self.bytes, bytes);
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
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::{Pin, pin};
    use std::task::Poll;

    use super::*;

    async fn is_waiting<F: Future>(future: &mut Pin<&mut F>) -> bool {
        poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
    }

    fn user(name: &str) -> Party {
        Party::User(name.to_owned())
    }

    fn number<T>(result: Result<T, Failure>) -> Option<i32> {
        result.err().map(|failure| failure.code.number)
    }

    #[actix_web::test]
    async fn what_is_charged_is_given_back() {
        let budget = Budget::new(100);
        let mut charge = budget.charge(&user("erp"), 60).await.expect("room");
        charge.grow(75).await.expect("room");
        assert_eq!(budget.used(), 75);
        charge.set(150);
        assert_eq!(budget.used(), 150, "what is there already is counted, room or not");
        assert_eq!(number(budget.charge_within(&user("other"), 1, 0, Duration::ZERO).await), Some(9007));
        drop(charge);
        assert_eq!(budget.used(), 0);
    }

    #[actix_web::test]
    async fn more_than_there_is_at_all_is_refused_at_once() {
        let budget = Budget::new(100);
        assert_eq!(number(budget.charge(&user("erp"), 101).await), Some(1020));
        let mut charge = budget.charge(&user("erp"), 1).await.expect("room");
        assert_eq!(number(charge.grow(101).await), Some(1020));
        assert_eq!(budget.used(), 1);
    }

    #[actix_web::test]
    async fn who_waits_is_let_in_in_order() {
        let budget = Budget::new(100);
        let held = budget.charge(&user("erp"), 100).await.expect("room");
        let (b, c) = (user("b"), user("c"));
        let (mut first, mut second) = (pin!(budget.charge(&b, 80)), pin!(budget.charge(&c, 80)));
        assert!(is_waiting(&mut first).await && is_waiting(&mut second).await);
        drop(held);
        let first = first.await.expect("room");
        assert!(is_waiting(&mut second).await);
        drop(first);
        assert!(second.await.is_ok());
        assert_eq!(budget.used(), 0);
    }

    #[actix_web::test]
    async fn small_calls_pass_a_large_one_but_do_not_starve_it() {
        let budget = Budget::new(100);
        let held = budget.charge(&user("erp"), 50).await.expect("room");
        let large_user = user("large");
        let mut large = pin!(budget.charge(&large_user, 90));
        assert!(is_waiting(&mut large).await);
        let mut passed = 0;
        while let Ok(charge) = budget.charge_within(&user("small"), 10, 0, Duration::ZERO).await {
            drop(charge);
            passed += 1;
        }
        assert_eq!(passed, PASSED);
        drop(held);
        assert!(large.await.is_ok());
    }

    #[actix_web::test]
    async fn who_gave_up_holds_nobody_up() {
        let budget = Budget::new(100);
        let held = budget.charge(&user("erp"), 50).await.expect("room");
        {
            let b = user("b");
            let mut gone = pin!(budget.charge(&b, 60));
            assert!(is_waiting(&mut gone).await);
        }
        let c = user("c");
        let mut next = pin!(budget.charge(&c, 100));
        assert!(is_waiting(&mut next).await);
        drop(held);
        assert!(next.await.is_ok());
        assert_eq!(budget.used(), 0);
    }

    #[actix_web::test]
    async fn one_party_takes_all_but_a_quarter_and_holds_no_other_up() {
        let budget = Budget::new(100);
        let (greedy, modest) = (user("greedy"), user("modest"));
        let held = budget.charge(&greedy, 70).await.expect("room");
        let mut next = pin!(budget.charge(&greedy, 10));
        assert!(is_waiting(&mut next).await, "beyond its share");
        let other = budget.charge(&modest, 25).await.expect("room: who waits for its own share is not waited for");
        assert_eq!(number(budget.charge_within(&modest, 10, 0, Duration::ZERO).await), Some(9007));
        drop(held);
        assert!(next.await.is_ok());
        drop(other);
        let mut all = budget.charge(&greedy, 50).await.expect("room");
        assert!(all.grow(100).await.is_ok(), "one call may need more than a share");
        drop(all);
        assert!(lock(&budget.state).used_by.is_empty(), "nobody is remembered without a charge");
    }

    #[test]
    fn the_default_is_a_quarter_of_what_the_process_may_use() {
        let meminfo = "MemTotal:        8000000 kB\nMemFree:  1 kB\n";
        for (cgroup_2, cgroup_1, meminfo, bytes) in [
            (None, None, Some(meminfo), 2_048_000_000),
            (Some("max\n"), None, Some(meminfo), 2_048_000_000),
            (Some("1073741824\n"), None, Some(meminfo), 1 << 28),
            (None, Some("9223372036854771712\n"), Some(meminfo), 2_048_000_000),
            (None, Some("2147483648\n"), Some(meminfo), 1 << 29),
            (Some("1000\n"), None, None, LEAST),
            (None, None, None, UNKNOWN),
        ] {
            assert_eq!(a_quarter(cgroup_2, cgroup_1, meminfo), bytes);
        }
    }
}
