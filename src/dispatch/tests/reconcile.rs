//! Reconciliation with a channel in which somebody worked by hand.

use std::time::Duration;

use super::script::{row, unavailable};
use super::world::{ACCOUNT, World, channel_order, everywhere, later, run};
use crate::config::{Account, Reconciliation, Settings};
use crate::connectors::{Listed, ListedOffer, OfferChange, Outcome, Pulled};
use crate::dispatch::inbound::Imported;
use crate::dispatch::report::Report;
use crate::domain::offer::Wanted;
use crate::domain::order::ChannelOrder;
use crate::domain::{Currency, Decimal, Failure, MandatorId, Money, OfferId, Reader};
use crate::store::items::{self, KeyColumn};
use crate::store::offers::{self, EndedBy, OfferState, unwant};
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, accounts, next_ids};

/// Offers of these numbers run, as the channel confirmed: 9.90, 5 pieces.
fn listed(world: &World, ids: &[i32]) {
    for id in ids {
        world.add_offer(*id, "{}");
        world.set_price(1, *id, 99_000);
        world.set_stock(*id, 1, 5);
        world.mark(*id, &[Topic::Listing]);
    }
    run(&mut world.worker(), later(0));
    world.script.take_submits();
    world.script.take_calls();
}

/// The channel's picture of what `listed` made.
fn shown(id: i32) -> ListedOffer {
    ListedOffer {
        external_number: Some(format!("X-SKU-{id}")),
        sku: Some(format!("SKU-{id}")),
        ean: None,
        title: format!("Item {id}"),
        price: Some(Money::new(Decimal(99_000), Currency::EUR)),
        quantity: Some(5),
        running: true,
        url: None,
    }
}

fn page(world: &World, offers: Vec<ListedOffer>) {
    world.script.on_list(|_| Ok(Listed { offers, next: None }));
}

fn ask(world: &World, repair: bool, import: bool) {
    world.write(move |tx| accounts::want_reconciliation(tx, ACCOUNT, repair, import));
}

fn report(world: &World) -> Report {
    serde_json::from_str(&world.work().reconcile_report.unwrap()).unwrap()
}

/// Compares with a channel that shows these offers.
fn reconcile(world: &World, repair: bool, import: bool, offers: Vec<ListedOffer>) -> Report {
    page(world, offers);
    ask(world, repair, import);
    // A little later, so that what is marked on the way is due.
    run(&mut world.worker(), later(5));
    let work = world.work();
    assert!(work.reconcile_served >= work.reconcile_wanted, "{}", world.name);
    assert!(!work.reconcile_repair && !work.reconcile_import);
    report(world)
}

fn codes(world: &World) -> Vec<String> {
    world.messages().into_iter().map(|message| message.code).collect()
}

fn told(world: &World) -> Vec<OfferChange> {
    world.script.take_submits().into_iter().flatten().collect()
}

#[test]
fn a_channel_that_shows_what_is_known_is_left_alone() {
    everywhere(|world| {
        listed(&world, &[1, 2]);
        let report = reconcile(&world, true, true, vec![shown(1), shown(2)]);
        assert_eq!(report, Report { listed: 2, ..Report::default() }, "{}", world.name);
        assert!(codes(&world).is_empty() && told(&world).is_empty());
        assert_eq!(world.script.take_calls(), ["list", "pull"], "orders are collected after the last page");
    });
}

/// Offer 1 was changed by hand, offer 2 deleted, offer 3 is ended and somebody switched it on again.
fn tampered(world: &World) -> Vec<ListedOffer> {
    listed(world, &[1, 2, 3]);
    world.write(|tx| unwant(tx, &[OfferId(3)], EndedBy::Call));
    world.mark(3, &[Topic::Listing]);
    run(&mut world.worker(), later(0));
    world.script.take_submits();
    vec![ListedOffer { price: Some(Money::new(Decimal(10_000), Currency::EUR)), quantity: Some(50), ..shown(1) }, shown(3)]
}

#[test]
fn what_differs_is_told() {
    everywhere(|world| {
        let offers = tampered(&world);
        let expected = Report { listed: 2, missing: 1, unwanted: 1, price: 1, quantity: 1, ..Report::default() };
        assert_eq!(reconcile(&world, false, false, offers), expected, "{}", world.name);
        assert_eq!(codes(&world), ["OFFER_PRICE_DIFFERS", "OFFER_QUANTITY_DIFFERS", "OFFER_MISSING", "OFFER_UNWANTED"]);
        let first = &world.messages()[0];
        assert_eq!(
            (first.offer_id, first.text(Reader::ADMIN).as_str()),
            (Some(OfferId(1)), "the channel shows article SKU-1 at 1.00; last sent was 9.90")
        );
        assert!(told(&world).is_empty(), "and nothing is done");
        assert_eq!(world.offer(2).state, OfferState::Running);
    });
}

