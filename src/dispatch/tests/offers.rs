//! What a channel is told about offers.

use super::script::{all_done, row};
use super::world::{ACCOUNT, everywhere, later, run, set_stock};
use crate::connectors::{ChannelError, OfferChange, Outcome, RowResult};
use crate::domain::message::channel;
use crate::domain::offer::Wanted;
use crate::domain::{Currency, Decimal, MandatorId, Money, OfferId, Reader};
use crate::store::offers::{EndedBy, OfferState, unwant};
use crate::store::outbox::{self, OutboxStatus, Topic};

fn refusal() -> Outcome {
    Outcome::Refused(channel::said("E42", "no brand\0", "send a brand"))
}

#[test]
fn an_offer_is_listed_whole_and_then_only_its_changes_are_told() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.set_price(1, 1, 99_049);
        world.set_stock(1, 1, 5);
        world.set_stock(1, 2, 2);
        world.set_stock(1, 3, 100);
        world.add_order(1, &[1]);
        world.mark(1, &[Topic::Listing, Topic::Quantity]);
        let mut worker = world.worker();
        run(&mut worker, later(0));

        let submits = world.script.take_submits();
        assert_eq!(submits.len(), 1, "{}", world.name);
        let change = &submits[0][0];
        assert_eq!(change.wanted, Wanted::Running);
        assert_eq!(change.content.as_ref().unwrap().title, "Item 1");
        let price = change.price.as_ref().unwrap();
        assert_eq!(price.money, Money::new(Decimal(99_000), Currency::EUR));
        let quantity = change.quantity.unwrap();
        assert_eq!((quantity.offered, quantity.reserved_here), (6, 1), "only the account's warehouses count");
        let offer = world.offer(1);
        assert_eq!(offer.state, OfferState::Running);
        assert_eq!(offer.external_offer_number.as_deref(), Some("X-SKU-1"));
        assert_eq!((offer.shown_price, offer.shown_quantity), (Some(99_000), Some(6)));
        assert!(world.rows(1).is_empty());

        world.set_stock(1, 1, 1);
        world.mark(1, &[Topic::Quantity]);
        run(&mut worker, later(0));
        let change = world.script.take_submits().remove(0).remove(0);
        assert!(change.content.is_none() && change.price.is_none());
        assert_eq!(change.quantity.unwrap().offered, 2);
        assert_eq!(change.external_number.as_deref(), Some("X-SKU-1"));
    });
}

/// The channel lists the offer without its picture.
fn without_picture(changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
    let reason = "picture: HTTP 503".to_owned();
    let outcome = Outcome::DoneInPart { external_number: Some("X-1".into()), url: None, messages: Vec::new(), reason };
    Ok(vec![row(&changes[0], outcome)])
}

#[test]
fn an_offer_that_lacks_a_part_is_listed_and_its_content_goes_again() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.set_price(1, 1, 99_000);
        world.set_stock(1, 1, 5);
        world.mark(1, &[Topic::Listing, Topic::Content, Topic::Quantity]);
        world.script.on_submit(without_picture);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let offer = world.offer(1);
        assert_eq!((offer.state, offer.external_offer_number.as_deref()), (OfferState::Running, Some("X-1")));
        let rows: Vec<_> = world.rows(1).iter().map(|row| (row.topic, row.status, row.last_error.clone())).collect();
        assert_eq!(rows, [(Topic::Content, OutboxStatus::Pending, Some("picture: HTTP 503".to_owned()))], "{}", world.name);
        world.script.take_submits();

        // Its stock does not wait for the picture.
        world.set_stock(1, 1, 2);
        world.mark(1, &[Topic::Quantity]);
        run(&mut worker, later(1));
        let change = world.script.take_submits().remove(0).remove(0);
        assert!(change.content.is_none() && change.quantity.is_some());
        run(&mut worker, later(20));
        let change = world.script.take_submits().remove(0).remove(0);
        assert!(change.content.is_some() && change.price.is_none() && change.quantity.is_none());
        assert!(world.rows(1).is_empty());
    });
}

#[test]
fn a_listing_that_lacks_a_part_marks_the_content() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.set_price(1, 1, 99_000);
        world.set_stock(1, 1, 5);
        world.mark(1, &[Topic::Listing]);
        world.script.on_submit(without_picture);
        run(&mut world.worker(), later(0));
        assert_eq!(world.offer(1).state, OfferState::Running);
        let rows: Vec<_> = world.rows(1).iter().map(|row| (row.topic, row.status)).collect();
        assert_eq!(rows, [(Topic::Content, OutboxStatus::Pending)], "{}", world.name);
    });
}

#[test]
fn an_offer_that_is_not_wanted_is_ended_and_then_nothing_is_told_about_it() {
    everywhere(|world| {
        world.add_running(1);
        world.write(|tx| unwant(tx, &[OfferId(1)], EndedBy::Call));
        world.mark(1, &[Topic::Listing]);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        assert_eq!(world.script.take_submits()[0][0].wanted, Wanted::Ended);
        assert_eq!(world.offer(1).state, OfferState::Ended);

        world.mark(1, &[Topic::Price]);
        run(&mut worker, later(0));
        assert!(world.script.take_submits().is_empty());
        assert!(world.rows(1).is_empty());
    });
}

