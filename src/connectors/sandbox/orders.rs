//! The buyers' side of the shop: orders, and what Kontor reports about them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Fact, Outcome};
use super::can::Can;
use super::shop::{Line, Order, Problem, ReceivedFact, RequestWord, Shop, Status, usual_tax_rate};
use super::wishes::{Afterwards, Amount, NamedLine, NewLine, NewOrder, amount, payment, sample_address};
use crate::domain::Decimal;
use crate::domain::message::channel;
use crate::domain::order::Workflow;
use crate::domain::order::{Content, FactKind, Packet};

/// Orders that one shop keeps. The oldest finished one makes room for a new one.
const MOST_ORDERS: usize = 100_000;
pub(super) const MOST_LINES: usize = 1_000;
/// Pieces of one line.
pub(super) const MOST_PIECES: i32 = 1_000_000;

impl Line {
    pub(crate) fn open(&self) -> i32 {
        self.quantity.saturating_sub(self.cancelled).saturating_sub(self.shipped).max(0)
    }
}

impl Shop {
    /// A buyer orders. Takes the pieces off the offers, so nothing is sold twice.
    pub(crate) fn buy(&mut self, wish: NewOrder, now: DateTime<Utc>) -> Result<&Order, Problem> {
        let (workflow, payment_method) = payment(wish.payment.as_deref())?;
        if wish.lines.is_empty() || wish.lines.len() > MOST_LINES {
            return Err(Problem::Bad(format!(
                "lines: {} entries, expected 1 to {MOST_LINES}; send at least one {{\"sku\", \"quantity\"}}",
                wish.lines.len()
            )));
        }
        check_pieces(&wish.lines)?;
        self.make_room()?;
        let currency = if wish.unchecked { self.some_currency(&wish.lines) } else { self.check_lines(&wish.lines)? };
        let seq = self.changed();
        self.orders_made = self.orders_made.saturating_add(1);
        let number = self.orders_made;
        let order_id = format!("S-{}", number.saturating_add(100_000));
        let lines = self.sell(&wish.lines, &order_id, seq);
        let paid = wish.paid.unwrap_or(false);
        let transaction_id = paid.then(|| format!("T-{order_id}"));
        let order = Order {
            order_id,
            changed: seq,
            status: Status::New,
            ordered_at: wish.ordered_at.unwrap_or(now + TimeDelta::seconds(i64::from(self.faults.clock_off_seconds))),
            currency,
            paid,
            payment_method: payment_method.to_owned(),
            workflow,
            transaction_id,
            email: Some(wish.email.unwrap_or_else(|| "erika.mustermann@example.com".to_owned())),
            address: wish.address.unwrap_or_else(sample_address),
            lines,
            shipping_charge: amount(&wish.shipping),
            cash_on_delivery_charge: amount(&wish.cash_on_delivery_charge),
            payment_charge: amount(&wish.payment_charge),
            coupon_amount: amount(&wish.coupon),
            coupons: wish.coupons,
            net: wish.net,
            tax_identification_number: wish.tax_identification_number,
            delivery: wish.delivery,
            total_off: self.faults.total_off,
            requests: Vec::new(),
            refunds: Vec::new(),
            note: wish.note,
            documents: Vec::new(),
            cancel_reason: None,
            packets: Vec::new(),
            facts: Vec::new(),
        };
        Ok(self.orders.entry(number).or_insert(order))
    }

    /// Takes the pieces off the offers.
    fn sell(&mut self, wanted: &[NewLine], order_id: &str, seq: u64) -> Vec<Line> {
        let mut lines = Vec::with_capacity(wanted.len());
        for (index, line) in wanted.iter().enumerate() {
            let listing = self.listings.get_mut(&line.sku);
            let (external_number, title, unit_price) = match listing {
                Some(listing) => {
                    listing.quantity = listing.quantity.saturating_sub(line.quantity).max(0);
                    listing.note(seq, format!("sold {} in {order_id}", line.quantity));
                    (listing.external_number.clone(), listing.title.clone(), listing.price)
                }
                // Only an unchecked order has such lines.
                None => (String::new(), line.sku.clone(), Decimal::from_whole(1)),
            };
            lines.push(Line {
                line_id: format!("{order_id}-{}", index.saturating_add(1)),
                sku: line.sku.clone(),
                external_number,
                title,
                quantity: line.quantity,
                cancelled: 0,
                shipped: 0,
                returned: 0,
                refunded: 0,
                unit_price,
                tax_rate: line.tax_rate.as_ref().map_or_else(usual_tax_rate, |rate| rate.0),
            });
        }
        lines
    }

