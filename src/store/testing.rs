//! Databases for tests: SQLite always, PostgreSQL when `KONTOR_TEST_POSTGRES` holds the URL of a server's database in
//! which a test may create databases of its own.

mod template;
mod watch;

pub(crate) use watch::watch;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::schema::{items, offers, stock};
use super::stock::Counted;
use super::{Store, Tx, next_id};
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, WarehouseId};
use crate::on;

/// Keeps a database alive; dropping it removes the database.
pub(crate) enum Guard {
    Directory(#[expect(dead_code, reason = "dropping it removes the directory")] tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Guard::Postgres { server, name } = self {
            let _ = PgConnection::establish(server).map(|mut c| c.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// The address of a database that does not exist yet or is empty, of each kind at hand, with its name for messages.
pub(crate) fn places() -> Vec<(String, String, Guard)> {
    places_of(false)
}

fn places_of(migrated: bool) -> Vec<(String, String, Guard)> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kontor.db").to_str().unwrap().to_owned();
    if migrated {
        std::fs::write(&path, template::sqlite()).unwrap();
    }
    let mut places = vec![("SQLite".to_owned(), path, Guard::Directory(directory))];
    if let Ok(server) = std::env::var("KONTOR_TEST_POSTGRES") {
        let name = format!("kontor_test_{:016x}", rand::random::<u64>());
        let address_of = |name: &str| {
            let (address, query) = server.split_once('?').unwrap_or((&server, ""));
            let (base, _) = address.rsplit_once('/').unwrap();
            format!("{base}/{name}?{query}").trim_end_matches('?').to_owned()
        };
        let of = if migrated { format!(" TEMPLATE {}", template::postgres(&server, address_of)) } else { String::new() };
        PgConnection::establish(&server).unwrap().batch_execute(&format!("CREATE DATABASE {name}{of}")).unwrap();
        let address = address_of(&name);
        places.push(("PostgreSQL".to_owned(), address, Guard::Postgres { server, name }));
    } else {
        assert!(std::env::var_os("KONTOR_TEST_ALL").is_none(), "KONTOR_TEST_ALL is set, but KONTOR_TEST_POSTGRES names no server");
    }
    places
}

/// An empty, migrated store for each database at hand, with the database's name for messages.
pub(crate) fn stores() -> Vec<(String, Store, Guard)> {
    places_of(true).into_iter().map(|(name, address, guard)| (name, Store::open(&address).unwrap(), guard)).collect()
}

/// Runs a test on a new store of each database at hand.
pub(crate) fn on_stores(test: impl Fn(&Store)) {
    for (name, store, guard) in stores() {
        eprintln!("on {name}");
        test(&store);
        drop(store);
        drop(guard);
    }
}

/// An item with stock in warehouses: `(warehouse_id, pieces)`.
pub(crate) fn item(tx: &mut Tx<'_>, mandator_id: MandatorId, number: &str, counts: &[(WarehouseId, i32)]) -> Result<ItemId, Failure> {
    let item_id = ItemId(next_id(tx, "item")?);
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
    let counted = counts.iter().map(|(warehouse_id, stock_count)| Counted {
        item_id,
        warehouse_id: *warehouse_id,
        mandator_id,
        stock_count: *stock_count,
    });
    super::stock::save(tx, counted.collect())?;
    Ok(item_id)
}

/// A running offer of an item in an account.
pub(crate) fn offer(
    tx: &mut Tx<'_>,
    mandator_id: i32,
    account_id: i32,
    item_id: ItemId,
    external_number: Option<&str>,
) -> Result<OfferId, Failure> {
    let (row, _) = super::offers::prepare(tx, MandatorId(mandator_id), AccountId(account_id), item_id)?;
    super::offers::want(tx, &[row.offer_id])?;
    on!(&mut tx.conn, c => diesel::update(offers::table.find(row.offer_id))
        .set(offers::external_offer_number.eq(external_number))
        .execute(c))?;
    Ok(row.offer_id)
}

/// The stock of an item in a warehouse.
pub(crate) fn stock_of(store: &Store, item_id: ItemId, warehouse_id: WarehouseId) -> i32 {
    store
        .read(|conn| {
            Ok(on!(conn, c => stock::table
                .find((item_id, warehouse_id))
                .select(stock::stock_count)
                .first(c))?)
        })
        .unwrap()
}
