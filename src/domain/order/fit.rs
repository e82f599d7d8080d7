//! A channel's order in a form that the contract and both databases can hold. Pure.

use std::collections::BTreeSet;

use super::{Address, Buyer, ChannelOrder, OrderLine};
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
    let ChannelOrder { order_id, order_id_2, currency, payment_method, transaction_id, note, buyer, lines, .. } = order;
    // The id of the buyer is not shown; the key of the customer is made from it.
    let Buyer { email, id: _ } = buyer;
    each("marketplace_order_id", order_id, Form::Key(limits::CHANNEL_NUMBER));
    each("currency_code_iso", currency, Form::Text);
    for (name, text, form) in [
        ("marketplace_order_id_2", order_id_2, Form::Text),
        ("payment_method_identifier", payment_method, Form::Text),
        ("transaction_id_1", transaction_id, Form::Key(limits::TRANSACTION_ID)),
        ("note", note, Form::Text),
        ("customer/email", email, Form::Text),
    ] {
        if let Some(text) = text {
            each(name, text, form);
        }
    }
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

/// Makes the numbers of an order possible, and gives those that were not.
fn each_number(order: &mut ChannelOrder, mut changed: impl FnMut(&str, String)) {
    let mut amount = |name: &str, amount: &mut Decimal| {
        let fits = amount.fitted();
        if fits != *amount {
            changed(name, std::mem::replace(amount, fits).to_string());
        }
    };
    amount("shipping_charge", &mut order.shipping_charge);
    amount("cash_on_delivery_charge", &mut order.cash_on_delivery_charge);
    amount("payment_method_charge", &mut order.payment_method_charge);
    amount("coupon_amount", &mut order.coupon_amount);
    for line in &mut order.lines {
        amount("order_items/price", &mut line.unit_price);
        if let Some(rate) = &mut line.tax_rate {
            amount("order_items/tax_rate", rate);
        }
    }
    for line in &mut order.lines {
        let (ordered, cancelled) = (line.quantity.max(0), line.cancelled);
        let fits = cancelled.clamp(0, ordered);
        for (name, pieces, fits) in
            [("order_items/quantity", &mut line.quantity, ordered), ("order_items/cancelled_quantity", &mut line.cancelled, fits)]
        {
            if *pieces != fits {
                changed(name, std::mem::replace(pieces, fits).to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::Decimal;
    use crate::domain::order::ChannelOrder;
    use crate::domain::order::channel::tests::order;

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
        said.lines[0].sku = Some("k".repeat(51));
        said.transaction_id = Some("x".repeat(71));
        let fields = [
            "delivery_address/firm",
            "invoice_address/street",
            "order_items/identifier",
            "order_items/internal_item_number",
            "transaction_id_1",
        ];
        assert_eq!(changed(&said), fields);
        let fitted = said.fitted();
        let length = |text: &Option<String>| text.as_ref().unwrap().chars().count();
        assert_eq!((length(&fitted.order.delivery_address.firm), length(&fitted.whole.delivery_address.firm)), (200, 201));
        assert_eq!((length(&fitted.order.invoice_address.street), length(&fitted.order.invoice_address.city)), (200, 1000));
        assert_eq!(fitted.order.lines[0].title.chars().count(), 255);
        assert_eq!((length(&fitted.order.lines[0].sku), length(&fitted.order.transaction_id)), (50, 70));
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
