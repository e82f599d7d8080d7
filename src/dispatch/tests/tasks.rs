//! What a channel accepts into a task and works on.

use super::script::{row, unavailable};
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::{
    Acceptance, ChannelError, ListedOffer, OfferChange, Outcome, PriceKinds, ReadBack, Repeats, RowResult, Task, TaskProgress,
};
use crate::domain::message::channel;
use crate::domain::offer::{OfferState, Wanted};
use crate::domain::order::{FactKind, FactName};
use crate::domain::{OfferId, OrderId};
use crate::store::offers::{EndedBy, unwant};
use crate::store::outbox::{self, OutboxStatus, Topic};
use crate::store::{backlog, begun, changes, tasks};

const DAY: i64 = 86_400;

fn accepted(task: &str) -> Outcome {
    Outcome::Accepted(Acceptance { task: task.to_owned(), after: None })
}

/// The next call of submit is accepted into this task.
fn accepts(world: &World, task: &'static str) {
    world.script.on_submit(move |changes| Ok(changes.iter().map(|change| row(change, accepted(task))).collect()));
}

fn ended(outcome: impl Fn(OfferId) -> Outcome) -> impl FnOnce(&Task) -> Result<TaskProgress, ChannelError> {
    move |task| {
        let result = |offer_id: OfferId| RowResult { offer_id, outcome: outcome(offer_id) };
        Ok(TaskProgress::Ended(task.rows.iter().map(|row| result(row.offer_id)).collect()))
    }
}

fn shown(number: &str) -> Outcome {
    Outcome::Done { external_number: Some(number.to_owned()), url: None, messages: Vec::new() }
}

/// An offer whose listing the channel has accepted.
fn listed_by_task(world: &World) {
    world.add_offer(1, "{}");
    world.set_price(1, 1, 99_000);
    world.set_stock(1, 1, 5);
    world.mark(1, &Topic::ALL);
    accepts(world, "T-1");
}

fn open_tasks(world: &World) -> i64 {
    world.store.read(tasks::open_tasks).unwrap().get(&ACCOUNT).map_or(0, |open| open.0)
}

