//! `createShippingLabels`: labels that carriers make. A label is stored first; its carrier is asked after the call.

use super::{LabelKeys, OrderSignificantKey};
use crate::config::CarrierAccount;
use crate::domain::label::{Enclosed, LabelDocument, LabelState, Shipment, Size};
use crate::domain::order::{Address, OrderStatus};
use crate::domain::{AccountId, Face, Failure, FieldName, MandatorId, OrderId, Place, Stamp, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::orders::documents::{delivery_address, order_number};
use crate::operations::orders::keys::{Numbers, missing_key};
use crate::operations::orders::positions::{OrderContent, open_pieces};
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::Stored;
use crate::store::labels::{self, LabelKey, LabelRow};
use crate::store::orders::{self, OrderRow};
use crate::{reports, wire, write_request};

/// Units of the original (`order-calls.md` 11.1).
const CENTIMETRE: i32 = 110;
const GRAM: i32 = 400;
const HEAVIEST: i32 = 1_000_000;
const LONGEST: i32 = 1_000;

write_request! {
    /// Labels that carriers are to make.
    CreateLabelsRequest {
        /// The labels. An element may be named after its carrier, such as shipcloud_shipping_label.
        shipping_labels: Records<NewShippingLabel> [per_platform("shipping_label")],
    }
}

wire! {
    /// A label of one parcel.
    NewShippingLabel {
        /// The caller's own text, given back on the report.
        reference_id: Option<String> [attr],
        /// The mandator.
        mandator_id: MandatorId,
        /// The order.
        order: LabelOrder,
        /// The ERP's own number of the label, unique in the mandator: the same again is a repeat.
        external_label_number: Option<String> [max(100)],
        /// The account at the carrier, as the configuration names it; the mandator's only one where it is missing.
        shipcloud_account: Option<String> [typed("carrier_account")],
        /// Height of the parcel.
        height: Option<i32>,
        /// Length.
        length: Option<i32>,
        /// Width.
        width: Option<i32>,
        /// Unit of the three: 110, centimetres.
        dimension_unit: Option<i32>,
        /// Weight.
        weight: i32,
        /// Unit of the weight: 400, grams.
        weight_unit: Option<i32>,
        /// The sender; the seller of the mandator where it is missing.
        from_address: Option<LabelAddress>,
        /// The carrier's service.
        service: Option<String> [max(100)],
        /// true: with a label for the return.
        return_label: Option<bool>,
        /// The package that it is for, if it was reported already: it gets the tracking number.
        packet_id: Option<i32>,
        /// What is in it; everything that is open when it is confirmed, where nothing is named.
        contents: Vec<OrderContent> [each("content")],
    }

    /// The order of a label.
    LabelOrder {
        /// The field that names it.
        significant_key: OrderSignificantKey [attr],
        /// Kontor's own id.
        order_id: Option<OrderId>,
        /// Order number.
        order_number: Option<i32>,
        /// Prefix and number in one.
        order_number_and_prefix: Option<String> [max(100)],
        /// First foreign number.
        external_order_number_1: Option<String> [max(100)],
        /// Second foreign number.
        external_order_number_2: Option<String> [max(100)],
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// Account of the order; decides where several accounts have an order under the key.
        account_id: Option<AccountId>,
    }

    /// A sender.
    LabelAddress {
        /// 1 Mr, 2 Ms, 3 company.
        salutation_id: Option<i32>,
        /// mr, ms or business.
        salutation_identifier: Option<String>,
        /// Company.
        firm: Option<String> [max(200)],
        /// Title.
        title: Option<String> [max(100)],
        /// First name.
        first_name: Option<String> [max(100)],
        /// Last name.
        last_name: Option<String> [max(200)],
        /// Street.
        street: Option<String> [max(200)],
        /// House number.
        house_number: Option<String>,
        /// Supplement.
        street_additional: Option<String>,
        /// Postal code.
        postal_code: Option<String>,
        /// City.
        city: Option<String>,
        /// Country, ISO 3166 alpha-2.
        country_code_iso: Option<String>,
        /// Phone.
        phone_number: Option<String>,
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
                work.in_savepoint(|work| create(work, &label)).map_err(|failure| {
                    let number = label.external_label_number.clone();
                    (failure, Some(LabelKeys { external_label_number: number, ..LabelKeys::default() }))
                })
            },
        )?;
        Ok(CreateLabelsResult::of(reports))
    }
}

