//! OrderImport, and OrderExport. A file of the partner moves away only when the orders in it are stored: the cursor names the files
//! that were read, and the next poll, which proves that it was stored, moves them.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::{ChannelError, Fact, Outcome, Pulled, lock};
use super::Exchange;
use super::book::{Book, Entry};
use super::disk::{Export, Held, Kept};
use super::picture::picture;
use crate::domain::hex::hex;
use crate::domain::layout::short;
use crate::domain::message::channel;
use crate::domain::order::ChannelOrder;
use crate::folders::{Verdict, Waiting, text_of};
use crate::platform_xml::{self, Fault, ImportedOrder, read_orders};

/// Bytes of a file.
pub(super) const MOST_BYTES: usize = 32 << 20;
/// Files and orders of one page; a page ends with the file that reaches it.
const MOST_FILES: usize = 50;
const MOST_ORDERS: usize = 500;
/// A file that breaks off may still be written, if it is younger.
const UNFINISHED: Duration = Duration::from_secs(60);
/// Reasons in a note.
const MOST_REASONS: usize = 200;

/// The files that were read and wait for their orders to be stored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Cursor {
    read: BTreeSet<String>,
}

/// What a file says.
enum Content {
    Orders(Vec<ImportedOrder>, Vec<Fault>),
    Unusable(Fault),
    /// Somebody still writes.
    Unfinished,
}

fn mark(file: &Waiting) -> String {
    hex(&Sha256::digest(file.mark())).split_at(16).0.to_owned()
}

impl Exchange {
    pub(super) fn pull(&self, cursor: Option<&str>, now: DateTime<Utc>) -> Result<Pulled, ChannelError> {
        let held = self.disk.hold(false)?;
        self.write_if_due(&held, now)?;
        // An unreadable cursor comes from another connector: then nothing was read here.
        let stored: Cursor = cursor.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let files = self.files(now)?;
        self.put_away(&files, &stored, now)?;
        let mut waiting = files.into_iter().filter(|file| !stored.read.contains(&mark(file)));
        let (mut orders, mut read) = (Vec::new(), BTreeSet::new());
        while read.len() < MOST_FILES && orders.len() < MOST_ORDERS {
            let Some(file) = waiting.next() else { break };
            match self.content(&file, now)? {
                Content::Unfinished => continue,
                Content::Unusable(_) => {}
                Content::Orders(found, _) => {
                    self.read_again(&held, &found)?;
                    orders.extend(found.into_iter().map(|found| found.order));
                }
            }
            read.insert(mark(&file));
        }
        lock(&self.seen).extend(read.iter().cloned());
        let more = !read.is_empty() && waiting.next().is_some();
        let cursor = serde_json::to_string(&Cursor { read }).map_err(|error| ChannelError::Protocol { reason: error.to_string() })?;
        Ok(Pulled { orders: latest(orders), cursor, more })
    }

    fn files(&self, now: DateTime<Utc>) -> Result<Vec<Waiting>, ChannelError> {
        let mut inbox = lock(&self.inbox);
        self.disk.touch(&self.disk.import(), || {
            inbox.furnish()?;
            inbox.whole(SystemTime::from(now))
        })
    }

