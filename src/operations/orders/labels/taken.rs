//! Labels of another installation: what `fetchShippingLabels` shows there, turned back into what is stored.

use super::LabelProgress;
use super::fetch::LabelRecord;
use super::shipment::{recipient, seller_of};
use crate::config::CarrierAccount;
use crate::domain::label::{Enclosed, LabelDocument, LabelState, Shipment, Size};
use crate::domain::{Failure, FieldName, LabelId, MandatorId, code};
use crate::operations::orders::documents::order_number;
use crate::operations::wire::{FieldSpec, Source, Value};
use crate::operations::within::TakenOver;
use crate::operations::{Face, Work};
use crate::store::labels::{self, LabelKey, LabelRow};
use crate::store::orders::OrderRow;
use crate::store::{Stored, documents, orders};
use crate::xml::Node;

static RECORD: FieldSpec = FieldSpec::new("shipping_label", "");

/// Said of a label for which the other installation was asking its carrier.
const ON_ITS_WAY: &str = "the installation that it was taken over from was asking the carrier; look there, then call confirmShippingLabels";

/// Takes over a label as `fetchShippingLabels` shows it; `known`: the one that it was taken over as before. Its carrier hears nothing.
pub(crate) fn take_over(work: &mut Work<'_, '_>, node: Node<'_>, known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = LabelRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let mandator = work.mandator(record.mandator_id)?;
    let (mandator_id, zone) = (mandator.mandator_id, mandator.time_zone);
    let known = known.map(LabelId);
    refuse_taken_numbers(work, mandator_id, &record, known)?;
    let order_id = record.order.as_ref().and_then(|order| order.order_id).ok_or_else(|| Failure::missing("order_id").within("order"))?;
    let order = orders::get(&mut work.tx.conn, order_id)?.filter(|order| order.mandator_id == mandator_id);
    let order = order.ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName("order_id"), &order_id]).within("order"))?;
    let carrier = work.settings.carriers.iter().find(|carrier| carrier.identifier.eq_ignore_ascii_case(&record.carrier_account));
    let (state, is_open) = state_of(record.label_status);
    let mut messages = record.label_messages.clone();
    if is_open {
        messages.push(ON_ITS_WAY.to_owned());
    }
    let document = LabelDocument {
        shipment: shipment_of(work, &record, &order, carrier),
        messages,
        return_number: record.return_number.clone(),
        documents: papers_of(work, &record, &order)?,
        ..LabelDocument::default()
    };
    let row = LabelRow {
        label_id: record.label_id,
        mandator_id,
        order_id,
        carrier: carrier.map_or_else(|| record.carrier_account.clone(), |carrier| carrier.identifier.clone()),
        reference: record.label_reference.clone(),
        external_label_number: record.external_label_number.clone(),
        packet_id: record.packet_id,
        state,
        tracking_number: record.tracking_number.clone(),
        due_at: 0,
        attempts: 0,
        unclear: i32::from(is_open),
        created_at: record.created_at.stamp(zone).0,
        last_changed: 0,
        last_changed_by: "import".to_owned(),
        data: Stored::of(&document)?,
    };
    let LabelId(id) = labels::take_over(work.tx, row, known)?;
    Ok(TakenOver { id, ..TakenOver::default() })
}

/// Another label may have the number here.
fn refuse_taken_numbers(
    work: &mut Work<'_, '_>,
    mandator_id: MandatorId,
    record: &LabelRecord,
    known: Option<LabelId>,
) -> Result<(), Failure> {
    let taken = |field: &'static str, number: &str| Failure::quoting(code::TAKEN, [&(FieldName(field), number)]).within(field);
    if let Some(number) = record.external_label_number.as_deref() {
        let found = labels::find(&mut work.tx.conn, mandator_id, LabelKey::External(number))?;
        if found.iter().any(|row| Some(row.label_id) != known) {
            return Err(taken("external_label_number", number));
        }
    }
    match labels::under_reference(&mut work.tx.conn, &record.label_reference)? {
        Some(other) if Some(other) != known => Err(taken("label_reference", &record.label_reference)),
        _ => Ok(()),
    }
}

/// The state here, and whether the other installation was asking its carrier: only there the answer is heard.
fn state_of(said: Option<LabelProgress>) -> (LabelState, bool) {
    match said {
        Some(LabelProgress::Made) => (LabelState::Made, false),
        Some(LabelProgress::Refused) => (LabelState::Refused, false),
        Some(LabelProgress::Confirmed) => (LabelState::Confirmed, false),
        Some(LabelProgress::Cancelled) => (LabelState::Cancelled, false),
        Some(LabelProgress::Exported) => (LabelState::Exported, false),
        Some(LabelProgress::Unclear) => (LabelState::Unclear, false),
        Some(LabelProgress::Waiting | LabelProgress::Asking | LabelProgress::Cancelling) | None => (LabelState::Unclear, true),
    }
}

/// What was ordered, as far as the source says it: needed when it is ordered again.
fn shipment_of(work: &Work<'_, '_>, record: &LabelRecord, order: &OrderRow, carrier: Option<&CarrierAccount>) -> Shipment {
    let millimetres = |value: i32| value.saturating_mul(10);
    let size = match (record.length, record.width, record.height) {
        (Some(length), Some(width), Some(height)) => {
            Some(Size { length: millimetres(length), width: millimetres(width), height: millimetres(height) })
        }
        _ => None,
    };
    let sender = record.from_address.as_ref().map(|from| from.stored());
    let seller = || carrier.filter(|carrier| !carrier.exchanges_files()).and_then(|_| seller_of(work.settings, record.mandator_id));
    Shipment {
        from: sender.or_else(seller).unwrap_or_default(),
        to: recipient(order).unwrap_or_default(),
        order_number: order_number(order),
        weight_grams: record.weight,
        size,
        service: record.service.clone(),
        pickup_point: order.data.delivery.pickup_point.clone(),
        post_number: order.data.delivery.post_number.clone(),
        with_return: record.return_label == Some(true),
        contents: record.contents.iter().map(|part| Enclosed { order_item_id: part.order_item_id, quantity: part.quantity }).collect(),
    }
}

/// The files, which came with the documents of the order.
fn papers_of(work: &mut Work<'_, '_>, record: &LabelRecord, order: &OrderRow) -> Result<Vec<crate::domain::DocumentId>, Failure> {
    let mut here = documents::of_order(&mut work.tx.conn, order.order_id)?;
    here.retain(|document| document.external_document_number.as_deref() == Some(&record.label_reference));
    let found = record.documents.iter().filter_map(|paper| {
        let is_same = |row: &documents::DocumentRow| row.document_type == paper.document_type && row.document_name == paper.document_name;
        here.iter().find(|row| is_same(row)).map(|row| row.document_id)
    });
    Ok(found.collect())
}
