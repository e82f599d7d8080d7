//! Calls of channels that bring a poll forward.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::world::{ACCOUNT, World, everywhere, later};
use crate::connectors::{Delivery, Hint, Hooks, Unproven};
use crate::dispatch::Hints;
use crate::domain::{AccountId, Stamp};
use crate::store::accounts;

/// A channel whose signature is the word "right", and whose events have the names of their bodies.
struct Words;

impl Hooks for Words {
    fn read(&self, delivery: &Delivery<'_>) -> Result<Hint, Unproven> {
        match (delivery.header("signature"), delivery.body) {
            (Some("right"), b"product") => Ok(Hint::Nothing),
            (Some("right"), body) => Ok(Hint::Orders { event: Some(String::from_utf8_lossy(body).into_owned()) }),
            _ => Err(Unproven),
        }
    }
}

fn hints(world: &World) -> Hints {
    let of: BTreeMap<AccountId, Arc<dyn Hooks>> = BTreeMap::from([(ACCOUNT, Arc::new(Words) as Arc<dyn Hooks>)]);
    Hints::new(world.store.clone(), Arc::clone(&world.bell), of)
}

fn call(hints: &Hints, account: &str, signature: &str, body: &str) -> Result<(), Unproven> {
    let headers = [("signature".to_owned(), signature.to_owned())];
    hints.take(account, &Delivery { headers: &headers, body: body.as_bytes() })
}

/// The next poll is an hour away, and the last one was so many seconds ago.
fn quiet(world: &World, polled: i64) -> i64 {
    let (next, polled_at) = (later(3600), Stamp::now().plus_millis(-1000 * polled));
    world.write(move |tx| {
        accounts::ensure_work(tx, ACCOUNT)?;
        accounts::poll_finished(tx, ACCOUNT, 0, polled_at, next)
    });
    next.0
}

#[test]
fn a_proven_call_brings_the_next_poll_forward_once() {
    everywhere(|world| {
        let (hints, next) = (hints(&world), quiet(&world, 60));
        for (account, signature, body, result) in [
            ("1", "wrong", "a", Err(Unproven)),
            ("2", "right", "a", Err(Unproven)),
            ("x", "right", "a", Err(Unproven)),
            ("1", "right", "product", Ok(())),
            ("1", "", "webhook_id=7", Ok(())),
            ("99", "", "webhook_id=7", Ok(())),
        ] {
            assert_eq!(call(&hints, account, signature, body), result, "{account} {body}");
            assert_eq!(world.work().next_poll_at, next, "{account} {body}");
        }
        let before = Stamp::now();
        call(&hints, "1", "right", "a").unwrap();
        let at = world.work().next_poll_at;
        assert!(at >= before.0 && at <= Stamp::now().0, "at once");
        let next = quiet(&world, 60);
        call(&hints, "1", "right", "a").unwrap();
        assert_eq!(world.work().next_poll_at, next, "the channel repeats itself");
        call(&hints, "1", "right", "b").unwrap();
        assert!(world.work().next_poll_at < next);
    });
}

#[test]
fn a_flood_does_not_make_polls_follow_one_another() {
    everywhere(|world| {
        let hints = hints(&world);
        quiet(&world, 0);
        let polled = world.work().polled_at.unwrap();
        for event in 0..20 {
            call(&hints, "1", "right", &event.to_string()).unwrap();
        }
        assert_eq!(world.work().next_poll_at, Stamp(polled).plus_millis(5000).0);
    });
}

#[test]
fn a_hint_does_not_call_a_channel_that_is_down() {
    everywhere(|world| {
        let (hints, next) = (hints(&world), quiet(&world, 60));
        world.write(|tx| accounts::call_failed(tx, ACCOUNT, Stamp(0), "down"));
        call(&hints, "1", "right", "a").unwrap();
        assert_eq!(world.work().next_poll_at, next);
    });
}