    fn content(&self, file: &Waiting, now: DateTime<Utc>) -> Result<Content, ChannelError> {
        let path = self.disk.import().join(&file.name);
        let bytes = self.disk.touch(&path, || match lock(&self.inbox).content(file) {
            // One file that Kontor may not read does not hold up the others.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(Err(error)),
            bytes => bytes.map(Ok),
        })?;
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Content::Unusable(Fault { line: 0, text: format!("the file cannot be read: {error}") })),
        };
        Ok(match bytes {
            None => Content::Unfinished,
            Some(bytes) if bytes.len() > MOST_BYTES => {
                let text = format!("the file is larger than {} MiB; split it", MOST_BYTES >> 20);
                Content::Unusable(Fault { line: 0, text })
            }
            Some(bytes) => {
                match text_of(&bytes).map_err(|text| Fault { line: 0, text }).and_then(|text| read_orders(&text, &self.settings.reading)) {
                    Ok((orders, faults)) => Content::Orders(orders, faults),
                    Err(_) if file.age(SystemTime::from(now)) < UNFINISHED && breaks_off(&bytes) => Content::Unfinished,
                    Err(fault) => Content::Unusable(fault),
                }
            }
        })
    }

    /// Moves files away whose orders are stored.
    fn put_away(&self, files: &[Waiting], stored: &Cursor, now: DateTime<Utc>) -> Result<(), ChannelError> {
        for file in files.iter().filter(|file| stored.read.contains(&mark(file))) {
            let verdict = match self.content(file, now)? {
                Content::Unfinished => continue,
                Content::Unusable(fault) => Verdict::Refused(fault.to_string()),
                Content::Orders(orders, faults) if orders.is_empty() => Verdict::Refused(reasons(&faults)),
                Content::Orders(_, faults) if faults.is_empty() => Verdict::Taken(()),
                Content::Orders(_, faults) => Verdict::Partly((), reasons(&faults)),
            };
            if let Verdict::Refused(why) | Verdict::Partly((), why) = &verdict {
                let name = short(&file.name.to_string_lossy(), 100);
                log::warn!("account {}: {name} is in the error folder: {}", self.account_id, short(why, 300));
            }
            self.disk.touch(&self.disk.import(), || lock(&self.inbox).put_away(file, &verdict, SystemTime::from(now)))?;
            lock(&self.seen).remove(&mark(file));
        }
        Ok(())
    }

    fn read_again(&self, held: &Held<'_>, orders: &[ImportedOrder]) -> Result<(), ChannelError> {
        for imported in orders {
            let order_id = &imported.order.order_id;
            let known: Option<Book> = held.load(Kept::Order, order_id)?;
            let mut book = known.clone().unwrap_or_default();
            book.read_again(imported);
            if known.as_ref() != Some(&book) {
                held.keep(Kept::Order, order_id, &book)?;
            }
        }
        Ok(())
    }

    /// What the partner said by now counts, also if no poll has read it yet.
    fn hear(&self, held: &Held<'_>, now: DateTime<Utc>) -> Result<(), ChannelError> {
        let files = self.files(now)?;
        let there: BTreeSet<String> = files.iter().map(mark).collect();
        lock(&self.seen).retain(|known| there.contains(known));
        for file in files {
            if lock(&self.seen).contains(&mark(&file)) {
                continue;
            }
            match self.content(&file, now)? {
                Content::Unfinished => continue,
                Content::Unusable(_) => {}
                Content::Orders(orders, _) => self.read_again(held, &orders)?,
            }
            lock(&self.seen).insert(mark(&file));
        }
        Ok(())
    }

    pub(super) fn push(&self, fact: &Fact, now: DateTime<Utc>) -> Result<Outcome, ChannelError> {
        let held = self.disk.hold(false)?;
        self.hear(&held, now)?;
        let Some(mut book) = held.load::<Book>(Kept::Order, &fact.order_id)? else {
            return Ok(Outcome::Refused(channel::order_unknown(&fact.order_id)));
        };
        match book.enter(fact) {
            Entry::Refused(message) => return Ok(Outcome::Refused(message)),
            Entry::Known => {}
            Entry::New => {
                let text = platform_xml::to_xml(&picture(&book, &fact.kind, self.settings.document_files));
                let text = text.map_err(|reason| ChannelError::Protocol { reason })?;
                held.export_text(Export::Orders, now, &text)?;
            }
        }
        // Behind the file: where this is cut off, the same picture is written again.
        held.keep(Kept::Order, &fact.order_id, &book)?;
        Ok(Outcome::done())
    }
}

/// The last word on each order, in the place of the first.
fn latest(orders: Vec<ChannelOrder>) -> Vec<ChannelOrder> {
    let mut kept: Vec<ChannelOrder> = Vec::with_capacity(orders.len());
    let mut places = std::collections::BTreeMap::new();
    for order in orders {
        match places.get(&order.order_id).and_then(|at: &usize| kept.get_mut(*at)) {
            Some(known) => *known = order,
            None => {
                places.insert(order.order_id.clone(), kept.len());
                kept.push(order);
            }
        }
    }
    kept
}

/// The end of the document is missing.
fn breaks_off(bytes: &[u8]) -> bool {
    let end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0);
    let end = end.and_then(|end| bytes.get(..=end)).unwrap_or_default();
    !end.ends_with(b"</orders>")
}

fn reasons(faults: &[Fault]) -> String {
    let mut lines: Vec<String> = faults.iter().take(MOST_REASONS).map(ToString::to_string).collect();
    if faults.len() > MOST_REASONS {
        lines.push(format!("and {} more", faults.len().saturating_sub(MOST_REASONS)));
    }
    lines.join("\n")
}
