//! A gateway between an ERP and a real shop, killed again and again: what was answered reaches the shop, each thing once.
//! `./test vendure` and `./test medusa` run it. By hand: start a shop with `tests/vendure/shop`, then
//! `KONTOR_TEST_VENDURE=http://127.0.0.1:3100 cargo test --test it real_shop::vendure -- --ignored`; for Medusa alike.

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
    /// The connector's name, and the folder of the commands.
    name: &'static str,
    url: String,
    settings: String,
    /// What buyers may order, and the price in cents, of a variant as `product` shows it.
    offer: fn(&Value) -> (i64, i64),
    /// The tracking numbers of the parcels that have left, of an order as `show` shows it.
    parcels: fn(&Value) -> Vec<&str>,
}

impl Shop {
    fn ask(&self, what: &str, more: &[&str]) -> String {
        let mut command = Command::new("python3");
        command.arg("-B").arg(root().join("tests").join(self.name).join("shop")).arg(what).arg(&self.url).args(more);
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

    /// The offer of the one variant with the SKU.
    fn offers(&self, sku: &str) -> (i64, i64) {
        let variants = self.json("product", &[sku]);
        let variants = variants.as_array().expect("variants");
        assert_eq!(variants.len(), 1, "{sku} is in the shop once: {variants:?}");
        (self.offer)(&variants[0])
    }

    /// The account of the tests, at the real shop.
    fn config(&self) -> String {
        Config { dispatch: "wait_ms = 100", ..Config::default() }
            .text()
            .replace("connector = \"sandbox\"", &format!("connector = \"{}\"", self.name))
            .replace("state_path = \"{folder}/shop-1000.json\"", &self.settings)
            .replace("language = \"en\"\npoll_interval_seconds", "language = \"de\"\npoll_interval_seconds")
    }
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

fn number(of: &Value, name: &str) -> i64 {
    of[name].as_i64().expect("a number")
}

fn list(of: &Value) -> impl Iterator<Item = &Value> {
    of.as_array().expect("a list").iter()
}

/// The address of a shop of this kind.
fn url(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} holds the address of a shop"))
}

#[test]
#[ignore = "needs a running shop"]
fn vendure_gets_what_was_answered_once_whenever_the_gateway_is_killed() {
    let url = url("KONTOR_TEST_VENDURE");
    kill_again_and_again(&Shop {
        name: "vendure",
        settings: format!("url = \"{url}\"\nusername = \"kontor@example.com\"\npassword = \"kontor-secret\""),
        url,
        offer: |variant| (number(variant, "on_hand") - number(variant, "allocated"), number(variant, "cents")),
        parcels: |order| {
            let left = list(&order["fulfillments"]).filter(|parcel| parcel["state"] == "Shipped");
            left.filter_map(|parcel| parcel["trackingCode"].as_str()).collect()
        },
    });
}

#[test]
#[ignore = "needs a running shop"]
fn medusa_gets_what_was_answered_once_whenever_the_gateway_is_killed() {
    let url = url("KONTOR_TEST_MEDUSA");
    let mut shop = Shop {
        name: "medusa",
        settings: String::new(),
        url,
        offer: |variant| {
            let price = variant["prices"]["eur"].as_f64().expect("a price");
            (number(variant, "available"), format!("{:.0}", price * 100.0).parse().expect("cents"))
        },
        parcels: |order| {
            let left = list(&order["fulfillments"]).filter(|parcel| parcel["canceled_at"].is_null() && !parcel["shipped_at"].is_null());
            left.flat_map(|parcel| list(&parcel["labels"])).filter_map(|label| label["tracking_number"].as_str()).collect()
        },
    };
    shop.settings = format!("url = \"{}\"\napi_key = \"{}\"", shop.url, shop.ask("key", &[]));
    kill_again_and_again(&shop);
}

fn kill_again_and_again(shop: &Shop) {
    for database in databases() {
        let mut world = World::configured(database, &shop.config());
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
            eventually(&format!("{code} is shipped in the shop, in one parcel"), || {
                let order = shop.json("show", &[code]);
                if (shop.parcels)(&order) == [format!("T-{code}")] { Ok(()) } else { Err(order.to_string()) }
            });
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
