//! The checked settings. `load` reads the admin's TOML file into them; everything behind the edge trusts them.
//!
//! A file goes through three hands: `read` parses it into `raw` structs and knows where every value is, `check`
//! turns those into `Settings` and collects every fault it meets, `load` ties both together.

mod alarms;
mod calls;
mod check;
mod current;
pub(crate) mod database;
mod defaults;
pub(crate) mod demo;
mod documents;
mod fault;
mod given;
mod load;
mod mail;
mod order_lists;
pub(crate) mod password;
mod payments;
mod raw;
mod read;
mod reload;
mod secret;
mod server;
#[cfg(test)]
mod tests;
mod warehouses;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::SecretString;
use serde::Deserialize;

use crate::domain::rate::Rates;
use crate::domain::{AccountId, Currency, Language, MandatorId, Patience, WarehouseId};

pub(crate) use alarms::{AlarmMail, Alarms};
pub(crate) use calls::Calls;
pub use current::Current;
pub use defaults::DEFAULT_LISTEN;
pub(crate) use documents::{Billing, CarrierAccount, FileFolder, Series};
pub use fault::Fault;
pub(crate) use fault::similar;
pub use given::{Connectors, Overrides};
pub use load::{Loaded, load};
pub(crate) use mail::{Mail, MailSender, MailTemplate, MailTemplates, MailTls, TemplateScope};
pub(crate) use order_lists::{ChannelWord, FIRST_CUSTOM_TAG, OrderTag, ShippingWord, shipping_word};
pub(crate) use payments::{PaymentFolder, PaymentInstruction, Payments};
pub use reload::{Reading, Reload, Reloaded, Source};
pub use server::{Limits, ProxyHeader, Server};

#[derive(Debug, Clone)]
pub struct Settings {
    pub server: Server,
    /// A path (SQLite) or `postgres://…`. May hold a password.
    pub database: SecretString,
    /// How long to wait for it.
    pub patience: Patience,
    pub limits: Limits,
    pub replay: Replay,
    pub dispatch: Dispatch,
    pub(crate) calls: Calls,
    pub users: Vec<User>,
    pub(crate) documents: FileFolder,
    pub(crate) media: FileFolder,
    pub mandators: Vec<Mandator>,
    pub(crate) sellers: Vec<Billing>,
    pub warehouses: Vec<Warehouse>,
    pub pricelists: Vec<PricelistSeed>,
    /// The built-in one (4100 Telefonverkauf) and those in the file.
    pub sub_channels: Vec<SubChannel>,
    pub accounts: Vec<Account>,
    /// Payment method names of the channels and the ids under which the ERP sees them.
    pub payment_methods: Vec<PaymentMethod>,
    /// Kontor's own and those in the file.
    pub(crate) order_tags: Vec<OrderTag>,
    pub(crate) shipping_carriers: Vec<ShippingWord>,
    pub(crate) dispatch_types: Vec<ShippingWord>,
    pub(crate) suppliers: Vec<Supplier>,
    pub(crate) media_types: Vec<MediaType>,
    /// `None`: buyers get no mails from Kontor.
    pub(crate) mail: Option<Mail>,
    pub(crate) alarms: Alarms,
    pub(crate) payments: Payments,
    pub(crate) carriers: Vec<CarrierAccount>,
    /// `serve --demo`.
    pub demo: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Replay {
    /// How long a repeat without a key is recognised by its content. Default 600 s; 0 switches it off.
    pub window: Duration,
    /// How long keys are remembered. Default 7 days.
    pub keyed: Duration,
}

/// All numbers of the dispatcher in one place.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// How long a writing call waits for the channels. Default 1 000 ms; 0 never waits.
    pub wait: Duration,
    /// How long a call with `process_synchronous` waits. Default 30 s.
    pub synchronous_wait: Duration,
    /// After this time another process may take over an account. Default 30 s.
    pub lease: Duration,
    /// Pauses after transport failures; the last one repeats. Default 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 3 h.
    pub retry_ladder: Vec<Duration>,
    /// Fraction of a pause that is added or taken by chance, 0 to 1. Default 0.2.
    pub jitter: f64,
    /// After this time of transport failures a row is parked and alarmed. Default 72 h.
    pub give_up_after: Duration,
    /// How long upload messages are kept. Default 30 days.
    pub keep_messages: Duration,
    /// How long what went to and came from channels is kept; zero: not at all.
    pub keep_feeds: Duration,
    /// Time-out of one HTTP call to a channel. Default 30 s.
    pub channel_timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Fetch calls only.
    Read,
    /// All calls in its mandators.
    Erp,
    /// All calls, and the status pages.
    Admin,
}

