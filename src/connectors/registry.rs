//! The connectors of this program, and how accounts get theirs.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use super::authorities;
use super::settings::{Keys, Setting, Takes};
use super::{Capabilities, Connector, SetupError};
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
    /// Reads the settings without talking to the channel, and says what the channel can with them.
    pub capabilities: fn(&Account) -> Result<Capabilities, SetupError>,
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
        #[cfg(test)]
        mod promises {
            $(#[test]
            fn $name() {
                super::suite::keeps_its_promises(stringify!($name), &super::$name::stage::STAGE);
            })+
        }
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
    let entry = entry(account)?;
    authorities::of(account)?;
    (entry.capabilities)(account)?;
    let keys = Keys::new(account, entry.settings)?;
    for (key, path) in files(account) {
        let is_folder = entry.settings.iter().any(|setting| setting.key == key && setting.takes == Takes::Folder);
        if !is_folder && path.is_dir() {
            return Err(keys.fault(key, &format!("{} is a folder", path.display()), "name a file in it"));
        }
        if is_folder && path.is_file() {
            return Err(keys.fault(key, &format!("{} is a file", path.display()), "name a folder"));
        }
    }
    Ok(())
}

/// What the channel of an account can do, without talking to it.
pub(crate) fn capabilities(account: &Account) -> Result<Capabilities, SetupError> {
    (entry(account)?.capabilities)(account)
}

/// The files and folders that an account keeps for itself: the keys of its settings, and where they are.
pub fn files(account: &Account) -> Vec<(&'static str, PathBuf)> {
    let keys = entry(account).map(|entry| entry.settings).unwrap_or_default();
    let files = keys.iter().filter(|setting| matches!(setting.takes, Takes::File | Takes::Folder));
    files.filter_map(|setting| Some((setting.key, place(account.settings.get(setting.key)?.as_str()?)))).collect()
}

/// The same for every way to write a path.
fn place(path: &str) -> PathBuf {
    let path = Path::new(path.trim());
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut place = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => drop(place.pop()),
            part => place.push(part),
        }
    }
    let known = place.parent().zip(place.file_name()).and_then(|(folder, name)| Some(folder.canonicalize().ok()?.join(name)));
    known.unwrap_or(place)
}

/// The connector of an account. Call it outside of async code: HTTP clients that block start their own thread.
///
/// `channel_timeout` bounds each call to the channel.
pub fn build(account: &Account, channel_timeout: Duration) -> Result<Box<dyn Connector>, SetupError> {
    let entry = entry(account)?;
    authorities::trusting(authorities::of(account)?, || (entry.build)(account, channel_timeout))
}

/// Whether the accounts of a connector sell nothing real.
pub fn invents_orders(connector: &str) -> bool {
    entries().iter().any(|entry| entry.name == connector && entry.invents_orders)
}

/// Whether a connector's channel mails its buyers itself.
pub fn mails_buyers(connector: &str) -> bool {
    entries().iter().any(|entry| entry.name == connector && entry.mails_buyers)
}
