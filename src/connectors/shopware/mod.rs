//! Shopware 6 over its Admin API, from version 6.6 on. Written against the contract of 6.7 and the shop's source; the tests run it against a
//! double that checks each request by that contract.
//!
//! An account is a sales channel. An offer is a product without variants, or a variant. `docs/channels/shopware.md` has the list of what a
//! shop gets, and what it does not.

mod addresses;
mod api;
mod check;
mod documents;
#[cfg(test)]
mod double;
mod facts;
mod families;
mod found;
mod ground;
mod ids;
mod inputs;
mod listed;
mod offers;
mod ops;
mod orders;
mod pull;
mod refund;
mod settings;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
mod states;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, Listed, ListedOffer, OfferChange,
    OfferKey, Outcome, Pulled, Repeats, RowResult, SetupError, lock,
};
use crate::config::Account;
use crate::domain::OfferId;
use crate::domain::order::FactName;
use api::Api;
use settings::{SETTINGS, Settings};
use shop::ShopSettings;

pub(super) const ENTRY: Entry = Entry {
    name: "shopware",
    settings: SETTINGS,
    capabilities: |account| Ok(can(&Settings::read(account)?)),
    build: |account, timeout| Ok(Box::new(Shopware::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "Shopware carries writes out at once; what it derives from them follows in its queue."),
    (
        "positions_cancelled",
        "An order of Shopware has no cancelled pieces: another quantity of a line is another order, with new totals and another stock.",
    ),
    ("cancellation_accepted", "Shopware has no requests of buyers to cancel in its core."),
    ("messages", "Shopware has no messages between buyers and merchant."),
    ("disputes", "Shopware has no disputes."),
    ("feedback", "Reviews of Shopware are about products, not about orders."),
];

/// Rows of a call. One search finds what the shop has of so many, and one request writes them.
const BATCH: usize = 200;
/// How long the shop's own settings are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);

pub(crate) struct Shopware {
    api: Api,
    settings: Settings,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
}

impl Shopware {
    fn new(account: &Account, timeout: Duration) -> Result<Shopware, SetupError> {
        let settings = Settings::read(account)?;
        Ok(Shopware { api: Api::new(&settings, timeout)?, settings, shop: Mutex::new(None) })
    }
}

/// What the shop can do with these settings.
fn can(settings: &Settings) -> Capabilities {
    Capabilities {
        renames: true,
        variants: true,
        // Shopware has no limit; more than this nobody shows.
        pictures: if settings.pictures { 1000 } else { 0 },
        ean: true,
        weight: true,
        categories: true,
        attributes: !settings.attributes.is_empty() || !settings.custom_fields.is_empty(),
        tells_shop: true,
        finds_offers: true,
        lists_offers: true,
        // The column of the table of products.
        longest_sku: 64,
        // Payments and deliveries have states of their own.
        rereads_open_orders: true,
        facts: [
            FactName::Acknowledged,
            FactName::Paid,
            FactName::Shipped,
            FactName::Cancelled,
            FactName::Refunded,
            FactName::DocumentAttached,
        ]
        .into(),
        ships_in_part: true,
        several_packages: true,
        refunds_positions: true,
        refunds_amounts: true,
        // The order, read before, shows what it has.
        repeats: Repeats::Harmless,
        ..Capabilities::least(BATCH)
    }
}

impl Connector for Shopware {
    fn capabilities(&self) -> Capabilities {
        can(&self.settings)
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    /// The number of a sales channel is drawn when it is set up, and stays through moves and updates.
    fn shop(&self) -> Result<String, ChannelError> {
        *lock(&self.shop) = None;
        self.shop().map(|shop| format!("sales channel {}", shop.channel_id))
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        self.find_records(offers)
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.list_records(cursor)
    }

    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError> {
        self.pull(cursor, open, Utc::now())
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.push(fact)
    }

    fn categories(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        self.category_page(cursor)
    }

    fn attributes(&self, _category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        Ok(self.attribute_list())
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.look()
    }
}
