//! Payments of another installation, with the orders that they were assigned to there.

use diesel::prelude::*;

use super::{AssignmentRow, PaymentRow};
use crate::domain::{Failure, PaymentId};
use crate::on;
use crate::store::numbers::Number;
use crate::store::schema::{payment_assignments, payments};
use crate::store::{Tx, next_id};

/// Stores a payment as it is elsewhere, with its stamps; `known`: the one that it was stored as before. Gives its number.
pub(crate) fn take_over(
    tx: &mut Tx<'_>,
    mut row: PaymentRow,
    assignments: Vec<AssignmentRow>,
    known: Option<PaymentId>,
) -> Result<PaymentId, Failure> {
    row.last_changed = tx.stamp.0;
    match known {
        Some(payment_id) => {
            row.payment_id = payment_id;
            on!(&mut tx.conn, c => diesel::update(payments::table.find(payment_id)).set(&row).execute(c))?;
            on!(&mut tx.conn, c => diesel::delete(payment_assignments::table.filter(payment_assignments::payment_id.eq(payment_id))).execute(c))?;
        }
        None => {
            row.payment_id = PaymentId(Number::PAYMENT.take(tx, Some(row.payment_id.0))?);
            on!(&mut tx.conn, c => diesel::insert_into(payments::table).values(&row).execute(c))?;
        }
    }
    for mut assignment in assignments {
        assignment.payment_id = row.payment_id;
        assignment.payment_assignment_id = next_id(tx, "payment_assignment")?;
        on!(&mut tx.conn, c => diesel::insert_into(payment_assignments::table).values(&assignment).execute(c))?;
    }
    Ok(row.payment_id)
}
