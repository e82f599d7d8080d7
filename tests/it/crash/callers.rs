//! Who works while the gateway dies: each repeats a call after a cut connection until it is answered, and writes down
//! what was answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use kontor::operations::Face;
use serde_json::{Value, json};

use super::Table;
use crate::words::Words;
use crate::world::{Reply, get_from, post_to};

/// Orders of a buyer. In a long run the others go on without new ones.
const MOST_ORDERS: usize = 1_000;

/// What all callers share.
pub(crate) struct Shared {
    /// Where the gateway is now; it comes back under another port.
    base: Mutex<String>,
    stopping: AtomicBool,
    answers: Mutex<u64>,
    answered: Condvar,
}

/// What was answered.
#[derive(Default)]
pub(crate) struct Book {
    pub bookings: usize,
    pub replayed: usize,
    pub sums: BTreeMap<String, i32>,
    pub counts: BTreeMap<String, i32>,
    pub prices: Table,
    pub bought: usize,
    /// The channel's number of an order, and its last status.
    pub finished: Table,
}

impl Book {
    pub(crate) fn add(&mut self, other: Book) {
        self.bookings += other.bookings;
        self.replayed += other.replayed;
        self.bought += other.bought;
        for (number, sum) in other.sums {
            *self.sums.entry(number).or_default() += sum;
        }
        self.counts.extend(other.counts);
        self.prices.extend(other.prices);
        self.finished.extend(other.finished);
    }
}

/// Numbers that look like chance, the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(crate) fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % (most + 1)
    }
}

impl Shared {
    pub(crate) fn new(base: &str) -> Shared {
        Shared { base: Mutex::new(base.to_owned()), stopping: AtomicBool::new(false), answers: Mutex::new(0), answered: Condvar::new() }
    }

    fn base(&self) -> String {
        self.base.lock().unwrap().clone()
    }

