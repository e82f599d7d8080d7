//! `updateMedia`: stores, changes and deletes files.
//!
//! Files are looked into and written before the transaction, and looked for again in it, because housekeeping removes those that
//! no record names.

use std::collections::BTreeSet;

use super::{thumbnail_url_of, url_of};
use crate::config::Settings;
use crate::domain::language::is_language;
use crate::domain::media::{self as kinds, LONGEST_NAME, MediaKind};
use crate::domain::order_document::harmful;
use crate::domain::{Failure, MandatorId, MediaId, Patch, Quote, Worded, code};
use crate::files::{Folder, checksum, look};
use crate::operations::common::{ReportAction, WriteRequest as _};
use crate::operations::enclosed::Enclosed;
use crate::operations::wire::Records;
use crate::operations::{Done, Refused, Work, WriteOperation};
use crate::store::media::{self, MediaRow};
use crate::{reports, wire, wire_enum, write_request};

wire_enum! {
    /// Which field identifies a file.
    MediaKey {
        /// The ERP's name of the file.
        Identifier = "identifier",
        /// Kontor's number of the file.
        Id = "media_id",
    }
}

write_request! {
    /// Files to store, change or delete.
    UpdateMediaRequest {
        /// The files.
        files: Records<MediaUpdate> [flat("media")],
    }
}

wire! {
    /// A file. In an update a missing field keeps what is stored, an empty one clears it.
    MediaUpdate {
        /// Which field identifies the file. Default IDENTIFIER.
        significant_key: Option<MediaKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the file.
        media_id: Option<MediaId>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's name of the file, unique in the mandator. Needed for a new one.
        identifier: Option<String> [max(255), key],
        /// Name with an ending that says what the file is, such as lamp_front.jpg. Needed for a new one.
        file_name: Option<String> [max(LONGEST_NAME)],
        /// Kind of file; fetchMediaModuleType lists them.
        media_module_type_id: Patch<i32>,
        /// Category of the media pool.
        media_category: Patch<String> [max(100)],
        /// Language of what is in it.
        language_code_iso: Patch<String> [max(10)],
        /// The content. Needed for a new file; other content gets another address.
        media_base64: Option<Enclosed<Seen>>,
        /// true: the file goes; its address leads nowhere from then on.
        delete: Option<bool> [attr, typed("remove")],
    }

    /// A file, by its keys.
    MediaKeys {
        /// Number that Kontor gave the file.
        media_id: Option<MediaId>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's name of the file.
        identifier: Option<String>,
        /// Where Kontor serves it.
        media_url: Option<String>,
        /// Where Kontor serves a small picture of it.
        thumbnail_url: Option<String>,
    }
}

reports! { UpdateMediaResult, MediaReport, media: MediaKeys }

/// What was found in the content of a file.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    kind: MediaKind,
    checksum: String,
    size: Option<(i32, i32)>,
    /// The small picture and its checksum.
    thumbnail: Option<(String, Vec<u8>)>,
}

impl Seen {
    fn of(bytes: &[u8]) -> Result<Seen, Failure> {
        let kind = MediaKind::of(bytes);
        let found = kind.picture().map(|picture| look(bytes, picture)).transpose()?.unwrap_or_default();
        let pixels = |(width, height)| Some((i32::try_from(width).ok()?, i32::try_from(height).ok()?));
        Ok(Seen {
            kind,
            checksum: checksum(bytes),
            size: found.size.and_then(pixels),
            thumbnail: found.thumbnail.map(|bytes| (checksum(&bytes), bytes)),
        })
    }
}

impl Enclosed<Seen> {
    /// Writes the file and its small picture, unless they are there.
    fn keep(&self, folder: &Folder) -> Result<(), Failure> {
        let Some(seen) = &self.checked else { return Ok(()) };
        folder.keep(&seen.checksum, &self.content.0)?;
        seen.thumbnail.as_ref().map_or(Ok(()), |(checksum, bytes)| folder.keep(checksum, bytes))
    }
}

pub(crate) struct UpdateMedia;

impl WriteOperation for UpdateMedia {
    const NAME: &'static str = "updateMedia";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Stores pictures and other files of the merchant, which Kontor serves to channels under addresses that \
        nobody can guess.";
    type Request = UpdateMediaRequest;
    type Result = UpdateMediaResult;

    fn prepare(settings: &Settings, request: &mut UpdateMediaRequest) -> Result<Refused, Failure> {
        let folder = (!request.is_dry_run()).then(|| Folder::new(&settings.media.folder));
        let mut refused = Refused::new();
        for record in &mut request.files.list {
            let Ok(file) = &mut record.content else { continue };
            if let Err(failure) = check(file, settings.media.largest_bytes) {
                refused.insert(record.number, failure);
                continue;
            }
            if let (Some(folder), Some(enclosed)) = (&folder, &file.media_base64) {
                enclosed.keep(folder)?;
            }
        }
        Ok(refused)
    }

