//! `doShippingSoftwareExport`: hands labels to a shipping software that exchanges files.

use super::LabelKeys;
use super::create::{Choice, at_once, carrier_of, create};
use super::request::{LabelOrder, NewShippingLabel};
use crate::domain::label::LabelState;
use crate::domain::order::OrderStatus;
use crate::domain::{Failure, LabelId, MandatorId, code};
use crate::operations::common::ReportAction;
use crate::operations::platform::Platform;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::labels::{self, LabelRow};
use crate::{reports, wire, write_request};

write_request! {
    /// What is handed to shipping software.
    ExportLabelsRequest {
        /// One entry for each account or order.
        shipping_exports: Records<LabelExport> [flat("shipping_export")],
    }
}

wire! {
    /// Labels for a shipping software.
    LabelExport {
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The account, as the configuration names it; the mandator's only one where it is missing.
        carrier_account: Option<String> [key],
        /// An order whose parcel is handed over; where it is missing, every label of the account that waits is.
        order: Option<LabelOrder>,
        /// Weight of the order's parcel in grams; needed with an order.
        weight: Option<i32>,
        /// The service, as the software calls it.
        service: Option<String> [max(100)],
    }

    /// What was handed over.
    ExportedLabels {
        /// The mandator.
        mandator_id: Option<MandatorId>,
        /// The account.
        carrier_account: Option<String>,
        /// How many labels are in the next file.
        label_count: Option<i32>,
        /// The label of the order.
        label_id: Option<LabelId>,
        /// By which the software knows it.
        label_reference: Option<String>,
    }
}

reports! { ExportLabelsResult, LabelExportReport, shipping_export: ExportedLabels }

/// The operation.
pub(crate) struct DoShippingSoftwareExport;

impl WriteOperation for DoShippingSoftwareExport {
    const NAME: &'static str = "doShippingSoftwareExport";
    const ARGUMENT: &'static str = "requestData";
    const DOC: &'static str =
        "Hands labels to a shipping software. The file is written after the call; fetchShippingLabels has the answers.";
    type Request = ExportLabelsRequest;
    type Result = ExportLabelsResult;

    fn handle(work: &mut Work<'_, '_>, request: ExportLabelsRequest) -> Result<ExportLabelsResult, Failure> {
        let reports = work.each(
            request.shipping_exports,
            |export: &LabelExport| export.mandator_id,
            |work, export| {
                work.in_savepoint(|work| hand_over(work, &export)).map_err(|failure| {
                    let keys = ExportedLabels {
                        mandator_id: Some(export.mandator_id),
                        carrier_account: export.carrier_account.clone(),
                        ..ExportedLabels::default()
                    };
                    (failure, Some(keys))
                })
            },
        )?;
        Ok(ExportLabelsResult::of(reports))
    }
}

fn hand_over(work: &mut Work<'_, '_>, export: &LabelExport) -> Result<Done<ExportedLabels>, Failure> {
    let mandator_id = work.mandator(export.mandator_id)?.mandator_id;
    let choice = Choice { name: export.carrier_account.as_deref(), platform: &Platform::default(), by_file: true };
    let account = carrier_of(work, mandator_id, &choice)?;
    let done = |count: usize, keys: LabelKeys| ExportedLabels {
        mandator_id: Some(mandator_id),
        carrier_account: Some(account.identifier.clone()),
        label_count: i32::try_from(count).ok(),
        label_id: keys.label_id,
        label_reference: keys.label_reference,
    };
    let Some(order) = &export.order else {
        let count = labels::release(work.tx, mandator_id, &account.identifier, at_once(work))?;
        return Ok((Some(ReportAction::Update), done(count, LabelKeys::default())));
    };
    let found = order.find(work, mandator_id).map_err(|failure| failure.within("order"))?;
    let known = labels::of_order(&mut work.tx.conn, found.order_id, &account.identifier)?;
    let (action, label_id) = match known {
        Some(row) => {
            refuse_another(export, &row)?;
            (ReportAction::Update, Some(row.label_id))
        }
        None => {
            let label = NewShippingLabel {
                mandator_id,
                order: order.clone(),
                shipcloud_account: Some(account.identifier.clone()),
                weight: export.weight.ok_or_else(|| Failure::missing("weight"))?,
                service: export.service.clone(),
                ..NewShippingLabel::default()
            };
            (ReportAction::Insert, create(work, &label, DoShippingSoftwareExport::NAME)?.1.label_id)
        }
    };
    let mut rows = labels::load(&mut work.tx.conn, label_id.as_slice())?;
    let row = rows.first_mut().ok_or_else(|| Failure::new(code::INTERNAL, ["the label is gone"]))?;
    let waits = row.state == LabelState::Waiting;
    if waits && found.order_status_id == OrderStatus::Cancelled {
        return Err(Failure::new(code::STATUS_NOT_ALLOWED, [found.order_status_id.word(), DoShippingSoftwareExport::NAME]).within("order"));
    }
    if waits {
        row.due_at = at_once(work);
        labels::save(work.tx, row, &work.user.name)?;
    }
    Ok((Some(action), done(usize::from(waits), LabelKeys::of(row))))
}

/// An order is exported once: who sends another parcel for it has to know that it is not.
fn refuse_another(export: &LabelExport, known: &LabelRow) -> Result<(), Failure> {
    let shipment = known.document()?.shipment;
    let same_weight = export.weight.is_none_or(|weight| weight == shipment.weight_grams);
    let same_service = export.service.is_none() || export.service == shipment.service;
    match same_weight && same_service {
        true => Ok(()),
        false => Err(Failure::quoting(code::LABEL_DIFFERS, [&known.reference]).within("order")),
    }
}
