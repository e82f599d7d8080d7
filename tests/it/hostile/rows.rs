//! Stored rows whose work ends the process: they are set aside, and everything else gets through.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::Config;
use crate::erp::Erp;
use crate::world::{Database, World, databases, eventually};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How often the work on an offer has begun since it last ended.
fn begun(world: &World, offer_id: i32) -> i64 {
    let query = format!("SELECT COALESCE(MAX(CAST(begun AS BIGINT)), 0) AS n FROM outbox_states WHERE offer_id = {offer_id}");
    let counted = match world.database().starts_with("postgres") {
        true => PgConnection::establish(world.database()).map(|mut c| diesel::sql_query(&query).get_result::<Count>(&mut c)),
        false => SqliteConnection::establish(world.database()).map(|mut c| diesel::sql_query(&query).get_result::<Count>(&mut c)),
    };
    counted.ok().and_then(Result::ok).map_or(0, |count| count.n)
}

fn price_in_shop(world: &World, number: &str) -> Value {
    world.sandbox_get(&format!("/offers/{number}"))["price"].clone()
}

/// The process ends each time when it is in the middle of the work on one offer, as if that work ended it.
fn ends_at(world: &mut World, offer_id: i32) {
    for times in 1..=3 {
        eventually("the work begins", || match begun(world, offer_id) {
            seen if seen >= times => Ok(()),
            seen => Err(format!("begun {seen} times, wanted {times}")),
        });
        world.kill();
        world.start();
    }
}

fn set_aside(database: Database) {
    let mut world = World::configured(database, &Config { dispatch: "wait_ms = 0", ..Config::default() }.text());
    let (bad, good) = {
        let erp = Erp::on(&world, Face::Compat);
        (erp.list("BAD", "9.90", 3), erp.list("GOOD", "9.90", 3))
    };
    assert_ne!(bad, good);
    // The work takes long enough to be seen.
    world.sandbox("/faults", &json!({"delay_ms": 3000}));
    Erp::on(&world, Face::Compat).price("BAD", "1.11");
    Erp::on(&world, Face::Compat).price("GOOD", "1.11");
    ends_at(&mut world, bad);
    let stuck = eventually("it is set aside", || {
        let status = world.get_as("admin", "/status.json").body;
        let status: Value = serde_json::from_str(&status).expect("JSON");
        let stuck = status["stuck"].as_array().cloned().unwrap_or_default();
        if stuck.is_empty() { Err(status.to_string()) } else { Ok(stuck) }
    });
    assert_eq!(stuck.len(), 1, "{stuck:?}");
    let (about, error) = (stuck[0]["about"].as_str().unwrap_or_default(), stuck[0]["error"].as_str().unwrap_or_default());
    assert!(about == "item BAD" && error.contains("WORK_CUT_OFF"), "{stuck:?}");
    world.sandbox("/faults", &json!({"delay_ms": 0}));
    eventually("the other gets through", || match price_in_shop(&world, "GOOD") {
        price if price == "1.11" => Ok(()),
        price => Err(price.to_string()),
    });
    // Newer data are another piece of work.
    Erp::on(&world, Face::Compat).price("BAD", "2.22");
    eventually("newer data get through", || match price_in_shop(&world, "BAD") {
        price if price == "2.22" => Ok(()),
        price => Err(price.to_string()),
    });
}

#[test]
fn a_row_whose_work_ends_the_process_again_and_again_is_set_aside() {
    std::thread::scope(|scope| {
        for database in databases() {
            scope.spawn(move || set_aside(database));
        }
    });
}
