//! Messages, disputes and feedback of channels, what the ERP adds to them, and how far each account was read.

mod taken;

use diesel::prelude::*;

use super::deletions::DeletionRow;
use super::filter::{Cond, Window};
use super::schema::{contact_cursors, contacts, feedback_summaries, orders};
use super::since::Since;
use super::{Conn, MOST_VARIABLES, Tx, deletions, next_id};
use crate::domain::contact::{Contact, ContactContent, ContactKind, FeedbackSummary, follow};
use crate::domain::{AccountId, Deleted, Failure, MandatorId, OrderId, Stamp};
use crate::{narrow, narrow_window, on};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contacts, primary_key(contact_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ContactRow {
    pub(crate) contact_id: i32,
    pub(crate) mandator_id: MandatorId,
    pub(crate) account_id: AccountId,
    pub(crate) kind: ContactKind,
    /// The channel's own number; missing until the channel took what Kontor sends.
    pub(crate) external_number: Option<String>,
    /// The ERP's own number.
    pub(crate) external_id: Option<String>,
    /// The channel's number of the order. The order may come later.
    pub(crate) marketplace_order_id: Option<String>,
    /// The channel's number of the line.
    pub(crate) channel_line_id: Option<String>,
    pub(crate) said_at: i64,
    pub(crate) created_at: i64,
    pub(crate) last_changed: i64,
    pub(crate) last_changed_by: String,
    pub(crate) data: ContactContent,
}

impl ContactRow {
    /// Where it is in the order of changes.
    pub(crate) fn place(&self) -> Since {
        Since { stamp: self.last_changed, id: self.contact_id, second: 0 }
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = feedback_summaries)]
pub(crate) struct SummaryRow {
    pub(crate) account_id: AccountId,
    pub(crate) mandator_id: MandatorId,
    pub(crate) last_changed: i64,
    pub(crate) data: FeedbackSummary,
}

pub(crate) use taken::take_over;

/// `last_changed_by` of what a channel said.
const BY_CHANNEL: &str = "channel";

/// The key that Kontor gives a channel for what it sends.
pub(crate) fn key_of(contact_id: i32) -> String {
    format!("kontor-{contact_id}")
}

/// Takes over what a channel said. Gives how many of it were news.
pub(crate) fn take(tx: &mut Tx<'_>, mandator_id: MandatorId, account_id: AccountId, said: Vec<Contact>) -> Result<usize, Failure> {
    let mut news = 0;
    for contact in said {
        let known = known(tx, account_id, &contact)?;
        let row = ContactRow {
            contact_id: known.as_ref().map_or(0, |row| row.contact_id),
            mandator_id,
            account_id,
            kind: contact.content.kind(),
            external_number: Some(contact.number),
            external_id: known.as_ref().and_then(|row| row.external_id.clone()),
            marketplace_order_id: contact.order_id,
            channel_line_id: contact.line_id,
            said_at: Stamp::from_utc(contact.said_at).0,
            created_at: known.as_ref().map_or(tx.stamp.0, |row| row.created_at),
            last_changed: known.as_ref().map_or(tx.stamp.0, |row| row.last_changed),
            last_changed_by: known.as_ref().map_or_else(|| BY_CHANNEL.to_owned(), |row| row.last_changed_by.clone()),
            data: known.as_ref().map_or_else(|| contact.content.clone(), |row| follow(&row.data, contact.content.clone())),
        };
        match known {
            Some(known) if known == row => continue,
            Some(_) => save(tx, row, BY_CHANNEL)?,
            None => drop(add(tx, row)?),
        }
        news += 1;
    }
    Ok(news)
}

/// The row of something that a channel says: by the channel's number, else by the key that Kontor gave.
fn known(tx: &mut Tx<'_>, account_id: AccountId, contact: &Contact) -> Result<Option<ContactRow>, Failure> {
    let kind = contact.content.kind();
    let by_number = on!(&mut tx.conn, c => contacts::table
        .filter(contacts::account_id.eq(account_id))
        .filter(contacts::kind.eq(kind))
        .filter(contacts::external_number.eq(&contact.number))
        .select(ContactRow::as_select())
        .first(c)
        .optional())?;
    let key = match &contact.content {
        ContactContent::Message(message) => message.key.as_deref(),
        ContactContent::Dispute(dispute) => dispute.key.as_deref(),
        ContactContent::Feedback(_) => None,
    };
    let id = key.and_then(|key| key.strip_prefix("kontor-")).and_then(|id| id.parse::<i32>().ok());
    match (by_number, id) {
        (Some(row), _) => Ok(Some(row)),
        (None, Some(id)) => {
            Ok(get(&mut tx.conn, id)?.filter(|row| row.account_id == account_id && row.kind == kind && row.external_number.is_none()))
        }
        (None, None) => Ok(None),
    }
}

/// Stores a new row; its id and times are set here.
pub(crate) fn add(tx: &mut Tx<'_>, mut row: ContactRow) -> Result<ContactRow, Failure> {
    row.contact_id = next_id(tx, "contact")?;
    (row.created_at, row.last_changed) = (tx.stamp.0, tx.stamp.0);
    on!(&mut tx.conn, c => diesel::insert_into(contacts::table).values(&row).execute(c))?;
    Ok(row)
}

/// Stores a changed row; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, mut row: ContactRow, by: &str) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    row.last_changed_by = by.to_owned();
    on!(&mut tx.conn, c => diesel::update(contacts::table.find(row.contact_id)).set(&row).execute(c))?;
    Ok(())
}

