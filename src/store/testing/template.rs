//! Migrated databases that tests start from copies of: a migration takes longer than most of them.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::domain::hex::hex;
use crate::store::migrations::migrate;

/// The bytes of a migrated SQLite database.
pub(super) fn sqlite() -> &'static [u8] {
    static MIGRATED: OnceLock<Vec<u8>> = OnceLock::new();
    MIGRATED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        migrate(path.to_str().unwrap(), |_| ()).unwrap();
        std::fs::read(path).unwrap()
    })
}

/// The name of a migrated database on the server. It stays there, under a name that the migrations give it, for the next run.
pub(super) fn postgres(server: &str, address_of: impl Fn(&str) -> String) -> String {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let name = format!("kontor_template_{}", digest());
    let mut connection = PgConnection::establish(server).unwrap();
    let mut is_there = || pg_database::table.filter(pg_database::datname.eq(&name)).count().get_result::<i64>(&mut connection).unwrap() > 0;
    if is_there() {
        return name;
    }
    let unfinished = format!("{name}_{:08x}", rand::random::<u32>());
    let mut administrator = PgConnection::establish(server).unwrap();
    administrator.batch_execute(&format!("CREATE DATABASE {unfinished}")).unwrap();
    migrate(&address_of(&unfinished), |_| ()).unwrap();
    // It gets its name when it is whole. The server may take a moment to see that the migration has left it.
    while administrator.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).is_err() {
        if is_there() {
            administrator.batch_execute(&format!("DROP DATABASE {unfinished} WITH (FORCE)")).unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    name
}

diesel::table! {
    /// As PostgreSQL keeps it.
    pg_database (datname) {
        datname -> Text,
    }
}

/// Of all migrations: a database that others made is another one.
fn digest() -> &'static str {
    static DIGEST: OnceLock<String> = OnceLock::new();
    DIGEST.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
        let mut steps: Vec<_> = std::fs::read_dir(folder).unwrap().map(|step| step.unwrap().path().join("up.sql")).collect();
        steps.sort();
        let mut all = Sha256::new();
        for step in steps {
            all.update(step.to_str().unwrap());
            all.update(std::fs::read(step).unwrap());
        }
        hex(&all.finalize()).get(..16).unwrap().to_owned()
    })
}
