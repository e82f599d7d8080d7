//! The board on stored data, on every database at hand.

use crate::domain::message::channel;
use std::sync::Arc;

use super::state::{self, AccountState};
use super::{Board, Report};
use crate::config::{User, fixture};
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, MandatorId, Stamp};
use crate::metrics::Metrics;
use crate::store::accounts::{self, WorkRow};
use crate::store::messages::{self, MessageRow};
use crate::store::outbox::{self, Settled, Topic};
use crate::store::testing::on_stores;
use crate::store::{Store, Tx, held_orders, limited_calls, testing};

const ACCOUNT: AccountId = AccountId(101);
const FAR: Stamp = Stamp(i64::MAX / 2);

fn board(store: &Store) -> Board {
    Board { settings: Arc::new(fixture::settings()), store: store.clone(), metrics: Arc::new(Metrics::default()), started: Stamp(0) }
}

fn admin(mandators: &[i32]) -> User {
    User { mandators: mandators.iter().copied().map(MandatorId).collect(), ..fixture::user("admin") }
}

fn report(store: &Store) -> Report {
    board(store).report(&admin(&[])).unwrap()
}

fn work(store: &Store, account_id: AccountId, change: impl FnOnce(&mut WorkRow) + Send + 'static) {
    let changed = move |tx: &mut Tx<'_>| {
        let mut row = accounts::ensure_work(tx, account_id)?;
        row.lease_until = FAR.0;
        change(&mut row);
        accounts::save_work(tx, &row)
    };
    store.write(changed).unwrap();
}

#[test]
fn the_worst_that_holds_is_the_state() {
    on_stores(|store| {
        work(store, ACCOUNT, |_| {});
        let row = store.read(|conn| accounts::work_of(conn, ACCOUNT)).unwrap().unwrap();
        let now = Stamp(1_000);
        let is = |active, change: fn(&mut WorkRow)| {
            let mut row = row.clone();
            change(&mut row);
            state::of(active, Some(&row), now)
        };
        assert_eq!(is(true, |_| {}), AccountState::Working);
        assert_eq!(is(true, |row| row.silent = true), AccountState::Silent);
        assert_eq!(is(true, |row| (row.silent, row.failures) = (true, 1)), AccountState::Failing);
        assert_eq!(is(true, |row| (row.failures, row.lease_until) = (1, 1_000)), AccountState::Unattended);
        assert_eq!(is(false, |row| row.failures = 1), AccountState::Inactive);
        assert_eq!(state::of(true, None, now), AccountState::Unattended);
    });
}

#[test]
fn what_is_on_its_way_stuck_and_said_is_told_per_account() {
    on_stores(|store| {
        for account in [ACCOUNT, AccountId(102), AccountId(201)] {
            work(store, account, |_| {});
        }
        assert!(!report(store).needs_attention);
        let offer = store
            .write(|tx| {
                let item = testing::item(tx, MandatorId(1), "MUG<1>", &[])?;
                let offer = testing::offer(tx, 1, ACCOUNT.0, item, None)?;
                outbox::mark(tx, &[(offer, ACCOUNT, Topic::Price), (offer, ACCOUNT, Topic::Quantity)])?;
                let rows = outbox::rows_of(&mut tx.conn, &[offer])?;
                let price: Vec<_> = rows.into_iter().filter(|row| row.topic == Topic::Price).collect();
                for row in price {
                    outbox::settle(tx, &row.into(), &Settled::Parked { error: "PRICE_BAND: <b>too dear</b>".into() })?;
                }
                held_orders::hold(tx, AccountId(102), "C-1", "{}", FAR, "no such currency")?;
                limited_calls::note(tx, ACCOUNT, ChannelCall::Submit, FAR)?;
                for message in [channel::refund_open(), channel::order_not_moved_on("<b>careful</b>")] {
                    messages::add(tx, MessageRow::of(MandatorId(1), ACCOUNT, &message))?;
                }
                Ok(offer)
            })
            .unwrap();
        let report = report(store);
        assert!(report.needs_attention);
        let [first, second, third] = report.accounts.as_slice() else { panic!("{report:?}") };
        assert_eq!((first.state, first.pending, first.parked, first.needs_attention), ("working", 1, 1, true));
        assert!(first.oldest_pending_since.is_some() && first.limited.contains_key("submit"), "{first:?}");
        assert_eq!((second.held_orders, second.needs_attention), (1, true));
        assert_eq!((third.pending, third.needs_attention), (0, false));
        let stuck: Vec<_> = report.stuck.iter().map(|stuck| (stuck.change.as_str(), stuck.about.as_str())).collect();
        assert_eq!(stuck.len(), 2);
        assert!(
            stuck.contains(&(format!("price-{offer}").as_str(), "item MUG<1>")) && stuck.iter().any(|(_, about)| *about == "order C-1"),
            "{stuck:?}"
        );
        let said: Vec<_> = report.messages.iter().map(|said| (said.severity, said.code.as_str())).collect();
        assert_eq!(said, [("warning", "STATE")], "what is only told is left out");

        let page = board(store).page(&admin(&[])).unwrap();
        assert!(page.contains("PRICE_BAND: &lt;b&gt;too dear&lt;&#x2f;b&gt;") && page.contains("item MUG&lt;1&gt;"), "{page}");
        assert!(page.contains("submit waits for the rate limit until") && page.contains("Something needs attention"), "{page}");
    });
}

#[test]
fn an_administrator_of_one_mandator_sees_no_other() {
    on_stores(|store| {
        store.write(|tx| held_orders::hold(tx, ACCOUNT, "C-1", "{}", FAR, "no such currency").map(|_| ())).unwrap();
        let board = board(store);
        let report = board.report(&admin(&[2])).unwrap();
        assert_eq!(report.accounts.iter().map(|account| account.account_id).collect::<Vec<_>>(), [201]);
        assert!(report.stuck.is_empty());
    });
}

#[test]
fn levels_are_told_to_a_monitoring_system() {
    on_stores(|store| {
        work(store, ACCOUNT, |row| (row.silent, row.no_order_since, row.failures) = (true, Some(7_000_001), 3));
        let text = board(store).metrics(&admin(&[])).unwrap();
        for line in [
            "kontor_account_state{account=\"101\",state=\"failing\"} 1",
            "kontor_account_state{account=\"101\",state=\"working\"} 0",
            "kontor_account_state{account=\"102\",state=\"unattended\"} 1",
            "kontor_account_silent{account=\"101\"} 1",
            "kontor_account_failures{account=\"101\"} 3",
            "kontor_account_no_order_since_timestamp_seconds{account=\"101\"} 7",
            "kontor_outbox_changes{account=\"101\",status=\"parked\"} 0",
            "kontor_held_orders{account=\"101\"} 0",
            "kontor_channel_limited{account=\"101\",call=\"submit\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in:\n{text}");
        }
    });
}
