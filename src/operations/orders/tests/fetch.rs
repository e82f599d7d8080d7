use crate::operations::orders::fetch::{FetchOrdersRequest, FetchOrdersResult, OrderFilter};
use chrono::{TimeZone, Utc};

use super::*;
use crate::domain::order::{self as domain, OrderStatus};
use crate::domain::{AccountId, MandatorId, Stamp};
use crate::operations::common::Fetched;
use crate::operations::wire::Time;

pub(super) fn filter() -> OrderFilter {
    OrderFilter { mandator_id: is(MandatorId(1)), ..OrderFilter::default() }
}

pub(super) fn request(filters: Vec<OrderFilter>) -> FetchOrdersRequest {
    FetchOrdersRequest { filters, ..FetchOrdersRequest::default() }
}

pub(super) fn found(store: &Store, filter: OrderFilter) -> Vec<OrderId> {
    ids(&fetched(store, request(vec![filter])))
}

pub(super) fn ids(result: &FetchOrdersResult) -> Vec<OrderId> {
    result.orders.iter().map(|order| order.order_id).collect()
}

pub(super) fn null<T>(null: bool) -> Option<Match<T>> {
    Some(Match { any_of: None, null: Some(null), allow_null: false })
}

pub(super) fn day(day: u32) -> Time {
    Time::At(Utc.with_ymd_and_hms(2026, 3, day, 0, 0, 0).unwrap())
}

pub(super) fn stamp(of: u32) -> i64 {
    day(of).stamp(chrono_tz::UTC).0
}

/// Two orders that differ in everything: the first has all values, the second none that may be missing.
pub(super) fn pair(store: &Store) -> (OrderId, OrderId) {
    let item = shelf(store);
    let first = order_with(store, item, Workflow::Prepayment, |row, tx| {
        let customer = orders::customers::buyer(tx, MandatorId(1), Some(AccountId(101)), None, Some("ada@example.org")).unwrap();
        row.customer_id = Some(customer.customer_id);
        row.email_address = Some("ada@example.org".into());
        row.order_number = 500;
        row.order_number_prefix = Some("AMZ".into());
        row.external_order_number_1 = Some("E1".into());
        row.external_order_number_2 = Some("E2".into());
        row.marketplace_order_id = Some("M1".into());
        row.marketplace_order_id_2 = Some("M2".into());
        row.order_date = Some(stamp(10));
        row.export_date = Some(stamp(11));
        row.payment_method_id = Some(7);
        row.order_status_id = OrderStatus::PaidShipping;
        row.complete_status = 2;
        row.invoice_number = Some("INV".into());
        row.last_changed_by = "erp".into();
    });
    let second = order_with(store, item, Workflow::Prepayment, |row, _| {
        row.account_id = None;
        row.sub_channel_id = 4100;
    });
    store
        .write(move |tx| {
            orders::add_tags(tx, first, &["ISPU".into(), "B2B".into()])?;
            Ok(())
        })
        .unwrap();
    (first, second)
}

#[test]
fn several_filters_are_united() {
    on_stores(|store| {
        let (first, second) = pair(store);
        let by_number = OrderFilter { order_number: is(500), ..filter() };
        let by_prefix = OrderFilter { order_number_prefix: null(true), ..filter() };
        let result = fetched(store, request(vec![by_prefix, by_number.clone(), by_number]));
        assert_eq!(ids(&result), [first, second]);
        assert_eq!(result.report.total_records, Some(2));
    });
}

#[test]
fn pages_are_cut_in_order_and_the_total_is_told() {
    on_stores(|store| {
        let item = shelf(store);
        let all: Vec<OrderId> = (0..5).map(|_| order(store, item, Workflow::Prepayment)).collect();
        let page = |per_page, page| {
            let result = fetched(store, FetchOrdersRequest { orders_per_page: per_page, page, ..request(vec![filter()]) });
            assert_eq!(result.report.total_records, Some(5));
            ids(&result)
        };
        assert_eq!(page(Some(2), None), all[..2]);
        assert_eq!(page(Some(2), Some(2)), all[2..4]);
        assert_eq!(page(Some(2), Some(3)), all[4..]);
        assert!(page(Some(2), Some(4)).is_empty());
        assert_eq!(page(None, None), all);
    });
}

