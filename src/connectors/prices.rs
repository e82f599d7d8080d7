//! Whether a price fits a shop.

use super::Price;
use crate::domain::message::{Message, channel};
use crate::domain::{Currency, Decimal, Money};

/// What a shop sells in, as far as an account's prices are concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sells<'a> {
    /// That of the account.
    pub currency: Currency,
    pub currencies: &'a [Currency],
    pub gross: bool,
}

/// The price in the shop's kind and currency, or why it does not fit the shop.
pub(crate) fn fitting(price: Price, sells: Sells<'_>) -> Result<Money, Message> {
    let Money { amount, currency } = price.money;
    if currency != sells.currency || !sells.currencies.contains(&currency) {
        let one = [sells.currency];
        let sold_in: &[Currency] = if sells.currencies.contains(&sells.currency) { &one } else { sells.currencies };
        let sold_in: Vec<&str> = sold_in.iter().map(|currency| currency.code()).collect();
        return Err(channel::currency_differs(currency.code(), sold_in.join(", ")));
    }
    match (price.gross, sells.gross) {
        (true, false) => return Err(channel::price_gross_in_net_shop()),
        (false, true) => return Err(channel::price_net_in_gross_shop()),
        (true, true) | (false, false) => {}
    }
    if amount < Decimal::ZERO {
        return Err(channel::price_negative(amount.to_string()));
    }
    Ok(price.money)
}
