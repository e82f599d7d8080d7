//! Money that goes back. A refund has the number of the credit entry in its note, and one with that note is not made again; the shop knows a
//! repeat by its key besides. Pure.

use serde_json::{Value, json};

use super::api::gid;
use super::facts::Step;
use super::held::Held;
use crate::domain::message::{Message, channel};
use crate::domain::order::Content;
use crate::domain::{Currency, Decimal, limits};

/// Characters of a note that people read.
const MOST_OF_A_NOTE: u32 = 255;

/// What the ERP gives back.
pub(super) struct Credit<'a> {
    pub number: &'a str,
    pub amount: Decimal,
    pub currency: &'a str,
    pub positions: &'a [Content],
    pub reason: Option<&'a str>,
}

impl Credit<'_> {
    fn note(&self) -> String {
        let note = self.reason.map_or_else(|| self.number.to_owned(), |reason| format!("{}: {reason}", self.number));
        limits::cut(&note, MOST_OF_A_NOTE).into_owned()
    }

    /// `restock`: the location that gets the pieces back.
    pub(super) fn next_step(&self, order: &Held, restock: Option<&String>) -> Step {
        let note = self.note();
        if order.refunds.iter().any(|refund| refund.note.as_deref() == Some(&note)) {
            return Step::done();
        }
        if order.currency() != self.currency {
            return Step::Refuse(channel::refund_currency(self.currency, order.currency()));
        }
        let decimals = Currency::parse(self.currency).map_or(2, Currency::decimals);
        if self.amount.to_units(decimals).is_none() {
            return Step::Refuse(channel::refund_inexact(self.amount.to_string(), self.currency, decimals.to_string()));
        }
        let left = order.left_to_refund();
        if self.amount > left {
            return Step::Refuse(channel::refund_too_much(self.amount.to_string(), left.to_string(), self.currency));
        }
        let (transactions, by_hand) = self.transactions(order, decimals);
        let kind = if restock.is_some() { "RETURN" } else { "NO_RESTOCK" };
        let line = |content: &Content| {
            let id = content.line_id.as_deref()?;
            Some(json!({ "lineItemId": gid("LineItem", id), "quantity": content.quantity, "restockType": kind, "locationId": restock }))
        };
        let lines: Vec<Value> = self.positions.iter().filter(|content| content.quantity > 0).filter_map(line).collect();
        let messages: Vec<Message> =
            if by_hand { vec![channel::refund_by_hand(self.amount.to_string(), self.currency)] } else { Vec::new() };
        Step::Refund(json!({ "note": note, "refundLineItems": lines, "transactions": transactions }), messages)
    }

    /// The payments that give it back, the first one first; whether the merchant transfers some of it.
    fn transactions(&self, order: &Held, decimals: u32) -> (Vec<Value>, bool) {
        let (mut open, mut by_hand, mut transactions) = (self.amount, false, Vec::new());
        for (payment, left) in order.refundable() {
            let here = open.min(left);
            if here <= Decimal::ZERO {
                break;
            }
            open = Decimal(open.0.saturating_sub(here.0));
            by_hand |= payment.manual_payment_gateway;
            transactions.push(json!({
                "orderId": order.id,
                "kind": "REFUND",
                "gateway": payment.gateway.as_deref().unwrap_or("manual"),
                "parentId": payment.id,
                "amount": here.with_decimals(decimals),
            }));
        }
        (transactions, by_hand)
    }
}
