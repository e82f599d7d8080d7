//! What channels said about offers and orders, kept for a limited time.

use diesel::prelude::*;

use super::schema::upload_messages;
use super::{Tx, next_id};
use crate::domain::{Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload_messages, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub message_id: i32,
    pub mandator_id: i32,
    pub account_id: i32,
    pub item_id: Option<i32>,
    pub offer_id: Option<i32>,
    pub order_id: Option<i32>,
    /// 0 error, 1 warning, 2 info.
    pub severity: i32,
    pub code: String,
    pub text: String,
    pub remedy: String,
    pub created_at: i64,
}

/// Stores a message; its id and time are set here.
pub fn add(tx: &mut Tx<'_>, mut message: MessageRow) -> Result<(), Failure> {
    message.message_id = next_id(tx, "message")?;
    message.created_at = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(upload_messages::table).values(&message).execute(c))?;
    Ok(())
}

/// Removes what is older.
pub fn forget_before(tx: &mut Tx<'_>, time: Stamp) -> Result<usize, Failure> {
    Ok(
        on!(&mut tx.conn, c => diesel::delete(upload_messages::table.filter(upload_messages::created_at.lt(time.0))).execute(c))?,
    )
}
