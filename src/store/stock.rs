//! Stock per article and warehouse.

use std::collections::{BTreeMap, HashMap};

use diesel::SqliteConnection;
use diesel::prelude::*;

use super::among::among;
use super::filter::{Cond, Window};
use super::kept::Choice;
use super::prepared::upsert;
use super::schema::{items, order_items, orders, reservations, set_components, stock, stock_changes};
use super::{Conn, Tx};
use crate::domain::{AccountId, Deleted, Failure, ItemId, MandatorId, OrderId, OrderItemId, WarehouseId};
use crate::{conditions, narrow_to_mandator, on};

pub(crate) mod changes;
mod many;

/// So many rows are written one by one on SQLite; for more, one statement is cheaper.
const FEW: usize = 4;

#[derive(Insertable)]
#[diesel(table_name = stock, treat_none_as_default_value = false)]
struct StockRow {
    item_id: ItemId,
    warehouse_id: WarehouseId,
    stock_count: i32,
    last_changed: i64,
}

/// Stock of these articles by (article, warehouse).
pub(crate) fn of_items(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<HashMap<(ItemId, WarehouseId), i32>, Failure> {
    if item_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(ItemId, WarehouseId, i32)> = on!(conn, c => stock::table
        .filter(among(stock::item_id, item_ids))
        .select((stock::item_id, stock::warehouse_id, stock::stock_count))
        .load(c))?;
    Ok(rows.into_iter().map(|(item, warehouse, count)| ((item, warehouse), count)).collect())
}

/// An article that stock is booked of, in one of the warehouses where it has any.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Shelved {
    /// Of its number in the list of those that were asked for, from 0; of its id where these were.
    pub place: i32,
    pub item_id: ItemId,
    pub mandator_id: MandatorId,
    pub warehouse_id: Option<WarehouseId>,
    pub stock_count: Option<i32>,
    /// It is composed of others.
    pub is_set: bool,
}

/// What a booking has to know of the articles of a mandator with these numbers, and all of their stock. Unknown ones are left out.
pub(crate) fn shelved(conn: &mut Conn<'_>, mandator_id: MandatorId, numbers: &[&str]) -> Result<Vec<Shelved>, Failure> {
    // The database then reads its pages in order.
    let mut sorted: Vec<(&str, i32)> = numbers.iter().copied().zip(0..).collect();
    sorted.sort_unstable();
    let named = many::Named::new(mandator_id, sorted.iter().map(|(number, _)| *number).collect());
    let mut rows: Vec<Shelved> = on!(conn, c => named.load(c))?;
    let place_of = |row: &Shelved| usize::try_from(row.place).ok().and_then(|place| sorted.get(place)).map(|(_, place)| *place);
    for row in &mut rows {
        row.place = place_of(row).unwrap_or(-1);
    }
    Ok(rows)
}

/// The same of articles with these ids, and their numbers.
pub(crate) fn shelved_by_id(conn: &mut Conn<'_>, ids: &[ItemId]) -> Result<Vec<(Shelved, String)>, Failure> {
    Ok(on!(conn, c => {
        let composed = set_components::table.filter(set_components::set_item_id.eq(items::item_id));
        let shelved = (
            items::item_id,
            items::item_id,
            items::mandator_id,
            stock::warehouse_id.nullable(),
            stock::stock_count.nullable(),
            diesel::dsl::exists(composed),
        );
        items::table.left_join(stock::table).select((shelved, items::internal_item_number)).filter(among(items::item_id, ids)).load(c)
    })?)
}

/// Stock as it is from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Queryable)]
pub(crate) struct Counted {
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    /// Of the item.
    pub mandator_id: MandatorId,
    pub stock_count: i32,
}

/// Sets stock.
pub(crate) fn save(tx: &mut Tx<'_>, mut counted: Vec<Counted>) -> Result<(), Failure> {
    // Both databases then write their pages in order.
    counted.sort_unstable();
    let stamp = tx.stamp.0;
    if counted.len() <= FEW
        && let Conn::Sqlite(c) = &mut tx.conn
    {
        return Ok(counted.iter().try_for_each(|counted| save_one(c, stamp, counted))?);
    }
    let mut groups: BTreeMap<(MandatorId, WarehouseId), Vec<(ItemId, i32)>> = BTreeMap::new();
    for Counted { item_id, warehouse_id, mandator_id, stock_count } in counted {
        groups.entry((mandator_id, warehouse_id)).or_default().push((item_id, stock_count));
    }
    for ((mandator_id, warehouse_id), booked) in groups {
        let book = many::Book::new(warehouse_id, stamp, &booked);
        let note = many::Note::new(mandator_id, warehouse_id, stamp, &booked);
        match &mut tx.conn {
            Conn::Sqlite(c) => book.execute(*c).and_then(|_| note.execute(*c))?,
            Conn::Postgres(c) => many::Both(&book, &note).execute(*c)?,
        };
    }
    Ok(())
}

