//! Numbers of records as integer columns of either database.

/// Lets an id of [`crate::domain`] stand for an integer column.
macro_rules! db_id {
    ($( $type:ty; )+) => { $(
        const _: () = {
            #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
            #[diesel(foreign_derive, sql_type = diesel::sql_types::Integer)]
            #[expect(dead_code, reason = "it names the type for the derives")]
            struct Foreign($type);

            impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Integer, DB> for $type
            where
                DB: diesel::backend::Backend,
                i32: diesel::deserialize::FromSql<diesel::sql_types::Integer, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                    <i32 as diesel::deserialize::FromSql<diesel::sql_types::Integer, DB>>::from_sql(bytes).map(Self)
                }
            }

            impl<DB> diesel::serialize::ToSql<diesel::sql_types::Integer, DB> for $type
            where
                DB: diesel::backend::Backend,
                i32: diesel::serialize::ToSql<diesel::sql_types::Integer, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                    diesel::serialize::ToSql::<diesel::sql_types::Integer, DB>::to_sql(&self.0, out)
                }
            }

            impl crate::store::among::Listed for $type {
                type Key = i32;
                type Sql = diesel::sql_types::Integer;

                fn key(&self) -> i32 {
                    self.0
                }
            }
        };
    )+ };
}

db_id! {
    crate::domain::MandatorId;
    crate::domain::AccountId;
    crate::domain::WarehouseId;
    crate::domain::PricelistId;
    crate::domain::OfferId;
    crate::domain::ItemId;
    crate::domain::OrderId;
    crate::domain::OrderItemId;
    crate::domain::TaskId;
    crate::domain::PaymentId;
    crate::domain::DocumentId;
    crate::domain::LabelId;
    crate::domain::MediaId;
}
