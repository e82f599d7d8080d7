//! Payments, what they are assigned to, and the statements that were imported.

mod debts;
mod taken;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::schema::{orders, payment_assignments, payment_statements, payments};
use super::since::{Following, Since};
use super::{Conn, MOST_VARIABLES, Tx, next_id};
use crate::domain::payment::{Grounds, PaymentRecord, PaymentState};
use crate::domain::{Failure, MandatorId, OrderId, PaymentId};
use crate::{conditions, following, narrow, on};

pub(crate) use debts::{Payable, changed_orders, open_orders, orders_named, payables};
pub(crate) use taken::take_over;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payments, primary_key(payment_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct PaymentRow {
    pub payment_id: PaymentId,
    pub mandator_id: MandatorId,
    /// By what it is recognised when it comes again.
    pub entry_key: String,
    /// Empty: of no statement that has a number.
    pub statement_key: String,
    pub payment_account: Option<String>,
    pub payment_date: i64,
    /// In 1/10 000.
    pub amount: i64,
    pub open_amount: i64,
    pub currency_code_iso: String,
    pub depositor: Option<String>,
    pub iban: Option<String>,
    pub transaction_id: Option<String>,
    pub external_id: Option<String>,
    pub end_to_end_id: Option<String>,
    /// The transaction that this one undoes.
    pub original_transaction: Option<String>,
    pub payment_system_id: Option<i32>,
    pub state: PaymentState,
    pub created_at: i64,
    pub last_changed: i64,
    pub last_changed_by: String,
    pub data: PaymentRecord,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = payment_assignments)]
pub(crate) struct AssignmentRow {
    pub payment_assignment_id: i32,
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    /// In 1/10 000; negative: money of the order that went back.
    pub amount: i64,
    pub assigned_at: i64,
    pub assigned_by: String,
    pub data: Grounds,
}

/// The numbers of an order, for those who read of its payments.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub(crate) struct PaidOrder {
    pub order_id: OrderId,
    pub order_number: i32,
    pub order_number_prefix: Option<String>,
    pub external_order_number_1: Option<String>,
    pub external_order_number_2: Option<String>,
    pub marketplace_order_id: Option<String>,
}

/// Stores a new payment; its id and stamps are set here.
pub(crate) fn insert(tx: &mut Tx<'_>, mut row: PaymentRow) -> Result<PaymentRow, Failure> {
    row.payment_id = PaymentId(next_id(tx, "payment")?);
    row.created_at = tx.stamp.0;
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(payments::table).values(&row).execute(c))?;
    Ok(row)
}

/// Stores a changed payment; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut PaymentRow, changed_by: &str) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    row.last_changed_by = changed_by.to_owned();
    on!(&mut tx.conn, c => diesel::update(payments::table.find(row.payment_id)).set(&*row).execute(c))?;
    Ok(())
}

/// One of the numbers that name a payment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PaymentKey<'k> {
    Id(PaymentId),
    Entry(&'k str),
    External(&'k str),
    Transaction(&'k str),
    EndToEnd(&'k str),
}

/// The payments of a mandator under a key, the oldest first.
pub(crate) fn find(conn: &mut Conn<'_>, mandator_id: MandatorId, key: PaymentKey<'_>) -> Result<Vec<PaymentRow>, Failure> {
    Ok(on!(conn, c => {
        let own = payments::table
            .filter(payments::mandator_id.eq(mandator_id))
            .order(payments::payment_id)
            .select(PaymentRow::as_select())
            .into_boxed();
        match key {
            PaymentKey::Id(id) => own.filter(payments::payment_id.eq(id)).load(c),
            PaymentKey::Entry(key) => own.filter(payments::entry_key.eq(key)).load(c),
            PaymentKey::External(id) => own.filter(payments::external_id.eq(id)).load(c),
            PaymentKey::Transaction(id) => own.filter(payments::transaction_id.eq(id)).load(c),
            PaymentKey::EndToEnd(id) => own.filter(payments::end_to_end_id.eq(id)).load(c),
        }
    })?)
}

/// Assigns an amount of a payment to an order.
pub(crate) fn add_assignment(tx: &mut Tx<'_>, mut row: AssignmentRow) -> Result<(), Failure> {
    row.payment_assignment_id = next_id(tx, "payment_assignment")?;
    row.assigned_at = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(payment_assignments::table).values(&row).execute(c))?;
    Ok(())
}

/// What payments are assigned to, in the order in which they were.
pub(crate) fn assignments_of(conn: &mut Conn<'_>, ids: &[PaymentId]) -> Result<Vec<AssignmentRow>, Failure> {
    let mut rows = Vec::new();
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => payment_assignments::table
            .filter(payment_assignments::payment_id.eq_any(chunk))
            .order(payment_assignments::payment_assignment_id)
            .select(AssignmentRow::as_select())
            .load::<AssignmentRow>(c))?);
    }
    Ok(rows)
}

