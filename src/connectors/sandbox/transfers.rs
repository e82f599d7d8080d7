//! Customers, coupons, messages and disputes that Kontor transfers to the shop.

use std::collections::btree_map::Entry;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::{CouponRecord, CustomerRecord, Outcome, Record, Transfer};
use super::can::Can;
use super::shop::{Shop, ShopCoupon, ShopCustomer};
use crate::domain::coupon::Coupon as CouponDocument;
use crate::domain::message::{Message, channel};

impl Shop {
    /// Takes a record as it is now.
    pub(crate) fn transfer(&mut self, transfer: &Transfer, can: &Can, now: DateTime<Utc>) -> Outcome {
        let name = match &transfer.record {
            Record::Customer(customer) => &customer.key,
            Record::Coupon(coupon) => &coupon.code,
            Record::Message(message) => &message.key,
            Record::Dispute(dispute) => &dispute.key,
        };
        if let Some(outcome) = self.faults.row(name) {
            return outcome;
        }
        if let Record::Coupon(coupon) = &transfer.record
            && let Some(refused) = strange_currency(coupon, can)
        {
            return Outcome::Refused(refused);
        }
        self.changed();
        let number = match &transfer.record {
            Record::Customer(customer) => self.take_customer(customer),
            Record::Coupon(coupon) => self.take_coupon(transfer.external_number.as_deref(), coupon),
            Record::Message(message) => match self.take_message(transfer.external_number.as_deref(), message, now) {
                Ok(number) => number,
                Err(missing) => return Outcome::Refused(channel::order_unknown(&missing)),
            },
            Record::Dispute(dispute) => match self.take_dispute(dispute, now) {
                Ok(number) => number,
                Err(missing) => return Outcome::Refused(channel::order_unknown(&missing)),
            },
        };
        Outcome::Done { external_number: Some(number), url: None, messages: Vec::new() }
    }

    fn take_customer(&mut self, sent: &CustomerRecord) -> String {
        let updates = self.customers.get(&sent.key).map_or(0, |known| known.updates).saturating_add(1);
        let customer = ShopCustomer {
            email: sent.email.clone(),
            group: sent.group.clone(),
            customer: sent.customer.clone(),
            addresses: sent.addresses.iter().map(|(_, address)| address.clone()).collect(),
            updates,
        };
        self.customers.insert(sent.key.clone(), customer);
        sent.key.clone()
    }

    /// Found by its number or, where the answer to the first call was lost, by its code.
    fn take_coupon(&mut self, number: Option<&str>, sent: &CouponRecord) -> String {
        let by_number = number.and_then(|number| number.parse::<u64>().ok()).filter(|number| self.coupons.contains_key(number));
        let by_code = || self.coupons.iter().find(|(_, known)| known.code == sent.code).map(|(number, _)| *number);
        let next = self.coupons.keys().next_back().map_or(1, |last| last.saturating_add(1));
        let number = by_number.or_else(by_code).unwrap_or(next);
        let coupon = ShopCoupon {
            code: sent.code.clone(),
            active: sent.coupon.active != Some(false),
            from: sent.from.map(|time| time.to_rfc3339()),
            until: sent.until.map(|time| time.to_rfc3339()),
            coupon: sent.coupon.clone(),
            updates: 1,
        };
        match self.coupons.entry(number) {
            Entry::Vacant(place) => {
                place.insert(coupon);
            }
            Entry::Occupied(mut place) => {
                let updates = place.get().updates.saturating_add(1);
                place.insert(ShopCoupon { updates, ..coupon });
            }
        }
        number.to_string()
    }
}

/// A coupon over money that the shop does not sell for.
fn strange_currency(sent: &CouponRecord, can: &Can) -> Option<Message> {
    let code = sent.coupon.currency_code_iso.as_deref()?;
    let known: Vec<&str> = can.currencies.iter().map(|currency| currency.code()).collect();
    (!known.is_empty() && !known.contains(&code)).then(|| channel::currency_differs(code, known.join(", ")))
}

impl ShopCoupon {
    /// The coupon with its amounts as people write them.
    pub(super) fn shown(&self) -> Value {
        let mut shown = json!(self);
        let CouponDocument { value, minimum_order_value, .. } = &self.coupon;
        for (name, amount) in [("value", value), ("minimum_order_value", minimum_order_value)] {
            if let (Some(amount), Some(place)) = (amount, shown.pointer_mut(&format!("/coupon/{name}"))) {
                *place = json!(amount.to_string());
            }
        }
        shown
    }
}
