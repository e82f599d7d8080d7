//! `kontor import`, with a second gateway as the source.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use kontor::operations::{CATALOGUE, Face};

use crate::erp::Erp;
use crate::golden::play;
use crate::samples::pretty;
use crate::world::{Database, World, databases, eventually};
use crate::{labels, payments};

/// The fetch calls whose answers differ afterwards, and why: docs/MOVING.md.
const DIFFERENT: &[(&str, &str)] = &[
    ("fetchUploadMessages", "messages of channels stay where they came"),
    ("fetchFeeds", "so do feeds"),
    ("fetchPendingChanges", "nothing is on its way from here"),
    ("fetchOfferState", "which shows both, beside what fetchOffers shows"),
    ("fetchPlatformCategoryAttributes", "read from the channels again"),
    ("fetchFeedbackSummaries", "so are the sums of feedback, and the shop of the second gateway has none"),
];

/// Every other fetch call answers the same, but for stamps.
fn same() -> Vec<&'static str> {
    let reading = CATALOGUE.iter().map(|operation| operation.name).filter(|name| name.starts_with("fetch"));
    reading.filter(|name| DIFFERENT.iter().all(|(different, _)| different != name)).collect()
}

/// When and by whom a record was changed, what is on its way, and addresses of files.
const STAMPS: [&str; 9] = [
    "last_changed",
    "last_changed_at",
    "last_changed_by",
    "created_at",
    "created_by",
    "pending",
    "media_url",
    "thumbnail_url",
    "document_origin",
];

fn command(target: &World, source: &World, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    let from = format!("{}/ws/connect", source.base);
    command.args(["import", "--from", &from, "--user", "erp", "--mandator", "1", "--demo", "--database", target.database()]).args(more);
    command.current_dir(target.folder()).env("KONTOR_IMPORT_PASSWORD", "demo").env("KONTOR_LOG", "info");
    command
}

fn import(target: &World, source: &World, more: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command(target, source, more).output().expect("the program runs");
    let said = String::from_utf8(stdout).unwrap() + &String::from_utf8_lossy(&stderr);
    (status.code(), said)
}

/// Everything that a call shows of the mandator, without what differs anyway.
fn shown(world: &World, operation: &str) -> String {
    let more = match operation {
        "fetchItems" => "<images_as_base64>true</images_as_base64>",
        "fetchMedia" => "<include_content>true</include_content>",
        _ => "",
    };
    let filter = if operation == "fetchFeedback" { "order_filter" } else { "filter" };
    let request = format!(
        "<request method=\"{operation}\" version=\"1.0.0\"><{filter}><mandator_id filter_method=\"=\" filter_value=\"1\"/></{filter}>{more}</request>"
    );
    let answer = pretty(&world.connect(operation, &request).replace(&world.base, "http://gateway"));
    let is_stamp = |line: &str| STAMPS.iter().any(|name| line.trim_start().trim_start_matches(['<', '/']).starts_with(&format!("{name}>")));
    answer.lines().filter(|line| !is_stamp(line)).collect::<Vec<_>>().join("\n")
}

/// The first lines that differ, call by call.
fn differences(source: &World, target: &World) -> Vec<String> {
    let mut found = Vec::new();
    for operation in same() {
        let (there, here) = (shown(source, operation), shown(target, operation));
        if there != here {
            let lines = there.lines().zip(here.lines()).enumerate();
            let differing: Vec<String> =
                lines.filter(|(_, (a, b))| a != b).take(5).map(|(at, (a, b))| format!("  {at}: {a} | {b}")).collect();
            found.push(format!("{operation} ({} and {} lines):\n{}", there.lines().count(), here.lines().count(), differing.join("\n")));
        }
    }
    found
}

fn nothing_is_on_its_way(target: &World) {
    let output = Command::new(env!("CARGO_BIN_EXE_kontor"))
        .args(["outbox", "list", "--demo", "--database", target.database()])
        .current_dir(target.folder())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "nothing is on its way\n");
}

#[test]
fn a_second_gateway_shows_what_the_source_shows_and_its_channels_hear_nothing() {
    let source = World::demo(Database::Sqlite);
    play(&source, Face::Compat);
    for database in databases() {
        let mut target = World::demo(database);
        let (_, rehearsed) = import(&target, &source, &["--dry-run"]);
        assert!(rehearsed.contains("nothing was stored"), "{rehearsed}");
        assert!(!shown(&target, "fetchItems").contains("<item "), "a rehearsal stores nothing");

        target.stop();
        let (code, said) = import(&target, &source, &[]);
        let counts = |text: &str| text.lines().filter(|line| !line.starts_with("20")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            counts(&rehearsed).into_iter().filter(|line| !line.contains("rehearsal")).collect::<Vec<_>>(),
            counts(&said),
            "the rehearsal says what comes"
        );
        nothing_is_on_its_way(&target);
        target.start();
        let differing = differences(&source, &target);
        assert!(differing.is_empty(), "{}\n{said}", differing.join("\n"));
        assert_eq!(target.sandbox_get("/offers").to_string().matches("sku").count(), 0, "the channel got nothing");

        let (again, repeated) = import(&target, &source, &[]);
        assert_eq!(again, code);
        for line in repeated.lines().filter(|line| line.split_whitespace().count() >= 5 && !line.contains(':')).skip(1) {
            let counts: Vec<&str> = line.split_whitespace().rev().take(4).collect();
            assert_eq!((counts[3], counts[2]), ("0", "0"), "nothing is taken over twice: {repeated}");
        }
        assert!(differences(&source, &target).is_empty());
        nothing_is_on_its_way(&target);
    }
}

