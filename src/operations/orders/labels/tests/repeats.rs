//! What counts as the same label, which pieces two labels cannot both have, and what a cancelled one leaves behind.

use super::*;
use crate::config::fixture;
use crate::domain::Reader;
use crate::operations::orders::labels::FetchShippingLabels;
use crate::operations::orders::labels::create::unnamed;
use crate::operations::orders::labels::fetch::{FetchLabelsRequest, LabelFilter};
use crate::operations::orders::labels::request::LabelAddress;
use crate::operations::platform::Platform;
use crate::operations::testing::{fetch, is, request};
use crate::operations::wire::Time;

fn pieces(quantity: i32) -> OrderContent {
    OrderContent { internal_item_number: Some("A-1".into()), quantity, ..OrderContent::default() }
}

/// The advice on labels beside the codes.
fn advised(store: &Store, list: Vec<NewShippingLabel>) -> (Vec<i32>, Vec<String>) {
    let shipping_labels = records("shipping_label", list);
    let called = call::<CreateShippingLabels>(store, CreateLabelsRequest { shipping_labels, dry_run: None });
    (codes(&called.result), called.advice)
}

#[test]
fn another_wish_under_a_known_number_is_no_repeat() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let from = |name: &str| Some(LabelAddress { firm: Some(name.into()), ..LabelAddress::default() });
        let first = NewShippingLabel {
            contents: vec![pieces(1)],
            length: Some(30),
            width: Some(20),
            height: Some(10),
            from_address: from("Store"),
            ..label(order, Some("L-1"))
        };
        let with = |change: fn(&mut NewShippingLabel)| {
            let mut label = first.clone();
            change(&mut label);
            label
        };
        let result = create(
            store,
            vec![
                first.clone(),
                first.clone(),
                with(|label| label.from_address = None),
                with(|label| label.contents = vec![pieces(2)]),
                with(|label| label.contents.clear()),
                with(|label| label.height = Some(11)),
                with(|label| (label.length, label.width, label.height) = (None, None, None)),
                NewShippingLabel { from_address: from("Elsewhere"), ..first.clone() },
            ],
        );
        assert_eq!(codes(&result), [0, 0, 0, -5081, -5081, -5081, -5081, -5081]);
        settle(store, LabelId(1), LabelState::Made, Some("0034"));
        act(store, LabelId(1), LabelStep::Confirm);
        assert_eq!(codes(&create(store, vec![first])), [0], "also when its pieces are shipped");
    });
}

#[test]
fn labels_have_no_piece_twice() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let of = |quantities: &[i32]| NewShippingLabel { contents: quantities.iter().copied().map(pieces).collect(), ..label(order, None) };
        assert_eq!(codes(&create(store, vec![of(&[1, 2])])), [-5009], "three of two");
        assert_eq!(codes(&create(store, vec![of(&[1]), of(&[2]), of(&[1, 1]), of(&[1]), of(&[1])])), [0, -5086, -5086, 0, -5086]);
        act(store, LabelId(1), LabelStep::Cancel);
        assert_eq!(codes(&create(store, vec![of(&[1])])), [0], "its piece is free again");
        settle(store, LabelId(2), LabelState::Refused, None);
        assert_eq!(codes(&create(store, vec![of(&[1])])), [0], "a refused one has none");
        assert_eq!(act(store, LabelId(2), LabelStep::Retry).0, -5086, "until it is tried again");
    });
}

#[test]
fn a_parcel_that_would_have_no_pieces_is_said_before_it_is_paid() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let (codes_of, advice) = advised(store, vec![label(order, None), label(order, None)]);
        assert_eq!((codes_of, advice.len()), (vec![0, 0], 1));
        assert!(advice[0].starts_with("shipping_label 2: ") && advice[0].contains("K1-000001"), "{advice:?}");
        for (id, number) in [(LabelId(1), "0034"), (LabelId(2), "0035")] {
            settle(store, id, LabelState::Made, Some(number));
            assert_eq!(act(store, id, LabelStep::Confirm).0, 0, "several parcels of one order");
        }
        assert_eq!(load(store, order).packets.len(), 2);
        let packet = load(store, order).packets[0].packet_id;
        assert_eq!(codes(&create(store, vec![label(order, None)])), [-5087]);
        assert_eq!(codes(&create(store, vec![NewShippingLabel { packet_id: Some(packet), ..label(order, None) }])), [0]);
    });
}

