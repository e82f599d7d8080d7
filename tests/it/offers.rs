//! The life of offers, and what stock does to them, from outside.

use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use kontor::operations::Face;
use serde_json::{Value, json};

use crate::config::{Config, Shop};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{Database, World, databases, eventually};

fn call(erp: &Erp<'_>, operation: &str, compat: &str, typed: &str) -> Element {
    let reply = erp.send(&erp.document(operation, compat, typed), &[]);
    assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
    erp.read(&reply)
}

/// A call about one offer; gives the return codes.
fn about(erp: &Erp<'_>, operation: &str, offer: i32) -> Vec<String> {
    let synchronous = operation != "deleteOffers";
    let (compat, typed) = match synchronous {
        true => ("<process_synchronous>true</process_synchronous>", "<processSynchronous>true</processSynchronous>"),
        false => ("", ""),
    };
    let answer = call(
        erp,
        operation,
        &format!("<offers><offer_id>{offer}</offer_id></offers>{compat}"),
        &format!("<offerIds><item>{offer}</item></offerIds>{typed}"),
    );
    answer.having("return_code").into_iter().map(|report| report.must("return_code").to_owned()).collect()
}

/// What fetchOffers says about an offer.
fn fetched(erp: &Erp<'_>, offer: i32) -> Option<Element> {
    let answer = call(
        erp,
        "fetchOffers",
        &format!(
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><offer_id filter_method=\"=\" filter_value=\"{offer}\"/></filter>"
        ),
        &format!("<filters><item><mandatorId><value>1</value></mandatorId><offerId><value>{offer}</value></offerId></item></filters>"),
    );
    answer.having("offer_status").first().map(|offer| (*offer).clone())
}

/// State and who ended it.
fn state(erp: &Erp<'_>, offer: i32) -> (String, String) {
    let offer = fetched(erp, offer).expect("the offer");
    (offer.must("offer_status").to_lowercase(), offer.get("ended_by").unwrap_or_default().to_lowercase())
}

fn shown(world: &World, sku: &str) -> (bool, i64) {
    let offer = world.sandbox_get(&format!("/offers/{sku}"));
    (offer["running"] == true, offer["quantity"].as_i64().unwrap_or(-1))
}

fn wait_for(world: &World, sku: &str, wanted: (bool, i64)) {
    eventually(&format!("{sku} shows {wanted:?}"), || {
        let shown = shown(world, sku);
        if shown == wanted { Ok(()) } else { Err(format!("{shown:?}")) }
    });
}

fn buy(world: &World, sku: &str, quantity: i32) {
    world.sandbox("/orders", &json!({"lines": [{"sku": sku, "quantity": quantity}]}));
}

/// Sets the listing settings of an article in the sandbox.
fn settings(erp: &Erp<'_>, number: &str, primary: bool, placing: i32, refill: i32) {
    let block = format!(
        "<any_item_data><account_specific_data><account_specific><account_id>1000</account_id><listing_settings><primary>{}</primary><placing_count>{placing}</placing_count><refill_count>{refill}</refill_count></listing_settings></account_specific></account_specific_data></any_item_data>",
        i32::from(primary)
    );
    let escaped = crate::world::escape(&block);
    let key = format!(
        "<mandator_id>1</mandator_id><identifier>{number}</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id>"
    );
    let answer = call(
        erp,
        "updateItems",
        &format!("<item significant_key=\"internal_item_number\">{key}<specific_item_data>{block}</specific_item_data></item>"),
        &format!(
            "<items><item><mandatorId>1</mandatorId><identifier>{number}</identifier><internalItemNumber>{number}</internalItemNumber><taxTypeId>3</taxTypeId><specificItemData>{escaped}</specificItemData></item></items>"
        ),
    );
    assert_eq!(answer.having("return_code")[0].must("return_code"), "0", "{answer:?}");
}

