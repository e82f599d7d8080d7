//! How the shop reports its orders.

use super::super::Pulled;
use super::can::Can;
use super::shop::{Line, Order, RequestWord, Shop, Status};
use crate::domain::order::{Buyer, CancellationRequest, ChannelOrder, ChannelRefund, OrderLine, PriceType};

impl Shop {
    /// Orders changed after `cursor`, oldest change first, preceded by the last `overlap` ones that were delivered
    /// before: real channels repeat orders too, so that the caller's de-duplication is exercised at every poll.
    pub(super) fn pull(&mut self, cursor: Option<&str>, can: &Can) -> Pulled {
        let pulled = self.page(cursor, can);
        if pulled.more && self.faults.change_between_pages > 0 {
            self.faults.change_between_pages = self.faults.change_between_pages.saturating_sub(1);
            let seq = self.changed();
            let first = pulled.orders.first().map(|order| order.order_id.clone()).unwrap_or_default();
            if let Ok(order) = self.order_mut(&first) {
                order.note = Some("changed while it was read (fault `change_between_pages`)".to_owned());
                order.changed = seq;
            }
        }
        pulled
    }

    fn page(&self, cursor: Option<&str>, can: &Can) -> Pulled {
        let (page_size, overlap) = (can.page_size, can.overlap);
        // A cursor that is unreadable or ahead of the shop comes from another shop: everything is new then.
        let after = cursor.and_then(|cursor| cursor.parse::<u64>().ok()).filter(|after| *after <= self.sequence).unwrap_or(0);
        let mut by_change: Vec<&Order> = self.orders.values().collect();
        by_change.sort_by_key(|order| order.changed);
        let known = by_change.partition_point(|order| order.changed <= after);
        let fresh = by_change.len().saturating_sub(known);
        let sent: Vec<&Order> =
            by_change.into_iter().skip(known.saturating_sub(overlap)).take(known.min(overlap).saturating_add(page_size)).collect();
        let cursor = sent.last().map_or(after, |order| order.changed.max(after));
        Pulled { orders: sent.into_iter().map(tell).collect(), cursor: cursor.to_string(), more: fresh > page_size }
    }
}

fn tell(order: &Order) -> ChannelOrder {
    let line = |line: &Line| OrderLine {
        line_id: line.line_id.clone(),
        sku: Some(line.sku.clone()),
        external_number: Some(line.external_number.clone()).filter(|number| !number.is_empty()),
        title: line.title.clone(),
        quantity: line.quantity,
        cancelled: line.cancelled,
        returned: line.returned,
        unit_price: line.unit_price,
        tax_rate: Some(line.tax_rate),
        total_amount: Some(line.sum()),
        tax_amount: Some(line.tax(order.net)),
    };
    let requests = order.requests.iter().filter(|request| request.state == RequestWord::Open).map(|request| CancellationRequest {
        request_id: request.request_id.clone(),
        reason: request.reason.clone(),
        positions: request.lines.clone(),
    });
    let refunds = order.refunds.iter().map(|refund| ChannelRefund {
        refund_id: refund.refund_id.clone(),
        refunded_at: Some(refund.refunded_at),
        amount: refund.amount,
        reason: refund.reason.clone(),
        positions: refund.lines.clone(),
    });
    ChannelOrder {
        order_id: order.order_id.clone(),
        order_id_2: None,
        ordered_at: order.ordered_at,
        currency: order.currency.clone(),
        paid: order.paid,
        cancelled: order.status == Status::Cancelled,
        workflow: order.workflow,
        payment_method: Some(order.payment_method.clone()),
        transaction_id: order.transaction_id.clone(),
        buyer: Buyer { email: order.email.clone(), id: None, tax_identification_number: order.tax_identification_number.clone() },
        invoice_address: order.address.clone(),
        delivery_address: order.address.clone(),
        lines: order.lines.iter().map(line).collect(),
        shipping_charge: order.shipping_charge,
        cash_on_delivery_charge: order.cash_on_delivery_charge,
        payment_method_charge: order.payment_charge,
        coupon_amount: order.coupon_sum(),
        note: order.note.clone(),
        price_type: if order.net { PriceType::Net } else { PriceType::Gross },
        totals: order.totals(),
        delivery: order.delivery.clone(),
        cancellation_requests: requests.collect(),
        refunds: refunds.collect(),
    }
}
