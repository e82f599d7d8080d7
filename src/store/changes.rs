//! What is on its way to the channels, and what of theirs could not be stored, as one list for those who look after it:
//! find it, have it tried again, give it up. The rows are those of [`super::outbox`] and [`super::held_orders`].

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;

use super::filter::Cond;
use super::held_orders::HeldOrder;
use super::held_orders::ORDER_ASIDE;
use super::outbox::{FactRow, OutboxStatus, StateRow, Topic, due_now};
use super::schema::{account_work, held_orders, items, offers, orders, outbox_facts, outbox_states};
use super::{Conn, MOST_VARIABLES, Tx, limited_calls};
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp};
use crate::{narrow, on};

/// The number of a change, one over all tables: `price-12` is the price of offer 12, `fact-7` a report about an order,
/// `order-3` an order of the channel that could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeId {
    State { offer_id: i32, topic: Topic },
    Fact(i32),
    Order(i32),
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeId::State { offer_id, topic } => write!(f, "{}-{offer_id}", topic.word()),
            ChangeId::Fact(number) => write!(f, "fact-{number}"),
            ChangeId::Order(number) => write!(f, "order-{number}"),
        }
    }
}

/// The text is no number of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoChangeId;

impl FromStr for ChangeId {
    type Err = NoChangeId;

    fn from_str(text: &str) -> Result<ChangeId, NoChangeId> {
        let (word, number) = text.trim().split_once('-').ok_or(NoChangeId)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(NoChangeId)?;
        if word.eq_ignore_ascii_case("fact") {
            return Ok(ChangeId::Fact(number));
        }
        if word.eq_ignore_ascii_case("order") {
            return Ok(ChangeId::Order(number));
        }
        let topic = Topic::ALL.into_iter().find(|topic| word.eq_ignore_ascii_case(topic.word()));
        topic.map(|topic| ChangeId::State { offer_id: number, topic }).ok_or(NoChangeId)
    }
}

/// Which tables are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// The state of an offer, for its channel.
    State,
    /// What happened to an order, for its channel.
    Fact,
    /// An order of the channel, for us.
    Order,
}

impl ChangeId {
    pub fn kind(self) -> ChangeKind {
        match self {
            ChangeId::State { .. } => ChangeKind::State,
            ChangeId::Fact(_) => ChangeKind::Fact,
            ChangeId::Order(_) => ChangeKind::Order,
        }
    }
}

/// The offer that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferOf {
    pub offer_id: i32,
    pub item_id: i32,
    pub internal_item_number: String,
}

/// The order that a change is about. Our numbers are missing where it is not stored (yet, or any more).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderOf {
    pub order_id: Option<i32>,
    pub order_number: Option<i32>,
    pub order_number_prefix: Option<String>,
    pub marketplace_order_id: Option<String>,
}

/// One change that has not arrived.
#[derive(Debug, Clone)]
pub struct Change {
    pub id: ChangeId,
    /// Of the offer or the order; missing where the order is not stored.
    pub mandator_id: Option<i32>,
    pub account_id: i32,
    pub offer: Option<OfferOf>,
    pub order: Option<OrderOf>,
    /// The part of the offer, what happened to the order, or `import` of an order that could not be stored.
    pub topic: String,
    /// Not tried any more by itself.
    pub parked: bool,
    /// When it was asked for, or asked for again; of an order, when the channel reported it.
    pub asked_at: Stamp,
    pub due_at: Stamp,
    /// The account keeps away from its channel until then, after failures or because it may not be called more often.
    pub blocked_until: Stamp,
    pub attempts: i32,
    pub first_failed_at: Option<Stamp>,
    pub last_error: Option<String>,
}

impl Change {
    /// When it is tried next; `None`: not by itself.
    pub fn next_try(&self) -> Option<Stamp> {
        (!self.parked).then(|| self.due_at.max(self.blocked_until))
    }
}