    fn handle(work: &mut Work<'_, '_>, request: UpdateMediaRequest) -> Result<UpdateMediaResult, Failure> {
        let folder = (!request.is_dry_run()).then(|| Folder::new(&work.settings.media.folder));
        let mut refused = std::mem::take(&mut work.refused);
        let mut taken = BTreeSet::new();
        let reports = work.each(
            request.files.numbered(),
            |(_, file): &(usize, MediaUpdate)| file.mandator_id,
            |work, (number, file)| {
                let done = match refused.remove(&number) {
                    Some(failure) => Err(failure),
                    None => update(work, folder.as_ref(), &file, &mut taken),
                };
                done.map_err(|failure| (failure, Some(named(&file))))
            },
        )?;
        Ok(UpdateMediaResult::of(reports))
    }
}

fn named(file: &MediaUpdate) -> MediaKeys {
    MediaKeys { media_id: file.media_id, mandator_id: file.mandator_id, identifier: file.identifier.clone(), ..MediaKeys::default() }
}

/// Checks what needs no database, and notes what the content is.
fn check(file: &mut MediaUpdate, largest: usize) -> Result<(), Failure> {
    if file.delete == Some(true) {
        file.media_base64 = None;
        return Ok(());
    }
    if let Patch::Set(language) = &file.language_code_iso
        && !is_language(language)
    {
        let known = Worded::new("codes such as de, en or de-DE", "Codes wie de, en oder de-DE");
        return Err(Failure::quoting(code::NOT_IN_LIST, [language as &dyn Quote, &known]).within("language_code_iso"));
    }
    let Some(enclosed) = &mut file.media_base64 else { return Ok(()) };
    let bytes = &enclosed.content.0;
    if bytes.is_empty() {
        return Err(Failure::missing("media_base64"));
    }
    if bytes.len() > largest {
        return Err(Failure::quoting(code::MEDIA_TOO_LARGE, [&bytes.len(), &largest]).within("media_base64"));
    }
    // Before a picture is taken apart: a name that does not fit is the cheaper fault.
    let kind = MediaKind::of(bytes);
    let name = file.file_name.as_deref();
    if let Some(name) = name {
        kinds::check_name(name, kind).map_err(|failure| failure.within("file_name"))?;
    }
    if let Some(what) = harmful(bytes).filter(|_| kind == MediaKind::Other) {
        let name = name.or(file.identifier.as_deref()).unwrap_or_default();
        return Err(Failure::quoting(code::MEDIA_UNSAFE, [&name as &dyn Quote, &what]).within("media_base64"));
    }
    enclosed.checked = Some(Seen::of(bytes).map_err(|failure| failure.within("media_base64"))?);
    Ok(())
}

fn update(
    work: &mut Work<'_, '_>,
    folder: Option<&Folder>,
    file: &MediaUpdate,
    taken: &mut BTreeSet<MediaId>,
) -> Result<Done<MediaKeys>, Failure> {
    work.mandator(file.mandator_id)?;
    let found = find(work, file)?;
    if file.delete == Some(true) {
        let row = found.ok_or_else(|| unknown(file))?;
        media::delete(work.tx, &row)?;
        warn_users(work, &row.token)?;
        return Ok((
            Some(ReportAction::Delete),
            MediaKeys { media_id: Some(row.media_id), identifier: Some(row.identifier), ..named(file) },
        ));
    }
    let before = found.clone();
    let mut row = match found {
        Some(row) => row,
        None => new_row(work, file)?,
    };
    take(work, &mut row, file)?;
    if let (Some(folder), Some(enclosed)) = (folder, &file.media_base64) {
        // Where the same file was left over from an earlier call, it may have been removed since the check.
        enclosed.keep(folder)?;
    }
    row.last_changed_by = work.user.name.clone();
    let action = match &before {
        None => {
            media::insert(work.tx, &mut row)?;
            ReportAction::Insert
        }
        Some(before) => {
            if (MediaRow { last_changed_by: before.last_changed_by.clone(), ..row.clone() }) != *before {
                media::save(work.tx, &mut row)?;
            }
            ReportAction::Update
        }
    };
    if !taken.insert(row.media_id) {
        work.advice.add(Failure::new(code::SENT_TWICE, []));
    }
    let other_address = before.as_ref().is_none_or(|before| before.token != row.token);
    if let Some(before) = before.filter(|_| other_address) {
        warn_users(work, &before.token)?;
    }
    let public_url = &work.settings.server.public_url;
    // The address of a rehearsal would lead nowhere.
    let row_with_address = (folder.is_some() || !other_address).then_some(&row);
    let keys = MediaKeys {
        media_id: Some(row.media_id),
        mandator_id: row.mandator_id,
        media_url: row_with_address.map(|row| url_of(public_url, row)),
        thumbnail_url: row_with_address.and_then(|row| thumbnail_url_of(public_url, row)),
        identifier: Some(row.identifier),
    };
    Ok((Some(action), keys))
}