#[test]
fn newest_wins_while_a_send_is_under_way() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        let store = world.store.clone();
        world.script.on_submit(move |changes| {
            store
                .write(|tx| {
                    set_stock(tx, 1, 1, 3)?;
                    outbox::mark(tx, &[(OfferId(1), ACCOUNT, Topic::Quantity)])
                })
                .unwrap();
            Ok(all_done(changes))
        });
        let mut worker = world.worker();
        run(&mut worker, later(1));
        let told: Vec<i32> = world.script.take_submits().iter().map(|batch| batch[0].quantity.unwrap().offered).collect();
        assert_eq!(told, [5, 3]);
        assert!(world.rows(1).is_empty());
        assert_eq!(world.offer(1).shown_quantity, Some(3));
    });
}

#[test]
fn ten_changes_are_one_push() {
    everywhere(|world| {
        world.add_running(1);
        for count in 0..10 {
            world.set_stock(1, 1, count);
            world.mark(1, &[Topic::Quantity]);
        }
        run(&mut world.worker(), later(0));
        let submits = world.script.take_submits();
        assert_eq!((submits.len(), submits[0].len()), (1, 1));
        assert_eq!(submits[0][0].quantity.unwrap().offered, 9);
    });
}

#[test]
fn a_refusal_parks_only_its_row() {
    everywhere(|world| {
        for id in 1..=3 {
            world.add_running(id);
            world.mark(id, &[Topic::Price]);
        }
        world.script.on_submit(|changes| {
            Ok(changes
                .iter()
                .map(|change| match change.offer_id {
                    OfferId(2) => row(change, refusal()),
                    _ => row(change, Outcome::done()),
                })
                .collect())
        });
        let mut worker = world.worker();
        run(&mut worker, later(0));
        run(&mut worker, later(100_000));
        let submitted: usize = world.script.take_submits().iter().map(Vec::len).sum();
        assert_eq!(submitted, 3, "a refusal is not repeated");
        assert!(world.rows(1).is_empty() && world.rows(3).is_empty());
        assert_eq!(world.rows(2)[0].status, OutboxStatus::Parked);
        let messages = world.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(
            (messages[0].offer_id, messages[0].code.as_str(), messages[0].text(Reader::ADMIN).as_str()),
            (Some(OfferId(2)), "E42", "no brand")
        );

        world.mark(2, &[Topic::Price]);
        run(&mut worker, later(0));
        assert!(world.rows(2).is_empty(), "new data are tried again");
    });
}

#[test]
fn an_incomplete_offer_is_parked_with_one_message_and_goes_when_the_price_comes() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        world.set_stock(1, 1, 5);
        world.mark(1, &[Topic::Listing]);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.mark(1, &[Topic::Quantity]);
        run(&mut worker, later(0));
        assert!(world.script.take_submits().is_empty());
        let messages = world.messages();
        assert_eq!(messages.len(), 1, "told once, not with every change of stock");
        assert_eq!(messages[0].code, "OFFER_INCOMPLETE");
        assert_eq!(messages[0].remedy(Reader::ADMIN), "send a price in price list \"default\" with updatePricelist");

        world.set_price(1, 1, 50_000);
        world.mark(1, &[Topic::Price]);
        run(&mut worker, later(0));
        assert_eq!(world.script.take_submits().len(), 1);
        assert!(world.rows(1).is_empty(), "the parked listing is settled too");
    });
}

#[test]
fn a_missing_price_parks_the_price_but_not_the_quantity() {
    everywhere(|world| {
        world.add_running(1);
        world.write(|tx| {
            use diesel::prelude::*;
            crate::on!(&mut tx.conn, c => diesel::delete(crate::store::schema::prices::table).execute(c))?;
            Ok(())
        });
        world.mark(1, &[Topic::Price, Topic::Quantity]);
        run(&mut world.worker(), later(0));
        let change = world.script.take_submits().remove(0).remove(0);
        assert!(change.price.is_none());
        assert_eq!(change.quantity.unwrap().offered, 5);
        let rows = world.rows(1);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].topic, rows[0].status), (Topic::Price, OutboxStatus::Parked));
    });
}

#[test]
fn batches_are_as_large_as_the_channel_takes() {
    everywhere(|mut world| {
        world.script = super::script::Script::new(2);
        for id in 1..=5 {
            world.add_running(id);
            world.mark(id, &[Topic::Price, Topic::Quantity]);
        }
        run(&mut world.worker(), later(0));
        let sizes: Vec<usize> = world.script.take_submits().iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 2, 1]);
    });
}

#[test]
fn a_price_that_begins_or_ends_with_the_day_is_told() {
    use chrono::Days;

    use crate::store::pricelists::mark_prices_of_new_day;
    everywhere(|world| {
        let today = chrono::Utc::now().date_naive();
        let day = |plus| today.checked_add_days(Days::new(plus)).unwrap();
        for id in 1..=2 {
            world.add_running(id);
        }
        world.add_validity(2, Some((day(1).to_string(), day(2).to_string())));
        world.set_price(2, 2, 50_000);
        let begin = |plus: u64| {
            let day = day(plus);
            world.write(move |tx| mark_prices_of_new_day(tx, ACCOUNT, MandatorId(1), &["default".to_owned()], day))
        };
        let told: Vec<usize> = [0, 0, 1, 1, 2, 3, 4].into_iter().map(begin).collect();
        assert_eq!(told, [0, 0, 1, 0, 0, 1, 0]);
        assert!(world.rows(1).is_empty());
        assert_eq!(world.rows(2)[0].topic, Topic::Price);
    });
}
