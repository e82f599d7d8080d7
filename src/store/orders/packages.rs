//! Packages of orders, and what is in them.

use diesel::prelude::*;

use super::positions::Packed;
use crate::domain::order::PacketDocument;
use crate::domain::{Failure, OrderId, OrderItemId, WarehouseId};
use crate::on;
use crate::store::among::among;
use crate::store::schema::{order_packets, package_contents};
use crate::store::{Conn, Tx, mails, next_ids};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_packets)]
pub struct PacketRow {
    pub packet_id: i32,
    pub order_id: OrderId,
    pub data: PacketDocument,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = package_contents, treat_none_as_default_value = false)]
pub struct ContentRow {
    pub package_content_id: i32,
    pub packet_id: i32,
    pub order_item_id: OrderItemId,
    /// The warehouse that the pieces left; missing for a position without an item.
    pub warehouse_id: Option<WarehouseId>,
    pub quantity: i32,
}

/// The packages of orders.
pub(crate) fn packets_of(conn: &mut Conn<'_>, order_ids: &[OrderId]) -> Result<Vec<PacketRow>, Failure> {
    Ok(on!(conn, c => order_packets::table
        .filter(among(order_packets::order_id, order_ids))
        .order(order_packets::packet_id)
        .select(PacketRow::as_select())
        .load(c))?)
}

/// What is in the packages of orders, each with its order.
pub(crate) fn contents_of(conn: &mut Conn<'_>, order_ids: &[OrderId]) -> Result<Vec<(OrderId, ContentRow)>, Failure> {
    Ok(on!(conn, c => package_contents::table
        .inner_join(order_packets::table)
        .filter(among(order_packets::order_id, order_ids))
        .order(package_contents::package_content_id)
        .select((order_packets::order_id, ContentRow::as_select()))
        .load(c))?)
}

/// Stores a new package with what is in it.
pub(crate) fn add_packet(tx: &mut Tx<'_>, order_id: OrderId, data: PacketDocument, contents: &[Packed]) -> Result<PacketRow, Failure> {
    let row = PacketRow { packet_id: next_ids(tx, "packet", 1)?, order_id, data };
    on!(&mut tx.conn, c => diesel::insert_into(order_packets::table).values(&row).execute(c))?;
    pack(tx, row.packet_id, contents)?;
    mails::note_shipped(tx, order_id, row.packet_id)?;
    Ok(row)
}

/// Puts pieces into a package.
pub(crate) fn pack(tx: &mut Tx<'_>, packet_id: i32, contents: &[Packed]) -> Result<(), Failure> {
    if contents.is_empty() {
        return Ok(());
    }
    let first = next_ids(tx, "package_content", contents.len())?;
    let rows: Vec<ContentRow> = (first..)
        .zip(contents)
        .map(|(package_content_id, packed)| ContentRow {
            package_content_id,
            packet_id,
            order_item_id: packed.order_item_id,
            warehouse_id: packed.warehouse_id,
            quantity: packed.quantity,
        })
        .collect();
    for chunk in rows.chunks(super::ROWS_OF_INSERT) {
        on!(&mut tx.conn, c => diesel::insert_into(package_contents::table).values(chunk).execute(c))?;
    }
    Ok(())
}

/// Stores a changed package.
pub(crate) fn save_packet(tx: &mut Tx<'_>, row: &PacketRow) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::update(order_packets::table.find(row.packet_id))
        .set(order_packets::data.eq(&row.data))
        .execute(c))?;
    Ok(())
}
