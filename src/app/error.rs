//! Why the gateway could not start or go on, or a database cannot be used.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::connectors::SetupError;
use crate::domain::Failure;
use crate::store::Standing;

#[derive(Debug, Error)]
pub enum Error {
    #[error("cannot listen on {listen}: {source}; {}", listen_remedy(source))]
    Listen { listen: SocketAddr, source: io::Error },
    #[error("the HTTP server stopped: {0}")]
    Serve(#[source] io::Error),
    #[error(transparent)]
    Store(#[from] Failure),
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// What is wrong with the settings of a carrier.
    #[error("{0}")]
    Carrier(String),
    /// What is wrong with the place of the database.
    #[error("{0}")]
    DatabasePlace(String),
    #[error("{0}")]
    DatabaseStanding(DatabaseStanding),
}

impl Error {
    /// The database belongs to a newer version: another attempt with this one changes nothing.
    pub(crate) fn is_newer_database(&self) -> bool {
        matches!(self, Error::DatabaseStanding(DatabaseStanding { standing: Standing::Newer(_), .. }))
    }
}

fn listen_remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; stop it or choose another port with --listen",
        io::ErrorKind::AddrNotAvailable => "this machine has no such address; choose one it has with --listen",
        io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; choose a higher one with --listen",
        _ => "choose another address with --listen",
    }
}

/// A database that is not as this program needs it; commands other than `serve` and `migrate` leave it so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("database \"{database}\" {}", text_of(standing))]
pub struct DatabaseStanding {
    /// Without a password.
    pub database: String,
    pub standing: Standing,
}

fn text_of(standing: &Standing) -> String {
    match standing {
        Standing::Missing => "does not exist; run `kontor migrate` first, or name the one that the gateway uses".to_owned(),
        Standing::Empty => "has no tables of Kontor; run `kontor migrate` first".to_owned(),
        Standing::Older(step) => {
            format!("has a schema that is older than this program: {step} is missing; run `kontor migrate` first, or start the new gateway")
        }
        Standing::Current => "has the schema of this program".to_owned(),
        Standing::Newer(step) => {
            format!(
                "has a schema that is newer than this program, which does not know step {step}; use the newer program, or restore a backup of before its first start"
            )
        }
    }
}
