//! Records that are transferred to channels beside offers and orders.

use super::Reader;
use super::numbered::numbered;

numbered! {
    /// What is transferred.
    pub enum TransferKind {
        Customer = 0, "customer";
        Coupon = 1, "coupon";
    }
}

impl TransferKind {
    /// One of them, for people.
    pub(crate) fn one(self, reader: Reader) -> &'static str {
        match self {
            TransferKind::Customer => reader.choose("customer", "Kunde"),
            TransferKind::Coupon => reader.choose("coupon", "Gutschein"),
        }
    }

    /// Several of them.
    pub(crate) fn several(self, reader: Reader) -> &'static str {
        match self {
            TransferKind::Customer => reader.choose("customers", "Kunden"),
            TransferKind::Coupon => reader.choose("coupons", "Gutscheine"),
        }
    }
}
