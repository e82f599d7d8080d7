//! Bookings of many articles in one statement. Row by row, most of the time goes into beginning and ending statements.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel::sqlite::Sqlite;

use crate::domain::{ItemId, MandatorId, WarehouseId};

/// Sets stock of articles in one warehouse.
pub(super) struct Book {
    warehouse_id: WarehouseId,
    stamp: i64,
    items: Vec<i32>,
    counts: Vec<i32>,
    /// Of SQLite: article and count of each in one number, because reading a number out of JSON is cheap and a pair is not.
    pairs: String,
}

/// Half of the numbers that 32 bits have: counts are moved by it, so that they are not negative.
const HALF: i64 = 1 << 31;

impl Book {
    pub(super) fn new(warehouse_id: WarehouseId, stamp: i64, booked: &[(ItemId, i32)]) -> Book {
        let (items, counts): (Vec<i32>, Vec<i32>) = booked.iter().map(|(item_id, count)| (item_id.0, *count)).unzip();
        let pair = |(item_id, count): &(ItemId, i32)| (i64::from(item_id.0) << 32) + i64::from(*count) + HALF;
        let pairs = json(booked.iter().map(pair));
        Book { warehouse_id, stamp, items, counts, pairs }
    }
}

/// Numbers as a JSON list.
fn json(numbers: impl Iterator<Item = i64>) -> String {
    // Numbers can always be written as JSON.
    serde_json::to_string(&numbers.collect::<Vec<_>>()).unwrap_or_default()
}

const BOOK: &str = "INSERT INTO stock (item_id, warehouse_id, stock_count, last_changed) ";
const BOOKED: &str = " ON CONFLICT (item_id, warehouse_id) \
                      DO UPDATE SET stock_count = excluded.stock_count, last_changed = excluded.last_changed";

impl QueryFragment<Sqlite> for Book {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(BOOK);
        out.push_sql("SELECT value >> 32, ");
        out.push_bind_param::<Integer, _>(&self.warehouse_id)?;
        out.push_sql(", (value & 4294967295) - 2147483648, ");
        out.push_bind_param::<BigInt, _>(&self.stamp)?;
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(&self.pairs)?;
        out.push_sql(") WHERE TRUE");
        out.push_sql(BOOKED);
        Ok(())
    }
}

impl QueryFragment<Pg> for Book {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(BOOK);
        out.push_sql("SELECT item, ");
        out.push_bind_param::<Integer, _>(&self.warehouse_id)?;
        out.push_sql(", pieces, ");
        out.push_bind_param::<BigInt, _>(&self.stamp)?;
        out.push_sql(" FROM unnest(");
        out.push_bind_param::<Array<Integer>, _>(&self.items)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Integer>, _>(&self.counts)?;
        out.push_sql(") AS booked (item, pieces)");
        out.push_sql(BOOKED);
        Ok(())
    }
}

/// Appends articles to the order of changes.
pub(super) struct Note {
    mandator_id: MandatorId,
    warehouse_id: WarehouseId,
    stamp: i64,
    items: Vec<i32>,
    /// The same for SQLite.
    list: String,
}

impl Note {
    pub(super) fn new(mandator_id: MandatorId, warehouse_id: WarehouseId, stamp: i64, booked: &[(ItemId, i32)]) -> Note {
        let items: Vec<i32> = booked.iter().map(|(item_id, _)| item_id.0).collect();
        let list = json(items.iter().map(|item_id| i64::from(*item_id)));
        Note { mandator_id, warehouse_id, stamp, items, list }
    }

    fn begin<'b, DB: Backend>(&'b self, out: &mut AstPass<'_, 'b, DB>, item: &'static str) -> QueryResult<()>
    where
        MandatorId: diesel::serialize::ToSql<Integer, DB>,
        WarehouseId: diesel::serialize::ToSql<Integer, DB>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
    {
        out.push_sql("INSERT INTO stock_changes (mandator_id, last_changed, item_id, warehouse_id) SELECT ");
        out.push_bind_param::<Integer, _>(&self.mandator_id)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.stamp)?;
        out.push_sql(", ");
        out.push_sql(item);
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&self.warehouse_id)
    }
}

