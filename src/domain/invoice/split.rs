//! Sums without their tax, such that everything adds up.

use crate::domain::Decimal;

/// 100 %, in the units of a rate.
const HUNDRED: i128 = 100 * Decimal::ONE as i128;

fn fitted(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// Halves away from zero.
fn divided(value: i128, by: i128) -> i64 {
    let half = if value < 0 { -(by / 2) } else { by / 2 };
    fitted((value + half) / by)
}

/// The tax of a base.
pub(super) fn tax_of(base: i64, rate: Decimal) -> i64 {
    divided(i128::from(base) * i128::from(rate.0), HUNDRED)
}

/// A gross amount without its tax, alone.
pub(super) fn net_of(gross: i64, rate: Decimal) -> i64 {
    divided(i128::from(gross) * HUNDRED, HUNDRED + i128::from(rate.0))
}

/// The base whose tax makes it `gross`, or comes nearest to that.
pub(super) fn base_of(gross: i64, rate: Decimal) -> i64 {
    let near = net_of(gross, rate);
    let off = |base: i64| base.saturating_add(tax_of(base, rate)).abs_diff(gross);
    [near, near.saturating_sub(1), near.saturating_add(1)].into_iter().min_by_key(|base| off(*base)).unwrap_or(near)
}

/// A price without its tax and with more decimals, of so many pieces that cost `net` together; `None`: no price does that.
pub(crate) fn net_price(net: i64, quantity: i32, decimals: u32) -> Option<Decimal> {
    let units = Decimal::from_units(net, decimals)?;
    let price = Decimal(divided(i128::from(units.0), i128::from(quantity)));
    let again = price.checked_mul_whole(quantity)?.rounded(decimals);
    (again == units).then_some(price)
}

/// Splits an amount by weights, to the unit: the last one with a weight takes the rest.
pub(super) fn shares(amount: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        let mut all = vec![0; weights.len()];
        if let Some(last) = all.last_mut() {
            *last = amount;
        }
        return all;
    }
    let mut left = amount;
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| {
            let part = divided(i128::from(amount) * i128::from(*weight), total);
            left = left.saturating_sub(part);
            part
        })
        .collect();
    if let Some(last) = weights.iter().rposition(|weight| *weight != 0)
        && let Some(part) = parts.get_mut(last)
    {
        *part = part.saturating_add(left);
    }
    parts
}

/// Makes the nets add up to `sum`: the largest one takes what is missing.
pub(super) fn settle(nets: &mut [&mut i64], sum: i64) {
    let missing = nets.iter().fold(sum, |left, net| left.saturating_sub(**net));
    if let Some(largest) = nets.iter_mut().max_by_key(|net| net.unsigned_abs()) {
        **largest = largest.saturating_add(missing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(percent: i32) -> Decimal {
        Decimal::from_whole(percent)
    }

    #[test]
    fn a_base_and_its_tax_are_what_the_buyer_pays_or_one_unit_off() {
        let mut exact = 0;
        for gross in -2_000..20_000 {
            for percent in [0, 7, 19, 25] {
                let base = base_of(gross, rate(percent));
                let off = (base + tax_of(base, rate(percent))).abs_diff(gross);
                assert!(off <= 1, "{gross} at {percent} %: {base}");
                exact += usize::from(off == 0);
            }
        }
        assert!(exact > 70_000, "{exact}");
        assert_eq!((base_of(5_990, rate(19)), base_of(119, rate(19))), (5_034, 100));
    }

    #[test]
    fn shares_lose_nothing() {
        for amount in [-1_000, -1, 0, 1, 1_000] {
            for weights in [&[1, 1, 1][..], &[5_990, 1_498], &[0, 7, 0], &[0, 0], &[3]] {
                assert_eq!(shares(amount, weights).iter().sum::<i64>(), amount, "{amount} by {weights:?}");
            }
        }
        assert_eq!(shares(-1_000, &[6_480, 1_498]), [-812, -188]);
        assert_eq!(shares(100, &[1, 0]), [100, 0], "nothing for who has no weight");
    }

    #[test]
    fn a_price_of_pieces_is_exact_or_none() {
        assert_eq!(net_price(5_034, 2, 2), Some(Decimal(251_700)));
        assert_eq!(net_price(1_000, 3, 2), Some(Decimal(33_333)));
        assert_eq!(net_price(1_000, 999, 2), None, "too many pieces for four decimals");
    }
}
