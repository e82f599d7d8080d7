//! Numbers that are never given twice. Writers are serialised, so a counter is a plain read and write.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Integer, Text};

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

pub(super) fn none_left(name: &str) -> Failure {
    Failure::new(code::INTERNAL, [&format!("no more numbers for {name}")])
}

/// A number that is kept under a name.
pub fn counter(conn: &mut Conn<'_>, name: &str) -> Result<Option<i32>, Failure> {
    Ok(on!(conn, c => counters::table.find(name).select(counters::last).get_result(c).optional())?)
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
    let count = i32::try_from(count).map_err(|_| none_left(name))?;
    let first_ever = start.checked_add(count).ok_or_else(|| none_left(name))?;
    let next = Next { name, first_ever, count, most: i32::MAX - count };
    let next: Option<i32> = on!(&mut tx.conn, c => next.get_result(c).optional())?;
    let last = next.ok_or_else(|| none_left(name))?;
    Ok(last.saturating_sub(count).saturating_add(1))
}

/// Takes numbers, unless there are too few left. A statement of its own, because Diesel does not keep upserts prepared.
pub(super) struct Next<'n> {
    name: &'n str,
    /// The last number that is taken if none ever was.
    first_ever: i32,
    count: i32,
    /// Of the numbers that were taken before.
    most: i32,
}

impl<'n> Next<'n> {
    /// Takes one number, as a part of another statement.
    pub(super) fn one(name: &'n str) -> Next<'n> {
        Next { name, first_ever: 1, count: 1, most: i32::MAX - 1 }
    }
}

impl<DB> QueryFragment<DB> for Next<'_>
where
    DB: Backend,
    str: ToSql<Text, DB>,
    i32: ToSql<Integer, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO counters (name, last) VALUES (");
        out.push_bind_param::<Text, str>(self.name)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, i32>(&self.first_ever)?;
        out.push_sql(") ON CONFLICT (name) DO UPDATE SET last = counters.last + ");
        out.push_bind_param::<Integer, i32>(&self.count)?;
        out.push_sql(" WHERE counters.last <= ");
        out.push_bind_param::<Integer, i32>(&self.most)?;
        out.push_sql(" RETURNING last");
        Ok(())
    }
}

impl QueryId for Next<'_> {
    type QueryId = Next<'static>;
}

impl Query for Next<'_> {
    type SqlType = Integer;
}

impl<C> RunQueryDsl<C> for Next<'_> {}
