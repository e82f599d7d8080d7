//! Money that went back to a buyer, as the channel says it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::Decimal;

/// Pieces of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinePieces {
    /// The channel's id of the line.
    pub line_id: String,
    pub quantity: i32,
}

/// One refund. Channels list those that Kontor reported together with their own, so what counts is the sum: what goes beyond
/// that of the order is news.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ChannelRefund {
    /// The channel's id.
    pub(crate) refund_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refunded_at: Option<DateTime<Utc>>,
    pub(crate) amount: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Pieces whose money went back. Empty: the channel only says an amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) positions: Vec<LinePieces>,
}
