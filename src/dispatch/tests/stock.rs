//! Stock control at the channel: what is told, what is not, and what lost answers and kills leave behind.

use diesel::prelude::*;

use super::script::unavailable;
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::OfferChange;
use crate::domain::offer::Wanted;
use crate::domain::{ItemId, OfferId};
use crate::on;
use crate::store::items::{StockValues, set_stock_values};
use crate::store::offers::{self, EndedBy, OfferState, unwant, want};
use crate::store::outbox::{self, Topic};
use crate::store::schema::items;

/// The item's settings in the account of the tests.
fn settings(primary: u8, placing: &str, refill: &str) -> String {
    let settings = format!(
        "<listing_settings><primary>{primary}</primary><placing_count>{placing}</placing_count><refill_count>{refill}</refill_count></listing_settings>"
    );
    let blocks = format!(
        "<any_item_data><account_specific_data><account_specific><account_id>{ACCOUNT}</account_id>{settings}</account_specific></account_specific_data></any_item_data>"
    );
    serde_json::json!({ "specific_item_data": blocks }).to_string()
}

/// An offer of item 1 that is listed with all that rule 1 allows.
fn listed(world: &World, data: &str, refill_from: Option<i32>, stock: i32) {
    world.add_offer(1, data);
    world.set_price(1, 1, 99_000);
    world.set_stock(1, 1, stock);
    world.write(move |tx| {
        let offer = offers::by_ids(&mut tx.conn, &[OfferId(1)])?.pop().unwrap();
        offers::keep_preparation(tx, &crate::store::offers::OfferRow { wanted: Wanted::Ended, ..offer }, refill_from, None)
    });
    world.mark(1, &[Topic::Listing]);
    run(&mut world.worker(), later(0));
    world.script.take_submits();
}

/// The stock becomes this, and the channel is told what has to be.
fn stock(world: &World, count: i32) -> Vec<OfferChange> {
    world.set_stock(1, 1, count);
    told(world, 0)
}

/// What the channel is told so many seconds from now.
fn told(world: &World, seconds: i64) -> Vec<OfferChange> {
    world.mark(1, &[Topic::Quantity]);
    run(&mut world.worker(), later(seconds));
    world.script.take_submits().into_iter().flatten().collect()
}

fn sold(world: &World, pieces: i32) {
    world.write(move |tx| offers::sold(tx, OfferId(1), pieces));
}

fn quantities(told: &[OfferChange]) -> Vec<Option<i32>> {
    told.iter().map(|change| change.quantity.map(|quantity| quantity.offered)).collect()
}

#[test]
fn an_offer_without_stock_is_ended_and_listed_again_with_the_stock() {
    everywhere(|world| {
        listed(&world, "{}", None, 5);
        let change = stock(&world, 0).remove(0);
        assert_eq!(change.wanted, Wanted::Ended, "{}", world.name);
        let offer = world.offer(1);
        assert_eq!((offer.state, offer.ended_by, offer.wanted), (OfferState::Ended, EndedBy::Stock, Wanted::Running));
        assert_eq!((offer.open_quantity, offer.open_at_most), (Some(0), Some(0)));
        assert!(stock(&world, -1).is_empty(), "it is ended already");
        assert_eq!(world.messages().iter().filter(|message| message.code == "OUT_OF_STOCK").count(), 1);

        let change = stock(&world, 3).remove(0);
        assert_eq!(change.wanted, Wanted::Running);
        assert!(change.content.is_some() && change.price.is_some(), "a listing says everything");
        assert_eq!(change.quantity.unwrap().offered, 3);
        let offer = world.offer(1);
        assert_eq!((offer.state, offer.ended_by, offer.open_quantity), (OfferState::Running, EndedBy::Nobody, Some(3)));
    });
}

