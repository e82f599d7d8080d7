//! Misbehaving on purpose: what a shop does on a bad day, scripted by a test or by hand.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::{ChannelError, Outcome};
use super::shop::Shop;
use crate::domain::message::channel;

/// The faults in force. All of them are off in a new shop.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Faults {
    /// Rows that the shop's rules forbid.
    pub refuse: Vec<Refuse>,
    /// Rows that the shop cannot take now, while the rest of the call succeeds.
    pub partial: Vec<Partial>,
    pub throttle: Throttle,
    /// Milliseconds that every call takes longer. Above the account's time-out the answer is lost.
    pub delay_ms: u64,
    pub die: Die,
    /// Every call fails until it is false again.
    pub down: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    pub sku: String,
    pub code: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    pub sku: String,
    /// How many times; without a number until it is cleared.
    #[serde(default)]
    pub calls: Option<u32>,
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
}

/// The next `calls` calls are answered with "too many requests".
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    pub calls: u32,
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
}

/// The next `calls` calls are carried out, but their answer is lost as if the connection was cut.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Die {
    pub calls: u32,
}

/// What `POST /faults` sends: the faults named are set, the others stay. Zero, false or an empty list clears one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultScript {
    refuse: Option<Vec<Refuse>>,
    partial: Option<Vec<Partial>>,
    throttle: Option<Throttle>,
    delay_ms: Option<u64>,
    die: Option<Die>,
    down: Option<bool>,
}

/// How a call goes on.
pub enum Gate {
    Closed(ChannelError),
    Open { delay: Duration, answer_lost: bool },
}

impl Faults {
    pub fn apply(&mut self, script: FaultScript) {
        let FaultScript { refuse, partial, throttle, delay_ms, die, down } = script;
        self.refuse = refuse.unwrap_or_else(|| std::mem::take(&mut self.refuse));
        self.partial = partial.unwrap_or_else(|| std::mem::take(&mut self.partial));
        self.throttle = throttle.unwrap_or_else(|| std::mem::take(&mut self.throttle));
        self.delay_ms = delay_ms.unwrap_or(self.delay_ms);
        self.die = die.unwrap_or_else(|| std::mem::take(&mut self.die));
        self.down = down.unwrap_or(self.down);
    }

    /// Decides about one call and uses up the faults that are counted in calls.
    fn gate(&mut self) -> Gate {
        if self.down {
            return Gate::Closed(ChannelError::Unavailable { reason: "the sandbox is down (fault `down`)".to_owned(), retry_after: None });
        }
        if let Some(left) = self.throttle.calls.checked_sub(1) {
            self.throttle.calls = left;
            let retry_after = self.throttle.retry_after_seconds.map(Duration::from_secs);
            return Gate::Closed(ChannelError::Unavailable {
                reason: "HTTP 429, too many requests (fault `throttle`)".to_owned(),
                retry_after,
            });
        }
        let answer_lost = match self.die.calls.checked_sub(1) {
            Some(left) => {
                self.die.calls = left;
                true
            }
            None => false,
        };
        Gate::Open { delay: Duration::from_millis(self.delay_ms), answer_lost }
    }

    /// The scripted fate of a row, if there is one.
    pub fn row(&mut self, sku: &str) -> Option<Outcome> {
        if let Some(refuse) = self.refuse.iter().find(|refuse| refuse.sku == sku) {
            return Some(Outcome::Refused(channel::refused_by_script(&refuse.code, &refuse.text)));
        }
        let partial = self.partial.iter_mut().find(|partial| partial.sku == sku && partial.calls != Some(0))?;
        partial.calls = partial.calls.map(|calls| calls.saturating_sub(1));
        Some(Outcome::Later {
            after: partial.retry_after_seconds.map(Duration::from_secs),
            reason: "the sandbox was told to take this row later (fault `partial`)".to_owned(),
        })
    }
}

impl Shop {
    /// Decides about one call. Using a fault up is a change of the shop.
    pub fn gate(&mut self) -> Gate {
        let before = (self.faults.throttle.calls, self.faults.die.calls);
        let gate = self.faults.gate();
        if before != (self.faults.throttle.calls, self.faults.die.calls) {
            self.changed();
        }
        gate
    }
}

/// What the shop has seen. Saved together with the next change of the shop; until then a change by another process
/// takes it back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Counters {
    pub submit_calls: u64,
    pub rows: u64,
    pub largest_batch: usize,
    pub rows_done: u64,
    pub rows_refused: u64,
    pub rows_later: u64,
    pub pull_calls: u64,
    pub orders_delivered: u64,
    pub fact_calls: u64,
    #[serde(default)]
    pub list_calls: u64,
    /// Facts whose key had been applied already.
    pub duplicate_facts: u64,
    /// Facts that came after a later step of the same order.
    pub out_of_order_facts: u64,
    pub check_calls: u64,
    /// Calls answered with "too many requests" or while the shop was down.
    pub calls_turned_away: u64,
    /// Calls carried out whose answer was lost.
    pub answers_lost: u64,
}
