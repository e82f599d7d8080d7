//! Articles that get another number while their offers run, at the sandbox: nothing is sold twice, and no listing is left
//! behind.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use serde_json::Value;

use super::world::{ACCOUNT, World, account, everywhere, later, run};
use crate::config::Account;
use crate::connectors::{self, Connector, Face, FaceRequest, Token};
use crate::dispatch::inbound;
use crate::dispatch::worker::Worker;
use crate::domain::offer::{EndedBy, OfferState};
use crate::domain::{ItemId, OfferId};
use crate::on;
use crate::store::offers::unwant;
use crate::store::outbox::Topic;
use crate::store::schema::{items, order_items};

pub(super) struct Shop {
    worker: Worker,
    face: Arc<dyn Face>,
    pub seconds: i64,
}

impl Shop {
    pub(super) fn open(world: &World, settings: &str) -> Shop {
        let account = Account { connector: "sandbox".to_owned(), settings: toml::from_str(settings).unwrap(), ..account(ACCOUNT) };
        let connector: Box<dyn Connector> = connectors::build(&account, Duration::from_secs(5)).unwrap();
        let face = connector.face().unwrap();
        let mut worker = world.worker_at("this process", connector);
        worker.rounds.orders.import = inbound::import;
        Shop { worker, face, seconds: 0 }
    }

    /// Lets time pass, so that everything that waits gets its turn.
    pub(super) fn run(&mut self) {
        for _ in 0..4 {
            self.seconds += 70;
            run(&mut self.worker, later(self.seconds));
        }
    }

    /// One turn only.
    fn step(&mut self) {
        self.seconds += 1;
        let _ = self.worker.step(later(self.seconds)).unwrap();
    }

    pub(super) fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = format!("/sandbox/{ACCOUNT}{path}");
        let token = Token { field: "token", value: "" };
        let reply = self.face.answer(&FaceRequest { method, path: &path, query, body: body.as_bytes(), token });
        assert!(reply.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    pub(super) fn faults(&self, script: &str) {
        self.ask("POST", "/faults", script);
    }

    /// SKU and quantity of each running offer.
    pub(super) fn running(&self) -> Vec<(String, i64)> {
        let offers = self.ask("GET", "/offers", "");
        let running = offers["offers"].as_array().unwrap().iter().filter(|offer| offer["running"] == true);
        running.map(|offer| (offer["sku"].as_str().unwrap().to_owned(), offer["quantity"].as_i64().unwrap())).collect()
    }
}

pub(super) fn renamed(world: &World, id: i32, number: &str) {
    let number = number.to_owned();
    world.write(move |tx| {
        on!(&mut tx.conn, c => diesel::update(items::table.find(ItemId(id))).set(items::internal_item_number.eq(&number)).execute(c))?;
        Ok(())
    });
    world.mark(id, &[Topic::Content]);
}

/// Offers 1 to `count`, with 5 pieces each.
pub(super) fn list(world: &World, shop: &mut Shop, count: i32) {
    for id in 1..=count {
        world.add_offer(id, "{}");
        world.set_price(1, id, 99_000);
        world.set_stock(id, 1, 5);
        world.mark(id, &Topic::ALL);
    }
    shop.run();
}

pub(super) fn sold(world: &World) -> Vec<Option<ItemId>> {
    world
        .store
        .read(|conn| Ok(on!(conn, c => order_items::table.order(order_items::order_item_id).select(order_items::item_id).load(c))?))
        .unwrap()
}

pub(super) fn entry(sku: &str, quantity: i64) -> (String, i64) {
    (sku.to_owned(), quantity)
}

/// Channels that change SKUs, and such that do not.
const CHANNELS: [&str; 2] = ["", "lacks = [\"renames\"]"];

#[test]
fn a_rename_in_the_middle_of_a_sale_sells_nothing_twice_and_leaves_one_listing() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            list(&world, &mut shop, 1);
            shop.ask("POST", "/orders?sku=SKU-1&quantity=2", "");
            renamed(&world, 1, "NEW");
            shop.run();
            assert_eq!(shop.running(), [entry("NEW", 3)], "{} {settings}", world.name);
            assert_eq!(sold(&world), [Some(ItemId(1))]);
            assert_eq!(world.offer(1).state, OfferState::Running);
            // An end finds it, too.
            world.write(|tx| unwant(tx, &[OfferId(1)], EndedBy::Call));
            world.mark(1, &[Topic::Listing]);
            shop.run();
            assert_eq!(shop.running(), []);
        });
    }
}

