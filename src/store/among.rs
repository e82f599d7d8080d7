//! Lists of any length in one statement: each list is one variable, where `eq_any` takes one per value on SQLite, which
//! has a limit for them.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, Bool, HasSqlType, Integer, Text};
use diesel::sqlite::Sqlite;

/// A value that a column is compared with.
pub(crate) trait Listed {
    /// As it is stored.
    type Key: serde::Serialize;
    type Sql;

    fn key(&self) -> Self::Key;
}

macro_rules! listed {
    ($($type:ty: $sql:ty),*) => { $(
        impl Listed for $type {
            type Key = $type;
            type Sql = $sql;

            fn key(&self) -> $type {
                self.clone()
            }
        }
    )* };
}

listed!(i32: Integer, String: Text, bool: Bool);

impl<'t> Listed for &'t str {
    type Key = &'t str;
    type Sql = Text;

    fn key(&self) -> &'t str {
        self
    }
}

/// The column holds one of these values.
pub(crate) fn among<C, T: Listed>(column: C, values: &[T]) -> Among<C, T::Key, T::Sql> {
    let keys: Vec<T::Key> = values.iter().map(Listed::key).collect();
    // Numbers, texts and truth values can always be written as JSON.
    let json = if keys.len() == 1 { String::new() } else { serde_json::to_string(&keys).unwrap_or_default() };
    Among { column, keys, json, sql: PhantomData }
}

pub(crate) struct Among<C, K, S> {
    column: C,
    keys: Vec<K>,
    json: String,
    sql: PhantomData<fn() -> S>,
}

impl<C: Expression, K, S> Expression for Among<C, K, S> {
    type SqlType = Bool;
}

impl<C: ValidGrouping<G>, K, S, G> ValidGrouping<G> for Among<C, K, S> {
    type IsAggregate = C::IsAggregate;
}

impl<C, K, S> QueryId for Among<C, K, S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: AppearsOnTable<Q>, K, S, Q> AppearsOnTable<Q> for Among<C, K, S> {}

impl<C: SelectableExpression<Q>, K, S, Q> SelectableExpression<Q> for Among<C, K, S> {}

impl<C: QueryFragment<Sqlite>, K, S> QueryFragment<Sqlite> for Among<C, K, S>
where
    K: ToSql<S, Sqlite>,
    Sqlite: HasSqlType<S>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> diesel::QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        match (self.keys.as_slice(), &self.json) {
            // Most calls are about one record, and a list costs several times as much.
            ([key], _) => {
                out.push_sql(" = ");
                out.push_bind_param::<S, _>(key)?;
            }
            (_, json) => {
                out.push_sql(" IN (SELECT value FROM json_each(");
                out.push_bind_param::<Text, _>(json)?;
                out.push_sql("))");
            }
        }
        Ok(())
    }
}

impl<C: QueryFragment<Pg>, K, S: 'static> QueryFragment<Pg> for Among<C, K, S>
where
    Vec<K>: ToSql<Array<S>, Pg>,
    Pg: HasSqlType<Array<S>> + Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<S>, _>(&self.keys)?;
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::offer::OfferState;
    use crate::domain::{ItemId, OrderId};
    use crate::domain::{MandatorId, OfferId};
    use crate::store::filter::Cond;
    use crate::store::items::ItemFilter;
    use crate::store::kept::Choice;
    use crate::store::offers::{self, OfferFilter};
    use crate::store::orders;
    use crate::store::testing::{item, offer, on_stores};

    #[test]
    fn lists_may_be_long_and_many() {
        on_stores(|store| {
            let (first, second) =
                store.write(|tx| Ok((item(tx, MandatorId(1), "A\"1", &[])?, item(tx, MandatorId(1), "B", &[])?))).unwrap();
            let running = store.write(move |tx| offer(tx, 1, 1000, first, None)).unwrap();
            let numbers_of_ids = 1..=20_000;
            let ids = Cond::any_of(numbers_of_ids.clone().map(ItemId).collect());
            let numbers = || (0..20_000).map(|n| n.to_string()).chain(["A\"1".to_owned()]).collect();
            let texts = Cond::any_of(numbers());
            let found = store.read(|conn| {
                let filter = ItemFilter {
                    mandator_id: MandatorId(1),
                    item_id: ids.clone(),
                    internal_item_number: texts.clone(),
                    ..ItemFilter::default()
                };
                filter.passing(conn, None)
            });
            assert_eq!(found.unwrap(), [first.0]);
            let found = store.read(|conn| {
                let active = Cond::In { values: vec![true], or_null: true };
                let ean = Cond::In { values: numbers(), or_null: true };
                let filter =
                    ItemFilter { mandator_id: MandatorId(1), item_id: ids.clone(), active, ean_code: ean, ..ItemFilter::default() };
                filter.passing(conn, None)
            });
            assert_eq!(found.unwrap(), [first.0, second.0], "unset values pass where they may");
            let offers = |state| {
                store.read(|conn| {
                    let filter =
                        OfferFilter { mandator_id: MandatorId(1), item_id: ids.clone(), state: Cond::one(state), ..OfferFilter::default() };
                    offers::matching(conn, &filter)
                })
            };
            let all: Vec<OfferId> = OfferState::ALL.into_iter().flat_map(|state| offers(state).unwrap()).collect();
            assert_eq!(all, [running], "it is in one state");
            let none = orders::Selection {
                order_ids: Cond::any_of(numbers_of_ids.map(OrderId).collect()),
                email_address: texts.clone(),
                order_tags: texts.clone(),
                ..orders::Selection::default()
            };
            assert_eq!(store.read(|conn| orders::select(conn, &none)).unwrap(), [OrderId(0); 0]);
            let nobody = ItemFilter { mandator_id: MandatorId(1), item_id: Cond::any_of(Vec::new()), ..ItemFilter::default() };
            assert_eq!(store.read(|conn| nobody.passing(conn, None)).unwrap(), [0; 0], "an empty list lets nothing pass");
        });
    }
}
