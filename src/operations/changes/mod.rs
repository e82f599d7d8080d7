//! Changes on their way to the channels, and channel orders that could not be stored: `fetchPendingChanges` and
//! `retryChanges`. Our own operations.

mod fetch;
mod retry;

use chrono_tz::Tz;

pub(crate) use fetch::FetchPendingChanges;
pub(crate) use retry::RetryChanges;

use super::wire::Time;
use crate::config::Settings;
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, ItemId, OfferId, OrderId};
use crate::store::changes::{Change, ChangeKind};
use crate::{wire, wire_enum};

wire_enum! {
    /// What a change is: the state of an offer (its newest value counts), a fact about an order (sent once, in order), an order of the channel that could not be stored, or a customer or coupon (its newest state counts).
    PendingChangeKind {
        /// The state of an offer; only its newest value is sent.
        State = "state",
        /// A fact about an order; each is sent once, in order.
        Fact = "fact",
        /// An order of the channel that could not be stored.
        Order = "order",
        /// A customer or coupon; only its newest state is sent.
        Transfer = "transfer",
    }
    /// pending: tried automatically until it arrives; parked: no longer tried automatically.
    PendingChangeStatus {
        /// Kontor tries again until it arrives.
        Pending = "pending",
        /// Kontor no longer tries; retryChanges makes it try again.
        Parked = "parked",
    }
}

wire! {
    /// A change that has not arrived.
    PendingChange {
        /// Number of the change for retryChanges, such as price-12 for the price of offer 12, fact-7, order-3 or transfer-4.
        change_id: String,
        /// STATE, FACT, ORDER or TRANSFER.
        kind: PendingChangeKind,
        /// The part of the offer (listing, content, price, quantity), or what happened to the order (acknowledged, paid, shipped, cancelled, positions_cancelled, refunded); import of an order; customer or coupon of a transfer.
        topic: String,
        /// PENDING or PARKED; orders are never parked.
        status: PendingChangeStatus,
        /// The account by number.
        account_id: AccountId,
        /// The account by name.
        account_identifier: Option<String>,
        /// The offer, of a state.
        offer_id: Option<OfferId>,
        /// The article of the offer by number of Kontor.
        item_id: Option<ItemId>,
        /// The article of the offer by the merchant's own item number.
        internal_item_number: Option<String>,
        /// The order by number of Kontor, of a fact.
        order_id: Option<OrderId>,
        /// The order by visible number.
        order_number: Option<i32>,
        /// Prefix of the visible number.
        order_number_prefix: Option<String>,
        /// The order by the number of the marketplace.
        marketplace_order_id: Option<String>,
        /// When it was asked for, or last asked for again; of an order, when the channel reported it.
        requested_at: Time,
        /// Attempts that failed since then.
        attempts: i32,
        /// The first of them.
        first_failed_at: Option<Time>,
        /// When it is tried next; absent where it is parked.
        next_try_at: Option<Time>,
        /// Why the last attempt failed, or why it was refused.
        last_error: Option<String>,
        /// When the channel accepted it, or the change that it can only follow, and began to work on it.
        accepted_at: Option<Time>,
        /// The customer, of a transfer.
        customer_id: Option<i32>,
        /// The customer by number.
        customer_number: Option<i32>,
        /// The coupon, of a transfer.
        coupon_id: Option<i32>,
        /// The coupon by its code.
        coupon_code: Option<String>,
        /// The message, of a transfer.
        message_id: Option<i32>,
        /// The dispute, of a transfer.
        dispute_id: Option<i32>,
    }
}

/// A change as it goes out, in the time zone of its mandator.
pub(super) fn record(settings: &Settings, zone: Tz, change: Change) -> PendingChange {
    let next_try = change.next_try();
    let (offer, order, transfer) = (change.offer, change.order, change.transfer);
    let of = |kind: TransferKind| transfer.clone().filter(|transfer| transfer.kind == kind);
    let (customer, coupon) = (of(TransferKind::Customer), of(TransferKind::Coupon));
    let (message, dispute) = (of(TransferKind::Message), of(TransferKind::Dispute));
    let time = |stamp| Time::of(stamp, zone);
    PendingChange {
        change_id: change.id.to_string(),
        kind: match change.id.kind() {
            ChangeKind::State => PendingChangeKind::State,
            ChangeKind::Fact => PendingChangeKind::Fact,
            ChangeKind::Order => PendingChangeKind::Order,
            ChangeKind::Transfer => PendingChangeKind::Transfer,
        },
        topic: change.topic,
        status: if change.parked { PendingChangeStatus::Parked } else { PendingChangeStatus::Pending },
        account_id: change.account_id,
        account_identifier: settings.account(change.account_id).map(|account| account.identifier.clone()),
        offer_id: offer.as_ref().map(|offer| offer.offer_id),
        item_id: offer.as_ref().map(|offer| offer.item_id),
        internal_item_number: offer.map(|offer| offer.internal_item_number),
        order_id: order.as_ref().and_then(|order| order.order_id),
        order_number: order.as_ref().and_then(|order| order.order_number),
        order_number_prefix: order.as_ref().and_then(|order| order.order_number_prefix.clone()),
        marketplace_order_id: order.and_then(|order| order.marketplace_order_id),
        requested_at: time(change.asked_at),
        attempts: change.attempts,
        first_failed_at: change.first_failed_at.map(time),
        next_try_at: next_try.map(time),
        last_error: change.last_error,
        accepted_at: change.accepted_at.map(time),
        customer_id: customer.as_ref().map(|customer| customer.record_id),
        customer_number: customer.and_then(|customer| customer.name?.parse().ok()),
        coupon_id: coupon.as_ref().map(|coupon| coupon.record_id),
        coupon_code: coupon.and_then(|coupon| coupon.name),
        message_id: message.map(|message| message.record_id),
        dispute_id: dispute.map(|dispute| dispute.record_id),
    }
}
