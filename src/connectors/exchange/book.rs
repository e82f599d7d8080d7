//! What Kontor keeps of an order: what the partner said, and what the ERP did since. Without names and addresses, which no document of
//! ours repeats. Pure.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::Fact;
use crate::domain::Decimal;
use crate::domain::document::Version;
use crate::domain::message::{Message, channel};
use crate::domain::order::{Content, FactKind, Packet, PriceType};
use crate::platform_xml::{ImportedOrder, Keys};

/// One order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Book {
    version: Version<1>,
    pub(super) keys: Keys,
    pub(super) ordered_at: DateTime<Utc>,
    pub(super) currency: String,
    /// All that the buyer was to pay at any time; `None`: nobody said it.
    total: Option<Decimal>,
    pub(super) lines: Vec<Line>,
    pub(super) acknowledged: bool,
    pub(super) paid: bool,
    pub(super) transaction_id: Option<String>,
    /// By the partner, or by the ERP.
    pub(super) cancelled: bool,
    pub(super) cancelled_here: bool,
    pub(super) reason: Option<String>,
    pub(super) packets: Vec<Packet>,
    pub(super) credits: Vec<Credit>,
    pub(super) documents: Vec<Paper>,
    /// Keys of the facts that are in it.
    facts: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) line_id: String,
    pub(super) sku: String,
    pub(super) quantity: i32,
    pub(super) cancelled: i32,
    pub(super) shipped: i32,
}

