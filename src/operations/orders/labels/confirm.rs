//! `confirmShippingLabels`: the parcel is on its way, the label is not wanted any more, or is to be tried again.

use super::create::{at_once, due_at, names};
use super::shipment::{recipient, refuse_promised};
use super::{LabelKeys, OrderSignificantKey};
use crate::config::{CarrierAccount, Settings};
use crate::domain::label::LabelState;
use crate::domain::order::OrderStatus;
use crate::domain::{Failure, FieldName, LabelId, MandatorId, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::orders::status::{OrderEvent, OrderStatusUpdate, report};
use crate::operations::orders::{OrderContent, OrderPacket};
use crate::operations::platform::Platform;
use crate::operations::wire::{Records, Time};
use crate::operations::{Done, Work, WriteOperation};
use crate::store::Stored;
use crate::store::labels::{self, LabelKey, LabelRow};
use crate::store::orders;
use crate::{reports, wire, wire_enum, write_request};

wire_enum! {
    /// Which field identifies a label.
    LabelSignificantKey {
        /// Kontor's own id.
        Id = "label_id",
        /// The ERP's own number.
        External = "external_label_number",
        /// Tracking number.
        Tracking = "tracking_number",
        /// By which the carrier knows it.
        Reference = "label_reference",
    }

    /// What happens to a label.
    LabelStep {
        /// The parcel is on its way: its pieces are shipped, and the channel hears its tracking number.
        Confirm = "confirm",
        /// Nobody wants it any more: it is given back to the carrier.
        Cancel = "cancel",
        /// A refused or unclear one is ordered again, to the order's present address.
        Retry = "retry",
    }
}

write_request! {
    /// What happens to labels.
    ConfirmLabelsRequest {
        /// The labels.
        shipping_labels: Records<LabelConfirmation> [per_platform("shipping_label")],
    }
}

wire! {
    /// What happens to one label.
    LabelConfirmation {
        /// Which field identifies the label. Default LABEL_ID.
        significant_key: Option<LabelSignificantKey> [attr],
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The carrier that the label has to be of, such as dhl; on the compat face the name of the element says it.
        platform: Platform,
        /// Kontor's own id.
        label_id: Option<LabelId>,
        /// The ERP's own number.
        external_label_number: Option<String> [key],
        /// Tracking number.
        tracking_number: Option<String> [key],
        /// By which the carrier knows it.
        label_reference: Option<String> [key],
        /// What happens to it. Default CONFIRM.
        label_action: Option<LabelStep>,
        /// When the parcel left; now where it is missing.
        shipping_date: Option<Time>,
    }
}

reports! { ConfirmLabelsResult, LabelChangeReport, shipping_label: LabelKeys }

/// The operation.
pub(crate) struct ConfirmShippingLabels;

impl WriteOperation for ConfirmShippingLabels {
    const NAME: &'static str = "confirmShippingLabels";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Confirms that parcels are on their way, which ships their pieces; cancels labels, or has them tried again.";
    type Request = ConfirmLabelsRequest;
    type Result = ConfirmLabelsResult;

    fn handle(work: &mut Work<'_, '_>, request: ConfirmLabelsRequest) -> Result<ConfirmLabelsResult, Failure> {
        let reports = work.each(
            request.shipping_labels,
            |label: &LabelConfirmation| label.mandator_id,
            |work, label| {
                work.in_savepoint(|work| change(work, &label)).map_err(|failure| {
                    let keys = LabelKeys {
                        label_id: label.label_id,
                        mandator_id: Some(label.mandator_id),
                        external_label_number: label.external_label_number.clone(),
                        label_reference: label.label_reference.clone(),
                        label_status: None,
                        tracking_number: label.tracking_number.clone(),
                    };
                    (failure, Some(keys))
                })
            },
        )?;
        Ok(ConfirmLabelsResult::of(reports))
    }
}

fn find(work: &mut Work<'_, '_>, label: &LabelConfirmation) -> Result<LabelRow, Failure> {
    let mandator_id = work.mandator(label.mandator_id)?.mandator_id;
    let chosen = label.significant_key.unwrap_or_default();
    let missing = || Failure::missing(chosen.word());
    let (key, value) = match chosen {
        LabelSignificantKey::Id => label.label_id.map(|id| (LabelKey::Id(id), id.to_string())),
        LabelSignificantKey::External => label.external_label_number.as_deref().map(|text| (LabelKey::External(text), text.to_owned())),
        LabelSignificantKey::Tracking => label.tracking_number.as_deref().map(|text| (LabelKey::Tracking(text), text.to_owned())),
        LabelSignificantKey::Reference => label.label_reference.as_deref().map(|text| (LabelKey::Reference(text), text.to_owned())),
    }
    .ok_or_else(missing)?;
    let mut found = labels::find(&mut work.tx.conn, mandator_id, key)?;
    match found.len() {
        0 | 1 => found.pop().ok_or_else(|| Failure::quoting(code::UNKNOWN_LABEL, [&FieldName(chosen.word()), &value, &mandator_id])),
        several => Err(Failure::quoting(code::AMBIGUOUS, [&several, &FieldName(chosen.word()), &value, &FieldName("label_id")])),
    }
}

fn change(work: &mut Work<'_, '_>, label: &LabelConfirmation) -> Result<Done<LabelKeys>, Failure> {
    let mut row = find(work, label)?;
    label.platform.check_label(work.settings, &row)?;
    let before = row.state;
    match label.label_action.unwrap_or_default() {
        LabelStep::Confirm => confirm(work, &mut row, label.shipping_date)?,
        LabelStep::Cancel => {
            let mut messages = Vec::new();
            row.state = match abandoned(work, &row) {
                Some(why) => {
                    messages.push(why);
                    LabelState::Cancelled
                }
                None => cancelled(work.settings, &row)?,
            };
            if row.state != before {
                begin(work, &mut row);
            }
            if row.state == LabelState::Cancelled && row.state != before {
                let mut document = row.document()?;
                document.messages.extend(messages);
                labels::take_number_off(work.tx, &row, &mut document, &work.user.name)?;
                row.data = Stored::of(&document)?;
            }
        }
        LabelStep::Retry => retry(work, &mut row)?,
    }
    if row.state != before {
        labels::save(work.tx, &mut row, &work.user.name)?;
    }
    Ok((Some(ReportAction::Update), LabelKeys::of(&row)))
}

fn refused(row: &LabelRow, action: LabelStep) -> Failure {
    Failure::new(code::LABEL_STATE, [row.state.word(), action.word()]).within("label_action")
}

/// Ships what is in the parcel, in a package with the label's reference and tracking number.
fn confirm(work: &mut Work<'_, '_>, row: &mut LabelRow, shipped: Option<Time>) -> Result<(), Failure> {
    match row.state {
        LabelState::Confirmed => return Ok(()),
        LabelState::Made => {}
        _ => return Err(refused(row, LabelStep::Confirm)),
    }
    if let Some(time) = shipped {
        refuse_future(time, work, row.mandator_id)?;
    }
    row.state = LabelState::Confirmed;
    if row.packet_id.is_some() {
        return Ok(());
    }
    let document = row.document()?;
    let mandator = work.mandator(row.mandator_id)?;
    let provider = account_of(work.settings, row);
    let content = |part: &crate::domain::label::Enclosed| OrderContent {
        order_item_id: Some(part.order_item_id),
        quantity: part.quantity,
        ..OrderContent::default()
    };
    let packet = OrderPacket {
        external_packet_number: Some(row.reference.clone()),
        tracking_number: row.tracking_number.clone(),
        return_number: document.return_number,
        shipping_provider_identifier: provider.map(|carrier| carrier.shipping_provider.clone()),
        shipping_date: Some(shipped.unwrap_or_else(|| Time::of(work.tx.stamp, mandator.time_zone))),
        contents: document.shipment.contents.iter().map(content).collect(),
        ..OrderPacket::default()
    };
    let update = OrderStatusUpdate {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: row.mandator_id,
        order_id: Some(row.order_id),
        status: OrderEvent::Shipped,
        shipping_informations: vec![packet],
        ..OrderStatusUpdate::default()
    };
    if document.shipment.contents.is_empty() {
        let items = orders::items_of(&mut work.tx.conn, row.order_id)?;
        if items.iter().all(|item| item.pieces().open() < 1) {
            let number = orders::get(&mut work.tx.conn, row.order_id)?.map_or(0, |order| order.order_number);
            work.advice.add(Failure::quoting(code::NOTHING_TO_SHIP, [&number]));
        }
    }
    // The places in it are of a request that nobody sent.
    report(work, &update).map_err(|failure| Failure { place: Vec::new(), ..failure })?;
    let packets = orders::packets_of(&mut work.tx.conn, &[row.order_id])?;
    let own = packets.iter().find(|packet| packet.data.external_packet_number.as_deref() == Some(&row.reference));
    row.packet_id = own.map(|packet| packet.packet_id);
    Ok(())
}

/// A parcel that leaves tomorrow may be confirmed this evening; a later date would be a promise to the buyer.
fn refuse_future(time: Time, work: &Work<'_, '_>, mandator_id: MandatorId) -> Result<(), Failure> {
    let zone = work.mandator(mandator_id)?.time_zone;
    let latest = work.tx.stamp.day_in(zone).succ_opt().unwrap_or_default();
    if time.stamp(zone).day_in(zone) <= latest {
        return Ok(());
    }
    let until = Worded::of(format!("the time until {latest}"), format!("der Zeit bis {latest}"));
    let sent = time.stamp(zone).day_in(zone).to_string();
    Err(Failure::quoting(code::OUT_OF_RANGE, [&sent, &until]).within("shipping_date"))
}

/// What becomes of a label that nobody wants. One that the carrier is being asked for has to be waited for; shipping software
/// cannot be asked to give one back.
fn cancelled(settings: &Settings, row: &LabelRow) -> Result<LabelState, Failure> {
    let by_file = account_of(settings, row).is_some_and(CarrierAccount::exchanges_files);
    match row.state {
        LabelState::Waiting if row.unclear == 0 => Ok(LabelState::Cancelled),
        LabelState::Made | LabelState::Cancelling if by_file => Ok(LabelState::Cancelled),
        LabelState::Made => Ok(LabelState::Cancelling),
        LabelState::Refused | LabelState::Unclear | LabelState::Exported | LabelState::Cancelled => Ok(LabelState::Cancelled),
        LabelState::Cancelling => Ok(LabelState::Cancelling),
        LabelState::Waiting | LabelState::Asking | LabelState::Confirmed => Err(refused(row, LabelStep::Cancel)),
    }
}

/// What is said of a label whose account at the carrier is not in the configuration any more, so that nobody gives it back. A call
/// of another process may still be under way.
fn abandoned(work: &Work<'_, '_>, row: &LabelRow) -> Option<String> {
    let open = match row.state {
        LabelState::Asking => row.due_at <= at_once(work),
        LabelState::Waiting => row.unclear > 0,
        LabelState::Made | LabelState::Cancelling => true,
        _ => false,
    };
    let LabelRow { carrier, reference, .. } = row;
    let what = row.tracking_number.as_ref().map_or_else(|| reference.clone(), |number| format!("{reference}, {number},"));
    (open && account_of(work.settings, row).is_none()).then(|| {
        format!("the account \"{carrier}\" is not in the configuration any more; look for the parcel {what} at the carrier and give it back there")
    })
}

fn account_of<'s>(settings: &'s Settings, row: &LabelRow) -> Option<&'s CarrierAccount> {
    settings.carriers.iter().find(|carrier| carrier.identifier == row.carrier)
}

