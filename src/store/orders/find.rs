//! Finding orders: by one of their keys, or by the conditions of a filter.

use diesel::prelude::*;

use super::OrderRow;
use crate::domain::order::OrderStatus;
use crate::domain::{AccountId, Deleted, Failure, MandatorId, OrderId};
use crate::store::Conn;
use crate::store::among::among;
use crate::store::filter::{Cond, Window};
use crate::store::kept::Choice;
use crate::store::schema::{customers, order_tags, orders};
use crate::store::since::{Following, Since};
use crate::{conditions, following, narrow, narrow_to_mandator, on};

/// One of the numbers that name an order (`order-calls.md` 1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OrderKey {
    OrderId(OrderId),
    OrderNumber(i32),
    OrderNumberAndPrefix(i32, String),
    ExternalOrderNumber1(String),
    ExternalOrderNumber2(String),
    MarketplaceOrderId(String),
    MarketplaceOrderId2(String),
    TransactionId1(String),
    TransactionId2(String),
}

impl OrderKey {
    /// The compat name of the key and its value, for error texts.
    pub(crate) fn shown(&self) -> (&'static str, String) {
        match self {
            OrderKey::OrderId(id) => ("order_id", id.to_string()),
            OrderKey::OrderNumber(number) => ("order_number", number.to_string()),
            OrderKey::OrderNumberAndPrefix(number, prefix) => ("order_number", format!("{prefix}{number}")),
            OrderKey::ExternalOrderNumber1(text) => ("external_order_number_1", text.clone()),
            OrderKey::ExternalOrderNumber2(text) => ("external_order_number_2", text.clone()),
            OrderKey::MarketplaceOrderId(text) => ("marketplace_order_id", text.clone()),
            OrderKey::MarketplaceOrderId2(text) => ("marketplace_order_id_2", text.clone()),
            OrderKey::TransactionId1(text) => ("transaction_id_1", text.clone()),
            OrderKey::TransactionId2(text) => ("transaction_id_2", text.clone()),
        }
    }
}

/// The orders of a mandator, or of one of its accounts, under a key: more than one where the key is not unique.
pub(crate) fn find(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    account_id: Option<AccountId>,
    key: &OrderKey,
) -> Result<Vec<OrderId>, Failure> {
    Ok(on!(conn, c => {
        let mut of_mandator = orders::table
            .filter(orders::mandator_id.eq(mandator_id))
            .order(orders::order_id)
            .select(orders::order_id)
            .into_boxed();
        if let Some(account_id) = account_id {
            of_mandator = of_mandator.filter(orders::account_id.eq(account_id));
        }
        match key {
            OrderKey::OrderId(id) => of_mandator.filter(orders::order_id.eq(id)).load(c),
            OrderKey::OrderNumber(number) => {
                of_mandator.filter(orders::order_number.eq(number)).load(c)
            }
            OrderKey::OrderNumberAndPrefix(number, prefix) => of_mandator
                .filter(orders::order_number.eq(number))
                .filter(orders::order_number_prefix.eq(prefix))
                .load(c),
            OrderKey::ExternalOrderNumber1(text) => {
                of_mandator.filter(orders::external_order_number_1.eq(text)).load(c)
            }
            OrderKey::ExternalOrderNumber2(text) => {
                of_mandator.filter(orders::external_order_number_2.eq(text)).load(c)
            }
            OrderKey::MarketplaceOrderId(text) => {
                of_mandator.filter(orders::marketplace_order_id.eq(text)).load(c)
            }
            OrderKey::MarketplaceOrderId2(text) => {
                of_mandator.filter(orders::marketplace_order_id_2.eq(text)).load(c)
            }
            OrderKey::TransactionId1(text) => {
                of_mandator.filter(orders::transaction_id_1.eq(text)).load(c)
            }
            OrderKey::TransactionId2(text) => {
                of_mandator.filter(orders::transaction_id_2.eq(text)).load(c)
            }
        }
    })?)
}

/// The order of an account under the channel's number.
pub(crate) fn of_channel(conn: &mut Conn<'_>, account_id: AccountId, marketplace_order_id: &str) -> Result<Option<OrderRow>, Failure> {
    Ok(on!(conn, c => orders::table
        .filter(orders::account_id.eq(account_id))
        .filter(orders::marketplace_order_id.eq(marketplace_order_id))
        .select(OrderRow::as_select())
        .get_result(c)
        .optional())?)
}

/// The numbers under which a channel knows an order.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub(crate) struct OrderNumbers {
    /// Missing in orders that no channel knows.
    pub marketplace_order_id: Option<String>,
    pub marketplace_order_id_2: Option<String>,
}

