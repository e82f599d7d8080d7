//! Bad days of a channel: it throttles, refuses, loses answers, is down. The ERP's calls go through, and in the end the
//! channel shows what the ERP said, each thing once.

use serde_json::{Value, json};

use kontor::operations::Face;

use crate::config::Config;
use crate::erp::{Erp, everywhere};
use crate::world::{Database, World, databases, eventually};

/// Answers soon, retries after a second.
fn world(database: Database) -> World {
    World::configured(database, &Config { dispatch: "wait_ms = 100", ..Config::default() }.text())
}

fn offer(world: &World, sku: &str) -> Value {
    world.sandbox_get(&format!("/offers/{sku}"))
}

fn wait_for(world: &World, sku: &str, quantity: i32) -> Value {
    eventually(&format!("{sku} shows {quantity}"), || {
        let offer = offer(world, sku);
        if offer["quantity"] == quantity { Ok(offer) } else { Err(offer["quantity"].to_string()) }
    })
}

fn faults(world: &World, script: &Value) {
    world.sandbox("/faults", script);
}

fn counters(world: &World) -> Value {
    world.sandbox_get("/state")["counters"].clone()
}

/// How often an offer's history tells a step.
fn steps(offer: &Value, what: &str) -> usize {
    offer["history"].as_array().expect("a history").iter().filter(|step| step["what"] == what).count()
}

fn wait_until_settled(erp: &Erp<'_>, offer_id: i32) {
    eventually("nothing is pending", || if erp.offer(offer_id).3 { Err("pending".to_owned()) } else { Ok(()) });
}

#[test]
fn a_throttled_change_comes_later_and_once() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        let id = erp.list("MUG", "9.90", 3);
        faults(&world, &json!({"throttle": {"calls": 2, "retry_after_seconds": 1}}));
        let reply = erp.stock("MUG", 8, true);
        assert_eq!(reply.header("x-kontor-pending"), Some("1"), "{}", reply.body);
        assert!(reply.body.contains("ending"), "the report tells it too: {}", reply.body);
        assert!(erp.offer(id).3, "pending");
        assert_eq!(steps(&wait_for(&world, "MUG", 8), "quantity 8"), 1, "{database:?} {face:?}");
        wait_until_settled(&erp, id);
        assert_eq!(counters(&world)["calls_turned_away"], 2);
    });
}

#[test]
fn a_refused_offer_is_told_with_its_remedy_and_holds_nobody_up() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        let bad = erp.list("BAD", "9.90", 3);
        let good = erp.list("GOOD", "9.90", 3);
        let bad_item = erp.item("BAD", "Article BAD");
        faults(&world, &json!({"refuse": [{"sku": "BAD", "code": "SBX-77", "text": "forbidden word: Größe"}]}));
        erp.stock("BAD", 4, true);
        erp.stock("GOOD", 5, true);
        wait_for(&world, "GOOD", 5);
        let message = eventually("the refusal is told", || erp.messages(bad_item).pop().ok_or_else(|| "no message".to_owned()));
        assert_eq!((message.must("code"), message.must("text")), ("SBX-77", "forbidden word: Größe"));
        assert_eq!(message.must("severity").to_uppercase(), "ERROR");
        assert!(!message.must("remedy").is_empty() && message.number("offer_id") == bad, "{message:?}");
        assert!(erp.offer(bad).3, "what was refused is open");
        wait_until_settled(&erp, good);
        assert_eq!(offer(&world, "BAD")["quantity"], 3);

        let answer = erp.upload(bad, true);
        let report = answer.having("return_code");
        assert!(report.iter().any(|report| report.must("return_code") == "-6001"), "{answer:?}");

        faults(&world, &json!({"refuse": []}));
        erp.stock("BAD", 6, true);
        wait_for(&world, "BAD", 6);
        assert!(erp.offer(bad).3, "the rest of what was refused is not tried by itself");
        let answer = erp.upload(bad, true);
        assert!(answer.having("return_code").iter().all(|report| report.must("return_code") == "0"), "{answer:?}");
        wait_until_settled(&erp, bad);
    });
}

