//! Customers and coupons on their way to channels: a row per record and account, newest wins. The row stays when the channel
//! has the record, so that later changes follow.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::outbox::{OutboxStatus, Settled, due_now};
use super::schema::transfers;
use super::{Conn, MOST_VARIABLES, Tx, contacts, next_ids};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = transfers, treat_none_as_default_value = false)]
pub struct TransferRow {
    pub transfer_id: i32,
    pub account_id: AccountId,
    pub kind: TransferKind,
    /// Number of the customer or coupon.
    pub record_id: i32,
    /// The channel's own number, once known.
    pub external_number: Option<String>,
    /// Stamp of the transaction that asked for it.
    pub version: i64,
    pub status: OutboxStatus,
    pub due_at: i64,
    pub attempts: i32,
    pub first_failed_at: Option<i64>,
    pub last_error: Option<String>,
    /// See [`super::begun`].
    pub begun: i32,
    /// What the channel has of it, as it was sent last, where later changes need it: JSON.
    pub sent: Option<String>,
}

/// Has these records sent to an account, now and whenever they change.
pub(crate) fn ask(tx: &mut Tx<'_>, account_id: AccountId, kind: TransferKind, record_ids: &[i32]) -> Result<(), Failure> {
    if tx.is_quiet() {
        return Ok(());
    }
    let mut known: BTreeSet<i32> = BTreeSet::new();
    for chunk in record_ids.chunks(MOST_VARIABLES) {
        let found: Vec<i32> = on!(&mut tx.conn, c => transfers::table
            .filter(transfers::account_id.eq(account_id))
            .filter(transfers::kind.eq(kind))
            .filter(transfers::record_id.eq_any(chunk))
            .select(transfers::record_id)
            .load(c))?;
        known.extend(found);
    }
    renew(tx, kind, &known.iter().copied().collect::<Vec<_>>(), Some(account_id))?;
    let new: Vec<i32> = record_ids.iter().copied().filter(|id| !known.contains(id)).collect::<BTreeSet<_>>().into_iter().collect();
    let first = if new.is_empty() { 0 } else { next_ids(tx, "transfer", new.len())? };
    let (version, due_at) = (tx.stamp.0, due_now(tx));
    let rows: Vec<TransferRow> = (first..)
        .zip(new)
        .map(|(transfer_id, record_id)| TransferRow {
            transfer_id,
            account_id,
            kind,
            record_id,
            external_number: None,
            version,
            status: OutboxStatus::Pending,
            due_at,
            attempts: 0,
            first_failed_at: None,
            last_error: None,
            begun: 0,
            sent: None,
        })
        .collect();
    for chunk in rows.chunks(500) {
        on!(&mut tx.conn, c => diesel::insert_into(transfers::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// Keeps what became of a record on its way to an account elsewhere, so that it does not go there again.
pub(crate) fn came(tx: &mut Tx<'_>, row: TransferRow) -> Result<(), Failure> {
    let this = transfers::account_id.eq(row.account_id).and(transfers::kind.eq(row.kind)).and(transfers::record_id.eq(row.record_id));
    on!(&mut tx.conn, c => diesel::delete(transfers::table.filter(this)).execute(c))?;
    let row = TransferRow { transfer_id: next_ids(tx, "transfer", 1)?, version: tx.stamp.0, ..row };
    on!(&mut tx.conn, c => diesel::insert_into(transfers::table).values(&row).execute(c))?;
    Ok(())
}

/// These records changed: they go again to every account that has them. Gives the accounts.
pub(crate) fn changed(tx: &mut Tx<'_>, kind: TransferKind, record_ids: &[i32]) -> Result<BTreeSet<AccountId>, Failure> {
    let mut accounts = BTreeSet::new();
    if tx.is_quiet() {
        return Ok(accounts);
    }
    for chunk in record_ids.chunks(MOST_VARIABLES) {
        let found: Vec<AccountId> = on!(&mut tx.conn, c => transfers::table
            .filter(transfers::kind.eq(kind))
            .filter(transfers::record_id.eq_any(chunk))
            .select(transfers::account_id)
            .distinct()
            .load(c))?;
        accounts.extend(found);
    }
    if !accounts.is_empty() {
        renew(tx, kind, record_ids, None)?;
    }
    Ok(accounts)
}

/// What becomes of these transfers shows at the messages and disputes that they carry.
macro_rules! carried {
    ($tx:expr, $these:expr) => {{
        let found: Result<Vec<i32>, crate::domain::Failure> = $crate::on!(&mut $tx.conn, c => transfers::table
            .filter($these)
            .filter(transfers::kind.eq_any([
                $crate::domain::transfer::TransferKind::Message,
                $crate::domain::transfer::TransferKind::Dispute,
            ]))
            .select(transfers::record_id)
            .load(c))
        .map_err(crate::domain::Failure::from);
        found.and_then(|ids| $crate::store::contacts::touch($tx, &ids))
    }};
}
pub(super) use carried;

/// Puts rows on the foot of the ladder, whatever became of them before.
fn renew(tx: &mut Tx<'_>, kind: TransferKind, record_ids: &[i32], account_id: Option<AccountId>) -> Result<(), Failure> {
    let (stamp, due_at) = (tx.stamp.0, due_now(tx));
    if matches!(kind, TransferKind::Message | TransferKind::Dispute) {
        contacts::touch(tx, record_ids)?;
    }
    for chunk in record_ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => {
            let these = transfers::kind.eq(kind).and(transfers::record_id.eq_any(chunk));
            let again = (
                transfers::version.eq(stamp),
                transfers::status.eq(OutboxStatus::Pending),
                transfers::due_at.eq(due_at),
                transfers::attempts.eq(0),
                transfers::first_failed_at.eq(None::<i64>),
                transfers::last_error.eq(None::<String>),
                transfers::begun.eq(0),
            );
            match account_id {
                Some(account) => diesel::update(transfers::table.filter(these.and(transfers::account_id.eq(account)))).set(again).execute(c),
                None => diesel::update(transfers::table.filter(these)).set(again).execute(c),
            }
        })?;
    }
    Ok(())
}

/// Of these records, those that an account has or is to have.
pub(crate) fn known(conn: &mut Conn<'_>, account_id: AccountId, kind: TransferKind) -> Result<BTreeSet<i32>, Failure> {
    let found: Vec<i32> = on!(conn, c => transfers::table
        .filter(transfers::account_id.eq(account_id))
        .filter(transfers::kind.eq(kind))
        .select(transfers::record_id)
        .load(c))?;
    Ok(found.into_iter().collect())
}

/// The transfer of an account that is due for the longest time.
pub(crate) fn due(conn: &mut Conn<'_>, account_id: AccountId, now: Stamp) -> Result<Option<TransferRow>, Failure> {
    Ok(on!(conn, c => transfers::table
        .filter(transfers::account_id.eq(account_id))
        .filter(transfers::status.eq(OutboxStatus::Pending))
        .filter(transfers::due_at.le(now.0))
        .order((transfers::due_at, transfers::transfer_id))
        .select(TransferRow::as_select())
        .first(c)
        .optional())?)
}

/// When the next transfer of an account falls due.
pub(crate) fn next_due(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<Stamp>, Failure> {
    let due: Option<i64> = on!(conn, c => transfers::table
        .filter(transfers::account_id.eq(account_id))
        .filter(transfers::status.eq(OutboxStatus::Pending))
        .select(diesel::dsl::min(transfers::due_at))
        .get_result(c))?;
    Ok(due.map(Stamp))
}

/// What a channel has taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub transfer_id: i32,
    /// The channel's number of the record, where it is news.
    pub external_number: Option<String>,
    /// See [`TransferRow::sent`].
    pub sent: Option<String>,
}

/// Remembers what the channel has.
pub(crate) fn confirm(tx: &mut Tx<'_>, taken: &Taken) -> Result<(), Failure> {
    let this = transfers::table.find(taken.transfer_id);
    if let Some(number) = &taken.external_number {
        on!(&mut tx.conn, c => diesel::update(this).set(transfers::external_number.eq(number)).execute(c))?;
    }
    on!(&mut tx.conn, c => diesel::update(this).set(transfers::sent.eq(&taken.sent)).execute(c))?;
    let Some(number) = &taken.external_number else { return Ok(()) };
    let record: Option<(TransferKind, i32)> =
        on!(&mut tx.conn, c => this.select((transfers::kind, transfers::record_id)).first(c).optional())?;
    match record {
        Some((TransferKind::Message | TransferKind::Dispute, contact_id)) => contacts::confirm(tx, contact_id, number),
        Some((TransferKind::Customer | TransferKind::Coupon, _)) | None => Ok(()),
    }
}

/// What became of records, by their ids.
pub(crate) fn states(conn: &mut Conn<'_>, kind: TransferKind, record_ids: &[i32]) -> Result<Vec<(i32, OutboxStatus)>, Failure> {
    let mut found = Vec::new();
    for chunk in record_ids.chunks(MOST_VARIABLES) {
        let states: Vec<(i32, OutboxStatus)> = on!(conn, c => transfers::table
            .filter(transfers::kind.eq(kind))
            .filter(transfers::record_id.eq_any(chunk))
            .select((transfers::record_id, transfers::status))
            .load(c))?;
        found.extend(states);
    }
    Ok(found)
}

/// Settles a transfer. One that was asked for again meanwhile (another version) stays as it is: newest wins.
pub(super) fn settle(tx: &mut Tx<'_>, row: &TransferRow, settled: &Settled) -> Result<(), Failure> {
    let pending = transfers::version.eq(row.version).and(transfers::status.eq(OutboxStatus::Pending));
    let this = transfers::table.filter(transfers::transfer_id.eq(row.transfer_id).and(pending));
    let stamp = tx.stamp.0;
    if !matches!(settled, Settled::Again { .. }) {
        carried!(tx, transfers::transfer_id.eq(row.transfer_id).and(pending))?;
    }
    match settled {
        Settled::Done => on!(&mut tx.conn, c => diesel::update(this)
            .set((
                transfers::status.eq(OutboxStatus::Done),
                transfers::attempts.eq(0),
                transfers::first_failed_at.eq(None::<i64>),
                transfers::last_error.eq(None::<String>),
            ))
            .execute(c))?,
        Settled::Again { due_at, error } => on!(&mut tx.conn, c => diesel::update(this)
            .set((
                transfers::due_at.eq(due_at.0),
                transfers::attempts.eq(row.attempts.saturating_add(1)),
                transfers::first_failed_at.eq(row.first_failed_at.unwrap_or(stamp)),
                transfers::last_error.eq(error),
            ))
            .execute(c))?,
        Settled::Parked { error } | Settled::GaveUp { error } => on!(&mut tx.conn, c => diesel::update(this)
            .set((transfers::status.eq(OutboxStatus::Parked), transfers::last_error.eq(error)))
            .execute(c))?,
        Settled::Kept { why } => on!(&mut tx.conn, c => diesel::update(this)
            .set((transfers::status.eq(OutboxStatus::Dropped), transfers::last_error.eq(why)))
            .execute(c))?,
    };
    Ok(())
}

/// The channel takes no records of this kind: none of them is tried any more.
pub(crate) fn keep_all(tx: &mut Tx<'_>, account_id: AccountId, kind: TransferKind, why: &str) -> Result<(), Failure> {
    let waiting = transfers::account_id.eq(account_id).and(transfers::kind.eq(kind)).and(transfers::status.eq(OutboxStatus::Pending));
    carried!(tx, waiting)?;
    on!(&mut tx.conn, c => diesel::update(transfers::table.filter(waiting))
        .set((transfers::status.eq(OutboxStatus::Dropped), transfers::last_error.eq(why)))
        .execute(c))?;
    Ok(())
}

/// How many transfers of one transaction an account has in a status, and how many of them are due by a time.
pub(super) struct Tally {
    pub account_id: AccountId,
    pub status: OutboxStatus,
    pub all: i64,
    pub due: i64,
}

/// What became of the transfers of one transaction. Counted by the database: they may be very many.
pub(super) fn tally(conn: &mut Conn<'_>, version: Stamp, until: Stamp) -> Result<Vec<Tally>, Failure> {
    let count = |conn: &mut Conn<'_>, until: i64| -> Result<BTreeMap<(AccountId, OutboxStatus), i64>, Failure> {
        let found: Vec<(AccountId, OutboxStatus, i64)> = on!(conn, c => transfers::table
            .filter(transfers::version.eq(version.0))
            .filter(transfers::due_at.le(until))
            .group_by((transfers::account_id, transfers::status))
            .select((transfers::account_id, transfers::status, diesel::dsl::count_star()))
            .load(c))?;
        Ok(found.into_iter().map(|(account, status, count)| ((account, status), count)).collect())
    };
    let (all, due) = (count(conn, i64::MAX)?, count(conn, until.0)?);
    let tally = |((account_id, status), all)| Tally { account_id, status, all, due: due.get(&(account_id, status)).copied().unwrap_or(0) };
    Ok(all.into_iter().map(tally).collect())
}

/// The transfers of one transaction that the channels did not take.
pub(crate) fn refused(conn: &mut Conn<'_>, version: Stamp) -> Result<Vec<TransferRow>, Failure> {
    Ok(on!(conn, c => transfers::table
        .filter(transfers::version.eq(version.0))
        .filter(transfers::status.eq_any([OutboxStatus::Parked, OutboxStatus::Dropped]))
        .order((transfers::account_id, transfers::record_id))
        .select(TransferRow::as_select())
        .load(c))?)
}
