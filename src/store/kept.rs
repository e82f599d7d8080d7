//! Pages out of what filters choose, without reading all that they choose for each page.
//!
//! Change stamps are given in the order of commits, over all processes. So the records that passed a filter when the clock
//! showed a stamp are exactly those that a read of that moment found, and are brought up to date by those that changed or were
//! deleted since: as many rows as changed, however many there are. Their ids are kept between the pages of a reader, and between
//! the polls of an ERP that always asks the same.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;

use super::Conn;
use super::deletions::{self, Clock};
use super::since::{Following, Since};
use crate::domain::digest::Digest;
use crate::domain::{Deleted, Failure, MandatorId};

#[cfg(test)]
mod tests;

/// More sets are not kept, those that were asked for last excepted.
const MOST_SETS: usize = 256;
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What a set takes beside its ids.
const BYTES_OF_SET: usize = 128;
/// Where more records changed, all are read again.
const MOST_CHANGES: i64 = 20_000;
/// A set is found again after this time, in case somebody else than Kontor wrote into the database, or restored it meanwhile.
const OLDEST: Duration = Duration::from_secs(10 * 60);

/// A filter of a fetch call.
pub(crate) trait Choice: Debug {
    /// How deletions of its records are noted. `None`: they are never deleted.
    const DELETED: Option<Deleted>;

    fn mandator_id(&self) -> MandatorId;

    /// Whether a record gets a new stamp whenever it begins or ceases to pass. False also for a filter that names records by
    /// their keys: what it chooses is found at once.
    fn can_be_kept(&self) -> bool;

    /// Whether it begins with the time of a change: an ERP asks so with ever new times, and where few records pass, they are found
    /// at once.
    fn is_of_a_time(&self) -> bool;

    /// Ids of the records that pass: of all, or of these.
    fn passing(&self, conn: &mut Conn<'_>, of: Option<&[i32]>) -> Result<Vec<i32>, Failure>;

    /// Ids of the mandator's records that changed after a stamp, at most so many.
    fn changed_after(conn: &mut Conn<'_>, mandator_id: MandatorId, stamp: i64, most: i64) -> Result<Vec<i32>, Failure>;
}

/// Which of the records are on a page: how many come before it, and how many it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub skip: usize,
    pub take: usize,
}

/// The records of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub ids: Vec<i32>,
    /// On all pages.
    pub total: usize,
}

/// Filters of one kind.
type Key = [u8; 32];

#[derive(Debug, Clone)]
struct Set {
    /// Stamp of the last change that it knows of.
    clock: i64,
    found_at: Instant,
    ids: Arc<RoaringBitmap>,
}

/// What was found for the filters that were asked for last.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The one that was asked for last is the last one.
    sets: Mutex<Vec<(Key, Set)>>,
    /// How often all were forgotten; only changed while the sets are locked.
    forgotten: AtomicU64,
}

impl Kept {
    /// A page of the records that pass one of the filters, in the order of their ids.
    pub(crate) fn page<C: Choice>(&self, conn: &mut Conn<'_>, filters: &[C], cut: Cut) -> Result<Page, Failure> {
        if !filters.iter().all(Choice::can_be_kept) {
            return Ok(page_of(&found(conn, filters)?, cut));
        }
        let key = key_of(filters);
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let clock = deletions::clock(conn)?;
        let (set, is_newest) = match self.take(&key) {
            // Another read sees more than this one.
            Some(set) if set.clock > clock.last => (set_of(found(conn, filters)?, clock), false),
            Some(set) if set.clock >= clock.forgotten && set.found_at.elapsed() < OLDEST => (followed(conn, filters, set, clock)?, true),
            _ => (set_of(found(conn, filters)?, clock), true),
        };
        let page = page_of(&set.ids, cut);
        let is_found_at_once = page.ids.len() == page.total && filters.iter().all(Choice::is_of_a_time);
        if is_newest && !is_found_at_once {
            self.keep(key, set, forgotten);
        }
        Ok(page)
    }

    /// What is behind a new connection may lack what an earlier one showed: a server that took over for another one, say.
    pub(crate) fn forget_all(&self) {
        let mut sets = self.sets();
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        sets.clear();
    }

