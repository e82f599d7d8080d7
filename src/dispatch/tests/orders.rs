//! Orders of the channel, and what the channel is told about them.

use super::script::unavailable;
use super::world::{ACCOUNT, World, channel_order, everywhere, import, later, run};
use crate::config::{Account, Settings};
use crate::connectors::{Outcome, Pulled};
use crate::dispatch::inbound::Imported;
use crate::domain::message::channel;
use crate::domain::order::{ChannelOrder, FactKind};
use crate::domain::{AccountId, Failure, OfferId, OrderId};
use crate::store::accounts::want_poll;
use crate::store::changes::{self, ChangeFilter};
use crate::store::outbox::{self, OutboxStatus, Topic};
use crate::store::{Tx, held_orders};

fn page(orders: &[&str], cursor: &str, more: bool) -> Pulled {
    Pulled { orders: orders.iter().map(|id| channel_order(id)).collect(), cursor: cursor.into(), more }
}

fn refusal() -> Outcome {
    Outcome::Refused(channel::said("E7", "unknown carrier", "map the carrier"))
}

const PAID: &str = r#"{"paid":{"transaction_id":null}}"#;
const SHIPPED: &str = r#"{"shipped":{"packets":[{"tracking_number":"1","return_number":null,"carrier":"dhl PAKET","dispatch_type":null,"shipped_at":null},{"tracking_number":"2","return_number":null,"carrier":"Bote","dispatch_type":null,"shipped_at":null}]}}"#;

#[test]
fn facts_of_one_order_go_in_order_and_a_parked_one_does_not_hold_up_the_next() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.add_order(2, &[]);
        world.add_fact(1, "a1", PAID);
        world.add_fact(1, "a2", SHIPPED);
        world.add_fact(1, "a3", PAID);
        world.add_fact(2, "b1", PAID);
        world.script.on_fact(|_| Err(unavailable(None)));
        let mut worker = world.worker();
        let now = later(0);
        run(&mut worker, now);
        assert_eq!(world.fact_states()[1].1, OutboxStatus::Pending, "a2 waits for a1");

        world.script.take_facts();
        world.script.on_fact(|_| Ok(Outcome::done()));
        world.script.on_fact(|_| Ok(Outcome::done()));
        world.script.on_fact(|_| Ok(refusal()));
        run(&mut worker, now.plus_millis(15_000));
        let keys: Vec<String> = world.script.take_facts().into_iter().map(|f| f.key).collect();
        let of_first: Vec<&str> = keys.iter().map(String::as_str).filter(|k| k.starts_with('a')).collect();
        assert_eq!(of_first, ["a1", "a2", "a3"]);
        assert_eq!(keys.len(), 4);
        let states: Vec<OutboxStatus> = world.fact_states().into_iter().map(|(_, state)| state).collect();
        assert_eq!(states.iter().filter(|s| **s == OutboxStatus::Done).count(), 3);
        assert_eq!(states.iter().filter(|s| **s == OutboxStatus::Parked).count(), 1);
        assert_eq!(world.messages()[0].code, "E7");
        assert_eq!(world.messages()[0].order_id, Some(OrderId(1)));
    });
}

#[test]
fn a_fact_carries_the_channels_numbers_and_carriers() {
    everywhere(|world| {
        world.add_order(7, &[]);
        world.add_fact(7, "key", SHIPPED);
        run(&mut world.worker(), later(0));
        let fact = world.script.take_facts().remove(0);
        assert_eq!((fact.key.as_str(), fact.order_id.as_str()), ("key", "M-7"));
        assert_eq!(fact.order_id_2.as_deref(), Some("second"));
        let FactKind::Shipped { packets, .. } = fact.kind else { panic!("{:?}", fact.kind) };
        let carriers: Vec<_> = packets.iter().map(|p| p.carrier.as_deref()).collect();
        assert_eq!(carriers, [Some("dhl"), Some("Bote")]);
    });
}

