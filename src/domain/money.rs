//! Amounts of money, which know how many decimals their currency has.

use std::fmt;

use super::{Decimal, Failure, Worded, code};

/// A currency of ISO 4217 in which something can have a price. Precious metals, accounting units and test codes have no
/// decimals there, so they are none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    iso: iso_currency::Currency,
    decimals: u32,
}

impl Currency {
    pub const EUR: Currency = Currency { iso: iso_currency::Currency::EUR, decimals: 2 };

    /// From its code in capitals.
    pub fn parse(code: &str) -> Option<Currency> {
        let iso = iso_currency::Currency::from_code(code)?;
        // Never more than Decimal holds: ISO 4217 ends at four.
        let decimals = iso.exponent().map(u32::from).filter(|decimals| *decimals <= Decimal::PLACES)?;
        Some(Currency { iso, decimals })
    }

    /// The same of what a request says.
    pub(crate) fn read(sent: &str) -> Result<Currency, Failure> {
        let known = Worded::new("the ISO 4217 codes of currencies such as EUR", "der Währungscodes aus ISO 4217, etwa EUR");
        Currency::parse(sent).ok_or_else(|| Failure::quoting(code::NOT_IN_LIST, [&sent, &known]))
    }

    pub fn code(self) -> &'static str {
        self.iso.code()
    }

    /// The decimals of its smallest unit: 0 for the yen, 3 for the dinar of Kuwait.
    pub fn decimals(self) -> u32 {
        self.decimals
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

impl Money {
    pub fn new(amount: Decimal, currency: Currency) -> Money {
        Money { amount, currency }
    }

    /// To the decimals of the currency, halves away from zero.
    pub fn rounded(self) -> Money {
        Money { amount: self.amount.rounded(self.currency.decimals()), ..self }
    }

    /// The amount with exactly the decimals of the currency (`1000`, `9.90`, `9.125`), more only where it has more.
    pub fn written(self) -> String {
        self.amount.with_decimals(self.currency.decimals())
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, Money};
    use crate::domain::Decimal;

    fn money(amount: &str, currency: &str) -> Money {
        Money::new(Decimal::parse(amount).unwrap(), Currency::parse(currency).unwrap())
    }

    #[test]
    fn a_currency_knows_its_decimals() {
        for (code, decimals) in [("EUR", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("BGN", 2)] {
            assert_eq!(Currency::parse(code).map(Currency::decimals), Some(decimals), "{code}");
        }
        assert_eq!(Currency::parse("EUR"), Some(Currency::EUR));
    }

    #[test]
    fn what_nothing_can_cost_is_no_currency() {
        for code in ["", "eur", "EURO", "E", "ABC", "XAU", "XXX", "XTS", "€"] {
            assert_eq!(Currency::parse(code), None, "{code}");
        }
    }

    #[test]
    fn amounts_are_rounded_by_their_currency() {
        for (amount, currency, rounded) in [
            ("9.995", "EUR", "10.00"),
            ("-9.995", "EUR", "-10.00"),
            ("1234.5", "JPY", "1235"),
            ("1234.4999", "JPY", "1234"),
            ("9.1255", "KWD", "9.126"),
            ("9.1", "KWD", "9.100"),
            ("0.1234", "CLF", "0.1234"),
            ("922337203685477.5807", "JPY", "922337203685477"),
        ] {
            assert_eq!(money(amount, currency).rounded().written(), rounded, "{amount} {currency}");
        }
    }

    #[test]
    fn an_amount_with_more_decimals_than_its_currency_loses_none_when_written() {
        assert_eq!(money("1234.5", "JPY").written(), "1234.5");
        assert_eq!(money("9.125", "EUR").written(), "9.125");
        assert_eq!(money("-0.05", "EUR").written(), "-0.05");
    }
}
