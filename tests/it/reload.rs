//! The configuration takes effect while the gateway runs.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::{Config, Shop};
use crate::erp::Erp;
use crate::world::{World, databases, eventually};

fn reload(world: &World, more: &[&str]) -> Output {
    let config = world.folder().join("kontor.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.args(["reload", "--database", world.database(), "--config"]).arg(config).args(more);
    command.output().expect("the program runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn write(world: &World, change: impl FnOnce(String) -> String) {
    let path = world.folder().join("kontor.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, change(before)).unwrap();
}

fn hash(password: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    let mut child = command.args(["user", "hash", "--password-stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().next().unwrap().to_owned()
}

fn status_as(world: &World, user: &str, password: &str) -> u16 {
    let login = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{user}:{password}"));
    world.post("/ws/v1", "<x/>", &[("Content-Type", "text/xml"), ("Authorization", &format!("Basic {login}"))]).status
}

#[test]
fn users_passwords_limits_and_accounts_change_without_a_stop() {
    for database in databases() {
        let world = World::configured(database, &Config::default().text());
        let process = world.process();
        let erp = Erp::on(&world, Face::Compat);
        erp.list("MUG", "9.90", 5);
        assert_eq!(status_as(&world, "erp", "demo"), 500, "logged in, and refused for its envelope");
        assert_eq!(status_as(&world, "erp", "new secret"), 401);
        let second = Config { shops: &[Shop::FIRST, Shop::SECOND], ..Config::default() };
        let other = hash("new secret");
        write(&world, |before| {
            let text = second.text().replace("{folder}", world.folder().to_str().unwrap());
            let user = "[[users]]\nname = \"erp\"\npassword_hash = \"";
            let (_, rest) = text.split_once(user).unwrap();
            let (old, _) = rest.split_once('"').unwrap();
            let changed = text.replacen(&format!("{user}{old}"), &format!("{user}{other}"), 1);
            assert_ne!(changed, before);
            changed.replace("[limits]\n", "[limits]\nrecords = 1\n")
        });
        let output = reload(&world, &["--json"]);
        assert!(output.status.success(), "{}", text(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let lines = answer["gateways"][0]["lines"].to_string();
        assert!(lines.contains("users: changed erp") && lines.contains("accounts: new 1001"), "{answer}");
        assert_eq!(status_as(&world, "erp", "demo"), 401, "the old password has ended");
        assert_eq!(status_as(&world, "erp", "new secret"), 500);
        assert_eq!(status_as(&world, "admin", "demo"), 500, "the others stay");
        assert_eq!(world.process(), process, "the same process");
        eventually("the worker of the new account", || {
            let status: Value = serde_json::from_str(&world.get_as("admin", "/status.json").body).map_err(|error| error.to_string())?;
            let account = status["accounts"].as_array().unwrap().iter().find(|account| account["account_id"] == 1001).cloned();
            let state = account.as_ref().map(|account| account["state"].clone());
            if state == Some(json!("working")) { Ok(()) } else { Err(status.to_string()) }
        });
        assert!(world.shop_get(1001, "/offers").is_array() || world.shop_get(1001, "/offers").is_object(), "its shop has pages");
        assert_eq!(world.sandbox_get("/offers/MUG")["quantity"], 5, "the other shop is as it was");
    }
}

#[test]
fn a_faulty_file_changes_nothing_and_what_needs_a_restart_is_named() {
    let world = World::configured(databases()[0], &Config::default().text());
    write(&world, |text| text.replace("role = \"read\"", "role = \"raed\""));
    let output = reload(&world, &[]);
    assert!(output.status.code() == Some(2) && text(&output).contains("did you mean \"read\""), "{}", text(&output));
    let hup = Command::new("kill").args(["-HUP", &world.process().to_string()]).status();
    assert!(hup.is_ok_and(|status| status.success()));
    eventually("the refusal", || match world.log().contains("reload: nothing was changed, asked for by SIGHUP") {
        true if world.log().contains("did you mean \"read\"") => Ok(()),
        _ => Err(world.log()),
    });
    assert_eq!(status_as(&world, "clerk", "demo"), 500, "as before");
    write(&world, |text| {
        text.replace("role = \"raed\"", "role = \"read\"").replace("workers = 2", "workers = 3\nlisten = \"127.0.0.1:9\"")
    });
    let output = reload(&world, &[]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("server.workers: stays as it is until the gateway is started again"), "{}", text(&output));
    assert_eq!(status_as(&world, "clerk", "demo"), 500);
}

#[test]
fn who_asks_where_no_gateway_runs_is_told_so() {
    let mut world = World::configured(databases()[0], &Config::default().text());
    world.stop();
    let output = reload(&world, &[]);
    assert!(output.status.code() == Some(1) && text(&output).contains("no gateway has answered"), "{}", text(&output));
}
