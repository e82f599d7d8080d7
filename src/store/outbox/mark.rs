//! Marking: what is to be said to channels about offers.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::{OutboxStatus, StateRow, Topic, due_now};
use crate::domain::offer::Wanted;
use crate::domain::{AccountId, Failure, ItemId, OfferId};
use crate::on;
use crate::store::among::among;
use crate::store::prepared::{insert_rows, upsert};
use crate::store::schema::{offers, outbox_states};
use crate::store::{Tx, sets};

/// By which a row is recognised.
const KEY: (outbox_states::offer_id, outbox_states::topic) = (outbox_states::offer_id, outbox_states::topic);

/// What becomes of an older row.
macro_rules! overtaken {
    () => {
        (
            outbox_states::version,
            outbox_states::status,
            outbox_states::due_at,
            outbox_states::attempts,
            outbox_states::first_failed_at,
            outbox_states::last_error,
            outbox_states::begun,
        )
    };
}

/// Marks offers dirty: `(offer, account)` with a topic. An older row of the same topic is overtaken, parked or not.
pub fn mark(tx: &mut Tx<'_>, dirty: &[(OfferId, AccountId, Topic)]) -> Result<(), Failure> {
    if tx.is_quiet() {
        return Ok(());
    }
    let stamp = tx.stamp.0;
    let due_at = due_now(tx);
    let mut rows: Vec<StateRow> = dirty
        .iter()
        .map(|(offer_id, account_id, topic)| StateRow {
            offer_id: *offer_id,
            topic: *topic,
            account_id: *account_id,
            version: stamp,
            status: OutboxStatus::Pending,
            due_at,
            attempts: 0,
            first_failed_at: None,
            last_error: None,
            begun: 0,
            task_id: None,
            task_version: None,
        })
        .collect();
    rows.sort_by_key(|row| (row.offer_id, row.topic));
    rows.dedup_by_key(|row| (row.offer_id, row.topic));
    for chunk in rows.chunks(500) {
        insert_rows!(&mut tx.conn, chunk, row => upsert(diesel::insert_into(outbox_states::table).values(row), KEY, overtaken!()))?;
    }
    Ok(())
}

/// Marks the offers of these items that run or are meant to run, in all accounts. Gives the accounts concerned.
pub fn mark_items(tx: &mut Tx<'_>, item_ids: &[ItemId], topics: &[Topic]) -> Result<Vec<AccountId>, Failure> {
    if !topics.contains(&Topic::Quantity) {
        return mark_offers_of(tx, item_ids, topics, None);
    }
    let sets = sets::containing(&mut tx.conn, item_ids)?;
    mark_items_and_sets(tx, item_ids, &sets, topics)
}

/// Like [`mark_items`], where the sets that contain these items are known; of them the quantities are marked.
pub(crate) fn mark_items_and_sets(
    tx: &mut Tx<'_>,
    item_ids: &[ItemId],
    sets: &[ItemId],
    topics: &[Topic],
) -> Result<Vec<AccountId>, Failure> {
    let mut accounts = mark_offers_of(tx, item_ids, topics, None)?;
    accounts.extend(mark_offers_of(tx, sets, &[Topic::Quantity], None)?);
    Ok(accounts)
}

/// Like [`mark_items`], in some accounts only.
pub fn mark_items_of_accounts(
    tx: &mut Tx<'_>,
    item_ids: &[ItemId],
    topics: &[Topic],
    accounts: &[AccountId],
) -> Result<Vec<AccountId>, Failure> {
    mark_offers_of(tx, item_ids, topics, Some(accounts))
}

/// Marks all offers of these accounts that run or are meant to run.
pub fn mark_accounts(tx: &mut Tx<'_>, accounts: &[AccountId], topics: &[Topic]) -> Result<(), Failure> {
    let found: Vec<(OfferId, AccountId)> = on!(&mut tx.conn, c => offers::table
        .filter(offers::account_id.eq_any(accounts))
        .filter(offers::wanted.eq(Wanted::Running))
        .select((offers::offer_id, offers::account_id))
        .load(c))?;
    let dirty: Vec<_> = found.iter().flat_map(|(offer, account)| topics.iter().map(|topic| (*offer, *account, *topic))).collect();
    mark(tx, &dirty)
}

fn mark_offers_of(
    tx: &mut Tx<'_>,
    item_ids: &[ItemId],
    topics: &[Topic],
    accounts: Option<&[AccountId]>,
) -> Result<Vec<AccountId>, Failure> {
    if item_ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut concerned: Vec<AccountId> = on!(&mut tx.conn, c => offers::table
        .filter(among(offers::item_id, item_ids))
        .filter(offers::wanted.eq(Wanted::Running))
        .select(offers::account_id)
        .distinct()
        .load(c))?;
    concerned.retain(|account| accounts.is_none_or(|accounts| accounts.contains(account)));
    concerned.sort_unstable();
    if !concerned.is_empty() {
        for topic in topics {
            mark_running(tx, item_ids, *topic, &concerned)?;
        }
    }
    Ok(concerned)
}

/// [`mark`] for the offers of these items in these accounts that run or are meant to run, without a way through memory.
fn mark_running(tx: &mut Tx<'_>, item_ids: &[ItemId], topic: Topic, accounts: &[AccountId]) -> Result<(), Failure> {
    if tx.is_quiet() {
        return Ok(());
    }
    let (stamp, due_at) = (tx.stamp.0, due_now(tx));
    on!(&mut tx.conn, c => {
        let running = offers::table
            .filter(among(offers::item_id, item_ids))
            .filter(among(offers::account_id, accounts))
            .filter(offers::wanted.eq(Wanted::Running))
            .order(offers::offer_id)
            .select((
                offers::offer_id,
                topic.id().into_sql::<Integer>(),
                offers::account_id,
                stamp.into_sql::<BigInt>(),
                OutboxStatus::Pending.id().into_sql::<Integer>(),
                due_at.into_sql::<BigInt>(),
                0_i32.into_sql::<Integer>(),
                0_i32.into_sql::<Integer>(),
            ));
        let marks = diesel::insert_into(outbox_states::table)
            .values(running)
            .into_columns((
                outbox_states::offer_id,
                outbox_states::topic,
                outbox_states::account_id,
                outbox_states::version,
                outbox_states::status,
                outbox_states::due_at,
                outbox_states::attempts,
                outbox_states::begun,
            ));
        upsert(marks, KEY, overtaken!()).execute(c)
    })?;
    Ok(())
}
