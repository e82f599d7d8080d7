//! Order status, workflows and the steps between them. `order-calls.md` 1.2 is the source; what is marked
//! inferred there is decided here and listed in `docs/COMPATIBILITY.md`.

mod address;
mod channel;
mod credit;
mod difference;
mod document;
mod fact;
mod fit;
mod position;
mod refund;
mod request;
mod shortage;
mod sums;
mod totals;

pub(crate) use address::Address;
pub(crate) use channel::{Buyer, ChannelOrder, OrderLine};
pub(crate) use credit::{CreditDocument, CreditState, CreditedPieces, Sold, charged, value_of};
pub(crate) use difference::{CANCELLED, COUPONS, Difference, LINE, REFUNDED, REFUNDED_AMOUNT, RETURNED, TAXES, differences};
pub(crate) use document::{OrderDocument, PacketDocument, PaymentDocument};
pub(crate) use fact::{AttachedFile, Content, DocumentKind, FactKind, FactName, Packet};
pub(crate) use fit::Fitted;
pub(crate) use position::{Pieces, Position, Warehouses};
pub(crate) use refund::{ChannelRefund, LinePieces};
pub(crate) use request::{CancellationRequest, Moved, RequestDocument, RequestState, RequestedPieces, Standing, answer};
pub(crate) use shortage::{Holder, Shelves, cover, uncovered};
pub(crate) use sums::total_difference;
pub(crate) use totals::{Coupon, Delivery, TaxShare, Totals, follow};

use super::numbered::{as_number, numbered};

/// `complete_status` of an order from which nothing more is expected, and of one that is still open.
pub(crate) const COMPLETE: i32 = 2;
pub(crate) const OPEN: i32 = 1;

numbered! {
    /// Which way an order takes; it follows from the payment method.
    #[derive(Default, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Workflow {
        #[default]
        Prepayment = 1, "prepayment";
        CashOnDelivery = 2, "cash_on_delivery";
        Collection = 3, "collection";
    }

    /// The state of an order's payment.
    pub enum PaymentStatus {
        Unpaid = 1, "unpaid";
        Paid = 2, "paid";
    }

    /// What prices contain.
    #[derive(Default)]
    pub enum PriceType {
        #[default]
        Gross = 1, "gross";
        Net = 2, "net";
    }

    /// Internal status; the ids are ours (only the example value 120 of the original is known). The words are those of the
    /// product's manual (`order-calls.md` 1.2).
    pub enum OrderStatus {
        New = 100, "New order";
        ConfirmedOpenPayments = 110, "Confirmed/Open payments";
        ConfirmedShipping = 115, "Confirmed/Shipping";
        PaidShipping = 120, "Paid/Shipping";
        ShippedOpenPayments = 130, "Shipped/Open payments";
        ShippedDone = 140, "Shipped/Done";
        PaidDone = 150, "Paid/Done";
        CollectedDone = 160, "Collected/Done";
        Backlog = 190, "Backlog";
        Cancelled = 200, "Cancelled";
    }
}

as_number!(PaymentStatus, PriceType);

impl Workflow {
    /// The workflow that the name of a payment method stands for: the documented names are "cash on delivery" and
    /// "collection" (of the goods), everything else is paid in advance.
    pub fn of_payment_method(identifier: &str) -> Workflow {
        let identifier = identifier.to_lowercase();
        if identifier.contains("cash on delivery") || identifier.contains("nachnahme") {
            Workflow::CashOnDelivery
        } else if identifier.contains("collection") || identifier.contains("abholung") {
            Workflow::Collection
        } else {
            Workflow::Prepayment
        }
    }
}

impl OrderStatus {
    /// [`OPEN`] or [`COMPLETE`].
    pub fn complete_status(self) -> i32 {
        if self.is_complete() { COMPLETE } else { OPEN }
    }

    pub fn is_shipped(self) -> bool {
        matches!(self, OrderStatus::ShippedOpenPayments | OrderStatus::ShippedDone | OrderStatus::PaidDone | OrderStatus::CollectedDone)
    }

    /// Stock stays reserved until the goods leave or the order is cancelled.
    pub fn reserves_stock(self) -> bool {
        !self.is_shipped() && self != OrderStatus::Cancelled
    }

    /// Nothing more is expected: `complete_status` 2.
    pub fn is_complete(self) -> bool {
        matches!(self, OrderStatus::ShippedDone | OrderStatus::PaidDone | OrderStatus::CollectedDone | OrderStatus::Cancelled)
    }
}

/// What an ERP reports with `updateOrderStatus`, independent of the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Fetched,
    Acknowledged,
    Paid,
    Shipped,
    Canceled,
}

/// What an event does to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The order gets this status.
    To(OrderStatus),
    /// The event is recorded, the status stays.
    Recorded,
    /// The order cannot take this event any more.
    Refused,
}

