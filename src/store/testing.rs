//! Databases for tests: SQLite always, PostgreSQL when `KONTOR_TEST_POSTGRES` holds the URL of a server's database in
//! which a test may create databases of its own.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::Store;

/// Keeps a database alive; dropping it removes the database.
pub enum Guard {
    Directory(tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Guard::Postgres { server, name } = self {
            let _ = PgConnection::establish(server).map(|mut c| c.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// An empty, migrated store for each database at hand, with the database's name for messages.
pub fn stores() -> Vec<(String, Store, Guard)> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kontor.db");
    let store = Store::open(path.to_str().unwrap()).unwrap();
    let mut stores = vec![("SQLite".to_owned(), store, Guard::Directory(directory))];
    if let Ok(server) = std::env::var("KONTOR_TEST_POSTGRES") {
        let name = format!("kontor_test_{:016x}", rand::random::<u64>());
        PgConnection::establish(&server).unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (address, query) = server.split_once('?').unwrap_or((&server, ""));
        let (base, _) = address.rsplit_once('/').unwrap();
        let store = Store::open(&format!("{base}/{name}?{query}")).unwrap();
        stores.push(("PostgreSQL".to_owned(), store, Guard::Postgres { server, name }));
    }
    stores
}
