//! Articles: keys and filters as columns, the rest as one JSON document.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::among::among;
use super::deletions::{self, DeletionRow};
use super::filter::{Cond, Window};
use super::kept::Choice;
use super::prepared::{insert_rows, update, upsert};
use super::schema::{image_contents, items, offers, order_items, orders, reservations};
use super::since::{Following, Since};
use super::{Conn, MOST_VARIABLES, Stored, Tx, sets};
use crate::domain::item::Item;
use crate::domain::offer::{OfferState, Wanted};
use crate::domain::{Deleted, Failure, ItemId, MandatorId, OfferId};
use crate::{conditions, following, narrow_to_mandator, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = items, treat_none_as_default_value = false)]
pub(crate) struct ItemRow {
    pub item_id: ItemId,
    pub mandator_id: MandatorId,
    pub internal_item_number: String,
    pub identifier: String,
    pub vendor_item_number: Option<String>,
    pub ean_code: Option<String>,
    pub match_code: Option<String>,
    pub tax_type_id: i32,
    pub category_id: Option<i32>,
    pub active: Option<bool>,
    pub is_adult_product: Option<bool>,
    pub variant_parent_id: Option<ItemId>,
    /// In 1/10 000 of the mandator's currency.
    pub list_price: Option<i64>,
    pub created_at: i64,
    pub created_by: String,
    pub last_changed: i64,
    pub last_changed_by: String,
    pub data: Stored<Item>,
    /// SB: at this available stock the offers of all but the primary account end.
    pub safety_stock: Option<i32>,
    /// MB: at this available stock all offers end.
    pub minimum_stock: Option<i32>,
    /// These four are in the document too; [`ItemRow::keep`] writes both.
    pub delivery_time_id: Option<i32>,
    pub delivery_time_identifier: Option<String>,
    pub delivery_charge_category_id: Option<i32>,
    pub external_delivery_charge_category_id: Option<String>,
}

impl ItemRow {
    pub(crate) fn document(&self) -> Result<Item, Failure> {
        self.data.read(|| format!("item {}", self.item_id))
    }

    /// Takes a document over, with the columns that repeat parts of it.
    pub(crate) fn keep(&mut self, document: &Item) -> Result<(), Failure> {
        self.data = Stored::of(document)?;
        self.delivery_time_id = document.delivery_time_id;
        self.delivery_time_identifier.clone_from(&document.delivery_time_identifier);
        self.delivery_charge_category_id = document.delivery_charge_category_id;
        self.external_delivery_charge_category_id.clone_from(&document.external_delivery_charge_category_id);
        Ok(())
    }
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchItems.
    ItemFilter, item_conditions {
        item_id: Cond<ItemId> = items::item_id,
        ean_code: Cond<String> = items::ean_code,
        internal_item_number: Cond<String> = items::internal_item_number,
        last_changed: Window = items::last_changed,
        created_at: Window = items::created_at,
        is_adult_product: Cond<bool> = items::is_adult_product,
        active: Cond<bool> = items::active,
        last_changed_by: Cond<String> = items::last_changed_by,
    } and {
        category_id: Cond<i32> = items::category_id,
    } beside {
        mandator_id: MandatorId,
    }
}

/// Which column identifies an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyColumn {
    Number,
    Ean,
}

/// Articles of a mandator whose key is one of these.
pub(crate) fn by_keys(conn: &mut Conn<'_>, mandator_id: MandatorId, column: KeyColumn, keys: &[&str]) -> Result<Vec<ItemRow>, Failure> {
    Ok(on!(conn, c => {
        let query = items::table.filter(items::mandator_id.eq(mandator_id)).select(ItemRow::as_select());
        match column {
            KeyColumn::Number => query.filter(among(items::internal_item_number, keys)).load(c),
            KeyColumn::Ean => query.filter(among(items::ean_code, keys)).load(c),
        }
    })?)
}

/// Item numbers with their ids, for calls that need no more of an article.
pub(crate) fn ids_by_number(conn: &mut Conn<'_>, mandator_id: MandatorId, numbers: &[&str]) -> Result<Vec<(String, ItemId)>, Failure> {
    Ok(on!(conn, c => items::table
        .filter(items::mandator_id.eq(mandator_id))
        .filter(among(items::internal_item_number, numbers))
        .select((items::internal_item_number, items::item_id))
        .load(c))?)
}

/// Articles by id, in the order of the ids; unknown ids are left out.
pub(crate) fn by_ids(conn: &mut Conn<'_>, ids: &[ItemId]) -> Result<Vec<ItemRow>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => items::table
        .filter(among(items::item_id, ids))
        .order(items::item_id)
        .select(ItemRow::as_select())
        .load(c))?)
}

