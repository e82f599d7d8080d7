//! An order as the shop holds it: what of it is paid, shipped, cancelled and paid back.

use serde::Deserialize;

use super::api::number;
use super::orders::{Bag, Id, sum};
use super::shop::PageInfo;
use crate::domain::Decimal;

pub(super) const HELD: &str = "query Held($id: ID!, $many: Int!) { order(id: $id) { id cancelledAt displayFinancialStatus canMarkAsPaid capturable currencyCode
  totalCapturableSet { shopMoney { amount } }
  lineItems(first: $many) { nodes { id quantity currentQuantity } pageInfo { hasNextPage } }
  fulfillments(first: 30) { id status trackingInfo(first: 10) { number } fulfillmentLineItems(first: $many) { nodes { quantity lineItem { id } } pageInfo { hasNextPage } } }
  fulfillmentOrders(first: 10) { nodes { id status assignedLocation { location { id } }
    lineItems(first: $many) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage } } } pageInfo { hasNextPage } }
  transactions(first: 50) { id kind status gateway manualPaymentGateway amountSet { shopMoney { amount } } parentTransaction { id } }
  refunds(first: 50) { id note refundLineItems(first: $many) { nodes { quantity restockType lineItem { id } } pageInfo { hasNextPage } } } } }";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held {
    pub id: String,
    cancelled_at: Option<String>,
    display_financial_status: Option<String>,
    pub can_mark_as_paid: bool,
    pub capturable: bool,
    currency_code: String,
    total_capturable_set: Bag,
    line_items: Page<Line>,
    fulfillments: Vec<Fulfillment>,
    pub fulfillment_orders: Page<FulfillmentOrder>,
    pub transactions: Vec<Transaction>,
    pub refunds: Vec<Refund>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    pub nodes: Vec<T>,
    page_info: PageInfo,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    quantity: i32,
    current_quantity: i32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fulfillment {
    pub id: String,
    status: String,
    tracking_info: Vec<Tracking>,
    fulfillment_line_items: Page<FulfillmentLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct Tracking {
    number: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FulfillmentLine {
    quantity: Option<i32>,
    line_item: Id,
}

/// What is to leave one location.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FulfillmentOrder {
    pub id: String,
    pub status: String,
    assigned_location: Assigned,
    pub line_items: Page<OpenLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct Assigned {
    location: Option<Id>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenLine {
    pub id: String,
    pub remaining_quantity: i32,
    line_item: Id,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub id: String,
    pub kind: String,
    pub status: String,
    pub gateway: Option<String>,
    pub manual_payment_gateway: bool,
    pub amount_set: Bag,
    pub parent_transaction: Option<Id>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund {
    pub note: Option<String>,
    refund_line_items: Page<RefundLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundLine {
    quantity: i32,
    restock_type: String,
    line_item: Id,
}

impl Fulfillment {
    pub(super) fn numbers(&self) -> impl Iterator<Item = &str> {
        self.tracking_info.iter().filter_map(|info| info.number.as_deref()).filter(|number| !number.is_empty())
    }
}

impl FulfillmentOrder {
    pub(super) fn location(&self) -> Option<&str> {
        self.assigned_location.location.as_ref().map(|location| location.id.as_str())
    }

    /// Pieces can leave: nobody holds it back, and it is not over.
    pub(super) fn can_leave(&self) -> bool {
        matches!(self.status.as_str(), "OPEN" | "IN_PROGRESS")
    }
}

impl OpenLine {
    pub(super) fn line_id(&self) -> &str {
        number(&self.line_item.id)
    }
}

impl Held {
    /// A list of it is longer than what was read.
    pub(super) fn is_cut(&self) -> bool {
        self.line_items.page_info.has_next_page
            || self.fulfillment_orders.page_info.has_next_page
            || self.fulfillments.iter().any(|one| one.fulfillment_line_items.page_info.has_next_page)
            || self.fulfillment_orders.nodes.iter().any(|one| one.line_items.page_info.has_next_page)
            || self.refunds.iter().any(|one| one.refund_line_items.page_info.has_next_page)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled_at.is_some()
    }

    pub(super) fn currency(&self) -> &str {
        &self.currency_code
    }

    pub(super) fn financial_status(&self) -> &str {
        self.display_financial_status.as_deref().unwrap_or_default()
    }

    pub(super) fn is_paid(&self) -> bool {
        matches!(self.financial_status(), "PAID" | "PARTIALLY_REFUNDED" | "REFUNDED")
    }

    /// What is authorized and not taken yet, with its transaction.
    pub(super) fn authorization(&self) -> Option<(String, String)> {
        let amount = self.total_capturable_set.amount();
        let open = self.transactions.iter().rfind(|one| one.kind == "AUTHORIZATION" && one.status == "SUCCESS")?;
        (amount > Decimal::ZERO).then(|| (open.id.clone(), amount.to_string()))
    }

    /// Packages that left.
    pub(super) fn live(&self) -> impl Iterator<Item = &Fulfillment> {
        self.fulfillments.iter().filter(|one| !matches!(one.status.as_str(), "CANCELLED" | "ERROR" | "FAILURE"))
    }

    pub(super) fn is_shipped(&self) -> bool {
        self.live().next().is_some()
    }

    pub(super) fn pieces_shipped(&self, line_id: &str) -> i32 {
        let lines = self.live().flat_map(|one| &one.fulfillment_line_items.nodes);
        let of_line = lines.filter(|line| number(&line.line_item.id) == line_id);
        of_line.fold(0, |sum, line| sum.saturating_add(line.quantity.unwrap_or_default()))
    }

    /// Pieces that were taken out of a line before they left.
    pub(super) fn pieces_cancelled(&self, line_id: &str) -> i32 {
        let Some(line) = self.line_items.nodes.iter().find(|line| number(&line.id) == line_id) else { return 0 };
        let lines = self.refunds.iter().flat_map(|refund| &refund.refund_line_items.nodes);
        let refunded = lines.filter(|one| one.line_item.id == line.id && one.restock_type != "CANCEL");
        let refunded = refunded.fold(0_i32, |sum, one| sum.saturating_add(one.quantity));
        line.quantity.saturating_sub(line.current_quantity).saturating_sub(refunded).max(0)
    }

    /// Pieces of some line were taken out.
    pub(super) fn is_cut_down(&self) -> bool {
        self.line_items.nodes.iter().any(|line| self.pieces_cancelled(number(&line.id)) > 0)
    }

    fn remaining(&self) -> impl Iterator<Item = (&FulfillmentOrder, &OpenLine)> {
        let orders = self.fulfillment_orders.nodes.iter().filter(|order| !matches!(order.status.as_str(), "CANCELLED" | "CLOSED"));
        orders.flat_map(|order| order.line_items.nodes.iter().filter(|line| line.remaining_quantity > 0).map(move |line| (order, line)))
    }

    /// Pieces that have not left.
    pub(super) fn open(&self) -> Vec<(String, i32)> {
        let mut open: Vec<(String, i32)> = Vec::new();
        for (_, line) in self.remaining() {
            match open.iter_mut().find(|(id, _)| id == line.line_id()) {
                Some((_, quantity)) => *quantity = quantity.saturating_add(line.remaining_quantity),
                None => open.push((line.line_id().to_owned(), line.remaining_quantity)),
            }
        }
        open
    }

    /// The locations from which pieces were to leave, which get them back.
    pub(super) fn with_locations(&self, pieces: Vec<(String, i32)>) -> Vec<(String, i32, Option<String>)> {
        let mut placed = Vec::with_capacity(pieces.len());
        for (line_id, mut quantity) in pieces {
            for (order, line) in self.remaining().filter(|(_, line)| line.line_id() == line_id) {
                let here = quantity.min(line.remaining_quantity);
                if here > 0 {
                    placed.push((line_id.clone(), here, order.location().map(str::to_owned)));
                    quantity = quantity.saturating_sub(here);
                }
            }
            if quantity > 0 {
                placed.push((line_id, quantity, None));
            }
        }
        placed
    }

    /// Money that can still go back to each payment.
    pub(super) fn refundable(&self) -> Vec<(&Transaction, Decimal)> {
        let taken = self.transactions.iter().filter(|one| one.status == "SUCCESS" && matches!(one.kind.as_str(), "SALE" | "CAPTURE"));
        let gone = |parent: &Transaction| {
            let refunds =
                self.transactions.iter().filter(|one| one.kind == "REFUND" && matches!(one.status.as_str(), "SUCCESS" | "PENDING"));
            sum(refunds
                .filter(|one| one.parent_transaction.as_ref().is_some_and(|id| id.id == parent.id))
                .map(|one| one.amount_set.amount()))
        };
        let left = taken.map(|one| (one, Decimal(one.amount_set.amount().0.saturating_sub(gone(one).0).max(0))));
        left.filter(|(_, left)| *left > Decimal::ZERO).collect()
    }

    pub(super) fn left_to_refund(&self) -> Decimal {
        sum(self.refundable().into_iter().map(|(_, left)| left))
    }
}
