mod afterwards;
mod corrections;
mod fit;
mod payments;
mod totals;

use crate::domain::message::Severity;
use crate::domain::{AccountId, ItemId, MandatorId, OrderId, Reader, WarehouseId};
use chrono::{TimeZone, Utc};
use diesel::prelude::*;

use super::{Imported, import};
use crate::config::fixture::settings;
use crate::domain::Decimal;
use crate::domain::order::{Address, Buyer, ChannelOrder, OrderLine};
use crate::domain::order::{OrderStatus, PaymentStatus, Workflow};
use crate::on;
use crate::store::messages::MessageRow;
use crate::store::offers::stock_figures;
use crate::store::orders::{self, OrderParts};
use crate::store::schema::{outbox_facts, outbox_states, upload_messages};
use crate::store::testing::{item, offer, on_stores, stock_of};
use crate::store::{Store, outbox};

fn channel_order() -> ChannelOrder {
    let address = Address {
        first_name: Some("Ada".into()),
        last_name: Some("Lovelace".into()),
        city: Some("Berlin".into()),
        country_code_iso: Some("DE".into()),
        ..Address::default()
    };
    ChannelOrder {
        order_id: "CH-1".into(),
        order_id_2: Some("uuid-1".into()),
        ordered_at: Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap(),
        currency: "EUR".into(),
        paid: false,
        cancelled: false,
        workflow: Workflow::Prepayment,
        payment_method: Some("paypal".into()),
        transaction_id: Some("T-1".into()),
        buyer: Buyer { email: Some("Ada@example.org".into()), ..Buyer::default() },
        invoice_address: address.clone(),
        delivery_address: address,
        lines: vec![line("L1", Some("A-1"), None, 2)],
        shipping_charge: Decimal::from_whole(5),
        cash_on_delivery_charge: Decimal::ZERO,
        payment_method_charge: Decimal::ZERO,
        coupon_amount: Decimal::ZERO,
        note: Some("ring twice".into()),
        ..ChannelOrder::default()
    }
}

fn line(id: &str, sku: Option<&str>, external: Option<&str>, quantity: i32) -> OrderLine {
    OrderLine {
        line_id: id.into(),
        sku: sku.map(str::to_owned),
        external_number: external.map(str::to_owned),
        title: format!("Line {id}"),
        quantity,
        unit_price: Decimal::from_whole(10),
        tax_rate: Some(Decimal::from_whole(19)),
        ..OrderLine::default()
    }
}

/// An item with ten pieces in warehouse 10, on offer in both accounts.
fn shelf(store: &Store) -> ItemId {
    store
        .write(|tx| {
            let item = item(tx, MandatorId(1), "A-1", &[(WarehouseId(10), 10)])?;
            offer(tx, 1, 101, item, Some("X-1"))?;
            offer(tx, 1, 102, item, None)?;
            Ok(item)
        })
        .unwrap()
}

fn take(store: &Store, order: &ChannelOrder) -> Imported {
    take_into(store, 101, order)
}

fn take_into(store: &Store, account: i32, order: &ChannelOrder) -> Imported {
    let order = order.clone();
    store
        .write(move |tx| {
            let settings = settings();
            import(tx, &settings, settings.account(AccountId(account)).unwrap(), &order)
        })
        .unwrap()
}

fn id_of(imported: &Imported) -> OrderId {
    match imported {
        Imported::New { order_id, .. } => *order_id,
        other => panic!("{other:?} is no new order"),
    }
}

fn load(store: &Store, order_id: OrderId) -> OrderParts {
    store.read(|conn| orders::load(conn, &[order_id])).unwrap().remove(0)
}

fn reserved(store: &Store, item: ItemId) -> i64 {
    let figures = store.read(|conn| stock_figures(conn, AccountId(101), &[WarehouseId(10)], &[item])).unwrap();
    figures[0].1.reserved
}

fn dirty_accounts(store: &Store) -> Vec<i32> {
    store
        .read(|conn| {
            Ok(on!(conn, c => outbox_states::table
                .filter(outbox_states::topic.eq(outbox::Topic::Quantity))
                .order(outbox_states::account_id)
                .select(outbox_states::account_id)
                .load(c))?)
        })
        .unwrap()
}

fn clean(store: &Store) {
    store
        .write(|tx| {
            on!(&mut tx.conn, c => diesel::delete(outbox_states::table).execute(c))?;
            Ok(())
        })
        .unwrap();
}

fn facts(store: &Store) -> i64 {
    store.read(|conn| Ok(on!(conn, c => outbox_facts::table.count().get_result(c))?)).unwrap()
}

fn messages(store: &Store) -> Vec<MessageRow> {
    store
        .read(|conn| {
            Ok(on!(conn, c => upload_messages::table
                .order(upload_messages::message_id)
                .select(MessageRow::as_select())
                .load(c))?)
        })
        .unwrap()
}