#[test]
fn own_changes_can_be_hidden() {
    on_stores(|store| {
        let (_, second) = pair(store);
        let hidden = FetchOrdersRequest { use_modification_context_filter: Some(true), ..request(vec![filter()]) };
        assert_eq!(ids(&fetched(store, hidden)), [second]);
    });
}

#[test]
fn a_filter_needs_a_mandator_whom_the_user_may_use() {
    on_stores(|store| {
        pair(store);
        let code = |request| try_fetch::<FetchOrders>(store, request).unwrap_err().return_code();
        assert_eq!(code(request(Vec::new())), -3016);
        assert_eq!(code(request(vec![OrderFilter::default()])), -3016);
        let unknown = OrderFilter { mandator_id: is(MandatorId(9)), ..OrderFilter::default() };
        assert_eq!(code(request(vec![unknown])), -4005);
        let other = OrderFilter { mandator_id: is(MandatorId(2)), ..OrderFilter::default() };
        let result = fetched(store, request(vec![other]));
        assert_eq!((result.count(), result.return_code()), (0, 0));
    });
}

#[test]
fn a_record_shows_all_parts_of_the_order() {
    on_stores(|store| {
        let (first, _) = pair(store);
        store
            .write(move |tx| {
                let mut row = orders::get(&mut tx.conn, first)?.unwrap();
                row.data.currency_code_iso = Some("EUR".into());
                row.data.payment_status_id = Some(domain::PaymentStatus::Paid);
                row.data.price_type_id = Some(domain::PriceType::Gross);
                row.data.specific_order_data = Some("<ebay_order_data/>".into());
                row.data.delivery_address = Some(domain::Address { city: Some("Berlin".into()), ..domain::Address::default() });
                orders::save(tx, &mut row, "erp")?;
                let packet = domain::PacketDocument {
                    tracking_number: Some("1Z".into()),
                    shipping_date: Some(Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap()),
                    ..domain::PacketDocument::default()
                };
                orders::add_packet(tx, first, packet, &[])?;
                let payment = PaymentDocument {
                    iban: Some("DE02".into()),
                    payment_status_id: Some(domain::PaymentStatus::Unpaid),
                    ..PaymentDocument::default()
                };
                orders::add_payments(tx, first, vec![payment])?;
                orders::save_notice(tx, orders::NoticeRow { order_notice_id: 0, order_id: first, notice_type: 10, text: "gift".into() })
            })
            .unwrap();
        let by_number = OrderFilter { order_number: is(500), ..filter() };
        let order = fetched(store, request(vec![by_number])).orders.remove(0);
        assert_eq!(order.order_status_identifier.as_deref(), Some("Paid/Shipping"));
        assert_eq!(order.sub_channel_identifier.as_deref(), Some("Shop"));
        assert_eq!(order.account_identifier.as_deref(), Some("Account 101"));
        assert_eq!(order.payment_status_identifier, Some(PaymentStatus::Paid));
        assert_eq!(order.price_type_identifier, Some(PriceType::Gross));
        assert_eq!(order.export_date.unwrap(), Time::of(Stamp(stamp(11)), chrono_tz::Europe::Berlin));
        let customer = order.customer.unwrap();
        assert_eq!(customer.customer_number, Some(10_000));
        assert_eq!(customer.email.as_deref(), Some("ada@example.org"));
        let city = order.delivery_address.unwrap().city;
        assert_eq!(city.as_ref().map(String::as_str), Some("Berlin"));
        let item = &order.order_items[0];
        assert_eq!((item.quantity, item.price), (2, Decimal::from_whole(10)));
        assert_eq!(item.tax_rate, Some(Decimal::from_whole(19)));
        assert_eq!(item.marketplace_order_item_id.as_deref(), Some("L1"));
        assert!(order.packets[0].packet_id.is_some());
        assert_eq!(order.payments[0].payment_status_identifier, Some(PaymentStatus::Unpaid));
        assert_eq!(order.order_notices[0].text.as_deref(), Some("gift"));
        let tags: Vec<&str> = order.order_tags.iter().map(|t| t.tag_identifier.as_str()).collect();
        assert_eq!(tags, ["B2B", "ISPU"]);
        assert_eq!(order.specific_order_data.unwrap().0, "<ebay_order_data/>");
    });
}
