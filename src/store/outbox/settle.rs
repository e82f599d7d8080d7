//! What becomes of rows after an attempt.

use diesel::prelude::*;

use super::{FactRow, OutboxStatus, StateRow};
use crate::domain::{Failure, Stamp};
use crate::on;
use crate::store::Tx;
use crate::store::schema::{outbox_facts, outbox_states};

/// How a row goes on after an attempt.
#[derive(Debug, Clone)]
pub enum Settled {
    Done,
    Again { due_at: Stamp, error: String },
    Parked { error: String },
}

/// Settles states. A row that was marked again meanwhile (another version) stays as it is: newest wins.
pub fn settle_states(tx: &mut Tx<'_>, rows: &[StateRow], settled: &Settled) -> Result<(), Failure> {
    for row in rows {
        let this =
            outbox_states::offer_id.eq(row.offer_id).and(outbox_states::topic.eq(row.topic)).and(outbox_states::version.eq(row.version));
        match settled {
            Settled::Done => {
                on!(&mut tx.conn, c => diesel::delete(outbox_states::table.filter(this)).execute(c))?;
            }
            Settled::Again { due_at, error } => {
                let first = row.first_failed_at.unwrap_or(tx.stamp.0);
                on!(&mut tx.conn, c => diesel::update(outbox_states::table.filter(this))
                    .set((
                        outbox_states::due_at.eq(due_at.0),
                        outbox_states::attempts.eq(row.attempts.saturating_add(1)),
                        outbox_states::first_failed_at.eq(first),
                        outbox_states::last_error.eq(error),
                    ))
                    .execute(c))?;
            }
            Settled::Parked { error } => {
                on!(&mut tx.conn, c => diesel::update(outbox_states::table.filter(this))
                    .set((outbox_states::status.eq(OutboxStatus::Parked), outbox_states::last_error.eq(error)))
                    .execute(c))?;
            }
        }
    }
    Ok(())
}

/// Settles a fact. One that was asked for again or given up during the attempt stays as it is, unless it was sent.
pub fn settle_fact(tx: &mut Tx<'_>, row: &FactRow, settled: &Settled) -> Result<(), Failure> {
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
        Settled::Parked { error } => on!(&mut tx.conn, c => diesel::update(outbox_facts::table.filter(same))
            .set((outbox_facts::status.eq(OutboxStatus::Parked), outbox_facts::settled_at.eq(stamp), outbox_facts::last_error.eq(error)))
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