/// Orders it again, to where the order goes now.
fn retry(work: &mut Work<'_, '_>, row: &mut LabelRow) -> Result<(), Failure> {
    let ended = matches!(row.state, LabelState::Made | LabelState::Confirmed | LabelState::Cancelled | LabelState::Exported);
    if !ended && account_of(work.settings, row).is_none() {
        let own = work.settings.carriers.iter().filter(|carrier| carrier.mandator_id == row.mandator_id).collect::<Vec<_>>();
        return Err(Failure::quoting(code::UNKNOWN_CARRIER, [&row.carrier, &row.mandator_id, &names(&own)]));
    }
    let order = orders::get(&mut work.tx.conn, row.order_id)?;
    let order = order.ok_or_else(|| Failure::quoting(code::UNKNOWN_LABEL, [&FieldName("label_id"), &row.label_id, &row.mandator_id]))?;
    if !ended && order.order_status_id == OrderStatus::Cancelled {
        return Err(Failure::new(code::STATUS_NOT_ALLOWED, [order.order_status_id.word(), "RETRY"]));
    }
    match row.state {
        LabelState::Waiting | LabelState::Asking => return Ok(()),
        LabelState::Refused | LabelState::Unclear => {}
        _ => return Err(refused(row, LabelStep::Retry)),
    }
    if let (Some(packet_id), Some(other)) = (row.packet_id, labels::rival(&mut work.tx.conn, row)?) {
        return Err(Failure::quoting(code::PACKAGE_LABELLED, [&packet_id, &other.reference]));
    }
    let mut document = row.document()?;
    if row.packet_id.is_none() {
        refuse_promised(work, &order, &document.shipment.contents, Some(row.label_id))?;
    }
    document.shipment.to = recipient(&order)?;
    document.messages.clear();
    row.data = Stored::of(&document)?;
    row.state = LabelState::Waiting;
    begin(work, row);
    Ok(())
}

/// What the carrier is asked next, nobody asked it before.
fn begin(work: &Work<'_, '_>, row: &mut LabelRow) {
    row.unclear = 0;
    row.attempts = 0;
    let carrier = account_of(work.settings, row);
    row.due_at = carrier.map_or_else(|| at_once(work), |carrier| due_at(work, carrier));
}
