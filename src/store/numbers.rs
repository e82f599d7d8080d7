//! Numbers that records bring along: kept where nobody has them.

use diesel::prelude::*;

use super::{Conn, Tx, counter, set_counter};
use crate::domain::Failure;
use crate::on;

/// A number beyond this is not kept: the counter goes on behind it, and needs room.
const HIGHEST: i32 = 2_000_000_000;

/// Whose number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    /// The counter that new ones come from.
    pub(crate) counter: &'static str,
    taken: fn(&mut Conn<'_>, i32) -> Result<bool, Failure>,
}

macro_rules! numbers {
    ($($name:ident: $counter:literal in $table:ident;)*) => { $(
        pub(crate) const $name: Number = Number {
            counter: $counter,
            taken: |conn, id| {
                let there: i64 = on!(conn, c => super::schema::$table::table.find(id).count().get_result(c))?;
                Ok(there > 0)
            },
        };
    )* };
}

impl Number {
    numbers! {
        DELIVERY_TIME: "delivery time" in delivery_times;
        DELIVERY_CHARGE: "delivery charge category" in delivery_charge_categories;
        TEXT_TYPE: "text module type" in text_module_types;
        IMAGE_TYPE: "image module type" in image_module_types;
        TEMPLATE: "template" in templates;
        CUSTOMER_GROUP: "customer group" in customer_groups;
        COUPON: "coupon" in coupons;
        MANUFACTURER: "manufacturer" in manufacturers;
        BRANCH: "branch" in branches;
        ATTRIBUTE: "attribute" in attributes;
        ATTRIBUTE_SET: "attribute set" in attribute_sets;
        VARIANT_ATTRIBUTE: "variant attribute" in variant_attributes;
        EPA_ASSEMBLY: "epa assembly" in epa_assemblies;
        EPA_BOM: "epa bom" in epa_boms;
        CATEGORY: "category" in categories;
        ACCOUNT_CATEGORY: "account category" in account_categories;
        ITEM: "item" in items;
        PRICELIST: "pricelist" in pricelists;
        MEDIA: "media" in media;
        OFFER: "offer" in offers;
        CUSTOMER: "customer" in customers;
        CUSTOMER_ADDRESS: "customer_address" in customer_addresses;
        ORDER: "order" in orders;
        ORDER_ITEM: "order_item" in order_items;
        PACKET: "packet" in order_packets;
        ORDER_NOTICE: "order_notice" in order_notices;
        ORDER_CHANGE: "order_change" in order_changes;
        CANCELLATION_REQUEST: "cancellation_request" in cancellation_requests;
        CREDIT_ENTRY: "credit_entry" in credit_entries;
        DOCUMENT: "document" in order_documents;
        PAYMENT: "payment" in payments;
        LABEL: "label" in shipping_labels;
        CONTACT: "contact" in contacts;
    }

    /// Values have no table of their own: they are in the documents of their attributes.
    pub(crate) const ATTRIBUTE_VALUE: Number = Number {
        counter: "attribute value",
        taken: |conn, id| {
            let data = super::schema::attributes::data;
            let found: i64 = on!(conn, c => super::schema::attributes::table.filter(data.like(value_pattern(id))).count().get_result(c))?;
            Ok(found > 0)
        },
    };
    pub(crate) const VARIANT_VALUE: Number = Number {
        counter: "variant attribute value",
        taken: |conn, id| {
            let data = super::schema::variant_attributes::data;
            let found: i64 =
                on!(conn, c => super::schema::variant_attributes::table.filter(data.like(value_pattern(id))).count().get_result(c))?;
            Ok(found > 0)
        },
    };

    /// Runs what takes a new number, and has it take this one if nobody has it. The counter never goes back.
    pub(crate) fn wished<T>(
        self,
        tx: &mut Tx<'_>,
        wish: Option<i32>,
        take: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let before = counter(&mut tx.conn, self.counter)?;
        let wish = match wish {
            Some(wish @ 1..=HIGHEST) if !(self.taken)(&mut tx.conn, wish)? => Some(wish),
            _ => None,
        };
        let Some(wish) = wish else { return take(tx) };
        set_counter(tx, self.counter, wish.saturating_sub(1))?;
        let done = take(tx);
        let after = counter(&mut tx.conn, self.counter)?.unwrap_or_default();
        set_counter(tx, self.counter, if after < wish { before.unwrap_or_default() } else { after.max(before.unwrap_or_default()) })?;
        done
    }

    /// This number if nobody has it, else the next one.
    pub(crate) fn take(self, tx: &mut Tx<'_>, wish: Option<i32>) -> Result<i32, Failure> {
        self.wished(tx, wish, |tx| super::next_id(tx, self.counter))
    }
}

/// As a list of values is written in JSON; quotes inside of texts are escaped there.
fn value_pattern(id: i32) -> String {
    format!("%{{\"id\":{id},\"identifier\":%")
}

/// Has the next number of a counter lie behind one that was brought along; `start`: the last number before the first.
pub(crate) fn go_behind(tx: &mut Tx<'_>, counter_name: &str, start: i32, number: i32) -> Result<(), Failure> {
    let last = counter(&mut tx.conn, counter_name)?.unwrap_or(start);
    if (last..=HIGHEST).contains(&number) {
        set_counter(tx, counter_name, number)?;
    }
    Ok(())
}
