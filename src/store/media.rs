//! Files of the merchant. Their content is in files; a file counts if a row here names it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::deletions::DeletionRow;
use super::filter::{Cond, Window};
use super::schema::{media, media_uses};
use super::since::Since;
use super::{Conn, MOST_VARIABLES, Tx, deletions, items, next_id};
use crate::domain::media::MediaKind;
use crate::domain::{Deleted, Failure, ItemId, MandatorId, MediaId};
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

pub(crate) fn delete(tx: &mut Tx<'_>, row: &MediaRow) -> Result<(), Failure> {
    let gone = DeletionRow {
        mandator_id: row.mandator_id,
        kind: Deleted::Media,
        stamp: tx.stamp.0,
        record_id: row.media_id.0,
        internal_item_number: String::new(),
        account_id: None,
    };
    deletions::note(tx, &[gone])?;
    on!(&mut tx.conn, c => diesel::delete(media::table.find(row.media_id)).execute(c))?;
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

/// Articles that are looked at, when a file goes.
const MOST_USERS: i64 = 100;

/// Notes that an article names a file as a picture.
pub(crate) fn note_use(tx: &mut Tx<'_>, token: &str, item_id: ItemId) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(media_uses::table)
        .values((media_uses::token.eq(token), media_uses::item_id.eq(item_id)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// The numbers of articles that still name a file whose address leads nowhere from now on. It is forgotten that they did.
pub(crate) fn forget_users(tx: &mut Tx<'_>, token: &str) -> Result<Vec<String>, Failure> {
    let ids: Vec<ItemId> = on!(&mut tx.conn, c => media_uses::table
        .filter(media_uses::token.eq(token))
        .order(media_uses::item_id)
        .limit(MOST_USERS)
        .select(media_uses::item_id)
        .load(c))?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    on!(&mut tx.conn, c => diesel::delete(media_uses::table.filter(media_uses::token.eq(token))).execute(c))?;
    let mut numbers = Vec::new();
    for row in items::by_ids(&mut tx.conn, &ids)? {
        let names_it = |address: &String| address.contains(token);
        if row.document()?.image_modules.iter().filter_map(|picture| picture.image_url.as_ref()).any(names_it) {
            numbers.push(row.internal_item_number);
        }
    }
    Ok(numbers)
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
        /// Only those that changed behind this place.
        since: Option<Since>,
    }
}

/// The files that match, in the order of their ids: where they are in the order of changes.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &MediaSelection) -> Result<Vec<Since>, Failure> {
    let found: Vec<(i64, MediaId)> = on!(conn, c => {
        let mut query = media::table
            .filter(media::mandator_id.eq(selection.mandator_id))
            .order(media::media_id)
            .select((media::last_changed, media::media_id))
            .into_boxed();
        if let Some(since) = selection.since {
            query = query.filter(media::last_changed.ge(since.stamp));
        }
        media_conditions!(narrow query, selection);
        query.load(c)
    })?;
    let places = found.into_iter().map(|(stamp, media_id)| Since { stamp, id: media_id.0, second: 0 });
    Ok(places.filter(|place| selection.since.is_none_or(|since| *place > since)).collect())
}
