//! What still has to be said to channels. States: a dirty set per offer and topic, newest wins. Facts: a log per order.

mod mark;
mod settle;

pub(crate) use mark::mark_items_and_sets;
pub use mark::{mark, mark_accounts, mark_items, mark_items_of_accounts};
pub(crate) use settle::{Openness, keep_openness};
pub use settle::{OutboxRow, Settled, forget_facts_before, settle};

use diesel::prelude::*;

use super::among::among;
use super::held_orders::ORDER_ASIDE;
use super::schema::{account_work, held_orders, outbox_facts, outbox_states};
use super::{Conn, MOST_VARIABLES, Tx, broken_document, limited_calls, next_id, transfers};
use crate::domain::order::FactKind;
pub use crate::domain::outbox::{OutboxStatus, Topic};
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Failure, OfferId, OrderId, Stamp, TaskId};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox_states, treat_none_as_default_value = false)]
pub struct StateRow {
    pub offer_id: OfferId,
    pub topic: Topic,
    pub account_id: AccountId,
    /// Stamp of the transaction that asked for it.
    pub version: i64,
    pub status: OutboxStatus,
    pub due_at: i64,
    pub attempts: i32,
    pub first_failed_at: Option<i64>,
    pub last_error: Option<String>,
    /// See [`super::begun`].
    pub begun: i32,
    /// The task that it waits for: it is pending, but not due.
    pub task_id: Option<TaskId>,
    /// The version that is in the task; `None`: it only waits.
    pub task_version: Option<i64>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox_facts, treat_none_as_default_value = false)]
pub struct FactRow {
    pub fact_id: i32,
    pub account_id: AccountId,
    pub order_id: OrderId,
    pub fact_key: String,
    pub kind: String,
    /// JSON of the [`FactKind`]. Read by [`FactRow::fact`], because one that cannot be read must not hold up the others.
    pub payload: String,
    pub version: i64,
    pub status: OutboxStatus,
    pub due_at: i64,
    pub attempts: i32,
    pub first_failed_at: Option<i64>,
    pub last_error: Option<String>,
    pub settled_at: Option<i64>,
    /// See [`super::begun`].
    pub begun: i32,
    /// 1: the channel may have it, although no answer says so.
    pub unclear: i32,
    /// As the channel named it when it accepted it.
    pub channel_task: Option<String>,
}

impl FactRow {
    pub fn fact(&self) -> Result<FactKind, Failure> {
        serde_json::from_str(&self.payload).map_err(|error| broken_document("fact", &error))
    }
}

/// Due at once. The stamps of changes go on when the clock is set back; the clock says what is due.
pub(super) fn due_now(tx: &Tx<'_>) -> i64 {
    tx.stamp.0.min(Stamp::now().0)
}

/// Appends a fact about an order. A key that is known already is not added again: false.
pub fn add_fact(tx: &mut Tx<'_>, account_id: AccountId, order_id: OrderId, fact_key: &str, fact: &FactKind) -> Result<bool, Failure> {
    if tx.is_quiet() {
        return Ok(false);
    }
    let row = FactRow {
        fact_id: next_id(tx, "fact")?,
        account_id,
        order_id,
        fact_key: fact_key.to_owned(),
        kind: fact.word().to_owned(),
        payload: serde_json::to_string(fact).map_err(|error| broken_document("fact", &error))?,
        version: tx.stamp.0,
        status: OutboxStatus::Pending,
        due_at: due_now(tx),
        attempts: 0,
        first_failed_at: None,
        last_error: None,
        settled_at: None,
        begun: 0,
        unclear: 0,
        channel_task: None,
    };
    let added = on!(&mut tx.conn, c => diesel::insert_into(outbox_facts::table)
        .values(&row)
        .on_conflict(outbox_facts::fact_key)
        .do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// What one transaction asked for and is not settled yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// Rows to be sent, and errands that have not ended.
    pub pending: i64,
    /// Those of them that may be settled in time; the others wait for a retry or for the limiter, or their channel asked
    /// us to stay away.
    pub soon: i64,
    /// Refused rows.
    pub parked: i64,
}

/// What a call asks the workers of accounts for, beside the rows of its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To collect the orders.
    Poll,
    /// To compare what the channel shows with what is known, which needs its orders, too.
    Reconciliation,
}

/// The accounts in which an errand has not ended.
fn open_errands(conn: &mut Conn<'_>, version: Stamp, errand: Errand, accounts: &[AccountId]) -> Result<Vec<AccountId>, Failure> {
    Ok(on!(conn, c => {
        let open = account_work::table
            .filter(account_work::account_id.eq_any(accounts))
            .select(account_work::account_id)
            .into_boxed();
        match errand {
            Errand::Poll => open.filter(account_work::poll_served.lt(version.0)).load(c),
            Errand::Reconciliation => open.filter(account_work::reconcile_served.lt(version.0)).load(c),
        }
    })?)
}

