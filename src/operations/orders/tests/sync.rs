use super::*;
use crate::domain::{AccountId, Stamp};
use crate::operations::orders::sync::{SyncPlatformOrdersRequest, SyncPlatformOrdersResult};
use crate::store::accounts::{save_work, work_of};
use crate::store::outbox::{Errand, Unsettled, unsettled};

fn sync(store: &Store, accounts: &[i32], synchronous: bool) -> Called<SyncPlatformOrdersResult> {
    let request = SyncPlatformOrdersRequest {
        accounts: accounts.iter().copied().map(AccountId).collect(),
        process_synchronous: Some(synchronous),
        dry_run: None,
    };
    call::<SyncPlatformOrders>(store, request)
}

#[test]
fn every_account_is_asked_where_none_is_named() {
    on_stores(|store| {
        let called = sync(store, &[], false);
        assert_eq!(called.accounts, [AccountId(101), AccountId(102), AccountId(201)]);
        assert_eq!(called.result.reports.len(), 3);
        assert!(!called.synchronous);
    });
}

#[test]
fn an_unknown_account_fails_alone() {
    on_stores(|store| {
        let called = sync(store, &[999, 101], true);
        let codes: Vec<i32> = called.result.reports.iter().map(|r| r.return_code).collect();
        assert_eq!(codes, [-4006, 0]);
        assert_eq!(called.accounts, [101]);
    });
}

#[test]
fn a_waiting_call_waits_for_the_poll() {
    on_stores(|store| {
        let called = sync(store, &[101], true);
        assert!(called.synchronous);
        let version = called.stamp;
        let open = |store: &Store| {
            store.read(|conn| unsettled(conn, (version, &[]), Some((Errand::Poll, &[AccountId(101)])), Stamp(i64::MAX))).unwrap()
        };
        let waits = Unsettled { pending: 1, soon: 1, parked: 0 };
        assert_eq!(open(store), waits);
        // Somebody else asks for orders meanwhile; the poll that begins then serves both.
        sync(store, &[101], false);
        assert_eq!(open(store), waits);
        store
            .write(|tx| {
                let mut row = work_of(&mut tx.conn, AccountId(101))?.unwrap();
                row.poll_served = row.poll_wanted;
                save_work(tx, &row)
            })
            .unwrap();
        assert_eq!(open(store), Unsettled::default());
    });
}
