//! Who works on an account, and what a crash leaves behind.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::script::{Scripted, all_done};
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::Connector;
use crate::dispatch::Dispatcher;
use crate::dispatch::worker::Next;
use crate::domain::{OfferId, Stamp};
use crate::store::outbox::{self, Topic};

/// A worker that hangs in its channel call until the returned sender is used.
fn hanging_worker(world: &World, now: Stamp) -> (JoinHandle<()>, Sender<()>) {
    let (called, is_called) = channel();
    let (go_on, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    world.script.on_submit(move |changes| {
        called.send(()).unwrap();
        let _ = wait.lock().unwrap().recv();
        Ok(all_done(changes))
    });
    let mut worker = world.worker_of("first");
    let thread = std::thread::spawn(move || {
        run(&mut worker, now);
    });
    is_called.recv().unwrap();
    (thread, go_on)
}

#[test]
fn two_workers_of_one_account_never_send_at_the_same_time() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        let now = later(0);
        let (thread, go_on) = hanging_worker(&world, now);
        world.script.take_calls();
        let mut second = world.worker_of("second");
        for seconds in [0, 10, 29] {
            let next = second.step(now.plus_millis(seconds * 1000)).unwrap();
            assert_eq!(next, Next::At(now.plus_millis(seconds * 1000 + 10_000)));
        }
        assert!(world.script.take_calls().is_empty());
        go_on.send(()).unwrap();
        thread.join().unwrap();
    });
}

#[test]
fn what_was_sent_but_not_settled_is_repeated_by_the_next_owner() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        let now = later(0);
        let (thread, go_on) = hanging_worker(&world, now);
        let first = world.script.take_submits().remove(0);
        let mut second = world.worker_of("second");
        run(&mut second, now.plus_millis(31_000));
        let again = world.script.take_submits().remove(0);
        assert_eq!(again[0].quantity, first[0].quantity);
        assert!(world.rows(1).is_empty());

        // The dead one was only slow: its late word changes nothing that came after.
        world.set_stock(1, 1, 0);
        world.mark(1, &[Topic::Quantity]);
        go_on.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(world.rows(1).len(), 1);
    });
}

#[test]
fn a_process_that_owns_its_database_takes_over_from_its_own_past_at_once() {
    everywhere(|world| {
        let now = later(0);
        run(&mut world.worker_of("past"), now);
        world.script.take_calls();
        let mut worker = world.worker_of("present");
        worker.lease.set_steal(true);
        run(&mut worker, now);
        assert_eq!(world.work().lease_owner.as_deref(), Some("present"));
    });
}

#[test]
fn a_lease_is_renewed_when_half_of_it_is_gone() {
    everywhere(|world| {
        let now = later(0);
        let mut worker = world.worker();
        let next = run(&mut worker, now);
        assert_eq!(next, now.plus_millis(15_000));
        let until = world.work().lease_until;
        run(&mut worker, now.plus_millis(14_000));
        assert_eq!(world.work().lease_until, until);
        run(&mut worker, now.plus_millis(15_000));
        assert_eq!(world.work().lease_until, now.plus_millis(45_000).0);
    });
}

#[test]
fn a_database_that_is_down_is_an_error_and_the_worker_goes_on_afterwards() {
    use diesel::prelude::*;
    everywhere(|world| {
        let rename = |statement: &'static str| {
            world.write(move |tx| {
                crate::on!(&mut tx.conn, c => diesel::sql_query(statement).execute(c))?;
                Ok(())
            });
        };
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        let mut worker = world.worker();
        worker.step(later(0)).unwrap();
        rename("ALTER TABLE account_work RENAME TO gone");
        assert!(worker.step(later(20)).is_err());
        rename("ALTER TABLE gone RENAME TO account_work");
        run(&mut worker, later(20));
        assert!(world.rows(1).is_empty());
    });
}

#[test]
fn a_ring_is_answered_while_the_caller_waits_and_a_stop_gives_the_lease_back() {
    everywhere(|world| {
        world.add_running(1);
        let connector: Box<dyn Connector> = Box::new(Scripted(Arc::clone(&world.script)));
        let dispatcher = Dispatcher::start(
            Arc::clone(&world.settings),
            world.store.clone(),
            Arc::clone(&world.bell),
            Arc::default(),
            vec![(ACCOUNT, connector)],
        );
        let stamp = world.write(|tx| {
            outbox::mark(tx, &[(OfferId(1), ACCOUNT, Topic::Quantity)])?;
            Ok(tx.stamp)
        });
        let mut settlements = world.bell.settlements();
        world.bell.ring(&[ACCOUNT]);
        let look = || world.store.read(|conn| outbox::unsettled(conn, (stamp, &[]), None, stamp)).unwrap();
        actix_web::rt::System::new().block_on(async {
            while look() != outbox::Unsettled::default() {
                let rung = tokio::time::timeout(Duration::from_secs(30), settlements.changed()).await;
                assert!(rung.is_ok_and(|rung| rung.is_ok()), "the worker tells that it settled something");
            }
        });
        assert_eq!(world.script.take_submits().len(), 1);
        dispatcher.stop();
        assert_eq!(world.work().lease_owner, None);
    });
}
