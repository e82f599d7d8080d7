//! A channel's order in a form that the contract and both databases can hold. Pure.

use std::collections::BTreeSet;

use super::{Address, Buyer, ChannelOrder, LinePieces, OrderLine};
use crate::domain::{Decimal, limits};

/// What a channel says, made to fit.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Texts at their full length, without characters that XML forbids; numbers that can be; an id of its own for each line.
    /// Readings are compared in this form.
    pub whole: ChannelOrder,
    /// The same, with texts as long as the contract allows: what is stored for the ERP.
    pub order: ChannelOrder,
    /// What the channel says differently: the field in the words of `fetchOrders`, and the channel's value.
    pub changed: BTreeSet<(String, String)>,
}

/// What may be done to a text.
#[derive(Clone, Copy)]
enum Form {
    Text,
    AtMost(u32),
    /// It names something, so two that differ stay different.
    Key(u32),
}

impl ChannelOrder {
    /// The order as it can be stored.
    pub fn fitted(&self) -> Fitted {
        let mut changed = BTreeSet::new();
        let mut replace = |name: &str, value: &mut String, fits: String| {
            if *value != fits {
                changed.insert((name.to_owned(), std::mem::replace(value, fits)));
            }
        };
        let mut whole = self.clone();
        each_text(&mut whole, |name, text, form| {
            let fits = match form {
                Form::Key(most) => limits::key(text, most),
                Form::Text | Form::AtMost(_) => limits::printable(text),
            };
            let fits = fits.into_owned();
            replace(name, text, fits);
        });
        name_lines(&mut whole.lines, |text, fits| replace("order_items/marketplace_order_item_id", text, fits));
        once(&mut whole.cancellation_requests, |request| &mut request.request_id);
        once(&mut whole.refunds, |refund| &mut refund.refund_id);
        let mut order = whole.clone();
        each_text(&mut order, |name, text, form| {
            if let Form::AtMost(most) = form {
                let fits = limits::cut(text, most).into_owned();
                replace(name, text, fits);
            }
        });
        for fitting in [&mut whole, &mut order] {
            each_number(fitting, |name, said| {
                changed.insert((name.to_owned(), said));
            });
        }
        Fitted { whole, order, changed }
    }
}

/// Every text of an order that is stored.
fn each_text(order: &mut ChannelOrder, mut each: impl FnMut(&str, &mut String, Form)) {
    let ChannelOrder { order_id, order_id_2, currency, payment_method, transaction_id, note, buyer, .. } = order;
    // The id of the buyer is not shown; the key of the customer is made from it.
    let Buyer { email, id: _, tax_identification_number } = buyer;
    each("marketplace_order_id", order_id, Form::Key(limits::CHANNEL_NUMBER));
    each("currency_code_iso", currency, Form::Text);
    for (name, text, form) in [
        ("marketplace_order_id_2", order_id_2, Form::Text),
        ("payment_method_identifier", payment_method, Form::Text),
        ("transaction_id_1", transaction_id, Form::Key(limits::TRANSACTION_ID)),
        ("note", note, Form::Text),
        ("customer/email", email, Form::Text),
        ("tax_identification_number", tax_identification_number, Form::AtMost(limits::TAX_IDENTIFICATION_NUMBER)),
    ] {
        if let Some(text) = text {
            each(name, text, form);
        }
    }
    for (name, text) in order.delivery.texts_mut() {
        let form = match name {
            "dispatch_type_identifier" => Form::AtMost(limits::DISPATCH_TYPE),
            "pickup_point" => Form::AtMost(limits::PICKUP_POINT),
            "post_number" => Form::AtMost(limits::POST_NUMBER),
            _ => Form::Text,
        };
        if let Some(text) = text {
            each(name, text, form);
        }
    }
    for code in order.totals.coupons.iter_mut().filter_map(|coupon| coupon.code.as_mut()) {
        each("coupons/coupon_code", code, Form::AtMost(limits::COUPON_CODE));
    }
    each_text_of_what_happened(order, &mut each);
    let lines = &mut order.lines;
    for (name, address) in [("invoice_address", &mut order.invoice_address), ("delivery_address", &mut order.delivery_address)] {
        each_text_of_address(address, |field, text, form| each(&format!("{name}/{field}"), text, form));
    }
    for OrderLine { line_id, sku, external_number, title, .. } in lines {
        each("order_items/marketplace_order_item_id", line_id, Form::Text);
        each("order_items/identifier", title, Form::AtMost(limits::POSITION_NAME));
        if let Some(sku) = sku {
            each("order_items/internal_item_number", sku, Form::Key(limits::ITEM_NUMBER));
        }
        if let Some(number) = external_number {
            each("order_items/external_offer_number", number, Form::Key(limits::CHANNEL_NUMBER));
        }
    }
}