#[test]
fn what_a_call_ended_stays_ended_when_stock_comes() {
    everywhere(|world| {
        listed(&world, "{}", None, 5);
        world.write(|tx| unwant(tx, &[OfferId(1)], EndedBy::Call));
        world.mark(1, &[Topic::Listing]);
        run(&mut world.worker(), later(0));
        world.script.take_submits();
        let touched = world.write(|tx| outbox::mark_items(tx, &[ItemId(1)], &[Topic::Quantity]));
        assert!(touched.is_empty());
        assert!(stock(&world, 9).is_empty());
        assert_eq!((world.offer(1).state, world.offer(1).ended_by), (OfferState::Ended, EndedBy::Call));
    });
}

#[test]
fn an_offer_that_is_uploaded_without_stock_waits_for_it() {
    everywhere(|world| {
        listed(&world, "{}", None, 0);
        let offer = world.offer(1);
        assert_eq!((offer.state, offer.ended_by), (OfferState::Prepared, EndedBy::Stock), "{}", world.name);
        assert!(world.rows(1).is_empty());
        assert_eq!(world.messages()[0].code, "OUT_OF_STOCK");
        assert!(!offer.may_run());
        assert_eq!(quantities(&stock(&world, 2)), [Some(2)]);
        assert_eq!(world.offer(1).state, OfferState::Running);
    });
}

#[test]
fn a_shop_that_keeps_sold_out_articles_is_told_zero() {
    everywhere(|world| {
        world.script.keeps_sold_out();
        listed(&world, "{}", None, 5);
        let change = stock(&world, 0).remove(0);
        assert_eq!((change.wanted, change.quantity.unwrap().offered), (Wanted::Running, 0));
        assert_eq!(world.offer(1).state, OfferState::Running);
        assert_eq!(quantities(&stock(&world, 2)), [Some(2)]);
    });
}

#[test]
fn a_shop_offers_again_what_stock_had_ended_whatever_its_threshold() {
    everywhere(|world| {
        world.script.keeps_sold_out();
        listed(&world, &settings(0, "6", "0"), Some(0), 50);
        assert_eq!(quantities(&stock(&world, 0)), [Some(0)]);
        assert_eq!(quantities(&stock(&world, 30)), [Some(6)], "{}", world.name);
        sold(&world, 6);
        assert!(stock(&world, 24).is_empty(), "what buyers sold down stays so");

        world.script.on_submit(|_| Err(unavailable(None)));
        stock(&world, 0);
        world.set_stock(1, 1, 9);
        assert_eq!(quantities(&told(&world, 5_000)), [Some(6)], "also where nobody knows whether the shop heard of the end");
    });
    everywhere(|world| {
        world.script.keeps_sold_out();
        listed(&world, &settings(0, "6", "0"), Some(0), 0);
        assert_eq!(quantities(&stock(&world, 30)), [Some(6)], "a listing without stock is no sale");
    });
}

#[test]
fn the_safety_stock_ends_all_but_the_primary_account() {
    everywhere(|world| {
        listed(&world, "{}", None, 9);
        world.write(|tx| set_stock_values(tx, ItemId(1), StockValues { safety_stock: Some(3), minimum_stock: Some(1) }, "test"));
        assert_eq!(quantities(&stock(&world, 4)), [Some(3)]);
        assert_eq!(stock(&world, 3)[0].wanted, Wanted::Ended);
    });
    everywhere(|world| {
        listed(&world, &settings(1, "", ""), None, 9);
        world.write(|tx| set_stock_values(tx, ItemId(1), StockValues { safety_stock: Some(3), minimum_stock: Some(1) }, "test"));
        assert_eq!(quantities(&stock(&world, 3)), [Some(2)]);
        assert_eq!(stock(&world, 1)[0].wanted, Wanted::Ended);
    });
}