    fn some_currency(&self, lines: &[NewLine]) -> String {
        let listed = lines.iter().find_map(|line| self.listings.get(&line.sku));
        listed.map_or_else(|| "EUR".to_owned(), |listing| listing.currency.clone())
    }

    /// All lines must be buyable, together; answers with their currency.
    pub(super) fn check_lines(&self, lines: &[NewLine]) -> Result<String, Problem> {
        check_pieces(lines)?;
        let mut currency: Option<&str> = None;
        let mut wanted: BTreeMap<&str, i32> = BTreeMap::new();
        for (index, line) in lines.iter().enumerate() {
            let place = format!("lines[{index}] ({})", line.sku);
            let Some(listing) = self.listings.get(&line.sku).filter(|listing| listing.running) else {
                return Err(Problem::Conflict(format!("{place}: no running offer has this SKU; GET /offers lists them")));
            };
            if currency.is_some_and(|currency| currency != listing.currency) {
                return Err(Problem::Conflict(format!("{place}: costs {}, the other lines do not; order it separately", listing.currency)));
            }
            currency = Some(&listing.currency);
            let sum = wanted.entry(&line.sku).or_default();
            *sum = sum.saturating_add(line.quantity);
            if *sum > listing.quantity {
                return Err(Problem::Conflict(format!("{place}, quantity: {sum} wanted, {} left; order fewer", listing.quantity)));
            }
        }
        Ok(currency.unwrap_or_default().to_owned())
    }

    fn make_room(&mut self) -> Result<(), Problem> {
        if self.orders.len() < MOST_ORDERS {
            return Ok(());
        }
        let finished =
            self.orders.iter().find(|(_, order)| matches!(order.status, Status::Shipped | Status::Cancelled)).map(|(number, _)| *number);
        match finished {
            Some(number) => {
                self.orders.remove(&number);
                Ok(())
            }
            None => Err(Problem::Conflict(format!("the sandbox keeps at most {MOST_ORDERS} open orders; ship or cancel some"))),
        }
    }

    fn number(order_id: &str) -> Option<u64> {
        order_id.strip_prefix("S-")?.parse::<u64>().ok()?.checked_sub(100_000)
    }

    pub(crate) fn order(&self, order_id: &str) -> Option<&Order> {
        self.orders.get(&Self::number(order_id)?)
    }

    pub(super) fn order_mut(&mut self, order_id: &str) -> Result<&mut Order, Problem> {
        Self::number(order_id)
            .and_then(|number| self.orders.get_mut(&number))
            .ok_or_else(|| Problem::Missing(format!("order \"{order_id}\" does not exist; GET /orders lists them")))
    }

