//! WooCommerce over its REST API, version 3. Written against recorded answers of WooCommerce 9.4.3; the tests run it against a double
//! that answers as those recordings do.
//!
//! An offer is a simple product, or a variation of a variable product. `docs/channels/woocommerce.md` has the list of what a shop gets,
//! and what it does not.

mod api;
mod check;
#[cfg(test)]
mod double;
mod facts;
mod families;
mod found;
mod hook;
mod inputs;
mod listed;
mod offers;
mod orders;
mod packages;
mod pull;
mod refund;
mod refunded;
mod settings;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
#[cfg(test)]
mod tests;
mod tracking;
mod transfers;
mod values;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::Utc;

use super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, Hooks, Listed, ListedOffer, OfferChange,
    OfferKey, Outcome, Pulled, Repeats, RowResult, SetupError, Transfer, lock,
};
use crate::config::Account;
use crate::domain::OfferId;
use crate::domain::order::FactName;
use crate::domain::transfer::TransferKind;
use api::Api;
use settings::{SETTINGS, Settings};
use shop::ShopSettings;
use tracking::Place;

pub(super) const ENTRY: Entry = Entry {
    name: "woocommerce",
    settings: SETTINGS,
    capabilities: |account| Ok(can(&Settings::read(account)?)),
    build: |account, timeout| Ok(Box::new(WooCommerce::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "WooCommerce carries calls out at once."),
    ("positions_cancelled", "An order of WooCommerce has no cancelled pieces: another quantity of a line leaves the totals as they were."),
    ("cancellation_accepted", "Buyers cannot ask for a cancellation in a WooCommerce shop, so there is nothing to answer."),
    ("document_attached", "WooCommerce has no place for documents of an order."),
    ("messages", "WooCommerce has no messages between buyers and merchant."),
    ("disputes", "WooCommerce has no disputes."),
    ("feedback", "Reviews of WooCommerce are about products, not about orders."),
];

/// Of rows. The shop takes 100 per batch, and works on them one after the other: pictures are fetched meanwhile.
const BATCH: usize = 100;
/// How long the shop's own settings are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);

pub(crate) struct WooCommerce {
    api: Api,
    settings: Settings,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
    place: Mutex<Option<(Instant, Place)>>,
}

impl WooCommerce {
    fn new(account: &Account, timeout: Duration) -> Result<WooCommerce, SetupError> {
        let settings = Settings::read(account)?;
        Ok(WooCommerce { api: Api::new(&settings, timeout)?, settings, shop: Mutex::new(None), place: Mutex::new(None) })
    }
}

/// What the shop can do with these settings.
fn can(settings: &Settings) -> Capabilities {
    Capabilities {
        renames: true,
        variants: true,
        // WooCommerce has no limit; more than this nobody shows.
        pictures: if settings.pictures { 1000 } else { 0 },
        ean: true,
        weight: true,
        categories: true,
        attributes: !settings.attributes.is_empty(),
        tells_shop: true,
        finds_offers: true,
        lists_offers: true,
        // The column of the shop's look-up table.
        longest_sku: 100,
        // With the older storage of orders, addresses and lines change without moving an order's time (seen with 9.4.3).
        rereads_open_orders: true,
        facts: [FactName::Acknowledged, FactName::Paid, FactName::Shipped, FactName::Cancelled, FactName::Refunded].into(),
        ships_in_part: true,
        several_packages: true,
        refunds_positions: true,
        refunds_amounts: true,
        // The order, read before, shows what it has.
        repeats: Repeats::Harmless,
        transfers: vec![TransferKind::Customer, TransferKind::Coupon],
        ..Capabilities::least(BATCH)
    }
}

impl Connector for WooCommerce {
    fn capabilities(&self) -> Capabilities {
        can(&self.settings)
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    fn shop(&self) -> Result<String, ChannelError> {
        *lock(&self.shop) = None;
        self.shop().map(|shop| shop.home)
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

    fn transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        self.push_transfer(transfer)
    }

    fn categories(&self, _cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        self.category_page()
    }

    fn attributes(&self, _category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        Ok(self.attribute_list())
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.look()
    }

    fn hooks(&self) -> Option<Arc<dyn Hooks>> {
        self.hook()
    }
}
