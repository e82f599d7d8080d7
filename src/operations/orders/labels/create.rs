//! `createShippingLabels`: labels that carriers make. A label is stored first; its carrier is asked after the call.

use super::LabelKeys;
use super::request::NewShippingLabel;
use super::shipment::{has_contents, shipment_of, size_of};
use crate::config::CarrierAccount;
use crate::domain::label::{LabelDocument, LabelState};
use crate::domain::order::OrderStatus;
use crate::domain::{Face, Failure, MandatorId, Stamp, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::platform::Platform;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::Stored;
use crate::store::labels::{self, LabelKey, LabelRow};
use crate::store::orders::OrderRow;
use crate::{reports, write_request};

write_request! {
    /// Labels that carriers are to make.
    CreateLabelsRequest {
        /// The labels. An element may be named after its carrier, such as shipcloud_shipping_label.
        shipping_labels: Records<NewShippingLabel> [per_platform("shipping_label")],
    }
}

reports! { CreateLabelsResult, NewLabelReport, shipping_label: LabelKeys }

/// The operation.
pub(crate) struct CreateShippingLabels;

impl WriteOperation for CreateShippingLabels {
    const NAME: &'static str = "createShippingLabels";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Orders shipping labels of carriers. They are made after the call; fetchShippingLabels has them.";
    type Request = CreateLabelsRequest;
    type Result = CreateLabelsResult;

    fn handle(work: &mut Work<'_, '_>, request: CreateLabelsRequest) -> Result<CreateLabelsResult, Failure> {
        let reports = work.each(
            request.shipping_labels,
            |label: &NewShippingLabel| label.mandator_id,
            |work, label| {
                work.in_savepoint(|work| create(work, &label, CreateShippingLabels::NAME)).map_err(|failure| {
                    let number = label.external_label_number.clone();
                    let mandator_id = Some(label.mandator_id);
                    (failure, Some(LabelKeys { mandator_id, external_label_number: number, ..LabelKeys::default() }))
                })
            },
        )?;
        Ok(CreateLabelsResult::of(reports))
    }
}

/// `call`: what texts call it.
pub(super) fn create(work: &mut Work<'_, '_>, label: &NewShippingLabel, call: &str) -> Result<Done<LabelKeys>, Failure> {
    let mandator_id = work.mandator(label.mandator_id)?.mandator_id;
    let order = label.order.find(work, mandator_id).map_err(|failure| failure.within("order"))?;
    let choice = Choice { name: label.shipcloud_account.as_deref(), platform: &label.platform, by_file: false };
    let carrier = carrier_of(work, mandator_id, &choice)?;
    Platform::of(label.carrier.as_deref()).check_carrier(carrier).map_err(|failure| failure.within("carrier"))?;
    let number = label.external_label_number.as_deref();
    if let Some(number) = number
        && let Some(known) = labels::find(&mut work.tx.conn, mandator_id, LabelKey::External(number))?.pop()
    {
        return match is_same(work, label, &known, &order, carrier)? {
            true => Ok((Some(ReportAction::Update), LabelKeys::of(&known))),
            false => Err(Failure::quoting(code::LABEL_DIFFERS, [&number]).within("external_label_number")),
        };
    }
    if let Some(packet_id) = label.packet_id
        && let Some(known) = labels::of_package(&mut work.tx.conn, order.order_id, packet_id)?
        // A parcel that was lost is sent again, under a number of its own.
        && (number.is_none() || known.state != LabelState::Confirmed)
    {
        return match number.is_none() && is_same(work, label, &known, &order, carrier)? {
            true => Ok((Some(ReportAction::Update), LabelKeys::of(&known))),
            false => Err(Failure::quoting(code::PACKAGE_LABELLED, [&packet_id, &known.reference]).within("packet_id")),
        };
    }
    if order.order_status_id == OrderStatus::Cancelled {
        return Err(Failure::new(code::STATUS_NOT_ALLOWED, [order.order_status_id.word(), call]));
    }
    let shipment = shipment_of(work, label, &order, carrier)?;
    if number.is_none() {
        work.additive = true;
    }
    let row = labels::insert(
        work.tx,
        LabelRow {
            label_id: Default::default(),
            mandator_id,
            order_id: order.order_id,
            carrier: carrier.identifier.clone(),
            reference: String::new(),
            external_label_number: number.map(str::to_owned),
            packet_id: label.packet_id,
            state: LabelState::Waiting,
            tracking_number: None,
            due_at: due_at(work, carrier),
            attempts: 0,
            unclear: 0,
            created_at: 0,
            last_changed: 0,
            last_changed_by: work.user.name.clone(),
            data: Stored::of(&LabelDocument { shipment, ..LabelDocument::default() })?,
        },
    )?;
    Ok((Some(ReportAction::Insert), LabelKeys::of(&row)))
}

/// Whether a known label is what a record asks for.
fn is_same(
    work: &mut Work<'_, '_>,
    label: &NewShippingLabel,
    known: &LabelRow,
    order: &OrderRow,
    carrier: &CarrierAccount,
) -> Result<bool, Failure> {
    let shipment = known.document()?.shipment;
    Ok(known.order_id == order.order_id
        && known.carrier == carrier.identifier
        && is_for(known, label.packet_id)
        && shipment.weight_grams == label.weight
        && shipment.size == size_of(label)?
        && shipment.service == label.service
        && shipment.with_return == (label.return_label == Some(true))
        && label.from_address.as_ref().is_none_or(|from| from.stored() == shipment.from)
        && has_contents(work, order, &label.contents, &shipment.contents)?)
}

/// Whether a label is for the package that a record names; its own one came when it was confirmed.
fn is_for(known: &LabelRow, packet_id: Option<i32>) -> bool {
    known.packet_id == packet_id || (packet_id.is_none() && known.state == LabelState::Confirmed)
}

/// When a carrier is asked for a label: at once, but a shipping software gets it with the next export.
pub(super) fn due_at(work: &Work<'_, '_>, carrier: &CarrierAccount) -> i64 {
    if carrier.exchanges_files() { i64::MAX } else { at_once(work) }
}

/// Change stamps may be ahead of the clock.
pub(super) fn at_once(work: &Work<'_, '_>) -> i64 {
    work.tx.stamp.0.min(Stamp::now().0)
}

/// Which account at a carrier a record means.
pub(super) struct Choice<'r> {
    /// The account's name, where one is sent.
    pub name: Option<&'r str>,
    pub platform: &'r Platform,
    /// Only those that exchange files can do it.
    pub by_file: bool,
}

