//! The commands, one file each: its arguments, and what it does. `main` parses the command line and calls them.

pub mod about;
pub mod account;
pub mod backup;
pub mod call;
pub mod check;
mod error;
pub mod explain_offer;
pub mod export_offers;
pub mod hash_password;
pub mod import;
pub mod logging;
pub mod mail;
pub mod migrate;
pub mod outbox;
pub mod payments;
pub mod reconcile;
pub mod reload;
pub mod serve;
pub mod show_offer;
mod source;
pub mod wsdl;

use std::io::{self, Write};

use error::Error;

use crate::app;

/// What ends a command early.
#[derive(Debug)]
pub enum Stop {
    /// Exit code 2.
    Usage(String),
    /// Exit code 1.
    Failed(String),
    /// The database belongs to a newer version. Exit code 3.
    NewerDatabase(String),
}

impl From<app::Error> for Stop {
    fn from(error: app::Error) -> Stop {
        match error.is_newer_database() {
            true => Stop::NewerDatabase(format!("kontor: {error}")),
            false => failed(error),
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        match error {
            Error::App(error) => error.into(),
            error => failed(error),
        }
    }
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

/// How a command answers.
#[derive(clap::Args, Clone, Copy, Default)]
pub struct Format {
    /// Answer in JSON, for programs
    #[arg(long)]
    json: bool,
    /// Print nothing if it went well
    #[arg(long, short)]
    quiet: bool,
}

impl Format {
    fn is_json(self) -> bool {
        self.json
    }

    /// `value` for programs, `text` for people.
    fn show(self, value: &serde_json::Value, text: impl FnOnce() -> String) {
        match self {
            Format { quiet: true, .. } => {}
            Format { json: true, .. } => print(&format!("{value:#}\n")),
            Format { .. } => print(&text()),
        }
    }
}

/// What does not end a command, but should not stay so.
fn warn(lines: &[String]) {
    for line in lines {
        let _ = writeln!(io::stderr(), "warning: {line}");
    }
}