/// Conditions on changes; all of them must hold. One about items or offers leaves out what has none, and so does
/// one about orders.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    /// `None`: all.
    pub kinds: Option<Vec<ChangeKind>>,
    pub account_id: Cond<i32>,
    /// [`OutboxStatus::Pending`] or [`OutboxStatus::Parked`].
    pub status: Cond<OutboxStatus>,
    pub offer_id: Cond<i32>,
    pub item_id: Cond<i32>,
    pub internal_item_number: Cond<String>,
    pub order_id: Cond<i32>,
    pub order_number: Cond<i32>,
    pub marketplace_order_id: Cond<String>,
}

impl ChangeFilter {
    fn means(&self, kind: ChangeKind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    fn passes_without_offer(&self) -> bool {
        self.offer_id.passes_unset() && self.item_id.passes_unset() && self.internal_item_number.passes_unset()
    }

    fn passes_without_order(&self) -> bool {
        self.order_id.passes_unset() && self.order_number.passes_unset() && self.marketplace_order_id.passes_unset()
    }
}

/// Numbers of the changes that pass a filter, each with the time at which it was asked for.
pub fn matching(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let mut found = Vec::new();
    if filter.means(ChangeKind::State) && filter.passes_without_order() {
        found.extend(matching_states(conn, filter)?);
    }
    if filter.means(ChangeKind::Fact) && filter.passes_without_offer() {
        found.extend(matching_facts(conn, filter)?);
    }
    let unnumbered = filter.passes_without_offer() && filter.order_id.passes_unset() && filter.order_number.passes_unset();
    if filter.means(ChangeKind::Order) && unnumbered {
        found.extend(matching_orders(conn, filter)?);
    }
    Ok(found)
}

fn matching_states(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let rows: Vec<(i64, i32, Topic)> = on!(conn, c => {
        let mut query = outbox_states::table
            .inner_join(offers::table.on(offers::offer_id.eq(outbox_states::offer_id)).inner_join(items::table))
            .select((outbox_states::version, outbox_states::offer_id, outbox_states::topic))
            .into_boxed();
        narrow!(query, outbox_states::account_id, &filter.account_id);
        narrow!(query, outbox_states::status, &filter.status);
        narrow!(query, outbox_states::offer_id, &filter.offer_id);
        narrow!(query, offers::item_id, &filter.item_id);
        narrow!(query, items::internal_item_number, &filter.internal_item_number);
        query.load(c)
    })?;
    Ok(rows.into_iter().map(|(asked, offer_id, topic)| (Stamp(asked), ChangeId::State { offer_id, topic })).collect())
}

fn matching_facts(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let rows: Vec<(i64, i32)> = on!(conn, c => {
        let mut query = outbox_facts::table
            .left_join(orders::table.on(orders::order_id.eq(outbox_facts::order_id)))
            .filter(outbox_facts::status.eq_any(OutboxStatus::OPEN))
            .select((outbox_facts::version, outbox_facts::fact_id))
            .into_boxed();
        narrow!(query, outbox_facts::account_id, &filter.account_id);
        narrow!(query, outbox_facts::status, &filter.status);
        narrow!(query, outbox_facts::order_id, &filter.order_id);
        narrow!(query, orders::order_number.nullable(), &filter.order_number);
        narrow!(query, orders::marketplace_order_id.nullable(), &filter.marketplace_order_id);
        query.load(c)
    })?;
    Ok(rows.into_iter().map(|(asked, fact)| (Stamp(asked), ChangeId::Fact(fact))).collect())
}

fn matching_orders(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let rows: Vec<(i64, i32, i32)> = on!(conn, c => {
        let columns = (held_orders::held_at, held_orders::held_order_id, held_orders::begun);
        let mut query = held_orders::table.select(columns).into_boxed();
        narrow!(query, held_orders::account_id, &filter.account_id);
        narrow!(query, held_orders::marketplace_order_id, &filter.marketplace_order_id);
        query.load(c)
    })?;
    let passes = |begun: i32| filter.status.passes(if begun >= ORDER_ASIDE { &OutboxStatus::Parked } else { &OutboxStatus::Pending });
    Ok(rows.into_iter().filter(|row| passes(row.2)).map(|(held, order, _)| (Stamp(held), ChangeId::Order(order))).collect())
}

/// Changes by number, in the order of the numbers given; those that have arrived are left out.
pub fn by_ids(conn: &mut Conn<'_>, ids: &[ChangeId]) -> Result<Vec<Change>, Failure> {
    let (mut states, mut facts, mut orders) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        match id {
            ChangeId::State { offer_id, .. } => states.push(*offer_id),
            ChangeId::Fact(fact) => facts.push(*fact),
            ChangeId::Order(order) => orders.push(*order),
        }
    }
    states.sort_unstable();
    states.dedup();
    let blocked: BTreeMap<i32, i64> = on!(conn, c => account_work::table
        .filter(account_work::blocked_until.gt(0))
        .select((account_work::account_id, account_work::blocked_until))
        .load(c))?
    .into_iter()
    .collect();
    let mut found: BTreeMap<ChangeId, Change> = BTreeMap::new();
    let changes = states_of(conn, &states)?.into_iter().chain(facts_of(conn, &facts)?).chain(orders_of(conn, &orders)?);
    let limited = limited_calls::beyond(conn, Stamp(0))?;
    for change in changes {
        let blocked = Stamp(blocked.get(&change.account_id).copied().unwrap_or(0));
        let call = match change.id.kind() {
            ChangeKind::State => Some(ChannelCall::Submit),
            ChangeKind::Fact => Some(ChannelCall::PushFact),
            ChangeKind::Order => None,
        };
        let limited = call.and_then(|call| limited.get(&(change.account_id, call)));
        let blocked_until = limited.map_or(blocked, |limited| blocked.max(*limited));
        found.insert(change.id, Change { blocked_until, ..change });
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Everything on the way about these offers.
pub fn of_offers(conn: &mut Conn<'_>, offer_ids: &[i32]) -> Result<Vec<Change>, Failure> {
    let all = |offer: &i32| Topic::ALL.map(|topic| ChangeId::State { offer_id: *offer, topic });
    by_ids(conn, &offer_ids.iter().flat_map(all).collect::<Vec<_>>())
}

fn states_of(conn: &mut Conn<'_>, offer_ids: &[i32]) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(StateRow, i32, i32, String)> = on!(conn, c => outbox_states::table
            .inner_join(offers::table.on(offers::offer_id.eq(outbox_states::offer_id)).inner_join(items::table))
            .filter(outbox_states::offer_id.eq_any(chunk))
            .select((StateRow::as_select(), offers::mandator_id, offers::item_id, items::internal_item_number))
            .load(c))?;
        for (row, mandator_id, item_id, internal_item_number) in rows {
            changes.push(Change {
                id: ChangeId::State { offer_id: row.offer_id, topic: row.topic },
                mandator_id: Some(mandator_id),
                account_id: row.account_id,
                offer: Some(OfferOf { offer_id: row.offer_id, item_id, internal_item_number }),
                order: None,
                topic: row.topic.word().to_owned(),
                parked: row.status == OutboxStatus::Parked,
                asked_at: Stamp(row.version),
                due_at: Stamp(row.due_at),
                blocked_until: Stamp(0),
                attempts: row.attempts,
                first_failed_at: row.first_failed_at.map(Stamp),
                last_error: row.last_error,
            });
        }
    }
    Ok(changes)
}

