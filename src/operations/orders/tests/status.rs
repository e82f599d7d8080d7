use super::*;
use crate::domain::order::{self as domain, FactKind, OrderStatus};
use crate::domain::{AccountId, MandatorId, WarehouseId};
use crate::operations::orders::status::{OrderEvent, OrderStatusUpdate, UpdateOrderStatusRequest, UpdateOrderStatusResult};

fn update(order_id: OrderId, status: OrderEvent) -> OrderStatusUpdate {
    OrderStatusUpdate {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        status,
        ..OrderStatusUpdate::default()
    }
}

fn packet(number: &str) -> OrderPacket {
    OrderPacket {
        tracking_number: Some(number.into()),
        shipping_provider_identifier: Some("DHL".into()),
        dispatch_type_external_id: Some("standard_ext".into()),
        ..OrderPacket::default()
    }
}

fn shipped(order_id: OrderId, numbers: &[&str]) -> OrderStatusUpdate {
    OrderStatusUpdate {
        shipping_informations: numbers.iter().map(|number| packet(number)).collect(),
        ..update(order_id, OrderEvent::Shipped)
    }
}

fn send(store: &Store, update: OrderStatusUpdate) -> Called<UpdateOrderStatusResult> {
    let orders = records(vec![update]);
    call::<UpdateOrderStatus>(store, UpdateOrderStatusRequest { orders, ..Default::default() })
}

/// Sends a report that has to be taken, and gives the status after it.
fn after(store: &Store, order_id: OrderId, event: OrderEvent) -> OrderStatus {
    let called = send(store, update(order_id, event));
    assert_eq!(called.result.reports[0].return_code, 0, "{event:?}");
    load(store, order_id).order.order_status_id
}

fn told(store: &Store) -> Vec<String> {
    facts(store).into_iter().map(|fact| fact.fact_key).collect()
}

fn packets_told(fact: &FactRow) -> Vec<String> {
    match fact.fact().unwrap() {
        FactKind::Shipped { packets, .. } => packets.into_iter().map(|packet| packet.tracking_number.unwrap()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_workflow_goes_its_own_way_through_all_reports() {
    use OrderEvent as E;
    use OrderStatus as S;
    on_stores(|store| {
        let item = shelf(store);
        let ways: [(Workflow, &[(E, S)]); 5] = [
            (
                Workflow::Prepayment,
                &[
                    (E::Fetched, S::New),
                    (E::Acknowledged, S::ConfirmedOpenPayments),
                    (E::Paid, S::PaidShipping),
                    (E::Shipped, S::ShippedDone),
                ],
            ),
            (
                Workflow::CashOnDelivery,
                &[(E::Acknowledged, S::ConfirmedShipping), (E::Shipped, S::ShippedOpenPayments), (E::Paid, S::PaidDone)],
            ),
            (
                Workflow::Collection,
                &[(E::Acknowledged, S::ConfirmedShipping), (E::Paid, S::ConfirmedShipping), (E::Shipped, S::CollectedDone)],
            ),
            (Workflow::CashOnDelivery, &[(E::Paid, S::New), (E::Shipped, S::PaidDone)]),
            (Workflow::Prepayment, &[(E::Canceled, S::Cancelled)]),
        ];
        for (workflow, way) in ways {
            let id = order(store, item, workflow);
            for (event, status) in way {
                assert_eq!(after(store, id, *event), *status, "{workflow:?} {event:?}");
            }
            assert_eq!(load(store, id).order.complete_status, 2);
        }
        assert_eq!(stock_of(store, item, WarehouseId(10)), 2, "four times two pieces left");
        assert_eq!(reserved(store, item), 0);
    });
}

#[test]
fn shipping_books_the_reservation_from_stock_and_tells_the_channel() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (10, 2));
        let called = send(store, shipped(id, &["1Z"]));
        assert_eq!(called.accounts, [101, 102]);
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (8, 0));
        assert_eq!(dirty(store), [101, 102]);
        let facts = facts(store);
        assert_eq!(facts.len(), 1);
        assert_eq!(facts[0].fact_key, format!("{id}-shipped-1"));
        assert_eq!((facts[0].account_id, facts[0].kind.as_str()), (AccountId(101), "shipped"));
        let payload: FactKind = facts[0].fact().unwrap();
        let FactKind::Shipped { packets, .. } = payload else { panic!("{payload:?}") };
        assert_eq!(packets[0].carrier.as_deref(), Some("DHL"), "the ERP's word");
        assert_eq!(packets[0].dispatch_type.as_deref(), Some("standard_ext"));
    });
}