#[test]
fn an_end_after_a_rename_that_was_not_sent_yet_ends_the_old_listing() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            list(&world, &mut shop, 1);
            renamed(&world, 1, "NEW");
            world.write(|tx| unwant(tx, &[OfferId(1)], EndedBy::Call));
            world.mark(1, &[Topic::Listing]);
            shop.run();
            assert_eq!(shop.running(), [], "{} {settings}", world.name);
            assert_eq!(world.offer(1).state, OfferState::Ended);
        });
    }
}

#[test]
fn renames_while_the_channel_is_down_end_in_one_listing() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            list(&world, &mut shop, 1);
            for number in ["B", "C", "SKU-1", "D"] {
                shop.faults(r#"{"down":true}"#);
                renamed(&world, 1, number);
                shop.run();
                shop.faults(r#"{"down":false}"#);
            }
            shop.seconds += 2000;
            shop.run();
            assert_eq!(shop.running(), [entry("D", 5)], "{} {settings}", world.name);
            renamed(&world, 1, "SKU-1");
            shop.run();
            assert_eq!(shop.running(), [entry("SKU-1", 5)]);
        });
    }
}

#[test]
fn lost_answers_in_the_middle_of_renames_leave_one_listing() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            shop.faults(r#"{"die":{"calls":3}}"#);
            list(&world, &mut shop, 1);
            for number in ["B", "C"] {
                shop.faults(r#"{"die":{"calls":2}}"#);
                renamed(&world, 1, number);
                shop.run();
            }
            for _ in 0..4 {
                shop.seconds += 2000;
                shop.run();
            }
            assert_eq!(shop.running(), [entry("C", 5)], "{} {settings}", world.name);
        });
    }
}

#[test]
fn two_articles_that_swap_their_numbers_swap_their_skus() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            list(&world, &mut shop, 2);
            world.set_stock(2, 1, 9);
            world.mark(2, &[Topic::Quantity]);
            shop.run();
            renamed(&world, 1, "SKU-2");
            renamed(&world, 2, "SKU-1");
            shop.run();
            shop.run();
            assert_eq!(shop.running(), [entry("SKU-1", 9), entry("SKU-2", 5)], "{} {settings}", world.name);
            shop.ask("POST", "/orders?sku=SKU-2&quantity=1", "");
            shop.run();
            assert_eq!(sold(&world), [Some(ItemId(1))]);
        });
    }
}

#[test]
fn a_rename_while_a_task_is_open_follows_it() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            shop.faults(r#"{"tasks":{"polls":3}}"#);
            list(&world, &mut shop, 1);
            renamed(&world, 1, "NEW");
            shop.run();
            shop.run();
            shop.run();
            assert_eq!(shop.running(), [entry("NEW", 5)], "{} {settings}", world.name);
        });
    }
}

#[test]
fn an_order_under_a_former_sku_finds_its_article() {
    for settings in CHANNELS {
        everywhere(|world| {
            let mut shop = Shop::open(&world, settings);
            list(&world, &mut shop, 1);
            renamed(&world, 1, "NEW");
            shop.run();
            // It was placed before, and the channel shows it late and without its number.
            shop.ask("POST", "/orders", r#"{"lines":[{"sku":"SKU-1","quantity":1}],"unchecked":true}"#);
            shop.run();
            assert_eq!(sold(&world), [Some(ItemId(1))], "{} {settings}", world.name);
        });
    }
}

#[test]
fn an_old_listing_whose_end_is_in_a_forgotten_task_does_not_come_back() {
    for (polls, forget) in [(3, "done"), (1, "undone"), (1, "done"), (3, "undone")] {
        for settings in CHANNELS {
            everywhere(|world| {
                let mut shop = Shop::open(&world, settings);
                list(&world, &mut shop, 1);
                shop.faults(&format!(r#"{{"tasks":{{"polls":{polls},"forget":"{forget}","calls":2}}}}"#));
                renamed(&world, 1, "NEW");
                // The stock comes while the end is in the task, and before.
                shop.step();
                world.set_stock(1, 1, 8);
                world.mark(1, &[Topic::Quantity]);
                for _ in 0..5 {
                    shop.run();
                }
                assert_eq!(shop.running(), [entry("NEW", 8)], "{} {settings} {polls} {forget}", world.name);
                assert_eq!(world.offer(1).state, OfferState::Running);
            });
        }
    }
}
