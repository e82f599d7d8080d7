//! `sendMessages`: messages of the merchant to buyers, about an order or as an answer.

use super::{ContactTransmission, refused, transmissions};
use crate::domain::contact::{BuyerMessage, ContactContent, ContactKind, Direction};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, AllOf, AnyOf, Failure, FieldName, MandatorId, code};
use crate::operations::common::ReportAction;
use crate::operations::orders::NamedOrder;
use crate::operations::platform::Platform;
use crate::operations::wire::Records;
use crate::operations::{Done, Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::contacts::{self, ContactRow, ContactSelection};
use crate::store::filter::Cond;
use crate::store::transfers;
use crate::{reports, wire, write_request};

/// Characters of a message, and of its subject.
const LONGEST_TEXT: u32 = 10_000;
const LONGEST_SUBJECT: u32 = 200;

wire! {
    /// A message to a buyer: about an order, or an answer to a message.
    MessageToSend {
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The platform that the account has to be of, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
        /// The ERP's own number, unique in the mandator: the same again is a repeat.
        external_id: String [max(100), key],
        /// The order that it is about.
        order: Option<NamedOrder>,
        /// The message that it answers, by Kontor's own id; it is about the same order.
        answered_message_id: Option<i32>,
        /// Subject.
        subject: Option<String> [max(LONGEST_SUBJECT)],
        /// Text, without markup.
        text: String [max(LONGEST_TEXT)],
    }

    /// The keys of a message.
    MessageKeys {
        /// Kontor's own id.
        message_id: Option<i32>,
        /// The mandator.
        mandator_id: Option<MandatorId>,
        /// The account.
        account_id: Option<AccountId>,
        /// The channel's own number.
        external_message_id: Option<String>,
        /// The ERP's own number.
        external_id: Option<String>,
        /// What the channel knows of it.
        transmission: Option<ContactTransmission>,
    }
}

write_request! {
    /// Messages to buyers.
    SendMessagesRequest {
        /// The messages.
        messages: Records<MessageToSend> [per_platform("message")],
        /// true: answer only after the channels have taken or refused them, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

reports! { SendMessagesResult, SentMessageReport, message: MessageKeys, "buyer_message" }

/// The operation.
pub(crate) struct SendMessages;

impl WriteOperation for SendMessages {
    const NAME: &'static str = "sendMessages";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str =
        "Sends messages to buyers through the channels of their orders. A channel that takes none keeps them in Kontor.";
    type Request = SendMessagesRequest;
    type Result = SendMessagesResult;

    fn handle(work: &mut Work<'_, '_>, request: SendMessagesRequest) -> Result<SendMessagesResult, Failure> {
        work.synchronous = request.process_synchronous == Some(true);
        let reports = work.each(
            request.messages,
            |message: &MessageToSend| message.mandator_id,
            |work, message| {
                let done = work.in_savepoint(|work| send(work, &message));
                done.map_err(|failure| {
                    (failure, Some(MessageKeys { external_id: Some(message.external_id.clone()), ..MessageKeys::default() }))
                })
            },
        )?;
        Ok(SendMessagesResult::of(reports))
    }

    /// A caller that waited learns what the channels did not take.
    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut SendMessagesResult) -> Result<bool, Failure> {
        if !call.synchronous {
            return Ok(false);
        }
        let refused = refused(conn, call, TransferKind::Message)?;
        let ids: Vec<i32> = result.reports.iter().filter_map(|report| report.message.as_ref()?.message_id).collect();
        let states = transmissions(conn, TransferKind::Message, &ids)?;
        for report in &mut result.reports {
            let Some(keys) = &mut report.message else { continue };
            let Some(id) = keys.message_id else { continue };
            keys.transmission = states.get(&id).copied();
            if let Some((code, text)) = refused.get(&id) {
                (report.return_code, report.error_description) = (*code, Some(text.clone()));
            }
        }
        Ok(true)
    }
}

fn send(work: &mut Work<'_, '_>, message: &MessageToSend) -> Result<Done<MessageKeys>, Failure> {
    let mandator_id = work.mandator(message.mandator_id)?.mandator_id;
    for (field, text) in [("external_id", &message.external_id), ("text", &message.text)] {
        if text.trim().is_empty() {
            return Err(Failure::missing(field));
        }
    }
    let row = row_of(work, message, mandator_id)?;
    message.platform.check_account(work.settings, row.account_id)?;
    let selection = ContactSelection { mandator_id, external_id: Cond::one(message.external_id.clone()), ..ContactSelection::default() };
    if let Some(known) = contacts::matching(&mut work.tx.conn, ContactKind::Message, &selection)?.pop() {
        // The channel may have added to it since.
        if !is_same(&known, &row) {
            return Err(Failure::quoting(code::MESSAGE_DIFFERS, [&message.external_id]).within("external_id"));
        }
        return Ok((None, keys_of(work, &known)?));
    }
    let account_id = row.account_id;
    let row = contacts::add(work.tx, row)?;
    transfers::ask(work.tx, account_id, TransferKind::Message, &[row.contact_id])?;
    work.concerns([account_id]);
    Ok((Some(ReportAction::Insert), keys_of(work, &row)?))
}

pub(super) fn keys_of(work: &mut Work<'_, '_>, row: &ContactRow) -> Result<MessageKeys, Failure> {
    Ok(MessageKeys {
        message_id: Some(row.contact_id),
        mandator_id: Some(row.mandator_id),
        account_id: Some(row.account_id),
        external_message_id: row.external_number.clone(),
        external_id: row.external_id.clone(),
        transmission: transmissions(&mut work.tx.conn, TransferKind::Message, &[row.contact_id])?.remove(&row.contact_id),
    })
}

/// The new row of a message, with what it is about.
fn row_of(work: &mut Work<'_, '_>, message: &MessageToSend, mandator_id: MandatorId) -> Result<ContactRow, Failure> {
    let said = BuyerMessage {
        direction: Direction::Sent,
        subject: message.subject.clone().filter(|subject| !subject.trim().is_empty()),
        text: message.text.clone(),
        read: true,
        ..BuyerMessage::default()
    };
    let of = |account_id, marketplace_order_id, channel_line_id, said, stamp| ContactRow {
        contact_id: 0,
        mandator_id,
        account_id,
        kind: ContactKind::Message,
        external_number: None,
        external_id: Some(message.external_id.clone()),
        marketplace_order_id,
        channel_line_id,
        said_at: stamp,
        created_at: 0,
        last_changed: 0,
        last_changed_by: work.user.name.clone(),
        data: ContactContent::Message(said),
    };
    let stamp = work.tx.stamp.0;
    match (&message.order, message.answered_message_id) {
        (Some(order), None) => {
            let order = order.find(work, mandator_id).map_err(|failure| failure.within("order"))?;
            let account_id = order.account_id.ok_or_else(|| Failure::quoting(code::NO_CHANNEL, [&order.order_number]).within("order"))?;
            Ok(of(account_id, order.marketplace_order_id, None, said, stamp))
        }
        (None, Some(id)) => {
            let unknown =
                || Failure::quoting(code::UNKNOWN_MESSAGE, [&FieldName("message_id"), &id, &mandator_id]).within("answered_message_id");
            let found = contacts::get(&mut work.tx.conn, id)?.filter(|row| row.mandator_id == mandator_id).ok_or_else(unknown)?;
            let ContactContent::Message(answered) = found.data else { return Err(unknown()) };
            let said = BuyerMessage { thread: answered.thread, answers: found.external_number, buyer: answered.buyer, ..said };
            Ok(of(found.account_id, found.marketplace_order_id, found.channel_line_id, said, stamp))
        }
        (None, None) => Err(Failure::quoting(code::MISSING, [&AnyOf(&["order", "answered_message_id"])])),
        (Some(_), Some(_)) => Err(Failure::quoting(code::REPEATED, [&AllOf(&["order", "answered_message_id"])])),
    }
}

fn is_same(known: &ContactRow, new: &ContactRow) -> bool {
    let said = |row: &ContactRow| match &row.data {
        ContactContent::Message(message) => Some((message.direction, message.subject.clone(), message.text.clone())),
        _ => None,
    };
    (known.account_id, &known.marketplace_order_id, said(known)) == (new.account_id, &new.marketplace_order_id, said(new))
}