pub(super) fn create(work: &mut Work<'_, '_>, label: &NewShippingLabel) -> Result<Done<LabelKeys>, Failure> {
    let mandator_id = work.mandator(label.mandator_id)?.mandator_id;
    let order = label.order.find(work, mandator_id).map_err(|failure| failure.within("order"))?;
    let field = if work.face == Face::Typed { "carrier_account" } else { "shipcloud_account" };
    let carrier = carrier_of(work, mandator_id, label.shipcloud_account.as_deref(), field, false)?;
    let number = label.external_label_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    if let Some(number) = number
        && let Some(known) = labels::find(&mut work.tx.conn, mandator_id, LabelKey::External(number))?.pop()
    {
        return match is_same(label, &known, order.order_id, carrier)? {
            true => Ok((Some(ReportAction::Update), LabelKeys::of(&known))),
            false => Err(Failure::quoting(code::LABEL_DIFFERS, [&number]).within("external_label_number")),
        };
    }
    if let Some(packet_id) = label.packet_id
        && let Some(known) = labels::of_package(&mut work.tx.conn, order.order_id, packet_id)?
    {
        return match number.is_none() && is_same(label, &known, order.order_id, carrier)? {
            true => Ok((Some(ReportAction::Update), LabelKeys::of(&known))),
            false => Err(Failure::quoting(code::PACKAGE_LABELLED, [&packet_id, &known.reference]).within("packet_id")),
        };
    }
    if order.order_status_id == OrderStatus::Cancelled {
        return Err(Failure::new(code::STATUS_NOT_ALLOWED, [order.order_status_id.word(), "createShippingLabels"]));
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
fn is_same(label: &NewShippingLabel, known: &LabelRow, order_id: OrderId, carrier: &CarrierAccount) -> Result<bool, Failure> {
    let shipment = known.document()?.shipment;
    Ok(known.order_id == order_id
        && known.carrier == carrier.identifier
        && known.packet_id == label.packet_id
        && shipment.weight_grams == label.weight
        && shipment.service == label.service
        && shipment.with_return == (label.return_label == Some(true)))
}

/// When a carrier is asked for a label: at once, but a shipping software gets it with the next export.
pub(super) fn due_at(work: &Work<'_, '_>, carrier: &CarrierAccount) -> i64 {
    if carrier.exchanges_files() { i64::MAX } else { at_once(work) }
}

/// Change stamps may be ahead of the clock.
pub(super) fn at_once(work: &Work<'_, '_>) -> i64 {
    work.tx.stamp.0.min(Stamp::now().0)
}

impl LabelOrder {
    pub(super) fn find(&self, work: &mut Work<'_, '_>, mandator_id: MandatorId) -> Result<OrderRow, Failure> {
        let joined = self.order_number_and_prefix.as_deref().map(|text| {
            let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
            (prefix, text.get(prefix.len()..).and_then(|number| number.parse().ok()))
        });
        let numbers = Numbers {
            order_id: self.order_id,
            order_number: self.order_number.or(joined.and_then(|(_, number)| number)),
            order_number_prefix: joined.map(|(prefix, _)| prefix),
            external_order_number_1: self.external_order_number_1.as_deref(),
            external_order_number_2: self.external_order_number_2.as_deref(),
            marketplace_order_id: self.marketplace_order_id.as_deref(),
            ..Numbers::default()
        };
        if self.significant_key == OrderSignificantKey::OrderNumberAndPrefix && joined.is_none() {
            return Err(missing_key(OrderSignificantKey::OrderNumberAndPrefix));
        }
        numbers.order(&mut work.tx.conn, (mandator_id, self.account_id), self.significant_key)
    }
}

/// The account at a carrier that is named, or the mandator's only one; among those that exchange files, if only these can do it.
pub(super) fn carrier_of<'w>(
    work: &Work<'w, '_>,
    mandator_id: MandatorId,
    name: Option<&str>,
    field: &'static str,
    by_file: bool,
) -> Result<&'w CarrierAccount, Failure> {
    let settings = work.settings;
    let own: Vec<&CarrierAccount> =
        settings.carriers.iter().filter(|carrier| carrier.mandator_id == mandator_id && (carrier.exchanges_files() || !by_file)).collect();
    let known = own.iter().map(|carrier| carrier.identifier.as_str()).collect::<Vec<_>>().join(", ");
    let name = name.map(str::trim).unwrap_or_default();
    let found = match (name, own.as_slice()) {
        ("", [only]) => Some(*only),
        ("", _) => None,
        (name, own) => own.iter().find(|carrier| carrier.identifier.eq_ignore_ascii_case(name)).copied(),
    };
    found.ok_or_else(|| Failure::quoting(code::UNKNOWN_CARRIER, [&name, &mandator_id, &known]).within(field))
}

