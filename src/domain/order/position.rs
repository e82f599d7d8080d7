//! The pieces of a position: how many are where, and what shipping, cancelling and reserving does to them. Pure: stock
//! and reservations come in as numbers, and what is to be booked goes out.

use std::collections::BTreeMap;

use crate::domain::{AccountId, ItemId, MandatorId, OrderItemId, WarehouseId};

/// Knows which warehouses serve an order.
pub(crate) trait Warehouses {
    /// In the order in which they are used: those of the order's account or, for a phone sale, of its mandator. If the order is
    /// picked up in a branch, the branch's warehouse comes first.
    fn serving(&self, account_id: Option<AccountId>, mandator_id: MandatorId, branch_code: Option<&str>) -> Vec<WarehouseId>;
}

/// How many pieces of a position are where. Each number only counts what happened; nothing is subtracted from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pieces {
    pub ordered: i32,
    pub cancelled: i32,
    pub shipped: i32,
    pub returned: i32,
    pub refunded: i32,
}

impl Pieces {
    /// Still to be shipped or cancelled.
    pub fn open(self) -> i32 {
        self.ordered.saturating_sub(self.cancelled).saturating_sub(self.shipped).max(0)
    }

    /// Pieces whose money can still go back. They may be open, cancelled, shipped or returned: money goes its own way.
    pub fn refundable(self) -> i32 {
        self.ordered.saturating_sub(self.refunded).max(0)
    }

    /// The money of further pieces goes back, at most of as many as can be refunded. Gives how many those are.
    pub fn refund(&mut self, quantity: i32) -> i32 {
        let quantity = quantity.clamp(0, self.refundable());
        self.refunded = self.refunded.saturating_add(quantity);
        quantity
    }
}

/// A position with its reservations, while it is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    pub order_item_id: OrderItemId,
    /// `None`: it matches no item, so nothing is reserved or booked.
    pub item_id: Option<ItemId>,
    pub pieces: Pieces,
    /// Pieces by warehouse.
    pub reserved: BTreeMap<WarehouseId, i32>,
}

/// Pieces that leave a warehouse; without one nothing is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaving {
    pub warehouse_id: Option<WarehouseId>,
    pub quantity: i32,
}

impl Position {
    /// Reserves what is open and not reserved yet: in the order of the warehouses up to what is available in each, a
    /// shortage in the first.
    pub(crate) fn reserve(&mut self, warehouses: &[WarehouseId], available: impl Fn(WarehouseId) -> i64) {
        let Some(first) = warehouses.first().filter(|_| self.item_id.is_some()) else { return };
        let mut missing = self.pieces.open().saturating_sub(self.reserved_pieces());
        for warehouse in warehouses {
            let there = available(*warehouse).clamp(0, i64::from(missing.max(0)));
            let there = i32::try_from(there).unwrap_or(missing);
            self.add(*warehouse, there);
            missing = missing.saturating_sub(there);
        }
        self.add(*first, missing);
    }

    fn add(&mut self, warehouse: WarehouseId, pieces: i32) {
        if pieces > 0 {
            let reserved = self.reserved.entry(warehouse).or_default();
            *reserved = reserved.saturating_add(pieces);
        }
    }

    /// Gives up reserved pieces in a warehouse.
    pub(crate) fn let_go(&mut self, warehouse: WarehouseId, pieces: i32) {
        self.take(warehouse, pieces);
    }

    pub(crate) fn reserved_pieces(&self) -> i32 {
        self.reserved.values().fold(0, |sum, pieces| sum.saturating_add(*pieces))
    }

