//! Channels that may not be called as often as we would like.

use super::world::{ACCOUNT, everywhere, later, run};
use crate::dispatch::worker::Worker;
use crate::domain::rate::ChannelCall;
use crate::domain::{OfferId, Stamp};
use crate::store::accounts::{want_poll, want_reconciliation};
use crate::store::changes::{self, ChangeFilter};
use crate::store::limited_calls;
use crate::store::outbox::{self, OutboxStatus, Topic, Unsettled};

const PAID: &str = r#"{"paid":{"transaction_id":null}}"#;

#[test]
fn a_call_waits_for_its_token_and_holds_up_no_other() {
    everywhere(|world| {
        // Two at once, then one every ten seconds.
        world.script.limits(ChannelCall::PushFact, 2, 20);
        for order in 1..=4 {
            world.add_order(order, &[]);
            world.add_fact(order, &format!("f{order}"), PAID);
        }
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        let mut worker = world.worker();
        let now = later(0);
        let next = run(&mut worker, now);
        assert_eq!(world.script.take_calls(), ["fact", "fact", "pull", "submit"], "the others go on");
        assert_eq!(next, now.plus_millis(10_000), "it sleeps until the next token");

        run(&mut worker, now.plus_millis(9_999));
        assert!(world.script.take_calls().is_empty());
        run(&mut worker, now.plus_millis(10_000));
        assert_eq!(world.script.take_calls(), ["fact"]);
        run(&mut worker, now.plus_millis(20_000));
        assert_eq!(world.script.take_calls(), ["fact"]);
        assert!(run(&mut worker, now.plus_millis(20_001)) > now.plus_millis(30_000), "nothing is due, so nothing waits");
    });
}

#[test]
fn each_kind_of_call_has_its_own_limit() {
    everywhere(|world| {
        world.script.limits(ChannelCall::Submit, 1, 100);
        world.script.limits(ChannelCall::PullOrders, 1, 200);
        world.script.limits(ChannelCall::ListOffers, 1, 1_000);
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        world.write(|tx| want_reconciliation(tx, ACCOUNT, false, false));
        let mut worker = world.worker();
        let now = later(0);
        run(&mut worker, now);
        // The listing wants another look for orders, which is what waits.
        assert_eq!(world.script.take_calls(), ["pull", "submit", "list"]);
        let reconciled = |world: &super::world::World| world.work().reconciled_at.is_some();
        assert!(!reconciled(&world));

        world.mark(1, &[Topic::Price]);
        world.write(|tx| want_poll(tx, ACCOUNT));
        run(&mut worker, now.plus_millis(99_000));
        assert!(world.script.take_calls().is_empty());
        run(&mut worker, now.plus_millis(100_000));
        assert_eq!(world.script.take_calls(), ["submit"]);
        run(&mut worker, now.plus_millis(200_000));
        assert_eq!(world.script.take_calls(), ["pull"]);
        assert!(reconciled(&world), "comparing costs no call");

        world.write(|tx| want_reconciliation(tx, ACCOUNT, false, false));
        run(&mut worker, now.plus_millis(999_000));
        assert!(!world.script.take_calls().contains(&"list"));
        run(&mut worker, now.plus_millis(1_000_000));
        assert!(world.script.take_calls().contains(&"list"));
    });
}

#[test]
fn a_call_of_the_erp_does_not_wait_for_the_limiter() {
    everywhere(|world| {
        world.script.limits(ChannelCall::Submit, 1, 60);
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        let mut worker = world.worker();
        let now = later(0);
        run(&mut worker, now);
        let version = world.write(|tx| outbox::mark(tx, &[(OfferId(1), ACCOUNT, Topic::Quantity)]).map(|()| tx.stamp));
        let look = |until| world.store.read(|conn| outbox::unsettled(conn, (version, &[]), None, until)).unwrap();
        assert_eq!(look(later(1)), Unsettled { pending: 1, soon: 1, parked: 0 }, "before the worker has seen it");
        run(&mut worker, later(0));
        assert_eq!(look(later(1)), Unsettled { pending: 1, soon: 0, parked: 0 });
        assert_eq!(look(later(61)), Unsettled { pending: 1, soon: 1, parked: 0 }, "who has the time may wait");

        let change = world
            .store
            .read(|conn| {
                let found = changes::matching(conn, &ChangeFilter::default())?;
                changes::by_ids(conn, &found.into_iter().map(|(_, id)| id).collect::<Vec<_>>())
            })
            .unwrap()
            .pop()
            .unwrap();
        assert_eq!(change.next_try(), Some(now.plus_millis(60_000)), "support sees when it goes");
    });
}

#[test]
fn a_process_that_takes_over_begins_with_what_it_may_do_itself() {
    everywhere(|world| {
        world.script.limits(ChannelCall::Submit, 1, 86_400);
        world.add_running(1);
        let limited = || world.store.read(|conn| limited_calls::beyond(conn, Stamp(0))).unwrap().into_values().next();
        let told = |worker: &mut Worker, now: Stamp| {
            world.mark(1, &[Topic::Price]);
            run(worker, now);
            world.mark(1, &[Topic::Price]);
            run(worker, now.plus_millis(1_000));
            world.script.take_submits().len()
        };
        let mut first = world.worker_of("first");
        let start = later(10);
        assert_eq!(told(&mut first, start), 1);
        assert_eq!(limited(), Some(start.plus_millis(86_400_000)));

        // The lease of the first one has run out.
        let mut second = world.worker_of("second");
        let taken = start.plus_millis(60_000);
        assert_eq!(told(&mut second, taken), 1);
        assert_eq!(limited(), Some(taken.plus_millis(86_400_000)));

        // It finds the lease taken; when it has it again, its own bucket counts.
        run(&mut first, taken.plus_millis(2_000));
        let again = taken.plus_millis(120_000);
        assert_eq!(told(&mut first, again), 0);
        assert_eq!(limited(), Some(start.plus_millis(86_400_000)));
    });
}

#[test]
fn what_needs_no_call_does_not_wait() {
    everywhere(|world| {
        world.script.limits(ChannelCall::PushFact, 1, 3_600);
        world.add_order(1, &[]);
        world.add_fact(1, "told", PAID);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.add_order(2, &[]);
        world.add_fact(2, "broken", "no fact");
        run(&mut worker, later(0));
        assert_eq!(world.fact_states(), [("told".to_owned(), OutboxStatus::Done), ("broken".to_owned(), OutboxStatus::Parked)]);
    });
}

#[test]
fn what_is_asked_for_while_a_comparison_waits_becomes_part_of_it() {
    everywhere(|world| {
        world.script.limits(ChannelCall::ListOffers, 1, 3_600);
        let mut worker = world.worker();
        let now = later(10);
        world.write(|tx| want_reconciliation(tx, ACCOUNT, false, false));
        run(&mut worker, now);
        world.write(|tx| want_reconciliation(tx, ACCOUNT, false, false));
        run(&mut worker, now.plus_millis(1_000));
        world.write(|tx| want_reconciliation(tx, ACCOUNT, true, true));
        let next = run(&mut worker, now.plus_millis(2_000));
        assert!(next <= now.plus_millis(3_600_000));
        assert_eq!(world.script.take_calls().iter().filter(|call| **call == "list").count(), 1);
        run(&mut worker, now.plus_millis(3_600_000));
        run(&mut worker, now.plus_millis(2 * 3_600_000));
        assert_eq!(world.script.take_calls().iter().filter(|call| **call == "list").count(), 1, "both at once");
        let work = world.work();
        assert_eq!((work.reconcile_served, work.reconcile_repair), (work.reconcile_wanted, false));
    });
}