/// The step an event takes in the order's own workflow.
///
/// `PAID` before shipping in cash on delivery, and any repeat of a state already reached, is recorded: an ERP that
/// repeats a report after a time-out must not get an error for it. What is `paid` already needs no money after it is shipped.
pub(crate) fn step(workflow: Workflow, status: OrderStatus, paid: bool, event: Event) -> Step {
    use OrderStatus as S;
    match (event, status) {
        (Event::Fetched, _) => Step::Recorded,
        (Event::Canceled, S::Cancelled) => Step::Recorded,
        (Event::Canceled, status) if status.is_shipped() => Step::Refused,
        (Event::Canceled, _) => Step::To(S::Cancelled),
        (_, S::Cancelled) => Step::Refused,
        (Event::Acknowledged, S::New | S::Backlog) => match workflow {
            Workflow::Prepayment => Step::To(S::ConfirmedOpenPayments),
            Workflow::CashOnDelivery | Workflow::Collection => Step::To(S::ConfirmedShipping),
        },
        (Event::Acknowledged, _) => Step::Recorded,
        (Event::Paid, S::ShippedOpenPayments) => match workflow {
            Workflow::CashOnDelivery => Step::To(S::PaidDone),
            Workflow::Prepayment | Workflow::Collection => Step::To(S::ShippedDone),
        },
        (Event::Paid, S::New | S::ConfirmedOpenPayments | S::Backlog) if workflow == Workflow::Prepayment => Step::To(S::PaidShipping),
        (Event::Paid, _) => Step::Recorded,
        (Event::Shipped, status) if status.is_shipped() => Step::Recorded,
        (Event::Shipped, _) => match workflow {
            Workflow::Prepayment => Step::To(S::ShippedDone),
            Workflow::CashOnDelivery if paid => Step::To(S::PaidDone),
            Workflow::CashOnDelivery => Step::To(S::ShippedOpenPayments),
            Workflow::Collection => Step::To(S::CollectedDone),
        },
    }
}

/// The status of an order of which pieces are to be shipped after all, because the channel added them.
pub(crate) fn reopened(workflow: Workflow, paid: bool) -> OrderStatus {
    match workflow {
        Workflow::Prepayment if paid => OrderStatus::PaidShipping,
        Workflow::Prepayment => OrderStatus::ConfirmedOpenPayments,
        Workflow::CashOnDelivery | Workflow::Collection => OrderStatus::ConfirmedShipping,
    }
}

#[cfg(test)]
mod tests {
    use super::{Event as E, OrderStatus as S, Step, Workflow as W, step};

    #[test]
    fn each_workflow_takes_its_own_way() {
        let way = |workflow, events: &[E]| {
            let (mut status, mut paid) = (S::New, false);
            for event in events {
                if let Step::To(next) = step(workflow, status, paid, *event) {
                    status = next;
                }
                paid |= *event == E::Paid;
            }
            status
        };
        assert_eq!(way(W::Prepayment, &[E::Acknowledged]), S::ConfirmedOpenPayments);
        assert_eq!(way(W::Prepayment, &[E::Acknowledged, E::Paid]), S::PaidShipping);
        assert_eq!(way(W::Prepayment, &[E::Paid, E::Shipped]), S::ShippedDone);
        assert_eq!(way(W::CashOnDelivery, &[E::Acknowledged]), S::ConfirmedShipping);
        assert_eq!(way(W::CashOnDelivery, &[E::Acknowledged, E::Shipped]), S::ShippedOpenPayments);
        assert_eq!(way(W::CashOnDelivery, &[E::Shipped, E::Paid]), S::PaidDone);
        assert_eq!(way(W::CashOnDelivery, &[E::Paid, E::Shipped]), S::PaidDone, "it is paid already");
        assert_eq!(way(W::Collection, &[E::Paid, E::Shipped]), S::CollectedDone);
        assert_eq!(way(W::Prepayment, &[E::Fetched]), S::New);
        assert_eq!(way(W::Prepayment, &[E::Canceled]), S::Cancelled);
    }

    #[test]
    fn goods_that_left_cannot_be_cancelled_and_cancelled_orders_not_be_shipped() {
        assert_eq!(step(W::Prepayment, S::ShippedDone, true, E::Canceled), Step::Refused);
        assert_eq!(step(W::Prepayment, S::Cancelled, false, E::Shipped), Step::Refused);
        assert_eq!(step(W::Prepayment, S::Cancelled, false, E::Paid), Step::Refused);
    }

    #[test]
    fn a_repeated_report_is_no_error() {
        for (event, status) in
            [(E::Shipped, S::ShippedDone), (E::Canceled, S::Cancelled), (E::Paid, S::PaidShipping), (E::Acknowledged, S::PaidShipping)]
        {
            assert_eq!(step(W::Prepayment, status, true, event), Step::Recorded);
        }
    }

    #[test]
    fn the_payment_method_decides_the_workflow() {
        for (identifier, workflow) in [
            ("cash on delivery", W::CashOnDelivery),
            ("DHL Cash On Delivery", W::CashOnDelivery),
            ("Collection", W::Collection),
            ("Nachnahme", W::CashOnDelivery),
            ("paypal", W::Prepayment),
        ] {
            assert_eq!(W::of_payment_method(identifier), workflow, "{identifier}");
        }
    }
}
