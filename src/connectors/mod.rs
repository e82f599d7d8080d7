//! Channels: the trait that every connector implements, and the registry that builds them from an account's settings.
//!
//! A connector speaks one channel's API and nothing else: it gets absolute values, answers with one result per row,
//! and keeps no state that a restart may not lose.

mod fault;
mod http;
pub mod sandbox;
mod settings;
mod vendure;

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Account;
use crate::domain::rate::Rates;
use crate::domain::{Decimal, Money, OfferId};

use crate::domain::message::Message;
use crate::domain::offer::Wanted;
use crate::domain::order::{ChannelOrder, FactKind};
pub use fault::{ChannelError, SetupError, StateError};
pub use sandbox::Sandboxes;

/// What a channel can do. Numbers come from the channel's documentation.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Rows per `submit`; at least 1.
    pub batch_size: usize,
    /// Orders that are open at our side are read again at every poll, because the channel's change stamp is not reliable.
    pub rereads_open_orders: bool,
    /// An offer without stock is ended, and listed again when stock is back. false: it stays and gets a quantity of
    /// 0, because the channel keeps the page of a sold-out article (a shop).
    pub ends_at_zero: bool,
    /// Single packages can be reported while others are still to come. false: they are reported together, when nothing is
    /// open any more.
    pub ships_in_part: bool,
    /// Single positions can be cancelled. false: only whole orders can.
    pub cancels_in_part: bool,
    /// A buyer's request to cancel can be accepted and declined. false: an accepted one is cancelled without an answer, and of
    /// a declined one the buyer has to be informed another way.
    pub(crate) answers_cancellations: bool,
    /// Money can be given back for single positions.
    pub refunds_positions: bool,
    /// Money can be given back as an amount, whatever it is for.
    pub refunds_amounts: bool,
    /// `list_offers` works: what the channel shows can be compared with what is known.
    pub lists_offers: bool,
    /// How often the channel lets itself be called, counted in calls of this trait; the account's settings may say
    /// something else.
    pub rates: Rates,
}

/// One row for the channel: absolute values, only the parts that changed (all of them for an offer not listed yet).
#[derive(Debug, Clone)]
pub struct OfferChange {
    pub offer_id: OfferId,
    /// The merchant's item number, the channel's SKU.
    pub sku: String,
    /// The channel's own number, once known.
    pub external_number: Option<String>,
    pub wanted: Wanted,
    pub content: Option<OfferContent>,
    pub price: Option<Price>,
    pub quantity: Option<Quantity>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
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
    /// In the channel's words, where the account translates the tax type.
    pub tax_class: Option<String>,
    pub weight_in_gram: Option<Decimal>,
    pub variant: Option<VariantContent>,
    pub attributes: Vec<(String, String)>,
    /// In the channel's words, where the account translates the ERP's.
    pub delivery_time: Option<String>,
    /// The shipping cost category, in the channel's words where the account translates the ERP's.
    pub delivery_charge: Option<String>,
    /// The item's own data for the account: the platform's element of `specific_item_data`, unchanged XML.
    pub platform_data: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct VariantContent {
    /// Item number of the parent.
    pub parent_sku: String,
    pub parent_title: String,
    /// Property and value, such as Colour and Blue.
    pub options: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Rounded to the decimals of its currency.
    pub money: Money,
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
    pub offer_id: OfferId,
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

#[derive(Debug, Clone)]
pub struct Pulled {
    pub orders: Vec<ChannelOrder>,
    /// Where the next poll starts; stored only after the orders are.
    pub cursor: String,
    /// More pages wait; poll again at once.
    pub more: bool,
}

/// An offer as the channel shows it, whoever listed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOffer {
    /// The channel's own number.
    pub external_number: Option<String>,
    pub sku: Option<String>,
    pub ean: Option<String>,
    pub title: String,
    /// Of the kind in which the account sends prices, in its currency. `None`: not reported.
    pub price: Option<Money>,
    /// What buyers may still order now. `None`: not reported.
    pub quantity: Option<i32>,
    /// Buyers can see it.
    pub running: bool,
    pub url: Option<String>,
}

/// One page of a channel's offers.
#[derive(Debug, Clone)]
pub struct Listed {
    pub offers: Vec<ListedOffer>,
    /// Where the next page starts. `None`: this was the last one.
    pub next: Option<String>,
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