#[test]
fn a_new_order_is_stored_reserves_stock_and_marks_the_offers_of_all_accounts() {
    on_stores(|store| {
        let item = shelf(store);
        let imported = take(store, &channel_order());
        assert_eq!(imported.accounts(), [101, 102]);
        let parts = load(store, id_of(&imported));
        let order = &parts.order;
        assert_eq!(order.order_number, 1_000_000);
        assert_eq!(order.order_number_prefix.as_deref(), Some("S1-"));
        assert_eq!(order.order_status_id, OrderStatus::New);
        assert_eq!(order.payment_method_id, Some(7), "found without regard to case");
        assert_eq!(order.last_changed_by, "channel");
        assert_eq!(order.data.payment_status_id, Some(PaymentStatus::Unpaid));
        assert_eq!(parts.customer.as_ref().unwrap().customer_number, 10_000);
        assert_eq!(parts.items[0].item_id, Some(item));
        assert!(parts.items[0].offer_id.is_some());
        assert_eq!(parts.reserved[&parts.items[0].order_item_id], [(WarehouseId(10), 2)].into());
        assert_eq!(reserved(store, item), 2);
        assert_eq!(stock_of(store, item, WarehouseId(10)), 10, "stock falls only when goods leave");
        assert_eq!(dirty_accounts(store), [101, 102]);
        assert_eq!(facts(store), 0);
    });
}

#[test]
fn the_same_order_again_changes_nothing() {
    on_stores(|store| {
        let item = shelf(store);
        let first = load(store, id_of(&take(store, &channel_order())));
        clean(store);
        assert_eq!(take(store, &channel_order()), Imported::Unchanged);
        assert_eq!(load(store, first.order.order_id).order, first.order);
        assert_eq!(reserved(store, item), 2);
        assert!(dirty_accounts(store).is_empty());
        let other = take_into(store, 102, &channel_order());
        assert_ne!(id_of(&other), first.order.order_id, "another account, another order");
    });
}

#[test]
fn a_buyer_is_known_again_by_the_e_mail_address() {
    on_stores(|store| {
        shelf(store);
        let first = load(store, id_of(&take(store, &channel_order())));
        let mut second = channel_order();
        second.order_id = "CH-2".into();
        second.buyer.email = Some("ada@EXAMPLE.org".into());
        let second = load(store, id_of(&take(store, &second)));
        assert_eq!(first.order.customer_id, second.order.customer_id);
        assert_eq!(second.order.order_number, 1_000_001);
        let mut third = channel_order();
        third.order_id = "CH-3".into();
        third.buyer.id = Some("buyer-7".into());
        let third = load(store, id_of(&take(store, &third)));
        assert_eq!(third.customer.unwrap().customer_number, 10_001);
    });
}

#[test]
fn a_paid_prepayment_order_waits_for_shipping_and_cash_on_delivery_stays_new() {
    on_stores(|store| {
        shelf(store);
        let mut paid = channel_order();
        paid.paid = true;
        let parts = load(store, id_of(&take(store, &paid)));
        assert_eq!(parts.order.order_status_id, OrderStatus::PaidShipping);
        assert_eq!(parts.order.data.payment_status_id, Some(PaymentStatus::Paid));
        paid.order_id = "CH-2".into();
        paid.workflow = Workflow::CashOnDelivery;
        let parts = load(store, id_of(&take(store, &paid)));
        assert_eq!(parts.order.order_status_id, OrderStatus::New);
    });
}

#[test]
fn a_payment_in_the_channel_moves_a_known_order_on() {
    on_stores(|store| {
        shelf(store);
        let id = id_of(&take(store, &channel_order()));
        let mut paid = channel_order();
        paid.paid = true;
        assert!(matches!(take(store, &paid), Imported::Changed { .. }));
        let order = load(store, id).order;
        assert_eq!(order.order_status_id, OrderStatus::PaidShipping);
        assert_eq!(order.last_changed_by, "channel");
        assert_eq!(facts(store), 0, "the channel is not told what it said");
    });
}

#[test]
fn a_buyer_who_cancels_releases_the_stock() {
    on_stores(|store| {
        let item = shelf(store);
        let id = id_of(&take(store, &channel_order()));
        clean(store);
        let mut cancelled = channel_order();
        cancelled.cancelled = true;
        assert_eq!(take(store, &cancelled).accounts(), [101, 102]);
        let order = load(store, id).order;
        assert_eq!(order.order_status_id, OrderStatus::Cancelled);
        assert_eq!(order.complete_status, 2);
        assert_eq!((reserved(store, item), stock_of(store, item, WarehouseId(10))), (0, 10));
        assert_eq!(dirty_accounts(store), [101, 102]);
        assert_eq!(facts(store), 0);
    });
}

