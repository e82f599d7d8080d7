//! Exact decimals with four places: money, weights, measures.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number in units of 1/10 000. Range ±922 337 203 685 477.5807.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub i64);

/// Why a text is no [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    NotANumber,
    OutOfRange,
}

/// Sign, digits before and behind the dot, and exponent of a number.
fn parts(text: &str) -> Option<(bool, &str, &str, i64)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, whole_number(exponent)?),
        None => (text, 0),
    };
    let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = digits.len() > usize::from(digits.contains('.')) && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    is_number.then_some((mantissa.starts_with('-'), whole, fraction, exponent))
}

/// A whole number; one that is too large is as good as the largest.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let largest = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    is_number.then(|| text.parse().unwrap_or(largest))
}

fn length(digits: &str) -> i64 {
    i64::try_from(digits.len()).unwrap_or(i64::MAX)
}

impl Decimal {
    pub const ZERO: Decimal = Decimal(0);
    /// Places behind the dot.
    pub const PLACES: u32 = 4;
    /// Units per whole.
    pub const ONE: i64 = 10_i64.pow(Self::PLACES);

    /// The largest amount on the wire: with 15 digits, four of them behind the dot (`Amount` in the contract).
    pub const LARGEST_AMOUNT: Decimal = Decimal(999_999_999_999_999);

    /// Like [`Decimal::read`], where nobody asks why.
    pub fn parse(text: &str) -> Option<Decimal> {
        Decimal::read(text).ok()
    }

    /// Reads `12`, `-0.5`, `+3.14159` (surplus decimals are rounded half away from zero) and the exponent form that
    /// floating point clients send (`1.0E2`).
    pub fn read(text: &str) -> Result<Decimal, Unread> {
        /// Digits of the largest number of units.
        const MOST: usize = 19;
        let (negative, whole, fraction, exponent) = parts(text.trim()).ok_or(Unread::NotANumber)?;
        let digits = whole.bytes().chain(fraction.bytes()).map(|digit| i128::from(digit - b'0'));
        let zeros = digits.clone().take_while(|digit| *digit == 0).count();
        let mut digits = digits.skip(zeros);
        // As many digits as are before the fourth place behind the dot; the next one decides how they are rounded.
        let wanted = length(whole).saturating_add(exponent).saturating_add(4).saturating_sub(i64::try_from(zeros).unwrap_or(i64::MAX));
        let value = match usize::try_from(wanted) {
            _ if digits.clone().next().is_none() => 0,
            Err(_) => 0,
            Ok(wanted) if wanted > MOST => return Err(Unread::OutOfRange),
            Ok(wanted) => {
                let units = (0..wanted).fold(0, |units, _| units * 10 + digits.next().unwrap_or(0));
                units + i128::from(digits.next().is_some_and(|digit| digit >= 5))
            }
        };
        i64::try_from(if negative { -value } else { value }).map(Decimal).map_err(|_| Unread::OutOfRange)
    }

    /// As the contract's `Amount` allows it: beyond [`Decimal::LARGEST_AMOUNT`] rounded to 15 digits. Requests hold no
    /// such number, but a channel may.
    pub fn to_amount(self) -> String {
        let (most, units) = (Decimal::LARGEST_AMOUNT.0.unsigned_abs(), self.0.unsigned_abs());
        if units <= most {
            return self.to_string();
        }
        let rounded = |lost: u32| (units + 10_u64.pow(lost) / 2) / 10_u64.pow(lost);
        let lost = (1..4).find(|lost| rounded(*lost) <= most).unwrap_or(4);
        let (value, one) = (rounded(lost), 10_u64.pow(4 - lost));
        let sign = if self.0 < 0 { "-" } else { "" };
        match (value / one, value % one) {
            (whole, 0) => format!("{sign}{whole}"),
            (whole, fraction) => format!("{sign}{whole}.{fraction:0places$}", places = 4 - lost as usize),
        }
    }

    /// The number that [`Decimal::to_amount`] writes.
    pub fn fitted(self) -> Decimal {
        Decimal::parse(&self.to_amount()).unwrap_or(self)
    }

