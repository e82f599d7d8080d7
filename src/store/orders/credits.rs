//! Credit entries: money that the ERP gave back to buyers, and what became of it at the channels.

use diesel::prelude::*;

use super::{BY_CHANNEL, OrderRow};
use crate::domain::message::own;
use crate::domain::order::{CreditDocument, CreditState, FactName};
use crate::domain::{Decimal, Failure, MandatorId, OrderId, Stamp};
use crate::on;
use crate::store::among::among;
use crate::store::mails;
use crate::store::messages::{self, MessageRow};
use crate::store::outbox::{OutboxRow, OutboxStatus, Settled};
use crate::store::schema::{credit_entries, order_items, outbox_facts};
use crate::store::{Conn, Tx, next_id};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = credit_entries, treat_none_as_default_value = false)]
pub(crate) struct CreditRow {
    pub credit_entry_id: i32,
    pub order_id: OrderId,
    pub mandator_id: MandatorId,
    /// The ERP's own number, unique in the mandator.
    pub external_credit_number: String,
    /// In 1/10 000.
    pub amount: i64,
    pub currency_code_iso: String,
    pub created_at: i64,
    /// The fact that reports it to the channel.
    pub fact_key: Option<String>,
    pub state: CreditState,
    /// When it left [`CreditState::Waiting`].
    pub settled_at: Option<i64>,
    pub data: CreditDocument,
}

/// The credit entries of orders. True: Kontor does not try again automatically.
pub(crate) fn credits_of(conn: &mut Conn<'_>, order_ids: &[OrderId]) -> Result<Vec<(CreditRow, bool)>, Failure> {
    let rows: Vec<(CreditRow, Option<OutboxStatus>)> = on!(conn, c => credit_entries::table
        .left_join(outbox_facts::table.on(credit_entries::fact_key.eq(outbox_facts::fact_key.nullable())))
        .filter(among(credit_entries::order_id, order_ids))
        .order(credit_entries::credit_entry_id)
        .select((CreditRow::as_select(), outbox_facts::status.nullable()))
        .load(c))?;
    Ok(rows.into_iter().map(|(row, fact)| (row, fact == Some(OutboxStatus::Parked))).collect())
}

/// The credit entries that the channel does not get of those that one transaction reported, or that are `awaited` with it, with
/// the reason.
pub(crate) fn refused_credits(conn: &mut Conn<'_>, version: Stamp, awaited: &[i32]) -> Result<Vec<(i32, String)>, Failure> {
    let rows: Vec<(i32, Option<String>)> = on!(conn, c => credit_entries::table
        .inner_join(outbox_facts::table.on(credit_entries::fact_key.eq(outbox_facts::fact_key.nullable())))
        .filter(outbox_facts::version.eq(version.0).or(outbox_facts::fact_id.eq_any(awaited)))
        .filter(outbox_facts::status.eq_any([OutboxStatus::Parked, OutboxStatus::Dropped]))
        .order(credit_entries::credit_entry_id)
        .select((credit_entries::credit_entry_id, outbox_facts::last_error))
        .load(c))?;
    Ok(rows.into_iter().map(|(id, error)| (id, error.unwrap_or_default())).collect())
}

/// The fact that reports a credit entry, unless the channel has it.
pub(crate) fn open_fact(conn: &mut Conn<'_>, credit: &CreditRow) -> Result<Option<i32>, Failure> {
    let Some(key) = &credit.fact_key else { return Ok(None) };
    Ok(on!(conn, c => outbox_facts::table
        .filter(outbox_facts::fact_key.eq(key))
        .filter(outbox_facts::status.ne(OutboxStatus::Done))
        .select(outbox_facts::fact_id)
        .first(c)
        .optional())?)
}

/// The credit entry of a mandator under the ERP's number.
pub(crate) fn credit_by_number(conn: &mut Conn<'_>, mandator_id: MandatorId, number: &str) -> Result<Option<CreditRow>, Failure> {
    Ok(on!(conn, c => credit_entries::table
        .filter(credit_entries::mandator_id.eq(mandator_id))
        .filter(credit_entries::external_credit_number.eq(number))
        .select(CreditRow::as_select())
        .first(c)
        .optional())?)
}

/// Stores a new credit entry; its id and time are set here. One without a fact stays in Kontor.
pub(crate) fn add_credit(tx: &mut Tx<'_>, mut row: CreditRow) -> Result<CreditRow, Failure> {
    row.credit_entry_id = next_id(tx, "credit_entry")?;
    row.created_at = tx.stamp.0;
    if row.fact_key.is_none() {
        row.state = CreditState::Kept;
        row.settled_at = Some(tx.stamp.0);
    }
    on!(&mut tx.conn, c => diesel::insert_into(credit_entries::table).values(&row).execute(c))?;
    if row.state == CreditState::Kept {
        mails::note_refunded(tx, row.order_id, row.credit_entry_id, Decimal(row.amount))?;
    }
    Ok(row)
}

