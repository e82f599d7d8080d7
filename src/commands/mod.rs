//! The commands, one file each: its arguments, and what it does. `main` parses the command line and calls them.

pub mod account;
pub mod check;
mod error;
pub mod explain_offer;
pub mod export_offers;
pub mod hash_password;
pub mod import;
pub mod mail;
pub mod migrate;
pub mod outbox;
pub mod payments;
pub mod reconcile;
pub mod serve;
pub mod show_offer;
mod source;

use std::io::{self, Write};

use error::Error;

/// What ends a command early.
#[derive(Debug)]
pub enum Stop {
    /// Exit code 2.
    Usage(String),
    /// Exit code 1.
    Failed(String),
}

fn failed(error: impl std::fmt::Display) -> Stop {
    Stop::Failed(format!("kontor: {error}"))
}

fn usage(text: impl std::fmt::Display) -> Stop {
    Stop::Usage(format!("kontor: {text}"))
}

/// Unlike `print!`, survives a reader that has gone away (`kontor check … | head -1`).
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
