//! How often a channel may be called: a token bucket per kind of call. Pure: the clock comes in as a parameter.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Stamp;

/// The calls that channels limit, by the names of the connector's functions; to read back is to look for an offer or a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelCall {
    Submit,
    PullOrders,
    PushFact,
    ListOffers,
    PollTask,
    ReadBack,
    Transfer,
    PullContacts,
    /// Also that of the attributes of one.
    Categories,
}

impl ChannelCall {
    pub const ALL: [ChannelCall; 9] = [
        ChannelCall::Submit,
        ChannelCall::PullOrders,
        ChannelCall::PushFact,
        ChannelCall::ListOffers,
        ChannelCall::PollTask,
        ChannelCall::ReadBack,
        ChannelCall::Transfer,
        ChannelCall::PullContacts,
        ChannelCall::Categories,
    ];

    /// The word for it in settings and metrics.
    pub fn word(self) -> &'static str {
        match self {
            ChannelCall::Submit => "submit",
            ChannelCall::PullOrders => "pull_orders",
            ChannelCall::PushFact => "push_fact",
            ChannelCall::ListOffers => "list_offers",
            ChannelCall::PollTask => "poll_task",
            ChannelCall::ReadBack => "read_back",
            ChannelCall::Transfer => "transfer",
            ChannelCall::PullContacts => "pull_contacts",
            ChannelCall::Categories => "categories",
        }
    }
}

/// At most so many calls at once, and as many again within a period: 10 calls with 2 s are 5 calls per second with a
/// burst of 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub calls: u32,
    pub period: Duration,
}

/// What is limited; a call that is not mentioned is not.
pub(crate) type Rates = BTreeMap<ChannelCall, Rate>;

/// A token bucket. It starts full.
///
/// Remembers when it will be full again, from which all else follows, without a remainder that could get lost.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    calls: i64,
    /// Microseconds until the next token.
    interval: i64,
    full_at: Stamp,
}

impl Bucket {
    /// A rate without calls or without a period counts as its least sensible value.
    pub(crate) fn new(rate: Rate) -> Bucket {
        let calls = i64::from(rate.calls.max(1));
        let period = i64::try_from(rate.period.as_micros()).unwrap_or(i64::MAX);
        Bucket { calls, interval: (period / calls).max(1), full_at: Stamp(i64::MIN) }
    }

    /// Microseconds until it is full. Never more than an empty one takes: a clock that was set back must not shut it.
    fn missing(&mut self, now: Stamp) -> i64 {
        let latest = now.0.saturating_add(self.calls.saturating_mul(self.interval));
        self.full_at = self.full_at.min(Stamp(latest));
        self.full_at.0.saturating_sub(now.0).max(0)
    }

    /// When a call may be made; not later than `now` if that is at once.
    pub(crate) fn ready_at(&mut self, now: Stamp) -> Stamp {
        let wait = self.missing(now).saturating_sub(self.interval.saturating_mul(self.calls - 1));
        Stamp(now.0.saturating_add(wait.max(0)))
    }

    /// A call is made.
    pub(crate) fn take(&mut self, now: Stamp) {
        self.full_at = Stamp(now.0.saturating_add(self.missing(now)).saturating_add(self.interval));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bucket, Duration, Rate, Stamp};

    const SECOND: i64 = 1_000_000;

    fn bucket(calls: u32, seconds: u64) -> Bucket {
        Bucket::new(Rate { calls, period: Duration::from_secs(seconds) })
    }

    /// Calls that are made at once from `now` on.
    fn burst(bucket: &mut Bucket, now: Stamp) -> u32 {
        let mut calls = 0;
        while bucket.ready_at(now) <= now {
            bucket.take(now);
            calls += 1;
        }
        calls
    }

    #[test]
    fn it_starts_full_and_fills_evenly() {
        let mut bucket = bucket(10, 2);
        let start = Stamp(7 * SECOND);
        assert_eq!(burst(&mut bucket, start), 10);
        assert_eq!(bucket.ready_at(start), Stamp(start.0 + SECOND / 5));
        assert_eq!(burst(&mut bucket, Stamp(start.0 + SECOND)), 5);
        assert_eq!(burst(&mut bucket, Stamp(start.0 + 100 * SECOND)), 10, "no more than it holds");
    }

    #[test]
    fn slow_rates_keep_their_fractions() {
        // Six calls per minute, three of them at once: the next one after ten seconds each.
        let mut bucket = bucket(3, 30);
        assert_eq!(burst(&mut bucket, Stamp(0)), 3);
        for n in 1..=5 {
            assert_eq!(burst(&mut bucket, Stamp(n * 10 * SECOND - 1)), 0);
            assert_eq!(burst(&mut bucket, Stamp(n * 10 * SECOND)), 1);
        }
    }

    #[test]
    fn a_clock_that_is_set_back_costs_one_filling_at_most() {
        let mut bucket = bucket(10, 10);
        burst(&mut bucket, Stamp(86_400 * SECOND));
        assert_eq!(bucket.ready_at(Stamp(0)), Stamp(SECOND));
        assert_eq!(burst(&mut bucket, Stamp(SECOND)), 1);
        assert_eq!(burst(&mut bucket, Stamp(5 * SECOND)), 4);
    }

    #[test]
    fn nonsense_does_no_harm() {
        for rate in [(0, 0), (0, u64::MAX), (u32::MAX, 0), (u32::MAX, u64::MAX)] {
            let mut bucket = bucket(rate.0, rate.1);
            assert!(bucket.ready_at(Stamp(0)) <= Stamp(0));
            bucket.take(Stamp(0));
            bucket.take(Stamp(i64::MAX));
            bucket.ready_at(Stamp(i64::MIN));
        }
    }

    proptest! {
        /// Whoever calls as soon as it is allowed stays within burst and rate over any span of time.
        #[test]
        fn no_span_of_time_sees_more_than_burst_and_rate(
            calls in 1_u32..20,
            seconds in 1_u64..100,
            pauses in proptest::collection::vec(0_i64..20 * SECOND, 1..60),
        ) {
            let mut bucket = bucket(calls, seconds);
            let mut now = Stamp(SECOND);
            let mut made = Vec::new();
            for pause in pauses {
                now = Stamp(now.0 + pause).max(bucket.ready_at(now));
                prop_assert!(bucket.ready_at(now) <= now);
                bucket.take(now);
                made.push(now.0);
            }
            let interval = i64::try_from(seconds).unwrap() * SECOND / i64::from(calls);
            for (from, first) in made.iter().enumerate() {
                for (to, last) in made.iter().enumerate().skip(from) {
                    let allowed = i64::from(calls) + (last - first) / interval;
                    prop_assert!(i64::try_from(to - from + 1).unwrap() <= allowed);
                }
            }
        }
    }
}
