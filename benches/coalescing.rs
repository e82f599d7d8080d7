//! `cargo bench --bench coalescing [-- UPDATES ITEMS]`: many stock updates while channels are away, and what is left to be
//! said to each of them afterwards: no more than one send per article, whatever came in between.
//!
//! The counts are asserted, the times are not. 10 000 000 updates on 50 000 articles are what the design promises; without
//! arguments a tenth of both runs. docs/PERFORMANCE.md tells what came out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench ends at the first thing that goes wrong"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kontor::config::{Account, Settings};
use kontor::connectors::{
    self, Capabilities, ChannelError, Checkup, Connector, FaceRequest, Fact, OfferChange, Outcome, Pulled, RowResult, Token,
};
use kontor::dispatch::Dispatcher;
use kontor::dispatch::bell::Bell;
use kontor::domain::{AccountId, Currency, MandatorId, Stamp};
use kontor::metrics::Metrics;
use kontor::operations::{Body, Call, Face, Gateway, Step, execute, find};
use kontor::store::{Store, outbox, prices};
use serde_json::Value;

const RECORDS: usize = 10_000;
const CHANNELS: [i32; 2] = [1000, 1001];

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let updates: usize = sizes.next().unwrap_or(1_000_000);
    let items: usize = sizes.next().unwrap_or(5_000);
    println!("{updates} updates on {items} articles with offers in {} channels", CHANNELS.len());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bench = Bench::new(&folder.path().join("bench.sqlite").to_string_lossy(), items);

    bench.list();
    let dispatcher = bench.dispatcher();
    bench.wait_until_told();
    dispatcher.stop();
    let before = CHANNELS.map(|channel| bench.sends(channel));

    // The channels are away: nobody tells them anything.
    let mut counts = vec![None; items];
    let begun = Instant::now();
    for call in 0..updates.div_ceil(RECORDS) {
        let numbers = call * RECORDS..updates.min((call + 1) * RECORDS);
        // All articles in turn, in an order that differs from round to round.
        let bookings = numbers.map(|n| ((n % items * 7_919 + n / items) % items, n % 997 + 1)).collect::<Vec<_>>();
        bench.book(&bookings);
        for (item, count) in bookings {
            counts[item] = Some(count);
        }
    }
    let booked = begun.elapsed();
    let touched = counts.iter().flatten().count();
    for channel in CHANNELS {
        assert_eq!(bench.left(channel), touched, "one row per article that was touched");
    }

    let begun = Instant::now();
    let dispatcher = bench.dispatcher();
    bench.wait_until_told();
    let told = begun.elapsed();
    dispatcher.stop();
    for (channel, before) in CHANNELS.into_iter().zip(before) {
        let sends = bench.sends(channel) - before;
        assert_eq!(sends, touched, "one send per article that was touched");
        bench.shows(channel, &counts);
        let ratio = updates as f64 / sends as f64;
        println!("  channel {channel}: {sends} sends, one per {ratio:.0} updates; it shows the last number of each article");
    }
    println!("  booking took {:.1} s, telling both channels {:.1} s", booked.as_secs_f64(), told.as_secs_f64());
}

struct Bench {
    settings: Arc<Settings>,
    store: Store,
    /// One shop per channel, whichever dispatcher calls it.
    shops: BTreeMap<AccountId, Arc<dyn Connector>>,
    items: usize,
}

/// A shop for one more dispatcher.
struct Shop(Arc<dyn Connector>);

impl Connector for Shop {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn submit(&self, changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        self.0.submit(changes)
    }

    fn pull_orders(&self, cursor: Option<&str>, open: &[String]) -> Result<Pulled, ChannelError> {
        self.0.pull_orders(cursor, open)
    }

    fn push_fact(&self, fact: &Fact) -> Result<Outcome, ChannelError> {
        self.0.push_fact(fact)
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        self.0.check()
    }
}

impl Bench {
    fn new(database: &str, items: usize) -> Bench {
        let mut settings = Settings::demo("127.0.0.1:0".parse().expect("an address"), database);
        settings.dispatch.wait = Duration::ZERO;
        let account = settings.accounts.pop().expect("the demo's account");
        settings.accounts = CHANNELS
            .map(|account_id| Account { account_id: AccountId(account_id), settings: channel_settings(), ..account.clone() })
            .to_vec();
        let store = Store::open(database).expect("a database");
        store.write(|tx| prices::seed(tx, MandatorId(1), "default", Currency::EUR, true).map(|_| ())).expect("a price list");
        let open = |account: &Account| Arc::from(connectors::build(account, settings.dispatch.channel_timeout).expect("a connector"));
        let shops = settings.accounts.iter().map(|account| (account.account_id, open(account))).collect();
        Bench { settings: Arc::new(settings), store, shops, items }
    }

