//! The connector to the scripted shop, in the same process.

use std::sync::Arc;
use std::time::Duration;

use super::super::{Capabilities, ChannelError, Connector, Fact, Listed, OfferChange, Outcome, Pulled, RowResult};
use super::faults::Gate;
use super::shared::SharedShop;
use super::shop::Shop;
use crate::domain::rate::Rates;

pub struct SandboxConnector {
    pub(super) shop: Arc<SharedShop>,
    pub(super) batch_size: usize,
    pub(super) overlap: usize,
    pub(super) timeout: Duration,
}

impl SandboxConnector {
    /// One call as over a network: it may be turned away, be slow, or be carried out while its answer is lost.
    fn call<T>(&self, count: impl FnOnce(&mut Shop), work: impl FnOnce(&mut Shop) -> T) -> Result<T, ChannelError> {
        let lost = |reason: String| ChannelError::Unavailable { reason, retry_after: None };
        let gate = self.shop.work(|shop| {
            count(shop);
            let gate = shop.gate();
            if matches!(gate, Gate::Closed(_)) {
                shop.counters.calls_turned_away = shop.counters.calls_turned_away.saturating_add(1);
            }
            gate
        });
        let (delay, answer_lost) = match gate.map_err(|error| lost(error.to_string()))? {
            Gate::Closed(error) => return Err(error),
            Gate::Open { delay, answer_lost } => (delay, answer_lost),
        };
        let too_slow = delay > self.timeout;
        // Without the lock, so that buyers and the pages are not slowed down.
        std::thread::sleep(delay.min(self.timeout));
        let result = self.shop.work(|shop| {
            let result = work(shop);
            if answer_lost || too_slow {
                shop.counters.answers_lost = shop.counters.answers_lost.saturating_add(1);
            }
            result
        });
        let result = result.map_err(|error| lost(error.to_string()))?;
        if answer_lost {
            return Err(lost("the connection was cut before the answer came (fault `die`)".to_owned()));
        }
        if too_slow {
            return Err(lost(format!("no answer within {} ms (fault `delay_ms`)", self.timeout.as_millis())));
        }
        Ok(result)
    }
}

fn count(counter: &mut u64, by: usize) {
    *counter = counter.saturating_add(u64::try_from(by).unwrap_or(u64::MAX));
}

impl Connector for SandboxConnector {
    fn capabilities(&self) -> Capabilities {
        // The shop's change number misses nothing, so open orders need no second look.
        Capabilities {
            batch_size: self.batch_size,
            rereads_open_orders: false,
            ends_at_zero: true,
            ships_in_part: true,
            cancels_in_part: true,
            answers_cancellations: true,
            refunds_positions: true,
            refunds_amounts: true,
            lists_offers: true,
            rates: Rates::new(),
        }
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        if changes.len() > self.batch_size {
            let reason = format!("{} rows in one call, the sandbox takes {}", changes.len(), self.batch_size);
            return Err(ChannelError::Protocol { reason });
        }
        self.call(
            |shop| {
                count(&mut shop.counters.submit_calls, 1);
                shop.counters.largest_batch = shop.counters.largest_batch.max(changes.len());
            },
            |shop| changes.iter().map(|change| RowResult { offer_id: change.offer_id, outcome: shop.submit(change) }).collect(),
        )
    }

    fn pull_orders(&self, cursor: Option<&str>, _open: &[String]) -> Result<Pulled, ChannelError> {
        self.call(
            |shop| count(&mut shop.counters.pull_calls, 1),
            |shop| {
                let pulled = shop.pull(cursor, self.overlap);
                count(&mut shop.counters.orders_delivered, pulled.orders.len());
                pulled
            },
        )
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.call(|shop| count(&mut shop.counters.fact_calls, 1), |shop| shop.take_fact(fact))
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.call(|shop| count(&mut shop.counters.list_calls, 1), |shop| shop.list_offers(cursor))
    }

    fn check(&self) -> Result<String, ChannelError> {
        self.call(
            |shop| count(&mut shop.counters.check_calls, 1),
            |shop| format!("sandbox of account {}: {} offers, {} orders", shop.account_id, shop.listings.len(), shop.orders.len()),
        )
    }
}
