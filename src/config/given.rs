//! What is known beside the file.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Account, CarrierAccount};

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub listen: Option<SocketAddr>,
    /// As written: a relative path is relative to the current folder, not to the file's.
    pub database: Option<String>,
}

/// What the checks must know of the connectors; handed in, because the settings are below the connectors.
pub struct Connectors<'a> {
    /// Names in the registry.
    pub known: &'a [&'a str],
    /// Checks the connector's own settings, without calling the channel. A text with `[accounts.settings] key: …`
    /// is shown at that key.
    pub check: &'a dyn Fn(&Account) -> Result<(), String>,
    /// The files that an account keeps for itself, with the keys of its own settings that name them.
    pub files: &'a dyn Fn(&Account) -> Vec<(&'static str, PathBuf)>,
    /// Checks a carrier and its settings, without calling it.
    pub(crate) check_carrier: &'a dyn Fn(&CarrierAccount) -> Result<(), String>,
    /// The connector invents orders, which must not reach real data.
    pub invents_orders: &'a dyn Fn(&str) -> bool,
    /// The connector's channel mails its buyers itself.
    pub mails_buyers: &'a dyn Fn(&str) -> bool,
}
