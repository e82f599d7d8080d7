//! Orders in parts: packages with contents, cancelled positions, returns.

use super::*;
use crate::domain::order::{Content, FactKind, OrderStatus};
use crate::domain::{AccountId, MandatorId, WarehouseId};
use crate::operations::orders::form::OrderUpdate;
use crate::operations::orders::status::{OrderEvent, OrderStatusUpdate, UpdateOrderStatusRequest};
use crate::operations::orders::update::UpdateOrdersRequest;

/// An order with three pieces of the item and one of a service, in account 101 with its warehouses 10 and 11.
pub(super) fn order_of_three(store: &Store, item: ItemId) -> OrderId {
    store
        .write(move |tx| {
            let mut row = OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment);
            row.account_id = Some(AccountId(101));
            row.last_changed_by = "channel".into();
            let position = |line: &str| OrderItemRow { channel_line_id: Some(line.into()), ..OrderItemRow::new(line.into(), 1, 10_000) };
            let goods = OrderItemRow { item_id: Some(item), internal_item_number: Some("A-1".into()), quantity: 3, ..position("L1") };
            Ok(orders::insert(tx, row, vec![goods, position("L2")], &[WarehouseId(10), WarehouseId(11)])?.0.order_id)
        })
        .unwrap()
}

pub(super) fn content(line: &str, quantity: i32) -> OrderContent {
    OrderContent { marketplace_order_item_id: Some(line.into()), quantity, ..OrderContent::default() }
}

pub(super) fn package(number: &str, contents: &[OrderContent]) -> OrderPacket {
    OrderPacket { external_packet_number: Some(number.into()), contents: contents.to_vec(), ..OrderPacket::default() }
}

fn update(order_id: OrderId, status: OrderEvent) -> OrderStatusUpdate {
    OrderStatusUpdate {
        significant_key: OrderSignificantKey::OrderId,
        reference_id: None,
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        order_number: None,
        order_number_prefix: None,
        external_order_number_1: None,
        external_order_number_2: None,
        transaction_id_1: None,
        transaction_id_2: None,
        marketplace_order_id_1: None,
        marketplace_order_id_2: None,
        status,
        account_id: None,
        order_items: Vec::new(),
        shipping_informations: Vec::new(),
        payment_informations: Vec::new(),
    }
}

/// Return code and text of the one report.
fn send(store: &Store, update: OrderStatusUpdate) -> (i32, String) {
    let called = call::<UpdateOrderStatus>(store, UpdateOrderStatusRequest { orders: records(vec![update]), ..Default::default() });
    let report = called.result.reports.into_iter().next().unwrap();
    (report.return_code, report.error_description.unwrap_or_default())
}

pub(super) fn ship(store: &Store, order_id: OrderId, packages: Vec<OrderPacket>) -> (i32, String) {
    send(store, OrderStatusUpdate { shipping_informations: packages, ..update(order_id, OrderEvent::Shipped) })
}

pub(super) fn cancel(store: &Store, order_id: OrderId, pieces: &[(&str, i32)]) -> (i32, String) {
    let items = pieces.iter().map(|(line, quantity)| OrderItemCancellation {
        marketplace_order_item_id: Some((*line).into()),
        quantity: *quantity,
        ..OrderItemCancellation::default()
    });
    send(store, OrderStatusUpdate { order_items: items.collect(), ..update(order_id, OrderEvent::Canceled) })
}

pub(super) fn correct(store: &Store, order_id: OrderId, item: OrderItemUpdate) -> (i32, String) {
    let order = OrderUpdate {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        order_items: vec![item],
        ..OrderUpdate::default()
    };
    let called = call::<UpdateOrders>(store, UpdateOrdersRequest { orders: records(vec![order]), ..Default::default() });
    let report = called.result.reports.into_iter().next().unwrap();
    (report.return_code, report.error_description.unwrap_or_default())
}

/// Ordered, cancelled, shipped and open pieces of each position.
pub(super) fn pieces(store: &Store, order_id: OrderId) -> Vec<(i32, i32, i32, i32)> {
    let pieces = load(store, order_id).items.into_iter().map(|row| row.pieces());
    pieces.map(|pieces| (pieces.ordered, pieces.cancelled, pieces.shipped, pieces.open())).collect()
}

pub(super) fn status(store: &Store, order_id: OrderId) -> OrderStatus {
    load(store, order_id).order.order_status_id
}

