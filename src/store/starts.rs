//! Each start of a gateway with the last change before it. By these a cursor of another database is recognised, or of this
//! one before a backup was restored.

use diesel::prelude::*;

use super::schema::{change_clock, starts};
use super::{Conn, Tx, next_id};
use crate::domain::Failure;
use crate::on;

/// Notes a start; the token is random.
pub(crate) fn note(tx: &mut Tx<'_>, token: i64) -> Result<(), Failure> {
    let start_id = next_id(tx, "start")?;
    let last: i64 = on!(&mut tx.conn, c => change_clock::table.select(change_clock::last).get_result(c))?;
    on!(&mut tx.conn, c => diesel::insert_into(starts::table)
        .values((starts::start_id.eq(start_id), starts::token.eq(token), starts::last.eq(last)))
        .execute(c))?;
    Ok(())
}

/// The token of the latest start; `None` if no gateway ever worked here.
pub(crate) fn latest(conn: &mut Conn<'_>) -> Result<Option<i64>, Failure> {
    Ok(on!(conn, c => starts::table.order(starts::start_id.desc()).select(starts::token).first(c).optional())?)
}

/// The last change before the start that followed the one with this token: later ones are not of its time. `None`: there was no
/// such start, or none followed.
pub(crate) fn last_of(conn: &mut Conn<'_>, token: i64) -> Result<Option<i64>, Failure> {
    let start: Option<i32> = on!(conn, c => starts::table.filter(starts::token.eq(token)).select(starts::start_id).first(c).optional())?;
    let Some(start) = start else { return Ok(None) };
    Ok(on!(conn, c => starts::table
        .filter(starts::start_id.gt(start))
        .order(starts::start_id)
        .select(starts::last)
        .first(c)
        .optional())?)
}
