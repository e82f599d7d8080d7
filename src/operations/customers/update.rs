//! `updateCustomers`: creates and changes customers and their delivery addresses.

use super::{CustomerAddressRecord, CustomerKey, CustomerKeys, CustomerRecord};
use crate::domain::customer::{CustomerAddress, check_number};
use crate::domain::lookup::CustomerGroup;
use crate::domain::transfer::TransferKind;
use crate::domain::{AnyOf, Failure, FieldName, MandatorId, Patch, Place, code};
use crate::operations::common::ReportAction;
use crate::operations::ibans::look_at_iban;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::orders::customer_addresses::{self, AddressRow};
use crate::store::orders::customers::{self, CustomerRow};
use crate::store::{Conn, Stored, lookups, transfers};
use crate::{reports, write_request};

/// Delivery addresses that one customer may have.
const MOST_ADDRESSES: usize = 200;

write_request! {
    /// Customers to create or change.
    UpdateCustomersRequest {
        /// The customers.
        customers: Records<CustomerRecord> [flat("customer")],
    }
}

reports! { UpdateCustomersResult, CustomerReport, customer: CustomerKeys }

/// The operation.
pub(crate) struct UpdateCustomers;

impl WriteOperation for UpdateCustomers {
    const NAME: &'static str = "updateCustomers";
    const DOC: &'static str = "Creates and changes customers and their delivery addresses. Passwords are neither stored nor sent.";
    type Request = UpdateCustomersRequest;
    type Result = UpdateCustomersResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateCustomersRequest) -> Result<UpdateCustomersResult, Failure> {
        let mut changed = Vec::new();
        let reports = work.each(
            request.customers,
            |record: &CustomerRecord| record.mandator_id,
            |work, record| {
                let keys = said(&record);
                let written = work.in_savepoint(|work| write(work, record)).map_err(|failure| (failure, Some(keys)))?;
                changed.extend(written.changed);
                Ok(written.done)
            },
        )?;
        let accounts = transfers::changed(work.tx, TransferKind::Customer, &changed)?;
        work.concerns(accounts);
        Ok(UpdateCustomersResult::of(reports))
    }
}

/// For a report on a record that failed.
fn said(record: &CustomerRecord) -> CustomerKeys {
    CustomerKeys {
        customer_id: record.customer_id,
        mandator_id: record.mandator_id,
        customer_number: record.customer_number,
        external_customer_id_1: record.external_customer_id_1.as_ref().cloned(),
        external_customer_id_2: record.external_customer_id_2.as_ref().cloned(),
    }
}

fn keys_of(row: &CustomerRow) -> CustomerKeys {
    CustomerKeys {
        customer_id: Some(row.customer_id),
        mandator_id: row.mandator_id,
        customer_number: Some(row.customer_number),
        external_customer_id_1: row.external_customer_id_1.clone(),
        external_customer_id_2: row.external_customer_id_2.clone(),
    }
}

/// What became of a record.
struct Written {
    done: Done<CustomerKeys>,
    /// The customer, if something changed.
    changed: Option<i32>,
}

fn write(work: &mut Work<'_, '_>, mut record: CustomerRecord) -> Result<Written, Failure> {
    let mandator_id = work.mandator(record.mandator_id)?.mandator_id;
    record.number_words()?;
    tidy_keys(&mut record)?;
    let group = group_of(&mut work.tx.conn, mandator_id, &record)?;
    let (action, mut row) = match customer_under(&mut work.tx.conn, mandator_id, &record)? {
        Some(row) => (ReportAction::Update, row),
        None => {
            refuse_taken_number(&mut work.tx.conn, mandator_id, None, record.customer_number)?;
            (ReportAction::Insert, customers::create(work.tx, mandator_id, None, record.customer_number, None, None)?)
        }
    };
    refuse_taken_number(&mut work.tx.conn, mandator_id, Some(row.customer_id), record.customer_number)?;
    look_at_iban(&mut work.advice, "iban_code", record.iban_code.as_ref().map(String::as_str));
    let addresses = std::mem::take(&mut record.shipping_addresses);
    let mut changed = change(&mut row, action, record, group)?;
    changed |= take_addresses(work, row.customer_id, addresses)?;
    if changed {
        customers::save(work.tx, &mut row)?;
    }
    Ok(Written { done: (Some(action), keys_of(&row)), changed: changed.then_some(row.customer_id) })
}

