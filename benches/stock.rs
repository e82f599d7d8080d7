//! `cargo bench --bench stock`: how fast bulk and single calls are, from the parsed document to the commit, without HTTP
//! and without a channel. On SQLite, and on PostgreSQL where `KONTOR_TEST_POSTGRES` names a server.
//!
//! Prints figures and what they are in relation to each other; asserts no time. docs/PERFORMANCE.md tells what came out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench ends at the first thing that goes wrong"
)]

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use kontor::config::Settings;
use kontor::dispatch::bell::Bell;
use kontor::operations::{self, Answer, Body, Call, Face, Gateway, Step, execute, find};
use kontor::store::Store;
use kontor::xml::Document;

const RECORDS: usize = 10_000;
/// Runs of a bulk call; the best counts, the others warm up or were disturbed.
const RUNS: usize = 5;
const SINGLE_CALLS: usize = 2_000;
const POSTGRES: &str = "KONTOR_TEST_POSTGRES";

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores; best of {RUNS} runs\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    measure("SQLite", &folder.path().join("bench.sqlite").to_string_lossy());
    match std::env::var(POSTGRES) {
        Ok(server) => {
            let mut admin = PgConnection::establish(&server).expect("the PostgreSQL server");
            let name = format!("kontor_bench_{}", std::process::id());
            admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("a new database");
            let (front, _) = server.rsplit_once('/').expect("a URL with a database");
            measure("PostgreSQL", &format!("{front}/{name}"));
            admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).expect("the database goes");
        }
        Err(_) => println!("{POSTGRES} is not set: no figures of PostgreSQL"),
    }
}

fn gateway(database: &str) -> Gateway {
    let mut settings = Settings::demo("127.0.0.1:0".parse().expect("an address"), database);
    // Nobody works for the channel here.
    settings.dispatch.wait = Duration::ZERO;
    let store = Store::open(database).expect("a database");
    Gateway { settings: Arc::new(settings), store, bell: Arc::new(Bell::default()) }
}

fn call(gateway: &Gateway, operation: &str, document: &str, key: Option<&str>) -> Answer {
    let operation = find(operation).expect("an operation");
    let user = gateway.settings.users.first().expect("a user");
    let call = Call { face: Face::Compat, operation, user, body: Body::Text(document), key, by_person: false, rehearsal: false };
    let answer = match execute(gateway, &call).expect("an answer") {
        Step::Done(answer) => answer,
        Step::Waiting(waiting) => waiting.finish(),
    };
    assert!(answer.failures == 0 && !answer.replayed, "{}", answer.body.chars().take(500).collect::<String>());
    answer
}

fn document(operation: &str, inner: &str) -> String {
    format!("<request method=\"{operation}\" version=\"1.0.0\">{inner}</request>")
}

fn items(run: usize) -> String {
    let mut all = String::new();
    for n in 0..RECORDS {
        let _ = write!(
            all,
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Article {n} of run {run}</identifier><internal_item_number>A-{n}</internal_item_number><ean_code>40{n:011}</ean_code><tax_type_id>3</tax_type_id><weight>250.00</weight><weight_unit_id>400</weight_unit_id><active>true</active></item>"
        );
    }
    document("updateItems", &all)
}

fn booking(n: usize, count: usize, absolute: bool) -> String {
    format!(
        "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>A-{n}</internal_item_number><stock_items><stock_item><mandator_id>1</mandator_id><warehouse_code>standard</warehouse_code><stock_count>{count}</stock_count><absolute>{absolute}</absolute></stock_item></stock_items></item>"
    )
}

fn stock(run: usize) -> String {
    document("updateStockCount", &(0..RECORDS).map(|n| booking(n, n + run, true)).collect::<String>())
}

fn best(mut once: impl FnMut(usize)) -> Duration {
    let timed = |run| {
        let begun = Instant::now();
        once(run);
        begun.elapsed()
    };
    (0..RUNS).map(timed).min().unwrap_or_default()
}

fn line(what: &str, took: Duration, records: usize, basis: Duration) {
    let per_second = records as f64 / took.as_secs_f64();
    println!("  {what:<58} {:>9.1} ms {per_second:>11.0} /s {:>7.2} ×", took.as_secs_f64() * 1e3, took.as_secs_f64() / basis.as_secs_f64());
}

fn measure(name: &str, database: &str) {
    println!("{name}");
    let gateway = gateway(database);
    let first = items(0);
    let inserted = {
        let begun = Instant::now();
        call(&gateway, "updateItems", &first, None);
        begun.elapsed()
    };
    let documents: Vec<String> = (1..=RUNS).map(items).collect();
    let updated = best(|run| {
        call(&gateway, "updateItems", &documents[run], None);
    });
    let documents: Vec<String> = (0..RUNS).map(stock).collect();
    let limits = operations::limits(&gateway.settings.limits);
    let parsed = best(|run| {
        assert!(Document::parse(&documents[run], &limits).is_ok());
    });
    let booked = best(|run| {
        call(&gateway, "updateStockCount", &documents[run], None);
    });
    line(&format!("updateStockCount, {RECORDS} records in one call"), booked, RECORDS, booked);
    line("  of it: reading the XML", parsed, RECORDS, booked);

    let prepare: String = (0..RECORDS)
        .map(|n| format!("<sandbox_offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>A-{n}</internal_item_number></sandbox_offer>"))
        .collect();
    let prepared = call(&gateway, "prepareOffers", &document("prepareOffers", &prepare), None);
    let ids: String = prepared
        .body
        .split("<offer_id>")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .fold(String::new(), |all, id| all + "<offer_id>" + id + "</offer_id>");
    call(&gateway, "uploadOffers", &document("uploadOffers", &format!("<offers>{ids}</offers>")), None);
    let documents: Vec<String> = (0..RUNS).map(|run| stock(run + 50)).collect();
    let marked = best(|run| {
        call(&gateway, "updateStockCount", &documents[run], None);
    });
    line("  the same where each article has a running offer", marked, RECORDS, booked);
    line(&format!("updateItems, {RECORDS} new articles in one call"), inserted, RECORDS, booked);
    line(&format!("updateItems, {RECORDS} changed articles in one call"), updated, RECORDS, booked);

    for (operation, size) in [("fetchItems", "items_per_page"), ("fetchStockCount", "items_per_page"), ("fetchOffers", "offers_per_page")] {
        let fetched = best(|run| {
            let filter = "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>";
            let inner = format!("{filter}<{size}>1000</{size}><page>{}</page>", run + 3);
            assert_eq!(call(&gateway, operation, &document(operation, &inner), None).records, 1000);
        });
        line(&format!("{operation}, a page of 1000 out of {RECORDS}"), fetched, 1000, booked);
    }

    for threads in [1, 16] {
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= SINGLE_CALLS {
                            break;
                        }
                        let document = document("updateStockCount", &booking(n % RECORDS, 1, false));
                        call(&gateway, "updateStockCount", &document, Some(&format!("{threads}-{n}")));
                    }
                });
            }
        });
        line(
            &format!("updateStockCount, single durable calls, {threads} at a time ({SINGLE_CALLS})"),
            begun.elapsed(),
            SINGLE_CALLS,
            booked,
        );
    }
    println!();
}
