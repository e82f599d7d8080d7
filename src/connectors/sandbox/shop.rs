//! The shop itself: everything it knows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::accepted::ShopTask;
use super::bad_days::Faults;
use super::decimal_text;
use crate::domain::contact::ContactContent;
use crate::domain::coupon::Coupon as CouponDocument;
use crate::domain::customer::{Customer, CustomerAddress};
use crate::domain::order::Workflow;
use crate::domain::order::{Address, Delivery, LinePieces, Packet};
use crate::domain::{AccountId, Decimal};

/// One scripted shop. Its change number `sequence` grows with every change of an offer, an order or a fault.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shop {
    pub account_id: AccountId,
    pub sequence: u64,
    /// Offers listed since the shop opened; the next one gets the next number.
    pub listings_made: u64,
    pub orders_made: u64,
    /// By SKU.
    pub listings: BTreeMap<String, Listing>,
    /// By running number.
    pub orders: BTreeMap<u64, Order>,
    /// What the shop works on, by running number.
    #[serde(default)]
    pub(super) tasks: BTreeMap<u64, ShopTask>,
    #[serde(default)]
    pub(super) tasks_made: u64,
    /// By the key of the buyer in orders.
    #[serde(default)]
    pub(crate) customers: BTreeMap<String, ShopCustomer>,
    /// By number.
    #[serde(default)]
    pub(crate) coupons: BTreeMap<u64, ShopCoupon>,
    /// By running number.
    #[serde(default)]
    pub(super) contacts: BTreeMap<u64, ShopContact>,
    pub faults: Faults,
    pub counters: Counters,
}

impl Shop {
    pub(crate) fn new(account_id: AccountId) -> Shop {
        Shop {
            account_id,
            sequence: 0,
            listings_made: 0,
            orders_made: 0,
            listings: BTreeMap::new(),
            orders: BTreeMap::new(),
            tasks: BTreeMap::new(),
            tasks_made: 0,
            customers: BTreeMap::new(),
            coupons: BTreeMap::new(),
            contacts: BTreeMap::new(),
            faults: Faults::default(),
            counters: Counters::default(),
        }
    }

    /// Takes the next change number.
    pub(crate) fn changed(&mut self) -> u64 {
        self.sequence = self.sequence.saturating_add(1);
        self.sequence
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Listing {
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
    /// Of a variant: property and value.
    #[serde(default)]
    pub options: Vec<(String, String)>,
    #[serde(default)]
    pub weight_in_gram: Option<String>,
    #[serde(default)]
    pub tax_class: Option<String>,
    #[serde(default)]
    pub delivery_time: Option<String>,
    #[serde(default)]
    pub delivery_charge: Option<String>,
    #[serde(default)]
    pub manufacturer: Option<String>,
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
pub(crate) struct Step {
    pub seq: u64,
    pub what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    New,
    Acknowledged,
    Paid,
    Shipped,
    Cancelled,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
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
    /// Kinds and numbers of the documents that Kontor attached.
    #[serde(default)]
    pub(super) documents: Vec<String>,
    pub cancel_reason: Option<String>,
    pub packets: Vec<Packet>,
    /// Everything that Kontor reported, in the order of arrival.
    pub facts: Vec<ReceivedFact>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
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

/// A customer, under the key by which orders name their buyer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShopCustomer {
    pub(crate) email: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) customer: Customer,
    /// For deliveries.
    #[serde(default)]
    pub(crate) addresses: Vec<CustomerAddress>,
    /// How often Kontor sent it.
    pub(crate) updates: u64,
}

/// A coupon under its number in the shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShopCoupon {
    pub(crate) code: String,
    pub(crate) active: bool,
    /// RFC 3339.
    pub(crate) from: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) coupon: CouponDocument,
    /// How often Kontor sent it.
    pub(crate) updates: u64,
}

/// Something that was said in the shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShopContact {
    pub(crate) number: String,
    /// Change number of the last change.
    pub(crate) changed: u64,
    pub(crate) order_id: Option<String>,
    pub(crate) line_id: Option<String>,
    pub(crate) said_at: DateTime<Utc>,
    pub(crate) content: ContactContent,
    /// How often Kontor sent it.
    pub(crate) updates: u64,
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
pub(crate) struct ReceivedFact {
    pub seq: u64,
    pub key: String,
    pub kind: String,
    /// False where the shop refused it.
    pub applied: bool,
    /// A later step of the order had been reported before.
    pub out_of_order: bool,
}

/// What the shop has seen. Saved together with the next change of the shop; until then a change by another process
/// takes it back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counters {
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
    #[serde(default)]
    pub task_calls: u64,
    #[serde(default)]
    pub find_calls: u64,
    #[serde(default)]
    pub read_back_calls: u64,
    #[serde(default)]
    pub rows_accepted: u64,
    #[serde(default)]
    pub(crate) transfer_calls: u64,
    #[serde(default)]
    pub(super) contact_calls: u64,
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
pub(crate) enum Problem {
    /// The request makes no sense.
    Bad(String),
    /// There is no such thing.
    Missing(String),
    /// It makes sense, but not in this state.
    Conflict(String),
}
