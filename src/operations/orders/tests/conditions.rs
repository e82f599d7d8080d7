use crate::domain::AccountId;
use crate::operations::orders::fetch::OrderFilter;
use chrono::{TimeZone, Utc};

use super::fetch::*;
use super::*;
use crate::operations::wire::{Between, Time};

fn window(from: Option<u32>, to: Option<u32>) -> Option<Between> {
    Some(Between { from: from.map(day), to: to.map(day), ..Between::default() })
}

fn or_null<T>(value: T) -> Option<Match<T>> {
    Some(Match { any_of: Some(vec![value]), null: None, allow_null: true })
}

#[test]
fn every_condition_selects_by_its_value() {
    on_stores(|store| {
        let (first, second) = pair(store);
        let text = |text: &str| is(text.to_owned());
        let customer = load(store, first).customer.unwrap();
        let f = filter;
        for (name, filter) in [
            ("order_ids", OrderFilter { order_ids: among([first, OrderId(9_999)]), ..f() }),
            ("order_number", OrderFilter { order_number: is(500), ..f() }),
            ("prefix", OrderFilter { order_number_prefix: text("AMZ"), ..f() }),
            ("external 1", OrderFilter { external_order_number_1: text("E1"), ..f() }),
            ("external 2", OrderFilter { external_order_number_2: text("E2"), ..f() }),
            ("marketplace 1", OrderFilter { marketplace_order_id_1: text("M1"), ..f() }),
            ("marketplace 2", OrderFilter { marketplace_order_id_2: text("M2"), ..f() }),
            ("payment method", OrderFilter { payment_method_id: is(7), ..f() }),
            ("status", OrderFilter { order_status_id: among([120, 130]), ..f() }),
            ("account", OrderFilter { account_id: is(AccountId(101)), ..f() }),
            ("email", OrderFilter { email_address: text("ada@example.org"), ..f() }),
            ("customer id", OrderFilter { customer_ids: is(customer.customer_id), ..f() }),
            ("customer number", OrderFilter { customer_numbers: is(customer.customer_number), ..f() }),
            ("complete", OrderFilter { complete_status: is(2), ..f() }),
            ("invoice", OrderFilter { invoice_number_filter: text("INV"), ..f() }),
            ("tags", OrderFilter { order_tags: among(["ISPU".to_owned(), "x".to_owned()]), ..f() }),
            ("order date", OrderFilter { order_date: window(Some(10), Some(10)), ..f() }),
            ("export date", OrderFilter { export_date: window(None, Some(11)), ..f() }),
        ] {
            assert_eq!(found(store, filter), [first], "{name}");
        }
        let none = OrderFilter { order_number: is(500), complete_status: is(1), ..f() };
        assert!(found(store, none).is_empty(), "conditions of one filter all have to hold");
        assert_eq!(found(store, f()), [first, second]);
        let nothing = OrderFilter { order_ids: among([]), ..f() };
        assert!(found(store, nothing).is_empty(), "an empty list matches nothing");
    });
}

#[test]
fn unset_values_are_selected_on_request() {
    on_stores(|store| {
        let (first, second) = pair(store);
        let f = filter;
        let unset = |null| Some(Between { null: Some(null), ..Between::default() });
        for (name, filter) in [
            ("export date", OrderFilter { export_date: unset(true), ..f() }),
            ("prefix", OrderFilter { order_number_prefix: null(true), ..f() }),
            ("external", OrderFilter { external_order_number_1: null(true), ..f() }),
            ("account", OrderFilter { account_id: null(true), ..f() }),
            ("tags", OrderFilter { order_tags: null(true), ..f() }),
        ] {
            assert_eq!(found(store, filter), [second], "{name}");
        }
        for (name, filter) in [
            ("export date", OrderFilter { export_date: unset(false), ..f() }),
            ("external", OrderFilter { external_order_number_1: null(false), ..f() }),
            ("tags", OrderFilter { order_tags: null(false), ..f() }),
        ] {
            assert_eq!(found(store, filter), [first], "{name}");
        }
        let both = [
            OrderFilter { payment_method_id: or_null(7), ..f() },
            OrderFilter { external_order_number_1: or_null("E1".to_owned()), ..f() },
            OrderFilter { order_date: Some(Between { from: Some(day(9)), to: Some(day(12)), null: None, allow_null: true }), ..f() },
        ];
        for filter in both {
            assert_eq!(found(store, filter.clone()), [first, second], "{filter:?}");
        }
        let late = OrderFilter { order_date: Some(Between { from: Some(day(11)), allow_null: true, ..Between::default() }), ..f() };
        assert_eq!(found(store, late), [second]);
    });
}

#[test]
fn windows_of_time_include_both_ends() {
    on_stores(|store| {
        let (first, second) = pair(store);
        let f = filter;
        let dated = |from, to| OrderFilter { order_date: window(from, to), ..f() };
        assert_eq!(found(store, dated(Some(10), None)), [first]);
        assert_eq!(found(store, dated(None, Some(10))), [first]);
        assert!(found(store, dated(Some(11), None)).is_empty());
        assert!(found(store, dated(None, Some(9))).is_empty());
        // A record is found by the very time that an answer shows, though the store keeps microseconds.
        let record = fetched(store, request(vec![f()])).orders.remove(1);
        let shown = match record.last_changed {
            Time::In(at, _) => {
                let millis = at.timestamp_millis();
                Time::At(Utc.timestamp_millis_opt(millis).unwrap())
            }
            other => other,
        };
        let exact = Some(Between { from: Some(shown), to: Some(shown), ..Between::default() });
        let by_change = OrderFilter { last_changed: exact.clone(), ..f() };
        assert!(found(store, by_change).contains(&second));
        let by_creation = OrderFilter { created_at: exact, ..f() };
        assert!(found(store, by_creation).contains(&second));
    });
}

#[test]
fn a_time_without_zone_is_local_time_of_the_mandator() {
    on_stores(|store| {
        let (first, _) = pair(store);
        // Midnight UTC is one o'clock in Berlin.
        let local = |hour| {
            let date = chrono::NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
            Some(Between { from: Some(Time::Local(date.and_hms_opt(hour, 0, 0).unwrap())), ..Between::default() })
        };
        let since = |hour| OrderFilter { order_date: local(hour), ..filter() };
        assert_eq!(found(store, since(1)), [first]);
        assert!(found(store, since(2)).is_empty());
    });
}

#[test]
fn only_windows_of_time_ask_for_changes() {
    let since = OrderFilter { last_changed: window(Some(1), None), ..filter() };
    assert!(FetchOrders::asks_for_changes(&request(vec![filter(), since])));
    let unset = Some(Between { null: Some(true), ..Between::default() });
    let open = OrderFilter { export_date: unset, ..filter() };
    assert!(!FetchOrders::asks_for_changes(&request(vec![open])));
}

#[test]
fn long_lists_are_taken_together() {
    on_stores(|store| {
        let many = 0..20_000;
        let ids = Match { any_of: Some(many.clone().map(OrderId).collect()), null: None, allow_null: false };
        let numbers = Match { any_of: Some(many.collect()), null: None, allow_null: false };
        let one = OrderFilter { order_ids: Some(ids), ..filter() };
        assert!(found(store, one.clone()).is_empty());
        let two = OrderFilter { customer_numbers: Some(numbers), ..one };
        assert!(found(store, two).is_empty());
    });
}
