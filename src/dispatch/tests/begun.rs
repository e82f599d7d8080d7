//! What a process leaves that ends in the middle of its work, and what the next one does with it.

use std::sync::mpsc::channel;

use diesel::prelude::*;

use super::script::all_done;
use super::world::{ACCOUNT, World, channel_order, everywhere, later, run};
use crate::connectors::{Listed, Pulled};
use crate::dispatch::plan::plan;
use crate::dispatch::report::Report;
use crate::dispatch::worker::{Next, Worker};
use crate::domain::{OfferId, OrderId, Reader, Stamp};
use crate::on;
use crate::store::accounts;
use crate::store::changes::{self, Change, ChangeFilter, ChangeId};
use crate::store::outbox::Topic;
use crate::store::schema::*;

const PAID: &str = r#"{"paid":{"transaction_id":null}}"#;

/// A worker that takes the account over from whoever had it.
fn restarted(world: &World) -> Worker {
    let mut worker = world.worker_of("restarted");
    worker.lease.set_steal(true);
    worker
}

/// A process that ends in its next call of this kind: it hangs there for ever.
fn dies(world: &World, now: Stamp, arm: impl FnOnce(&World, Box<dyn Fn() + Send + Sync>)) {
    let (called, is_called) = channel();
    let hang = Box::new(move || {
        called.send(()).unwrap();
        loop {
            std::thread::park();
        }
    });
    arm(world, hang);
    let mut worker = restarted(world);
    std::thread::spawn(move || {
        run(&mut worker, now);
        // What was cut off alone rests until then.
        run(&mut worker, now.plus_millis(6_000));
    });
    is_called.recv().unwrap();
}

fn dies_submitting(world: &World, now: Stamp) {
    dies(world, now, |world, hang| {
        world.script.on_submit(move |changes| {
            hang();
            Ok(all_done(changes))
        });
    });
}

fn pending(world: &World) -> Vec<Change> {
    world
        .store
        .read(|conn| {
            let mut found = changes::matching(conn, &ChangeFilter::default())?;
            found.sort_unstable();
            changes::by_ids(conn, &found.into_iter().map(|(_, id)| id).collect::<Vec<_>>())
        })
        .unwrap()
}

/// Offers of each call so far.
fn told(world: &World) -> Vec<Vec<OfferId>> {
    world.script.take_submits().iter().map(|changes| changes.iter().map(|change| change.offer_id).collect()).collect()
}

#[test]
fn a_batch_that_was_cut_off_goes_one_by_one() {
    everywhere(|world| {
        for id in 1..=3 {
            world.add_running(id);
            world.mark(id, &[Topic::Quantity]);
        }
        dies_submitting(&world, later(0));
        assert_eq!(told(&world), [vec![OfferId(1), OfferId(2), OfferId(3)]]);
        run(&mut restarted(&world), later(1));
        assert_eq!(told(&world), [vec![1], vec![2], vec![3]]);
        assert!(pending(&world).is_empty() && world.messages().is_empty());

        world.mark(1, &[Topic::Quantity, Topic::Price]);
        world.mark(2, &[Topic::Price]);
        run(&mut restarted(&world), later(2));
        assert_eq!(told(&world), [vec![1, 2]], "what has ended is not held against anybody");
    });
}

#[test]
fn an_offer_that_ends_the_process_again_and_again_is_set_aside_and_its_neighbours_get_through() {
    everywhere(|world| {
        for id in 1..=2 {
            world.add_running(id);
            world.mark(id, &[Topic::Price]);
        }
        dies_submitting(&world, later(0));
        dies_submitting(&world, later(10));
        assert_eq!(told(&world), [vec![1, 2], vec![1]]);
        // It rests first, so that everything else goes before it.
        let next = run(&mut restarted(&world), later(20));
        assert_eq!(told(&world), [vec![2]]);
        assert!(next > later(21), "it is not tried at once");
        dies_submitting(&world, later(30));
        assert_eq!(told(&world), [vec![1]]);

        run(&mut restarted(&world), later(60));
        run(&mut restarted(&world), later(100_000));
        assert!(told(&world).is_empty(), "it is not tried any more");
        let left = pending(&world);
        assert_eq!(left.len(), 1);
        assert!(left[0].parked && left[0].last_error.as_deref().unwrap().starts_with("WORK_CUT_OFF"), "{left:?}");
        let messages = world.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].code.as_str(), messages[0].offer_id), ("WORK_CUT_OFF", Some(OfferId(1))));
        assert!(messages[0].remedy(Reader::ADMIN).contains("retryChanges"), "{:?}", messages[0]);

        world.write(|tx| changes::retry(tx, ChangeId::State { offer_id: OfferId(1), topic: Topic::Price }));
        run(&mut restarted(&world), later(100_001));
        assert_eq!(told(&world), [vec![1]]);
        assert!(pending(&world).is_empty());
    });
}