/// Takes an assignment back.
pub(crate) fn remove_assignment(tx: &mut Tx<'_>, payment_assignment_id: i32) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(payment_assignments::table.find(payment_assignment_id)).execute(c))?;
    Ok(())
}

/// The payments from which an order has money.
pub(crate) fn paying(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Vec<PaymentId>, Failure> {
    Ok(on!(conn, c => payment_assignments::table
        .filter(payment_assignments::order_id.eq(order_id))
        .filter(payment_assignments::amount.gt(0))
        .order(payment_assignments::payment_assignment_id)
        .select(payment_assignments::payment_id)
        .load(c))?)
}

/// Money that went back and waits for its payment.
pub(crate) fn waiting_returns(conn: &mut Conn<'_>, of: &PaymentRow) -> Result<Vec<PaymentRow>, Failure> {
    let mut found: Vec<PaymentRow> = Vec::new();
    macro_rules! under {
        ($column:expr, $value:expr) => {
            if let Some(value) = $value {
                found.extend(on!(conn, c => payments::table
                    .filter(payments::mandator_id.eq(of.mandator_id))
                    .filter($column.eq(value))
                    .filter(payments::state.eq(PaymentState::Waiting))
                    .filter(payments::amount.lt(0))
                    .order(payments::payment_id)
                    .select(PaymentRow::as_select())
                    .load::<PaymentRow>(c))?);
            }
        };
    }
    under!(payments::original_transaction, &of.transaction_id);
    under!(payments::end_to_end_id, &of.end_to_end_id);
    found.sort_unstable_by_key(|row| row.payment_id);
    found.dedup_by_key(|row| row.payment_id);
    Ok(found)
}

/// The payments of a mandator that wait, the newest first.
pub(crate) fn waiting(conn: &mut Conn<'_>, mandator_id: MandatorId, most: i64) -> Result<Vec<PaymentRow>, Failure> {
    Ok(on!(conn, c => payments::table
        .filter(payments::mandator_id.eq(mandator_id))
        .filter(payments::state.eq(PaymentState::Waiting))
        .order(payments::payment_id.desc())
        .limit(most)
        .select(PaymentRow::as_select())
        .load(c))?)
}

/// A mandator that has payments in an account, beside this one.
pub(crate) fn other_mandator_of(conn: &mut Conn<'_>, account: &str, mandator_id: MandatorId) -> Result<Option<MandatorId>, Failure> {
    Ok(on!(conn, c => payments::table
        .filter(payments::payment_account.eq(account))
        .filter(payments::mandator_id.ne(mandator_id))
        .select(payments::mandator_id)
        .first(c)
        .optional())?)
}

/// The customers of the orders that were paid from an IBAN.
pub(crate) fn customers_of_iban(conn: &mut Conn<'_>, mandator_id: MandatorId, iban: &str) -> Result<BTreeSet<i32>, Failure> {
    let found: Vec<Option<i32>> = on!(conn, c => payment_assignments::table
        .inner_join(payments::table)
        .inner_join(orders::table)
        .filter(payments::mandator_id.eq(mandator_id))
        .filter(payments::iban.eq(iban))
        .filter(payment_assignments::amount.gt(0))
        .select(orders::customer_id)
        .distinct()
        .load(c))?;
    Ok(found.into_iter().flatten().collect())
}

/// The content of the statement under this key, if it was imported to the end.
pub(crate) fn statement(conn: &mut Conn<'_>, mandator_id: MandatorId, key: &str) -> Result<Option<String>, Failure> {
    Ok(on!(conn, c => payment_statements::table
        .find((mandator_id, key))
        .select(payment_statements::content_digest)
        .first(c)
        .optional())?)
}

/// The statement was imported to the end.
pub(crate) fn note_statement(tx: &mut Tx<'_>, mandator_id: MandatorId, key: &str, content: &str) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(payment_statements::table)
        .values((
            payment_statements::mandator_id.eq(mandator_id),
            payment_statements::statement_key.eq(key),
            payment_statements::content_digest.eq(content),
            payment_statements::imported_at.eq(stamp),
        ))
        .on_conflict((payment_statements::mandator_id, payment_statements::statement_key))
        .do_update()
        .set((payment_statements::content_digest.eq(content), payment_statements::imported_at.eq(stamp)))
        .execute(c))?;
    Ok(())
}

