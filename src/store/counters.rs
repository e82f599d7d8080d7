//! Numbers that are never given twice. Writers are serialised, so a counter is a plain read and write.

use diesel::prelude::*;

use super::Tx;
use super::schema::counters;
use crate::domain::{Failure, code};
use crate::on;

/// The first of `count` consecutive new numbers; the first ever is 1.
pub fn next_ids(tx: &mut Tx<'_>, name: &str, count: usize) -> Result<i32, Failure> {
    next_ids_from(tx, name, count, 0)
}

/// The number that [`next_ids`] gives next. Who does not know yet how many numbers are needed counts from here and takes
/// them in the same transaction.
pub fn free_id(tx: &mut Tx<'_>, name: &str) -> Result<i32, Failure> {
    let conn = &mut tx.conn;
    let last = on!(conn, c => counters::table.find(name).select(counters::last).first::<i32>(c).optional())?.unwrap_or(0);
    last.checked_add(1).ok_or_else(|| none_left(name))
}

fn none_left(name: &str) -> Failure {
    Failure::new(code::INTERNAL, [&format!("no more numbers for {name}")])
}

/// One new number.
pub fn next_id(tx: &mut Tx<'_>, name: &str) -> Result<i32, Failure> {
    next_ids(tx, name, 1)
}

/// Like [`next_ids`], but the first ever is `start + 1`.
pub fn next_ids_from(tx: &mut Tx<'_>, name: &str, count: usize, start: i32) -> Result<i32, Failure> {
    let conn = &mut tx.conn;
    let last = on!(conn, c => counters::table.find(name).select(counters::last).first::<i32>(c).optional())?.unwrap_or(start);
    let next = i32::try_from(count).ok().and_then(|count| last.checked_add(count)).ok_or_else(|| none_left(name))?;
    on!(conn, c => diesel::insert_into(counters::table)
        .values((counters::name.eq(name), counters::last.eq(next)))
        .on_conflict(counters::name)
        .do_update()
        .set(counters::last.eq(next))
        .execute(c))?;
    Ok(last.saturating_add(1))
}