#[test]
fn an_offer_lives_from_its_preparation_to_its_removal() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let offer = erp.list("MUG", "9.90", 5);
        assert_eq!(state(&erp, offer), ("running".into(), String::new()));
        assert_eq!(about(&erp, "relistOffers", offer), ["-5005"], "it runs");
        assert_eq!(about(&erp, "deleteOffers", offer), ["-5005"], "it runs");
        assert_eq!(about(&erp, "updateOffers", offer), ["0"]);

        assert_eq!(about(&erp, "endOffers", offer), ["0"]);
        assert_eq!(state(&erp, offer), ("ended".into(), "call".into()));
        assert!(!shown(&world, "MUG").0);
        erp.stock("MUG", 9, true);
        assert_eq!(state(&erp, offer), ("ended".into(), "call".into()), "stock does not bring it back");
        assert_eq!(about(&erp, "updateOffers", offer), ["-5005"], "it has ended");

        assert_eq!(about(&erp, "relistOffers", offer), ["0"]);
        assert_eq!(shown(&world, "MUG"), (true, 9), "{database:?} {face:?}");
        assert_eq!(about(&erp, "endOffers", offer), ["0"]);
        assert_eq!(about(&erp, "deleteOffers", offer), ["0"]);
        assert!(fetched(&erp, offer).is_none());
        assert_ne!(erp.prepare("MUG"), offer, "a number is never given twice");
        assert_eq!(about(&erp, "deleteOffers", offer), ["-4009"]);
    });
}

#[test]
fn stock_ends_an_offer_and_brings_it_back() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let offer = erp.list("MUG", "9.90", 3);
        erp.stock("MUG", 0, true);
        wait_for(&world, "MUG", (false, 0));
        eventually("the end is known", || {
            let state = state(&erp, offer);
            if state == ("ended".into(), "stock".into()) { Ok(()) } else { Err(format!("{state:?}")) }
        });
        assert_eq!(fetched(&erp, offer).unwrap().must("wanted"), "true");
        erp.stock("MUG", 4, false);
        wait_for(&world, "MUG", (true, 4));
        let item = erp.item("MUG", "Article MUG");
        assert!(erp.messages(item).iter().any(|message| message.must("code") == "OUT_OF_STOCK"), "{database:?} {face:?}");
    });
}

#[test]
fn an_offer_uploaded_without_stock_waits_for_it() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        erp.price("MUG", "9.90");
        let offer = erp.prepare("MUG");
        assert_eq!(about(&erp, "uploadOffers", offer), ["0"], "that is no error");
        assert_eq!(state(&erp, offer), ("prepared".into(), "stock".into()), "{database:?} {face:?}");
        erp.stock("MUG", 2, true);
        wait_for(&world, "MUG", (true, 2));
        assert_eq!(about(&erp, "deleteOffers", offer), ["-5005"]);
    });
}

#[test]
fn an_offer_is_filled_up_at_its_frozen_threshold() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        settings(&erp, "MUG", true, 10, 8);
        let offer = erp.list("MUG", "9.90", 100);
        assert_eq!(shown(&world, "MUG"), (true, 10), "no more than the listing quantity");
        settings(&erp, "MUG", true, 10, 2);
        assert_eq!(fetched(&erp, offer).unwrap().must("refill_count"), "8", "frozen");

        buy(&world, "MUG", 1);
        erp.sync();
        erp.stock("MUG", 99, true);
        assert_eq!(fetched(&erp, offer).unwrap().must("open_quantity"), "9", "{database:?} {face:?}");
        assert_eq!(shown(&world, "MUG"), (true, 9), "not yet");
        buy(&world, "MUG", 1);
        erp.sync();
        wait_for(&world, "MUG", (true, 10));
        erp.stock("MUG", 4, true);
        // Two are reserved.
        wait_for(&world, "MUG", (true, 2));
    });
}

#[test]
fn safety_and_minimum_stock_come_with_the_stock() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let values = |safety: i32, minimum: i32, count: i32| {
            let answer = call(
                &erp,
                "updateStockCount",
                &format!(
                    "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>MUG</internal_item_number><safety_stock>{safety}</safety_stock><minimum_stock>{minimum}</minimum_stock><stock_items><stock_item><warehouse_code>standard</warehouse_code><stock_count>{count}</stock_count><absolute>true</absolute></stock_item></stock_items></item>"
                ),
                &format!(
                    "<items><item><mandatorId>1</mandatorId><internalItemNumber>MUG</internalItemNumber><safetyStock>{safety}</safetyStock><minimumStock>{minimum}</minimumStock><stockItems><item><warehouseCode>standard</warehouseCode><stockCount>{count}</stockCount><absolute>true</absolute></item></stockItems></item></items>"
                ),
            );
            answer.having("return_code")[0].must("return_code").to_owned()
        };
        erp.list("MUG", "9.90", 10);
        assert_eq!(values(5, 2, 10), "0");
        wait_for(&world, "MUG", (true, 8));
        assert_eq!(values(5, 2, 5), "0");
        wait_for(&world, "MUG", (false, 0));
        settings(&erp, "MUG", true, 100, 0);
        wait_for(&world, "MUG", (true, 3));
        assert_eq!(values(5, -2, 7), "-3010", "{database:?} {face:?}");
        assert_eq!(erp.stock_of("MUG").0, 5, "nothing of a bad record is taken");
    });
}