/// The numbers of orders, by their ids.
pub(crate) fn numbers_of(conn: &mut Conn<'_>, ids: &[OrderId]) -> Result<BTreeMap<OrderId, PaidOrder>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(MOST_VARIABLES) {
        let rows: Vec<PaidOrder> = on!(conn, c => orders::table
            .filter(orders::order_id.eq_any(chunk))
            .select(PaidOrder::as_select())
            .load(c))?;
        found.extend(rows.into_iter().map(|row| (row.order_id, row)));
    }
    Ok(found)
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchPayments.
    PaymentSelection, payment_conditions {
        payment_ids: Cond<PaymentId> = payments::payment_id,
        payment_date: Window = payments::payment_date,
        created_at: Window = payments::created_at,
        last_changed: Window = payments::last_changed,
        depositor: Cond<String> = payments::depositor,
        payment_system_id: Cond<i32> = payments::payment_system_id,
        transaction_id: Cond<String> = payments::transaction_id,
        external_id: Cond<String> = payments::external_id,
    } and {
        state: Cond<PaymentState> = payments::state,
    } beside {
        mandator_id: MandatorId,
        order_id: Cond<OrderId>,
        order_number: Cond<i32>,
        external_order_number_1: Cond<String>,
        external_order_number_2: Cond<String>,
        /// Assigned to an order, or to none.
        has_order: Option<bool>,
    }
}

macro_rules! select_ids {
    ($c:expr, $backend:ty, $s:expr, $following:expr) => {{
        let s: &PaymentSelection = $s;
        let mut query = payments::table
            .filter(payments::mandator_id.eq(s.mandator_id))
            .order(payments::payment_id)
            .select((payments::last_changed, payments::payment_id))
            .into_boxed::<$backend>();
        payment_conditions!(narrow query, s);
        let assigned = || payment_assignments::table.inner_join(orders::table).select(payment_assignments::payment_id);
        if s.asks_for_orders() {
            let mut of_orders = assigned().into_boxed::<$backend>();
            narrow!(of_orders, orders::order_id, &s.order_id);
            narrow!(of_orders, orders::order_number, &s.order_number);
            narrow!(of_orders, orders::external_order_number_1, &s.external_order_number_1);
            narrow!(of_orders, orders::external_order_number_2, &s.external_order_number_2);
            query = query.filter(payments::payment_id.eq_any(of_orders));
        }
        match s.has_order {
            Some(true) => query = query.filter(payments::payment_id.eq_any(assigned())),
            Some(false) => query = query.filter(payments::payment_id.ne_all(assigned())),
            None => {}
        }
        if let Some(next) = $following {
            following!(query, payments::last_changed, payments::payment_id, next);
        }
        query.load::<(i64, PaymentId)>($c)
    }};
}

impl PaymentSelection {
    fn asks_for_orders(&self) -> bool {
        let texts = [&self.external_order_number_1, &self.external_order_number_2];
        !matches!(self.order_id, Cond::All)
            || !matches!(self.order_number, Cond::All)
            || texts.into_iter().any(|text| !matches!(text, Cond::All))
    }
}

/// The ids of the payments that match, in order.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &PaymentSelection) -> Result<Vec<PaymentId>, Failure> {
    Ok(found(conn, selection, None)?.into_iter().map(|(_, payment_id)| payment_id).collect())
}

/// What follows a place in the order of changes, of the payments that match.
pub(crate) fn changed(conn: &mut Conn<'_>, selection: &PaymentSelection, following: Following) -> Result<Vec<Since>, Failure> {
    let found = found(conn, selection, Some(following))?;
    Ok(found.into_iter().map(|(stamp, payment_id)| Since { stamp, id: payment_id.0, second: 0 }).collect())
}

fn found(conn: &mut Conn<'_>, selection: &PaymentSelection, following: Option<Following>) -> Result<Vec<(i64, PaymentId)>, Failure> {
    let found = match conn {
        Conn::Sqlite(c) => select_ids!(*c, diesel::sqlite::Sqlite, selection, following),
        Conn::Postgres(c) => select_ids!(*c, diesel::pg::Pg, selection, following),
    };
    Ok(found?)
}

/// Payments by id, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[PaymentId]) -> Result<Vec<PaymentRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => payments::table
            .filter(payments::payment_id.eq_any(chunk))
            .order(payments::payment_id)
            .select(PaymentRow::as_select())
            .load::<PaymentRow>(c))?);
    }
    Ok(rows)
}
