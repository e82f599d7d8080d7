//! Backup, restore, move and upgrade from outside, and what the command line says.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::Config;
use crate::erp::Erp;
use crate::world::{Database, World, databases};

fn kontor(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    let folder = world.folder();
    command.args(arguments).current_dir(folder).env("KONTOR_CONFIG", folder.join("kontor.toml"));
    command.output().expect("the program runs")
}

/// What a command prints that works.
fn done(world: &World, arguments: &[&str]) -> String {
    let output = kontor(world, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Why it fails, with this exit code.
fn refused(world: &World, code: i32, arguments: &[&str]) -> String {
    let output = kontor(world, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
    said
}

#[test]
fn a_backup_of_a_running_gateway_is_restored_and_goes_on() {
    for database in databases() {
        let mut world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, Face::Compat);
        erp.list("MUG", "9.90", 7);
        world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 2}], "paid": true}));
        erp.sync();
        let stock = erp.stock_of("MUG");
        let own = world.database().to_owned();
        let value: Value = serde_json::from_str(&done(&world, &["backup", "one.zip", "--database", &own, "--json"])).unwrap();
        assert!(value["backup"]["tables"].as_array().unwrap().iter().any(|table| table["table"] == "orders" && table["rows"] == 1));
        assert!(refused(&world, 1, &["backup", "one.zip", "--database", &own]).contains("exists already"));
        assert!(refused(&world, 1, &["restore", "one.zip", "--database", &own]).contains("has data already"));
        assert!(done(&world, &["restore", "one.zip", "--check", "--database", &own]).contains("whole"));
        assert_eq!(done(&world, &["restore", "one.zip", "--check", "--quiet", "--database", &own]), "");
        world.stop();
        let copy = world.folder().join("copy.sqlite").to_str().unwrap().to_owned();
        assert!(done(&world, &["restore", "one.zip", "--database", &copy]).contains("kontor reconcile"));
        let restored = World::on_server(&copy, &Config::default().text());
        let erp = Erp::on(&restored, Face::Compat);
        assert_eq!(erp.stock_of("MUG"), stock);
        assert_eq!(erp.all_orders().len(), 1);
    }
}

#[test]
fn a_disk_without_room_fails_a_backup_and_leaves_nothing() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    Erp::on(&world, Face::Compat).list("MUG", "9.90", 7);
    // Without the signal, a write beyond the limit of a file's size fails as one to a full disk does.
    let script =
        format!("trap '' XFSZ; ulimit -f 4; exec {} backup full.zip --database {}", env!("CARGO_BIN_EXE_kontor"), world.database());
    let config = world.folder().join("kontor.toml");
    let output = Command::new("sh").args(["-c", &script]).current_dir(world.folder()).env("KONTOR_CONFIG", config).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("full.zip: "), "{}", String::from_utf8_lossy(&output.stderr));
    let left =
        |folder: &Path| std::fs::read_dir(folder).unwrap().any(|file| file.unwrap().file_name().to_str().unwrap().contains("full.zip"));
    assert!(!left(world.folder()));
}

#[test]
fn sqlite_moves_to_postgresql_when_no_gateway_runs() {
    if !databases().contains(&Database::Postgres) {
        eprintln!("left out: a move needs PostgreSQL");
        return;
    }
    let target = World::stopped(Database::Postgres, "");
    let mut world = World::configured(Database::Sqlite, &Config::default().text());
    let erp = Erp::on(&world, Face::Compat);
    erp.list("MUG", "9.90", 7);
    let own = world.database().to_owned();
    let to = ["move", "--to", target.database(), "--database", &own];
    assert!(refused(&world, 1, &to).contains("in use by another gateway"));
    world.stop();
    let said = done(&world, &to);
    assert!(said.contains("EQUAL IN BOTH") && said.contains("items"), "{said}");
    assert!(refused(&world, 1, &to).contains("has data already"));
    let moved = World::on_server(target.database(), &Config::default().text());
    assert_eq!(Erp::on(&moved, Face::Compat).stock_of("MUG").0, 7);
    let back = world.folder().join("back.sqlite").to_str().unwrap().to_owned();
    let home = ["move", "--to", &back, "--database", target.database(), "--json"];
    assert!(refused(&world, 1, &home).contains("stop them first"));
    drop(moved);
    let value: Value = serde_json::from_str(&done(&world, &home)).unwrap();
    assert_eq!(value["equal"], true);
}

