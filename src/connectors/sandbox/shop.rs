//! The shop itself: everything it knows.

use std::collections::BTreeMap;

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
        }
    }

    /// Takes the next change number.
    pub fn changed(&mut self) -> u64 {
        self.sequence = self.sequence.saturating_add(1);
        self.sequence
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