/// Mandator and numbers of an order, where it exists.
type Numbers = Option<(i32, i32, Option<String>, Option<String>)>;

fn facts_of(conn: &mut Conn<'_>, fact_ids: &[i32]) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for chunk in fact_ids.chunks(MOST_VARIABLES) {
        let numbers = (orders::mandator_id, orders::order_number, orders::order_number_prefix, orders::marketplace_order_id);
        let rows: Vec<(FactRow, Numbers)> = on!(conn, c => outbox_facts::table
            .left_join(orders::table.on(orders::order_id.eq(outbox_facts::order_id)))
            .filter(outbox_facts::fact_id.eq_any(chunk))
            .filter(outbox_facts::status.eq_any(OutboxStatus::OPEN))
            .select((FactRow::as_select(), numbers.nullable()))
            .load(c))?;
        for (row, numbers) in rows {
            let (mandator_id, order_number, order_number_prefix, marketplace_order_id) = numbers
                .map_or((None, None, None, None), |(mandator, number, prefix, channel)| (Some(mandator), Some(number), prefix, channel));
            changes.push(Change {
                id: ChangeId::Fact(row.fact_id),
                mandator_id,
                account_id: row.account_id,
                offer: None,
                order: Some(OrderOf { order_id: Some(row.order_id), order_number, order_number_prefix, marketplace_order_id }),
                topic: row.kind,
                parked: row.status == OutboxStatus::Parked,
                asked_at: Stamp(row.version),
                due_at: Stamp(row.due_at),
                blocked_until: Stamp(0),
                attempts: row.attempts,
                first_failed_at: row.first_failed_at.map(Stamp),
                last_error: row.last_error,
            });
        }
    }
    Ok(changes)
}

