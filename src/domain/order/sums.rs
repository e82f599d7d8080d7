//! What Kontor comes to by adding up what a channel says of an order.

use std::collections::BTreeMap;

use super::{ChannelOrder, PriceType};
use crate::domain::{Currency, Decimal};

/// Decimals of a currency that ISO 4217 does not know.
const USUAL_DECIMALS: u32 = 2;

impl ChannelOrder {
    /// What Kontor comes to by adding up what the channel says: goods that are not cancelled, charges, less the coupons, and in
    /// a net order the tax. `None` where the channel says no total, or not enough to compare it with.
    pub(crate) fn calculated_amount(&self) -> Option<Decimal> {
        if self.cancelled || self.totals.total_amount.is_none() {
            return None;
        }
        let goods = self.lines.iter().map(|line| {
            let pieces = line.quantity.saturating_sub(line.cancelled);
            line.unit_price.0.saturating_mul(i64::from(pieces))
        });
        let charges = [self.shipping_charge, self.cash_on_delivery_charge, self.payment_method_charge].map(|charge| charge.0);
        let taxes = self.totals.taxes.iter().map(|share| share.tax_amount.0);
        let taxes: Vec<i64> = match self.price_type {
            PriceType::Gross => Vec::new(),
            PriceType::Net if self.totals.taxes.is_empty() => return None,
            PriceType::Net => taxes.collect(),
        };
        let sum = goods.chain(charges).chain(taxes).fold(0_i64, i64::saturating_add).saturating_sub(self.coupon_amount.0);
        Some(Decimal(sum).rounded(decimals_of(Some(&self.currency))).fitted())
    }

    /// All money that went back; `None` where none did.
    pub(crate) fn refunded_amount(&self) -> Option<Decimal> {
        let sum = self.refunds.iter().fold(0_i64, |sum, refund| sum.saturating_add(refund.amount.0));
        Some(Decimal(sum).fitted()).filter(|_| !self.refunds.is_empty())
    }

    /// Pieces whose money went back, by line.
    pub(crate) fn refunded_pieces(&self) -> BTreeMap<&str, i32> {
        let mut pieces: BTreeMap<&str, i32> = BTreeMap::new();
        for position in self.refunds.iter().flat_map(|refund| &refund.positions) {
            let sum = pieces.entry(&position.line_id).or_default();
            *sum = sum.saturating_add(position.quantity);
        }
        pieces
    }
}

fn decimals_of(currency: Option<&str>) -> u32 {
    currency.and_then(Currency::parse).map_or(USUAL_DECIMALS, Currency::decimals)
}

/// The channel's total less what Kontor comes to; `None` where that is less than the smallest unit of the currency, or one of
/// them is missing.
pub(crate) fn total_difference(total: Option<Decimal>, calculated: Option<Decimal>, currency: Option<&str>) -> Option<Decimal> {
    let difference = Decimal(total?.0.saturating_sub(calculated?.0));
    let smallest = Decimal::from_units(1, decimals_of(currency)).unwrap_or(Decimal(1));
    Some(difference).filter(|difference| difference.0.unsigned_abs() >= smallest.0.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::super::channel::tests::order;
    use super::super::{ChannelOrder, PriceType, TaxShare};
    use super::total_difference;
    use crate::domain::Decimal;

    fn amount(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    /// Two mugs for 11.90 each, postage 4.90, and a total.
    fn said(total: &str) -> ChannelOrder {
        let mut said = order();
        said.totals.total_amount = Some(amount(total));
        said
    }

    fn difference(order: &ChannelOrder) -> Option<String> {
        total_difference(order.totals.total_amount, order.calculated_amount(), Some(&order.currency))
            .map(|difference| difference.to_string())
    }

    #[test]
    fn a_cent_too_much_or_too_little_is_shown_and_nothing_else() {
        for (total, shown) in [("28.70", None), ("28.71", Some("0.01")), ("28.69", Some("-0.01")), ("28.7049", None), ("28.6951", None)] {
            assert_eq!(difference(&said(total)).as_deref(), shown, "{total}");
        }
        assert_eq!(difference(&order()), None, "the channel says no total");
    }

    #[test]
    fn coupons_charges_and_cancelled_pieces_count() {
        let mut said = said("15.80");
        said.lines[0].cancelled = 1;
        said.coupon_amount = amount("5.00");
        said.payment_method_charge = amount("1.00");
        said.cash_on_delivery_charge = amount("3.00");
        assert_eq!(difference(&said), None);
        said.cancelled = true;
        said.totals.total_amount = Some(Decimal::ZERO);
        assert_eq!(difference(&said), None, "nothing is to be paid for a cancelled order");
    }

    #[test]
    fn a_net_order_comes_to_its_total_with_the_taxes_the_channel_says() {
        let mut said = said("34.15");
        said.price_type = PriceType::Net;
        assert_eq!(said.calculated_amount(), None, "the tax is not known");
        said.totals.taxes = vec![TaxShare { tax_rate: amount("19"), net_amount: Some(amount("28.70")), tax_amount: amount("5.45") }];
        assert_eq!(difference(&said), None);
        said.lines[0].unit_price = amount("11.9015");
        assert_eq!(difference(&said), None, "less than a cent");
    }

    #[test]
    fn the_smallest_piece_of_the_currency_counts() {
        let mut said = said("29");
        said.currency = "JPY".into();
        assert_eq!(difference(&said), None);
        said.lines[0].quantity = i32::MAX;
        said.lines[0].unit_price = Decimal(i64::MAX);
        assert!(said.calculated_amount().is_some(), "the largest amount there is");
    }
}
