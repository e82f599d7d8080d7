//! The look-up lists (`item-calls.md` 14 and 15): delivery times, shipping cost categories, kinds of texts and pictures,
//! templates. One way to read and to change them all; [`look_up!`](crate::look_up) declares the calls of a list.

mod batch;
mod declare;
mod tell;

use std::collections::{BTreeMap, BTreeSet};

use super::call::in_mandators;
use super::common::{ReportAction, ReportOf};
use super::cursor::{Asked, Cursor};
use super::wire::{Between, Match, Patch, Record, Records, Value, cond_of, mandator_of, window_of};
use super::{Reading, Refused, Work};
use crate::config::Settings;
use crate::domain::{AccountId, Failure, MandatorId, code};
use crate::store::Conn;
use crate::store::listings::Named;
use crate::store::lookups::{self, Listed, LookUpFilter, LookUpRow};
use crate::store::since::Since;
use batch::Batch;

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
    /// What of the record an update is about, where it says nothing about the rest: records about other parts are no repeats of it.
    fn part(&self) -> Option<i32> {
        None
    }
    fn columns(&mut self) -> Columns<'_>;
    fn update(self) -> Self::Update;
    fn merge(document: &mut Self::Document, newer: Self::Update);
    /// Checks an update against what is stored, and gives new values inside the record their numbers.
    fn fit(_stored: &Self::Document, _newer: &mut Self::Update, _at: &mut Fitting<'_>) -> Result<(), Failure> {
        Ok(())
    }
    /// The record has another name than before.
    fn renamed(_document: &mut Self::Document, _before: &str, _now: &str) {}
    /// Names of before by which it is still meant.
    fn former_names(_document: &Self::Document) -> &[String] {
        &[]
    }
    /// Puts the document into the record.
    fn show(&mut self, document: Self::Document);
    /// Whether the record is whole, once the update is merged into what was stored.
    fn check_document(_document: &Self::Document) -> Result<(), Failure> {
        Ok(())
    }
    /// Finds what the record names beside itself. `rows`: the records of the mandators of the call, as they are by now.
    fn resolve(&mut self, _work: &mut Work<'_, '_>, _rows: &BTreeMap<i32, LookUpRow<Self::Document>>) -> Result<(), Failure> {
        Ok(())
    }
    /// Does what else follows from a change. Its failure refuses the record, and undoes nothing.
    fn follow(
        _work: &mut Work<'_, '_>,
        _row: &LookUpRow<Self::Document>,
        _stored: &Self::Document,
        _document: &Self::Document,
        _rows: &BTreeMap<i32, LookUpRow<Self::Document>>,
    ) -> Result<(), Failure> {
        Ok(())
    }
    /// Puts into records what is not in their documents.
    fn complete(_conn: &mut Conn<'_>, _records: &mut [Self]) -> Result<(), Failure> {
        Ok(())
    }
    /// Without the database; see [`WriteOperation::prepare`](super::WriteOperation::prepare).
    fn check(&self) -> Result<(), Failure> {
        Ok(())
    }
}

/// What an update is checked against beside its record.
pub(crate) struct Fitting<'b> {
    pub settings: &'b Settings,
    pub mandator_id: MandatorId,
    /// The number of the next new value inside a record.
    pub next_value: &'b mut i32,
}

impl Fitting<'_> {
    /// The account must be one of the mandator.
    pub(crate) fn account(&self, account_id: AccountId) -> Result<(), Failure> {
        let known = self.settings.account(account_id).is_some_and(|account| account.mandator_id == self.mandator_id);
        let unknown = || {
            Failure::quoting(code::UNKNOWN_ACCOUNT, [&account_id, &in_mandators(std::iter::once(self.mandator_id))]).within("account_id")
        };
        if known { Ok(()) } else { Err(unknown()) }
    }

    /// A warehouse of the mandator by its code, as the configuration spells it.
    pub(crate) fn warehouse_code(&self, warehouse: &str) -> Result<String, Failure> {
        let known = self.settings.warehouse_by_code(self.mandator_id, warehouse.trim());
        let unknown = || Failure::quoting(code::UNKNOWN_WAREHOUSE, [&warehouse, &self.mandator_id]).within("warehouse_code");
        known.map(|warehouse| warehouse.code.clone()).ok_or_else(unknown)
    }
}

/// What became of a record, for a call that reports in its own form.
pub(crate) struct Outcome<K> {
    pub reference_id: Option<String>,
    pub action: Option<ReportAction>,
    pub keys: Option<K>,
    pub error: Option<(i32, String)>,
}

impl<K: Value> ReportOf for Outcome<K> {
    type Keys = K;

    fn new(reference_id: Option<String>, action: Option<ReportAction>, keys: Option<K>, error: Option<(i32, String)>) -> Self {
        Outcome { reference_id, action, keys, error }
    }

    fn is_failure(&self) -> bool {
        self.error.is_some()
    }
}

impl<K> Outcome<K> {
    pub(crate) fn report<R: ReportOf<Keys = K>>(self) -> R {
        R::new(self.reference_id, self.action, self.keys, self.error)
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
        let (changed, next) = cursor.pick(places);
        let records = changed.iter().filter_map(|place| rows.get(&place.id)).map(record_of);
        let mut records = records.collect::<Result<Vec<R>, _>>()?;
        R::complete(conn, &mut records)?;
        return Ok(Found::Changed(records, next));
    }
    let ids: Vec<i32> = rows.keys().copied().collect();
    let records = reading.page(&ids, per_page, page)?.iter().filter_map(|id| rows.get(id)).map(record_of);
    let mut records = records.collect::<Result<Vec<R>, _>>()?;
    R::complete(conn, &mut records)?;
    Ok(Found::Page(records, ids.len()))
}

/// Creates and changes records. One report each, with the record as it is then.
pub(crate) fn update<R: LookUp, P: ReportOf<Keys = R>>(work: &mut Work<'_, '_>, records: Records<R>) -> Result<Vec<P>, Failure> {
    let good = records.list.iter().filter_map(|record| record.content.as_deref().ok());
    let mandators: BTreeSet<MandatorId> = good.map(|content| *content.clone().columns().mandator_id).collect();
    let mut batch: Batch<R::Document> = Batch::read(work, &mandators)?;
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
    let changed = batch.finish(work)?;
    keep(work, changed)?;
    Ok(reports)
}

/// Records, each with the names by which articles may name it.
pub(crate) type Changed<D> = Vec<(LookUpRow<D>, BTreeSet<String>)>;

/// Stores changed records, and has the offers of the articles that name them sent again.
pub(crate) fn keep<D: Listed>(work: &mut Work<'_, '_>, changed: Changed<D>) -> Result<(), Failure> {
    let (rows, names): (Vec<LookUpRow<D>>, Vec<BTreeSet<String>>) = changed.into_iter().unzip();
    lookups::save(work.tx, &rows)?;
    for (row, names) in rows.iter().zip(names) {
        tell::tell(work, D::LIST, row.mandator_id, &Named { id: row.id, texts: names.into_iter().collect() })?;
    }
    Ok(())
}