fn save_one(c: &mut SqliteConnection, stamp: i64, counted: &Counted) -> diesel::QueryResult<()> {
    let Counted { item_id, warehouse_id, mandator_id, stock_count } = *counted;
    let row = StockRow { item_id, warehouse_id, stock_count, last_changed: stamp };
    upsert(
        diesel::insert_into(stock::table).values(&row),
        (stock::item_id, stock::warehouse_id),
        (stock::stock_count, stock::last_changed),
    )
    .execute(c)?;
    let change = (
        stock_changes::mandator_id.eq(mandator_id),
        stock_changes::last_changed.eq(stamp),
        stock_changes::item_id.eq(item_id),
        stock_changes::warehouse_id.eq(warehouse_id),
    );
    // The same stock may change twice with one stamp.
    diesel::insert_into(stock_changes::table).values(change).on_conflict_do_nothing().execute(c)?;
    Ok(())
}

/// Begins with nothing where no stock was ever counted.
pub(crate) fn begin(tx: &mut Tx<'_>, stocks: &[(ItemId, WarehouseId)]) -> Result<(), Failure> {
    let item_ids: Vec<ItemId> = stocks.iter().map(|(item_id, _)| *item_id).collect();
    let known = of_items(&mut tx.conn, &item_ids)?;
    let unknown: Vec<_> = stocks.iter().filter(|stock| !known.contains_key(stock)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let mandators = mandators_of(&mut tx.conn, &item_ids)?;
    let counted = unknown.into_iter().filter_map(|(item_id, warehouse_id)| {
        let mandator_id = *mandators.get(item_id)?;
        Some(Counted { item_id: *item_id, warehouse_id: *warehouse_id, mandator_id, stock_count: 0 })
    });
    save(tx, counted.collect())
}

/// What fetchStockCount shows of these articles changed, though nothing was counted.
pub(crate) fn touch(tx: &mut Tx<'_>, item_ids: &[ItemId]) -> Result<(), Failure> {
    if item_ids.is_empty() {
        return Ok(());
    }
    let counted: Vec<Counted> = on!(&mut tx.conn, c => stock::table
        .inner_join(items::table)
        .filter(among(stock::item_id, item_ids))
        .select((stock::item_id, stock::warehouse_id, items::mandator_id, stock::stock_count))
        .load(c))?;
    save(tx, counted)
}

/// The mandators of items; unknown ids are left out.
pub(crate) fn mandators_of(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<HashMap<ItemId, MandatorId>, Failure> {
    let rows: Vec<(ItemId, MandatorId)> =
        on!(conn, c => items::table.filter(among(items::item_id, item_ids)).select((items::item_id, items::mandator_id)).load(c))?;
    Ok(rows.into_iter().collect())
}

conditions! {
    ($)
    /// The conditions on articles that all stock calls have.
    StockItemFilter, stock_item_conditions {
        item_id: Cond<ItemId> = items::item_id,
        internal_item_number: Cond<String> = items::internal_item_number,
        vendor_item_number: Cond<String> = items::vendor_item_number,
        match_code: Cond<String> = items::match_code,
    } beside {
        mandator_id: MandatorId,
    }
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchStockCount.
    StockFilter, stock_conditions {
        last_changed: Window = stock::last_changed,
    } and {
        warehouse_id: Cond<WarehouseId> = stock::warehouse_id,
    } beside {
        item: StockItemFilter,
    }
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchStockReservations.
    ReservationFilter, reservation_conditions {
        last_changed: Window = orders::last_changed,
        order_id: Cond<OrderId> = orders::order_id,
        order_number: Cond<i32> = orders::order_number,
    } and {
        warehouse_id: Cond<WarehouseId> = reservations::warehouse_id,
    } beside {
        item: StockItemFilter,
    }
}

/// Stock with the numbers of its article.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct FoundStock {
    pub item_id: ItemId,
    pub mandator_id: MandatorId,
    pub internal_item_number: String,
    pub vendor_item_number: Option<String>,
    pub match_code: Option<String>,
    pub warehouse_id: WarehouseId,
    pub stock_count: i32,
    pub last_changed: i64,
}

/// Columns of a [`FoundStock`].
macro_rules! found_columns {
    () => {
        (
            items::item_id,
            items::mandator_id,
            items::internal_item_number,
            items::vendor_item_number,
            items::match_code,
            stock::warehouse_id,
            stock::stock_count,
            stock::last_changed,
        )
    };
}
use found_columns;

/// A page of stock is one of articles: they pass if there is stock of theirs that does.
impl Choice for StockFilter {
    const DELETED: Option<Deleted> = Some(Deleted::Item);

    fn mandator_id(&self) -> MandatorId {
        self.item.mandator_id
    }

    /// The numbers of an article change without its stock.
    fn can_be_kept(&self) -> bool {
        let item = &self.item;
        item.item_id.is_open() && item.internal_item_number.is_open() && item.vendor_item_number.is_open() && item.match_code.is_open()
    }

    fn is_of_a_time(&self) -> bool {
        self.last_changed.from.is_some()
    }

    fn passing(&self, conn: &mut Conn<'_>, of: Option<&[i32]>) -> Result<Vec<i32>, Failure> {
        if of.is_none() && self.is_of_a_time() && self.item.item_id.is_open() {
            return changes::passing(conn, self);
        }
        Ok(on!(conn, c => {
            let mut query = stock::table
                .inner_join(items::table)
                .select(stock::item_id)
                .into_boxed();
            narrow_to_mandator!(query, items::mandator_id, self.item.mandator_id, of.is_some() || self.item.item_id.is_list());
            stock_item_conditions!(narrow query, self.item);
            stock_conditions!(narrow query, self);
            if let Some(ids) = of {
                query = query.filter(among(stock::item_id, ids));
            }
            query.load(c)
        })?)
    }

    fn changed_after(conn: &mut Conn<'_>, mandator_id: MandatorId, stamp: i64, most: i64) -> Result<Vec<i32>, Failure> {
        changes::after(conn, mandator_id, stamp, most)
    }
}

/// Stock of these articles that passes a filter.
pub(crate) fn matching(conn: &mut Conn<'_>, filter: &StockFilter, item_ids: &[ItemId]) -> Result<Vec<FoundStock>, Failure> {
    Ok(on!(conn, c => {
        let mut query = stock::table
            .inner_join(items::table)
            .filter(among(stock::item_id, item_ids))
            .select(found_columns!())
            .into_boxed();
        narrow_to_mandator!(query, items::mandator_id, filter.item.mandator_id, true);
        stock_item_conditions!(narrow query, filter.item);
        stock_conditions!(narrow query, filter);
        query.load(c)
    })?)
}

/// Pieces of open orders by (article, warehouse).
pub(crate) fn reserved(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<HashMap<(ItemId, WarehouseId), i32>, Failure> {
    let mut found: HashMap<(ItemId, WarehouseId), i32> = HashMap::new();
    let rows: Vec<(ItemId, WarehouseId, i32)> = on!(conn, c => reservations::table
        .filter(among(reservations::item_id, item_ids))
        .select((reservations::item_id, reservations::warehouse_id, reservations::quantity))
        .load(c))?;
    for (item, warehouse, pieces) in rows {
        let sum = found.entry((item, warehouse)).or_default();
        *sum = sum.saturating_add(pieces);
    }
    Ok(found)
}

/// A position of an order that reserves stock.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct FoundReservation {
    pub order_item_id: OrderItemId,
    pub item_id: ItemId,
    pub mandator_id: MandatorId,
    pub internal_item_number: String,
    pub warehouse_id: WarehouseId,
    pub reserved: i32,
    pub order_id: OrderId,
    pub order_number: i32,
    pub order_number_prefix: Option<String>,
    pub account_id: Option<AccountId>,
}

/// Positions that reserve stock and pass a filter.
pub(crate) fn found_reservations(conn: &mut Conn<'_>, filter: &ReservationFilter) -> Result<Vec<FoundReservation>, Failure> {
    Ok(on!(conn, c => {
        let mut query = reservations::table
            .inner_join(order_items::table.inner_join(orders::table))
            .inner_join(items::table.on(reservations::item_id.eq(items::item_id)))
            .filter(items::mandator_id.eq(filter.item.mandator_id))
            .select((
                order_items::order_item_id,
                items::item_id,
                items::mandator_id,
                items::internal_item_number,
                reservations::warehouse_id,
                reservations::quantity,
                orders::order_id,
                orders::order_number,
                orders::order_number_prefix,
                orders::account_id,
            ))
            .into_boxed();
        stock_item_conditions!(narrow query, filter.item);
        reservation_conditions!(narrow query, filter);
        query.load(c)
    })?)
}
