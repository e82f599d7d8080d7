//! What a channel changed in an order that the ERP had taken over, as `fetchOrders` lists it.

use chrono::DateTime;
use serde::de::DeserializeOwned;

use super::{OrderCoupon, OrderTax};
use crate::config::Mandator;
use crate::domain::order::{COUPONS, Coupon, Delivery, TAXES, TaxShare};
use crate::domain::{Face, OrderId, OrderItemId, Stamp};
use crate::operations::wire::{FieldSpec, Source, Time, Value};
use crate::store::orders::OrderChangeRow;
use crate::wire;

wire! {
    /// A change by the channel.
    OrderChange {
        /// Its number, for accepted_change_id of updateOrders.
        order_change_id: i32,
        /// When Kontor saw it.
        changed_at: Time,
        /// What changed: the name of a field of the order or position, with the address before it where it is of one.
        what: String,
        /// The position; missing where the change is about the order.
        order_item_id: Option<OrderItemId>,
        /// The value before, as fetchOrders writes the field; missing where there was none.
        old_value: Option<String>,
        /// The value now; missing where there is none any more.
        new_value: Option<String>,
        /// Of coupons/coupon instead of a value: the coupons of this code before.
        old_coupons: Vec<OrderCoupon> [each("coupon")],
        /// The coupons of this code now.
        new_coupons: Vec<OrderCoupon> [each("coupon")],
        /// Of taxes/tax instead of a value: the taxes of this rate before.
        old_taxes: Vec<OrderTax> [each("tax")],
        /// The taxes of this rate now.
        new_taxes: Vec<OrderTax> [each("tax")],
    }
}

/// A change, with times in the zone of its mandator.
pub(super) fn change_of(row: OrderChangeRow, mandator: &Mandator, face: Face) -> OrderChange {
    let mut change = OrderChange {
        order_change_id: row.order_change_id,
        changed_at: Time::of(Stamp(row.changed_at), mandator.time_zone),
        what: row.what,
        order_item_id: row.order_item_id,
        ..OrderChange::default()
    };
    // Version 0.1 and the first days of the list have words there instead.
    if change.what == COUPONS
        && let (Some(old), Some(new)) = (listed::<Coupon>(row.old_value.as_deref()), listed::<Coupon>(row.new_value.as_deref()))
    {
        change.old_coupons = old.into_iter().map(OrderCoupon::of).collect();
        change.new_coupons = new.into_iter().map(OrderCoupon::of).collect();
    } else if change.what == TAXES
        && let (Some(old), Some(new)) = (listed::<TaxShare>(row.old_value.as_deref()), listed::<TaxShare>(row.new_value.as_deref()))
    {
        change.old_taxes = old.into_iter().map(OrderTax::of).collect();
        change.new_taxes = new.into_iter().map(OrderTax::of).collect();
    } else {
        let is_time = Delivery::default().times().any(|(name, _)| name == change.what);
        let written = |value: Option<String>| value.map(|value| if is_time { time(value, mandator, face) } else { value });
        change.old_value = written(row.old_value);
        change.new_value = written(row.new_value);
    }
    change
}

/// A change as another installation lists it: the other way round.
pub(super) fn taken(change: OrderChange, order_id: OrderId, mandator: &Mandator) -> OrderChangeRow {
    let json = |coupons: Vec<OrderCoupon>, taxes: Vec<OrderTax>, value: Option<String>| {
        let is_time = Delivery::default().times().any(|(name, _)| name == change.what);
        match change.what.as_str() {
            COUPONS if value.is_none() && !coupons.is_empty() => {
                serde_json::to_string(&coupons.iter().map(OrderCoupon::stored).collect::<Vec<_>>()).ok()
            }
            TAXES if value.is_none() && !taxes.is_empty() => {
                serde_json::to_string(&taxes.into_iter().map(OrderTax::stored).collect::<Vec<_>>()).ok()
            }
            _ if is_time => value.map(|value| utc(value, mandator)),
            _ => value,
        }
    };
    OrderChangeRow {
        order_change_id: change.order_change_id,
        order_id,
        changed_at: change.changed_at.stamp(mandator.time_zone).0,
        order_item_id: change.order_item_id,
        old_value: json(change.old_coupons, change.old_taxes, change.old_value),
        new_value: json(change.new_coupons, change.new_taxes, change.new_value),
        what: change.what,
    }
}

/// A time as it is kept.
fn utc(value: String, mandator: &Mandator) -> String {
    let spec = FieldSpec::new("value", "");
    let read = Time::read(Source::Attribute(&value), &spec, Face::Compat);
    read.map_or(value, |time| time.resolve(mandator.time_zone).to_rfc3339())
}

/// The entries that a value stands for; `None`: it is words.
fn listed<T: DeserializeOwned>(value: Option<&str>) -> Option<Vec<T>> {
    value.map_or(Some(Vec::new()), |json| serde_json::from_str(json).ok())
}

/// A time as the face writes those of the order.
fn time(value: String, mandator: &Mandator, face: Face) -> String {
    let Ok(time) = DateTime::parse_from_rfc3339(&value) else { return value };
    let time = Time::of(Stamp::from_utc(time.to_utc()), mandator.time_zone);
    time.text(face).map_or(value, |text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Face, OrderChangeRow, change_of};
    use crate::config::fixture::settings;
    use crate::domain::{MandatorId, OrderId};
    use crate::operations::wire::Value;

    #[test]
    fn times_are_written_as_the_face_writes_those_of_the_order() {
        let settings = settings();
        let mandator = settings.mandator(MandatorId(1)).unwrap();
        let row = |what: &str| OrderChangeRow {
            order_change_id: 1,
            order_id: OrderId(1),
            // 2026-07-01, noon in Berlin.
            changed_at: 1_782_900_000_000_000,
            what: what.into(),
            order_item_id: None,
            old_value: Some("2026-12-01T11:00:00+00:00".into()),
            new_value: None,
        };
        for face in [Face::Compat, Face::Typed] {
            let change = change_of(row("deliver_by_date"), mandator, face);
            let (seen, old) = (change.changed_at.text(face).unwrap().into_owned(), change.old_value.unwrap());
            // The compat face says the mandator's own time, the typed face the moment.
            let expected = match face {
                Face::Compat => ("12:00:00", "12:00:00"),
                Face::Typed => ("10:00:00Z", "11:00:00Z"),
            };
            assert!(seen.starts_with("2026-07-01") && seen.contains(expected.0), "{face:?} {seen}");
            assert!(old.starts_with("2026-12-01") && old.contains(expected.1), "{face:?} {old}: Berlin is an hour ahead then");
            assert_eq!(seen.len(), old.len(), "{face:?}: in one form");
            let words = change_of(row("note"), mandator, face).old_value.unwrap();
            assert_eq!(words, "2026-12-01T11:00:00+00:00", "what is no time stays as it is");
        }
    }
}
