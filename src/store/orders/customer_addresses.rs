//! Delivery addresses of customers.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::Failure;
use crate::domain::customer::CustomerAddress;
use crate::on;
use crate::store::schema::customer_addresses;
use crate::store::{Conn, MOST_VARIABLES, Stored, Tx, free_id, next_ids};

/// The counter of their ids.
const COUNTER: &str = "customer_address";

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = customer_addresses)]
pub(crate) struct AddressRow {
    pub address_id: i32,
    pub customer_id: i32,
    pub data: Stored<CustomerAddress>,
}

impl AddressRow {
    pub(crate) fn document(&self) -> Result<CustomerAddress, Failure> {
        self.data.read(|| format!("address {} of customer {}", self.address_id, self.customer_id))
    }
}

/// The addresses of customers, in order.
pub(crate) fn of(conn: &mut Conn<'_>, customer_ids: &[i32]) -> Result<BTreeMap<i32, Vec<AddressRow>>, Failure> {
    let mut by_customer: BTreeMap<i32, Vec<AddressRow>> = BTreeMap::new();
    for chunk in customer_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<AddressRow> = on!(conn, c => customer_addresses::table
            .filter(customer_addresses::customer_id.eq_any(chunk))
            .order(customer_addresses::address_id)
            .select(AddressRow::as_select())
            .load(c))?;
        for row in rows {
            by_customer.entry(row.customer_id).or_default().push(row);
        }
    }
    Ok(by_customer)
}

/// Stores an address: a new one where its id is 0. Gives the id.
pub(crate) fn save(tx: &mut Tx<'_>, mut row: AddressRow) -> Result<i32, Failure> {
    if row.address_id == 0 {
        row.address_id = next_ids(tx, COUNTER, 1)?;
        on!(&mut tx.conn, c => diesel::insert_into(customer_addresses::table).values(&row).execute(c))?;
    } else {
        on!(&mut tx.conn, c => diesel::update(customer_addresses::table.find(row.address_id))
            .set(customer_addresses::data.eq(&row.data))
            .execute(c))?;
    }
    Ok(row.address_id)
}

/// Whether an address once had this id, but none has it now. Whose it was is not kept.
pub(crate) fn is_gone(tx: &mut Tx<'_>, address_id: i32) -> Result<bool, Failure> {
    if address_id < 1 || address_id >= free_id(tx, COUNTER)? {
        return Ok(false);
    }
    let there: i64 = on!(&mut tx.conn, c => customer_addresses::table.find(address_id).count().get_result(c))?;
    Ok(there == 0)
}

pub(crate) fn delete(tx: &mut Tx<'_>, address_id: i32) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(customer_addresses::table.find(address_id)).execute(c))?;
    Ok(())
}