impl Role {
    /// The word for it in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Role::Read => "read",
            Role::Erp => "erp",
            Role::Admin => "admin",
        }
    }
}

#[derive(Debug, Clone)]
pub struct User {
    pub name: String,
    /// Argon2id in PHC form.
    pub password_hash: SecretString,
    pub role: Role,
    /// Empty: all mandators.
    pub mandators: Vec<MandatorId>,
    /// A repeated document within the window is answered from the store. Default true.
    pub replay_by_content: bool,
    /// Reports in the answers what of a request was ignored.
    pub strict: bool,
    /// Whether the user may log in with a UsernameToken on the typed face. Default no.
    pub ws_security: Option<WsSecurity>,
}

/// The kind of UsernameToken that a user sends.
#[derive(Debug, Clone)]
pub enum WsSecurity {
    /// The password itself.
    Text,
    /// A digest, which can only be compared by who has the password in the clear.
    Digest(SecretString),
}

impl User {
    pub fn may_use(&self, mandator_id: MandatorId) -> bool {
        self.mandators.is_empty() || self.mandators.contains(&mandator_id)
    }
}

#[derive(Debug, Clone)]
pub struct Mandator {
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub language: Language,
    pub time_zone: Tz,
}

#[derive(Debug, Clone)]
pub struct Warehouse {
    pub warehouse_id: WarehouseId,
    pub mandator_id: MandatorId,
    /// Compared without case.
    pub code: String,
    pub identifier: String,
}

/// From whom the merchant buys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Supplier {
    pub(crate) supplier_id: i32,
    pub(crate) mandator_id: MandatorId,
    pub(crate) identifier: String,
    /// The ERP's own number.
    pub(crate) external_id: Option<String>,
}

/// A kind of file in the merchant's own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    pub(crate) media_module_type_id: i32,
    pub(crate) mandator_id: MandatorId,
    pub(crate) identifier: String,
}

/// A price list that exists from the first start on.
#[derive(Debug, Clone)]
pub struct PricelistSeed {
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub currency: Currency,
    pub gross: bool,
}

#[derive(Debug, Clone)]
pub struct SubChannel {
    pub sub_channel_id: i32,
    pub identifier: String,
    /// The platform family.
    pub channel: String,
}

/// The sub channel in which an ERP may create orders.
pub const PHONE_SALES: i32 = 4100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// Offers are listed by `prepareOffers` and `uploadOffers`.
    ByCall,
    /// Every active item with a price automatically gets a running offer.
    Automatic,
}

#[derive(Debug, Clone)]
pub struct PaymentMethod {
    pub payment_method_id: i32,
    /// As the channel names it; compared without case.
    pub identifier: String,
}

#[derive(Clone, PartialEq)]
pub struct Account {
    pub account_id: AccountId,
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub sub_channel_id: i32,
    pub active: bool,
    /// Name in the connector registry: `sandbox`, `vendure`.
    pub connector: String,
    /// Identifiers of price lists in the mandator, at least one. Each counts for items that have no price in those before;
    /// all are in the currency of the first.
    pub pricelists: Vec<String>,
    pub warehouses: Vec<WarehouseId>,
    /// The channel's category for offers whose item names none.
    pub default_category: Option<String>,
    /// Text module type of the title; the item's identifier where the module is missing.
    pub title_text_module: Option<i32>,
    pub description_text_module: Option<i32>,
    /// Language of the texts, ISO 639-1.
    pub language: String,
    pub listing: Listing,
    /// The ERP's carrier word (compared without case) → the channel's carrier code.
    pub carriers: BTreeMap<String, String>,
    /// The same for dispatch types.
    pub dispatch_types: BTreeMap<String, String>,
    pub poll_interval: Duration,
    /// Put before the order numbers of this account.
    pub order_number_prefix: String,
    /// How items become offers.
    pub preparation: Preparation,
    pub reconciliation: Reconciliation,
    /// Without a new order for so long, the account is called silent; `None`: never.
    pub silence_alarm: Option<Duration>,
    /// Replace what the connector says of its channel.
    pub rate_limits: Rates,
    /// Certificates (PEM) of authorities that the account's connections trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The connector's own settings, checked by the connector.
    pub settings: toml::Table,
}

