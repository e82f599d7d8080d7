//! Times of what the configuration file defines: an ERP may ask which accounts are new or changed.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::filter::Window;
use super::schema::configured;
use super::{Conn, Tx};
use crate::domain::Failure;
use crate::{narrow_window, on};

/// What a start of the gateway finds in the configuration.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub id: i32,
    pub digest: String,
    /// How version 0.1 noted the same settings.
    pub in_0_1: String,
}

impl Entry {
    fn is_known_as(&self, digest: &str) -> bool {
        digest == self.digest || digest == self.in_0_1
    }
}

/// Notes what a start of the gateway found. What an earlier version noted is written in today's form and did not change.
pub(crate) fn note(tx: &mut Tx<'_>, kind: &str, entries: &[Entry]) -> Result<(), Failure> {
    let stamp = tx.stamp.0;
    for entry in entries {
        let (id, digest) = (&entry.id, &entry.digest);
        let known: Option<String> = on!(&mut tx.conn, c => configured::table
            .find((kind, id))
            .select(configured::digest)
            .first(c)
            .optional())?;
        match known {
            Some(known) if known == *digest => {}
            Some(known) if entry.is_known_as(&known) => {
                on!(&mut tx.conn, c => diesel::update(configured::table.find((kind, id)))
                    .set(configured::digest.eq(digest))
                    .execute(c))?;
            }
            Some(_) => {
                on!(&mut tx.conn, c => diesel::update(configured::table.find((kind, id)))
                    .set((configured::digest.eq(digest), configured::last_changed.eq(stamp)))
                    .execute(c))?;
            }
            None => {
                on!(&mut tx.conn, c => diesel::insert_into(configured::table)
                    .values((
                        configured::kind.eq(kind),
                        configured::id.eq(id),
                        configured::digest.eq(digest),
                        configured::created_at.eq(stamp),
                        configured::last_changed.eq(stamp),
                    ))
                    .execute(c))?;
            }
        }
    }
    Ok(())
}

/// Those of the entries that are new or not what a start noted before.
pub(crate) fn changed(conn: &mut Conn<'_>, kind: &str, entries: &[Entry]) -> Result<Vec<i32>, Failure> {
    let known: Vec<(i32, String)> =
        on!(conn, c => configured::table.filter(configured::kind.eq(kind)).select((configured::id, configured::digest)).load(c))?;
    let known: BTreeMap<i32, String> = known.into_iter().collect();
    let same = |entry: &&Entry| known.get(&entry.id).is_some_and(|digest| entry.is_known_as(digest));
    Ok(entries.iter().filter(|entry| !same(entry)).map(|entry| entry.id).collect())
}

/// The entries of a kind that were noted before.
pub(crate) fn known(conn: &mut Conn<'_>, kind: &str) -> Result<BTreeSet<i32>, Failure> {
    let ids: Vec<i32> = on!(conn, c => configured::table.filter(configured::kind.eq(kind)).select(configured::id).load(c))?;
    Ok(ids.into_iter().collect())
}

/// `(created, last changed)` of the entries of a kind within these windows.
pub(crate) fn matching(
    conn: &mut Conn<'_>,
    kind: &str,
    last_changed: Window,
    created_at: Window,
) -> Result<BTreeMap<i32, (i64, i64)>, Failure> {
    let rows: Vec<(i32, i64, i64)> = on!(conn, c => {
        let mut query = configured::table
            .filter(configured::kind.eq(kind))
            .select((configured::id, configured::created_at, configured::last_changed))
            .into_boxed();
        narrow_window!(query, configured::last_changed, last_changed);
        narrow_window!(query, configured::created_at, created_at);
        query.load(c)
    })?;
    Ok(rows.into_iter().map(|(id, created, changed)| (id, (created, changed))).collect())
}
