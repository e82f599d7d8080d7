//! The connectors of this program, and how accounts get theirs.

use std::sync::LazyLock;
use std::time::Duration;

use super::settings::Setting;
use super::{Connector, SetupError};
use crate::config::Account;

/// Builds the connector of an account, each of whose calls takes no longer than this.
pub type Build = fn(&Account, Duration) -> Result<Box<dyn Connector>, SetupError>;

/// What a connector's folder says about itself, as `pub(crate) const ENTRY`.
#[derive(Debug)]
pub struct Entry {
    /// What `accounts.connector` names.
    pub name: &'static str,
    /// The keys of `[accounts.settings]`.
    pub settings: &'static [Setting],
    /// Reads the settings without talking to the channel.
    pub check_settings: fn(&Account) -> Result<(), SetupError>,
    pub build: Build,
    /// What the channel cannot do, by the capability's word in the conformance suite, and why.
    pub lacks: &'static [(&'static str, &'static str)],
    /// It invents orders: for trials, never for real data.
    pub invents_orders: bool,
    /// The channel mails its buyers itself, and does not want others to: Kontor never does.
    pub mails_buyers: bool,
}

/// Each name is a folder here with an `ENTRY`, and a `stage::STAGE` for the conformance suite.
macro_rules! connectors {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+
        const REGISTRY: &[crate::connectors::registry::Entry] = &[$($name::ENTRY),+];
        #[cfg(test)]
        const STAGES: &[(&str, &crate::connectors::suite::StageEntry)] = &[$((stringify!($name), &$name::stage::STAGE)),+];
    };
}
pub(super) use connectors;

/// All connectors, for documentation and tests.
pub fn entries() -> &'static [Entry] {
    super::REGISTRY
}

/// The connectors that `accounts.connector` may name.
pub fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| entries().iter().map(|entry| entry.name).collect());
    &NAMES
}

fn entry(account: &Account) -> Result<&'static Entry, SetupError> {
    entries().iter().find(|entry| entry.name == account.connector).ok_or_else(|| SetupError::UnknownConnector {
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
/// `channel_timeout` bounds each call to the channel.
pub fn build(account: &Account, channel_timeout: Duration) -> Result<Box<dyn Connector>, SetupError> {
    (entry(account)?.build)(account, channel_timeout)
}

/// Whether the accounts of a connector sell nothing real.
pub fn invents_orders(connector: &str) -> bool {
    entries().iter().any(|entry| entry.name == connector && entry.invents_orders)
}

/// Whether a connector's channel mails its buyers itself.
pub fn mails_buyers(connector: &str) -> bool {
    entries().iter().any(|entry| entry.name == connector && entry.mails_buyers)
}
