//! Mails to buyers: written in the transaction of what they tell, for accounts where the configuration has them switched on, and
//! sent from here by whichever process comes first.

use diesel::dsl::{exists, min, not};
use diesel::prelude::*;

use super::schema::{mail_senders, mails, orders};
use super::{Conn, Tx, next_id};
use crate::domain::hex::hex;
use crate::domain::mail::{MailDocument, MailEvent, MailState};
use crate::domain::order::{OrderDocument, PaymentStatus};
use crate::domain::{AccountId, Decimal, Failure, MandatorId, OrderId, OrderItemId, Stamp};
use crate::on;

/// The account of orders that have none, in rows of mails.
pub(crate) const NO_ACCOUNT: AccountId = AccountId(0);
/// The time over which the rate of mails is counted.
const MINUTE: i64 = 60_000_000;

/// One kind of mail that buyers of an account get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sender {
    pub(crate) mandator_id: MandatorId,
    /// [`NO_ACCOUNT`]: phone sales.
    pub(crate) account_id: AccountId,
    pub(crate) event: MailEvent,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails, treat_none_as_default_value = false)]
pub(crate) struct MailRow {
    pub(crate) mail_id: i32,
    pub(crate) mandator_id: MandatorId,
    pub(crate) account_id: AccountId,
    pub(crate) order_id: OrderId,
    pub(crate) event: MailEvent,
    pub(crate) event_key: String,
    pub(crate) message_key: String,
    pub(crate) state: MailState,
    pub(crate) created_at: i64,
    pub(crate) waiting_since: i64,
    pub(crate) due_at: i64,
    /// Begun ones included: a process that ends during an attempt counts it.
    pub(crate) attempts: i32,
    pub(crate) tried_at: Option<i64>,
    pub(crate) settled_at: Option<i64>,
    pub(crate) recipient: Option<String>,
    pub(crate) last_error: Option<String>,
    pub(crate) data: MailDocument,
}

/// Whether anybody's buyers get mails.
pub(super) fn any_senders(conn: &mut Conn<'_>) -> Result<bool, Failure> {
    Ok(on!(conn, c => mail_senders::table.count().get_result::<i64>(c))? > 0)
}