#[test]
fn stock_that_was_never_announced_falls_below_zero() {
    on_stores(|store| {
        let item = store.write(|tx| item(tx, MandatorId(1), "A-1", &[])).unwrap();
        let id = order(store, item, Workflow::Prepayment);
        send(store, shipped(id, &[]));
        assert_eq!(stock_of(store, item, WarehouseId(10)), -2);
    });
}

#[test]
fn cancelling_releases_the_reservation_and_leaves_the_stock() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::CashOnDelivery);
        assert_eq!(after(store, id, OrderEvent::Canceled), OrderStatus::Cancelled);
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (10, 0));
        assert_eq!(dirty(store), [101, 102]);
        assert_eq!(told(store), [format!("{id}-cancelled-1")]);
    });
}

#[test]
fn repeated_reports_change_nothing_and_tell_nothing() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        for event in [OrderEvent::Fetched, OrderEvent::Acknowledged, OrderEvent::Paid] {
            after(store, id, event);
        }
        send(store, shipped(id, &["1Z"]));
        let before = load(store, id);
        let count = told(store).len();
        for event in [OrderEvent::Fetched, OrderEvent::Acknowledged, OrderEvent::Paid] {
            after(store, id, event);
        }
        let repeat = send(store, shipped(id, &["1Z"]));
        assert_eq!(repeat.result.reports[0].return_code, 0);
        assert!(repeat.accounts.is_empty());
        let now = load(store, id);
        assert_eq!(now.order, before.order, "not even the time of the last change");
        assert_eq!(now.packets.len(), 1);
        assert_eq!(told(store).len(), count);
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
    });
}

#[test]
fn later_packages_are_told_in_a_fact_of_their_own() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let early = OrderStatusUpdate { shipping_informations: vec![packet("P-0")], ..update(id, OrderEvent::Paid) };
        send(store, early);
        send(store, shipped(id, &["P-1"]));
        send(store, shipped(id, &["P-1", "P-2", "P-3"]));
        let facts: Vec<FactRow> = facts(store).into_iter().filter(|fact| fact.kind == "shipped").collect();
        assert_eq!(packets_told(&facts[0]), ["P-0", "P-1"]);
        assert_eq!(packets_told(&facts[1]), ["P-2", "P-3"]);
        assert_eq!(facts[1].fact_key, format!("{id}-shipped-2"));
        assert_eq!(facts.len(), 2);
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
    });
}

#[test]
fn a_known_package_is_completed_by_a_repeat() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        send(store, shipped(id, &["P-1"]));
        let mut again = shipped(id, &["P-1"]);
        again.shipping_informations[0].return_number = Some("R-1".into());
        send(store, again);
        let packets = load(store, id).packets;
        assert_eq!(packets.len(), 1);
        assert_eq!(packets[0].data.return_number.as_deref(), Some("R-1"));
        assert_eq!(told(store).len(), 1);
    });
}

#[test]
fn a_report_that_is_not_possible_any_more_names_the_status() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        send(store, shipped(id, &[]));
        let report = &send(store, update(id, OrderEvent::Canceled)).result.reports[0];
        assert_eq!(report.return_code, -5003);
        let text = report.error_description.as_deref().unwrap();
        assert!(text.contains("Shipped/Done") && text.contains("CANCELED"), "{text}");
        assert_eq!(report.order.as_ref().unwrap().order_id, Some(id));
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
    });
}

#[test]
fn fetched_and_acknowledged_set_the_export_date_once() {
    on_stores(|store| {
        let item = shelf(store);
        for event in [OrderEvent::Fetched, OrderEvent::Acknowledged] {
            let id = order(store, item, Workflow::Prepayment);
            after(store, id, event);
            let first = load(store, id).order.export_date.unwrap();
            after(store, id, OrderEvent::Fetched);
            assert_eq!(load(store, id).order.export_date, Some(first));
        }
        let id = order(store, item, Workflow::Prepayment);
        after(store, id, OrderEvent::Paid);
        assert_eq!(load(store, id).order.export_date, None);
    });
}

#[test]
fn payment_data_is_kept_and_told() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let payment = OrderPayment {
            iban: Some("DE02".into()),
            transaction_id: Some("T-9".into()),
            payment_status_identifier: Some(PaymentStatus::Paid),
            ..OrderPayment::default()
        };
        let paid = OrderStatusUpdate { payment_informations: vec![payment], ..update(id, OrderEvent::Paid) };
        send(store, paid.clone());
        send(store, paid);
        let parts = load(store, id);
        assert_eq!(parts.payments.len(), 1);
        assert_eq!(parts.payments[0].data.payment_status_id, Some(domain::PaymentStatus::Paid));
        assert_eq!(parts.order.data.payment_status_id, Some(domain::PaymentStatus::Paid));
        let facts = facts(store);
        assert_eq!(facts.len(), 1);
        let payload: FactKind = facts[0].fact().unwrap();
        let transaction_id = Some("T-9".to_owned());
        assert_eq!(payload, FactKind::Paid { transaction_id });
        let mut unknown = update(id, OrderEvent::Fetched);
        unknown.payment_informations = vec![OrderPayment { payment_status_id: Some(9), ..OrderPayment::default() }];
        assert_eq!(send(store, unknown).result.reports[0].return_code, -3010);
    });
}

