//! Coupons: what a buyer saves with a code, and when it counts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::{Scalar, Shown};
use super::{Currency, Decimal, Failure, Worded, code};

/// What a coupon gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CouponKind {
    Percent,
    Amount,
    FreeShipping,
}

impl Scalar for CouponKind {
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }
}

crate::document! {
    ($)
    /// A coupon.
    Coupon, CouponUpdate, coupon_fields {
        /// Name for people.
        name: Option<String>,
        kind: Option<CouponKind>,
        /// Percent or amount, as the kind says.
        value: Option<Decimal>,
        /// Of the amount and of the minimum order value, ISO 4217.
        currency_code_iso: Option<String>,
        valid_from: Option<NaiveDate>,
        /// The last day on which it counts.
        valid_to: Option<NaiveDate>,
        minimum_order_value: Option<Decimal>,
        /// How often it counts in all; unset: without limit.
        usage_limit: Option<i32>,
        usage_limit_per_customer: Option<i32>,
        /// Unset: yes.
        active: Option<bool>,
    }
}

const HUNDRED: Decimal = Decimal(1_000_000);

impl Coupon {
    /// Whether it says what it gives, and nothing that cannot be.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let value = || self.value.ok_or_else(|| Failure::missing("value"));
        match self.kind.ok_or_else(|| Failure::missing("kind"))? {
            CouponKind::Percent => within(value()?, HUNDRED, "value")?,
            CouponKind::Amount => within(value()?, Decimal(i64::MAX), "value")?,
            // A value says nothing here; that of another kind is cleared or zero.
            CouponKind::FreeShipping => {
                if let Some(value) = self.value.filter(|value| value.0 < 0) {
                    return Err(Failure::quoting(code::OUT_OF_RANGE, [&value.to_string(), &Worded::at_least(0)]).within("value"));
                }
            }
        }
        if let Some(least) = self.minimum_order_value {
            within(least, Decimal(i64::MAX), "minimum_order_value")?;
        }
        self.check_money()?;
        for (limit, field) in [(self.usage_limit, "usage_limit"), (self.usage_limit_per_customer, "usage_limit_per_customer")] {
            if let Some(limit) = limit.filter(|limit| *limit < 1) {
                return Err(Failure::quoting(code::OUT_OF_RANGE, [&limit, &Worded::at_least(1)]).within(field));
            }
        }
        match (self.valid_from, self.valid_to) {
            (Some(from), Some(to)) if from > to => {
                Err(Failure::quoting(code::OUT_OF_RANGE, [&to.to_string(), &Worded::at_least(from)]).within("valid_to"))
            }
            _ => Ok(()),
        }
    }

    /// It does not count any more, on this day and later.
    pub(crate) fn has_ended(&self, today: NaiveDate) -> bool {
        self.active == Some(false) || self.valid_to.is_some_and(|last| last < today)
    }

    /// Amounts need a currency, and have no more decimals than it.
    fn check_money(&self) -> Result<(), Failure> {
        let amount = self.value.filter(|_| self.kind == Some(CouponKind::Amount));
        let amounts = [(amount, "value"), (self.minimum_order_value, "minimum_order_value")];
        let Some(sent) = self.currency_code_iso.as_deref() else {
            let is_needed = amounts.iter().any(|(amount, _)| amount.is_some());
            return if is_needed { Err(Failure::missing("currency_code_iso")) } else { Ok(()) };
        };
        let currency = Currency::read(sent).map_err(|failure| failure.within("currency_code_iso"))?;
        let decimals = currency.decimals();
        for (amount, field) in amounts {
            if let Some(amount) = amount.filter(|amount| amount.rounded(decimals) != *amount) {
                let exact = Worded::of(
                    format!("the amounts in {currency} (at most {decimals} decimals)"),
                    format!("den Beträgen in {currency} (höchstens {decimals} Nachkommastellen)"),
                );
                return Err(Failure::quoting(code::OUT_OF_RANGE, [&amount.to_string(), &exact]).within(field));
            }
        }
        Ok(())
    }
}

/// Above zero, and at most so much.
fn within(value: Decimal, most: Decimal, field: &'static str) -> Result<(), Failure> {
    if value.0 > 0 && value <= most {
        return Ok(());
    }
    let range = if most == HUNDRED { Worded::range("0.0001", most.to_string()) } else { Worded::at_least("0.0001") };
    Err(Failure::quoting(code::OUT_OF_RANGE, [&value.to_string(), &range]).within(field))
}

#[cfg(test)]
mod tests {
    use super::{Coupon, CouponKind};
    use crate::domain::{Decimal, Reader};

    fn fault(coupon: Coupon) -> String {
        coupon.check().err().map(|failure| format!("{} {}", failure.place_text(Reader::ADMIN), failure.return_code())).unwrap_or_default()
    }

    #[test]
    fn a_coupon_says_what_it_gives_and_nothing_impossible() {
        let percent = |value| Coupon { kind: Some(CouponKind::Percent), value: Some(Decimal(value)), ..Coupon::default() };
        let amount = |currency: Option<&str>| Coupon {
            kind: Some(CouponKind::Amount),
            value: Some(Decimal(50_000)),
            currency_code_iso: currency.map(str::to_owned),
            ..Coupon::default()
        };
        let day = |text: &str| Some(text.parse().unwrap());
        let cases = [
            (percent(100_000), ""),
            (percent(1_000_000), ""),
            (percent(1_000_001), "value -3010"),
            (percent(0), "value -3010"),
            (Coupon { value: None, ..percent(1) }, " -3001"),
            (Coupon::default(), " -3001"),
            (amount(Some("EUR")), ""),
            (amount(None), " -3001"),
            (amount(Some("Euro")), "currency_code_iso -3007"),
            (Coupon { minimum_order_value: Some(Decimal(1)), ..percent(1) }, " -3001"),
            (Coupon { minimum_order_value: Some(Decimal(-1)), ..amount(Some("EUR")) }, "minimum_order_value -3010"),
            (Coupon { usage_limit: Some(0), ..percent(1) }, "usage_limit -3010"),
            (Coupon { usage_limit_per_customer: Some(-1), ..percent(1) }, "usage_limit_per_customer -3010"),
            (Coupon { valid_from: day("2026-02-02"), valid_to: day("2026-02-01"), ..percent(1) }, "valid_to -3010"),
            (Coupon { valid_from: day("2026-02-02"), valid_to: day("2026-02-02"), ..percent(1) }, ""),
            (Coupon { kind: Some(CouponKind::FreeShipping), ..Coupon::default() }, ""),
            (Coupon { kind: Some(CouponKind::FreeShipping), ..percent(0) }, ""),
            (Coupon { kind: Some(CouponKind::FreeShipping), ..percent(-50_000) }, "value -3010"),
            (Coupon { currency_code_iso: Some("ZZZ".into()), ..percent(1) }, "currency_code_iso -3007"),
            (Coupon { value: Some(Decimal(50_050)), ..amount(Some("EUR")) }, "value -3010"),
            (Coupon { value: Some(Decimal(55_000)), ..amount(Some("EUR")) }, ""),
            (Coupon { value: Some(Decimal(55_000)), ..amount(Some("JPY")) }, "value -3010"),
            (Coupon { minimum_order_value: Some(Decimal(5)), ..amount(Some("EUR")) }, "minimum_order_value -3010"),
            (Coupon { currency_code_iso: Some("JPY".into()), ..percent(335_000) }, ""),
        ];
        for (coupon, expected) in cases {
            assert_eq!(fault(coupon.clone()), expected, "{coupon:?}");
        }
    }
}
