//! Orders that their channel changes.

use super::{Imported, changes, channel_order, export, facts, id_of, line, load, messages, pieces, reserved, settings, shelf, take};
use crate::domain::order::{OrderLine, OrderStatus};
use crate::domain::{Decimal, WarehouseId};
use crate::store::orders;
use crate::store::testing::on_stores;

#[test]
fn what_the_channel_corrects_is_followed_and_listed_once_the_erp_has_the_order() {
    for exported in [false, true] {
        on_stores(|store| {
            let item = shelf(store);
            let mut order = channel_order();
            order.paid = true;
            order.lines = vec![line("L1", Some("A-1"), None, 3), line("L2", Some("A-1"), None, 1)];
            let id = id_of(&take(store, &order));
            assert_eq!(reserved(store, item), 4);
            if exported {
                export(store, id);
            }
            order.lines = vec![line("L1", Some("A-1"), None, 1), line("L3", Some("A-1"), None, 2)];
            order.shipping_charge = Decimal::from_whole(7);
            order.delivery_address.city = Some("Kiel".into());
            order.note = None;
            assert!(matches!(take(store, &order), Imported::Changed { .. }));
            assert_eq!(pieces(store, id), [("L1".into(), 1, 0, 1), ("L2".into(), 1, 1, 0), ("L3".into(), 2, 0, 2)]);
            assert_eq!(reserved(store, item), 3);
            let data = load(store, id).order.data;
            assert_eq!((data.shipping_charge, data.note), (Some(Decimal::from_whole(7)), None));
            assert_eq!(data.delivery_address.unwrap().city.as_deref(), Some("Kiel"));
            let text = |text: &str| Some(text.to_owned());
            let expected = [
                ("shipping_charge", text("5.00"), text("7.00")),
                ("note", text("ring twice"), None),
                ("delivery_address/city", text("Berlin"), text("Kiel")),
                ("quantity", text("3"), text("1")),
                ("order_item", None, text("2")),
                ("order_item", text("1"), None),
            ]
            .map(|(what, old, new)| (what.to_owned(), old, new));
            assert_eq!(changes(store, id), if exported { expected.to_vec() } else { Vec::new() });
            let said: Vec<String> = messages(store).into_iter().map(|message| message.code).collect();
            assert_eq!(said, if exported { vec!["ORDER_CHANGED"] } else { Vec::new() });
            assert_eq!(take(store, &order), Imported::Unchanged, "it is said once");
            assert_eq!(facts(store), 0);
        });
    }
}

#[test]
fn what_the_erp_corrected_stays_when_the_channel_changes_something_else() {
    on_stores(|store| {
        shelf(store);
        let mut order = channel_order();
        let id = id_of(&take(store, &order));
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, id)?.unwrap();
                row.data.delivery_address.as_mut().unwrap().city = Some("Potsdam".into());
                orders::save(tx, &mut row, "erp")
            })
            .unwrap();
        order.delivery_address.last_name = Some("King".into());
        take(store, &order);
        let address = load(store, id).order.data.delivery_address.unwrap();
        assert_eq!((address.city.as_deref(), address.last_name.as_deref()), (Some("Potsdam"), Some("King")));
    });
}

#[test]
fn pieces_that_the_channel_cancels_are_free_again_and_shipped_ones_stay() {
    on_stores(|store| {
        let item = shelf(store);
        let mut order = channel_order();
        order.lines = vec![line("L1", Some("A-1"), None, 3)];
        let id = id_of(&take(store, &order));
        order.lines[0].cancelled = 1;
        take(store, &order);
        assert_eq!((pieces(store, id), reserved(store, item)), (vec![("L1".into(), 3, 1, 2)], 2));
        order.lines.push(OrderLine { cancelled: 1, ..line("L2", Some("A-1"), None, 2) });
        take(store, &order);
        assert_eq!((pieces(store, id)[1].clone(), reserved(store, item)), (("L2".into(), 2, 1, 1), 3), "a new line, in part cancelled");
        order.lines.pop();
        take(store, &order);
        store
            .write(move |tx| {
                let mut positions = orders::Positions::load(&mut tx.conn, id, &[WarehouseId(10)])?;
                let position = positions.rows()[0].order_item_id;
                positions.ship(position, 1, None);
                orders::follow_pieces(tx, positions, &settings())?;
                Ok(())
            })
            .unwrap();
        order.lines.clear();
        take(store, &order);
        assert_eq!(pieces(store, id)[0], ("L1".into(), 3, 2, 0));
        let parts = load(store, id);
        assert_eq!(
            (parts.order.order_status_id, parts.items[0].shipped),
            (OrderStatus::ShippedDone, 1),
            "nothing is open any more, and a part was shipped"
        );
    });
}

#[test]
fn what_the_erp_cancelled_comes_back_from_the_channel_as_nothing_new() {
    on_stores(|store| {
        let item = shelf(store);
        let mut order = channel_order();
        order.lines = vec![line("L1", Some("A-1"), None, 3), line("L2", Some("A-1"), None, 1)];
        let id = id_of(&take(store, &order));
        export(store, id);
        store
            .write(move |tx| {
                let mut positions = orders::Positions::load(&mut tx.conn, id, &[WarehouseId(10)])?;
                let ids: Vec<_> = positions.rows().iter().map(|row| row.order_item_id).collect();
                positions.cancel(ids[0], 1);
                positions.cancel(ids[1], 1);
                positions.set_cancelled_told(ids);
                orders::follow_pieces(tx, positions, &settings())?;
                Ok(())
            })
            .unwrap();
        order.lines = vec![OrderLine { cancelled: 1, ..order.lines[0].clone() }];
        assert_eq!(take(store, &order), Imported::Unchanged);
        assert_eq!((pieces(store, id)[0].clone(), reserved(store, item)), (("L1".into(), 3, 1, 2), 2));
        assert!(changes(store, id).is_empty() && messages(store).is_empty());
    });
}
