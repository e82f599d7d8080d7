//! The start: puts store, dispatcher and HTTP together. `main` knows only this.

use crate::config::{Settings, database};
use secrecy::{ExposeSecret, SecretString};

/// What one account's channel said to `kontor check --connect`.
#[derive(Debug, Clone)]
pub struct ConnectionReport {
    pub account_id: i32,
    pub identifier: String,
    /// A line for the admin; the reason where the channel could not be used.
    pub result: Result<String, String>,
}

/// Runs until the process is told to stop. `started` is called once, when the listener is bound.
///
/// # Errors
/// One line for the admin: why the gateway could not start or go on.
pub fn serve(settings: Settings, started: impl FnOnce(&Settings)) -> Result<(), String> {
    if let Some(fault) = database::folder_fault(settings.database.expose_secret()) {
        return Err(fault);
    }
    let _ = started;
    Err("not wired yet".to_owned())
}

/// Brings the database to the newest schema; answers with a line on what was done.
pub fn migrate(database: &SecretString) -> Result<String, String> {
    if let Some(fault) = database::folder_fault(database.expose_secret()) {
        return Err(fault);
    }
    Err("not wired yet".to_owned())
}

/// Proves address and credentials of every active account.
pub fn check_connections(_settings: &Settings) -> Result<Vec<ConnectionReport>, String> {
    Err("not wired yet".to_owned())
}

/// The line for a listener that could not be bound.
pub fn bind_fault(settings: &Settings, error: &std::io::Error) -> String {
    let listen = settings.server.listen;
    let remedy = match error.kind() {
        std::io::ErrorKind::AddrInUse => "another program listens there; stop it or choose another port with --listen",
        std::io::ErrorKind::AddrNotAvailable => "this machine has no such address; choose one it has with --listen",
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; choose a higher one with --listen",
        _ => "choose another address with --listen",
    };
    format!("cannot listen on {listen}: {error}; {remedy}")
}
