//! Offers of another installation, as they run there.

use super::fetch::{OfferRecord, OfferStateName, ended_by_of};
use crate::domain::{Failure, FieldName, OfferId, Stamp, code};
use crate::operations::wire::{FieldSpec, Source, Time, Value};
use crate::operations::within::TakenOver;
use crate::operations::{Face, Work};
use crate::store::account_categories;
use crate::store::offers::{self, OfferRow, OfferState, Wanted};
use crate::xml::Node;

static RECORD: FieldSpec = FieldSpec::new("offer", "");

/// Takes over an offer as `fetchOffers` shows it. It runs as it runs there: its channel hears nothing.
pub(crate) fn take_over(work: &mut Work<'_, '_>, node: Node<'_>, _known: Option<i32>) -> Result<TakenOver, Failure> {
    let record = OfferRecord::read(Source::Element(node), &RECORD, Face::Compat)?;
    let mandator = work.mandator(record.mandator_id)?;
    work.account(record.account_id, Some(mandator.mandator_id))?;
    let item = offers::items_for(&mut work.tx.conn, &[record.item_id])?.pop();
    let unknown = || Failure::quoting(code::UNKNOWN_ITEM, [&FieldName("item_id"), &record.item_id, &mandator.mandator_id]);
    let sku = item.ok_or_else(unknown)?.internal_item_number;
    let other = offers::same_sku(&mut work.tx.conn, record.account_id, record.item_id, &sku)?;
    if let Some(other) = other {
        return Err(Failure::quoting(code::SKU_TAKEN, [&other, &sku, &record.account_id]).within("internal_item_number"));
    }
    if node.child("account_categories").is_some() {
        assign(work, &record)?;
    }
    let at = |time: Option<Time>| time.map(|time| time.stamp(mandator.time_zone).0);
    let state = match record.offer_status {
        OfferStateName::Prepared => OfferState::Prepared,
        OfferStateName::Running => OfferState::Running,
        OfferStateName::Ended => OfferState::Ended,
    };
    let row = OfferRow {
        state,
        wanted: if record.wanted { Wanted::Running } else { Wanted::Ended },
        external_offer_number: record.external_offer_number,
        url: record.url,
        shown_price: record.price.map(|price| price.0),
        shown_quantity: record.quantity,
        created_at: record.created_at.stamp(mandator.time_zone).0,
        started_at: at(record.started_at),
        ended_at: at(record.ended_at),
        refill_from: record.refill_count,
        open_quantity: record.open_quantity,
        ended_by: ended_by_of(record.ended_by),
        release_at: at(record.release_at),
        specific_offer_data: record.specific_offer_data.map(|xml| xml.0),
        accepted_at: at(record.accepted_at),
        ..OfferRow::new(OfferId(0), mandator.mandator_id, record.account_id, record.item_id, Stamp(0))
    };
    let OfferId(id) = offers::take_over(work.tx, row, Some(record.offer_id.0), &sku)?;
    Ok(TakenOver { id, ..TakenOver::default() })
}

/// Gives the article the categories of its own that it has in the account.
fn assign(work: &mut Work<'_, '_>, record: &OfferRecord) -> Result<(), Failure> {
    let known = account_categories::of_accounts(&mut work.tx.conn, &[record.account_id])?;
    let mut ids = Vec::with_capacity(record.account_categories.len());
    for external_id in &record.account_categories {
        let unknown = || Failure::quoting(code::UNKNOWN_KEY, [&FieldName("external_id"), external_id]).within("account_categories");
        ids.push(known.iter().find(|row| row.external_id == *external_id).ok_or_else(unknown)?.account_category_id);
    }
    account_categories::assign(work.tx, record.account_id, record.item_id, &ids)
}
