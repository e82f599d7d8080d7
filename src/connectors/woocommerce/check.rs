//! The look at a shop for `kontor check --connect`: its version, each right that the key needs, and what its clock says.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{ChannelError, Checkup, MissingRight, lock};
use super::WooCommerce;
use super::shop::{Index, ShopSettings};

/// Seconds that a clock may be off without a word: an answer takes its time.
const CLOCK: i64 = 2;
/// What a key has to read, by the lists of the shop: who may do that in WordPress decides about each.
const READS: &[(&[&str], &str, &str, bool)] = &[
    (&["settings", "general"], "read settings", "everything: currency, kind of prices and units of the shop", false),
    (&["taxes", "classes"], "read tax classes", "everything: the tax classes of articles", false),
    (&["products"], "read products", "listing offers", false),
    (&["products", "categories"], "read categories", "placing offers in categories", false),
    (&["orders"], "read orders", "collecting orders, and reporting payments and parcels", false),
    (&["customers"], "read customers", "sending changed customers", true),
    (&["coupons"], "read coupons", "sending coupons", true),
    (&["payment_gateways"], "read payment methods", "refunds through the payment method", true),
    (&["system_status"], "read the system status", "naming the shop's version", true),
];

/// What a key has to write. An empty batch changes nothing, and is refused to who may not.
const WRITES: &[(&str, &str, &str, bool)] = &[
    ("products", "write products", "listing offers", false),
    ("orders", "write orders", "reporting payments and parcels", false),
    ("customers", "write customers", "sending changed customers", true),
    ("coupons", "write coupons", "sending coupons", true),
];

/// Whether a call was let in.
fn allowed<T>(result: Result<T, Failure>) -> Result<bool, ChannelError> {
    match result {
        Ok(_) | Err(Failure::Rule(_)) => Ok(true),
        Err(Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(false),
        Err(Failure::Channel(error)) => Err(error),
    }
}

impl WooCommerce {
    pub(super) fn look(&self) -> Result<Checkup, ChannelError> {
        *lock(&self.shop) = None;
        let reply = self.api.index().map_err(Failure::whole)?;
        let date = reply.date;
        let index: Index = reply.part("")?;
        let missing = self.missing()?;
        let shop = match self.shop() {
            Ok(shop) => Some(shop),
            // What it lacks for that is among what is missing.
            Err(ChannelError::Unauthorized { .. }) if !missing.is_empty() => None,
            Err(error) => return Err(error),
        };
        let version = self.version()?.map_or(String::new(), |version| format!(" {version}"));
        let name = index.name.unwrap_or_default();
        let sells = shop.map_or(String::new(), |shop| sells(&shop));
        let clock = clock(date, Utc::now());
        Ok(Checkup { found: format!("WooCommerce{version} \"{name}\" at {}{sells}{clock}", index.home), missing })
    }

    fn missing(&self) -> Result<Vec<MissingRight>, ChannelError> {
        let right =
            |right: &str, needed_for: &str, optional| MissingRight { right: right.to_owned(), needed_for: needed_for.to_owned(), optional };
        let (mut missing, mut unwritten) = (Vec::new(), Vec::new());
        for (path, name, needed_for, optional) in READS {
            if !allowed(self.api.get(path, &[("per_page", "1"), ("_fields", "id")]))? {
                missing.push(right(name, needed_for, *optional));
            }
        }
        for (path, name, needed_for, optional) in WRITES {
            if !allowed(self.api.post(&[path, "batch"], &json!({ "update": [] })))? {
                unwritten.push(right(name, needed_for, *optional));
            }
        }
        match (missing.len() < READS.len(), unwritten.len() < WRITES.len()) {
            // Nothing at all is allowed: the key itself is wrong.
            (false, false) => Err(ChannelError::Unauthorized {
                reason:
                    "the shop knows no such key, or the key may do nothing; check consumer_key and consumer_secret, and over HTTP home_url"
                        .to_owned(),
            }),
            (false, true) => Ok(vec![right("read", "everything; the key has the permission Write, and needs Read/Write", false)]),
            (true, true) => {
                missing.extend(unwritten);
                Ok(missing)
            }
            (true, false) => {
                missing.push(right("write", "listing offers, and reporting payments and parcels", false));
                Ok(missing)
            }
        }
    }

    /// `None`: only the key of an administrator may ask.
    fn version(&self) -> Result<Option<String>, ChannelError> {
        match self.api.get(&["system_status"], &[("_fields", "environment")]) {
            Ok(reply) => Ok(reply.json.pointer("/environment/version").and_then(Value::as_str).map(str::to_owned)),
            Err(Failure::Rule(_) | Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(None),
            Err(Failure::Channel(error)) => Err(error),
        }
    }
}

fn sells(shop: &ShopSettings) -> String {
    let prices = if shop.gross { "gross" } else { "net" };
    let stock = if shop.counts_stock { "" } else { ", without counting its stock" };
    format!(": {prices} prices in {}{stock}", shop.currency)
}

fn clock(date: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let Some(date) = date else { return String::new() };
    match date.signed_duration_since(now).num_seconds() {
        off if off > CLOCK => format!("; its clock is {off} s fast"),
        off if off < -CLOCK => format!("; its clock is {} s slow", off.saturating_abs()),
        _ => "; its clock is right".to_owned(),
    }
}
