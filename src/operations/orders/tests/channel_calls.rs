//! `cancelOrders` and `adjustOrders`: what goes to the channel, and what a repeat does.

use super::parts::{cancel, content, correct, order_of_three, package, pieces, ship, status};
use super::*;
use crate::domain::order::{FactKind, OrderStatus};
use crate::domain::{AccountId, MandatorId, Reader, Stamp};
use crate::operations::platform::Platform;
use crate::operations::{Finished, WriteOperation};
use crate::store::outbox;
use crate::store::schema::outbox_facts;

fn platform(order_id: OrderId, name: &str) -> PlatformOrder {
    PlatformOrder {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        platform: Platform::named(name),
        ..PlatformOrder::default()
    }
}

fn any(order_id: OrderId) -> PlatformOrder {
    PlatformOrder { platform: Default::default(), ..platform(order_id, "any") }
}

fn request(orders: Vec<PlatformOrder>) -> PlatformOrdersRequest {
    PlatformOrdersRequest { orders: records(orders), process_synchronous: Some(true), ..Default::default() }
}

/// Return codes and texts of the reports.
fn codes(result: &PlatformOrdersResult) -> Vec<(i32, String)> {
    result.reports.iter().map(|report| (report.return_code, report.error_description.clone().unwrap_or_default())).collect()
}

fn cancel_whole(store: &Store, order: PlatformOrder) -> (i32, String) {
    codes(&call::<CancelOrders>(store, request(vec![order])).result).remove(0)
}

fn adjust(store: &Store, order: PlatformOrder) -> (i32, String) {
    codes(&call::<AdjustOrders>(store, request(vec![order])).result).remove(0)
}

fn cancel_in_kontor(store: &Store, order_id: OrderId, line: &str, so_far: i32) {
    let item =
        OrderItemUpdate { marketplace_order_item_id: Some(line.into()), cancelled_quantity: Some(so_far), ..OrderItemUpdate::default() };
    assert_eq!(correct(store, order_id, item).0, 0);
}

/// What the facts of the order say is cancelled, one entry per fact; `None` is the whole order.
fn told(store: &Store) -> Vec<Option<Vec<(String, i32, i32)>>> {
    let kinds = facts(store).into_iter().map(|fact| fact.fact().unwrap());
    let cancelled = kinds.filter_map(|kind| match kind {
        FactKind::Cancelled { .. } => Some(None),
        FactKind::PositionsCancelled { positions, .. } => {
            let lines = positions.into_iter().map(|content| (content.line_id.unwrap(), content.quantity, content.so_far));
            Some(Some(lines.collect()))
        }
        _ => None,
    });
    cancelled.collect()
}

/// The channel, or who looks after it, has said this about the last fact.
fn settle(store: &Store, status: outbox::OutboxStatus, error: &'static str) {
    store
        .write(move |tx| {
            let last: i32 =
                on!(&mut tx.conn, c => outbox_facts::table.select(diesel::dsl::max(outbox_facts::fact_id)).first::<Option<i32>>(c))?
                    .unwrap_or_default();
            on!(&mut tx.conn, c => diesel::update(outbox_facts::table.find(last))
                .set((outbox_facts::status.eq(status), outbox_facts::last_error.eq(error)))
                .execute(c))?;
            Ok(())
        })
        .unwrap();
}

fn last_status(store: &Store) -> outbox::OutboxStatus {
    facts(store).pop().unwrap().status
}

#[test]
fn a_whole_order_is_cancelled_and_reported_once() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        for name in ["shop", "sandbox"] {
            assert_eq!(cancel_whole(store, platform(id, name)), (0, String::new()), "{name}: a repeat is recorded");
        }
        assert_eq!((status(store, id), reserved(store, item)), (OrderStatus::Cancelled, 0));
        assert_eq!(told(store), [None]);
        settle(store, outbox::OutboxStatus::Parked, "E7: not now");
        let again = call::<CancelOrders>(store, request(vec![any(id)]));
        assert_eq!((codes(&again.result)[0].0, last_status(store)), (0, outbox::OutboxStatus::Pending), "what was refused goes again");
        assert!(again.synchronous && again.accounts.contains(&AccountId(101)));
    });
}