/// Kills that come faster than a process can rest find nothing under way that was cut off before.
#[test]
fn what_was_cut_off_alone_is_left_alone_while_processes_live_short() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        dies_submitting(&world, later(0));
        dies_submitting(&world, later(10));
        told(&world);
        for start in 0..20 {
            run(&mut restarted(&world), later(20 + 4 * start));
        }
        assert!(told(&world).is_empty() && world.messages().is_empty());
        let mut worker = restarted(&world);
        run(&mut worker, later(200));
        run(&mut worker, later(206));
        assert_eq!(told(&world), [vec![1]]);
        assert!(pending(&world).is_empty());
    });
}

#[test]
fn a_newer_value_gets_chances_of_its_own() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        dies_submitting(&world, later(0));
        dies_submitting(&world, later(10));
        world.mark(1, &[Topic::Price]);
        dies_submitting(&world, later(20));
        run(&mut restarted(&world), later(30));
        assert!(pending(&world).is_empty() && world.messages().is_empty());
    });
}

#[test]
fn a_fact_that_ends_the_process_again_and_again_lets_the_later_ones_pass() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.add_fact(1, "a", PAID);
        world.add_fact(1, "b", PAID);
        for begin in [0, 10, 60] {
            dies(&world, later(begin), |world, hang| {
                world.script.on_fact(move |_| {
                    hang();
                    Ok(crate::connectors::Outcome::done())
                });
            });
        }
        let keys: Vec<String> = world.script.take_facts().into_iter().map(|fact| fact.key).collect();
        assert_eq!(keys, ["a", "a", "a"]);
        run(&mut restarted(&world), later(100));
        let keys: Vec<String> = world.script.take_facts().into_iter().map(|fact| fact.key).collect();
        assert_eq!(keys, ["b"]);
        let left = pending(&world);
        assert!(left.len() == 1 && left[0].parked, "{left:?}");
        assert_eq!((world.messages()[0].code.as_str(), world.messages()[0].order_id), ("WORK_CUT_OFF", Some(OrderId(1))));
    });
}

fn page(numbers: &[&str]) -> Pulled {
    Pulled { orders: numbers.iter().map(|number| channel_order(number)).collect(), cursor: "next".into(), more: false }
}

#[test]
fn orders_of_a_page_that_was_cut_off_are_stored_one_by_one_and_the_deadly_one_is_set_aside() {
    everywhere(|world| {
        world.script.on_pull(|_, _| Ok(page(&["good", "deadly", "fine"])));
        // The process ended while the page was stored.
        let mark = |world: &World, begun: i32| {
            world.write(move |tx| {
                on!(&mut tx.conn, c => diesel::update(account_work::table.find(ACCOUNT)).set(account_work::poll_begun.eq(begun)).execute(c))?;
                Ok(())
            });
        };
        world.write(|tx| accounts::ensure_work(tx, ACCOUNT).map(|_| ()));
        mark(&world, 1);
        let mut worker = restarted(&world);
        while pending(&world).is_empty() {
            worker.step(later(0)).unwrap();
        }
        assert_eq!(pending(&world).len(), 3, "the page is kept before any order of it is stored");
        assert_eq!(world.work().order_cursor.as_deref(), Some("next"));
        // It ended again and again while `deadly` was stored alone.
        world.write(|tx| {
            on!(&mut tx.conn, c => diesel::update(held_orders::table.filter(held_orders::marketplace_order_id.eq("deadly")))
                .set(held_orders::begun.eq(3))
                .execute(c))?;
            Ok(())
        });
        run(&mut restarted(&world), later(10));
        assert_eq!(world.orders(), [Some("good".into()), Some("fine".into())]);
        let left = pending(&world);
        assert!(left.len() == 1 && left[0].parked, "{left:?}");
        assert_eq!(world.messages().iter().map(|message| message.code.as_str()).collect::<Vec<_>>(), ["WORK_CUT_OFF"]);

        // The channel tells it again.
        world.script.on_pull(|_, _| Ok(page(&["deadly", "new"])));
        run(&mut restarted(&world), later(1_000));
        assert_eq!(world.orders().len(), 3, "it is not stored by the way");
        assert!(pending(&world)[0].parked);
        let id = pending(&world)[0].id;
        assert!(world.write(move |tx| changes::retry(tx, id)));
        run(&mut restarted(&world), later(1_001));
        assert_eq!(world.orders().len(), 4);
        assert!(pending(&world).is_empty());
    });
}

