//! Labels on both databases: what is ordered once, what is refused, and how tracking numbers come into packages.

mod again;
mod repeats;

use super::confirm::{ConfirmLabelsRequest, LabelConfirmation, LabelStep};
use super::create::{CreateLabelsRequest, CreateLabelsResult};
use super::request::{LabelOrder, NewShippingLabel};
use super::{ConfirmShippingLabels, CreateShippingLabels, LabelKeys};
use crate::domain::label::LabelState;
use crate::domain::order::{Address, OrderStatus, PacketDocument, Workflow};
use crate::domain::{LabelId, MandatorId, OrderId, Stamp};
use crate::operations::orders::OrderContent;
use crate::operations::orders::tests::{load, order_with, shelf};
use crate::operations::testing::{call, records};
use crate::store::labels::{self, LabelRow};
use crate::store::testing::on_stores;
use crate::store::{Store, orders};

fn order(store: &Store, item: crate::domain::ItemId) -> OrderId {
    order_with(store, item, Workflow::Prepayment, |row, _| {
        let text = |text: &str| Some(text.to_owned());
        row.data.delivery_address = Some(Address {
            last_name: text("Muster"),
            street: text("Weg 1"),
            postal_code: text("96047"),
            city: text("Bamberg"),
            country_code_iso: text("DE"),
            ..Address::default()
        });
    })
}

fn label(order_id: OrderId, number: Option<&str>) -> NewShippingLabel {
    NewShippingLabel {
        mandator_id: MandatorId(1),
        order: LabelOrder { order_id: Some(order_id), ..LabelOrder::default() },
        external_label_number: number.map(str::to_owned),
        weight: 500,
        ..NewShippingLabel::default()
    }
}

fn create(store: &Store, list: Vec<NewShippingLabel>) -> CreateLabelsResult {
    let shipping_labels = records("shipping_label", list);
    call::<CreateShippingLabels>(store, CreateLabelsRequest { shipping_labels, dry_run: None }).result
}

fn codes(result: &CreateLabelsResult) -> Vec<i32> {
    result.reports.iter().map(|report| report.return_code).collect()
}

fn act(store: &Store, label_id: LabelId, action: LabelStep) -> (i32, LabelKeys) {
    let record = LabelConfirmation {
        mandator_id: MandatorId(1),
        label_id: Some(label_id),
        label_action: Some(action),
        ..LabelConfirmation::default()
    };
    let shipping_labels = records("shipping_label", vec![record]);
    let result = call::<ConfirmShippingLabels>(store, ConfirmLabelsRequest { shipping_labels, dry_run: None }).result;
    let report = result.reports.into_iter().next().expect("a report");
    (report.return_code, report.shipping_label.unwrap_or_default())
}

fn row(store: &Store, id: LabelId) -> LabelRow {
    store.read(|conn| labels::load(conn, &[id])).unwrap().remove(0)
}

/// As its carrier would settle it.
fn settle(store: &Store, id: LabelId, state: LabelState, tracking_number: Option<&str>) {
    let number = tracking_number.map(str::to_owned);
    store
        .write(move |tx| {
            let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
            row.state = state;
            row.tracking_number = number;
            labels::save(tx, &mut row, "carrier")
        })
        .unwrap();
}

#[test]
fn a_label_with_a_number_is_ordered_once() {
    on_stores(|store| {
        let item = shelf(store);
        let (one, other) = (order(store, item), order(store, item));
        let result = create(store, vec![label(one, Some("L-1")), label(one, Some("L-1")), label(one, None), label(other, Some("L-1"))]);
        assert_eq!(codes(&result), [0, 0, 0, -5081]);
        let ids: Vec<_> = result.reports.iter().filter_map(|report| report.shipping_label.as_ref()?.label_id).collect();
        assert_eq!(ids, [LabelId(1), LabelId(1), LabelId(2)]);
        assert_eq!(row(store, LabelId(1)).reference, "K1-000001");
    });
}

#[test]
fn what_no_carrier_could_take_is_refused() {
    on_stores(|store| {
        let item = shelf(store);
        let good = order(store, item);
        let nowhere = order_with(store, item, Workflow::Prepayment, |_, _| {});
        let with = |change: fn(&mut NewShippingLabel)| {
            let mut label = label(good, None);
            change(&mut label);
            label
        };
        let result = create(
            store,
            vec![
                label(nowhere, None),
                with(|label| label.weight = 0),
                with(|label| label.weight_unit = Some(1)),
                with(|label| label.height = Some(10)),
                with(|label| label.shipcloud_account = Some("other".into())),
                with(|label| label.packet_id = Some(7)),
                with(|label| {
                    label.contents = vec![OrderContent { internal_item_number: Some("A-1".into()), quantity: 3, ..OrderContent::default() }]
                }),
                with(|label| label.mandator_id = MandatorId(2)),
                label(good, None),
            ],
        );
        assert_eq!(codes(&result), [-5083, -3010, -3007, -3001, -4045, -4042, -5009, -4008, 0]);
    });
}

