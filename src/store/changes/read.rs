//! Reading changes by their numbers.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Change, ChangeId, ChangeKind, OfferOf, OrderOf, TransferOf};
use crate::domain::rate::ChannelCall;
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, ItemId, MandatorId, OfferId, Stamp, TaskId};
use crate::on;
use crate::store::held_orders::{HeldOrder, ORDER_ASIDE};
use crate::store::outbox::{FactRow, OutboxStatus, StateRow, Topic};
use crate::store::schema::{
    account_work, contacts, coupons, customers, held_orders, items, offers, orders, outbox_facts, outbox_states, transfers,
};
use crate::store::transfers::TransferRow;
use crate::store::{Conn, MOST_VARIABLES, limited_calls, tasks};

/// Changes by number, in the order of the numbers given; those that have arrived are left out.
pub(crate) fn by_ids(conn: &mut Conn<'_>, ids: &[ChangeId]) -> Result<Vec<Change>, Failure> {
    let (mut states, mut facts, mut orders, mut transfers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        match id {
            ChangeId::State { offer_id, .. } => states.push(*offer_id),
            ChangeId::Fact(fact) => facts.push(*fact),
            ChangeId::Order(order) => orders.push(*order),
            ChangeId::Transfer(transfer) => transfers.push(*transfer),
        }
    }
    states.sort_unstable();
    states.dedup();
    let blocked: BTreeMap<AccountId, i64> = on!(conn, c => account_work::table
        .filter(account_work::blocked_until.gt(0))
        .select((account_work::account_id, account_work::blocked_until))
        .load(c))?
    .into_iter()
    .collect();
    let mut found: BTreeMap<ChangeId, Change> = BTreeMap::new();
    let changes = states_of(conn, &states)?
        .into_iter()
        .chain(facts_of(conn, &facts)?)
        .chain(orders_of(conn, &orders)?)
        .chain(transfers_of(conn, &transfers)?);
    let limited = limited_calls::beyond(conn, Stamp(0))?;
    for change in changes {
        let blocked = Stamp(blocked.get(&change.account_id).copied().unwrap_or(0));
        let call = match change.id.kind() {
            ChangeKind::State if change.accepted_at.is_some() => Some(ChannelCall::PollTask),
            ChangeKind::State => Some(ChannelCall::Submit),
            ChangeKind::Fact => Some(ChannelCall::PushFact),
            ChangeKind::Order => None,
            ChangeKind::Transfer => Some(ChannelCall::Transfer),
        };
        let limited = call.and_then(|call| limited.get(&(change.account_id, call)));
        let blocked_until = limited.map_or(blocked, |limited| blocked.max(*limited));
        found.insert(change.id, Change { blocked_until, ..change });
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Everything on the way about these offers.
pub(crate) fn of_offers(conn: &mut Conn<'_>, offer_ids: &[OfferId]) -> Result<Vec<Change>, Failure> {
    let all = |offer: &OfferId| Topic::ALL.map(|topic| ChangeId::State { offer_id: *offer, topic });
    by_ids(conn, &offer_ids.iter().flat_map(all).collect::<Vec<_>>())
}

fn states_of(conn: &mut Conn<'_>, offer_ids: &[OfferId]) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for chunk in offer_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<(StateRow, MandatorId, ItemId, String)> = on!(conn, c => outbox_states::table
            .inner_join(offers::table.on(offers::offer_id.eq(outbox_states::offer_id)).inner_join(items::table))
            .filter(outbox_states::offer_id.eq_any(chunk))
            .select((StateRow::as_select(), offers::mandator_id, offers::item_id, items::internal_item_number))
            .load(c))?;
        let of_tasks: Vec<TaskId> = rows.iter().filter_map(|row| row.0.task_id).collect();
        let accepted = tasks::accepted_at(conn, &of_tasks)?;
        for (row, mandator_id, item_id, internal_item_number) in rows {
            changes.push(Change {
                id: ChangeId::State { offer_id: row.offer_id, topic: row.topic },
                mandator_id: Some(mandator_id),
                account_id: row.account_id,
                offer: Some(OfferOf { offer_id: row.offer_id, item_id, internal_item_number }),
                order: None,
                transfer: None,
                topic: row.topic.word().to_owned(),
                parked: row.status == OutboxStatus::Parked,
                asked_at: Stamp(row.version),
                due_at: Stamp(row.due_at),
                blocked_until: Stamp(0),
                attempts: row.attempts,
                first_failed_at: row.first_failed_at.map(Stamp),
                last_error: row.last_error,
                accepted_at: row.task_id.and_then(|task| accepted.get(&task).copied()),
            });
        }
    }
    Ok(changes)
}

