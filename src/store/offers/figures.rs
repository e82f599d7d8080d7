//! What stock control works with: stock, reservations, stock values, and what an item asks for in an account. Columns only.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::stock::Figures;
use crate::domain::{AccountId, Failure, ItemId, WarehouseId};
use crate::on;
use crate::store::among::among;
use crate::store::schema::{items, order_items, orders, reservations, stock};
use crate::store::{Conn, listings, sets};

/// Stock and reservations of one item, as an account sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StockFigures {
    /// The item's number, which is its SKU at channels.
    pub internal_item_number: String,
    /// Sum over the account's warehouses.
    pub stock: i64,
    /// Pieces of open orders of all channels in these warehouses.
    pub reserved: i64,
    /// Those of this account's own orders.
    pub reserved_here: i64,
    /// SB, the item's safety stock.
    pub safety: i64,
    /// MB, its minimum stock.
    pub minimum: i64,
    /// GEM, `placing_count` of the item in the account.
    pub placing: Option<i32>,
    /// The account is the item's primary one.
    pub primary: bool,
}

impl StockFigures {
    pub(crate) fn figures(&self) -> Figures {
        Figures {
            stock: self.stock,
            reserved: self.reserved,
            safety: self.safety,
            minimum: self.minimum,
            placing: self.placing,
            primary: self.primary,
        }
    }
}

/// Stock and reservations for items over the warehouses of an account, with the items' stock values; unknown ids are left
/// out.
pub(crate) fn stock_figures(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    warehouses: &[WarehouseId],
    item_ids: &[ItemId],
) -> Result<Vec<(ItemId, StockFigures)>, Failure> {
    let mut figures: BTreeMap<ItemId, StockFigures> = BTreeMap::new();
    let listings = listings::of_account(conn, account_id, item_ids)?;
    let values: Vec<(ItemId, String, Option<i32>, Option<i32>)> = on!(conn, c => items::table
        .filter(among(items::item_id, item_ids))
        .select((items::item_id, items::internal_item_number, items::safety_stock, items::minimum_stock))
        .load(c))?;
    for (item, number, safety, minimum) in values {
        let entry = figures.entry(item).or_default();
        entry.internal_item_number = number;
        entry.placing = listings.get(&item).and_then(|listing| listing.placing_count);
        entry.primary = listings.get(&item).is_some_and(|listing| listing.is_primary);
        entry.safety = safety.map_or(0, i64::from);
        entry.minimum = minimum.map_or(0, i64::from);
    }
    let counts: Vec<(ItemId, i32)> = on!(conn, c => stock::table
        .filter(among(stock::item_id, item_ids))
        .filter(among(stock::warehouse_id, warehouses))
        .select((stock::item_id, stock::stock_count))
        .load(c))?;
    for (item, count) in counts {
        figures.entry(item).or_default().stock += i64::from(count);
    }
    let reserved: Vec<(ItemId, i32, Option<i32>, Option<ItemId>)> = on!(conn, c => reservations::table
        .inner_join(order_items::table.inner_join(orders::table))
        .filter(among(reservations::item_id, item_ids))
        .filter(among(reservations::warehouse_id, warehouses))
        .select((reservations::item_id, reservations::quantity, orders::account_id, order_items::item_id))
        .load(c))?;
    for (item, pieces, account, sold) in reserved {
        let entry = figures.entry(item).or_default();
        entry.reserved += i64::from(pieces);
        // The channel of a set that was sold knows the set, not its components.
        if account == Some(account_id.0) && sold == Some(item) {
            entry.reserved_here += i64::from(pieces);
        }
    }
    of_sets(conn, account_id, warehouses, &mut figures)?;
    Ok(figures.into_iter().collect())
}

/// Sets have what their components allow, instead of a stock of their own.
fn of_sets(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    warehouses: &[WarehouseId],
    figures: &mut BTreeMap<ItemId, StockFigures>,
) -> Result<(), Failure> {
    let items: Vec<ItemId> = figures.keys().copied().collect();
    let composed = sets::components_of(conn, &items)?;
    if composed.is_empty() {
        return Ok(());
    }
    let made = sets::made(conn, &composed, warehouses)?;
    let sold_here = sets::reserved_here(conn, account_id, warehouses, &composed.keys().copied().collect::<Vec<_>>())?;
    for set in composed.keys() {
        let Some(entry) = figures.get_mut(set) else { continue };
        let of_set = warehouses.iter().filter_map(|warehouse| made.get(&(*set, *warehouse)));
        (entry.stock, entry.reserved) =
            of_set.fold((0, 0), |(stock, reserved), made| (stock + made.stock, reserved + made.stock - made.available));
        entry.reserved_here += sold_here.get(set).copied().unwrap_or_default();
    }
    Ok(())
}