#[test]
fn a_channel_that_takes_no_answers_to_requests_gets_none_and_the_erp_hears_of_a_refusal() {
    for takes in [true, false] {
        everywhere(|world| {
            if !takes {
                world.script.knows_no_parts();
            }
            world.add_order(7, &[]);
            world.add_fact(7, "yes", r#"{"cancellation_accepted":{"request_id":"C1"}}"#);
            world.add_fact(7, "no", r#"{"cancellation_declined":{"request_id":"C2"}}"#);
            run(&mut world.worker(), later(0));
            let keys: Vec<String> = world.script.take_facts().into_iter().map(|fact| fact.key).collect();
            let codes: Vec<String> = world.messages().into_iter().map(|message| message.code).collect();
            let expected = if takes { (vec!["yes", "no"], vec![]) } else { (vec![], vec!["CANCELLATION_ANSWER_NOT_SENT"]) };
            assert_eq!(
                (keys, codes),
                (expected.0.into_iter().map(str::to_owned).collect(), expected.1.into_iter().map(str::to_owned).collect())
            );
            let settled = if takes { OutboxStatus::Done } else { OutboxStatus::Dropped };
            let states: Vec<OutboxStatus> = world.fact_states().into_iter().map(|(_, state)| state).collect();
            assert_eq!(states, [OutboxStatus::Done, settled]);
        });
    }
}

#[test]
fn after_a_shipment_the_quantities_of_the_order_are_told_anew() {
    everywhere(|world| {
        world.add_running(1);
        world.add_running(2);
        world.add_order(7, &[1]);
        world.add_fact(7, "paid", PAID);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        assert!(world.script.take_submits().is_empty());
        world.add_fact(7, "shipped", SHIPPED);
        run(&mut worker, later(1));
        let submits = world.script.take_submits();
        assert_eq!((submits.len(), submits[0].len()), (1, 1));
        assert_eq!(submits[0][0].offer_id, OfferId(1));
        assert!(submits[0][0].quantity.is_some());
        assert_eq!(world.script.take_calls().last(), Some(&"submit"));
    });
}

#[test]
fn a_fact_that_cannot_be_read_is_parked() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.add_fact(1, "broken", "{");
        world.add_fact(1, "good", PAID);
        world.add_fact(99, "nowhere", PAID);
        run(&mut world.worker(), later(0));
        let states: Vec<OutboxStatus> = world.fact_states().into_iter().map(|(_, s)| s).collect();
        assert_eq!(states, [OutboxStatus::Parked, OutboxStatus::Done, OutboxStatus::Parked]);
    });
}

#[test]
fn orders_are_collected_before_quantities_are_told() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        world.add_order(1, &[]);
        world.add_fact(1, "paid", PAID);
        run(&mut world.worker(), later(0));
        assert_eq!(world.script.take_calls(), ["fact", "pull", "submit"]);
    });
}

#[test]
fn the_cursor_is_stored_after_the_orders() {
    everywhere(|world| {
        world.script.on_pull(|_, _| Ok(page(&["A", "B"], "p1", true)));
        let store = world.store.clone();
        world.script.on_pull(move |cursor, _| {
            let work = store.read(|conn| crate::store::accounts::work_of(conn, ACCOUNT)).unwrap().unwrap();
            assert_eq!(work.order_cursor.as_deref(), Some("p1"));
            assert_eq!(work.polled_at, None, "the poll is not finished");
            assert_eq!(cursor, Some("p1"));
            Ok(page(&["B", "C", "bad", "D"], "p2", false))
        });
        let mut worker = world.worker();
        run(&mut worker, later(0));
        assert_eq!(
            world.orders().into_iter().flatten().collect::<Vec<_>>(),
            ["A", "B", "C", "D"],
            "a bad order does not hold up the others"
        );
        assert_eq!(world.work().order_cursor.as_deref(), Some("p2"), "nor the cursor");
    });
}

/// What is held: number in the channel, note, attempts.
fn held(world: &World) -> Vec<(String, Option<String>, i32)> {
    let rows = world.store.read(|conn| held_orders::due(conn, ACCOUNT, later(1_000_000), 100)).unwrap();
    let note = |row: &held_orders::HeldOrder| serde_json::from_str::<ChannelOrder>(&row.document).unwrap().note;
    rows.into_iter().map(|row| (row.marketplace_order_id.clone(), note(&row), row.attempts)).collect()
}

fn bad(note: &str) -> Pulled {
    let order = ChannelOrder { note: Some(note.into()), ..channel_order("bad") };
    Pulled { orders: vec![order], cursor: "p".into(), more: false }
}

/// Stores what [`super::world::import`] refuses.
fn mended(tx: &mut Tx<'_>, settings: &Settings, account: &Account, order: &ChannelOrder) -> Result<Imported, Failure> {
    import(tx, settings, account, &ChannelOrder { order_id: format!("mended {}", order.order_id), ..order.clone() })
}

#[test]
fn an_order_that_cannot_be_stored_is_kept_until_it_can() {
    everywhere(|world| {
        world.script.on_pull(|_, _| Ok(bad("first")));
        let mut worker = world.worker();
        let next = run(&mut worker, later(0));
        assert_eq!(held(&world), [("bad".to_owned(), Some("first".to_owned()), 1)]);
        assert_eq!(world.messages()[0].code, "ORDER_NOT_IMPORTED");
        assert!(next <= later(60), "it is tried again with the next poll");

        run(&mut worker, later(61));
        assert_eq!(held(&world), [("bad".to_owned(), Some("first".to_owned()), 2)]);
        world.script.on_pull(|_, _| Ok(bad("second")));
        run(&mut worker, later(122));
        assert_eq!(held(&world)[0].1.as_deref(), Some("second"), "the channel's newest word counts");
        assert_eq!(world.messages().len(), 1, "told once");

        worker.rounds.orders.import = mended;
        run(&mut worker, later(300));
        assert_eq!(world.orders(), [Some("mended bad".to_owned())]);
        assert_eq!(held(&world), []);
        assert_eq!(world.bell.wait_for_work(AccountId(2), std::time::Instant::now()), crate::dispatch::bell::Wake::Rung);
    });
}