/// The next articles behind an id, in the order of their ids.
pub(crate) fn after(conn: &mut Conn<'_>, item_id: ItemId, most: i64) -> Result<Vec<ItemRow>, Failure> {
    Ok(on!(conn, c => items::table
        .filter(items::item_id.gt(item_id))
        .order(items::item_id)
        .limit(most)
        .select(ItemRow::as_select())
        .load(c))?)
}

impl Choice for ItemFilter {
    const DELETED: Option<Deleted> = Some(Deleted::Item);

    fn mandator_id(&self) -> MandatorId {
        self.mandator_id
    }

    fn can_be_kept(&self) -> bool {
        self.item_id.is_open() && self.internal_item_number.is_open() && self.ean_code.is_open()
    }

    fn is_of_a_time(&self) -> bool {
        self.last_changed.from.is_some()
    }

    fn passing(&self, conn: &mut Conn<'_>, of: Option<&[i32]>) -> Result<Vec<i32>, Failure> {
        Ok(on!(conn, c => {
            let mut query = items::table.select(items::item_id).into_boxed();
            narrow_to_mandator!(query, items::mandator_id, self.mandator_id, of.is_some() || self.item_id.is_list());
            item_conditions!(narrow query, self);
            if let Some(ids) = of {
                query = query.filter(among(items::item_id, ids));
            }
            query.load(c)
        })?)
    }

    fn changed_after(conn: &mut Conn<'_>, mandator_id: MandatorId, stamp: i64, most: i64) -> Result<Vec<i32>, Failure> {
        Ok(on!(conn, c => items::table
            .filter(items::mandator_id.eq(mandator_id))
            .filter(items::last_changed.gt(stamp))
            .select(items::item_id)
            .limit(most)
            .load(c))?)
    }
}

/// What follows a place in the order of changes, of the articles that pass a filter.
pub(crate) fn changed(conn: &mut Conn<'_>, filter: &ItemFilter, next: Following) -> Result<Vec<Since>, Failure> {
    let found: Vec<(i64, i32)> = on!(conn, c => {
        let mut query = items::table
            .filter(items::mandator_id.eq(filter.mandator_id))
            .select((items::last_changed, items::item_id))
            .into_boxed();
        item_conditions!(narrow query, filter);
        following!(query, items::last_changed, items::item_id, next);
        query.load(c)
    })?;
    Ok(found.into_iter().map(|(stamp, id)| Since { stamp, id, second: 0 }).collect())
}

/// The variants of these articles.
pub(crate) fn variants_of(conn: &mut Conn<'_>, parents: &[ItemId]) -> Result<Vec<ItemId>, Failure> {
    let mut found = Vec::new();
    for chunk in parents.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => items::table
            .filter(items::variant_parent_id.eq_any(chunk.iter().copied().map(Some)))
            .select(items::item_id)
            .load::<ItemId>(c))?);
    }
    Ok(found)
}

/// The articles of these groups, and the variants of those.
pub(crate) fn in_groups(conn: &mut Conn<'_>, groups: &[i32]) -> Result<Vec<ItemId>, Failure> {
    let mut found: Vec<ItemId> = Vec::new();
    for chunk in groups.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => items::table
            .filter(items::category_id.eq_any(chunk.iter().copied().map(Some)))
            .select(items::item_id)
            .load::<ItemId>(c))?);
    }
    let variants = variants_of(conn, &found)?;
    found.extend(variants);
    Ok(found)
}

/// Inserts new articles and replaces known ones.
pub(crate) fn save(tx: &mut Tx<'_>, rows: &[ItemRow]) -> Result<(), Failure> {
    for chunk in rows.chunks(500) {
        insert_rows!(&mut tx.conn, chunk, row => upsert(diesel::insert_into(items::table).values(row), (items::item_id,), (
            items::internal_item_number,
            items::identifier,
            items::vendor_item_number,
            items::ean_code,
            items::match_code,
            items::tax_type_id,
            items::category_id,
            items::active,
            items::is_adult_product,
            items::variant_parent_id,
            items::list_price,
            items::last_changed,
            items::last_changed_by,
            items::data,
            items::safety_stock,
            items::minimum_stock,
            items::delivery_time_id,
            items::delivery_time_identifier,
            items::delivery_charge_category_id,
            items::external_delivery_charge_category_id,
        )))?;
    }
    Ok(())
}

/// What keeps an article from being deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Uses {
    pub variants: i64,
    pub running_offers: i64,
    pub open_orders: i64,
    /// Of which it is a component.
    pub sets: i64,
}

