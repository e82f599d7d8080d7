//! Money that goes back, as refunds of the order's payments. Vendure knows no idempotency keys: a refund has the number of the
//! credit entry in its reason, and what refunds with that reason amount to is not given back again.

use serde::Deserialize;
use serde_json::json;

use super::super::rule::rule_or_error;
use super::super::{ChannelError, Fact, Outcome};
use super::graphql::{Failure, refusal};
use super::inputs::outcome_of;
use super::{MONEY_DECIMALS, Vendure, part};
use crate::domain::message::{Message, channel};
use crate::domain::order::Content;
use crate::domain::{Decimal, limits};

/// Refunds of one credit entry: one per payment.
const MOST_STEPS: usize = 12;
/// Characters of a reason that every database of a shop keeps.
const MOST_OF_A_REASON: u32 = 255;

const READ: &str = "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}, take: 1}) { items { currencyCode
  payments { id state amount refunds { total state reason } } } } }";
const REFUND: &str = "mutation ($input: RefundOrderInput!) { result: refundOrder(input: $input) { __typename ... on Refund { state }
  ... on ErrorResult { errorCode message } ... on RefundStateTransitionError { transitionError } } }";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    currency_code: String,
    payments: Option<Vec<Payment>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Payment {
    id: String,
    state: String,
    amount: i64,
    refunds: Vec<Refund>,
}

#[derive(Debug, Clone, Deserialize)]
struct Refund {
    total: i64,
    state: String,
    reason: Option<String>,
}

impl Payment {
    fn refunded(&self, counts: impl Fn(&Refund) -> bool) -> i64 {
        self.refunds.iter().filter(|refund| refund.state != "Failed" && counts(refund)).map(|refund| refund.total).sum()
    }

    fn left(&self) -> i64 {
        self.amount.saturating_sub(self.refunded(|_| true)).max(0)
    }
}

/// What is to go back, in the shop's words.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    pub amount: Decimal,
    pub currency: String,
    /// Names the credit entry.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Done,
    Refuse(Message),
    Refund {
        payment_id: String,
        amount: i64,
        /// Nothing of this credit entry went back before.
        first: bool,
    },
}

impl Credit {
    pub(super) fn new(amount: Decimal, currency: &str, number: &str, reason: Option<&str>) -> Credit {
        let reason = reason.map_or_else(|| number.to_owned(), |reason| format!("{number}: {reason}"));
        Credit { amount, currency: currency.to_owned(), reason: limits::cut(&reason, MOST_OF_A_REASON).into_owned() }
    }

    /// Decides from the order as it is now. Either all of it can go back, or nothing does.
    pub(super) fn next_step(&self, order: &Order) -> Step {
        if order.currency_code != self.currency {
            return Step::Refuse(channel::refund_currency(&self.currency, &order.currency_code));
        }
        let Some(wanted) = self.amount.to_units(MONEY_DECIMALS) else {
            return Step::Refuse(channel::refund_inexact(self.amount.to_string(), &self.currency, MONEY_DECIMALS.to_string()));
        };
        let payments = order.payments.as_deref().unwrap_or_default();
        let ours = |refund: &Refund| refund.reason.as_deref() == Some(self.reason.as_str());
        let done: i64 = payments.iter().map(|payment| payment.refunded(ours)).sum();
        let missing = wanted.saturating_sub(done);
        if missing <= 0 {
            return Step::Done;
        }
        let settled = || payments.iter().filter(|payment| payment.state == "Settled");
        let left: i64 = settled().map(Payment::left).sum();
        if missing > left {
            let left = Decimal::from_units(left, MONEY_DECIMALS).unwrap_or(Decimal::ZERO);
            return Step::Refuse(channel::refund_too_much(self.amount.to_string(), left.to_string(), &self.currency));
        }
        match settled().max_by_key(|payment| payment.left()) {
            Some(payment) => Step::Refund { payment_id: payment.id.clone(), amount: missing.min(payment.left()), first: done == 0 },
            None => Step::Done,
        }
    }
}