#[test]
fn reservations_are_listed_until_the_order_is_shipped() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 5);
        buy(&world, "MUG", 2);
        erp.sync();
        let reservations = || {
            let answer = call(
                &erp,
                "fetchStockReservations",
                "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><internal_item_number filter_method=\"=\" filter_value=\"MUG\"/><warehouse_code filter_method=\"=\" filter_value=\"STANDARD\"/></filter>",
                "<filters><item><mandatorId><value>1</value></mandatorId><internalItemNumber><value>MUG</value></internalItemNumber><warehouseCode><value>STANDARD</value></warehouseCode></item></filters>",
            );
            answer.having("reserved_count").into_iter().cloned().collect::<Vec<_>>()
        };
        let listed = reservations();
        assert_eq!(listed.len(), 1, "{database:?} {face:?}: {listed:?}");
        let order = &erp.new_orders()[0];
        assert_eq!((listed[0].number("reserved_count"), listed[0].number("order_id")), (2, order.order_id));
        erp.number_order(order.order_id, "ERP-1");
        erp.status("ERP-1", "PAID", None);
        erp.status("ERP-1", "SHIPPED", Some("T-1"));
        assert!(reservations().is_empty());
    });
}

#[test]
fn an_offer_is_released_at_its_time() {
    for database in databases() {
        let world = World::configured(database, &Config::default().text());
        let erp = Erp::on(&world, Face::Typed);
        let offers: Vec<i32> = ["MUG", "PLATE"]
            .into_iter()
            .map(|number| {
                erp.item(number, number);
                erp.price(number, "9.90");
                erp.stock(number, 5, true);
                erp.prepare(number)
            })
            .collect();
        let release = |offer: i32, time: String| {
            let answer = call(&erp, "uploadOffers", "", &format!("<offerIds><item>{offer}</item></offerIds><releaseAt>{time}</releaseAt>"));
            assert_eq!(answer.having("return_code")[0].must("return_code"), "0", "{answer:?}");
        };
        let soon = (Utc::now() + Duration::from_secs(2)).to_rfc3339_opts(SecondsFormat::Secs, true);
        release(offers[0], soon.clone());
        release(offers[1], soon.clone());
        assert_eq!(fetched(&erp, offers[0]).unwrap().must("release_at"), soon);
        assert_eq!(state(&erp, offers[0]), ("prepared".into(), String::new()));
        assert_eq!(about(&erp, "endOffers", offers[1]), ["0"], "withdrawn");
        assert_eq!(fetched(&erp, offers[1]).unwrap().get("release_at"), None);
        eventually("the release", || if state(&erp, offers[0]).0 == "running" { Ok(()) } else { Err(String::new()) });
        assert_eq!(shown(&world, "MUG"), (true, 5), "{database:?}");
        assert_eq!(state(&erp, offers[1]).0, "prepared");
    }
}

#[test]
fn a_platforms_further_fields_are_given_back() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        let block = "<sandbox_offer><mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>MUG</internal_item_number><listing_type>FixedPriceItem</listing_type></sandbox_offer>";
        let escaped = crate::world::escape(block);
        call(
            &erp,
            "prepareOffers",
            block,
            &format!(
                "<offers><item><mandatorId>1</mandatorId><accountId>1000</accountId><internalItemNumber>MUG</internalItemNumber><specificOfferData>{escaped}</specificOfferData></item></offers>"
            ),
        );
        let offer = erp.prepare("MUG");
        let answer = fetched(&erp, offer).unwrap();
        match face {
            Face::Compat => assert_eq!(answer.having("listing_type")[0].must("listing_type"), "FixedPriceItem", "{database:?}"),
            Face::Typed => assert_eq!(answer.must("specific_offer_data"), block, "{database:?}"),
        }
    });
}

