//! Numbers that are never given twice. Writers are serialised, so a counter is a plain read and write.

use diesel::prelude::*;

use super::schema::counters;
use super::{Conn, Tx};
use crate::domain::{Failure, code};
use crate::on;

/// The first of `count` consecutive new numbers; the first ever is 1.
pub fn next_ids(tx: &mut Tx<'_>, name: &str, count: usize) -> Result<i32, Failure> {
    next_ids_from(tx, name, count, 0)
}

/// The number that [`next_ids`] gives next. Who does not know yet how many numbers are needed counts from here and takes
/// them in the same transaction.
pub fn free_id(tx: &mut Tx<'_>, name: &str) -> Result<i32, Failure> {
    let last = counter(&mut tx.conn, name)?.unwrap_or(0);
    last.checked_add(1).ok_or_else(|| none_left(name))
}

fn none_left(name: &str) -> Failure {
    Failure::new(code::INTERNAL, [&format!("no more numbers for {name}")])
}

/// A number that is kept under a name.
pub fn counter(conn: &mut Conn<'_>, name: &str) -> Result<Option<i32>, Failure> {
    Ok(on!(conn, c => counters::table.find(name).select(counters::last).first(c).optional())?)
}

pub fn set_counter(tx: &mut Tx<'_>, name: &str, last: i32) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(counters::table)
        .values((counters::name.eq(name), counters::last.eq(last)))
        .on_conflict(counters::name)
        .do_update()
        .set(counters::last.eq(last))
        .execute(c))?;
    Ok(())
}

/// One new number.
pub fn next_id(tx: &mut Tx<'_>, name: &str) -> Result<i32, Failure> {
    next_ids(tx, name, 1)
}

/// Like [`next_ids`], but the first ever is `start + 1`.
pub fn next_ids_from(tx: &mut Tx<'_>, name: &str, count: usize, start: i32) -> Result<i32, Failure> {
    let last = counter(&mut tx.conn, name)?.unwrap_or(start);
    let next = i32::try_from(count).ok().and_then(|count| last.checked_add(count)).ok_or_else(|| none_left(name))?;
    set_counter(tx, name, next)?;
    Ok(last.saturating_add(1))
}
