//! `updateMessages`: what the ERP did with messages of buyers.

use super::send::{MessageKeys, keys_of};
use crate::domain::contact::{ContactContent, ContactKind, Direction};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, FieldName, MandatorId, code};
use crate::operations::common::ReportAction;
use crate::operations::platform::Platform;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::contacts::{self, ContactRow, ContactSelection};
use crate::store::filter::Cond;
use crate::store::transfers;
use crate::{reports, wire, wire_enum, write_request};

wire_enum! {
    /// Which field identifies a message.
    MessageSignificantKey {
        /// Kontor's own id.
        Id = "message_id",
        /// The channel's own number.
        ExternalMessage = "external_message_id",
        /// The ERP's own number.
        External = "external_id",
    }
}

wire! {
    /// What became of a message.
    MessageUpdate {
        /// Which field identifies the message. Default MESSAGE_ID.
        significant_key: Option<MessageSignificantKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The platform that the account has to be of, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
        /// Kontor's own id.
        message_id: Option<i32>,
        /// The channel's own number.
        external_message_id: Option<String> [key],
        /// Account of the message; decides where several accounts have one under the channel's number.
        account_id: Option<AccountId>,
        /// The ERP's own number; a message that has none gets it, unless it identifies the message.
        external_id: Option<String> [max(100), key],
        /// true: somebody has read it, and the channel hears of it. It cannot be taken back.
        read: Option<bool>,
    }
}

write_request! {
    /// What became of messages.
    UpdateMessagesRequest {
        /// The messages.
        messages: Records<MessageUpdate> [per_platform("message")],
    }
}

reports! { UpdateMessagesResult, MessageReport, message: MessageKeys, "buyer_message" }

/// The operation.
pub(crate) struct UpdateMessages;

impl WriteOperation for UpdateMessages {
    const NAME: &'static str = "updateMessages";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Marks messages of buyers as read, here and at their channels, and gives them numbers of the ERP.";
    type Request = UpdateMessagesRequest;
    type Result = UpdateMessagesResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateMessagesRequest) -> Result<UpdateMessagesResult, Failure> {
        let reports = work.each(
            request.messages,
            |message: &MessageUpdate| message.mandator_id,
            |work, message| {
                let done = work.in_savepoint(|work| update(work, &message));
                done.map_err(|failure| (failure, Some(named(&message))))
            },
        )?;
        Ok(UpdateMessagesResult::of(reports))
    }
}

fn named(message: &MessageUpdate) -> MessageKeys {
    MessageKeys {
        message_id: message.message_id,
        mandator_id: Some(message.mandator_id),
        account_id: message.account_id,
        external_message_id: message.external_message_id.clone(),
        external_id: message.external_id.clone(),
        transmission: None,
    }
}

fn update(work: &mut Work<'_, '_>, message: &MessageUpdate) -> Result<Done<MessageKeys>, Failure> {
    let mandator_id = work.mandator(message.mandator_id)?.mandator_id;
    let (key, mut row) = find(work, message, mandator_id)?;
    message.platform.check_account(work.settings, row.account_id)?;
    let ContactContent::Message(mut content) = row.data.clone() else { return Ok((None, named(message))) };
    let given = message.external_id.clone().filter(|id| !id.trim().is_empty() && key != MessageSignificantKey::External);
    if let Some(id) = given.filter(|id| row.external_id.as_ref() != Some(id)) {
        let taken = ContactSelection { mandator_id, external_id: Cond::one(id.clone()), ..ContactSelection::default() };
        if row.external_id.is_some() || !contacts::select(&mut work.tx.conn, ContactKind::Message, &taken)?.is_empty() {
            return Err(Failure::quoting(code::TAKEN, [&format!("\"{id}\"")]).within("external_id"));
        }
        row.external_id = Some(id);
    }
    match message.read {
        None => {}
        Some(read) if read == content.read => {}
        Some(true) if content.direction == Direction::Received => {
            content.read = true;
            transfers::ask(work.tx, row.account_id, TransferKind::Message, &[row.contact_id])?;
            work.concerns([row.account_id]);
        }
        Some(_) => return Err(Failure::new(code::MESSAGE_READ, []).within("read")),
    }
    row.data = ContactContent::Message(content);
    let by = work.user.name.clone();
    contacts::save(work.tx, row.clone(), &by)?;
    Ok((Some(ReportAction::Update), keys_of(work, &row)?))
}

fn find(work: &mut Work<'_, '_>, message: &MessageUpdate, mandator_id: MandatorId) -> Result<(MessageSignificantKey, ContactRow), Failure> {
    let key = message.significant_key.unwrap_or_default();
    let missing = || Failure::missing(key.word());
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty()).ok_or_else(missing);
    let accounts = message.account_id.map_or(Cond::All, Cond::one);
    let of_mandator = ContactSelection { mandator_id, account_id: accounts, ..ContactSelection::default() };
    let (value, selection) = match key {
        MessageSignificantKey::Id => {
            let id = message.message_id.ok_or_else(missing)?;
            (id.to_string(), ContactSelection { ids: Cond::one(id), ..of_mandator })
        }
        MessageSignificantKey::ExternalMessage => {
            let number = filled(&message.external_message_id)?;
            (number.clone(), ContactSelection { external_number: Cond::one(number), ..of_mandator })
        }
        MessageSignificantKey::External => {
            let id = filled(&message.external_id)?;
            (id.clone(), ContactSelection { external_id: Cond::one(id), ..of_mandator })
        }
    };
    let mut rows = contacts::matching(&mut work.tx.conn, ContactKind::Message, &selection)?;
    if rows.len() > 1 {
        return Err(Failure::quoting(code::AMBIGUOUS, [&rows.len(), &FieldName(key.word()), &value, &FieldName("message_id")]));
    }
    rows.pop().map(|row| (key, row)).ok_or_else(|| Failure::quoting(code::UNKNOWN_MESSAGE, [&FieldName(key.word()), &value, &mandator_id]))
}
