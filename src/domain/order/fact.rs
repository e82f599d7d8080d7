//! What the ERP did with an order, for its channel.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What happened. The outbox keeps it as JSON, where the name of what happened is its version: one that this program does
/// not know cannot be sent, and says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Acknowledged,
    Paid { transaction_id: Option<String> },
    Shipped { packets: Vec<Packet> },
    Cancelled { reason: Option<String> },
}

/// The name of what happened, without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactName {
    Acknowledged,
    Paid,
    Shipped,
    Cancelled,
}

impl FactName {
    /// The word for it in tables, keys, logs and messages.
    pub fn word(self) -> &'static str {
        match self {
            FactName::Acknowledged => "acknowledged",
            FactName::Paid => "paid",
            FactName::Shipped => "shipped",
            FactName::Cancelled => "cancelled",
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
        }
    }

    pub fn word(&self) -> &'static str {
        self.name().word()
    }

    /// A shop that keeps its own allocations moves its stock on hand when it hears of this.
    pub fn moves_stock(&self) -> bool {
        matches!(self, FactKind::Shipped { .. } | FactKind::Cancelled { .. })
    }
}

/// A package that left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Packet {
    pub tracking_number: Option<String>,
    pub return_number: Option<String>,
    /// In the outbox the ERP's word; towards the channel its code, where the account's carrier mapping has one.
    pub carrier: Option<String>,
    pub dispatch_type: Option<String>,
    pub shipped_at: Option<DateTime<Utc>>,
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
        assert!(serde_json::from_str::<FactKind>(r#"{"refunded":{}}"#).is_err(), "a fact of a later version");
    }
}
