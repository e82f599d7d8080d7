//! Tasks: what a channel accepted and works on. A task is a row, so it outlives the process that called the channel; a
//! round asks about it.
//!
//! A change in a task stays in the outbox as pending, but is not due: the same part of an offer is not submitted again
//! before the task has ended. Changes that came later, or that can only follow, wait for it.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::offers::Confirmed;
use super::outbox::{StateRow, due_now};
use super::schema::{channel_tasks, offers, outbox_states, task_rows};
use super::{Conn, Tx, broken_document, next_id};
use crate::domain::outbox::TaskStage;
use crate::domain::{AccountId, Failure, OfferId, Stamp, TaskId};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = channel_tasks, treat_none_as_default_value = false)]
pub(crate) struct TaskRow {
    pub task_id: TaskId,
    pub account_id: AccountId,
    /// As the channel named it.
    pub channel_task: String,
    pub accepted_at: i64,
    /// When the channel is asked next.
    pub due_at: i64,
    pub polls: i32,
    pub stage: TaskStage,
    /// See [`super::begun`].
    pub begun: i32,
    pub last_error: Option<String>,
}

/// An offer in a task: what its channel confirms with the task, and the rows of the outbox that this settles.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub offer_id: OfferId,
    pub confirms: Confirmed,
    pub rows: Vec<StateRow>,
}

/// The channel accepted these offers into a task. Of several answers with one name it is one task.
pub(crate) fn accept(
    tx: &mut Tx<'_>,
    account_id: AccountId,
    channel_task: &str,
    (accepted_at, due_at): (Stamp, Stamp),
    accepted: &[Accepted],
) -> Result<(), Failure> {
    let known: Option<TaskId> = on!(&mut tx.conn, c => channel_tasks::table
        .filter(channel_tasks::account_id.eq(account_id))
        .filter(channel_tasks::channel_task.eq(channel_task))
        .filter(channel_tasks::stage.eq(TaskStage::Working))
        .select(channel_tasks::task_id)
        .first(c)
        .optional())?;
    let task_id = match known {
        Some(task_id) => task_id,
        None => open(tx, account_id, channel_task, accepted_at, due_at)?,
    };
    for one in accepted {
        if super::offers::by_ids(&mut tx.conn, &[one.offer_id])?.is_empty() {
            continue;
        }
        let document = serde_json::to_string(&one.confirms).map_err(|error| broken_document("row of a task", &error))?;
        on!(&mut tx.conn, c => diesel::insert_into(task_rows::table)
            .values((task_rows::task_id.eq(task_id), task_rows::offer_id.eq(one.offer_id), task_rows::document.eq(&document)))
            .on_conflict((task_rows::task_id, task_rows::offer_id))
            .do_update()
            .set(task_rows::document.eq(&document))
            .execute(c))?;
        for row in &one.rows {
            enter(tx, row, task_id, Some(row.version), due_at)?;
        }
        if one.confirms.running == Some(true) {
            let stamp = tx.stamp.0;
            on!(&mut tx.conn, c => diesel::update(offers::table.find(one.offer_id))
                .set((offers::accepted_at.eq(accepted_at.0), offers::last_changed.eq(stamp)))
                .execute(c))?;
        }
    }
    Ok(())
}

fn open(tx: &mut Tx<'_>, account_id: AccountId, channel_task: &str, accepted_at: Stamp, due_at: Stamp) -> Result<TaskId, Failure> {
    let row = TaskRow {
        task_id: TaskId(next_id(tx, "task")?),
        account_id,
        channel_task: channel_task.to_owned(),
        accepted_at: accepted_at.0,
        due_at: due_at.0,
        polls: 0,
        stage: TaskStage::Working,
        begun: 0,
        last_error: None,
    };
    on!(&mut tx.conn, c => diesel::insert_into(channel_tasks::table).values(&row).execute(c))?;
    Ok(row.task_id)
}