#[test]
fn a_payment_without_data_is_listed_too_and_once() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        for _ in 0..2 {
            after(store, id, OrderEvent::Paid);
        }
        let listed = || load(store, id).payments.into_iter().map(|row| (row.data.iban, row.data.payment_status_id)).collect::<Vec<_>>();
        assert_eq!(listed(), [(None, Some(domain::PaymentStatus::Paid))]);
        let known = OrderPayment { iban: Some("DE02".into()), ..OrderPayment::default() };
        send(store, OrderStatusUpdate { payment_informations: vec![known], ..update(id, OrderEvent::Paid) });
        assert_eq!(listed(), [(Some("DE02".into()), Some(domain::PaymentStatus::Paid))]);
    });
}

#[test]
fn every_key_finds_the_order() {
    use OrderSignificantKey as Key;
    on_stores(|store| {
        let item = shelf(store);
        let id = order_with(store, item, Workflow::Prepayment, |row, _| {
            row.order_number = 77;
            row.order_number_prefix = Some("S1-".into());
            row.external_order_number_1 = Some("E1".into());
            row.external_order_number_2 = Some("E2".into());
            row.marketplace_order_id = Some("M1".into());
            row.marketplace_order_id_2 = Some("M2".into());
            row.transaction_id_1 = Some("T1".into());
            row.transaction_id_2 = Some("T2".into());
        });
        let text = |text: &str| Some(text.to_owned());
        let all = OrderStatusUpdate {
            order_number: Some(77),
            order_number_prefix: text("S1-"),
            external_order_number_1: text("E1"),
            external_order_number_2: text("E2"),
            marketplace_order_id_1: text("M1"),
            marketplace_order_id_2: text("M2"),
            transaction_id_1: text("T1"),
            transaction_id_2: text("T2"),
            ..update(id, OrderEvent::Fetched)
        };
        for key in [
            Key::OrderId,
            Key::OrderNumber,
            Key::OrderNumberAndPrefix,
            Key::ExternalOrderNumber1,
            Key::ExternalOrderNumber2,
            Key::MarketplaceOrderId,
            Key::MarketplaceOrderId1,
            Key::MarketplaceOrderId2,
            Key::TransactionId1,
            Key::TransactionId2,
        ] {
            let report = &send(store, OrderStatusUpdate { significant_key: key, ..all.clone() }).result.reports[0];
            assert_eq!(report.return_code, 0, "{key:?}");
            assert_eq!(report.order.as_ref().unwrap().order_id, Some(id));
            let empty = OrderStatusUpdate { significant_key: key, mandator_id: MandatorId(1), ..OrderStatusUpdate::default() };
            assert_eq!(send(store, empty).result.reports[0].return_code, -3001, "{key:?}");
        }
    });
}

#[test]
fn an_unknown_or_ambiguous_order_fails_alone() {
    on_stores(|store| {
        let item = shelf(store);
        for _ in 0..2 {
            order_with(store, item, Workflow::Prepayment, |row, _| {
                row.external_order_number_1 = Some("twice".into());
            });
        }
        let good = order(store, item, Workflow::Prepayment);
        let twice = OrderStatusUpdate {
            significant_key: OrderSignificantKey::ExternalOrderNumber1,
            external_order_number_1: Some("twice".into()),
            ..update(OrderId(0), OrderEvent::Fetched)
        };
        let elsewhere = OrderStatusUpdate { mandator_id: MandatorId(2), ..update(good, OrderEvent::Fetched) };
        let called = call::<UpdateOrderStatus>(
            store,
            UpdateOrderStatusRequest { orders: records(vec![twice, elsewhere, update(good, OrderEvent::Fetched)]), ..Default::default() },
        );
        let codes: Vec<i32> = called.result.reports.iter().map(|r| r.return_code).collect();
        assert_eq!(codes, [-4002, -4008, 0]);
        assert_eq!(called.result.reports[2].reference_id.as_deref(), Some("ref 3"));
        assert!(load(store, good).order.export_date.is_some());
    });
}

#[test]
fn a_phone_sale_tells_no_channel() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_with(store, item, Workflow::Prepayment, |row, _| row.account_id = None);
        send(store, shipped(id, &["1Z"]));
        assert!(facts(store).is_empty());
        assert_eq!(stock_of(store, item, WarehouseId(10)), 8);
    });
}
