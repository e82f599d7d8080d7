//! What a channel changed about an order between two readings.

use super::{Address, ChannelOrder, OrderLine};

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

impl Difference {
    fn of_order(what: impl Into<String>, old: Option<String>, new: Option<String>) -> Option<Difference> {
        (old != new).then(|| Difference { what: what.into(), line_id: None, old, new })
    }

    fn of_line(line: &OrderLine, what: &str, old: Option<String>, new: Option<String>) -> Option<Difference> {
        (old != new).then(|| Difference { what: what.to_owned(), line_id: Some(line.line_id.clone()), old, new })
    }
}

/// What differs. Payment and status are not among it: they are steps of the order, not corrections.
pub(crate) fn differences(old: &ChannelOrder, new: &ChannelOrder) -> Vec<Difference> {
    let amount = |amount: crate::domain::Decimal| Some(amount.to_string());
    let mut found = Vec::new();
    found.extend(Difference::of_order("shipping_charge", amount(old.shipping_charge), amount(new.shipping_charge)));
    found.extend(Difference::of_order("cash_on_delivery_charge", amount(old.cash_on_delivery_charge), amount(new.cash_on_delivery_charge)));
    found.extend(Difference::of_order("payment_method_charge", amount(old.payment_method_charge), amount(new.payment_method_charge)));
    found.extend(Difference::of_order("coupon_amount", amount(old.coupon_amount), amount(new.coupon_amount)));
    found.extend(Difference::of_order("currency_code_iso", Some(old.currency.clone()), Some(new.currency.clone())));
    found.extend(Difference::of_order("payment_method_identifier", old.payment_method.clone(), new.payment_method.clone()));
    found.extend(Difference::of_order("note", old.note.clone(), new.note.clone()));
    found.extend(Difference::of_order("customer/email", old.buyer.email.clone(), new.buyer.email.clone()));
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
    found
}

fn of_address(name: &str, old: &Address, new: &Address) -> impl Iterator<Item = Difference> {
    let pairs: Vec<_> = old.fields().into_iter().zip(new.fields()).collect();
    pairs.into_iter().filter_map(move |((field, old), (_, new))| Difference::of_order(format!("{name}/{field}"), old, new))
}

fn of_lines(old: &OrderLine, new: &OrderLine) -> impl Iterator<Item = Difference> {
    let rate = |line: &OrderLine| line.tax_rate.map(|rate| rate.to_string());
    [
        Difference::of_line(new, "quantity", Some(old.quantity.to_string()), Some(new.quantity.to_string())),
        Difference::of_line(new, "cancelled_quantity", Some(old.cancelled.to_string()), Some(new.cancelled.to_string())),
        Difference::of_line(new, "price", Some(old.unit_price.to_string()), Some(new.unit_price.to_string())),
        Difference::of_line(new, "tax_rate", rate(old), rate(new)),
        Difference::of_line(new, "identifier", Some(old.title.clone()), Some(new.title.clone())),
        Difference::of_line(new, "internal_item_number", old.sku.clone(), new.sku.clone()),
    ]
    .into_iter()
    .flatten()
}
