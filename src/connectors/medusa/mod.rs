//! Medusa 2 over its admin API. Written against and tried on a running Medusa 2.21.2.
//!
//! An offer is a variant of a product; variants of one parent share a product. `docs/channels/medusa.md` has the list of what a shop
//! gets, and what it does not.

mod api;
mod categories;
mod check;
mod create;
mod draft;
mod edit;
mod facts;
mod found;
mod images;
mod inputs;
mod listed;
#[cfg(test)]
mod live;
mod offers;
mod options;
mod orders;
mod promotions;
mod pull;
mod refund;
mod settings;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
mod steps;
mod stock;
#[cfg(test)]
mod tests;
mod transfers;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::pictures::{Bounds, Pictures};
use super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, Listed, ListedOffer, OfferChange,
    OfferKey, Outcome, Pulled, Repeats, RowResult, SetupError, Transfer, lock,
};
use crate::config::Account;
use crate::domain::OfferId;
use crate::domain::order::FactName;
use crate::domain::transfer::TransferKind;
use api::Api;
use settings::{SETTINGS, Settings};
use shop::ShopSettings;

pub(super) const ENTRY: Entry = Entry {
    name: "medusa",
    settings: SETTINGS,
    capabilities: |account| Ok(can(&Settings::read(account)?)),
    build: |account, timeout| Ok(Box::new(Medusa::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "Medusa carries calls out at once."),
    ("cancellation_accepted", "Buyers cannot ask for a cancellation in a Medusa shop, so there is nothing to answer."),
    ("document_attached", "Medusa has no place for documents of an order."),
    ("messages", "Medusa has no messages between buyers and merchant."),
    ("disputes", "Medusa has no disputes."),
    ("feedback", "Medusa's core has no reviews."),
];

/// Measured with 2.21.2 on a small machine: 50 new products take 0.6 s in one call, prices and texts 0.1 s per product, because each
/// product is a call of its own.
const BATCH: usize = 25;
/// Rows of one page of a list.
const PAGE: usize = 100;
/// How long the shop's own settings (currency, tax, stock location) are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);
/// A form may have as many bytes as Medusa takes of a file.
const PICTURE: Bounds = Bounds { bytes: 20 << 20, time: Duration::from_secs(20) };

pub(crate) struct Medusa {
    api: Api,
    settings: Settings,
    pictures: Pictures,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
    /// The lines of orders as they were placed. They never change.
    placed: Mutex<BTreeMap<String, Vec<orders::Item>>>,
}

impl Medusa {
    fn new(account: &Account, timeout: Duration) -> Result<Medusa, SetupError> {
        let settings = Settings::read(account)?;
        let pictures = Pictures::new(&settings.picture_hosts, PICTURE)?;
        let api = Api::new(&settings, timeout)?;
        Ok(Medusa { api, settings, pictures, shop: Mutex::new(None), placed: Mutex::default() })
    }
}

fn can(settings: &Settings) -> Capabilities {
    Capabilities {
        renames: true,
        variants: true,
        // Medusa has no limit; more than this nobody shows.
        pictures: if settings.pictures { 1000 } else { 0 },
        ean: true,
        weight: true,
        categories: true,
        attributes: !settings.attributes.is_empty(),
        tells_shop: true,
        finds_offers: true,
        lists_offers: true,
        // A text of PostgreSQL, without a limit of Medusa's own.
        longest_sku: 255,
        // A payment does not move an order's `updated_at` (seen with 2.21.2).
        rereads_open_orders: true,
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
        transfers: TransferKind::ALL.into(),
        ..Capabilities::least(BATCH)
    }
}

impl Connector for Medusa {
    fn capabilities(&self) -> Capabilities {
        can(&self.settings)
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    fn shop(&self) -> Result<String, ChannelError> {
        *lock(&self.shop) = None;
        self.shop().map(|shop| shop.store_id)
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        self.find_variants(offers)
    }

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.list_variants(cursor)
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
