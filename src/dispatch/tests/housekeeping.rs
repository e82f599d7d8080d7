//! What is done beside the accounts' work.

use crate::domain::offer::Wanted;
use crate::domain::{ItemId, MandatorId, OfferId};
use std::sync::Arc;

use diesel::prelude::*;

use super::world::{self, ACCOUNT, World, everywhere, later};
use crate::dispatch::bell::Wake;
use crate::dispatch::housekeeping::Housekeeper;
use crate::dispatch::keeper::Keeper;
use crate::dispatch::settle::{About, message_row};
use crate::domain::message::channel;
use crate::on;
use crate::store::offers::{self, EndedBy};
use crate::store::outbox::{self, Settled, Topic};
use crate::store::schema::outbox_facts;
use crate::store::since::{Following, Since};
use crate::store::stock::{self, StockFilter, StockItemFilter, changes};
use crate::store::{accounts, messages};

const DAY: i64 = 86_400;

fn housekeeper(world: &World) -> Housekeeper {
    Housekeeper {
        part: 0,
        settings: Arc::clone(&world.settings),
        store: world.store.clone(),
        bell: Arc::clone(&world.bell),
        metrics: Arc::default(),
        keeper: Arc::new(Keeper::default()),
        owner: "this process".into(),
        warned: Default::default(),
        looked_through: Default::default(),
    }
}

#[test]
fn messages_and_told_facts_are_forgotten_after_their_time_and_open_facts_never() {
    everywhere(|world| {
        let message = channel::refund_open();
        let row = message_row(&super::world::account(ACCOUNT), About::Account, &message);
        world.write(move |tx| messages::add(tx, row));
        world.add_fact(1, "told", "{}");
        world.add_fact(1, "open", "{}");
        world.write(|tx| {
            let row = on!(&mut tx.conn, c => outbox_facts::table
                .filter(outbox_facts::fact_key.eq("told"))
                .select(outbox::FactRow::as_select())
                .first(c))?;
            outbox::settle(tx, &row.clone().into(), &Settled::Done)
        });
        let mut housekeeper = housekeeper(&world);
        housekeeper.tidy(later(29 * DAY)).unwrap();
        assert_eq!((world.messages().len(), world.fact_states().len()), (1, 2));
        housekeeper.tidy(later(31 * DAY)).unwrap();
        assert!(world.messages().is_empty());
        assert_eq!(world.fact_states(), [("open".to_owned(), outbox::OutboxStatus::Pending)]);
    });
}

#[test]
fn a_sale_that_begins_at_midnight_wakes_the_account() {
    everywhere(|world| {
        world.add_running(1);
        let first_day = (chrono::Utc::now() + chrono::Duration::days(2)).date_naive();
        world.add_validity(2, Some((first_day.to_string(), first_day.to_string())));
        world.set_price(2, 1, 50_000);
        let mut housekeeper = housekeeper(&world);
        housekeeper.tidy(later(0)).unwrap();
        assert!(world.rows(1).is_empty());
        housekeeper.tidy(later(3 * DAY)).unwrap();
        assert_eq!(world.rows(1)[0].topic, Topic::Price);
        assert_eq!(world.bell.wait_for_work(ACCOUNT, std::time::Instant::now()), Wake::Rung);
    });
}

#[test]
fn leases_are_lengthened_only_during_calls_and_only_by_their_owner() {
    everywhere(|world| {
        let now = later(0);
        world.write(move |tx| accounts::take_lease(tx, ACCOUNT, "this process", now, now.plus_millis(1), false));
        let housekeeper = housekeeper(&world);
        let keep = || {
            housekeeper.keep_leases(now).unwrap();
            world.work().lease_until > now.plus_millis(1).0
        };
        assert!(!keep());
        let kept = housekeeper.keeper.keep(ACCOUNT);
        assert!(keep());
        world.write(move |tx| accounts::take_lease(tx, ACCOUNT, "another", now, now.plus_millis(1), true));
        assert!(!keep());
        drop(kept);
        assert!(housekeeper.keeper.accounts().is_empty());
    });
}

#[test]
fn a_scheduled_offer_is_released_when_its_time_has_come() {
    everywhere(|world| {
        world.add_offer(1, "{}");
        let time = later(100);
        world.write(move |tx| {
            offers::unwant(tx, &[OfferId(1)], EndedBy::Nobody)?;
            offers::schedule(tx, &[OfferId(1)], time)
        });
        let housekeeper = housekeeper(&world);
        housekeeper.release(later(0)).unwrap();
        assert_eq!((world.offer(1).wanted, world.rows(1).len()), (Wanted::Ended, 0), "{}", world.name);
        housekeeper.release(later(101)).unwrap();
        assert_eq!((world.offer(1).wanted, world.offer(1).release_at, world.rows(1).len()), (Wanted::Running, None, 4));
        assert_eq!(world.bell.wait_for_work(ACCOUNT, std::time::Instant::now()), Wake::Rung);
    });
}

#[test]
fn stock_changes_that_no_longer_count_are_forgotten_and_the_others_never() {
    everywhere(|world| {
        world.add_running(1);
        world.add_running(2);
        for count in 1..=30 {
            for item in [1, 2] {
                world.write(move |tx| world::set_stock(tx, item, 1, count));
            }
        }
        world.write(|tx| world::set_stock(tx, 1, 2, 7));
        let rows = |world: &World| {
            let most = i64::from(i16::MAX);
            world.store.read(|conn| changes::stretch(conn, MandatorId(1), Since::START, most)).unwrap().map(|all| (all.rows, all.outdated))
        };
        assert!(rows(&world).unwrap().1 >= 58);
        housekeeper(&world).tidy(later(0)).unwrap();
        let (kept, outdated) = rows(&world).unwrap();
        assert_eq!(outdated, 0);
        let filter = StockFilter { item: StockItemFilter { mandator_id: MandatorId(1), ..Default::default() }, ..Default::default() };
        let all = world.store.read(|conn| stock::matching(conn, &filter, &[ItemId(1), ItemId(2)])).unwrap();
        assert_eq!(kept, all.len(), "one row for each stock");
        let following = Following { since: Since::START, most: 100 };
        let changed = world.store.read(|conn| changes::following(conn, &filter, following)).unwrap();
        assert_eq!(changed.len(), all.len());
        assert!(changed.is_sorted_by_key(|row| (row.last_changed, row.item_id, row.warehouse_id)));
        assert_eq!(changed.last().map(|row| (row.item_id, row.stock_count)), Some((ItemId(1), 7)));
    });
}