fn orders_of(conn: &mut Conn<'_>, held_order_ids: &[i32]) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for chunk in held_order_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<HeldOrder> = on!(conn, c => held_orders::table
            .filter(held_orders::held_order_id.eq_any(chunk))
            .select(HeldOrder::as_select())
            .load(c))?;
        changes.extend(rows.into_iter().map(|row| Change {
            id: ChangeId::Order(row.held_order_id),
            mandator_id: None,
            account_id: row.account_id,
            offer: None,
            order: Some(OrderOf {
                order_id: None,
                order_number: None,
                order_number_prefix: None,
                marketplace_order_id: Some(row.marketplace_order_id),
            }),
            topic: "import".to_owned(),
            parked: row.begun >= ORDER_ASIDE,
            asked_at: Stamp(row.held_at),
            due_at: Stamp(row.due_at),
            blocked_until: Stamp(0),
            attempts: row.attempts,
            first_failed_at: Some(Stamp(row.held_at)),
            last_error: Some(row.last_error),
        }));
    }
    Ok(changes)
}

/// What is told to the channel, or what it told, as JSON. Of states nothing: they are read when they are sent.
pub fn payload(conn: &mut Conn<'_>, id: ChangeId) -> Result<Option<String>, Failure> {
    Ok(match id {
        ChangeId::State { .. } => None,
        ChangeId::Fact(fact) => on!(conn, c => outbox_facts::table.find(fact).select(outbox_facts::payload).first(c).optional())?,
        ChangeId::Order(order) => on!(conn, c => held_orders::table.find(order).select(held_orders::document).first(c).optional())?,
    })
}

/// Puts rows on the foot of the ladder, with the version of this transaction: whoever waits for it sees them, and what
/// an attempt under way finds out does not put them back.
macro_rules! again {
    ($tx:expr, $table:ident, $which:expr) => {{
        let (stamp, due_at) = ($tx.stamp.0, due_now($tx));
        on!(&mut $tx.conn, c => diesel::update($table::table.filter($which))
            .set((
                $table::version.eq(stamp),
                $table::status.eq(OutboxStatus::Pending),
                $table::due_at.eq(due_at),
                $table::attempts.eq(0),
                $table::first_failed_at.eq(None::<i64>),
                $table::last_error.eq(None::<String>),
                $table::begun.eq(0),
            ))
            .execute(c))
    }};
}

/// What waits goes again at once: parked, or due later. What is due already stays as it is, for whoever waits for it.
macro_rules! waiting {
    ($table:ident, $now:expr) => {
        $table::status.eq(OutboxStatus::Parked).or($table::status.eq(OutboxStatus::Pending).and($table::due_at.gt($now)))
    };
}

