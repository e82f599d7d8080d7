//! Positions whose article is created after the order came.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Positions, follow_pieces, get, save, sold_offer};
use crate::domain::order::Warehouses;
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OrderId, OrderItemId};
use crate::on;
use crate::store::schema::{order_items, orders};
use crate::store::{Conn, MOST_VARIABLES, Tx};

/// Somewhere a position waits for its article.
pub(crate) fn any_unmatched(conn: &mut Conn<'_>) -> Result<bool, Failure> {
    let first: Option<OrderItemId> = on!(conn, c => order_items::table
        .filter(order_items::item_id.is_null())
        .filter(order_items::internal_item_number.is_not_null())
        .select(order_items::order_item_id)
        .first(c)
        .optional())?;
    Ok(first.is_some())
}

/// Links positions to articles that have their number now, `items` by number, and reserves what is open of them.
/// Gives the accounts whose offers are concerned.
pub(crate) fn match_late(
    tx: &mut Tx<'_>,
    mandator_id: MandatorId,
    items: &BTreeMap<&str, ItemId>,
    changed_by: &str,
    known: &impl Warehouses,
) -> Result<Vec<AccountId>, Failure> {
    let numbers: Vec<&str> = items.keys().copied().collect();
    let mut waiting: BTreeMap<OrderId, Vec<(OrderItemId, String)>> = BTreeMap::new();
    for chunk in numbers.chunks(MOST_VARIABLES) {
        let found: Vec<(OrderId, OrderItemId, Option<String>)> = on!(&mut tx.conn, c => order_items::table
            .inner_join(orders::table)
            .filter(orders::mandator_id.eq(mandator_id))
            .filter(order_items::item_id.is_null())
            .filter(order_items::internal_item_number.eq_any(chunk))
            .select((order_items::order_id, order_items::order_item_id, order_items::internal_item_number))
            .load(c))?;
        for (order_id, order_item_id, number) in found {
            waiting.entry(order_id).or_default().push((order_item_id, number.unwrap_or_default()));
        }
    }
    let mut accounts = Vec::new();
    for (order_id, found) in waiting {
        let Some(mut order) = get(&mut tx.conn, order_id)? else { continue };
        let mut positions = Positions::of_order(&mut tx.conn, &order, known)?;
        for (order_item_id, number) in found {
            let Some(item_id) = items.get(number.as_str()).copied() else { continue };
            let offer = match order.account_id {
                Some(account_id) => sold_offer(&mut tx.conn, account_id, None, Some(item_id))?,
                None => None,
            };
            positions.set_item(order_item_id, item_id);
            if let Some(row) = positions.row_mut(order_item_id) {
                row.offer_id = offer.map(|(offer_id, _)| offer_id);
            }
        }
        if order.order_status_id.reserves_stock() {
            positions.reserve(&mut tx.conn)?;
        }
        accounts.extend(follow_pieces(tx, positions, known)?);
        save(tx, &mut order, changed_by)?;
    }
    Ok(accounts)
}
