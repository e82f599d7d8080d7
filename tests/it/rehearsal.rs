//! `dry_run`: the same reports as the call itself would give, and not a trace in the database.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use kontor::operations::{Access, Document, Face};

use crate::samples::{Sample, Step, masked, pretty, script};
use crate::world::{Database, World, databases, eventually};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Moved by reading polls, by every transaction, whatever it does, and by every call.
const RESTLESS: [&str; 7] = ["change_clock", "writers", "account_work", "contact_cursors", "hourly", "calls", "call_payloads"];

/// The mark that an answer reached its caller: it comes with a later commit, at any time.
const LATE: &str = "handed_over";

/// Table → its rows as text.
fn dump(world: &World) -> BTreeMap<String, Vec<String>> {
    let url = world.database();
    let mut tables = BTreeMap::new();
    if url.starts_with("postgres") {
        let mut conn = PgConnection::establish(url).unwrap();
        let names = lines(sql_query("SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'").load(&mut conn));
        for name in names.into_iter().filter(|name| !RESTLESS.contains(&name.as_str())) {
            let rows = lines(sql_query(format!("SELECT (to_jsonb(t) - '{LATE}')::text AS line FROM {name} t ORDER BY 1")).load(&mut conn));
            tables.insert(name, rows);
        }
    } else {
        let mut conn = SqliteConnection::establish(url).unwrap();
        let names = lines(sql_query("SELECT name AS line FROM sqlite_master WHERE type = 'table'").load(&mut conn));
        for name in names.into_iter().filter(|name| !RESTLESS.contains(&name.as_str())) {
            let columns = format!("SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{name}') WHERE name <> '{LATE}'");
            let columns = lines(sql_query(columns).load(&mut conn));
            let row = columns.join(" || ',' || ");
            let rows = lines(sql_query(format!("SELECT {row} AS line FROM \"{name}\" ORDER BY 1")).load(&mut conn));
            tables.insert(name, rows);
        }
    }
    tables
}

fn lines(found: diesel::QueryResult<Vec<Line>>) -> Vec<String> {
    found.unwrap().into_iter().map(|line| line.line).collect()
}

/// The database, once nothing changes it by itself any more. Orders that changed in the channel come with the next poll.
fn at_rest(world: &World, orders_moved: bool) -> BTreeMap<String, Vec<String>> {
    let quiet = Duration::from_millis(if orders_moved { 2500 } else { 150 });
    let mut before = dump(world);
    eventually("a database at rest", || {
        std::thread::sleep(quiet);
        let now = dump(world);
        let quiet = now == before;
        before = now;
        if quiet { Ok(before.clone()) } else { Err("it still changes".to_owned()) }
    })
}

/// The request of a sample as a rehearsal.
fn rehearsed(sample: &Sample) -> String {
    let text = sample.text(Face::Compat, Document::Request);
    assert!(text.contains("<request "), "{text}");
    text.trim_end().replacen("<request ", "<request dry_run=\"true\" ", 1)
}

/// What both answers have to say alike: the reports.
fn reports(answer: &str) -> String {
    let (head, rest) = answer.split_once("<response ").unwrap_or_else(|| panic!("{answer}"));
    let (_, body) = rest.split_once('>').unwrap_or_else(|| panic!("{answer}"));
    format!("{head}<response>{body}")
}

#[test]
fn a_rehearsal_reports_like_the_call_and_leaves_no_trace() {
    std::thread::scope(|scope| {
        for database in databases() {
            scope.spawn(move || rehearse_everything(database));
        }
    });
}

fn rehearse_everything(database: Database) {
    let world = World::demo(database);
    let mut bought = 0;
    let mut orders_moved = false;
    for step in script() {
        match step {
            Step::Buy(order) => {
                world.sandbox("/orders", &order);
                bought += 1;
                orders_moved = true;
                eventually("the order's arrival", || {
                    let orders = dump(&world).get("orders").map_or(0, Vec::len);
                    if orders >= bought { Ok(()) } else { Err(format!("{orders} of {bought}")) }
                });
            }
            Step::Say(what, said) => {
                let before = dump(&world).get("contacts").map_or(0, Vec::len);
                world.sandbox(&format!("/{what}"), &said);
                eventually("what was said", || {
                    let contacts = dump(&world).get("contacts").map_or(0, Vec::len);
                    if contacts > before { Ok(()) } else { Err(format!("{contacts} after {before}")) }
                });
            }
            Step::Settled => {
                at_rest(&world, orders_moved);
                orders_moved = false;
            }
            Step::Call(sample) if sample.operation.access == Access::Write && !sample.is_rehearsal() => {
                let before = at_rest(&world, orders_moved);
                orders_moved = ["Order", "Credit", "transferMoney", "Label", "ShippingSoftware", "Message"]
                    .iter()
                    .any(|word| sample.operation.name.contains(word));
                let began = Utc::now() - chrono::TimeDelta::minutes(2);
                let rehearsal = world.connect(sample.operation.name, &rehearsed(&sample));
                let name = sample.name(Face::Compat, Document::Request);
                for (table, rows) in dump(&world) {
                    let earlier = before.get(&table).map(Vec::as_slice).unwrap_or_default();
                    let changed: Vec<&String> = rows.iter().filter(|row| !earlier.contains(row)).collect();
                    let same = changed.is_empty() && rows.len() == earlier.len();
                    assert!(same, "{name} as a rehearsal changed {table} on {database:?}: {changed:?}");
                }
                let request = sample.text(Face::Compat, Document::Request);
                let meant = world.connect(sample.operation.name, request.trim_end());
                assert!(rehearsal.contains("dry_run=\"true\"") || rehearsal.contains("return_code=\"-"), "{name}: {rehearsal}");
                assert!(!meant.contains("dry_run"), "{name}: {meant}");
                // A file that is not stored has no address.
                let is_address = |line: &&str| ["<media_url>", "<thumbnail_url>"].iter().any(|name| line.trim_start().starts_with(name));
                let shown = |answer: &str| {
                    let text = pretty(&masked(&reports(answer), began, &world.base));
                    text.lines().filter(|line| !is_address(line)).collect::<Vec<_>>().join("\n")
                };
                if !sample.waits_for_channels() {
                    assert_eq!(shown(&rehearsal), shown(&meant), "{name} on {database:?}");
                }
            }
            Step::Call(sample) => {
                world.connect(sample.operation.name, sample.text(Face::Compat, Document::Request).trim_end());
            }
        }
    }
}
