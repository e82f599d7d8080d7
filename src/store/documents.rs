//! Documents of orders. Their content is in files; a file counts if a row here names it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::schema::{order_documents, orders};
use super::since::Since;
use super::{Conn, MOST_VARIABLES, Stored, Tx, next_id};
use crate::domain::order_document::{DocumentRecord, DocumentType, FileKind, Origin};
use crate::domain::{AccountId, DocumentId, Failure, MandatorId, OrderId};
use crate::{conditions, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_documents, primary_key(document_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct DocumentRow {
    pub document_id: DocumentId,
    pub mandator_id: MandatorId,
    pub order_id: OrderId,
    pub document_type: DocumentType,
    pub file_kind: FileKind,
    /// The number of who made it.
    pub external_document_number: Option<String>,
    pub document_name: String,
    pub packet_id: Option<i32>,
    /// SHA-256 of the file, in hexadecimal.
    pub checksum: String,
    pub bytes: i64,
    pub origin: Origin,
    pub created_at: i64,
    pub last_changed: i64,
    pub last_changed_by: String,
    pub data: Stored<DocumentRecord>,
}

impl DocumentRow {
    pub(crate) fn record(&self) -> Result<DocumentRecord, Failure> {
        self.data.read(|| format!("document {}", self.document_id))
    }
}

/// Stores a new document; its id and stamps are set here.
pub(crate) fn insert(tx: &mut Tx<'_>, mut row: DocumentRow) -> Result<DocumentRow, Failure> {
    row.document_id = DocumentId(next_id(tx, "document")?);
    row.created_at = tx.stamp.0;
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(order_documents::table).values(&row).execute(c))?;
    Ok(row)
}

/// Stores a changed document; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut DocumentRow, changed_by: &str) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    row.last_changed_by = changed_by.to_owned();
    on!(&mut tx.conn, c => diesel::update(order_documents::table.find(row.document_id)).set(&*row).execute(c))?;
    Ok(())
}

/// The documents of an order, the oldest first.
pub(crate) fn of_order(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Vec<DocumentRow>, Failure> {
    Ok(on!(conn, c => order_documents::table
        .filter(order_documents::order_id.eq(order_id))
        .order(order_documents::document_id)
        .select(DocumentRow::as_select())
        .load(c))?)
}

/// Documents by id, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[DocumentId]) -> Result<Vec<DocumentRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => order_documents::table
            .filter(order_documents::document_id.eq_any(chunk))
            .order(order_documents::document_id)
            .select(DocumentRow::as_select())
            .load::<DocumentRow>(c))?);
    }
    Ok(rows)
}

/// Which of these files a document has.
pub(crate) fn named(conn: &mut Conn<'_>, checksums: &[String]) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    for chunk in checksums.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => order_documents::table
            .filter(order_documents::checksum.eq_any(chunk))
            .select(order_documents::checksum)
            .distinct()
            .load::<String>(c))?);
    }
    Ok(found)
}

/// The next number of a series, without gaps: it is given back where the transaction is.
pub(crate) fn next_number(tx: &mut Tx<'_>, mandator_id: MandatorId, series: &str) -> Result<i32, Failure> {
    next_id(tx, &format!("document_number/{mandator_id}/{series}"))
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchOrderDocuments.
    DocumentSelection, document_conditions {
        order_ids: Cond<OrderId> = orders::order_id,
        order_number: Cond<i32> = orders::order_number,
        order_number_prefix: Cond<String> = orders::order_number_prefix,
        external_order_number_1: Cond<String> = orders::external_order_number_1,
        external_order_number_2: Cond<String> = orders::external_order_number_2,
        marketplace_order_id_1: Cond<String> = orders::marketplace_order_id,
        marketplace_order_id_2: Cond<String> = orders::marketplace_order_id_2,
        account_id: Cond<AccountId> = orders::account_id,
        document_ids: Cond<DocumentId> = order_documents::document_id,
        external_document_number: Cond<String> = order_documents::external_document_number,
        created_at: Window = order_documents::created_at,
        last_changed: Window = order_documents::last_changed,
    } and {
        document_type: Cond<DocumentType> = order_documents::document_type,
        origin: Cond<Origin> = order_documents::origin,
    } beside {
        mandator_id: MandatorId,
        /// Only those that changed behind this place.
        since: Option<Since>,
    }
}

macro_rules! select_ids {
    ($c:expr, $backend:ty, $s:expr) => {{
        let s: &DocumentSelection = $s;
        let mut query = order_documents::table
            .inner_join(orders::table)
            .filter(order_documents::mandator_id.eq(s.mandator_id))
            .order((order_documents::order_id, order_documents::document_id))
            .select((order_documents::order_id, order_documents::last_changed, order_documents::document_id))
            .into_boxed::<$backend>();
        if let Some(since) = s.since {
            query = query.filter(order_documents::last_changed.ge(since.stamp));
        }
        document_conditions!(narrow query, s);
        query.load::<(OrderId, i64, i32)>($c)
    }};
}

/// The documents that match, by their orders: where they are in the order of changes.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &DocumentSelection) -> Result<Vec<(OrderId, Since)>, Failure> {
    let found: Vec<(OrderId, i64, i32)> = match conn {
        Conn::Sqlite(c) => select_ids!(*c, diesel::sqlite::Sqlite, selection),
        Conn::Postgres(c) => select_ids!(*c, diesel::pg::Pg, selection),
    }?;
    let places = found.into_iter().map(|(order_id, stamp, id)| (order_id, Since { stamp, id, second: 0 }));
    Ok(places.filter(|(_, place)| selection.since.is_none_or(|since| *place > since)).collect())
}
