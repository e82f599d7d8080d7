//! `fetchItems`: articles with all their data, page by page.

use std::collections::BTreeMap;

use super::pictures::{address_pictures, inline_pictures};
use super::{ItemKey, ItemRecord, VariantRecord};
use crate::config::Mandator;
use crate::domain::{Decimal, Deleted, Failure, ItemId, MandatorId, Stamp};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::wire::{Ask, Between, Flag, Match, Patch, Time, cond_of, mandator_of};
use crate::operations::{ROWS_AT_A_TIME, ReadOperation, Reading, Room};
use crate::store::deletions::DeletionRow;
use crate::store::filter::Cond;
use crate::store::items::{self as store, ItemFilter, ItemRow, item_conditions};
use crate::store::{Conn, categories};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on articles; all of them must hold.
    ItemFilterRecord {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Number that Kontor gave the article.
        item_id: Option<Match<ItemId>>,
        /// EAN or GTIN.
        ean_code: Option<Match<String>>,
        /// The merchant's own item number.
        internal_item_number: Option<Match<String>>,
        /// Item group by number.
        category_id: Option<Match<i32>>,
        /// Item group by the ERP's own number.
        external_category_id: Option<Match<String>>,
        /// When it was last changed.
        last_changed: Option<Between>,
        /// The same under the other name that these calls use.
        last_changed_at: Option<Between>,
        /// When it was created.
        created_at: Option<Between>,
        /// For adults only.
        is_adult_product: Option<Flag>,
        /// Switched on.
        active: Option<Flag>,
        /// User that changed it last.
        last_changed_by: Option<Match<String>>,
    }

    /// Which articles to fetch.
    FetchItemsRequest {
        /// Articles that pass one of these filters.
        filters: Vec<ItemFilterRecord> [flat("filter")],
        /// Page size; all on one page when absent.
        items_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// true: pictures that Kontor keeps come as Base64 instead of an address.
        images_as_base64: Option<bool>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// An article that was deleted.
    DeletedItem {
        /// Number that Kontor gave the article.
        item_id: ItemId,
        /// The mandator.
        mandator_id: MandatorId,
        /// The merchant's own item number.
        internal_item_number: String,
        /// When it was deleted.
        deleted_at: Time,
    }
}

fetched! { FetchItemsResult, items: ItemRecord, "item", changes { deleted_items: DeletedItem, "deleted_item" } }

pub(crate) struct FetchItems;

impl ReadOperation for FetchItems {
    const NAME: &'static str = "fetchItems";
    const DOC: &'static str = "Reads articles with all their data, page by page.";
    type Request = FetchItemsRequest;
    type Result = FetchItemsResult;

    fn asks_for_changes(request: &FetchItemsRequest) -> bool {
        request
            .filters
            .iter()
            .any(|filter| filter.last_changed.is_some() || filter.last_changed_at.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchItemsRequest) -> Result<FetchItemsResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            filters.push(conditions(conn, filter, mandator)?);
        }
        let inline = request.images_as_base64 == Some(true);
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.items_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        if let Some(cursor) = Cursor::of(reading, conn, asked)? {
            return changed(reading, conn, &cursor, &filters, inline);
        }
        let page = reading.page_of(conn, &filters, (request.items_per_page, request.page))?;
        let ids: Vec<ItemId> = page.ids.into_iter().map(ItemId).collect();
        Ok(FetchItemsResult::page(records_of(reading, conn, &ids, inline)?, page.total))
    }
}

fn changed(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    cursor: &Cursor,
    filters: &[ItemFilter],
    inline: bool,
) -> Result<FetchItemsResult, Failure> {
    let mut changes = Vec::new();
    for filter in filters {
        changes.extend(store::changed(conn, filter, cursor.following())?);
    }
    let mut deleted = cursor.deleted(conn, Deleted::Item, filters.iter().map(|filter| filter.mandator_id))?;
    let next = cursor.cut(&mut changes, &mut deleted);
    let ids: Vec<ItemId> = changes.iter().map(|place| ItemId(place.id)).collect();
    Ok(FetchItemsResult {
        items: records_of(reading, conn, &ids, inline)?,
        deleted_items: deleted_items(reading, deleted)?,
        next_changed_since: Some(next),
        ..FetchItemsResult::default()
    })
}

/// The keys of deleted articles.
pub(in crate::operations) fn deleted_items(reading: &Reading<'_>, rows: Vec<DeletionRow>) -> Result<Vec<DeletedItem>, Failure> {
    let record = |row: DeletionRow| {
        Ok(DeletedItem {
            item_id: ItemId(row.record_id),
            mandator_id: row.mandator_id,
            internal_item_number: row.internal_item_number,
            deleted_at: Time::of(Stamp(row.stamp), reading.mandator(row.mandator_id)?.time_zone),
        })
    };
    rows.into_iter().map(record).collect()
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, ids: &[ItemId], inline: bool) -> Result<Vec<ItemRecord>, Failure> {
    let mut room = reading.room();
    let mut records = Vec::with_capacity(ids.len());
    for some in ids.chunks(ROWS_AT_A_TIME) {
        add_records(reading, conn, some, inline, &mut room, &mut records)?;
    }
    Ok(records)
}

