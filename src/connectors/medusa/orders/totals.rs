//! What an order amounts to: tax by rate, and discounts by code.

use std::collections::BTreeMap;

use super::{Adjustment, Order, rate, sum};
use crate::domain::Decimal;
use crate::domain::order::{Coupon, TaxShare, Totals};

fn less(amount: Decimal, other: Decimal) -> Decimal {
    Decimal(amount.0.saturating_sub(other.0))
}

impl Order {
    pub(super) fn totals(&self) -> Totals {
        let shipping_tax = sum(self.shipping_methods.iter().map(|method| method.original_tax_total));
        Totals {
            total_amount: Some(self.owed()),
            shipping_tax_amount: Some(shipping_tax).filter(|tax| *tax != Decimal::ZERO),
            taxes: self.taxes(),
            coupons: self.coupons(),
            ..Totals::default()
        }
    }

    /// What is taxed at each rate, discounts taken off.
    fn taxes(&self) -> Vec<TaxShare> {
        let items = self.items.iter().map(|item| (rate(&item.tax_lines), item.total, item.tax_total));
        let methods = self.shipping_methods.iter().map(|method| (rate(&method.tax_lines), method.total, method.tax_total));
        let mut shares: BTreeMap<Decimal, (Decimal, Decimal)> = BTreeMap::new();
        for (rate, total, tax) in items.chain(methods) {
            let (net, taxes) = shares.entry(rate).or_default();
            *net = Decimal(net.0.saturating_add(less(total, tax).0));
            *taxes = Decimal(taxes.0.saturating_add(tax.0));
        }
        let share = |(tax_rate, (net, tax)): (Decimal, (Decimal, Decimal))| TaxShare {
            tax_rate,
            net_amount: Some(net.rounded(self.decimals())),
            tax_amount: tax.rounded(self.decimals()),
        };
        shares.into_iter().map(share).collect()
    }

    /// Discounts by the code of their promotion.
    fn coupons(&self) -> Vec<Coupon> {
        let items = self.items.iter().flat_map(|item| &item.adjustments);
        let methods = self.shipping_methods.iter().flat_map(|method| &method.adjustments);
        let mut coupons: Vec<Coupon> = Vec::new();
        for Adjustment { code, total, subtotal } in items.chain(methods) {
            let tax = less(*total, *subtotal);
            match coupons.iter_mut().find(|coupon| coupon.code == *code) {
                Some(coupon) => {
                    coupon.amount = sum([coupon.amount, *total].into_iter());
                    coupon.tax_amount = Some(sum([coupon.tax_amount.unwrap_or_default(), tax].into_iter()));
                }
                None => coupons.push(Coupon { code: code.clone(), amount: *total, tax_amount: Some(tax) }),
            }
        }
        coupons
    }
}
