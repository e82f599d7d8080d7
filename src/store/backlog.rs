//! How much is on its way per account, in numbers.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::Conn;
use super::offers::OfferState;
use super::outbox::OutboxStatus;
use super::schema::{held_orders, offers, outbox_facts, outbox_states};
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Backlog {
    /// Changes that are tried automatically until the channel takes them.
    pub pending: i64,
    /// When the oldest of them was asked for.
    pub oldest_pending: Option<Stamp>,
    /// Changes that are no longer tried automatically.
    pub parked: i64,
    /// Orders that could not be stored.
    pub held_orders: i64,
    /// Offers that run, as far as is known.
    pub offers_running: i64,
}

/// So many rows are counted each time that somebody asks.
const FEW: u32 = 20_000;
/// How long a count of more serves, per row: however often somebody asks, counting takes a few percent of the time.
const SERVES: Duration = Duration::from_micros(30);

pub(crate) type Numbers = BTreeMap<AccountId, Backlog>;

/// Numbers that take long to count.
#[derive(Debug)]
struct Counted {
    numbers: Numbers,
    until: Instant,
    /// Somebody counts again.
    is_counted: bool,
}

/// What was counted last, if that was much.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<Option<Counted>>);

/// What is known without counting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Whoever asks counts.
    Nothing,
    Numbers(Numbers),
    /// They are old: whoever asks takes them, and counts again while nobody waits for it.
    Old(Numbers),
}

impl Counts {
    pub(super) fn known(&self, now: Instant) -> Known {
        match self.last().as_mut() {
            None => Known::Nothing,
            Some(counted) if now < counted.until || counted.is_counted => Known::Numbers(counted.numbers.clone()),
            Some(counted) => {
                counted.is_counted = true;
                Known::Old(counted.numbers.clone())
            }
        }
    }

    pub(super) fn count(&self, conn: &mut Conn<'_>) -> Result<Numbers, Failure> {
        let numbers = of_accounts(conn)?;
        let until = serves(&numbers).map(|time| Instant::now() + time);
        *self.last() = until.map(|until| Counted { numbers: numbers.clone(), until, is_counted: false });
        Ok(numbers)
    }

    /// The next one who asks tries again.
    pub(super) fn not_counted(&self) {
        if let Some(counted) = self.last().as_mut() {
            counted.is_counted = false;
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serves(numbers: &Numbers) -> Option<Duration> {
    let rows: i64 = numbers.values().map(|backlog| backlog.pending + backlog.parked + backlog.offers_running).sum();
    u32::try_from(rows).ok().filter(|rows| *rows > FEW).map(|rows| SERVES * rows)
}

/// An account that is missing has nothing.
pub(crate) fn of_accounts(conn: &mut Conn<'_>) -> Result<Numbers, Failure> {
    let states: Vec<(i32, OutboxStatus, i64, Option<i64>)> = on!(conn, c => outbox_states::table
        .filter(outbox_states::status.eq_any(OutboxStatus::OPEN))
        .group_by((outbox_states::account_id, outbox_states::status))
        .select((outbox_states::account_id, outbox_states::status, count_star(), min(outbox_states::version)))
        .load(c))?;
    let facts: Vec<(i32, OutboxStatus, i64, Option<i64>)> = on!(conn, c => outbox_facts::table
        .filter(outbox_facts::status.eq_any(OutboxStatus::OPEN))
        .group_by((outbox_facts::account_id, outbox_facts::status))
        .select((outbox_facts::account_id, outbox_facts::status, count_star(), min(outbox_facts::version)))
        .load(c))?;
    let held: Vec<(i32, i64)> = on!(conn, c => held_orders::table
        .group_by(held_orders::account_id)
        .select((held_orders::account_id, count_star()))
        .load(c))?;
    let running: Vec<(i32, i64)> = on!(conn, c => offers::table
        .filter(offers::state.eq(OfferState::Running))
        .group_by(offers::account_id)
        .select((offers::account_id, count_star()))
        .load(c))?;
    let mut found = Numbers::new();
    for (account, status, count, oldest) in states.into_iter().chain(facts) {
        let backlog = found.entry(AccountId(account)).or_default();
        if status == OutboxStatus::Pending {
            backlog.pending += count;
            backlog.oldest_pending = backlog.oldest_pending.into_iter().chain(oldest.map(Stamp)).min();
        } else {
            backlog.parked += count;
        }
    }
    for (account, count) in held {
        found.entry(AccountId(account)).or_default().held_orders = count;
    }
    for (account, count) in running {
        found.entry(AccountId(account)).or_default().offers_running = count;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Backlog, Counted, Known, Numbers, serves};
    use crate::domain::AccountId;
    use crate::store::testing::on_stores;

    fn numbers(pending: i64) -> Numbers {
        Numbers::from([(AccountId(1), Backlog { pending, ..Backlog::default() })])
    }

    #[test]
    fn only_what_takes_long_to_count_serves_for_a_while() {
        assert_eq!(serves(&numbers(20_000)), None);
        assert_eq!(serves(&numbers(2_000_000)), Some(Duration::from_secs(60)));
    }

    #[test]
    fn old_numbers_are_shown_until_they_are_counted_again_and_one_counts_them() {
        on_stores(|store| {
            assert_eq!(store.backlog().unwrap(), Numbers::new());
            let old = numbers(2_000_000);
            let counted = |until| Some(Counted { numbers: old.clone(), until, is_counted: false });
            let counts = store.counts();
            *counts.last() = counted(Instant::now() + Duration::from_secs(3600));
            assert_eq!(counts.known(Instant::now()), Known::Numbers(old.clone()));
            assert_eq!(counts.known(Instant::now() + Duration::from_secs(3601)), Known::Old(old.clone()));
            assert_eq!(counts.known(Instant::now() + Duration::from_secs(3601)), Known::Numbers(old.clone()), "one counts already");
            *counts.last() = counted(Instant::now());
            assert_eq!(store.backlog().unwrap(), old);
            let patience = Instant::now() + Duration::from_secs(60);
            while store.backlog().unwrap() == old {
                assert!(Instant::now() < patience, "nobody counts");
                std::thread::sleep(Duration::from_millis(10));
            }
            assert!(counts.last().is_none(), "nothing is counted fast");
        });
    }
}
