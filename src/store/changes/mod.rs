//! Changes on their way to the channels, and channel orders that could not be stored, as one list for support:
//! find, retry, drop. The rows are those of [`super::outbox`] and [`super::held_orders`].

mod again;
mod read;
mod states;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;

pub(crate) use again::{drop, retry, retry_account, retry_facts};
pub(crate) use read::{by_ids, of_offers, payload};

use super::Conn;
use super::filter::Cond;
use super::held_orders::ORDER_ASIDE;
use super::kept::Cut;
use super::outbox::{OutboxStatus, Topic};
use super::schema::{held_orders, orders, outbox_facts, transfers};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, OrderId, Stamp};
use crate::{conditions, narrow, on};

/// More states are not all read for a page.
const MANY_STATES: usize = if cfg!(test) { 5 } else { 10_000 };

/// The number of a change, one over all tables: `price-12` is the price of offer 12, `fact-7` a report about an order,
/// `order-3` an order of the channel that could not be stored, `transfer-4` a customer or coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ChangeId {
    State { offer_id: OfferId, topic: Topic },
    Fact(i32),
    Order(i32),
    Transfer(i32),
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeId::State { offer_id, topic } => write!(f, "{}-{offer_id}", topic.word()),
            ChangeId::Fact(number) => write!(f, "fact-{number}"),
            ChangeId::Order(number) => write!(f, "order-{number}"),
            ChangeId::Transfer(number) => write!(f, "transfer-{number}"),
        }
    }
}

/// The text does not name a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoChangeId;

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
        if word.eq_ignore_ascii_case("transfer") {
            return Ok(ChangeId::Transfer(number));
        }
        let topic = Topic::ALL.into_iter().find(|topic| word.eq_ignore_ascii_case(topic.word()));
        topic.map(|topic| ChangeId::State { offer_id: OfferId(number), topic }).ok_or(NoChangeId)
    }
}

/// Which tables are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// The state of an offer, for its channel.
    State,
    /// What happened to an order, for its channel.
    Fact,
    /// An order of the channel, for us.
    Order,
    /// A customer or coupon, for the channel.
    Transfer,
}

impl ChangeId {
    pub(crate) fn kind(self) -> ChangeKind {
        match self {
            ChangeId::State { .. } => ChangeKind::State,
            ChangeId::Fact(_) => ChangeKind::Fact,
            ChangeId::Order(_) => ChangeKind::Order,
            ChangeId::Transfer(_) => ChangeKind::Transfer,
        }
    }
}

/// The offer that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfferOf {
    pub offer_id: OfferId,
    pub item_id: ItemId,
    pub internal_item_number: String,
}

/// The order that a change is about. Our numbers are missing where it is not stored (yet, or any more).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderOf {
    pub order_id: Option<OrderId>,
    pub order_number: Option<i32>,
    pub order_number_prefix: Option<String>,
    pub marketplace_order_id: Option<String>,
}

/// The customer, coupon, message or dispute that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransferOf {
    pub kind: TransferKind,
    pub record_id: i32,
    /// The number of the customer, the code of the coupon or the id; missing where there is no such record any more.
    pub name: Option<String>,
}

/// One change that has not arrived.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub id: ChangeId,
    /// Of the offer or the order; missing where the order is not stored.
    pub mandator_id: Option<MandatorId>,
    pub account_id: AccountId,
    pub offer: Option<OfferOf>,
    pub order: Option<OrderOf>,
    pub transfer: Option<TransferOf>,
    /// The part of the offer, what happened to the order, the kind of a transfer, or `import` of an order that could not be stored.
    pub topic: String,
    /// Not tried automatically any more.
    pub parked: bool,
    /// When it was asked for, or asked for again; of an order, when the channel reported it.
    pub asked_at: Stamp,
    pub due_at: Stamp,
    /// The account keeps away from its channel until then, after failures or because it may not be called more often.
    pub blocked_until: Stamp,
    pub attempts: i32,
    pub first_failed_at: Option<Stamp>,
    pub last_error: Option<String>,
    /// When the channel accepted it, or what it waits for.
    pub accepted_at: Option<Stamp>,
}

impl Change {
    /// When it is tried next; `None`: not automatically.
    pub(crate) fn next_try(&self) -> Option<Stamp> {
        (!self.parked).then(|| self.due_at.max(self.blocked_until))
    }
}

conditions! {
    ($)
    /// The offer that a change is about.
    AboutOffer, about_offer {
        offer_id: Cond<OfferId> = outbox_states::offer_id,
        item_id: Cond<ItemId> = offers::item_id,
        internal_item_number: Cond<String> = items::internal_item_number,
    }
}

conditions! {
    ($)
    /// The order that a change is about.
    AboutOrder, about_order {
        order_id: Cond<OrderId> = outbox_facts::order_id,
        order_number: Cond<i32> = orders::order_number.nullable(),
        marketplace_order_id: Cond<String> = orders::marketplace_order_id.nullable(),
    }
}

/// Conditions on changes; all of them must hold. One about items or offers leaves out what has none, and so do
/// those about orders, customers and coupons.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangeFilter {
    pub kind: Cond<ChangeKind>,
    pub account_id: Cond<AccountId>,
    /// [`OutboxStatus::Pending`] or [`OutboxStatus::Parked`].
    pub status: Cond<OutboxStatus>,
    pub offer: AboutOffer,
    pub order: AboutOrder,
    pub customer_id: Cond<i32>,
    pub coupon_id: Cond<i32>,
}

impl AboutOffer {
    fn is_open(&self) -> bool {
        self.offer_id.is_open() && self.item_id.is_open() && self.internal_item_number.is_open()
    }