    /// Ships open pieces, at most as many as are open. They leave the named warehouse or, without one, those that hold the
    /// reservations, in the order of `warehouses`; what nothing is reserved for leaves the first of them.
    pub(crate) fn ship(&mut self, quantity: i32, from: Option<WarehouseId>, warehouses: &[WarehouseId]) -> Vec<Leaving> {
        let quantity = quantity.clamp(0, self.pieces.open());
        self.pieces.shipped = self.pieces.shipped.saturating_add(quantity);
        let mut leaving = Vec::new();
        if self.item_id.is_none() {
            leaving.push(Leaving { warehouse_id: from, quantity });
        } else if let Some(warehouse) = from {
            leaving.push(Leaving { warehouse_id: Some(warehouse), quantity });
        } else {
            let mut missing = quantity;
            for warehouse in self.holders(warehouses) {
                let pieces = self.reserved.get(&warehouse).copied().unwrap_or_default().min(missing);
                if pieces > 0 {
                    leaving.push(Leaving { warehouse_id: Some(warehouse), quantity: pieces });
                    missing = missing.saturating_sub(pieces);
                }
            }
            if missing > 0 {
                let first = warehouses.first().copied();
                match leaving.iter_mut().find(|part| part.warehouse_id == first) {
                    Some(part) => part.quantity = part.quantity.saturating_add(missing),
                    None => leaving.push(Leaving { warehouse_id: first, quantity: missing }),
                }
            }
        }
        leaving.retain(|part| part.quantity > 0);
        for part in &leaving {
            self.give_back_from(part.warehouse_id, part.quantity, warehouses);
        }
        leaving
    }

    /// Cancels open pieces, at most as many as are open. Their reservations go, the last warehouse's first.
    pub(crate) fn cancel(&mut self, quantity: i32, warehouses: &[WarehouseId]) {
        let quantity = quantity.clamp(0, self.pieces.open());
        self.pieces.cancelled = self.pieces.cancelled.saturating_add(quantity);
        self.fit(warehouses);
    }

    /// Gives back what is reserved beyond the open pieces, the last warehouse's first.
    pub(crate) fn fit(&mut self, warehouses: &[WarehouseId]) {
        let mut surplus = self.reserved_pieces().saturating_sub(self.pieces.open());
        for warehouse in self.holders(warehouses).into_iter().rev() {
            surplus = surplus.saturating_sub(self.take(warehouse, surplus));
        }
    }

    /// Reservations for pieces that left: those of their warehouse first, then others.
    fn give_back_from(&mut self, warehouse: Option<WarehouseId>, quantity: i32, warehouses: &[WarehouseId]) {
        let mut left = quantity;
        if let Some(warehouse) = warehouse {
            left = left.saturating_sub(self.take(warehouse, left));
        }
        if self.reserved_pieces() > self.pieces.open() {
            for other in self.holders(warehouses) {
                left = left.saturating_sub(self.take(other, left));
            }
        }
    }

    /// Takes up to `most` pieces from the reservation in a warehouse, and says how many.
    fn take(&mut self, warehouse: WarehouseId, most: i32) -> i32 {
        let Some(reserved) = self.reserved.get_mut(&warehouse) else { return 0 };
        let taken = most.clamp(0, *reserved);
        *reserved = reserved.saturating_sub(taken);
        if *reserved == 0 {
            self.reserved.remove(&warehouse);
        }
        taken
    }

    /// Warehouses that hold reservations: those of the account in its order, then others.
    fn holders(&self, warehouses: &[WarehouseId]) -> Vec<WarehouseId> {
        let of_account = warehouses.iter().copied().filter(|warehouse| self.reserved.contains_key(warehouse));
        let others = self.reserved.keys().copied().filter(|warehouse| !warehouses.contains(warehouse));
        of_account.chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ItemId, Leaving, OrderItemId, Pieces, Position, WarehouseId};

    fn position(ordered: i32, reserved: &[(i32, i32)]) -> Position {
        Position {
            order_item_id: OrderItemId(1),
            item_id: Some(ItemId(1)),
            pieces: Pieces { ordered, ..Pieces::default() },
            reserved: reserved.iter().map(|(warehouse, pieces)| (WarehouseId(*warehouse), *pieces)).collect(),
        }
    }

    fn held(position: &Position) -> Vec<(i32, i32)> {
        position.reserved.iter().map(|(warehouse, pieces)| (warehouse.0, *pieces)).collect()
    }

    fn from(warehouse: i32, quantity: i32) -> Leaving {
        Leaving { warehouse_id: Some(WarehouseId(warehouse)), quantity }
    }