impl QueryFragment<Sqlite> for Note {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.begin(&mut out, "value")?;
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(&self.list)?;
        out.push_sql(") WHERE TRUE ON CONFLICT DO NOTHING");
        Ok(())
    }
}

impl QueryFragment<Pg> for Note {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.begin(&mut out, "item")?;
        out.push_sql(" FROM unnest(");
        out.push_bind_param::<Array<Integer>, _>(&self.items)?;
        out.push_sql(") AS noted (item) ON CONFLICT DO NOTHING");
        Ok(())
    }
}

/// Both in one round trip. On SQLite, which has no such statement, one after the other.
pub(super) struct Both<'s>(pub(super) &'s Book, pub(super) &'s Note);

impl QueryFragment<Pg> for Both<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH booked AS (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") ");
        self.1.walk_ast(out)
    }
}

/// Finds articles by their numbers, with their stock and whether they are composed of others. A row names the place of its number
/// in the list, from 0.
pub(super) struct Named<'n> {
    mandator_id: MandatorId,
    numbers: Vec<&'n str>,
    /// The same for SQLite.
    list: String,
}

impl<'n> Named<'n> {
    pub(super) fn new(mandator_id: MandatorId, numbers: Vec<&'n str>) -> Named<'n> {
        // Texts can always be written as JSON.
        let list = serde_json::to_string(&numbers).unwrap_or_default();
        Named { mandator_id, numbers, list }
    }
}

const OF_ITEM: &str = "items.item_id, items.mandator_id, stock.warehouse_id, stock.stock_count, \
                       EXISTS (SELECT 1 FROM set_components WHERE set_components.set_item_id = items.item_id) FROM ";
const WITH_STOCK: &str = " LEFT JOIN stock ON stock.item_id = items.item_id";

impl QueryFragment<Sqlite> for Named<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        match self.numbers.as_slice() {
            [number] => {
                out.push_sql("SELECT 0, ");
                out.push_sql(OF_ITEM);
                out.push_sql("items");
                out.push_sql(WITH_STOCK);
                out.push_sql(" WHERE items.mandator_id = ");
                out.push_bind_param::<Integer, _>(&self.mandator_id)?;
                out.push_sql(" AND items.internal_item_number = ");
                out.push_bind_param::<Text, _>(number)?;
            }
            _ => {
                out.push_sql("SELECT named.key, ");
                out.push_sql(OF_ITEM);
                out.push_sql("json_each(");
                out.push_bind_param::<Text, _>(&self.list)?;
                // In this order: the numbers come first, and each is looked up.
                out.push_sql(") AS named CROSS JOIN items ON items.mandator_id = ");
                out.push_bind_param::<Integer, _>(&self.mandator_id)?;
                out.push_sql(" AND items.internal_item_number = named.value");
                out.push_sql(WITH_STOCK);
            }
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Named<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT (named.place - 1)::int4, ");
        out.push_sql(OF_ITEM);
        out.push_sql("unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.numbers)?;
        out.push_sql(") WITH ORDINALITY AS named (number, place) JOIN items ON items.mandator_id = ");
        out.push_bind_param::<Integer, _>(&self.mandator_id)?;
        out.push_sql(" AND items.internal_item_number = named.number");
        out.push_sql(WITH_STOCK);
        Ok(())
    }
}

impl Query for Named<'_> {
    type SqlType = (Integer, Integer, Integer, Nullable<Integer>, Nullable<Integer>, Bool);
}

/// Their texts depend on nothing but their types.
impl QueryId for Book {
    type QueryId = Book;
}

impl QueryId for Note {
    type QueryId = Note;
}

impl QueryId for Both<'_> {
    type QueryId = Both<'static>;
}

/// One number is looked up in another way than many.
impl QueryId for Named<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Book {}
impl<C> RunQueryDsl<C> for Note {}
impl<C> RunQueryDsl<C> for Both<'_> {}
impl<C> RunQueryDsl<C> for Named<'_> {}