/// Takes over what the configuration switches on. What was on already keeps its time.
pub(super) fn switch(tx: &mut Tx<'_>, senders: &[Sender]) -> Result<(), Failure> {
    let known: Vec<(MandatorId, AccountId, MailEvent)> = on!(&mut tx.conn, c => mail_senders::table
        .select((mail_senders::mandator_id, mail_senders::account_id, mail_senders::event))
        .load(c))?;
    let is_of = |sender: &Sender, row: &(MandatorId, AccountId, MailEvent)| (sender.mandator_id, sender.account_id, sender.event) == *row;
    for gone in known.iter().filter(|row| !senders.iter().any(|sender| is_of(sender, row))) {
        on!(&mut tx.conn, c => diesel::delete(mail_senders::table.find(*gone)).execute(c))?;
    }
    for sender in senders.iter().filter(|sender| !known.iter().any(|row| is_of(sender, row))) {
        on!(&mut tx.conn, c => diesel::insert_into(mail_senders::table)
            .values((
                mail_senders::mandator_id.eq(sender.mandator_id),
                mail_senders::account_id.eq(sender.account_id),
                mail_senders::event.eq(sender.event),
                mail_senders::since.eq(tx.stamp.0),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Since when buyers get a kind of mail; `None`: they do not.
pub(crate) fn since(conn: &mut Conn<'_>, sender: Sender) -> Result<Option<Stamp>, Failure> {
    let since: Option<i64> = on!(conn, c => mail_senders::table
        .find((sender.mandator_id, sender.account_id, sender.event))
        .select(mail_senders::since)
        .get_result(c)
        .optional())?;
    Ok(since.map(Stamp))
}

/// An order was stored whose goods are still to come.
pub(super) fn note_confirmed(tx: &mut Tx<'_>, order_id: OrderId) -> Result<(), Failure> {
    let event = MailEvent::Confirmed;
    let Some(sender) = sender_of(tx, order_id, event)? else { return Ok(()) };
    add(tx, sender, order_id, event.word(), MailDocument::default())
}

/// An order is about to be stored as paid. It was perhaps paid before.
pub(super) fn note_paid(tx: &mut Tx<'_>, order_id: OrderId) -> Result<(), Failure> {
    let event = MailEvent::Paid;
    let Some(sender) = sender_of(tx, order_id, event)? else { return Ok(()) };
    let before: Option<OrderDocument> = on!(&mut tx.conn, c => orders::table.find(order_id).select(orders::data).get_result(c).optional())?;
    if before.is_none_or(|before| before.payment_status_id == Some(PaymentStatus::Paid)) {
        return Ok(());
    }
    add(tx, sender, order_id, event.word(), MailDocument::default())
}

/// A package was stored.
pub(super) fn note_shipped(tx: &mut Tx<'_>, order_id: OrderId, packet_id: i32) -> Result<(), Failure> {
    let event = MailEvent::Shipped;
    let Some(sender) = sender_of(tx, order_id, event)? else { return Ok(()) };
    let data = MailDocument { packet_id: Some(packet_id), ..MailDocument::default() };
    add(tx, sender, order_id, &format!("{}-{packet_id}", event.word()), data)
}

/// Pieces were cancelled. A mail about others that was not tried yet tells these too.
pub(super) fn note_cancelled(tx: &mut Tx<'_>, order_id: OrderId, pieces: Vec<(OrderItemId, i32)>) -> Result<(), Failure> {
    if pieces.is_empty() {
        return Ok(());
    }
    let event = MailEvent::Cancelled;
    let Some(sender) = sender_of(tx, order_id, event)? else { return Ok(()) };
    let untried: Option<MailRow> = on!(&mut tx.conn, c => mails::table
        .filter(mails::order_id.eq(order_id))
        .filter(mails::event.eq(event))
        .filter(mails::state.eq(MailState::Waiting))
        .filter(mails::attempts.eq(0))
        .select(MailRow::as_select())
        .first(c)
        .optional())?;
    let Some(mut row) = untried else {
        let data = MailDocument { pieces, ..MailDocument::default() };
        return add(tx, sender, order_id, &format!("{}-{}", event.word(), tx.stamp.0), data);
    };
    for (order_item_id, quantity) in pieces {
        match row.data.pieces.iter_mut().find(|(known, _)| *known == order_item_id) {
            Some((_, sum)) => *sum = sum.saturating_add(quantity),
            None => row.data.pieces.push((order_item_id, quantity)),
        }
    }
    on!(&mut tx.conn, c => diesel::update(mails::table.find(row.mail_id)).set(mails::data.eq(&row.data)).execute(c))?;
    Ok(())
}

/// A credit entry was carried out.
pub(super) fn note_refunded(tx: &mut Tx<'_>, order_id: OrderId, credit_entry_id: i32, amount: Decimal) -> Result<(), Failure> {
    let event = MailEvent::Refunded;
    let Some(sender) = sender_of(tx, order_id, event)? else { return Ok(()) };
    let data = MailDocument { amount: Some(amount), ..MailDocument::default() };
    add(tx, sender, order_id, &format!("{}-{credit_entry_id}", event.word()), data)
}

/// Whose mail it is, where buyers get such mails.
fn sender_of(tx: &mut Tx<'_>, order_id: OrderId, event: MailEvent) -> Result<Option<Sender>, Failure> {
    if !tx.mails {
        return Ok(None);
    }
    let found: Option<(MandatorId, Option<AccountId>)> =
        on!(&mut tx.conn, c => orders::table.find(order_id).select((orders::mandator_id, orders::account_id)).get_result(c).optional())?;
    let Some((mandator_id, account_id)) = found else { return Ok(None) };
    let sender = Sender { mandator_id, account_id: account_id.unwrap_or(NO_ACCOUNT), event };
    Ok(since(&mut tx.conn, sender)?.map(|_| sender))
}

/// Writes a mail, unless what it tells was mailed before.
fn add(tx: &mut Tx<'_>, sender: Sender, order_id: OrderId, what: &str, data: MailDocument) -> Result<(), Failure> {
    let row = MailRow {
        mail_id: next_id(tx, "mail")?,
        mandator_id: sender.mandator_id,
        account_id: sender.account_id,
        order_id,
        event: sender.event,
        event_key: format!("{order_id}-{what}"),
        message_key: format!("kontor.{}", hex(&rand::random::<[u8; 16]>())),
        state: MailState::Waiting,
        created_at: tx.stamp.0,
        waiting_since: tx.stamp.0,
        due_at: tx.stamp.0,
        attempts: 0,
        tried_at: None,
        settled_at: None,
        recipient: None,
        last_error: None,
        data,
    };
    on!(&mut tx.conn, c => diesel::insert_into(mails::table)
        .values(&row)
        .on_conflict(mails::event_key)
        .do_nothing()
        .execute(c))?;
    Ok(())
}

/// What there is to send.
#[derive(Debug, PartialEq)]
pub(crate) enum Claimed {
    Mail(Box<MailRow>),
    /// Nothing before then.
    At(Option<Stamp>),
}

/// Takes the mail that is due for the longest time, so that nobody else does until then. At most so many are begun per minute, by
/// all processes together. Mails about one order go in their order. `tried_by_then`: when the attempt has ended, whatever
/// happens.
pub(crate) fn claim(tx: &mut Tx<'_>, now: Stamp, per_minute: usize, tried_by_then: Stamp) -> Result<Claimed, Failure> {
    let most = i64::try_from(per_minute).unwrap_or(i64::MAX);
    let recent: Vec<Option<i64>> = on!(&mut tx.conn, c => mails::table
        .filter(mails::tried_at.gt(now.0.saturating_sub(MINUTE)))
        .order(mails::tried_at.desc())
        .limit(most)
        .select(mails::tried_at)
        .load(c))?;
    if let Some(Some(oldest)) = recent.get(per_minute.saturating_sub(1)) {
        return Ok(Claimed::At(Some(Stamp(oldest.saturating_add(MINUTE)))));
    }
    let Some(mut row) = next_due(&mut tx.conn, now)? else {
        return Ok(Claimed::At(first_due(&mut tx.conn)?));
    };
    row.attempts = row.attempts.saturating_add(1);
    (row.tried_at, row.due_at) = (Some(now.0), tried_by_then.0);
    on!(&mut tx.conn, c => diesel::update(mails::table.find(row.mail_id))
        .set((mails::attempts.eq(row.attempts), mails::tried_at.eq(row.tried_at), mails::due_at.eq(row.due_at)))
        .execute(c))?;
    Ok(Claimed::Mail(Box::new(row)))
}

fn next_due(conn: &mut Conn<'_>, now: Stamp) -> Result<Option<MailRow>, Failure> {
    let earlier = diesel::alias!(mails as earlier_mails);
    Ok(on!(conn, c => mails::table
        .filter(mails::state.eq(MailState::Waiting))
        .filter(mails::due_at.le(now.0))
        .filter(not(exists(
            earlier
                .filter(earlier.field(mails::order_id).eq(mails::order_id))
                .filter(earlier.field(mails::state).eq(MailState::Waiting))
                .filter(earlier.field(mails::mail_id).lt(mails::mail_id)),
        )))
        .order((mails::due_at, mails::mail_id))
        .select(MailRow::as_select())
        .first(c)
        .optional())?)
}

fn first_due(conn: &mut Conn<'_>) -> Result<Option<Stamp>, Failure> {
    let due: Option<i64> =
        on!(conn, c => mails::table.filter(mails::state.eq(MailState::Waiting)).select(min(mails::due_at)).get_result(c))?;
    Ok(due.map(Stamp))
}

/// Whether a mail may be due. Reading costs no write; a process looks often.
pub(crate) fn any_due(conn: &mut Conn<'_>, now: Stamp) -> Result<bool, Failure> {
    Ok(first_due(conn)?.is_some_and(|due| due <= now))
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MailOutcome {
    Sent,
    Again { due_at: Stamp, error: String },
    Refused(String),
    GaveUp(String),
    LeftOut(String),
}

/// Notes what became of a mail. One that was settled meanwhile stays as it is.
pub(crate) fn settle(tx: &mut Tx<'_>, mail_id: i32, recipient: Option<&str>, outcome: &MailOutcome) -> Result<bool, Failure> {
    let waiting = mails::table.filter(mails::mail_id.eq(mail_id)).filter(mails::state.eq(MailState::Waiting));
    let (state, error) = match outcome {
        MailOutcome::Sent => (MailState::Sent, None),
        MailOutcome::Again { error, .. } => (MailState::Waiting, Some(error)),
        MailOutcome::Refused(error) => (MailState::Refused, Some(error)),
        MailOutcome::GaveUp(error) => (MailState::GaveUp, Some(error)),
        MailOutcome::LeftOut(error) => (MailState::LeftOut, Some(error)),
    };
    let settled_at = Some(tx.stamp.0).filter(|_| state != MailState::Waiting);
    let news = (mails::state.eq(state), mails::settled_at.eq(settled_at), mails::recipient.eq(recipient), mails::last_error.eq(error));
    let changed = match outcome {
        MailOutcome::Again { due_at, .. } => {
            on!(&mut tx.conn, c => diesel::update(waiting).set((news, mails::due_at.eq(due_at.0))).execute(c))?
        }
        _ => on!(&mut tx.conn, c => diesel::update(waiting).set(news).execute(c))?,
    };
    Ok(changed > 0)
}

/// Mails in some states, newest first, at most so many.
pub(crate) fn list(conn: &mut Conn<'_>, states: &[MailState], most: usize) -> Result<Vec<MailRow>, Failure> {
    Ok(on!(conn, c => mails::table
        .filter(mails::state.eq_any(states))
        .order(mails::mail_id.desc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(MailRow::as_select())
        .load(c))?)
}

/// The numbers of all mails in a state.
pub(crate) fn in_state(conn: &mut Conn<'_>, states: &[MailState]) -> Result<Vec<i32>, Failure> {
    Ok(on!(conn, c => mails::table.filter(mails::state.eq_any(states)).order(mails::mail_id).select(mails::mail_id).load(c))?)
}

/// Has a mail that was not sent tried again, from the foot of the ladder. False: it was sent, or does not exist.
pub(crate) fn retry(tx: &mut Tx<'_>, mail_id: i32) -> Result<bool, Failure> {
    let stamp = tx.stamp.0;
    let changed = on!(&mut tx.conn, c => diesel::update(mails::table
            .filter(mails::mail_id.eq(mail_id))
            .filter(mails::state.ne(MailState::Sent)))
        .set((
            mails::state.eq(MailState::Waiting),
            mails::due_at.eq(stamp),
            mails::waiting_since.eq(stamp),
            mails::attempts.eq(0),
            mails::settled_at.eq(None::<i64>),
        ))
        .execute(c))?;
    Ok(changed > 0)
}