/// The channel took what Kontor sent, and knows it under this number.
pub(crate) fn confirm(tx: &mut Tx<'_>, contact_id: i32, number: &str) -> Result<(), Failure> {
    let Some(row) = get(&mut tx.conn, contact_id)?.filter(|row| row.external_number.is_none()) else { return Ok(()) };
    // A channel that keeps no keys may have shown it before its answer came.
    let shown = contacts::account_id.eq(row.account_id).and(contacts::kind.eq(row.kind)).and(contacts::external_number.eq(number));
    let twins: Vec<i32> = on!(&mut tx.conn, c => contacts::table.filter(shown).select(contacts::contact_id).load(c))?;
    remove(tx, &row, &twins)?;
    save(tx, ContactRow { external_number: Some(number.to_owned()), ..row }, BY_CHANNEL)
}

/// Removes rows that show the same as `row`, of its kind and account.
fn remove(tx: &mut Tx<'_>, row: &ContactRow, twins: &[i32]) -> Result<(), Failure> {
    let kind = match row.kind {
        ContactKind::Message => Deleted::Message,
        ContactKind::Dispute => Deleted::Dispute,
        ContactKind::Feedback => return Ok(()),
    };
    let gone = |twin: &i32| DeletionRow {
        mandator_id: row.mandator_id,
        kind,
        stamp: tx.stamp.0,
        record_id: *twin,
        internal_item_number: String::new(),
        account_id: Some(row.account_id),
    };
    let gone: Vec<DeletionRow> = twins.iter().map(gone).collect();
    deletions::note(tx, &gone)?;
    on!(&mut tx.conn, c => diesel::delete(contacts::table.filter(contacts::contact_id.eq_any(twins))).execute(c))?;
    Ok(())
}

/// Something that their records show is kept elsewhere and has changed.
pub(crate) fn touch(tx: &mut Tx<'_>, contact_ids: &[i32]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for chunk in contact_ids.chunks(MOST_VARIABLES) {
        on!(&mut tx.conn, c => diesel::update(contacts::table.filter(contacts::contact_id.eq_any(chunk)))
            .set(contacts::last_changed.eq(stamp))
            .execute(c))?;
    }
    Ok(())
}

/// An order of a channel was collected: what is about it shows its keys now.
pub(crate) fn collected(tx: &mut Tx<'_>, account_id: AccountId, marketplace_order_id: &str) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let about = contacts::account_id.eq(account_id).and(contacts::marketplace_order_id.eq(marketplace_order_id));
    on!(&mut tx.conn, c => diesel::update(contacts::table.filter(about)).set(contacts::last_changed.eq(stamp)).execute(c))?;
    Ok(())
}

/// A row by its id.
pub(crate) fn get(conn: &mut Conn<'_>, contact_id: i32) -> Result<Option<ContactRow>, Failure> {
    Ok(on!(conn, c => contacts::table.find(contact_id).select(ContactRow::as_select()).get_result(c).optional())?)
}

/// Which of a mandator's rows to find.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContactSelection {
    pub(crate) mandator_id: MandatorId,
    pub(crate) ids: Cond<i32>,
    pub(crate) account_id: Cond<AccountId>,
    pub(crate) external_number: Cond<String>,
    pub(crate) external_id: Cond<String>,
    pub(crate) marketplace_order_id: Cond<String>,
    pub(crate) said_at: Window,
    pub(crate) created_at: Window,
    pub(crate) last_changed: Window,
    /// Only those about these orders.
    pub(crate) orders: Option<Vec<OrderId>>,
    /// Only those that changed behind this place.
    pub(crate) since: Option<Since>,
}

macro_rules! select_rows {
    ($c:expr, $backend:ty, $kind:expr, $s:expr) => {{
        let s: &ContactSelection = $s;
        let mut query = contacts::table
            .filter(contacts::mandator_id.eq(s.mandator_id))
            .filter(contacts::kind.eq($kind))
            .order(contacts::contact_id)
            .select((contacts::last_changed, contacts::contact_id))
            .into_boxed::<$backend>();
        if let Some(since) = s.since {
            query = query.filter(contacts::last_changed.ge(since.stamp));
        }
        narrow!(query, contacts::contact_id, &s.ids);
        narrow!(query, contacts::account_id, &s.account_id);
        narrow!(query, contacts::external_number, &s.external_number);
        narrow!(query, contacts::external_id, &s.external_id);
        narrow!(query, contacts::marketplace_order_id, &s.marketplace_order_id);
        narrow_window!(query, contacts::said_at, s.said_at);
        narrow_window!(query, contacts::created_at, s.created_at);
        narrow_window!(query, contacts::last_changed, s.last_changed);
        query.load::<(i64, i32)>($c)
    }};
}

