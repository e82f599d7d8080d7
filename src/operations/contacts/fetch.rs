//! `fetchMessages`: messages between buyers and merchant.

use super::{ContactOrder, ContactTransmission, MessageDirection, Rows, Wanted, orders_asked, orders_of, rows_of, transmissions};
use crate::config::Mandator;
use crate::domain::contact::{BuyerMessage, ContactContent, ContactKind, Direction};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Deleted, Failure, MandatorId, OrderId, Stamp, code};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::platform::Platform;
use crate::operations::wire::{Between, Flag, Match, Patch, Time, cond_of, mandator_of, window_of, words_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::contacts::{self, ContactRow, ContactSelection};
use crate::store::deletions::DeletionRow;
use crate::store::since::Since;
use crate::{fetched, wire};

wire! {
    /// Conditions on messages; all of them must hold.
    MessageFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own ids.
        message_ids: Option<Match<i32>>,
        /// The platform whose messages are meant, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
        /// Account.
        account_id: Option<Match<AccountId>>,
        /// The channel's own number.
        external_message_id: Option<Match<String>>,
        /// The ERP's own number.
        external_id: Option<Match<String>>,
        /// The order that it is about.
        order_id: Option<Match<OrderId>>,
        /// The same by its number.
        order_number: Option<Match<i32>>,
        /// The same by the channel's number, also while Kontor has not collected the order.
        marketplace_order_id: Option<Match<String>>,
        /// Who wrote it: received, sent.
        direction: Option<Match<String>>,
        /// Whether somebody has read it.
        read: Option<Flag>,
        /// When it was written.
        sent_at: Option<Between>,
        /// When Kontor stored it.
        created_at: Option<Between>,
        /// Last change.
        last_changed: Option<Between>,
    }

    /// Which messages to fetch.
    FetchMessagesRequest {
        /// Messages that pass one of these filters.
        filters: Vec<MessageFilter> [flat("filter"), also("message_filter")],
        /// Page size; all on one page when absent.
        messages_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// A message that was deleted: the channel showed it a second time, before Kontor knew that it had sent it.
    DeletedMessage {
        /// Kontor's own id.
        message_id: i32,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: Option<AccountId>,
        /// When it was deleted.
        deleted_at: Time,
    }

    /// A message.
    MessageRecord {
        /// Kontor's own id.
        message_id: i32,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// The channel's own number.
        external_message_id: Option<String>,
        /// The ERP's own number.
        external_id: Option<String>,
        /// Who wrote it.
        direction: MessageDirection,
        /// The channel's number of the conversation.
        conversation_id: Option<String>,
        /// The channel's number of the message that it answers.
        answered_external_message_id: Option<String>,
        /// The buyer's name at the channel.
        buyer: Option<String>,
        /// Subject.
        subject: Option<String>,
        /// Text.
        text: String,
        /// Somebody has read it.
        read: bool,
        /// When it was written.
        sent_at: Time,
        /// What the channel knows of what Kontor sends: the message, or that it was read.
        transmission: Option<ContactTransmission>,
        /// The order that it is about.
        about: Option<ContactOrder>,
        /// When Kontor stored it.
        created_at: Time,
        /// Last change.
        last_changed: Time,
        /// Who changed it last: a user, or channel.
        last_changed_by: String,
    }
}

fetched! { FetchMessagesResult, messages: MessageRecord, "message", changes { deleted_messages: DeletedMessage, "deleted_message" } }

/// The operation.
pub(crate) struct FetchMessages;

impl ReadOperation for FetchMessages {
    const NAME: &'static str = "fetchMessages";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads messages between buyers and merchant, as the channels have them, and those that wait to be sent.";
    type Request = FetchMessagesRequest;
    type Result = FetchMessagesResult;

    fn asks_for_changes(request: &FetchMessagesRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchMessagesRequest) -> Result<FetchMessagesResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.messages_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let (mut found, mut mandators) = (Vec::new(), Vec::new());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            found.extend(matching(reading, conn, (mandator, filter), cursor.as_ref().map(Cursor::since))?);
            mandators.push(mandator.mandator_id);
        }
        let wanted = Wanted {
            cursor: cursor.as_ref(),
            per_page: request.messages_per_page,
            page: request.page,
            deleted: Some((Deleted::Message, mandators)),
        };
        match rows_of(reading, conn, wanted, found)? {
            Rows::Page(rows, count) => Ok(FetchMessagesResult::page(records_of(reading, conn, rows)?, count)),
            Rows::Changed { rows, deleted, next } => Ok(FetchMessagesResult {
                messages: records_of(reading, conn, rows)?,
                deleted_messages: deleted.into_iter().map(|row| gone(reading, row)).collect::<Result<_, Failure>>()?,
                next_changed_since: Some(next),
                ..FetchMessagesResult::default()
            }),
        }
    }
}

