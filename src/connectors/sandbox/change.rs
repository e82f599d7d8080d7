//! What buyers, or the shop for them, change about an order.

use super::orders::{MOST_LINES, MOST_PIECES};
use super::shop::{Line, Order, Problem, Shop, Status, usual_tax_rate};
use super::wishes::{Change, NamedLine, NewLine};

impl Shop {
    /// Changes an order that is not cancelled. All of it, or nothing.
    pub(crate) fn change(&mut self, order_id: &str, change: Change) -> Result<(), Problem> {
        let seq = self.changed();
        let order = self.order_mut(order_id)?;
        if order.status == Status::Cancelled {
            return Err(Problem::Conflict(format!("order {order_id} is cancelled; it cannot be changed any more")));
        }
        if order.lines.len().saturating_add(change.add.len()) > MOST_LINES {
            return Err(Problem::Bad(format!("add: an order has at most {MOST_LINES} lines; add fewer")));
        }
        let moved = requantified(order, &change.lines)?;
        let wanted: Vec<NewLine> = moved
            .iter()
            .filter(|(_, more)| *more > 0)
            .map(|(sku, more)| NewLine { sku: sku.clone(), quantity: *more, tax_rate: None })
            .chain(change.add.iter().map(|line| NewLine { sku: line.sku.clone(), quantity: line.quantity, tax_rate: None }))
            .collect();
        let currency = order.currency.clone();
        if !wanted.is_empty() && self.check_lines(&wanted)? != currency {
            return Err(Problem::Conflict(format!("lines: order {order_id} is in {currency}, the offers are not; order them separately")));
        }
        for (sku, more) in moved.into_iter().chain(change.add.iter().map(|line| (line.sku.clone(), line.quantity))) {
            if let Some(listing) = self.listings.get_mut(&sku) {
                listing.quantity = listing.quantity.saturating_sub(more);
                listing.note(seq, format!("{more} more in {order_id}"));
            }
        }
        let mut added = Vec::with_capacity(change.add.len());
        for line in &change.add {
            let Some(listing) = self.listings.get(&line.sku) else { continue };
            added.push((listing.external_number.clone(), listing.title.clone(), listing.price));
        }
        let order = self.order_mut(order_id)?;
        for named in &change.lines {
            if let Some(line) = order.lines.iter_mut().find(|line| line.line_id == named.line_id) {
                line.quantity = named.quantity;
            }
        }
        for (line, (external_number, title, unit_price)) in change.add.iter().zip(added) {
            order.lines.push(Line {
                line_id: format!("{order_id}-{}", order.lines.len().saturating_add(1)),
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
        order.take(change);
        order.changed = seq;
        order.finish();
        Ok(())
    }
}

/// Lines with another quantity: the SKU, and how many pieces come in addition.
fn requantified(order: &Order, named: &[NamedLine]) -> Result<Vec<(String, i32)>, Problem> {
    let mut moved = Vec::new();
    for (at, NamedLine { line_id, quantity }) in named.iter().enumerate() {
        if named.iter().take(at).any(|known| known.line_id == *line_id) {
            return Err(Problem::named_twice(line_id));
        }
        let Some(line) = order.lines.iter().find(|line| line.line_id == *line_id) else {
            return Err(Problem::Missing(format!("lines: order {} has no line \"{line_id}\"", order.order_id)));
        };
        let least = line.cancelled.saturating_add(line.shipped);
        if !(least..=MOST_PIECES).contains(quantity) {
            return Err(Problem::Conflict(format!(
                "line {line_id}, quantity: {quantity} is outside {least} (cancelled or shipped) to {MOST_PIECES}"
            )));
        }
        moved.push((line.sku.clone(), quantity.saturating_sub(line.quantity)));
    }
    Ok(moved)
}

impl Order {
    fn take(&mut self, change: Change) {
        if let Some(coupons) = change.coupons {
            self.coupons = coupons;
        }
        self.shipping_charge = change.shipping.map_or(self.shipping_charge, |amount| amount.0);
        self.payment_charge = change.payment_charge.map_or(self.payment_charge, |amount| amount.0);
        self.delivery = change.delivery.unwrap_or_else(|| std::mem::take(&mut self.delivery));
        self.address = change.address.unwrap_or_else(|| std::mem::take(&mut self.address));
        for (stored, new) in [
            (&mut self.tax_identification_number, change.tax_identification_number),
            (&mut self.email, change.email),
            (&mut self.note, change.note),
        ] {
            if new.is_some() {
                *stored = new;
            }
        }
    }
}
