//! What becomes of rows after an attempt.

use diesel::prelude::*;

use super::{FactRow, OutboxStatus, StateRow};
use crate::domain::{Failure, Stamp};
use crate::on;
use crate::store::Tx;
use crate::store::schema::{outbox_facts, outbox_states};
use crate::store::transfers::{self, TransferRow};

/// How a row goes on after an attempt.
#[derive(Debug, Clone)]
pub enum Settled {
    Done,
    Again {
        due_at: Stamp,
        error: String,
    },
    Parked {
        error: String,
    },
    /// Tried without a clear answer for too long: parked, but it may have arrived.
    GaveUp {
        error: String,
    },
    /// It is not sent, because the channel can do nothing with it.
    Kept {
        why: String,
    },
}

/// A row of one of the tables.
#[derive(Debug, Clone)]
pub enum OutboxRow {
    State(StateRow),
    Fact(FactRow),
    Transfer(TransferRow),
}

impl From<StateRow> for OutboxRow {
    fn from(row: StateRow) -> OutboxRow {
        OutboxRow::State(row)
    }
}

impl From<FactRow> for OutboxRow {
    fn from(row: FactRow) -> OutboxRow {
        OutboxRow::Fact(row)
    }
}

impl From<TransferRow> for OutboxRow {
    fn from(row: TransferRow) -> OutboxRow {
        OutboxRow::Transfer(row)
    }
}

impl OutboxRow {
    pub fn status(&self) -> OutboxStatus {
        match self {
            OutboxRow::State(row) => row.status,
            OutboxRow::Fact(row) => row.status,
            OutboxRow::Transfer(row) => row.status,
        }
    }

    pub fn attempts(&self) -> i32 {
        match self {
            OutboxRow::State(row) => row.attempts,
            OutboxRow::Fact(row) => row.attempts,
            OutboxRow::Transfer(row) => row.attempts,
        }
    }

    pub fn first_failed_at(&self) -> Option<i64> {
        match self {
            OutboxRow::State(row) => row.first_failed_at,
            OutboxRow::Fact(row) => row.first_failed_at,
            OutboxRow::Transfer(row) => row.first_failed_at,
        }
    }
}

/// Settles a row.
pub fn settle(tx: &mut Tx<'_>, row: &OutboxRow, settled: &Settled) -> Result<(), Failure> {
    match row {
        OutboxRow::State(row) => settle_state(tx, row, settled),
        OutboxRow::Fact(row) => settle_fact(tx, row, settled),
        OutboxRow::Transfer(row) => transfers::settle(tx, row, settled),
    }
}

/// What is known about a fact that was sent and has no final answer.
#[derive(Debug, Clone)]
pub(crate) struct Openness {
    pub fact_id: i32,
    /// The channel may have it.
    pub unclear: bool,
    /// As the channel named it when it accepted it.
    pub channel_task: Option<String>,
}

/// Keeps whether the channel may have a fact.
pub(crate) fn keep_openness(tx: &mut Tx<'_>, open: &Openness) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(outbox_facts::table.find(open.fact_id))
        .set((outbox_facts::unclear.eq(i32::from(open.unclear)), outbox_facts::channel_task.eq(&open.channel_task)))
        .execute(c))?;
    Ok(())
}

/// A state that was marked again meanwhile (another version) stays as it is: newest wins.
fn settle_state(tx: &mut Tx<'_>, row: &StateRow, settled: &Settled) -> Result<(), Failure> {
    let this = outbox_states::offer_id.eq(row.offer_id).and(outbox_states::topic.eq(row.topic)).and(outbox_states::version.eq(row.version));
    let stamp = tx.stamp.0;
    match settled {
        Settled::Done => on!(&mut tx.conn, c => diesel::delete(outbox_states::table.filter(this)).execute(c))?,
        Settled::Again { due_at, error } => on!(&mut tx.conn, c => diesel::update(outbox_states::table.filter(this))
            .set((
                outbox_states::due_at.eq(due_at.0),
                outbox_states::attempts.eq(row.attempts.saturating_add(1)),
                outbox_states::first_failed_at.eq(row.first_failed_at.unwrap_or(stamp)),
                outbox_states::last_error.eq(error),
            ))
            .execute(c))?,
        Settled::Parked { error } | Settled::GaveUp { error } => on!(&mut tx.conn, c => diesel::update(outbox_states::table.filter(this))
            .set((outbox_states::status.eq(OutboxStatus::Parked), outbox_states::last_error.eq(error)))
            .execute(c))?,
        Settled::Kept { .. } => on!(&mut tx.conn, c => diesel::delete(outbox_states::table.filter(this)).execute(c))?,
    };
    Ok(())
}

/// A fact that was asked for again or given up during the attempt stays as it is, unless it was sent.
fn settle_fact(tx: &mut Tx<'_>, row: &FactRow, settled: &Settled) -> Result<(), Failure> {
    let this = outbox_facts::fact_id.eq(row.fact_id);
    let same = this.and(outbox_facts::version.eq(row.version)).and(outbox_facts::status.eq(OutboxStatus::Pending));
    let stamp = tx.stamp.0;
    match settled {
        Settled::Done => on!(&mut tx.conn, c => diesel::update(outbox_facts::table.filter(this))
            .set((outbox_facts::status.eq(OutboxStatus::Done), outbox_facts::settled_at.eq(stamp), outbox_facts::last_error.eq(None::<String>)))
            .execute(c))?,
        Settled::Again { due_at, error } => on!(&mut tx.conn, c => diesel::update(outbox_facts::table.filter(same))
            .set((
                outbox_facts::due_at.eq(due_at.0),
                outbox_facts::attempts.eq(row.attempts.saturating_add(1)),
                outbox_facts::first_failed_at.eq(row.first_failed_at.unwrap_or(stamp)),
                outbox_facts::last_error.eq(error),
            ))
            .execute(c))?,
        Settled::Parked { error } | Settled::GaveUp { error } => on!(&mut tx.conn, c => diesel::update(outbox_facts::table.filter(same))
            .set((outbox_facts::status.eq(OutboxStatus::Parked), outbox_facts::settled_at.eq(stamp), outbox_facts::last_error.eq(error)))
            .execute(c))?,
        Settled::Kept { why } => on!(&mut tx.conn, c => diesel::update(outbox_facts::table.filter(same))
            .set((outbox_facts::status.eq(OutboxStatus::Dropped), outbox_facts::settled_at.eq(stamp), outbox_facts::last_error.eq(why)))
            .execute(c))?,
    };
    Ok(())
}

/// Removes facts that were sent or given up before a time. Their keys may then be used again, so the time must lie well behind
/// every repeat of the ERP.
pub fn forget_facts_before(tx: &mut Tx<'_>, time: Stamp) -> Result<usize, Failure> {
    Ok(on!(&mut tx.conn, c => diesel::delete(outbox_facts::table
            .filter(outbox_facts::status.eq_any(OutboxStatus::SETTLED))
            .filter(outbox_facts::settled_at.lt(time.0)))
            .execute(c))?)
}
