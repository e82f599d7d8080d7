//! Channels: the trait that every connector implements, and the registry that builds them from an account's settings.
//!
//! A connector speaks one channel's API and nothing else: it gets absolute values, answers with one result per row,
//! and keeps no state that a restart may not lose.

mod addresses;
mod authorities;
mod capabilities;
mod face;
mod families;
mod fault;
pub(crate) mod feeds;
mod gallery;
mod hooks;
mod http;
mod known;
mod network;
mod oauth1;
mod offer;
mod outcome;
mod packages;
mod pages;
mod pictures;
mod prices;
mod registry;
mod rest;
mod rounds;
mod rule;
mod settings;
mod slug;
mod split;
#[cfg(test)]
#[path = "../../tests/connectors/mod.rs"]
mod suite;
mod transfer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::OfferId;
use crate::domain::contact::ContactKind;

pub use crate::domain::catalogue::{ChannelAttribute, ChannelCategory};
pub use crate::domain::item::{Attribute, Word};
pub(crate) use capabilities::Misfit;
pub use capabilities::{Capabilities, PriceKinds, Repeats};
pub use face::{Face, FaceReply, FaceRequest, Faces, Token};
pub use fault::{ChannelError, SetupError, StateError};
pub use hooks::{Delivery, Hint, Hooks, Unproven};
pub(crate) use http::{Answer, Http};
pub use offer::{CategoryPage, Listed, ListedOffer, OfferChange, OfferContent, OfferKey, Price, Quantity, Sibling, VariantContent};
pub use outcome::{Acceptance, Checkup, Fact, MissingRight, Outcome, Pulled, ReadBack, RowResult, Task, TaskProgress, TaskRow};
pub(crate) use registry::capabilities;
pub use registry::{Build, Entry, build, check_settings, entries, files, invents_orders, mails_buyers, names};
pub use settings::{Setting, Takes};
pub(crate) use transfer::{CouponRecord, CustomerRecord, DisputeRecord, MessageRecord, Record};
pub use transfer::{PulledContacts, Transfer};

// One word per connector: its folder.
registry::connectors!(sandbox, vendure, medusa, woocommerce, magento, shopify, shopware, exchange);

/// One channel account. Calls block; the dispatcher gives each account its own thread.
///
/// A function with a body here is one that some channels lack: a connector that implements it says so in its
/// capabilities, and it is called only then.
pub trait Connector: Send + Sync {
    fn capabilities(&self) -> Capabilities;

    /// Brings offers to the wanted state. One result per row, in any order; a row without a result is retried. A repeat is
    /// harmless: values are absolute, and an offer that exists is found before another one is created.
    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError>;

    /// How far a task is. Capability `tasks`.
    fn poll_task(&self, _task: &Task) -> Result<TaskProgress, ChannelError> {
        Err(ChannelError::unsupported("tasks"))
    }

    /// Which shop it is: a text that stays the same for as long as the numbers of its offers and orders mean the same, wherever it
    /// is reached. At most 200 characters. Capability `tells_shop`.
    fn shop(&self) -> Result<String, ChannelError> {
        Err(ChannelError::unsupported("name of the shop"))
    }

    /// Single offers as the channel shows them now; those that it does not know are left out. Capability `finds_offers`.
    fn find_offers(&self, _offers: &[OfferKey]) -> Result<Vec<(OfferId, ListedOffer)>, ChannelError> {
        Err(ChannelError::unsupported("look-up of single offers"))
    }

    /// The channel's offers page by page, running and ended, from `cursor` on (`None`: from the beginning). An offer that
    /// exists during the whole reading is on one of the pages at least; it may be on several. Capability `lists_offers`.
    fn list_offers(&self, _cursor: Option<&str>) -> Result<Listed, ChannelError> {
        Err(ChannelError::unsupported("list of offers"))
    }

    /// Orders that are new or changed since `cursor` (`None` at the first poll), oldest first, with an overlap:
    /// the caller removes duplicates. `open` are the channel's numbers of orders that are still open at our side
    /// (only filled when the capabilities ask for it).
    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError>;

    /// Reports what the ERP did with an order. `Accepted`, an error and a lost answer leave open whether it arrived; what
    /// happens then is [`Capabilities::repeats`].
    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError>;

    /// Whether a fact has arrived. Capability `repeats`.
    fn read_back(&self, _fact: &Fact) -> Result<ReadBack, ChannelError> {
        Err(ChannelError::unsupported("way to read a fact back"))
    }

    /// Brings a customer or coupon to the wanted state, or sends a message or dispute; a repeat is harmless. Capability `transfers`.
    fn transfer(&self, _transfer: &Transfer) -> Result<Outcome, ChannelError> {
        Err(ChannelError::unsupported("transfer of customers and coupons"))
    }

    /// What buyers and merchant say to each other, new or changed since `cursor` (`None` at the first time), oldest change first.
    /// The place is the caller's: the same `cursor` gives the same again. Capability `contacts`.
    fn pull_contacts(&self, _kind: ContactKind, _cursor: Option<&str>) -> Result<PulledContacts, ChannelError> {
        Err(ChannelError::unsupported("messages, disputes and feedback"))
    }

    /// The channel's categories page by page. Capability `categories`.
    fn categories(&self, _cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        Err(ChannelError::unsupported("categories"))
    }

    /// The attributes of a category. Capability `attributes`.
    fn attributes(&self, _category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        Err(ChannelError::unsupported("attributes"))
    }

    /// Proves address and credentials, and names missing rights, for `kontor check --connect`.
    fn check(&self) -> Result<Checkup, ChannelError>;

    /// How the channel's webhooks prove who sends them. `None`: the channel has none, or the account names no secret for them.
    fn hooks(&self) -> Option<Arc<dyn Hooks>> {
        None
    }

    /// The connector's own pages.
    fn face(&self) -> Option<Arc<dyn Face>> {
        None
    }
}

/// The connectors' locks guard values that are complete at any time, so a panic elsewhere leaves them usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{build, check_settings, names};
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
        assert!(build(&account("ebai", ""), Duration::from_secs(1)).is_err());
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
