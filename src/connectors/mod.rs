//! Channels: the trait that every connector implements, and the registry that builds them from an account's settings.
//!
//! A connector speaks one channel's API and nothing else: it gets absolute values, answers with one result per row,
//! and keeps no state that a restart may not lose.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::Decimal;
use crate::domain::order::Workflow;

/// What a channel can do. Numbers come from the channel's documentation.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Rows per `submit`; at least 1.
    pub batch_size: usize,
    /// Orders that are open at our side are read again at every poll, because the channel's change stamp is not reliable.
    pub rereads_open_orders: bool,
}

/// What an offer shall become at the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Visible and buyable; create it where it does not exist yet.
    Running,
    /// Not buyable any more.
    Ended,
}

/// One row for the channel: absolute values, only the parts that changed (all of them for an offer not listed yet).
#[derive(Debug, Clone)]
pub struct OfferChange {
    pub offer_id: i32,
    /// The merchant's item number, the channel's SKU.
    pub sku: String,
    /// The channel's own number, once known.
    pub external_number: Option<String>,
    pub wanted: Wanted,
    pub content: Option<OfferContent>,
    pub price: Option<Price>,
    pub quantity: Option<Quantity>,
}

#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct OfferContent {
    pub title: String,
    /// HTML or plain text, as the text module type allows.
    pub description: String,
    pub language: String,
    pub ean: Option<String>,
    /// Absolute addresses, first one first.
    pub images: Vec<String>,
    /// The channel's category, as configured or mapped.
    pub category: Option<String>,
    pub tax_type_id: i32,
    pub weight_in_gram: Option<Decimal>,
    pub variant: Option<VariantContent>,
    pub attributes: Vec<(String, String)>,
}

#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct VariantContent {
    /// Item number of the parent.
    pub parent_sku: String,
    pub parent_title: String,
    /// Property and value, such as Colour and Blue.
    pub options: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    pub amount: Decimal,
    pub currency: String,
    pub gross: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// What buyers may still order now.
    pub offered: i32,
    /// Ordered in this account, collected by Kontor and not shipped yet. A shop that keeps its own allocations gets
    /// `offered + reserved_here` as its stock on hand, so that its allocations leave exactly `offered`, and orders
    /// that Kontor has not collected yet still count against it.
    pub reserved_here: i32,
}

/// The channel's word on one row.
#[derive(Debug, Clone)]
pub struct RowResult {
    pub offer_id: i32,
    pub outcome: Outcome,
}

#[derive(Debug, Clone)]
pub enum Outcome {
    /// The channel took it.
    Done { external_number: Option<String>, url: Option<String>, messages: Vec<Message> },
    /// The channel's rules forbid it; repeating unchanged will not help. Parked at once.
    Refused(Message),
    /// Not now. `after` is the channel's `Retry-After`, obeyed in full.
    Later { after: Option<Duration>, reason: String },
}

impl Outcome {
    pub fn done() -> Outcome {
        Outcome::Done { external_number: None, url: None, messages: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
    Info,
}

/// What a channel says about a row, for `fetchUploadMessages`.
#[derive(Debug, Clone)]
pub struct Message {
    pub severity: Severity,
    /// The channel's own code, or a short word of ours.
    pub code: String,
    /// The channel's text.
    pub text: String,
    /// What the merchant can do.
    pub remedy: String,
}

/// The call as a whole failed: nothing is known about its rows.
#[derive(Debug, Clone)]
pub enum ChannelError {
    /// Transport, time-out, 5xx, 429: climbs the retry ladder.
    Unavailable { reason: String, retry_after: Option<Duration> },
    /// Credentials refused: alarm, retried at the ladder's pace.
    Unauthorized { reason: String },
    /// The answer made no sense (a channel's change of contract). Retried, and loud in the log.
    Protocol { reason: String },
}

impl std::fmt::Display for ChannelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChannelError::Unavailable { reason, .. } => write!(f, "unavailable: {reason}"),
            ChannelError::Unauthorized { reason } => write!(f, "credentials refused: {reason}"),
            ChannelError::Protocol { reason } => write!(f, "unexpected answer: {reason}"),
        }
    }
}

