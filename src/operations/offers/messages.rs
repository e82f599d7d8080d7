//! `fetchUploadMessages`: what channels said about offers and orders.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use super::fetch::accounts_of;
use crate::domain::message::Severity;
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, OrderId, Stamp};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Between, Match, Patch, Time, cond_of, mandator_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::messages::{self as store, MessageFilter, MessageRow, message_conditions};
use crate::store::offers;
use crate::store::since::Since;
use crate::{ask, fetched, wire, wire_enum};

wire_enum! {
    /// How grave a message is.
    MessageSeverity {
        /// Something was refused or does not arrive; somebody must act.
        Error = "error",
        /// It went on, but not as asked.
        Warning = "warning",
        /// Good to know.
        Info = "info",
    }
}

wire! {
    /// Conditions on messages; all of them must hold.
    MessageFilterRecord {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The article by number of Kontor.
        item_id: Option<Match<ItemId>>,
        /// The sub channel.
        subchannel_id: Option<Match<i32>> [typed("sub_channel_id")],
        /// The account.
        account_id: Option<Match<AccountId>>,
        /// The offer.
        offer_id: Option<Match<OfferId>>,
        /// The order by number of Kontor.
        order_id: Option<Match<OrderId>>,
        /// The order by visible number.
        order_number: Option<Match<i32>>,
        /// The order by the ERP's number.
        external_order_number_1: Option<Match<String>>,
        /// The order by the second foreign number.
        external_order_number_2: Option<Match<String>>,
        /// The order by the number of the marketplace.
        marketplace_order_id: Option<Match<String>>,
        /// Prefix of the order's number.
        order_number_prefix: Option<Match<String>>,
        /// When the message came.
        created_at: Option<Between>,
    }

    /// Which messages to fetch.
    FetchUploadMessagesRequest {
        /// Messages that pass one of these filters.
        filters: Vec<MessageFilterRecord> [flat("filter")],
        /// Page size; all on one page when absent.
        messages_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what came behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// What a channel said.
    UploadMessage {
        /// Number of the message.
        message_id: i32,
        /// ERROR, WARNING or INFO.
        severity: MessageSeverity,
        /// The channel's code, or a short word of Kontor.
        code: String,
        /// The channel's text.
        text: String,
        /// What can be done.
        remedy: Option<String>,
        /// The account.
        account_id: AccountId,
        /// The sub channel.
        subchannel_id: Option<i32> [typed("sub_channel_id")],
        /// The article by number of Kontor.
        item_id: Option<ItemId>,
        /// The offer.
        offer_id: Option<OfferId>,
        /// The order by number of Kontor.
        order_id: Option<OrderId>,
        /// When it came.
        created_at: Time,
        /// The article by the merchant's own item number.
        internal_item_number: Option<String>,
    }
}

fetched! { FetchUploadMessagesResult, messages: UploadMessage, "message", changes {} }

pub(crate) struct FetchUploadMessages;

impl ReadOperation for FetchUploadMessages {
    const NAME: &'static str = "fetchUploadMessages";
    const DOC: &'static str = "Reads what channels said about offers and orders: errors, warnings and hints, with a remedy.";
    type Request = FetchUploadMessagesRequest;
    type Result = FetchUploadMessagesResult;

    fn handle(
        reading: &Reading<'_>,
        conn: &mut Conn<'_>,
        request: FetchUploadMessagesRequest,
    ) -> Result<FetchUploadMessagesResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let own = message_conditions!(ask, filter, MessageFilterRecord, mandator, { mandator_id account_id subchannel_id });
            let account_id = accounts_of(reading.settings, cond_of(filter.account_id.as_ref()), filter.subchannel_id.as_ref());
            filters.push(MessageFilter { mandator_id: mandator.mandator_id, account_id, ..own });
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.messages_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return following(reading, conn, &cursor, &filters);
        }
        let mut found: BTreeMap<i32, MessageRow> = BTreeMap::new();
        for filter in &filters {
            found.extend(store::matching(conn, filter)?.into_iter().map(|row| (row.message_id, row)));
        }
        let ids: Vec<i32> = found.keys().copied().collect();
        let page = reading.page(&ids, request.messages_per_page, request.page)?;
        let rows: Vec<MessageRow> = page.iter().filter_map(|id| found.remove(id)).collect();
        Ok(FetchUploadMessagesResult::page(records_of(reading, conn, rows)?, ids.len()))
    }
}

/// What came behind a cursor. A message never changes, so the time at which it came is its change stamp.
fn following(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    cursor: &Cursor,
    filters: &[MessageFilter],
) -> Result<FetchUploadMessagesResult, Failure> {
    let mut found: BTreeMap<Since, MessageRow> = BTreeMap::new();
    for filter in filters {
        let rows = store::following(conn, filter, cursor.following())?;
        found.extend(rows.into_iter().map(|row| (Since { stamp: row.created_at, id: row.message_id, second: 0 }, row)));
    }
    let mut places: Vec<Since> = found.keys().copied().collect();
    let next = cursor.cut(&mut places, &mut Vec::new());
    let rows: Vec<MessageRow> = places.iter().filter_map(|place| found.remove(place)).collect();
    let messages = records_of(reading, conn, rows)?;
    Ok(FetchUploadMessagesResult { messages, next_changed_since: Some(next), ..FetchUploadMessagesResult::default() })
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<MessageRow>) -> Result<Vec<UploadMessage>, Failure> {
    let items: BTreeSet<ItemId> = rows.iter().filter_map(|row| row.item_id).collect();
    let items: Vec<ItemId> = items.into_iter().collect();
    let numbers: BTreeMap<ItemId, String> =
        offers::items_for(conn, &items)?.into_iter().map(|item| (item.item_id, item.internal_item_number)).collect();
    let of_mandator = |row: MessageRow| {
        let zone = reading.mandator(row.mandator_id)?.time_zone;
        let number = row.item_id.and_then(|item_id| numbers.get(&item_id).cloned());
        Ok(record(reading, zone, row, number))
    };
    rows.into_iter().map(of_mandator).collect()
}

/// A message as it goes out, in the time zone of its mandator; `number`: that of its article.
pub(super) fn record(reading: &Reading<'_>, zone: Tz, row: MessageRow, number: Option<String>) -> UploadMessage {
    let reader = reading.reader(row.mandator_id);
    UploadMessage {
        message_id: row.message_id,
        severity: match row.severity {
            Severity::Error => MessageSeverity::Error,
            Severity::Warning => MessageSeverity::Warning,
            Severity::Info => MessageSeverity::Info,
        },
        text: row.text(reader),
        remedy: Some(row.remedy(reader)).filter(|remedy| !remedy.is_empty()),
        code: row.code,
        account_id: row.account_id,
        subchannel_id: reading.settings.account(row.account_id).map(|account| account.sub_channel_id),
        item_id: row.item_id,
        offer_id: row.offer_id,
        order_id: row.order_id,
        created_at: Time::of(Stamp(row.created_at), zone),
        internal_item_number: number,
    }
}
