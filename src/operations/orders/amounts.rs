//! Amounts in requests: what the currency of their order can express.

use crate::domain::{Currency, Decimal, Failure, Worded, code};

/// Decimals of amounts in a currency; of an unknown one as many as are kept.
pub(super) fn decimals_of(currency: Option<&str>) -> u32 {
    currency.and_then(Currency::parse).map_or(Decimal::PLACES, Currency::decimals)
}

/// An amount of at least `smallest`, with no more decimals than its currency has.
pub(super) fn check(amount: Decimal, smallest: Decimal, decimals: u32) -> Result<(), Failure> {
    if amount >= smallest && amount.rounded(decimals) == amount {
        return Ok(());
    }
    let known = match amount < smallest {
        true => Worded::at_least(smallest),
        false => Worded::of(
            format!("the amounts with at most {decimals} decimals"),
            format!("den Beträgen mit höchstens {decimals} Nachkommastellen"),
        ),
    };
    Err(Failure::quoting(code::OUT_OF_RANGE, [&amount.to_string(), &known]))
}
