//! Customers: buyers of orders, and those that the ERP hands over.
//!
//! Each account has customers of its own, even if two of them have the same e-mail address: nobody can tell whether a
//! channel's buyer is another channel's. A customer follows the newest order until the ERP changes it.

use diesel::prelude::*;

use crate::domain::customer::Customer;
use crate::domain::order::OrderDocument;
use crate::domain::{AccountId, Failure, MandatorId, limits};
use crate::store::filter::{Cond, Window};
use crate::store::numbers::{Number, go_behind};
use crate::store::schema::customers;
use crate::store::since::{Following, Since};
use crate::store::{Conn, MOST_VARIABLES, Stored, Tx, next_ids, next_ids_from};
use crate::{conditions, following, on};

/// Numbers of new customers start here.
const FIRST_CUSTOMER_NUMBER: i32 = 10_000;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = customers, primary_key(customer_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct CustomerRow {
    pub customer_id: i32,
    pub mandator_id: MandatorId,
    /// The account whose buyer it is; `None` for phone sales.
    pub account_id: Option<AccountId>,
    pub customer_number: i32,
    /// The channel's id of the buyer, or the e-mail address in lower case.
    pub channel_key: Option<String>,
    pub email_address: Option<String>,
    pub external_customer_id_1: Option<String>,
    pub external_customer_id_2: Option<String>,
    pub customer_group_id: Option<i32>,
    pub created_at: i64,
    pub last_changed: i64,
    /// The ERP has changed it: orders do not change it any more.
    pub kept: bool,
    pub data: Stored<Customer>,
}

impl CustomerRow {
    pub(crate) fn document(&self) -> Result<Customer, Failure> {
        self.data.read(|| format!("customer {}", self.customer_id))
    }

    /// A customer of no account is found by its e-mail address, so the key follows it.
    pub(crate) fn set_email(&mut self, email: Option<String>) {
        if self.account_id.is_none() {
            self.channel_key = email.as_deref().and_then(email_key);
        }
        self.email_address = email;
    }
}

/// An e-mail address as a customer is found by it; one of blanks finds nobody.
fn email_key(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    (!email.is_empty()).then(|| limits::channel_number(&email).into_owned())
}

/// An e-mail address as it is shown, at most as long as `updateCustomers` takes one.
fn fitted(email: &str) -> String {
    limits::cut(email, limits::CHANNEL_NUMBER).into_owned()
}

/// A customer of a mandator by id.
pub(crate) fn by_id(conn: &mut Conn<'_>, mandator_id: MandatorId, customer_id: i32) -> Result<Option<CustomerRow>, Failure> {
    Ok(on!(conn, c => customers::table
        .filter(customers::mandator_id.eq(mandator_id))
        .filter(customers::customer_id.eq(customer_id))
        .select(CustomerRow::as_select())
        .get_result(c)
        .optional())?)
}

/// A customer of a mandator by number.
pub(crate) fn by_number(conn: &mut Conn<'_>, mandator_id: MandatorId, customer_number: i32) -> Result<Option<CustomerRow>, Failure> {
    Ok(on!(conn, c => customers::table
        .filter(customers::mandator_id.eq(mandator_id))
        .filter(customers::customer_number.eq(customer_number))
        .order(customers::customer_id)
        .select(CustomerRow::as_select())
        .first(c)
        .optional())?)
}

fn by_key(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    account_id: Option<AccountId>,
    channel_key: &str,
) -> Result<Option<CustomerRow>, Failure> {
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
    mandator_id: MandatorId,
    account_id: Option<AccountId>,
    channel_id: Option<&str>,
    email: Option<&str>,
) -> Result<CustomerRow, Failure> {
    let key = channel_id.map(|id| limits::channel_number(id).into_owned()).or_else(|| email.and_then(email_key));
    if let Some(key) = &key
        && let Some(known) = by_key(&mut tx.conn, mandator_id, account_id, key)?
    {
        return Ok(known);
    }
    create(tx, mandator_id, account_id, None, key, email)
}

/// Stores a new customer, under the next free number where none is given. One of no account is found by its e-mail address
/// from then on, whatever else it was asked for by.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    mandator_id: MandatorId,
    account_id: Option<AccountId>,
    customer_number: Option<i32>,
    channel_key: Option<String>,
    email: Option<&str>,
) -> Result<CustomerRow, Failure> {
    let customer_number = match customer_number {
        Some(number) => number,
        None => free_number(tx, mandator_id)?,
    };
    let of_email = || email.filter(|_| account_id.is_none()).and_then(email_key);
    let row = CustomerRow {
        customer_id: next_ids(tx, "customer", 1)?,
        mandator_id,
        account_id,
        customer_number,
        channel_key: channel_key.or_else(of_email),
        email_address: email.map(fitted),
        external_customer_id_1: None,
        external_customer_id_2: None,
        customer_group_id: None,
        created_at: tx.stamp.0,
        last_changed: tx.stamp.0,
        kept: false,
        data: Stored::default(),
    };
    on!(&mut tx.conn, c => diesel::insert_into(customers::table).values(&row).execute(c))?;
    Ok(row)
}

