//! The shop itself: everything it knows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::order::Workflow;
use crate::domain::order::{Address, Delivery, LinePieces, Packet};
use crate::domain::{AccountId, Decimal};

/// One scripted shop. Its change number `sequence` grows with every change of an offer, an order or a fault.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shop {
    pub account_id: AccountId,
    pub sequence: u64,
    /// Offers listed since the shop opened; the next one gets the next number.
    pub listings_made: u64,
    pub orders_made: u64,
    /// By SKU.
    pub listings: BTreeMap<String, Listing>,
    /// By running number.
    pub orders: BTreeMap<u64, Order>,
    pub faults: Faults,
    pub counters: Counters,
}

impl Shop {
    pub fn new(account_id: AccountId) -> Shop {
        Shop {
            account_id,
            sequence: 0,
            listings_made: 0,
            orders_made: 0,
            listings: BTreeMap::new(),
            orders: BTreeMap::new(),
            faults: Faults::default(),
            counters: Counters::default(),
        }
    }

    /// Takes the next change number.
    pub fn changed(&mut self) -> u64 {
        self.sequence = self.sequence.saturating_add(1);
        self.sequence
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listing {
    pub sku: String,
    pub external_number: String,
    pub title: String,
    pub description: String,
    pub language: String,
    pub ean: Option<String>,
    pub images: Vec<String>,
    pub category: Option<String>,
    pub attributes: Vec<(String, String)>,
    pub parent_sku: Option<String>,
    #[serde(default)]
    pub delivery_time: Option<String>,
    #[serde(default)]
    pub delivery_charge: Option<String>,
    #[serde(default)]
    pub platform_data: Option<String>,
    #[serde(with = "decimal_text")]
    pub price: Decimal,
    pub currency: String,
    /// What buyers may order now: the last quantity that Kontor sent, minus what was ordered since.
    pub quantity: i32,
    pub running: bool,
    /// Rows accepted for this offer.
    pub updates: u64,
    /// The last steps, each with the shop's change number.
    pub history: Vec<Step>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    pub seq: u64,
    pub what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    New,
    Acknowledged,
    Paid,
    Shipped,
    Cancelled,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub order_id: String,
    /// Change number of the last change.
    pub changed: u64,
    pub status: Status,
    pub ordered_at: DateTime<Utc>,
    pub currency: String,
    pub paid: bool,
    pub payment_method: String,
    pub workflow: Workflow,
    pub transaction_id: Option<String>,
    pub email: Option<String>,
    pub address: Address,
    pub lines: Vec<Line>,
    #[serde(with = "decimal_text")]
    pub shipping_charge: Decimal,
    #[serde(default, with = "decimal_text")]
    pub(crate) cash_on_delivery_charge: Decimal,
    #[serde(default, with = "decimal_text")]
    pub(crate) payment_charge: Decimal,
    /// A voucher without a code.
    #[serde(with = "decimal_text")]
    pub coupon_amount: Decimal,
    #[serde(default)]
    pub(crate) coupons: Vec<Coupon>,
    /// Prices, charges and vouchers are without tax.
    #[serde(default)]
    pub(crate) net: bool,
    #[serde(default)]
    pub(crate) tax_identification_number: Option<String>,
    #[serde(default)]
    pub(crate) delivery: Delivery,
    /// The total that the shop says is off by this (fault `total_off`).
    #[serde(default, with = "decimal_text")]
    pub(crate) total_off: Decimal,
    #[serde(default)]
    pub(crate) requests: Vec<Request>,
    #[serde(default)]
    pub(crate) refunds: Vec<Refund>,
    pub note: Option<String>,
    pub cancel_reason: Option<String>,
    pub packets: Vec<Packet>,
    /// Everything that Kontor reported, in the order of arrival.
    pub facts: Vec<ReceivedFact>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    pub line_id: String,
    pub sku: String,
    pub external_number: String,
    pub title: String,
    pub quantity: i32,
    #[serde(default)]
    pub cancelled: i32,
    #[serde(default)]
    pub shipped: i32,
    #[serde(default)]
    pub(crate) returned: i32,
    #[serde(default)]
    pub(crate) refunded: i32,
    #[serde(with = "decimal_text")]
    pub unit_price: Decimal,
    #[serde(default = "usual_tax_rate", with = "decimal_text")]
    pub(crate) tax_rate: Decimal,
}

/// German standard rate, Umsatzsteuergesetz § 12 (1).
pub(crate) fn usual_tax_rate() -> Decimal {
    Decimal::from_whole(19)
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coupon {
    pub code: String,
    #[serde(with = "decimal_text")]
    pub(crate) amount: Decimal,
}

/// A buyer's request to cancel pieces.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) request_id: String,
    pub(crate) state: RequestWord,
    pub(crate) reason: Option<String>,
    /// Empty: everything that is open.
    pub(crate) lines: Vec<LinePieces>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestWord {
    Open,
    Accepted,
    Declined,
    Withdrawn,
}

/// Money that went back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) refund_id: String,
    pub(crate) refunded_at: DateTime<Utc>,
    #[serde(with = "decimal_text")]
    pub(crate) amount: Decimal,
    pub(crate) reason: Option<String>,
    pub(crate) lines: Vec<LinePieces>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceivedFact {
    pub seq: u64,
    pub key: String,
    pub kind: String,
    /// False where the shop refused it.
    pub applied: bool,
    /// A later step of the order had been reported before.
    pub out_of_order: bool,
}

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
    /// New orders say a total that is off by this.
    #[serde(default, with = "decimal_text")]
    pub(crate) total_off: Decimal,
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

/// Why a buyer's wish is not granted; becomes an HTTP status at the face.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    /// The request makes no sense.
    Bad(String),
    /// There is no such thing.
    Missing(String),
    /// It makes sense, but not in this state.
    Conflict(String),
}

/// Decimals of the shop's JSON are texts such as "19.90"; read from a text or from a number.
pub(crate) mod decimal_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::domain::Decimal;

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Decimal::parse(&text).ok_or_else(|| D::Error::custom(format!("\"{text}\" is no amount, expected one such as \"4.90\"")))
    }
}
