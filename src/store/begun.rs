//! Work that has begun: a mark in its rows that stays when the process ends in the middle, so that the next one knows.
//!
//! The mark counts how often the work has begun since it last came to an end. What a process finds marked when it takes
//! an account over was cut off so many times.

use diesel::prelude::*;

use super::accounts::{ensure_work, save_work};
use super::held_orders::ORDER_ASIDE;
use super::outbox::OutboxStatus;
use super::schema::{account_work, channel_tasks, held_orders, offers, outbox_facts, outbox_states, transfers};
use super::transfers::carried;
use super::{Conn, Tx};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, ItemId, OfferId, OrderId, Stamp, TaskId};
use crate::on;

/// Cut off so often, rows are set aside: once, perhaps among others, and twice alone.
pub(crate) const ASIDE: i32 = 3;
const _: () = assert!(ORDER_ASIDE == ASIDE + 1, "an order that is about to be set aside has not been yet");
/// What the last error of a row that is set aside begins with.
pub(crate) const CUT_OFF: &str = "WORK_CUT_OFF";

/// Work that one attempt does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The states of these offers.
    States(Vec<OfferId>),
    Fact(i32),
    Transfer(i32),
    /// Held orders of these numbers.
    Orders(Vec<i32>),
    /// Of the account.
    Poll(i32),
    Task(TaskId),
    Reconciliation(i32),
}

/// Marks work that begins, or ends (0).
pub(crate) fn mark(tx: &mut Tx<'_>, work: &Begun, begun: i32) -> Result<(), Failure> {
    on!(&mut tx.conn, c => match work {
        Begun::States(offers) => diesel::update(outbox_states::table
                .filter(outbox_states::offer_id.eq_any(offers))
                .filter(outbox_states::status.eq(OutboxStatus::Pending))
                .filter(outbox_states::task_id.is_null())
                .filter(outbox_states::begun.ne(begun)))
            .set(outbox_states::begun.eq(begun))
            .execute(c),
        // From its beginning on, the channel may have it.
        Begun::Fact(fact) if begun > 0 => diesel::update(outbox_facts::table.find(fact))
            .set((outbox_facts::begun.eq(begun), outbox_facts::unclear.eq(1)))
            .execute(c),
        Begun::Fact(fact) => diesel::update(outbox_facts::table.find(fact)).set(outbox_facts::begun.eq(begun)).execute(c),
        Begun::Task(task) => diesel::update(channel_tasks::table.find(task)).set(channel_tasks::begun.eq(begun)).execute(c),
        Begun::Transfer(transfer) => diesel::update(transfers::table.find(transfer)).set(transfers::begun.eq(begun)).execute(c),
        Begun::Orders(orders) => diesel::update(held_orders::table.filter(held_orders::held_order_id.eq_any(orders)))
            .set(held_orders::begun.eq(begun))
            .execute(c),
        Begun::Poll(account) => diesel::update(account_work::table.find(account)).set(account_work::poll_begun.eq(begun)).execute(c),
        Begun::Reconciliation(account) =>
            diesel::update(account_work::table.find(account)).set(account_work::reconcile_begun.eq(begun)).execute(c),
    })?;
    Ok(())
}

/// What was set aside because it was cut off too often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SetAside {
    /// `(offer, item)`
    pub offers: Vec<(OfferId, ItemId)>,
    /// `(order, kind of fact)`
    pub facts: Vec<(OrderId, String)>,
    /// `(kind, number of the record)`
    pub transfers: Vec<(TransferKind, i32)>,
    /// The channel's numbers.
    pub orders: Vec<String>,
    /// Collecting orders, which goes on at its time.
    pub poll: bool,
    /// The `reconcile_wanted` that it was for.
    pub reconciliation: Option<i64>,
}

