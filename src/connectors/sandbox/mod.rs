//! A scripted shop inside the same process: for the demo, for tests, and for trying out an integration without a
//! merchant account. It keeps offers and orders like a marketplace, and misbehaves on request (`faults`).
//!
//! Settings of `[accounts.settings]`, all optional:
//!
//! | key | meaning |
//! | --- | --- |
//! | `state_path` | JSON file that keeps the shop over a restart. Without it a restart empties the shop, and its order numbers start again, so that Kontor takes its new orders for known ones. |
//! | `batch_size` | rows per call, 1 to 1000, default 25 |
//! | `overlap` | orders that every pull delivers again, 0 to 1000, default 5 |
//!
//! Several gateways on one database share an account's shop if they run on one machine with the same `state_path`.

mod afterwards;
mod change;
mod connector;
mod face;
mod faults;
mod offers;
mod orders;
mod page;
mod pull;
mod shared;
mod shop;
mod sums;
#[cfg(test)]
mod tests;
mod wishes;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use connector::SandboxConnector;
pub use face::HttpReply;
pub use page::{STYLE, Token};
pub use shop::Shop;

use super::settings::Keys;
use super::{Connector, SetupError, StateError, lock};
use crate::config::Account;
use crate::domain::AccountId;
use shared::SharedShop;

/// Name in the registry.
pub const NAME: &str = "sandbox";

/// All shops of this process, by account. Cheap to clone; every clone sees the same shops.
#[derive(Debug, Clone, Default)]
pub struct Sandboxes {
    shops: Arc<Mutex<BTreeMap<AccountId, Arc<SharedShop>>>>,
}

impl Sandboxes {
    pub fn new() -> Sandboxes {
        Sandboxes::default()
    }

    /// The shop of an account, opened at the first call.
    fn open(&self, account_id: AccountId, state_path: Option<&PathBuf>) -> Result<Arc<SharedShop>, StateError> {
        let mut shops = lock(&self.shops);
        if let Some(shop) = shops.get(&account_id) {
            return Ok(Arc::clone(shop));
        }
        let shop = match state_path {
            Some(file) => SharedShop::open(account_id, file)?,
            None => SharedShop::new(account_id),
        };
        let shop = Arc::new(shop);
        shops.insert(account_id, Arc::clone(&shop));
        Ok(shop)
    }

    fn shop(&self, account_id: AccountId) -> Option<Arc<SharedShop>> {
        lock(&self.shops).get(&account_id).map(Arc::clone)
    }

    /// The accounts whose shops are open.
    pub fn accounts(&self) -> Vec<AccountId> {
        lock(&self.shops).keys().copied().collect()
    }
}

struct Settings {
    state_path: Option<PathBuf>,
    batch_size: u32,
    overlap: u32,
}

impl Settings {
    fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, &["state_path", "batch_size", "overlap"])?;
        Ok(Settings {
            state_path: keys.text("state_path", "give the path of a file that Kontor may write, or leave it out")?.map(PathBuf::from),
            batch_size: keys.whole("batch_size", 1..=1000, 25)?,
            overlap: keys.whole("overlap", 0..=1000, 5)?,
        })
    }
}

pub fn check_settings(account: &Account) -> Result<(), SetupError> {
    Settings::read(account).map(|_| ())
}

pub fn build(account: &Account, timeout: Duration, sandboxes: &Sandboxes) -> Result<Box<dyn Connector>, SetupError> {
    let settings = Settings::read(account)?;
    let shop = sandboxes
        .open(account.account_id, settings.state_path.as_ref())
        .map_err(|source| SetupError::SandboxState { account_id: account.account_id, source })?;
    let whole = |number: u32| usize::try_from(number).unwrap_or(1);
    Ok(Box::new(SandboxConnector { shop, batch_size: whole(settings.batch_size), overlap: whole(settings.overlap), timeout }))
}
