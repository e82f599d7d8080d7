//! The look-up lists (`item-calls.md` 14 and 15): delivery times, shipping cost categories, kinds of texts and pictures,
//! templates. One way to read and to change them all; [`look_up!`](crate::look_up) declares the calls of a list.

mod declare;
mod tell;

use std::collections::{BTreeMap, BTreeSet};

use super::common::{ReportAction, ReportOf};
use super::cursor::{Asked, Cursor};
use super::wire::{Between, Match, Patch, Record, Records, Value, cond_of, mandator_of, window_of};
use super::{Done, Reading, Refused, Work};
use crate::domain::{Failure, FieldName, MandatorId, code};
use crate::store::listings::Named;
use crate::store::lookups::{self, BY_CALL, BY_CONFIGURATION, List, Listed, LookUpFilter, LookUpRow};
use crate::store::since::Since;
use crate::store::{Conn, Stored, free_id, next_ids};

/// The field that identifies a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Id,
    Name,
    ExternalId,
}

/// The fields that are columns.
pub(crate) struct Columns<'r> {
    pub mandator_id: &'r mut MandatorId,
    pub id: &'r mut Option<i32>,
    pub identifier: &'r mut Option<String>,
    /// Where the list knows the ERP's own numbers.
    pub external_id: Option<&'r mut Patch<String>>,
}

/// A record of a list.
pub(crate) trait LookUp: Value + Clone + Default + Send {
    /// What is kept of it beside the columns, and what an update says about that.
    type Document: Listed;
    type Update;
    /// The words of number and name on the wire.
    const ID: &'static str;
    const NAME: &'static str;

    fn by(&self) -> By;
    fn columns(&mut self) -> Columns<'_>;
    fn update(self) -> Self::Update;
    fn merge(document: &mut Self::Document, newer: Self::Update);
    /// Puts the document into the record.
    fn show(&mut self, document: Self::Document);
    /// Whether the record is whole, once the update is merged into what was stored.
    fn check_document(_document: &Self::Document) -> Result<(), Failure> {
        Ok(())
    }
    /// Without the database; see [`WriteOperation::prepare`](super::WriteOperation::prepare).
    fn check(&self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Checks the records before the transaction.
pub(crate) fn prepare<R: LookUp>(records: &Records<R>) -> Refused {
    let refused = |record: &Record<R>| Some((record.number, record.content.as_ref().ok()?.check().err()?));
    records.list.iter().filter_map(refused).collect()
}

/// The record as it goes out.
fn record_of<R: LookUp>(row: &LookUpRow<R::Document>) -> Result<R, Failure> {
    let mut record = R::default();
    record.show(row.document()?);
    let columns = record.columns();
    *columns.mandator_id = row.mandator_id;
    *columns.id = Some(row.id);
    *columns.identifier = Some(row.identifier.clone());
    if let Some(external_id) = columns.external_id {
        *external_id = Patch::from(row.external_id.clone());
    }
    Ok(record)
}

/// One `filter` of a fetch call.
pub(crate) struct Conditions<'f> {
    pub mandator_id: Option<&'f Match<MandatorId>>,
    pub id: Option<&'f Match<i32>>,
    pub identifier: Option<&'f Match<String>>,
    pub external_id: Option<&'f Match<String>>,
    pub last_changed: Option<&'f Between>,
}

/// What a fetch call finds.
pub(crate) enum Found<R> {
    /// A page, and how many records there are.
    Page(Vec<R>, usize),
    /// What changed behind a cursor, and the next one.
    Changed(Vec<R>, String),
}

/// The records that pass one of the filters.
pub(crate) fn fetch<'f, R: LookUp, C: FnOnce() -> Vec<String>>(
    reading: &Reading<'_>,
    conn: &mut Conn<'_>,
    filters: impl ExactSizeIterator<Item = Conditions<'f>>,
    asked: Asked<'_, C>,
) -> Result<Found<R>, Failure> {
    if filters.len() == 0 {
        mandator_of(None)?;
    }
    let mut rows: BTreeMap<i32, LookUpRow<R::Document>> = BTreeMap::new();
    for filter in filters {
        let mandator = reading.mandator(mandator_of(filter.mandator_id)?)?;
        let filter = LookUpFilter {
            mandator_id: mandator.mandator_id,
            id: cond_of(filter.id),
            identifier: cond_of(filter.identifier),
            external_id: cond_of(filter.external_id),
            last_changed: window_of(filter.last_changed, mandator.time_zone),
        };
        rows.extend(lookups::matching(conn, &filter)?.into_iter().map(|row| (row.id, row)));
    }
    let (per_page, page) = (asked.per_page, asked.page);
    if let Some(cursor) = Cursor::of(reading, conn, asked)? {
        // The lists are short: all of them are here.
        let places = rows.values().map(|row| Since { stamp: row.last_changed, id: row.id, second: 0 });
        let mut changed: Vec<Since> = places.filter(|place| *place > cursor.following().since).collect();
        let next = cursor.cut(&mut changed, &mut Vec::new());
        let records = changed.iter().filter_map(|place| rows.get(&place.id)).map(record_of);
        return Ok(Found::Changed(records.collect::<Result<_, _>>()?, next));
    }
    let ids: Vec<i32> = rows.keys().copied().collect();
    let records = reading.page(&ids, per_page, page)?.iter().filter_map(|id| rows.get(id)).map(record_of);
    Ok(Found::Page(records.collect::<Result<_, _>>()?, ids.len()))
}

