//! What a reconciliation found, as counts for the admin. Its differences are upload messages.

use serde::{Deserialize, Serialize};

/// The codes of all messages of a reconciliation.
pub(crate) const CODES: [&str; 8] = [
    "OFFER_MISSING",
    "OFFER_UNWANTED",
    "OFFER_UNCONFIRMED",
    "OFFER_PRICE_DIFFERS",
    "OFFER_QUANTITY_DIFFERS",
    "OFFER_SKU_DIFFERS",
    "OFFER_UNKNOWN",
    "OFFER_IMPORTED",
];

/// The counts of one reconciliation. Kept as JSON with the account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Offers that the channel listed.
    pub listed: usize,
    pub missing: usize,
    pub unwanted: usize,
    pub unconfirmed: usize,
    pub price: usize,
    pub quantity: usize,
    /// Offers that the channel shows under another SKU.
    #[serde(default)]
    pub sku: usize,
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

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(error) = &self.error {
            write!(f, "not finished: {error}; ")?;
        }
        let Report { listed, missing, unwanted, unconfirmed, price, quantity, sku, unknown, imported, repaired, left_out, .. } = self;
        write!(
            f,
            "listed {listed}, missing {missing}, unwanted {unwanted}, unconfirmed {unconfirmed}, price {price}, quantity {quantity}, \
             SKU {sku}, unknown {unknown}, imported {imported}, repaired {repaired}, left out {left_out}"
        )
    }
}
