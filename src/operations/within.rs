//! Calls within a transaction of the caller: how `kontor import` takes records over by the rules of the calls.

use std::collections::BTreeMap;

use super::call::Work;
use super::run::limits;
use super::{Face, find};
use crate::config::{Settings, User};
use crate::domain::{Failure, code};
use crate::store::Tx;
use crate::xml::{Document, Limits, Node};

/// What became of a record that was taken over.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TakenOver {
    /// Its number here.
    pub(crate) id: i32,
    /// Of records inside it: what they are, their number in the source, and their number here.
    pub(crate) inside: Vec<(&'static str, i32, i32)>,
}

/// The names that a record, and the values in it, had before.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FormerlyNamed {
    pub(crate) names: Vec<String>,
    /// Of each value by its name of today.
    pub(crate) values: BTreeMap<String, Vec<String>>,
}

/// Gives what works within the transaction of a caller a place to work in.
pub(crate) fn working<T>(
    tx: &mut Tx<'_>,
    settings: &Settings,
    user: &User,
    work: impl FnOnce(&mut Work<'_, '_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    work(&mut Work::of(tx, settings, user, Face::Compat))
}

/// Handles a document of the compat face. Gives the answer. It is neither answered from the store nor kept there, and nobody
/// waits for channels: what it is to send has to be kept from being sent ([`Tx::quietly`]).
pub(crate) fn handle(work: &mut Work<'_, '_>, operation: &str, document: &str) -> Result<String, Failure> {
    let within = find(operation).and_then(|operation| operation.within);
    let within = within.ok_or_else(|| Failure::new(code::INTERNAL, [&format!("{operation} is no writing call")]))?;
    read(work.settings, document, |node| within(work, node))
}

/// Parses a document that was written here, so that it may have as many records as it likes.
pub(crate) fn read<T>(settings: &Settings, document: &str, work: impl FnOnce(Node<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    let limits = Limits { elements: usize::MAX, entries: usize::MAX, ..limits(&settings.limits) };
    work(Document::parse(document, &limits)?.root())
}
