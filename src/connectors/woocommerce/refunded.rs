//! Refunds that the shop has.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::found::{Meta, meta};
use super::values::{pieces, time};
use crate::domain::order::LinePieces;

/// Of a line of a refund: the line of the order.
const OF_LINE: &str = "_refunded_item_id";

/// A refund as its own resource shows it; the order has only its sum.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Refund {
    pub id: i64,
    #[serde(default, deserialize_with = "time")]
    pub date_created_gmt: Option<DateTime<Utc>>,
    #[serde(default)]
    line_items: Vec<RefundedLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct RefundedLine {
    /// Below zero.
    #[serde(deserialize_with = "pieces")]
    quantity: i32,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

impl Refund {
    /// Pieces whose money went back.
    pub(super) fn positions(&self) -> Vec<LinePieces> {
        let of = |line: &RefundedLine| {
            let line_id = match meta(&line.meta_data, OF_LINE)? {
                Value::String(id) => id.clone(),
                Value::Number(id) => id.to_string(),
                _ => return None,
            };
            Some(LinePieces { line_id, quantity: line.quantity.saturating_neg() })
        };
        self.line_items.iter().filter_map(of).filter(|pieces| pieces.quantity > 0).collect()
    }
}
