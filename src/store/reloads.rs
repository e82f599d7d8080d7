//! What `kontor reload` asks the gateways of a database, and what they answer.

use diesel::prelude::*;

use super::schema::{reload_answers, reload_requests};
use super::{Conn, Tx, next_id};
use crate::domain::{Failure, Stamp};
use crate::on;

/// What a gateway said.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reload_answers)]
pub(crate) struct AnswerRow {
    pub reload_id: i32,
    pub gateway: String,
    pub worked: bool,
    /// Lines.
    pub answer: String,
}

/// Asks all gateways; older requests are forgotten with their answers. Gives the number to ask for answers with.
pub(crate) fn ask(tx: &mut Tx<'_>, forget_before: Stamp) -> Result<i32, Failure> {
    let reload_id = next_id(tx, "reload")?;
    let asked_at = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::delete(reload_requests::table.filter(reload_requests::asked_at.lt(forget_before.0))).execute(c))?;
    on!(&mut tx.conn, c => diesel::insert_into(reload_requests::table)
        .values((reload_requests::reload_id.eq(reload_id), reload_requests::asked_at.eq(asked_at)))
        .execute(c))?;
    Ok(reload_id)
}

/// The latest request; 0: there is none.
pub(crate) fn latest(conn: &mut Conn<'_>) -> Result<i32, Failure> {
    let latest: Option<i32> = on!(conn, c => reload_requests::table.select(diesel::dsl::max(reload_requests::reload_id)).first(c))?;
    Ok(latest.unwrap_or_default())
}

/// Keeps an answer, unless nobody waits for it any more.
pub(crate) fn answer(tx: &mut Tx<'_>, row: &AnswerRow) -> Result<(), Failure> {
    let asked = reload_requests::table.find(row.reload_id);
    if on!(&mut tx.conn, c => asked.count().get_result::<i64>(c))? > 0 {
        on!(&mut tx.conn, c => diesel::insert_into(reload_answers::table).values(row).execute(c))?;
    }
    Ok(())
}

pub(crate) fn answers(conn: &mut Conn<'_>, reload_id: i32) -> Result<Vec<AnswerRow>, Failure> {
    Ok(on!(conn, c => reload_answers::table
        .filter(reload_answers::reload_id.eq(reload_id))
        .order(reload_answers::gateway)
        .select(AnswerRow::as_select())
        .load(c))?)
}
