//! How often this worker may call its channel. In memory: a process that takes over begins with full buckets, and a
//! channel that minds says so with `Retry-After`.

use std::collections::BTreeMap;

use crate::domain::Stamp;
use crate::domain::rate::{Bucket, ChannelCall, Rates};

#[derive(Debug)]
pub(super) struct Limiter(BTreeMap<ChannelCall, Bucket>);

impl Limiter {
    /// What the account's settings say replaces what the connector says of its channel.
    pub(crate) fn new(connector: &Rates, account: &Rates) -> Limiter {
        let rates = ChannelCall::ALL.into_iter().filter_map(|call| Some((call, account.get(&call).or(connector.get(&call))?)));
        Limiter(rates.map(|(call, rate)| (call, Bucket::new(*rate))).collect())
    }

    /// When the call may be made; not later than `now` if that is at once.
    pub(crate) fn ready_at(&mut self, call: ChannelCall, now: Stamp) -> Stamp {
        self.0.get_mut(&call).map_or(now, |bucket| bucket.ready_at(now))
    }

    pub(crate) fn take(&mut self, call: ChannelCall, now: Stamp) {
        if let Some(bucket) = self.0.get_mut(&call) {
            bucket.take(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ChannelCall, Limiter, Rates, Stamp};
    use crate::domain::rate::Rate;

    #[test]
    fn the_account_overrules_the_connector_call_by_call() {
        let rate = |calls| Rate { calls, period: Duration::from_secs(100) };
        let connector = Rates::from([(ChannelCall::Submit, rate(1)), (ChannelCall::PullOrders, rate(1))]);
        let account = Rates::from([(ChannelCall::PullOrders, rate(2)), (ChannelCall::PushFact, rate(1))]);
        let mut limiter = Limiter::new(&connector, &account);
        let now = Stamp(0);
        let second_call = |limiter: &mut Limiter, call| {
            limiter.take(call, now);
            limiter.ready_at(call, now).0 / 1_000_000
        };
        let waits = ChannelCall::ALL.map(|call| second_call(&mut limiter, call));
        assert_eq!(waits, [100, 0, 100, 0, 0, 0, 0, 0, 0], "in the order of ChannelCall::ALL");
    }
}
