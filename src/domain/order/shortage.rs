//! Shortages: reserved pieces that no stock covers. When pieces become available in another warehouse of the order, the
//! shortage moves there, before somebody else can buy them.

use std::collections::BTreeMap;

use super::Position;
use crate::domain::set::{Components, makes};
use crate::domain::{ItemId, OrderItemId, WarehouseId};

/// Pieces by warehouse.
type Counts = BTreeMap<WarehouseId, i32>;

/// Pieces of items in warehouses.
pub(crate) type Shelves = BTreeMap<(ItemId, WarehouseId), i64>;

/// A position that reserves something, counted in pieces of what was sold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Holder {
    pub(crate) position: Position,
    /// What one piece is composed of; an item that is no set: of itself. They are reserved together, whole sets per warehouse.
    pub(crate) components: Components,
}

/// The reserved pieces that the stock does not cover. `holders` are all that reserve these items, the oldest first: they are
/// covered first. Of a set that lacks a component, the other components are kept for it.
pub(crate) fn uncovered(holders: &[Holder], stock: &Shelves) -> BTreeMap<OrderItemId, Counts> {
    let mut left = stock.clone();
    let mut short: BTreeMap<OrderItemId, Counts> = BTreeMap::new();
    for Holder { position, components } in holders {
        for (warehouse, pieces) in &position.reserved {
            let whole = makes(components, |item| left.get(&(item, *warehouse)).copied().unwrap_or_default());
            let covered = i32::try_from(whole.clamp(0, i64::from(*pieces))).unwrap_or(*pieces);
            for (item, quantity) in components {
                let there = left.entry((*item, *warehouse)).or_default();
                let kept = i64::from(*pieces).saturating_mul(i64::from(*quantity)).min((*there).max(0));
                *there = there.saturating_sub(kept);
            }
            let missing = pieces.saturating_sub(covered);
            if missing > 0 {
                short.entry(position.order_item_id).or_default().insert(*warehouse, missing);
            }
        }
    }
    short
}

/// Moves shortages to where pieces are available: the oldest first, each in the order of its warehouses. Gives the positions
/// that moved.
pub(crate) fn cover(holders: &mut [Holder], stock: &Shelves, warehouses: &BTreeMap<OrderItemId, Vec<WarehouseId>>) -> Vec<OrderItemId> {
    let short = uncovered(holders, stock);
    let mut available = stock.clone();
    for Holder { position, components } in holders.iter() {
        position.reserved.iter().for_each(|(warehouse, pieces)| take(&mut available, components, *warehouse, *pieces));
    }
    let mut moved = Vec::new();
    for Holder { position, components } in holders {
        let serving = warehouses.get(&position.order_item_id).filter(|serving| !serving.is_empty());
        let (Some(missing), Some(serving)) = (short.get(&position.order_item_id), serving) else { continue };
        let before = position.reserved.clone();
        for (warehouse, pieces) in missing {
            position.let_go(*warehouse, *pieces);
            take(&mut available, components, *warehouse, pieces.saturating_neg());
        }
        let kept = position.reserved.clone();
        position.reserve(serving, |warehouse| makes(components, |item| available.get(&(item, warehouse)).copied().unwrap_or_default()));
        for (warehouse, pieces) in &position.reserved {
            let more = pieces.saturating_sub(kept.get(warehouse).copied().unwrap_or_default());
            take(&mut available, components, *warehouse, more);
        }
        if position.reserved != before {
            moved.push(position.order_item_id);
        }
    }
    moved
}