/// What one transaction asked for and is not settled yet, orders to be stored among it, and the facts of earlier ones that are
/// `awaited` with it; `until` says what is in time. An
/// errand to accounts is pending until one that began later has ended, whoever asked for it.
pub fn unsettled(
    conn: &mut Conn<'_>,
    (version, awaited): (Stamp, &[i32]),
    errand: Option<(Errand, &[AccountId])>,
    until: Stamp,
) -> Result<Unsettled, Failure> {
    let blocked: Vec<AccountId> = on!(conn, c => account_work::table
        .filter(account_work::blocked_until.gt(until.0))
        .select(account_work::account_id)
        .load(c))?;
    let limited = limited_calls::beyond(conn, until)?;
    let states: Vec<(OutboxStatus, i64, AccountId, Option<TaskId>)> = on!(conn, c => outbox_states::table
        .filter(outbox_states::version.eq(version.0))
        .select((outbox_states::status, outbox_states::due_at, outbox_states::account_id, outbox_states::task_id))
        .load(c))?;
    let facts: Vec<(OutboxStatus, i64, AccountId)> = on!(conn, c => outbox_facts::table
        .filter(outbox_facts::version.eq(version.0).or(outbox_facts::fact_id.eq_any(awaited)))
        .select((outbox_facts::status, outbox_facts::due_at, outbox_facts::account_id))
        .load(c))?;
    let orders: Vec<(i64, AccountId, i32)> = on!(conn, c => held_orders::table
        .filter(held_orders::version.eq(version.0))
        .select((held_orders::due_at, held_orders::account_id, held_orders::begun))
        .load(c))?;
    let errands = match errand {
        None => Vec::new(),
        Some((errand, accounts)) => open_errands(conn, version, errand, accounts)?,
    };
    let transfers = transfers::tally(conn, version, until)?;
    let mut found = Unsettled::default();
    let one = |due_at: i64| (1, i64::from(due_at <= until.0));
    let mut count = |status: OutboxStatus, (all, due): (i64, i64), account: AccountId, calls: &[ChannelCall]| match status {
        OutboxStatus::Pending => {
            let held_up = blocked.contains(&account) || calls.iter().any(|call| limited.contains_key(&(account, *call)));
            found.pending += all;
            found.soon += if held_up { 0 } else { due };
        }
        OutboxStatus::Parked => found.parked += all,
        OutboxStatus::Done | OutboxStatus::Dropped => {}
    };
    for (status, due_at, account, task) in states {
        count(status, one(due_at), account, if task.is_some() { &[ChannelCall::PollTask] } else { &[ChannelCall::Submit] });
    }
    facts.into_iter().for_each(|(status, due_at, account)| count(status, one(due_at), account, &[ChannelCall::PushFact]));
    let order_status = |begun: i32| if begun >= ORDER_ASIDE { OutboxStatus::Parked } else { OutboxStatus::Pending };
    orders.into_iter().for_each(|(due_at, account, begun)| count(order_status(begun), one(due_at), account, &[]));
    for transfers::Tally { account_id, status, all, due } in transfers {
        count(status, (all, due), account_id, &[ChannelCall::Transfer]);
    }
    let calls: &[ChannelCall] = match errand {
        None => &[],
        Some((Errand::Poll, _)) => &[ChannelCall::PullOrders],
        Some((Errand::Reconciliation, _)) => &[ChannelCall::ListOffers, ChannelCall::PullOrders],
    };
    errands.into_iter().for_each(|account| count(OutboxStatus::Pending, one(version.0), account, calls));
    Ok(found)
}

/// The states of one transaction that were refused, with the reason.
pub fn parked_offers(conn: &mut Conn<'_>, version: Stamp) -> Result<Vec<(OfferId, String)>, Failure> {
    let rows: Vec<(OfferId, Option<String>)> = on!(conn, c => outbox_states::table
        .filter(outbox_states::version.eq(version.0))
        .filter(outbox_states::status.eq(OutboxStatus::Parked))
        .order(outbox_states::offer_id)
        .select((outbox_states::offer_id, outbox_states::last_error))
        .load(c))?;
    let mut offers: Vec<(OfferId, String)> = rows.into_iter().map(|(offer, error)| (offer, error.unwrap_or_default())).collect();
    offers.dedup_by_key(|(offer, _)| *offer);
    Ok(offers)
}