    pub(crate) fn moved_to(&self, base: &str) {
        base.clone_into(&mut self.base.lock().unwrap());
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    fn goes_on(&self) -> bool {
        !self.stopping.load(Ordering::Acquire)
    }

    /// Waits for so many more answers; and, where `told` is given, until the shop was called once more than that.
    pub(crate) fn wait_for(&self, more: u64, told: Option<u64>) {
        let mut answers = self.answers.lock().unwrap();
        let goal = *answers + more;
        while *answers < goal {
            let (guard, waited) = self.answered.wait_timeout(answers, Duration::from_secs(60)).unwrap();
            answers = guard;
            assert!(!waited.timed_out(), "nobody got an answer for a minute");
        }
        drop(answers);
        if let Some(before) = told {
            crate::world::eventually("the shop is called", || match self.submits() {
                now if now > before => Ok(()),
                now => Err(now.to_string()),
            });
        }
    }

    fn count(&self) {
        *self.answers.lock().unwrap() += 1;
        self.answered.notify_all();
    }

    /// Calls of the shop for offers so far.
    pub(crate) fn submits(&self) -> u64 {
        self.shop("/state")["counters"]["submit_calls"].as_u64().unwrap_or_default()
    }

    fn shop(&self, path: &str) -> Value {
        let reply = get_from(&self.base(), &format!("/sandbox/1000{path}"));
        reply.ok().and_then(|reply| serde_json::from_str(&reply.body).ok()).unwrap_or_default()
    }

    /// Ends the callers, also where the test fails: it would wait for them for ever.
    pub(crate) fn stops_at_the_end(&self) -> impl Drop {
        struct Stop<'s>(&'s Shared);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.stop();
            }
        }
        Stop(self)
    }

    /// Sends under one key until it is answered. What comes first after a crash may be the answer of before.
    fn insist(&self, words: Words, document: &str) -> Reply {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let key = format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed));
        let mut in_vain = 0;
        loop {
            match post_to(&self.base(), words.path(), document, &[("Idempotency-Key", &key)]) {
                Ok(reply) => {
                    assert_eq!(reply.status, 200, "{}", reply.body);
                    self.count();
                    return reply;
                }
                // The gateway is away; after the last start it stays.
                Err(error) => {
                    in_vain += u32::from(!self.goes_on());
                    assert!(in_vain < 2_000, "nobody answers any more: {error}");
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
    }
}

/// Books changes.
pub(crate) fn count(shared: &Shared, face: Face, thread: u64, articles: &[&str]) -> Book {
    let (words, mut dice, mut book) = (Words(face), Dice::new(thread), Book::default());
    while shared.goes_on() {
        let article = articles[dice.up_to(articles.len() as u64 - 1) as usize];
        let change = dice.up_to(12) as i32 - 5;
        let reply = shared.insist(words, &words.stock_document(article, change, false));
        assert!(words.accepted(&reply), "{}", reply.body);
        *book.sums.entry(article.to_owned()).or_default() += change;
        book.bookings += 1;
        book.replayed += usize::from(reply.header("x-replayed").is_some());
    }
    book
}

/// Sets stock and prices, and creates articles.
pub(crate) fn set(shared: &Shared, face: Face, articles: &[&str]) -> Book {
    let (words, mut dice, mut book) = (Words(face), Dice::new(99), Book::default());
    let mut made = 0;
    while shared.goes_on() {
        let count = dice.up_to(500) as i32;
        let article = articles[dice.up_to(articles.len() as u64 - 1) as usize];
        assert!(words.accepted(&shared.insist(words, &words.stock_document(article, count, true))));
        book.counts.insert(article.to_owned(), count);
        let new = format!("N-{made}");
        if made == 0 || dice.up_to(2) > 0 {
            assert!(words.accepted(&shared.insist(words, &words.item_document(&new, "New"))));
            made += 1;
        }
        let number = format!("N-{}", dice.up_to(made - 1));
        let price = format!("{}.{:02}", 1 + dice.up_to(50), dice.up_to(99));
        assert!(words.accepted(&shared.insist(words, &words.price_document(&number, &price))));
        book.prices.insert(number, price);
    }
    book
}

/// Sets each article once.
pub(crate) fn set_once(shared: &Shared, face: Face, articles: usize) -> Book {
    let (words, mut dice, mut book) = (Words(face), Dice::new(5), Book::default());
    for article in (0..articles).map(|n| format!("D-{n}")) {
        if !shared.goes_on() {
            break;
        }
        let count = 1 + dice.up_to(500) as i32;
        assert!(words.accepted(&shared.insist(words, &words.stock_document(&article, count, true))));
        book.counts.insert(article, count);
    }
    book
}

/// Buys in the shop; whether an order arrived whose answer got lost is for the shop to tell.
pub(crate) fn buy(shared: &Shared, article: &str) -> Book {
    let (mut dice, mut book) = (Dice::new(7), Book::default());
    while shared.goes_on() {
        if book.bought == MOST_ORDERS {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        let wish = json!({"lines": [{"sku": article, "quantity": 1 + dice.up_to(2)}]}).to_string();
        match post_to(&shared.base(), "/sandbox/1000/orders", &wish, &[("Content-Type", "application/json")]) {
            Ok(reply) => {
                assert_eq!(reply.status, 201, "{}", reply.body);
                book.bought += 1;
            }
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
        // Buyers are rarer than bookings.
        std::thread::sleep(Duration::from_millis(20));
    }
    book
}

/// Takes new orders over and ships them, every fourth is cancelled.
pub(crate) fn ship(shared: &Shared, face: Face) -> Book {
    let (words, mut book) = (Words(face), Book::default());
    let fetch = words.document(
        "fetchOrders",
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><export_date filter_method=\"IS\" filter_value=\"NULL\"/></filter>",
        "<filters><item><mandatorId><value>1</value></mandatorId><exportDate><isNull>true</isNull></exportDate></item></filters>",
    );
    while shared.goes_on() {
        let answer = words.read(&shared.insist(words, &fetch));
        for order in answer.having("order_status_id").into_iter().take(3) {
            let (id, number) = (order.number("order_id"), order.must("marketplace_order_id").to_owned());
            let own = format!("ERP-{number}");
            assert!(words.accepted(&shared.insist(words, &words.number_document(id, &own))));
            assert!(words.accepted(&shared.insist(words, &words.status_document(&own, "FETCHED", None))));
            let (status, tracking) = if id % 4 == 0 { ("CANCELED", None) } else { ("SHIPPED", Some(format!("T-{number}"))) };
            let reply = shared.insist(words, &words.status_document(&own, status, tracking.as_deref()));
            assert!(words.accepted(&reply), "{}", reply.body);
            book.finished.insert(number, status.to_owned());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    book
}
