//! What the shop accepted and works on, and how it is told to.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Fact, OfferChange, OfferContent, Price, Quantity};
use crate::domain::offer::Wanted;
use crate::domain::{Currency, Decimal, Money, OfferId};

/// How the shop works on what it accepts from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TaskScript {
    /// Questions that it answers with "still working" before it has done the work.
    pub polls: u32,
    /// Seconds that the work takes at least.
    pub seconds: u32,
    /// SKUs that it refuses in the end.
    pub refuse: Vec<String>,
    /// It forgets the task: before the work is done, or after.
    pub forget: Option<Forget>,
    /// When it wants to be asked, in milliseconds; its usual pace without.
    pub after_ms: Option<u32>,
    /// Reports about orders become tasks, too.
    pub facts: bool,
    /// Calls that it accepts; without a number all, until the script is cleared.
    pub calls: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Forget {
    Undone,
    Done,
}

/// Something that the shop works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShopTask {
    pub number: u64,
    pub polls_left: u32,
    pub ready_at: DateTime<Utc>,
    pub refuse: Vec<String>,
    pub forget: Option<Forget>,
    pub after_ms: Option<u32>,
    pub rows: Vec<Row>,
    /// A report about an order.
    pub fact: Option<Fact>,
    pub done: bool,
}

/// A row as it was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub offer_id: i32,
    pub sku: String,
    pub known_as: Vec<String>,
    pub external_number: Option<String>,
    pub running: bool,
    pub content: Option<OfferContent>,
    pub price: Option<(Decimal, String, bool)>,
    pub quantity: Option<(i32, i32)>,
}

impl Row {
    pub(super) fn of(change: &OfferChange) -> Row {
        Row {
            offer_id: change.offer_id.0,
            sku: change.sku.clone(),
            known_as: change.known_as.clone(),
            external_number: change.external_number.clone(),
            running: change.wanted == Wanted::Running,
            content: change.content.clone(),
            price: change.price.map(|price| (price.money.amount, price.money.currency.code().to_owned(), price.gross)),
            quantity: change.quantity.map(|quantity| (quantity.offered, quantity.reserved_here)),
        }
    }

    pub(super) fn change(&self) -> OfferChange {
        let price = self
            .price
            .as_ref()
            .and_then(|(amount, currency, gross)| Some(Price { money: Money::new(*amount, Currency::parse(currency)?), gross: *gross }));
        OfferChange {
            offer_id: OfferId(self.offer_id),
            sku: self.sku.clone(),
            known_as: self.known_as.clone(),
            external_number: self.external_number.clone(),
            wanted: if self.running { Wanted::Running } else { Wanted::Ended },
            content: self.content.clone(),
            price,
            quantity: self.quantity.map(|(offered, reserved_here)| Quantity { offered, reserved_here }),
        }
    }
}

impl ShopTask {
    pub(super) fn pause(&self) -> Option<Duration> {
        self.after_ms.map(|after| Duration::from_millis(u64::from(after)))
    }
}
