//! A scripted shop inside the same process: for the demo, for tests, and for trying out an integration without a
//! merchant account. It keeps offers and orders like a marketplace, can do whatever a channel can, and misbehaves on
//! request (`faults`).
//!
//! Several gateways on one database share an account's shop if they run on one machine with the same `state_path`.

mod accepted;
mod afterwards;
mod bad_days;
mod can;
mod catalogue;
mod change;
mod connector;
mod contacts;
mod decimal_text;
mod face;
mod fault_list;
mod faults;
mod feed;
mod find;
mod offers;
mod orders;
mod page;
mod pull;
mod shared;
mod shop;
#[cfg(test)]
pub(crate) mod stage;
mod sums;
mod tasks;
#[cfg(test)]
mod tests;
mod transfers;
mod wishes;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::settings::Keys;
use super::{Connector, Entry, Setting, SetupError, Takes};
use crate::config::Account;
use can::Can;
use connector::SandboxConnector;
use shared::SharedShop;

pub(super) const ENTRY: Entry = Entry {
    name: "sandbox",
    settings: SETTINGS,
    capabilities: |account| Ok(Settings::read(account)?.can.capabilities()),
    build,
    lacks: &[],
    invents_orders: true,
    mails_buyers: false,
};

const SETTINGS: &[Setting] = &[
    Setting {
        key: "state_path",
        takes: Takes::File,
        default: None,
        required: false,
        example: "\"sandbox-1000.json\"",
        doc: "The file in which the shop survives a restart; several gateways on one machine can share it. Without it, a restart \
              empties the shop, and its order numbers start again, so that Kontor takes its new orders for known ones.",
    },
    Setting {
        key: "batch_size",
        takes: Takes::Whole { from: 1, to: 1000 },
        default: Some("25"),
        required: false,
        example: "25",
        doc: "Offers per call.",
    },
    Setting {
        key: "page_size",
        takes: Takes::Whole { from: 1, to: 1000 },
        default: Some("100"),
        required: false,
        example: "100",
        doc: "Orders and offers of one page.",
    },
    Setting {
        key: "overlap",
        takes: Takes::Whole { from: 0, to: 1000 },
        default: Some("5"),
        required: false,
        example: "5",
        doc: "How many known orders each poll returns again.",
    },
    Setting {
        key: "prices",
        takes: Takes::Text,
        default: Some("\"gross\""),
        required: false,
        example: "\"gross\"",
        doc: "Which prices the shop takes: `gross`, `net` or `both`.",
    },
    Setting {
        key: "currencies",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"EUR\"]",
        doc: "The currencies that the shop sells in; all if the key is missing.",
    },
    Setting {
        key: "longest_sku",
        takes: Takes::Whole { from: 1, to: 1000 },
        default: Some("100"),
        required: false,
        example: "100",
        doc: "Characters of the longest SKU that the shop takes.",
    },
    Setting {
        key: "task_pace_ms",
        takes: Takes::Whole { from: 1, to: 86_400_000 },
        default: Some("1000"),
        required: false,
        example: "1000",
        doc: "Milliseconds between two questions about a task.",
    },
    Setting {
        key: "shop",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"north\"",
        doc: "What the shop calls itself. If an account meets a shop with another name than before, Kontor holds the account.",
    },
    Setting {
        key: "lacks",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[]",
        doc: "What the shop cannot do, such as `renames` and `ships_in_part`, for trying out how Kontor behaves with such a channel. An \
              unknown word is answered with the known ones.",
    },
];

struct Settings {
    state_path: Option<PathBuf>,
    can: Can,
}

impl Settings {
    fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        Ok(Settings {
            state_path: keys.text("state_path", "give the path of a file that Kontor may write, or leave it out")?.map(PathBuf::from),
            can: Can::read(&keys)?,
        })
    }
}

fn build(account: &Account, timeout: Duration) -> Result<Box<dyn Connector>, SetupError> {
    let settings = Settings::read(account)?;
    let shop = match &settings.state_path {
        Some(file) => SharedShop::open(account.account_id, file)
            .map_err(|source| SetupError::SandboxState { account_id: account.account_id, source })?,
        None => SharedShop::new(account.account_id),
    };
    Ok(Box::new(SandboxConnector { shop: Arc::new(shop), can: settings.can, timeout }))
}
