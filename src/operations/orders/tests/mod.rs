//! The world of the tests: one item with ten pieces, on offer in both accounts of mandator 1, and orders on it.

mod channel_calls;
mod conditions;
mod contradictions;
mod credit;
mod fetch;
mod parts;
mod status;
mod sync;
mod update;

use crate::operations::orders::fetch::{FetchOrdersRequest, FetchOrdersResult};
use diesel::prelude::*;

use super::*;
use crate::domain::order::Workflow;
use crate::domain::{AccountId, ItemId, MandatorId, OrderId, WarehouseId};
use crate::on;
use crate::operations::ReadOperation;
use crate::operations::testing::{self, Called, among, call, fetch, is, try_fetch, waiting};
use crate::operations::wire::{Match, Records};
use crate::store::offers::stock_figures;
use crate::store::orders::{self, OrderItemRow, OrderParts, OrderRow};
use crate::store::outbox::{FactRow, Topic};
use crate::store::schema::outbox_facts;
use crate::store::testing::{item, offer, on_stores, stock_of};
use crate::store::{Store, Tx};

fn records<T>(list: Vec<T>) -> Records<T> {
    testing::records("order", list)
}

fn fetched(store: &Store, request: FetchOrdersRequest) -> FetchOrdersResult {
    fetch::<FetchOrders>(store, request)
}

/// The item of the world.
pub(super) fn shelf(store: &Store) -> ItemId {
    store
        .write(|tx| {
            let item = item(tx, MandatorId(1), "A-1", &[(WarehouseId(10), 10)])?;
            offer(tx, 1, 101, item, Some("X-1"))?;
            offer(tx, 1, 102, item, None)?;
            Ok(item)
        })
        .unwrap()
}

/// An order of a channel with two pieces of the item, changed before it is stored.
pub(super) fn order_with(
    store: &Store,
    item: ItemId,
    workflow: Workflow,
    with: impl FnOnce(&mut OrderRow, &mut Tx<'_>) + Send + 'static,
) -> OrderId {
    store
        .write(move |tx| {
            let mut row = OrderRow::new(MandatorId(1), 2100, workflow);
            row.account_id = Some(AccountId(101));
            row.last_changed_by = "channel".into();
            with(&mut row, tx);
            let position = OrderItemRow {
                item_id: Some(item),
                channel_line_id: Some("L1".into()),
                internal_item_number: Some("A-1".into()),
                tax_rate: Some(190_000),
                ..OrderItemRow::new("Item A-1".into(), 2, 100_000)
            };
            Ok(orders::insert(tx, row, vec![position], &[WarehouseId(10), WarehouseId(11)])?.0.order_id)
        })
        .unwrap()
}

fn order(store: &Store, item: ItemId, workflow: Workflow) -> OrderId {
    order_with(store, item, workflow, |_, _| {})
}

pub(super) fn load(store: &Store, order_id: OrderId) -> OrderParts {
    store.read(|conn| orders::load(conn, &[order_id])).unwrap().remove(0)
}

fn reserved(store: &Store, item: ItemId) -> i64 {
    let figures = store.read(|conn| stock_figures(conn, AccountId(101), &[WarehouseId(10), WarehouseId(11)], &[item])).unwrap();
    figures[0].1.reserved
}

/// Accounts in which a quantity has to be sent.
fn dirty(store: &Store) -> Vec<AccountId> {
    waiting(store, Topic::Quantity)
}

pub(super) fn facts(store: &Store) -> Vec<FactRow> {
    store
        .read(|conn| {
            Ok(on!(conn, c => outbox_facts::table
                .order(outbox_facts::fact_id)
                .select(FactRow::as_select())
                .load(c))?)
        })
        .unwrap()
}
