//! States of offers among the changes: there may be millions of them while a channel is down.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{ChangeFilter, about_offer};
use crate::domain::Failure;
use crate::store::Conn;
use crate::store::outbox::Topic;
use crate::store::schema::{items, offers, outbox_states};
use crate::{narrow, on};

/// When it was asked for, offer and topic.
type State = (i64, i32, Topic);

/// A query for the states that pass a filter. Offers and articles are only looked at where it asks about them.
macro_rules! states {
    ($filter:expr, $columns:expr, $query:ident => $rest:expr) => {
        if $filter.offer.is_open() {
            let mut $query = outbox_states::table.select($columns).into_boxed();
            narrow!($query, outbox_states::account_id, &$filter.account_id);
            narrow!($query, outbox_states::status, &$filter.status);
            $rest
        } else {
            let mut $query = outbox_states::table
                .inner_join(offers::table.on(offers::offer_id.eq(outbox_states::offer_id)).inner_join(items::table))
                .select($columns)
                .into_boxed();
            narrow!($query, outbox_states::account_id, &$filter.account_id);
            narrow!($query, outbox_states::status, &$filter.status);
            about_offer!(narrow $query, $filter.offer);
            $rest
        }
    };
}

pub(super) fn matching(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<State>, Failure> {
    let columns = (outbox_states::version, outbox_states::offer_id, outbox_states::topic);
    Ok(on!(conn, c => states!(filter, columns, query => query.load(c)))?)
}

pub(super) fn count(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<usize, Failure> {
    let count: i64 = on!(conn, c => states!(filter, count_star(), query => query.get_result(c)))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The oldest that pass a filter that asks about no offers, read in the order of their index. A sum is not looked up in another one,
/// whose rows would have to be sorted.
pub(super) fn oldest(conn: &mut Conn<'_>, filter: &ChangeFilter, most: i64) -> Result<Vec<State>, Failure> {
    let columns = (outbox_states::version, outbox_states::offer_id, outbox_states::topic);
    Ok(on!(conn, c => {
        let mut query = outbox_states::table.select(columns).into_boxed();
        narrow!(query, outbox_states::account_id + 0, &filter.account_id);
        narrow!(query, outbox_states::status + 0, &filter.status);
        query.order(columns).limit(most).load(c)
    })?)
}
