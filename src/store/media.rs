//! Files of the merchant. Their content is in files; a file counts if a row here names it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::schema::media;
use super::{Conn, MOST_VARIABLES, Tx, next_id};
use crate::domain::media::MediaKind;
use crate::domain::{Failure, MandatorId, MediaId};
use crate::{conditions, on};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = media, primary_key(media_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct MediaRow {
    pub media_id: MediaId,
    pub mandator_id: MandatorId,
    pub identifier: String,
    pub file_name: String,
    pub media_module_type_id: Option<i32>,
    pub media_category: Option<String>,
    pub language_code_iso: Option<String>,
    pub kind: MediaKind,
    /// SHA-256 of the file, in hexadecimal.
    pub checksum: String,
    pub bytes: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// SHA-256 of the small picture.
    pub thumbnail: Option<String>,
    pub thumbnail_bytes: Option<i64>,
    /// What makes the address of the file.
    pub token: String,
    pub created_at: i64,
    pub last_changed: i64,
    pub last_changed_by: String,
}

/// Stores a new file; its id and stamps are set here.
pub(crate) fn insert(tx: &mut Tx<'_>, row: &mut MediaRow) -> Result<(), Failure> {
    row.media_id = MediaId(next_id(tx, "media")?);
    row.created_at = tx.stamp.0;
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(media::table).values(&*row).execute(c))?;
    Ok(())
}

/// Stores a changed file; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut MediaRow) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::update(media::table.find(row.media_id)).set(&*row).execute(c))?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, media_id: MediaId) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::delete(media::table.find(media_id)).execute(c))?;
    Ok(())
}

pub(crate) fn by_id(conn: &mut Conn<'_>, mandator_id: MandatorId, media_id: MediaId) -> Result<Option<MediaRow>, Failure> {
    Ok(on!(conn, c => media::table
        .find(media_id)
        .filter(media::mandator_id.eq(mandator_id))
        .select(MediaRow::as_select())
        .first(c)
        .optional())?)
}

pub(crate) fn by_identifier(conn: &mut Conn<'_>, mandator_id: MandatorId, identifier: &str) -> Result<Option<MediaRow>, Failure> {
    Ok(on!(conn, c => media::table
        .filter(media::mandator_id.eq(mandator_id))
        .filter(media::identifier.eq(identifier))
        .select(MediaRow::as_select())
        .first(c)
        .optional())?)
}

/// The file that an address leads to.
pub(crate) fn by_token(conn: &mut Conn<'_>, token: &str) -> Result<Option<MediaRow>, Failure> {
    Ok(on!(conn, c => media::table.filter(media::token.eq(token)).select(MediaRow::as_select()).first(c).optional())?)
}

/// Files by id, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[MediaId]) -> Result<Vec<MediaRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => media::table
            .filter(media::media_id.eq_any(chunk))
            .order(media::media_id)
            .select(MediaRow::as_select())
            .load::<MediaRow>(c))?);
    }
    Ok(rows)
}

/// Which of these files a row names, as content or as small picture.
pub(crate) fn named(conn: &mut Conn<'_>, checksums: &[String]) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    for chunk in checksums.chunks(MOST_VARIABLES) {
        found.extend(on!(conn, c => media::table
            .filter(media::checksum.eq_any(chunk))
            .select(media::checksum)
            .distinct()
            .load::<String>(c))?);
        let small: Vec<Option<String>> =
            on!(conn, c => media::table.filter(media::thumbnail.eq_any(chunk)).select(media::thumbnail).distinct().load(c))?;
        found.extend(small.into_iter().flatten());
    }
    Ok(found)
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchMedia.
    MediaSelection, media_conditions {
        media_id: Cond<MediaId> = media::media_id,
        identifier: Cond<String> = media::identifier,
        file_name: Cond<String> = media::file_name,
        media_module_type_id: Cond<i32> = media::media_module_type_id,
        media_category: Cond<String> = media::media_category,
        language_code_iso: Cond<String> = media::language_code_iso,
        checksum: Cond<String> = media::checksum,
        created_at: Window = media::created_at,
        last_changed: Window = media::last_changed,
    } beside {
        mandator_id: MandatorId,
    }
}

/// The ids of files that match, in order.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &MediaSelection) -> Result<Vec<MediaId>, Failure> {
    Ok(on!(conn, c => {
        let mut query = media::table
            .filter(media::mandator_id.eq(selection.mandator_id))
            .order(media::media_id)
            .select(media::media_id)
            .into_boxed();
        media_conditions!(narrow query, selection);
        query.load(c)
    })?)
}
