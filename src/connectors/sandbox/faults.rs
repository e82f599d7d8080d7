//! Misbehaving on purpose: what a shop does on a bad day, scripted by a test or by hand.

use std::time::Duration;

use serde::Deserialize;

use super::super::{ChannelError, Outcome};
use super::accepted::TaskScript;
use super::bad_days::{Die, Expire, Faults, Html, Ignore, Partial, Refuse, Throttle};
use super::can::RIGHTS;
use super::shop::{Problem, Shop};
use super::wishes::Amount;
use crate::domain::message::channel;

/// What `POST /faults` sends: the faults named are set, the others stay. Zero, false or an empty list clears one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultScript {
    refuse: Option<Vec<Refuse>>,
    partial: Option<Vec<Partial>>,
    throttle: Option<Throttle>,
    delay_ms: Option<u64>,
    die: Option<Die>,
    down: Option<bool>,
    total_off: Option<Amount>,
    tasks: Option<TaskScript>,
    ignore: Option<Vec<Ignore>>,
    html: Option<Html>,
    expire: Option<Expire>,
    clock_off_seconds: Option<i32>,
    change_between_pages: Option<u32>,
    forbid: Option<Vec<String>>,
}

impl FaultScript {
    /// What the script says without a meaning.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let known: Vec<&str> = RIGHTS.iter().map(|(right, ..)| *right).collect();
        if let Some(right) = self.forbid.iter().flatten().find(|right| !known.contains(&right.as_str())) {
            return Err(Problem::Bad(format!("forbid: \"{right}\" is no right of the shop; use {}", known.join(", "))));
        }
        if self.tasks.as_ref().is_some_and(|tasks| *tasks == TaskScript::default()) {
            let text = "tasks: says nothing; send {\"polls\":2} or another key of it, and {\"calls\":0} to end it";
            return Err(Problem::Bad(text.to_owned()));
        }
        Ok(())
    }
}

/// How a call goes on.
pub(crate) enum Gate {
    Closed(ChannelError),
    Open { delay: Duration, answer_lost: bool },
}

impl Faults {
    pub(crate) fn apply(&mut self, script: FaultScript) {
        let FaultScript { refuse, partial, throttle, delay_ms, die, down, total_off, .. } = script;
        // Without calls it is off again.
        if let Some(tasks) = script.tasks {
            self.tasks = Some(tasks).filter(|tasks| tasks.calls != Some(0));
        }
        self.ignore = script.ignore.unwrap_or_else(|| std::mem::take(&mut self.ignore));
        self.html = script.html.unwrap_or_else(|| std::mem::take(&mut self.html));
        if let Some(expire) = script.expire {
            self.expire = Some(expire).filter(|expire| expire.calls > 0);
        }
        self.clock_off_seconds = script.clock_off_seconds.unwrap_or(self.clock_off_seconds);
        self.change_between_pages = script.change_between_pages.unwrap_or(self.change_between_pages);
        self.forbid = script.forbid.unwrap_or_else(|| std::mem::take(&mut self.forbid));
        self.total_off = total_off.map_or(self.total_off, |amount| amount.0);
        self.refuse = refuse.unwrap_or_else(|| std::mem::take(&mut self.refuse));
        self.partial = partial.unwrap_or_else(|| std::mem::take(&mut self.partial));
        self.throttle = throttle.unwrap_or_else(|| std::mem::take(&mut self.throttle));
        self.delay_ms = delay_ms.unwrap_or(self.delay_ms);
        self.die = die.unwrap_or_else(|| std::mem::take(&mut self.die));
        self.down = down.unwrap_or(self.down);
    }

    pub(super) fn is_down(&self) -> bool {
        self.down
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
        if let Some(left) = self.html.calls.checked_sub(1) {
            self.html.calls = left;
            return Gate::Closed(ChannelError::Protocol {
                reason: "HTTP 200, but the answer is a web page and no JSON: <!DOCTYPE html><title>Maintenance</title> (fault `html`)"
                    .to_owned(),
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

    /// From which row on of a call the shop does not know the token any more.
    pub(super) fn expires_after(&mut self) -> Option<usize> {
        let expire = self.expire.as_mut()?;
        expire.calls = expire.calls.checked_sub(1)?;
        Some(expire.rows)
    }

    /// The scripted fate of a row, if there is one.
    pub(crate) fn row(&mut self, sku: &str) -> Option<Outcome> {
        if let Some(refuse) = self.refuse.iter().find(|refuse| refuse.sku == sku) {
            return Some(Outcome::Refused(channel::refused_by_script(&refuse.code, &refuse.text)));
        }
        if let Some(ignore) = self.ignore.iter_mut().find(|ignore| ignore.sku == sku && ignore.calls != Some(0)) {
            ignore.calls = ignore.calls.map(|calls| calls.saturating_sub(1));
            return Some(Outcome::done());
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
    pub(crate) fn gate(&mut self) -> Gate {
        let left = |faults: &Faults| (faults.throttle.calls, faults.die.calls, faults.html.calls);
        let before = left(&self.faults);
        let gate = self.faults.gate();
        if before != left(&self.faults) {
            self.changed();
        }
        gate
    }
}