fn said(line: &str, sku: Option<&str>, quantity: i32, so_far: i32) -> Content {
    Content { line_id: Some(line.into()), sku: sku.map(str::to_owned), quantity, so_far }
}

#[test]
fn two_of_three_pieces_are_shipped_and_the_order_stays_open_until_the_rest_is() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        assert_eq!(ship(store, id, vec![package("P1", &[content("L1", 2)])]).0, 0);
        assert_eq!((status(store, id), load(store, id).order.complete_status), (OrderStatus::New, 1));
        assert_eq!(pieces(store, id), [(3, 0, 2, 1), (1, 0, 0, 1)]);
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (8, 1));
        let first = facts(store)[0].fact().unwrap();
        let FactKind::Shipped { packets, together } = &first else { panic!("{first:?}") };
        assert_eq!((packets[0].contents.as_slice(), together.len()), ([said("L1", Some("A-1"), 2, 2)].as_slice(), 0));

        let rest = [content("L1", 1), content("L2", 1)];
        assert_eq!(ship(store, id, vec![package("P2", &rest)]).0, 0);
        assert_eq!((status(store, id), load(store, id).order.complete_status), (OrderStatus::ShippedDone, 2));
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (7, 0));
        let second = facts(store)[1].fact().unwrap();
        let FactKind::Shipped { packets, .. } = &second else { panic!("{second:?}") };
        assert_eq!(packets[0].contents, [said("L1", Some("A-1"), 1, 3), said("L2", None, 1, 1)]);
        assert_eq!(packets.len(), 1, "the first package is known to the channel");
    });
}

#[test]
fn the_same_package_again_is_a_repeat_and_another_content_is_refused() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        for _ in 0..2 {
            assert_eq!(ship(store, id, vec![package("P1", &[content("L1", 2)])]).0, 0);
        }
        assert_eq!((stock_of(store, item, WarehouseId(10)), facts(store).len()), (8, 1));
        assert_eq!(ship(store, id, vec![package("P1", &[content("L1", 1)])]).0, -5012);
        let twice = ship(store, id, vec![package("P2", &[content("L1", 1)]), package("P2", &[content("L1", 1)])]);
        assert_eq!(twice.0, -3012, "{}", twice.1);
        assert_eq!(ship(store, id, vec![OrderPacket { contents: vec![content("L1", 1)], ..OrderPacket::default() }]).0, -5011);
        let by_tracking = OrderPacket { tracking_number: Some("1Z".into()), contents: vec![content("L1", 1)], ..OrderPacket::default() };
        for _ in 0..2 {
            assert_eq!(ship(store, id, vec![by_tracking.clone()]).0, 0);
        }
        assert_eq!(stock_of(store, item, WarehouseId(10)), 7);
    });
}

#[test]
fn a_tracking_number_that_comes_late_is_news_for_the_channel_and_ships_nothing() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        let mut first = package("P1", &[content("L1", 2)]);
        ship(store, id, vec![first.clone()]);
        // The second one corrects the first.
        for (news, tracking) in ["1Z", "2Z"].into_iter().enumerate() {
            first.tracking_number = Some(tracking.into());
            assert_eq!(ship(store, id, vec![first.clone()]).0, 0);
            let fact = facts(store)[news + 1].fact().unwrap();
            let FactKind::Shipped { packets, .. } = &fact else { panic!("{fact:?}") };
            assert_eq!((packets[0].again, packets[0].tracking_number.as_deref()), (true, Some(tracking)));
        }
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
    });
}

