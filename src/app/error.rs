//! Why the gateway or a command could not go on. `main` shows it to the admin.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::config::UnknownAccount;
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
    /// What is wrong with the place of the database.
    #[error("{0}")]
    DatabasePlace(String),
    #[error("{0}")]
    DatabaseStanding(DatabaseStanding),
    #[error(transparent)]
    UnknownAccount(#[from] UnknownAccount),
    #[error("account {0} is not active; set active = true and restart the gateway")]
    InactiveAccount(i32),
    #[error("mandator {mandator_id} has no item with the number \"{item}\"; send it with updateItems")]
    UnknownItem { mandator_id: i32, item: String },
    #[error("account {0}: its work was taken away")]
    WorkTakenAway(i32),
    #[error("no gateway works on account {0}; start it, the request is kept and carried out then")]
    NoGateway(i32),
    #[error("the report cannot be read: {0}")]
    Report(#[source] serde_json::Error),
    /// The channel was not compared to the end; what was found, line by line.
    #[error("{0}")]
    NotReconciled(String),
    #[error("the document cannot be written: {0}")]
    Document(String),
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
#[error("database {database}: {}", text_of(standing))]
pub struct DatabaseStanding {
    /// Without a password.
    pub database: String,
    pub standing: Standing,
}

fn text_of(standing: &Standing) -> String {
    match standing {
        Standing::Missing => "there is no such file; run `kontor migrate` first, or name the one that the gateway uses".to_owned(),
        Standing::Empty => "it has no tables of Kontor; run `kontor migrate` first".to_owned(),
        Standing::Older(step) => {
            format!("its schema is older than this program, {step} is missing; run `kontor migrate` first, or start the new gateway")
        }
        Standing::Current => "its schema is that of this program".to_owned(),
        Standing::Newer(step) => format!("its schema is newer than this program, which does not know step {step}; use the newer program"),
    }
}