#[test]
fn lost_answers_make_no_duplicates() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 5);
        faults(&world, &json!({"die": {"calls": 1}}));
        erp.item("CUP", "Cup");
        erp.price("CUP", "4.90");
        erp.stock("CUP", 2, true);
        let cup = erp.prepare("CUP");
        erp.upload(cup, true);
        wait_until_settled(&erp, cup);
        assert_eq!(world.sandbox_get("/state")["listings_made"], 2, "listed once although the answer was lost");

        let number = world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 2}]}))["order_id"].clone();
        let number = number.as_str().expect("a number").to_owned();
        faults(&world, &json!({"die": {"calls": 1}}));
        let order = eventually("the order arrives", || erp.new_orders().pop().ok_or_else(|| "no order".to_owned()));
        erp.number_order(order.order_id, "ERP-1");
        let collected = counters(&world)["pull_calls"].as_u64().expect("a count");
        eventually("the next poll", || {
            let calls = counters(&world)["pull_calls"].as_u64().unwrap_or_default();
            if calls > collected { Ok(()) } else { Err(calls.to_string()) }
        });
        faults(&world, &json!({"die": {"calls": 1}}));
        erp.status("ERP-1", "SHIPPED", Some("T-1"));
        let shipped = eventually("the shipping is told", || {
            let order = world.sandbox_get(&format!("/orders/{number}"));
            if order["status"] == "shipped" { Ok(order) } else { Err(order.to_string()) }
        });
        wait_for(&world, "MUG", 3);
        assert_eq!(shipped["packets"].as_array().map(Vec::len), Some(1));
        assert_eq!(erp.all_orders().len(), 1, "collected twice, stored once");
        let applied = shipped["facts"].as_array().expect("facts").iter().filter(|fact| fact["kind"] == "shipped").count();
        assert_eq!((applied, erp.stock_of("MUG")), (1, (3, 0)), "{database:?} {face:?}");
        assert!(counters(&world)["answers_lost"].as_u64() >= Some(2));
    });
}

#[test]
fn a_channel_that_is_down_delays_nobody_and_gets_everything_afterwards() {
    everywhere(|database, face| {
        let world = world(database);
        let erp = Erp::on(&world, face);
        let mug = erp.list("MUG", "9.90", 3);
        let cup = erp.list("CUP", "4.90", 3);
        faults(&world, &json!({"down": true}));
        for count in 10..15 {
            assert_eq!(erp.stock("MUG", count, true).header("x-kontor-pending"), Some("1"));
        }
        let reply = erp.send(&erp.price_document("CUP", "5.10"), &[]);
        assert_eq!(reply.header("x-kontor-pending"), Some("1"), "{}", reply.body);
        assert_eq!(erp.stock_of("MUG").0, 14, "the ERP's side is done");
        assert_eq!((offer(&world, "MUG")["quantity"].clone(), erp.offer(mug).2), (json!(3), "3".to_owned()));

        faults(&world, &json!({"down": false}));
        let offer = wait_for(&world, "MUG", 14);
        let between: Vec<String> = (10..14).map(|count| format!("quantity {count}")).filter(|what| steps(&offer, what) > 0).collect();
        assert_eq!(between, Vec::<String>::new(), "only the newest is told");
        wait_until_settled(&erp, mug);
        wait_until_settled(&erp, cup);
        assert_eq!(world.sandbox_get("/offers/CUP")["price"], "5.10", "{database:?} {face:?}");
    });
}

#[test]
fn what_is_pending_survives_a_power_cut() {
    for database in databases() {
        let mut world = world(database);
        let erp = Erp::on(&world, Face::Compat);
        let mug = erp.list("MUG", "9.90", 9);
        let number = world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 2}]}))["order_id"].clone();
        let number = number.as_str().expect("a number").to_owned();
        erp.sync();
        erp.number_order(erp.new_orders()[0].order_id, "ERP-1");
        faults(&world, &json!({"down": true}));
        assert_eq!(erp.stock("MUG", 20, true).header("x-kontor-pending"), Some("1"));
        erp.price("MUG", "11.00");
        erp.status("ERP-1", "SHIPPED", Some("T-1"));
        world.kill();
        world.start();
        let erp = Erp::on(&world, Face::Typed);
        assert!(erp.offer(mug).3, "still pending, the shop is still down");
        faults(&world, &json!({"down": false}));
        let offer = wait_for(&world, "MUG", 18);
        assert_eq!(offer["price"], "11.00", "{database:?}");
        eventually("the shipping is told", || {
            let order = world.sandbox_get(&format!("/orders/{number}"));
            if order["status"] == "shipped" { Ok(()) } else { Err(order.to_string()) }
        });
        wait_until_settled(&erp, mug);
        assert_eq!((counters(&world)["duplicate_facts"].clone(), erp.all_orders().len()), (json!(0), 1));
    }
}

#[test]
fn a_slow_channel_is_overtaken_by_newer_values() {
    for database in databases() {
        let world = world(database);
        let erp = Erp::on(&world, Face::Typed);
        let mug = erp.list("MUG", "9.90", 3);
        faults(&world, &json!({"delay_ms": 300}));
        for count in [30, 31, 32, 33, 34, 35] {
            erp.stock("MUG", count, true);
        }
        faults(&world, &json!({"delay_ms": 0}));
        let offer = wait_for(&world, "MUG", 35);
        wait_until_settled(&erp, mug);
        assert_eq!(
            offer["history"].as_array().and_then(|history| history.last()).map(|step| step["what"].clone()),
            Some(json!("quantity 35"))
        );
        let sent = (30..36).filter(|count| steps(&offer, &format!("quantity {count}")) > 0).count();
        assert!(sent < 6, "{sent} of 6 values were told one by one: {offer}");
        assert_eq!(erp.offer(mug).2, "35");
    }
}
