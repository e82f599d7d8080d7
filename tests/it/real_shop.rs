//! A gateway between an ERP and a real shop, killed again and again: what was answered reaches the shop, each thing once.
//! `./test vendure` runs it. By hand: start a shop with `tests/vendure/shop`, then
//! `KONTOR_TEST_VENDURE=http://127.0.0.1:3100 cargo test --test it real_shop -- --ignored`.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use kontor::operations::Face;
use serde_json::Value;

use crate::config::Config;
use crate::crash::callers::Dice;
use crate::erp::Erp;
use crate::samples::root;
use crate::world::{World, databases, eventually};

const ROUNDS: usize = 12;
const ARTICLES: usize = 5;
const AT_FIRST: i32 = 40;

/// The shop, by the commands with which a person would try it.
struct Shop {
    url: String,
}

impl Shop {
    fn ask(&self, what: &str, more: &[&str]) -> String {
        let mut command = Command::new("python3");
        command.arg("-B").arg(root().join("tests/vendure/shop")).arg(what).arg(&self.url).args(more);
        let output = command.output().expect("python3");
        assert!(output.status.success(), "{what} {more:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn json(&self, what: &str, more: &[&str]) -> Value {
        serde_json::from_str(&self.ask(what, more)).expect("JSON")
    }

    /// A guest buys one piece; gives the number of the order.
    fn buys(&self, sku: &str) -> String {
        self.ask("order", &[sku, "1"])
    }

    /// What buyers may order, and the price in cents, of the one variant with the SKU.
    fn offers(&self, sku: &str) -> (i64, i64) {
        let variants = self.json("product", &[sku]);
        let variants = variants.as_array().expect("variants");
        assert_eq!(variants.len(), 1, "{sku} is in the shop once: {variants:?}");
        let number = |name: &str| variants[0][name].as_i64().expect("a number");
        (number("on_hand") - number("allocated"), number("cents"))
    }
}

/// The account of the tests, at the real shop.
fn config(url: &str) -> String {
    let settings = format!("url = \"{url}\"\nusername = \"kontor@example.com\"\npassword = \"kontor-secret\"");
    Config { dispatch: "wait_ms = 100", ..Config::default() }
        .text()
        .replace("connector = \"sandbox\"", "connector = \"vendure\"")
        .replace("state_path = \"{folder}/shop-1000.json\"", &settings)
        .replace("language = \"en\"\npoll_interval_seconds", "language = \"de\"\npoll_interval_seconds")
}

/// Takes over what is new, and ships all but every third order.
fn works(erp: &Erp<'_>, rest: bool) {
    for order in erp.all_orders() {
        let own = format!("E-{}", order.marketplace_order_id);
        if order.external_order_number_1.is_none() {
            erp.number_order(order.order_id, &own);
        }
        if !order.complete && (rest || order.order_id % 3 != 0) {
            erp.status(&own, "PAID", None);
            erp.status(&own, "SHIPPED", Some(&format!("T-{}", order.marketplace_order_id)));
        }
    }
}

#[test]
#[ignore = "needs a running shop"]
fn what_was_answered_reaches_a_real_shop_once_whenever_the_gateway_is_killed() {
    let url = std::env::var("KONTOR_TEST_VENDURE").expect("KONTOR_TEST_VENDURE holds the address of a Vendure shop");
    let shop = Shop { url };
    for database in databases() {
        let mut world = World::configured(database, &config(&shop.url));
        let run = format!("{database:?}-{}", world.process());
        let articles: Vec<String> = (0..ARTICLES).map(|number| format!("KILL-{run}-{number}")).collect();
        {
            let erp = Erp::on(&world, Face::Compat);
            for article in &articles {
                erp.list(article, "9.90", AT_FIRST);
                assert_eq!(shop.offers(article), (i64::from(AT_FIRST), 990));
            }
        }
        let mut dice = Dice::new(4711);
        let (mut placed, mut prices) = (BTreeSet::new(), vec![990; ARTICLES]);
        for round in 0..ROUNDS {
            placed.insert(shop.buys(&articles[round % ARTICLES]));
            let erp = Erp::on(&world, Face::Typed);
            erp.stock(&articles[(round + 1) % ARTICLES], 2, false);
            let cents = 1000 + i64::try_from(round).unwrap();
            erp.price(&articles[(round + 2) % ARTICLES], &format!("{}.{:02}", cents / 100, cents % 100));
            prices[(round + 2) % ARTICLES] = cents;
            works(&erp, false);
            std::thread::sleep(Duration::from_millis(dice.up_to(400)));
            world.kill();
            world.start();
        }
        let erp = Erp::on(&world, Face::Compat);
        // An order whose storing was cut off twice rests for some seconds.
        eventually("every order is in the ERP", || {
            erp.sync();
            let known: Vec<String> = erp.all_orders().into_iter().map(|order| order.marketplace_order_id).collect();
            let unique: BTreeSet<String> = known.iter().cloned().collect();
            assert_eq!(known.len(), unique.len(), "no order twice");
            let missing: Vec<&String> = placed.difference(&unique).collect();
            if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?}")) }
        });
        works(&erp, true);
        for code in &placed {
            eventually(&format!("{code} is shipped in the shop"), || {
                let order = shop.json("show", &[code]);
                if order["state"] == "Shipped" { Ok(()) } else { Err(order.to_string()) }
            });
            let order = shop.json("show", &[code]);
            let parcels = order["fulfillments"].as_array().expect("fulfilments");
            assert_eq!(parcels.len(), 1, "one parcel: {order}");
            assert_eq!(parcels[0]["trackingCode"], format!("T-{code}"));
        }
        for (article, cents) in articles.iter().zip(prices) {
            let (stock, reserved) = erp.stock_of(article);
            assert_eq!(reserved, 0, "everything is shipped");
            eventually(&format!("{article} shows {stock} pieces for {cents} cents"), || {
                let seen = shop.offers(article);
                if seen == (i64::from(stock), cents) { Ok(()) } else { Err(format!("{seen:?}")) }
            });
        }
    }
}
