//! What an administrator looks at, from outside: `/status`, `/status.json` and `/metrics` of a running gateway.

use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::Config;
use crate::erp::Erp;
use crate::words::ACCOUNT;
use crate::world::{World, databases, eventually};

fn status(world: &World) -> Value {
    let reply = world.get_as("admin", "/status.json");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{}", reply.body);
    serde_json::from_str(&reply.body).expect("JSON")
}

fn account(world: &World) -> Value {
    status(world)["accounts"][0].clone()
}

/// The value of a metric, with its labels.
fn metric(world: &World, name: &str) -> Option<f64> {
    let reply = world.get_as("admin", "/metrics");
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text")));
    reply.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

fn state_becomes(world: &World, expected: &str) {
    eventually(&format!("the state {expected}"), || {
        let account = account(world);
        if account["state"] == expected { Ok(()) } else { Err(account.to_string()) }
    });
}

#[test]
fn the_status_follows_what_happens_to_an_account() {
    for database in databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Typed);
        assert_eq!(
            (world.get("/status").status, world.get_as("erp", "/status").status, world.get_as("erp", "/metrics").status),
            (401, 403, 403)
        );
        state_becomes(&world, "working");
        erp.list("MUG", "9.90", 5);
        eventually("a running offer and a poll", || {
            let account = account(&world);
            let there = account["offers_running"] == 1 && account["pending"] == 0 && account["polled_at"].is_string();
            if there { Ok(()) } else { Err(account.to_string()) }
        });
        state_becomes(&world, "working");
        assert_eq!(account(&world)["parked"], 0);

        world.sandbox("/faults", &json!({"refuse": [{"sku": "MUG", "code": "PRICE_BAND", "text": "too <dear> for this shop"}]}));
        erp.price("MUG", "99.00");
        let stuck = eventually("a parked change", || {
            let status = status(&world);
            let stuck = status["stuck"][0].clone();
            if stuck["topic"] == "price" { Ok(stuck) } else { Err(status.to_string()) }
        });
        assert_eq!((&stuck["account_id"], &stuck["about"]), (&json!(ACCOUNT), &json!("item MUG")));
        let page = world.get_as("admin", "/status");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.body.contains("Something needs attention") && page.body.contains("too &lt;dear&gt; for this shop"), "{}", page.body);

        world.sandbox("/faults", &json!({"down": true}));
        state_becomes(&world, "failing");
        world.sandbox("/faults", &json!({"down": false}));
        state_becomes(&world, "working");
    }
}

#[test]
fn the_metrics_count_calls_orders_and_what_is_on_its_way() {
    for database in databases() {
        let world = World::demo(database);
        let erp = Erp::on(&world, Face::Compat);
        erp.list("MUG", "9.90", 5);
        world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 1}]}));
        eventually("a counted order", || match metric(&world, "kontor_channel_orders_total{account=\"1000\"}") {
            Some(1.0) => Ok(()),
            other => Err(format!("{other:?}")),
        });
        let counts = |name: &str| metric(&world, name).unwrap_or_else(|| panic!("{name} is missing"));
        assert!(counts("kontor_soap_calls_total{face=\"compat\",operation=\"updateItems\",outcome=\"ok\"}") >= 1.0);
        assert!(counts("kontor_soap_call_duration_seconds_count{face=\"compat\",operation=\"updateItems\"}") >= 1.0);
        assert!(counts("kontor_channel_calls_total{account=\"1000\",call=\"submit\",outcome=\"answered\"}") >= 1.0);
        assert!(counts("kontor_channel_rows_total{account=\"1000\",call=\"submit\",outcome=\"done\"}") >= 1.0);
        assert_eq!(counts("kontor_offers_running{account=\"1000\"}"), 1.0);
        state_becomes(&world, "working");
        assert!(counts("kontor_account_state{account=\"1000\",state=\"working\"}") <= 1.0);
        assert_eq!(counts("kontor_outbox_changes{account=\"1000\",status=\"parked\"}"), 0.0);
    }
}

#[test]
fn a_rate_limit_of_the_settings_slows_the_channel_and_not_the_erp() {
    for database in databases() {
        // A call that waits so long for a channel is given up by its client.
        let text = Config { dispatch: "wait_ms = 60000", ..Config::default() }.text();
        let world = World::configured(database, &format!("{text}[accounts.rate_limits]\nsubmit = {{ calls = 2, seconds = 86400 }}\n"));
        let erp = Erp::on(&world, Face::Typed);
        erp.list("MUG", "9.90", 5);
        // The rest of the calls; from then on a change waits for hours.
        for count in 6..10 {
            erp.stock("MUG", count, true);
        }
        eventually("a limited account", || {
            let account = account(&world);
            if account["limited"]["submit"].is_string() && account["pending"] != 0 { Ok(()) } else { Err(account.to_string()) }
        });
        assert_eq!(metric(&world, "kontor_channel_limited{account=\"1000\",call=\"submit\"}"), Some(1.0));
        let calls = metric(&world, "kontor_channel_calls_total{account=\"1000\",call=\"submit\",outcome=\"answered\"}");
        assert_eq!(calls, Some(2.0));
        // Orders are collected all the same, and they are not held up.
        world.sandbox("/orders", &json!({"lines": [{"sku": "MUG", "quantity": 1}]}));
        eventually("an order", || match metric(&world, "kontor_channel_orders_total{account=\"1000\"}") {
            Some(1.0) => Ok(()),
            other => Err(format!("{other:?}")),
        });
    }
}
