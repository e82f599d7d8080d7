//! Positions in `updateOrders`: of a new order, or corrections of a known one. What was ordered does not change; how much
//! of it is cancelled or came back does.

use super::positions::{PositionKeys, warehouse};
use crate::config::Mandator;
use crate::domain::{Decimal, Failure, ItemId, OrderId, OrderItemId, Place, WarehouseId, code, limits};
use crate::operations::Work;
use crate::store::orders::{self, OrderItemRow, OrderRow, Positions};
use crate::wire;

wire! {
    /// A position: of a new order, or a correction of a known one.
    OrderItemUpdate {
        /// Kontor's own id of the position; names it in a known order.
        order_item_id: Option<OrderItemId>,
        /// The channel's number of the position; names it in a known order.
        marketplace_order_item_id: Option<String>,
        /// Id of the item, for a new order.
        item_id: Option<ItemId>,
        /// Number of the item; names the position in a known order, where only one has it.
        internal_item_number: Option<String> [max(limits::ITEM_NUMBER), key],
        /// Name as sold.
        identifier: Option<String> [max(limits::POSITION_NAME)],
        /// Pieces ordered; has to be given for a new order, and does not change in a known one.
        quantity: Option<i32>,
        /// Price per piece; has to be given for a new order, and does not change in a known one.
        price: Option<Decimal>,
        /// Tax rate in percent.
        tax_rate: Option<Decimal>,
        /// All pieces cancelled so far. Changes Kontor only; adjustOrders informs the channel.
        cancelled_quantity: Option<i32>,
        /// All pieces that came back so far.
        returned_quantity: Option<i32>,
        /// true: the pieces that came back since the last call go into stock again.
        restock: Option<bool>,
        /// Code of the warehouse into which they go; the one that they left, where it was one only.
        warehouse_code: Option<String>,
    }
}

/// Corrects positions of a known order. True: something changed.
pub(super) fn correct(work: &mut Work<'_, '_>, mandator: &Mandator, row: &mut OrderRow, sent: &[OrderItemUpdate]) -> Result<bool, Failure> {
    if sent.is_empty() {
        return Ok(false);
    }
    let mut positions = Positions::of_order(&mut work.tx.conn, row, work.settings)?;
    let mut changed = false;
    for (index, item) in sent.iter().enumerate() {
        changed |= one(work, mandator, row.order_id, &mut positions, item)
            .map_err(|failure| failure.within(Place::entry("order_item", index + 1)))?;
    }
    if changed {
        orders::follow_status(row, &positions);
        let accounts = orders::follow_pieces(work.tx, positions, work.settings)?;
        work.concerns(accounts);
    }
    Ok(changed)
}

fn one(
    work: &mut Work<'_, '_>,
    mandator: &Mandator,
    order_id: OrderId,
    positions: &mut Positions,
    item: &OrderItemUpdate,
) -> Result<bool, Failure> {
    let keys = PositionKeys {
        order_item_id: item.order_item_id,
        marketplace_order_item_id: item.marketplace_order_item_id.as_deref(),
        internal_item_number: item.internal_item_number.as_deref(),
    };
    let position = keys.find(positions.rows())?.clone();
    unchanged(&position, item)?;
    let id = position.order_item_id;
    let pieces = positions.pieces(id);
    let mut changed = false;
    if let Some(cancelled) = item.cancelled_quantity {
        let most = pieces.cancelled.saturating_add(pieces.open());
        cumulative(cancelled, pieces.cancelled, most).map_err(|failure| failure.within("cancelled_quantity"))?;
        positions.cancel(id, cancelled.saturating_sub(pieces.cancelled));
        changed |= cancelled != pieces.cancelled;
    }
    if let Some(returned) = item.returned_quantity {
        // What the channel says of it is not in the ERP's hands yet.
        let reported = position.returned_reported;
        cumulative(returned, reported, pieces.shipped.max(pieces.returned)).map_err(|failure| failure.within("returned_quantity"))?;
        let back = returned.saturating_sub(reported);
        if back > 0 && item.restock.unwrap_or_default() && position.item_id.is_some() {
            let into = match warehouse(work.settings, mandator, item.warehouse_code.as_deref())? {
                Some(into) => into,
                None => left_from(work, order_id, id)?.ok_or_else(|| Failure::missing("warehouse_code"))?,
            };
            positions.restock(id, back, into);
        }
        positions.change(id, |pieces| pieces.returned = pieces.returned.max(returned));
        if let Some(position) = positions.row_mut(id) {
            position.returned_reported = returned;
        }
        changed |= back > 0;
    }
    Ok(changed)
}

/// A number that counts from the beginning can only grow.
pub(super) fn cumulative(value: i32, at_least: i32, at_most: i32) -> Result<(), Failure> {
    if (at_least..=at_most).contains(&value) {
        return Ok(());
    }
    Err(Failure::new(code::CUMULATIVE, [&value.to_string(), &at_least.to_string(), &at_most.to_string()]))
}

/// What was ordered may be sent again as it is, but not changed.
fn unchanged(position: &OrderItemRow, item: &OrderItemUpdate) -> Result<(), Failure> {
    let fixed = |field: &'static str, sent: Option<String>, stored: String| match sent {
        Some(sent) if sent != stored => Err(Failure::quoting(code::POSITION_FIXED, [&sent, &stored]).within(field)),
        _ => Ok(()),
    };
    let number = |id: Option<ItemId>| id.map_or_else(String::new, |id| id.to_string());
    let rate = |rate: Option<i64>| rate.map_or_else(String::new, |rate| Decimal(rate).to_string());
    fixed("quantity", item.quantity.map(|quantity| quantity.to_string()), position.quantity.to_string())?;
    fixed("price", item.price.map(|price| price.to_string()), Decimal(position.price).to_string())?;
    fixed("tax_rate", item.tax_rate.map(|rate| rate.to_string()), rate(position.tax_rate))?;
    fixed("item_id", item.item_id.map(|id| id.to_string()), number(position.item_id))?;
    fixed("internal_item_number", item.internal_item_number.clone(), position.internal_item_number.clone().unwrap_or_default())?;
    fixed("identifier", item.identifier.clone(), position.identifier.clone())
}

/// The warehouse that all shipped pieces of a position left; `None` where it was not one only.
fn left_from(work: &mut Work<'_, '_>, order_id: OrderId, order_item_id: OrderItemId) -> Result<Option<WarehouseId>, Failure> {
    let contents = orders::contents_of(&mut work.tx.conn, &[order_id])?;
    let of_position = contents.iter().map(|(_, content)| content).filter(|content| content.order_item_id == order_item_id);
    let mut warehouses: Vec<Option<WarehouseId>> = of_position.map(|content| content.warehouse_id).collect();
    warehouses.dedup();
    Ok(match warehouses.as_slice() {
        [one] => *one,
        _ => None,
    })
}