#[test]
fn the_number_of_a_cancelled_label_leaves_its_package() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let packed = PacketDocument { tracking_number: Some("0034".into()), told: true, ..PacketDocument::default() };
        let packet = store.write(move |tx| orders::add_packet(tx, order, packed, &[])).unwrap().packet_id;
        create(store, vec![NewShippingLabel { packet_id: Some(packet), ..label(order, None) }]);
        settle(store, LabelId(1), LabelState::Unclear, Some("0034"));
        let before = load(store, order).order.last_changed;
        assert_eq!(act(store, LabelId(1), LabelStep::Cancel).0, 0);
        let parts = load(store, order);
        assert_eq!(parts.packets[0].data.tracking_number, None);
        assert!(parts.order.last_changed > before, "the ERP reads changed orders");
        let said = row(store, LabelId(1)).document().unwrap().messages;
        assert!(said[0].contains("the channel keeps the number 0034"), "{said:?}");
    });
}

#[test]
fn blanks_around_a_number_and_the_case_of_an_account_do_not_count() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let xml = format!(
            "<request><shipping_label><mandator_id>1</mandator_id><order significant_key=\"order_id\"><order_id>{order}</order_id></order>\
             <external_label_number> L-1 </external_label_number><shipcloud_account> dhl </shipcloud_account><weight>500</weight>\
             </shipping_label></request>"
        );
        let result = call::<CreateShippingLabels>(store, request::<CreateShippingLabels>(&xml)).result;
        assert_eq!((codes(&result), row(store, LabelId(1)).external_label_number.as_deref()), (vec![0], Some("L-1")));
        let xml = "<request><shipping_label significant_key=\"external_label_number\"><mandator_id>1</mandator_id>\
                   <external_label_number> L-1 </external_label_number><label_action>cancel</label_action></shipping_label></request>";
        let result = call::<ConfirmShippingLabels>(store, request::<ConfirmShippingLabels>(xml)).result;
        assert_eq!(result.reports[0].return_code, 0);
        let filter = LabelFilter { mandator_id: is(MandatorId(1)), carrier_account: is("dhl".to_owned()), ..LabelFilter::default() };
        let found = fetch::<FetchShippingLabels>(store, FetchLabelsRequest { filters: vec![filter], ..FetchLabelsRequest::default() });
        assert_eq!(found.shipping_labels.len(), 1);
    });
}

#[test]
fn an_element_of_a_carrier_means_only_its_accounts() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        let of = |name: &str| NewShippingLabel { platform: Platform::named(name), ..label(order, None) };
        let by = |carrier: &str| NewShippingLabel { carrier: Some(carrier.into()), ..label(order, None) };
        let result = create(store, vec![of("dhl"), of("sandbox"), of("shipcloud"), of("ups"), by("dhl"), by("ups")]);
        assert_eq!(codes(&result), [0, 0, 0, -4047, 0, -5085]);
        let text = result.reports[3].error_description.clone().unwrap_or_default();
        assert!(text.contains("\"ups\"") && text.contains("there is: sandbox"), "{text}");
        settle(store, LabelId(1), LabelState::Made, Some("0034"));
        let record = LabelConfirmation {
            mandator_id: MandatorId(1),
            label_id: Some(LabelId(1)),
            platform: Platform::named("ups"),
            ..LabelConfirmation::default()
        };
        let shipping_labels = records("shipping_label", vec![record]);
        let result = call::<ConfirmShippingLabels>(store, ConfirmLabelsRequest { shipping_labels, dry_run: None }).result;
        assert_eq!(result.reports[0].return_code, -5085);
    });
}

#[test]
fn a_parcel_that_leaves_in_the_future_is_not_confirmed() {
    on_stores(|store| {
        let item = shelf(store);
        let order = order(store, item);
        create(store, vec![label(order, None)]);
        settle(store, LabelId(1), LabelState::Made, Some("0034"));
        let confirm = |days: i64| {
            let leaves = Stamp(Stamp::now().0 + days * 24 * 60 * 60 * 1_000_000);
            let record = LabelConfirmation {
                mandator_id: MandatorId(1),
                label_id: Some(LabelId(1)),
                shipping_date: Some(Time::of(leaves, chrono_tz::UTC)),
                ..LabelConfirmation::default()
            };
            let shipping_labels = records("shipping_label", vec![record]);
            let result = call::<ConfirmShippingLabels>(store, ConfirmLabelsRequest { shipping_labels, dry_run: None }).result;
            result.reports[0].return_code
        };
        assert_eq!((confirm(3), row(store, LabelId(1)).state), (-3010, LabelState::Made));
        assert_eq!((confirm(0), row(store, LabelId(1)).state), (0, LabelState::Confirmed));
    });
}

#[test]
fn an_account_that_is_not_named_is_asked_for_in_words() {
    let several = [fixture::carrier("sandbox"), fixture::carrier("dhl")];
    for (carriers, words) in [(&several[..0], "none; have the admin add one"), (&several[..], "several: DHL, DHL; name one of them")] {
        let own: Vec<_> = carriers.iter().collect();
        let text = unnamed(&own, false).said(Reader::ADMIN).to_owned();
        assert!(text.contains(words), "{text}");
    }
}
