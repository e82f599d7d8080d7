//! Channels that fail, throttle, lose answers or break.

use std::time::Duration;

use super::script::{all_done, row, unavailable};
use super::world::{everywhere, later, run};
use crate::connectors::{ChannelError, Outcome, Pulled};
use crate::domain::{OfferId, Stamp};
use crate::store::outbox::{OutboxStatus, Topic};

#[test]
fn retry_after_of_a_row_is_obeyed_in_full() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        world.script.on_submit(|changes| {
            let later = Outcome::Later { after: Some(Duration::from_secs(500)), reason: "slow down".into() };
            Ok(vec![row(&changes[0], later)])
        });
        let mut worker = world.worker();
        let now = later(0);
        run(&mut worker, now);
        assert_eq!(world.script.take_submits().len(), 1);
        run(&mut worker, now.plus_millis(499_900));
        assert!(world.script.take_submits().is_empty());
        run(&mut worker, now.plus_millis(500_000 + 5_000));
        assert_eq!(world.script.take_submits().len(), 1);
    });
}

#[test]
fn retry_after_of_a_call_holds_the_whole_account() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        world.script.on_submit(|_| Err(unavailable(Some(500))));
        let mut worker = world.worker();
        let now = later(0);
        run(&mut worker, now);
        world.add_running(2);
        world.mark(2, &[Topic::Price]);
        world.script.take_calls();
        run(&mut worker, now.plus_millis(499_900));
        assert!(world.script.take_calls().is_empty(), "nothing at all is sent");
        run(&mut worker, now.plus_millis(505_000));
        let told: usize = world.script.take_submits().iter().map(Vec::len).sum();
        assert_eq!(told, 1 + 2);
        assert_eq!(world.work().failures, 0, "one success ends the pause");
    });
}

#[test]
fn failures_of_the_account_climb_the_ladder() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        for _ in 0..3 {
            world.script.on_submit(|_| Err(unavailable(None)));
        }
        // Polls would end the count.
        for _ in 0..10 {
            world.script.on_pull(|_, _| Err(unavailable(None)));
        }
        let mut worker = world.worker();
        let mut now = later(0);
        for pause in [10, 100, 1000] {
            run(&mut worker, now);
            let blocked = world.work().blocked_until;
            assert!(blocked >= now.plus_millis(pause * 1000).0);
            assert!(blocked < now.plus_millis(pause * 1000 + 5000).0);
            now = Stamp(blocked);
        }
    });
}

#[test]
fn a_lost_answer_is_repeated_harmlessly() {
    everywhere(|world| {
        for id in 1..=2 {
            world.add_running(id);
            world.mark(id, &[Topic::Quantity]);
        }
        world.script.on_submit(|changes| Ok(all_done(&changes[..1])));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let first = world.script.take_submits().remove(0);
        run(&mut worker, later(20));
        let second = world.script.take_submits().remove(0);
        assert_eq!(second.len(), 1, "only the row without an answer");
        assert_eq!(second[0].offer_id, first[1].offer_id);
        assert_eq!(second[0].quantity, first[1].quantity, "absolute values");
        assert!(world.rows(1).is_empty() && world.rows(2).is_empty());
    });
}

#[test]
fn a_connector_that_panics_is_a_channel_that_failed() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        world.script.on_submit(|_| panic!("index out of bounds"));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let error = world.work().last_error.unwrap();
        assert!(error.contains("index out of bounds"), "{error}");
        run(&mut worker, later(20));
        assert!(world.rows(1).is_empty());
    });
}

#[test]
fn an_offer_that_breaks_every_call_is_sent_alone_and_the_others_get_through() {
    everywhere(|world| {
        for id in 1..=4 {
            world.add_running(id);
            world.mark(id, &[Topic::Price]);
        }
        for _ in 0..40 {
            world.script.on_submit(|changes| {
                if changes.iter().any(|change| change.offer_id == OfferId(2)) {
                    return Err(unavailable(None));
                }
                Ok(all_done(changes))
            });
        }
        let mut worker = world.worker();
        let mut now = later(0);
        for _ in 0..12 {
            run(&mut worker, now);
            now = now.plus_millis(300_000);
        }
        for id in [1, 3, 4] {
            assert!(world.rows(id).is_empty(), "offer {id} on {}", world.name);
        }
        assert_eq!(world.rows(2).len(), 1);
    });
}

#[test]
fn what_failed_for_too_long_is_parked_with_an_alarm() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        world.script.on_submit(|_| Err(unavailable(None)));
        world.script.on_submit(|_| Err(unavailable(None)));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        run(&mut worker, later(73 * 3600));
        assert_eq!(world.rows(1)[0].status, OutboxStatus::Parked);
        assert_eq!(world.messages()[0].code, "CHANNEL_GAVE_UP");
        run(&mut worker, later(80 * 3600));
        assert_eq!(world.script.take_submits().len(), 2);
    });
}

#[test]
fn polls_that_fail_do_not_starve_the_offers() {
    everywhere(|world| {
        for _ in 0..1000 {
            world.script.on_pull(|_, _| Err(ChannelError::Protocol { reason: "no orders field".into() }));
        }
        world.add_running(1);
        let mut worker = world.worker();
        let mut now = later(0);
        run(&mut worker, now);
        world.mark(1, &[Topic::Quantity]);
        for _ in 0..3 {
            now = run(&mut worker, now).max(now.plus_millis(5_000));
        }
        assert!(world.rows(1).is_empty());
    });
}

#[test]
fn an_endless_list_of_orders_does_not_starve_the_offers() {
    everywhere(|world| {
        for page in 0..30 {
            world.script.on_pull(move |_, _| Ok(Pulled { orders: Vec::new(), cursor: page.to_string(), more: true }));
        }
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        run(&mut world.worker(), later(1));
        let calls = world.script.take_calls();
        let submitted = calls.iter().position(|call| *call == "submit").unwrap();
        assert!((1..=10).contains(&submitted), "{calls:?}");
        assert_eq!(calls.len(), 32);
    });
}
