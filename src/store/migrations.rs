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

use super::address::{Address, Owned, unreachable_database};
use super::file;
use crate::domain::{Failure, Patience, code};

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

/// Brings the tables up to date. Several processes may do so at the same time.
pub fn migrate(database: &str) -> Result<Vec<String>, Failure> {
    let address = Address::parse(database);
    if let Address::Sqlite(path) = &address {
        file::create(path).map_err(|error| unreachable_database(&address, &error))?;
    }
    match address.connect_to_migrate()? {
        Owned::Sqlite(mut connection) => run_migrations(&address, connection.as_mut(), SQLITE_MIGRATIONS),
        Owned::Postgres(mut connection) => {
            // Held until the connection closes: a second process waits here and then finds nothing to do.
            connection.batch_execute("SELECT pg_advisory_lock(7405168)").map_err(Failure::from)?;
            run_migrations(&address, connection.as_mut(), POSTGRES_MIGRATIONS)
        }
    }
}

fn run_migrations<C>(address: &Address, connection: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, Failure>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: Backend,
{
    let done = connection.run_pending_migrations(migrations).map_err(|e| unreachable_database(address, &e))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

/// Looks at a database, which is neither created nor changed.
///
/// # Errors
/// The database cannot be reached or read.
pub fn standing(database: &str, patience: Patience) -> Result<Standing, Failure> {
    let address = Address::parse(database);
    if let Address::Sqlite(path) = &address
        && !Path::new(path).exists()
    {
        return Ok(Standing::Missing);
    }
    let (known, applied) = match address.connect_to_look(&patience)? {
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
    Ok(applied.map_or(Standing::Empty, |applied| compare(&known, &applied)))
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

    use super::{__diesel_schema_migrations as applied, Standing, migrate, standing};
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
            assert!(!migrate(&address).unwrap().is_empty());
            assert_eq!(look(&address), Standing::Current, "{name}");
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
            assert_eq!(look(&address), Standing::Newer("29991231000000".to_owned()), "{name}");
        }
    }
}
