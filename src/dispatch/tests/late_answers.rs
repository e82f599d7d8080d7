//! Answers of shipping software that come late, twice or out of order.

use std::path::Path;
use std::time::SystemTime;

use super::labels::{order, row, wanted};
use super::shipping_software::{answer, folders, forwarder, retry};
use super::world::{World, everywhere};
use crate::dispatch::shipping_software::Forwarder;
use crate::domain::label::{Enclosed, LabelDocument, LabelState, Shipment};
use crate::domain::order::{PacketDocument, Workflow};
use crate::domain::{LabelId, MandatorId, OrderId};
use crate::store::orders::{self, OrderItemRow, OrderRow};
use crate::store::{Stored, labels};

/// Tried again, and in the next file.
fn export_again(world: &World, forwarder: &Forwarder, id: LabelId) {
    retry(world, id);
    assert_eq!(world.write(|tx| labels::release(tx, MandatorId(1), "DHL", 0)), 1);
    assert_eq!(forwarder.export(SystemTime::now()).unwrap(), 1);
}

/// The state and number of a label after a file of these rows, of which nobody complains.
fn after(world: &World, forwarder: &mut Forwarder, place: &Path, id: LabelId, rows: &str) -> (LabelState, Option<String>) {
    assert_eq!(answer(forwarder, place, "rows.csv", rows), "");
    let row = row(world, id);
    (row.state, row.tracking_number)
}

fn some(number: &str) -> Option<String> {
    Some(number.to_owned())
}

#[test]
fn an_old_file_takes_no_new_parcel_back() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let (order, path) = (order(world), place.path());
        let id = wanted(world, order, None);
        let mut forwarder = forwarder(world, &world.store, path);
        forwarder.export(SystemTime::now()).unwrap();
        let mut then = |rows: &str| after(world, &mut forwarder, path, id, rows);
        assert_eq!(then("K1-000001;E1;OK;"), (LabelState::Made, some("E1")));
        assert_eq!(then("K1-000001;E1;VOID;"), (LabelState::Refused, None));
        export_again(world, &forwarder, id);
        let mut then = |rows: &str| after(world, &mut forwarder, path, id, rows);
        assert_eq!(then("K1-000001;E1;VOID;"), (LabelState::Exported, None), "before the new number");
        assert_eq!(then("K1-000001;E2;OK;"), (LabelState::Made, some("E2")));
        let changed = row(world, id).last_changed;
        assert_eq!(then("K1-000001;E1;VOID;\nK1-000001;E1;OK;"), (LabelState::Made, some("E2")));
        assert_eq!(row(world, id).last_changed, changed, "the same file again changes nothing");
        assert_eq!(then("K1-000001;E7;VOID;"), (LabelState::Made, some("E2")), "a number that is not the label's");
        assert_eq!(then("K1-000001;E2;VOID;"), (LabelState::Refused, None));
        for old in ["E1", "E2", "E7"] {
            assert_eq!(then(&format!("K1-000001;{old};OK;")), (LabelState::Refused, None), "{old} was taken back");
        }
    });
}

#[test]
fn a_row_without_a_number_takes_one_parcel_back() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let (order, path) = (order(world), place.path());
        let id = wanted(world, order, None);
        let mut forwarder = forwarder(world, &world.store, path);
        forwarder.export(SystemTime::now()).unwrap();
        assert_eq!(after(world, &mut forwarder, path, id, "K1-000001;;VOID;"), (LabelState::Refused, None));
        assert_eq!(after(world, &mut forwarder, path, id, "K1-000001;;VOID;"), (LabelState::Refused, None));
        export_again(world, &forwarder, id);
        assert_eq!(after(world, &mut forwarder, path, id, "K1-000001;E2;OK;"), (LabelState::Made, some("E2")));
        let note = answer(&mut forwarder, path, "again.csv", "K1-000001;;VOID;");
        assert!(note.contains("has no number that says which; if the present parcel E2 was taken back"), "{note}");
        assert_eq!(row(world, id).state, LabelState::Made);
    });
}

#[test]
fn a_number_that_was_taken_back_before_it_came_counts_for_nothing() {
    everywhere(|world| {
        let (world, place) = (&world, folders());
        let (order, path) = (order(world), place.path());
        let id = wanted(world, order, None);
        let mut forwarder = forwarder(world, &world.store, path);
        forwarder.export(SystemTime::now()).unwrap();
        assert_eq!(after(world, &mut forwarder, path, id, "K1-000001;A1;VOID;"), (LabelState::Refused, None));
        assert_eq!(after(world, &mut forwarder, path, id, "K1-000001;A2;VOID;"), (LabelState::Refused, None));
        retry(world, id);
        assert_eq!(after(world, &mut forwarder, path, id, "K1-000001;A3;VOID;"), (LabelState::Waiting, None));
        for old in ["A1", "A2", "A3"] {
            assert_eq!(after(world, &mut forwarder, path, id, &format!("K1-000001;{old};OK;")), (LabelState::Waiting, None));
        }
    });
}

