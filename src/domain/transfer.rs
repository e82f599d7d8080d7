//! Records that are transferred to channels beside offers and orders.

use serde::{Deserialize, Serialize};

use super::Reader;
use super::customer::CustomerAddress;
use super::numbered::numbered;

numbered! {
    /// What is transferred.
    pub enum TransferKind {
        Customer = 0, "customer";
        Coupon = 1, "coupon";
        Message = 2, "message";
        Dispute = 3, "dispute";
    }
}

/// What a channel has of a customer, as it was sent last: by that it finds what has changed since.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SentCustomer {
    /// Kontor's number and the name of the group.
    pub group: Option<(i32, String)>,
    /// Delivery addresses, with Kontor's numbers.
    pub addresses: Vec<(i32, CustomerAddress)>,
}

impl TransferKind {
    /// One of them, for people.
    pub(crate) fn one(self, reader: Reader) -> &'static str {
        match self {
            TransferKind::Customer => reader.choose("customer", "Kunde"),
            TransferKind::Coupon => reader.choose("coupon", "Gutschein"),
            TransferKind::Message => reader.choose("message", "Nachricht"),
            TransferKind::Dispute => reader.choose("dispute", "Streitfall"),
        }
    }

    /// Several of them.
    pub(crate) fn several(self, reader: Reader) -> &'static str {
        match self {
            TransferKind::Customer => reader.choose("customers", "Kunden"),
            TransferKind::Coupon => reader.choose("coupons", "Gutscheine"),
            TransferKind::Message => reader.choose("messages", "Nachrichten"),
            TransferKind::Dispute => reader.choose("disputes", "Streitfälle"),
        }
    }
}
