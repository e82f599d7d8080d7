//! Vendure 3 over its GraphQL admin API. Written against and tried on a running Vendure 3.7.3.
//!
//! Customers and coupons: see `transfers`.
//!
//! What Vendure has no place for goes where the settings say: EAN and weight into custom fields of the merchant's, category and
//! attributes into values of his facets. `docs/channels/vendure.md` has the list of what a shop gets, and what it does not.

mod assets;
mod browse;
mod channels;
mod check;
mod complete;
mod facets;
mod facts;
mod fields;
mod found;
mod graphql;
mod inputs;
mod listed;
#[cfg(test)]
mod live;
mod offers;
mod options;
mod orders;
mod products;
mod pull;
mod refund;
mod settings;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
#[cfg(test)]
mod tests;
mod transfers;
mod work;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::Value;

use super::pictures::{Bounds, Pictures};
use super::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, Listed, ListedOffer, OfferChange,
    OfferKey, Outcome, Pulled, Repeats, RowResult, SetupError, Transfer, lock,
};
use crate::config::Account;
use crate::domain::OfferId;
use crate::domain::order::FactName;
use crate::domain::transfer::TransferKind;
use graphql::Api;
use settings::{SETTINGS, Settings};
use shop::ShopSettings;

pub(super) const ENTRY: Entry = Entry {
    name: "vendure",
    settings: SETTINGS,
    capabilities: |account| Ok(can(&Settings::read(account)?)),
    build: |account, timeout| Ok(Box::new(Vendure::new(account, timeout)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "Vendure carries calls out at once."),
    ("cancellation_accepted", "Buyers cannot ask for a cancellation in a Vendure shop, so there is nothing to answer."),
    ("document_attached", "Vendure has no place for documents of an order."),
    ("messages", "Vendure has no messages between buyers and merchant."),
    ("disputes", "Vendure has no disputes."),
    ("feedback", "Vendure's core has no reviews."),
];

/// Measured with 50 rows on a small machine: price and stock 0.8 s, with texts 1.4 s, new products 5.4 s (one call each).
/// That stays well below the time-out of a call, and a refused batch is halved in few steps.
const BATCH: usize = 50;
/// Rows of one page of a list. Vendure's own limit is 1000 unless the shop lowers it.
const PAGE: usize = 100;
/// Vendure's scalar Money counts in hundredths, whatever the currency (its MoneyStrategy, as it is delivered).
const MONEY_DECIMALS: u32 = 2;
/// How long the shop's own settings (currency, tax) are taken for granted.
const SETTINGS_AGE: Duration = Duration::from_secs(900);
/// A picture may have as many bytes as a Vendure takes unless its `uploadMaxFileSize` says otherwise.
const PICTURE: Bounds = Bounds { bytes: 20 << 20, time: Duration::from_secs(20) };

pub(crate) struct Vendure {
    /// The account's channel of the shop.
    api: Api,
    default_api: Api,
    settings: Settings,
    language: String,
    pictures: Pictures,
    shop: Mutex<Option<(Instant, ShopSettings)>>,
}

impl Vendure {
    fn new(account: &Account, timeout: Duration) -> Result<Vendure, SetupError> {
        let settings = Settings::read(account)?;
        let pictures = Pictures::new(&settings.picture_hosts, PICTURE)?;
        let api = Api::new(settings.clone(), &account.language, timeout)?;
        Ok(Vendure {
            default_api: api.of_default_channel(),
            api,
            settings,
            language: account.language.clone(),
            pictures,
            shop: Mutex::new(None),
        })
    }
}

/// The answer lacks something that the contract promises.
fn missing(what: &str) -> ChannelError {
    ChannelError::Protocol {
        reason: format!("the shop's answer lacks {what}; Kontor knows Vendure 3.7, does the shop run another version?"),
    }
}

/// Reads a part of an answer into its type.
fn part<T: serde::de::DeserializeOwned>(data: &mut Value, pointer: &str) -> Result<T, ChannelError> {
    let value = data.pointer_mut(pointer).ok_or_else(|| missing(pointer))?.take();
    serde_json::from_value(value).map_err(|error| missing(&format!("a readable {pointer} ({error})")))
}

/// What the shop can do with these settings.
fn can(settings: &Settings) -> Capabilities {
    // Payment, fulfilment and delivery do not move an order's `updatedAt` (seen with 3.7.3).
    // A shop shows "sold out" automatically; a switched off product would be a dead link.
    Capabilities {
        renames: true,
        variants: true,
        // Vendure has no limit; more than this nobody shows.
        pictures: if settings.pictures { 1000 } else { 0 },
        ean: settings.ean_field.is_some(),
        weight: settings.weight_field.is_some(),
        categories: settings.category_facet.is_some(),
        attributes: !settings.attribute_facets.is_empty(),
        tells_shop: true,
        finds_offers: true,
        // What a varchar of PostgreSQL holds, without a limit of Vendure's own.
        longest_sku: 255,
        price_decimals: Some(MONEY_DECIMALS),
        lists_offers: true,
        rereads_open_orders: true,
        // A shop of Vendure knows no requests to cancel, and has no place for documents.
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

impl Connector for Vendure {
    fn capabilities(&self) -> Capabilities {
        can(&self.settings)
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes)
    }

    fn shop(&self) -> Result<String, ChannelError> {
        *lock(&self.shop) = None;
        self.shop().map(|shop| shop.name)
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

    fn list_offers(&self, cursor: Option<&str>) -> Result<Listed, ChannelError> {
        self.list_variants(cursor)
    }

    fn find_offers(&self, offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        self.find_variants(offers)
    }

    fn categories(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        self.category_page(cursor)
    }

    fn attributes(&self, _category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        self.attribute_list()
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.look()
    }
}
