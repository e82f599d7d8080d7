//! What a booking costs.

use super::{StockBooking, StockRecord, UpdateStockCount, UpdateStockCountRequest};
use crate::domain::{MandatorId, WarehouseId};
use crate::operations::testing::{call, records, waiting};
use crate::store::Store;
use crate::store::outbox::Topic;
use crate::store::testing::{item, offer, on_stores, stock_of, watch};

/// Of one record, by its number.
fn book(store: &Store, stock_count: i32) {
    let booking = StockBooking { warehouse_id: Some(WarehouseId(10)), stock_count, absolute: true, ..StockBooking::default() };
    let record = StockRecord {
        mandator_id: MandatorId(1),
        internal_item_number: Some("A".into()),
        stock_items: vec![booking],
        ..StockRecord::default()
    };
    call::<UpdateStockCount>(store, UpdateStockCountRequest { items: records("item", [record]), ..Default::default() });
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