#[test]
fn a_confirmed_label_ships_its_pieces_with_its_number() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let content = OrderContent { internal_item_number: Some("A-1".into()), quantity: 1, ..OrderContent::default() };
        create(store, vec![NewShippingLabel { contents: vec![content], ..label(order, None) }, label(order, None)]);
        assert_eq!(act(store, LabelId(1), LabelStep::Confirm).0, -5082, "it is not made yet");
        settle(store, LabelId(1), LabelState::Made, Some("0034"));
        for _ in 0..2 {
            let (code, keys) = act(store, LabelId(1), LabelStep::Confirm);
            assert_eq!((code, keys.tracking_number.as_deref()), (0, Some("0034")));
        }
        let parts = load(store, order);
        assert_eq!((parts.items[0].shipped, parts.packets.len(), parts.order.order_status_id), (1, 1, OrderStatus::New));
        let packet = &parts.packets[0];
        assert_eq!(
            (packet.data.tracking_number.as_deref(), packet.data.shipping_provider_identifier.as_deref(), row(store, LabelId(1)).packet_id),
            (Some("0034"), Some("DHL"), Some(packet.packet_id))
        );
        settle(store, LabelId(2), LabelState::Made, Some("0035"));
        act(store, LabelId(2), LabelStep::Confirm);
        let parts = load(store, order);
        assert_eq!((parts.items[0].shipped, parts.packets.len(), parts.order.order_status_id), (2, 2, OrderStatus::ShippedDone));
    });
}

#[test]
fn a_label_can_be_given_back_and_a_refused_one_tried_again() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        create(store, vec![label(order, None), label(order, None), label(order, None)]);
        assert_eq!(act(store, LabelId(1), LabelStep::Cancel).0, 0);
        assert_eq!(row(store, LabelId(1)).state, LabelState::Cancelled, "nobody asked for it yet");
        settle(store, LabelId(2), LabelState::Asking, None);
        assert_eq!(act(store, LabelId(2), LabelStep::Cancel).0, -5082, "the carrier is being asked");
        settle(store, LabelId(2), LabelState::Made, Some("0034"));
        act(store, LabelId(2), LabelStep::Cancel);
        assert_eq!(row(store, LabelId(2)).state, LabelState::Cancelling);
        settle(store, LabelId(3), LabelState::Refused, None);
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, order)?.expect("the order");
                row.data.delivery_address.as_mut().expect("an address").city = Some("Erlangen".into());
                orders::save(tx, &mut row, "erp")
            })
            .unwrap();
        assert_eq!(act(store, LabelId(3), LabelStep::Retry).0, 0);
        let tried = row(store, LabelId(3));
        assert_eq!(tried.state, LabelState::Waiting);
        assert_eq!(tried.document().unwrap().shipment.to.city.as_deref(), Some("Erlangen"), "where the order goes now");
        assert_eq!(act(store, LabelId(9), LabelStep::Retry).0, -4044);
    });
}

#[test]
fn a_package_has_one_label_until_it_is_cancelled() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let packet = store.write(move |tx| orders::add_packet(tx, order, PacketDocument::default(), &[])).unwrap().packet_id;
        let of_package = |number: Option<&str>| NewShippingLabel { packet_id: Some(packet), ..label(order, number) };
        let heavier = NewShippingLabel { weight: 501, ..of_package(Some("L-1")) };
        let result = create(store, vec![of_package(Some("L-1")), of_package(None), of_package(Some("L-2")), heavier]);
        assert_eq!(codes(&result), [0, 0, -5084, -5081]);
        let ids: Vec<_> = result.reports.iter().filter_map(|report| report.shipping_label.as_ref()?.label_id).collect();
        assert_eq!(ids, [LabelId(1), LabelId(1)], "the same again is a repeat");
        act(store, LabelId(1), LabelStep::Cancel);
        assert_eq!(codes(&create(store, vec![of_package(Some("L-2"))])), [0]);
    });
}

#[test]
fn a_label_for_a_package_changes_no_pieces() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let packet = store.write(move |tx| orders::add_packet(tx, order, PacketDocument::default(), &[])).unwrap().packet_id;
        create(store, vec![NewShippingLabel { packet_id: Some(packet), ..label(order, None) }]);
        settle(store, LabelId(1), LabelState::Made, Some("0034"));
        act(store, LabelId(1), LabelStep::Confirm);
        let parts = load(store, order);
        assert_eq!((parts.items[0].shipped, parts.packets.len(), row(store, LabelId(1)).state), (0, 1, LabelState::Confirmed));
    });
}

#[test]
fn nobody_orders_a_label_for_an_order_that_was_cancelled_meanwhile() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        create(store, vec![label(order, None)]);
        let carrier = row(store, LabelId(1)).carrier;
        let later = Stamp(i64::MAX);
        let is_due = || store.read(|conn| labels::due(conn, &carrier, later)).unwrap().is_some();
        let waits = || store.read(|conn| labels::waiting(conn, &carrier, later, 9)).unwrap().len();
        let release = || store.write(|tx| labels::release(tx, MandatorId(1), "DHL", 0)).unwrap();
        assert!(is_due() && waits() == 1 && release() == 1);
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, order)?.expect("the order");
                row.order_status_id = OrderStatus::Cancelled;
                orders::save(tx, &mut row, "erp")
            })
            .unwrap();
        assert!(!is_due() && waits() == 0 && release() == 0);
        assert_eq!(act(store, LabelId(1), LabelStep::Retry).0, -5003, "it would wait for ever");
        settle(store, LabelId(1), LabelState::Refused, None);
        assert_eq!(act(store, LabelId(1), LabelStep::Retry).0, -5003);
    });
}