#[test]
fn an_order_that_arrives_cancelled_reserves_nothing() {
    on_stores(|store| {
        let item = shelf(store);
        let mut cancelled = channel_order();
        cancelled.cancelled = true;
        let imported = take(store, &cancelled);
        assert_eq!(imported.accounts(), [101], "the channel may have put the pieces back");
        assert_eq!(reserved(store, item), 0);
    });
}

#[test]
fn a_cancellation_after_shipping_is_only_a_message() {
    on_stores(|store| {
        let item = shelf(store);
        let id = id_of(&take(store, &channel_order()));
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, id)?.unwrap();
                orders::change_status(tx, &mut row, OrderStatus::ShippedDone, &settings())?;
                orders::save(tx, &mut row, "erp")
            })
            .unwrap();
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
        let mut cancelled = channel_order();
        cancelled.cancelled = true;
        take(store, &cancelled);
        let order = load(store, id).order;
        assert_eq!(order.order_status_id, OrderStatus::ShippedDone);
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
        let said = messages(store);
        assert_eq!((said.len(), said[0].code.as_str()), (1, "ORDER_CANCELLED_LATE"));
    });
}

#[test]
fn a_line_that_matches_no_item_is_kept_with_a_message() {
    on_stores(|store| {
        let item = shelf(store);
        let mut order = channel_order();
        order.lines = vec![line("L1", Some("renamed"), Some("X-1"), 1), line("L2", Some("nowhere"), None, 3)];
        let parts = load(store, id_of(&take(store, &order)));
        assert_eq!(parts.items[0].item_id, Some(item), "found by the channel's offer number");
        assert_eq!(parts.items[0].internal_item_number.as_deref(), Some("A-1"));
        let unmatched = &parts.items[1];
        assert_eq!((unmatched.item_id, parts.reserved.get(&unmatched.order_item_id)), (None, None));
        assert_eq!(unmatched.internal_item_number.as_deref(), Some("nowhere"));
        let said = messages(store);
        assert_eq!(said.len(), 1);
        assert_eq!((said[0].code.as_str(), said[0].severity), ("ORDER_LINE_UNMATCHED", Severity::Warning));
        assert_eq!(said[0].order_id, Some(parts.order.order_id));
        assert!(said[0].text(Reader::ADMIN).contains("nowhere") && !said[0].remedy(Reader::ADMIN).is_empty());
    });
}

/// Ordered, cancelled and open pieces of each position, by the channel's id of the line.
fn pieces(store: &Store, id: OrderId) -> Vec<(String, i32, i32, i32)> {
    let items = load(store, id).items.into_iter();
    items.map(|row| (row.channel_line_id.clone().unwrap(), row.quantity, row.cancelled, row.pieces().open())).collect()
}

/// What the ERP has to accept: field, old and new value.
fn changes(store: &Store, id: OrderId) -> Vec<(String, Option<String>, Option<String>)> {
    load(store, id).changes.into_iter().map(|change| (change.what, change.old_value, change.new_value)).collect()
}

fn export(store: &Store, id: OrderId) {
    store
        .write(move |tx| {
            let mut row = orders::get(&mut tx.conn, id)?.unwrap();
            row.export_date = Some(tx.stamp.0);
            orders::save(tx, &mut row, "erp")
        })
        .unwrap();
}

#[test]
fn the_only_piece_is_reserved_where_it_lies() {
    on_stores(|store| {
        let item = store
            .write(|tx| {
                let item = item(tx, MandatorId(1), "A-1", &[(WarehouseId(10), 0), (WarehouseId(11), 1)])?;
                offer(tx, 1, 101, item, Some("X-1"))?;
                Ok(item)
            })
            .unwrap();
        let mut settings = settings();
        settings.accounts[1].warehouses = vec![WarehouseId(10), WarehouseId(11)];
        let mut order = channel_order();
        order.lines = vec![line("L1", Some("A-1"), None, 1)];
        let reserved = |order: &ChannelOrder, account: usize| {
            let (order, settings) = (order.clone(), settings.clone());
            let imported = store.write(move |tx| import(tx, &settings, &settings.accounts[account], &order)).unwrap();
            let parts = load(store, id_of(&imported));
            parts.reserved[&parts.items[0].order_item_id].clone()
        };
        assert_eq!(reserved(&order, 1), [(WarehouseId(11), 1)].into());
        order.order_id = "CH-2".into();
        assert_eq!(reserved(&order, 1), [(WarehouseId(10), 1)].into(), "nothing is left: the shortage is in the first one");
        order.order_id = "CH-3".into();
        assert_eq!(reserved(&order, 0), [(WarehouseId(10), 1)].into(), "this account does not use warehouse 11");
        assert_eq!(stock_of(store, item, WarehouseId(11)), 1);
    });
}