/// Takes up what an earlier process, or an earlier turn that panicked, left in the middle. What was cut off too often is set
/// aside. What was cut off alone goes again after `rested`, so that everything else goes first, and a process that is killed
/// again and again does not try it each time. Orders are collected again after `next_poll` if that was set aside. It is for
/// the caller to end a reconciliation.
pub(crate) fn take_up(tx: &mut Tx<'_>, account_id: AccountId, rested: Stamp, next_poll: Stamp) -> Result<SetAside, Failure> {
    let offers = set_offers_aside(tx, account_id)?;
    let facts = set_facts_aside(tx, account_id)?;
    let transfers = set_transfers_aside(tx, account_id)?;
    let orders = set_orders_aside(tx, account_id)?;
    rest(tx, account_id, rested)?;
    rest_tasks(tx, account_id, rested, next_poll)?;
    let mut work = ensure_work(tx, account_id)?;
    let (poll, reconciliation) = (work.poll_begun >= ASIDE, work.reconcile_begun >= ASIDE);
    let wait = if poll { next_poll } else { rested };
    if work.poll_begun + 1 >= ASIDE {
        // Once more alone, and then set aside again.
        work.poll_begun = ASIDE - 1;
        work.next_poll_at = work.next_poll_at.max(wait.0);
        save_work(tx, &work)?;
    }
    let reconciliation = reconciliation.then_some(work.reconcile_wanted);
    Ok(SetAside { offers, facts, transfers, orders, poll, reconciliation })
}

/// The last error of what is set aside.
pub(crate) fn last_error() -> String {
    format!("{CUT_OFF}: the process ended {ASIDE} times in the middle of this work")
}

fn set_offers_aside(tx: &mut Tx<'_>, account_id: AccountId) -> Result<Vec<(OfferId, ItemId)>, Failure> {
    let mut found: Vec<(OfferId, ItemId)> = on!(&mut tx.conn, c => outbox_states::table
        .inner_join(offers::table.on(offers::offer_id.eq(outbox_states::offer_id)))
        .filter(outbox_states::account_id.eq(account_id))
        .filter(outbox_states::status.eq(OutboxStatus::Pending))
        .filter(outbox_states::begun.ge(ASIDE))
        .order(outbox_states::offer_id)
        .select((outbox_states::offer_id, offers::item_id))
        .load(c))?;
    found.dedup();
    if !found.is_empty() {
        on!(&mut tx.conn, c => diesel::update(outbox_states::table
                .filter(outbox_states::account_id.eq(account_id))
                .filter(outbox_states::status.eq(OutboxStatus::Pending))
                .filter(outbox_states::begun.ge(ASIDE)))
            .set((outbox_states::status.eq(OutboxStatus::Parked), outbox_states::begun.eq(0), outbox_states::last_error.eq(last_error())))
            .execute(c))?;
    }
    Ok(found)
}

fn set_facts_aside(tx: &mut Tx<'_>, account_id: AccountId) -> Result<Vec<(OrderId, String)>, Failure> {
    let found: Vec<(OrderId, String)> = on!(&mut tx.conn, c => outbox_facts::table
        .filter(outbox_facts::account_id.eq(account_id))
        .filter(outbox_facts::status.eq(OutboxStatus::Pending))
        .filter(outbox_facts::begun.ge(ASIDE))
        .order(outbox_facts::fact_id)
        .select((outbox_facts::order_id, outbox_facts::kind))
        .load(c))?;
    if !found.is_empty() {
        let stamp = tx.stamp.0;
        on!(&mut tx.conn, c => diesel::update(outbox_facts::table
                .filter(outbox_facts::account_id.eq(account_id))
                .filter(outbox_facts::status.eq(OutboxStatus::Pending))
                .filter(outbox_facts::begun.ge(ASIDE)))
            .set((
                outbox_facts::status.eq(OutboxStatus::Parked),
                outbox_facts::begun.eq(0),
                outbox_facts::settled_at.eq(stamp),
                outbox_facts::last_error.eq(last_error()),
            ))
            .execute(c))?;
    }
    Ok(found)
}

fn set_transfers_aside(tx: &mut Tx<'_>, account_id: AccountId) -> Result<Vec<(TransferKind, i32)>, Failure> {
    let found: Vec<(TransferKind, i32)> = on!(&mut tx.conn, c => transfers::table
        .filter(transfers::account_id.eq(account_id))
        .filter(transfers::status.eq(OutboxStatus::Pending))
        .filter(transfers::begun.ge(ASIDE))
        .order(transfers::transfer_id)
        .select((transfers::kind, transfers::record_id))
        .load(c))?;
    if !found.is_empty() {
        let aside = transfers::account_id.eq(account_id).and(transfers::status.eq(OutboxStatus::Pending)).and(transfers::begun.ge(ASIDE));
        carried!(tx, aside)?;
        on!(&mut tx.conn, c => diesel::update(transfers::table.filter(aside))
            .set((transfers::status.eq(OutboxStatus::Parked), transfers::begun.eq(0), transfers::last_error.eq(last_error())))
            .execute(c))?;
    }
    Ok(found)
}

