//! What Kontor's own books decide before a fact goes to the channel: a shipment in parts to a channel that takes whole ones only.

use super::super::play::{Play, fact};
use super::facts::Bought;
use super::*;
use crate::connectors::Fact;
use crate::dispatch::{Fitted, fit};
use crate::domain::order::{FactKind, PacketDocument, Workflow};
use crate::domain::{AccountId, MandatorId, OrderId};
use crate::soap::fixture;
use crate::store::Store;
use crate::store::orders::{self, OrderItemRow, OrderRow, Positions};
use crate::store::outbox::{FactRow, OutboxStatus};
use crate::store::testing::{Guard, stores};

pub(super) const ALL: &[Scenario] = &[Scenario {
    id: "whole_shipment",
    promise: "A part that was shipped is reported at once or, where the channel takes whole shipments only, together with the rest",
    needs: &[SHIPPED],
    run: whole_shipment,
}];

/// Kontor's books of one order with one position.
struct Books {
    store: Store,
    _database: Guard,
    order_id: OrderId,
}

impl Books {
    fn of(pieces: i32) -> Books {
        let (_, store, database) = stores().remove(0);
        let order = store.write(move |tx| {
            let mut row = OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment);
            row.account_id = Some(AccountId(101));
            orders::insert(tx, row, vec![OrderItemRow::new("Lamp".into(), pieces, 199_000)], &[])
        });
        Books { order_id: order.unwrap().0.order_id, store, _database: database }
    }

    /// Pieces leave in a package of their own.
    fn ships(&self, pieces: i32, tracking: &'static str) {
        let order_id = self.order_id;
        let shipped = self.store.write(move |tx| {
            let mut positions = Positions::load(&mut tx.conn, order_id, &[])?;
            let id = positions.rows()[0].order_item_id;
            drop(positions.ship(id, pieces, None));
            orders::follow_pieces(tx, positions, &fixture::settings())?;
            let data = PacketDocument {
                tracking_number: Some(tracking.to_owned()),
                shipping_provider_identifier: Some("DHL".to_owned()),
                ..PacketDocument::default()
            };
            orders::add_packet(tx, order_id, data, &[])
        });
        shipped.unwrap();
    }

    fn fits(&self, said: &Fact, can: &Capabilities) -> Fitted {
        let row = FactRow {
            fact_id: 1,
            account_id: AccountId(101),
            order_id: self.order_id,
            fact_key: said.key.clone(),
            kind: said.kind.word().to_owned(),
            payload: String::new(),
            version: 1,
            status: OutboxStatus::Pending,
            due_at: 0,
            attempts: 0,
            first_failed_at: None,
            last_error: None,
            settled_at: None,
            begun: 0,
            unclear: 0,
            channel_task: None,
        };
        self.store.read(|conn| fit(conn, &row, said.kind.clone(), can)).unwrap()
    }
}

fn whole_shipment(play: &mut Play<'_>) {
    let bought = Bought::paid(play, &[3]);
    let books = Books::of(3);
    books.ships(2, "JJD1");
    let part = bought.package(1, Some("JJD1"), vec![bought.pieces(0, 2, 2)]);
    match books.fits(&part, &play.can) {
        Fitted::Send(kind, None) if play.can.ships_in_part => {
            play.told(&fact(&bought.id, kind));
            assert_eq!(bought.of(play, 0), (2, 0));
        }
        Fitted::Waits(shipment, _) if !play.can.ships_in_part => {
            assert_eq!((bought.of(play, 0), shipment.packet_ids), ((0, 0), vec![1]), "nothing is said of it yet");
        }
        other => panic!("{other:?}"),
    }
    books.ships(1, "JJD2");
    let rest = bought.package(2, Some("JJD2"), vec![bought.pieces(0, 1, 3)]);
    let Fitted::Send(kind, remark) = books.fits(&rest, &play.can) else { panic!("the rest goes") };
    assert_eq!(remark.is_some(), !play.can.several_packages && !play.can.ships_in_part, "the ERP hears what has no room");
    if let (FactKind::Shipped { packets, .. }, false) = (&kind, play.can.ships_in_part) {
        assert_eq!(packets.len(), if play.can.several_packages { 2 } else { 1 });
    }
    let shown = super::facts::once(play, &bought, &fact(&bought.id, kind));
    assert_eq!(bought.of(play, 0), (3, 0));
    let mut tracking: Vec<&String> = shown.packages.iter().flat_map(|package| &package.tracking).collect();
    tracking.sort();
    let expected: &[&str] = if play.can.several_packages { &["JJD1", "JJD2"] } else { &["JJD1"] };
    assert_eq!(tracking, expected);
}
