//! How much is on its way per account, in numbers.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::Conn;
use super::offers::OfferState;
use super::outbox::OutboxStatus;
use super::schema::{held_orders, offers, outbox_facts, outbox_states};
use crate::domain::{AccountId, Failure, Stamp};
use crate::on;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Backlog {
    /// Changes that are tried automatically until the channel takes them.
    pub pending: i64,
    /// When the oldest of them was asked for.
    pub oldest_pending: Option<Stamp>,
    /// Changes that are no longer tried automatically.
    pub parked: i64,
    /// Orders that could not be stored.
    pub held_orders: i64,
    /// Offers that run, as far as is known.
    pub offers_running: i64,
}

/// An account that is missing has nothing.
pub(crate) fn of_accounts(conn: &mut Conn<'_>) -> Result<BTreeMap<AccountId, Backlog>, Failure> {
    let states: Vec<(i32, OutboxStatus, i64, Option<i64>)> = on!(conn, c => outbox_states::table
        .filter(outbox_states::status.eq_any(OutboxStatus::OPEN))
        .group_by((outbox_states::account_id, outbox_states::status))
        .select((outbox_states::account_id, outbox_states::status, count_star(), min(outbox_states::version)))
        .load(c))?;
    let facts: Vec<(i32, OutboxStatus, i64, Option<i64>)> = on!(conn, c => outbox_facts::table
        .filter(outbox_facts::status.eq_any(OutboxStatus::OPEN))
        .group_by((outbox_facts::account_id, outbox_facts::status))
        .select((outbox_facts::account_id, outbox_facts::status, count_star(), min(outbox_facts::version)))
        .load(c))?;
    let held: Vec<(i32, i64)> = on!(conn, c => held_orders::table
        .group_by(held_orders::account_id)
        .select((held_orders::account_id, count_star()))
        .load(c))?;
    let running: Vec<(i32, i64)> = on!(conn, c => offers::table
        .filter(offers::state.eq(OfferState::Running))
        .group_by(offers::account_id)
        .select((offers::account_id, count_star()))
        .load(c))?;
    let mut found: BTreeMap<AccountId, Backlog> = BTreeMap::new();
    for (account, status, count, oldest) in states.into_iter().chain(facts) {
        let backlog = found.entry(AccountId(account)).or_default();
        if status == OutboxStatus::Pending {
            backlog.pending += count;
            backlog.oldest_pending = backlog.oldest_pending.into_iter().chain(oldest.map(Stamp)).min();
        } else {
            backlog.parked += count;
        }
    }
    for (account, count) in held {
        found.entry(AccountId(account)).or_default().held_orders = count;
    }
    for (account, count) in running {
        found.entry(AccountId(account)).or_default().offers_running = count;
    }
    Ok(found)
}
