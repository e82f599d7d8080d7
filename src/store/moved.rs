//! What was taken over from another installation, and under which number it is here: how an import goes on where it stopped.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::schema::moved_records;
use super::{Conn, MOST_VARIABLES, Tx};
use crate::domain::{Failure, MandatorId};
use crate::on;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = moved_records, primary_key(source, mandator_id, kind, source_key))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct MovedRow {
    /// Address and mandator of the source.
    pub(crate) source: String,
    pub(crate) mandator_id: MandatorId,
    pub(crate) kind: String,
    pub(crate) source_key: String,
    pub(crate) record_id: Option<i32>,
    pub(crate) digest: String,
    pub(crate) fields: String,
    pub(crate) moved_at: i64,
}

/// Where an import takes from, and what it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moving<'m> {
    pub(crate) source: &'m str,
    pub(crate) mandator_id: MandatorId,
}

/// The records of a kind that were taken over under these keys.
pub(crate) fn of_keys(conn: &mut Conn<'_>, moving: Moving<'_>, kind: &str, keys: &[String]) -> Result<BTreeMap<String, MovedRow>, Failure> {
    let mut found = BTreeMap::new();
    for chunk in keys.chunks(MOST_VARIABLES) {
        let rows: Vec<MovedRow> = on!(conn, c => moved_records::table
            .filter(moved_records::source.eq(moving.source))
            .filter(moved_records::mandator_id.eq(moving.mandator_id))
            .filter(moved_records::kind.eq(kind))
            .filter(moved_records::source_key.eq_any(chunk))
            .select(MovedRow::as_select())
            .load(c))?;
        found.extend(rows.into_iter().map(|row| (row.source_key.clone(), row)));
    }
    Ok(found)
}

/// The keys in the source of what was taken over as this record.
pub(crate) fn keys_of(conn: &mut Conn<'_>, moving: Moving<'_>, kind: &str, record_id: i32) -> Result<Vec<String>, Failure> {
    Ok(on!(conn, c => moved_records::table
        .filter(moved_records::source.eq(moving.source))
        .filter(moved_records::mandator_id.eq(moving.mandator_id))
        .filter(moved_records::kind.eq(kind))
        .filter(moved_records::record_id.eq(record_id))
        .select(moved_records::source_key)
        .load(c))?)
}

/// Stores that a record was taken over; its time is set here.
pub(crate) fn save(tx: &mut Tx<'_>, mut row: MovedRow) -> Result<(), Failure> {
    row.moved_at = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(moved_records::table)
        .values(&row)
        .on_conflict((moved_records::source, moved_records::mandator_id, moved_records::kind, moved_records::source_key))
        .do_update()
        .set(&row)
        .execute(c))?;
    Ok(())
}
