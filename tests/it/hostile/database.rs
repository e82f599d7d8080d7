//! The database is taken away, locked, filled up or stopped while calls run: what was answered is true, and nothing is
//! booked twice.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;

use kontor::operations::Face;

use crate::config::Config;
use crate::erp::{Erp, FACES, everywhere, one_item};
use crate::replay::{replayed, unmarked};
use crate::world::{Database, Reply, World, databases, eventually};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Somebody else at the same database.
pub(crate) enum Stranger {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Stranger {
    pub(crate) fn at(database: Database, world: &World) -> Stranger {
        let address = world.database();
        match database {
            Database::Sqlite => {
                let mut connection = SqliteConnection::establish(address).expect("the file");
                // The gateway may be committing.
                connection.batch_execute("PRAGMA busy_timeout = 10000").expect("patience");
                Stranger::Sqlite(connection)
            }
            Database::Postgres => Stranger::Postgres(PgConnection::establish(address).expect("the server")),
        }
    }

    pub(crate) fn count(&mut self, query: &str) -> i64 {
        let counted = match self {
            Stranger::Sqlite(c) => diesel::sql_query(query).get_result::<Count>(c),
            Stranger::Postgres(c) => diesel::sql_query(query).get_result::<Count>(c),
        };
        counted.map_or(0, |count| count.n)
    }

    pub(crate) fn execute(&mut self, statement: &str) {
        match self {
            Stranger::Sqlite(c) => c.batch_execute(statement),
            Stranger::Postgres(c) => c.batch_execute(statement),
        }
        .expect(statement);
    }

    /// Waits until a call with a key is committed.
    fn see_commit(&mut self) {
        let committed = "SELECT COUNT(*) AS n FROM replays WHERE keyed";
        eventually("the commit", || if self.count(committed) > 0 { Ok(()) } else { Err("no answer is kept".to_owned()) });
    }

    /// Takes the database away: on PostgreSQL all connections but this one, on SQLite the right to write.
    fn strike(&mut self) {
        match self {
            // An error: it is locked already.
            Stranger::Sqlite(c) => drop(c.batch_execute("BEGIN IMMEDIATE")),
            Stranger::Postgres(c) => c
                .batch_execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .expect("the right to terminate"),
        }
    }

    fn relent(&mut self) {
        if let Stranger::Sqlite(c) = self {
            c.batch_execute("ROLLBACK").expect("the lock");
        }
    }
}

/// A world with a running offer, on a channel that takes its time.
fn slow_world(database: Database, config: &Config) -> World {
    let world = World::configured(database, &config.text());
    Erp::on(&world, Face::Compat).list("MUG", "9.90", 3);
    world.sandbox("/faults", &json!({"delay_ms": 1500}));
    world
}

const BOOKING: [(&str, &str); 1] = [("Idempotency-Key", "booking")];

#[test]
fn what_is_committed_is_answered_as_a_success_whatever_the_database_does_afterwards() {
    everywhere(|database, face| {
        let world = slow_world(database, &Config { database: "lock_seconds = 1", dispatch: "wait_ms = 1000", ..Config::default() });
        let erp = Erp::on(&world, face);
        let document = erp.stock_document("MUG", 5, false);
        let mut stranger = Stranger::at(database, &world);
        let first = std::thread::scope(|scope| {
            let call = scope.spawn(|| erp.send(&document, &BOOKING));
            stranger.see_commit();
            while !call.is_finished() {
                stranger.strike();
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            call.join().unwrap()
        });
        stranger.relent();
        assert_eq!(first.status, 200, "{database:?}: {}", first.body);
        assert_eq!(first.header("x-kontor-pending"), Some("1"), "what could not be found out is pending: {}", first.body);
        let again = eventually("an answer", || {
            let again = erp.send(&document, &BOOKING);
            if again.status == 200 { Ok(again) } else { Err(again.body) }
        });
        assert!(!replayed(&first) && replayed(&again));
        assert_eq!(unmarked(&first), unmarked(&again), "the repeat is answered as the call was");
        assert_eq!(erp.stock_of("MUG").0, 8, "{database:?}: booked once");
    });
}

#[test]
fn a_locked_database_refuses_writes_in_time_and_answers_reads() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { database: "lock_seconds = 1", ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        let mut stranger = Stranger::at(database, &world);
        match &mut stranger {
            Stranger::Sqlite(c) => c.batch_execute("BEGIN IMMEDIATE"),
            Stranger::Postgres(c) => c.batch_execute("BEGIN; SELECT last FROM change_clock FOR UPDATE"),
        }
        .expect("the lock");
        let document = erp.stock_document("MUG", 5, false);
        let refused = erp.send(&document, &BOOKING);
        assert_eq!(refused.status, 503, "{}", refused.body);
        assert!(refused.body.contains("KONTOR-9002") && refused.header("retry-after").is_some(), "{}", refused.body);
        assert_eq!(erp.stock_of("MUG").0, 0, "reads go on");
        assert_eq!((world.get("/ready").status, world.get("/live").status), (503, 200));
        match &mut stranger {
            Stranger::Sqlite(c) => c.batch_execute("ROLLBACK"),
            Stranger::Postgres(c) => c.batch_execute("ROLLBACK"),
        }
        .expect("the lock");
        let done = erp.send(&document, &BOOKING);
        assert!(done.status == 200 && !replayed(&done), "nothing was stored before: {}", done.body);
        assert_eq!(erp.stock_of("MUG").0, 5);
        eventually("readiness", || if world.get("/ready").status == 200 { Ok(()) } else { Err("503".to_owned()) });
    });
}

