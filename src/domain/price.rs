//! Which price of a list counts today, and how it is rounded.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Decimal, Money};

/// A price of an item in one validity of a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    /// First day; `None` together with `to`: the unlimited validity.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    pub price: Decimal,
}

/// A lower price for some days beside the regular one, which the channel itself begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sale {
    pub(crate) price: Decimal,
    /// First day; `None`: at once.
    pub(crate) from: Option<NaiveDate>,
    /// Last day; `None`: until it is taken back.
    pub(crate) to: Option<NaiveDate>,
}

impl Dated {
    fn is_unlimited(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    fn contains(&self, today: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= today) && self.to.is_none_or(|to| today <= to)
    }
}

/// The price that counts today, of those that carry more with them: a dated one wins over the unlimited one
/// (`item-calls.md` 8). Of several dated ones the one that began last wins, because a sale inside a season is the more
/// special wish; then the one that ends first, then the later of the list.
pub(crate) fn choose<T>(prices: &[T], dated: impl Fn(&T) -> Dated, today: NaiveDate) -> Option<&T> {
    let limited = prices.iter().filter(|price| !dated(price).is_unlimited() && dated(price).contains(today)).max_by_key(|price| {
        let price = dated(price);
        (price.from, std::cmp::Reverse(price.to.unwrap_or(NaiveDate::MAX)))
    });
    limited.or_else(|| prices.iter().rfind(|price| dated(price).is_unlimited()))
}

/// `rounding_id` of a list whose prices end in ,99.
pub(crate) const ROUND_TO_99: i32 = 2;

/// The price as it is shown: `rounding_id` 2 gives the ,99 of the same whole (9.10 → 9.99, 10.00 → 10.99), every other
/// one the decimals of the currency, halves away from zero. What is not above zero only gets those decimals: a free item
/// must not become one of 99 cents. So does a price in a currency without cents, which cannot end in ,99.
pub(crate) fn rounded(price: Money, rounding_id: i32) -> Money {
    let to_99 = rounding_id == ROUND_TO_99 && price.currency.decimals() >= 2;
    if to_99 && price.amount > Decimal::ZERO {
        let whole = price.amount.0 - price.amount.0 % Decimal::ONE;
        return Money { amount: Decimal(whole.saturating_add(9_900)), ..price };
    }
    price.rounded()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Dated, choose, rounded};
    use crate::domain::{Currency, Decimal, Money};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dated(from: &str, to: &str, price: i64) -> Dated {
        Dated { from: Some(day(from)), to: Some(day(to)), price: Decimal(price) }
    }

    fn current(prices: &[Dated], today: NaiveDate) -> Option<Decimal> {
        choose(prices, |price| *price, today).map(|price| price.price)
    }

    fn shown(price: &str, currency: &str, rounding_id: i32) -> String {
        rounded(Money::new(Decimal::parse(price).unwrap(), Currency::parse(currency).unwrap()), rounding_id).written()
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
        for (price, expected) in [
            ("9.10", "9.99"),
            ("9.99", "9.99"),
            ("9.995", "9.99"),
            ("10.00", "10.99"),
            ("0.01", "0.99"),
            ("0", "0.00"),
            ("-1.005", "-1.01"),
        ] {
            assert_eq!(shown(price, "EUR", 2), expected);
        }
        assert_eq!(shown("9.125", "KWD", 2), "9.990");
    }

    #[test]
    fn every_other_rounding_gives_the_decimals_of_the_currency() {
        for (price, currency, expected) in [
            ("9.994", "EUR", "9.99"),
            ("9.995", "EUR", "10.00"),
            ("7", "EUR", "7.00"),
            ("1250.5", "JPY", "1251"),
            ("9.1255", "KWD", "9.126"),
        ] {
            assert_eq!(shown(price, currency, 1), expected);
            assert_eq!(shown(price, currency, 0), expected);
        }
    }

    #[test]
    fn a_currency_without_cents_has_no_price_that_ends_in_99() {
        assert_eq!(shown("1250.4", "JPY", 2), "1250");
    }
}
