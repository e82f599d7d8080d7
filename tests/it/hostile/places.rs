//! Calls that wait hold nobody else up.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::config::Config;
use crate::erp::{Erp, everywhere};
use crate::words::ACCOUNT;
use crate::world::World;

/// More than there are threads.
const WAITING: usize = 200;

#[test]
fn calls_that_wait_for_a_channel_hold_neither_health_nor_other_calls_up() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { dispatch: "synchronous_wait_seconds = 120", ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        erp.item("CUP", "Cup");
        let document = erp.document(
            "syncPlatformOrders",
            &format!("<accounts><account_id>{ACCOUNT}</account_id></accounts><process_synchronous>true</process_synchronous>"),
            &format!("<accountIds><item>{ACCOUNT}</item></accountIds><processSynchronous>true</processSynchronous>"),
        );
        world.sandbox("/faults", &json!({"delay_ms": 20_000}));
        let answered = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..WAITING {
                let (erp, document, answered) = (&erp, &document, &answered);
                scope.spawn(move || {
                    let reply = erp.send(document, &[]);
                    answered.fetch_add(1, Ordering::SeqCst);
                    assert_eq!(reply.status, 200, "{}", reply.body);
                });
            }
            for count in 1..=20 {
                erp.stock("CUP", count, true);
                assert_eq!(erp.stock_of("CUP").0, count);
                assert_eq!(world.get("/health").status, 200);
            }
            assert_eq!(world.get_as("admin", "/status").status, 200);
            assert_eq!(answered.load(Ordering::SeqCst), 0, "{database:?} {face:?}: all of them still wait for the channel");
            world.sandbox("/faults", &json!({"delay_ms": 0}));
        });
        assert_eq!(answered.load(Ordering::SeqCst), WAITING);
    });
}
