//! Money that goes back. A refund has the number of the credit entry in its reason, and one with that reason is not made again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::Outcome;
use super::super::rule::Failure;
use super::WooCommerce;
use super::api::MOST;
use super::orders::{Line, Order};
use super::refunded::Refund;
use super::values::sum;
use crate::domain::message::channel;
use crate::domain::order::{Content, LinePieces};
use crate::domain::{Currency, Decimal, limits};

/// Characters of a reason that people read.
const MOST_OF_A_REASON: u32 = 255;

/// A credit entry of the ERP.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credit<'a> {
    pub number: &'a str,
    pub amount: Decimal,
    pub currency: &'a str,
    pub positions: &'a [Content],
    pub reason: Option<&'a str>,
}

/// What goes back for the pieces of one line: net, and tax by rate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    line_id: i64,
    quantity: i32,
    net: Decimal,
    taxes: BTreeMap<i64, Decimal>,
}

impl Part {
    /// `times` of `of` pieces of a line, rounded as the shop does; scaled by `share`.
    fn new(line: &Line, quantity: i32, share: (i64, i64), decimals: u32) -> Part {
        let of = |amount: Decimal| {
            let (times, by) = (i128::from(quantity) * i128::from(share.0), i128::from(line.quantity.max(1)) * i128::from(share.1.max(1)));
            let exact = i128::from(amount.0) * times / by;
            Decimal(i64::try_from(exact).unwrap_or_default()).rounded(decimals)
        };
        let taxes = line.taxes.iter().map(|tax| (tax.id, of(tax.total))).collect();
        Part { line_id: line.id, quantity, net: of(line.total), taxes }
    }

    fn gross(&self) -> Decimal {
        sum(self.taxes.values().copied().chain([self.net]))
    }

    fn written(&self) -> Value {
        let taxes: Vec<Value> = self.taxes.iter().map(|(id, tax)| json!({ "id": id, "refund_total": number(*tax) })).collect();
        json!({ "id": self.line_id, "quantity": self.quantity, "refund_total": number(self.net), "refund_tax": taxes })
    }
}

/// The shop wants numbers here.
fn number(amount: Decimal) -> Value {
    json!(amount.to_string().parse::<f64>().unwrap_or_default())
}

/// What of an amount is for which pieces. It never says more than the amount, nor pieces that went back before; what is left of the
/// amount is for nothing in particular, such as shipping.
fn parts(order: &Order, credit: &Credit<'_>, before: &[Refund], decimals: u32) -> Vec<Part> {
    let back: Vec<LinePieces> = before.iter().flat_map(Refund::positions).collect();
    let left = |line: &Line| {
        let id = line.id.to_string();
        let gone = back.iter().filter(|pieces| pieces.line_id == id).fold(0_i32, |sum, pieces| sum.saturating_add(pieces.quantity));
        line.quantity.saturating_sub(gone)
    };
    let pieces = credit.positions.iter().filter_map(|content| {
        let line = order.line_items.iter().find(|line| content.line_id.as_deref() == Some(line.id.to_string().as_str()))?;
        let quantity = content.quantity.min(left(line));
        (quantity > 0).then_some((line, quantity))
    });
    let pieces: Vec<(&Line, i32)> = pieces.collect();
    let made = |share| -> Vec<Part> { pieces.iter().map(|(line, quantity)| Part::new(line, *quantity, share, decimals)).collect() };
    let whole = made((1, 1));
    let worth = sum(whole.iter().map(Part::gross));
    if worth <= credit.amount {
        return whole;
    }
    let mut less = made((credit.amount.0, worth.0));
    // What rounding left over or took too much.
    let rest = credit.amount.0.saturating_sub(sum(less.iter().map(Part::gross)).0);
    if let Some(part) = less.iter_mut().max_by_key(|part| part.net) {
        part.net = Decimal(part.net.0.saturating_add(rest).max(0));
    }
    less
}

impl WooCommerce {
    /// The refunds of an order, with their lines.
    pub(super) fn refunds(&self, order: &Order) -> Result<Vec<Refund>, Failure> {
        if order.refunds.is_empty() {
            return Ok(Vec::new());
        }
        let most = MOST.to_string();
        self.api.list(&["orders", &order.id.to_string(), "refunds"], &[("per_page", &most)])
    }