/// Mandator and numbers of an order, where it exists.
type Numbers = Option<(MandatorId, i32, Option<String>, Option<String>)>;

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
                transfer: None,
                topic: row.kind,
                parked: row.status == OutboxStatus::Parked,
                asked_at: Stamp(row.version),
                due_at: Stamp(row.due_at),
                blocked_until: Stamp(0),
                attempts: row.attempts,
                first_failed_at: row.first_failed_at.map(Stamp),
                last_error: row.last_error,
                accepted_at: None,
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
            transfer: None,
            topic: "import".to_owned(),
            parked: row.begun >= ORDER_ASIDE,
            asked_at: Stamp(row.held_at),
            due_at: Stamp(row.due_at),
            blocked_until: Stamp(0),
            attempts: row.attempts,
            first_failed_at: Some(Stamp(row.held_at)),
            last_error: Some(row.last_error),
            accepted_at: None,
        }));
    }
    Ok(changes)
}

fn transfers_of(conn: &mut Conn<'_>, transfer_ids: &[i32]) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for chunk in transfer_ids.chunks(MOST_VARIABLES) {
        let rows: Vec<TransferRow> = on!(conn, c => transfers::table
            .filter(transfers::transfer_id.eq_any(chunk))
            .filter(transfers::status.eq_any(OutboxStatus::OPEN))
            .select(TransferRow::as_select())
            .load(c))?;
        let of = |kind| rows.iter().filter(|row| row.kind == kind).map(|row| row.record_id).collect::<Vec<_>>();
        let numbers: Vec<(i32, MandatorId, i32)> = on!(conn, c => customers::table
            .filter(customers::customer_id.eq_any(of(TransferKind::Customer)))
            .select((customers::customer_id, customers::mandator_id, customers::customer_number))
            .load(c))?;
        let codes: Vec<(i32, MandatorId, String)> = on!(conn, c => coupons::table
            .filter(coupons::coupon_id.eq_any(of(TransferKind::Coupon)))
            .select((coupons::coupon_id, coupons::mandator_id, coupons::identifier))
            .load(c))?;
        let contacts: Vec<(i32, MandatorId)> = on!(conn, c => contacts::table
            .filter(contacts::contact_id.eq_any([of(TransferKind::Message), of(TransferKind::Dispute)].concat()))
            .select((contacts::contact_id, contacts::mandator_id))
            .load(c))?;
        let said = |kind| contacts.iter().map(move |(id, mandator)| ((kind, *id), (*mandator, id.to_string())));
        let said = said(TransferKind::Message).chain(said(TransferKind::Dispute));
        let numbers = numbers.into_iter().map(|(id, mandator, number)| ((TransferKind::Customer, id), (mandator, number.to_string())));
        let codes = codes.into_iter().map(|(id, mandator, code)| ((TransferKind::Coupon, id), (mandator, code)));
        let names: BTreeMap<(TransferKind, i32), (MandatorId, String)> = numbers.chain(codes).chain(said).collect();
        changes.extend(rows.into_iter().map(|row| {
            let known = names.get(&(row.kind, row.record_id));
            Change {
                id: ChangeId::Transfer(row.transfer_id),
                mandator_id: known.map(|(mandator, _)| *mandator),
                account_id: row.account_id,
                offer: None,
                order: None,
                transfer: Some(TransferOf { kind: row.kind, record_id: row.record_id, name: known.map(|(_, name)| name.clone()) }),
                topic: row.kind.word().to_owned(),
                parked: row.status == OutboxStatus::Parked,
                asked_at: Stamp(row.version),
                due_at: Stamp(row.due_at),
                blocked_until: Stamp(0),
                attempts: row.attempts,
                first_failed_at: row.first_failed_at.map(Stamp),
                last_error: row.last_error,
                accepted_at: None,
            }
        }));
    }
    Ok(changes)
}

/// What is sent to the channel, or what it reported, as JSON. Of states and transfers nothing: they are read when they are sent.
pub(crate) fn payload(conn: &mut Conn<'_>, id: ChangeId) -> Result<Option<String>, Failure> {
    Ok(match id {
        ChangeId::State { .. } | ChangeId::Transfer(_) => None,
        ChangeId::Fact(fact) => on!(conn, c => outbox_facts::table.find(fact).select(outbox_facts::payload).get_result(c).optional())?,
        ChangeId::Order(order) => on!(conn, c => held_orders::table.find(order).select(held_orders::document).get_result(c).optional())?,
    })
}
