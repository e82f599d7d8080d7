//! Whole databases as rows of text, whichever database they are in: for backups, and for the move to another database.
//!
//! A row is a JSON array of its columns in the order of their names. Both databases make and read it themselves, so that no
//! table needs code of its own, and a row reads the same wherever it comes from.

mod fill;
mod read;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub(crate) use fill::{Target, fill, fill_steps};
pub(crate) use read::{Snapshot, is_worked_on, snapshot};

use crate::domain::Failure;

#[derive(Debug, Error)]
pub(crate) enum CopyError {
    #[error(transparent)]
    Database(#[from] Failure),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// One line for the admin: what is wrong, and what to do.
    #[error("{0}")]
    Refused(String),
}

impl CopyError {
    pub(crate) fn file(path: &Path) -> impl Fn(io::Error) -> CopyError {
        move |source| CopyError::File { path: path.to_owned(), source }
    }
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> CopyError {
        CopyError::Database(error.into())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table {
    pub name: String,
    /// In the order of their names.
    pub columns: Vec<Column>,
}

impl Table {
    /// Where a column is in a row.
    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ColumnKind {
    Integer,
    Bigint,
    /// As 0 or 1.
    Boolean,
    Text,
    /// In hexadecimal.
    Binary,
}

impl ColumnKind {
    /// `declared`: as the database names the type, in lower case.
    fn of(declared: &str) -> Option<ColumnKind> {
        Some(match declared {
            "integer" => ColumnKind::Integer,
            "bigint" => ColumnKind::Bigint,
            "boolean" => ColumnKind::Boolean,
            "text" => ColumnKind::Text,
            "blob" | "bytea" => ColumnKind::Binary,
            _ => return None,
        })
    }
}

/// How many rows, and the sum of their digests: the same in whatever order they come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub rows: u64,
    sum: [u64; 4],
}

impl Tally {
    pub(crate) fn add(&mut self, row: &str) {
        self.rows = self.rows.saturating_add(1);
        let digest = Sha256::digest(row);
        for (sum, part) in self.sum.iter_mut().zip(digest.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_be_bytes(*part));
        }
    }

    pub(crate) fn digest(&self) -> String {
        self.sum.iter().map(|part| format!("{part:016x}")).collect()
    }
}

/// A name in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn quoted_all(table: &Table) -> String {
    table.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}
