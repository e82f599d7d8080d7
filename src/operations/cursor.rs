//! `changed_since`: fetch calls that read what changed, page by page, without gaps.
//!
//! Change stamps are given in the order of commits, over all processes. So a place in that order has nothing unread before
//! it, whatever is stored later: back-dated orders, calls that ran at the same moment, records that change again.
//! A cursor is such a place, sealed with a digest of it, of the operation and of the filters that it belongs to, as text
//! without meaning for the caller. A text that was changed on its way is not a cursor: its place might skip records.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::wire::{Patch, Value, Writer};
use super::{Face, Reading};
use crate::domain::digest::Digest;
use crate::domain::{Deleted, Failure, MandatorId, code};
use crate::store::Conn;
use crate::store::deletions::{self, DeletionRow};
use crate::store::since::{Following, Since};
use crate::store::starts;

const VERSION: u8 = 2;
/// Records of a page if the call names no size.
const PAGE: usize = 250;
/// Length of a cursor's bytes, with the version and the seal: 64 characters.
const LENGTH: usize = 1 + DIGEST + PLACE;
const DIGEST: usize = 15;
/// Start, beginning, stamp, two numbers.
const PLACE: usize = 8 + 8 + 8 + 4 + 4;

/// What a call says about the changes it asks for.
pub(crate) struct Asked<'a, C> {
    pub operation: &'static str,
    pub changed_since: &'a Patch<String>,
    pub per_page: Option<i32>,
    pub page: Option<i32>,
    /// Gives the filters and whatever else chooses records: [`written`]. A call that reads by pages is not asked.
    pub choice: C,
}

/// A place in the order of changes from which a call reads on.
pub(crate) struct Cursor {
    /// The operation and its filters.
    digest: [u8; DIGEST],
    place: Place,
    per_page: usize,
    /// Stamp of the last change that the call can see.
    last: i64,
    /// The latest start of a gateway.
    start: i64,
}

/// What the text of a cursor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    since: Since,
    /// Stamp of the last change when the caller began to read from the start, or was last at the end: what was deleted
    /// before, it has never seen.
    began: i64,
    /// The latest start of a gateway then.
    start: i64,
}

/// Filters as they are recognised again: a condition that is not set leaves no trace, so new conditions leave old cursors valid.
pub(crate) fn written<F: Value>(filters: &[F]) -> Vec<String> {
    let text = |filter: &F| {
        let mut out = Writer::new(Face::Compat, usize::MAX);
        filter.write(&mut out, "filter");
        out.finish().unwrap_or_default()
    };
    filters.iter().map(text).collect()
}

impl Cursor {
    /// `None`: the call reads by pages.
    ///
    /// # Errors
    /// `CURSOR_WITH_PAGE`, `CURSOR_UNKNOWN`, `CURSOR_TOO_OLD`.
    pub(crate) fn of<C: FnOnce() -> Vec<String>>(
        reading: &Reading<'_>,
        conn: &mut Conn<'_>,
        asked: Asked<'_, C>,
    ) -> Result<Option<Cursor>, Failure> {
        let text = match asked.changed_since {
            Patch::Keep => return Ok(None),
            Patch::Clear => None,
            Patch::Set(text) => Some(text),
        };
        let digest = digest_of(asked.operation, &(asked.choice)());
        let clock = deletions::clock(conn)?;
        let start = starts::latest(conn)?.unwrap_or_default();
        let place = match text {
            None => Place { since: Since::START, began: clock.last, start },
            Some(text) => {
                let unknown = || Failure::quoting(code::CURSOR_UNKNOWN, [&text.as_str(), &asked.operation]);
                let place = read(text, digest).ok_or_else(unknown)?;
                // A cursor behind what its time has left here is of another database, or of this one before it was restored.
                let of_its_time = if place.start == start { Some(clock.last) } else { starts::last_of(conn, place.start)? };
                of_its_time.filter(|last| place.since.stamp.max(place.began) <= *last).ok_or_else(unknown)?;
                place
            }
        };
        if place.began < clock.forgotten {
            return Err(Failure::new(code::CURSOR_TOO_OLD, []));
        }
        if let Some(page) = asked.page.filter(|page| *page > 1) {
            return Err(Failure::new(code::CURSOR_WITH_PAGE, [&page.to_string()]));
        }
        let asked_for = asked.per_page.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
        // A larger page than an answer can hold is none that the caller has to ask for otherwise: the next one goes on.
        let per_page = asked_for.unwrap_or(PAGE).min(reading.settings.limits.records);
        Ok(Some(Cursor { digest, place, per_page, last: clock.last, start }))
    }

