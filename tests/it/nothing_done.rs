//! A channel that says "done" and did nothing: what it accepted is told apart from what it shows, and a comparison finds the
//! difference, reports it and repairs it.

use serde_json::{Value, json};

use crate::erp::{Erp, everywhere};
use crate::words::ACCOUNT;
use crate::world::{World, eventually};

/// SKU, price and quantity of what buyers see.
fn shown(world: &World) -> Vec<(String, String, i64)> {
    let offers = world.sandbox_get("/offers");
    let running = offers["offers"].as_array().expect("offers").iter().filter(|offer| offer["running"] == true);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    running.map(|offer| (text(&offer["sku"]), text(&offer["price"]), offer["quantity"].as_i64().unwrap_or_default())).collect()
}

fn one(sku: &str, price: &str, quantity: i64) -> Vec<(String, String, i64)> {
    vec![(sku.to_owned(), price.to_owned(), quantity)]
}

/// Compares, and repairs if asked to. Gives the codes of the messages that it added about the article.
fn compare(erp: &Erp<'_>, item_id: i32, repair: bool) -> Vec<String> {
    let before = erp.messages(item_id).len();
    erp.done(
        "syncPlatformItems",
        &format!(
            "<accounts><account_id>{ACCOUNT}</account_id></accounts><repair>{repair}</repair><process_synchronous>true</process_synchronous>"
        ),
        &format!("<accountIds><item>{ACCOUNT}</item></accountIds><repair>{repair}</repair><processSynchronous>true</processSynchronous>"),
    );
    let mut messages = erp.messages(item_id);
    messages.sort_by_key(|message| message.number("message_id"));
    messages.into_iter().skip(before).map(|message| message.must("code").to_owned()).collect()
}

/// What differs is reported, and only then repaired: the shop shows this in the end, and nothing differs any more.
fn found_and_repaired(world: &World, erp: &Erp<'_>, item_id: i32, code: &str, right: &[(String, String, i64)]) {
    let wrong = shown(world);
    assert_ne!(wrong, right, "{code}: the shop did nothing");
    assert_eq!(compare(erp, item_id, false), [code]);
    assert_eq!(shown(world), wrong, "{code}: nothing is changed unasked");
    assert_eq!(compare(erp, item_id, true), [code]);
    eventually(&format!("{code} is repaired"), || {
        let now = shown(world);
        if now == right { Ok(()) } else { Err(format!("{now:?}")) }
    });
    eventually(&format!("nothing differs after {code}"), || {
        let codes = compare(erp, item_id, false);
        if codes.is_empty() { Ok(()) } else { Err(format!("{codes:?}")) }
    });
}

#[test]
fn a_success_that_did_nothing_is_found_reported_and_repaired() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let ignore = |sku: &str| world.sandbox("/faults", &json!({ "ignore": [{ "sku": sku, "calls": 1 }] }));
        ignore("MUG");
        let offer_id = erp.list("MUG", "9.90", 5);
        let item_id = erp.item("MUG", "Article MUG");
        assert_eq!(erp.offer(offer_id).0, "RUNNING", "{database:?} {face:?}: so the channel said");
        found_and_repaired(&world, &erp, item_id, "OFFER_MISSING", &one("MUG", "9.90", 5));

        ignore("MUG");
        erp.price("MUG", "12.50");
        found_and_repaired(&world, &erp, item_id, "OFFER_PRICE_DIFFERS", &one("MUG", "12.50", 5));

        ignore("MUG");
        erp.stock("MUG", 2, true);
        found_and_repaired(&world, &erp, item_id, "OFFER_QUANTITY_DIFFERS", &one("MUG", "12.50", 2));

        ignore("CUP");
        erp.done(
            "updateItems",
            &format!(
                "<item significant_key=\"item_id\"><mandator_id>1</mandator_id><item_id>{item_id}</item_id><internal_item_number>CUP</internal_item_number></item>"
            ),
            &format!(
                "<items><item><significantKey>ITEM_ID</significantKey><mandatorId>1</mandatorId><itemId>{item_id}</itemId><internalItemNumber>CUP</internalItemNumber></item></items>"
            ),
        );
        found_and_repaired(&world, &erp, item_id, "OFFER_SKU_DIFFERS", &one("CUP", "12.50", 2));

        ignore("CUP");
        erp.done(
            "endOffers",
            &format!("<offers><offer_id>{offer_id}</offer_id></offers><process_synchronous>true</process_synchronous>"),
            &format!("<offerIds><item>{offer_id}</item></offerIds><processSynchronous>true</processSynchronous>"),
        );
        assert_eq!(erp.offer(offer_id).0, "ENDED", "so the channel said");
        found_and_repaired(&world, &erp, item_id, "OFFER_UNWANTED", &[]);
    });
}

#[test]
fn what_a_channel_accepted_is_not_shown_as_live() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        world.sandbox("/faults", &json!({ "tasks": { "polls": 3 } }));
        erp.item("MUG", "Article MUG");
        erp.price("MUG", "9.90");
        erp.stock("MUG", 5, true);
        let offer_id = erp.prepare("MUG");
        erp.upload(offer_id, false);
        let state = |field: &str| {
            let answer = erp.done(
                "fetchOfferState",
                &format!(
                    "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><offer_id filter_method=\"=\" filter_value=\"{offer_id}\"/></filter>"
                ),
                &format!(
                    "<filters><item><mandatorId><value>1</value></mandatorId><offerId><value>{offer_id}</value></offerId></item></filters>"
                ),
            );
            answer.having("wanted")[0].get(field).map(str::to_uppercase)
        };
        eventually("the channel has accepted it", || state("accepted_at").map(drop).ok_or_else(|| "not yet".to_owned()));
        if shown(&world).is_empty() {
            assert_ne!(state("offer_status").as_deref(), Some("RUNNING"), "{database:?} {face:?}: accepted is not live");
        }
        eventually("the channel shows it", || match state("offer_status").as_deref() {
            Some("RUNNING") => Ok(()),
            other => Err(format!("{other:?}")),
        });
        assert_eq!((shown(&world), state("accepted_at")), (one("MUG", "9.90", 5), None));
    });
}