fn gone(reading: &Reading<'_>, row: DeletionRow) -> Result<DeletedMessage, Failure> {
    Ok(DeletedMessage {
        message_id: row.record_id,
        mandator_id: row.mandator_id,
        account_id: row.account_id,
        deleted_at: Time::of(Stamp(row.stamp), reading.mandator(row.mandator_id)?.time_zone),
    })
}

fn matching(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    (mandator, filter): (&Mandator, &MessageFilter),
    since: Option<Since>,
) -> Result<Vec<Since>, Failure> {
    let zone = mandator.time_zone;
    let (order_ids, numbers) = (cond_of(filter.order_id.as_ref()), cond_of(filter.order_number.as_ref()));
    let selection = ContactSelection {
        mandator_id: mandator.mandator_id,
        ids: cond_of(filter.message_ids.as_ref()),
        account_id: filter.platform.accounts(reading, &[mandator.mandator_id], filter.account_id.as_ref())?,
        external_number: cond_of(filter.external_message_id.as_ref()),
        external_id: cond_of(filter.external_id.as_ref()),
        marketplace_order_id: cond_of(filter.marketplace_order_id.as_ref()),
        said_at: window_of(filter.sent_at.as_ref(), zone),
        created_at: window_of(filter.created_at.as_ref(), zone),
        last_changed: window_of(filter.last_changed.as_ref(), zone),
        orders: orders_asked(conn, mandator.mandator_id, order_ids, numbers)?,
        since,
    };
    let directions = Direction::ALL.map(|direction| (direction.word(), direction));
    let direction = words_of("direction", filter.direction.as_ref(), &directions)?;
    let read = filter.read.as_ref().and_then(|flag| flag.value);
    if filter.direction.is_none() && read.is_none() {
        return contacts::select(conn, ContactKind::Message, &selection);
    }
    let passes = |message: &BuyerMessage| direction.passes(&message.direction) && read.is_none_or(|read| message.read == read);
    Ok(contacts::matching(conn, ContactKind::Message, &selection)?
        .into_iter()
        .filter(|row| matches!(&row.data, ContactContent::Message(message) if passes(message)))
        .map(|row| row.place())
        .collect())
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<ContactRow>) -> Result<Vec<MessageRecord>, Failure> {
    let mut about = orders_of(conn, &rows)?;
    let ids: Vec<i32> = rows.iter().map(|row| row.contact_id).collect();
    let sent = transmissions(conn, TransferKind::Message, &ids)?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let zone = reading.mandator(row.mandator_id)?.time_zone;
        let time = |stamp: i64| Time::of(Stamp(stamp), zone);
        let ContactContent::Message(message) = row.data else { continue };
        records.push(MessageRecord {
            message_id: row.contact_id,
            mandator_id: row.mandator_id,
            account_id: row.account_id,
            external_message_id: row.external_number,
            external_id: row.external_id,
            direction: match message.direction {
                Direction::Received => MessageDirection::Received,
                Direction::Sent => MessageDirection::Sent,
            },
            conversation_id: message.thread,
            answered_external_message_id: message.answers,
            buyer: message.buyer,
            subject: message.subject,
            text: message.text,
            read: message.read,
            sent_at: time(row.said_at),
            transmission: sent.get(&row.contact_id).copied(),
            about: about.remove(&row.contact_id),
            created_at: time(row.created_at),
            last_changed: time(row.last_changed),
            last_changed_by: row.last_changed_by,
        });
    }
    Ok(records)
}