    pub fn from_whole(whole: i32) -> Decimal {
        Decimal(i64::from(whole) * Self::ONE)
    }

    /// Units of 1/10 000 in one unit with so many decimals; at most four.
    fn step(decimals: u32) -> i64 {
        10_i64.pow(Self::PLACES.saturating_sub(decimals))
    }

    /// To so many decimals, halves away from zero.
    pub fn rounded(self, decimals: u32) -> Decimal {
        let step = Self::step(decimals);
        let half = if self.0 < 0 { -step / 2 } else { step / 2 };
        Decimal(self.0.saturating_add(half) / step * step)
    }

    /// From a whole number of units with so many decimals: 1990 with two are 19.90.
    pub fn from_units(units: i64, decimals: u32) -> Option<Decimal> {
        units.checked_mul(Self::step(decimals)).map(Decimal)
    }

    /// In whole units with so many decimals; `None` if that would lose something.
    pub fn to_units(self, decimals: u32) -> Option<i64> {
        let step = Self::step(decimals);
        (self.0 % step == 0).then(|| self.0 / step)
    }

    /// Canonical, but with at least so many decimals instead of two.
    pub fn with_decimals(self, least: u32) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        let places = (least..Self::PLACES).find(|places| self.to_units(*places).is_some()).unwrap_or(Self::PLACES);
        match places {
            0 => format!("{sign}{whole}"),
            places => format!("{sign}{whole}.{:0width$}", fraction / Self::step(places).unsigned_abs(), width = places as usize),
        }
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
        f.write_str(&self.with_decimals(2))
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Unread};

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
            ("-0.00005", -1),
            ("1e-99999999999999999999", 0),
            ("0e99", 0),
            ("0000000000000000000000000000012.5", 125_000),
            ("922337203685477.5807", i64::MAX),
            ("-922337203685477.5808", i64::MIN),
            ("1E-2", 100),
        ] {
            assert_eq!(Decimal::parse(text), Some(Decimal(units)), "{text}");
        }
        let long = format!("0.{}5", "3".repeat(100_000));
        assert_eq!(Decimal::parse(&long), Some(Decimal(3_333)));
        for text in ["", ".", "12,5", "NaN", "--1", "1 2", "1e", "1e5.0", "e5", "+", "-.", "1.2.3", "0x1"] {
            assert_eq!(Decimal::read(text), Err(Unread::NotANumber), "{text}");
        }
        for text in ["1e99", "99999999999999999999", "999999999999999", "922337203685477.58075", "-1e15", "1e99999999999999999999"] {
            assert_eq!(Decimal::read(text), Err(Unread::OutOfRange), "{text}");
        }
    }

    #[test]
    fn an_amount_has_at_most_fifteen_digits() {
        for (units, text) in [
            (999_999_999_999_999, "99999999999.9999"),
            (-999_999_999_999_999, "-99999999999.9999"),
            (1_000_000_000_000_000, "100000000000"),
            (1_234_567_890_123_456, "123456789012.346"),
            (12_345_678_901_230_000, "1234567890123"),
            (9_999_999_999_999_995, "1000000000000"),
            (i64::MAX, "922337203685478"),
            (i64::MIN, "-922337203685478"),
        ] {
            assert_eq!(Decimal(units).to_amount(), text);
        }
    }

    #[test]
    fn writes_canonically() {
        for (units, text) in [(0, "0.00"), (105_000, "10.50"), (-1, "-0.0001"), (12_340, "1.234"), (i64::MIN, "-922337203685477.5808")] {
            assert_eq!(Decimal(units).to_string(), text);
        }
    }

    #[test]
    fn units_with_decimals_lose_nothing() {
        for (units, decimals, whole) in [(199_000, 2, Some(1990)), (199_050, 2, None), (199_050, 3, Some(19_905)), (1, 4, Some(1))] {
            assert_eq!(Decimal(units).to_units(decimals), whole, "{units} with {decimals}");
        }
        assert_eq!(Decimal::from_units(1990, 2), Some(Decimal(199_000)));
        assert_eq!(Decimal::from_units(i64::MAX, 3), None);
    }
}