impl Vendure {
    pub(super) fn push_refund(&self, fact: &Fact, credit: &Credit, positions: &[Content]) -> Result<Outcome, ChannelError> {
        for _ in 0..MOST_STEPS {
            let mut data = self.api.call(READ, json!({ "code": fact.order_id })).map_err(Failure::whole)?;
            let orders: Vec<Order> = part(&mut data, "/orders/items")?;
            let Some(order) = orders.first() else {
                return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
            };
            let (payment_id, amount, first) = match credit.next_step(order) {
                Step::Done => return Ok(Outcome::done()),
                Step::Refuse(message) => return Ok(Outcome::Refused(message)),
                Step::Refund { payment_id, amount, first } => (payment_id, amount, first),
            };
            // They say for which pieces it is; the amount counts. Named once, where it takes several payments.
            let named = positions.iter().filter(|_| first).filter_map(|content| Some((content.line_id.as_deref()?, content.quantity)));
            let lines: Vec<_> = named.map(|(id, quantity)| json!({ "orderLineId": id, "quantity": quantity })).collect();
            // `amount` counts; without the two old fields the shop's database refuses the refund (seen with 3.7.3).
            let input = json!({
                "paymentId": payment_id, "amount": amount, "reason": credit.reason, "lines": lines, "shipping": 0, "adjustment": 0,
            });
            let data = match self.api.call(REFUND, json!({ "input": input })) {
                Ok(data) => data,
                Err(failure) => return rule_or_error(failure, outcome_of),
            };
            if let Some(rule) = refusal(data.get("result")) {
                return Ok(outcome_of(rule));
            }
            if data.pointer("/result/state").and_then(serde_json::Value::as_str) == Some("Failed") {
                return Ok(Outcome::Refused(channel::refund_failed(&credit.reason)));
            }
        }
        Ok(Outcome::Later {
            after: None,
            reason: format!("the shop took {MOST_STEPS} refunds for order {} and some is missing", fact.order_id),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Credit, Order, Step};
    use crate::domain::Decimal;

    fn order(payments: &Value) -> Order {
        serde_json::from_value(json!({ "currencyCode": "EUR", "payments": payments })).unwrap()
    }

    fn credit(amount: &str) -> Credit {
        Credit::new(Decimal::parse(amount).unwrap(), "EUR", "CR-1", Some("broken"))
    }

    fn payment(id: &str, state: &str, amount: i64, refunds: &[(i64, &str, &str)]) -> Value {
        let refunds: Vec<Value> =
            refunds.iter().map(|(total, state, reason)| json!({ "total": total, "state": state, "reason": reason })).collect();
        json!({ "id": id, "state": state, "amount": amount, "refunds": refunds })
    }

    fn refund(payment_id: &str, amount: i64, first: bool) -> Step {
        Step::Refund { payment_id: payment_id.to_owned(), amount, first }
    }

    #[test]
    fn a_credit_entry_goes_back_once_from_as_many_payments_as_it_takes() {
        const OURS: &str = "CR-1: broken";
        for (payments, expected) in [
            (json!([payment("1", "Settled", 2000, &[])]), refund("1", 1200, true)),
            (json!([payment("1", "Settled", 2000, &[(1200, "Settled", OURS)])]), Step::Done),
            (json!([payment("1", "Settled", 2000, &[(1200, "Pending", OURS)])]), Step::Done),
            (json!([payment("1", "Settled", 2000, &[(1200, "Failed", OURS)])]), refund("1", 1200, true)),
            (json!([payment("1", "Settled", 2000, &[(800, "Settled", "by hand")])]), refund("1", 1200, true)),
            (json!([payment("1", "Settled", 1000, &[]), payment("2", "Settled", 500, &[])]), refund("1", 1000, true)),
            (
                json!([payment("1", "Settled", 1000, &[(1000, "Settled", OURS)]), payment("2", "Settled", 500, &[])]),
                refund("2", 200, false),
            ),
            (json!([payment("1", "Declined", 9000, &[]), payment("2", "Settled", 1200, &[])]), refund("2", 1200, true)),
        ] {
            assert_eq!(credit("12.00").next_step(&order(&payments)), expected, "{payments}");
        }
    }

    #[test]
    fn what_the_shop_cannot_give_back_exactly_it_does_not_give_back_at_all() {
        let paid = order(&json!([payment("1", "Settled", 1000, &[(1, "Settled", "by hand")]), payment("2", "Authorized", 9000, &[])]));
        let none = order(&Value::Null);
        let crowns = Credit::new(Decimal::from_whole(1), "SEK", "CR-1", None);
        for (credit, order, code) in [
            (credit("10.00"), &paid, "REFUND_NOT_EXACT"),
            (credit("0.001"), &paid, "REFUND_NOT_EXACT"),
            (credit("1.00"), &none, "REFUND_NOT_EXACT"),
            (crowns, &paid, "REFUND_NOT_EXACT"),
        ] {
            let step = credit.next_step(order);
            assert!(matches!(&step, Step::Refuse(said) if said.code() == code), "{step:?}");
        }
        assert_eq!(credit("9.99").next_step(&paid), refund("1", 999, true));
    }
}