#[test]
fn an_import_that_was_killed_goes_on_and_brings_what_changed_since() {
    let source = World::demo(Database::Sqlite);
    let erp = Erp::on(&source, Face::Compat);
    for number in 1..=120 {
        erp.item(&format!("MUG-{number}"), "A mug");
    }
    erp.list("MUG-1", "9.90", 5);
    let target = World::demo(Database::Sqlite);
    let mut child = command(&target, &source, &[]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let read = lines.by_ref().map_while(Result::ok).find(|line| line.contains("variant attribute: "));
    assert!(read.is_some(), "it says how far it is");
    child.kill().unwrap();
    child.wait().unwrap();

    erp.item("MUG-2", "Another mug");
    let (code, said) = import(&target, &source, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(differences(&source, &target), Vec::<String>::new());
    erp.item("MUG-3", "A third mug");
    let (code, said) = import(&target, &source, &[]);
    assert_eq!(code, Some(0), "{said}");
    let items = said.lines().find(|line| line.starts_with("item ")).unwrap();
    assert_eq!(items.split_whitespace().collect::<Vec<_>>(), ["item", "0", "1", "119", "0"]);
    assert_eq!(differences(&source, &target), Vec::<String>::new());
    nothing_is_on_its_way(&target);
}

#[test]
fn a_number_that_is_taken_here_becomes_another_one_everywhere() {
    let source = World::demo(Database::Sqlite);
    let there = Erp::on(&source, Face::Compat);
    there.list("MUG", "9.90", 5);
    let target = World::demo(Database::Sqlite);
    let own = Erp::on(&target, Face::Compat).item("OWN", "Our own article");
    assert_eq!(own, there.item("MUG", "A mug"), "both have the first number");
    let (code, said) = import(&target, &source, &[]);
    assert_eq!(code, Some(0), "{said}");
    let line = said.lines().find(|line| line.starts_with("other number: item 1 is ")).unwrap_or_else(|| panic!("{said}"));
    let here = line.split_whitespace().nth(5).unwrap();
    let offers = shown(&target, "fetchOffers");
    assert!(offers.contains(&format!("<item_id>{here}</item_id>")) && offers.contains(">MUG<"), "{offers}");
    assert!(offers.contains(">running<"), "{offers}");
    assert!(shown(&target, "fetchItems").contains(">OWN<"));
    nothing_is_on_its_way(&target);
}

#[test]
fn money_and_parcels_go_on_where_they_were() {
    let source = World::demo(Database::Sqlite);
    let paid = payments::order(&source, "A-10001", "12.90");
    let text = format!("order {paid}");
    let day = payments::statement(1, &[("12,90", &text), ("7,00", "a gift"), ("7,00", "a gift")]);
    payments::put(source.folder(), "day.sta", &day);
    payments::done(&source, &["import", "day.sta"]);
    labels::sale(&source, "S-1", "Bamberg");
    labels::create(&source, &labels::label("S-1"));
    eventually("the label", || {
        let made = labels::labels(&source);
        if made.iter().all(|(_, state, _)| state == "made") { Ok(()) } else { Err(format!("{made:?}")) }
    });
    for database in databases() {
        let target = World::demo(database);
        let (code, said) = import(&target, &source, &[]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(differences(&source, &target), Vec::<String>::new());
        payments::put(target.folder(), "day.sta", &day);
        let again = payments::done(&target, &["import", "day.sta"]);
        assert!(again.contains("0 new payments") && again.contains("3 known"), "{again}");
        assert_eq!(payments::status(&target, &paid), "Paid/Shipping");
        payments::done(&target, &["undo", "1", "--order", &paid]);
        assert_eq!(payments::status(&target, &paid), "Confirmed/Open payments", "the payment is still that of the order");
        let confirmed = target.connect(
            "confirmShippingLabels",
            "<request method=\"confirmShippingLabels\" version=\"1.0.0\"><shipping_label significant_key=\"external_label_number\"><mandator_id>1</mandator_id>\
             <external_label_number>L-S-1</external_label_number></shipping_label></request>",
        );
        assert!(confirmed.contains("return_code=\"0\"") && confirmed.contains(">confirmed<"), "{confirmed}");
        labels::sale(&target, "S-2", "Bamberg");
        labels::create(&target, &labels::label("S-2"));
        assert_eq!(labels::labels(&target).len(), 2, "its number and reference are its own");
    }
}

#[test]
fn an_import_names_what_the_configuration_lacks_and_needs_its_password() {
    let source = World::demo(Database::Sqlite);
    let target = World::demo(Database::Sqlite);
    let wrong = command(&target, &source, &[]).env("KONTOR_IMPORT_PASSWORD", "wrong").output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("refuses the user or the password"));
    let none = command(&target, &source, &[]).env_remove("KONTOR_IMPORT_PASSWORD").stdin(Stdio::null()).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("KONTOR_IMPORT_PASSWORD"));
    let config = crate::config::Config { shops: &[crate::config::Shop::SECOND], ..crate::config::Config::default() };
    let other = World::configured(Database::Sqlite, &config.text());
    let from = format!("{}/ws/connect", source.base);
    let path = other.folder().join("kontor.toml");
    let lacking = Command::new(env!("CARGO_BIN_EXE_kontor"))
        .args(["import", "--from", &from, "--user", "erp", "--mandator", "1", "--database", other.database(), "--config"])
        .arg(path)
        .current_dir(other.folder())
        .env("KONTOR_IMPORT_PASSWORD", "demo")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&lacking.stderr).into_owned();
    assert!(lacking.status.code() == Some(1) && said.contains("account 1000") && said.contains("[[accounts]]"), "{said}");
}
