//! Reading a whole database in one snapshot, while others write.

use std::time::Duration;

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Column, ColumnKind, CopyError, Table, Tally, quoted};
use crate::domain::{Failure, Patience, code};
use crate::store::address::{Address, Owned};
use crate::store::{Conn, migrations};

/// How often, and at which distances, others are looked for.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(100);
/// The tables of a program that knows nothing of migrations are none of ours.
const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name AS column_name, lower(c.type) AS kind \
    FROM sqlite_master t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> '__diesel_schema_migrations' \
    ORDER BY t.name, c.name";
const POSTGRES_COLUMNS: &str = "SELECT CAST(c.table_name AS TEXT) AS table_name, CAST(c.column_name AS TEXT) AS column_name, \
    CAST(c.data_type AS TEXT) AS kind FROM information_schema.columns c \
    JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.table_name <> '__diesel_schema_migrations' \
    ORDER BY c.table_name COLLATE \"C\", c.column_name COLLATE \"C\"";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A database as it was at one moment.
pub(crate) struct Snapshot<'c> {
    conn: Conn<'c>,
}

/// Reads a database, which is not changed, in one snapshot. A gateway may work on it meanwhile.
pub(crate) fn snapshot<T>(
    database: &str,
    patience: &Patience,
    work: impl FnOnce(&mut Snapshot<'_>) -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    match Address::parse(database).connect_to_look(patience)? {
        // In WAL mode a reader holds up no writer; only the log grows until it has ended.
        Owned::Sqlite(mut connection) => connection.transaction(|c| work(&mut Snapshot { conn: Conn::Sqlite(c) })),
        Owned::Postgres(mut connection) => {
            // A table takes as long as it takes.
            connection.batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")?;
            connection.build_transaction().read_only().repeatable_read().run(|c| work(&mut Snapshot { conn: Conn::Postgres(c) }))
        }
    }
}

impl Snapshot<'_> {
    /// The steps of the schema.
    pub(crate) fn steps(&mut self) -> Result<Vec<String>, CopyError> {
        Ok(migrations::taken(&mut self.conn)?)
    }

    pub(crate) fn tables(&mut self) -> Result<Vec<Table>, CopyError> {
        tables(&mut self.conn)
    }

    /// Gives each row of a table, in no particular order.
    pub(crate) fn rows(&mut self, table: &Table, each: impl FnMut(&str) -> Result<(), CopyError>) -> Result<Tally, CopyError> {
        rows(&mut self.conn, table, each)
    }
}

pub(super) fn tables(conn: &mut Conn<'_>) -> Result<Vec<Table>, CopyError> {
    let found: Vec<Found> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(SQLITE_COLUMNS).load(*c)?,
        Conn::Postgres(c) => diesel::sql_query(POSTGRES_COLUMNS).load(*c)?,
    };
    let mut tables: Vec<Table> = Vec::new();
    for Found { table_name, column_name, kind } in found {
        let Some(kind) = ColumnKind::of(&kind) else {
            let text = format!("table {table_name}: column {column_name} has the type {kind}, which is none of Kontor's");
            return Err(CopyError::Refused(text));
        };
        let column = Column { name: column_name, kind };
        match tables.last_mut().filter(|table| table.name == table_name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { name: table_name, columns: vec![column] }),
        }
    }
    Ok(tables)
}

pub(super) fn rows(conn: &mut Conn<'_>, table: &Table, mut each: impl FnMut(&str) -> Result<(), CopyError>) -> Result<Tally, CopyError> {
    let mut tally = Tally::default();
    let mut take = |line: QueryResult<Line>| -> Result<(), CopyError> {
        let row = same_everywhere(table, &line?.line)?;
        tally.add(&row);
        each(&row)
    };
    let query = diesel::sql_query(select(table, matches!(conn, Conn::Sqlite(_))));
    match conn {
        Conn::Sqlite(c) => query.load_iter::<Line, DefaultLoadingMode>(*c)?.try_for_each(&mut take)?,
        // Row by row: the client library would keep the whole table otherwise.
        Conn::Postgres(c) => query.load_iter::<Line, PgRowByRowLoadingMode>(*c)?.try_for_each(&mut take)?,
    }
    Ok(tally)
}

fn select(table: &Table, sqlite: bool) -> String {
    let cells = table.columns.iter().map(|Column { name, kind }| {
        let name = quoted(name);
        match (kind, sqlite) {
            (ColumnKind::Binary, true) => format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END"),
            (ColumnKind::Binary, false) => format!("encode({name}, 'hex')"),
            (ColumnKind::Boolean, false) => format!("CAST({name} AS INTEGER)"),
            _ => name,
        }
    });
    let cells = cells.collect::<Vec<_>>().join(", ");
    let from = quoted(&table.name);
    match sqlite {
        true => format!("SELECT json_array({cells}) AS line FROM {from}"),
        false => format!("SELECT CAST(json_build_array({cells}) AS TEXT) AS line FROM {from}"),
    }
}

/// The databases write the same array with other spaces and escapes.
fn same_everywhere(table: &Table, line: &str) -> Result<String, Failure> {
    let cells: Result<Vec<serde_json::Value>, _> = serde_json::from_str(line);
    let row = cells.and_then(|cells| serde_json::to_string(&cells));
    row.map_err(|error| Failure::new(code::INTERNAL, [&format!("a row of table {} cannot be read: {error}", table.name)]))
}

/// Whether others are connected to a PostgreSQL database. For SQLite its lock file says so.
pub(crate) fn is_worked_on(database: &str, patience: &Patience) -> Result<bool, Failure> {
    let address = Address::parse(database);
    if let Address::Sqlite(_) = address {
        return Ok(false);
    }
    let Owned::Postgres(mut connection) = address.connect_to_look(patience)? else { return Ok(false) };
    let others = diesel::sql_query(
        "SELECT count(*) AS count FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    // The server takes a moment to see that a connection was closed.
    for _ in 0..LOOKS {
        if others.clone().get_result::<Count>(connection.as_mut())?.count == 0 {
            return Ok(false);
        }
        std::thread::sleep(LOOK);
    }
    Ok(true)
}
