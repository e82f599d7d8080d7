//! What a channel says after the sale: pieces that came back, money that went back, and what buyers ask to be cancelled.

use crate::config::Account;
use crate::dispatch::inbound::warn;
use crate::domain::message::own;
use crate::domain::order::{
    CANCELLED, CancellationRequest, ChannelOrder, Difference, REFUNDED, REFUNDED_AMOUNT, RETURNED, RequestDocument, RequestState, answer,
};
use crate::domain::{Decimal, Failure, OrderItemId};
use crate::store::Tx;
use crate::store::orders::{self, OrderRow, Positions, RequestRow};

/// A request in `order_changes`, by Kontor's id.
const REQUEST: &str = "cancellation_request";

/// These are events, not corrections, and have messages of their own.
pub(super) fn is_event(difference: &Difference) -> bool {
    [RETURNED, REFUNDED, REFUNDED_AMOUNT, REQUEST].contains(&&*difference.what)
}

/// Returns and refunds. A channel counts all of them, those that the ERP reported too: what goes beyond what is known is news.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    account: &Account,
    row: &mut OrderRow,
    positions: &mut Positions,
    order: &ChannelOrder,
    found: &[Difference],
) -> Result<(), Failure> {
    let refunded = order.refunded_pieces();
    for line in &order.lines {
        let Some(id) = position_of(positions, &line.line_id) else { continue };
        let pieces = positions.pieces(id);
        let more = refunded.get(&*line.line_id).copied().unwrap_or_default().saturating_sub(pieces.refunded);
        if line.returned > pieces.returned || more > 0 {
            positions.change(id, |pieces| {
                pieces.returned = pieces.returned.max(line.returned);
                pieces.refund(more);
            });
        }
    }
    row.data.refunded_amount = row.data.refunded_amount.max(order.refunded_amount());
    let says = |what: &[&str]| found.iter().any(|difference| what.contains(&&*difference.what));
    if says(&[RETURNED]) {
        warn(tx, account.account_id, row, &own::order_returned(row.order_number))?;
    }
    if says(&[REFUNDED, REFUNDED_AMOUNT]) {
        let amount = row.data.refunded_amount.unwrap_or(Decimal::ZERO);
        warn(tx, account.account_id, row, &own::order_refunded(row.order_number, amount.to_string()))?;
    }
    Ok(())
}

/// A channel counts what the ERP did together with its own, so its number before is not where the news begins: Kontor's is.
pub(super) fn since_ours(row: &OrderRow, positions: &Positions, found: &mut [Difference]) {
    for difference in found {
        let pieces = difference.line_id.as_ref().and_then(|line_id| position_of(positions, line_id)).map(|id| positions.pieces(id));
        let ours = match (&*difference.what, pieces) {
            (CANCELLED, Some(pieces)) => Some(pieces.cancelled.to_string()),
            (RETURNED, Some(pieces)) => Some(pieces.returned.to_string()),
            (REFUNDED, Some(pieces)) => Some(pieces.refunded.to_string()),
            (REFUNDED_AMOUNT, _) => row.data.refunded_amount.map(|amount| amount.to_string()),
            _ => continue,
        };
        difference.old = ours;
    }
}

/// What a channel says of returns and refunds is an echo where the ERP reported as much.
pub(super) fn is_echo(row: &OrderRow, positions: &Positions, difference: &Difference) -> bool {
    let Some(now) = &difference.new else { return false };
    let pieces = difference.line_id.as_ref().and_then(|line_id| position_of(positions, line_id)).map(|id| positions.pieces(id));
    let at_most = |known: i32| now.parse::<i32>().is_ok_and(|now| now <= known);
    match (&*difference.what, pieces) {
        (RETURNED, Some(pieces)) => at_most(pieces.returned),
        (REFUNDED, Some(pieces)) => at_most(pieces.refunded),
        (REFUNDED_AMOUNT, _) => Decimal::parse(now) <= row.data.refunded_amount,
        _ => false,
    }
}

/// Requests that are new, and those that the channel does not list any more: the buyer withdrew them, unless the channel
/// cancelled what they ask for itself.
pub(super) fn follow_requests(
    tx: &mut Tx<'_>,
    account: &Account,
    row: &OrderRow,
    positions: &Positions,
    said: &[CancellationRequest],
) -> Result<Vec<Difference>, Failure> {
    let known = orders::requests_of(&mut tx.conn, &[row.order_id])?;
    let mut found = Vec::new();
    let difference = |old: Option<i32>, new: Option<i32>| Difference {
        what: REQUEST.to_owned(),
        line_id: None,
        old: old.map(|id| id.to_string()),
        new: new.map(|id| id.to_string()),
    };
    for request in said {
        let before = known.iter().find(|row| row.marketplace_request_id == request.request_id);
        // One that was withdrawn may be made again; one that is answered may be listed until the answer arrives.
        if before.is_some_and(|before| before.state != RequestState::Withdrawn) {
            continue;
        }
        let id = take(tx, account, row, positions, request, before.map_or(0, |before| before.cancellation_request_id))?;
        found.push(difference(None, Some(id)));
    }
    let listed = |row: &RequestRow| said.iter().any(|request| request.request_id == row.marketplace_request_id);
    for mut gone in known.into_iter().filter(|row| row.state == RequestState::Open && !listed(row)) {
        let accepted = answer(&mut [&mut gone.data], &positions.moved()) == [Some(RequestState::Accepted)];
        let state = if accepted { RequestState::Accepted } else { RequestState::Withdrawn };
        orders::settle_request(tx, &mut gone, state)?;
        found.push(difference(Some(gone.cancellation_request_id), None));
        if state == RequestState::Withdrawn {
            warn(tx, account.account_id, row, &own::cancellation_withdrawn(&gone.marketplace_request_id, row.order_number))?;
        }
    }
    Ok(found)
}

/// Takes a request over, and answers it where it is decided already. Gives Kontor's id.
fn take(
    tx: &mut Tx<'_>,
    account: &Account,
    row: &OrderRow,
    positions: &Positions,
    request: &CancellationRequest,
    cancellation_request_id: i32,
) -> Result<i32, Failure> {
    let standings = positions.standings();
    let named: Vec<_> = request
        .positions
        .iter()
        .map(|pieces| {
            let id = position_of(positions, &pieces.line_id);
            (standings.iter().find(|standing| Some(standing.order_item_id) == id).copied(), pieces.quantity)
        })
        .collect();
    let (data, state) = RequestDocument::seen(request.reason.clone(), &named, &standings);
    let mut taken = RequestRow {
        cancellation_request_id,
        order_id: row.order_id,
        marketplace_request_id: request.request_id.clone(),
        state,
        requested_at: 0,
        settled_at: None,
        data,
    };
    orders::take_request(tx, &mut taken)?;
    match state {
        RequestState::Open => warn(tx, account.account_id, row, &own::cancellation_requested(&request.request_id, row.order_number))?,
        _ => orders::report_answer(tx, &taken)?,
    }
    Ok(taken.cancellation_request_id)
}

fn position_of(positions: &Positions, line_id: &str) -> Option<OrderItemId> {
    positions.rows().iter().find(|row| row.channel_line_id.as_deref() == Some(line_id)).map(|row| row.order_item_id)
}
