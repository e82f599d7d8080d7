//! Money that goes back to a buyer: by pieces, or by amount. Pure.

use serde::{Deserialize, Serialize};

use super::{OrderDocument, PriceType};
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
        /// The channel refused it.
        Refused = 3, "refused";
        /// Somebody decided that it is never sent.
        GivenUp = 4, "given_up";
        /// Kontor gave up after attempts whose answers are not known: the channel may have given the money back.
        Unclear = 5, "unclear";
    }
}

impl CreditState {
    /// The money went back, or is about to. What the ERP gives back beside a channel that does not take it counts too.
    pub(crate) fn counts(self) -> bool {
        !matches!(self, CreditState::Refused | CreditState::GivenUp)
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

/// A position as ordered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sold {
    pub(crate) price: Decimal,
    pub(crate) tax_rate: Option<Decimal>,
    pub(crate) quantity: i32,
}

impl Sold {
    /// What a piece cost the buyer, tax included.
    pub(crate) fn paid(&self, order: &OrderDocument) -> Decimal {
        match (order.price_type_id, self.tax_rate) {
            (Some(PriceType::Net), Some(rate)) => with_tax(self.price, rate),
            _ => self.price,
        }
    }
}

/// What the buyer was charged, tax included: positions as ordered and charges, less vouchers.
pub(crate) fn charged(positions: &[Sold], order: &OrderDocument) -> Decimal {
    let totals = &order.totals;
    // Charges are part of the goods. Where the channel does not say their tax, it is that of the goods.
    let usual = positions.iter().filter_map(|position| position.tax_rate).max();
    let paid = |amount: Option<Decimal>, tax: Option<Decimal>, rate: Option<Decimal>| {
        let amount = amount.unwrap_or_default();
        match (order.price_type_id, tax, rate.or(usual)) {
            (Some(PriceType::Net), Some(tax), _) => Decimal(amount.0.saturating_add(tax.0)),
            (Some(PriceType::Net), None, Some(rate)) => with_tax(amount, rate),
            _ => amount,
        }
    };
    let goods = value_of(positions.iter().map(|position| (position.paid(order), position.quantity))).unwrap_or_default();
    let charges = [
        paid(order.shipping_charge, totals.shipping_tax_amount, totals.shipping_tax_rate),
        paid(order.cash_on_delivery_charge, totals.cash_on_delivery_tax_amount, totals.cash_on_delivery_tax_rate),
        paid(order.payment_method_charge, totals.payment_method_tax_amount, totals.payment_method_tax_rate),
    ];
    let sum = charges.iter().fold(goods.0, |sum, amount| sum.saturating_add(amount.0));
    Decimal(sum.saturating_sub(paid(order.coupon_amount, tax_of_coupons(order), None).0))
}

/// `None`: the channel does not say it of each of them.
fn tax_of_coupons(order: &OrderDocument) -> Option<Decimal> {
    let coupons = Some(&order.totals.coupons).filter(|coupons| !coupons.is_empty())?;
    coupons.iter().try_fold(Decimal::ZERO, |sum, coupon| sum.checked_add(coupon.tax_amount?))
}

/// The price of pieces; `None`: too large for an amount.
pub(crate) fn value_of(pieces: impl IntoIterator<Item = (Decimal, i32)>) -> Option<Decimal> {
    pieces.into_iter().try_fold(Decimal::ZERO, |sum, (price, quantity)| sum.checked_add(price.checked_mul_whole(quantity)?))
}

/// A net price with its tax, in percent, both in 1/10 000. Halves are rounded up.
fn with_tax(net: Decimal, rate: Decimal) -> Decimal {
    const HUNDRED: i128 = 100 * 10_000;
    let gross = (i128::from(net.0) * (HUNDRED + i128::from(rate.0)) * 2 + HUNDRED).div_euclid(2 * HUNDRED);
    Decimal(i64::try_from(gross).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Decimal, OrderDocument, PriceType, Sold, charged, value_of, with_tax};
    use crate::domain::order::{Coupon, Totals};

    fn amount(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn sold(price: &str, quantity: i32) -> Sold {
        Sold { price: amount(price), tax_rate: Some(amount("19")), quantity }
    }

    #[test]
    fn the_buyer_was_charged_positions_and_charges_less_vouchers() {
        let order = OrderDocument {
            shipping_charge: Some(amount("4.90")),
            payment_method_charge: Some(amount("1.00")),
            coupon_amount: Some(amount("3.00")),
            ..OrderDocument::default()
        };
        assert_eq!(charged(&[sold("9.90", 2), sold("0.05", 3)], &order), amount("22.85"));
        assert_eq!(charged(&[], &OrderDocument::default()), Decimal::ZERO);
    }

    #[test]
    fn the_buyer_of_a_net_order_was_charged_the_tax_of_charges_and_vouchers_too() {
        let mut order =
            OrderDocument { price_type_id: Some(PriceType::Net), shipping_charge: Some(amount("4.90")), ..OrderDocument::default() };
        let cups = [sold("11.90", 2)];
        assert_eq!(charged(&cups, &order).rounded(2), amount("34.15"), "postage at the rate of the goods");
        order.totals = Totals { shipping_tax_rate: Some(amount("7")), ..Totals::default() };
        assert_eq!(charged(&cups, &order), amount("33.565"), "at the rate that the channel says");
        order.totals.shipping_tax_amount = Some(amount("0.93"));
        assert_eq!(charged(&cups, &order).rounded(2), amount("34.15"), "the tax that the channel says");
        order.coupon_amount = Some(amount("5.00"));
        assert_eq!(charged(&cups, &order).rounded(2), amount("28.20"), "a voucher of 5.95");
        order.totals.coupons = vec![Coupon { amount: amount("5.00"), tax_amount: Some(amount("0.35")), code: None }];
        assert_eq!(charged(&cups, &order).rounded(2), amount("28.80"), "a voucher of 5.35");
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
