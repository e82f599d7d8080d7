//! What an order amounts to, and what happened to it after the sale.

use super::OrderItemReference;
use crate::config::Mandator;
use crate::domain::order::{ChannelRefund, Coupon, RequestState, TaxShare};
use crate::domain::{Decimal, Stamp, limits};
use crate::operations::wire::Time;
use crate::store::orders::{OrderItemRow, RequestRow};
use crate::{wire, wire_enum};

wire_enum! {
    /// What became of a buyer's request to cancel.
    CancelRequestState {
        /// Nobody answered it yet.
        Open = "open",
        /// What it asks for is cancelled.
        Accepted = "accepted",
        /// What it asks for was shipped.
        Declined = "declined",
        /// The buyer took it back.
        Withdrawn = "withdrawn",
    }
}

impl From<CancelRequestState> for RequestState {
    fn from(state: CancelRequestState) -> RequestState {
        match state {
            CancelRequestState::Open => RequestState::Open,
            CancelRequestState::Accepted => RequestState::Accepted,
            CancelRequestState::Declined => RequestState::Declined,
            CancelRequestState::Withdrawn => RequestState::Withdrawn,
        }
    }
}

impl From<RequestState> for CancelRequestState {
    fn from(state: RequestState) -> CancelRequestState {
        match state {
            RequestState::Open => CancelRequestState::Open,
            RequestState::Accepted => CancelRequestState::Accepted,
            RequestState::Declined => CancelRequestState::Declined,
            RequestState::Withdrawn => CancelRequestState::Withdrawn,
        }
    }
}

wire! {
    /// The tax of an order at one rate.
    OrderTax {
        /// Tax rate in percent.
        tax_rate: Decimal,
        /// What is taxed, without the tax.
        net_amount: Option<Decimal>,
        /// The tax.
        tax_amount: Decimal,
    }

    /// A redeemed coupon.
    OrderCoupon {
        /// Code of the coupon.
        coupon_code: Option<String> [max(limits::COUPON_CODE)],
        /// Value.
        coupon_amount: Decimal,
        /// Of the value, the tax.
        tax_amount: Option<Decimal>,
    }

    /// Money that the channel says went back to the buyer.
    OrderRefund {
        /// The channel's id of the refund.
        marketplace_refund_id: String,
        /// When it went back.
        refund_date: Option<Time>,
        /// Amount.
        refund_amount: Decimal,
        /// Reason.
        reason: Option<String>,
        /// Pieces whose money it is; empty where the channel only says an amount.
        order_items: Vec<OrderItemReference> [each("order_item")],
    }

    /// A buyer's request to cancel pieces. CANCELED accepts it, SHIPPED declines it.
    OrderCancelRequest {
        /// Kontor's own id.
        cancellation_request_id: i32,
        /// The channel's id of the request.
        marketplace_request_id: String,
        /// What became of it.
        state: CancelRequestState,
        /// When Kontor saw it.
        requested_at: Time,
        /// When it was answered or withdrawn.
        settled_at: Option<Time>,
        /// Reason.
        reason: Option<String>,
        /// What is to be cancelled.
        order_items: Vec<OrderItemReference> [each("order_item")],
    }
}

impl OrderCoupon {
    pub(super) fn stored(&self) -> Coupon {
        let code = self.coupon_code.clone().filter(|code| !code.is_empty());
        Coupon { code, amount: self.coupon_amount, tax_amount: self.tax_amount }
    }

    pub(super) fn of(coupon: Coupon) -> OrderCoupon {
        OrderCoupon { coupon_code: coupon.code, coupon_amount: coupon.amount, tax_amount: coupon.tax_amount }
    }
}

impl OrderTax {
    pub(super) fn stored(self) -> TaxShare {
        TaxShare { tax_rate: self.tax_rate, net_amount: self.net_amount, tax_amount: self.tax_amount }
    }

    pub(super) fn of(share: TaxShare) -> OrderTax {
        OrderTax { tax_rate: share.tax_rate, net_amount: share.net_amount, tax_amount: share.tax_amount }
    }
}

pub(super) fn refund_of(refund: ChannelRefund, rows: &[OrderItemRow], mandator: &Mandator) -> OrderRefund {
    let named = refund.positions.into_iter().filter_map(|pieces| {
        let row = rows.iter().find(|row| row.channel_line_id.as_ref() == Some(&pieces.line_id))?;
        Some(OrderItemReference { order_item_id: row.order_item_id, quantity: pieces.quantity })
    });
    OrderRefund {
        marketplace_refund_id: refund.refund_id,
        refund_date: refund.refunded_at.map(|at| Time::of(Stamp::from_utc(at), mandator.time_zone)),
        refund_amount: refund.amount,
        reason: refund.reason,
        order_items: named.collect(),
    }
}

pub(super) fn request_of(row: RequestRow, mandator: &Mandator) -> OrderCancelRequest {
    let time = |stamp: i64| Time::of(Stamp(stamp), mandator.time_zone);
    let pieces = row.data.pieces.iter();
    OrderCancelRequest {
        cancellation_request_id: row.cancellation_request_id,
        marketplace_request_id: row.marketplace_request_id,
        state: row.state.into(),
        requested_at: time(row.requested_at),
        settled_at: row.settled_at.map(time),
        reason: row.data.reason.clone(),
        order_items: pieces.map(|pieces| OrderItemReference { order_item_id: pieces.order_item_id, quantity: pieces.quantity }).collect(),
    }
}
