//! The gateway is killed again and again while ERP and buyers work. What was answered is there, each thing once, and
//! the channel hears all of it.

pub(crate) mod callers;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::Config;
use crate::element::Element;
use crate::erp::Erp;
use crate::words::ACCOUNT;
use crate::world::{World, databases, eventually};
use callers::{Book, Dice, Shared};

/// Power cuts on each database, unless `KONTOR_KILLS` names another number.
const ROUNDS: u32 = 100;
/// Articles that are booked with changes, and set; each has a running offer.
const COUNTED: [&str; 3] = ["A-1", "A-2", "A-3"];
const SET: [&str; 2] = ["B-1", "B-2"];
/// Articles each of which is set once and never again: no later change heals what got lost about them.
const ONCE: usize = 120;
/// The article that buyers want.
const SOLD: &str = "C-1";
const AT_FIRST: i32 = 10_000;

#[test]
fn what_was_answered_survives_every_crash_and_happens_once() {
    for database in databases() {
        let mut world = World::configured(database, &Config { dispatch: "wait_ms = 100", ..Config::default() }.text());
        let erp = Erp::on(&world, Face::Compat);
        let all: Vec<String> = listed().collect();
        list(&world, &[ACCOUNT], &all);
        for number in COUNTED.iter().chain(&SET).chain([&SOLD]) {
            erp.stock(number, AT_FIRST, true);
        }
        // Buyers find it from the beginning.
        offer_shows_what_is_left(&world, &erp, ACCOUNT, SOLD);
        world.sandbox("/faults", &harmless());

        let shared = Shared::new(&world.base);
        let book = std::thread::scope(|scope| {
            let _end = shared.stops_at_the_end();
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
            let once = scope.spawn(|| callers::set_once(&shared, Face::Compat, ONCE));
            let buying = scope.spawn(|| callers::buy(&shared, SOLD));
            let shipping = scope.spawn(|| callers::ship(&shared, Face::Compat));
            let mut dice = Dice::new(setting_of("KONTOR_SEED", 4711_u64));
            for round in 0..setting_of("KONTOR_KILLS", ROUNDS) {
                // In some rounds the dispatcher has to get its turn too: on PostgreSQL the lease of the dead comes first.
                let told = (round % 4 == 3).then(|| shared.submits());
                if told.is_none() {
                    world.sandbox("/faults", &bad_day(&mut dice));
                }
                shared.wait_for(dice.up_to(25), told);
                // Answers come when the shop has been told; the cut shall also fall between two of them.
                std::thread::sleep(Duration::from_millis(dice.up_to(40)));
                world.kill();
                world.start();
                world.sandbox("/faults", &harmless());
                shared.moved_to(&world.base);
            }
            shared.stop();
            let mut book = Book::default();
            for thread in counting {
                book.add(thread.join().expect("a thread that books"));
            }
            book.add(setting.join().expect("a thread that sets"));
            book.add(once.join().expect("a thread that sets once"));
            book.add(buying.join().expect("a thread that buys"));
            book.add(shipping.join().expect("a thread that ships"));
            book
        });
        let erp = Erp::on(&world, Face::Typed);
        erp.sync();
        answers_are_kept(&erp, &book, &COUNTED, AT_FIRST);
        assert!(book.replayed > 0, "no answer got lost in {} bookings: the test proves nothing", book.bookings);
        orders_are_there_once(&world, &erp, &book, SOLD, AT_FIRST);
        for number in listed() {
            offer_shows_what_is_left(&world, &erp, ACCOUNT, &number);
        }
    }
}

/// A number from the environment, for longer and other runs.
fn setting_of<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// Calls to the shop take a moment, so that some of them are cut off.
fn harmless() -> Value {
    json!({"delay_ms": 25, "down": false, "throttle": {"calls": 0}, "die": {"calls": 0}, "partial": [], "tasks": {"calls": 0}})
}

/// What the shop does wrong while the next power cut comes.
fn bad_day(dice: &mut Dice) -> Value {
    match dice.up_to(7) {
        0 => json!({"die": {"calls": 1 + dice.up_to(3)}}),
        1 => json!({"throttle": {"calls": 1 + dice.up_to(2), "retry_after_seconds": 1}}),
        2 => json!({"partial": [{"sku": COUNTED[0], "retry_after_seconds": 1}, {"sku": SOLD}]}),
        3 => json!({"down": true}),
        4 => json!({"delay_ms": 120}),
        // What it accepts is in the middle of its work when the power goes.
        5 | 6 => json!({"tasks": {"polls": dice.up_to(3), "after_ms": 30, "calls": 1 + dice.up_to(3)}}),
        _ => harmless(),
    }
}

/// Every article with an offer.
fn listed() -> impl Iterator<Item = String> {
    let named = COUNTED.into_iter().chain(SET).chain([SOLD]).map(str::to_owned);
    named.chain((0..ONCE).map(|n| format!("D-{n}")))
}

