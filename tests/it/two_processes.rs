//! Two gateways on one PostgreSQL share the accounts by lease. Killing one of them loses nothing, and nothing happens
//! twice.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use kontor::operations::Face;
use serde_json::json;

use crate::config::{Config, Shop};
use crate::crash::callers::{self, Book, Dice, Shared};
use crate::crash::{answers_are_kept, list, offer_shows_what_is_left, orders_are_there_once};
use crate::erp::Erp;
use crate::words::ACCOUNT;
use crate::world::{Database, World, databases, eventually};

/// Times that the one with the lease is killed, and then the one without.
const ROUNDS: u32 = 2;
/// The second account.
const OTHER: i32 = 1001;
/// Each process books on articles of its own and both on the last one.
const COUNTED: [&str; 3] = ["A-1", "A-2", "A-3"];
const SET: [&str; 2] = ["B-1", "B-2"];
const SOLD: &str = "C-1";
const AT_FIRST: i32 = 10_000;

#[derive(QueryableByName)]
struct Lease {
    #[diesel(sql_type = Text)]
    lease_owner: String,
}

/// Who works on the account: the number of its process, a hyphen, and what tells it from a later one.
fn owner(database: &str) -> String {
    let mut connection = PgConnection::establish(database).expect("the database");
    let query = format!("SELECT COALESCE(lease_owner, '') AS lease_owner FROM account_work WHERE account_id = {ACCOUNT}");
    let lease: Lease = diesel::sql_query(query).get_result(&mut connection).expect("the account's work");
    lease.lease_owner
}

fn owns(world: &World) -> bool {
    owner(world.database()).starts_with(&format!("{}-", world.process()))
}

fn config() -> String {
    // Long enough that a busy machine does not end the lease of one that lives.
    let config =
        Config { dispatch: "wait_ms = 100", shops: &[Shop::FIRST, Shop { account_id: OTHER, ..Shop::SECOND }], ..Config::default() };
    config.text().replace("lease_seconds = 5", "lease_seconds = 10")
}

#[test]
fn one_of_two_processes_is_killed_and_nothing_is_lost_or_done_twice() {
    if !databases().contains(&Database::Postgres) {
        eprintln!("left out: two processes need PostgreSQL");
        return;
    }
    let first = World::configured(Database::Postgres, &config());
    let erp = Erp::on(&first, Face::Compat);
    let all: Vec<String> = COUNTED.iter().chain(&SET).chain([&SOLD]).map(|number| (*number).to_owned()).collect();
    list(&first, &[ACCOUNT, OTHER], &all);
    for number in &all {
        erp.stock(number, AT_FIRST, true);
    }
    // Buyers find it from the beginning.
    offer_shows_what_is_left(&first, &erp, ACCOUNT, SOLD);
    // Calls to the shop take a moment, so that some of them are cut off. What it accepts at first it works on for a while, so
    // that who takes over asks about the tasks of the other one.
    first.sandbox("/faults", &json!({"delay_ms": 25, "tasks": {"polls": 2, "after_ms": 50, "calls": 40}}));
    let second = first.beside();
    // The second one goes first.
    let mut worlds = [second, first];
    let shared = [Shared::new(&worlds[0].base), Shared::new(&worlds[1].base)];

    let book =
        std::thread::scope(|scope| {
            let [here, there] = &shared;
            let _end = (here.stops_at_the_end(), there.stops_at_the_end());
            let threads = [
                scope.spawn(move || callers::count(here, Face::Compat, 1, &[COUNTED[0], COUNTED[2]])),
                scope.spawn(move || callers::count(there, Face::Typed, 2, &[COUNTED[1], COUNTED[2]])),
                scope.spawn(move || callers::set(here, Face::Typed, &SET)),
                scope.spawn(move || callers::buy(there, SOLD)),
                scope.spawn(move || callers::ship(here, Face::Compat)),
            ];
            let mut dice = Dice::new(2_211);
            for _ in 0..ROUNDS {
                let holder = eventually("one of the two works on the account", || match worlds.iter().position(owns) {
                    Some(holder) => Ok(holder),
                    None => Err(owner(worlds[0].database())),
                });
                let survivor = 1 - holder;
                let kill = |worlds: &mut [World; 2], dice: &mut Dice| {
                    shared[holder].wait_for(dice.up_to(25), None);
                    std::thread::sleep(Duration::from_millis(dice.up_to(40)));
                    worlds[holder].kill();
                    // As a balancer in front of them would do it.
                    shared[holder].moved_to(&worlds[survivor].base);
                };
                let start = |worlds: &mut [World; 2]| {
                    worlds[holder].start();
                    shared[holder].moved_to(&worlds[holder].base);
                };
                let goes_on = || shared[survivor].wait_for(20, Some(shared[survivor].submits()));

                kill(&mut worlds, &mut dice);
                eventually("the other one takes over", || {
                    if owns(&worlds[survivor]) { Ok(()) } else { Err(owner(worlds[survivor].database())) }
                });
                goes_on();

                start(&mut worlds);
                let lease = owner(worlds[survivor].database());
                kill(&mut worlds, &mut dice);
                goes_on();
                assert_eq!(owner(worlds[survivor].database()), lease, "the one that was killed did not work on the account");
                start(&mut worlds);
            }
            here.stop();
            there.stop();
            let mut book = Book::default();
            for thread in threads {
                book.add(thread.join().expect("a caller"));
            }
            book
        });

    for world in &worlds {
        let erp = Erp::on(world, Face::Typed);
        erp.sync();
        answers_are_kept(&erp, &book, &COUNTED, AT_FIRST);
        orders_are_there_once(world, &erp, &book, SOLD, AT_FIRST);
        for (account, number) in [ACCOUNT, OTHER].iter().flat_map(|account| all.iter().map(move |number| (*account, number))) {
            offer_shows_what_is_left(world, &erp, account, number);
        }
        assert_eq!(world.sandbox_get("/state")["counters"]["out_of_order_facts"], 0);
    }
}