#[test]
fn a_database_of_a_newer_version_is_refused_with_a_code_of_its_own() {
    let mut world = World::configured(Database::Sqlite, &Config::default().text());
    let own = world.database().to_owned();
    assert!(done(&world, &["migrate", "--dry-run", "--database", &own]).contains("nothing to do"));
    world.stop();
    let mut connection = SqliteConnection::establish(&own).unwrap();
    connection.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')").unwrap();
    let before = std::fs::read(&own).unwrap();
    for arguments in [
        vec!["serve", "--listen", "127.0.0.1:0", "--database", &own],
        vec!["migrate", "--database", &own],
        vec!["migrate", "--dry-run", "--database", &own],
        vec!["outbox", "list", "--database", &own],
        vec!["backup", "newer.zip", "--database", &own],
    ] {
        let said = refused(&world, 3, &arguments);
        assert!(said.contains("newer than this program") && said.contains("29991231000000"), "{said}");
    }
    assert!(std::fs::read(&own).unwrap() == before, "nothing was changed");
    let missing = world.folder().join("new.sqlite");
    let planned = done(&world, &["migrate", "--dry-run", "--database", missing.to_str().unwrap()]);
    assert!(planned.contains("the tables of Kontor are created") && !missing.exists(), "{planned}");
}

#[test]
fn the_command_line_helps_and_names_what_it_cannot_do() {
    let world = World::configured(Database::Sqlite, &Config::default().text());
    let own = world.database().to_owned();
    let unknown = refused(&world, 1, &["outbox", "list", "--account", "1001", "--database", &own]);
    assert!(unknown.contains("account 1001 is not in the configuration; there are: 1000; did you mean 1000?"), "{unknown}");
    let list: Value = serde_json::from_str(&done(&world, &["outbox", "list", "--json", "--database", &own])).unwrap();
    assert_eq!(list, json!({"total": 0, "changes": []}));
    let status = refused(&world, 2, &["outbox", "list", "--status", "parkd", "--database", &own]);
    assert!(status.contains("'parked'"), "{status}");
    let none = Command::new(env!("CARGO_BIN_EXE_kontor")).args(["check"]).env_remove("KONTOR_CONFIG").output().unwrap();
    assert!(String::from_utf8_lossy(&none.stderr).contains("KONTOR_CONFIG") && none.status.code() == Some(2));
    let check: Value = serde_json::from_str(&done(&world, &["check", "--json"])).unwrap();
    assert_eq!(check["good"], true, "{check}");
    assert!(done(&world, &["completions", "bash"]).contains("_kontor"));
    assert!(done(&world, &["man"]).contains(".TH kontor"));
    std::fs::create_dir(world.folder().join("pages")).unwrap();
    done(&world, &["man", "--to", "pages"]);
    assert!(world.folder().join("pages/kontor-outbox-retry.1").exists());
}

#[test]
fn the_log_can_be_json_and_names_the_request() {
    let world = World::demo(Database::Sqlite);
    let call = |more: &[(&str, &str)]| {
        let mut headers = vec![("Content-Type", "text/xml"), ("Authorization", "Basic ZXJwOndyb25n")];
        headers.extend(more);
        world.post("/ws/v1", "<x/>", &headers)
    };
    let refused = call(&[("X-Request-Id", "erp-4711")]);
    assert_eq!(refused.header("x-request-id"), Some("erp-4711"));
    assert!(refused.body.contains("(request erp-4711)</faultstring>"), "{}", refused.body);
    crate::world::eventually("the line", || match world.log().contains("request=erp-4711 client=127.0.0.1") {
        true => Ok(()),
        false => Err(world.log()),
    });
    let own = call(&[("X-Request-Id", "a b\"")]);
    assert_ne!(own.header("x-request-id"), Some("a b\""));

    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    let folder = tempfile::tempdir().unwrap();
    command.args(["migrate", "--database", "new.sqlite", "--log-format", "json"]).current_dir(folder.path());
    let output = command.stdin(Stdio::null()).output().unwrap();
    std::io::stderr().write_all(&output.stderr).unwrap();
    let line: Value = serde_json::from_str(String::from_utf8_lossy(&output.stderr).lines().next().expect("a line")).unwrap();
    assert!(line["message"].as_str().unwrap().contains("tables of Kontor are created"), "{line}");
}