pub(crate) fn uses(conn: &mut Conn<'_>, item_id: ItemId) -> Result<Uses, Failure> {
    let variants: i64 = on!(conn, c => items::table.filter(items::variant_parent_id.eq(item_id)).count().get_result(c))?;
    let running_offers: i64 = on!(conn, c => offers::table
        .filter(offers::item_id.eq(item_id))
        .filter(offers::wanted.eq(Wanted::Running).or(offers::state.eq(OfferState::Running)))
        .count()
        .get_result(c))?;
    let open_orders: i64 = on!(conn, c => order_items::table
        .inner_join(orders::table)
        .filter(order_items::item_id.eq(item_id))
        .filter(orders::complete_status.ne(crate::domain::order::COMPLETE))
        .count()
        .get_result(c))?;
    let open_orders = open_orders + sets::open_orders(conn, item_id)?;
    let sets = i64::try_from(sets::containing(conn, &[item_id])?.len()).unwrap_or(i64::MAX);
    Ok(Uses { variants, running_offers, open_orders, sets })
}

/// Deletes an article with its stock, prices and the offers that do not run. Positions of orders keep its number.
pub(crate) fn delete(tx: &mut Tx<'_>, item_id: ItemId) -> Result<(), Failure> {
    let offers: Vec<OfferId> = on!(&mut tx.conn, c => offers::table.filter(offers::item_id.eq(item_id)).select(offers::offer_id).load(c))?;
    super::offers::delete(tx, &offers)?;
    let kept: Option<(i32, String)> = on!(&mut tx.conn, c => items::table
        .find(item_id)
        .select((items::mandator_id, items::internal_item_number))
        .get_result(c)
        .optional())?;
    if let Some((mandator_id, internal_item_number)) = kept {
        let stamp = tx.stamp.0;
        let row = DeletionRow {
            mandator_id: MandatorId(mandator_id),
            kind: Deleted::Item,
            stamp,
            record_id: item_id.0,
            internal_item_number,
            account_id: None,
        };
        deletions::note(tx, &[row])?;
    }
    on!(&mut tx.conn, c => diesel::delete(reservations::table.filter(reservations::item_id.eq(item_id))).execute(c))?;
    on!(&mut tx.conn, c => diesel::update(order_items::table.filter(order_items::item_id.eq(item_id)))
        .set((order_items::item_id.eq(None::<ItemId>), order_items::offer_id.eq(None::<OfferId>)))
        .execute(c))?;
    on!(&mut tx.conn, c => diesel::delete(items::table.find(item_id)).execute(c))?;
    Ok(())
}

/// What the ERP says about an article's stock beside the counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = items)]
pub(crate) struct StockValues {
    /// SB.
    pub safety_stock: Option<i32>,
    /// MB.
    pub minimum_stock: Option<i32>,
}

/// Sets the stock values of an article.
pub(crate) fn set_stock_values(tx: &mut Tx<'_>, item_id: ItemId, values: StockValues, by: &str) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    let set = (
        items::safety_stock.eq(values.safety_stock),
        items::minimum_stock.eq(values.minimum_stock),
        items::last_changed.eq(stamp),
        items::last_changed_by.eq(by),
    );
    on!(&mut tx.conn, c => update("items", set, items::item_id.eq(item_id)).execute(c))?;
    Ok(())
}

/// Safety and minimum stock of articles; unknown ids are left out.
pub(crate) fn stock_values(conn: &mut Conn<'_>, ids: &[ItemId]) -> Result<BTreeMap<ItemId, StockValues>, Failure> {
    let rows: Vec<(ItemId, StockValues)> = on!(conn, c => items::table
        .filter(among(items::item_id, ids))
        .select((items::item_id, StockValues::as_select()))
        .load(c))?;
    Ok(rows.into_iter().collect())
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = image_contents)]
pub(crate) struct ImageContent {
    pub digest: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

/// Keeps an image under its digest; one that is there already is the same.
pub(crate) fn keep_image(tx: &mut Tx<'_>, image: &ImageContent) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(image_contents::table)
        .values(image)
        .on_conflict(image_contents::digest)
        .do_nothing()
        .execute(c))?;
    Ok(())
}

/// Whether the image of an address is kept.
pub(crate) fn has_image(conn: &mut Conn<'_>, digest: &str) -> Result<bool, Failure> {
    let found: i64 = on!(conn, c => image_contents::table.filter(image_contents::digest.eq(digest)).count().get_result(c))?;
    Ok(found > 0)
}

pub(crate) fn image(conn: &mut Conn<'_>, digest: &str) -> Result<Option<ImageContent>, Failure> {
    Ok(on!(conn, c => image_contents::table.find(digest).select(ImageContent::as_select()).get_result(c).optional())?)
}