/// Stores a customer of another installation: a new one if its id is 0, under `wish` if that is free. Gives the id.
pub(crate) fn take_over(tx: &mut Tx<'_>, mut row: CustomerRow, wish: Option<i32>) -> Result<i32, Failure> {
    let of_email = row.email_address.as_deref().and_then(email_key);
    if row.customer_id != 0 {
        save(tx, &mut row)?;
        return Ok(row.customer_id);
    }
    // Another one may have this e-mail address; who is found by it then stays who it was.
    row.channel_key = match of_email {
        Some(key) if by_key(&mut tx.conn, row.mandator_id, row.account_id, &key)?.is_none() => Some(key),
        _ => None,
    };
    row.customer_id = Number::CUSTOMER.take(tx, wish)?;
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(customers::table).values(&row).execute(c))?;
    go_behind(tx, "customer_number", FIRST_CUSTOMER_NUMBER - 1, row.customer_number)?;
    Ok(row.customer_id)
}

fn free_number(tx: &mut Tx<'_>, mandator_id: MandatorId) -> Result<i32, Failure> {
    loop {
        let number = next_ids_from(tx, "customer_number", 1, FIRST_CUSTOMER_NUMBER - 1)?;
        if by_number(&mut tx.conn, mandator_id, number)?.is_none() {
            return Ok(number);
        }
    }
}

/// Stores a changed customer; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut CustomerRow) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::update(customers::table.find(row.customer_id)).set(&*row).execute(c))?;
    Ok(())
}

/// A customer ordered again: name, address, VAT id and e-mail address follow, unless the ERP has changed the customer.
pub(crate) fn follow_order(tx: &mut Tx<'_>, row: &mut CustomerRow, order: &OrderDocument, email: Option<&str>) -> Result<(), Failure> {
    if row.kept {
        return Ok(());
    }
    let before = row.document()?;
    let mut document = before.clone();
    if let Some(address) = order.invoice_address.as_ref().or(order.delivery_address.as_ref()) {
        document.follow(address);
    }
    if order.tax_identification_number.is_some() {
        document.tax_identification_number.clone_from(&order.tax_identification_number);
    }
    let email = email.map(fitted).filter(|email| row.email_address.as_ref() != Some(email));
    if document == before && email.is_none() {
        return Ok(());
    }
    row.data = Stored::of(&document)?;
    // Its key stays: the order was found by it.
    row.email_address = email.or(row.email_address.take());
    save(tx, row)
}

/// The buyers of an account that the ERP has changed, and that the channel can be told about.
pub(crate) fn kept_of(conn: &mut Conn<'_>, mandator_id: MandatorId, account_id: AccountId) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => customers::table
        .filter(customers::mandator_id.eq(mandator_id))
        .filter(customers::account_id.eq(account_id))
        .filter(customers::kept.eq(true))
        .order(customers::customer_id)
        .select(customers::customer_id)
        .load(c))?)
}

/// Of these groups' members, all.
pub(crate) fn in_groups(conn: &mut Conn<'_>, mandator_id: MandatorId, customer_group_id: i32) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => customers::table
        .filter(customers::mandator_id.eq(mandator_id))
        .filter(customers::customer_group_id.eq(customer_group_id))
        .select(customers::customer_id)
        .load(c))?)
}

/// The ids of a mandator's customers under one of the ERP's own keys.
pub(crate) fn by_external(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    second: bool,
    external_id: &str,
) -> Result<Vec<CustomerRow>, Failure> {
    Ok(on!(conn, c => {
        let of_mandator = customers::table
            .filter(customers::mandator_id.eq(mandator_id))
            .order(customers::customer_id)
            .select(CustomerRow::as_select());
        match second {
            false => of_mandator.filter(customers::external_customer_id_1.eq(external_id)).load(c),
            true => of_mandator.filter(customers::external_customer_id_2.eq(external_id)).load(c),
        }
    })?)
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchCustomers.
    CustomerSelection, customer_conditions {
        customer_ids: Cond<i32> = customers::customer_id,
        customer_numbers: Cond<i32> = customers::customer_number,
        external_customer_id_1: Cond<String> = customers::external_customer_id_1,
        external_customer_id_2: Cond<String> = customers::external_customer_id_2,
        email_address: Cond<String> = lower(customers::email_address),
        customer_group_id: Cond<i32> = customers::customer_group_id,
        account_id: Cond<AccountId> = customers::account_id,
        created_at: Window = customers::created_at,
        last_changed: Window = customers::last_changed,
    } beside {
        mandator_id: MandatorId,
    }
}

