//! What contradicts itself is refused, and the rest of the call goes through.

use super::update::{of, refused, sale, taken};
use super::*;
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
        assert_eq!(refused(store, with(|item| item.cancelled_quantity = Some(1))), -5015);
        assert_eq!(refused(store, with(|item| item.returned_quantity = Some(1))), -5015);
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
