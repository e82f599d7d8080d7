//! Moving over: reads a running CONNECT, or another Kontor, through its own fetch calls, and takes over what it has.
//!
//! Kind by kind, in an order in which everything that is named is there before ([`kinds`]): all records of a kind are read into
//! a temporary file ([`spool`]), and then taken over in small transactions ([`take`]), through the same code as the update calls
//! where there is one. Nothing goes to a channel or a buyer. Each record keeps its number where that is free.

mod element;
mod kinds;
mod places;
mod report;
mod shapes;
mod source;
mod spool;
mod take;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use report::Report;
pub(crate) use source::{Source, SourceError};

use kinds::{KINDS, Kind};
use report::Tally;
use spool::Spool;
use take::Mover;

use crate::config::{Role, Settings, User};
use crate::domain::{Failure, MandatorId};
use crate::preparation;
use crate::store::{Store, Tx};

/// Records of one transaction: few enough that a gateway on the same database does not wait long.
const BATCH: usize = 50;

/// What is imported from where.
pub(crate) struct Import<'i> {
    pub(crate) settings: &'i Settings,
    pub(crate) source: &'i Source,
    /// The address, by which a later import recognises what it took over.
    pub(crate) address: &'i str,
    /// The mandator in the source, and here.
    pub(crate) mandators: (i32, MandatorId),
    pub(crate) rehearsal: bool,
}

/// Why an import stopped. What it took over stays, and the next one goes on there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MovingError {
    #[error("the source: {0}")]
    Source(#[from] SourceError),
    #[error(transparent)]
    Store(#[from] Failure),
    /// What the configuration lacks, line by line.
    #[error("the configuration lacks what the source uses:\n{0}")]
    Places(String),
}

impl Import<'_> {
    /// Imports everything; `progress` hears of each kind when it is done.
    pub(crate) fn run(&self, store: &Store, progress: &mut dyn FnMut(&str)) -> Result<Report, MovingError> {
        let (there, here) = self.mandators;
        let mut report = Report { rehearsal: self.rehearsal, ..Report::default() };
        let checked = places::check(self.source, self.settings, there, here)?;
        if !checked.missing.is_empty() {
            return Err(MovingError::Places(checked.missing.join("\n")));
        }
        report.notes = checked.notes;
        let mover = self.mover();
        match self.rehearsal {
            true => self.rehearse(store, mover, &mut report, progress)?,
            false => {
                let settings = self.settings.clone();
                store.write(move |tx| preparation::know_new_accounts(tx, &settings))?;
                self.take_all(store, &mover, &mut report, progress)?;
            }
        }
        Ok(report)
    }

    fn mover(&self) -> Mover {
        let (there, here) = self.mandators;
        let user = User {
            name: "kontor import".to_owned(),
            password_hash: Default::default(),
            role: Role::Erp,
            mandators: vec![here],
            replay_by_content: false,
            strict: false,
            ws_security: None,
        };
        Mover {
            settings: Arc::new(self.settings.clone()),
            user,
            source: format!("{} {there}", self.address),
            mandator_id: here,
            rehearsal: self.rehearsal,
        }
    }

    /// The records of a kind. What the source refuses is no reason to leave out the rest.
    fn read(&self, kind: &Kind, report: &mut Report) -> Result<Option<Spool>, SourceError> {
        match Spool::fill(self.source, kind, self.mandators.0) {
            Ok(spool) => Ok(Some(spool)),
            Err(SourceError::Lost(reason)) => Err(SourceError::Lost(reason)),
            Err(refused) => {
                report.unread.push(format!("{}: {refused}", kind.name));
                Ok(None)
            }
        }
    }

    fn take_all(&self, store: &Store, mover: &Mover, report: &mut Report, progress: &mut dyn FnMut(&str)) -> Result<(), MovingError> {
        for kind in KINDS {
            let Some(spool) = self.read(kind, report)? else { continue };
            let tally = passes(kind, &spool, &mut |records| {
                let mover = mover.clone();
                store.write(move |tx| mover.take(tx, kind, &records))
            })?;
            progress(&format!("{}: {} records", kind.name, spool.count));
            report.kinds.push((kind.name, tally));
        }
        Ok(())
    }

    /// Everything is read first: the transaction that is undone in the end keeps other writers waiting.
    fn rehearse(&self, store: &Store, mover: Mover, report: &mut Report, progress: &mut dyn FnMut(&str)) -> Result<(), MovingError> {
        let mut spools = Vec::with_capacity(KINDS.len());
        for kind in KINDS {
            if let Some(spool) = self.read(kind, report)? {
                progress(&format!("{}: {} records", kind.name, spool.count));
                spools.push((kind, spool));
            }
        }
        let all = move |tx: &mut Tx<'_>| {
            let mut done = Vec::with_capacity(spools.len());
            let undone = tx.rehearse(|tx| {
                for (kind, spool) in &spools {
                    let tally = passes(kind, spool, &mut |records| tx.savepoint(|tx| mover.take(tx, kind, &records)));
                    match tally {
                        Ok(tally) => done.push((kind.name, tally)),
                        Err(MovingError::Store(failure)) => return Err(failure),
                        Err(other) => return Ok(Err(other)),
                    }
                }
                Ok(Ok(()))
            })?;
            Ok(undone.map(|()| done))
        };
        report.kinds = store.write(all)??;
        Ok(())
    }
}

/// Takes the records of a kind over, and again those that failed as long as that helps: a record may come before the one that it
/// hangs on.
fn passes(kind: &'static Kind, spool: &Spool, take: &mut dyn FnMut(Vec<String>) -> Result<Tally, Failure>) -> Result<Tally, MovingError> {
    let mut all = Tally::default();
    loop {
        let mut pass = Tally::default();
        let mut batches = spool.batches(BATCH)?;
        loop {
            let records = batches.next()?;
            if records.is_empty() {
                break;
            }
            pass.add(take(records)?);
        }
        let (helped, is_first) = (pass.new + pass.changed > 0, all.new + all.changed + all.unchanged == 0);
        all.new += pass.new;
        all.changed += pass.changed;
        if is_first {
            all.unchanged = pass.unchanged;
        }
        all.renumbered.extend(pass.renumbered);
        all.troubles = pass.troubles;
        if all.troubles.is_empty() || !helped || kind.needs.is_empty() {
            return Ok(all);
        }
    }
}