#[test]
fn more_than_is_open_unknown_positions_and_misplaced_ones_are_refused_and_nothing_of_them_is_done() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        for (packages, code, place) in [
            (vec![package("P1", &[content("L1", 4)])], -5009, "order 1, shipping_information 1, content 1, quantity: "),
            (vec![package("P1", &[content("L1", 2), content("L1", 2)])], -5009, "order 1, shipping_information 1, content 2, quantity: "),
            (vec![package("P1", &[content("L1", 0)])], -3010, "order 1, shipping_information 1, content 1, quantity: "),
            (vec![package("P1", &[content("L9", 1)])], -4022, "order 1, shipping_information 1, content 1: "),
            (vec![package("P1", &[content("L1", 1)]), package("P2", &[])], -5010, "order 1: "),
        ] {
            let (returned, text) = ship(store, id, packages);
            assert_eq!(returned, code, "{text}");
            assert!(text.starts_with(place), "{text}");
        }
        let elsewhere = OrderContent { warehouse_code: Some("NOWHERE".into()), ..content("L1", 1) };
        assert_eq!(ship(store, id, vec![package("P1", &[elsewhere])]).0, -4003);
        let cancelled =
            OrderItemCancellation { marketplace_order_item_id: Some("L1".into()), quantity: 1, ..OrderItemCancellation::default() };
        let (code, text) = send(store, OrderStatusUpdate { order_items: vec![cancelled], ..update(id, OrderEvent::Shipped) });
        assert_eq!(code, -5013);
        assert!(text.contains("shipping_information/contents/content"), "{text}");
        let packages = vec![package("P1", &[content("L1", 1)])];
        assert_eq!(send(store, OrderStatusUpdate { shipping_informations: packages, ..update(id, OrderEvent::Paid) }).0, -5013);
        assert_eq!((pieces(store, id), stock_of(store, item, WarehouseId(10))), (vec![(3, 0, 0, 3), (1, 0, 0, 1)], 10));
        assert!(load(store, id).packets.is_empty() && facts(store).is_empty());
    });
}

#[test]
fn a_shipment_that_names_no_contents_ships_all_and_gets_a_package_of_kontors_own() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        assert_eq!(ship(store, id, Vec::new()).0, 0);
        let parts = load(store, id);
        let inside: Vec<_> = parts.contents.iter().map(|content| (content.packet_id, content.warehouse_id, content.quantity)).collect();
        assert_eq!(inside, [(parts.packets[0].packet_id, Some(WarehouseId(10)), 3), (parts.packets[0].packet_id, None, 1)]);
        ship(store, id, Vec::new());
        assert_eq!((load(store, id).packets.len(), facts(store).len()), (1, 1), "a repeat ships nothing");

        let two = order_of_three(store, item);
        let packages = ["1Z1", "1Z2"].map(|number| OrderPacket { tracking_number: Some(number.into()), ..OrderPacket::default() });
        assert_eq!(ship(store, two, packages.to_vec()).0, 0);
        assert!(load(store, two).contents.is_empty(), "nobody said what is in which");
        let fact = facts(store)[1].fact().unwrap();
        let FactKind::Shipped { packets, together } = &fact else { panic!("{fact:?}") };
        assert_eq!(packets.len(), 2);
        assert_eq!(together, &[said("L1", Some("A-1"), 3, 3), said("L2", None, 1, 1)]);
    });
}

#[test]
fn pieces_leave_the_warehouse_that_the_package_names() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        let code = crate::config::fixture::settings().warehouse_by_id(WarehouseId(11)).unwrap().code.clone();
        let from = OrderContent { warehouse_code: Some(code), ..content("L1", 2) };
        assert_eq!(ship(store, id, vec![package("P1", &[from])]).0, 0);
        assert_eq!((stock_of(store, item, WarehouseId(10)), stock_of(store, item, WarehouseId(11))), (10, -2));
        assert_eq!(reserved(store, item), 1, "the reservation of what left is gone");
    });
}

#[test]
fn one_position_is_cancelled_and_the_others_are_not() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        assert_eq!(cancel(store, id, &[("L1", 1)]).0, 0);
        assert_eq!((status(store, id), reserved(store, item)), (OrderStatus::New, 2));
        assert_eq!(pieces(store, id), [(3, 1, 0, 2), (1, 0, 0, 1)]);
        let fact = facts(store)[0].fact().unwrap();
        let FactKind::PositionsCancelled { positions, .. } = &fact else { panic!("{fact:?}") };
        assert_eq!(positions, &[said("L1", Some("A-1"), 1, 1)]);
        assert_eq!(cancel(store, id, &[("L1", 3)]).0, -5009);
        assert_eq!(cancel(store, id, &[("L1", 2), ("L2", 1)]).0, 0);
        assert_eq!((status(store, id), reserved(store, item)), (OrderStatus::Cancelled, 0));
        assert_eq!(facts(store)[1].kind, "cancelled", "nothing is left of the order");
    });
}