/// The texts of requests and refunds.
fn each_text_of_what_happened(order: &mut ChannelOrder, each: &mut impl FnMut(&str, &mut String, Form)) {
    let mut positions: Vec<&mut LinePieces> = Vec::new();
    for request in &mut order.cancellation_requests {
        each("cancellation_requests/marketplace_request_id", &mut request.request_id, Form::Key(limits::CHANNEL_NUMBER));
        if let Some(reason) = &mut request.reason {
            each("cancellation_requests/reason", reason, Form::Text);
        }
        positions.extend(&mut request.positions);
    }
    for refund in &mut order.refunds {
        each("refunds/marketplace_refund_id", &mut refund.refund_id, Form::Key(limits::CHANNEL_NUMBER));
        if let Some(reason) = &mut refund.reason {
            each("refunds/reason", reason, Form::Text);
        }
        positions.extend(&mut refund.positions);
    }
    for position in positions {
        each("order_items/marketplace_order_item_id", &mut position.line_id, Form::Text);
    }
}

fn each_text_of_address(address: &mut Address, mut each: impl FnMut(&str, &mut String, Form)) {
    for (name, text) in address.texts_mut() {
        let form = match name {
            "firm" => Form::AtMost(limits::FIRM),
            "title" => Form::AtMost(limits::TITLE),
            "first_name" => Form::AtMost(limits::FIRST_NAME),
            "last_name" => Form::AtMost(limits::LAST_NAME),
            "street" => Form::AtMost(limits::STREET),
            _ => Form::Text,
        };
        if let Some(text) = text {
            each(name, text, form);
        }
    }
}

/// Gives each line an id of its own: positions are found again by it.
fn name_lines(lines: &mut [OrderLine], mut replace: impl FnMut(&mut String, String)) {
    let mut taken = BTreeSet::new();
    for (number, line) in (1..).zip(lines) {
        let mut id = line.line_id.clone();
        if id.is_empty() || taken.contains(&id) {
            id = format!("{id}#{number}");
        }
        while !taken.insert(id.clone()) {
            id.push('#');
        }
        replace(&mut line.line_id, id);
    }
}

/// Leaves one entry for each id; one that comes again says the same again.
fn once<T>(list: &mut Vec<T>, id: impl Fn(&mut T) -> &mut String) {
    let mut taken = BTreeSet::new();
    let mut number = 0;
    list.retain_mut(|entry| {
        number += 1;
        let id = id(entry);
        if id.is_empty() {
            *id = format!("#{number}");
        }
        taken.insert(id.clone())
    });
}

/// Makes the numbers of an order possible, and gives those that were not.
fn each_number(order: &mut ChannelOrder, mut changed: impl FnMut(&str, String)) {
    each_amount(order, |name, amount| {
        let fits = amount.fitted();
        if fits != *amount {
            changed(name, std::mem::replace(amount, fits).to_string());
        }
    });
    each_count(order, |name, pieces, fits| {
        if *pieces != fits {
            changed(name, std::mem::replace(pieces, fits).to_string());
        }
    });
}

fn each_amount(order: &mut ChannelOrder, mut amount: impl FnMut(&str, &mut Decimal)) {
    amount("shipping_charge", &mut order.shipping_charge);
    amount("cash_on_delivery_charge", &mut order.cash_on_delivery_charge);
    amount("payment_method_charge", &mut order.payment_method_charge);
    amount("coupon_amount", &mut order.coupon_amount);
    for (name, value) in order.totals.amounts_mut() {
        if let Some(value) = value {
            amount(name, value);
        }
    }
    for share in &mut order.totals.taxes {
        amount("taxes/tax_rate", &mut share.tax_rate);
        amount("taxes/tax_amount", &mut share.tax_amount);
        if let Some(net) = &mut share.net_amount {
            amount("taxes/net_amount", net);
        }
    }
    for coupon in &mut order.totals.coupons {
        amount("coupons/coupon_amount", &mut coupon.amount);
        if let Some(tax) = &mut coupon.tax_amount {
            amount("coupons/tax_amount", tax);
        }
    }
    for line in &mut order.lines {
        amount("order_items/price", &mut line.unit_price);
        for (name, value) in [
            ("order_items/tax_rate", &mut line.tax_rate),
            ("order_items/total_amount", &mut line.total_amount),
            ("order_items/tax_amount", &mut line.tax_amount),
        ] {
            if let Some(value) = value {
                amount(name, value);
            }
        }
    }
    for refund in &mut order.refunds {
        amount("refunds/refund_amount", &mut refund.amount);
    }
}