/// When an account is compared with its channel without being asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Pause between two comparisons; `None`: only when asked.
    pub every: Option<Duration>,
    /// The regular ones set right what differs, too.
    pub repair: bool,
}

/// What an account does with the ERP's data before the channel sees it. See `preparation` for the order of the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preparation {
    /// The ERP's number of an item group → the channel's id of a category.
    pub category_mapping: BTreeMap<String, String>,
    /// A template that makes titles.
    pub title_rule: Option<String>,
    /// Name of the template that makes descriptions.
    pub description_template: Option<String>,
    /// Image module types whose pictures come first.
    pub image_order: Vec<i32>,
    /// Name of a delivery time → the channel's word.
    pub delivery_times: BTreeMap<String, String>,
    /// Name or the ERP's number of a shipping cost category → the channel's word.
    pub delivery_charges: BTreeMap<String, String>,
    /// What `fetchShippingGroups` answers.
    pub shipping_groups: Vec<String>,
    /// Tax type of the ERP (1 free, 2 reduced, 3 normal) → the channel's tax class.
    pub tax_classes: BTreeMap<i32, String>,
}

impl std::fmt::Debug for Account {
    /// Not derived: `settings` holds the secrets of the channel once they are resolved, and a log line must not.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("account_id", &self.account_id)
            .field("mandator_id", &self.mandator_id)
            .field("identifier", &self.identifier)
            .field("connector", &self.connector)
            .field("settings", &self.settings.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Account {
    /// The price list that counts before all others.
    pub fn first_pricelist(&self) -> &str {
        self.pricelists.first().map_or("", String::as_str)
    }
}

/// An account that the configuration does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("account {account_id} is not in the configuration; there are: {known}{}", fault::meant(&account_id.to_string(), known))]
pub struct UnknownAccount {
    pub account_id: AccountId,
    pub known: String,
}

impl Settings {
    /// The language of a text for a user: that of the mandator it is about. Where it is about none, or one that is not
    /// the user's: the one that all mandators of the user have, else English.
    pub fn language_for(&self, user: &User, mandator_id: Option<MandatorId>) -> Language {
        if let Some(mandator) = mandator_id.filter(|id| user.may_use(*id)).and_then(|id| self.mandator(id)) {
            return mandator.language;
        }
        let mut own = self.mandators.iter().filter(|mandator| user.may_use(mandator.mandator_id)).map(|mandator| mandator.language);
        match own.next() {
            Some(first) if own.all(|other| other == first) => first,
            _ => Language::default(),
        }
    }

    /// The language of a text about a mandator, for an administrator.
    pub fn language_of(&self, mandator_id: MandatorId) -> Language {
        self.mandator(mandator_id).map(|mandator| mandator.language).unwrap_or_default()
    }

    pub fn mandator(&self, mandator_id: MandatorId) -> Option<&Mandator> {
        self.mandators.iter().find(|m| m.mandator_id == mandator_id)
    }

    /// Who sells, and how documents are numbered; `None`: Kontor makes no documents for the mandator.
    pub(crate) fn seller(&self, mandator_id: MandatorId) -> Option<&Billing> {
        self.sellers.iter().find(|seller| seller.mandator_id == mandator_id)
    }

    pub fn account(&self, account_id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|a| a.account_id == account_id)
    }

    /// The account, or an error that names those there are.
    pub fn known_account(&self, account_id: AccountId) -> Result<&Account, UnknownAccount> {
        self.account(account_id).ok_or_else(|| {
            let known: Vec<String> = self.accounts.iter().map(|account| account.account_id.to_string()).collect();
            UnknownAccount { account_id, known: known.join(", ") }
        })
    }

    pub fn sub_channel(&self, sub_channel_id: i32) -> Option<&SubChannel> {
        self.sub_channels.iter().find(|s| s.sub_channel_id == sub_channel_id)
    }
}

#[cfg(test)]
pub(crate) mod fixture;