/// Takes the blanks around the ERP's own keys away; one of blanks only is an empty one.
pub(super) fn tidy_keys(record: &mut CustomerRecord) -> Result<(), Failure> {
    for key in [&mut record.external_customer_id_1, &mut record.external_customer_id_2] {
        if let Patch::Set(text) = key {
            *key = match text.trim() {
                "" => Patch::Clear,
                text => Patch::Set(text.to_owned()),
            };
        }
    }
    record.customer_number.map_or(Ok(()), check_number)
}

/// The customer under the key that the record chose; `None`: it is new.
fn customer_under(conn: &mut Conn<'_>, mandator_id: MandatorId, record: &CustomerRecord) -> Result<Option<CustomerRow>, Failure> {
    let (field, text, second) = match record.significant_key.unwrap_or_default() {
        CustomerKey::Id => {
            let id = record.customer_id.ok_or_else(|| Failure::missing("customer_id"))?;
            let known = customers::by_id(conn, mandator_id, id)?;
            return known.map(Some).ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName("customer_id"), &id]));
        }
        CustomerKey::Number => {
            let number = record.customer_number.ok_or_else(|| Failure::missing("customer_number"))?;
            return customers::by_number(conn, mandator_id, number);
        }
        CustomerKey::External1 => ("external_customer_id_1", record.external_customer_id_1.as_ref(), false),
        CustomerKey::External2 => ("external_customer_id_2", record.external_customer_id_2.as_ref(), true),
    };
    let text = text.ok_or_else(|| Failure::missing(field))?;
    let mut found = customers::by_external(conn, mandator_id, second, text)?;
    match found.len() {
        0 | 1 => Ok(found.pop()),
        several => Err(Failure::quoting(code::AMBIGUOUS, [&several, &FieldName(field), text, &FieldName("customer_id")])),
    }
}

/// A number names one customer only.
pub(super) fn refuse_taken_number(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    own: Option<i32>,
    number: Option<i32>,
) -> Result<(), Failure> {
    let Some(number) = number else { return Ok(()) };
    match customers::by_number(conn, mandator_id, number)? {
        Some(other) if own != Some(other.customer_id) => {
            let number = number.to_string();
            Err(Failure::quoting(code::TAKEN, [&(FieldName("customer_number"), number.as_str())]).within("customer_number"))
        }
        _ => Ok(()),
    }
}

/// The group that the record names.
pub(super) fn group_of(conn: &mut Conn<'_>, mandator_id: MandatorId, record: &CustomerRecord) -> Result<Patch<i32>, Failure> {
    let (id, name) = (&record.customer_group_id, &record.customer_group_identifier);
    let (field, shown) = match (id, name) {
        (Patch::Set(id), _) => ("customer_group_id", id.to_string()),
        (_, Patch::Set(name)) => ("customer_group_identifier", name.clone()),
        (Patch::Clear, _) | (_, Patch::Clear) => return Ok(Patch::Clear),
        (Patch::Keep, Patch::Keep) => return Ok(Patch::Keep),
    };
    let groups = lookups::of_mandator::<CustomerGroup>(conn, mandator_id)?;
    let found = groups.iter().find(|group| match id {
        Patch::Set(id) => group.id == *id,
        _ => group.identifier.trim() == shown.trim(),
    });
    let unknown = || Failure::quoting(code::UNKNOWN_CUSTOMER_GROUP, [&shown, &mandator_id]).within(field);
    found.map(|group| Patch::Set(group.id)).ok_or_else(unknown)
}