fn each_count(order: &mut ChannelOrder, mut fit: impl FnMut(&str, &mut i32, i32)) {
    for line in &mut order.lines {
        let ordered = line.quantity.max(0);
        fit("order_items/quantity", &mut line.quantity, ordered);
        let (cancelled, returned) = (line.cancelled.clamp(0, ordered), line.returned.clamp(0, ordered));
        fit("order_items/cancelled_quantity", &mut line.cancelled, cancelled);
        fit("order_items/returned_quantity", &mut line.returned, returned);
    }
    for position in order.refunds.iter_mut().flat_map(|refund| &mut refund.positions) {
        let fits = position.quantity.max(0);
        fit("refunds/order_items/quantity", &mut position.quantity, fits);
    }
    for position in order.cancellation_requests.iter_mut().flat_map(|request| &mut request.positions) {
        let fits = position.quantity.max(0);
        fit("cancellation_requests/order_items/quantity", &mut position.quantity, fits);
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::Decimal;
    use crate::domain::order::channel::tests::order;
    use crate::domain::order::{ChannelOrder, ChannelRefund, LinePieces};

    fn changed(order: &ChannelOrder) -> Vec<String> {
        order.fitted().changed.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let fitted = order().fitted();
        assert_eq!(changed(&order()), [""; 0]);
        for same in [&fitted.whole, &fitted.order] {
            assert_eq!(same.to_json().unwrap(), order().to_json().unwrap());
        }
    }

    #[test]
    fn long_texts_are_cut_and_whole_in_what_is_compared() {
        let mut said = order();
        said.delivery_address.firm = Some("f".repeat(201));
        said.invoice_address.street = Some("s".repeat(201));
        said.invoice_address.city = Some("c".repeat(1000));
        said.lines[0].title = "t".repeat(256);
        said.lines[0].sku = Some("k".repeat(101));
        said.transaction_id = Some("x".repeat(71));
        said.delivery.post_number = Some("p".repeat(51));
        said.delivery.gift_message = Some("g".repeat(1000));
        let fields = [
            "delivery_address/firm",
            "invoice_address/street",
            "order_items/identifier",
            "order_items/internal_item_number",
            "post_number",
            "transaction_id_1",
        ];
        assert_eq!(changed(&said), fields);
        let fitted = said.fitted();
        let length = |text: &Option<String>| text.as_ref().unwrap().chars().count();
        assert_eq!((length(&fitted.order.delivery_address.firm), length(&fitted.whole.delivery_address.firm)), (200, 201));
        assert_eq!((length(&fitted.order.invoice_address.street), length(&fitted.order.invoice_address.city)), (200, 1000));
        assert_eq!(fitted.order.lines[0].title.chars().count(), 255);
        assert_eq!((length(&fitted.order.lines[0].sku), length(&fitted.order.transaction_id)), (100, 70));
    }

    #[test]
    fn forbidden_characters_and_impossible_numbers_are_neither_stored_nor_compared() {
        let mut said = order();
        said.note = Some("a\0b\u{b}".into());
        said.shipping_charge = Decimal(i64::MAX - 10_000_000);
        said.lines[0].quantity = -2;
        said.lines[0].cancelled = i32::MAX;
        let fields = ["note", "order_items/cancelled_quantity", "order_items/quantity", "shipping_charge"];
        assert_eq!(changed(&said), fields);
        let fitted = said.fitted();
        for fits in [fitted.whole, fitted.order] {
            assert_eq!(fits.note.as_deref(), Some("ab"));
            assert_eq!((fits.lines[0].quantity, fits.lines[0].cancelled), (0, 0));
            assert_eq!(fits.shipping_charge.to_amount(), said.shipping_charge.to_amount());
        }
    }

    #[test]
    fn what_comes_twice_counts_once_and_impossible_pieces_not_at_all() {
        let mut said = order();
        let pieces = |quantity| vec![LinePieces { line_id: "1".into(), quantity }];
        let refund = |id: &str, quantity| ChannelRefund { refund_id: id.into(), positions: pieces(quantity), ..ChannelRefund::default() };
        said.refunds = vec![refund("R1", 1), refund("", -2), refund("R1", 1)];
        said.lines[0].returned = 9;
        let whole = said.fitted().whole;
        let refunds: Vec<(&str, i32)> = whole.refunds.iter().map(|refund| (&*refund.refund_id, refund.positions[0].quantity)).collect();
        assert_eq!(refunds, [("R1", 1), ("#2", 0)]);
        assert_eq!((whole.refunded_pieces().get("1"), whole.lines[0].returned), (Some(&1), 2));
    }

    #[test]
    fn every_line_has_an_id_of_its_own_and_the_same_one_the_next_time() {
        let mut said = order();
        let line = said.lines.remove(0);
        for id in ["", "", "7", "7", "7#4"] {
            said.lines.push(crate::domain::order::OrderLine { line_id: id.into(), ..line.clone() });
        }
        let ids: Vec<String> = said.fitted().whole.lines.into_iter().map(|line| line.line_id).collect();
        assert_eq!(ids, ["#1", "#2", "7", "7#4", "7#4#5"]);
    }
}