    fn passes_unset(&self) -> bool {
        self.offer_id.passes_unset() && self.item_id.passes_unset() && self.internal_item_number.passes_unset()
    }
}

impl AboutOrder {
    fn passes_unset(&self) -> bool {
        self.order_id.passes_unset() && self.order_number.passes_unset() && self.marketplace_order_id.passes_unset()
    }
}

impl ChangeFilter {
    fn names_no_record(&self) -> bool {
        self.customer_id.passes_unset() && self.coupon_id.passes_unset()
    }

    fn asks_for_states(&self) -> bool {
        self.kind.passes(&ChangeKind::State) && self.order.passes_unset() && self.names_no_record()
    }
}

/// Numbers of the changes that pass one of the filters, the oldest first, of one page; and how many there are on all pages.
pub(crate) fn page(conn: &mut Conn<'_>, filters: &[ChangeFilter], cut: Cut) -> Result<(Vec<ChangeId>, usize), Failure> {
    let mut found: BTreeSet<(Stamp, ChangeId)> = BTreeSet::new();
    let mut further = 0;
    if let [filter] = filters {
        if filter.asks_for_states() {
            let (all, on_pages) = (states::count(conn, filter)?, cut.skip.saturating_add(cut.take));
            let are_many = all > MANY_STATES && on_pages < all && filter.offer.is_open();
            let states = match i64::try_from(on_pages) {
                Ok(on_pages) if are_many => states::oldest(conn, filter, on_pages)?,
                _ => states::matching(conn, filter)?,
            };
            further = all.saturating_sub(states.len());
            found.extend(states.into_iter().map(of_state));
        }
        found.extend(matching_others(conn, filter)?);
    } else {
        for filter in filters {
            found.extend(matching(conn, filter)?);
        }
    }
    let total = found.len().saturating_add(further);
    Ok((found.into_iter().skip(cut.skip).take(cut.take).map(|(_, id)| id).collect(), total))
}

/// Numbers of the changes that pass a filter, each with the time at which it was asked for.
pub(crate) fn matching(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let mut found = matching_others(conn, filter)?;
    if filter.asks_for_states() {
        found.extend(states::matching(conn, filter)?.into_iter().map(of_state));
    }
    Ok(found)
}

fn of_state((asked, offer_id, topic): (i64, i32, Topic)) -> (Stamp, ChangeId) {
    (Stamp(asked), ChangeId::State { offer_id: OfferId(offer_id), topic })
}

fn matching_others(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let mut found = Vec::new();
    let no_record = filter.names_no_record();
    if filter.kind.passes(&ChangeKind::Fact) && filter.offer.passes_unset() && no_record {
        found.extend(matching_facts(conn, filter)?);
    }
    let unnumbered = filter.offer.passes_unset() && filter.order.order_id.passes_unset() && filter.order.order_number.passes_unset();
    if filter.kind.passes(&ChangeKind::Order) && unnumbered && no_record {
        found.extend(matching_orders(conn, filter)?);
    }
    if filter.kind.passes(&ChangeKind::Transfer) && filter.offer.passes_unset() && filter.order.passes_unset() {
        let of = [
            (TransferKind::Customer, &filter.customer_id, filter.coupon_id.passes_unset()),
            (TransferKind::Coupon, &filter.coupon_id, filter.customer_id.passes_unset()),
            (TransferKind::Message, &Cond::All, no_record),
            (TransferKind::Dispute, &Cond::All, no_record),
        ];
        for (kind, ids, _) in of.into_iter().filter(|(_, _, asked)| *asked) {
            found.extend(matching_transfers(conn, filter, kind, ids)?);
        }
    }
    Ok(found)
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
        about_order!(narrow query, filter.order);
        query.load(c)
    })?;
    Ok(rows.into_iter().map(|(asked, fact)| (Stamp(asked), ChangeId::Fact(fact))).collect())
}

fn matching_orders(conn: &mut Conn<'_>, filter: &ChangeFilter) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let rows: Vec<(i64, i32, i32)> = on!(conn, c => {
        let columns = (held_orders::held_at, held_orders::held_order_id, held_orders::begun);
        let mut query = held_orders::table.select(columns).into_boxed();
        narrow!(query, held_orders::account_id, &filter.account_id);
        narrow!(query, held_orders::marketplace_order_id, &filter.order.marketplace_order_id);
        query.load(c)
    })?;
    let passes = |begun: i32| filter.status.passes(if begun >= ORDER_ASIDE { &OutboxStatus::Parked } else { &OutboxStatus::Pending });
    Ok(rows.into_iter().filter(|row| passes(row.2)).map(|(held, order, _)| (Stamp(held), ChangeId::Order(order))).collect())
}

fn matching_transfers(
    conn: &mut Conn<'_>,
    filter: &ChangeFilter,
    kind: TransferKind,
    ids: &Cond<i32>,
) -> Result<Vec<(Stamp, ChangeId)>, Failure> {
    let rows: Vec<(i64, i32)> = on!(conn, c => {
        let mut query = transfers::table
            .filter(transfers::kind.eq(kind))
            .filter(transfers::status.eq_any(OutboxStatus::OPEN))
            .select((transfers::version, transfers::transfer_id))
            .into_boxed();
        narrow!(query, transfers::account_id, &filter.account_id);
        narrow!(query, transfers::status, &filter.status);
        narrow!(query, transfers::record_id, ids);
        query.load(c)
    })?;
    Ok(rows.into_iter().map(|(asked, transfer)| (Stamp(asked), ChangeId::Transfer(transfer))).collect())
}
