//! The gateway is killed again and again while ERP and buyers work. What was answered is there, each thing once, and
//! the channel hears all of it.

mod callers;

use std::collections::{BTreeMap, BTreeSet};

use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::Config;
use crate::erp::Erp;
use crate::world::{World, databases, eventually};
use callers::{Book, Dice, Shared};

/// Power cuts.
const ROUNDS: u32 = 12;
/// Articles that are booked with changes, and set; each has a running offer.
const COUNTED: [&str; 3] = ["A-1", "A-2", "A-3"];
const SET: [&str; 2] = ["B-1", "B-2"];
/// The article that buyers want.
const SOLD: &str = "C-1";
const AT_FIRST: i32 = 10_000;

#[test]
fn what_was_answered_survives_every_crash_and_happens_once() {
    for database in databases() {
        let mut world = World::configured(database, &Config { dispatch: "wait_ms = 100", ..Config::default() }.text());
        let erp = Erp::on(&world, Face::Compat);
        for number in COUNTED.iter().chain(&SET).chain([&SOLD]) {
            erp.list(number, "9.90", AT_FIRST);
        }
        // Calls to the shop take a moment, so that some of them are cut off.
        world.sandbox("/faults", &json!({"delay_ms": 10}));

        let shared = Shared::new(&world.base);
        let book = std::thread::scope(|scope| {
            let counting: Vec<_> = [Face::Compat, Face::Typed, Face::Compat]
                .into_iter()
                .zip(0..)
                .map(|(face, n)| {
                    scope.spawn({
                        let shared = &shared;
                        move || callers::count(shared, face, n, &COUNTED)
                    })
                })
                .collect();
            let setting = scope.spawn(|| callers::set(&shared, Face::Typed, &SET));
            let buying = scope.spawn(|| callers::buy(&shared, SOLD));
            let shipping = scope.spawn(|| callers::ship(&shared, Face::Compat));
            let mut dice = Dice::new(4711);
            for round in 0..ROUNDS {
                // In some rounds the dispatcher has to get its turn too: on PostgreSQL the lease of the dead comes first.
                let told = (round % 4 == 3).then(|| shared.submits());
                shared.wait_for(dice.up_to(25), told);
                world.kill();
                world.start();
                shared.moved_to(&world.base);
            }
            shared.stop();
            let mut book = Book::default();
            for thread in counting {
                book.add(thread.join().expect("a thread that books"));
            }
            book.add(setting.join().expect("a thread that sets"));
            book.add(buying.join().expect("a thread that buys"));
            book.add(shipping.join().expect("a thread that ships"));
            book
        });
        let erp = Erp::on(&world, Face::Typed);
        erp.sync();
        assert!(book.replayed > 0, "no answer got lost in {} bookings: the test proves nothing", book.bookings);

        for number in COUNTED {
            let expected = AT_FIRST + book.sums.get(number).copied().unwrap_or_default();
            assert_eq!(erp.stock_of(number).0, expected, "{database:?} {number}: every answered booking once");
        }
        for (number, count) in &book.counts {
            assert_eq!(erp.stock_of(number).0, *count, "{database:?} {number}");
        }
        let prices = erp.prices();
        let names = erp.names();
        for (number, price) in &book.prices {
            assert!(names.contains(number), "{database:?}: {number} was answered");
            assert_eq!(prices.get(number), Some(price), "{database:?} {number}");
        }
        orders_are_there_once(&world, &erp, &book);
        offers_show_what_is_left(&world, &erp);
    }
}

fn orders_are_there_once(world: &World, erp: &Erp<'_>, book: &Book) {
    let shop = world.sandbox_get("/orders");
    let placed: Vec<String> = shop["orders"].as_array().expect("orders").iter().map(|order| text(&order["order_id"])).collect();
    assert!(placed.len() >= book.bought && book.bought > 0, "{} orders, {} answered", placed.len(), book.bought);
    let mut known: Vec<String> = erp.all_orders().into_iter().map(|order| order.marketplace_order_id).collect();
    known.sort();
    let unique: BTreeSet<String> = known.iter().cloned().collect();
    assert_eq!(known.len(), unique.len(), "no order twice");
    assert_eq!(unique, placed.iter().cloned().collect(), "every order is there");

    assert!(!book.finished.is_empty(), "no order was finished");
    let mut gone = 0;
    let mut open = 0;
    for number in &placed {
        let (kind, status) = match book.finished.get(number).map(String::as_str) {
            Some("SHIPPED") => ("shipped", "shipped"),
            Some(_) => ("cancelled", "cancelled"),
            None => {
                open += quantity(&world.sandbox_get(&format!("/orders/{number}")));
                continue;
            }
        };
        let order = eventually(&format!("{number} is {status} in the shop"), || {
            let order = world.sandbox_get(&format!("/orders/{number}"));
            if order["status"] == status { Ok(order) } else { Err(order["status"].to_string()) }
        });
        let facts = order["facts"].as_array().expect("facts").iter();
        assert_eq!(facts.filter(|fact| fact["kind"] == kind).count(), 1, "{order}");
        if kind == "shipped" {
            assert_eq!(order["packets"].as_array().map(Vec::len), Some(1), "{order}");
            assert_eq!(text(&order["packets"][0]["tracking_number"]), format!("T-{number}"));
            gone += quantity(&order);
        }
    }
    assert_eq!(erp.stock_of(SOLD), (AT_FIRST - gone, open), "what was shipped is booked off once, what is open is reserved");
}

fn offers_show_what_is_left(world: &World, erp: &Erp<'_>) {
    for number in COUNTED.iter().chain(&SET).chain([&SOLD]) {
        let (stock, reserved) = erp.stock_of(number);
        let left = (stock - reserved).max(0);
        eventually(&format!("{number} shows {left}"), || {
            let offer = world.sandbox_get(&format!("/offers/{number}"));
            if offer["quantity"] == left { Ok(()) } else { Err(offer["quantity"].to_string()) }
        });
    }
}

fn quantity(order: &Value) -> i32 {
    order["lines"].as_array().into_iter().flatten().filter_map(|line| line["quantity"].as_i64()).sum::<i64>() as i32
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Numbers and their values, such as prices.
pub type Table = BTreeMap<String, String>;
