//! What a change of status does to stock, and what is sent to the channel about it.

use crate::domain::code;
use crate::domain::order::{FactKind, Packet};
use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::*;
use crate::store::outbox::{self, Topic};
use crate::store::schema::stock;

/// Gives an order another status. Goods that leave are booked from stock and their reservation goes; a cancelled order
/// only loses its reservation; an order that comes back from the cancelled reserves again (`channel-calls.md` 3, rule 8).
/// Marks the offers concerned, and gives their accounts. The caller saves the row.
pub fn change_status(tx: &mut Tx<'_>, row: &mut OrderRow, to: OrderStatus) -> Result<Vec<i32>, Failure> {
    let from = row.order_status_id;
    row.order_status_id = to;
    if from == to {
        return Ok(Vec::new());
    }
    row.complete_status = to.complete_status();
    let touched = if to.is_shipped() {
        ship(tx, row.order_id)?
    } else if to == OrderStatus::Cancelled {
        release(tx, row.order_id)?
    } else if from == OrderStatus::Cancelled {
        reserve_again(tx, row.order_id)?
    } else {
        Vec::new()
    };
    outbox::mark_items(tx, &touched, &[Topic::Quantity])
}

fn reserved_items(tx: &mut Tx<'_>, order_id: i32) -> Result<Vec<(i32, i32, i32)>, Failure> {
    let positions = items_of(&mut tx.conn, order_id)?;
    Ok(positions
        .into_iter()
        .filter(|position| position.reserved > 0)
        .filter_map(|position| Some((position.item_id?, position.warehouse_id?, position.reserved)))
        .collect())
}

fn item_ids(positions: &[(i32, i32, i32)]) -> Vec<i32> {
    let mut ids: Vec<i32> = positions.iter().map(|(item, ..)| *item).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn release(tx: &mut Tx<'_>, order_id: i32) -> Result<Vec<i32>, Failure> {
    let reserved = reserved_items(tx, order_id)?;
    on!(&mut tx.conn, c => diesel::update(order_items::table.filter(order_items::order_id.eq(order_id)))
        .set(order_items::reserved.eq(0))
        .execute(c))?;
    Ok(item_ids(&reserved))
}

fn reserve_again(tx: &mut Tx<'_>, order_id: i32) -> Result<Vec<i32>, Failure> {
    on!(&mut tx.conn, c => diesel::update(order_items::table
            .filter(order_items::order_id.eq(order_id))
            .filter(order_items::quantity.gt(0))
            .filter(order_items::item_id.is_not_null())
            .filter(order_items::warehouse_id.is_not_null()))
        .set(order_items::reserved.eq(order_items::quantity))
        .execute(c))?;
    Ok(item_ids(&reserved_items(tx, order_id)?))
}

/// Books the reserved pieces from their warehouses. The stock may fall below zero: then more was sold than the ERP had
/// announced, and its next absolute stock puts that right.
fn ship(tx: &mut Tx<'_>, order_id: i32) -> Result<Vec<i32>, Failure> {
    let reserved = reserved_items(tx, order_id)?;
    let touched = item_ids(&reserved);
    // An item may have been deleted since; its stock went with it.
    let existing: Vec<i32> = on!(&mut tx.conn, c => items::table
        .filter(items::item_id.eq_any(&touched))
        .select(items::item_id)
        .load(c))?;
    let counts: Vec<(i32, i32, i32)> = on!(&mut tx.conn, c => stock::table
        .filter(stock::item_id.eq_any(&touched))
        .select((stock::item_id, stock::warehouse_id, stock::stock_count))
        .load(c))?;
    let counts: BTreeMap<(i32, i32), i32> = counts.into_iter().map(|(item, warehouse, count)| ((item, warehouse), count)).collect();
    let mut booked: BTreeMap<(i32, i32), i64> = BTreeMap::new();
    for (item, warehouse, pieces) in reserved {
        if existing.contains(&item) {
            let present = counts.get(&(item, warehouse)).copied().unwrap_or_default();
            *booked.entry((item, warehouse)).or_insert_with(|| i64::from(present)) -= i64::from(pieces);
        }
    }
    let mut rows = Vec::with_capacity(booked.len());
    for ((item, warehouse), count) in booked {
        let count = i32::try_from(count).map_err(|_| Failure::new(code::STOCK_OVERFLOW, [&count.to_string()]))?;
        rows.push((
            stock::item_id.eq(item),
            stock::warehouse_id.eq(warehouse),
            stock::stock_count.eq(count),
            stock::last_changed.eq(tx.stamp.0),
        ));
    }
    for chunk in rows.chunks(ROWS_OF_INSERT) {
        on!(&mut tx.conn, c => diesel::insert_into(stock::table)
            .values(chunk)
            .on_conflict((stock::item_id, stock::warehouse_id))
            .do_update()
            .set((
                stock::stock_count.eq(excluded(stock::stock_count)),
                stock::last_changed.eq(excluded(stock::last_changed)),
            ))
            .execute(c))?;
    }
    release(tx, order_id)?;
    Ok(touched)
}

/// Writes a fact for the order's channel and remembers it in the row, which the caller saves. A shipment is sent with
/// the packages that no earlier fact named, as often as there are new ones; everything else once. Gives the account, when
/// a fact was written; a phone sale has no channel.
pub fn tell(tx: &mut Tx<'_>, row: &mut OrderRow, mut fact: FactKind) -> Result<Option<i32>, Failure> {
    let Some(account_id) = row.account_id else {
        return Ok(None);
    };
    let times = row.data.times_told(fact.name());
    if let FactKind::Shipped { packets } = &mut fact {
        for mut packet in packets_of(&mut tx.conn, row.order_id)? {
            if packet.data.told {
                continue;
            }
            packet.data.told = true;
            save_packet(tx, &packet)?;
            let told = packet.data;
            packets.push(Packet {
                tracking_number: told.tracking_number,
                return_number: told.return_number,
                carrier: told
                    .shipping_provider_identifier
                    .or(told.shipping_provider_external_id)
                    .or_else(|| row.data.shipping_provider_identifier.clone()),
                dispatch_type: told.dispatch_type_identifier.or(told.dispatch_type_external_id),
                shipped_at: told.shipping_date,
            });
        }
        if packets.is_empty() && times > 0 {
            return Ok(None);
        }
    } else if times > 0 {
        return Ok(None);
    }
    let times = times.saturating_add(1);
    row.data.set_told(fact.name(), times);
    let key = format!("{}-{}-{times}", row.order_id, fact.word());
    let written = outbox::add_fact(tx, account_id, row.order_id, &key, &fact)?;
    Ok(written.then_some(account_id))
}