    /// The buyer pays.
    pub(crate) fn pay(&mut self, order_id: &str, transaction_id: Option<String>) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if order.status == Status::Cancelled {
            return Err(Problem::Conflict(format!("order {order_id} is cancelled; only open orders can be paid")));
        }
        order.paid = true;
        order.transaction_id = transaction_id.or_else(|| order.transaction_id.take()).or_else(|| Some(format!("T-{order_id}")));
        if order.status != Status::Shipped {
            order.status = Status::Paid;
        }
        order.changed = seq;
        Ok(())
    }

    /// Buyer or merchant cancels: the pieces go back into the offers. A repeat changes nothing.
    pub(crate) fn cancel(&mut self, order_id: &str, reason: Option<String>) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        match order.status {
            Status::Cancelled => return Ok(()),
            Status::Shipped => return Err(Problem::Conflict(format!("order {order_id} is shipped; it cannot be cancelled any more"))),
            Status::New | Status::Acknowledged | Status::Paid => {}
        }
        if order.lines.iter().any(|line| line.shipped > 0) {
            return Err(Problem::Conflict(format!("order {order_id} is shipped in part; cancel the lines that are open")));
        }
        order.status = Status::Cancelled;
        order.cancel_reason = reason;
        order.changed = seq;
        let open: Vec<(String, i32)> = order.lines.iter().map(|line| (line.line_id.clone(), line.open())).collect();
        self.take_back(order_id, &open, seq)
    }

    /// Single lines are cancelled, in part or whole.
    fn cancel_positions(&mut self, order_id: &str, positions: &[Content], reason: Option<String>) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        let pieces = pieces_of(order, positions)?;
        order.cancel_reason = reason;
        order.changed = seq;
        self.take_back(order_id, &pieces, seq)?;
        self.order_mut(order_id)?.finish();
        Ok(())
    }

    /// Cancels pieces of lines, and puts them back into the offers.
    pub(super) fn take_back(&mut self, order_id: &str, pieces: &[(String, i32)], seq: u64) -> Result<(), Problem> {
        let order = self.order_mut(order_id)?;
        let mut back = Vec::new();
        for (line_id, quantity) in pieces {
            if let Some(line) = order.lines.iter_mut().find(|line| line.line_id == *line_id) {
                line.cancelled = line.cancelled.saturating_add(*quantity);
                back.push((line.sku.clone(), *quantity));
            }
        }
        for (sku, quantity) in back {
            if let Some(listing) = self.listings.get_mut(&sku) {
                listing.quantity = listing.quantity.saturating_add(quantity);
                listing.note(seq, format!("{quantity} back from {order_id}"));
            }
        }
        Ok(())
    }

    /// Ships what the packages name, or, where neither they nor `together` name anything, everything open. Data of a
    /// package that is known already are completed.
    fn ship(&mut self, order_id: &str, packets: &[Packet], together: &[Content]) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if order.status == Status::Cancelled {
            return Err(Problem::Conflict(format!("order {order_id} is cancelled; it cannot be shipped")));
        }
        let named: Vec<Content> =
            packets.iter().filter(|packet| !packet.again).flat_map(|packet| &packet.contents).chain(together).cloned().collect();
        let only_news = !packets.is_empty() && packets.iter().all(|packet| packet.again);
        let pieces = match (named.is_empty(), only_news) {
            (false, _) => pieces_of(order, &named)?,
            (true, true) => Vec::new(),
            (true, false) => order.lines.iter().map(|line| (line.line_id.clone(), line.open())).collect(),
        };
        for (line_id, quantity) in pieces {
            if let Some(line) = order.lines.iter_mut().find(|line| line.line_id == line_id) {
                line.shipped = line.shipped.saturating_add(quantity);
            }
        }
        order.changed = seq;
        for packet in packets {
            let known = order.packets.iter_mut().find(|other| {
                (packet.packet_id != 0 && other.packet_id == packet.packet_id)
                    || (packet.tracking_number.is_some() && other.tracking_number == packet.tracking_number)
            });
            match known {
                Some(known) => known.clone_from(packet),
                None => order.packets.push(packet.clone()),
            }
        }
        order.finish();
        Ok(())
    }

    /// A document is attached once, however often it is sent.
    fn attach(&mut self, order_id: &str, document: String) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if !order.documents.contains(&document) {
            order.documents.push(document);
            order.changed = seq;
        }
        Ok(())
    }

    fn acknowledge(&mut self, order_id: &str) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if order.status == Status::New {
            order.status = Status::Acknowledged;
            order.changed = seq;
        }
        Ok(())
    }

    /// Takes what Kontor reports. The same key twice is counted and changes nothing.
    pub(super) fn take_fact(&mut self, fact: &Fact, can: &Can) -> Outcome {
        let order_id = fact.order_id.as_str();
        let before: Vec<ReceivedFact> = self.order(order_id).map(|order| order.facts.clone()).unwrap_or_default();
        if can.has("fact_keys") && before.iter().any(|other| other.applied && other.key == fact.key) {
            self.counters.duplicate_facts = self.counters.duplicate_facts.saturating_add(1);
            self.changed();
            return Outcome::done();
        }
        let workflow = self.order(order_id).map_or(Workflow::Prepayment, |order| order.workflow);
        let this = rank(workflow, fact.kind.word());
        let any_time = matches!(
            fact.kind,
            FactKind::PositionsCancelled { .. }
                | FactKind::Refunded { .. }
                | FactKind::CancellationAccepted { .. }
                | FactKind::CancellationDeclined { .. }
                | FactKind::DocumentAttached { .. }
        );
        let out_of_order = !any_time && before.iter().any(|other| other.applied && rank(workflow, &other.kind) > this);
        let result = match &fact.kind {
            FactKind::Acknowledged => self.acknowledge(order_id),
            FactKind::Paid { transaction_id } => self.pay(order_id, transaction_id.clone()),
            FactKind::Shipped { packets, together } => self.ship(order_id, packets, together),
            FactKind::Cancelled { reason } => self.cancel(order_id, reason.clone()),
            FactKind::PositionsCancelled { positions, reason } => self.cancel_positions(order_id, positions, reason.clone()),
            FactKind::Refunded { amount, positions, reason, .. } => {
                self.refund(order_id, refund_of(*amount, positions, reason.clone()), Utc::now())
            }
            FactKind::CancellationAccepted { request_id } => self.answer(order_id, request_id, RequestWord::Accepted),
            FactKind::CancellationDeclined { request_id } => self.answer(order_id, request_id, RequestWord::Declined),
            FactKind::DocumentAttached { number, document, file } => {
                let file = file.as_ref().map(|file| format!(": {}, {} bytes", file.name, file.content.len()));
                self.attach(order_id, format!("{} {number}{}", document.word(), file.unwrap_or_default()))
            }
        };
        if out_of_order {
            self.counters.out_of_order_facts = self.counters.out_of_order_facts.saturating_add(1);
        }
        let seq = self.sequence;
        if let Ok(order) = self.order_mut(order_id) {
            let received =
                ReceivedFact { seq, key: fact.key.clone(), kind: fact.kind.word().to_owned(), applied: result.is_ok(), out_of_order };
            order.facts.push(received);
        }
        match result {
            Ok(()) => Outcome::done(),
            Err(Problem::Missing(_)) => Outcome::Refused(channel::order_unknown(order_id)),
            Err(Problem::Conflict(text) | Problem::Bad(text)) => Outcome::Refused(channel::order_state(text)),
        }
    }
}

