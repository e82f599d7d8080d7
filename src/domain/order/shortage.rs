//! Shortages: reserved pieces that no stock covers. When pieces become available in another warehouse of the order, the
//! shortage moves there, before somebody else can buy them.

use std::collections::BTreeMap;

use super::Position;
use crate::domain::{OrderItemId, WarehouseId};

/// Pieces by warehouse.
type Counts = BTreeMap<WarehouseId, i32>;

/// The reserved pieces of one item that its stock does not cover. `positions` are all that reserve it, the oldest first: they
/// are covered first.
pub(crate) fn uncovered(positions: &[Position], stock: &BTreeMap<WarehouseId, i64>) -> BTreeMap<OrderItemId, Counts> {
    let mut left = stock.clone();
    let mut short: BTreeMap<OrderItemId, Counts> = BTreeMap::new();
    for position in positions {
        for (warehouse, pieces) in &position.reserved {
            let there = left.entry(*warehouse).or_default();
            let covered = i32::try_from((*there).clamp(0, i64::from(*pieces))).unwrap_or(*pieces);
            *there = there.saturating_sub(i64::from(covered));
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
pub(crate) fn cover(
    positions: &mut [Position],
    stock: &BTreeMap<WarehouseId, i64>,
    warehouses: &BTreeMap<OrderItemId, Vec<WarehouseId>>,
) -> Vec<OrderItemId> {
    let short = uncovered(positions, stock);
    let mut available = stock.clone();
    for (warehouse, pieces) in positions.iter().flat_map(|position| &position.reserved) {
        take(&mut available, *warehouse, *pieces);
    }
    let mut moved = Vec::new();
    for position in positions {
        let serving = warehouses.get(&position.order_item_id).filter(|serving| !serving.is_empty());
        let (Some(missing), Some(serving)) = (short.get(&position.order_item_id), serving) else { continue };
        let before = position.reserved.clone();
        for (warehouse, pieces) in missing {
            position.let_go(*warehouse, *pieces);
            take(&mut available, *warehouse, pieces.saturating_neg());
        }
        let kept = position.reserved.clone();
        position.reserve(serving, |warehouse| available.get(&warehouse).copied().unwrap_or_default());
        for (warehouse, pieces) in &position.reserved {
            take(&mut available, *warehouse, pieces.saturating_sub(kept.get(warehouse).copied().unwrap_or_default()));
        }
        if position.reserved != before {
            moved.push(position.order_item_id);
        }
    }
    moved
}

fn take(available: &mut BTreeMap<WarehouseId, i64>, warehouse: WarehouseId, pieces: i32) {
    let there = available.entry(warehouse).or_default();
    *there = there.saturating_sub(i64::from(pieces));
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Position, WarehouseId, cover};
    use crate::domain::order::Pieces;
    use crate::domain::{ItemId, OrderItemId};

    fn counts<T: Copy>(of: &[(i32, T)]) -> BTreeMap<WarehouseId, T> {
        of.iter().map(|(warehouse, pieces)| (WarehouseId(*warehouse), *pieces)).collect()
    }

    /// What a position has reserved, and the warehouses of its order.
    type Reserving<'p> = (&'p [(i32, i32)], &'p [i32]);

    /// Positions as (reserved, warehouses of the order), the stock, and what is reserved afterwards.
    fn covered(positions: &[Reserving<'_>], stock: &[(i32, i64)]) -> Vec<Vec<(i32, i32)>> {
        let mut list = Vec::new();
        let mut warehouses = BTreeMap::new();
        for (id, (reserved, serving)) in (1..).map(OrderItemId).zip(positions) {
            let pieces = Pieces { ordered: reserved.iter().map(|(_, pieces)| pieces).sum(), ..Pieces::default() };
            list.push(Position { order_item_id: id, item_id: Some(ItemId(1)), pieces, reserved: counts(reserved) });
            warehouses.insert(id, serving.iter().copied().map(WarehouseId).collect());
        }
        let before = list.clone();
        let moved = cover(&mut list, &counts(stock), &warehouses);
        let differ: Vec<OrderItemId> =
            list.iter().zip(&before).filter(|(now, before)| now != before).map(|(now, _)| now.order_item_id).collect();
        assert_eq!(moved, differ);
        list.iter().map(|position| position.reserved.iter().map(|(id, pieces)| (id.0, *pieces)).collect()).collect()
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
