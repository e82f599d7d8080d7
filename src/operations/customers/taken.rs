//! Customers of another installation.

use super::update::{group_of, refuse_taken_number, tidy_keys};
use super::{CustomerAddressRecord, CustomerRecord};
use crate::domain::Failure;
use crate::domain::customer::{Customer, CustomerAddress};
use crate::operations::wire::{FieldSpec, Source, Value};
use crate::operations::within::TakenOver;
use crate::operations::{Face, Work};
use crate::store::Stored;
use crate::store::numbers::Number;
use crate::store::orders::customer_addresses::{self, AddressRow};
use crate::store::orders::customers::{self, CustomerRow};
use crate::xml::Node;

static RECORD: FieldSpec = FieldSpec::new("customer", "");

/// Takes over a customer as `fetchCustomers` shows it; `known`: the one that it was taken over as before.
pub(crate) fn take_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let mut record = CustomerRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let mandator = work.mandator(record.mandator_id)?;
    let (mandator_id, zone) = (mandator.mandator_id, mandator.time_zone);
    if let Some(account_id) = record.account_id {
        work.account(account_id, Some(mandator_id))?;
    }
    record.number_words()?;
    tidy_keys(&mut record)?;
    let customer_number = record.customer_number.ok_or_else(|| Failure::missing("customer_number"))?;
    let conn = &mut work.tx.conn;
    refuse_taken_number(conn, mandator_id, known, Some(customer_number))?;
    let group = group_of(conn, mandator_id, &record)?;
    let before = known.map(|id| customers::by_id(conn, mandator_id, id)).transpose()?.flatten();
    let (wish, addresses) = (record.customer_id, std::mem::take(&mut record.shipping_addresses));
    let external = [std::mem::take(&mut record.external_customer_id_1), std::mem::take(&mut record.external_customer_id_2)];
    let [external_customer_id_1, external_customer_id_2] = external.map(Option::<String>::from);
    let customer_group_id = Option::from(group);
    // Who has a number of the ERP was changed by it: orders leave such a customer as it is.
    let kept = record.account_id.is_none()
        || external_customer_id_1.is_some()
        || external_customer_id_2.is_some()
        || customer_group_id.is_some()
        || !addresses.is_empty();
    let (account_id, email, created_at) = (record.account_id, std::mem::take(&mut record.email), record.created_at);
    let mut document = Customer::default();
    document.merge(record.update());
    let row = CustomerRow {
        customer_id: before.as_ref().map_or(0, |row| row.customer_id),
        mandator_id,
        account_id,
        customer_number,
        channel_key: before.and_then(|row| row.channel_key),
        email_address: email.into(),
        external_customer_id_1,
        external_customer_id_2,
        customer_group_id,
        created_at: created_at.map_or(work.tx.stamp.0, |time| time.stamp(zone).0),
        last_changed: 0,
        kept,
        data: Stored::of(&document)?,
    };
    let id = customers::take_over(work.tx, row, wish)?;
    take_addresses(work, id, addresses)?;
    Ok(TakenOver { id, ..TakenOver::default() })
}

/// The delivery addresses that the customer has there are all that it has here.
fn take_addresses(work: &mut Work<'_, '_>, customer_id: i32, addresses: Vec<CustomerAddressRecord>) -> Result<(), Failure> {
    for old in customer_addresses::of(&mut work.tx.conn, &[customer_id])?.remove(&customer_id).unwrap_or_default() {
        customer_addresses::delete(work.tx, old.address_id)?;
    }
    for mut address in addresses {
        address.number_words()?;
        let (wish, mut document) = (address.address_id, CustomerAddress::default());
        document.merge(address.update());
        let row = AddressRow { address_id: 0, customer_id, data: Stored::of(&document)? };
        Number::CUSTOMER_ADDRESS.wished(work.tx, wish, |tx| customer_addresses::save(tx, row))?;
    }
    Ok(())
}