diesel::define_sql_function! {
    fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// A condition on e-mail addresses, which are compared without case. Each is looked for in two forms, because SQLite
/// leaves letters beyond ASCII as they are and PostgreSQL may not.
pub(crate) fn without_case(emails: Cond<String>) -> Cond<String> {
    match emails {
        Cond::In { values, or_null } => {
            let forms = |email: String| [email.to_lowercase(), email.to_ascii_lowercase()];
            Cond::In { values: values.into_iter().flat_map(forms).collect(), or_null }
        }
        other => other,
    }
}

/// The ids of the customers that match, in order.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &CustomerSelection) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => {
        let mut query = customers::table
            .filter(customers::mandator_id.eq(selection.mandator_id))
            .order(customers::customer_id)
            .select(customers::customer_id)
            .into_boxed();
        customer_conditions!(narrow query, selection);
        query.load(c)
    })?)
}

/// What follows a place in the order of changes, of the customers that match.
pub(crate) fn changed(conn: &mut Conn<'_>, selection: &CustomerSelection, next: Following) -> Result<Vec<Since>, Failure> {
    let found: Vec<(i64, i32)> = on!(conn, c => {
        let mut query = customers::table
            .filter(customers::mandator_id.eq(selection.mandator_id))
            .select((customers::last_changed, customers::customer_id))
            .into_boxed();
        customer_conditions!(narrow query, selection);
        following!(query, customers::last_changed, customers::customer_id, next);
        query.load(c)
    })?;
    Ok(found.into_iter().map(|(stamp, id)| Since { stamp, id, second: 0 }).collect())
}

/// Customers by id, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[i32]) -> Result<Vec<CustomerRow>, Failure> {
    let mut rows: Vec<CustomerRow> = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        let found: Vec<CustomerRow> = on!(conn, c => customers::table
            .filter(customers::customer_id.eq_any(chunk))
            .order(customers::customer_id)
            .select(CustomerRow::as_select())
            .load(c))?;
        rows.extend(found);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::{buyer, create};
    use crate::domain::{AccountId, MandatorId};
    use crate::store::testing::on_stores;

    #[test]
    fn a_customer_of_no_account_is_found_by_its_e_mail_address_however_it_was_created() {
        on_stores(|store| {
            store
                .write(|tx| {
                    let by_number = create(tx, MandatorId(1), None, Some(4711), None, Some("erika@example.com"))?;
                    let by_email = buyer(tx, MandatorId(1), None, None, Some(" Erika@Example.com"))?;
                    assert_eq!(by_number.customer_id, by_email.customer_id);
                    let of_account = buyer(tx, MandatorId(1), Some(AccountId(101)), Some("B-1"), Some("erika@example.com"))?;
                    assert_eq!((of_account.channel_key.as_deref(), of_account.account_id), (Some("B-1"), Some(AccountId(101))));
                    let (one, other) = (buyer(tx, MandatorId(1), None, None, Some(" "))?, buyer(tx, MandatorId(1), None, None, Some(" "))?);
                    assert_ne!(one.customer_id, other.customer_id, "blanks name nobody");
                    Ok(())
                })
                .unwrap();
        });
    }

    #[test]
    fn an_e_mail_address_is_kept_as_long_as_it_can_be_sent_back() {
        on_stores(|store| {
            let email = "e".repeat(400) + "@x.de";
            let longer = email.clone();
            let (mut kept, again) = store
                .write(move |tx| {
                    Ok((
                        buyer(tx, MandatorId(1), Some(AccountId(101)), None, Some(&email))?,
                        buyer(tx, MandatorId(1), Some(AccountId(101)), None, Some(&email))?,
                    ))
                })
                .unwrap();
            assert_eq!(kept.customer_id, again.customer_id);
            assert_eq!(kept.email_address.as_ref().map(|email| email.chars().count()), Some(255));
            let stamp = kept.last_changed;
            let kept = store
                .write(move |tx| {
                    super::follow_order(tx, &mut kept, &Default::default(), Some(&longer))?;
                    Ok(kept)
                })
                .unwrap();
            assert_eq!((kept.last_changed, kept.email_address), (stamp, again.email_address), "nothing changed");
        });
    }
}