#[test]
fn a_listing_in_a_task_stays_prepared_until_the_channel_shows_it() {
    everywhere(|world| {
        listed_by_task(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let offer = world.offer(1);
        assert_eq!((offer.state, offer.accepted_at.is_some()), (OfferState::Prepared, true), "{}", world.name);
        let pending = world.store.read(backlog::of_accounts).unwrap();
        assert_eq!(pending.get(&ACCOUNT).map(|backlog| backlog.pending), Some(4), "its rows count as pending");
        let changes = world.store.read(|conn| changes::of_offers(conn, &[OfferId(1)])).unwrap();
        assert!(changes.iter().all(|change| change.accepted_at.is_some()));
        assert_eq!(open_tasks(&world), 1);

        run(&mut worker, later(61));
        assert_eq!(world.offer(1).state, OfferState::Prepared, "the channel still works on it");
        world.script.on_task(ended(|_| shown("X-1")));
        run(&mut worker, later(200));
        let offer = world.offer(1);
        assert_eq!((offer.state, offer.accepted_at), (OfferState::Running, None));
        assert_eq!((offer.external_offer_number.as_deref(), offer.shown_quantity), (Some("X-1"), Some(5)));
        assert!(world.rows(1).is_empty());
        assert_eq!(open_tasks(&world), 0);
        assert_eq!(world.script.take_submits().len(), 1);
    });
}

#[test]
fn what_comes_while_a_task_is_open_waits_for_it_and_nothing_is_submitted_twice() {
    everywhere(|world| {
        world.add_running(1);
        world.mark(1, &[Topic::Quantity]);
        accepts(&world, "T-1");
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.set_stock(1, 1, 3);
        world.mark(1, &[Topic::Quantity, Topic::Price]);
        run(&mut worker, later(1));
        let told = world.script.take_submits();
        assert_eq!(told.len(), 2, "{}", world.name);
        assert!(told[1][0].quantity.is_none() && told[1][0].price.is_some(), "another topic is not held up");

        world.script.on_task(ended(|_| Outcome::done()));
        run(&mut worker, later(100));
        let told = world.script.take_submits();
        assert_eq!(told[0][0].quantity.unwrap().offered, 3, "the newer value goes when the task has ended");
        assert!(world.rows(1).is_empty());
    });
}

#[test]
fn an_end_asked_for_during_the_listing_follows_it() {
    everywhere(|world| {
        listed_by_task(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.take_submits();
        world.write(|tx| unwant(tx, &[OfferId(1)], EndedBy::Call));
        world.mark(1, &[Topic::Listing]);
        run(&mut worker, later(1));
        assert!(world.script.take_submits().is_empty(), "{}", world.name);
        world.script.on_task(ended(|_| shown("X-1")));
        run(&mut worker, later(100));
        let told = world.script.take_submits();
        assert_eq!((told.len(), told[0][0].wanted), (1, Wanted::Ended));
        assert_eq!(told[0][0].external_number.as_deref(), Some("X-1"));
        assert_eq!(world.offer(1).state, OfferState::Ended);
    });
}

#[test]
fn a_task_that_fails_in_part_settles_each_row() {
    everywhere(|world| {
        for id in 1..=3 {
            world.add_running(id);
            world.mark(id, &[Topic::Price]);
        }
        accepts(&world, "T-1");
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.on_task(|_| {
            let refused = Outcome::Refused(channel::said("E42", "no brand", "send a brand"));
            let results =
                vec![RowResult { offer_id: OfferId(1), outcome: Outcome::done() }, RowResult { offer_id: OfferId(2), outcome: refused }];
            Ok(TaskProgress::Working { results, after: None })
        });
        run(&mut worker, later(61));
        assert!(world.rows(1).is_empty(), "{}", world.name);
        let parked = world.rows(2);
        assert_eq!((parked[0].status, parked[0].task_id), (OutboxStatus::Parked, None));
        assert!(world.rows(3)[0].task_id.is_some());
        assert_eq!(world.messages().len(), 1);
        world.script.on_task(|_| Ok(TaskProgress::Ended(Vec::new())));
        world.script.take_submits();
        run(&mut worker, later(200));
        let told: Vec<OfferChange> = world.script.take_submits().concat();
        assert_eq!(told.iter().map(|change| change.offer_id).collect::<Vec<_>>(), [OfferId(3)], "without a word it goes again");
    });
}

#[test]
fn a_forgotten_task_and_one_of_a_day_are_read_back_and_submitted_again() {
    for forgotten in [true, false] {
        everywhere(|world| {
            listed_by_task(&world);
            let mut worker = world.worker();
            run(&mut worker, later(0));
            world.script.take_submits();
            if forgotten {
                world.script.on_task(|_| Ok(TaskProgress::Forgotten));
            }
            world.script.on_find(|keys| {
                let listed = ListedOffer {
                    external_number: Some("X-found".to_owned()),
                    sku: Some(keys[0].sku.clone()),
                    ean: None,
                    title: String::new(),
                    price: None,
                    quantity: None,
                    running: true,
                    url: None,
                };
                Ok(vec![(keys[0].offer_id, listed)])
            });
            run(&mut worker, later(if forgotten { 61 } else { DAY + 1 }));
            let told = world.script.take_submits();
            assert_eq!(told.len(), 1, "{}", world.name);
            assert_eq!(told[0][0].external_number.as_deref(), Some("X-found"), "so no second one is listed");
            assert_eq!(world.offer(1).state, OfferState::Running);
            assert_eq!((open_tasks(&world), world.rows(1).len()), (0, 0));
        });
    }
}

#[test]
fn a_question_that_fails_is_put_again_and_settles_nothing() {
    everywhere(|world| {
        listed_by_task(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.on_task(|_| Err(unavailable(None)));
        run(&mut worker, later(61));
        assert_eq!((world.work().failures, open_tasks(&world)), (1, 1), "{}", world.name);
        world.script.on_task(ended(|_| shown("X-1")));
        run(&mut worker, later(200));
        assert_eq!((world.offer(1).state, world.work().failures), (OfferState::Running, 0));
    });
}

#[test]
fn another_process_asks_about_the_tasks_of_one_that_died() {
    everywhere(|world| {
        listed_by_task(&world);
        run(&mut world.worker_of("died"), later(0));
        world.script.take_submits();
        world.script.on_task(ended(|_| shown("X-1")));
        run(&mut world.worker_of("lives"), later(100));
        assert_eq!((world.offer(1).state, open_tasks(&world)), (OfferState::Running, 0), "{}", world.name);
        assert!(world.script.take_submits().is_empty(), "nothing was submitted again");
    });
}

#[test]
fn a_row_may_go_on_in_another_task_and_keeps_its_time() {
    everywhere(|world| {
        listed_by_task(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let since = world.offer(1).accepted_at;
        world.script.on_task(ended(|_| accepted("T-2")));
        run(&mut worker, later(61));
        assert_eq!((world.offer(1).accepted_at, open_tasks(&world)), (since, 1), "{}", world.name);
        world.script.on_task(|task| {
            assert_eq!(task.id, "T-2");
            ended(|_| shown("X-1"))(task)
        });
        run(&mut worker, later(200));
        assert_eq!(world.offer(1).state, OfferState::Running);
    });
}

/// A report about an order whose answer was lost.
fn fact_without_an_answer(world: &World) {
    world.script.can(|can| can.repeats = Repeats::ReadBack);
    world.add_order(1, &[]);
    world.write(|tx| outbox::add_fact(tx, ACCOUNT, OrderId(1), "1-paid", &FactKind::Paid { transaction_id: None }));
    world.script.on_fact(|_| Err(unavailable(None)));
}

#[test]
fn a_fact_is_read_back_before_it_is_repeated() {
    everywhere(|world| {
        fact_without_an_answer(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.on_read_back(|_| Ok(ReadBack::Arrived));
        run(&mut worker, later(30));
        assert_eq!(world.fact_states(), [("1-paid".to_owned(), OutboxStatus::Done)], "{}", world.name);
        assert_eq!(world.script.take_facts().len(), 1);
    });
}

#[test]
fn a_fact_that_did_not_arrive_goes_again() {
    everywhere(|world| {
        fact_without_an_answer(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.on_read_back(|_| Ok(ReadBack::Absent));
        run(&mut worker, later(30));
        run(&mut worker, later(31));
        assert_eq!(world.fact_states()[0].1, OutboxStatus::Done, "{}", world.name);
        assert_eq!(world.script.take_facts().len(), 2);
    });
}

#[test]
fn a_fact_that_nobody_can_see_is_parked_until_a_person_has_looked() {
    everywhere(|world| {
        fact_without_an_answer(&world);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.on_read_back(|_| Ok(ReadBack::Unknown));
        run(&mut worker, later(30));
        assert_eq!(world.fact_states()[0].1, OutboxStatus::Parked, "{}", world.name);
        assert_eq!(world.messages().pop().unwrap().code, "FACT_UNCLEAR");
        world.write(|tx| changes::retry(tx, changes::ChangeId::Fact(1)));
        run(&mut worker, later(60));
        assert_eq!(world.fact_states()[0].1, OutboxStatus::Done, "who has it sent again means it");
    });
}

#[test]
fn a_fact_is_read_back_after_the_process_died_in_the_middle() {
    everywhere(|world| {
        fact_without_an_answer(&world);
        world.script.on_read_back(|_| Ok(ReadBack::Arrived));
        world.write(|tx| begun::mark(tx, &begun::Begun::Fact(1), 1));
        run(&mut world.worker_of("lives"), later(30));
        assert_eq!(world.fact_states()[0].1, OutboxStatus::Done, "{}", world.name);
        assert!(world.script.take_facts().is_empty());
    });
}

#[test]
fn an_accepted_fact_is_asked_about_and_not_sent_again() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.write(|tx| outbox::add_fact(tx, ACCOUNT, OrderId(1), "1-paid", &FactKind::Paid { transaction_id: None }));
        world.script.on_fact(|_| Ok(accepted("F-1")));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        world.script.on_read_back(|fact| {
            assert_eq!(fact.task.as_deref(), Some("F-1"));
            Ok(ReadBack::Working { after: None })
        });
        run(&mut worker, later(100));
        world.script.on_read_back(|_| Ok(ReadBack::Arrived));
        run(&mut worker, later(300));
        assert_eq!(world.script.take_facts().len(), 1, "{}", world.name);
        assert_eq!(world.fact_states()[0].1, OutboxStatus::Done);
    });
}

#[test]
fn a_fact_that_the_channel_does_not_take_is_said_once() {
    everywhere(|world| {
        world.script.can(|can| can.facts.retain(|fact| *fact != FactName::Paid));
        world.add_order(1, &[]);
        world.write(|tx| outbox::add_fact(tx, ACCOUNT, OrderId(1), "1-paid", &FactKind::Paid { transaction_id: None }));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        run(&mut worker, later(1000));
        assert!(world.script.take_facts().is_empty(), "{}", world.name);
        let codes: Vec<String> = world.messages().into_iter().map(|message| message.code).collect();
        assert_eq!(codes, ["FACT_NOT_SENT"]);
    });
}

#[test]
fn a_price_of_the_wrong_kind_and_an_sku_that_is_too_long_are_said_without_a_call() {
    everywhere(|world| {
        world.script.can(|can| {
            can.prices = PriceKinds::Net;
            can.longest_sku = 5;
        });
        world.add_running(1);
        world.add_running(22);
        world.mark(1, &[Topic::Price]);
        world.mark(22, &[Topic::Quantity]);
        run(&mut world.worker(), later(0));
        assert!(world.script.take_submits().is_empty(), "{}", world.name);
        let codes: Vec<String> = world.messages().into_iter().map(|message| message.code).collect();
        assert_eq!(codes, ["PRICE_KIND", "SKU_TOO_LONG"]);
        assert_eq!(world.rows(1)[0].status, OutboxStatus::Parked);
    });
}
