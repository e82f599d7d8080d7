//! What a booking costs.

use super::{StockBooking, StockRecord, UpdateStockCount, UpdateStockCountRequest};
use crate::domain::{MandatorId, WarehouseId};
use crate::operations::testing::{call, records, waiting};
use crate::store::Store;
use crate::store::outbox::Topic;
use crate::store::testing::{item, offer, on_stores, stock_of, watch};

/// Of one record, by its number.
fn book(store: &Store, stock_count: i32) {
    book_all(store, [record("A", &[(10, stock_count)])]);
}

/// Counts by warehouse.
fn record(number: &str, counts: &[(i32, i32)]) -> StockRecord {
    let booking = |(warehouse_id, stock_count): &(i32, i32)| StockBooking {
        warehouse_id: Some(WarehouseId(*warehouse_id)),
        stock_count: *stock_count,
        absolute: true,
        ..StockBooking::default()
    };
    StockRecord {
        mandator_id: MandatorId(1),
        internal_item_number: Some(number.into()),
        stock_items: counts.iter().map(booking).collect(),
        ..StockRecord::default()
    }
}

/// The codes of the reports.
fn book_all(store: &Store, list: impl IntoIterator<Item = StockRecord>) -> Vec<i32> {
    let request = UpdateStockCountRequest { items: records("item", list), ..Default::default() };
    call::<UpdateStockCount>(store, request).result.reports.iter().map(|report| report.return_code).collect()
}

#[test]
fn bookings_of_many_articles_reach_each_of_them_with_any_count() {
    on_stores(|store| {
        // Not in the order of their numbers.
        let numbers = ["F", "B", "ä\"\\", "A", "E", "C", "D"];
        let ids =
            store.write(move |tx| numbers.map(|number| item(tx, MandatorId(1), number, &[])).into_iter().collect::<Result<Vec<_>, _>>());
        let ids = ids.unwrap();
        store.write(|tx| item(tx, MandatorId(2), "A", &[(WarehouseId(20), 5)])).unwrap();
        store.write(|tx| (0..2).try_for_each(|_| item(tx, MandatorId(1), "twice", &[]).map(drop))).unwrap();
        let counts = [i32::MAX, i32::MIN, -1, 0, 7, 8, 9];
        let list = numbers.iter().zip(counts).map(|(number, count)| record(number, &[(10, count), (11, 3)]));
        let codes = book_all(store, list.chain([record("twice", &[(10, 1)]), record("unknown", &[(10, 1)]), record("A", &[(11, 4)])]));
        assert_eq!(codes.iter().map(|code| *code >= 0).collect::<Vec<_>>(), [true, true, true, true, true, true, true, false, false, true]);
        for (item_id, count) in ids.iter().zip(counts) {
            let other = if *item_id == ids[3] { 4 } else { 3 };
            assert_eq!((stock_of(store, *item_id, WarehouseId(10)), stock_of(store, *item_id, WarehouseId(11))), (count, other));
        }
        book_all(store, numbers.iter().map(|number| record(number, &[(10, 1)])));
        assert!(ids.iter().all(|item_id| stock_of(store, *item_id, WarehouseId(10)) == 1), "what is there is replaced");
    });
}

#[test]
fn bookings_of_many_articles_are_as_many_statements_as_those_of_a_few() {
    on_stores(|store| {
        let number = |n: usize| format!("N{n}");
        store.write(move |tx| (0..200).try_for_each(|n| item(tx, MandatorId(1), &number(n), &[]).map(drop))).unwrap();
        let statements = watch(store);
        let executed = |count: usize, pieces: i32| {
            book_all(store, (0..count).map(|n| record(&number(n), &[(10, pieces)])));
            std::mem::take(&mut statements.lock().unwrap().executed).len()
        };
        // The first one of all makes what later ones find.
        executed(20, 9);
        assert_eq!((executed(20, 1), executed(20, 2)), (executed(200, 3), executed(200, 4)));
        assert!(executed(200, 5) <= 9);
    });
}

#[test]
fn a_booking_of_one_record_is_ten_statements_that_were_all_prepared_before() {
    on_stores(|store| {
        let item_id = store.write(|tx| item(tx, MandatorId(1), "A", &[(WarehouseId(10), 1)])).unwrap();
        store.write(move |tx| offer(tx, 1, 101, item_id, None)).unwrap();
        let statements = watch(store);
        book(store, 2);
        statements.lock().unwrap().executed.clear();
        book(store, 3);
        assert_eq!((stock_of(store, item_id, WarehouseId(10)), waiting(store, Topic::Quantity).len()), (3, 1));
        let statements = statements.lock().unwrap();
        for statement in &statements.executed {
            assert!(statements.prepared.contains(statement), "compiled at each execution: {statement}");
        }
        // Three of them belong to the commit. Finding and keeping the answer for repeats takes three more.
        assert!(statements.executed.len() <= 10, "{:#?}", statements.executed);
    });
}
