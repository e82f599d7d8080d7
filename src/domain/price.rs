//! Which price of a list counts today, and how it is rounded.

use chrono::NaiveDate;

use super::Decimal;

/// A price of an item in one validity of a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// First day; `None` together with `to`: the unlimited validity.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    pub price: Decimal,
}

impl Dated {
    fn is_unlimited(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    fn contains(&self, today: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= today) && self.to.is_none_or(|to| today <= to)
    }
}

/// The price that counts today: a dated one wins over the unlimited one (`item-calls.md` 8). Of several dated ones the
/// one that began last wins, because a sale inside a season is the more special wish; then the one that ends first,
/// then the later of the list.
pub fn current(prices: &[Dated], today: NaiveDate) -> Option<Decimal> {
    choose(prices, |price| *price, today).map(|price| price.price)
}

/// Like [`current`], for prices that carry more with them.
pub fn choose<T>(prices: &[T], dated: impl Fn(&T) -> Dated, today: NaiveDate) -> Option<&T> {
    let limited = prices.iter().filter(|price| !dated(price).is_unlimited() && dated(price).contains(today)).max_by_key(|price| {
        let price = dated(price);
        (price.from, std::cmp::Reverse(price.to.unwrap_or(NaiveDate::MAX)))
    });
    limited.or_else(|| prices.iter().rfind(|price| dated(price).is_unlimited()))
}

/// `rounding_id` of a list whose prices end in ,99.
pub const ROUND_TO_99: i32 = 2;

/// The price as it is shown: `rounding_id` 2 gives the ,99 of the same whole (9.10 → 9.99, 10.00 → 10.99), every other
/// one two decimals, halves away from zero. What is not above zero is only brought to two decimals: a free item must
/// not become one of 99 cents.
pub fn rounded(price: Decimal, rounding_id: i32) -> Decimal {
    if rounding_id == ROUND_TO_99 && price > Decimal::ZERO {
        let whole = price.0 - price.0 % Decimal::ONE;
        return Decimal(whole.saturating_add(9_900));
    }
    Decimal::from_cents(price.to_cents()).unwrap_or(price)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Dated, current, rounded};
    use crate::domain::Decimal;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dated(from: &str, to: &str, price: i64) -> Dated {
        Dated { from: Some(day(from)), to: Some(day(to)), price: Decimal(price) }
    }

    const ALWAYS: Dated = Dated { from: None, to: None, price: Decimal(99_000) };

    #[test]
    fn a_dated_price_wins_from_its_first_to_its_last_day() {
        let prices = [ALWAYS, dated("2026-07-01", "2026-07-14", 79_000)];
        for (today, price) in [("2026-06-30", 99_000), ("2026-07-01", 79_000), ("2026-07-14", 79_000), ("2026-07-15", 99_000)] {
            assert_eq!(current(&prices, day(today)), Some(Decimal(price)), "{today}");
        }
    }

    #[test]
    fn the_sale_that_began_last_wins() {
        let prices = [dated("2026-07-05", "2026-07-06", 1), ALWAYS, dated("2026-07-01", "2026-07-31", 2)];
        assert_eq!(current(&prices, day("2026-07-05")), Some(Decimal(1)));
        assert_eq!(current(&prices, day("2026-07-07")), Some(Decimal(2)));
    }

    #[test]
    fn outside_all_periods_there_is_no_price() {
        let prices = [dated("2026-07-01", "2026-07-14", 1)];
        assert_eq!(current(&prices, day("2026-08-01")), None);
        assert_eq!(current(&[], day("2026-08-01")), None);
    }

    #[test]
    fn rounding_to_99_keeps_the_whole() {
        for (price, shown) in [
            ("9.10", "9.99"),
            ("9.99", "9.99"),
            ("9.995", "9.99"),
            ("10.00", "10.99"),
            ("0.01", "0.99"),
            ("0", "0.00"),
            ("-1.005", "-1.01"),
        ] {
            let price = Decimal::parse(price).unwrap();
            assert_eq!(rounded(price, 2).to_string(), shown);
        }
    }

    #[test]
    fn every_other_rounding_gives_two_decimals() {
        for (price, shown) in [("9.994", "9.99"), ("9.995", "10.00"), ("7", "7.00")] {
            let price = Decimal::parse(price).unwrap();
            assert_eq!(rounded(price, 1).to_string(), shown);
            assert_eq!(rounded(price, 0).to_string(), shown);
        }
    }
}
