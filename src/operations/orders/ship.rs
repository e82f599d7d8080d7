//! `SHIPPED`: everything that is open, or the pieces that packages name.
//!
//! A package is known by the ERP's number or its tracking number. The same package with the same contents is a repeat and
//! books nothing, so that an ERP can repeat a report after a time-out.

use std::collections::BTreeMap;

use super::OrderPacket;
use super::positions::{OrderContent, open_pieces, warehouse};
use crate::config::{Mandator, Settings};
use crate::domain::order::{Content, PacketDocument};
use crate::domain::{AccountId, Failure, FieldName, OrderId, OrderItemId, Place, WarehouseId, code};
use crate::operations::Work;
use crate::store::orders::{self, ContentRow, OrderRow, Packed, PacketRow, Positions};

/// What a shipment did.
pub(super) struct Shipped {
    pub accounts: Vec<AccountId>,
    /// Pieces in several packages of which nobody said what is in which.
    pub together: Vec<Content>,
    /// Packages or pieces changed.
    pub changed: bool,
    /// Nothing of the order is open any more.
    pub complete: bool,
}

/// A package of a request.
struct Package<'r> {
    number: usize,
    data: PacketDocument,
    contents: &'r [OrderContent],
}

pub(super) fn ship(work: &mut Work<'_, '_>, mandator: &Mandator, row: &OrderRow, sent: &[OrderPacket]) -> Result<Shipped, Failure> {
    let packages = packages_of(work.settings, mandator, sent)?;
    let mut positions = Positions::of_order(&mut work.tx.conn, row, work.settings)?;
    let mut shelf = Shelf::load(work, row.order_id)?;
    let mut together = Vec::new();
    if packages.iter().any(|package| !package.contents.is_empty()) {
        for package in &packages {
            shelf
                .ship_contents(work, mandator, &mut positions, package)
                .map_err(|failure| failure.within(Place::entry("shipping_information", package.number)))?;
        }
    } else {
        let packed = positions.ship_open();
        shelf.changed |= !packed.is_empty();
        together = shelf.ship_rest(work, &positions, packages, packed)?;
    }
    let complete = !positions.is_open();
    let accounts = orders::follow_pieces(work.tx, positions, work.settings)?;
    Ok(Shipped { accounts, together, changed: shelf.changed, complete })
}

/// Packages that come with a status other than `SHIPPED`: their data are kept, nothing is shipped. True: something changed.
pub(super) fn note(work: &mut Work<'_, '_>, mandator: &Mandator, row: &OrderRow, sent: &[OrderPacket]) -> Result<bool, Failure> {
    let packages = packages_of(work.settings, mandator, sent)?;
    if let Some(package) = packages.iter().find(|package| !package.contents.is_empty()) {
        let failure = Failure::new(code::POSITIONS_MISPLACED, ["shipping_information/contents", "SHIPPED"]);
        return Err(failure.within(Place::entry("shipping_information", package.number)));
    }
    let mut shelf = Shelf::load(work, row.order_id)?;
    for package in packages {
        shelf.take(work, package.data, &[])?;
    }
    Ok(shelf.changed)
}

/// The packages that say something. Either all name their contents, or none does.
fn packages_of<'r>(settings: &Settings, mandator: &Mandator, sent: &'r [OrderPacket]) -> Result<Vec<Package<'r>>, Failure> {
    let packages: Vec<Package<'r>> = sent
        .iter()
        .enumerate()
        .map(|(index, packet)| Package { number: index + 1, data: packet.stored(settings, mandator), contents: &packet.contents })
        .filter(|package| !package.contents.is_empty() || package.data != PacketDocument::default())
        .collect();
    let with = packages.iter().filter(|package| !package.contents.is_empty()).count();
    if with > 0 && with < packages.len() {
        return Err(Failure::new(code::CONTENTS_IN_PART, [&with.to_string(), &packages.len().to_string()]));
    }
    for (index, package) in packages.iter().enumerate().filter(|(_, package)| !package.contents.is_empty()) {
        // As a repeat it would be booked once, as a second package under the same number nobody could tell it from one.
        if let Some(number) = package.data.number()
            && packages.iter().take(index).any(|other| other.data.is_same(&package.data))
        {
            let failure = Failure::quoting(code::REPEATED, [&(FieldName("external_packet_number"), number)]);
            return Err(failure.within(Place::entry("shipping_information", package.number)));
        }
    }
    Ok(packages)
}

/// The packages that the order has.
struct Shelf {
    order_id: OrderId,
    packets: Vec<PacketRow>,
    contents: Vec<ContentRow>,
    changed: bool,
}

impl Shelf {
    fn load(work: &mut Work<'_, '_>, order_id: OrderId) -> Result<Shelf, Failure> {
        let conn = &mut work.tx.conn;
        let contents = orders::contents_of(conn, &[order_id])?.into_iter().map(|(_, row)| row).collect();
        Ok(Shelf { order_id, packets: orders::packets_of(conn, &[order_id])?, contents, changed: false })
    }

    fn contents_of(&self, packet_id: i32) -> impl Iterator<Item = &ContentRow> {
        self.contents.iter().filter(move |content| content.packet_id == packet_id)
    }