/// Creates and changes records. One report each, with the record as it is then.
pub(crate) fn update<R: LookUp, P: ReportOf<Keys = R>>(work: &mut Work<'_, '_>, records: Records<R>) -> Result<Vec<P>, Failure> {
    let good = records.list.iter().filter_map(|record| record.content.as_deref().ok());
    let mandators: BTreeSet<MandatorId> = good.map(|content| *content.clone().columns().mandator_id).collect();
    let mut batch: Batch<R::Document> =
        Batch { rows: BTreeMap::new(), changed: BTreeMap::new(), next_id: free_id(work.tx, R::Document::LIST.counter())?, created: 0 };
    for mandator_id in mandators {
        let rows = lookups::of_mandator(&mut work.tx.conn, mandator_id)?;
        batch.rows.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let mut refused = std::mem::take(&mut work.refused);
    let reports = work.each(
        records.numbered(),
        |(_, record)| *record.clone().columns().mandator_id,
        |work, (number, mut record): (usize, R)| {
            let mut keys = R::default();
            let sent = record.columns();
            let to = keys.columns();
            (*to.mandator_id, *to.id) = (*sent.mandator_id, *sent.id);
            to.identifier.clone_from(sent.identifier);
            let taken = refused.remove(&number).map_or_else(|| batch.take(work, record), Err);
            taken.map_err(|failure| (failure, Some(keys)))
        },
    )?;
    if batch.created > 0 {
        next_ids(work.tx, R::Document::LIST.counter(), batch.created)?;
    }
    let changed: Vec<(LookUpRow<R::Document>, BTreeSet<String>)> =
        batch.changed.iter().filter_map(|(id, names)| Some((batch.rows.get(id)?.clone(), names.clone()))).collect();
    lookups::save(work.tx, &changed.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>())?;
    for (row, names) in &changed {
        tell::tell(work, R::Document::LIST, row.mandator_id, &Named { id: row.id, texts: names.iter().cloned().collect() })?;
    }
    Ok(reports)
}

/// The work on one request.
struct Batch<D> {
    rows: BTreeMap<i32, LookUpRow<D>>,
    /// The names by which articles name a changed record, before and after.
    changed: BTreeMap<i32, BTreeSet<String>>,
    next_id: i32,
    created: usize,
}

impl<D: Listed> Batch<D> {
    fn take<R: LookUp<Document = D>>(&mut self, work: &mut Work<'_, '_>, mut record: R) -> Result<Done<R>, Failure> {
        let by = record.by();
        let columns = record.columns();
        let mandator_id = *columns.mandator_id;
        let (id, name) = (columns.id.take(), trimmed(columns.identifier.take()));
        let external_id = columns.external_id.map(std::mem::take).map(tidy).unwrap_or_default();
        work.mandator(mandator_id)?;
        let found = match by {
            By::Id => {
                let id = id.ok_or_else(|| Failure::missing(R::ID))?;
                let row = self.rows.get(&id).filter(|row| row.mandator_id == mandator_id);
                Some(row.ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName(R::ID), &id]))?)
            }
            By::Name => {
                let name = name.as_ref().ok_or_else(|| Failure::missing(R::NAME))?;
                self.rows.values().find(|row| row.mandator_id == mandator_id && row.identifier == *name)
            }
            By::ExternalId => {
                let external_id = external_id.as_ref().ok_or_else(|| Failure::missing("external_id"))?;
                self.rows.values().find(|row| row.mandator_id == mandator_id && row.external_id.as_ref() == Some(external_id))
            }
        };
        let action = if found.is_some() { ReportAction::Update } else { ReportAction::Insert };
        let mut row = match found {
            Some(row) => row.clone(),
            None => LookUpRow {
                id: self.next_id,
                mandator_id,
                identifier: name.clone().ok_or_else(|| Failure::missing(R::NAME))?,
                external_id: None,
                origin: BY_CALL,
                created_at: work.tx.stamp.0,
                last_changed: 0,
                data: Stored::default(),
            },
        };
        let before = row.clone();
        row.identifier = name.unwrap_or(row.identifier);
        external_id.onto(&mut row.external_id);
        self.unique(&row, R::NAME)?;
        if row.origin == BY_CONFIGURATION && (row.identifier != before.identifier || row.external_id != before.external_id) {
            return Err(Failure::new(code::SET_IN_CONFIGURATION, [&format!("\"{}\"", before.identifier)]));
        }
        let mut document = row.document()?;
        R::merge(&mut document, record.update());
        R::check_document(&document)?;
        let same = document == before.document()? && row.identifier == before.identifier && row.external_id == before.external_id;
        row.data = Stored::of(&document)?;
        if action == ReportAction::Insert {
            self.next_id = self.next_id.saturating_add(1);
            self.created += 1;
        }
        if action == ReportAction::Insert || !same {
            row.last_changed = work.tx.stamp.0;
            self.note_changed(&before, &row);
        }
        let shown = record_of(&row)?;
        self.rows.insert(row.id, row);
        Ok((Some(action), shown))
    }

    /// Keeps the names under which articles know the row, the old one and the new one.
    fn note_changed(&mut self, before: &LookUpRow<D>, after: &LookUpRow<D>) {
        let names = self.changed.entry(after.id).or_default();
        for row in [before, after] {
            match D::LIST {
                List::DeliveryCharges => names.extend(row.external_id.clone()),
                _ => names.extend([row.identifier.clone()]),
            }
        }
    }

    fn unique(&self, row: &LookUpRow<D>, name: &'static str) -> Result<(), Failure> {
        let mut others = self.rows.values().filter(|other| other.mandator_id == row.mandator_id && other.id != row.id);
        let taken = others.find_map(|other| match &row.external_id {
            _ if other.identifier == row.identifier => Some((FieldName(name), row.identifier.as_str())),
            Some(external_id) if other.external_id.as_ref() == Some(external_id) => Some((FieldName("external_id"), external_id.as_str())),
            _ => None,
        });
        taken.map_or(Ok(()), |what| Err(Failure::quoting(code::TAKEN, [&what])))
    }
}

/// A key without the blanks around it; one of blanks only is none.
fn trimmed(key: Option<String>) -> Option<String> {
    key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
}

/// The same of a key that an empty element clears.
fn tidy(key: Patch<String>) -> Patch<String> {
    match key {
        Patch::Set(text) => trimmed(Some(text)).map_or(Patch::Clear, Patch::Set),
        kept_or_cleared => kept_or_cleared,
    }
}