pub(crate) fn numbers(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Option<OrderNumbers>, Failure> {
    Ok(on!(conn, c => orders::table
        .find(order_id)
        .select(OrderNumbers::as_select())
        .get_result(c)
        .optional())?)
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchOrders.
    Selection, order_conditions {
        order_ids: Cond<OrderId> = orders::order_id,
        order_number: Cond<i32> = orders::order_number,
        order_number_prefix: Cond<String> = orders::order_number_prefix,
        order_date: Window = orders::order_date,
        created_at: Window = orders::created_at,
        last_changed: Window = orders::last_changed,
        export_date: Window = orders::export_date,
        external_order_number_1: Cond<String> = orders::external_order_number_1,
        external_order_number_2: Cond<String> = orders::external_order_number_2,
        marketplace_order_id_1: Cond<String> = orders::marketplace_order_id,
        marketplace_order_id_2: Cond<String> = orders::marketplace_order_id_2,
        payment_method_id: Cond<i32> = orders::payment_method_id,
        account_id: Cond<AccountId> = orders::account_id,
        email_address: Cond<String> = orders::email_address,
        customer_ids: Cond<i32> = orders::customer_id,
        complete_status: Cond<i32> = orders::complete_status,
        invoice_number_filter: Cond<String> = orders::invoice_number,
    } and {
        order_status_id: Cond<OrderStatus> = orders::order_status_id,
    } beside {
        mandator_id: MandatorId,
        customer_numbers: Cond<i32>,
        order_tags: Cond<String>,
        /// Hides what this user changed last.
        not_changed_by: Option<String>,
    }
}

macro_rules! select_ids {
    ($c:expr, $backend:ty, $s:expr, $of:expr, $following:expr) => {{
        let s: &Selection = $s;
        let mut query = orders::table
            .select((orders::last_changed, orders::order_id))
            .into_boxed::<$backend>();
        narrow_to_mandator!(query, orders::mandator_id, s.mandator_id, $of.is_some() || s.order_ids.is_list());
        order_conditions!(narrow query, s);
        if !matches!(s.customer_numbers, Cond::All) {
            let mut numbered = customers::table.select(customers::customer_id.nullable()).into_boxed::<$backend>();
            narrow!(numbered, customers::customer_number, &s.customer_numbers);
            query = query.filter(orders::customer_id.eq_any(numbered));
        }
        let tagged = order_tags::table.select(order_tags::order_id);
        match &s.order_tags {
            Cond::All => {}
            Cond::Null => query = query.filter(orders::order_id.ne_all(tagged)),
            Cond::NotNull => query = query.filter(orders::order_id.eq_any(tagged)),
            Cond::In { values, .. } => {
                query = query.filter(orders::order_id.eq_any(tagged.filter(among(order_tags::tag_identifier, values))));
            }
        }
        if let Some(user) = &s.not_changed_by {
            query = query.filter(orders::last_changed_by.ne(user.clone()));
        }
        if let Some(ids) = $of {
            query = query.filter(among(orders::order_id, ids));
        }
        if let Some(next) = $following {
            following!(query, orders::last_changed, orders::order_id, next);
        }
        query.load::<(i64, i32)>($c)
    }};
}

impl Choice for Selection {
    const DELETED: Option<Deleted> = None;

    fn mandator_id(&self) -> MandatorId {
        self.mandator_id
    }

    /// The number of a customer is not in the order, and neither are its tags.
    fn can_be_kept(&self) -> bool {
        self.order_ids.is_open()
            && self.order_number.is_open()
            && self.external_order_number_1.is_open()
            && self.external_order_number_2.is_open()
            && self.marketplace_order_id_1.is_open()
            && self.marketplace_order_id_2.is_open()
            && self.email_address.is_open()
            && self.customer_ids.is_open()
            && self.invoice_number_filter.is_open()
            && self.customer_numbers.is_open()
            && self.order_tags.is_open()
    }

    fn is_of_a_time(&self) -> bool {
        self.last_changed.from.is_some()
    }

    fn passing(&self, conn: &mut Conn<'_>, of: Option<&[i32]>) -> Result<Vec<i32>, Failure> {
        Ok(found(conn, self, of, None)?.into_iter().map(|(_, order_id)| order_id).collect())
    }

    fn changed_after(conn: &mut Conn<'_>, mandator_id: MandatorId, stamp: i64, most: i64) -> Result<Vec<i32>, Failure> {
        Ok(on!(conn, c => orders::table
            .filter(orders::mandator_id.eq(mandator_id))
            .filter(orders::last_changed.gt(stamp))
            .select(orders::order_id)
            .limit(most)
            .load(c))?)
    }
}

/// The ids of the orders that match, in order.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &Selection) -> Result<Vec<OrderId>, Failure> {
    let mut ids = selection.passing(conn, None)?;
    ids.sort_unstable();
    Ok(ids.into_iter().map(OrderId).collect())
}

/// What follows a place in the order of changes, of the orders that match.
pub(crate) fn changed(conn: &mut Conn<'_>, selection: &Selection, following: Following) -> Result<Vec<Since>, Failure> {
    let found = found(conn, selection, None, Some(following))?;
    Ok(found.into_iter().map(|(stamp, id)| Since { stamp, id, second: 0 }).collect())
}

fn found(conn: &mut Conn<'_>, selection: &Selection, of: Option<&[i32]>, following: Option<Following>) -> Result<Vec<(i64, i32)>, Failure> {
    let found = match conn {
        Conn::Sqlite(c) => select_ids!(*c, diesel::sqlite::Sqlite, selection, of, following),
        Conn::Postgres(c) => select_ids!(*c, diesel::pg::Pg, selection, of, following),
    };
    Ok(found?)
}