/// Tells who takes a file away which articles name it.
fn warn_users(work: &mut Work<'_, '_>, token: &str) -> Result<(), Failure> {
    const MOST_NAMED: usize = 10;
    let numbers = media::forget_users(work.tx, token)?;
    if numbers.is_empty() {
        return Ok(());
    }
    let more = if numbers.len() > MOST_NAMED { ", …" } else { "" };
    let named = numbers.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    work.advice.add(Failure::new(code::MEDIA_USED, [&format!("{named}{more}")]));
    Ok(())
}

fn find(work: &mut Work<'_, '_>, file: &MediaUpdate) -> Result<Option<MediaRow>, Failure> {
    let conn = &mut work.tx.conn;
    match file.significant_key.unwrap_or_default() {
        MediaKey::Identifier => {
            let identifier = file.identifier.as_deref().ok_or_else(|| Failure::missing("identifier"))?;
            media::by_identifier(conn, file.mandator_id, identifier)
        }
        MediaKey::Id => {
            let media_id = file.media_id.ok_or_else(|| Failure::missing("media_id"))?;
            media::by_id(conn, file.mandator_id, media_id)?.map(Some).ok_or_else(|| unknown(file))
        }
    }
}

fn unknown(file: &MediaUpdate) -> Failure {
    match (file.significant_key.unwrap_or_default(), file.media_id, &file.identifier) {
        (MediaKey::Id, Some(id), _) => Failure::quoting(code::UNKNOWN_KEY, [&crate::domain::FieldName("media_id"), &id]),
        (_, _, identifier) => {
            let identifier = identifier.as_deref().unwrap_or_default();
            Failure::quoting(code::UNKNOWN_KEY, [&crate::domain::FieldName("identifier"), &identifier])
        }
    }
}

/// A new file has a name and content; `take` fills in the rest.
fn new_row(work: &Work<'_, '_>, file: &MediaUpdate) -> Result<MediaRow, Failure> {
    let seen = file.media_base64.as_ref().and_then(|enclosed| enclosed.checked.as_ref()).ok_or_else(|| Failure::missing("media_base64"))?;
    Ok(MediaRow {
        media_id: MediaId(0),
        mandator_id: file.mandator_id,
        identifier: file.identifier.clone().ok_or_else(|| Failure::missing("identifier"))?,
        file_name: file.file_name.clone().ok_or_else(|| Failure::missing("file_name"))?,
        media_module_type_id: None,
        media_category: None,
        language_code_iso: None,
        kind: seen.kind,
        checksum: String::new(),
        bytes: 0,
        width: None,
        height: None,
        thumbnail: None,
        thumbnail_bytes: None,
        token: String::new(),
        created_at: 0,
        last_changed: 0,
        last_changed_by: work.user.name.clone(),
    })
}

/// Takes what the record says into the row.
fn take(work: &mut Work<'_, '_>, row: &mut MediaRow, file: &MediaUpdate) -> Result<(), Failure> {
    if let Some(identifier) = file.identifier.as_ref().filter(|identifier| **identifier != row.identifier) {
        if media::by_identifier(&mut work.tx.conn, row.mandator_id, identifier)?.is_some() {
            let what = (crate::domain::FieldName("identifier"), identifier.as_str());
            return Err(Failure::quoting(code::TAKEN, [&what]));
        }
        row.identifier.clone_from(identifier);
    }
    if let Patch::Set(kind) = &file.media_module_type_id {
        let known =
            work.settings.media_types.iter().any(|known| known.mandator_id == row.mandator_id && known.media_module_type_id == *kind);
        if !known {
            return Err(Failure::quoting(code::UNKNOWN_MEDIA_TYPE, [kind, &row.mandator_id]).within("media_module_type_id"));
        }
    }
    file.media_module_type_id.clone().onto(&mut row.media_module_type_id);
    file.media_category.clone().onto(&mut row.media_category);
    file.language_code_iso.clone().onto(&mut row.language_code_iso);
    if let Some(enclosed) = &file.media_base64
        && let Some(seen) = &enclosed.checked
        && seen.checksum != row.checksum
    {
        row.kind = seen.kind;
        row.checksum.clone_from(&seen.checksum);
        row.bytes = i64::try_from(enclosed.content.0.len()).unwrap_or(i64::MAX);
        (row.width, row.height) = seen.size.unzip();
        row.thumbnail = seen.thumbnail.as_ref().map(|(checksum, _)| checksum.clone());
        row.thumbnail_bytes = seen.thumbnail.as_ref().and_then(|(_, bytes)| i64::try_from(bytes.len()).ok());
        // Channels and caches keep what they loaded from an address, so other content has another one.
        row.token = format!("{:032x}", rand::random::<u128>());
    }
    if let Some(name) = &file.file_name {
        row.file_name.clone_from(name);
    }
    // With one of them alone, only now both are known.
    kinds::check_name(&row.file_name, row.kind).map_err(|failure| failure.within("file_name"))
}