/// Like `again!`, for held orders. Why the last try failed stays on record.
macro_rules! order_again {
    ($tx:expr, $which:expr) => {{
        let (stamp, due_at) = ($tx.stamp.0, due_now($tx));
        on!(&mut $tx.conn, c => diesel::update(held_orders::table.filter($which))
            .set((held_orders::version.eq(stamp), held_orders::due_at.eq(due_at), held_orders::attempts.eq(0), held_orders::begun.eq(0)))
            .execute(c))
    }};
}

/// The same for held orders.
macro_rules! order_waits {
    ($now:expr) => {
        held_orders::begun.ge(ORDER_ASIDE).or(held_orders::due_at.gt($now))
    };
}

/// One change goes again at once. False: it has arrived, or is due already.
pub fn retry(tx: &mut Tx<'_>, id: ChangeId) -> Result<bool, Failure> {
    let now = due_now(tx);
    let touched = match id {
        ChangeId::State { offer_id, topic } => {
            let this = outbox_states::offer_id.eq(offer_id).and(outbox_states::topic.eq(topic));
            again!(tx, outbox_states, this.and(waiting!(outbox_states, now)))?
        }
        ChangeId::Fact(fact) => again!(tx, outbox_facts, outbox_facts::fact_id.eq(fact).and(waiting!(outbox_facts, now)))?,
        ChangeId::Order(order) => order_again!(tx, held_orders::held_order_id.eq(order).and(order_waits!(now)))?,
    };
    Ok(touched > 0)
}

/// Everything of an account that waits goes again at once, or only what is parked. Gives how much that is.
pub fn retry_account(tx: &mut Tx<'_>, account_id: i32, parked_only: bool) -> Result<usize, Failure> {
    let later_than = if parked_only { i64::MAX } else { due_now(tx) };
    let states = again!(tx, outbox_states, outbox_states::account_id.eq(account_id).and(waiting!(outbox_states, later_than)))?;
    let facts = again!(tx, outbox_facts, outbox_facts::account_id.eq(account_id).and(waiting!(outbox_facts, later_than)))?;
    let orders = order_again!(tx, held_orders::account_id.eq(account_id).and(order_waits!(later_than)))?;
    Ok(states.saturating_add(facts).saturating_add(orders))
}

/// Gives a change up. The key of a fact stays known, so that a repeat of the ERP's call does not bring it back. An order
/// is never given up.
pub fn drop(tx: &mut Tx<'_>, id: ChangeId) -> Result<(), Failure> {
    match id {
        ChangeId::Order(_) => {}
        ChangeId::State { offer_id, topic } => {
            on!(&mut tx.conn, c => diesel::delete(outbox_states::table.find((offer_id, topic))).execute(c))?;
        }
        ChangeId::Fact(fact) => {
            let stamp = tx.stamp.0;
            on!(&mut tx.conn, c => diesel::update(outbox_facts::table.find(fact))
                .set((outbox_facts::status.eq(OutboxStatus::Dropped), outbox_facts::settled_at.eq(stamp)))
                .execute(c))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ChangeId::{Fact, Order, State};
    use super::{ChangeId, NoChangeId};
    use crate::store::outbox::Topic;

    #[test]
    fn a_number_says_what_it_is_about() {
        for id in [State { offer_id: 12, topic: Topic::Price }, State { offer_id: 1, topic: Topic::Listing }, Fact(7), Order(3)] {
            assert_eq!(id.to_string().parse::<ChangeId>(), Ok(id));
        }
        assert_eq!(Fact(7).to_string(), "fact-7");
        assert_eq!(" Price-12 ".parse::<ChangeId>(), Ok(State { offer_id: 12, topic: Topic::Price }));
        for bad in ["", "12", "price", "price-", "price-x", "price--1", "price-0", "title-3", "fact-99999999999"] {
            assert_eq!(bad.parse::<ChangeId>(), Err(NoChangeId), "{bad}");
        }
    }
}