/// The rows of a kind that match, in the order of their ids: where they are in the order of changes.
pub(crate) fn select(conn: &mut Conn<'_>, kind: ContactKind, selection: &ContactSelection) -> Result<Vec<Since>, Failure> {
    let found = match conn {
        Conn::Sqlite(c) => select_rows!(*c, diesel::sqlite::Sqlite, kind, selection),
        Conn::Postgres(c) => select_rows!(*c, diesel::pg::Pg, kind, selection),
    }?;
    let mut places: Vec<Since> = found.into_iter().map(|(stamp, id)| Since { stamp, id, second: 0 }).collect();
    places.retain(|place| selection.since.is_none_or(|since| *place > since));
    let Some(wanted) = &selection.orders else { return Ok(places) };
    let about: Vec<i32> = about_orders(conn, selection.mandator_id, kind, wanted)?;
    Ok(places.into_iter().filter(|place| about.binary_search(&place.id).is_ok()).collect())
}

/// The rows of a kind that match, in the order of their ids.
pub(crate) fn matching(conn: &mut Conn<'_>, kind: ContactKind, selection: &ContactSelection) -> Result<Vec<ContactRow>, Failure> {
    let places = select(conn, kind, selection)?;
    load(conn, &places.into_iter().map(|place| place.id).collect::<Vec<_>>())
}

/// What is about one of these orders: their ids, in order.
fn about_orders(conn: &mut Conn<'_>, mandator_id: MandatorId, kind: ContactKind, order_ids: &[OrderId]) -> Result<Vec<i32>, Failure> {
    let mut found = Vec::new();
    for chunk in order_ids.chunks(MOST_VARIABLES) {
        let ids: Vec<i32> = on!(conn, c => contacts::table
            .inner_join(orders::table.on(
                orders::account_id.eq(contacts::account_id.nullable()).and(orders::marketplace_order_id.eq(contacts::marketplace_order_id)),
            ))
            .filter(contacts::mandator_id.eq(mandator_id))
            .filter(contacts::kind.eq(kind))
            .filter(orders::order_id.eq_any(chunk))
            .select(contacts::contact_id)
            .load(c))?;
        found.extend(ids);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Rows by id, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[i32]) -> Result<Vec<ContactRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => contacts::table
            .filter(contacts::contact_id.eq_any(chunk))
            .order(contacts::contact_id)
            .select(ContactRow::as_select())
            .load::<ContactRow>(c))?);
    }
    Ok(rows)
}

/// How far an account was read.
pub(crate) fn cursor(conn: &mut Conn<'_>, account_id: AccountId, kind: ContactKind) -> Result<Option<String>, Failure> {
    Ok(on!(conn, c => contact_cursors::table.find((account_id, kind)).select(contact_cursors::cursor).get_result(c).optional())?)
}

/// Notes how far an account was read.
pub(crate) fn set_cursor(tx: &mut Tx<'_>, account_id: AccountId, kind: ContactKind, cursor: &str) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(contact_cursors::table)
        .values((
            contact_cursors::account_id.eq(account_id),
            contact_cursors::kind.eq(kind),
            contact_cursors::cursor.eq(cursor),
        ))
        .on_conflict((contact_cursors::account_id, contact_cursors::kind))
        .do_update()
        .set(contact_cursors::cursor.eq(cursor))
        .execute(c))?;
    Ok(())
}

/// The sums of feedback of accounts, by account.
pub(crate) fn summaries(conn: &mut Conn<'_>, mandators: &[MandatorId]) -> Result<Vec<SummaryRow>, Failure> {
    Ok(on!(conn, c => feedback_summaries::table
        .filter(feedback_summaries::mandator_id.eq_any(mandators))
        .order(feedback_summaries::account_id)
        .select(SummaryRow::as_select())
        .load(c))?)
}

/// The sums of feedback of an account, as last read.
pub(crate) fn summary(conn: &mut Conn<'_>, account_id: AccountId) -> Result<Option<FeedbackSummary>, Failure> {
    Ok(on!(conn, c => feedback_summaries::table.find(account_id).select(feedback_summaries::data).get_result(c).optional())?)
}

/// Takes over the sums of feedback of an account.
pub(crate) fn set_summary(tx: &mut Tx<'_>, mandator_id: MandatorId, account_id: AccountId, data: FeedbackSummary) -> Result<(), Failure> {
    let row = SummaryRow { account_id, mandator_id, last_changed: tx.stamp.0, data };
    on!(&mut tx.conn, c => diesel::insert_into(feedback_summaries::table)
        .values(&row)
        .on_conflict(feedback_summaries::account_id)
        .do_update()
        .set((feedback_summaries::last_changed.eq(row.last_changed), feedback_summaries::data.eq(&row.data)))
        .execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests;