#[test]
fn an_offer_is_filled_up_at_its_threshold_and_not_before() {
    everywhere(|world| {
        listed(&world, &settings(0, "10", "8"), Some(8), 100);
        assert_eq!(world.offer(1).shown_quantity, Some(10));
        sold(&world, 1);
        assert!(stock(&world, 99).is_empty(), "9 are left");
        assert!(world.rows(1).is_empty(), "and that is settled");
        sold(&world, 1);
        assert_eq!(quantities(&stock(&world, 98)), [Some(10)]);
        assert_eq!(world.offer(1).open_quantity, Some(10));
    });
}

#[test]
fn an_upload_fills_up_whatever_is_left() {
    everywhere(|world| {
        listed(&world, &settings(0, "10", "0"), Some(0), 100);
        sold(&world, 10);
        assert!(stock(&world, 90).is_empty(), "threshold 0 is never refilled");
        world.write(|tx| want(tx, &[OfferId(1)]));
        world.mark(1, &Topic::ALL);
        assert_eq!(quantities(&told(&world, 0)), [Some(10)]);
    });
}

#[test]
fn a_refill_whose_answer_is_lost_is_not_forgotten() {
    everywhere(|world| {
        listed(&world, &settings(0, "10", "4"), Some(4), 100);
        sold(&world, 6);
        world.script.on_submit(|_| Err(unavailable(None)));
        stock(&world, 94);
        assert_eq!((world.offer(1).open_quantity, world.offer(1).open_at_most), (Some(4), Some(10)));
        // Now 6 are left; the channel may show 10, though 4 were confirmed.
        world.set_stock(1, 1, 6);
        assert_eq!(quantities(&told(&world, 5_000)), [Some(6)], "{}", world.name);
    });
}

#[test]
fn an_end_whose_answer_is_lost_is_followed_by_a_listing() {
    everywhere(|world| {
        listed(&world, "{}", None, 5);
        world.script.on_submit(|_| Err(unavailable(None)));
        stock(&world, 0);
        assert_eq!((world.offer(1).state, world.offer(1).ended_by), (OfferState::Running, EndedBy::Stock));
        world.set_stock(1, 1, 2);
        let change = told(&world, 5_000).remove(0);
        assert!(change.content.is_some(), "a quantity alone would not list it again");
        assert_eq!(world.offer(1).ended_by, EndedBy::Nobody);
    });
}

#[test]
fn a_listing_whose_answer_is_lost_is_ended_when_the_stock_is_gone() {
    everywhere(|world| {
        world.script.on_submit(|_| Err(unavailable(None)));
        listed(&world, "{}", None, 5);
        assert!(world.offer(1).may_run());
        world.set_stock(1, 1, 0);
        let told = told(&world, 5_000);
        assert_eq!(told[0].wanted, Wanted::Ended, "{}", world.name);
        assert_eq!(world.offer(1).state, OfferState::Ended);
    });
}

#[test]
fn an_offer_that_is_deleted_before_its_listing_is_not_listed() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.write(|tx| offers::delete(tx, &[OfferId(1)]));
        let gone = world.write(|tx| offers::announce(tx, &[(OfferId(1), offers::Announced::Quantity(5))]));
        assert_eq!(gone, [1]);
    });
}

#[test]
fn a_quantity_is_told_anew_when_the_channel_moved_its_stock() {
    everywhere(|world| {
        listed(&world, &settings(0, "10", "3"), Some(3), 100);
        assert!(stock(&world, 99).is_empty());
        world.write(|tx| offers::moved(tx, OfferId(1)));
        assert_eq!(quantities(&stock(&world, 99)), [Some(10)]);
        assert!(stock(&world, 98).is_empty());
    });
}

#[test]
fn a_quantity_is_decided_by_columns_without_reading_the_document() {
    everywhere(|world| {
        listed(&world, "{}", None, 5);
        world.write(|tx| {
            on!(&mut tx.conn, c => diesel::update(items::table.find(1)).set(items::data.eq("[")).execute(c))?;
            Ok(())
        });
        assert_eq!(quantities(&stock(&world, 3)), [Some(3)], "{}", world.name);
    });
}
