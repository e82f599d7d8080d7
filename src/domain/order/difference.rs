//! What a channel changed about an order between two readings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde::Serialize;

use super::{Address, ChannelOrder, OrderLine, Totals};
use crate::domain::Decimal;

/// One value that a channel changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The field, in the words of `fetchOrders`; of an address with its name before it.
    pub what: String,
    /// The channel's id of the line; missing where the difference is about the order.
    pub line_id: Option<String>,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// A line that is new or gone is a difference of its `order_item`, with the number of pieces.
pub(crate) const LINE: &str = "order_item";
const TOTAL: &str = "total_amount";
pub(crate) const TAXES: &str = "taxes/tax";
/// Coupons of one code; the values are lists of [`super::Coupon`] in JSON, as those of [`TAXES`] are of [`super::TaxShare`].
pub(crate) const COUPONS: &str = "coupons/coupon";
/// Cancelled pieces of a line.
pub(crate) const CANCELLED: &str = "cancelled_quantity";
/// Pieces of a line that came back.
pub(crate) const RETURNED: &str = "returned_quantity";
/// Pieces of a line whose money went back.
pub(crate) const REFUNDED: &str = "refunded_quantity";
/// Money of the order that went back.
pub(crate) const REFUNDED_AMOUNT: &str = "refunded_amount";

impl Difference {
    fn of_order(what: impl Into<String>, old: Option<String>, new: Option<String>) -> Option<Difference> {
        (old != new).then(|| Difference { what: what.into(), line_id: None, old, new })
    }

    pub(crate) fn of_line(line: &OrderLine, what: &str, old: Option<String>, new: Option<String>) -> Option<Difference> {
        (old != new).then(|| Difference { what: what.to_owned(), line_id: Some(line.line_id.clone()), old, new })
    }
}

/// What differs. Payment and status are not among it: they are steps of the order, not corrections.
pub(crate) fn differences(old: &ChannelOrder, new: &ChannelOrder) -> Vec<Difference> {
    let amount = |amount: Decimal| Some(amount.to_string());
    let mut found = Vec::new();
    found.extend(Difference::of_order("shipping_charge", amount(old.shipping_charge), amount(new.shipping_charge)));
    found.extend(Difference::of_order("cash_on_delivery_charge", amount(old.cash_on_delivery_charge), amount(new.cash_on_delivery_charge)));
    found.extend(Difference::of_order("payment_method_charge", amount(old.payment_method_charge), amount(new.payment_method_charge)));
    found.extend(Difference::of_order("coupon_amount", amount(old.coupon_amount), amount(new.coupon_amount)));
    found.extend(of_totals(&old.totals, &new.totals));
    let contain = |order: &ChannelOrder| Some(order.price_type.word().to_owned());
    found.extend(Difference::of_order("price_type_identifier", contain(old), contain(new)));
    found.extend(Difference::of_order("currency_code_iso", Some(old.currency.clone()), Some(new.currency.clone())));
    found.extend(Difference::of_order("payment_method_identifier", old.payment_method.clone(), new.payment_method.clone()));
    found.extend(Difference::of_order("note", old.note.clone(), new.note.clone()));
    found.extend(Difference::of_order("customer/email", old.buyer.email.clone(), new.buyer.email.clone()));
    let number = |order: &ChannelOrder| order.buyer.tax_identification_number.clone();
    found.extend(Difference::of_order("tax_identification_number", number(old), number(new)));
    for ((what, old), (_, new)) in old.delivery.texts().zip(new.delivery.texts()) {
        found.extend(Difference::of_order(what, old.cloned(), new.cloned()));
    }
    for ((what, old), (_, new)) in old.delivery.times().zip(new.delivery.times()) {
        found.extend(Difference::of_order(what, old.map(DateTime::to_rfc3339), new.map(DateTime::to_rfc3339)));
    }
    found.extend(of_address("invoice_address", &old.invoice_address, &new.invoice_address));
    found.extend(of_address("delivery_address", &old.delivery_address, &new.delivery_address));
    for line in &new.lines {
        match old.line(&line.line_id) {
            Some(before) => found.extend(of_lines(before, line)),
            None => found.extend(Difference::of_line(line, LINE, None, Some(line.quantity.to_string()))),
        }
    }
    for line in old.lines.iter().filter(|line| new.line(&line.line_id).is_none()) {
        found.extend(Difference::of_line(line, LINE, Some(line.quantity.to_string()), None));
    }
    found.extend(of_refunds(old, new));
    found
}

