//! Magento 2 (Magento Open Source, Adobe Commerce) over its REST API. Written against recorded answers of Magento Open Source 2.4.7; the tests
//! run it against a double that answers as those recordings do. What was not recorded is from the source of the shop, and said where it is used.
//!
//! An offer is a simple product, on its own or as the child of a configurable one. `docs/channels/magento.md` has the list of what a shop gets,
//! and what it does not.

mod api;
mod check;
#[cfg(test)]
mod double;
mod facts;
mod families;
mod found;
mod images;
mod inputs;
mod listed;
mod offers;
mod orders;
mod pull;
mod refund;
mod settings;
mod shipments;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
mod stop;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::pictures::{Bounds, Pictures};
use super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, Listed, ListedOffer, OfferChange,
    OfferKey, Outcome, Pulled, Repeats, RowResult, SetupError, lock,
};
use crate::config::Account;
use crate::domain::OfferId;
use crate::domain::order::FactName;
use api::Api;
use settings::{SETTINGS, Settings};
use shop::{Catalogue, ShopSettings};

pub(super) const ENTRY: Entry = Entry {
    name: "magento",
    settings: SETTINGS,
    capabilities: |account| Ok(can(&Settings::read(account)?)),
    build: |account, timeout| Ok(Box::new(Magento::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    (
        "tasks",
        "Kontor uses the routes of Magento that answer at once; the bulk ones work only where a queue consumer runs, and say nothing of pictures and links.",
    ),
    ("positions_cancelled", "Magento cancels what is not invoiced of a whole order, and no single pieces."),
    ("cancellation_accepted", "Buyers cannot ask for a cancellation in a Magento shop, so there is nothing to answer."),
    ("document_attached", "Magento has no place for documents of an order."),
    ("messages", "Magento has no messages between buyers and merchant."),
    ("disputes", "Magento has no disputes."),
    ("feedback", "Reviews of Magento are about products, not about orders."),
];

/// Of rows: prices and quantities of so many take a second or a few.
const BATCH: usize = 200;
/// How long the shop's own settings are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);
/// A picture travels as Base64 in JSON; servers take a few megabytes.
const PICTURE: Bounds = Bounds { bytes: 8 << 20, time: Duration::from_secs(20) };

pub(crate) struct Magento {
    api: Api,
    settings: Settings,
    pictures: Pictures,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
    catalogue: Mutex<Catalogue>,
}

impl Magento {
    fn new(account: &Account, timeout: Duration) -> Result<Magento, SetupError> {
        let settings = Settings::read(account)?;
        Ok(Magento {
            api: Api::new(&settings, timeout)?,
            pictures: Pictures::new(&settings.picture_hosts, PICTURE)?,
            settings,
            shop: Mutex::new(None),
            catalogue: Mutex::default(),
        })
    }
}

/// What the shop can do with these settings.
fn can(settings: &Settings) -> Capabilities {
    Capabilities {
        renames: true,
        variants: true,
        // Magento has no limit; more than this nobody shows.
        pictures: if settings.pictures { 1000 } else { 0 },
        ean: settings.ean_attribute.is_some(),
        weight: true,
        categories: true,
        attributes: !settings.attributes.is_empty(),
        tells_shop: true,
        finds_offers: true,
        lists_offers: true,
        // The column of the shop's table of products.
        longest_sku: 64,
        rereads_open_orders: true,
        facts: [FactName::Acknowledged, FactName::Paid, FactName::Shipped, FactName::Cancelled, FactName::Refunded].into(),
        ships_in_part: true,
        several_packages: true,
        refunds_positions: true,
        refunds_amounts: true,
        // The order, read before, shows what it has.
        repeats: Repeats::Harmless,
        ..Capabilities::least(BATCH)
    }
}

impl Connector for Magento {
    fn capabilities(&self) -> Capabilities {
        can(&self.settings)
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    fn shop(&self) -> Result<String, ChannelError> {
        *lock(&self.shop) = None;
        self.shop().map(|shop| format!("{} {}", shop.home, shop.website))
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

    fn categories(&self, _cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        self.category_page()
    }

    fn attributes(&self, _category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        self.attribute_list()
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.look()
    }
}
