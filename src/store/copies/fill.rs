//! Filling an empty database from rows, in one transaction: it is whole afterwards, or as empty as before.

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::read::{rows, tables};
use super::{Column, ColumnKind, CopyError, Table, Tally, quoted, quoted_all};
use crate::on;
use crate::store::address::{Address, Owned, unreachable_database};
use crate::store::{Conn, file, migrations};

/// Rows and bytes of one statement.
const ROWS: usize = 500;
const BYTES: usize = 1 << 20;

/// A database that is being filled.
pub(crate) struct Target<'c> {
    conn: Conn<'c>,
    /// Rows of a table that are still to be written.
    waiting: Vec<String>,
    bytes: usize,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

const POSTGRES_KEYS: &str = "SELECT CAST(conrelid::regclass AS TEXT) AS table_name, quote_ident(conname) AS name, \
    pg_get_constraintdef(oid) AS definition FROM pg_constraint \
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2";

/// Makes the tables of these steps in an empty database, and has them filled. Nothing stays unless all of it went well.
pub(crate) fn fill_steps<T>(
    database: &str,
    steps: &[String],
    work: impl FnOnce(&mut Target<'_>) -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    let address = Address::parse(database);
    if let Address::Sqlite(path) = &address {
        file::create(path).map_err(|error| unreachable_database(&address, &error))?;
    }
    match address.connect_to_migrate()? {
        Owned::Sqlite(mut connection) => {
            // Categories and articles name each other: the keys are checked when all rows are there.
            connection.batch_execute("PRAGMA foreign_keys = OFF")?;
            connection.immediate_transaction(|c| filled(Conn::Sqlite(c), steps, work))
        }
        Owned::Postgres(mut connection) => {
            // A gateway that starts meanwhile waits.
            migrations::lock(&mut connection)?;
            connection.transaction(|c| filled(Conn::Postgres(c), steps, work))
        }
    }
}

fn filled<T>(mut conn: Conn<'_>, steps: &[String], work: impl FnOnce(&mut Target<'_>) -> Result<T, CopyError>) -> Result<T, CopyError> {
    if let Some(table) = tables(&mut conn)?.first() {
        return Err(CopyError::Refused(format!("it is not empty: it has a table {}; name a new database", table.name)));
    }
    migrations::take_steps(&mut conn, steps)?;
    let keys = without_keys(&mut conn)?;
    // What the steps themselves put there is in the rows, too.
    for table in tables(&mut conn)? {
        on!(&mut conn, c => c.batch_execute(&format!("DELETE FROM {}", quoted(&table.name))))?;
    }
    let mut target = Target { conn, waiting: Vec::new(), bytes: 0 };
    let done = work(&mut target)?;
    with_keys(&mut target.conn, &keys)?;
    Ok(done)
}

/// PostgreSQL would check the keys row by row.
fn without_keys(conn: &mut Conn<'_>) -> Result<Vec<Key>, CopyError> {
    let Conn::Postgres(c) = conn else { return Ok(Vec::new()) };
    let keys: Vec<Key> = diesel::sql_query(POSTGRES_KEYS).load(*c)?;
    for Key { table_name, name, .. } in &keys {
        c.batch_execute(&format!("ALTER TABLE {table_name} DROP CONSTRAINT {name}"))?;
    }
    Ok(keys)
}

fn with_keys(conn: &mut Conn<'_>, keys: &[Key]) -> Result<(), CopyError> {
    match conn {
        Conn::Postgres(c) => keys.iter().try_for_each(|Key { table_name, name, definition }| {
            Ok(c.batch_execute(&format!("ALTER TABLE {table_name} ADD CONSTRAINT {name} {definition}"))?)
        }),
        Conn::Sqlite(c) => {
            let broken = "SELECT \"table\" AS table_name, '' AS name, COALESCE(parent, '') AS definition FROM pragma_foreign_key_check";
            match diesel::sql_query(broken).load::<Key>(*c)?.first() {
                Some(key) => {
                    let text = format!("a row of table {} names a row of table {} that is missing", key.table_name, key.definition);
                    Err(CopyError::Refused(text))
                }
                None => Ok(()),
            }
        }
    }
}

