//! Support, from outside: `kontor outbox`, `kontor offer show` and their calls beside a running gateway.

use std::process::{Command, Output};

use kontor::operations::Face;
use serde_json::json;

use crate::element::Element;
use crate::erp::{Erp, FACES};
use crate::world::{World, databases, eventually};

fn run(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.args(arguments).args(["--demo", "--database", world.database()]).env("KONTOR_LOG", "error");
    command.output().expect("the program runs")
}

/// What a command prints that works.
fn kontor(world: &World, arguments: &[&str]) -> String {
    let output = run(world, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Why a command fails.
fn refused(world: &World, arguments: &[&str]) -> String {
    let output = run(world, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn refuse(world: &World, sku: Option<&str>) {
    let refuse: Vec<_> = sku.map(|sku| json!({"sku": sku, "code": "PRICE_BAND", "text": "too dear for this shop"})).into_iter().collect();
    world.sandbox("/faults", &json!({ "refuse": refuse }));
}

/// A running offer whose new price the channel has refused; gives its number.
fn with_refused_price(world: &World, erp: &Erp<'_>) -> i32 {
    let offer = erp.list("MUG", "9.90", 5);
    refuse(world, Some("MUG"));
    erp.price("MUG", "99.00");
    eventually("the refusal", || {
        let list = kontor(world, &["outbox", "list", "--account", "1000", "--status", "parked"]);
        if list.contains("PRICE_BAND") { Ok(()) } else { Err(list) }
    });
    offer
}

fn wait_for_price(world: &World, price: &str) {
    eventually(&format!("a price of {price} in the channel"), || {
        let shown = world.sandbox_get("/offers/MUG");
        if shown["price"].as_str() == Some(price) { Ok(()) } else { Err(shown.to_string()) }
    });
}

#[test]
fn the_command_line_has_a_refused_change_tried_again_by_the_running_gateway() {
    for database in databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Compat);
        let offer = with_refused_price(&world, &erp);
        let change = format!("price-{offer}");

        let list = kontor(&world, &["outbox", "list"]);
        let row = list.lines().find(|line| line.starts_with(&change)).unwrap_or_else(|| panic!("{list}"));
        assert!(row.contains("item MUG") && row.contains("parked") && row.contains("PRICE_BAND: too dear for this shop"), "{row}");
        assert_eq!(kontor(&world, &["outbox", "list", "--status", "pending"]), "nothing is on its way\n");
        let shown = kontor(&world, &["outbox", "show", &change]);
        assert!(shown.contains("error PRICE_BAND: too dear for this shop") && shown.contains("remedy: "), "{shown}");
        let told = kontor(&world, &["offer", "show", "--account", "1000", "--item", "MUG"]);
        for part in ["running", "9.90", "quantity, last confirmed  ", &change, "PRICE_BAND"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert_eq!(kontor(&world, &["offer", "show", "--offer", &offer.to_string()]), told);

        refuse(&world, None);
        assert_eq!(kontor(&world, &["outbox", "retry", &change]), format!("{change}: goes again now\n"));
        wait_for_price(&world, "99.00");
        eventually("an empty outbox", || {
            let list = kontor(&world, &["outbox", "list"]);
            if list == "nothing is on its way\n" { Ok(()) } else { Err(list) }
        });
        for arguments in [["outbox", "retry", &change], ["outbox", "show", &change], ["outbox", "drop", "letter-7"]] {
            assert!(refused(&world, &arguments).contains("is on its way"));
        }
        assert!(refused(&world, &["outbox", "retry", "--account", "77"]).contains("there are: 1000"));
        assert!(refused(&world, &["offer", "show", "--account", "1000", "--item", "NONE"]).contains("prepareOffers"));
    }
}

#[test]
fn what_is_given_up_leaves_a_message() {
    for database in databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Compat);
        let offer = with_refused_price(&world, &erp);
        let change = format!("price-{offer}");
        assert_eq!(kontor(&world, &["outbox", "drop", &change]), format!("{change}: given up\n"));
        assert_eq!(kontor(&world, &["outbox", "list"]), "nothing is on its way\n");
        let item = erp.item("MUG", "Article MUG");
        let messages = erp.messages(item);
        let trace = messages.iter().find(|message| message.must("code") == "CHANGE_DROPPED").unwrap_or_else(|| panic!("{messages:?}"));
        assert!(trace.must("text").contains("PRICE_BAND"), "{trace:?}");
    }
}

/// What fetchOfferState says about the offer.
fn state(erp: &Erp<'_>) -> Element {
    let document = erp.document(
        "fetchOfferState",
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><internal_item_number filter_method=\"=\" filter_value=\"MUG\"/></filter>",
        "<filters><item><mandatorId><value>1</value></mandatorId><internalItemNumber><value>MUG</value></internalItemNumber></item></filters>",
    );
    let answer = erp.read(&erp.send(&document, &[]));
    answer.having("offer_status").first().map(|offer| (*offer).clone()).unwrap_or_else(|| panic!("{answer:?}"))
}

#[test]
fn a_call_has_everything_of_an_account_tried_again() {
    for database in databases() {
        for face in FACES {
            let world = World::demo(database);
            let erp = Erp::on(&world, face);
            with_refused_price(&world, &erp);
            let before = state(&erp);
            assert_eq!(before.must("price"), "9.90");
            assert_eq!(before.having("attempts")[0].must("status").to_lowercase(), "parked");
            assert_eq!(before.having("severity")[0].must("code"), "PRICE_BAND");

            refuse(&world, None);
            let document = erp.document(
                "retryChanges",
                "<change><mandator_id>1</mandator_id><account_id>1000</account_id></change>",
                "<changes><item><mandatorId>1</mandatorId><accountId>1000</accountId></item></changes>",
            );
            let retried = |reply: &crate::world::Reply| erp.read(reply).having("retried")[0].number("retried");
            assert_eq!(retried(&erp.sent(&document)), 1);
            wait_for_price(&world, "99.00");
            eventually("the channel's word", || {
                let now = state(&erp);
                if now.must("price") == "99.00" && now.having("attempts").is_empty() { Ok(()) } else { Err(format!("{now:?}")) }
            });
            assert_eq!(retried(&erp.sent(&document)), 0, "the same document asks again");
        }
    }
}
