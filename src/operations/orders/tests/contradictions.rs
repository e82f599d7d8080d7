//! What contradicts itself is refused, and the rest of the call goes through.

use super::update::{of, refused, sale, taken};
use super::*;
use crate::domain::Decimal;
use crate::operations::orders::form::OrderUpdate;
use crate::operations::wire::Patch;

fn set(store: &Store, id: OrderId, status: i32) -> i32 {
    refused(store, OrderUpdate { order_status_id: Some(status), ..of(id) })
}

#[test]
fn a_status_that_contradicts_the_pieces_is_refused() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        assert_eq!(set(store, id, 140), 0, "what is open is shipped");
        for open in [100, 110, 120, 190, 200] {
            assert_eq!(set(store, id, open), -5037, "{open}: everything is shipped");
        }
        assert_eq!((set(store, id, 150), load(store, id).items[0].shipped), (0, 2), "another word for what is so");

        let id = order(store, item, Workflow::Prepayment);
        assert_eq!(set(store, id, 200), 0);
        assert_eq!((set(store, id, 120), load(store, id).items[0].cancelled), (0, 0), "it is open again");
        assert_eq!((set(store, id, 200), set(store, id, 140)), (0, 0));
        let row = load(store, id).items.remove(0);
        assert_eq!((row.cancelled, row.shipped), (0, 2), "it was not cancelled after all");
    });
}

#[test]
fn a_new_phone_sale_has_no_pieces_that_are_cancelled_or_back() {
    on_stores(|store| {
        shelf(store);
        let with = |change: fn(&mut OrderItemUpdate)| {
            let mut update = sale("E-1");
            change(&mut update.order_items[0]);
            update
        };
        assert_eq!(refused(store, with(|item| item.cancelled_quantity = Some(1))), -5038);
        assert_eq!(refused(store, with(|item| item.returned_quantity = Some(1))), -5038);
        assert_eq!(refused(store, with(|item| (item.cancelled_quantity, item.returned_quantity) = (Some(0), Some(0)))), 0);
    });
}

#[test]
fn there_is_no_complete_status_seven_and_no_currency_qqq() {
    on_stores(|store| {
        shelf(store);
        assert_eq!(refused(store, OrderUpdate { complete_status: Some(7), ..sale("E-1") }), -3010);
        assert_eq!(refused(store, OrderUpdate { currency_code_iso: Patch::Set("QQQ".into()), ..sale("E-1") }), -3007);
        let id = taken(store, OrderUpdate { currency_code_iso: Patch::Set("CHF".into()), complete_status: Some(2), ..sale("E-1") });
        assert_eq!(load(store, id).order.data.currency_code_iso.as_deref(), Some("CHF"));
        assert_eq!(refused(store, OrderUpdate { complete_status: Some(0), ..of(id) }), -3010);
    });
}

#[test]
fn coupons_are_replaced_kept_and_removed() {
    on_stores(|store| {
        shelf(store);
        let coupon = OrderCoupon { coupon_code: Some("SAVE5".into()), coupon_amount: Decimal::from_whole(5), tax_amount: None };
        let id = taken(store, OrderUpdate { coupons: Patch::Set(vec![coupon]), ..sale("E-1") });
        let stored = || {
            let data = load(store, id).order.data;
            (data.totals.coupons.len(), data.coupon_amount)
        };
        taken(store, of(id));
        assert_eq!(stored(), (1, Some(Decimal::from_whole(5))));
        taken(store, OrderUpdate { coupons: Patch::Clear, ..of(id) });
        assert_eq!(stored(), (0, None));
    });
}

#[test]
fn an_order_that_is_not_there_is_looked_for_in_the_named_account() {
    on_stores(|store| {
        let update = OrderUpdate { account_id: Some(AccountId(101)), ..of(OrderId(4711)) };
        let report = call::<UpdateOrders>(
            store,
            crate::operations::orders::update::UpdateOrdersRequest { orders: records(vec![update]), ..Default::default() },
        )
        .result
        .reports
        .remove(0);
        let text = report.error_description.unwrap();
        assert!(text.contains("in mandator 1, account 101;") && text.contains("account_id"), "{text}");
    });
}

#[test]
fn a_new_phone_sale_has_positions_and_amounts_that_its_currency_can_express() {
    on_stores(|store| {
        shelf(store);
        assert_eq!(refused(store, OrderUpdate { order_items: Vec::new(), ..sale("E-1") }), -3001);
        let pieces = |quantity: i32| {
            let mut update = sale("E-1");
            update.order_items[0].quantity = Some(quantity);
            refused(store, update)
        };
        assert_eq!((pieces(0), pieces(1_000_001)), (-3010, -3010), "sums over orders stay numbers");
        let charged = |charge: &str, currency: &str| {
            let shipping_charge = Patch::Set(Decimal::parse(charge).unwrap());
            refused(store, OrderUpdate { shipping_charge, currency_code_iso: Patch::Set(currency.into()), ..sale("E-1") })
        };
        assert_eq!((charged("-1", "EUR"), charged("4.905", "EUR"), charged("100.55", "JPY")), (-3010, -3010, -3010));
        assert_eq!(charged("4.90", "EUR"), 0);
    });
}

#[test]
fn keys_of_two_positions_name_none() {
    on_stores(|store| {
        let item = shelf(store);
        let id = parts::order_of_three(store, item);
        let rows = load(store, id).items;
        let keys = |order_item_id, line: &str, number: &str| {
            let content = OrderContent {
                order_item_id,
                marketplace_order_item_id: Some(line.into()).filter(|line: &String| !line.is_empty()),
                internal_item_number: Some(number.into()).filter(|number: &String| !number.is_empty()),
                quantity: 1,
                ..OrderContent::default()
            };
            parts::ship(store, id, vec![parts::package(&format!("P-{line}-{number}"), &[content])])
        };
        let first = Some(rows[0].order_item_id);
        for (line, number, place) in
            [("L2", "", "marketplace_order_item_id"), ("L1", "B-2", "internal_item_number"), ("", "B-2", "internal_item_number")]
        {
            let (code, text) = keys(first, line, number);
            assert_eq!(code, -5017, "{text}");
            assert!(text.contains(&format!("content 1, {place}: ")), "{text}");
        }
        assert_eq!(keys(None, "L2", "A-1").0, -5017, "the second position has no number");
        assert_eq!(parts::pieces(store, id), [(3, 0, 0, 3), (1, 0, 0, 1)], "nothing is shipped");
        assert_eq!(keys(first, "L1", "A-1").0, 0, "keys that agree");
    });
}

#[test]
fn only_a_change_that_was_there_can_be_accepted() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let other = order(store, item, Workflow::Prepayment);
        store
            .write(move |tx| {
                let change = |order_id| orders::OrderChangeRow {
                    order_change_id: 0,
                    order_id,
                    changed_at: 0,
                    what: "note".into(),
                    order_item_id: None,
                    old_value: None,
                    new_value: Some("x".into()),
                };
                orders::note_changes(tx, vec![change(id), change(other)])
            })
            .unwrap();
        let accept = |number: i32| refused(store, OrderUpdate { accepted_change_ids: vec![number], ..of(id) });
        assert_eq!((accept(1), accept(1)), (0, 0), "it is accepted already");
        for number in [2, 3, 987_654, 0, -5] {
            assert_eq!(accept(number), -4023, "{number}");
        }
    });
}
