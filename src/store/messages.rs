//! What channels said about offers and orders, kept for a limited time.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::schema::{orders, upload_messages};
use super::since::Following;
use super::{Conn, MOST_VARIABLES, Tx, next_id};
use crate::domain::message::{Message, Severity};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, OrderId, Reader, Stamp};
use crate::{conditions, following, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload_messages, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub message_id: i32,
    pub mandator_id: MandatorId,
    pub account_id: AccountId,
    pub item_id: Option<ItemId>,
    pub offer_id: Option<OfferId>,
    pub order_id: Option<OrderId>,
    pub severity: Severity,
    pub code: String,
    /// Of a row that version 0.1 wrote, as it was worded then.
    pub text: String,
    pub remedy: String,
    pub created_at: i64,
    /// The key in the table of messages, and the arguments as JSON.
    pub kind: Option<String>,
    pub arguments: Option<String>,
}

impl MessageRow {
    /// A message about an account; [`add`] gives it a number and a time.
    pub fn of(mandator_id: MandatorId, account_id: AccountId, message: &Message) -> MessageRow {
        MessageRow {
            message_id: 0,
            mandator_id,
            account_id,
            item_id: None,
            offer_id: None,
            order_id: None,
            severity: message.severity(),
            code: message.code().to_owned(),
            text: String::new(),
            remedy: String::new(),
            created_at: 0,
            kind: Some(message.key().to_owned()),
            arguments: Some(message.arguments()),
        }
    }

    fn message(&self) -> Option<Message> {
        Message::stored(self.kind.as_deref()?, self.arguments.as_deref()?)
    }

    pub fn text(&self, reader: Reader) -> String {
        match (self.message(), &self.arguments) {
            (Some(message), _) => message.text(reader),
            // A later version of Kontor wrote it.
            (None, Some(arguments)) => arguments.clone(),
            (None, None) => self.text.clone(),
        }
    }

    pub fn remedy(&self, reader: Reader) -> String {
        self.message().map_or_else(|| self.remedy.clone(), |message| message.remedy(reader))
    }
}

/// Stores a message; its id and time are set here.
pub(crate) fn add(tx: &mut Tx<'_>, mut message: MessageRow) -> Result<(), Failure> {
    message.message_id = next_id(tx, "message")?;
    message.created_at = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(upload_messages::table).values(&message).execute(c))?;
    Ok(())
}

/// Messages of an account with one of these codes that came after a time, oldest first.
pub(crate) fn since(conn: &mut Conn<'_>, account_id: AccountId, codes: &[&str], time: Stamp) -> Result<Vec<MessageRow>, Failure> {
    Ok(on!(conn, c => upload_messages::table
        .filter(upload_messages::account_id.eq(account_id))
        .filter(upload_messages::created_at.gt(time.0))
        .filter(upload_messages::code.eq_any(codes))
        .order(upload_messages::message_id)
        .select(MessageRow::as_select())
        .load(c))?)
}

/// What a message is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    Offer(OfferId),
    Order(OrderId),
}

/// What was last said, newest first.
pub(crate) fn latest(conn: &mut Conn<'_>, about: Subject, most: i64) -> Result<Vec<MessageRow>, Failure> {
    Ok(on!(conn, c => {
        let query = upload_messages::table
            .order(upload_messages::message_id.desc())
            .limit(most)
            .select(MessageRow::as_select())
            .into_boxed();
        match about {
            Subject::Offer(offer) => query.filter(upload_messages::offer_id.eq(offer)).load(c),
            Subject::Order(order) => query.filter(upload_messages::order_id.eq(order)).load(c),
        }
    })?)
}

/// The newest errors and warnings of accounts, newest first.
pub(crate) fn latest_bad(conn: &mut Conn<'_>, account_ids: &[AccountId], most: usize) -> Result<Vec<MessageRow>, Failure> {
    Ok(on!(conn, c => upload_messages::table
        .filter(upload_messages::account_id.eq_any(account_ids))
        .filter(upload_messages::severity.eq_any(Severity::BAD))
        .order(upload_messages::message_id.desc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(MessageRow::as_select())
        .load(c))?)
}

/// What was last said about each of these offers.
pub(crate) fn last_of_offers(conn: &mut Conn<'_>, offer_ids: &[OfferId]) -> Result<BTreeMap<OfferId, MessageRow>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        let last: Vec<Option<i32>> = on!(conn, c => upload_messages::table
            .filter(upload_messages::offer_id.eq_any(chunk))
            .group_by(upload_messages::offer_id)
            .select(diesel::dsl::max(upload_messages::message_id))
            .load(c))?;
        let last: Vec<i32> = last.into_iter().flatten().collect();
        let rows: Vec<MessageRow> = on!(conn, c => upload_messages::table
            .filter(upload_messages::message_id.eq_any(&last))
            .select(MessageRow::as_select())
            .load(c))?;
        found.extend(rows.into_iter().filter_map(|row| Some((row.offer_id?, row))));
    }
    Ok(found)
}

/// Removes what is older.
pub(crate) fn forget_before(tx: &mut Tx<'_>, time: Stamp) -> Result<usize, Failure> {
    Ok(on!(&mut tx.conn, c => diesel::delete(upload_messages::table.filter(upload_messages::created_at.lt(time.0))).execute(c))?)
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchUploadMessages.
    MessageFilter, message_conditions {
        item_id: Cond<ItemId> = upload_messages::item_id,
        offer_id: Cond<OfferId> = upload_messages::offer_id,
        order_id: Cond<OrderId> = upload_messages::order_id,
        order_number: Cond<i32> = orders::order_number.nullable(),
        order_number_prefix: Cond<String> = orders::order_number_prefix.nullable(),
        external_order_number_1: Cond<String> = orders::external_order_number_1.nullable(),
        external_order_number_2: Cond<String> = orders::external_order_number_2.nullable(),
        marketplace_order_id: Cond<String> = orders::marketplace_order_id.nullable(),
        created_at: Window = upload_messages::created_at,
    } and {
        account_id: Cond<AccountId> = upload_messages::account_id,
    } beside {
        mandator_id: MandatorId,
    }
}

/// Messages that pass a filter, oldest first.
pub(crate) fn matching(conn: &mut Conn<'_>, filter: &MessageFilter) -> Result<Vec<MessageRow>, Failure> {
    found(conn, filter, None)
}

/// Messages that pass a filter and came behind a place in the order of changes, in that order.
pub(crate) fn following(conn: &mut Conn<'_>, filter: &MessageFilter, following: Following) -> Result<Vec<MessageRow>, Failure> {
    found(conn, filter, Some(following))
}

fn found(conn: &mut Conn<'_>, filter: &MessageFilter, following: Option<Following>) -> Result<Vec<MessageRow>, Failure> {
    Ok(on!(conn, c => {
        let mut query = upload_messages::table
            .left_join(orders::table.on(upload_messages::order_id.eq(orders::order_id.nullable())))
            .filter(upload_messages::mandator_id.eq(filter.mandator_id))
            .order(upload_messages::message_id)
            .select(MessageRow::as_select())
            .into_boxed();
        message_conditions!(narrow query, filter);
        if let Some(next) = following {
            following!(query, upload_messages::created_at, upload_messages::message_id, next);
        }
        query.load(c)
    })?)
}