#[test]
fn an_order_whose_rest_is_cancelled_after_a_part_was_shipped_is_shipped() {
    on_stores(|store| {
        let item = shelf(store);
        for by_position in [true, false] {
            let id = order_of_three(store, item);
            ship(store, id, vec![package("P1", &[content("L1", 3)])]);
            let named: &[(&str, i32)] = if by_position { &[("L2", 1)] } else { &[] };
            assert_eq!(cancel(store, id, named).0, 0);
            assert_eq!(status(store, id), OrderStatus::ShippedDone);
            assert_eq!(pieces(store, id), [(3, 0, 3, 0), (1, 1, 0, 0)]);
            let last = facts(store).pop().unwrap().fact().unwrap();
            assert!(matches!(&last, FactKind::PositionsCancelled { positions, .. } if positions == &[said("L2", None, 1, 1)]), "{last:?}");
            assert_eq!(ship(store, id, Vec::new()).0, 0, "a repeated report is no error");
        }
    });
}

#[test]
fn corrections_by_the_erp_count_all_pieces_so_far_and_tell_the_channel_nothing() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        let position = || OrderItemUpdate { marketplace_order_item_id: Some("L1".into()), ..OrderItemUpdate::default() };
        let cancelled = OrderItemUpdate { cancelled_quantity: Some(1), ..position() };
        for _ in 0..2 {
            assert_eq!(correct(store, id, cancelled.clone()).0, 0);
        }
        assert_eq!((pieces(store, id)[0], reserved(store, item), facts(store).len()), ((3, 1, 0, 2), 2, 0));
        assert_eq!(load(store, id).items[0].cancelled_told, 0, "the channel is not informed");
        assert_eq!(correct(store, id, OrderItemUpdate { cancelled_quantity: Some(0), ..position() }).0, -5015);
        assert_eq!(correct(store, id, OrderItemUpdate { cancelled_quantity: Some(4), ..position() }).0, -5015);
        assert_eq!(correct(store, id, OrderItemUpdate { returned_quantity: Some(1), ..position() }).0, -5015, "nothing was shipped");

        ship(store, id, Vec::new());
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
        let returned = OrderItemUpdate { returned_quantity: Some(1), restock: Some(true), ..position() };
        for _ in 0..2 {
            assert_eq!(correct(store, id, returned.clone()).0, 0);
        }
        assert_eq!(stock_of(store, item, WarehouseId(10)), 9, "back where it left, once");
        let quietly = OrderItemUpdate { returned_quantity: Some(2), ..position() };
        assert_eq!(correct(store, id, quietly).0, 0);
        assert_eq!(stock_of(store, item, WarehouseId(10)), 9, "not without restock");
    });
}

#[test]
fn what_was_ordered_does_not_change_and_may_be_sent_again_as_it_is() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        let as_fetched = OrderItemUpdate {
            marketplace_order_item_id: Some("L1".into()),
            internal_item_number: Some("A-1".into()),
            quantity: Some(3),
            price: Some(Decimal::from_whole(1)),
            ..OrderItemUpdate::default()
        };
        assert_eq!(correct(store, id, as_fetched.clone()).0, 0);
        let (code, text) = correct(store, id, OrderItemUpdate { quantity: Some(2), ..as_fetched.clone() });
        assert_eq!(code, -5014);
        assert!(text.starts_with("order 1, order_item 1, quantity: the value \"2\" differs from \"3\""), "{text}");
        assert_eq!(correct(store, id, OrderItemUpdate { price: Some(Decimal::from_whole(2)), ..as_fetched }).0, -5014);
    });
}

#[test]
fn the_account_decides_between_orders_under_one_number() {
    on_stores(|store| {
        let item = shelf(store);
        let with = |account: i32| {
            order_with(store, item, Workflow::Prepayment, move |row, _| {
                row.account_id = Some(AccountId(account));
                row.marketplace_order_id = Some("SAME".into());
            })
        };
        let (_, second) = (with(101), with(102));
        let by_number = |account_id: Option<AccountId>| OrderStatusUpdate {
            significant_key: OrderSignificantKey::MarketplaceOrderId1,
            marketplace_order_id_1: Some("SAME".into()),
            order_id: None,
            account_id,
            ..update(OrderId(0), OrderEvent::Paid)
        };
        assert_eq!(send(store, by_number(None)).0, -4002);
        assert_eq!(send(store, by_number(Some(AccountId(102)))).0, 0);
        assert_eq!(status(store, second), OrderStatus::PaidShipping);
        assert_eq!(send(store, by_number(Some(AccountId(103)))).0, -4008);
    });
}
