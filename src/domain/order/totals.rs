//! What an order amounts to and how its buyer wants it delivered, in the words of its channel. What nobody said is missing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::Decimal;

/// The channel's own sums. Fields may be added, with a default and left out where they are missing: the digest of an order
/// covers them in this form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Totals {
    /// What the buyer pays for the pieces that are not cancelled, tax included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_amount: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_tax_rate: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipping_tax_amount: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cash_on_delivery_tax_rate: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cash_on_delivery_tax_amount: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_method_tax_rate: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_method_tax_amount: Option<Decimal>,
    /// The tax of the whole order, by rate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) taxes: Vec<TaxShare>,
    /// What `coupon_amount` consists of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) coupons: Vec<Coupon>,
}

/// The tax at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct TaxShare {
    /// Percent.
    pub(crate) tax_rate: Decimal,
    /// What is taxed, without the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) net_amount: Option<Decimal>,
    pub(crate) tax_amount: Decimal,
}

/// A voucher that the buyer redeemed. Its amount lowers the total.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Coupon {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    pub(crate) amount: Decimal,
    /// Of the amount, the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_amount: Option<Decimal>,
}

/// How the buyer wants the goods. Fields may be added as in [`Totals`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Delivery {
    /// The way of shipping that was chosen, as the channel names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispatch_type_identifier: Option<String>,
    /// The goods have to be with the buyer by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deliver_by_date: Option<DateTime<Utc>>,
    /// The goods have to leave by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ship_by_date: Option<DateTime<Utc>>,
    /// Number or name of a parcel locker, post office or shop where the buyer collects the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pickup_point: Option<String>,
    /// The buyer's number at the carrier that runs the pick-up point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) post_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gift_message: Option<String>,
}

macro_rules! parts {
    ($type:ident, $values:ident: $value:ty, $mutable:ident, [$($field:ident),+]) => {
        impl $type {
            /// These fields by their names in `fetchOrders`.
            pub(crate) fn $values(&self) -> impl Iterator<Item = (&'static str, Option<&$value>)> {
                [$( (stringify!($field), self.$field.as_ref()), )+].into_iter()
            }

            pub(crate) fn $mutable(&mut self) -> impl Iterator<Item = (&'static str, &mut Option<$value>)> {
                [$( (stringify!($field), &mut self.$field), )+].into_iter()
            }
        }
    };
}

parts!(
    Totals,
    amounts: Decimal,
    amounts_mut,
    [
        total_amount,
        shipping_tax_rate,
        shipping_tax_amount,
        cash_on_delivery_tax_rate,
        cash_on_delivery_tax_amount,
        payment_method_tax_rate,
        payment_method_tax_amount
    ]
);
parts!(Delivery, texts: String, texts_mut, [dispatch_type_identifier, pickup_point, post_number, gift_message]);
parts!(Delivery, times: DateTime<Utc>, times_mut, [deliver_by_date, ship_by_date]);

/// Where `old` and `new` differ, `stored` gets what fits of the new value.
pub(crate) fn follow<T: PartialEq + Clone>(stored: &mut T, old: &T, new: &T, fits: &T) {
    if old != new {
        stored.clone_from(fits);
    }
}

impl Totals {
    /// The channel says nothing of its sums.
    pub(crate) fn is_unsaid(&self) -> bool {
        *self == Totals::default()
    }

    pub(crate) fn follow(&mut self, old: &Totals, new: &Totals, fits: &Totals) {
        let values = old.amounts().zip(new.amounts()).zip(fits.amounts());
        for ((_, stored), (((_, old), (_, new)), (_, fits))) in self.amounts_mut().zip(values) {
            follow(stored, &old.copied(), &new.copied(), &fits.copied());
        }
        follow(&mut self.taxes, &old.taxes, &new.taxes, &fits.taxes);
        follow(&mut self.coupons, &old.coupons, &new.coupons, &fits.coupons);
    }
}

impl Delivery {
    /// The channel says nothing of the delivery.
    pub(crate) fn is_unsaid(&self) -> bool {
        *self == Delivery::default()
    }

    pub(crate) fn follow(&mut self, old: &Delivery, new: &Delivery, fits: &Delivery) {
        let texts = old.texts().zip(new.texts()).zip(fits.texts());
        for ((_, stored), (((_, old), (_, new)), (_, fits))) in self.texts_mut().zip(texts) {
            follow(stored, &old.cloned(), &new.cloned(), &fits.cloned());
        }
        let times = old.times().zip(new.times());
        for ((_, stored), ((_, old), (_, new))) in self.times_mut().zip(times) {
            follow(stored, &old.copied(), &new.copied(), &new.copied());
        }
    }
}