/// Nobody orders fewer than one piece, whatever else of an order is unchecked.
fn check_pieces(lines: &[NewLine]) -> Result<(), Problem> {
    match lines.iter().enumerate().find(|(_, line)| !(1..=MOST_PIECES).contains(&line.quantity)) {
        Some((index, NewLine { sku, quantity, .. })) => {
            Err(Problem::Bad(format!("lines[{index}] ({sku}), quantity: {quantity} is outside 1 to {MOST_PIECES}; order whole pieces")))
        }
        None => Ok(()),
    }
}

/// A refund by the merchant, as the shop makes its own.
fn refund_of(amount: Decimal, positions: &[Content], reason: Option<String>) -> Afterwards {
    let line = |content: &Content| NamedLine { line_id: content.line_id.clone().unwrap_or_default(), quantity: content.quantity };
    Afterwards { lines: positions.iter().map(line).collect(), amount: Some(Amount(amount)), reason }
}

/// The pieces of lines that a fact names, which have to be open.
fn pieces_of(order: &Order, named: &[Content]) -> Result<Vec<(String, i32)>, Problem> {
    let mut sums: BTreeMap<String, i32> = BTreeMap::new();
    for content in named {
        let line_id = content.line_id.as_deref().unwrap_or_default();
        let Some(line) = order.lines.iter().find(|line| line.line_id == line_id) else {
            return Err(Problem::Conflict(format!("order {} has no line \"{line_id}\"", order.order_id)));
        };
        let sum = sums.entry(line.line_id.clone()).or_default();
        *sum = sum.saturating_add(content.quantity);
        if *sum > line.open() {
            return Err(Problem::Conflict(format!("line {line_id}: {sum} pieces, but only {} are open", line.open())));
        }
    }
    Ok(sums.into_iter().collect())
}

impl Order {
    /// Nothing is open any more: shipped, where a part of it was, else cancelled.
    pub(super) fn finish(&mut self) {
        if self.lines.iter().all(|line| line.open() == 0) {
            let shipped = self.lines.iter().any(|line| line.shipped > 0);
            self.status = if shipped { Status::Shipped } else { Status::Cancelled };
        }
    }
}

/// The usual order of the steps: cash on delivery is paid after shipping.
fn rank(workflow: Workflow, kind: &str) -> u8 {
    match (kind, workflow) {
        (
            "acknowledged" | "positions_cancelled" | "refunded" | "cancellation_accepted" | "cancellation_declined" | "document_attached",
            _,
        ) => 0,
        ("paid", Workflow::CashOnDelivery) => 3,
        ("paid", _) => 1,
        ("shipped", _) => 2,
        _ => 4,
    }
}