#[test]
fn of_an_order_that_was_shipped_in_part_the_rest_is_cancelled_and_a_repeat_is_recorded() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        ship(store, id, vec![package("P1", &[content("L1", 2)])]);
        for _ in 0..2 {
            assert_eq!(cancel_whole(store, any(id)).0, 0);
            assert_eq!(cancel(store, id, &[]).0, 0, "CANCELED without positions says the same");
        }
        assert_eq!((status(store, id), pieces(store, id)), (OrderStatus::ShippedDone, vec![(3, 1, 2, 0), (1, 1, 0, 0)]));
        assert_eq!(told(store), [Some(vec![("L1".into(), 1, 1), ("L2".into(), 1, 1)])]);
        assert_eq!(cancel(store, id, &[("L1", 1)]).0, -5003, "pieces that are named are another cancellation");
    });
}

#[test]
fn an_order_that_left_is_not_cancelled_even_if_a_position_of_it_was() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        cancel(store, id, &[("L2", 1)]);
        ship(store, id, Vec::new());
        let (code, text) = cancel_whole(store, any(id));
        assert_eq!(code, -5003, "{text}");
        assert_eq!(cancel(store, id, &[]).0, -5003);
        assert_eq!(told(store).len(), 1);
    });
}

#[test]
fn an_order_is_refused_under_the_name_of_another_platform_and_the_others_go_through() {
    on_stores(|store| {
        let item = shelf(store);
        let (one, other) = (order_of_three(store, item), order_of_three(store, item));
        let nobody = PlatformOrder { order_id: Some(OrderId(99)), ..any(one) };
        let result = call::<CancelOrders>(store, request(vec![platform(one, "ottomarket"), nobody, platform(other, "shop")])).result;
        let codes = codes(&result);
        assert_eq!(codes.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [-5030, -4008, 0]);
        let expected = format!("order {} belongs to the platform \"Shop\", not to \"ottomarket\"", load(store, one).order.order_number);
        assert!(codes[0].1.contains(&expected), "{}", codes[0].1);
        assert_eq!((status(store, one), status(store, other)), (OrderStatus::New, OrderStatus::Cancelled));
        assert_eq!(result.reports[0].order.as_ref().and_then(|order| order.order_id), Some(one));
    });
}

#[test]
fn an_order_that_the_channel_cancelled_is_not_reported_back() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_with(store, item, Workflow::Prepayment, |row, _| {
            row.order_status_id = OrderStatus::Cancelled;
            row.data.set_told(order::FactName::Cancelled, 1);
        });
        assert_eq!(cancel_whole(store, any(id)).0, 0);
        assert_eq!(facts(store).len(), 0);
    });
}

#[test]
fn the_account_decides_between_orders_of_one_number() {
    on_stores(|store| {
        let item = shelf(store);
        let same = |account: i32| {
            order_with(store, item, Workflow::Prepayment, move |row, _| {
                row.account_id = Some(AccountId(account));
                row.marketplace_order_id = Some("SAME".into());
            })
        };
        let (first, second) = (same(101), same(102));
        let by_number = |account_id: Option<AccountId>| PlatformOrder {
            significant_key: OrderSignificantKey::MarketplaceOrderId,
            marketplace_order_id_1: Some("SAME".into()),
            order_id: None,
            account_id,
            ..any(first)
        };
        assert_eq!(cancel_whole(store, by_number(None)).0, -4002);
        assert_eq!(cancel_whole(store, by_number(Some(AccountId(102)))).0, 0);
        assert_eq!((status(store, first), status(store, second)), (OrderStatus::New, OrderStatus::Cancelled));
    });
}

#[test]
fn what_was_cancelled_in_kontor_only_is_transmitted_once() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        assert_eq!((adjust(store, any(id)).0, told(store).len()), (0, 0), "nothing is cancelled");
        cancel_in_kontor(store, id, "L1", 1);
        cancel(store, id, &[("L1", 1)]);
        assert_eq!(told(store), [Some(vec![("L1".into(), 1, 1)])], "CANCELED reports its own piece only");
        for _ in 0..2 {
            assert_eq!(adjust(store, any(id)).0, 0);
        }
        assert_eq!(told(store)[1..], [Some(vec![("L1".into(), 1, 2)])]);
        let actions: Vec<_> = [2, 2]
            .into_iter()
            .map(|so_far| {
                cancel_in_kontor(store, id, "L1", so_far + 1);
                call::<AdjustOrders>(store, request(vec![any(id)])).result.reports[0].action
            })
            .collect();
        use crate::operations::common::ReportAction::{Insert, Update};
        assert_eq!(actions, [Some(Insert), Some(Update)]);
        assert_eq!(told(store)[2..], [Some(vec![("L1".into(), 1, 3)])]);
        assert_eq!(load(store, id).items[0].cancelled_told, 3);
    });
}

