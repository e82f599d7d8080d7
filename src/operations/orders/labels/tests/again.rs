//! A second label for a package, and labels that are tried again or whose account at the carrier is gone.

use super::*;

fn packet(store: &Store, order: OrderId) -> i32 {
    store.write(move |tx| orders::add_packet(tx, order, PacketDocument::default(), &[])).unwrap().packet_id
}

#[test]
fn a_package_whose_parcel_is_on_its_way_gets_another_label_under_a_new_number() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let packet = packet(store, order);
        let of_package = |number: Option<&str>| NewShippingLabel { packet_id: Some(packet), ..label(order, number) };
        create(store, vec![of_package(None)]);
        settle(store, LabelId(1), LabelState::Made, Some("0034"));
        assert_eq!(codes(&create(store, vec![of_package(Some("L-2"))])), [-5084], "it has not left yet");
        act(store, LabelId(1), LabelStep::Confirm);
        let other = NewShippingLabel { weight: 501, ..of_package(None) };
        let result =
            create(store, vec![of_package(None), other, of_package(Some("L-2")), of_package(Some("L-2")), of_package(Some("L-3"))]);
        assert_eq!(codes(&result), [0, -5084, 0, 0, -5084]);
        let ids: Vec<_> = result.reports.iter().filter_map(|report| report.shipping_label.as_ref()?.label_id).collect();
        assert_eq!(ids, [LabelId(1), LabelId(2), LabelId(2)]);
        settle(store, LabelId(2), LabelState::Refused, None);
        assert_eq!(act(store, LabelId(2), LabelStep::Retry).0, 0, "the parcel that left before does not hinder it");
        settle(store, LabelId(2), LabelState::Refused, None);
        assert_eq!(codes(&create(store, vec![of_package(Some("L-3"))])), [0]);
        assert_eq!(act(store, LabelId(2), LabelStep::Retry).0, -5084);
    });
}

#[test]
fn a_package_whose_second_label_is_cancelled_has_the_number_of_the_first_parcel() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let packed = PacketDocument { tracking_number: Some("0035".into()), ..PacketDocument::default() };
        let packet = store.write(move |tx| orders::add_packet(tx, order, packed, &[])).unwrap().packet_id;
        let of_package = |number: Option<&str>| NewShippingLabel { packet_id: Some(packet), ..label(order, number) };
        create(store, vec![of_package(None)]);
        settle(store, LabelId(1), LabelState::Confirmed, Some("0034"));
        create(store, vec![of_package(Some("L-2"))]);
        settle(store, LabelId(2), LabelState::Unclear, Some("0035"));
        assert_eq!(act(store, LabelId(2), LabelStep::Cancel).0, 0);
        assert_eq!(load(store, order).packets[0].data.tracking_number.as_deref(), Some("0034"));
    });
}

#[test]
fn a_label_whose_account_is_gone_can_be_ended() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        for (state, unclear, retried, after) in [
            (LabelState::Cancelling, 0, -4045, Some(LabelState::Cancelled)),
            (LabelState::Made, 0, -5082, Some(LabelState::Cancelled)),
            (LabelState::Asking, 0, -4045, Some(LabelState::Cancelled)),
            (LabelState::Waiting, 1, -4045, Some(LabelState::Cancelled)),
            (LabelState::Confirmed, 0, -5082, None),
        ] {
            let result = create(store, vec![label(order, None)]);
            let id = result.reports[0].shipping_label.as_ref().unwrap().label_id.unwrap();
            store
                .write(move |tx| {
                    let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
                    (row.state, row.unclear, row.due_at, row.carrier) = (state, unclear, 0, "gone".into());
                    row.tracking_number = Some("0034".into());
                    labels::save(tx, &mut row, "carrier")
                })
                .unwrap();
            assert_eq!(act(store, id, LabelStep::Retry).0, retried, "{state:?}");
            assert_eq!(act(store, id, LabelStep::Cancel).0, if after.is_some() { 0 } else { -5082 }, "{state:?}");
            assert_eq!(row(store, id).state, after.unwrap_or(state));
            let said = row(store, id).document().unwrap().messages.concat();
            assert_eq!(said.contains("the account \"gone\" is not in the configuration any more"), after.is_some(), "{said}");
        }
    });
}

#[test]
fn who_has_a_label_tried_again_reads_what_a_new_one_would_say() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        create(store, vec![label(order, None)]);
        settle(store, LabelId(1), LabelState::Refused, None);
        create(store, vec![label(order, None)]);
        let retry = || {
            let record = LabelConfirmation {
                mandator_id: MandatorId(1),
                label_id: Some(LabelId(1)),
                label_action: Some(LabelStep::Retry),
                ..LabelConfirmation::default()
            };
            let shipping_labels = records("shipping_label", vec![record]);
            call::<ConfirmShippingLabels>(store, ConfirmLabelsRequest { shipping_labels, dry_run: None }).advice
        };
        let advice = retry();
        assert!(advice.len() == 1 && advice[0].contains("K1-000002"), "{advice:?}");
    });
}

#[test]
fn more_pieces_than_are_open_are_no_matter_of_other_labels() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let two = OrderContent { internal_item_number: Some("A-1".into()), quantity: 2, ..OrderContent::default() };
        let one = OrderContent { quantity: 1, ..two.clone() };
        create(store, vec![NewShippingLabel { contents: vec![two], ..label(order, None) }]);
        settle(store, LabelId(1), LabelState::Refused, None);
        create(store, vec![NewShippingLabel { contents: vec![one], ..label(order, None) }]);
        settle(store, LabelId(2), LabelState::Made, Some("0034"));
        act(store, LabelId(2), LabelStep::Confirm);
        assert_eq!(act(store, LabelId(1), LabelStep::Retry).0, -5009);
    });
}