/// An order as the channel tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChannelOrder {
    /// The channel's order number, the key for de-duplication in the account.
    pub order_id: String,
    /// A second number of the channel (a UUID, an internal id).
    pub order_id_2: Option<String>,
    pub ordered_at: DateTime<Utc>,
    pub currency: String,
    /// The channel says the money is there (or guaranteed).
    pub paid: bool,
    /// The channel or the buyer cancelled it.
    pub cancelled: bool,
    pub workflow: Workflow,
    pub payment_method: Option<String>,
    pub transaction_id: Option<String>,
    pub buyer: Buyer,
    pub invoice_address: Address,
    pub delivery_address: Address,
    pub lines: Vec<OrderLine>,
    pub shipping_charge: Decimal,
    pub cash_on_delivery_charge: Decimal,
    pub payment_method_charge: Decimal,
    pub coupon_amount: Decimal,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Buyer {
    pub email: Option<String>,
    /// The channel's id of the buyer.
    pub id: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Address {
    pub firm: Option<String>,
    pub title: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub street: Option<String>,
    pub house_number: Option<String>,
    pub street_addition: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    /// ISO 3166 alpha-2.
    pub country_code_iso: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderLine {
    /// The channel's id of the line.
    pub line_id: String,
    pub sku: Option<String>,
    /// The channel's offer number, when the SKU is missing or was changed there.
    pub external_number: Option<String>,
    pub title: String,
    pub quantity: i32,
    /// Per piece, gross.
    pub unit_price: Decimal,
    /// Percent, such as 19.
    pub tax_rate: Option<Decimal>,
}

#[derive(Debug, Clone)]
pub struct Pulled {
    pub orders: Vec<ChannelOrder>,
    /// Where the next poll starts; stored only after the orders are.
    pub cursor: String,
    /// More pages wait; poll again at once.
    pub more: bool,
}

/// What the ERP did with an order, for the channel. Sent in order per order, each with a stable key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fact {
    /// Stable over every repeat; natural key for channels that know one (package reference id).
    pub key: String,
    /// The channel's order number.
    pub order_id: String,
    pub order_id_2: Option<String>,
    pub kind: FactKind,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Acknowledged,
    Paid { transaction_id: Option<String> },
    Shipped { packets: Vec<Packet> },
    Cancelled { reason: Option<String> },
}

impl FactKind {
    /// The word for it in tables, logs and messages.
    pub fn word(&self) -> &'static str {
        match self {
            FactKind::Acknowledged => "acknowledged",
            FactKind::Paid { .. } => "paid",
            FactKind::Shipped { .. } => "shipped",
            FactKind::Cancelled { .. } => "cancelled",
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Packet {
    pub tracking_number: Option<String>,
    pub return_number: Option<String>,
    /// The channel's carrier code, from the account's carrier mapping; the ERP's word where none is mapped.
    pub carrier: Option<String>,
    pub dispatch_type: Option<String>,
    pub shipped_at: Option<DateTime<Utc>>,
}

/// One channel account. Calls block; the dispatcher gives each account its own thread.
///
/// Repeating a call must be harmless: before repeating a shipment or a cancellation, read the order back.
pub trait Connector: Send + Sync {
    fn capabilities(&self) -> Capabilities;

    /// Brings offers to the wanted state. One result per row, in any order; a row without a result is retried.
    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError>;

    /// Orders that are new or changed since `cursor` (`None` at the first poll), oldest first, with an overlap:
    /// the caller removes duplicates. `open` are the channel's numbers of orders that are still open at our side
    /// (only filled when the capabilities ask for it).
    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError>;

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError>;

    /// Proves address and credentials, for `kontor check --connect`; answers with a line for the admin.
    fn check(&self) -> Result<String, ChannelError>;
}