#[test]
fn a_number_beside_another_label_is_gone_once_the_software_took_it_back() {
    everywhere(|world| {
        for void in ["K1-000001;7777;VOID;", "K1-000001;;VOID;"] {
            let (world, place) = (&world, folders());
            let (order, path) = (order(world), place.path());
            let packet = world.write(move |tx| Ok(orders::add_packet(tx, order, PacketDocument::default(), &[])?.packet_id));
            let (late, mut forwarder) = (wanted(world, order, Some(packet)), forwarder(world, &world.store, path));
            let reference = row(world, late).reference;
            let of_late = |rows: &str| rows.replace("K1-000001", &reference);
            forwarder.export(SystemTime::now()).unwrap();
            answer(&mut forwarder, path, "1.csv", &of_late("K1-000001;;ERROR;address unknown"));
            let other = wanted(world, order, Some(packet));
            let note = answer(&mut forwarder, path, "2.csv", &of_late("K1-000001;7777;OK;"));
            let other_reference = row(world, other).reference;
            let words =
                format!("take 7777 back in the shipping software, or cancel {other_reference} with confirmShippingLabels and then send");
            assert!(note.contains(&words), "{note}");
            assert_eq!(after(world, &mut forwarder, path, late, &of_late(void)), (LabelState::Refused, None));
            assert!(row(world, late).document().unwrap().messages.iter().all(|said| !said.contains("7777")), "nothing is left to do");
            world.write(move |tx| {
                let mut row = labels::load(&mut tx.conn, &[other])?.remove(0);
                row.state = LabelState::Cancelled;
                labels::save(tx, &mut row, "erp")
            });
            assert_eq!(after(world, &mut forwarder, path, late, &of_late("K1-000001;7777;OK;")), (LabelState::Refused, None));
        }
    });
}

/// An order of two pieces, and labels for that many of them; 0: for all.
fn parcels(world: &World, quantities: [i32; 2]) -> (OrderId, [LabelId; 2]) {
    let order = world.write(|tx| {
        let items = vec![OrderItemRow::new("Mug".into(), 2, 100_000)];
        Ok(orders::insert(tx, OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment), items, &[])?.0.order_id)
    });
    let ids = quantities.map(|quantity| {
        let id = wanted(world, order, None);
        world.write(move |tx| {
            let order_item_id = orders::items_of(&mut tx.conn, order)?.remove(0).order_item_id;
            let contents = if quantity > 0 { vec![Enclosed { order_item_id, quantity }] } else { Vec::new() };
            let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
            row.data = Stored::of(&LabelDocument { shipment: Shipment { contents, ..Shipment::default() }, ..LabelDocument::default() })?;
            labels::save(tx, &mut row, "erp")
        });
        id
    });
    (order, ids)
}

#[test]
fn a_late_number_takes_no_pieces_that_another_label_has() {
    everywhere(|world| {
        for (quantities, fits) in [([0, 0], false), ([0, 1], false), ([1, 0], false), ([2, 1], false), ([1, 1], true)] {
            let (world, place) = (&world, folders());
            let (_, [late, other]) = parcels(world, quantities);
            let mut forwarder = forwarder(world, &world.store, place.path());
            forwarder.export(SystemTime::now()).unwrap();
            let (first, second) = (row(world, late).reference, row(world, other).reference);
            answer(&mut forwarder, place.path(), "1.csv", &format!("{first};;ERROR;no\n{second};E2;OK;"));
            let note = answer(&mut forwarder, place.path(), "2.csv", &format!("{first};E1;OK;"));
            let words = format!("label {first} has the number E1 now, but its pieces are in label {second} meanwhile; take E1 back");
            assert_eq!((note.contains(&words), row(world, late).state == LabelState::Made), (!fits, fits), "{quantities:?}: {note}");
        }
        let (world, place) = (&world, folders());
        let order = order(world);
        let id = wanted(world, order, None);
        let mut forwarder = forwarder(world, &world.store, place.path());
        forwarder.export(SystemTime::now()).unwrap();
        let reference = row(world, id).reference;
        answer(&mut forwarder, place.path(), "1.csv", &format!("{reference};;ERROR;no"));
        let note = answer(&mut forwarder, place.path(), "2.csv", &format!("{reference};E1;OK;"));
        assert!(
            note.contains("its pieces were shipped or cancelled meanwhile; take E1 back") && !note.contains("send this line again"),
            "{note}"
        );
    });
}