#[test]
fn what_differs_is_set_right_where_that_is_asked_for() {
    everywhere(|world| {
        let offers = tampered(&world);
        assert_eq!(reconcile(&world, true, false, offers).repaired, 3, "{}", world.name);
        let changes = told(&world);
        let of = |id: i32| changes.iter().find(|change| change.offer_id == OfferId(id)).unwrap();
        let first = of(1);
        assert_eq!((first.price.as_ref().unwrap().money.amount, first.quantity.unwrap().offered), (Decimal(99_000), 5));
        assert!(first.content.is_none(), "only what differs is sent");
        assert!(of(2).wanted == Wanted::Running && of(2).content.is_some(), "a missing offer is listed again");
        assert_eq!(of(3).wanted, Wanted::Ended);
        let offer = world.offer(2);
        assert_eq!((offer.state, offer.ended_by, offer.open_quantity), (OfferState::Running, EndedBy::Nobody, Some(5)));
        assert_eq!(reconcile(&world, true, false, vec![shown(1), shown(2)]), Report { listed: 2, ..Report::default() });
    });
}

#[test]
fn an_order_that_is_not_collected_yet_is_no_difference() {
    fn sold(tx: &mut Tx<'_>, _: &Settings, _: &Account, _: &ChannelOrder) -> Result<Imported, Failure> {
        offers::sold(tx, OfferId(1), 2)?;
        Ok(Imported::Unchanged)
    }
    let bought = |_: Option<&str>, _: &[String]| Ok(Pulled { orders: vec![channel_order("A-1")], cursor: "1".into(), more: false });
    everywhere(|world| {
        listed(&world, &[1]);
        page(&world, vec![ListedOffer { quantity: Some(3), ..shown(1) }]);
        world.script.on_pull(bought);
        ask(&world, false, false);
        let mut worker = world.worker();
        worker.rounds.orders.import = sold;
        run(&mut worker, later(0));
        assert_eq!(report(&world), Report { listed: 1, ..Report::default() }, "{}", world.name);
        let found = reconcile(&world, false, false, vec![ListedOffer { quantity: Some(2), ..shown(1) }]);
        assert_eq!(found.quantity, 1, "one piece less than all orders explain");
    });
}

#[test]
fn what_is_on_its_way_or_changed_meanwhile_is_no_difference() {
    everywhere(|world| {
        listed(&world, &[1, 2]);
        world.mark(1, &[Topic::Price]);
        world.script.on_submit(|changes| Ok(vec![row(&changes[0], Outcome::Later { after: None, reason: "busy".into() })]));
        let store = world.store.clone();
        world.script.on_list(move |_| {
            store.write(|tx| outbox::mark(tx, &[(OfferId(2), ACCOUNT, Topic::Quantity)])).unwrap();
            let old = |id| ListedOffer { price: Some(Money::new(Decimal(1), Currency::EUR)), ..shown(id) };
            Ok(Listed { offers: vec![old(1), old(2)], next: None })
        });
        ask(&world, true, false);
        run(&mut world.worker(), later(0));
        assert_eq!(report(&world), Report { listed: 2, left_out: 2, ..Report::default() }, "{}", world.name);
        assert!(codes(&world).is_empty());
    });
}

#[test]
fn a_fact_that_will_move_the_shops_stock_is_waited_for() {
    everywhere(|world| {
        listed(&world, &[1]);
        world.add_order(9, &[1]);
        world.add_fact(9, "k", "\"acknowledged\"");
        world.script.on_fact(|_| Ok(Outcome::Later { after: None, reason: "busy".into() }));
        let found = reconcile(&world, true, false, vec![ListedOffer { quantity: Some(4), ..shown(1) }]);
        assert_eq!((found.left_out, found.quantity), (1, 0), "{}", world.name);
    });
}