    /// The place from which the call reads on.
    pub(crate) fn since(&self) -> Since {
        self.place.since
    }

    /// What to read: one record more than the page holds shows whether it is the last one.
    pub(crate) fn following(&self) -> Following {
        Following { since: self.place.since, most: i64::try_from(self.per_page).unwrap_or(i64::MAX).saturating_add(1) }
    }

    /// What was deleted in these mandators.
    pub(crate) fn deleted(
        &self,
        conn: &mut Conn<'_>,
        kind: Deleted,
        mandators: impl Iterator<Item = MandatorId>,
    ) -> Result<Vec<DeletionRow>, Failure> {
        let mut mandators: Vec<MandatorId> = mandators.collect();
        mandators.sort_unstable();
        mandators.dedup();
        let mut found = Vec::new();
        for mandator_id in mandators {
            found.extend(deletions::changed(conn, mandator_id, kind, self.following())?);
        }
        Ok(found)
    }

    /// A page of what changed, of the places of all records, and the cursor for the next one. For lists that are short.
    pub(crate) fn pick(&self, places: impl Iterator<Item = Since>) -> (Vec<Since>, String) {
        let mut changed: Vec<Since> = places.filter(|place| *place > self.place.since).collect();
        let next = self.cut(&mut changed, &mut Vec::new());
        (changed, next)
    }

    /// Cuts what was found to one page, in the order of changes. Gives back the cursor for the next one.
    pub(crate) fn cut(&self, changed: &mut Vec<Since>, deleted: &mut Vec<DeletionRow>) -> String {
        let place = |row: &DeletionRow| Since { stamp: row.stamp, id: row.record_id, second: 0 };
        changed.sort_unstable();
        changed.dedup();
        deleted.sort_by_key(place);
        let mut places: Vec<Since> = changed.iter().copied().chain(deleted.iter().map(place)).collect();
        places.sort_unstable();
        let next = match places.get(..self.per_page).filter(|page| page.len() < places.len()).and_then(<[Since]>::last) {
            Some(end) => Place { since: *end, began: self.place.began, start: self.start },
            None => Place { since: Since::end_of(self.last), began: self.last, start: self.start },
        };
        changed.retain(|place| *place <= next.since);
        deleted.retain(|row| place(row) <= next.since);
        text_of(self.digest, next)
    }
}

/// The records of one answer, of all those that match.
pub(crate) struct Chosen {
    pub ids: Vec<i32>,
    /// How many match, of a call that reads by pages.
    pub total: Option<usize>,
    /// The next cursor, of a call that reads what changed.
    pub next: Option<String>,
    pub deleted: Vec<DeletionRow>,
}

impl Chosen {
    /// `matching` has the places of what matches and, with a cursor, comes behind it; `deleted` reads what was deleted.
    ///
    /// # Errors
    /// Those of a page that does not exist, and of the database.
    pub(crate) fn of(
        reading: &Reading<'_>,
        cursor: Option<&Cursor>,
        mut matching: Vec<Since>,
        (per_page, page): (Option<i32>, Option<i32>),
        deleted: impl FnOnce(&Cursor) -> Result<Vec<DeletionRow>, Failure>,
    ) -> Result<Chosen, Failure> {
        let Some(cursor) = cursor else {
            let mut ids: Vec<i32> = matching.into_iter().map(|place| place.id).collect();
            ids.sort_unstable();
            ids.dedup();
            let page = reading.page(&ids, per_page, page)?.to_vec();
            return Ok(Chosen { ids: page, total: Some(ids.len()), next: None, deleted: Vec::new() });
        };
        let mut deleted = deleted(cursor)?;
        let next = cursor.cut(&mut matching, &mut deleted);
        Ok(Chosen { ids: matching.into_iter().map(|place| place.id).collect(), total: None, next: Some(next), deleted })
    }
}

fn digest_of(operation: &str, choice: &[String]) -> [u8; DIGEST] {
    shortened(Digest::new(2).field("operation", [operation]).field("choice", choice))
}

fn seal_of(digest: &[u8; DIGEST], place: &[u8; PLACE]) -> [u8; DIGEST] {
    shortened(Digest::new(2).field("call", [digest.as_slice()]).field("place", [place.as_slice()]))
}

fn shortened(digest: Digest) -> [u8; DIGEST] {
    let mut short = [0; DIGEST];
    short.iter_mut().zip(digest.finish_bytes()).for_each(|(to, from)| *to = from);
    short
}

