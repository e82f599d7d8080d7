//! Numbers by the hour and account, kept for the plots of the console.

use diesel::prelude::*;

use super::schema::hourly;
use super::{Conn, Tx};
use crate::domain::hourly::Counted;
use crate::domain::{AccountId, Failure};
use crate::on;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = hourly)]
pub(crate) struct HourlyRow {
    /// Hours since 1970.
    pub hour: i64,
    pub account_id: AccountId,
    pub counted: Counted,
    pub value: i64,
}

/// Adds to what is known; of an age the highest counts.
pub(crate) fn add(tx: &mut Tx<'_>, rows: &[HourlyRow]) -> Result<(), Failure> {
    for row in rows {
        let known = value_of(&mut tx.conn, row)?;
        let value = match row.counted {
            Counted::QueueAge => known.unwrap_or_default().max(row.value),
            _ => known.unwrap_or_default().saturating_add(row.value),
        };
        on!(&mut tx.conn, c => diesel::insert_into(hourly::table)
            .values(&HourlyRow { value, ..row.clone() })
            .on_conflict((hourly::hour, hourly::account_id, hourly::counted))
            .do_update()
            .set(hourly::value.eq(value))
            .execute(c))?;
    }
    Ok(())
}

fn value_of(conn: &mut Conn<'_>, row: &HourlyRow) -> Result<Option<i64>, Failure> {
    Ok(on!(conn, c => hourly::table
        .find((row.hour, row.account_id, row.counted))
        .select(hourly::value)
        .first(c)
        .optional())?)
}

/// All numbers of some accounts from an hour on.
pub(crate) fn since(conn: &mut Conn<'_>, accounts: &[AccountId], hour: i64) -> Result<Vec<HourlyRow>, Failure> {
    Ok(on!(conn, c => hourly::table
        .filter(hourly::hour.ge(hour))
        .filter(hourly::account_id.eq_any(accounts))
        .order((hourly::hour, hourly::account_id, hourly::counted))
        .select(HourlyRow::as_select())
        .load(c))?)
}

/// Removes the numbers of earlier hours.
pub(crate) fn forget_before(tx: &mut Tx<'_>, hour: i64) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(hourly::table.filter(hourly::hour.lt(hour))).execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_stores;

    #[test]
    fn numbers_of_an_hour_add_up_and_of_an_age_the_highest_counts() {
        on_stores(|store| {
            let row = |hour, counted, value| HourlyRow { hour, account_id: AccountId(1), counted, value };
            let rows = [row(7, Counted::Orders, 2), row(7, Counted::QueueAge, 90), row(8, Counted::Orders, 1)];
            let again = [row(7, Counted::Orders, 3), row(7, Counted::QueueAge, 60)];
            let taken = rows.clone();
            store.write(move |tx| add(tx, &taken).and_then(|()| add(tx, &again))).expect("stored");
            let known = |hour| store.read(|conn| since(conn, &[AccountId(1)], hour)).expect("read");
            assert_eq!(known(7), [row(7, Counted::Orders, 5), rows[1].clone(), rows[2].clone()]);
            assert_eq!(store.read(|conn| since(conn, &[AccountId(2)], 0)).expect("read"), []);
            store.write(|tx| forget_before(tx, 8)).expect("deleted");
            assert_eq!(known(0), [rows[2].clone()]);
        });
    }
}
