//! Databases of earlier versions, as their programs left them: see `tests/data/0.1/README.md`.

use std::path::PathBuf;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kontor::operations::Face;

use crate::samples::root;
use crate::world::{Database, World, compat_envelope, databases, typed_envelope};

const ACCOUNTS: [i32; 3] = [1000, 1001, 2000];

fn data(name: &str) -> PathBuf {
    root().join("tests/data/0.1").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(data(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn word(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgres",
    }
}

/// The accounts do nothing, so that answers do not depend on when they are asked for.
fn config() -> String {
    read("kontor.toml").replace("active = true", "active = false")
}

/// Today's program on a copy of the old database.
fn opened(database: Database) -> World {
    let mut world = World::stopped(database, &config());
    fill(&world, database);
    world.start();
    world
}

fn fill(world: &World, database: Database) {
    match database {
        Database::Sqlite => {
            std::fs::copy(data("kontor.sqlite"), world.database()).expect("a copy");
        }
        Database::Postgres => {
            let mut connection = PgConnection::establish(world.database()).expect("the new database");
            connection.batch_execute(&read("kontor.postgres.sql")).expect("the dump");
        }
    }
}

/// `(what was asked for, operation, request, answer)`, one per section of a file of answers.
fn sections(text: &str) -> Vec<(String, String, String, String)> {
    let sections = text.split("=== ").filter(|section| !section.is_empty());
    let parts = sections.map(|section| {
        let (name, rest) = section.split_once('\n').expect("a name");
        let (request, answer) = rest.split_once("\n---\n").expect("a request and an answer");
        let operation = name.split(' ').next().unwrap_or_default();
        (name.to_owned(), operation.to_owned(), request.to_owned(), answer.strip_suffix('\n').unwrap_or(answer).to_owned())
    });
    parts.collect()
}

fn updating() -> bool {
    std::env::var_os("KONTOR_UPDATE").is_some()
}

#[test]
fn a_database_of_the_first_version_gives_the_answers_that_it_gave() {
    for database in databases() {
        let world = opened(database);
        for face in [Face::Compat, Face::Typed] {
            let file = format!("answers.{}.{}.txt", word(database), face.word());
            let (mut text, mut differing) = (String::new(), Vec::new());
            for (name, operation, request, known) in sections(&read(&file)) {
                let (path, envelope) = match face {
                    Face::Compat => ("/ws/connect", compat_envelope(&operation, &request)),
                    Face::Typed => ("/ws/v1", typed_envelope(&operation, &request)),
                };
                let answer = world.post(path, &envelope, &[]).body;
                if answer != known {
                    differing.push(format!("{name}:\n{answer}\ninstead of\n{known}"));
                }
                text.push_str(&format!("=== {name}\n{request}\n---\n{answer}\n"));
            }
            if updating() {
                std::fs::write(data(&file), text).unwrap();
            } else {
                assert!(differing.is_empty(), "{file}: {}", differing.join("\n\n"));
            }
        }
    }
}

#[test]
fn partners_get_the_documents_that_the_first_version_wrote() {
    for database in databases() {
        let world = opened(database);
        for account in ACCOUNTS {
            let file = format!("offers.{}.{account}.xml", word(database));
            let out = world.folder().join("offers.xml");
            let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
            command.args(["export", "offers", "--account", &account.to_string(), "--database", world.database(), "--output"]).arg(&out);
            let output = command.arg("--config").arg(world.folder().join("kontor.toml")).output().expect("the program runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let written = std::fs::read_to_string(&out).unwrap();
            if updating() {
                std::fs::write(data(&file), written).unwrap();
            } else {
                assert_eq!(written, read(&file), "{file}");
            }
        }
    }
}

/// What has to be sent, and what orders remember of the channel's words: one text per row, in a fixed order.
fn on_its_way(world: &World, database: Database) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        line: String,
        #[diesel(sql_type = BigInt)]
        version: i64,
    }
    let queries = [
        "SELECT 'state ' || offer_id || ' ' || topic || ' ' || account_id || ' ' || status AS line, version FROM outbox_states ORDER BY 1",
        "SELECT 'fact ' || fact_key || ' ' || kind || ' ' || status AS line, version FROM outbox_facts ORDER BY 1",
        "SELECT 'held ' || account_id || ' ' || marketplace_order_id AS line, version FROM held_orders ORDER BY 1",
    ];
    let mut rows: Vec<Row> = Vec::new();
    for query in queries {
        let query = diesel::sql_query(query);
        rows.extend(match database {
            Database::Sqlite => query.load::<Row>(&mut SqliteConnection::establish(world.database()).unwrap()).unwrap(),
            Database::Postgres => query.load::<Row>(&mut PgConnection::establish(world.database()).unwrap()).unwrap(),
        });
    }
    rows.into_iter().map(|row| format!("{} at {}", row.line, row.version)).collect()
}

#[test]
fn opening_a_database_of_the_first_version_sends_nothing_that_was_not_due_before() {
    for database in databases() {
        let mut world = World::stopped(database, &config());
        fill(&world, database);
        let before = on_its_way(&world, database);
        assert!(before.iter().any(|row| row.starts_with("state")) && before.iter().any(|row| row.starts_with("fact")), "{before:#?}");
        world.start();
        world.stop();
        assert_eq!(on_its_way(&world, database), before, "{database:?}");
    }
}

/// A command of today's program beside the world's database: `(exit code, standard output and error)`.
fn command(world: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let config = world.folder().join("kontor.toml");
    // `check` knows no other database than the one of the configuration.
    std::fs::write(&config, self::config().replace("kontor.sqlite", world.database())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kontor"))
        .args(arguments)
        .arg("--config")
        .arg(&config)
        .current_dir(world.folder())
        .output()
        .expect("the program runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code(), text)
}

const CHECK: [&str; 1] = ["check"];
const CONNECT: [&str; 2] = ["check", "--connect"];
const EXPLAIN: [&str; 6] = ["offer", "explain", "--account", "1000", "--item", "MUG"];
/// Others that need what a gateway has stored.
const LIST: [&str; 2] = ["outbox", "list"];
const EXPORT: [&str; 4] = ["export", "offers", "--account", "1000"];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The steps of the migration that a database has; none if it has no tables, or does not exist.
fn steps(world: &World, database: Database) -> Vec<String> {
    let query = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    let steps: QueryResult<Vec<Step>> = match database {
        Database::Sqlite if !std::path::Path::new(world.database()).exists() => Ok(Vec::new()),
        Database::Sqlite => diesel::sql_query(query).load(&mut SqliteConnection::establish(world.database()).unwrap()),
        Database::Postgres => diesel::sql_query(query).load(&mut PgConnection::establish(world.database()).unwrap()),
    };
    steps.unwrap_or_default().into_iter().map(|step| step.version).collect()
}

#[test]
fn no_command_but_serve_and_migrate_creates_a_database() {
    for database in databases() {
        let world = World::stopped(database, &config());
        let (code, text) = command(&world, &CHECK);
        assert_eq!(code, Some(0), "{text}");
        let (code, text) = command(&world, &CONNECT);
        assert!(code == Some(0) && text.contains("run `kontor migrate` first"), "a gateway may start: {text}");
        for needed in [&EXPLAIN[..], &LIST, &EXPORT] {
            let (code, text) = command(&world, needed);
            assert!(code == Some(1) && text.contains("run `kontor migrate` first"), "{needed:?}: {text}");
        }
        assert_eq!(steps(&world, database), Vec::<String>::new());
        let mut files: Vec<_> = std::fs::read_dir(world.folder()).unwrap().map(|file| file.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files, ["kontor.toml"]);
    }
}

#[test]
fn no_command_but_serve_and_migrate_migrates_a_database() {
    for database in databases() {
        let world = World::stopped(database, &config());
        fill(&world, database);
        let before = steps(&world, database);
        let (code, text) = command(&world, &CONNECT);
        assert!(code == Some(0) && text.contains("older than this program"), "{text}");
        for needed in [&EXPLAIN[..], &LIST, &EXPORT] {
            let (code, text) = command(&world, needed);
            assert!(code == Some(1) && text.contains("older than this program") && text.contains("run `kontor migrate` first"), "{text}");
        }
        assert_eq!(steps(&world, database), before);

        let (code, text) = command(&world, &["migrate"]);
        assert!(code == Some(0) && steps(&world, database).len() > before.len(), "{text}");
        let (code, text) = command(&world, &CONNECT);
        assert!(code == Some(0) && text.contains("has the schema of this program"), "{text}");
        let (code, text) = command(&world, &LIST);
        assert_eq!(code, Some(0), "{text}");
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    for database in databases() {
        let world = World::stopped(database, &config());
        let (code, text) = command(&world, &["migrate"]);
        assert_eq!(code, Some(0), "{text}");
        let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')";
        match database {
            Database::Sqlite => SqliteConnection::establish(world.database()).unwrap().batch_execute(newer).unwrap(),
            Database::Postgres => PgConnection::establish(world.database()).unwrap().batch_execute(newer).unwrap(),
        }
        for refused in [&CONNECT[..], &EXPLAIN, &LIST, &EXPORT] {
            let (code, text) = command(&world, refused);
            // A check has faults; anything else cannot begin.
            let expected = if refused == CONNECT { 1 } else { 3 };
            assert!(code == Some(expected) && text.contains("newer than this program") && text.contains("29991231000000"), "{text}");
        }
    }
}