/// What became of a fact, where it is a refund.
pub(crate) fn follow_settled(tx: &mut Tx<'_>, row: &OutboxRow, settled: &Settled) -> Result<(), Failure> {
    let OutboxRow::Fact(fact) = row else { return Ok(()) };
    match settled {
        _ if fact.kind != FactName::Refunded.word() => Ok(()),
        Settled::Done => settle(tx, &fact.fact_key, CreditState::Transmitted),
        Settled::Kept { .. } => settle(tx, &fact.fact_key, CreditState::Kept),
        Settled::Parked { .. } => settle(tx, &fact.fact_key, CreditState::Refused),
        Settled::GaveUp { .. } => settle(tx, &fact.fact_key, CreditState::Unclear),
        Settled::Again { .. } => Ok(()),
    }
}

/// Nobody will send the fact any more.
pub(crate) fn give_up_credit(tx: &mut Tx<'_>, fact_id: i32) -> Result<(), Failure> {
    let key: Option<String> =
        on!(&mut tx.conn, c => outbox_facts::table.find(fact_id).select(outbox_facts::fact_key).get_result(c).optional())?;
    key.map_or(Ok(()), |key| settle(tx, &key, CreditState::GivenUp))
}

/// What was refused or unclear and goes again counts, from now on: the channel may list it before its answer is known.
pub(crate) fn resume_credits(tx: &mut Tx<'_>) -> Result<(), Failure> {
    let keys: Vec<Option<String>> = on!(&mut tx.conn, c => credit_entries::table
        .inner_join(outbox_facts::table.on(credit_entries::fact_key.eq(outbox_facts::fact_key.nullable())))
        .filter(credit_entries::state.eq_any([CreditState::Refused, CreditState::Unclear]))
        .filter(outbox_facts::status.eq(OutboxStatus::Pending))
        .order(credit_entries::credit_entry_id)
        .select(credit_entries::fact_key)
        .load(c))?;
    keys.into_iter().flatten().try_for_each(|key| settle(tx, &key, CreditState::Waiting))
}

fn settle(tx: &mut Tx<'_>, fact_key: &str, state: CreditState) -> Result<(), Failure> {
    let known = credit_entries::fact_key.eq(fact_key);
    let entry: Option<CreditRow> =
        on!(&mut tx.conn, c => credit_entries::table.filter(known).select(CreditRow::as_select()).first(c).optional())?;
    let Some(entry) = entry else { return Ok(()) };
    let settled_at = Some(tx.stamp.0).filter(|_| state != CreditState::Waiting);
    on!(&mut tx.conn, c => diesel::update(credit_entries::table.find(entry.credit_entry_id))
        .set((credit_entries::state.eq(state), credit_entries::settled_at.eq(settled_at)))
        .execute(c))?;
    if matches!(state, CreditState::Transmitted | CreditState::Kept) {
        mails::note_refunded(tx, entry.order_id, entry.credit_entry_id, Decimal(entry.amount))?;
    }
    match (entry.state.counts(), state.counts()) {
        (true, false) => count(tx, &entry, -1),
        (false, true) => count(tx, &entry, 1),
        _ => Ok(()),
    }
}

/// Counts an entry in the sums of its order, or no longer. What the channel lists stays counted: it may have given money back
/// itself meanwhile, which looked like this entry and is news now.
fn count(tx: &mut Tx<'_>, entry: &CreditRow, sign: i32) -> Result<(), Failure> {
    let Some(mut row) = super::get(&mut tx.conn, entry.order_id)? else { return Ok(()) };
    let listed = |amount: i64| row.data.refunds.iter().fold(amount, |sum, refund| sum.saturating_add(refund.amount.0));
    let before = row.data.refunded_amount.unwrap_or_default().0;
    let after = before.saturating_add(entry.amount.saturating_mul(i64::from(sign)));
    let hidden = listed(0).saturating_sub(after).max(0);
    row.data.refunded_amount = Some(Decimal(after.saturating_add(hidden))).filter(|amount| *amount != Decimal::ZERO);
    for mut position in super::items_of(&mut tx.conn, entry.order_id)? {
        let of_position = entry.data.positions.iter().filter(|part| part.order_item_id == position.order_item_id);
        let pieces = of_position.fold(0_i32, |sum, part| sum.saturating_add(part.quantity));
        if pieces > 0 {
            let listed = listed_pieces(&row, position.channel_line_id.as_deref());
            position.refunded = position.refunded.saturating_add(pieces.saturating_mul(sign)).max(listed);
            on!(&mut tx.conn, c => diesel::update(order_items::table.find(position.order_item_id))
                .set(order_items::refunded.eq(position.refunded))
                .execute(c))?;
        }
    }
    super::save(tx, &mut row, BY_CHANNEL)?;
    let (Some(account_id), true) = (row.account_id, hidden > 0) else { return Ok(()) };
    let message = own::order_refunded(row.order_number, row.data.refunded_amount.unwrap_or_default().to_string());
    messages::add(tx, MessageRow { order_id: Some(row.order_id), ..MessageRow::of(row.mandator_id, account_id, &message) })
}

/// Pieces of a line whose money went back, by the channel's own list.
fn listed_pieces(row: &OrderRow, line_id: Option<&str>) -> i32 {
    let all = row.data.refunds.iter().flat_map(|refund| &refund.positions);
    all.filter(|part| line_id == Some(&*part.line_id)).fold(0, |sum, part| sum.saturating_add(part.quantity))
}