    fn dispatcher(&self) -> Dispatcher {
        let connector = |shop: &Arc<dyn Connector>| Box::new(Shop(Arc::clone(shop))) as Box<dyn Connector>;
        let connectors = self.shops.iter().map(|(account_id, shop)| (*account_id, connector(shop))).collect();
        Dispatcher::start(
            Arc::clone(&self.settings),
            self.store.clone(),
            Arc::new(Bell::default()),
            Arc::new(Metrics::default()),
            connectors,
        )
    }

    fn call(&self, operation: &str, inner: &str) -> String {
        let document = format!("<request method=\"{operation}\" version=\"1.0.0\">{inner}</request>");
        let gateway = Gateway { settings: Arc::clone(&self.settings), store: self.store.clone(), bell: Arc::new(Bell::default()) };
        let user = self.settings.users.first().expect("a user");
        let operation = find(operation).expect("an operation");
        let call = Call { face: Face::Compat, operation, user, body: Body::Text(&document), key: None, by_person: false, rehearsal: false };
        let answer = match execute(&gateway, &call).expect("an answer") {
            Step::Done(answer) => answer,
            Step::Waiting(waiting) => waiting.finish(),
        };
        assert!(answer.failures == 0 && !answer.replayed, "{}", answer.body.chars().take(500).collect::<String>());
        answer.body
    }

    /// Articles with price, stock and an offer in each channel.
    fn list(&self) {
        for start in (0..self.items).step_by(RECORDS) {
            let numbers = start..self.items.min(start + RECORDS);
            let each = |record: &dyn Fn(usize) -> String| numbers.clone().map(record).collect::<String>();
            self.call(
                "updateItems",
                &each(&|n| {
                    format!(
                        "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>Article {n}</identifier><internal_item_number>A-{n}</internal_item_number><tax_type_id>3</tax_type_id></item>"
                    )
                }),
            );
            let entries = each(&|n| format!("<entry item_nr=\"A-{n}\" price=\"9.90\"/>"));
            self.call(
                "updatePricelist",
                &format!(
                    "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><validities><validity><prices>{entries}</prices></validity></validities></pricelist>"
                ),
            );
            self.book(&numbers.clone().map(|n| (n, 1_000)).collect::<Vec<_>>());
            for channel in CHANNELS {
                let prepared = self.call(
                    "prepareOffers",
                    &each(&|n| {
                        format!(
                            "<sandbox_offer><mandator_id>1</mandator_id><account_id>{channel}</account_id><internal_item_number>A-{n}</internal_item_number></sandbox_offer>"
                        )
                    }),
                );
                let numbers = prepared.split("<offer_id>").skip(1).filter_map(|rest| rest.split('<').next());
                let offers = numbers.fold(String::new(), |all, number| all + "<offer_id>" + number + "</offer_id>");
                self.call("uploadOffers", &format!("<offers>{offers}</offers>"));
            }
        }
    }

    fn book(&self, bookings: &[(usize, usize)]) {
        let mut records = String::new();
        for (item, count) in bookings {
            let _ = write!(
                records,
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>A-{item}</internal_item_number><stock_items><stock_item><warehouse_code>standard</warehouse_code><stock_count>{count}</stock_count><absolute>true</absolute></stock_item></stock_items></item>"
            );
        }
        self.call("updateStockCount", &records);
    }

    /// Offers about which something has to be said.
    fn left(&self, channel: i32) -> usize {
        let most = 2 * self.items;
        self.store.read(|conn| outbox::due_offers(conn, AccountId(channel), Stamp::now(), most)).expect("the outbox").len()
    }

    fn wait_until_told(&self) {
        for channel in CHANNELS {
            while self.store.read(|conn| outbox::next_due_state(conn, AccountId(channel))).expect("the outbox").is_some() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn shop(&self, channel: i32, path: &str) -> Value {
        let (token, path) = (Token { field: "token", value: "" }, format!("/sandbox/{channel}{path}"));
        let face = self.shops.get(&AccountId(channel)).and_then(|shop| shop.face()).expect("a shop");
        let reply = face.answer(&FaceRequest { method: "GET", path: &path, query: "", body: b"", token });
        serde_json::from_slice(&reply.body).expect("JSON")
    }

    /// Rows that the channel was sent so far.
    fn sends(&self, channel: i32) -> usize {
        usize::try_from(self.shop(channel, "/state")["counters"]["rows"].as_u64().expect("a count")).expect("a count")
    }

    fn shows(&self, channel: i32, counts: &[Option<usize>]) {
        let offers = self.shop(channel, "/offers");
        let offers = offers["offers"].as_array().expect("offers");
        assert_eq!(offers.len(), self.items);
        for offer in offers {
            let number = offer["sku"].as_str().and_then(|sku| sku.strip_prefix("A-")).expect("an article of ours");
            let expected = counts[number.parse::<usize>().expect("a number")].unwrap_or(1_000);
            assert_eq!(offer["quantity"].as_u64(), u64::try_from(expected).ok(), "{offer}");
        }
    }
}

fn channel_settings() -> toml::Table {
    toml::Table::from_iter([("batch_size".to_owned(), toml::Value::Integer(1_000))])
}