    /// The channel's offers page by page, running and ended, from `cursor` on (`None`: from the beginning). An offer that
    /// exists during the whole reading is on one of the pages at least; it may be on several. Called only where the
    /// capabilities say so.
    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError>;

    /// Proves address and credentials, for `kontor check --connect`; answers with a line for the admin.
    fn check(&self) -> Result<String, ChannelError>;
}

type Build = fn(&Account, Duration, &Sandboxes) -> Result<Box<dyn Connector>, SetupError>;

/// A line of the registry.
struct Entry {
    name: &'static str,
    check_settings: fn(&Account) -> Result<(), SetupError>,
    build: Build,
}

/// THE REGISTRY: one line per connector.
const REGISTRY: &[Entry] = &[
    Entry { name: sandbox::NAME, check_settings: sandbox::check_settings, build: sandbox::build },
    Entry { name: vendure::NAME, check_settings: vendure::check_settings, build: vendure::build },
];

/// The connectors that `accounts.connector` may name.
pub fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| REGISTRY.iter().map(|entry| entry.name).collect());
    &NAMES
}

fn entry(account: &Account) -> Result<&'static Entry, SetupError> {
    REGISTRY.iter().find(|entry| entry.name == account.connector).ok_or_else(|| SetupError::UnknownConnector {
        account_id: account.account_id,
        connector: account.connector.clone(),
        known: names().join(", "),
    })
}

/// Checks `[accounts.settings]` without talking to the channel. The error names the key and the remedy.
pub fn check_settings(account: &Account) -> Result<(), SetupError> {
    (entry(account)?.check_settings)(account)
}

/// The connector of an account. Call it outside of async code: HTTP clients that block start their own thread.
///
/// `channel_timeout` bounds each call to the channel; `sandboxes` keeps the scripted shops of this process.
pub fn build(account: &Account, channel_timeout: Duration, sandboxes: &Sandboxes) -> Result<Box<dyn Connector>, SetupError> {
    (entry(account)?.build)(account, channel_timeout, sandboxes)
}

/// The connectors' locks guard values that are complete at any time, so a panic elsewhere leaves them usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Sandboxes, build, check_settings, names};
    use crate::config::{Account, Listing, fixture};

    use std::time::Duration;

    /// An account of a connector with the given settings.
    pub(crate) fn account(connector: &str, settings: &str) -> Account {
        Account {
            connector: connector.to_owned(),
            listing: Listing::Automatic,
            settings: toml::from_str(settings).unwrap(),
            ..fixture::account(1000, 1)
        }
    }

    #[test]
    fn an_unknown_connector_is_answered_with_the_known_ones() {
        let text = check_settings(&account("ebai", "")).unwrap_err().to_string();
        assert!(text.contains("\"ebai\" is unknown"), "{text}");
        for name in names() {
            assert!(text.contains(name), "{text}");
        }
        assert!(build(&account("ebai", ""), Duration::from_secs(1), &Sandboxes::new()).is_err());
    }

    #[test]
    fn settings_are_checked_key_by_key() {
        assert!(check_settings(&account("sandbox", "batch_size = 10\noverlap = 0")).is_ok());
        for (settings, expected) in [
            ("batchsize = 10", "[accounts.settings] batchsize: is not a setting of this connector; use one of state_path, batch_size"),
            (
                "batch_size = 0",
                "[accounts.settings] batch_size: 0 is out of range; give a whole number from 1 to 1000, or leave it out for 25",
            ),
            ("batch_size = \"10\"", "[accounts.settings] batch_size: has the type string, expected a whole number"),
            ("state_path = \" \"", "[accounts.settings] state_path: is empty"),
        ] {
            let text = check_settings(&account("sandbox", settings)).unwrap_err().to_string();
            assert!(text.contains(expected), "{text}");
        }
    }
}
