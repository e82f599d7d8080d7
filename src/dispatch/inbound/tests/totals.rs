//! What an order amounts to, as its channel says it.

use chrono::{TimeZone, Utc};

use super::{Imported, changes, channel_order, export, id_of, load, messages, settings, shelf, take};
use crate::domain::order::{ChannelOrder, Coupon, PriceType, TaxShare, total_difference};
use crate::domain::{Decimal, OrderId, Reader, WarehouseId};
use crate::store::Store;
use crate::store::orders::{self, Positions};
use crate::store::testing::on_stores;

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn coupon(code: &str, worth: &str) -> Coupon {
    Coupon { code: Some(code.into()), amount: amount(worth), tax_amount: Some(amount("0.80")) }
}

/// Two pieces for 10.00 each, postage of 5.00, a coupon of 5.00, and everything else that a channel can say.
fn said() -> ChannelOrder {
    let mut order = channel_order();
    order.coupon_amount = amount("5.00");
    order.totals.coupons = vec![coupon("SAVE5", "5.00")];
    order.totals.total_amount = Some(amount("20.00"));
    order.totals.shipping_tax_rate = Some(amount("19"));
    order.totals.taxes = vec![TaxShare { tax_rate: amount("19"), net_amount: Some(amount("16.81")), tax_amount: amount("3.19") }];
    order.lines[0].total_amount = Some(amount("20.00"));
    order.buyer.tax_identification_number = Some("DE136695976".into());
    order.delivery.pickup_point = Some("Packstation 118".into());
    order.delivery.post_number = Some("87654321".into());
    order.delivery.deliver_by_date = Some(Utc.with_ymd_and_hms(2026, 1, 9, 12, 0, 0).unwrap());
    order
}

fn difference(store: &Store, id: OrderId) -> Option<String> {
    let data = load(store, id).order.data;
    total_difference(data.totals.total_amount, data.calculated_amount, data.currency_code_iso.as_deref())
        .map(|difference| difference.to_string())
}

fn codes(store: &Store) -> Vec<String> {
    messages(store).into_iter().map(|message| message.code).collect()
}

#[test]
fn totals_and_delivery_are_stored_as_the_channel_says_them() {
    on_stores(|store| {
        shelf(store);
        let mut order = said();
        order.currency = "CHF".into();
        let id = id_of(&take(store, &order));
        let parts = load(store, id);
        let data = &parts.order.data;
        assert_eq!((&data.totals, &data.delivery), (&order.totals, &order.delivery));
        assert_eq!(data.tax_identification_number.as_deref(), Some("DE136695976"));
        assert_eq!((data.price_type_id, parts.items[0].total_amount), (Some(PriceType::Gross), Some(200_000)));
        assert_eq!(data.currency_code_iso.as_deref(), Some("CHF"), "its own currency, not that of the account");
        assert_eq!((difference(store, id), codes(store)), (None, vec![]));
    });
}

#[test]
fn a_total_that_is_a_cent_off_is_said_once_and_again_when_it_changes() {
    on_stores(|store| {
        shelf(store);
        let mut order = said();
        order.totals.total_amount = Some(amount("20.01"));
        let id = id_of(&take(store, &order));
        assert_eq!(difference(store, id).as_deref(), Some("0.01"));
        let text = messages(store)[0].text(Reader::ADMIN);
        assert!(text.contains("20.01") && text.contains("20.00"), "{text}");
        order.note = Some("ring".into());
        take(store, &order);
        assert_eq!(codes(store), ["ORDER_TOTAL_DIFFERS"]);
        order.lines[0].quantity = 3;
        take(store, &order);
        assert_eq!((difference(store, id).as_deref(), codes(store).len()), (Some("-9.99"), 2));
        order.totals.total_amount = Some(amount("30.00"));
        take(store, &order);
        assert_eq!((difference(store, id), codes(store).len()), (None, 2));
    });
}