#[test]
fn a_poll_that_ends_the_process_again_and_again_waits_an_hour_each_time() {
    everywhere(|world| {
        for begin in [0, 10, 60] {
            dies(&world, later(begin), |world, hang| {
                world.script.on_pull(move |_, _| {
                    hang();
                    Ok(page(&[]))
                });
            });
        }
        world.script.take_polls();
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        run(&mut restarted(&world), later(100));
        assert!(world.script.take_polls().is_empty());
        assert_eq!(told(&world), [vec![1]], "the account's other work goes on");
        assert_eq!(world.messages().len(), 1);
        let mut worker = restarted(&world);
        run(&mut worker, later(110));
        run(&mut worker, later(4_000));
        assert_eq!(world.script.take_polls().len(), 1);
        assert_eq!(world.work().poll_begun, 0);
    });
}

#[test]
fn a_panic_in_a_turn_counts_like_a_crash() {
    everywhere(|world| {
        for id in 1..=2 {
            world.add_running(id);
            world.mark(id, &[Topic::Price]);
        }
        let mut worker = restarted(&world);
        worker.rounds.states.plan = |frame, known| {
            assert!(known.offers.iter().all(|offer| offer.offer_id != OfferId(1)), "a template that the engine cannot bear");
            plan(frame, known)
        };
        for seconds in [0, 10, 20, 30, 40] {
            while worker.guarded_step(later(seconds)).is_ok_and(|next| next == Next::Again) {}
        }
        assert_eq!(told(&world), [vec![2]]);
        let left = pending(&world);
        assert!(left.len() == 1 && left[0].parked, "{left:?}");
        assert_eq!(world.messages()[0].offer_id, Some(OfferId(1)));
    });
}

#[test]
fn a_database_that_fails_in_the_middle_is_not_held_against_the_offer() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        let rename = |world: &World, statement: &'static str| {
            world.write(move |tx| {
                on!(&mut tx.conn, c => diesel::sql_query(statement).execute(c))?;
                Ok(())
            });
        };
        let mut worker = restarted(&world);
        run(&mut worker, later(0));
        for seconds in 1..=5 {
            world.mark(1, &[Topic::Quantity]);
            rename(&world, "ALTER TABLE offers RENAME TO gone");
            assert!(worker.step(later(seconds)).is_err());
            rename(&world, "ALTER TABLE gone RENAME TO offers");
        }
        run(&mut worker, later(10));
        assert!(world.messages().is_empty() && pending(&world).is_empty());
    });
}

#[test]
fn an_offer_whose_rows_cannot_be_read_holds_up_no_other() {
    everywhere(|world| {
        for id in 1..=3 {
            world.add_running(id);
            world.mark(id, &[Topic::Price]);
        }
        world.write(|tx| {
            on!(&mut tx.conn, c => diesel::sql_query("UPDATE offers SET state = 99 WHERE offer_id = 2").execute(c))?;
            Ok(())
        });
        run(&mut restarted(&world), later(0));
        let mut sent: Vec<OfferId> = told(&world).concat();
        sent.sort_unstable();
        assert_eq!(sent, [1, 3]);
        let left = pending(&world);
        assert!(left.len() == 1 && left[0].parked, "{left:?}");
        assert_eq!((world.messages()[0].code.as_str(), world.messages()[0].offer_id), ("DATA_UNREADABLE", Some(OfferId(2))));
    });
}

fn report(world: &World) -> Report {
    serde_json::from_str(&world.work().reconcile_report.unwrap()).unwrap()
}

#[test]
fn a_reconciliation_that_ends_the_process_again_and_again_ends_with_a_reason() {
    everywhere(|world| {
        world.write(|tx| accounts::want_reconciliation(tx, ACCOUNT, true, false));
        for begin in [0, 10, 60] {
            dies(&world, later(begin), |world, hang| {
                world.script.on_list(move |_| {
                    hang();
                    Ok(Listed { offers: Vec::new(), next: None })
                });
            });
        }
        world.script.take_calls();
        run(&mut restarted(&world), later(100));
        assert!(!world.script.take_calls().contains(&"list"));
        assert!(report(&world).error.unwrap().starts_with("WORK_CUT_OFF"));
        assert_eq!(world.messages()[0].code, "WORK_CUT_OFF");

        world.write(|tx| accounts::want_reconciliation(tx, ACCOUNT, true, false));
        run(&mut restarted(&world), later(200));
        assert_eq!(report(&world).error, None);
        assert_eq!(world.work().reconcile_begun, 0);
    });
}

#[test]
fn a_reconciliation_that_meets_an_offer_that_cannot_be_read_ends_with_a_reason() {
    everywhere(|world| {
        world.add_running(1);
        world.write(|tx| {
            on!(&mut tx.conn, c => diesel::sql_query("UPDATE offers SET state = 99 WHERE offer_id = 1").execute(c))?;
            accounts::want_reconciliation(tx, ACCOUNT, true, false)
        });
        run(&mut restarted(&world), later(0));
        assert!(report(&world).error.unwrap().contains("99"));
        world.script.take_calls();
        run(&mut restarted(&world), later(100));
        assert!(!world.script.take_calls().contains(&"list"), "it does not begin again");
    });
}