    #[test]
    fn pieces_are_reserved_where_they_are_and_a_shortage_in_the_first_warehouse() {
        for (ordered, stock, expected) in [
            (1, [(10, 0), (20, 1)], vec![(20, 1)]),
            (3, [(10, 2), (20, 5)], vec![(10, 2), (20, 1)]),
            (5, [(10, 1), (20, 1)], vec![(10, 4), (20, 1)]),
            (2, [(10, -3), (20, 0)], vec![(10, 2)]),
            (2, [(10, i64::MAX), (20, 0)], vec![(10, 2)]),
        ] {
            let mut one = position(ordered, &[]);
            let available = |warehouse: WarehouseId| stock.iter().find(|(id, _)| warehouse == *id).map_or(0, |(_, count)| *count);
            one.reserve(&[WarehouseId(10), WarehouseId(20)], available);
            assert_eq!(held(&one), expected, "{ordered} of {stock:?}");
            let again = one.clone();
            one.reserve(&[WarehouseId(10), WarehouseId(20)], available);
            assert_eq!(one, again, "what is reserved is not reserved twice");
        }
        let mut service = Position { item_id: None, ..position(1, &[]) };
        service.reserve(&[WarehouseId(10)], |_| 5);
        assert!(service.reserved.is_empty(), "nothing is reserved for a position without an item");
    }

    #[test]
    fn a_part_leaves_the_warehouse_that_holds_it_and_the_rest_stays_reserved() {
        let mut one = position(3, &[(10, 2), (20, 1)]);
        assert_eq!(one.ship(1, None, &[WarehouseId(20), WarehouseId(10)]), [from(20, 1)], "in the account's order of warehouses");
        assert_eq!((one.pieces.open(), held(&one)), (2, vec![(10, 2)]));
        assert_eq!(one.ship(2, None, &[WarehouseId(20), WarehouseId(10)]), [from(10, 2)]);
        assert_eq!((one.pieces.open(), held(&one)), (0, vec![]));
        assert_eq!(one.ship(1, None, &[WarehouseId(20), WarehouseId(10)]), [], "nothing is open any more");
    }

    #[test]
    fn pieces_that_leave_another_warehouse_free_the_reservation() {
        let mut one = position(3, &[(10, 3)]);
        assert_eq!(one.ship(2, Some(WarehouseId(20)), &[WarehouseId(10), WarehouseId(20)]), [from(20, 2)]);
        assert_eq!(held(&one), [(10, 1)]);
    }

    #[test]
    fn pieces_without_reservation_leave_the_first_warehouse() {
        let mut late = position(3, &[(20, 1)]);
        assert_eq!(late.ship(3, None, &[WarehouseId(10), WarehouseId(20)]), [from(20, 1), from(10, 2)]);
        let mut both = position(3, &[(10, 1)]);
        assert_eq!(both.ship(3, None, &[WarehouseId(10), WarehouseId(20)]), [from(10, 3)]);
        let mut service = Position { item_id: None, ..position(2, &[]) };
        assert_eq!(service.ship(2, None, &[WarehouseId(10)]), [Leaving { warehouse_id: None, quantity: 2 }]);
        assert_eq!(service.pieces.shipped, 2);
    }

    #[test]
    fn cancelled_pieces_free_the_last_warehouse_first_and_never_more_than_is_open() {
        let mut one = position(3, &[(10, 2), (20, 1)]);
        one.cancel(1, &[WarehouseId(10), WarehouseId(20)]);
        assert_eq!((one.pieces.open(), held(&one)), (2, vec![(10, 2)]));
        one.ship(1, None, &[WarehouseId(10), WarehouseId(20)]);
        one.cancel(5, &[WarehouseId(10), WarehouseId(20)]);
        assert_eq!((one.pieces, held(&one)), (Pieces { ordered: 3, cancelled: 2, shipped: 1, ..Pieces::default() }, vec![]));
    }

    #[test]
    fn the_money_of_a_piece_goes_back_once_wherever_the_piece_is() {
        let mut pieces = Pieces { ordered: 3, cancelled: 1, shipped: 1, ..Pieces::default() };
        assert_eq!((pieces.refund(2), pieces.refundable()), (2, 1));
        assert_eq!((pieces.refund(2), pieces.refundable()), (1, 0), "no more than were ordered");
        assert_eq!((pieces.refund(-1), pieces.refunded, pieces.open()), (0, 3, 1), "what is open stays open");
        pieces.ordered = 1;
        assert_eq!(pieces.refundable(), 0, "the channel took back pieces whose money had gone back");
    }

    #[test]
    fn a_position_that_became_smaller_gives_back_what_is_too_much() {
        let mut one = position(3, &[(10, 1), (20, 2)]);
        one.pieces.ordered = 1;
        one.fit(&[WarehouseId(10), WarehouseId(20)]);
        assert_eq!(held(&one), [(10, 1)]);
    }
}