impl Line {
    pub(super) fn open(&self) -> i32 {
        self.quantity.saturating_sub(self.cancelled).saturating_sub(self.shipped).max(0)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Credit {
    pub(super) number: String,
    pub(super) amount: Decimal,
    pub(super) reason: Option<String>,
    pub(super) positions: Vec<Content>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Paper {
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) file_name: String,
}

/// What a fact does to a book.
#[derive(Debug)]
pub(super) enum Entry {
    /// There is something to report.
    New,
    /// It is in the book, or the partner did it himself.
    Known,
    Refused(Message),
}

impl Book {
    /// After another reading of the order: the partner has the last word on what was ordered and paid, and pieces that are cancelled
    /// or shipped stay so.
    pub(super) fn read_again(&mut self, imported: &ImportedOrder) {
        let order = &imported.order;
        self.keys = imported.keys.clone();
        (self.ordered_at, self.currency) = (order.ordered_at, order.currency.clone());
        self.total = self.total.max(total(imported));
        self.paid |= order.paid;
        self.cancelled = order.cancelled || self.cancelled_here;
        let line = |line: &crate::domain::order::OrderLine| {
            let known = self.lines.iter().find(|known| known.line_id == line.line_id);
            Line {
                line_id: line.line_id.clone(),
                sku: line.sku.clone().unwrap_or_default(),
                quantity: line.quantity,
                cancelled: line.cancelled.max(known.map_or(0, |known| known.cancelled)).min(line.quantity),
                shipped: known.map_or(0, |known| known.shipped),
            }
        };
        self.lines = order.lines.iter().map(line).collect();
    }

    pub(super) fn enter(&mut self, fact: &Fact) -> Entry {
        if self.facts.contains(&fact.key) {
            return Entry::Known;
        }
        let entry = self.apply(&fact.kind);
        if !matches!(entry, Entry::Refused(_)) {
            self.facts.insert(fact.key.clone());
        }
        entry
    }

    fn apply(&mut self, kind: &FactKind) -> Entry {
        match kind {
            FactKind::Acknowledged => self.acknowledged = true,
            FactKind::Paid { transaction_id } => {
                self.paid = true;
                self.transaction_id.clone_from(transaction_id);
            }
            FactKind::Shipped { .. } if self.cancelled => return Entry::Refused(channel::order_cancelled()),
            FactKind::Shipped { packets, together } => self.ship(packets, together),
            FactKind::Cancelled { .. } | FactKind::PositionsCancelled { .. } if self.cancelled => return Entry::Known,
            FactKind::Cancelled { reason } => self.cancel_rest(reason.as_ref()),
            FactKind::PositionsCancelled { positions, reason } => self.cancel(positions, reason.as_ref()),
            FactKind::Refunded { credit_number, amount, currency, positions, reason } => {
                if let Some(refused) = self.refusal_of(*amount, currency) {
                    return Entry::Refused(refused);
                }
                let (number, positions) = (credit_number.clone(), positions.clone());
                self.credits.push(Credit { number, amount: *amount, reason: reason.clone(), positions });
            }
            FactKind::DocumentAttached { number, document, file } => {
                let file_name = file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
                self.documents.push(Paper { number: number.clone(), kind: document.word().to_owned(), file_name });
            }
            // The capabilities exclude them.
            FactKind::CancellationAccepted { .. } | FactKind::CancellationDeclined { .. } => {
                return Entry::Refused(channel::said(
                    "UNSUPPORTED",
                    "the format has no requests of buyers",
                    "inform the partner another way",
                ));
            }
        }
        Entry::New
    }

    fn ship(&mut self, packets: &[Packet], together: &[Content]) {
        for packet in packets {
            let known = self.packets.iter_mut().find(|known| known.packet_id == packet.packet_id && packet.packet_id != 0);
            if let (Some(known), true) = (known, packet.again) {
                // Only its data are new.
                *known = Packet { contents: std::mem::take(&mut known.contents), again: false, ..packet.clone() };
                continue;
            }
            let mut packet = Packet { again: false, ..packet.clone() };
            if packet.contents.is_empty() && together.is_empty() {
                packet.contents = self.rest();
            }
            self.move_pieces(&packet.contents, |line| &mut line.shipped);
            self.packets.push(packet);
        }
        self.move_pieces(together, |line| &mut line.shipped);
    }

    /// Whatever is open.
    fn rest(&self) -> Vec<Content> {
        let open = self.lines.iter().filter(|line| line.open() > 0);
        let content = |line: &Line| Content {
            line_id: Some(line.line_id.clone()),
            sku: Some(line.sku.clone()),
            quantity: line.open(),
            so_far: line.shipped.saturating_add(line.open()),
        };
        open.map(content).collect()
    }

    /// Counts pieces of positions. Those that the partner does not know are in the package alone.
    fn move_pieces(&mut self, contents: &[Content], count: fn(&mut Line) -> &mut i32) {
        for content in contents {
            let Some(line) = self.lines.iter_mut().find(|line| Some(&line.line_id) == content.line_id.as_ref()) else { continue };
            let counted = count(line);
            *counted = if content.so_far > 0 { (*counted).max(content.so_far) } else { counted.saturating_add(content.quantity) };
        }
    }

    fn cancel_rest(&mut self, reason: Option<&String>) {
        for line in &mut self.lines {
            line.cancelled = line.cancelled.saturating_add(line.open());
        }
        self.cancelled_here = self.lines.iter().all(|line| line.shipped == 0);
        self.cancelled |= self.cancelled_here;
        self.reason = reason.cloned().or_else(|| self.reason.take());
    }

    fn cancel(&mut self, positions: &[Content], reason: Option<&String>) {
        self.move_pieces(positions, |line| &mut line.cancelled);
        self.reason = reason.cloned().or_else(|| self.reason.take());
    }

    /// More than was paid cannot go back. The partner gives the money back, so it is his order that counts.
    fn refusal_of(&self, amount: Decimal, currency: &str) -> Option<Message> {
        if currency != self.currency {
            return Some(channel::refund_currency(currency, &self.currency));
        }
        let total = if self.paid { self.total? } else { Decimal::ZERO };
        let gone = self.credits.iter().fold(0_i64, |sum, credit| sum.saturating_add(credit.amount.0));
        let left = Decimal(total.0.saturating_sub(gone).max(0));
        (amount > left).then(|| channel::refund_too_much(amount.to_string(), left.to_string(), currency))
    }

    /// The word for how far it is.
    pub(super) fn status(&self) -> &'static str {
        let shipped = self.lines.iter().any(|line| line.shipped > 0) || !self.packets.is_empty();
        match (self.cancelled, shipped, self.lines.iter().any(|line| line.open() > 0)) {
            (true, false, _) => "cancelled",
            (_, true, true) => "shipped_in_part",
            (_, true, false) => "shipped",
            (false, false, _) if self.acknowledged => "acknowledged",
            (false, false, _) => "open",
        }
    }
}

/// What the buyer pays, as the partner says it, else as it adds up; a net order does not add up without its tax.
fn total(imported: &ImportedOrder) -> Option<Decimal> {
    let order = &imported.order;
    let sum = || {
        let goods = order.lines.iter().map(|line| line.unit_price.0.saturating_mul(i64::from(line.quantity)));
        let charges = [order.shipping_charge, order.cash_on_delivery_charge, order.payment_method_charge].map(|charge| charge.0);
        Decimal(goods.chain(charges).fold(0, i64::saturating_add).saturating_sub(order.coupon_amount.0))
    };
    order.totals.total_amount.or_else(|| (order.price_type == PriceType::Gross).then(sum))
}