/// Fills an empty database with what a snapshot of another one has, and proves it equal. Gives each table with its tally.
pub(crate) fn fill(
    database: &str,
    from: &mut super::Snapshot<'_>,
    mut done: impl FnMut(&Table, &Tally),
) -> Result<Vec<(Table, Tally)>, CopyError> {
    let (steps, source) = (from.steps()?, from.tables()?);
    fill_steps(database, &steps, |target| {
        if target.tables()? != source {
            return Err(CopyError::Refused("the databases have other tables; migrate the first one before".to_owned()));
        }
        let mut copied = Vec::new();
        for table in source {
            let read = from.rows(&table, |row| target.put(&table, row))?;
            target.end(&table)?;
            target.must_have(&table, &read)?;
            done(&table, &read);
            copied.push((table, read));
        }
        Ok(copied)
    })
}

impl Target<'_> {
    pub(crate) fn tables(&mut self) -> Result<Vec<Table>, CopyError> {
        tables(&mut self.conn)
    }

    /// Takes a row of a table; [`Target::end`] follows the last one.
    pub(crate) fn put(&mut self, table: &Table, row: &str) -> Result<(), CopyError> {
        self.bytes = self.bytes.saturating_add(row.len());
        self.waiting.push(row.to_owned());
        if self.waiting.len() >= ROWS || self.bytes >= BYTES { self.end(table) } else { Ok(()) }
    }

    pub(crate) fn end(&mut self, table: &Table) -> Result<(), CopyError> {
        let rows = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let query = diesel::sql_query(insert(table, matches!(self.conn, Conn::Sqlite(_))));
        let batch = format!("[{}]", rows.join(","));
        let written = on!(&mut self.conn, c => query.bind::<Text, _>(batch).execute(c))?;
        match written == rows.len() {
            true => Ok(()),
            false => Err(CopyError::Refused(format!("table {}: {written} of {} rows were written", table.name, rows.len()))),
        }
    }

    /// Reads a table again, and refuses what is not as it was read first.
    pub(crate) fn must_have(&mut self, table: &Table, expected: &Tally) -> Result<(), CopyError> {
        let found = rows(&mut self.conn, table, |_| Ok(()))?;
        if found == *expected {
            return Ok(());
        }
        Err(CopyError::Refused(format!(
            "table {} is not equal: {} rows with digest {}, expected {} with {}",
            table.name,
            found.rows,
            found.digest(),
            expected.rows,
            expected.digest()
        )))
    }
}

fn insert(table: &Table, sqlite: bool) -> String {
    let cells = table.columns.iter().enumerate().map(|(place, Column { kind, .. })| match (kind, sqlite) {
        (ColumnKind::Binary, true) => format!("unhex(e.value ->> '$[{place}]')"),
        (_, true) => format!("e.value ->> '$[{place}]'"),
        (ColumnKind::Integer, false) => format!("CAST(e ->> {place} AS INTEGER)"),
        (ColumnKind::Bigint, false) => format!("CAST(e ->> {place} AS BIGINT)"),
        (ColumnKind::Boolean, false) => format!("CAST(CAST(e ->> {place} AS INTEGER) AS BOOLEAN)"),
        (ColumnKind::Text, false) => format!("e ->> {place}"),
        (ColumnKind::Binary, false) => format!("decode(e ->> {place}, 'hex')"),
    });
    let cells = cells.collect::<Vec<_>>().join(", ");
    let (into, columns) = (quoted(&table.name), quoted_all(table));
    match sqlite {
        true => format!("INSERT INTO {into} ({columns}) SELECT {cells} FROM json_each(?1) AS e"),
        false => format!("INSERT INTO {into} ({columns}) SELECT {cells} FROM json_array_elements(CAST($1 AS JSON)) AS t(e)"),
    }
}