impl Place {
    fn bytes(&self) -> [u8; PLACE] {
        let Place { since: Since { stamp, id, second }, began, start } = self;
        let long = [start, began, stamp].into_iter().flat_map(|number| number.to_be_bytes());
        let short = [id, second].into_iter().flat_map(|number| number.to_be_bytes());
        let mut bytes = [0; PLACE];
        bytes.iter_mut().zip(long.chain(short)).for_each(|(to, from)| *to = from);
        bytes
    }

    fn of(bytes: &[u8; PLACE]) -> Option<Place> {
        let (start, rest) = bytes.split_first_chunk::<8>()?;
        let (began, rest) = rest.split_first_chunk::<8>()?;
        let (stamp, rest) = rest.split_first_chunk::<8>()?;
        let (id, rest) = rest.split_first_chunk::<4>()?;
        let second = rest.first_chunk::<4>()?;
        let since = Since { stamp: i64::from_be_bytes(*stamp), id: i32::from_be_bytes(*id), second: i32::from_be_bytes(*second) };
        Some(Place { since, began: i64::from_be_bytes(*began), start: i64::from_be_bytes(*start) })
    }
}

fn text_of(digest: [u8; DIGEST], place: Place) -> String {
    let place = place.bytes();
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(VERSION);
    bytes.extend(seal_of(&digest, &place));
    bytes.extend(place);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None`: not a cursor, one of another call, or one that was changed.
fn read(text: &str, digest: [u8; DIGEST]) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    let bytes: [u8; LENGTH] = bytes.try_into().ok()?;
    let (version, rest) = bytes.split_first()?;
    let (seal, place) = rest.split_first_chunk::<DIGEST>()?;
    let place = place.first_chunk::<PLACE>()?;
    let sealed = *version == VERSION && *seal == seal_of(&digest, place);
    sealed.then(|| Place::of(place)).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Cursor, DIGEST, LENGTH, Place, read, text_of};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use crate::domain::Deleted;
    use crate::domain::MandatorId;
    use crate::store::deletions::DeletionRow;
    use crate::store::since::Since;

    const OWN: [u8; DIGEST] = [7; DIGEST];

    fn at(stamp: i64, id: i32) -> Since {
        Since { stamp, id, second: 0 }
    }

    fn gone(stamp: i64, record_id: i32) -> DeletionRow {
        DeletionRow {
            mandator_id: MandatorId(1),
            kind: Deleted::Item,
            stamp,
            record_id,
            internal_item_number: "A".into(),
            account_id: None,
        }
    }

    fn cursor(per_page: usize) -> Cursor {
        Cursor { digest: OWN, place: Place { since: Since::START, began: 80, start: 1 }, per_page, last: 90, start: 2 }
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_by_its_own_call_only() {
        for since in [Since::START, at(1_764_000_000_000_000, 7), Since::end_of(90)] {
            let place = Place { since, began: 1_764_000_000_000_001, start: i64::MIN };
            let text = text_of(OWN, place);
            assert!(text.len() <= 64, "{text}");
            assert_eq!(read(&text, OWN), Some(place));
            assert_eq!(read(&text, [0; DIGEST]), None);
        }
        for text in ["", "1", "not a cursor", "AQIDBAUGAAAAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(64)] {
            assert_eq!(read(text, OWN), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_of_which_a_bit_was_changed_is_none() {
        let place = Place { since: at(1_764_000_000_000_000, 7), began: 1_764_000_000_000_001, start: 3 };
        let bytes = URL_SAFE_NO_PAD.decode(text_of(OWN, place)).unwrap();
        assert_eq!(bytes.len(), LENGTH);
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&URL_SAFE_NO_PAD.encode(changed), OWN), None, "bit {bit}");
        }
    }

    #[test]
    fn a_page_holds_the_earliest_changes_and_the_next_one_begins_behind_it() {
        let mut changed = vec![at(30, 1), at(10, 2), at(20, 3), at(10, 1), at(10, 2)];
        let mut deleted = vec![gone(15, 9), gone(40, 8)];
        let next = cursor(3).cut(&mut changed, &mut deleted);
        assert_eq!(changed, [at(10, 1), at(10, 2)]);
        assert_eq!(deleted, [gone(15, 9)]);
        assert_eq!(read(&next, OWN), Some(Place { since: at(15, 9), began: 80, start: 2 }));
    }

    #[test]
    fn a_page_that_holds_everything_ends_at_the_last_change() {
        let mut changed = vec![at(10, 1), at(20, 2)];
        let next = cursor(2).cut(&mut changed, &mut Vec::new());
        assert_eq!(changed.len(), 2);
        let end = Some(Place { since: Since::end_of(90), began: 90, start: 2 });
        assert_eq!(read(&next, OWN), end);
        assert_eq!(read(&cursor(2).cut(&mut Vec::new(), &mut Vec::new()), OWN), end);
    }
}