#[test]
fn what_the_channel_changes_of_totals_is_followed_and_listed_after_the_export() {
    on_stores(|store| {
        shelf(store);
        let mut order = said();
        let id = id_of(&take(store, &order));
        export(store, id);
        order.totals.coupons = vec![coupon("SAVE5", "5.00"), coupon("MORE", "2.50")];
        order.coupon_amount = amount("7.50");
        order.totals.total_amount = Some(amount("17.50"));
        order.totals.taxes[0].tax_amount = amount("2.79");
        order.delivery.post_number = None;
        order.delivery.gift_message = Some("All the best".into());
        order.buyer.tax_identification_number = Some("ATU12345678".into());
        order.lines[0].total_amount = Some(amount("19.99"));
        assert!(matches!(take(store, &order), Imported::Changed { .. }));
        let parts = load(store, id);
        assert_eq!((&parts.order.data.totals, &parts.order.data.delivery), (&order.totals, &order.delivery));
        assert_eq!(parts.items[0].total_amount, Some(199_900));
        let text = |text: &str| Some(text.to_owned());
        fn json(entry: &impl serde::Serialize) -> Option<String> {
            Some(serde_json::to_string(&[entry]).unwrap())
        }
        let expected = [
            ("coupon_amount", text("5.00"), text("7.50")),
            ("total_amount", text("20.00"), text("17.50")),
            ("coupons/coupon", None, json(&coupon("MORE", "2.50"))),
            ("taxes/tax", json(&said().totals.taxes[0]), json(&order.totals.taxes[0])),
            ("tax_identification_number", text("DE136695976"), text("ATU12345678")),
            ("post_number", text("87654321"), None),
            ("gift_message", None, text("All the best")),
            ("total_amount", text("20.00"), text("19.99")),
        ];
        assert_eq!(changes(store, id), expected.map(|(what, old, new)| (what.to_owned(), old, new)));
        assert_eq!(take(store, &order), Imported::Unchanged, "it is said once");
    });
}

#[test]
fn sums_that_fall_with_what_the_erp_cancelled_are_no_news() {
    on_stores(|store| {
        shelf(store);
        let mut order = said();
        let id = id_of(&take(store, &order));
        export(store, id);
        store
            .write(move |tx| {
                let mut positions = Positions::load(&mut tx.conn, id, &[WarehouseId(10)])?;
                let first = positions.rows()[0].order_item_id;
                positions.cancel(first, 1);
                positions.set_cancelled_told([first]);
                orders::follow_pieces(tx, positions, &settings())
            })
            .unwrap();
        order.lines[0].cancelled = 1;
        order.lines[0].total_amount = Some(amount("10.00"));
        order.totals.total_amount = Some(amount("10.00"));
        order.totals.taxes[0].tax_amount = amount("1.60");
        assert_eq!(take(store, &order), Imported::Unchanged);
        let parts = load(store, id);
        assert_eq!((&parts.order.data.totals, parts.items[0].total_amount), (&order.totals, Some(100_000)));
        assert_eq!((changes(store, id), difference(store, id), codes(store)), (vec![], None, vec![]));
    });
}

#[test]
fn an_order_of_an_earlier_version_learns_its_totals_with_the_next_change_and_without_a_list() {
    on_stores(|store| {
        shelf(store);
        let mut order = channel_order();
        let id = id_of(&take(store, &order));
        export(store, id);
        // The list that the version before wrote.
        let digest = format!("2:{}", "0".repeat(64));
        store
            .write(move |tx| {
                let mut row = crate::store::orders::get(&mut tx.conn, id)?.unwrap();
                row.channel_digest = Some(digest);
                crate::store::orders::save_unseen(tx, &row)
            })
            .unwrap();
        order = ChannelOrder { note: Some("ring once".into()), ..said() };
        order.coupon_amount = Decimal::ZERO;
        take(store, &order);
        let data = load(store, id).order.data;
        assert_eq!((data.totals, data.delivery), (order.totals.clone(), order.delivery.clone()));
        let listed: Vec<String> = changes(store, id).into_iter().map(|(what, _, _)| what).collect();
        assert_eq!(listed, ["note"]);
    });
}
