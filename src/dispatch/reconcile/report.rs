//! What a reconciliation found, as counts for the admin and as messages for the merchant.

use serde::{Deserialize, Serialize};

use super::compare::Difference;
use crate::connectors::ListedOffer;
use crate::domain::message::{Message, own};

/// The codes of all messages of a reconciliation.
pub const CODES: [&str; 7] = [
    "OFFER_MISSING",
    "OFFER_UNWANTED",
    "OFFER_UNCONFIRMED",
    "OFFER_PRICE_DIFFERS",
    "OFFER_QUANTITY_DIFFERS",
    "OFFER_UNKNOWN",
    "OFFER_IMPORTED",
];

/// The counts of one reconciliation. Kept as JSON with the account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Offers that the channel listed.
    pub listed: usize,
    pub missing: usize,
    pub unwanted: usize,
    pub unconfirmed: usize,
    pub price: usize,
    pub quantity: usize,
    /// Running offers of the channel that belong to no offer of ours.
    pub unknown: usize,
    pub imported: usize,
    /// Offers with differences that were sent again.
    pub repaired: usize,
    /// Offers with differences whose change is on its way anyway.
    pub left_out: usize,
    /// Why it came to no end.
    pub error: Option<String>,
}

impl Report {
    pub fn count(&mut self, difference: &Difference) {
        let counter = match difference {
            Difference::Missing => &mut self.missing,
            Difference::Unwanted => &mut self.unwanted,
            Difference::Unconfirmed => &mut self.unconfirmed,
            Difference::Price { .. } => &mut self.price,
            Difference::Quantity { .. } => &mut self.quantity,
        };
        *counter = counter.saturating_add(1);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(error) = &self.error {
            write!(f, "not finished: {error}; ")?;
        }
        let Report { listed, missing, unwanted, unconfirmed, price, quantity, unknown, imported, repaired, left_out, .. } = self;
        write!(
            f,
            "listed {listed}, missing {missing}, unwanted {unwanted}, unconfirmed {unconfirmed}, price {price}, quantity {quantity}, \
             unknown {unknown}, imported {imported}, repaired {repaired}, left out {left_out}"
        )
    }
}

/// What the merchant is told about a difference of the offer of an article.
pub fn difference(difference: &Difference, item: &str, repaired: bool) -> Message {
    match (difference, repaired) {
        (Difference::Missing, false) => own::offer_missing(item),
        (Difference::Missing, true) => own::offer_missing_repaired(item),
        (Difference::Unwanted, false) => own::offer_unwanted(item),
        (Difference::Unwanted, true) => own::offer_unwanted_repaired(item),
        (Difference::Unconfirmed, false) => own::offer_unconfirmed(item),
        (Difference::Unconfirmed, true) => own::offer_unconfirmed_repaired(item),
        (Difference::Price { known, shown }, false) => own::offer_price_differs(item, shown.to_string(), known.to_string()),
        (Difference::Price { known, shown }, true) => own::offer_price_differs_repaired(item, shown.to_string(), known.to_string()),
        (Difference::Quantity { known, shown }, false) => own::offer_quantity_differs(item, shown.to_string(), known.to_string()),
        (Difference::Quantity { known, shown }, true) => own::offer_quantity_differs_repaired(item, shown.to_string(), known.to_string()),
    }
}

fn named(listed: &ListedOffer) -> String {
    let mut name = format!("\"{}\"", listed.title);
    for (word, value) in [("number", &listed.external_number), ("SKU", &listed.sku), ("EAN", &listed.ean)] {
        if let Some(value) = value {
            name.push_str(&format!(", {word} {value}"));
        }
    }
    name
}

/// Why a running offer of the channel belongs to none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// Its article is here: it can be imported.
    Importable,
    NoArticle,
    SeveralArticles,
    /// The article's offer is another one of the channel.
    Second,
}

pub fn unknown(listed: &ListedOffer, why: Stranger) -> Message {
    let offer = named(listed);
    match why {
        Stranger::Importable => own::offer_unknown_importable(offer),
        Stranger::NoArticle => own::offer_unknown_without_item(offer),
        Stranger::SeveralArticles => own::offer_unknown_with_several_items(offer),
        Stranger::Second => own::offer_unknown_second(offer),
    }
}

pub fn imported(listed: &ListedOffer) -> Message {
    own::offer_imported(named(listed))
}
