//! Which articles are composed of which, and what the positions of orders were composed of when they were sold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;

use super::among::among;
use super::schema::{order_item_components, order_items, orders, reservations, set_components};
use super::{Conn, MOST_VARIABLES, Tx, stock};
use crate::domain::set::{Components, makes};
use crate::domain::{AccountId, Failure, ItemId, OrderItemId, WarehouseId};
use crate::on;

/// What these articles are composed of; those that are no sets are left out.
pub(crate) fn components_of(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<BTreeMap<ItemId, Components>, Failure> {
    let mut found: BTreeMap<ItemId, Components> = BTreeMap::new();
    let rows: Vec<(ItemId, ItemId, i32)> = on!(conn, c => set_components::table
        .filter(among(set_components::set_item_id, item_ids))
        .order((set_components::set_item_id, set_components::item_id))
        .select((set_components::set_item_id, set_components::item_id, set_components::quantity))
        .load(c))?;
    for (set, item, quantity) in rows {
        found.entry(set).or_default().push((item, quantity));
    }
    Ok(found)
}

/// The sets that contain one of these articles.
pub(crate) fn containing(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<Vec<ItemId>, Failure> {
    let sets: Vec<ItemId> = on!(conn, c => set_components::table
        .filter(among(set_components::item_id, item_ids))
        .select(set_components::set_item_id)
        .load(c))?;
    Ok(sets.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

/// The bill of material that makes an article a set.
pub(crate) fn bill_of(conn: &mut Conn<'_>, set: ItemId) -> Result<Option<i32>, Failure> {
    Ok(on!(conn, c => set_components::table
        .filter(set_components::set_item_id.eq(set))
        .select(set_components::epa_bom_id)
        .first(c)
        .optional())?)
}

/// Replaces what an article is composed of; without components it is no set any more.
pub(crate) fn compose(tx: &mut Tx<'_>, set: ItemId, bill: i32, components: &[(ItemId, i32)]) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(set_components::table.filter(set_components::set_item_id.eq(set))).execute(c))?;
    let rows: Vec<_> = components
        .iter()
        .map(|(item, quantity)| {
            (
                set_components::set_item_id.eq(set),
                set_components::item_id.eq(*item),
                set_components::quantity.eq(*quantity),
                set_components::epa_bom_id.eq(bill),
            )
        })
        .collect();
    for chunk in rows.chunks(500) {
        on!(&mut tx.conn, c => diesel::insert_into(set_components::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// What one piece of each of these positions was composed of when it was sold.
pub(crate) fn sold(conn: &mut Conn<'_>, order_item_ids: &[OrderItemId]) -> Result<BTreeMap<OrderItemId, Components>, Failure> {
    let mut found: BTreeMap<OrderItemId, Components> = BTreeMap::new();
    let rows: Vec<(OrderItemId, ItemId, i32)> = on!(conn, c => order_item_components::table
        .filter(among(order_item_components::order_item_id, order_item_ids))
        .order((order_item_components::order_item_id, order_item_components::item_id))
        .select((order_item_components::order_item_id, order_item_components::item_id, order_item_components::quantity))
        .load(c))?;
    for (position, item, quantity) in rows {
        found.entry(position).or_default().push((item, quantity));
    }
    Ok(found)
}

/// These articles, and those that open positions reserve together with them as components of one set; with these again, and so on.
pub(crate) fn sold_together(conn: &mut Conn<'_>, item_ids: &[ItemId]) -> Result<BTreeSet<ItemId>, Failure> {
    let mut all: BTreeSet<ItemId> = item_ids.iter().copied().collect();
    let mut new: Vec<ItemId> = all.iter().copied().collect();
    while !new.is_empty() {
        let found: Vec<ItemId> = on!(conn, c => {
            let holding = reservations::table.filter(among(reservations::item_id, &new)).select(reservations::order_item_id);
            order_item_components::table
                .filter(order_item_components::order_item_id.eq_any(holding))
                .select(order_item_components::item_id)
                .distinct()
                .load(c)
        })?;
        new = found.into_iter().filter(|item| all.insert(*item)).collect();
    }
    Ok(all)
}

/// Keeps what a position is composed of for as long as the order is there, whatever becomes of the set.
pub(crate) fn note_sold(tx: &mut Tx<'_>, position: OrderItemId, components: &[(ItemId, i32)]) -> Result<(), Failure> {
    let rows: Vec<_> = components
        .iter()
        .map(|(item, quantity)| {
            (
                order_item_components::order_item_id.eq(position),
                order_item_components::item_id.eq(*item),
                order_item_components::quantity.eq(*quantity),
            )
        })
        .collect();
    on!(&mut tx.conn, c => diesel::insert_into(order_item_components::table).values(&rows).execute(c))?;
    Ok(())
}

/// How many open orders contain an article as a component of what they sold.
pub(crate) fn open_orders(conn: &mut Conn<'_>, item_id: ItemId) -> Result<i64, Failure> {
    Ok(on!(conn, c => order_item_components::table
        .inner_join(order_items::table.inner_join(orders::table))
        .filter(order_item_components::item_id.eq(item_id))
        .filter(orders::complete_status.ne(crate::domain::order::COMPLETE))
        .count()
        .get_result(c))?)
}

/// What the components of sets make in a warehouse: of all pieces, and of those that are not reserved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) stock: i64,
    pub(crate) available: i64,
}

impl Made {
    /// Stock, and reserved pieces of it, as the contract has numbers.
    pub(crate) fn counts(self) -> (i32, i32) {
        let fit = |pieces: i64| i32::try_from(pieces).unwrap_or(if pieces < 0 { i32::MIN } else { i32::MAX });
        (fit(self.stock), fit(self.stock.saturating_sub(self.available)))
    }
}

/// What these sets have in these warehouses.
pub(crate) fn made(
    conn: &mut Conn<'_>,
    sets: &BTreeMap<ItemId, Components>,
    warehouses: &[WarehouseId],
) -> Result<HashMap<(ItemId, WarehouseId), Made>, Failure> {
    let items: Vec<ItemId> = sets.values().flatten().map(|(item, _)| *item).collect::<BTreeSet<_>>().into_iter().collect();
    let (counts, reserved) = (stock::of_items(conn, &items)?, stock::reserved(conn, &items)?);
    let of = |map: &HashMap<(ItemId, WarehouseId), i32>, key| i64::from(map.get(&key).copied().unwrap_or_default());
    let mut found = HashMap::with_capacity(sets.len().saturating_mul(warehouses.len()));
    for (set, components) in sets {
        for warehouse in warehouses {
            let made = Made {
                stock: makes(components, |item| of(&counts, (item, *warehouse))),
                available: makes(components, |item| of(&counts, (item, *warehouse)) - of(&reserved, (item, *warehouse))),
            };
            found.insert((*set, *warehouse), made);
        }
    }
    Ok(found)
}

/// Pieces of sets that open orders of an account have reserved in these warehouses.
pub(crate) fn reserved_here(
    conn: &mut Conn<'_>,
    account_id: AccountId,
    warehouses: &[WarehouseId],
    set_ids: &[ItemId],
) -> Result<BTreeMap<ItemId, i64>, Failure> {
    let mut found: BTreeMap<ItemId, i64> = BTreeMap::new();
    for chunk in set_ids.chunks(MOST_VARIABLES / 2) {
        let of_position = order_item_components::order_item_id.eq(reservations::order_item_id);
        let rows: Vec<(Option<ItemId>, OrderItemId, WarehouseId, i32, i32)> = on!(conn, c => reservations::table
            .inner_join(order_items::table.inner_join(orders::table))
            .inner_join(order_item_components::table.on(of_position.and(order_item_components::item_id.eq(reservations::item_id))))
            .filter(order_items::item_id.eq_any(chunk.iter().copied().map(Some)))
            .filter(orders::account_id.eq(account_id))
            .filter(reservations::warehouse_id.eq_any(warehouses))
            .select((
                order_items::item_id,
                reservations::order_item_id,
                reservations::warehouse_id,
                reservations::quantity,
                order_item_components::quantity,
            ))
            .load(c))?;
        // All components of a position say the same.
        let mut met = BTreeSet::new();
        for (set, position, warehouse, pieces, per_piece) in rows {
            if let Some(set) = set.filter(|_| met.insert((position, warehouse))) {
                *found.entry(set).or_default() += i64::from(pieces.checked_div(per_piece).unwrap_or_default());
            }
        }
    }
    Ok(found)
}

/// The stock of these articles changed, and with it that of the sets that contain them, which are given back: fetchStockCount
/// shows it.
pub(crate) fn touch(tx: &mut Tx<'_>, item_ids: &[ItemId]) -> Result<Vec<ItemId>, Failure> {
    let sets = containing(&mut tx.conn, item_ids)?;
    stock::touch(tx, &sets)?;
    Ok(sets)
}

/// A set has a row in each warehouse, in which fetchStockCount shows what its components make there.
pub(crate) fn show_in(tx: &mut Tx<'_>, set: ItemId, warehouses: &[WarehouseId]) -> Result<(), Failure> {
    let rows: Vec<(ItemId, WarehouseId)> = warehouses.iter().map(|warehouse| (set, *warehouse)).collect();
    stock::begin(tx, &rows)?;
    stock::touch(tx, &[set])
}
