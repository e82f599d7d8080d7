//! What an order of the shop amounts to: the sums and taxes that it tells.

use std::collections::BTreeMap;

use super::shop::{Line, Order, Status, usual_tax_rate};
use crate::domain::Decimal;
use crate::domain::order::{Coupon, TaxShare, Totals};

/// Parts of a percentage: 100 with four decimals.
const WHOLE: i128 = 100 * Decimal::ONE as i128;

/// The tax of an amount that contains it, or does not.
fn tax_of(amount: Decimal, rate: Decimal, net: bool) -> Decimal {
    let (amount, rate) = (i128::from(amount.0), i128::from(rate.0));
    let base = if net { WHOLE } else { WHOLE.saturating_add(rate) };
    let tax = amount.saturating_mul(rate).checked_div(base).unwrap_or_default();
    i64::try_from(tax).map_or(Decimal::ZERO, Decimal).rounded(2)
}

fn add(sum: Decimal, other: Decimal) -> Decimal {
    Decimal(sum.0.saturating_add(other.0))
}

impl Line {
    /// For the pieces that are not cancelled.
    pub(crate) fn sum(&self) -> Decimal {
        self.price_of(self.quantity.saturating_sub(self.cancelled))
    }

    fn price_of(&self, pieces: i32) -> Decimal {
        Decimal(self.unit_price.0.saturating_mul(i64::from(pieces)))
    }

    /// What the buyer pays for pieces, tax included.
    pub(super) fn paid(&self, pieces: i32, net: bool) -> Decimal {
        let price = self.price_of(pieces);
        if net { add(price, tax_of(price, self.tax_rate, net)) } else { price }
    }

    pub(crate) fn tax(&self, net: bool) -> Decimal {
        tax_of(self.sum(), self.tax_rate, net)
    }
}

impl Order {
    /// Charges and vouchers are taxed like the first line.
    fn main_rate(&self) -> Decimal {
        self.lines.first().map_or_else(usual_tax_rate, |line| line.tax_rate)
    }

    /// All vouchers.
    pub(crate) fn coupon_sum(&self) -> Decimal {
        self.coupons.iter().fold(self.coupon_amount, |sum, coupon| add(sum, coupon.amount))
    }

    pub(crate) fn totals(&self) -> Totals {
        let rate = self.main_rate();
        let charge = |amount: Decimal| Some(tax_of(amount, rate, self.net)).filter(|_| amount != Decimal::ZERO);
        let rated = |amount: Decimal| Some(rate).filter(|_| amount != Decimal::ZERO);
        let mut totals = Totals {
            shipping_tax_rate: rated(self.shipping_charge),
            shipping_tax_amount: charge(self.shipping_charge),
            cash_on_delivery_tax_rate: rated(self.cash_on_delivery_charge),
            cash_on_delivery_tax_amount: charge(self.cash_on_delivery_charge),
            payment_method_tax_rate: rated(self.payment_charge),
            payment_method_tax_amount: charge(self.payment_charge),
            ..Totals::default()
        };
        let coupon = |code: Option<String>, amount: Decimal| Coupon { code, amount, tax_amount: charge(amount) };
        totals.coupons = self.coupons.iter().map(|one| coupon(Some(one.code.clone()), one.amount)).collect();
        if self.coupon_amount != Decimal::ZERO {
            totals.coupons.push(coupon(None, self.coupon_amount));
        }
        if self.status == Status::Cancelled {
            totals.total_amount = Some(Decimal::ZERO);
            return totals;
        }
        totals.taxes = self.taxes(Line::sum);
        totals.total_amount = Some(self.total(&totals.taxes));
        totals
    }

    /// What the buyer paid for everything that was ordered, tax included.
    pub(super) fn price(&self) -> Decimal {
        self.total(&self.taxes(|line| line.price_of(line.quantity)))
    }

    fn total(&self, shares: &[TaxShare]) -> Decimal {
        shares.iter().map(|share| add(share.net_amount.unwrap_or_default(), share.tax_amount)).fold(self.total_off, add)
    }

    /// What the order amounts to at each rate, with as much of each line as `sum_of` says.
    fn taxes(&self, sum_of: impl Fn(&Line) -> Decimal) -> Vec<TaxShare> {
        let mut sums: BTreeMap<Decimal, Decimal> = BTreeMap::new();
        let charges =
            [self.shipping_charge, self.cash_on_delivery_charge, self.payment_charge, Decimal(self.coupon_sum().0.saturating_neg())];
        let lines = self.lines.iter().map(|line| (line.tax_rate, sum_of(line)));
        for (rate, amount) in lines.chain(charges.map(|charge| (self.main_rate(), charge))) {
            let sum = sums.entry(rate).or_default();
            *sum = add(*sum, amount);
        }
        let share = |(rate, sum): (Decimal, Decimal)| {
            let tax = tax_of(sum, rate, self.net);
            let net = if self.net { sum } else { Decimal(sum.0.saturating_sub(tax.0)) };
            TaxShare { tax_rate: rate, net_amount: Some(net), tax_amount: tax }
        };
        sums.into_iter().map(share).collect()
    }
}