/// The facts of one transaction, and of the `awaited` ones, that the channel does not get, with the reason: it refused them,
/// or can do nothing with them.
pub(crate) fn refused_facts(conn: &mut Conn<'_>, version: Stamp, awaited: &[i32]) -> Result<Vec<(OrderId, String)>, Failure> {
    let rows: Vec<(OrderId, Option<String>)> = on!(conn, c => outbox_facts::table
        .filter(outbox_facts::version.eq(version.0).or(outbox_facts::fact_id.eq_any(awaited)))
        .filter(outbox_facts::status.eq_any([OutboxStatus::Parked, OutboxStatus::Dropped]))
        .order(outbox_facts::fact_id)
        .select((outbox_facts::order_id, outbox_facts::last_error))
        .load(c))?;
    Ok(rows.into_iter().map(|(order, error)| (order, error.unwrap_or_default())).collect())
}

/// Offers of an account with due states, at most so many, oldest first; with how often work on them was cut off.
pub fn due_offers(conn: &mut Conn<'_>, account_id: AccountId, now: Stamp, most: usize) -> Result<Vec<(OfferId, i32)>, Failure> {
    let limit = i64::try_from(most.saturating_mul(Topic::ALL.len())).unwrap_or(i64::MAX);
    let rows: Vec<(OfferId, i32)> = on!(conn, c => outbox_states::table
        .filter(outbox_states::account_id.eq(account_id))
        .filter(outbox_states::status.eq(OutboxStatus::Pending))
        .filter(outbox_states::task_id.is_null())
        .filter(outbox_states::due_at.le(now.0))
        .order((outbox_states::due_at, outbox_states::offer_id, outbox_states::topic))
        .limit(limit)
        .select((outbox_states::offer_id, outbox_states::begun))
        .load(c))?;
    let mut due: Vec<(OfferId, i32)> = Vec::new();
    for (offer, begun) in rows {
        match due.iter_mut().find(|(known, _)| *known == offer) {
            Some((_, most)) => *most = begun.max(*most),
            None => due.push((offer, begun)),
        }
    }
    due.truncate(most);
    Ok(due)
}

/// Every row of these offers, due or not, parked or not.
pub fn rows_of(conn: &mut Conn<'_>, offer_ids: &[OfferId]) -> Result<Vec<StateRow>, Failure> {
    Ok(on!(conn, c => outbox_states::table
        .filter(among(outbox_states::offer_id, offer_ids))
        .order((outbox_states::offer_id, outbox_states::topic))
        .select(StateRow::as_select())
        .load(c))?)
}

/// The oldest fact of each order that is not settled: `(fact, due)`. Only these may be sent.
fn heads(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Vec<(i32, i64)>, Failure> {
    let mut rows: Vec<(OrderId, i32, i64)> = on!(conn, c => outbox_facts::table
        .filter(outbox_facts::account_id.eq(account_id))
        .filter(outbox_facts::status.eq(OutboxStatus::Pending))
        .order((outbox_facts::order_id, outbox_facts::fact_id))
        .select((outbox_facts::order_id, outbox_facts::fact_id, outbox_facts::due_at))
        .load(c))?;
    rows.dedup_by_key(|(order, _, _)| *order);
    Ok(rows.into_iter().map(|(_, fact, due)| (fact, due)).collect())
}

/// Due facts of an account, at most one per order: the oldest that is not settled. A parked fact does not hold up the
/// later ones. Those that wait longest come first, so that one that fails again and again lets the others pass.
pub fn due_facts(conn: &mut Conn<'_>, account_id: AccountId, now: Stamp, most: usize) -> Result<Vec<FactRow>, Failure> {
    let mut due = heads(conn, account_id)?;
    due.retain(|(_, due_at)| *due_at <= now.0);
    due.sort_by_key(|(fact, due_at)| (*due_at, *fact));
    due.truncate(most.min(MOST_VARIABLES));
    let ids: Vec<i32> = due.into_iter().map(|(fact, _)| fact).collect();
    Ok(on!(conn, c => outbox_facts::table
        .filter(outbox_facts::fact_id.eq_any(&ids))
        .order((outbox_facts::due_at, outbox_facts::fact_id))
        .select(FactRow::as_select())
        .load(c))?)
}

/// When the next state of an account falls due.
pub fn next_due_state(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<Stamp>, Failure> {
    let due: Option<i64> = on!(conn, c => outbox_states::table
        .filter(outbox_states::account_id.eq(account_id))
        .filter(outbox_states::task_id.is_null())
        .filter(outbox_states::status.eq(OutboxStatus::Pending))
        .select(diesel::dsl::min(outbox_states::due_at))
        .get_result(c))?;
    Ok(due.map(Stamp))
}

/// When the next fact of an account falls due.
pub fn next_due_fact(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<Stamp>, Failure> {
    Ok(heads(conn, account_id)?.into_iter().map(|(_, due)| Stamp(due)).min())
}
