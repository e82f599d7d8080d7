//! After the sale: buyers ask for cancellation, pieces come back, money goes back.

use chrono::{DateTime, Utc};

use super::shop::{Line, Order, Problem, Refund, Request, RequestWord, Shop, Status};
use super::wishes::{Afterwards, NamedLine};
use crate::domain::Decimal;
use crate::domain::order::LinePieces;

/// Requests and refunds of one order.
const MOST: usize = 1_000;

impl Shop {
    /// A buyer asks to cancel pieces, or everything that is open.
    pub(crate) fn request(&mut self, order_id: &str, wish: Afterwards) -> Result<String, Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        only_pieces(&wish)?;
        let lines = order.pieces(&wish.lines, "open", Line::open)?;
        if order.lines.iter().all(|line| line.open() == 0) {
            return Err(Problem::Conflict(format!("nothing of order {order_id} is open; ask for a return")));
        }
        room(order.requests.len())?;
        let request_id = format!("{order_id}-C{}", order.requests.len().saturating_add(1));
        order.requests.push(Request { request_id: request_id.clone(), state: RequestWord::Open, reason: wish.reason, lines });
        order.changed = seq;
        Ok(request_id)
    }

    /// The buyer changes his mind.
    pub(crate) fn withdraw(&mut self, order_id: &str, request_id: &str) -> Result<(), Problem> {
        self.settle_request(order_id, request_id, RequestWord::Withdrawn)
    }

    /// The merchant answers. A repeat changes nothing.
    pub(crate) fn answer(&mut self, order_id: &str, request_id: &str, answer: RequestWord) -> Result<(), Problem> {
        self.settle_request(order_id, request_id, answer)
    }

    fn settle_request(&mut self, order_id: &str, request_id: &str, state: RequestWord) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        let Some(request) = order.requests.iter_mut().find(|request| request.request_id == request_id) else {
            return Err(Problem::Missing(format!("order {order_id} has no request \"{request_id}\"")));
        };
        match request.state {
            RequestWord::Open => request.state = state,
            known if known == state => return Ok(()),
            known => return Err(Problem::Conflict(format!("request {request_id} is settled: {known:?}"))),
        }
        order.changed = seq;
        Ok(())
    }

    /// Shipped pieces came back to the shop.
    pub(crate) fn returned(&mut self, order_id: &str, wish: &Afterwards) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if wish.lines.is_empty() || wish.amount.is_some() {
            return Err(Problem::Bad("lines: name what came back, such as {\"lines\":[{\"line_id\":\"…\",\"quantity\":1}]}".to_owned()));
        }
        for pieces in order.pieces(&wish.lines, "shipped and not back", |line| line.shipped.saturating_sub(line.returned))? {
            if let Some(line) = order.lines.iter_mut().find(|line| line.line_id == pieces.line_id) {
                line.returned = line.returned.saturating_add(pieces.quantity);
            }
        }
        order.changed = seq;
        Ok(())
    }

    /// Money goes back: for pieces, or just an amount. Never more than the order cost.
    pub(crate) fn refund(&mut self, order_id: &str, wish: Afterwards, now: DateTime<Utc>) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if !order.paid {
            return Err(Problem::Conflict(format!("order {order_id} is not paid; there is nothing to refund")));
        }
        room(order.refunds.len())?;
        let lines = order.pieces(&wish.lines, "paid and not refunded", |line| line.quantity.saturating_sub(line.refunded))?;
        let price = |pieces: &LinePieces| {
            let line = order.lines.iter().find(|line| line.line_id == pieces.line_id);
            line.map_or(0, |line| line.paid(pieces.quantity, order.net).0)
        };
        let amount = wish.amount.map_or_else(|| Decimal(lines.iter().map(price).fold(0, i64::saturating_add)), |amount| amount.0);
        let most = order.refundable();
        if amount <= Decimal::ZERO || amount > most {
            return Err(Problem::Conflict(format!("amount: {amount} is not between 0 and {most}, what is left of the order's price")));
        }
        for pieces in &lines {
            if let Some(line) = order.lines.iter_mut().find(|line| line.line_id == pieces.line_id) {
                line.refunded = line.refunded.saturating_add(pieces.quantity);
            }
        }
        let refund_id = format!("{order_id}-R{}", order.refunds.len().saturating_add(1));
        order.refunds.push(Refund { refund_id, refunded_at: now, amount, reason: wish.reason, lines });
        order.changed = seq;
        Ok(())
    }
}

impl Problem {
    pub(super) fn named_twice(line_id: &str) -> Problem {
        Problem::Bad(format!("lines: line \"{line_id}\" is named twice; name it once with all its pieces"))
    }
}

fn only_pieces(wish: &Afterwards) -> Result<(), Problem> {
    match wish.amount {
        Some(_) => Err(Problem::Bad("amount: pieces are cancelled, not amounts; leave it out".to_owned())),
        None => Ok(()),
    }
}

fn room(taken: usize) -> Result<(), Problem> {
    match taken < MOST {
        true => Ok(()),
        false => Err(Problem::Conflict(format!("the sandbox keeps at most {MOST} of them for one order"))),
    }
}

impl Order {
    /// Pieces of lines of which as many are there as `there` says.
    fn pieces(&self, named: &[NamedLine], kind: &str, there: impl Fn(&Line) -> i32) -> Result<Vec<LinePieces>, Problem> {
        if self.status == Status::Cancelled && kind == "open" {
            return Err(Problem::Conflict(format!("order {} is cancelled", self.order_id)));
        }
        let mut pieces: Vec<LinePieces> = Vec::with_capacity(named.len());
        for NamedLine { line_id, quantity } in named {
            let Some(line) = self.lines.iter().find(|line| line.line_id == *line_id) else {
                return Err(Problem::Missing(format!("lines: order {} has no line \"{line_id}\"", self.order_id)));
            };
            if pieces.iter().any(|known| known.line_id == *line_id) {
                return Err(Problem::named_twice(line_id));
            }
            let most = there(line);
            if !(1..=most).contains(quantity) {
                return Err(Problem::Conflict(format!("line {line_id}, quantity: {quantity} pieces, but {most} are {kind}")));
            }
            pieces.push(LinePieces { line_id: line_id.clone(), quantity: *quantity });
        }
        Ok(pieces)
    }

    /// What of the price of all that was ordered did not go back yet.
    fn refundable(&self) -> Decimal {
        let refunded = self.refunds.iter().map(|refund| refund.amount.0).fold(0, i64::saturating_add);
        Decimal(self.price().0.saturating_sub(refunded))
    }
}
