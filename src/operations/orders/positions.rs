//! Positions in requests: how they are named, and which pieces of them are meant.

use super::{OrderItem, OrderItemReservation};
use crate::config::{Mandator, Settings};
use crate::domain::{AnyOf, Decimal, Failure, FieldName, OrderItemId, WarehouseId, Worded, code};
use crate::store::orders::{OrderItemRow, OrderParts};
use crate::wire;

/// Declares pieces of one position, with everything by which it may be named, and further fields.
macro_rules! pieces_of_position {
    ($(#[doc = $doc:expr])* $name:ident { $($further:tt)* }) => {
        $crate::wire! {
            $(#[doc = $doc])*
            $name {
                /// Kontor's own id of the position.
                order_item_id: Option<$crate::domain::OrderItemId>,
                /// The channel's number of the position.
                marketplace_order_item_id: Option<String>,
                /// Number of the item, where only one position of the order has it.
                internal_item_number: Option<String> [max($crate::domain::limits::ITEM_NUMBER), key],
                /// Pieces.
                quantity: i32,
                $($further)*
            }
        }

        impl $name {
            pub(super) fn keys(&self) -> PositionKeys<'_> {
                PositionKeys {
                    order_item_id: self.order_item_id,
                    marketplace_order_item_id: self.marketplace_order_item_id.as_deref(),
                    internal_item_number: self.internal_item_number.as_deref(),
                }
            }
        }
    };
}

pub(super) use pieces_of_position;

pieces_of_position! {
    /// Pieces of one position.
    OrderContent {
        /// Code of the warehouse that they leave. Without it, those that hold the reservation.
        warehouse_code: Option<String>,
    }
}

wire! {
    /// Pieces of one position, by Kontor's id.
    OrderItemReference {
        /// Kontor's own id of the position.
        order_item_id: OrderItemId,
        /// Pieces.
        quantity: i32,
    }
}

pieces_of_position! {
    /// Pieces of one position that are cancelled.
    OrderItemCancellation {}
}

/// How a request names a position.
#[derive(Debug, Clone, Copy)]
pub(super) struct PositionKeys<'r> {
    pub order_item_id: Option<OrderItemId>,
    pub marketplace_order_item_id: Option<&'r str>,
    pub internal_item_number: Option<&'r str>,
}

impl PositionKeys<'_> {
    /// The one position that is meant. The first key that is sent finds it, in the order of [`PositionKeys`]; the others have to
    /// be its own, too.
    pub(super) fn find<'p>(&self, rows: &'p [OrderItemRow]) -> Result<&'p OrderItemRow, Failure> {
        let found = self.first(rows)?;
        let line = (self.marketplace_order_item_id, &found.channel_line_id, "marketplace_order_item_id");
        let number = (self.internal_item_number, &found.internal_item_number, "internal_item_number");
        for (sent, stored, field) in [line, number] {
            let stored = stored.as_deref().unwrap_or_default();
            if let Some(sent) = sent.filter(|sent| !sent.is_empty() && *sent != stored) {
                return Err(Failure::quoting(code::POSITION_KEYS_DIFFER, [&sent, &stored]).within(field));
            }
        }
        Ok(found)
    }

    fn first<'p>(&self, rows: &'p [OrderItemRow]) -> Result<&'p OrderItemRow, Failure> {
        let filled = |text: &&str| !text.is_empty();
        let (name, value, found): (_, _, Vec<&OrderItemRow>) = if let Some(id) = self.order_item_id {
            ("order_item_id", id.to_string(), rows.iter().filter(|row| row.order_item_id == id).collect())
        } else if let Some(line) = self.marketplace_order_item_id.filter(filled) {
            let found = rows.iter().filter(|row| row.channel_line_id.as_deref() == Some(line)).collect();
            ("marketplace_order_item_id", line.to_owned(), found)
        } else if let Some(number) = self.internal_item_number.filter(filled) {
            let found = rows.iter().filter(|row| row.internal_item_number.as_deref() == Some(number)).collect();
            ("internal_item_number", number.to_owned(), found)
        } else {
            let keys = AnyOf(&["order_item_id", "marketplace_order_item_id", "internal_item_number"]);
            return Err(Failure::quoting(code::MISSING, [&keys]));
        };
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Failure::quoting(code::UNKNOWN_POSITION, [&FieldName(name), &value])),
            several => Err(Failure::quoting(code::AMBIGUOUS, [&several.len(), &FieldName(name), &value, &FieldName("order_item_id")])),
        }
    }
}

/// The pieces that a record asks for: 1 or more, and no more than are open.
pub(super) fn open_pieces(quantity: i32, open: i32) -> Result<i32, Failure> {
    if quantity < 1 {
        return Err(Failure::quoting(code::OUT_OF_RANGE, [&quantity, &Worded::range(1, i32::MAX)]).within("quantity"));
    }
    if quantity > open {
        return Err(Failure::new(code::MORE_THAN_OPEN, [&quantity.to_string(), &open.to_string()]).within("quantity"));
    }
    Ok(quantity)
}

/// The warehouse under a code.
pub(super) fn warehouse(settings: &Settings, mandator: &Mandator, warehouse_code: Option<&str>) -> Result<Option<WarehouseId>, Failure> {
    let Some(named) = warehouse_code.filter(|text| !text.is_empty()) else { return Ok(None) };
    match settings.warehouse_by_code(mandator.mandator_id, named) {
        Some(warehouse) => Ok(Some(warehouse.warehouse_id)),
        None => Err(Failure::quoting(code::UNKNOWN_WAREHOUSE, [&named, &mandator.mandator_id]).within("warehouse_code")),
    }
}

/// The positions of an order, for `fetchOrders`.
pub(super) fn items_of(settings: &Settings, parts: &mut OrderParts) -> Vec<OrderItem> {
    let reserved = &parts.reserved;
    std::mem::take(&mut parts.items)
        .into_iter()
        .map(|row| OrderItem {
            order_item_id: row.order_item_id,
            item_id: row.item_id,
            quantity: row.quantity,
            cancelled_quantity: row.cancelled,
            shipped_quantity: row.shipped,
            returned_quantity: row.returned,
            refunded_quantity: row.refunded,
            open_quantity: row.pieces().open(),
            reservations: reserved
                .get(&row.order_item_id)
                .into_iter()
                .flatten()
                .map(|(warehouse_id, quantity)| OrderItemReservation {
                    warehouse_code: code_of(settings, *warehouse_id),
                    quantity: *quantity,
                })
                .collect(),
            internal_item_number: row.internal_item_number,
            identifier: Some(row.identifier),
            price: Decimal(row.price),
            tax_rate: row.tax_rate.map(Decimal),
            total_amount: row.total_amount.map(Decimal),
            tax_amount: row.tax_amount.map(Decimal),
            offer_id: row.offer_id,
            external_offer_number: row.external_offer_number,
            marketplace_order_item_id: row.channel_line_id,
        })
        .collect()
}

/// The code of a warehouse; its id where the configuration does not know it any more.
pub(super) fn code_of(settings: &Settings, warehouse_id: WarehouseId) -> String {
    settings.warehouse_by_id(warehouse_id).map_or_else(|| warehouse_id.to_string(), |warehouse| warehouse.code.clone())
}
