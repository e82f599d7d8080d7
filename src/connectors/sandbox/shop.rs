//! The shop itself: everything it knows, and the file it is kept in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::faults::{Counters, Faults};
use super::offers::Listing;
use super::orders::Order;

/// One scripted shop. Its change number `sequence` grows with every change of an offer, an order or a fault.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shop {
    pub account_id: i32,
    pub sequence: u64,
    /// Offers listed since the shop opened; the next one gets the next number.
    pub listings_made: u64,
    pub orders_made: u64,
    /// By SKU.
    pub listings: BTreeMap<String, Listing>,
    /// By running number.
    pub orders: BTreeMap<u64, Order>,
    pub faults: Faults,
    pub counters: Counters,
    #[serde(skip)]
    file: Option<PathBuf>,
    #[serde(skip)]
    saved: u64,
}

impl Shop {
    pub fn new(account_id: i32) -> Shop {
        Shop {
            account_id,
            sequence: 0,
            listings_made: 0,
            orders_made: 0,
            listings: BTreeMap::new(),
            orders: BTreeMap::new(),
            faults: Faults::default(),
            counters: Counters::default(),
            file: None,
            saved: 0,
        }
    }

    /// Opens the shop that `file` keeps, or a new one that it will keep from now on.
    pub fn open(account_id: i32, file: &Path) -> Result<Shop, String> {
        let place = file.display();
        let mut shop = match std::fs::read(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Shop::new(account_id),
            Err(error) => return Err(format!("{place} cannot be read ({error}); make it readable for Kontor")),
            Ok(text) => serde_json::from_slice::<Shop>(&text)
                .map_err(|error| format!("{place} is no sandbox state ({error}); move it away and the sandbox starts empty"))?,
        };
        if shop.account_id != account_id {
            return Err(format!("{place} belongs to account {}; give each account a file of its own", shop.account_id));
        }
        shop.saved = shop.sequence;
        shop.file = Some(file.to_owned());
        Ok(shop)
    }

    /// Takes the next change number.
    pub fn changed(&mut self) -> u64 {
        self.sequence = self.sequence.saturating_add(1);
        self.sequence
    }

    /// Writes the state file if something changed: a new file beside it, then a rename, so that a killed process
    /// leaves either the old state or the new one. Not synced to disk: a sandbox need not outlive a power cut.
    pub fn save(&mut self) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        if self.saved == self.sequence {
            return Ok(());
        }
        let mut beside = file.clone().into_os_string();
        beside.push(".new");
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            format!("sandbox state {} {what} ({error}); give Kontor the right to write there", file.display())
        };
        let text = serde_json::to_vec(self).map_err(|error| failed("cannot be put into JSON", &error))?;
        std::fs::write(&beside, text).map_err(|error| failed("cannot be written", &error))?;
        std::fs::rename(&beside, file).map_err(|error| failed("cannot be replaced", &error))?;
        self.saved = self.sequence;
        Ok(())
    }
}

/// Decimals of the shop's JSON are texts such as "19.90"; read from a text or from a number.
pub mod decimal_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::domain::Decimal;

    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Decimal::parse(&text).ok_or_else(|| D::Error::custom(format!("\"{text}\" is no amount, expected one such as \"4.90\"")))
    }
}
