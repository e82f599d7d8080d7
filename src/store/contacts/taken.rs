//! Messages, disputes and feedback of another installation.

use diesel::prelude::*;

use super::ContactRow;
use crate::domain::Failure;
use crate::on;
use crate::store::Tx;
use crate::store::numbers::Number;
use crate::store::schema::contacts;

/// Stores a row as it is elsewhere; `known`: the one that it was stored as before. One that the channel knows under the same number is
/// the same. Gives its number.
pub(crate) fn take_over(tx: &mut Tx<'_>, mut row: ContactRow, known: Option<i32>) -> Result<i32, Failure> {
    row.last_changed = tx.stamp.0;
    let shown: Option<i32> = match (&row.external_number, known) {
        (Some(number), None) => on!(&mut tx.conn, c => contacts::table
            .filter(contacts::account_id.eq(row.account_id))
            .filter(contacts::kind.eq(row.kind))
            .filter(contacts::external_number.eq(number))
            .select(contacts::contact_id)
            .first(c)
            .optional())?,
        _ => known,
    };
    match shown {
        Some(contact_id) => {
            row.contact_id = contact_id;
            on!(&mut tx.conn, c => diesel::update(contacts::table.find(contact_id)).set(&row).execute(c))?;
        }
        None => {
            row.contact_id = Number::CONTACT.take(tx, Some(row.contact_id))?;
            on!(&mut tx.conn, c => diesel::insert_into(contacts::table).values(&row).execute(c))?;
        }
    }
    Ok(row.contact_id)
}
