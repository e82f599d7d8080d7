//! The world of the tests: one item with ten pieces, on offer in both accounts of mandator 1, and orders on it.

mod conditions;
mod fetch;
mod status;
mod sync;
mod update;

use diesel::prelude::*;

use super::*;
use crate::config::fixture::{settings, user};
use crate::domain::Place;
use crate::domain::order::Workflow;
use crate::on;
use crate::operations::wire::{Match, Record, Records};
use crate::operations::{Face, ReadOperation, Reading, Refused, Work, WriteOperation};
use crate::store::offers::stock_figures;
use crate::store::orders::{OrderItemRow, OrderParts};
use crate::store::outbox::{FactRow, Topic};
use crate::store::schema::{outbox_facts, outbox_states};
use crate::store::testing::{item, offer, on_stores, stock_of};
use crate::store::{Store, Tx};

/// What a call left behind beside its result.
struct Called<R> {
    result: R,
    accounts: Vec<i32>,
    additive: bool,
    synchronous: bool,
    stamp: crate::domain::Stamp,
}

fn call_as<O: WriteOperation>(name: &str, store: &Store, request: O::Request) -> Called<O::Result>
where
    O::Request: 'static,
{
    let user = user(name);
    store
        .write(move |tx| {
            let settings = settings();
            let mut work = Work {
                tx,
                settings: &settings,
                user: &user,
                face: Face::Compat,
                accounts: Vec::new(),
                additive: false,
                synchronous: false,
                refused: Refused::new(),
            };
            let result = O::handle(&mut work, request)?;
            let (mut accounts, additive, synchronous) = (work.accounts, work.additive, work.synchronous);
            accounts.sort_unstable();
            accounts.dedup();
            Ok(Called { result, accounts, additive, synchronous, stamp: tx.stamp })
        })
        .unwrap()
}

fn call<O: WriteOperation>(store: &Store, request: O::Request) -> Called<O::Result>
where
    O::Request: 'static,
{
    call_as::<O>("erp", store, request)
}

fn records<T>(list: Vec<T>) -> Records<T> {
    Records {
        list: list
            .into_iter()
            .enumerate()
            .map(|(index, content)| Record {
                reference_id: Some(format!("ref {}", index + 1)),
                number: index + 1,
                place: Place::entry("order", index + 1),
                content: Ok(Box::new(content)),
            })
            .collect(),
    }
}

fn fetched(store: &Store, request: FetchOrdersRequest) -> FetchOrdersResult {
    try_fetch(store, request).unwrap()
}

fn try_fetch(store: &Store, request: FetchOrdersRequest) -> Result<FetchOrdersResult, Failure> {
    let (settings, user) = (settings(), user("erp"));
    let reading = Reading { settings: &settings, user: &user, face: Face::Compat };
    store.read(|conn| FetchOrders::handle(&reading, conn, request))
}

fn is<T>(value: T) -> Option<Match<T>> {
    among([value])
}

fn among<T, const N: usize>(values: [T; N]) -> Option<Match<T>> {
    Some(Match { any_of: Some(values.into()), null: None, allow_null: false })
}

/// The item of the world.
fn shelf(store: &Store) -> i32 {
    store
        .write(|tx| {
            let item = item(tx, 1, "A-1", &[(10, 10)])?;
            offer(tx, 1, 101, item, Some("X-1"))?;
            offer(tx, 1, 102, item, None)?;
            Ok(item)
        })
        .unwrap()
}

/// An order of a channel with two pieces of the item, changed before it is stored.
fn order_with(store: &Store, item: i32, workflow: Workflow, with: impl FnOnce(&mut OrderRow, &mut Tx<'_>) + Send + 'static) -> i32 {
    store
        .write(move |tx| {
            let mut row = OrderRow::new(1, 2100, workflow);
            row.account_id = Some(101);
            row.last_changed_by = "channel".into();
            with(&mut row, tx);
            let position = OrderItemRow {
                order_item_id: 0,
                order_id: 0,
                item_id: Some(item),
                offer_id: None,
                channel_line_id: Some("L1".into()),
                internal_item_number: Some("A-1".into()),
                external_offer_number: None,
                identifier: "Item A-1".into(),
                quantity: 2,
                price: 100_000,
                tax_rate: Some(190_000),
                warehouse_id: Some(10),
                reserved: 2,
            };
            Ok(orders::insert(tx, row, vec![position])?.order_id)
        })
        .unwrap()
}

fn order(store: &Store, item: i32, workflow: Workflow) -> i32 {
    order_with(store, item, workflow, |_, _| {})
}

fn load(store: &Store, order_id: i32) -> OrderParts {
    store.read(|conn| orders::load(conn, &[order_id])).unwrap().remove(0)
}

fn reserved(store: &Store, item: i32) -> i64 {
    let figures = store.read(|conn| stock_figures(conn, 101, &[10, 11], &[item])).unwrap();
    figures[0].1.reserved
}

/// Accounts whose offers have to be told a quantity.
fn dirty(store: &Store) -> Vec<i32> {
    store
        .read(|conn| {
            Ok(on!(conn, c => outbox_states::table
                .filter(outbox_states::topic.eq(Topic::Quantity))
                .order(outbox_states::account_id)
                .select(outbox_states::account_id)
                .load(c))?)
        })
        .unwrap()
}

fn facts(store: &Store) -> Vec<FactRow> {
    store
        .read(|conn| {
            Ok(on!(conn, c => outbox_facts::table
                .order(outbox_facts::fact_id)
                .select(FactRow::as_select())
                .load(c))?)
        })
        .unwrap()
}