#[test]
fn an_order_of_which_all_was_cancelled_in_kontor_is_transmitted_as_a_whole() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        cancel_in_kontor(store, id, "L1", 3);
        cancel_in_kontor(store, id, "L2", 1);
        assert_eq!((status(store, id), told(store).len()), (OrderStatus::Cancelled, 0));
        for _ in 0..2 {
            assert_eq!(adjust(store, any(id)).0, 0);
            assert_eq!(cancel_whole(store, any(id)).0, 0);
        }
        assert_eq!(told(store), [None]);
    });
}

#[test]
fn what_the_channel_does_not_take_is_said_to_a_caller_that_waits_and_again_when_it_asks_again() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_of_three(store, item);
        cancel_in_kontor(store, id, "L1", 1);
        let Called { mut result, stamp, .. } = call::<AdjustOrders>(store, request(vec![any(id)]));
        settle(store, outbox::OutboxStatus::Dropped, "CANCELLATION_NOT_SENT: the channel cannot cancel single positions");
        let mut finish = |synchronous: bool, stamp: Stamp| {
            let call = Finished {
                stamp,
                reader: Reader::ADMIN,
                version: crate::operations::FIRST_VERSION,
                synchronous,
                pending: 0,
                parked: 0,
                awaits: Vec::new(),
            };
            store.read(|conn| AdjustOrders::finish(conn, &call, &mut result)).unwrap();
            codes(&result).remove(0)
        };
        assert_eq!(finish(false, stamp).0, 0, "nobody waited");
        assert_eq!(finish(true, Stamp(1)).0, 0, "it was another call");
        let (code, text) = finish(true, stamp);
        assert_eq!(code, -6001);
        assert!(text.contains("CANCELLATION_NOT_SENT"), "{text}");
        let (code, text) = adjust(store, any(id));
        assert!(code == -6001 && text.contains("CANCELLATION_NOT_SENT"), "{code} {text}");
        // What is left is cancelled, too, of which the channel does not hear either.
        assert_eq!(ship(store, id, vec![package("P1", &[content("L1", 1)])]).0, 0);
        assert_eq!(cancel_whole(store, any(id)).0, 0);
        settle(store, outbox::OutboxStatus::Dropped, "CANCELLATION_NOT_SENT: the channel cannot cancel single positions");
        assert_eq!(cancel_whole(store, any(id)).0, -6001, "it knows as little as before");
        settle(store, outbox::OutboxStatus::Parked, "E7");
        assert_eq!((adjust(store, any(id)).0, last_status(store)), (0, outbox::OutboxStatus::Pending));
    });
}

#[test]
fn a_phone_sale_has_nobody_to_transmit_to_but_can_be_cancelled() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_with(store, item, Workflow::Prepayment, |row, _| {
            row.account_id = None;
            row.sub_channel_id = crate::config::PHONE_SALES;
        });
        assert_eq!(adjust(store, any(id)).0, -5031);
        assert_eq!(cancel_whole(store, platform(id, "shop")).0, -5030);
        assert_eq!((cancel_whole(store, any(id)).0, status(store, id)), (0, OrderStatus::Cancelled));
    });
}

#[test]
fn a_repeat_waits_for_the_report_that_is_still_on_its_way() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let first = call::<CancelOrders>(store, request(vec![any(id)]));
        assert_eq!(first.awaits, Vec::<i32>::new(), "it is of this call");
        // The channel is down; the report is due, and waits.
        let again = call::<CancelOrders>(store, request(vec![any(id)]));
        assert_eq!(again.awaits, [facts(store)[0].fact_id]);
        let look =
            |awaits: &[i32]| store.read(|conn| outbox::unsettled(conn, (again.stamp, awaits), None, Stamp(i64::MAX))).unwrap().pending;
        assert_eq!((look(&[]), look(&again.awaits)), (0, 1));
        settle(store, outbox::OutboxStatus::Parked, "E1: no");
        let finished = Finished {
            stamp: again.stamp,
            reader: Reader::ADMIN,
            version: crate::operations::FIRST_VERSION,
            synchronous: true,
            pending: 0,
            parked: 1,
            awaits: again.awaits,
        };
        let mut result = again.result;
        store.read(|conn| CancelOrders::finish(conn, &finished, &mut result)).unwrap();
        assert_eq!(codes(&result)[0].0, -6001, "{:?}", codes(&result));
    });
}