/// Two shops on one stock.
fn two_shops(database: Database) -> World {
    World::configured(database, &Config { shops: &[Shop::FIRST, Shop::SECOND], ..Config::default() }.text())
}

#[test]
fn a_sale_in_one_shop_reduces_the_other_without_a_word_of_the_erp() {
    for database in databases() {
        let world = two_shops(database);
        let erp = Erp::on(&world, Face::Compat);
        erp.list("MUG", "9.90", 5);
        let prepared = call(
            &erp,
            "prepareOffers",
            "<offer><mandator_id>1</mandator_id><account_id>1001</account_id><internal_item_number>MUG</internal_item_number></offer>",
            "",
        );
        let offer = prepared.having("offer_id")[0].number("offer_id");
        assert_eq!(about(&erp, "uploadOffers", offer), ["0"]);
        let second = || -> Value {
            let reply = world.get("/sandbox/1001/offers/MUG");
            serde_json::from_str(&reply.body).unwrap_or_default()
        };
        assert_eq!(second()["quantity"], 5);
        buy(&world, "MUG", 1);
        eventually("the other shop shows 4", || if second()["quantity"] == 4 { Ok(()) } else { Err(second()["quantity"].to_string()) });
        buy(&world, "MUG", 4);
        eventually("the other shop has ended it", || if second()["running"] == false { Ok(()) } else { Err(second().to_string()) });
        wait_for(&world, "MUG", (false, 0));
    }
}

/// An account that lists by itself.
fn automatic(database: Database) -> World {
    World::configured(
        database,
        &Config::default().text().replace("connector = \"sandbox\"", "connector = \"sandbox\"\nlisting = \"automatic\""),
    )
}

/// Sets what `updateItems` shall change of an article.
fn set(erp: &Erp<'_>, number: &str, compat: &str, typed: &str) {
    let answer = call(
        erp,
        "updateItems",
        &format!(
            "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number>{compat}</item>"
        ),
        &format!("<items><item><mandatorId>1</mandatorId><internalItemNumber>{number}</internalItemNumber>{typed}</item></items>"),
    );
    assert_eq!(answer.having("return_code")[0].must("return_code"), "0", "{answer:?}");
}

#[test]
fn an_account_lists_ends_and_lists_again_without_a_call() {
    everywhere(|database, face| {
        let world = automatic(database);
        let erp = Erp::on(&world, face);
        erp.item("MUG", "Mug");
        erp.stock("MUG", 5, true);
        assert!(world.sandbox_get("/offers")["offers"].as_array().unwrap().is_empty(), "no price, no offer");
        erp.price("MUG", "9.90");
        wait_for(&world, "MUG", (true, 5));
        set(&erp, "MUG", "<active>false</active>", "<active>false</active>");
        wait_for(&world, "MUG", (false, 5));
        set(&erp, "MUG", "<active>true</active>", "<active>true</active>");
        wait_for(&world, "MUG", (true, 5));

        // A price in the item's own block is a price.
        let block = "<any_item_data><account_specific_data><account_specific><account_id>1000</account_id><standard_price>4.50</standard_price></account_specific></account_specific_data></any_item_data>";
        erp.item("CUP", "Cup");
        erp.stock("CUP", 3, true);
        let escaped = crate::world::escape(block);
        set(
            &erp,
            "CUP",
            &format!("<specific_item_data>{block}</specific_item_data>"),
            &format!("<specificItemData>{escaped}</specificItemData>"),
        );
        wait_for(&world, "CUP", (true, 3));
        assert_eq!(world.sandbox_get("/offers/CUP")["price"], "4.50", "{database:?}");

        // What a call has ended stays ended.
        let offer = erp.prepare("MUG");
        assert_eq!(about(&erp, "endOffers", offer), ["0"]);
        erp.price("MUG", "8.90");
        set(&erp, "MUG", "<active>true</active>", "<active>true</active>");
        erp.stock("MUG", 7, true);
        erp.stock("CUP", 2, true);
        wait_for(&world, "CUP", (true, 2));
        assert!(!shown(&world, "MUG").0);
    });
}