    pub(super) fn refund(&self, order: &Order, credit: &Credit<'_>) -> Result<Outcome, Failure> {
        let Credit { number: credit_number, amount, currency, .. } = *credit;
        if order.currency != currency {
            return Ok(Outcome::Refused(channel::refund_currency(currency, &order.currency)));
        }
        let decimals = Currency::parse(currency).map_or(2, Currency::decimals);
        if amount.to_units(decimals).is_none() {
            return Ok(Outcome::Refused(channel::refund_inexact(amount.to_string(), currency, decimals.to_string())));
        }
        let reason = credit.reason.map_or_else(|| credit_number.to_owned(), |reason| format!("{credit_number}: {reason}"));
        let reason = limits::cut(&reason, MOST_OF_A_REASON).into_owned();
        if order.refunds.iter().any(|refund| refund.reason.as_deref() == Some(&reason)) {
            return Ok(Outcome::done());
        }
        let paid = if order.is_paid() { order.total } else { Decimal::ZERO };
        let left = Decimal(paid.0.saturating_sub(order.refunded().0).max(0));
        if amount > left {
            return Ok(Outcome::Refused(channel::refund_too_much(amount.to_string(), left.to_string(), currency)));
        }
        let parts = if credit.positions.is_empty() { Vec::new() } else { parts(order, credit, &self.refunds(order)?, decimals) };
        let through = self.gives_back(&order.payment_method)?;
        let lines: Vec<Value> = parts.iter().map(Part::written).collect();
        // Stock is what the ERP says it is.
        let mut body = json!({ "amount": amount.with_decimals(decimals), "reason": reason, "api_refund": through, "api_restock": false });
        if let Some(body) = body.as_object_mut().filter(|_| !lines.is_empty()) {
            body.insert("line_items".to_owned(), json!(lines));
        }
        self.api.post(&["orders", &order.id.to_string(), "refunds"], &body)?;
        // Without the gateway the shop notes the refund, and the merchant transfers the money.
        let messages = if through { Vec::new() } else { vec![channel::refund_by_hand(amount.to_string(), currency)] };
        Ok(Outcome::Done { external_number: None, url: None, messages })
    }

    /// Whether the shop's payment method pays back on line.
    fn gives_back(&self, method: &str) -> Result<bool, Failure> {
        if method.is_empty() {
            return Ok(false);
        }
        match self.api.get(&["payment_gateways", method], &[("_fields", "id,method_supports")]) {
            Ok(reply) => {
                let supports = reply.json.get("method_supports").and_then(Value::as_array);
                Ok(supports.is_some_and(|supports| supports.iter().any(|word| word == "refunds")))
            }
            // The plug-in of that method is gone.
            Err(Failure::Rule(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Credit, Part, Refund, parts};
    use crate::connectors::woocommerce::orders::Order;
    use crate::domain::Decimal;
    use crate::domain::order::Content;

    fn amount(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    /// 3 pieces for 53.97 with 19 %, and one for 10.00 with 7 %.
    fn order() -> Order {
        serde_json::from_value(json!({
            "id": 1, "status": "processing", "currency": "EUR", "date_created_gmt": "2026-11-29T15:19:53", "date_modified_gmt": null,
            "total": "68.87", "shipping_total": "4.12", "shipping_tax": "0.78", "billing": {}, "shipping": {},
            "line_items": [
                { "id": 7, "name": "A", "product_id": 3, "quantity": 3, "subtotal": "45.35", "total": "45.35",
                    "taxes": [{ "id": 1, "total": "8.616807", "subtotal": "8.616807" }] },
                { "id": 8, "name": "B", "product_id": 4, "quantity": 1, "subtotal": "9.35", "total": "9.35",
                    "taxes": [{ "id": 2, "total": "0.654206", "subtotal": "0.654206" }] }],
        }))
        .unwrap()
    }

    fn of(amount_text: &str, pieces: &[(&str, i32)], before: &[Refund]) -> Vec<Part> {
        let content = |(line, quantity): &(&str, i32)| Content { line_id: Some((*line).into()), sku: None, quantity: *quantity, so_far: 0 };
        let positions: Vec<Content> = pieces.iter().map(content).collect();
        let credit = Credit { number: "C", amount: amount(amount_text), currency: "EUR", positions: &positions, reason: None };
        parts(&order(), &credit, before, 2)
    }

    #[test]
    fn a_credit_for_pieces_names_their_money_and_their_tax() {
        let parts = of("27.99", &[("7", 1), ("8", 1)], &[]);
        assert_eq!((parts[0].quantity, parts[0].net, parts[0].taxes[&1]), (1, amount("15.12"), amount("2.87")));
        assert_eq!((parts[1].net, parts[1].taxes[&2]), (amount("9.35"), amount("0.65")));
        assert_eq!(
            parts[0].written(),
            json!({ "id": 7, "quantity": 1, "refund_total": 15.12, "refund_tax": [{ "id": 1, "refund_total": 2.87 }] })
        );
    }

    #[test]
    fn the_lines_of_a_smaller_credit_are_together_what_it_gives() {
        let parts = of("10.00", &[("7", 1), ("8", 1)], &[]);
        let together = parts.iter().fold(0, |sum, part| sum + part.gross().0);
        assert_eq!(Decimal(together), amount("10.00"));
        assert!(parts.iter().all(|part| part.net > Decimal::ZERO && part.quantity == 1));
    }

    #[test]
    fn pieces_go_back_once() {
        let line = json!({ "quantity": -2, "meta_data": [{ "key": "_refunded_item_id", "value": "7" }] });
        let before: Refund = serde_json::from_value(json!({ "id": 9, "line_items": [line] })).unwrap();
        assert_eq!(of("100", &[("7", 3)], std::slice::from_ref(&before)).iter().map(|part| part.quantity).collect::<Vec<_>>(), [1]);
        let whole: Refund = serde_json::from_value(
            json!({ "id": 9, "line_items": [{ "quantity": -99, "meta_data": [{ "key": "_refunded_item_id", "value": 7 }] }] }),
        )
        .unwrap();
        assert_eq!(of("100", &[("7", 1)], &[whole]), []);
    }
}
