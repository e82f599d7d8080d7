use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use super::*;

const MIB: usize = 1 << 20;

async fn is_waiting<F: Future>(future: &mut Pin<&mut F>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

fn user(name: &str) -> Party {
    Party::User(name.to_owned())
}

fn number<T>(result: Result<T, Failure>) -> Option<i32> {
    result.err().map(|failure| failure.code.number)
}

#[actix_web::test]
async fn what_is_charged_is_given_back() {
    let budget = Budget::new(100 * MIB);
    let mut charge = budget.charge(&user("erp"), 60 * MIB).await.expect("room");
    charge.grow(75 * MIB).await.expect("room");
    assert_eq!(budget.used(), 75 * MIB);
    charge.set(150 * MIB);
    assert_eq!(budget.used(), 150 * MIB, "what is there already is counted, room or not");
    assert_eq!(number(budget.charge_within(&user("other"), MIB, 0, Duration::ZERO).await), Some(9007));
    drop(charge);
    assert_eq!(budget.used(), 0);
}

#[actix_web::test]
async fn more_than_there_is_at_all_is_refused_at_once() {
    let budget = Budget::new(100 * MIB);
    assert_eq!(number(budget.charge(&user("erp"), 101 * MIB).await), Some(1020));
    let mut charge = budget.charge(&user("erp"), MIB).await.expect("room");
    assert_eq!(number(charge.grow(101 * MIB).await), Some(1020));
    assert_eq!(budget.used(), MIB);
}

#[actix_web::test]
async fn who_waits_is_let_in_in_order() {
    let budget = Budget::new(100 * MIB);
    let held = budget.charge(&user("erp"), 100 * MIB).await.expect("room");
    let (b, c) = (user("b"), user("c"));
    let (mut first, mut second) = (pin!(budget.charge(&b, 80 * MIB)), pin!(budget.charge(&c, 80 * MIB)));
    assert!(is_waiting(&mut first).await && is_waiting(&mut second).await);
    drop(held);
    let first = first.await.expect("room");
    assert!(is_waiting(&mut second).await);
    drop(first);
    assert!(second.await.is_ok());
    assert_eq!(budget.used(), 0);
}

#[actix_web::test]
async fn small_calls_pass_a_large_one_but_do_not_starve_it() {
    let budget = Budget::new(100 * MIB);
    let held = budget.charge(&user("erp"), 50 * MIB).await.expect("room");
    let large_user = user("large");
    let mut large = pin!(budget.charge(&large_user, 90 * MIB));
    assert!(is_waiting(&mut large).await);
    let mut passed = 0;
    while let Ok(charge) = budget.charge_within(&user("small"), 10 * MIB, 0, Duration::ZERO).await {
        drop(charge);
        passed += 1;
    }
    assert_eq!(passed, PASSED);
    drop(held);
    assert!(large.await.is_ok());
}

#[actix_web::test]
async fn who_gave_up_holds_nobody_up() {
    let budget = Budget::new(100 * MIB);
    let held = budget.charge(&user("erp"), 50 * MIB).await.expect("room");
    {
        let b = user("b");
        let mut gone = pin!(budget.charge(&b, 60 * MIB));
        assert!(is_waiting(&mut gone).await);
    }
    let c = user("c");
    let mut next = pin!(budget.charge(&c, 100 * MIB));
    assert!(is_waiting(&mut next).await);
    drop(held);
    assert!(next.await.is_ok());
    assert_eq!(budget.used(), 0);
}

#[actix_web::test]
async fn one_party_takes_all_but_a_quarter_and_holds_no_other_up() {
    let budget = Budget::new(100 * MIB);
    let (greedy, modest) = (user("greedy"), user("modest"));
    let held = budget.charge(&greedy, 70 * MIB).await.expect("room");
    let mut next = pin!(budget.charge(&greedy, 10 * MIB));
    assert!(is_waiting(&mut next).await, "beyond its share");
    let other = budget.charge(&modest, 25 * MIB).await.expect("room: who waits for its own share is not waited for");
    assert_eq!(number(budget.charge_within(&modest, 10 * MIB, 0, Duration::ZERO).await), Some(9007));
    drop(held);
    assert!(next.await.is_ok());
    drop(other);
    let mut all = budget.charge(&greedy, 50 * MIB).await.expect("room");
    assert!(all.grow(100 * MIB).await.is_ok(), "one call may need more than a share");
    drop(all);
    assert!(lock(&budget.state).room.used_by.is_empty(), "nobody is remembered without a charge");
}

#[actix_web::test]
async fn small_calls_have_room_whatever_large_ones_of_the_same_user_hold() {
    let budget = Budget::new(64 * MIB);
    let erp = user("erp");
    let mut large = budget.charge(&erp, 48 * MIB).await.expect("room");
    // Answers are there already, room or not.
    large.set(100 * MIB);
    let mut second = pin!(budget.charge(&erp, MIB));
    assert!(is_waiting(&mut second).await);
    let mut held = Vec::new();
    for _ in 0..12 {
        held.push(budget.charge(&erp, SMALL / 2).await.expect("room"));
    }
    drop(held);
    let mut small = budget.charge(&erp, 10).await.expect("room");
    assert!(small.grow(SMALL).await.is_ok() && small.small, "it grows where it is");
    small.set(1_000);
    {
        let mut grows = pin!(small.grow(SMALL + 1));
        assert!(is_waiting(&mut grows).await, "what is large now waits like the others");
        drop(large);
        assert!(grows.await.is_ok());
    }
    assert!(!small.small);
    assert!(second.await.is_ok());
    drop(small);
    // Of their room, too, one user takes all but a quarter.
    let mut held = Vec::new();
    while lock(&budget.state).take_small(&erp, SMALL, 0) {
        held.push(Charge { budget: Arc::clone(&budget), party: erp.clone(), bytes: SMALL, small: true });
    }
    assert_eq!(held.len() * SMALL, 3 * MIB);
    assert!(lock(&budget.state).take_small(&user("other"), SMALL, 0));
    lock(&budget.state).small.give_back(&user("other"), SMALL);
    drop(held);
    let state = lock(&budget.state);
    assert!(state.room.used_by.is_empty() && state.small.used_by.is_empty() && state.small.used == 0);
}

#[test]
fn the_default_is_a_quarter_of_what_the_process_may_use() {
    let meminfo = "MemTotal:        8000000 kB\nMemFree:  1 kB\n";
    for (cgroup_2, cgroup_1, meminfo, bytes) in [
        (None, None, Some(meminfo), 2_048_000_000),
        (Some("max\n"), None, Some(meminfo), 2_048_000_000),
        (Some("1073741824\n"), None, Some(meminfo), 1 << 28),
        (None, Some("9223372036854771712\n"), Some(meminfo), 2_048_000_000),
        (None, Some("2147483648\n"), Some(meminfo), 1 << 29),
        (Some("1000\n"), None, None, LEAST),
        (None, None, None, UNKNOWN),
    ] {
        assert_eq!(a_quarter(cgroup_2, cgroup_1, meminfo), bytes);
    }
}
