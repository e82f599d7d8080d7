//! An account that usually brings orders, and does not.

use crate::domain::message::Severity;
use std::time::Duration;

use super::world::{World, channel_order, everywhere, import, later, run};
use crate::connectors::Pulled;
use crate::dispatch::worker::Worker;
use crate::domain::order::ChannelOrder;
use crate::domain::{Reader, Stamp};

const HOUR: i64 = 3600;

fn watched(world: &World) -> Worker {
    let mut worker = world.worker();
    worker.context.account.silence_alarm = Some(Duration::from_secs(24 * 3600));
    worker
}

fn brings(world: &World, order: &'static str) {
    world.script.on_pull(move |_, _| Ok(Pulled { orders: vec![channel_order(order)], cursor: order.into(), more: false }));
}

fn alarms(world: &World) -> Vec<String> {
    world.messages().into_iter().filter(|message| message.code == "ACCOUNT_SILENT").map(|message| message.text(Reader::ADMIN)).collect()
}

#[test]
fn silence_is_told_once_and_ends_with_the_next_order() {
    everywhere(|world| {
        let mut worker = watched(&world);
        let start = later(0);
        // A little later than the hour, because calls take their time.
        let at = |hours: i64| start.plus_millis((hours * HOUR + hours) * 1000);
        brings(&world, "A");
        run(&mut worker, at(0));
        let since = world.work().no_order_since.unwrap();
        assert!(since >= start.0);
        run(&mut worker, at(23));
        assert!(!world.work().silent && alarms(&world).is_empty());

        run(&mut worker, at(24));
        assert!(world.work().silent);
        let told = alarms(&world);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains(&Stamp(since).to_utc().unwrap().format("%Y-%m-%d %H:%M").to_string()), "{told:?}");
        assert_eq!(world.messages()[0].severity, Severity::Warning);
        run(&mut worker, at(30));
        // Another process, or the same one after a restart.
        worker = watched(&world);
        run(&mut worker, at(40));
        assert_eq!(alarms(&world).len(), 1, "told once");

        // The channel tells an old order again: that is no news.
        brings(&world, "A");
        run(&mut worker, at(41));
        assert!(world.work().silent);
        brings(&world, "B");
        run(&mut worker, at(42));
        assert!(!world.work().silent);
        run(&mut worker, at(42 + 24));
        assert_eq!(alarms(&world).len(), 2, "the next silence is told again");
    });
}

#[test]
fn an_account_without_any_order_counts_from_its_first_poll() {
    everywhere(|world| {
        let mut worker = watched(&world);
        let start = later(0);
        run(&mut worker, start);
        assert!(world.work().no_order_since >= Some(start.0));
        run(&mut worker, start.plus_millis(25 * HOUR * 1000));
        assert!(world.work().silent);
    });
}

#[test]
fn only_a_channel_that_answers_can_be_silent() {
    everywhere(|world| {
        let mut worker = watched(&world);
        let start = later(0);
        brings(&world, "A");
        run(&mut worker, start);
        // Down for two days; then its orders come with the first poll.
        for _ in 0..3 {
            world.script.on_pull(|_, _| Err(super::script::unavailable(None)));
        }
        run(&mut worker, start.plus_millis(25 * HOUR * 1000));
        run(&mut worker, start.plus_millis(40 * HOUR * 1000));
        run(&mut worker, start.plus_millis(48 * HOUR * 1000));
        assert!(!world.work().silent && world.work().failures > 0);
        brings(&world, "B");
        run(&mut worker, start.plus_millis(49 * HOUR * 1000));
        assert!(alarms(&world).is_empty());
    });
}

#[test]
fn an_order_that_cannot_be_stored_is_no_silence_and_an_alarm_can_be_switched_off() {
    everywhere(|world| {
        let mut worker = watched(&world);
        let start = later(0);
        run(&mut worker, start);
        brings(&world, "bad");
        run(&mut worker, start.plus_millis(23 * HOUR * 1000));
        run(&mut worker, start.plus_millis(25 * HOUR * 1000));
        assert!(!world.work().silent);
        run(&mut worker, start.plus_millis(48 * HOUR * 1000));
        assert!(world.work().silent);

        // Support mends what kept the old order from being stored: that is no news of the channel.
        worker.rounds.orders.import = |tx, settings, account, order| {
            import(tx, settings, account, &ChannelOrder { order_id: format!("mended {}", order.order_id), ..order.clone() })
        };
        run(&mut worker, start.plus_millis(49 * HOUR * 1000));
        assert_eq!(world.orders(), [Some("mended bad".to_owned())]);
        assert!(world.work().silent);

        worker.context.account.silence_alarm = None;
        run(&mut worker, start.plus_millis(50 * HOUR * 1000));
        assert!(!world.work().silent);
    });
}
