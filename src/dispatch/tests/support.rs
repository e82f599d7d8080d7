//! Support at work beside the worker: having changes tried again, and giving them up.

use super::script::unavailable;
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::{Outcome, RowResult};
use crate::domain::message::{Message, channel};
use crate::domain::{AccountId, ItemId, OfferId, OrderId, Stamp};
use crate::store::changes::{self, AboutOffer, AboutOrder, Change, ChangeFilter, ChangeId, ChangeKind};
use crate::store::filter::Cond;
use crate::store::outbox::{self, OutboxStatus, Settled, Topic};

const PAID: &str = r#"{"paid":{"transaction_id":null}}"#;
const PRICE: ChangeId = ChangeId::State { offer_id: OfferId(1), topic: Topic::Price };

fn refusal() -> Message {
    channel::said("E7", "no", "ask")
}

fn find(world: &World, filter: &ChangeFilter) -> Vec<Change> {
    world
        .store
        .read(|conn| {
            let mut found = changes::matching(conn, filter)?;
            found.sort_unstable();
            changes::by_ids(conn, &found.into_iter().map(|(_, id)| id).collect::<Vec<_>>())
        })
        .unwrap()
}

fn all(world: &World) -> Vec<Change> {
    find(world, &ChangeFilter::default())
}

fn retry(world: &World, id: ChangeId) -> bool {
    world.write(move |tx| changes::retry(tx, id))
}

#[test]
fn a_refused_state_goes_again_with_a_fresh_ladder() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        world.script.on_submit(|changes| {
            let refused =
                |change: &crate::connectors::OfferChange| RowResult { offer_id: change.offer_id, outcome: Outcome::Refused(refusal()) };
            Ok(changes.iter().map(refused).collect())
        });
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let parked = all(&world);
        assert_eq!((parked[0].id, parked[0].parked, parked[0].next_try()), (PRICE, true, None));
        assert_eq!(parked[0].offer.as_ref().unwrap().internal_item_number, "SKU-1");
        run(&mut worker, later(100_000));
        assert_eq!(world.script.take_submits().len(), 1, "it is not tried by itself");

        assert!(retry(&world, PRICE));
        let row = &world.rows(1)[0];
        assert_eq!((row.status, row.attempts, row.first_failed_at, row.last_error.as_deref()), (OutboxStatus::Pending, 0, None, None));
        assert!(!retry(&world, PRICE), "it is due already");
        run(&mut worker, later(100_001));
        assert_eq!(world.script.take_submits().len(), 1);
        assert_eq!(all(&world).len(), 0);
        assert!(!retry(&world, PRICE), "it has arrived");
    });
}

#[test]
fn what_waits_on_the_ladder_is_due_at_once_but_a_pause_of_the_account_counts() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.add_fact(1, "a", PAID);
        world.script.on_fact(|_| Err(unavailable(None)));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let fact = all(&world).remove(0);
        assert_eq!((fact.attempts, fact.parked), (1, false));
        assert_eq!(world.write(|tx| changes::retry_account(tx, ACCOUNT, true)), 0, "nothing is parked");
        assert_eq!(world.write(|tx| changes::retry_account(tx, AccountId(2), false)), 0, "not of this account");
        assert_eq!(world.write(|tx| changes::retry_account(tx, ACCOUNT, false)), 1);
        let again = all(&world).remove(0);
        assert_eq!((again.attempts, again.first_failed_at), (0, None));
        assert!(again.due_at <= Stamp::now());
        assert_eq!(again.next_try(), Some(Stamp(world.work().blocked_until)));
        run(&mut worker, later(15));
        assert_eq!(world.fact_states(), [("a".to_owned(), OutboxStatus::Done)]);
    });
}

#[test]
fn an_attempt_under_way_does_not_undo_a_retry() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.add_fact(1, "a", PAID);
        let begun = world.store.read(|conn| outbox::due_facts(conn, ACCOUNT, later(0), 1)).unwrap().remove(0);
        let failed = Settled::Again { due_at: later(5_000), error: "down".into() };
        let (row, settled) = (begun.clone(), failed.clone());
        world.write(move |tx| outbox::settle(tx, &row.clone().into(), &settled));
        assert!(retry(&world, ChangeId::Fact(begun.fact_id)));
        world.write(move |tx| outbox::settle(tx, &begun.clone().into(), &failed));
        assert_eq!(all(&world)[0].attempts, 0);
    });
}

#[test]
fn what_is_given_up_is_gone_and_a_fact_does_not_come_back() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Price]);
        world.add_order(1, &[]);
        world.add_fact(1, "a", PAID);
        let begun = world.store.read(|conn| outbox::due_facts(conn, ACCOUNT, later(0), 1)).unwrap().remove(0);
        let fact = ChangeId::Fact(begun.fact_id);
        world.write(move |tx| {
            changes::drop(tx, PRICE)?;
            changes::drop(tx, fact)
        });
        assert_eq!(all(&world).len(), 0);
        let refused = begun.clone();
        world.write(move |tx| outbox::settle(tx, &refused.clone().into(), &Settled::Parked { error: "no".into() }));
        world.add_fact(1, "a", PAID);
        run(&mut world.worker(), later(0));
        assert!(world.script.take_submits().is_empty() && world.script.take_facts().is_empty());
        assert_eq!(world.fact_states(), [("a".to_owned(), OutboxStatus::Dropped)]);
        world.write(move |tx| outbox::settle(tx, &begun.clone().into(), &Settled::Done));
        assert_eq!(world.fact_states(), [("a".to_owned(), OutboxStatus::Done)], "the attempt under way had told it");
    });
}

#[test]
fn conditions_select() {
    everywhere(|world| {
        world.add_running(1);
        world.add_running(2);
        world.mark(1, &[Topic::Price, Topic::Quantity]);
        world.mark(2, &[Topic::Price]);
        world.add_order(1, &[]);
        world.add_fact(1, "a", PAID);
        world.add_fact(99, "nowhere", PAID);
        let about_offer = |offer| ChangeFilter { offer, ..ChangeFilter::default() };
        let about_order = |order| ChangeFilter { order, ..ChangeFilter::default() };
        let count = |filter: ChangeFilter| find(&world, &filter).len();
        assert_eq!(count(ChangeFilter::default()), 5);
        assert_eq!(count(about_offer(AboutOffer { item_id: Cond::one(ItemId(1)), ..AboutOffer::default() })), 2);
        assert_eq!(count(about_offer(AboutOffer { internal_item_number: Cond::one("SKU-2".into()), ..AboutOffer::default() })), 1);
        assert_eq!(count(about_offer(AboutOffer { offer_id: Cond::Null, ..AboutOffer::default() })), 2);
        assert_eq!(count(about_order(AboutOrder { order_id: Cond::one(OrderId(1)), ..AboutOrder::default() })), 1);
        assert_eq!(count(about_order(AboutOrder { marketplace_order_id: Cond::one("M-1".into()), ..AboutOrder::default() })), 1);
        assert_eq!(count(ChangeFilter { kind: Cond::one(ChangeKind::Fact), ..ChangeFilter::default() }), 2);
        assert_eq!(count(ChangeFilter { account_id: Cond::one(AccountId(2)), ..ChangeFilter::default() }), 0);
        assert_eq!(count(ChangeFilter { status: Cond::one(OutboxStatus::Parked), ..ChangeFilter::default() }), 0);
        let lost = all(&world).pop().unwrap();
        assert_eq!((lost.mandator_id, lost.order.unwrap().order_number), (None, None));
    });
}
