//! Decimals of the shop's JSON are texts such as "19.90"; read from a text or from a number.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

use crate::domain::Decimal;

pub(crate) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Decimal::parse(&text).ok_or_else(|| D::Error::custom(format!("\"{text}\" is no amount, expected one such as \"4.90\"")))
}
