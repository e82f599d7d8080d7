//! The levels that a monitoring system reads, one value per account.

use super::Known;
use super::state::AccountState;
use crate::config::Account;
use crate::domain::Stamp;
use crate::domain::rate::ChannelCall;
use crate::metrics::{Labels, Levels};
use crate::store::accounts::WorkRow;
use crate::store::backlog::Backlog;

pub(super) fn levels(known: &Known, accounts: &[&Account]) -> Levels {
    let mut levels = Levels::default();
    let label = |account: &Account| ("account", account.account_id.to_string());
    let states = accounts.iter().flat_map(|account| {
        let state = known.state(account);
        AccountState::ALL.map(|each| (vec![label(account), ("state", each.word().to_owned())], i64::from(each == state)))
    });
    levels.add("account_state", "1 for the state in which an account is", states);
    let changes = accounts.iter().flat_map(|account| {
        let backlog = known.backlog(account);
        let status = |word: &str, count| (vec![label(account), ("status", word.to_owned())], count);
        [status("pending", backlog.pending), status("parked", backlog.parked)]
    });
    levels.add("outbox_changes", "Changes that a channel has not taken", changes);

    let of_backlog = |value: fn(&Backlog, Stamp) -> i64| {
        accounts
            .iter()
            .map(move |account| (vec![label(account)], value(&known.backlog(account), known.now)))
            .collect::<Vec<(Labels, i64)>>()
    };
    let age = |backlog: &Backlog, now: Stamp| backlog.oldest_pending.map_or(0, |oldest| seconds(now.0.saturating_sub(oldest.0)));
    levels.add("outbox_oldest_pending_seconds", "Age of the oldest change that is pending", of_backlog(age));
    let tasks = accounts.iter().map(|account| (vec![label(account)], known.tasks(account).0)).collect::<Vec<_>>();
    levels.add("channel_tasks", "Tasks that the channel works on", tasks);
    let age = |account: &&Account| known.tasks(account).1.map_or(0, |since| seconds(known.now.0.saturating_sub(since.0)));
    let ages = accounts.iter().map(|account| (vec![label(account)], age(account))).collect::<Vec<_>>();
    levels.add("channel_oldest_task_seconds", "Age of the oldest task that the channel works on", ages);
    levels.add("held_orders", "Orders that could not be stored", of_backlog(|backlog, _| backlog.held_orders));
    levels.add("offers_running", "Offers that run", of_backlog(|backlog, _| backlog.offers_running));

    let of_work = |value: fn(&WorkRow) -> Option<i64>| {
        let value = move |account: &&Account| Some((vec![label(account)], value(known.work.get(&account.account_id)?)?));
        accounts.iter().filter_map(value).collect::<Vec<(Labels, i64)>>()
    };
    levels.add("account_failures", "Calls to the channel that failed in a row", of_work(|work| Some(i64::from(work.failures))));
    levels.add("account_silent", "1 while the silence alarm is raised", of_work(|work| Some(i64::from(work.silent))));
    let polled = of_work(|work| work.polled_at.map(seconds));
    levels.add("account_polled_timestamp_seconds", "When all orders were collected last", polled);
    let order = of_work(|work| work.no_order_since.map(seconds));
    levels.add("account_no_order_since_timestamp_seconds", "When the last new order came, or the first poll ended", order);

    let limited = accounts.iter().flat_map(|account| {
        let waits = |call| i64::from(known.limited.contains_key(&(account.account_id, call)));
        ChannelCall::ALL.map(|call| (vec![label(account), ("call", call.word().to_owned())], waits(call)))
    });
    levels.add("channel_limited", "1 while calls wait because the channel may not be called more often", limited);
    levels
}

fn seconds(micros: i64) -> i64 {
    micros / 1_000_000
}
