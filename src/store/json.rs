//! Documents kept as JSON in a text column.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::broken_document;
use crate::domain::Failure;

/// A document of the domain as its row holds it. It is parsed where somebody reads it: most rows are looked at for their
/// columns only. Nobody sees the text.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Stored<T> {
    text: String,
    form: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Stored<T> {
    pub fn of(document: &T) -> Result<Stored<T>, Failure> {
        let text = serde_json::to_string(document).map_err(|error| broken_document(std::any::type_name::<T>(), &error))?;
        Ok(Stored { text, form: PhantomData })
    }

    /// `what` names the record where the document cannot be read.
    pub fn read(&self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        serde_json::from_str(&self.text).map_err(|error| broken_document(&what(), &error))
    }
}

impl<T> Stored<T> {
    /// How much there is to be read.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
}

impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Stored { text: self.text.clone(), form: PhantomData }
    }
}

/// A document with nothing in it.
impl<T> Default for Stored<T> {
    fn default() -> Self {
        Stored { text: "{}".to_owned(), form: PhantomData }
    }
}

/// Without the content, which may be personal.
impl<T> std::fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes of JSON", self.text.len())
    }
}

#[cfg(test)]
impl<T> From<&str> for Stored<T> {
    fn from(text: &str) -> Self {
        Stored { text: text.to_owned(), form: PhantomData }
    }
}

impl<T, DB: Backend> FromSql<Text, DB> for Stored<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Stored { text: String::from_sql(bytes)?, form: PhantomData })
    }
}

impl<T, DB: Backend> ToSql<Text, DB> for Stored<T>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.text.as_str().to_sql(out)
    }
}

/// Lets a serde type of the domain stand for a text column of either database.
macro_rules! json_text {
    ($($type:ty),* $(,)?) => { $( const _: () = {
        #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(foreign_derive, sql_type = diesel::sql_types::Text)]
        #[expect(dead_code, reason = "it names the type for the derives")]
        struct Foreign($type);

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}", stringify!($type)).into())
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::sqlite::Sqlite> for $type {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::sqlite::Sqlite>,
            ) -> diesel::serialize::Result {
                out.set_value(serde_json::to_string(self)?);
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $type {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                std::io::Write::write_all(out, serde_json::to_string(self)?.as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }
    }; )* };
}

json_text!(
    crate::domain::contact::ContactContent,
    crate::domain::contact::FeedbackSummary,
    crate::domain::mail::MailDocument,
    crate::domain::order::CreditDocument,
    crate::domain::order::OrderDocument,
    crate::domain::order::PacketDocument,
    crate::domain::order::PaymentDocument,
    crate::domain::order::RequestDocument,
    crate::domain::payment::Grounds,
    crate::domain::payment::PaymentRecord,
);
