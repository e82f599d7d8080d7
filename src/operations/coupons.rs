//! Coupons: `updateCoupons` (`order-calls.md` 14; the form is inferred) and our own `fetchCoupons`.

use crate::domain::Failure;
use crate::domain::coupon::{Coupon, CouponKind, CouponUpdate, coupon_fields};
use crate::domain::{Decimal, MandatorId};
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::{Day, Patch};
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a coupon.
    CouponKey {
        /// What the buyer enters.
        Code = "code",
        /// Kontor's number.
        Id = "coupon_id",
        /// The ERP's own number.
        External = "external_id",
    }

    /// What a coupon gives.
    CouponKind (domain) {
        /// A part of the price in percent.
        Percent = "percent",
        /// An amount of money.
        Amount = "amount",
        /// No shipping costs.
        FreeShipping = "free_shipping",
    }
}

wire! {
    /// A coupon. In an update a missing field keeps what is stored, an empty one clears it.
    CouponRecord {
        /// Which field identifies the record. Default CODE.
        significant_key: Option<CouponKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the coupon.
        coupon_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// What the buyer enters, unique in the mandator. Needed for a new coupon.
        code: Option<String> [max(50), key],
        /// The ERP's own number; empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name for people.
        name: Patch<String> [max(200)],
        /// What it gives. Needed for a new coupon.
        kind: Patch<CouponKind>,
        /// Percent up to 100, or an amount; not needed for FREE_SHIPPING.
        value: Patch<Decimal>,
        /// Currency of the amount and of the minimum order value, ISO 4217.
        currency_code_iso: Patch<String>,
        /// First day on which it counts; empty: at once.
        valid_from: Patch<Day>,
        /// Last day on which it counts; empty: without end.
        valid_to: Patch<Day>,
        /// Value of the order from which it counts.
        minimum_order_value: Patch<Decimal>,
        /// How often it counts in all; empty: without limit.
        usage_limit: Patch<i32>,
        /// How often it counts for one customer; empty: without limit.
        usage_limit_per_customer: Patch<i32>,
        /// false: it does not count. Default true.
        active: Patch<bool>,
    }
}

impl LookUp for CouponRecord {
    look_up_columns!(coupon_id, code, external_id);
    look_up_document!(Coupon, CouponUpdate, coupon_fields, { coupon_id code external_id });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            CouponKey::Code => By::Name,
            CouponKey::Id => By::Id,
            CouponKey::External => By::ExternalId,
        }
    }

    fn check_document(document: &Coupon) -> Result<(), Failure> {
        document.check()
    }
}

look_up! {
    CouponRecord, id: coupon_id, name: code, external: external_id;
    records: coupons as "coupon", report: CouponReport { coupon };
    FetchCoupons("fetchCoupons", "Reads the coupons that updateCoupons stored.", CouponFilter, FetchCouponsRequest,
        FetchCouponsResult, coupons_per_page);
    UpdateCoupons("updateCoupons", "Creates and changes coupons.", UpdateCouponsRequest, UpdateCouponsResult);
}
