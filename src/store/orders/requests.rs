//! What buyers asked to be cancelled, and what became of it.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::message::own;
use crate::domain::order::{FactKind, Moved, RequestDocument, RequestState, answer};
use crate::domain::{Failure, OrderId, OrderItemId};
use crate::on;
use crate::store::among::among;
use crate::store::messages::{self, MessageRow};
use crate::store::schema::cancellation_requests;
use crate::store::{Conn, Tx, next_ids, outbox};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = cancellation_requests, primary_key(cancellation_request_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct RequestRow {
    pub(crate) cancellation_request_id: i32,
    pub(crate) order_id: OrderId,
    /// The channel's id, unique in the order.
    pub(crate) marketplace_request_id: String,
    pub(crate) state: RequestState,
    pub(crate) requested_at: i64,
    pub(crate) settled_at: Option<i64>,
    pub(crate) data: RequestDocument,
}

/// The requests about orders, the oldest first.
pub(crate) fn requests_of(conn: &mut Conn<'_>, order_ids: &[OrderId]) -> Result<Vec<RequestRow>, Failure> {
    Ok(on!(conn, c => cancellation_requests::table
        .filter(among(cancellation_requests::order_id, order_ids))
        .order(cancellation_requests::cancellation_request_id)
        .select(RequestRow::as_select())
        .load(c))?)
}

/// Stores a request as it is seen now: a new one where its id is 0, else one that came again.
pub(crate) fn take_request(tx: &mut Tx<'_>, row: &mut RequestRow) -> Result<(), Failure> {
    row.requested_at = tx.stamp.0;
    if row.cancellation_request_id != 0 {
        return settle_request(tx, row, row.state);
    }
    row.cancellation_request_id = next_ids(tx, "cancellation_request", 1)?;
    row.settled_at = (row.state != RequestState::Open).then_some(tx.stamp.0);
    on!(&mut tx.conn, c => diesel::insert_into(cancellation_requests::table).values(&*row).execute(c))?;
    Ok(())
}

/// Stores what became of a request.
pub(crate) fn settle_request(tx: &mut Tx<'_>, row: &mut RequestRow, state: RequestState) -> Result<(), Failure> {
    row.state = state;
    row.settled_at = (state != RequestState::Open).then_some(tx.stamp.0);
    on!(&mut tx.conn, c => diesel::update(cancellation_requests::table.find(row.cancellation_request_id)).set(&*row).execute(c))?;
    Ok(())
}

/// Answers a request: its channel hears of it, and of a declined one the ERP, too. The pieces themselves are reported by
/// facts of their own.
pub(crate) fn report_answer(tx: &mut Tx<'_>, row: &RequestRow) -> Result<(), Failure> {
    let Some(order) = super::get(&mut tx.conn, row.order_id)? else { return Ok(()) };
    let Some(account_id) = order.account_id else { return Ok(()) };
    let request_id = row.marketplace_request_id.clone();
    let fact = match row.state {
        RequestState::Accepted => FactKind::CancellationAccepted { request_id },
        RequestState::Declined => FactKind::CancellationDeclined { request_id },
        RequestState::Open | RequestState::Withdrawn => return Ok(()),
    };
    let key = format!("{}-{}-{}", row.order_id, fact.word(), row.cancellation_request_id);
    outbox::add_fact(tx, account_id, row.order_id, &key, &fact)?;
    if row.state == RequestState::Declined {
        let message = own::cancellation_declined(&row.marketplace_request_id, order.order_number);
        messages::add(tx, MessageRow { order_id: Some(row.order_id), ..MessageRow::of(order.mandator_id, account_id, &message) })?;
    }
    Ok(())
}

/// What the ERP did with pieces answers the requests about them.
pub(super) fn answer_requests(tx: &mut Tx<'_>, order_id: OrderId, moved: &BTreeMap<OrderItemId, Moved>) -> Result<(), Failure> {
    if moved.is_empty() {
        return Ok(());
    }
    let mut open = requests_of(&mut tx.conn, &[order_id])?;
    open.retain(|row| row.state == RequestState::Open);
    let before = open.clone();
    let answers = answer(&mut open.iter_mut().map(|row| &mut row.data).collect::<Vec<_>>(), moved);
    for ((row, before), answer) in open.iter_mut().zip(&before).zip(answers) {
        if answer.is_some() || row.data != before.data {
            settle_request(tx, row, answer.unwrap_or(RequestState::Open))?;
        }
        if answer.is_some() {
            report_answer(tx, row)?;
        }
    }
    Ok(())
}