    fn sets(&self) -> MutexGuard<'_, Vec<(Key, Set)>> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: &Key) -> Option<Set> {
        self.sets().iter().find(|(known, _)| known == key).map(|(_, set)| set.clone())
    }

    /// `forgotten`: as it was before the set was found.
    fn keep(&self, key: Key, set: Set, forgotten: u64) {
        let mut sets = self.sets();
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            return;
        }
        if sets.iter().any(|(known, other)| *known == key && other.clock > set.clock) {
            return;
        }
        sets.retain(|(known, _)| *known != key);
        sets.push((key, set));
        let mut bytes = 0_usize;
        let fitting = sets.iter().rev().take(MOST_SETS).take_while(|(_, set)| {
            bytes = bytes.saturating_add(set.ids.serialized_size()).saturating_add(BYTES_OF_SET);
            bytes <= MOST_BYTES
        });
        let surplus = sets.len().saturating_sub(fitting.count());
        sets.drain(..surplus);
    }
}

fn key_of<C: Choice>(filters: &[C]) -> Key {
    Digest::new(1).field("filters", filters.iter().map(|filter| format!("{filter:?}"))).finish_bytes()
}

fn set_of(ids: RoaringBitmap, clock: Clock) -> Set {
    Set { clock: clock.last, found_at: Instant::now(), ids: Arc::new(ids) }
}

fn found<C: Choice>(conn: &mut Conn<'_>, filters: &[C]) -> Result<RoaringBitmap, Failure> {
    passing(conn, filters, None)
}

fn passing<C: Choice>(conn: &mut Conn<'_>, filters: &[C], of: Option<&[i32]>) -> Result<RoaringBitmap, Failure> {
    let mut all = RoaringBitmap::new();
    for filter in filters {
        let mut ids = filter.passing(conn, of)?;
        ids.sort_unstable();
        all.extend(ids.into_iter().filter_map(|id| u32::try_from(id).ok()));
    }
    Ok(all)
}

/// Brings a set up to date.
fn followed<C: Choice>(conn: &mut Conn<'_>, filters: &[C], mut set: Set, clock: Clock) -> Result<Set, Failure> {
    if set.clock == clock.last {
        return Ok(set);
    }
    let Some(Changes { changed, deleted }) = changes_of(conn, filters, set.clock)? else {
        return Ok(set_of(found(conn, filters)?, clock));
    };
    set.clock = clock.last;
    if changed.is_empty() && deleted.is_empty() {
        return Ok(set);
    }
    let now_passing = if changed.is_empty() { RoaringBitmap::new() } else { passing(conn, filters, Some(&changed))? };
    let ids = Arc::make_mut(&mut set.ids);
    for id in changed.into_iter().chain(deleted) {
        ids.remove(u32::try_from(id).unwrap_or_default());
    }
    *ids |= now_passing;
    Ok(set)
}

/// The ids of records.
struct Changes {
    changed: Vec<i32>,
    deleted: Vec<i32>,
}

/// What changed and what was deleted since a stamp. `None`: too many.
fn changes_of<C: Choice>(conn: &mut Conn<'_>, filters: &[C], stamp: i64) -> Result<Option<Changes>, Failure> {
    let (mut changed, mut deleted) = (Vec::new(), Vec::new());
    let most = usize::try_from(MOST_CHANGES).unwrap_or(usize::MAX);
    for mandator_id in filters.iter().map(Choice::mandator_id).collect::<BTreeSet<_>>() {
        changed.extend(C::changed_after(conn, mandator_id, stamp, MOST_CHANGES)?);
        if let Some(kind) = C::DELETED {
            let following = Following { since: Since::end_of(stamp), most: MOST_CHANGES };
            deleted.extend(deletions::changed(conn, mandator_id, kind, following)?.into_iter().map(|row| row.record_id));
        }
        if changed.len() >= most || deleted.len() >= most {
            return Ok(None);
        }
    }
    Ok(Some(Changes { changed, deleted }))
}

fn page_of(ids: &RoaringBitmap, Cut { skip, take }: Cut) -> Page {
    let first = u32::try_from(skip).ok().and_then(|skip| ids.select(skip));
    let on_page = first.map(|first| {
        let mut rest = ids.iter();
        rest.advance_to(first);
        rest.take(take).filter_map(|id| i32::try_from(id).ok()).collect()
    });
    Page { ids: on_page.unwrap_or_default(), total: usize::try_from(ids.len()).unwrap_or(usize::MAX) }
}
