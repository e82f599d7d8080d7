//! `fetchMedia`: the files of the merchant, their addresses and, where asked for, their content.

use super::{thumbnail_url_of, url_of};
use crate::domain::{Deleted, Failure, MandatorId, MediaId, Stamp, code};
use crate::files::Folder;
use crate::operations::cursor::{Asked, Chosen, Cursor, written};
use crate::operations::wire::{Between, Bytes, Match, Patch, Time, mandator_of};
use crate::operations::{ReadOperation, Reading, Room};
use crate::store::Conn;
use crate::store::deletions::DeletionRow;
use crate::store::media::{self, MediaRow, MediaSelection, media_conditions};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on files; all of them must hold.
    MediaFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Number that Kontor gave the file.
        media_id: Option<Match<MediaId>>,
        /// The ERP's name of the file.
        identifier: Option<Match<String>>,
        /// Name with ending.
        file_name: Option<Match<String>>,
        /// Kind of file; fetchMediaModuleType lists them. Not set: files without one.
        media_module_type_id: Option<Match<i32>>,
        /// Category of the media pool; not set: files without one.
        media_category: Option<Match<String>>,
        /// Language of what is in it; not set: files without one.
        language_code_iso: Option<Match<String>>,
        /// SHA-256 of the content, in hexadecimal.
        checksum: Option<Match<String>>,
        /// When the file was stored.
        created_at: Option<Between>,
        /// When it was last changed.
        last_changed: Option<Between>,
    }

    /// Which files to fetch.
    FetchMediaRequest {
        /// Files that pass one of these filters.
        filters: Vec<MediaFilter> [flat("filter")],
        /// true: with the content. Default false: the addresses lead to it.
        include_content: Option<bool>,
        /// Page size; all on one page when absent.
        media_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// A file that was deleted.
    DeletedMedia {
        /// Number that Kontor gave the file.
        media_id: MediaId,
        /// The mandator.
        mandator_id: MandatorId,
        /// When it was deleted.
        deleted_at: Time,
    }

    /// A file.
    MediaRecord {
        /// Number that Kontor gave the file.
        media_id: MediaId,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's name of the file.
        identifier: String,
        /// Name with ending.
        file_name: String,
        /// Kind of file.
        media_module_type_id: Option<i32>,
        /// Category of the media pool.
        media_category: Option<String>,
        /// Language of what is in it.
        language_code_iso: Option<String>,
        /// Media type, as its bytes say.
        media_type: String,
        /// Bytes of the content.
        file_size: i32,
        /// Pixels of a picture.
        width: Option<i32>,
        /// Pixels of a picture.
        height: Option<i32>,
        /// SHA-256 of the content, in hexadecimal.
        checksum: String,
        /// Where Kontor serves it, to everybody who knows the address; another one with other content. Articles may name it as
        /// image_url.
        media_url: String,
        /// Where Kontor serves a small picture of it.
        thumbnail_url: Option<String>,
        /// When Kontor stored it.
        created_at: Time,
        /// When it was last changed.
        last_changed: Time,
        /// The content.
        media_base64: Option<Bytes>,
        /// true: the file is missing in the folder of media, or is spoiled; send it again.
        content_missing: Option<bool>,
    }
}

fetched! { FetchMediaResult, files: MediaRecord, "media", changes { deleted_files: DeletedMedia, "deleted_file" } }

pub(crate) struct FetchMedia;

impl ReadOperation for FetchMedia {
    const NAME: &'static str = "fetchMedia";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads files of the merchant: what they are, and the addresses under which channels load them.";
    type Request = FetchMediaRequest;
    type Result = FetchMediaResult;

    fn asks_for_changes(request: &FetchMediaRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchMediaRequest) -> Result<FetchMediaResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.media_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let since = cursor.as_ref().map(Cursor::since);
        let (mut found, mut mandators) = (Vec::new(), Vec::new());
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let own = media_conditions!(ask, filter, MediaFilter, mandator, { mandator_id });
            found.extend(media::select(conn, &MediaSelection { mandator_id: mandator.mandator_id, since, ..own })?);
            mandators.push(mandator.mandator_id);
        }
        let deleted = |cursor: &Cursor| cursor.deleted(conn, Deleted::Media, mandators.into_iter());
        let chosen = Chosen::of(reading, cursor.as_ref(), found, (request.media_per_page, request.page), deleted)?;
        let content = request.include_content.unwrap_or_default().then(|| Folder::new(&reading.settings.media.folder));
        let mut room = reading.room();
        let mut records = Vec::new();
        let ids: Vec<MediaId> = chosen.ids.into_iter().map(MediaId).collect();
        let mut rows = media::load(conn, &ids)?;
        if chosen.next.is_some() {
            rows.sort_by_key(|row| (row.last_changed, row.media_id));
        }
        for row in rows {
            records.push(record_of(reading, row, content.as_ref(), &mut room)?);
        }
        Ok(match chosen.total {
            Some(total) => FetchMediaResult::page(records, total),
            None => FetchMediaResult {
                files: records,
                deleted_files: chosen.deleted.into_iter().map(|row| gone(reading, &row)).collect::<Result<_, Failure>>()?,
                next_changed_since: chosen.next,
                ..FetchMediaResult::default()
            },
        })
    }
}

fn gone(reading: &Reading<'_>, row: &DeletionRow) -> Result<DeletedMedia, Failure> {
    let deleted_at = Time::of(Stamp(row.stamp), reading.mandator(row.mandator_id)?.time_zone);
    Ok(DeletedMedia { media_id: MediaId(row.record_id), mandator_id: row.mandator_id, deleted_at })
}

fn record_of(reading: &Reading<'_>, row: MediaRow, folder: Option<&Folder>, room: &mut Room) -> Result<MediaRecord, Failure> {
    let zone = reading.mandator(row.mandator_id)?.time_zone;
    let time = |stamp: i64| Time::of(Stamp(stamp), zone);
    let content = match folder {
        Some(folder) => {
            // Before it is read: Base64 makes four characters of three bytes.
            room.take(usize::try_from(row.bytes).unwrap_or(usize::MAX).saturating_mul(4) / 3)?;
            Some(folder.read(&row.checksum, row.bytes))
        }
        None => None,
    };
    let public_url = &reading.settings.server.public_url;
    Ok(MediaRecord {
        media_url: url_of(public_url, &row),
        thumbnail_url: thumbnail_url_of(public_url, &row),
        media_id: row.media_id,
        mandator_id: row.mandator_id,
        identifier: row.identifier,
        file_name: row.file_name,
        media_module_type_id: row.media_module_type_id,
        media_category: row.media_category,
        language_code_iso: row.language_code_iso,
        media_type: row.kind.media_type().to_owned(),
        file_size: i32::try_from(row.bytes).unwrap_or(i32::MAX),
        width: row.width,
        height: row.height,
        checksum: row.checksum,
        created_at: time(row.created_at),
        last_changed: time(row.last_changed),
        content_missing: matches!(content, Some(None)).then_some(true),
        media_base64: content.flatten().map(Bytes),
    })
}
