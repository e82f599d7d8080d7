//! Why a command could not do what it was asked for.

use thiserror::Error;

use crate::app;
use crate::config::UnknownAccount;
use crate::domain::{Failure, MandatorId};
use crate::payments;

#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    App(#[from] app::Error),
    #[error(transparent)]
    Store(#[from] Failure),
    #[error(transparent)]
    UnknownAccount(#[from] UnknownAccount),
    #[error("account {0} is not active; set active = true and reload the gateway")]
    InactiveAccount(i32),
    #[error("mandator {mandator_id} has no item with the number \"{item}\"; send it with updateItems")]
    UnknownItem { mandator_id: MandatorId, item: String },
    #[error("account {0}: its work was taken away")]
    WorkTakenAway(i32),
    #[error("no gateway works on account {0}; start it, the request is kept and carried out then")]
    NoGateway(i32),
    #[error("the report cannot be read: {0}")]
    Report(#[source] serde_json::Error),
    /// The channel was not compared to the end; what was found, line by line.
    #[error("{0}")]
    NotReconciled(String),
    #[error("several mandators are possible: {0}; choose one with --mandator")]
    WhichMandator(String),
    #[error("there is no mandator {asked} in the configuration; it has {known}")]
    UnknownMandator { asked: i32, known: String },
    #[error("cannot be read: {0}")]
    File(#[source] std::io::Error),
    #[error(transparent)]
    Import(#[from] payments::ImportError),
    #[error("the document cannot be written: {0}")]
    Document(String),
}
