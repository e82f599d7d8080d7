//! The schema: bringing a database to the newest one, and telling which one it has without changing anything.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::Connection;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use super::Conn;
use super::address::{Address, Owned, unreachable_database};
use super::file;
use crate::domain::{Failure, Patience, code};
use crate::on;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Which schema a database has, as this program sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is no such file.
    Missing,
    /// No program has made its tables yet.
    Empty,
    /// This step of the migration is missing.
    Older(String),
    Current,
    /// This step is not one of this program's.
    Newer(String),
}

diesel::table! {
    /// As diesel keeps it.
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

#[derive(QueryableByName)]
struct Present {
    #[diesel(sql_type = Bool)]
    present: bool,
}

/// Why a database was not brought to the newest schema.
#[derive(Debug, Error)]
pub enum Unmigrated {
    /// It has this step, which is not one of this program's.
    #[error("the schema has step {0}, which is newer than this program")]
    Newer(String),
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// What a look at a database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub standing: Standing,
    /// The steps that a migration would take, in their order.
    pub missing: Vec<String>,
}

/// Brings the tables up to date. Several processes may do so at the same time. `begins` hears of the steps before the first.
///
/// # Errors
/// The schema is newer than this program, or a step failed: then the steps before it stay.
pub fn migrate(database: &str, begins: impl FnOnce(&[String])) -> Result<Vec<String>, Unmigrated> {
    let address = Address::parse(database);
    if let Address::Sqlite(path) = &address {
        file::create(path).map_err(|error| unreachable_database(&address, &error))?;
    }
    match address.connect_to_migrate()? {
        Owned::Sqlite(mut connection) => run_migrations(&address, connection.as_mut(), SQLITE_MIGRATIONS, begins),
        Owned::Postgres(mut connection) => {
            lock(&mut connection)?;
            run_migrations(&address, connection.as_mut(), POSTGRES_MIGRATIONS, begins)
        }
    }
}

/// Held until the connection closes: a second process waits here and then finds nothing to do.
pub(super) fn lock(connection: &mut PgConnection) -> Result<(), Failure> {
    connection.batch_execute("SELECT pg_advisory_lock(7405168)").map_err(Failure::from)
}

fn run_migrations<C>(
    address: &Address,
    connection: &mut C,
    migrations: EmbeddedMigrations,
    begins: impl FnOnce(&[String]),
) -> Result<Vec<String>, Unmigrated>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: Backend,
{
    let fault = |error: Box<dyn std::error::Error + Send + Sync>| unreachable_database(address, &error);
    let applied: Vec<String> = connection.applied_migrations().map_err(fault)?.iter().map(ToString::to_string).collect();
    if let Standing::Newer(step) = compare(&steps::<C::Backend>(&migrations)?, &applied) {
        return Err(Unmigrated::Newer(step));
    }
    let pending = connection.pending_migrations(migrations).map_err(fault)?;
    let names: Vec<String> = pending.iter().map(|step| step.name().to_string()).collect();
    if !names.is_empty() {
        begins(&names);
    }
    for step in &pending {
        connection.run_migration(step.as_ref()).map_err(fault)?;
    }
    Ok(names)
}

/// Takes the steps of a list, in an empty database and within the transaction of the caller.
pub(super) fn take_steps(conn: &mut Conn<'_>, wanted: &[String]) -> Result<(), Failure> {
    match conn {
        Conn::Sqlite(c) => take_wanted(*c, SQLITE_MIGRATIONS, wanted),
        Conn::Postgres(c) => take_wanted(*c, POSTGRES_MIGRATIONS, wanted),
    }
}

fn take_wanted<C>(connection: &mut C, migrations: EmbeddedMigrations, wanted: &[String]) -> Result<(), Failure>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: Backend,
{
    let fault = |error: Box<dyn std::error::Error + Send + Sync>| Failure::new(code::DATABASE, [&error.to_string()]);
    for step in connection.pending_migrations(migrations).map_err(fault)? {
        if wanted.contains(&step.name().version().to_string()) {
            connection.run_migration(step.as_ref()).map_err(fault)?;
        }
    }
    Ok(())
}

/// The steps that were taken in a database.
pub(super) fn taken(conn: &mut Conn<'_>) -> Result<Vec<String>, Failure> {
    let versions = versions().order(__diesel_schema_migrations::version);
    Ok(on!(conn, c => versions.load(c))?)
}

/// How a schema with these steps compares with that of this program.
pub(crate) fn standing_of(applied: &[String]) -> Result<Standing, Failure> {
    // Both databases have the same steps, as a test checks.
    Ok(compare(&steps::<diesel::sqlite::Sqlite>(&SQLITE_MIGRATIONS)?, applied))
}

/// Looks at a database, which is neither created nor changed.
///
/// # Errors
/// The database cannot be reached or read.
pub fn standing(database: &str, patience: Patience) -> Result<Standing, Failure> {
    look(database, patience).map(|found| found.standing)
}

/// Like [`standing`], with what a migration would do.
///
/// # Errors
/// The database cannot be reached or read.
pub fn look(database: &str, patience: Patience) -> Result<Look, Failure> {
    let address = Address::parse(database);
    let every = |known: Vec<(String, String)>| known.into_iter().map(|(_, name)| name).collect();
    if let Address::Sqlite(path) = &address
        && !Path::new(path).exists()
    {
        return Ok(Look { standing: Standing::Missing, missing: every(steps::<diesel::sqlite::Sqlite>(&SQLITE_MIGRATIONS)?) });
    }
    let (known, applied): (_, Option<Vec<String>>) = match address.connect_to_look(&patience)? {
        Owned::Sqlite(mut connection) => {
            let present = "SELECT count(*) > 0 AS present FROM sqlite_master WHERE name = '__diesel_schema_migrations'";
            let known = steps::<diesel::sqlite::Sqlite>(&SQLITE_MIGRATIONS)?;
            (known, if is_present(connection.as_mut(), present)? { Some(versions().load(connection.as_mut())?) } else { None })
        }
        Owned::Postgres(mut connection) => {
            let present = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS present";
            let known = steps::<diesel::pg::Pg>(&POSTGRES_MIGRATIONS)?;
            (known, if is_present(connection.as_mut(), present)? { Some(versions().load(connection.as_mut())?) } else { None })
        }
    };
    let applied = applied.unwrap_or_default();
    let standing = compare(&known, &applied);
    let missing = match standing {
        Standing::Newer(_) => Vec::new(),
        _ => known.into_iter().filter(|(version, _)| !applied.contains(version)).map(|(_, name)| name).collect(),
    };
    Ok(Look { standing, missing })
}

fn is_present<C>(connection: &mut C, query: &str) -> Result<bool, Failure>
where
    C: diesel::connection::LoadConnection,
    diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'static, C, Present>,
{
    let row: Present = diesel::sql_query(query).get_result(connection)?;
    Ok(row.present)
}

type Versions = diesel::dsl::Select<__diesel_schema_migrations::table, __diesel_schema_migrations::version>;

fn versions() -> Versions {
    __diesel_schema_migrations::table.select(__diesel_schema_migrations::version)
}

/// The steps of this program in their order, as `(version, name)`.
fn steps<DB: Backend>(migrations: &EmbeddedMigrations) -> Result<Vec<(String, String)>, Failure> {
    let steps = MigrationSource::<DB>::migrations(migrations).map_err(|error| Failure::new(code::INTERNAL, [&error.to_string()]))?;
    let mut steps: Vec<_> = steps.iter().map(|step| (step.name().version().to_string(), step.name().to_string())).collect();
    steps.sort();
    Ok(steps)
}

fn compare(known: &[(String, String)], applied: &[String]) -> Standing {
    let ours: BTreeSet<&String> = known.iter().map(|(version, _)| version).collect();
    if let Some(foreign) = applied.iter().find(|version| !ours.contains(version)) {
        return Standing::Newer(foreign.clone());
    }
    match known.iter().find(|(version, _)| !applied.contains(version)) {
        Some(_) if applied.is_empty() => Standing::Empty,
        Some((_, name)) => Standing::Older(name.clone()),
        None => Standing::Current,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::{__diesel_schema_migrations as applied, Standing, Unmigrated, migrate, standing, steps};
    use crate::domain::Patience;
    use crate::on;
    use crate::store::testing::places;
    use crate::store::{Store, Tx};

    fn look(database: &str) -> Standing {
        standing(database, Patience::default()).unwrap()
    }

    #[test]
    fn looking_at_a_database_neither_creates_nor_migrates_it() {
        for (name, address, _guard) in places() {
            let nothing = if name == "SQLite" { Standing::Missing } else { Standing::Empty };
            assert_eq!(look(&address), nothing, "{name}");
            assert_eq!(look(&address), nothing, "{name}: the first look has made nothing");
            if name == "SQLite" {
                assert!(!Path::new(&address).exists());
                std::fs::write(&address, "").unwrap();
                assert_eq!(look(&address), Standing::Empty);
                assert_eq!(std::fs::metadata(&address).unwrap().len(), 0);
            }
            let planned = super::look(&address, Patience::default()).unwrap().missing;
            let mut told = Vec::new();
            assert_eq!(migrate(&address, |steps| told = steps.to_vec()).unwrap(), planned, "{name}");
            assert_eq!(told, planned, "{name}: what is going to happen is known before");
            assert_eq!(look(&address), Standing::Current, "{name}");
            assert!(migrate(&address, |_| panic!("there is nothing to do")).unwrap().is_empty());
        }
    }

    #[test]
    fn an_older_and_a_newer_schema_are_told_apart() {
        for (name, address, _guard) in places() {
            let store = Store::open(&address).unwrap();
            let last = store.write(|tx: &mut Tx<'_>| {
                let versions = applied::table.select(applied::version).order(applied::version.desc());
                let last: String = on!(&mut tx.conn, c => versions.first(c))?;
                on!(&mut tx.conn, c => diesel::delete(applied::table.filter(applied::version.eq(&last))).execute(c))?;
                Ok(last)
            });
            let Standing::Older(step) = look(&address) else { panic!("{name}: {:?}", look(&address)) };
            assert_eq!(step.replace('-', "").split('_').next(), Some(last.unwrap().as_str()), "{name}");
            let insert = "INSERT INTO __diesel_schema_migrations (version) VALUES ($1)";
            store
                .write(move |tx| Ok(on!(&mut tx.conn, c => diesel::sql_query(insert).bind::<Text, _>("29991231000000").execute(c))?))
                .unwrap();
            let newer = "29991231000000";
            assert_eq!(look(&address), Standing::Newer(newer.to_owned()), "{name}");
            let refused = migrate(&address, |_| panic!("nothing may be done to it"));
            assert!(matches!(&refused, Err(Unmigrated::Newer(step)) if step == newer), "{name}: {refused:?}");
            assert!(super::look(&address, Patience::default()).unwrap().missing.is_empty());
        }
    }

    #[test]
    fn both_databases_have_the_same_steps() {
        let sqlite = steps::<diesel::sqlite::Sqlite>(&super::SQLITE_MIGRATIONS).unwrap();
        assert_eq!(sqlite, steps::<diesel::pg::Pg>(&super::POSTGRES_MIGRATIONS).unwrap());
    }
}
