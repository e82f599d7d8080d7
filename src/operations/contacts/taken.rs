//! Messages, disputes and feedback of another installation, as its fetch calls show them.

use super::disputes::DisputeRecord;
use super::feedback::{FeedbackRating, FeedbackRecord, FeedbackSummaryRecord};
use super::fetch::MessageRecord;
use super::{ContactOrder, ContactTransmission, MessageDirection};
use crate::domain::contact::{BuyerMessage, ContactContent, Direction, Dispute, Feedback, FeedbackSummary, Rating};
use crate::domain::outbox::OutboxStatus;
use crate::domain::{AccountId, Failure, MandatorId};
use crate::operations::wire::{FieldSpec, Source, Time, Value};
use crate::operations::within::TakenOver;
use crate::operations::{Face, Work};
use crate::store::contacts::{self, ContactRow};
use crate::store::orders;
use crate::store::transfers::{self, TransferRow};
use crate::xml::Node;

static RECORD: FieldSpec = FieldSpec::new("record", "");

/// What the three kinds have in common.
struct Said {
    mandator_id: MandatorId,
    account_id: AccountId,
    contact_id: i32,
    external_number: Option<String>,
    external_id: Option<String>,
    about: Option<ContactOrder>,
    said_at: Time,
    created_at: Time,
    by: String,
    transmission: Option<ContactTransmission>,
    content: ContactContent,
}

/// Takes over a message as `fetchMessages` shows it; `known`: the one that it was taken over as before.
pub(crate) fn take_message_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = MessageRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let message = BuyerMessage {
        direction: match record.direction {
            MessageDirection::Received => Direction::Received,
            MessageDirection::Sent => Direction::Sent,
        },
        thread: record.conversation_id,
        answers: record.answered_external_message_id,
        buyer: record.buyer,
        subject: record.subject,
        text: record.text,
        read: record.read,
        ..BuyerMessage::default()
    };
    let said = Said {
        mandator_id: record.mandator_id,
        account_id: record.account_id,
        contact_id: record.message_id,
        external_number: record.external_message_id,
        external_id: record.external_id,
        about: record.about,
        said_at: record.sent_at,
        created_at: record.created_at,
        by: record.last_changed_by,
        transmission: record.transmission,
        content: ContactContent::Message(message),
    };
    take(work, said, known)
}

/// The same of a dispute, as `fetchDisputes` shows it.
pub(crate) fn take_dispute_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = DisputeRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let dispute = Dispute {
        reason: record.dispute_reason,
        explanation: record.dispute_explanation,
        record_type: record.dispute_record_type,
        state: record.dispute_state,
        status: record.dispute_status,
        text: record.text,
        ..Dispute::default()
    };
    let said = Said {
        mandator_id: record.mandator_id,
        account_id: record.account_id,
        contact_id: record.dispute_id,
        external_number: record.external_dispute_id,
        external_id: None,
        about: record.about,
        said_at: record.created_at,
        created_at: record.created_at,
        by: "import".to_owned(),
        transmission: record.transmission,
        content: ContactContent::Dispute(dispute),
    };
    take(work, said, known)
}

/// The same of feedback, as `fetchFeedback` shows it.
pub(crate) fn take_feedback_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = FeedbackRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let feedback = Feedback {
        rating: match record.rating {
            FeedbackRating::Positive => Rating::Positive,
            FeedbackRating::Neutral => Rating::Neutral,
            FeedbackRating::Negative => Rating::Negative,
        },
        stars: record.stars,
        buyer: record.buyer,
        text: record.text,
        answer: record.answer,
        ..Feedback::default()
    };
    let said = Said {
        mandator_id: record.mandator_id,
        account_id: record.account_id,
        contact_id: record.feedback_id,
        external_number: record.external_feedback_id,
        external_id: None,
        about: record.about,
        said_at: record.given_at,
        created_at: record.created_at,
        by: "import".to_owned(),
        transmission: None,
        content: ContactContent::Feedback(feedback),
    };
    take(work, said, known)
}

/// The sums of an account's feedback, as `fetchFeedbackSummaries` shows them.
pub(crate) fn take_summary_over(work: &mut Work<'_, '_>, node: Node<'_>, _known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = FeedbackSummaryRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let mandator_id = work.mandator(record.mandator_id)?.mandator_id;
    work.account(record.account_id, Some(mandator_id))?;
    let summary = FeedbackSummary {
        positive: record.positive,
        neutral: record.neutral,
        negative: record.negative,
        positive_percent: record.positive_percent,
        ..FeedbackSummary::default()
    };
    contacts::set_summary(work.tx, mandator_id, record.account_id, summary)?;
    Ok(TakenOver { id: record.account_id.0, ..TakenOver::default() })
}

fn take(work: &mut Work<'_, '_>, said: Said, known: Option<i32>) -> Result<TakenOver, Failure> {
    let mandator = work.mandator(said.mandator_id)?;
    let (mandator_id, zone) = (mandator.mandator_id, mandator.time_zone);
    work.account(said.account_id, Some(mandator_id))?;
    let kind = said.content.kind();
    let about = said.about.unwrap_or_default();
    let row = ContactRow {
        contact_id: said.contact_id,
        mandator_id,
        account_id: said.account_id,
        kind,
        external_number: said.external_number,
        external_id: said.external_id,
        channel_line_id: line_of(work, &about)?,
        marketplace_order_id: about.marketplace_order_id,
        said_at: said.said_at.stamp(zone).0,
        created_at: said.created_at.stamp(zone).0,
        last_changed: 0,
        last_changed_by: said.by,
        data: said.content,
    };
    let sent = super::transfer_of(kind).zip(said.transmission.map(status_of));
    let (account_id, external_number) = (row.account_id, row.external_number.clone());
    let id = contacts::take_over(work.tx, row, known)?;
    if let Some((kind, status)) = sent {
        let row = TransferRow {
            transfer_id: 0,
            account_id,
            kind,
            record_id: id,
            external_number,
            version: 0,
            status,
            due_at: 0,
            attempts: 0,
            first_failed_at: None,
            last_error: None,
            begun: 0,
            sent: None,
        };
        transfers::came(work.tx, row)?;
    }
    Ok(TakenOver { id, ..TakenOver::default() })
}

/// What was on its way to the channel stays in Kontor: only the other installation hears the answer.
fn status_of(transmission: ContactTransmission) -> OutboxStatus {
    match transmission {
        ContactTransmission::Transmitted => OutboxStatus::Done,
        ContactTransmission::Waiting | ContactTransmission::Refused | ContactTransmission::Kept => OutboxStatus::Dropped,
    }
}

/// The channel's number of the position.
fn line_of(work: &mut Work<'_, '_>, about: &ContactOrder) -> Result<Option<String>, Failure> {
    let order_id = about.order.as_ref().and_then(|order| order.order_id);
    let Some((order_id, item_id)) = order_id.zip(about.order_item_id) else { return Ok(None) };
    let lines = orders::items_of(&mut work.tx.conn, order_id)?;
    Ok(lines.into_iter().find(|line| line.order_item_id == item_id).and_then(|line| line.channel_line_id))
}