fn add_records(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    ids: &[ItemId],
    inline: bool,
    room: &mut Room,
    records: &mut Vec<ItemRecord>,
) -> Result<(), Failure> {
    let rows = store::by_ids(conn, ids)?;
    let parents: Vec<ItemId> = rows.iter().filter_map(|row| row.variant_parent_id).collect();
    let parents: BTreeMap<ItemId, ItemRow> = store::by_ids(conn, &parents)?.into_iter().map(|parent| (parent.item_id, parent)).collect();
    let groups = categories::external_ids(conn, rows.iter().filter_map(|row| row.category_id))?;
    for row in rows {
        // JSON escapes what XML does not, but never makes a text more than twice as long.
        room.take(row.data.bytes() / 2)?;
        let mandator = reading.mandator(row.mandator_id)?;
        let parent = row.variant_parent_id.and_then(|id| parents.get(&id));
        let group = row.category_id.and_then(|id| groups.get(&id)).cloned();
        let mut record = complete(row, mandator, parent, group)?;
        if inline {
            inline_pictures(conn, &mut record.image_modules, room)?;
        } else {
            address_pictures(&reading.settings.server.public_url, &mut record.image_modules);
        }
        records.push(record);
    }
    Ok(())
}

fn conditions(conn: &mut Conn<'_>, filter: &ItemFilterRecord, mandator: &Mandator) -> Result<ItemFilter, Failure> {
    let zone = mandator.time_zone;
    let mut category_id = cond_of(filter.category_id.as_ref());
    if let Some(external) = &filter.external_category_id {
        category_id = category_id.and(groups_of(conn, mandator.mandator_id, external.cond())?);
    }
    let own = item_conditions!(ask, filter, ItemFilterRecord, mandator, { mandator_id category_id external_category_id last_changed_at });
    let last_changed = if filter.last_changed.is_some() { own.last_changed } else { filter.last_changed_at.ask(zone) };
    Ok(ItemFilter { mandator_id: mandator.mandator_id, category_id, last_changed, ..own })
}

/// A condition on the ERP's numbers of item groups is one on the groups.
fn groups_of(conn: &mut Conn<'_>, mandator_id: MandatorId, external: Cond<String>) -> Result<Cond<i32>, Failure> {
    let numbered = match external {
        Cond::All => return Ok(Cond::All),
        Cond::In { values, or_null: false } => {
            let found = categories::ids_by_external(conn, mandator_id, &values)?;
            return Ok(Cond::any_of(found.into_iter().map(|(_, id)| id).collect()));
        }
        external => external,
    };
    // An article without a group has no number of one, and neither has an article in a group without a number.
    let groups = categories::of_mandator(conn, mandator_id)?;
    let meant = groups.iter().filter(|group| group.external_id.as_ref().map_or(numbered.passes_unset(), |id| numbered.passes(id)));
    Ok(Cond::In { values: meant.map(|group| group.category_id).collect(), or_null: numbered.passes_unset() })
}

/// The record as it goes out: the stored document with its columns.
fn complete(row: ItemRow, mandator: &Mandator, parent: Option<&ItemRow>, group: Option<String>) -> Result<ItemRecord, Failure> {
    let zone = mandator.time_zone;
    let mut record = ItemRecord::of(row.document()?);
    record.significant_key = Some(ItemKey::Id);
    record.item_id = Some(row.item_id);
    record.mandator_id = row.mandator_id;
    record.identifier = Some(row.identifier);
    record.internal_item_number = Some(row.internal_item_number);
    record.vendor_item_number = row.vendor_item_number.into();
    record.ean_code = row.ean_code.into();
    record.match_code = row.match_code.into();
    record.tax_type_id = Some(row.tax_type_id);
    record.list_price = row.list_price.map(Decimal).into();
    record.category_id = row.category_id.into();
    record.external_category_id = group.into();
    record.active = row.active.into();
    record.is_adult_product = row.is_adult_product.into();
    record.safety_stock = row.safety_stock.into();
    record.minimum_stock = row.minimum_stock.into();
    if let Some(parent) = parent {
        let variant = record.variant.get_or_insert_with(VariantRecord::default);
        variant.variant_parent_id = Some(parent.item_id);
        variant.external_variant_parent_id = Some(parent.internal_item_number.clone());
    }
    record.created_at = Some(Time::of(Stamp(row.created_at), zone));
    record.created_by = Some(row.created_by);
    record.last_changed = Some(Time::of(Stamp(row.last_changed), zone));
    record.last_changed_by = Some(row.last_changed_by);
    Ok(record)
}
