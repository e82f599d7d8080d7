//! The customers behind orders.

use diesel::prelude::*;

use crate::domain::{Failure, limits};
use crate::on;
use crate::store::schema::customers;
use crate::store::{Conn, Tx, next_ids, next_ids_from};

/// Numbers of new customers start here.
const FIRST_CUSTOMER_NUMBER: i32 = 10_000;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = customers, treat_none_as_default_value = false)]
pub struct CustomerRow {
    pub customer_id: i32,
    pub mandator_id: i32,
    /// The account whose buyer it is; `None` for phone sales.
    pub account_id: Option<i32>,
    pub customer_number: i32,
    /// The channel's id of the buyer, or the e-mail address in lower case.
    pub channel_key: Option<String>,
    pub email_address: Option<String>,
}

/// A customer of a mandator by id.
pub(crate) fn by_id(conn: &mut Conn<'_>, mandator_id: i32, customer_id: i32) -> Result<Option<CustomerRow>, Failure> {
    Ok(on!(conn, c => customers::table
        .filter(customers::mandator_id.eq(mandator_id))
        .filter(customers::customer_id.eq(customer_id))
        .select(CustomerRow::as_select())
        .first(c)
        .optional())?)
}

/// A customer of a mandator by number.
pub(crate) fn by_number(conn: &mut Conn<'_>, mandator_id: i32, customer_number: i32) -> Result<Option<CustomerRow>, Failure> {
    Ok(on!(conn, c => customers::table
        .filter(customers::mandator_id.eq(mandator_id))
        .filter(customers::customer_number.eq(customer_number))
        .order(customers::customer_id)
        .select(CustomerRow::as_select())
        .first(c)
        .optional())?)
}

fn by_key(conn: &mut Conn<'_>, mandator_id: i32, account_id: Option<i32>, channel_key: &str) -> Result<Option<CustomerRow>, Failure> {
    Ok(on!(conn, c => {
        let known = customers::table
            .filter(customers::mandator_id.eq(mandator_id))
            .filter(customers::channel_key.eq(channel_key))
            .order(customers::customer_id)
            .select(CustomerRow::as_select());
        match account_id {
            Some(account) => known.filter(customers::account_id.eq(account)).first(c).optional(),
            None => known.filter(customers::account_id.is_null()).first(c).optional(),
        }
    })?)
}

/// The buyer: found by the channel's id or, without one, by the e-mail address; created where unknown. A buyer with
/// neither is a new customer each time.
pub(crate) fn buyer(
    tx: &mut Tx<'_>,
    mandator_id: i32,
    account_id: Option<i32>,
    channel_id: Option<&str>,
    email: Option<&str>,
) -> Result<CustomerRow, Failure> {
    let key = channel_id.map(str::to_owned).or_else(|| email.map(str::to_lowercase));
    let key = key.map(|key| limits::channel_number(&key).into_owned());
    if let Some(key) = &key
        && let Some(known) = by_key(&mut tx.conn, mandator_id, account_id, key)?
    {
        return Ok(known);
    }
    create(tx, mandator_id, account_id, None, key, email)
}

/// Stores a new customer, under the next free number where none is given.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    mandator_id: i32,
    account_id: Option<i32>,
    customer_number: Option<i32>,
    channel_key: Option<String>,
    email: Option<&str>,
) -> Result<CustomerRow, Failure> {
    let customer_number = match customer_number {
        Some(number) => number,
        None => free_number(tx, mandator_id)?,
    };
    let row = CustomerRow {
        customer_id: next_ids(tx, "customer", 1)?,
        mandator_id,
        account_id,
        customer_number,
        channel_key,
        email_address: email.map(str::to_owned),
    };
    on!(&mut tx.conn, c => diesel::insert_into(customers::table).values(&row).execute(c))?;
    Ok(row)
}

fn free_number(tx: &mut Tx<'_>, mandator_id: i32) -> Result<i32, Failure> {
    loop {
        let number = next_ids_from(tx, "customer_number", 1, FIRST_CUSTOMER_NUMBER - 1)?;
        if by_number(&mut tx.conn, mandator_id, number)?.is_none() {
            return Ok(number);
        }
    }
}
