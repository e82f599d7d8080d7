//! The work on the records of one request.

use std::collections::{BTreeMap, BTreeSet};

use super::{By, Changed, Fitting, LookUp, record_of};
use crate::domain::{Failure, FieldName, MandatorId, Patch, code};
use crate::operations::common::ReportAction;
use crate::operations::{Done, Work};
use crate::store::lookups::{self, BY_CALL, BY_CONFIGURATION, List, Listed, LookUpRow};
use crate::store::{Stored, free_id, next_ids};

pub(super) struct Batch<D> {
    rows: BTreeMap<i32, LookUpRow<D>>,
    /// The names by which articles name a changed record, before and after.
    changed: BTreeMap<i32, BTreeSet<String>>,
    /// Records that the call has named, or parts of them.
    taken: BTreeSet<(i32, Option<i32>)>,
    next_id: i32,
    created: usize,
    /// The first number that a new value inside a record can get, and the next one.
    values: (i32, i32),
}

/// What a record names by `significant_key`, and what else it says about its columns.
struct Said {
    mandator_id: MandatorId,
    by: By,
    id: Option<i32>,
    name: Option<String>,
    external_id: Patch<String>,
}

impl Said {
    fn of<R: LookUp>(record: &mut R) -> Said {
        let by = record.by();
        let columns = record.columns();
        Said {
            mandator_id: *columns.mandator_id,
            by,
            id: columns.id.take(),
            name: columns.identifier.take(),
            external_id: columns.external_id.map(std::mem::take).unwrap_or_default(),
        }
    }
}

impl<D: Listed> Batch<D> {
    pub(super) fn read(work: &mut Work<'_, '_>, mandators: &BTreeSet<MandatorId>) -> Result<Batch<D>, Failure> {
        let first_value = D::LIST.value_counter().map_or(Ok(0), |counter| free_id(work.tx, counter))?;
        let mut batch = Batch {
            rows: BTreeMap::new(),
            changed: BTreeMap::new(),
            taken: BTreeSet::new(),
            next_id: free_id(work.tx, D::LIST.counter())?,
            created: 0,
            values: (first_value, first_value),
        };
        for mandator_id in mandators {
            let rows = lookups::of_mandator(&mut work.tx.conn, *mandator_id)?;
            batch.rows.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        Ok(batch)
    }

    pub(super) fn take<R: LookUp<Document = D>>(&mut self, work: &mut Work<'_, '_>, mut record: R) -> Result<Done<R>, Failure> {
        let part = record.part();
        let said = Said::of(&mut record);
        work.mandator(said.mandator_id)?;
        record.resolve(work, &self.rows)?;
        let found = self.find::<R>(&said)?.cloned();
        let action = if found.is_some() { ReportAction::Update } else { ReportAction::Insert };
        let mut row = match found {
            Some(row) => row,
            None => self.new_row(work, R::NAME, &said)?,
        };
        let before = row.clone();
        row.identifier = said.name.unwrap_or(row.identifier);
        said.external_id.onto(&mut row.external_id);
        self.unique(&row, R::NAME)?;
        if row.origin == BY_CONFIGURATION && (row.identifier != before.identifier || row.external_id != before.external_id) {
            return Err(Failure::new(code::SET_IN_CONFIGURATION, [&format!("\"{}\"", before.identifier)]));
        }
        let stored = row.document()?;
        let mut document = stored.clone();
        let mut newer = record.update();
        let mut fitting = Fitting { settings: work.settings, mandator_id: row.mandator_id, next_value: &mut self.values.1 };
        R::fit(&stored, &mut newer, &mut fitting)?;
        R::merge(&mut document, newer);
        if row.identifier != before.identifier {
            R::renamed(&mut document, &before.identifier, &row.identifier);
        }
        R::check_document(&document)?;
        R::follow(work, &row, &stored, &document, &self.rows)?;
        let same = document == stored && row.identifier == before.identifier && row.external_id == before.external_id;
        row.data = Stored::of(&document)?;
        if action == ReportAction::Insert {
            self.next_id = self.next_id.saturating_add(1);
            self.created += 1;
        }
        if !self.taken.insert((row.id, part)) {
            work.advice.add(Failure::new(code::SENT_TWICE, []));
        }
        if action == ReportAction::Insert || !same {
            row.last_changed = work.tx.stamp.0;
            self.note_changed(&before, &row, R::former_names(&document));
        }
        let mut shown: R = record_of(&row)?;
        R::complete(&mut work.tx.conn, std::slice::from_mut(&mut shown))?;
        self.rows.insert(row.id, row);
        Ok((Some(action), shown))
    }

    fn find<R: LookUp>(&self, said: &Said) -> Result<Option<&LookUpRow<D>>, Failure> {
        let mut rows = self.rows.values().filter(|row| row.mandator_id == said.mandator_id);
        Ok(match said.by {
            By::Id => {
                let id = said.id.ok_or_else(|| Failure::missing(R::ID))?;
                Some(rows.find(|row| row.id == id).ok_or_else(|| Failure::quoting(code::UNKNOWN_KEY, [&FieldName(R::ID), &id]))?)
            }
            By::Name => {
                let name = said.name.as_ref().ok_or_else(|| Failure::missing(R::NAME))?;
                rows.find(|row| row.identifier == *name)
            }
            By::ExternalId => {
                let external_id = said.external_id.as_ref().ok_or_else(|| Failure::missing("external_id"))?;
                rows.find(|row| row.external_id.as_ref() == Some(external_id))
            }
        })
    }

    fn new_row(&self, work: &Work<'_, '_>, name: &'static str, said: &Said) -> Result<LookUpRow<D>, Failure> {
        Ok(LookUpRow {
            id: self.next_id,
            mandator_id: said.mandator_id,
            identifier: said.name.clone().ok_or_else(|| Failure::missing(name))?,
            external_id: None,
            origin: BY_CALL,
            created_at: work.tx.stamp.0,
            last_changed: 0,
            data: Stored::default(),
        })
    }

    /// Keeps the names under which articles know the row: those of before, the one it had and the one it has.
    fn note_changed(&mut self, before: &LookUpRow<D>, after: &LookUpRow<D>, former: &[String]) {
        let names = self.changed.entry(after.id).or_default();
        names.extend(former.iter().cloned());
        for row in [before, after] {
            match D::LIST {
                List::DeliveryCharges | List::Manufacturers => names.extend(row.external_id.clone()),
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

    /// Takes the numbers that were given; gives the changed rows.
    pub(super) fn finish(mut self, work: &mut Work<'_, '_>) -> Result<Changed<D>, Failure> {
        if self.created > 0 {
            next_ids(work.tx, D::LIST.counter(), self.created)?;
        }
        let (first, next) = self.values;
        if let (Some(counter), Ok(count @ 1..)) = (D::LIST.value_counter(), usize::try_from(next.saturating_sub(first))) {
            next_ids(work.tx, counter, count)?;
        }
        Ok(self.changed.into_iter().filter_map(|(id, names)| Some((self.rows.remove(&id)?, names))).collect())
    }
}
