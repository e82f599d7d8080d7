//! `schema.rs` says what the migrations make, on both databases.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::schema::items;
use super::{Conn, testing};
use crate::domain::MandatorId;
use crate::on;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

const SQLITE: &str = "SELECT t.name || '.' || c.name AS place, c.type AS kind, c.\"notnull\" = 0 AS nullable \
    FROM sqlite_master t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '__diesel_schema_migrations'";

const POSTGRES: &str = "SELECT table_name || '.' || column_name AS place, CAST(data_type AS TEXT) AS kind, is_nullable = 'YES' AS nullable \
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

fn migrated(conn: &mut Conn<'_>) -> BTreeSet<String> {
    let columns: Vec<Column> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(SQLITE).load(*c).unwrap(),
        Conn::Postgres(c) => diesel::sql_query(POSTGRES).load(*c).unwrap(),
    };
    let line = |column: Column| {
        let kind = match column.kind.to_lowercase().as_str() {
            "integer" => "Integer",
            "bigint" => "BigInt",
            "boolean" => "Bool",
            "text" => "Text",
            "blob" | "bytea" => "Binary",
            other => panic!("{}: the type {other} is new here", column.place),
        };
        let kind = if column.nullable { format!("Nullable<{kind}>") } else { kind.to_owned() };
        format!("{}: {kind}", column.place)
    };
    columns.into_iter().map(line).collect()
}

fn described() -> BTreeSet<String> {
    let mut table = "";
    let mut columns = BTreeSet::new();
    for line in include_str!("schema.rs").lines().map(str::trim).filter(|line| !line.starts_with("diesel::joinable!")) {
        if let Some((name, kind)) = line.split_once(" -> ") {
            columns.insert(format!("{table}.{name}: {}", kind.trim_end_matches(',')));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        }
    }
    columns
}

#[test]
fn the_tables_are_those_of_the_migrations() {
    for (name, store, _guard) in testing::stores() {
        let (migrated, described) = (store.read(|conn| Ok(migrated(conn))).unwrap(), described());
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
        assert_eq!(only(&migrated, &described), Vec::<String>::new(), "{name}: made by migrations/, not in schema.rs");
        assert_eq!(only(&described, &migrated), Vec::<String>::new(), "{name}: in schema.rs, not made by migrations/");
    }
}

#[test]
fn numbers_of_before_lose_their_blanks_unless_that_makes_two_of_one() {
    let migration = |conn: &mut Conn<'_>| match conn {
        Conn::Sqlite(c) => c.batch_execute(include_str!("../../migrations/sqlite/2026-11-30-000920_trimmed_keys/up.sql")),
        Conn::Postgres(c) => c.batch_execute(include_str!("../../migrations/postgres/2026-11-30-000920_trimmed_keys/up.sql")),
    };
    testing::on_stores(|store| {
        let numbers = store
            .write(move |tx| {
                for (mandator, number) in [(1, " A\n"), (1, "B"), (1, "B "), (2, "B\t"), (1, " C"), (1, "C "), (1, "  ")] {
                    testing::item(tx, MandatorId(mandator), number, &[])?;
                }
                migration(&mut tx.conn)?;
                let rows: Vec<String> =
                    on!(&mut tx.conn, c => items::table.order(items::item_id).select(items::internal_item_number).load(c))?;
                Ok(rows)
            })
            .unwrap();
        assert_eq!(numbers, ["A", "B", "B ", "B", " C", "C ", "  "]);
    });
}