/// A lock that is waited for longer than a statement may take is such a statement. SQLite knows no limit for one.
#[test]
fn a_statement_that_takes_too_long_is_refused_in_time_and_holds_up_no_other() {
    if !databases().contains(&Database::Postgres) {
        return;
    }
    let config = Config { database: "statement_seconds = 1\nlock_seconds = 600", ..Config::default() };
    let world = World::configured(Database::Postgres, &config.text());
    let mut stranger = PgConnection::establish(world.database()).expect("the server");
    let (compat, typed) = one_item("MUG");
    for face in FACES {
        let erp = Erp::on(&world, face);
        let key = format!("{face:?}");
        let key = [("Idempotency-Key", key.as_str())];
        erp.item("MUG", "Mug");
        stranger.batch_execute("BEGIN; LOCK TABLE stock IN ACCESS EXCLUSIVE MODE").expect("the lock");
        let document = erp.stock_document("MUG", 5, false);
        for refused in [erp.send(&document, &key), erp.send(&erp.document("fetchStockCount", &compat, &typed), &[])] {
            assert_eq!(refused.status, 503, "{}", refused.body);
            assert!(refused.body.contains("KONTOR-9002") && refused.header("retry-after").is_some(), "{}", refused.body);
        }
        // What needs none of it goes on.
        erp.item("CUP", "Cup");
        assert_eq!(world.get("/ready").status, 200);
        stranger.batch_execute("ROLLBACK").expect("the lock");
        let done = erp.send(&document, &key);
        assert!(done.status == 200 && !replayed(&done), "nothing was stored before: {}", done.body);
    }
    assert_eq!(Erp::on(&world, Face::Typed).stock_of("MUG").0, 10);
}

#[cfg(unix)]
#[test]
fn a_folder_that_everybody_may_look_into_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut world = World::configured(Database::Sqlite, &Config::default().text());
    let said = "every user of this machine may look into the folder of the database";
    // The check reads the file's own address, which is one in this folder.
    let check = |world: &World| kontor(world, &["check", "--config", "kontor.toml"]);
    for (mode, warned) in [(0o700, 0), (0o750, 0), (0o755, 1)] {
        std::fs::set_permissions(world.folder(), std::fs::Permissions::from_mode(mode)).unwrap();
        let (sound, text) = check(&world);
        assert!(sound && text.matches(said).count() == warned, "{mode:o}: {text}");
        world.stop();
        world.start();
        assert_eq!(world.log().matches(said).count(), warned, "{mode:o}: {}", world.log());
    }
}

/// Books one piece per call until a call is refused or `most` are booked; gives how many were acknowledged.
fn book(erp: &Erp<'_>, from: usize, most: usize) -> (usize, Option<Reply>) {
    let document = erp.stock_document("MUG", 1, false);
    for count in 0..most {
        let reply = erp.send(&document, &[("Idempotency-Key", &format!("piece {}", from + count))]);
        if reply.status != 200 {
            return (count, Some(reply));
        }
    }
    (most, None)
}

