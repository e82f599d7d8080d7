//! Mails to buyers: of what they tell, what becomes of them, and to which addresses they may go. All of it is decided here, with
//! the time as a parameter.

mod address;

use serde::{Deserialize, Serialize};

pub(crate) use address::EmailAddress;

use super::document::Version;
use super::numbered::numbered;
use super::order::{OrderStatus, PaymentStatus};
use super::{Decimal, OrderItemId, Stamp};

numbered! {
    /// What a mail tells.
    pub(crate) enum MailEvent {
        /// Kontor has the order.
        Confirmed = 1, "confirmed";
        Paid = 2, "paid";
        /// One package left.
        Shipped = 3, "shipped";
        /// Pieces are cancelled, or the order.
        Cancelled = 4, "cancelled";
        /// Money went back.
        Refunded = 5, "refunded";
    }

    /// What became of a mail.
    pub(crate) enum MailState {
        Waiting = 1, "waiting";
        /// The server took it.
        Sent = 2, "sent";
        /// It can never be sent as it is: no address, or the server refuses the address or the mail.
        Refused = 3, "refused";
        /// It was tried for too long.
        GaveUp = 4, "gave up";
        /// Nobody needs it: overtaken, switched off, given up by hand.
        LeftOut = 5, "left out";
    }
}

/// What a mail is about, beside its order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MailDocument {
    pub(crate) version: Version<1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) packet_id: Option<i32>,
    /// Pieces of positions that were cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pieces: Vec<(OrderItemId, i32)>,
    /// Money that went back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Decimal>,
}

/// What of an order decides whether a mail about it is still worth sending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) status: OrderStatus,
    pub(crate) payment: Option<PaymentStatus>,
    /// When the buyer ordered.
    pub(crate) ordered: Stamp,
    /// When Kontor stored the order.
    pub(crate) stored: Stamp,
    /// Since when mails of this kind are switched on.
    pub(crate) since: Stamp,
}

/// Why a mail must not be sent any more; `None`: it goes.
pub(crate) fn needless(event: MailEvent, order: Standing, confirm_within: std::time::Duration) -> Option<&'static str> {
    let cancelled = order.status == OrderStatus::Cancelled;
    let late = i64::try_from(confirm_within.as_micros()).unwrap_or(i64::MAX);
    match event {
        MailEvent::Confirmed if cancelled => Some("the order is cancelled"),
        MailEvent::Confirmed if order.ordered < order.since => Some("the order is older than the mails"),
        MailEvent::Confirmed if order.stored.0.saturating_sub(order.ordered.0) > late => {
            Some("the order was collected too late to be confirmed")
        }
        MailEvent::Paid if cancelled => Some("the order is cancelled"),
        MailEvent::Paid if order.payment != Some(PaymentStatus::Paid) => Some("the payment was taken back"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{MailEvent as E, Standing, needless};
    use crate::domain::Stamp;
    use crate::domain::order::{OrderStatus, PaymentStatus};

    const HOUR: i64 = 3_600_000_000;

    fn standing() -> Standing {
        Standing {
            status: OrderStatus::PaidShipping,
            payment: Some(PaymentStatus::Paid),
            ordered: Stamp(10 * HOUR),
            stored: Stamp(11 * HOUR),
            since: Stamp(5 * HOUR),
        }
    }

    fn why(event: E, order: Standing) -> Option<&'static str> {
        needless(event, order, Duration::from_secs(2 * 3600))
    }

    #[test]
    fn what_is_news_to_the_buyer_is_sent() {
        for event in E::ALL {
            assert_eq!(why(event, standing()), None, "{}", event.word());
        }
    }

    #[test]
    fn orders_from_before_the_mails_were_switched_on_are_not_confirmed_but_their_later_events_are_sent() {
        let old = Standing { since: Stamp(12 * HOUR), ..standing() };
        assert_eq!(why(E::Confirmed, old), Some("the order is older than the mails"));
        for event in [E::Paid, E::Shipped, E::Cancelled, E::Refunded] {
            assert_eq!(why(event, old), None, "{}", event.word());
        }
    }

    #[test]
    fn an_order_that_is_collected_late_is_not_confirmed() {
        assert_eq!(why(E::Confirmed, Standing { stored: Stamp(12 * HOUR), ..standing() }), None);
        let late = Standing { stored: Stamp(12 * HOUR + 1), ..standing() };
        assert_eq!(why(E::Confirmed, late), Some("the order was collected too late to be confirmed"));
    }

    #[test]
    fn what_was_overtaken_is_left_out() {
        let cancelled = Standing { status: OrderStatus::Cancelled, ..standing() };
        for event in [E::Confirmed, E::Paid] {
            assert_eq!(why(event, cancelled), Some("the order is cancelled"));
        }
        assert_eq!(why(E::Cancelled, cancelled), None);
        let unpaid = Standing { payment: Some(PaymentStatus::Unpaid), ..standing() };
        assert_eq!(why(E::Paid, unpaid), Some("the payment was taken back"));
    }
}