#[test]
fn orders_whose_numbers_cannot_be_stored_are_kept_each_for_itself() {
    // Digests do not compress, so the number is too long for any index.
    let digest = |seed: usize| channel_order(&seed.to_string()).digest().unwrap();
    let long: String = (0..60).map(digest).collect();
    let numbers = [String::new(), String::new(), format!("{long}1"), format!("{long}2"), "A".to_owned()];
    everywhere(|world| {
        let orders = numbers.iter().zip(0..).map(|(number, note)| {
            let note = Some(format!("{note}"));
            ChannelOrder { note, ..channel_order(number) }
        });
        let pulled = Pulled { orders: orders.collect(), cursor: "p".into(), more: false };
        world.script.on_pull(|_, _| Ok(pulled));
        let mut worker = world.worker();
        worker.rounds.orders.import = crate::dispatch::inbound::import;
        run(&mut worker, later(0));
        let mut notes: Vec<Option<String>> = held(&world).into_iter().map(|(_, note, _)| note).collect();
        notes.sort();
        assert_eq!(notes, ["0", "1", "2", "3"].map(|note| Some(note.to_owned())), "{}", world.name);
        assert_eq!(world.orders(), [Some("A".to_owned())]);
        assert_eq!(world.work().order_cursor.as_deref(), Some("p"));
    });
}

#[test]
fn an_order_that_comes_again_and_can_be_stored_is_held_no_more() {
    everywhere(|world| {
        world.script.on_pull(|_, _| Ok(bad("first")));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        worker.rounds.orders.import = mended;
        world.write(|tx| want_poll(tx, ACCOUNT));
        world.script.on_pull(|_, _| Ok(bad("second")));
        run(&mut worker, later(1));
        assert_eq!(held(&world), []);
        assert_eq!(world.orders().len(), 1);
    });
}

#[test]
fn support_has_a_held_order_tried_at_once() {
    everywhere(|world| {
        world.script.rereads_open_orders();
        world.script.on_pull(|_, _| Ok(bad("first")));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.take_polls();
        let found = world.store.read(|conn| changes::matching(conn, &ChangeFilter::default())).unwrap();
        let change = world.store.read(|conn| changes::by_ids(conn, &[found[0].1])).unwrap().remove(0);
        assert_eq!((change.topic.as_str(), change.parked, change.attempts), ("import", false, 1));
        assert!(change.last_error.unwrap().contains("bad order"));
        let stamp = world.write(move |tx| {
            assert!(changes::retry(tx, change.id)?);
            changes::drop(tx, change.id)?;
            Ok(tx.stamp)
        });
        let waiting = || world.store.read(|conn| outbox::unsettled(conn, (stamp, &[]), None, later(1))).unwrap().pending;
        assert_eq!(waiting(), 1);
        assert_eq!(held(&world).len(), 1, "an order is never given up");
        worker.rounds.orders.import = mended;
        run(&mut worker, later(1));
        assert_eq!((waiting(), held(&world).len(), world.orders().len()), (0, 0, 1));
        assert!(world.script.take_polls().is_empty(), "without a poll");
    });
}

#[test]
fn the_channel_is_asked_again_for_orders_that_are_held() {
    everywhere(|world| {
        world.script.rereads_open_orders();
        world.script.on_pull(|_, _| Ok(bad("first")));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.take_polls();
        run(&mut worker, later(61));
        assert_eq!(world.script.take_polls(), [(Some("p".to_owned()), vec!["bad".to_owned()])]);
    });
}

#[test]
fn a_wanted_poll_is_served_at_once_and_other_accounts_are_woken() {
    everywhere(|world| {
        let mut worker = world.worker();
        run(&mut worker, later(0));
        run(&mut worker, later(1));
        assert_eq!(world.script.take_polls().len(), 1, "the next one is not due");

        world.write(|tx| want_poll(tx, ACCOUNT));
        let wanted = world.work().poll_wanted;
        let store = world.store.clone();
        world.script.on_pull(move |_, _| {
            store.write(|tx| want_poll(tx, ACCOUNT)).unwrap();
            Ok(page(&["A"], "p1", false))
        });
        let mut calls = 0;
        while world.work().poll_served < wanted {
            worker.step(later(1)).unwrap();
            calls += 1;
            assert!(calls < 5);
        }
        assert_eq!(world.work().poll_served, wanted, "the later wish is still open");
        run(&mut worker, later(1));
        assert_eq!(world.script.take_polls().len(), 2);
        assert_eq!(world.bell.wait_for_work(AccountId(2), std::time::Instant::now()), crate::dispatch::bell::Wake::Rung);
    });
}

#[test]
fn open_orders_are_read_again_where_the_channel_needs_it() {
    everywhere(|world| {
        world.script.rereads_open_orders();
        world.add_order(1, &[]);
        world.add_order(2, &[]);
        world.write(|tx| {
            use diesel::prelude::*;
            crate::on!(&mut tx.conn, c => diesel::update(crate::store::schema::orders::table.find(2))
                .set(crate::store::schema::orders::order_status_id.eq(140))
                .execute(c))?;
            Ok(())
        });
        run(&mut world.worker(), later(0));
        assert_eq!(world.script.take_polls(), [(None, vec!["M-1".to_owned()])]);
    });
}
