//! What is ordered of a carrier: from where, to whom, how large, and which pieces.

use std::collections::BTreeMap;

use super::request::NewShippingLabel;
use crate::config::{CarrierAccount, Settings};
use crate::domain::label::{Enclosed, Shipment, Size, overlap};
use crate::domain::order::Address;
use crate::domain::{AllOf, Failure, FieldName, LabelId, MandatorId, OrderItemId, Place, Worded, code};
use crate::operations::Work;
use crate::operations::orders::documents::{delivery_address, order_number};
use crate::operations::orders::positions::{OrderContent, open_pieces};
use crate::store::labels;
use crate::store::orders::{self, OrderRow};

/// Units of the original (`order-calls.md` 11.1).
const CENTIMETRE: i32 = 110;
const GRAM: i32 = 400;
const HEAVIEST: i32 = 1_000_000;
const LONGEST: i32 = 1_000;

/// What is ordered, checked as far as every carrier needs it.
pub(super) fn shipment_of(
    work: &mut Work<'_, '_>,
    label: &NewShippingLabel,
    order: &OrderRow,
    carrier: &CarrierAccount,
) -> Result<Shipment, Failure> {
    for (unit, known, field) in [(label.dimension_unit, CENTIMETRE, "dimension_unit"), (label.weight_unit, GRAM, "weight_unit")] {
        if let Some(unit) = unit.filter(|unit| *unit != known) {
            return Err(Failure::quoting(code::NOT_IN_LIST, [&unit, &known]).within(field));
        }
    }
    let weight_grams = range(label.weight, HEAVIEST, "weight")?;
    let size = size_of(label)?;
    let to = recipient(order)?;
    if let Some(id) = label.packet_id {
        let packets = orders::packets_of(&mut work.tx.conn, &[order.order_id])?;
        if !packets.iter().any(|packet| packet.packet_id == id) {
            return Err(Failure::quoting(code::UNKNOWN_PACKAGE, [&order.order_number, &id]).within("packet_id"));
        }
    }
    let contents = contents_of(work, label, order)?;
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

fn range(value: i32, most: i32, field: &'static str) -> Result<i32, Failure> {
    match (1..=most).contains(&value) {
        true => Ok(value),
        false => Err(Failure::quoting(code::OUT_OF_RANGE, [&value, &Worded::range(1, most)]).within(field)),
    }
}

/// All three measures, or none.
pub(super) fn size_of(label: &NewShippingLabel) -> Result<Option<Size>, Failure> {
    let millimetres = |value: i32, field: &'static str| range(value, LONGEST, field).map(|value| value.saturating_mul(10));
    match (label.length, label.width, label.height) {
        (None, None, None) => Ok(None),
        (Some(length), Some(width), Some(height)) => Ok(Some(Size {
            length: millimetres(length, "length")?,
            width: millimetres(width, "width")?,
            height: millimetres(height, "height")?,
        })),
        _ => Err(Failure::quoting(code::MISSING, [&AllOf(&["length", "width", "height"])])),
    }
}

/// What is in the parcel: no more than is open and in no other label.
fn contents_of(work: &mut Work<'_, '_>, label: &NewShippingLabel, order: &OrderRow) -> Result<Vec<Enclosed>, Failure> {
    let items = orders::items_of(&mut work.tx.conn, order.order_id)?;
    let mut open: BTreeMap<OrderItemId, i32> = items.iter().map(|item| (item.order_item_id, item.pieces().open())).collect();
    let mut contents: Vec<Enclosed> = Vec::new();
    for (content, number) in label.contents.iter().zip(1..) {
        let place = |failure: Failure| failure.within(Place::entry("content", number));
        let item = content.keys().find(&items).map_err(place)?;
        let left = open.entry(item.order_item_id).or_default();
        let quantity = open_pieces(content.quantity, *left).map_err(place)?;
        *left = left.saturating_sub(quantity);
        contents.push(Enclosed { order_item_id: item.order_item_id, quantity });
    }
    if label.packet_id.is_none() {
        refuse_promised(work, order, &contents, None)?;
    }
    Ok(contents)
}

/// Refuses a parcel without pieces, and one with pieces that other labels of the order have. Warns of one that takes everything
/// beside another that does.
pub(super) fn refuse_promised(
    work: &mut Work<'_, '_>,
    order: &OrderRow,
    contents: &[Enclosed],
    own: Option<LabelId>,
) -> Result<(), Failure> {
    let items = orders::items_of(&mut work.tx.conn, order.order_id)?;
    let open: Vec<_> = items.iter().map(|item| (item.order_item_id, item.pieces().open())).collect();
    if open.iter().all(|(_, pieces)| *pieces < 1) {
        return Err(Failure::quoting(code::NOTHING_TO_SHIP, [&order.order_number]));
    }
    let others = labels::promised(&mut work.tx.conn, order.order_id, own)?;
    if let Some(found) = overlap(&open, contents, &others) {
        let failure = match found.elsewhere {
            0 => Failure::quoting(code::MORE_THAN_OPEN, [&found.wanted, &found.open]),
            elsewhere => Failure::quoting(code::PIECES_LABELLED, [&found.wanted, &elsewhere, &found.references.join(", ")]),
        };
        return Err(failure.within("contents"));
    }
    let takes_all = others.iter().find(|(_, parts)| parts.is_empty());
    if let Some((reference, _)) = takes_all.filter(|_| contents.is_empty()) {
        work.advice.add(Failure::quoting(code::LABEL_BESIDE, [&order.order_number, reference]));
    }
    Ok(())
}

/// Whether a request names the pieces that a label has.
pub(super) fn has_contents(work: &mut Work<'_, '_>, order: &OrderRow, asked: &[OrderContent], known: &[Enclosed]) -> Result<bool, Failure> {
    let items = orders::items_of(&mut work.tx.conn, order.order_id)?;
    let mut pieces: BTreeMap<OrderItemId, i32> = BTreeMap::new();
    for part in known {
        let left = pieces.entry(part.order_item_id).or_default();
        *left = left.saturating_add(part.quantity);
    }
    for (content, number) in asked.iter().zip(1..) {
        let item = content.keys().find(&items).map_err(|failure| failure.within(Place::entry("content", number)))?;
        let left = pieces.entry(item.order_item_id).or_default();
        *left = left.saturating_sub(content.quantity);
    }
    Ok(pieces.values().all(|left| *left == 0))
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
    if let Some(from) = &label.from_address {
        return Ok(from.stored());
    }
    match seller_of(work.settings, label.mandator_id) {
        Some(seller) => Ok(seller),
        None if carrier.exchanges_files() => Ok(Address::default()),
        None => Err(Failure::missing("from_address")),
    }
}

/// The seller of a mandator as the sender.
pub(super) fn seller_of(settings: &Settings, mandator_id: MandatorId) -> Option<Address> {
    let seller = &settings.seller(mandator_id)?.seller;
    Some(Address {
        firm: Some(seller.name.clone()),
        street: Some(seller.street.clone()),
        postal_code: Some(seller.postal_code.clone()),
        city: Some(seller.city.clone()),
        country_code_iso: Some(seller.country.clone()),
        ..Address::default()
    })
}
