//! What Kontor and channels said to each other, kept for the days that the admin sets.

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::schema::feeds;
use super::{Conn, MOST_VARIABLES, Tx, next_ids};
use crate::domain::{AccountId, Failure, MandatorId, Stamp};
use crate::{conditions, on};

/// Of the whole installation; the oldest go first.
const MOST_ROWS: i64 = 100_000;
/// What one transaction deletes.
const AT_A_TIME: i64 = 500;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = feeds, treat_none_as_default_value = false)]
pub(crate) struct FeedRow {
    pub feed_id: i32,
    pub mandator_id: MandatorId,
    pub account_id: AccountId,
    /// The kind of call, as in rate limits and metrics.
    pub feed_type: String,
    pub target: String,
    pub status: Option<i32>,
    pub failure: Option<String>,
    pub request: String,
    pub request_bytes: i64,
    pub answer: String,
    pub answer_bytes: i64,
    pub created_at: i64,
}

/// Stores feeds; their numbers and times are set here.
pub(crate) fn add(tx: &mut Tx<'_>, mut rows: Vec<FeedRow>) -> Result<(), Failure> {
    let first = next_ids(tx, "feed", rows.len())?;
    for (row, id) in rows.iter_mut().zip(first..) {
        row.feed_id = id;
        row.created_at = tx.stamp.0;
    }
    for chunk in rows.chunks(MOST_VARIABLES / 12) {
        on!(&mut tx.conn, c => diesel::insert_into(feeds::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// Deletes some of the feeds from before a time and of those above the most that are kept; whether there may be more.
pub(crate) fn forget(tx: &mut Tx<'_>, before: Stamp) -> Result<bool, Failure> {
    forget_beyond(tx, before, MOST_ROWS)
}

fn forget_beyond(tx: &mut Tx<'_>, before: Stamp, most: i64) -> Result<bool, Failure> {
    let last_surplus: Option<i32> = on!(&mut tx.conn, c => feeds::table
        .order(feeds::feed_id.desc())
        .offset(most)
        .limit(1)
        .select(feeds::feed_id)
        .first(c)
        .optional())?;
    let ids: Vec<i32> = on!(&mut tx.conn, c => feeds::table
        .filter(feeds::created_at.lt(before.0).or(feeds::feed_id.le(last_surplus.unwrap_or(0))))
        .order(feeds::feed_id)
        .limit(AT_A_TIME)
        .select(feeds::feed_id)
        .load(c))?;
    on!(&mut tx.conn, c => diesel::delete(feeds::table.filter(feeds::feed_id.eq_any(&ids))).execute(c))?;
    Ok(i64::try_from(ids.len()).is_ok_and(|deleted| deleted == AT_A_TIME))
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchFeeds.
    FeedSelection, feed_conditions {
        feed_id: Cond<i32> = feeds::feed_id,
        status: Cond<i32> = feeds::status,
        failure: Cond<String> = feeds::failure,
        created_at: Window = feeds::created_at,
    } and {
        account_id: Cond<AccountId> = feeds::account_id,
        feed_type: Cond<String> = feeds::feed_type,
    } beside {
        mandator_id: MandatorId,
    }
}

/// The numbers of feeds that match, in order.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &FeedSelection) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => {
        let mut query = feeds::table
            .filter(feeds::mandator_id.eq(selection.mandator_id))
            .order(feeds::feed_id)
            .select(feeds::feed_id)
            .into_boxed();
        feed_conditions!(narrow query, selection);
        query.load(c)
    })?)
}

/// Feeds by number, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[i32]) -> Result<Vec<FeedRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => feeds::table
            .filter(feeds::feed_id.eq_any(chunk))
            .order(feeds::feed_id)
            .select(FeedRow::as_select())
            .load::<FeedRow>(c))?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_stores;

    fn row(number: usize) -> FeedRow {
        FeedRow {
            feed_id: 0,
            mandator_id: MandatorId(1),
            account_id: AccountId(101),
            feed_type: "submit".into(),
            target: format!("submit {number}"),
            status: None,
            failure: None,
            request: "{}".into(),
            request_bytes: 2,
            answer: "[]".into(),
            answer_bytes: 2,
            created_at: 0,
        }
    }

    #[test]
    fn old_feeds_go_and_so_do_the_oldest_of_too_many() {
        on_stores(|store| {
            let known = || {
                let selection = FeedSelection { mandator_id: MandatorId(1), ..FeedSelection::default() };
                store.read(|conn| select(conn, &selection)).expect("read")
            };
            store.write(|tx| add(tx, (0..1_200).map(row).collect())).expect("stored");
            let ids = known();
            assert!(store.write(|tx| forget_beyond(tx, Stamp(0), 600)).expect("deleted"), "500 at a time");
            assert!(!store.write(|tx| forget_beyond(tx, Stamp(0), 600)).expect("deleted"));
            assert_eq!(known(), ids[600..]);
            assert!(store.write(|tx| forget(tx, Stamp(i64::MAX))).expect("deleted"));
            assert!(!store.write(|tx| forget(tx, Stamp(i64::MAX))).expect("deleted"));
            assert_eq!(known(), Vec::<i32>::new());
        });
    }
}
