//! How the shop writes amounts, pieces, times and texts.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::Decimal;

/// A text or a number; an empty text is nothing.
pub(super) fn money<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) if text.is_empty() => return Ok(Decimal::ZERO),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        other => return Err(D::Error::custom(format!("{other} is no amount"))),
    };
    Decimal::parse(&text).ok_or_else(|| D::Error::custom(format!("{text} is no amount")))
}

/// Plug-ins sell fractions; a part of a piece cannot be sold here.
pub(super) fn pieces<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let pieces = money(deserializer)?;
    i32::try_from(pieces.0.div_euclid(Decimal::ONE)).map_err(D::Error::custom)
}

pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let read = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S").map_err(D::Error::custom)?;
    Ok(Some(read.and_utc()))
}

pub(super) fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Decimal {
    Decimal(amounts.into_iter().fold(0, |sum, amount| sum.saturating_add(amount.0)))
}

/// The shop writes names of articles and addresses for pages (`&amp;`).
pub(super) fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (entity, letter) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#039;", "'"), ("&amp;", "&")] {
        plain = plain.replace(entity, letter);
    }
    plain
}
