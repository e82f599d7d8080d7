//! Carriers: the trait that every one implements, and the registry that builds them from the configuration.
//!
//! A carrier speaks one shipping provider's API, or writes files for shipping software. It keeps nothing that a restart may not
//! lose: what is ordered is a row, and its reference finds it again.

mod dhl;
mod file;
mod given;
mod registry;
mod sandbox;

use std::path::Path;

use crate::domain::label::Shipment;
use crate::domain::order_document::{DocumentType, FileKind};

pub(crate) use registry::{Service, build, check};

// One word per carrier: its folder.
registry::carriers!(sandbox, file, dhl);

/// Why a call brought no answer about the parcel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CarrierError {
    /// The carrier has surely made nothing; asking again later is harmless.
    #[error("not reached: {0}")]
    NotReached(String),
    /// It may have made the label.
    #[error("no clear answer: {0}")]
    Unclear(String),
}

/// A file of a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paper {
    pub(crate) document_type: DocumentType,
    pub(crate) kind: FileKind,
    pub(crate) content: Vec<u8>,
}

/// A label that the carrier has made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Label {
    pub(crate) tracking_number: String,
    pub(crate) return_number: Option<String>,
    pub(crate) papers: Vec<Paper>,
    /// What it says beside that, such as an address that it could not check.
    pub(crate) messages: Vec<String>,
}

/// The carrier's word on a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    Label(Label),
    /// It does not take this parcel; asking again unchanged will not help.
    Refused(String),
}

/// What a carrier knows about a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Label(Label),
    Nothing,
    /// It has no way to find that out.
    Unknown,
}

/// One account at a carrier that is called. Calls block.
pub(crate) trait Carrier: Send + Sync {
    /// Orders a label. `reference` is unique, and printed on it where the carrier has a place for it.
    fn make(&self, reference: &str, shipment: &Shipment) -> Result<Made, CarrierError>;

    /// Whether a label was made under this reference; asked before anything is ordered again.
    fn find(&self, reference: &str) -> Result<Found, CarrierError>;

    /// Gives a label back. `Some`: why that is not possible.
    fn cancel(&self, reference: &str, tracking_number: &str) -> Result<Option<String>, CarrierError>;
}

/// A row of an answer of shipping software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) reference: String,
    pub(crate) said: Said,
}

/// What the shipping software made of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Made(String),
    /// It does not take the parcel.
    Refused(String),
    /// Its label was taken back there; with the number that it had, if the row has one.
    Void(Option<String>),
    /// The row cannot be read.
    Broken(String),
}

/// One account at a shipping software that reads files and answers with files.
pub(crate) trait Exchange: Send + Sync {
    /// Where parcels are put.
    fn export_folder(&self) -> &Path;

    /// Where answers come from, and how many bytes one may have.
    fn import_folder(&self) -> (&Path, usize);

    /// The ending of exported files.
    fn ending(&self) -> &'static str;

    /// The values of a parcel, one for each column. `Err`: why they cannot be written as they are.
    fn row(&self, reference: &str, shipment: &Shipment) -> Result<Vec<String>, String>;

    /// The file of these rows. `Err`: why it cannot be written.
    fn file(&self, rows: &[Vec<String>]) -> Result<Vec<u8>, String>;

    /// The rows of an answer. `Err`: the place and the reason why nothing of it can be taken.
    fn answer(&self, bytes: &[u8]) -> Result<Vec<Row>, String>;
}

#[cfg(test)]
mod tests;