fn set_orders_aside(tx: &mut Tx<'_>, account_id: AccountId) -> Result<Vec<String>, Failure> {
    let found: Vec<String> = on!(&mut tx.conn, c => held_orders::table
        .filter(held_orders::account_id.eq(account_id))
        .filter(held_orders::begun.eq(ASIDE))
        .order(held_orders::held_order_id)
        .select(held_orders::marketplace_order_id)
        .load(c))?;
    if !found.is_empty() {
        on!(&mut tx.conn, c => diesel::update(held_orders::table
                .filter(held_orders::account_id.eq(account_id))
                .filter(held_orders::begun.eq(ASIDE)))
            .set((held_orders::begun.eq(ORDER_ASIDE), held_orders::last_error.eq(last_error())))
            .execute(c))?;
    }
    Ok(found)
}

fn rest(tx: &mut Tx<'_>, account_id: AccountId, until: Stamp) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(outbox_states::table
            .filter(outbox_states::account_id.eq(account_id))
            .filter(outbox_states::status.eq(OutboxStatus::Pending))
            .filter(outbox_states::begun.eq(ASIDE - 1))
            .filter(outbox_states::due_at.lt(until.0)))
        .set(outbox_states::due_at.eq(until.0))
        .execute(c))?;
    on!(&mut tx.conn, c => diesel::update(outbox_facts::table
            .filter(outbox_facts::account_id.eq(account_id))
            .filter(outbox_facts::status.eq(OutboxStatus::Pending))
            .filter(outbox_facts::begun.eq(ASIDE - 1))
            .filter(outbox_facts::due_at.lt(until.0)))
        .set(outbox_facts::due_at.eq(until.0))
        .execute(c))?;
    on!(&mut tx.conn, c => diesel::update(transfers::table
            .filter(transfers::account_id.eq(account_id))
            .filter(transfers::status.eq(OutboxStatus::Pending))
            .filter(transfers::begun.eq(ASIDE - 1))
            .filter(transfers::due_at.lt(until.0)))
        .set(transfers::due_at.eq(until.0))
        .execute(c))?;
    on!(&mut tx.conn, c => diesel::update(held_orders::table
            .filter(held_orders::account_id.eq(account_id))
            .filter(held_orders::begun.eq(ASIDE - 1))
            .filter(held_orders::due_at.lt(until.0)))
        .set(held_orders::due_at.eq(until.0))
        .execute(c))?;
    Ok(())
}

/// A question about a task is never given up; one that was cut off too often is put again as late as a poll.
fn rest_tasks(tx: &mut Tx<'_>, account_id: AccountId, rested: Stamp, next_poll: Stamp) -> Result<(), Failure> {
    for (begun, due_at) in [(ASIDE, next_poll), (ASIDE - 1, rested)] {
        on!(&mut tx.conn, c => diesel::update(channel_tasks::table
                .filter(channel_tasks::account_id.eq(account_id))
                .filter(channel_tasks::begun.ge(begun))
                .filter(channel_tasks::due_at.lt(due_at.0)))
            .set((channel_tasks::due_at.eq(due_at.0), channel_tasks::begun.eq(ASIDE - 1)))
            .execute(c))?;
    }
    Ok(())
}

/// Parks the states of an offer whose rows cannot be read. Gives its item.
pub(crate) fn park_unreadable(tx: &mut Tx<'_>, offer_id: OfferId, error: &str) -> Result<Option<ItemId>, Failure> {
    on!(&mut tx.conn, c => diesel::update(outbox_states::table
            .filter(outbox_states::offer_id.eq(offer_id))
            .filter(outbox_states::status.eq(OutboxStatus::Pending)))
        .set((outbox_states::status.eq(OutboxStatus::Parked), outbox_states::begun.eq(0), outbox_states::last_error.eq(error)))
        .execute(c))?;
    Ok(on!(&mut tx.conn, c => offers::table.find(offer_id).select(offers::item_id).get_result(c).optional())?)
}

/// The channel's numbers of an account's orders that are set aside.
pub(crate) fn orders_aside(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Vec<String>, Failure> {
    Ok(on!(conn, c => held_orders::table
        .filter(held_orders::account_id.eq(account_id))
        .filter(held_orders::begun.ge(ORDER_ASIDE))
        .select(held_orders::marketplace_order_id)
        .load(c))?)
}
