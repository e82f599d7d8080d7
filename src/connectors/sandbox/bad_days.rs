//! What a shop does on a bad day, as it keeps it.

use serde::{Deserialize, Serialize};

use super::accepted::TaskScript;
use super::decimal_text;
use crate::domain::Decimal;

/// The faults in force. All of them are off in a new shop.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
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
    /// New orders say a total that is off by this.
    #[serde(default, with = "decimal_text")]
    pub(crate) total_off: Decimal,
    /// What the shop is sent is accepted into tasks.
    #[serde(default)]
    pub(super) tasks: Option<TaskScript>,
    /// Rows that the shop answers as done without doing them.
    #[serde(default)]
    pub ignore: Vec<Ignore>,
    #[serde(default)]
    pub html: Html,
    #[serde(default)]
    pub expire: Option<Expire>,
    /// The shop's clock is ahead by so much, or behind where it is negative.
    #[serde(default)]
    pub clock_off_seconds: i32,
    /// The next so many pages of orders: an order of the page changes before the next page is read.
    #[serde(default)]
    pub change_between_pages: u32,
    /// Rights that the merchant's login lacks; `check` names them.
    #[serde(default)]
    pub forbid: Vec<String>,
}

/// The next calls are answered with status 200 and a web page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Html {
    pub calls: u32,
}

/// The token of the next calls expires behind so many rows: those are done, and the others are not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expire {
    pub rows: usize,
    pub calls: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ignore {
    pub sku: String,
    /// How many times; without a number until it is cleared.
    #[serde(default)]
    pub calls: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refuse {
    pub sku: String,
    pub code: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Partial {
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
pub(crate) struct Throttle {
    pub calls: u32,
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
}

/// The next `calls` calls are carried out, but their answer is lost as if the connection was cut.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Die {
    pub calls: u32,
}
