//! Retrying and dropping changes.

use diesel::prelude::*;

use super::ChangeId;
use crate::domain::order::FactName;
use crate::domain::{AccountId, Failure, OrderId};
use crate::on;
use crate::store::Tx;
use crate::store::held_orders::ORDER_ASIDE;
use crate::store::orders;
use crate::store::outbox::{OutboxStatus, due_now};
use crate::store::schema::{held_orders, outbox_facts, outbox_states, transfers};
use crate::store::transfers::carried;

/// Puts rows on the foot of the ladder, with the version of this transaction: whoever waits for it sees them, and what
/// an attempt under way finds out does not put them back.
macro_rules! again {
    ($tx:expr, $table:ident, $which:expr) => {{
        let (stamp, due_at) = ($tx.stamp.0, due_now($tx));
        on!(&mut $tx.conn, c => diesel::update($table::table.filter($which))
            .set((
                $table::version.eq(stamp),
                $table::status.eq(OutboxStatus::Pending),
                $table::due_at.eq(due_at),
                $table::attempts.eq(0),
                $table::first_failed_at.eq(None::<i64>),
                $table::last_error.eq(None::<String>),
                $table::begun.eq(0),
            ))
            .execute(c))
    }};
}

/// What waits goes again at once: parked, or due later. What is due already stays as it is, for whoever waits for it.
macro_rules! waiting {
    ($table:ident, $now:expr) => {
        $table::status.eq(OutboxStatus::Parked).or($table::status.eq(OutboxStatus::Pending).and($table::due_at.gt($now)))
    };
}

/// Like `again!`, for held orders. Why the last try failed stays on record.
macro_rules! order_again {
    ($tx:expr, $which:expr) => {{
        let (stamp, due_at) = ($tx.stamp.0, due_now($tx));
        on!(&mut $tx.conn, c => diesel::update(held_orders::table.filter($which))
            .set((held_orders::version.eq(stamp), held_orders::due_at.eq(due_at), held_orders::attempts.eq(0), held_orders::begun.eq(0)))
            .execute(c))
    }};
}

/// The same for held orders.
macro_rules! order_waits {
    ($now:expr) => {
        held_orders::begun.ge(ORDER_ASIDE).or(held_orders::due_at.gt($now))
    };
}

/// One change goes again at once. False: it has arrived, or is due already.
pub(crate) fn retry(tx: &mut Tx<'_>, id: ChangeId) -> Result<bool, Failure> {
    let now = due_now(tx);
    let touched = match id {
        ChangeId::State { offer_id, topic } => {
            let this = outbox_states::offer_id.eq(offer_id).and(outbox_states::topic.eq(topic));
            again!(tx, outbox_states, this.and(waiting!(outbox_states, now)))?
        }
        ChangeId::Fact(fact) => {
            let touched = again!(tx, outbox_facts, outbox_facts::fact_id.eq(fact).and(waiting!(outbox_facts, now)))?;
            orders::resume_credits(tx)?;
            touched
        }
        ChangeId::Order(order) => order_again!(tx, held_orders::held_order_id.eq(order).and(order_waits!(now)))?,
        ChangeId::Transfer(transfer) => {
            let this = transfers::transfer_id.eq(transfer).and(waiting!(transfers, now));
            carried!(tx, this)?;
            again!(tx, transfers, this)?
        }
    };
    Ok(touched > 0)
}

/// Facts of an order that were asked for once more.
#[derive(Debug, Clone, Default)]
pub(crate) struct AskedAgain {
    /// Those that are on their way.
    pub open: Vec<i32>,
    /// Why one is not sent, where that is all that is left of them: it was given up, or the channel can do nothing with it.
    pub unsent: Option<String>,
}

/// Facts of an order with one of these names go again at once.
pub(crate) fn retry_facts(tx: &mut Tx<'_>, order_id: OrderId, names: &[FactName]) -> Result<AskedAgain, Failure> {
    let words: Vec<&str> = names.iter().map(|name| name.word()).collect();
    let of_order = outbox_facts::order_id.eq(order_id).and(outbox_facts::kind.eq_any(words));
    let found: Vec<(i32, OutboxStatus, Option<String>)> = on!(&mut tx.conn, c => outbox_facts::table
        .filter(of_order)
        .order(outbox_facts::fact_id)
        .select((outbox_facts::fact_id, outbox_facts::status, outbox_facts::last_error))
        .load(c))?;
    let mut again = AskedAgain::default();
    for (fact_id, status, error) in found {
        match status {
            OutboxStatus::Done => again.unsent = None,
            OutboxStatus::Dropped => again.unsent = error.or(Some("dropped".to_owned())),
            OutboxStatus::Pending | OutboxStatus::Parked => {
                again.unsent = None;
                again.open.push(fact_id);
                retry(tx, ChangeId::Fact(fact_id))?;
            }
        }
    }
    Ok(again)
}

/// Everything of an account that waits goes again at once, or only what is parked. Gives how much that is.
pub(crate) fn retry_account(tx: &mut Tx<'_>, account_id: AccountId, parked_only: bool) -> Result<usize, Failure> {
    let later_than = if parked_only { i64::MAX } else { due_now(tx) };
    let states = again!(tx, outbox_states, outbox_states::account_id.eq(account_id).and(waiting!(outbox_states, later_than)))?;
    let facts = again!(tx, outbox_facts, outbox_facts::account_id.eq(account_id).and(waiting!(outbox_facts, later_than)))?;
    orders::resume_credits(tx)?;
    let orders = order_again!(tx, held_orders::account_id.eq(account_id).and(order_waits!(later_than)))?;
    let waiting = transfers::account_id.eq(account_id).and(waiting!(transfers, later_than));
    carried!(tx, waiting)?;
    let transfers = again!(tx, transfers, waiting)?;
    Ok(states.saturating_add(facts).saturating_add(orders).saturating_add(transfers))
}

/// Gives a change up. The key of a fact stays known, so that a repeat of the ERP's call does not bring it back. An order
/// is never given up.
pub(crate) fn drop(tx: &mut Tx<'_>, id: ChangeId) -> Result<(), Failure> {
    match id {
        ChangeId::Order(_) => {}
        ChangeId::State { offer_id, topic } => {
            on!(&mut tx.conn, c => diesel::delete(outbox_states::table.find((offer_id, topic))).execute(c))?;
        }
        ChangeId::Fact(fact) => {
            let stamp = tx.stamp.0;
            on!(&mut tx.conn, c => diesel::update(outbox_facts::table.find(fact))
                .set((outbox_facts::status.eq(OutboxStatus::Dropped), outbox_facts::settled_at.eq(stamp)))
                .execute(c))?;
            orders::give_up_credit(tx, fact)?;
        }
        ChangeId::Transfer(transfer) => {
            carried!(tx, transfers::transfer_id.eq(transfer))?;
            on!(&mut tx.conn, c => diesel::update(transfers::table.find(transfer))
                .set(transfers::status.eq(OutboxStatus::Dropped))
                .execute(c))?;
        }
    }
    Ok(())
}
