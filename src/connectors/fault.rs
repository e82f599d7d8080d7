//! Why a connector cannot be made from its settings, and why a call to a channel failed.

use crate::domain::AccountId;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

/// Why an account has no connector: something for the admin to put right.
#[derive(Debug, Error)]
pub enum SetupError {
    #[error("account {account_id}, connector: \"{connector}\" is unknown; use one of {known}")]
    UnknownConnector { account_id: AccountId, connector: String, known: String },
    #[error("account {account_id} (connector {connector}), [accounts.settings] {key}: {wrong}; {remedy}")]
    Setting { account_id: AccountId, connector: String, key: String, wrong: String, remedy: String },
    #[error("account {account_id}, [accounts.settings] state_path: {source}")]
    SandboxState { account_id: AccountId, source: StateError },
    #[error("account {account_id}, ca_file: {} {wrong}; name a file with certificates in PEM, or leave it out", path.display())]
    CaFile { account_id: AccountId, path: PathBuf, wrong: String },
    #[error("the HTTP client cannot start: {0}; install the system's CA certificates")]
    Http(#[from] reqwest::Error),
}

/// Why the file of a scripted shop cannot be used.
#[derive(Debug, Error)]
pub enum StateError {
    #[error("{} cannot be {what} ({source}); {}", path.display(), remedy(source))]
    File { path: PathBuf, what: &'static str, source: io::Error },
    #[error("{} is no sandbox state ({source}); move it away and the sandbox starts empty", path.display())]
    Unreadable { path: PathBuf, source: serde_json::Error },
    #[error("{} belongs to account {account_id}; give each account a file of its own", path.display())]
    OfAnotherAccount { path: PathBuf, account_id: AccountId },
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::IsADirectory => "name a file, not a folder",
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "create its folder, or name a file in another one",
        io::ErrorKind::StorageFull => "make room there",
        _ => "give Kontor the right to write there",
    }
}

/// The call as a whole failed: nothing is known about its rows.
#[derive(Debug, Clone, Error)]
pub enum ChannelError {
    /// Transport, time-out, 5xx, 429: climbs the retry ladder.
    #[error("unavailable: {reason}")]
    Unavailable { reason: String, retry_after: Option<Duration> },
    /// Credentials refused: alarm, retried at the ladder's pace.
    #[error("credentials refused: {reason}")]
    Unauthorized { reason: String },
    /// The answer made no sense (a channel's change of contract). Retried, and loud in the log.
    #[error("unexpected answer: {reason}")]
    Protocol { reason: String },
}

impl ChannelError {
    /// The word for it in metrics.
    pub fn word(&self) -> &'static str {
        match self {
            ChannelError::Unavailable { .. } => "unavailable",
            ChannelError::Unauthorized { .. } => "unauthorized",
            ChannelError::Protocol { .. } => "protocol",
        }
    }
}