/// Takes the fields over. True: something changed. From now on orders leave the customer as it is.
fn change(row: &mut CustomerRow, action: ReportAction, mut record: CustomerRecord, group: Patch<i32>) -> Result<bool, Failure> {
    fn columns(row: &CustomerRow) -> impl PartialEq + use<> {
        let texts = [&row.external_customer_id_1, &row.external_customer_id_2, &row.email_address].map(Clone::clone);
        (row.customer_number, texts, row.customer_group_id, row.kept)
    }
    let (columns_before, before) = (columns(row), row.document()?);
    row.kept = true;
    row.customer_number = record.customer_number.unwrap_or(row.customer_number);
    std::mem::take(&mut record.external_customer_id_1).onto(&mut row.external_customer_id_1);
    std::mem::take(&mut record.external_customer_id_2).onto(&mut row.external_customer_id_2);
    group.onto(&mut row.customer_group_id);
    match std::mem::take(&mut record.email) {
        Patch::Keep => {}
        Patch::Clear => row.set_email(None),
        Patch::Set(email) => row.set_email(Some(email)),
    }
    let mut document = before.clone();
    document.merge(record.update());
    // A buyer whose channel named nobody stays without a name until somebody gives one.
    if !document.has_name() && (action == ReportAction::Insert || before.has_name()) {
        return Err(Failure::quoting(code::MISSING, [&AnyOf(&["last_name", "firm"])]));
    }
    row.data = Stored::of(&document)?;
    Ok(columns(row) != columns_before || document != before)
}

/// Adds, changes and removes delivery addresses. True: something changed.
fn take_addresses(work: &mut Work<'_, '_>, customer_id: i32, sent: Vec<CustomerAddressRecord>) -> Result<bool, Failure> {
    if sent.is_empty() {
        return Ok(false);
    }
    let stored = customer_addresses::of(&mut work.tx.conn, &[customer_id])?.remove(&customer_id).unwrap_or_default();
    let mut known = Vec::with_capacity(stored.len());
    for row in stored {
        known.push((row.address_id, row.document()?));
    }
    let mut changed = false;
    for (index, address) in sent.into_iter().enumerate() {
        let taken = take_address(work, customer_id, &mut known, address);
        changed |= taken.map_err(|failure| failure.within(Place::entry("address", index + 1)))?;
    }
    Ok(changed)
}

fn take_address(
    work: &mut Work<'_, '_>,
    customer_id: i32,
    known: &mut Vec<(i32, CustomerAddress)>,
    mut address: CustomerAddressRecord,
) -> Result<bool, Failure> {
    address.number_words()?;
    let at = address.address_id.map(|id| (id, known.iter().position(|(known, _)| *known == id)));
    if address.delete.unwrap_or_default() {
        let (id, at) = at.ok_or_else(|| Failure::missing("address_id"))?;
        let Some(at) = at else {
            // One that is gone already is no error: a repeated call changes nothing.
            let is_gone = customer_addresses::is_gone(work.tx, id)?;
            return if is_gone { Ok(false) } else { Err(Failure::quoting(code::UNKNOWN_ADDRESS, [&id])) };
        };
        known.remove(at);
        customer_addresses::delete(work.tx, id)?;
        return Ok(true);
    }
    let (address_id, before) = match at {
        Some((id, Some(at))) => (id, known.get(at).map(|(_, document)| document.clone()).unwrap_or_default()),
        Some((id, None)) => return Err(Failure::quoting(code::UNKNOWN_ADDRESS, [&id])),
        None => (0, CustomerAddress::default()),
    };
    let mut document = before.clone();
    document.merge(address.update());
    if document == CustomerAddress::default() {
        return Err(Failure::quoting(code::MISSING, [&AnyOf(&["last_name", "firm", "street", "postal_code", "city"])]));
    }
    let is_there = if address_id == 0 { known.iter().any(|(_, other)| *other == document) } else { document == before };
    if is_there {
        return Ok(false);
    }
    if address_id == 0 && known.len() >= MOST_ADDRESSES {
        return Err(Failure::new(code::TOO_MANY_ADDRESSES, [&MOST_ADDRESSES.to_string()]));
    }
    let id = customer_addresses::save(work.tx, AddressRow { address_id, customer_id, data: Stored::of(&document)? })?;
    match known.iter_mut().find(|(known, _)| *known == id) {
        Some((_, stored)) => *stored = document,
        None => known.push((id, document)),
    }
    Ok(true)
}
