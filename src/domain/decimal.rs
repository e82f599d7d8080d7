//! Exact decimals with four places: money, weights, measures.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number in units of 1/10 000. Range ±922 337 203 685 477.5807.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub i64);

impl Decimal {
    pub const ZERO: Decimal = Decimal(0);
    /// Units per whole.
    pub const ONE: i64 = 10_000;

    /// Reads `12`, `-0.5`, `+3.14159` (surplus decimals are rounded half away from zero) and the exponent form that
    /// floating point clients send (`1.0E2`). `None` where the text is no number or out of range.
    pub fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((m, e)) => (m, e.parse::<i32>().ok()?),
            None => (text, 0),
        };
        if !(-40..=40).contains(&exponent) || mantissa.len() > 60 {
            return None;
        }
        let (negative, digits) = match mantissa.as_bytes().first()? {
            b'-' => (true, mantissa.get(1..)?),
            b'+' => (false, mantissa.get(1..)?),
            _ => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        // The value is digits × 10^(exponent - fraction length); shift it to four places.
        let mut shift = exponent - i32::try_from(fraction.len()).ok()? + 4;
        let mut value: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
            if value > i128::MAX / 100 {
                return None;
            }
        }
        while shift > 0 && value != 0 {
            value = value.checked_mul(10)?;
            shift -= 1;
        }
        if shift < 0 {
            let mut divisor: i128 = 1;
            for _ in shift..0 {
                divisor = divisor.checked_mul(10)?;
                if divisor > i128::MAX / 100 {
                    break;
                }
            }
            value = (value + divisor / 2) / divisor;
        }
        let value = i64::try_from(if negative { -value } else { value }).ok()?;
        Some(Decimal(value))
    }

    pub fn from_whole(whole: i32) -> Decimal {
        Decimal(i64::from(whole) * Self::ONE)
    }

    /// From the smallest unit of a currency with two decimals (cents).
    pub fn from_cents(cents: i64) -> Option<Decimal> {
        cents.checked_mul(100).map(Decimal)
    }

    /// In cents, rounded half away from zero.
    pub fn to_cents(self) -> i64 {
        let half = if self.0 < 0 { -50 } else { 50 };
        (self.0.saturating_add(half)) / 100
    }

    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_add(other.0).map(Decimal)
    }

    pub fn checked_mul_whole(self, times: i32) -> Option<Decimal> {
        self.0.checked_mul(i64::from(times)).map(Decimal)
    }
}

/// Canonical: no exponent, no plus, at least two decimals (`10.50`, `0.1234`).
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let (whole, fraction) = (units / 10_000, units % 10_000);
        if fraction % 100 == 0 {
            write!(f, "{sign}{whole}.{:02}", fraction / 100)
        } else if fraction % 10 == 0 {
            write!(f, "{sign}{whole}.{:03}", fraction / 10)
        } else {
            write!(f, "{sign}{whole}.{fraction:04}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn reads_what_clients_send() {
        for (text, units) in [
            ("12", 120_000),
            ("-0.5", -5_000),
            ("+3.14159", 31_416),
            ("19.989999771118164", 199_900),
            ("1.0E2", 1_000_000),
            ("5e-5", 1),
            (".5", 5_000),
            (" 7. ", 70_000),
            ("0.00004", 0),
        ] {
            assert_eq!(Decimal::parse(text), Some(Decimal(units)), "{text}");
        }
        for text in ["", ".", "12,5", "1e99", "NaN", "99999999999999999999", "--1", "1 2"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_canonically() {
        for (units, text) in [(0, "0.00"), (105_000, "10.50"), (-1, "-0.0001"), (12_340, "1.234"), (i64::MIN, "-922337203685477.5808")] {
            assert_eq!(Decimal(units).to_string(), text);
        }
    }
}
