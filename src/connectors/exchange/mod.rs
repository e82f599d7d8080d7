//! A partner who exchanges files: OfferExport, OrderImport and OrderExport of the platform independent XML exchange, through a folder.
//! `docs/channels/exchange.md` says what he finds in it, and what he has to do.

mod book;
mod disk;
mod offers;
mod orders;
mod picture;
mod record;
mod settings;
#[cfg(test)]
pub(crate) mod stage;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Mutex;

use chrono::Utc;

use super::{
    Capabilities, ChannelAttribute, ChannelError, Checkup, Connector, Entry, Fact, OfferChange, Outcome, PriceKinds, Pulled, Repeats,
    RowResult, SetupError,
};
use crate::config::Account;
use crate::domain::AccountId;
use crate::domain::order::FactName;
use crate::folders::Inbox;
use disk::Disk;
use orders::MOST_BYTES;
use settings::{SETTINGS, Settings};

pub(super) const ENTRY: Entry = Entry {
    name: "exchange",
    settings: SETTINGS,
    capabilities: |account| Settings::read(account).map(|_| can()),
    build: |account, _| Ok(Box::new(Exchange::new(account)?)),
    lacks: LACKS,
    invents_orders: false,
    mails_buyers: false,
};

const LACKS: &[(&str, &str)] = &[
    ("tasks", "A file is in the folder or not; the format has no receipts."),
    ("renames", "A partner knows an offer by the number of its article, so another number is another offer: the old one ends."),
    ("categories", "The format has no document in which a partner names his categories."),
    ("finds_offers", "Nobody can be asked: the format has no document in which a partner says what he shows."),
    ("lists_offers", "The format has no document in which a partner lists what he shows."),
    ("cancellation_accepted", "The format has no requests of buyers; a partner cancels with the next OrderImport."),
    ("messages", "The format has no messages between buyers and merchant."),
    ("disputes", "The format has no disputes."),
    ("feedback", "The format has no feedback."),
];

/// Offers of one delta.
const BATCH: usize = 100;

pub(crate) struct Exchange {
    account_id: AccountId,
    /// As documents name the account.
    name: String,
    settings: Settings,
    disk: Disk,
    inbox: Mutex<Inbox>,
    /// Files whose orders are in the books, by their marks.
    seen: Mutex<BTreeSet<String>>,
}

impl Exchange {
    fn new(account: &Account) -> Result<Exchange, SetupError> {
        let settings = Settings::read(account)?;
        let disk = Disk::new(settings.folder.clone(), account.account_id);
        let inbox = Inbox::new(disk.import(), MOST_BYTES).settling(settings.settles);
        let name = account.identifier.clone();
        Ok(Exchange { account_id: account.account_id, name, settings, disk, inbox: Mutex::new(inbox), seen: Mutex::default() })
    }
}

fn can() -> Capabilities {
    Capabilities {
        variants: true,
        // The format has no limit; more than this nobody shows.
        pictures: 1000,
        ean: true,
        weight: true,
        attributes: true,
        longest_sku: 100,
        // The document names currency and kind.
        prices: PriceKinds::Both,
        tells_shop: true,
        facts: [
            FactName::Acknowledged,
            FactName::Paid,
            FactName::Shipped,
            FactName::Cancelled,
            FactName::PositionsCancelled,
            FactName::Refunded,
            FactName::DocumentAttached,
        ]
        .into(),
        ships_in_part: true,
        several_packages: true,
        refunds_positions: true,
        refunds_amounts: true,
        // The book of the order has the keys of its facts.
        repeats: Repeats::Harmless,
        ..Capabilities::least(BATCH)
    }
}

impl Connector for Exchange {
    fn capabilities(&self) -> Capabilities {
        can()
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.submit_offers(changes, Utc::now())
    }

    fn shop(&self) -> Result<String, ChannelError> {
        self.disk.hold(true).map(|held| held.id)
    }

    fn pull_orders(&self, cursor: Option<&str>, _open: &[String]) -> Result<Pulled, ChannelError> {
        self.pull(cursor, Utc::now())
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.push(fact, Utc::now())
    }

    /// A partner takes whatever names and values articles have.
    fn attributes(&self, _category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        Ok(Vec::new())
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        let held = self.disk.hold(true)?;
        Ok(Checkup { found: format!("folder {}, number {}", self.settings.folder.display(), held.id), missing: Vec::new() })
    }
}