    /// Takes a package over; one that is known already gets the data that the request names. Pieces go into a new one, or into one of which
    /// nobody said yet what is in it. Gives the pieces that found no place.
    fn take(&mut self, work: &mut Work<'_, '_>, data: PacketDocument, packed: &[Packed]) -> Result<Vec<Packed>, Failure> {
        let Some(index) = self.packets.iter().position(|row| row.data.is_same(&data)) else {
            self.add(work, data, packed)?;
            return Ok(Vec::new());
        };
        let Some(known) = self.packets.get_mut(index) else { return Ok(packed.to_vec()) };
        let before = known.data.clone();
        known.data.follow(data);
        let (packet_id, is_new_to_the_channel) = (known.packet_id, !before.told);
        // A tracking number that comes late, or another one, is news for the channel.
        if before.told && before.tracking_number != known.data.tracking_number {
            known.data.told = false;
            known.data.again = true;
        }
        if known.data != before {
            orders::save_packet(work.tx, known)?;
            self.changed = true;
        }
        if is_new_to_the_channel && self.contents_of(packet_id).next().is_none() {
            orders::pack(work.tx, packet_id, packed)?;
            return Ok(Vec::new());
        }
        Ok(packed.to_vec())
    }

    fn add(&mut self, work: &mut Work<'_, '_>, data: PacketDocument, packed: &[Packed]) -> Result<(), Failure> {
        let row = orders::add_packet(work.tx, self.order_id, data, packed)?;
        let inside = packed.iter().map(|part| ContentRow {
            package_content_id: 0,
            packet_id: row.packet_id,
            order_item_id: part.order_item_id,
            warehouse_id: part.warehouse_id,
            quantity: part.quantity,
        });
        self.contents.extend(inside);
        self.packets.push(row);
        self.changed = true;
        Ok(())
    }

    /// Packs everything that was open: into the one package of the request, or into one of Kontor's own. Of several
    /// packages it is not known what is in which.
    fn ship_rest(
        &mut self,
        work: &mut Work<'_, '_>,
        positions: &Positions,
        packages: Vec<Package<'_>>,
        packed: Vec<Packed>,
    ) -> Result<Vec<Content>, Failure> {
        let several = packages.len() > 1;
        let mut left = packed;
        for package in packages {
            let inside = if several { Vec::new() } else { std::mem::take(&mut left) };
            let rest = self.take(work, package.data, &inside)?;
            left.extend(rest);
        }
        if several {
            let pieces = left.iter().map(|part| (part.order_item_id, part.quantity));
            return Ok(positions.contents(pieces, |pieces| pieces.shipped));
        }
        if !left.is_empty() {
            self.add(work, PacketDocument::default(), &left)?;
        }
        Ok(Vec::new())
    }

    /// Ships exactly what a package names.
    fn ship_contents(
        &mut self,
        work: &mut Work<'_, '_>,
        mandator: &Mandator,
        positions: &mut Positions,
        package: &Package<'_>,
    ) -> Result<(), Failure> {
        let Some(number) = package.data.number().map(str::to_owned) else {
            return Err(Failure::new(code::PACKAGE_WITHOUT_NUMBER, []));
        };
        let within = |index: usize, failure: Failure| failure.within(Place::entry("content", index + 1));
        let mut wanted = Vec::with_capacity(package.contents.len());
        for (index, content) in package.contents.iter().enumerate() {
            let position = content.keys().find(positions.rows()).map_err(|failure| within(index, failure))?;
            let from = warehouse(work.settings, mandator, content.warehouse_code.as_deref()).map_err(|failure| within(index, failure))?;
            wanted.push((position.order_item_id, content.quantity, from));
        }
        if let Some(known) = self.packets.iter().find(|row| row.data.is_same(&package.data)).map(|row| row.packet_id) {
            if !self.holds(known, &wanted) {
                return Err(Failure::quoting(code::PACKAGE_DIFFERS, [&number]));
            }
            self.take(work, package.data.clone(), &[])?;
            return Ok(());
        }
        let mut packed = Vec::new();
        for (index, (order_item_id, quantity, from)) in wanted.into_iter().enumerate() {
            let open = positions.pieces(order_item_id).open();
            let pieces = open_pieces(quantity, open).map_err(|failure| within(index, failure))?;
            packed.extend(positions.ship(order_item_id, pieces, from));
        }
        self.add(work, package.data.clone(), &packed)
    }

    /// The package holds exactly these pieces; a warehouse only counts where the request names one.
    fn holds(&self, packet_id: i32, wanted: &[(OrderItemId, i32, Option<WarehouseId>)]) -> bool {
        let mut left: BTreeMap<OrderItemId, i64> = BTreeMap::new();
        for content in self.contents_of(packet_id) {
            *left.entry(content.order_item_id).or_default() += i64::from(content.quantity);
        }
        for (order_item_id, quantity, from) in wanted {
            *left.entry(*order_item_id).or_default() -= i64::from(*quantity);
            if from.is_some() {
                let there =
                    self.contents_of(packet_id).filter(|inside| inside.order_item_id == *order_item_id && inside.warehouse_id == *from);
                if there.map(|inside| i64::from(inside.quantity)).sum::<i64>() < i64::from(*quantity) {
                    return false;
                }
            }
        }
        left.values().all(|pieces| *pieces == 0)
    }
}