#[test]
fn unknown_offers_are_told_and_imported_where_that_is_asked_for() {
    everywhere(|world| {
        listed(&world, &[1]);
        // Articles without an offer at the channel: 2 is prepared, 3 is found by its EAN.
        for id in [2, 3] {
            world.add_offer(id, "{}");
            world.set_stock(id, 1, 7);
            world.write(move |tx| unwant(tx, &[OfferId(id)], EndedBy::Nobody));
        }
        world.write(|tx| offers::delete(tx, &[OfferId(3)]));
        // The numbers of the offers above are not from the counter.
        world.write(|tx| next_ids(tx, "offer", 10));
        world.write(|tx| {
            let mut item = items::by_keys(&mut tx.conn, MandatorId(1), KeyColumn::Number, &["SKU-3"])?.remove(0);
            item.ean_code = Some("4006381333931".into());
            items::save(tx, &[item])
        });
        let by_ean =
            ListedOffer { external_number: Some("X-77".into()), sku: Some("old".into()), ean: Some("4006381333931".into()), ..shown(3) };
        let strange = ListedOffer { external_number: Some("X-78".into()), sku: Some("nothing".into()), ..shown(4) };
        let second = ListedOffer { external_number: Some("X-79".into()), ..shown(1) };
        let gone = ListedOffer { running: false, external_number: Some("X-80".into()), sku: None, ..shown(5) };
        let all = || vec![second.clone(), shown(1), shown(2), by_ean.clone(), strange.clone(), gone.clone()];

        let found = reconcile(&world, true, false, all());
        assert_eq!(found, Report { listed: 6, unknown: 4, ..Report::default() }, "{}", world.name);
        assert!(told(&world).is_empty() && world.offer(2).state == OfferState::Prepared, "what is not ours is not touched");
        assert_eq!(codes(&world), ["OFFER_UNKNOWN"; 4]);

        let found = reconcile(&world, false, true, all());
        assert_eq!(found, Report { listed: 6, unknown: 2, imported: 2, ..Report::default() });
        let changes = told(&world);
        assert_eq!(changes.len(), 2);
        for change in &changes {
            assert!(change.content.is_none() && change.price.is_none(), "texts and price stay as they are");
            assert_eq!(change.quantity.unwrap().offered, 7, "stock control has taken over");
        }
        let imported = changes.iter().find(|change| change.sku == "SKU-3").unwrap();
        let offer = world.offer(imported.offer_id.0);
        assert_eq!((offer.state, offer.wanted, offer.shown_price), (OfferState::Running, Wanted::Running, Some(99_000)));
        assert_eq!(imported.external_number.as_deref(), Some("X-77"));
    });
}

#[test]
fn numbers_that_no_database_can_be_asked_for_are_unknown_ones() {
    everywhere(|world| {
        listed(&world, &[1]);
        let odd = |number: &str, sku: &str| ListedOffer {
            external_number: Some(number.into()),
            sku: Some(sku.into()),
            title: "T\0".into(),
            url: Some("u\0".repeat(5000)),
            ..shown(1)
        };
        // Neither number nor SKU is the one that looks like it.
        let offers = vec![shown(1), odd("X-SKU-1\0", "SKU-1\0"), odd(&"x".repeat(5000), &"s".repeat(5000))];
        let found = reconcile(&world, true, true, offers);
        assert_eq!(found, Report { listed: 3, unknown: 2, ..Report::default() }, "{}", world.name);
        assert_eq!(codes(&world), ["OFFER_UNKNOWN"; 2]);
    });
}

#[test]
fn a_second_offer_of_one_article_is_told_whichever_comes_first() {
    everywhere(|world| {
        listed(&world, &[1]);
        let second =
            || ListedOffer { external_number: Some("X-79".into()), price: Some(Money::new(Decimal(1), Currency::EUR)), ..shown(1) };
        for offers in [vec![second(), shown(1)], vec![shown(1), second()]] {
            let found = reconcile(&world, false, true, offers);
            assert_eq!(found, Report { listed: 2, unknown: 1, ..Report::default() }, "{}", world.name);
            let message = world.messages().pop().unwrap();
            assert!(message.text(Reader::ADMIN).contains("a second time: \"Item 1\", number X-79"), "{message:?}");
        }
    });
}

#[test]
fn an_offer_that_was_listed_though_its_answer_was_given_up_is_confirmed() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.set_price(1, 1, 99_000);
        world.set_stock(1, 1, 5);
        let found = reconcile(&world, true, false, vec![shown(1)]);
        assert_eq!((found.unconfirmed, found.repaired), (1, 1), "{}", world.name);
        assert_eq!(world.offer(1).state, OfferState::Running);
    });
}

#[test]
fn pages_are_read_one_after_the_other_and_other_work_goes_between() {
    everywhere(|world| {
        listed(&world, &[1, 2]);
        world.script.on_list(|cursor| {
            assert_eq!(cursor, None);
            Ok(Listed { offers: vec![shown(1)], next: Some("p2".into()) })
        });
        let store = world.store.clone();
        world.script.on_list(move |cursor| {
            assert_eq!(cursor, Some("p2"));
            store.write(|tx| outbox::mark(tx, &[(OfferId(1), ACCOUNT, Topic::Quantity)])).unwrap();
            Ok(Listed { offers: vec![shown(1), shown(2)], next: Some("p3".into()) })
        });
        page(&world, Vec::new());
        ask(&world, false, false);
        run(&mut world.worker(), later(5));
        assert_eq!(world.script.take_calls(), ["list", "list", "submit", "list", "pull"], "{}", world.name);
        assert_eq!(report(&world), Report { listed: 2, ..Report::default() }, "a repeated row counts once");
    });
}

