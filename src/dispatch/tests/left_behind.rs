//! Listings that a channel still shows after the offer has left them: only those that Kontor made are ended.

use super::renames::{Shop, entry, list, renamed, sold};
use super::script::row;
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::{Listed, ListedOffer, Outcome};
use crate::domain::ItemId;
use crate::domain::offer::Wanted;
use crate::store::accounts;
use crate::store::outbox::Topic;

const NO_RENAMES: &str = "lacks = [\"renames\"]";

fn reconcile(world: &World, shop: &mut Shop, repair: bool) -> Vec<String> {
    let before = world.messages().len();
    world.write(move |tx| accounts::want_reconciliation(tx, ACCOUNT, repair, false));
    shop.run();
    world.messages().into_iter().skip(before).map(|message| message.code).collect()
}

#[test]
fn a_listing_whose_end_did_nothing_is_reported_and_then_ended() {
    for faults in ["{}", r#"{"tasks":{"polls":1}}"#] {
        everywhere(|world| {
            let mut shop = Shop::open(&world, NO_RENAMES);
            list(&world, &mut shop, 1);
            shop.faults(r#"{"ignore":[{"sku":"SKU-1","calls":1}]}"#);
            renamed(&world, 1, "NEW");
            shop.run();
            assert_eq!(shop.running(), [entry("NEW", 5), entry("SKU-1", 5)], "{}: the shop kept the old one", world.name);
            shop.faults(faults);
            assert_eq!(reconcile(&world, &mut shop, false), ["OFFER_UNWANTED"], "{} {faults}", world.name);
            assert_eq!(shop.running().len(), 2, "nothing is done unasked");
            shop.ask("POST", "/orders?sku=SKU-1&quantity=2", "");
            assert_eq!(reconcile(&world, &mut shop, true), ["OFFER_UNWANTED"]);
            shop.run();
            assert_eq!(shop.running(), [entry("NEW", 3)], "{} {faults}", world.name);
            assert_eq!(sold(&world), [Some(ItemId(1))]);
            assert!(reconcile(&world, &mut shop, true).is_empty(), "and then nothing differs");
        });
    }
}

#[test]
fn an_end_that_is_refused_or_fails_is_tried_again() {
    everywhere(|world| {
        let mut shop = Shop::open(&world, NO_RENAMES);
        list(&world, &mut shop, 1);
        shop.faults(r#"{"ignore":[{"sku":"SKU-1","calls":1}]}"#);
        renamed(&world, 1, "NEW");
        shop.run();
        shop.faults(r#"{"throttle":{"calls":1}}"#);
        world.write(|tx| accounts::want_reconciliation(tx, ACCOUNT, true, false));
        for _ in 0..4 {
            shop.seconds += 2000;
            shop.run();
        }
        assert_eq!(shop.running(), [entry("NEW", 5)], "{}", world.name);
    });
}

#[test]
fn an_old_sku_that_another_article_has_now_is_not_touched() {
    everywhere(|world| {
        let mut shop = Shop::open(&world, NO_RENAMES);
        list(&world, &mut shop, 2);
        renamed(&world, 1, "NEW");
        shop.run();
        renamed(&world, 2, "SKU-1");
        shop.run();
        assert_eq!(shop.running(), [entry("NEW", 5), entry("SKU-1", 5)], "{}", world.name);
        assert!(reconcile(&world, &mut shop, true).is_empty(), "{}", world.name);
        assert_eq!(shop.running(), [entry("NEW", 5), entry("SKU-1", 5)]);
    });
}

#[test]
fn a_listing_of_the_merchant_under_a_former_sku_stays_his() {
    everywhere(|world| {
        let mut shop = Shop::open(&world, "");
        list(&world, &mut shop, 1);
        renamed(&world, 1, "NEW");
        shop.run();
        shop.ask("POST", "/offers/SKU-1", r#"{"title":"Mine","price":"5.00","quantity":2}"#);
        assert_eq!(reconcile(&world, &mut shop, true), ["OFFER_UNKNOWN"], "{}", world.name);
        assert_eq!(shop.running(), [entry("NEW", 5), entry("SKU-1", 2)]);
    });
}

#[test]
fn a_rename_that_did_nothing_is_seen_and_done_again() {
    everywhere(|world| {
        let mut shop = Shop::open(&world, "");
        list(&world, &mut shop, 1);
        shop.faults(r#"{"ignore":[{"sku":"NEW","calls":1}]}"#);
        renamed(&world, 1, "NEW");
        shop.run();
        assert_eq!(shop.running(), [entry("SKU-1", 5)], "{}", world.name);
        assert_eq!(reconcile(&world, &mut shop, false), ["OFFER_SKU_DIFFERS"]);
        assert_eq!(shop.running(), [entry("SKU-1", 5)]);
        assert_eq!(reconcile(&world, &mut shop, true), ["OFFER_SKU_DIFFERS"]);
        assert_eq!(shop.running(), [entry("NEW", 5)], "{}", world.name);
        assert!(reconcile(&world, &mut shop, true).is_empty());
    });
}

#[test]
fn a_sku_that_the_merchant_changed_where_none_can_be_is_ended_and_listed_again() {
    everywhere(|world| {
        let mut shop = Shop::open(&world, NO_RENAMES);
        list(&world, &mut shop, 1);
        shop.ask("POST", "/offers/SKU-1", r#"{"sku":"MINE"}"#);
        assert_eq!(reconcile(&world, &mut shop, true), ["OFFER_SKU_DIFFERS"], "{}", world.name);
        shop.run();
        assert_eq!(shop.running(), [entry("SKU-1", 5)], "{}", world.name);
    });
}

#[test]
fn without_numbers_of_the_channel_a_former_sku_names_the_listing() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.set_price(1, 1, 99_000);
        world.set_stock(1, 1, 5);
        world.mark(1, &[Topic::Listing]);
        world.script.on_submit(|changes| Ok(changes.iter().map(|change| row(change, Outcome::done())).collect()));
        let mut worker = world.worker();
        worker.context.channel.capabilities.renames = false;
        run(&mut worker, later(0));
        renamed(&world, 1, "NEW");
        for seconds in [1, 5, 70, 140] {
            world.script.on_submit(|changes| Ok(changes.iter().map(|change| row(change, Outcome::done())).collect()));
            run(&mut worker, later(seconds));
        }
        world.script.take_submits();
        let shown = |sku: &str| ListedOffer {
            external_number: None,
            sku: Some(sku.to_owned()),
            ean: None,
            title: "Item 1".to_owned(),
            price: None,
            quantity: None,
            running: true,
            url: None,
        };
        let offers = vec![shown("NEW"), shown("SKU-1")];
        world.script.on_list(move |_| Ok(Listed { offers: offers.clone(), next: None }));
        world.write(|tx| accounts::want_reconciliation(tx, ACCOUNT, true, false));
        run(&mut worker, later(200));
        let ends: Vec<String> = world
            .script
            .take_submits()
            .into_iter()
            .flatten()
            .filter(|change| change.wanted == Wanted::Ended)
            .map(|change| change.sku)
            .collect();
        assert_eq!(ends, ["SKU-1"], "{}", world.name);
    });
}
