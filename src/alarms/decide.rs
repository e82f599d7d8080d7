//! What is wrong, and what that means for the alarms that are known. Pure.

use std::time::Duration;

use super::plus;
use crate::config::{Account, Settings};
use crate::domain::alarm::{AlarmKind, AlarmWay};
use crate::domain::{AccountId, Stamp};
use crate::store::accounts::WorkRow;
use crate::store::alarms::AlarmRow;
use crate::store::backlog::Numbers;

/// Something that an admin has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub account_id: AccountId,
    pub kind: AlarmKind,
    /// What it is, and what helps.
    pub text: String,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    Put(AlarmRow),
    Remove(AlarmRow),
}

/// All that is wrong with active accounts now.
pub(super) fn troubles(settings: &Settings, work: &[WorkRow], backlog: &Numbers, now: Stamp) -> Vec<Trouble> {
    let active = settings.accounts.iter().filter(|account| account.active);
    active.flat_map(|account| of_account(settings, account, work, backlog, now)).collect()
}

fn of_account(settings: &Settings, account: &Account, work: &[WorkRow], backlog: &Numbers, now: Stamp) -> Vec<Trouble> {
    let account_id = account.account_id;
    let mut found = Vec::new();
    let mut add = |kind, text| found.push(Trouble { account_id, kind, text });
    let work = work.iter().find(|work| work.account_id == account_id);
    let waiting = backlog.get(&account_id);
    let (parked, held) = waiting.map_or((0, 0), |waiting| (waiting.parked, waiting.held_orders));
    if parked > 0 || held > 0 {
        let text = format!("{parked} changes are parked, {held} orders are set aside; kontor outbox list --account {account_id} says why");
        add(AlarmKind::Parked, text);
    }
    if let Some(work) = work.filter(|work| work.failures > 0) {
        let error = work.last_error.as_deref().unwrap_or("no reason is known");
        add(
            AlarmKind::Failing,
            format!("{} calls to the channel in a row failed, the last one: {error}; kontor check --connect", work.failures),
        );
    }
    if let Some(work) = work.filter(|work| work.silent) {
        let since = work.no_order_since.map(|since| time(Stamp(since))).unwrap_or_default();
        add(AlarmKind::Silent, format!("no new order since {since}; look into the channel"));
    }
    let oldest = waiting.and_then(|waiting| waiting.oldest_pending);
    if let Some(oldest) = oldest.filter(|oldest| plus(*oldest, settings.alarms.queue_age) <= now) {
        add(AlarmKind::QueueAge, format!("a change has waited since {}; kontor outbox list --account {account_id} says why", time(oldest)));
    }
    found
}

/// As the log writes it.
pub(super) fn time(time: Stamp) -> String {
    time.to_utc().map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

/// What changes about the rows. A cause that is gone before it was sent is not sent at all.
pub(super) fn next(settings: &Settings, ways: &[AlarmWay], found: &[Trouble], known: &[AlarmRow], now: Stamp) -> Vec<Next> {
    let mut next = Vec::new();
    for row in known {
        let lasts = found.iter().any(|trouble| (trouble.account_id, trouble.kind) == (row.account_id, row.kind));
        match (lasts, row) {
            _ if !ways.contains(&row.way) => next.push(Next::Remove(row.clone())),
            (false, AlarmRow { was_sent: false, .. }) => next.push(Next::Remove(row.clone())),
            (false, AlarmRow { is_over: false, .. }) => next.push(Next::Put(AlarmRow { is_over: true, due_at: now.0, ..row.clone() })),
            // It came back before anybody heard that it was over.
            (true, AlarmRow { is_over: true, .. }) => {
                let due_at = plus(now, settings.alarms.repeat).0;
                next.push(Next::Put(AlarmRow { is_over: false, due_at, ..row.clone() }));
            }
            _ => {}
        }
    }
    for trouble in found {
        for way in ways {
            let is_known = |row: &AlarmRow| (row.account_id, row.kind, row.way) == (trouble.account_id, trouble.kind, *way);
            if !known.iter().any(is_known) {
                let delay = if trouble.kind == AlarmKind::Failing { settings.alarms.failing_after } else { Duration::ZERO };
                next.push(Next::Put(AlarmRow {
                    account_id: trouble.account_id,
                    kind: trouble.kind,
                    way: *way,
                    since: now.0,
                    due_at: plus(now, delay).0,
                    was_sent: false,
                    is_over: false,
                }));
            }
        }
    }
    next
}