/// A change waits for a task from now on; whatever its version is meanwhile.
fn enter(tx: &mut Tx<'_>, row: &StateRow, task_id: TaskId, version: Option<i64>, due_at: Stamp) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(outbox_states::table.find((row.offer_id, row.topic)))
        .set((
            outbox_states::task_id.eq(task_id),
            outbox_states::task_version.eq(version),
            outbox_states::due_at.eq(due_at.0),
            outbox_states::attempts.eq(0),
            outbox_states::first_failed_at.eq(None::<i64>),
            outbox_states::last_error.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(())
}

/// Changes that can only follow a task wait for it. One that has ended meanwhile lets them go at once.
pub(crate) fn follow(tx: &mut Tx<'_>, rows: &[(StateRow, TaskId)]) -> Result<(), Failure> {
    for (row, task_id) in rows {
        if let Some(task) = by_id(&mut tx.conn, *task_id)? {
            enter(tx, row, *task_id, None, Stamp(task.due_at))?;
        }
    }
    Ok(())
}

pub(crate) fn by_id(conn: &mut Conn<'_>, task_id: TaskId) -> Result<Option<TaskRow>, Failure> {
    Ok(on!(conn, c => channel_tasks::table.find(task_id).select(TaskRow::as_select()).get_result(c).optional())?)
}

/// The task of an account about which the channel is asked next.
pub(crate) fn next(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<TaskRow>, Failure> {
    Ok(on!(conn, c => channel_tasks::table
        .filter(channel_tasks::account_id.eq(account_id))
        .order((channel_tasks::due_at, channel_tasks::task_id))
        .select(TaskRow::as_select())
        .first(c)
        .optional())?)
}

/// The offers of a task that have no word yet, with what the channel confirms by it.
pub(crate) fn offers_of(conn: &mut Conn<'_>, task_id: TaskId) -> Result<Vec<(OfferId, Confirmed)>, Failure> {
    let rows: Vec<(OfferId, String)> = on!(conn, c => task_rows::table
        .filter(task_rows::task_id.eq(task_id))
        .order(task_rows::offer_id)
        .select((task_rows::offer_id, task_rows::document))
        .load(c))?;
    let read = |(offer_id, document): (OfferId, String)| match serde_json::from_str(&document) {
        Ok(confirms) => Ok((offer_id, confirms)),
        Err(error) => Err(broken_document("row of a task", &error)),
    };
    rows.into_iter().map(read).collect()
}

/// The changes that wait for a task, those that are in it among them.
pub(crate) fn changes_of(conn: &mut Conn<'_>, task_id: TaskId) -> Result<Vec<StateRow>, Failure> {
    Ok(on!(conn, c => outbox_states::table
        .filter(outbox_states::task_id.eq(task_id))
        .order((outbox_states::offer_id, outbox_states::topic))
        .select(StateRow::as_select())
        .load(c))?)
}

/// An offer has its word, or the task has ended without one: its changes may go again. The caller settles those that were in
/// the task.
pub(crate) fn leave(tx: &mut Tx<'_>, task_id: TaskId, offer_id: OfferId) -> Result<(), Failure> {
    let due_at = due_now(tx);
    on!(&mut tx.conn, c => diesel::delete(task_rows::table.find((task_id, offer_id))).execute(c))?;
    on!(&mut tx.conn, c => diesel::update(outbox_states::table
            .filter(outbox_states::task_id.eq(task_id))
            .filter(outbox_states::offer_id.eq(offer_id)))
        .set((
            outbox_states::task_id.eq(None::<TaskId>),
            outbox_states::task_version.eq(None::<i64>),
            outbox_states::due_at.eq(due_at),
        ))
        .execute(c))?;
    let stamp = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::update(offers::table.find(offer_id).filter(offers::accepted_at.is_not_null()))
        .set((offers::accepted_at.eq(None::<i64>), offers::last_changed.eq(stamp)))
        .execute(c))?;
    Ok(())
}

/// The channel still works on it, or could not be asked: `due_at` is when it is asked again.
pub(crate) fn wait(tx: &mut Tx<'_>, task_id: TaskId, due_at: Stamp, error: Option<&str>) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(channel_tasks::table.find(task_id))
        .set((
            channel_tasks::due_at.eq(due_at.0),
            channel_tasks::polls.eq(channel_tasks::polls + 1),
            channel_tasks::last_error.eq(error),
        ))
        .execute(c))?;
    // Their callers see when there is news at the earliest.
    on!(&mut tx.conn, c => diesel::update(outbox_states::table.filter(outbox_states::task_id.eq(task_id)))
        .set(outbox_states::due_at.eq(due_at.0))
        .execute(c))?;
    Ok(())
}

/// What is left of it is read back at the next occasion.
pub(crate) fn lose(tx: &mut Tx<'_>, task_id: TaskId) -> Result<(), Failure> {
    let due_at = due_now(tx);
    on!(&mut tx.conn, c => diesel::update(channel_tasks::table.find(task_id))
        .set((channel_tasks::stage.eq(TaskStage::Lost), channel_tasks::due_at.eq(due_at)))
        .execute(c))?;
    Ok(())
}

/// Ends a task in which no offer is left, and lets go what only followed it.
pub(crate) fn close(tx: &mut Tx<'_>, task_id: TaskId) -> Result<bool, Failure> {
    let left: i64 = on!(&mut tx.conn, c => task_rows::table.filter(task_rows::task_id.eq(task_id)).select(count_star()).get_result(c))?;
    if left > 0 {
        return Ok(false);
    }
    let due_at = due_now(tx);
    on!(&mut tx.conn, c => diesel::update(outbox_states::table.filter(outbox_states::task_id.eq(task_id)))
        .set((
            outbox_states::task_id.eq(None::<TaskId>),
            outbox_states::task_version.eq(None::<i64>),
            outbox_states::due_at.eq(due_at),
        ))
        .execute(c))?;
    on!(&mut tx.conn, c => diesel::delete(channel_tasks::table.find(task_id)).execute(c))?;
    Ok(true)
}

/// Open tasks per account: how many, and when the oldest was accepted.
pub(crate) fn open_tasks(conn: &mut Conn<'_>) -> Result<BTreeMap<AccountId, (i64, Option<Stamp>)>, Failure> {
    let rows: Vec<(AccountId, i64, Option<i64>)> = on!(conn, c => channel_tasks::table
        .group_by(channel_tasks::account_id)
        .select((channel_tasks::account_id, count_star(), min(channel_tasks::accepted_at)))
        .load(c))?;
    Ok(rows.into_iter().map(|(account, count, oldest)| (account, (count, oldest.map(Stamp)))).collect())
}

/// When the tasks were accepted that changes wait for.
pub(crate) fn accepted_at(conn: &mut Conn<'_>, tasks: &[TaskId]) -> Result<BTreeMap<TaskId, Stamp>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in tasks.chunks(super::MOST_VARIABLES) {
        let rows: Vec<(TaskId, i64)> = on!(conn, c => channel_tasks::table
            .filter(channel_tasks::task_id.eq_any(chunk))
            .select((channel_tasks::task_id, channel_tasks::accepted_at))
            .load(c))?;
        found.extend(rows.into_iter().map(|(task, at)| (task, Stamp(at))));
    }
    Ok(found)
}
