//! What the ERP did with an order, for its channel.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::Decimal;

/// What happened. The outbox keeps it as JSON, where the name of what happened is its version: one that this program does
/// not know cannot be sent, and says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Acknowledged,
    Paid {
        transaction_id: Option<String>,
    },
    Shipped {
        packets: Vec<Packet>,
        /// Pieces that left in several packages of which nobody said what is in which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        together: Vec<Content>,
    },
    /// The whole order, or everything of it that was still open.
    Cancelled {
        reason: Option<String>,
    },
    PositionsCancelled {
        positions: Vec<Content>,
        reason: Option<String>,
    },
    /// Money went back to the buyer.
    Refunded {
        /// The ERP's number of the credit entry.
        credit_number: String,
        amount: Decimal,
        currency: String,
        /// The pieces that it is for; none: an amount for nothing in particular.
        positions: Vec<Content>,
        reason: Option<String>,
    },
    /// What the buyer asked for is cancelled. The pieces follow as a fact of their own; a channel where accepting a request
    /// cancels finds them cancelled then.
    CancellationAccepted {
        /// The channel's id of the request.
        request_id: String,
    },
    /// What the buyer asked for can't be cancelled any more.
    CancellationDeclined {
        request_id: String,
    },
    /// A document about the order, for the buyer.
    DocumentAttached {
        /// The ERP's number of it.
        number: String,
        document: DocumentKind,
        /// Missing in facts that earlier versions wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<AttachedFile>,
    },
}

/// The file of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AttachedFile {
    pub name: String,
    pub media_type: String,
    /// SHA-256, in hexadecimal.
    pub checksum: String,
    pub bytes: i64,
    /// Read when it is sent; the outbox does not keep it.
    #[serde(skip)]
    pub content: Vec<u8>,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    Invoice,
    CreditNote,
    DeliveryNote,
}

impl DocumentKind {
    pub fn word(self) -> &'static str {
        match self {
            DocumentKind::Invoice => "invoice",
            DocumentKind::CreditNote => "credit_note",
            DocumentKind::DeliveryNote => "delivery_note",
        }
    }
}

/// The name of what happened, without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactName {
    Acknowledged,
    Paid,
    Shipped,
    Cancelled,
    PositionsCancelled,
    Refunded,
    CancellationAccepted,
    CancellationDeclined,
    DocumentAttached,
}

impl FactName {
    pub const ALL: [FactName; 9] = [
        FactName::Acknowledged,
        FactName::Paid,
        FactName::Shipped,
        FactName::Cancelled,
        FactName::PositionsCancelled,
        FactName::Refunded,
        FactName::CancellationAccepted,
        FactName::CancellationDeclined,
        FactName::DocumentAttached,
    ];

    /// The word for it in tables, keys, logs and messages.
    pub fn word(self) -> &'static str {
        match self {
            FactName::Acknowledged => "acknowledged",
            FactName::Paid => "paid",
            FactName::Shipped => "shipped",
            FactName::Cancelled => "cancelled",
            FactName::PositionsCancelled => "positions_cancelled",
            FactName::Refunded => "refunded",
            FactName::CancellationAccepted => "cancellation_accepted",
            FactName::CancellationDeclined => "cancellation_declined",
            FactName::DocumentAttached => "document_attached",
        }
    }
}

impl FactKind {
    pub fn name(&self) -> FactName {
        match self {
            FactKind::Acknowledged => FactName::Acknowledged,
            FactKind::Paid { .. } => FactName::Paid,
            FactKind::Shipped { .. } => FactName::Shipped,
            FactKind::Cancelled { .. } => FactName::Cancelled,
            FactKind::PositionsCancelled { .. } => FactName::PositionsCancelled,
            FactKind::Refunded { .. } => FactName::Refunded,
            FactKind::CancellationAccepted { .. } => FactName::CancellationAccepted,
            FactKind::CancellationDeclined { .. } => FactName::CancellationDeclined,
            FactKind::DocumentAttached { .. } => FactName::DocumentAttached,
        }
    }

    pub fn word(&self) -> &'static str {
        self.name().word()
    }

    /// A shop that keeps its own allocations moves its stock on hand when it hears of this.
    pub fn moves_stock(&self) -> bool {
        matches!(self, FactKind::Shipped { .. } | FactKind::Cancelled { .. } | FactKind::PositionsCancelled { .. })
    }
}

/// A package that left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Packet {
    /// Kontor's id; 0 in facts of version 0.1.
    #[serde(skip_serializing_if = "is_zero")]
    pub packet_id: i32,
    /// An earlier fact named the package; only its data are new, such as a tracking number that came late.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    pub tracking_number: Option<String>,
    pub return_number: Option<String>,
    /// In the outbox the ERP's word; towards the channel its code, where the account's carrier mapping has one.
    pub carrier: Option<String>,
    pub dispatch_type: Option<String>,
    pub shipped_at: Option<DateTime<Utc>>,
    /// What is in it. Empty: whatever was open, or what [`FactKind::Shipped`] names for several packages together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Content>,
}

/// Pieces of a position, in the channel's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The channel's id of the line. Missing for a position that the channel does not know.
    pub line_id: Option<String>,
    pub sku: Option<String>,
    pub quantity: i32,
    /// Pieces of the position for which this has happened, these included: a channel that has as many already has heard of
    /// them before.
    #[serde(default)]
    pub so_far: i32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(id: &i32) -> bool {
    *id == 0
}

#[cfg(test)]
mod tests {
    use super::FactKind;

    #[test]
    fn facts_of_version_0_1_are_read() {
        for (json, word) in [
            (r#""acknowledged""#, "acknowledged"),
            (r#"{"paid":{"transaction_id":null}}"#, "paid"),
            (
                r#"{"shipped":{"packets":[{"tracking_number":"1","return_number":null,"carrier":"DHL","dispatch_type":null,"shipped_at":null}]}}"#,
                "shipped",
            ),
            (r#"{"cancelled":{"reason":null}}"#, "cancelled"),
        ] {
            let fact: FactKind = serde_json::from_str(json).unwrap();
            assert_eq!(fact.word(), word);
            assert_eq!(serde_json::to_string(&fact).unwrap(), json, "and written as before");
        }
        assert!(serde_json::from_str::<FactKind>(r#"{"exchanged":{}}"#).is_err(), "a fact of a later version");
    }
}