/// The account at a carrier that is named, or the mandator's only one.
pub(super) fn carrier_of<'w>(work: &Work<'w, '_>, mandator_id: MandatorId, choice: &Choice<'_>) -> Result<&'w CarrierAccount, Failure> {
    let field = if work.face == Face::Typed || choice.by_file { "carrier_account" } else { "shipcloud_account" };
    let settings = work.settings;
    let able = |carrier: &&CarrierAccount| carrier.mandator_id == mandator_id && (carrier.exchanges_files() || !choice.by_file);
    let able: Vec<&CarrierAccount> = settings.carriers.iter().filter(able).collect();
    let own = choice.platform.carriers(mandator_id, &able)?;
    match (choice.name, own.as_slice()) {
        (None, [only]) => Ok(*only),
        (None, own) | (Some(_), own @ []) => {
            Err(Failure::quoting(code::CARRIER_NOT_NAMED, [&mandator_id, &unnamed(own, choice.by_file)]).within(field))
        }
        (Some(name), own) => {
            let found = own.iter().find(|carrier| carrier.identifier.eq_ignore_ascii_case(name)).copied();
            found.ok_or_else(|| Failure::quoting(code::UNKNOWN_CARRIER, [&name, &mandator_id, &names(own)]).within(field))
        }
    }
}

pub(super) fn names(own: &[&CarrierAccount]) -> String {
    own.iter().map(|carrier| carrier.identifier.as_str()).collect::<Vec<_>>().join(", ")
}

/// Why it is not clear which one is meant, and what helps.
pub(super) fn unnamed(own: &[&CarrierAccount], by_file: bool) -> Worded {
    let known = names(own);
    match own {
        [] if by_file => Worded::new(
            "none that exchanges files; have the admin add one with carrier = \"file\" to [[carriers]]",
            "keines, das Dateien austauscht; lassen Sie eines mit carrier = \"file\" unter [[carriers]] eintragen",
        ),
        [] => Worded::new("none; have the admin add one to [[carriers]]", "keines; lassen Sie eines unter [[carriers]] eintragen"),
        _ => Worded::of(format!("several: {known}; name one of them"), format!("mehrere: {known}; nennen Sie eines davon")),
    }
}
