//! The look at a shop for `kontor check --connect`: its version, whether the key may write, and what its clock says.

use chrono::Utc;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{ChannelError, Checkup, MissingRight, lock};
use super::WooCommerce;

/// Seconds that a clock may be off without a word.
const CLOCK: i64 = 60;

impl WooCommerce {
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let shop = self.shop()?;
        let prices = if shop.gross { "gross" } else { "net" };
        let off = shop.date.map_or(0, |date| date.signed_duration_since(Utc::now()).num_seconds());
        let clock = match off {
            off if off > CLOCK => format!("; its clock is {off} s fast"),
            off if off < -CLOCK => format!("; its clock is {} s slow", off.saturating_abs()),
            _ => String::new(),
        };
        let version = self.version()?.map_or(String::new(), |version| format!(" {version}"));
        let found = format!("WooCommerce{version} \"{}\" at {}: {prices} prices in {}{clock}", shop.name, shop.home, shop.currency);
        let missing = if self.may_write()? {
            Vec::new()
        } else {
            let needed_for = "listing offers, and reporting payments and parcels".to_owned();
            vec![MissingRight { right: "write".to_owned(), needed_for, optional: false }]
        };
        Ok(Checkup { found, missing })
    }

    /// `None`: only the key of an administrator may ask.
    fn version(&self) -> Result<Option<String>, ChannelError> {
        match self.api.get(&["system_status"], &[("_fields", "environment")]) {
            Ok(reply) => Ok(reply.json.pointer("/environment/version").and_then(Value::as_str).map(str::to_owned)),
            Err(Failure::Rule(_) | Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(None),
            Err(Failure::Channel(error)) => Err(error),
        }
    }

    /// An empty batch changes nothing, and is refused to a key that may only read.
    fn may_write(&self) -> Result<bool, ChannelError> {
        match self.api.post(&["products", "batch"], &json!({ "update": [] })) {
            Ok(_) | Err(Failure::Rule(_)) => Ok(true),
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(false),
            Err(Failure::Channel(error)) => Err(error),
        }
    }
}
