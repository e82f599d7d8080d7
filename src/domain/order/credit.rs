//! Money that goes back to a buyer: by pieces, or by amount. Pure.

use serde::{Deserialize, Serialize};

use super::OrderDocument;
use crate::domain::document::Version;
use crate::domain::numbered::numbered;
use crate::domain::{Decimal, OrderItemId};

numbered! {
    /// What became of a credit entry at the channel.
    pub enum CreditState {
        /// The channel has not settled it yet.
        Waiting = 0, "waiting";
        /// The channel has it.
        Transmitted = 1, "transmitted";
        /// It stays in Kontor: there is no channel, or the channel does not take it.
        Kept = 2, "kept";
    }
}

/// Everything of a credit entry that has no column of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CreditDocument {
    pub version: Version<1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// None: the amount is for no pieces in particular.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<CreditedPieces>,
}

/// Pieces of a position whose money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreditedPieces {
    pub order_item_id: OrderItemId,
    pub quantity: i32,
}

/// What the buyer was charged: positions as ordered, given as price and pieces, and charges, less vouchers.
pub(crate) fn charged(positions: impl IntoIterator<Item = (Decimal, i32)>, order: &OrderDocument) -> Decimal {
    let charges = [order.shipping_charge, order.cash_on_delivery_charge, order.payment_method_charge].into_iter().flatten();
    let sum = value_of(positions).into_iter().chain(charges).fold(0_i64, |sum, amount| sum.saturating_add(amount.0));
    Decimal(sum.saturating_sub(order.coupon_amount.unwrap_or_default().0))
}

/// The price of pieces; `None`: too large for an amount.
pub(crate) fn value_of(pieces: impl IntoIterator<Item = (Decimal, i32)>) -> Option<Decimal> {
    pieces.into_iter().try_fold(Decimal::ZERO, |sum, (price, quantity)| sum.checked_add(price.checked_mul_whole(quantity)?))
}

/// A net price with its tax, in percent, both in 1/10 000. Halves are rounded up.
pub(crate) fn with_tax(net: Decimal, rate: Decimal) -> Decimal {
    const HUNDRED: i128 = 100 * 10_000;
    let gross = (i128::from(net.0) * (HUNDRED + i128::from(rate.0)) * 2 + HUNDRED).div_euclid(2 * HUNDRED);
    Decimal(i64::try_from(gross).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Decimal, OrderDocument, charged, value_of, with_tax};

    fn amount(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn the_buyer_was_charged_positions_and_charges_less_vouchers() {
        let order = OrderDocument {
            shipping_charge: Some(amount("4.90")),
            payment_method_charge: Some(amount("1.00")),
            coupon_amount: Some(amount("3.00")),
            ..OrderDocument::default()
        };
        assert_eq!(charged([(amount("9.90"), 2), (amount("0.05"), 3)], &order), amount("22.85"));
        assert_eq!(charged([], &OrderDocument::default()), Decimal::ZERO);
    }

    #[test]
    fn a_net_price_costs_the_buyer_its_tax_too() {
        assert_eq!(with_tax(amount("10"), amount("19")), amount("11.90"));
        assert_eq!(with_tax(amount("0.0001"), amount("50")), amount("0.0002"), "halves are rounded up");
        assert_eq!(with_tax(amount("10"), Decimal::ZERO), amount("10"));
    }

    #[test]
    fn an_impossible_price_is_no_amount() {
        assert_eq!(value_of([(Decimal(i64::MAX), 2)]), None);
        assert_eq!(value_of([(amount("1.10"), 3), (amount("2"), 0)]), Some(amount("3.30")));
    }
}