/// Articles with a price, without stock, and an offer in each account that was listed, in a few calls.
pub(crate) fn list(world: &World, accounts: &[i32], numbers: &[String]) {
    let each = |record: &dyn Fn(&str) -> String| numbers.iter().map(|number| record(number)).collect::<String>();
    let call = |operation: &str, records: String| {
        world.connect(operation, &format!("<request method=\"{operation}\" version=\"1.0.0\">{records}</request>"))
    };
    call(
        "updateItems",
        each(&|number| {
            format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{number}</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id></item>"
            )
        }),
    );
    let prices = each(&|number| format!("<entry item_nr=\"{number}\" price=\"9.90\"/>"));
    call(
        "updatePricelist",
        format!(
            "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><validities><validity><prices>{prices}</prices></validity></validities></pricelist>"
        ),
    );
    let stock = |count: i32| {
        each(&|number| {
            format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number><stock_items><stock_item><warehouse_code>standard</warehouse_code><stock_count>{count}</stock_count><absolute>true</absolute></stock_item></stock_items></item>"
            )
        })
    };
    // Offers without stock would not be listed.
    call("updateStockCount", stock(1));
    let offer = |account: &i32, number: &str| {
        format!(
            "<sandbox_offer><mandator_id>1</mandator_id><account_id>{account}</account_id><internal_item_number>{number}</internal_item_number></sandbox_offer>"
        )
    };
    let prepared = call("prepareOffers", accounts.iter().map(|account| each(&|number| offer(account, number))).collect());
    let offers: String = Element::parse(&prepared)
        .having("offer_id")
        .iter()
        .map(|offer| format!("<offer_id>{}</offer_id>", offer.must("offer_id")))
        .collect();
    let answer = call("uploadOffers", format!("<offers>{offers}</offers><process_synchronous>true</process_synchronous>"));
    for account in accounts {
        let listed = world.shop_get(*account, "/offers")["offers"].as_array().map(Vec::len);
        assert_eq!(listed, Some(numbers.len()), "{answer}");
    }
    call("updateStockCount", stock(0));
}

/// What was booked and set is there, each thing once. There were `at_first` pieces of what was booked.
pub(crate) fn answers_are_kept(erp: &Erp<'_>, book: &Book, counted: &[&str], at_first: i32) {
    let database = erp.world.database();
    for number in counted {
        let expected = at_first + book.sums.get(*number).copied().unwrap_or_default();
        assert_eq!(erp.stock_of(number).0, expected, "{database} {number}: every answered booking once");
    }
    for (number, count) in &book.counts {
        assert_eq!(erp.stock_of(number).0, *count, "{database} {number}");
    }
    let prices = erp.prices();
    let names = erp.names();
    for (number, price) in &book.prices {
        assert!(names.contains(number), "{database}: {number} was answered");
        assert_eq!(prices.get(number), Some(price), "{database} {number}");
    }
}

/// Every order of `sold` in the shop is in the ERP, once, and the shop knows once what the ERP did with it. There were
/// `at_first` pieces.
pub(crate) fn orders_are_there_once(world: &World, erp: &Erp<'_>, book: &Book, sold: &str, at_first: i32) {
    let shop = world.sandbox_get("/orders");
    let placed: Vec<String> = shop["orders"].as_array().expect("orders").iter().map(|order| text(&order["order_id"])).collect();
    assert!(placed.len() >= book.bought && book.bought > 0, "{} orders, {} answered", placed.len(), book.bought);
    // An order whose storing was cut off twice rests until the process has lived for a few seconds.
    let known = eventually("every order is there", || {
        let known: Vec<String> = erp.all_orders().into_iter().map(|order| order.marketplace_order_id).collect();
        let unique: BTreeSet<&String> = known.iter().collect();
        assert_eq!(known.len(), unique.len(), "no order twice");
        let missing: Vec<&String> = placed.iter().filter(|number| !unique.contains(number)).collect();
        if missing.is_empty() { Ok(known.len()) } else { Err(format!("{missing:?}")) }
    });
    assert_eq!(known, placed.len(), "no other order");

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
    assert_eq!(erp.stock_of(sold), (at_first - gone, open), "what was shipped is booked off once, what is open is reserved");
}

pub(crate) fn offer_shows_what_is_left(world: &World, erp: &Erp<'_>, account: i32, number: &str) {
    let (stock, reserved) = erp.stock_of(number);
    let left = (stock - reserved).max(0);
    eventually(&format!("{number} shows {left} in {account}"), || {
        let offer = world.shop_get(account, &format!("/offers/{number}"));
        if offer["quantity"] == left && offer["running"] == (left > 0) { Ok(()) } else { Err(offer.to_string()) }
    });
}

fn quantity(order: &Value) -> i32 {
    order["lines"].as_array().into_iter().flatten().filter_map(|line| line["quantity"].as_i64()).sum::<i64>() as i32
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Numbers and their values, such as prices.
pub(crate) type Table = BTreeMap<String, String>;