fn take(available: &mut Shelves, components: &Components, warehouse: WarehouseId, pieces: i32) {
    for (item, quantity) in components {
        let there = available.entry((*item, warehouse)).or_default();
        *there = there.saturating_sub(i64::from(pieces).saturating_mul(i64::from(*quantity)));
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Holder, Position, Shelves, WarehouseId, cover};
    use crate::domain::order::Pieces;
    use crate::domain::{ItemId, OrderItemId};

    /// What a position has reserved, and the warehouses of its order.
    type Reserving<'p> = (&'p [(i32, i32)], &'p [i32]);

    /// The same with what one piece is composed of.
    type Composed<'p> = (&'p [(i32, i32)], &'p [(i32, i32)], &'p [i32]);

    /// Positions as (reserved, warehouses of the order), the stock of their one item, and what is reserved afterwards.
    fn covered(positions: &[Reserving<'_>], stock: &[(i32, i64)]) -> Vec<Vec<(i32, i32)>> {
        let plain: Vec<Composed<'_>> = positions.iter().map(|(reserved, serving)| (&[(1, 1)][..], *reserved, *serving)).collect();
        let stock: Vec<(i32, i32, i64)> = stock.iter().map(|(warehouse, count)| (1, *warehouse, *count)).collect();
        composed(&plain, &stock)
    }

    /// The same of positions as (components, reserved, warehouses), and the stock as (item, warehouse, pieces).
    fn composed(positions: &[Composed<'_>], stock: &[(i32, i32, i64)]) -> Vec<Vec<(i32, i32)>> {
        let mut list = Vec::new();
        let mut warehouses = BTreeMap::new();
        for (id, (components, reserved, serving)) in (1..).map(OrderItemId).zip(positions) {
            let pieces = Pieces { ordered: reserved.iter().map(|(_, pieces)| pieces).sum(), ..Pieces::default() };
            let reserved = reserved.iter().map(|(warehouse, pieces)| (WarehouseId(*warehouse), *pieces)).collect();
            let position = Position { order_item_id: id, item_id: Some(ItemId(9)), pieces, reserved };
            list.push(Holder { position, components: components.iter().map(|(item, quantity)| (ItemId(*item), *quantity)).collect() });
            warehouses.insert(id, serving.iter().copied().map(WarehouseId).collect());
        }
        let before = list.clone();
        let shelves: Shelves = stock.iter().map(|(item, warehouse, count)| ((ItemId(*item), WarehouseId(*warehouse)), *count)).collect();
        let moved = cover(&mut list, &shelves, &warehouses);
        let differ: Vec<OrderItemId> =
            list.iter().zip(&before).filter(|(now, before)| now != before).map(|(now, _)| now.position.order_item_id).collect();
        assert_eq!(moved, differ);
        list.iter().map(|holder| holder.position.reserved.iter().map(|(id, pieces)| (id.0, *pieces)).collect()).collect()
    }

    #[test]
    fn a_set_moves_to_where_all_its_components_are() {
        let both: &[i32] = &[10, 20];
        let set: &[(i32, i32)] = &[(1, 2), (2, 1)];
        let one = |stock: &[(i32, i32, i64)]| composed(&[(set, &[(10, 1)], both)], stock);
        assert_eq!(one(&[(2, 10, 1), (1, 20, 2), (2, 20, 1)]), [[(20, 1)]]);
        assert_eq!(one(&[(2, 10, 1), (1, 20, 2)]), [[(10, 1)]], "a component alone makes no set");
        assert_eq!(one(&[(2, 10, 1), (1, 20, 1), (2, 20, 1)]), [[(10, 1)]], "nor does half of one");
        assert_eq!(one(&[(1, 10, 2), (2, 10, 1), (1, 20, 2), (2, 20, 1)]), [[(10, 1)]], "what is covered stays");
        let three = composed(&[(set, &[(10, 3)], both)], &[(1, 10, 2), (2, 10, 9), (1, 20, 3), (2, 20, 9)]);
        assert_eq!(three, [[(10, 2), (20, 1)]], "as many as are whole, the rest waits where it waited");
    }

    #[test]
    fn sets_and_their_components_are_covered_by_age_together() {
        let both: &[i32] = &[10, 20];
        let set: &[(i32, i32)] = &[(1, 1), (2, 1)];
        let cup: &[(i32, i32)] = &[(1, 1)];
        let stock = [(1, 10, 1), (1, 20, 1)];
        let found = composed(&[(set, &[(10, 1)], both), (cup, &[(10, 1)], both)], &stock);
        assert_eq!(found, [[(10, 1)], [(20, 1)]], "the cup of the older set stays its cup");
        let found = composed(&[(cup, &[(10, 1)], both), (set, &[(10, 1)], both)], &[(1, 20, 1), (2, 20, 1)]);
        assert_eq!(found, [[(20, 1)], [(10, 1)]]);
    }

    #[test]
    fn a_shortage_moves_to_the_warehouse_that_gets_the_pieces() {
        assert_eq!(covered(&[(&[(10, 1)], &[10, 20])], &[(20, 1)]), [[(20, 1)]]);
        assert_eq!(covered(&[(&[(10, 3)], &[10, 20])], &[(10, 1), (20, 1)]), [[(10, 2), (20, 1)]], "as far as it is covered");
        assert_eq!(covered(&[(&[(10, 2)], &[10, 30, 20])], &[(20, 5), (30, 1)]), [[(20, 1), (30, 1)]], "in the order's warehouses");
        assert_eq!(covered(&[(&[(10, 1)], &[10, 20])], &[(10, -5), (20, 1)]), [[(20, 1)]]);
    }

    #[test]
    fn what_is_covered_stays_and_nobody_gets_what_is_not_his() {
        assert_eq!(covered(&[(&[(10, 1)], &[10, 20])], &[(10, 1), (20, 1)]), [[(10, 1)]]);
        assert_eq!(covered(&[(&[(10, 1)], &[10])], &[(20, 1)]), [[(10, 1)]], "a warehouse that does not serve the order");
        assert_eq!(covered(&[(&[(10, 1)], &[10, 20]), (&[(20, 1)], &[20])], &[(20, 1)]), [[(10, 1)], [(20, 1)]], "reserved already");
        assert_eq!(covered(&[(&[(10, 1)], &[])], &[(20, 1)]), [[(10, 1)]], "an account without warehouses");
    }

    #[test]
    fn the_oldest_order_comes_first() {
        let both: &[i32] = &[10, 20];
        assert_eq!(covered(&[(&[(10, 1)], both), (&[(10, 1)], both)], &[(20, 1)]), [[(20, 1)], [(10, 1)]]);
        assert_eq!(covered(&[(&[(10, 1)], both), (&[(10, 1)], both)], &[(10, 1), (20, 1)]), [[(10, 1)], [(20, 1)]], "its piece is there");
    }
}
