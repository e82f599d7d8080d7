//! What buyers and merchant say to each other at channels: messages (`order-calls.md` 13.1, 13.2), disputes (12) and feedback (13.3,
//! 13.4). Of most of it nothing could be read, so the fields are ours; the names of the lists are the original's where they are known.

mod disputes;
mod feedback;
mod fetch;
mod open_dispute;
mod send;
mod taken;
mod update;

use std::collections::BTreeMap;

pub(crate) use disputes::FetchDisputes;
pub(crate) use feedback::{FetchFeedback, FetchFeedbackSummaries};
pub(crate) use fetch::FetchMessages;
pub(crate) use open_dispute::CreateDisputes;
pub(crate) use send::SendMessages;
pub(crate) use taken::{take_dispute_over, take_feedback_over, take_message_over, take_summary_over};
pub(crate) use update::UpdateMessages;

use crate::domain::contact::ContactKind;
use crate::domain::outbox::OutboxStatus;
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Deleted, Failure, MandatorId, OrderId, OrderItemId, code};
use crate::operations::cursor::{Chosen, Cursor};
use crate::operations::orders::OrderKeys;
use crate::operations::{Finished, Reading};
use crate::store::Conn;
use crate::store::contacts::{self, ContactRow};
use crate::store::deletions::DeletionRow;
use crate::store::filter::Cond;
use crate::store::since::Since;
use crate::store::{orders, transfers};
use crate::{wire, wire_enum};

wire_enum! {
    /// Who wrote a message.
    MessageDirection {
        /// The buyer.
        Received = "received",
        /// The merchant.
        Sent = "sent",
    }

    /// What became of something that Kontor sends to a channel.
    ContactTransmission {
        /// It is on its way.
        Waiting = "waiting",
        /// The channel has it.
        Transmitted = "transmitted",
        /// The channel refused it; fetchUploadMessages says why, retryChanges sends it again.
        Refused = "refused",
        /// It stays in Kontor: the channel takes none, or it was given up.
        Kept = "kept",
    }
}

wire! {
    /// The order that something is about.
    ContactOrder {
        /// The order, as Kontor knows it; missing as long as Kontor has not collected it.
        order: Option<OrderKeys>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// The position that it is about.
        order_item_id: Option<OrderItemId>,
    }
}

/// The orders that rows are about, each row with its own; `None`: about no order.
fn orders_of(conn: &mut Conn<'_>, rows: &[ContactRow]) -> Result<BTreeMap<i32, ContactOrder>, Failure> {
    let mut known: BTreeMap<(AccountId, String), Option<orders::OrderRow>> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for row in rows {
        let Some(number) = row.marketplace_order_id.clone() else { continue };
        let key = (row.account_id, number.clone());
        if !known.contains_key(&key) {
            let order = orders::of_channel(conn, row.account_id, &number)?;
            known.insert(key.clone(), order);
        }
        let order = known.get(&key).and_then(Option::as_ref);
        let order_item_id = match (order, &row.channel_line_id) {
            (Some(order), Some(line)) => {
                let lines = orders::items_of(conn, order.order_id)?;
                lines.into_iter().find(|item| item.channel_line_id.as_ref() == Some(line)).map(|item| item.order_item_id)
            }
            _ => None,
        };
        let order = order.map(OrderKeys::of);
        found.insert(row.contact_id, ContactOrder { order, marketplace_order_id: Some(number), order_item_id });
    }
    Ok(found)
}

/// The rows of one answer.
enum Rows {
    /// A page by its number, and how many match.
    Page(Vec<ContactRow>, usize),
    /// What changed behind a cursor, and the next one.
    Changed { rows: Vec<ContactRow>, deleted: Vec<DeletionRow>, next: String },
}

/// What a call asks for beside its filters.
struct Wanted<'a> {
    cursor: Option<&'a Cursor>,
    per_page: Option<i32>,
    page: Option<i32>,
    /// As what a reader of changes hears of deleted rows, and in which mandators.
    deleted: Option<(Deleted, Vec<MandatorId>)>,
}

/// The rows of an answer, of all those that match.
fn rows_of(reading: &Reading<'_>, conn: &mut Conn<'_>, wanted: Wanted<'_>, found: Vec<Since>) -> Result<Rows, Failure> {
    let deleted = |cursor: &Cursor| match wanted.deleted {
        Some((kind, mandators)) => cursor.deleted(conn, kind, mandators.into_iter()),
        None => Ok(Vec::new()),
    };
    let chosen = Chosen::of(reading, wanted.cursor, found, (wanted.per_page, wanted.page), deleted)?;
    let mut rows = contacts::load(conn, &chosen.ids)?;
    let Some(next) = chosen.next else { return Ok(Rows::Page(rows, chosen.total.unwrap_or_default())) };
    rows.sort_by_key(|row| (row.last_changed, row.contact_id));
    Ok(Rows::Changed { rows, deleted: chosen.deleted, next })
}

/// What became of records that Kontor sends, by their ids.
fn transmissions(conn: &mut Conn<'_>, kind: TransferKind, ids: &[i32]) -> Result<BTreeMap<i32, ContactTransmission>, Failure> {
    let states = transfers::states(conn, kind, ids)?;
    let state = |status| match status {
        OutboxStatus::Pending => ContactTransmission::Waiting,
        OutboxStatus::Done => ContactTransmission::Transmitted,
        OutboxStatus::Parked => ContactTransmission::Refused,
        OutboxStatus::Dropped => ContactTransmission::Kept,
    };
    Ok(states.into_iter().map(|(id, status)| (id, state(status))).collect())
}

/// What the channels did not take of a call, by the ids of the records: code and text.
fn refused(conn: &mut Conn<'_>, call: &Finished, kind: TransferKind) -> Result<BTreeMap<i32, (i32, String)>, Failure> {
    let rows = transfers::refused(conn, call.stamp)?;
    let of_kind = rows.into_iter().filter(|row| row.kind == kind && row.status == OutboxStatus::Parked).map(|row| {
        let failure = Failure::new(code::CHANNEL_REFUSED, [row.last_error.as_deref().unwrap_or_default()]);
        (row.record_id, (failure.return_code(), failure.text(call.reader)))
    });
    Ok(of_kind.collect())
}

/// The orders of a mandator with these ids and numbers; `None`: any order, or none.
fn orders_asked(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    order_ids: Cond<OrderId>,
    order_number: Cond<i32>,
) -> Result<Option<Vec<OrderId>>, Failure> {
    if matches!((&order_ids, &order_number), (Cond::All, Cond::All)) {
        return Ok(None);
    }
    let selection = orders::Selection { mandator_id, order_ids, order_number, ..orders::Selection::default() };
    orders::select(conn, &selection).map(Some)
}

/// The kind of transfer that sends a kind of contact.
fn transfer_of(kind: ContactKind) -> Option<TransferKind> {
    match kind {
        ContactKind::Message => Some(TransferKind::Message),
        ContactKind::Dispute => Some(TransferKind::Dispute),
        ContactKind::Feedback => None,
    }
}