/// Amounts one by one; coupons by their code, and taxes by their rate.
fn of_totals(old: &Totals, new: &Totals) -> Vec<Difference> {
    let mut found = Vec::new();
    for ((what, old), (_, new)) in old.amounts().zip(new.amounts()) {
        found.extend(Difference::of_order(what, old.map(ToString::to_string), new.map(ToString::to_string)));
    }
    let coupons = |totals: &Totals| by_name(&totals.coupons, |coupon| coupon.code.clone().unwrap_or_default());
    found.extend(of_lists(COUPONS, &coupons(old), &coupons(new)));
    let taxes = |totals: &Totals| by_name(&totals.taxes, |share| share.tax_rate.to_string());
    found.extend(of_lists(TAXES, &taxes(old), &taxes(new)));
    found
}

/// Entries by their name, as JSON; those with the same one together.
fn by_name<T: Serialize>(entries: &[T], name: impl Fn(&T) -> String) -> BTreeMap<String, String> {
    let mut named: BTreeMap<String, Vec<&T>> = BTreeMap::new();
    for entry in entries {
        named.entry(name(entry)).or_default().push(entry);
    }
    named.into_iter().map(|(name, entries)| (name, serde_json::to_string(&entries).unwrap_or_default())).collect()
}

fn of_lists(what: &str, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Difference> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter_map(|name| Difference::of_order(what, old.get(name).cloned(), new.get(name).cloned())).collect()
}

/// Money that went back: pieces by line, and the sum of the order.
fn of_refunds(old: &ChannelOrder, new: &ChannelOrder) -> Vec<Difference> {
    let (before, now) = (old.refunded_pieces(), new.refunded_pieces());
    let pieces = |of: &BTreeMap<&str, i32>, line: &OrderLine| Some(of.get(&*line.line_id).copied().unwrap_or_default().to_string());
    let of_lines = new.lines.iter().map(|line| Difference::of_line(line, REFUNDED, pieces(&before, line), pieces(&now, line)));
    let mut found: Vec<Difference> = of_lines.flatten().collect();
    let amount = |order: &ChannelOrder| order.refunded_amount().map(|amount| amount.to_string());
    found.extend(Difference::of_order(REFUNDED_AMOUNT, amount(old), amount(new)));
    found
}

impl Difference {
    /// It follows from what else changed: a sum or a tax.
    pub(crate) fn is_sum(&self) -> bool {
        let what = &*self.what;
        what == TOTAL || what == TAXES || what.ends_with("tax_amount")
    }
}

fn of_address(name: &str, old: &Address, new: &Address) -> impl Iterator<Item = Difference> {
    let pairs: Vec<_> = old.fields().into_iter().zip(new.fields()).collect();
    pairs.into_iter().filter_map(move |((field, old), (_, new))| Difference::of_order(format!("{name}/{field}"), old, new))
}

fn of_lines(old: &OrderLine, new: &OrderLine) -> impl Iterator<Item = Difference> {
    let rate = |line: &OrderLine| line.tax_rate.map(|rate| rate.to_string());
    let amount = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
    [
        Difference::of_line(new, "quantity", Some(old.quantity.to_string()), Some(new.quantity.to_string())),
        Difference::of_line(new, CANCELLED, Some(old.cancelled.to_string()), Some(new.cancelled.to_string())),
        Difference::of_line(new, RETURNED, Some(old.returned.to_string()), Some(new.returned.to_string())),
        Difference::of_line(new, "price", Some(old.unit_price.to_string()), Some(new.unit_price.to_string())),
        Difference::of_line(new, "tax_rate", rate(old), rate(new)),
        Difference::of_line(new, TOTAL, amount(old.total_amount), amount(new.total_amount)),
        Difference::of_line(new, "tax_amount", amount(old.tax_amount), amount(new.tax_amount)),
        Difference::of_line(new, "identifier", Some(old.title.clone()), Some(new.title.clone())),
        Difference::of_line(new, "internal_item_number", old.sku.clone(), new.sku.clone()),
    ]
    .into_iter()
    .flatten()
}
