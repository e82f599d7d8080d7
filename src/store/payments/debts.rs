//! The orders that payments may be for.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::order::{OrderDocument, OrderStatus, Sold};
use crate::domain::{Decimal, Failure, MandatorId, OrderId, Stamp};
use crate::on;
use crate::store::schema::{order_items, orders, payment_assignments};
use crate::store::{Conn, MOST_VARIABLES};

/// What of an order says whether a payment is for it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub(crate) struct PayableOrder {
    pub order_id: OrderId,
    pub order_number: i32,
    pub order_number_prefix: Option<String>,
    pub external_order_number_1: Option<String>,
    pub external_order_number_2: Option<String>,
    pub marketplace_order_id: Option<String>,
    pub marketplace_order_id_2: Option<String>,
    pub transaction_id_1: Option<String>,
    pub transaction_id_2: Option<String>,
    pub invoice_number: Option<String>,
    pub order_date: Option<i64>,
    pub created_at: i64,
    pub order_status_id: OrderStatus,
    pub customer_id: Option<i32>,
    pub data: OrderDocument,
}

/// An order with what was sold, and the amounts of the payments that are assigned to it.
#[derive(Debug, Clone)]
pub(crate) struct Payable {
    pub order: PayableOrder,
    pub sold: Vec<Sold>,
    pub assigned: Vec<Decimal>,
}

/// The newest orders of a mandator of which something is still expected.
pub(crate) fn open_orders(conn: &mut Conn<'_>, mandator_id: MandatorId, most: i64) -> Result<Vec<OrderId>, Failure> {
    use OrderStatus::{Backlog, ConfirmedOpenPayments, ConfirmedShipping, New, ShippedOpenPayments};
    Ok(on!(conn, c => orders::table
        .filter(orders::mandator_id.eq(mandator_id))
        .filter(orders::order_status_id.eq_any([New, ConfirmedOpenPayments, ConfirmedShipping, ShippedOpenPayments, Backlog]))
        .order(orders::order_id.desc())
        .limit(most)
        .select(orders::order_id)
        .load(c))?)
}

/// The orders of a mandator that changed since.
pub(crate) fn changed_orders(conn: &mut Conn<'_>, mandator_id: MandatorId, since: Stamp) -> Result<Vec<OrderId>, Failure> {
    Ok(on!(conn, c => orders::table
        .filter(orders::mandator_id.eq(mandator_id))
        .filter(orders::last_changed.ge(since.0))
        .order(orders::order_id)
        .select(orders::order_id)
        .load(c))?)
}

/// The orders of a mandator that have one of these numbers.
pub(crate) fn orders_named(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    texts: &[String],
    numbers: &[i32],
    most: i64,
) -> Result<Vec<OrderId>, Failure> {
    let mut found: Vec<OrderId> = Vec::new();
    macro_rules! under {
        ($column:expr, $values:expr) => {
            found.extend(on!(conn, c => orders::table
                .filter(orders::mandator_id.eq(mandator_id))
                .filter($column.eq_any($values))
                .order(orders::order_id.desc())
                .limit(most)
                .select(orders::order_id)
                .load::<OrderId>(c))?);
        };
    }
    if !numbers.is_empty() {
        under!(orders::order_number, numbers);
    }
    if !texts.is_empty() {
        under!(orders::external_order_number_1, texts);
        under!(orders::external_order_number_2, texts);
        under!(orders::marketplace_order_id, texts);
        under!(orders::transaction_id_1, texts);
        under!(orders::invoice_number, texts);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Orders by id with what payments need to know of them.
pub(crate) fn payables(conn: &mut Conn<'_>, ids: &[OrderId]) -> Result<Vec<Payable>, Failure> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        let rows: Vec<PayableOrder> = on!(conn, c => orders::table
            .filter(orders::order_id.eq_any(chunk))
            .order(orders::order_id)
            .select(PayableOrder::as_select())
            .load(c))?;
        let lines: Vec<(OrderId, i32, i32, i64, Option<i64>)> = on!(conn, c => order_items::table
            .filter(order_items::order_id.eq_any(chunk))
            .select((order_items::order_id, order_items::quantity, order_items::cancelled, order_items::price, order_items::tax_rate))
            .load(c))?;
        let paid: Vec<(OrderId, i64)> = on!(conn, c => payment_assignments::table
            .filter(payment_assignments::order_id.eq_any(chunk))
            .order(payment_assignments::payment_assignment_id)
            .select((payment_assignments::order_id, payment_assignments::amount))
            .load(c))?;
        let mut sold: BTreeMap<OrderId, Vec<Sold>> = BTreeMap::new();
        for (order_id, quantity, cancelled, price, tax_rate) in lines {
            let line = Sold { price: Decimal(price), tax_rate: tax_rate.map(Decimal), quantity: quantity.saturating_sub(cancelled) };
            sold.entry(order_id).or_default().push(line);
        }
        let mut assigned: BTreeMap<OrderId, Vec<Decimal>> = BTreeMap::new();
        for (order_id, amount) in paid {
            assigned.entry(order_id).or_default().push(Decimal(amount));
        }
        found.extend(rows.into_iter().map(|order| Payable {
            sold: sold.remove(&order.order_id).unwrap_or_default(),
            assigned: assigned.remove(&order.order_id).unwrap_or_default(),
            order,
        }));
    }
    Ok(found)
}