/// What is ordered, checked as far as every carrier needs it.
fn shipment_of(work: &mut Work<'_, '_>, label: &NewShippingLabel, order: &OrderRow, carrier: &CarrierAccount) -> Result<Shipment, Failure> {
    let range = |value: i32, most: i32, field: &'static str| match (1..=most).contains(&value) {
        true => Ok(value),
        false => Err(Failure::quoting(code::OUT_OF_RANGE, [&value, &Worded::range(1, most)]).within(field)),
    };
    for (unit, known, field) in [(label.dimension_unit, CENTIMETRE, "dimension_unit"), (label.weight_unit, GRAM, "weight_unit")] {
        if let Some(unit) = unit.filter(|unit| *unit != known) {
            return Err(Failure::quoting(code::NOT_IN_LIST, [&unit, &known]).within(field));
        }
    }
    let weight_grams = range(label.weight, HEAVIEST, "weight")?;
    let size = match (label.length, label.width, label.height) {
        (None, None, None) => None,
        (length, width, height) => {
            let side = |value: Option<i32>, field: &'static str| {
                range(value.ok_or_else(|| Failure::missing(field))?, LONGEST, field).map(|value| value.saturating_mul(10))
            };
            Some(Size { length: side(length, "length")?, width: side(width, "width")?, height: side(height, "height")? })
        }
    };
    let to = recipient(order)?;
    if let Some(id) = label.packet_id {
        let packets = orders::packets_of(&mut work.tx.conn, &[order.order_id])?;
        if !packets.iter().any(|packet| packet.packet_id == id) {
            return Err(Failure::quoting(code::UNKNOWN_PACKAGE, [&order.order_number, &id]).within("packet_id"));
        }
    }
    let items = orders::items_of(&mut work.tx.conn, order.order_id)?;
    let enclosed = |(content, number): (&OrderContent, usize)| {
        let one = || {
            let item = content.keys().find(&items)?;
            let quantity = open_pieces(content.quantity, item.pieces().open())?;
            Ok(Enclosed { order_item_id: item.order_item_id, quantity })
        };
        one().map_err(|failure: Failure| failure.within(Place::entry("content", number)))
    };
    let contents = label.contents.iter().zip(1..).map(enclosed).collect::<Result<Vec<_>, Failure>>()?;
    Ok(Shipment {
        from: sender(work, label, carrier)?,
        to,
        order_number: order_number(order),
        weight_grams,
        size,
        service: label.service.clone(),
        pickup_point: order.data.delivery.pickup_point.clone(),
        post_number: order.data.delivery.post_number.clone(),
        with_return: label.return_label == Some(true),
        contents,
    })
}

/// The order's delivery address, if a parcel can be sent there.
pub(super) fn recipient(order: &OrderRow) -> Result<Address, Failure> {
    let lacks = |field: &'static str| Failure::quoting(code::LABEL_LACKS, [&order.order_number, &FieldName(field)]);
    let to = delivery_address(order).ok_or_else(|| lacks("delivery_address"))?.clone();
    let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let needed = [
        ("last_name", filled(&to.last_name) || filled(&to.firm)),
        ("street", filled(&to.street)),
        ("postal_code", filled(&to.postal_code)),
        ("city", filled(&to.city)),
        ("country_code_iso", filled(&to.country_code_iso)),
    ];
    match needed.into_iter().find(|(_, there)| !there) {
        Some((field, _)) => Err(lacks(field)),
        None => Ok(to),
    }
}

/// A shipping software knows its own sender.
fn sender(work: &Work<'_, '_>, label: &NewShippingLabel, carrier: &CarrierAccount) -> Result<Address, Failure> {
    if let Some(from) = label.from_address.clone() {
        return Ok(Address {
            salutation_id: from.salutation_id,
            salutation_identifier: from.salutation_identifier,
            firm: from.firm,
            title: from.title,
            first_name: from.first_name,
            last_name: from.last_name,
            street: from.street,
            house_number: from.house_number,
            street_addition: from.street_additional,
            postal_code: from.postal_code,
            city: from.city,
            country_code_iso: from.country_code_iso,
            phone: from.phone_number,
            ..Address::default()
        });
    }
    let seller = match work.settings.seller(label.mandator_id) {
        Some(billing) => &billing.seller,
        None if carrier.exchanges_files() => return Ok(Address::default()),
        None => return Err(Failure::missing("from_address")),
    };
    Ok(Address {
        firm: Some(seller.name.clone()),
        street: Some(seller.street.clone()),
        postal_code: Some(seller.postal_code.clone()),
        city: Some(seller.city.clone()),
        country_code_iso: Some(seller.country.clone()),
        ..Address::default()
    })
}
