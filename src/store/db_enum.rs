//! Enums of the domain as integer columns of either database.

/// Lets an enum of `domain::numbered` stand for an integer column. A number that means nothing is an error which
/// says where such numbers are kept; diesel adds the column.
macro_rules! db_enum {
    ($( $type:ty: $places:literal; )+) => { $(
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
                    let id = <i32 as diesel::deserialize::FromSql<diesel::sql_types::Integer, DB>>::from_sql(bytes)?;
                    Self::from_id(id).ok_or_else(|| format!("{id} stands for nothing in {}", $places).into())
                }
            }

            impl diesel::serialize::ToSql<diesel::sql_types::Integer, diesel::sqlite::Sqlite> for $type {
                fn to_sql<'b>(
                    &'b self,
                    out: &mut diesel::serialize::Output<'b, '_, diesel::sqlite::Sqlite>,
                ) -> diesel::serialize::Result {
                    out.set_value(self.id());
                    Ok(diesel::serialize::IsNull::No)
                }
            }

            impl diesel::serialize::ToSql<diesel::sql_types::Integer, diesel::pg::Pg> for $type {
                fn to_sql<'b>(
                    &'b self,
                    out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
                ) -> diesel::serialize::Result {
                    diesel::serialize::ToSql::<diesel::sql_types::Integer, diesel::pg::Pg>::to_sql(&self.id(), &mut out.reborrow())
                }
            }

            impl crate::store::among::Listed for $type {
                type Key = i32;
                type Sql = diesel::sql_types::Integer;

                fn key(&self) -> i32 {
                    self.id()
                }
            }
        };
    )+ };
}

db_enum! {
    crate::domain::offer::OfferState: "offers.state";
    crate::domain::offer::Wanted: "offers.wanted";
    crate::domain::offer::EndedBy: "offers.ended_by";
    crate::domain::alarm::AlarmKind: "alarms.kind";
    crate::domain::alarm::AlarmWay: "alarms.way";
    crate::domain::hourly::Counted: "hourly.counted";
    crate::domain::outbox::Topic: "outbox_states.topic";
    crate::domain::outbox::OutboxStatus: "outbox_states.status, outbox_facts.status, transfers.status";
    crate::domain::outbox::TaskStage: "channel_tasks.stage";
    crate::domain::transfer::TransferKind: "transfers.kind";
    crate::domain::contact::ContactKind: "contacts.kind, contact_cursors.kind";
    crate::domain::mail::MailEvent: "mails.event, mail_senders.event";
    crate::domain::mail::MailState: "mails.state";
    crate::domain::message::Severity: "upload_messages.severity";
    crate::domain::order::OrderStatus: "orders.order_status_id";
    crate::domain::order::RequestState: "cancellation_requests.state";
    crate::domain::order::Workflow: "orders.workflow";
    crate::domain::order::CreditState: "credit_entries.state";
    crate::domain::payment::PaymentState: "payments.state";
    crate::domain::label::LabelState: "shipping_labels.state";
    crate::domain::order_document::DocumentType: "order_documents.document_type";
    crate::domain::order_document::FileKind: "order_documents.file_kind";
    crate::domain::order_document::Origin: "order_documents.origin";
    crate::domain::media::MediaKind: "media.kind";
    crate::domain::Deleted: "deletions.kind";
    crate::domain::item::ReferenceKind: "item_references.kind";
}

#[cfg(test)]
mod tests {
    use crate::domain::MandatorId;
    use diesel::prelude::*;

    use crate::domain::offer::OfferState;
    use crate::domain::{Failure, code};
    use crate::on;
    use crate::store::offers;
    use crate::store::schema::offers as table;
    use crate::store::testing::{item, offer, on_stores};

    #[test]
    fn a_number_that_stands_for_nothing_is_an_error_that_names_its_column() {
        on_stores(|store| {
            let id = store
                .write(|tx| {
                    let item = item(tx, MandatorId(1), "A", &[])?;
                    let id = offer(tx, 1, 1000, item, None)?;
                    on!(&mut tx.conn, c => diesel::update(table::table.find(id)).set(table::state.eq(OfferState::Ended)).execute(c))?;
                    Ok::<_, Failure>(id)
                })
                .unwrap();
            let read = || store.read(|conn| offers::by_ids(conn, &[id]));
            assert_eq!(read().unwrap()[0].state, OfferState::Ended);
            store
                .write(move |tx| Ok(on!(&mut tx.conn, c => diesel::update(table::table.find(id)).set(table::state.eq(9)).execute(c))?))
                .unwrap();
            let failure = read().unwrap_err();
            assert_eq!(failure.code, code::INTERNAL);
            assert!(failure.to_string().contains("field 'state': 9 stands for nothing in offers.state"), "{failure}");
        });
    }
}