fn kontor(world: &World, arguments: &[&str]) -> (bool, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_kontor")).args(arguments).current_dir(world.folder()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn a_vanished_or_replaced_file_is_noticed_and_no_call_is_acknowledged() {
    let world = World::demo(Database::Sqlite);
    let erp = Erp::on(&world, Face::Compat);
    erp.item("MUG", "Mug");
    let (before, _) = book(&erp, 0, 5);
    let away = format!("{}.away", world.database());
    std::fs::rename(world.database(), &away).unwrap();
    for replaced in [false, true] {
        if replaced {
            std::fs::copy(&away, world.database()).unwrap();
        }
        let (acknowledged, refused) = book(&erp, 100, 5);
        let refused = refused.expect("a refusal");
        assert!(acknowledged == 0 && refused.status == 503 && refused.body.contains("KONTOR-9006"), "{}", refused.body);
        eventually("the probe", || if world.get("/ready").status == 503 { Ok(()) } else { Err("200".to_owned()) });
    }
    eventually("the alarm", || if world.log().contains("ALARM") { Ok(()) } else { Err(world.log()) });
    assert_eq!(world.log().matches("ALARM").count(), 1, "reported once");
    std::fs::rename(&away, world.database()).unwrap();
    let (after, refused) = book(&erp, 100, 5);
    assert!(refused.is_none(), "it is back");
    assert_eq!(erp.stock_of("MUG").0, i32::try_from(before + after).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_answered_as_such_and_loses_nothing_that_was_acknowledged() {
    let mut world = World::demo(Database::Sqlite);
    let limit = |world: &World, bytes: &str| {
        let process = world.process().to_string();
        let set = std::process::Command::new("prlimit").args(["--pid", &process, &format!("--fsize={bytes}:")]).status();
        assert!(set.is_ok_and(|status| status.success()), "prlimit, of util-linux");
    };
    Erp::on(&world, Face::Compat).item("MUG", "Mug");
    let (mut booked, _) = book(&Erp::on(&world, Face::Compat), 0, 5);
    limit(&world, "1");
    let (acknowledged, refused) = book(&Erp::on(&world, Face::Compat), 100, 5);
    booked += acknowledged;
    let refused = refused.expect("a refusal");
    assert!(refused.status == 503 && refused.body.contains("KONTOR-9002"), "{}", refused.body);
    eventually("the probe", || if world.get("/ready").status == 503 { Ok(()) } else { Err("200".to_owned()) });
    assert_eq!(world.get("/live").status, 200);
    limit(&world, "unlimited");
    eventually("space", || if world.get("/ready").status == 200 { Ok(()) } else { Err("503".to_owned()) });
    let (again, refused) = book(&Erp::on(&world, Face::Compat), 100, 5);
    assert!(refused.is_none());
    // What was acknowledged before the disk was full is repeated with its key.
    booked += again - acknowledged;
    world.kill();
    world.start();
    assert_eq!(Erp::on(&world, Face::Compat).stock_of("MUG").0, i32::try_from(booked).unwrap());
}

#[test]
fn an_sqlite_file_has_one_gateway_and_commands_beside_it() {
    let mut world = World::demo(Database::Sqlite);
    Erp::on(&world, Face::Compat).item("MUG", "Mug");
    let database = world.database().to_owned();
    let second = ["serve", "--demo", "--listen", "127.0.0.1:0", "--database", &database];
    let (started, said) = kontor(&world, &second);
    assert!(!started && said.contains(&format!("in use by another gateway (process {})", world.process())), "{said}");
    let (worked, said) = kontor(&world, &["outbox", "list", "--demo", "--database", &database]);
    assert!(worked, "{said}");
    world.kill();
    world.start();
    assert_eq!(Erp::on(&world, Face::Compat).stock_of("MUG").0, 0, "a killed process keeps nobody away");
    world.stop();
    assert_eq!(std::fs::metadata(format!("{database}-wal")).map_or(0, |wal| wal.len()), 0, "stopped, it is one file");
    world.start();
}

#[test]
fn gateways_on_postgres_share_the_database() {
    for database in databases().into_iter().filter(|database| *database == Database::Postgres) {
        let world = World::configured(database, &Config::default().text());
        let beside = world.beside();
        assert_eq!((world.get("/ready").status, beside.get("/ready").status), (200, 200));
    }
}
