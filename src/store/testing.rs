//! Databases for tests: SQLite always, PostgreSQL too where `KONTOR_TEST_POSTGRES` names a server in which databases may
//! be created.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::schema::{items, offers, stock};
use super::{Store, Tx, next_id};
use crate::domain::Failure;
use crate::on;

/// Runs a test on a new SQLite database and, where one is given, on a new PostgreSQL database.
pub fn stores(test: impl Fn(&Store)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kontor.db");
    test(&Store::open(path.to_str().unwrap()).unwrap());
    if let Ok(server) = std::env::var("KONTOR_TEST_POSTGRES") {
        let database = TestDatabase::create(&server);
        test(&Store::open(&database.url).unwrap());
    }
}

struct TestDatabase {
    server: String,
    name: String,
    url: String,
}

impl TestDatabase {
    fn create(server: &str) -> TestDatabase {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kontor_test_{}_{count}", std::process::id());
        PgConnection::establish(server)
            .unwrap()
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        TestDatabase {
            server: server.to_owned(),
            name,
            url,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Ok(mut connection) = PgConnection::establish(&self.server) {
            let _ = connection.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// An item with stock in warehouses: `(warehouse_id, pieces)`.
pub fn item(
    tx: &mut Tx<'_>,
    mandator_id: i32,
    number: &str,
    counts: &[(i32, i32)],
) -> Result<i32, Failure> {
    let item_id = next_id(tx, "item")?;
    let stamp = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(items::table)
        .values((
            items::item_id.eq(item_id),
            items::mandator_id.eq(mandator_id),
            items::internal_item_number.eq(number),
            items::identifier.eq(format!("Item {number}")),
            items::tax_type_id.eq(3),
            items::created_at.eq(stamp),
            items::created_by.eq("test"),
            items::last_changed.eq(stamp),
            items::last_changed_by.eq("test"),
            items::data.eq("{}"),
        ))
        .execute(c))?;
    for (warehouse_id, count) in counts {
        on!(&mut tx.conn, c => diesel::insert_into(stock::table)
            .values((
                stock::item_id.eq(item_id),
                stock::warehouse_id.eq(warehouse_id),
                stock::stock_count.eq(count),
                stock::last_changed.eq(stamp),
            ))
            .execute(c))?;
    }
    Ok(item_id)
}

/// A running offer of an item in an account.
pub fn offer(
    tx: &mut Tx<'_>,
    mandator_id: i32,
    account_id: i32,
    item_id: i32,
    external_number: Option<&str>,
) -> Result<i32, Failure> {
    let (row, _) = super::offers::prepare(tx, mandator_id, account_id, item_id)?;
    super::offers::want(tx, &[row.offer_id], true)?;
    on!(&mut tx.conn, c => diesel::update(offers::table.find(row.offer_id))
        .set(offers::external_offer_number.eq(external_number))
        .execute(c))?;
    Ok(row.offer_id)
}

/// The stock of an item in a warehouse.
pub fn stock_of(store: &Store, item_id: i32, warehouse_id: i32) -> i32 {
    store
        .read(|conn| {
            Ok(on!(conn, c => stock::table
                .find((item_id, warehouse_id))
                .select(stock::stock_count)
                .first(c))?)
        })
        .unwrap()
}