#[test]
fn a_request_survives_a_restart_and_goes_to_who_holds_the_lease() {
    everywhere(|world| {
        listed(&world, &[1]);
        world.script.on_list(|_| Ok(Listed { offers: Vec::new(), next: Some("p2".into()) }));
        ask(&world, false, false);
        let mut first = world.worker();
        first.step(later(0)).unwrap();
        assert_eq!(world.script.take_calls(), ["list"]);
        drop(first);
        page(&world, vec![shown(1)]);
        let mut second = world.worker_of("another process");
        second.step(later(1)).unwrap();
        assert!(world.script.take_calls().is_empty(), "the lease is not over yet");
        run(&mut second, later(50));
        assert_eq!(report(&world), Report { listed: 1, ..Report::default() }, "{}", world.name);
    });
}

#[test]
fn a_list_that_cannot_be_read_is_given_up_with_a_reason() {
    everywhere(|world| {
        listed(&world, &[1]);
        ask(&world, true, false);
        let mut worker = world.worker();
        for attempt in 0..5 {
            assert_eq!(world.work().reconcile_report, None);
            world.script.on_list(|_| Err(unavailable(None)));
            run(&mut worker, later(attempt * 2_000));
        }
        let found = report(&world);
        assert_eq!(found.error.as_deref(), Some("unavailable: 503"), "{}", world.name);
        assert_eq!((found.missing, world.offer(1).state), (0, OfferState::Running), "what was not read is not missing");
        run(&mut worker, later(20_000));
        assert_eq!(world.script.take_calls().iter().filter(|call| **call == "list").count(), 5);
    });
}

#[test]
fn a_list_without_an_end_is_given_up() {
    everywhere(|world| {
        listed(&world, &[1]);
        ask(&world, true, false);
        let mut worker = world.worker();
        world.script.on_list(|_| Ok(Listed { offers: Vec::new(), next: Some("p2".into()) }));
        for attempt in 0..5 {
            world.script.on_list(|_| Ok(Listed { offers: Vec::new(), next: Some("p2".into()) }));
            run(&mut worker, later(attempt * 2_000));
        }
        let error = report(&world).error.unwrap();
        assert!(error.contains("the list of offers has no end"), "{}: {error}", world.name);
    });
}

#[test]
fn a_channel_that_cannot_list_says_so() {
    everywhere(|world| {
        listed(&world, &[1]);
        ask(&world, true, true);
        let mut worker = world.worker();
        worker.context.channel.capabilities.lists_offers = false;
        run(&mut worker, later(0));
        assert_eq!(report(&world).error.as_deref(), Some("the channel cannot list its offers"), "{}", world.name);
        assert!(world.script.take_calls().is_empty());
    });
}

#[test]
fn an_account_with_a_schedule_is_compared_by_itself() {
    everywhere(|world| {
        listed(&world, &[1]);
        let mut worker = world.worker();
        worker.context.account.reconciliation = Reconciliation { every: Some(Duration::from_secs(3600)), repair: true };
        let lists = |world: &World| world.script.take_calls().iter().filter(|call| **call == "list").count();
        page(&world, Vec::new());
        run(&mut worker, later(0));
        assert_eq!((lists(&world), report(&world).repaired), (1, 1), "{}", world.name);
        assert!(run(&mut worker, later(60)) <= later(3600));
        assert_eq!(lists(&world), 0);
        page(&world, vec![shown(1)]);
        run(&mut worker, later(3_700));
        assert_eq!((lists(&world), report(&world).missing), (1, 0));
    });
}

#[test]
fn a_wish_that_comes_during_a_comparison_is_served_by_the_next() {
    everywhere(|world| {
        listed(&world, &[1]);
        let store = world.store.clone();
        world.script.on_list(move |_| {
            store.write(|tx| accounts::want_reconciliation(tx, ACCOUNT, true, false)).unwrap();
            Ok(Listed { offers: Vec::new(), next: None })
        });
        page(&world, Vec::new());
        ask(&world, false, false);
        run(&mut world.worker(), later(0));
        assert_eq!((report(&world).missing, report(&world).repaired), (1, 1), "{}", world.name);
        assert_eq!(world.messages().iter().filter(|message| message.code == "OFFER_MISSING").count(), 2);
    });
}
