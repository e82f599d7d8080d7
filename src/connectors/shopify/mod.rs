//! Shopify over its GraphQL Admin API, version 2026-10. Written against the vendor's schema; the tests run it against a double that checks
//! each call by that schema where it is installed.
//!
//! An offer is a variant: alone in a product, or one of the variants of a product. `docs/channels/shopify.md` has the list of what a shop
//! gets, and what it does not.

mod album;
mod api;
mod batch;
mod check;
mod create;
#[cfg(test)]
mod double;
mod facts;
mod found;
mod held;
mod inputs;
mod listed;
mod offers;
mod orders;
mod pictures;
mod pull;
mod refund;
mod settings;
mod ship;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
mod stock;
#[cfg(test)]
mod tests;
mod tokens;
mod work;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, Listed, ListedOffer, OfferChange,
    OfferKey, Outcome, Pulled, ReadBack, Repeats, RowResult, SetupError, lock,
};
use crate::config::Account;
use crate::domain::OfferId;
use crate::domain::order::FactName;
use api::Api;
use settings::{SETTINGS, Settings};
use shop::ShopSettings;

pub(super) const ENTRY: Entry = Entry {
    name: "shopify",
    settings: SETTINGS,
    capabilities: |account| Ok(can(&Settings::read(account)?)),
    build: |account, timeout| Ok(Box::new(Shopify::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "Kontor calls Shopify in such a way that it carries offers out at once."),
    ("cancellation_accepted", "Buyers cannot ask for a cancellation in a Shopify shop, so there is nothing to answer."),
    ("document_attached", "Shopify has no place for documents of an order."),
    ("messages", "The Admin API of Shopify has no messages between buyers and merchant."),
    ("disputes", "Disputes of Shopify Payments are with the bank, and nobody can open one by the API."),
    ("feedback", "Shopify has no reviews of orders."),
];

/// Of rows: with them the requests of a call stay below the points that the shop takes of one.
const BATCH: usize = 100;
/// How long the shop's own settings are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);

pub(crate) struct Shopify {
    api: Api,
    settings: Settings,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
}

impl Shopify {
    fn new(account: &Account, timeout: Duration) -> Result<Shopify, SetupError> {
        let settings = Settings::read(account)?;
        Ok(Shopify { api: Api::new(&settings, timeout)?, settings, shop: Mutex::new(None) })
    }

    /// The location of the account, once the shop's settings were read.
    fn location(&self) -> String {
        lock(&self.shop).as_ref().map(|(_, shop)| shop.location.id.clone()).unwrap_or_default()
    }
}

/// What the shop can do with these settings.
fn can(settings: &Settings) -> Capabilities {
    Capabilities {
        renames: true,
        variants: true,
        // The shop's limit of media of one product.
        pictures: if settings.pictures { 250 } else { 0 },
        ean: true,
        weight: true,
        categories: true,
        attributes: !settings.attributes.is_empty(),
        tells_shop: true,
        finds_offers: true,
        longest_sku: 255,
        lists_offers: true,
        facts: [
            FactName::Acknowledged,
            FactName::Paid,
            FactName::Shipped,
            FactName::Cancelled,
            FactName::PositionsCancelled,
            FactName::Refunded,
        ]
        .into(),
        ships_in_part: true,
        several_packages: true,
        refunds_positions: true,
        refunds_amounts: true,
        // Every step is taken only where the order, read before, does not show it yet.
        repeats: Repeats::Harmless,
        ..Capabilities::least(BATCH)
    }
}

impl Connector for Shopify {
    fn capabilities(&self) -> Capabilities {
        can(&self.settings)
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    fn shop(&self) -> Result<String, ChannelError> {
        *lock(&self.shop) = None;
        self.shop().map(|shop| shop.id)
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        self.find_variants(offers)
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.list_variants(cursor)
    }

    fn pull_orders(&self, cursor: Option<&str>, _open: &[String]) -> Result<Pulled, ChannelError> {
        self.pull(cursor, Utc::now())
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.push(fact)
    }

    fn read_back(&self, fact: &Fact) -> Result<ReadBack, ChannelError> {
        self.ask_back(fact)
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
