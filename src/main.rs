//! The command line, and nothing else: reads arguments, starts the log, sets the exit code.
//!
//! Exit codes: 0 done, 1 failed at run time, 2 wrong usage or a fault in the configuration.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kontor::commands::{
    Stop, account, check, explain_offer, export_offers, hash_password, import, mail, migrate, outbox, payments, reconcile, serve,
    show_offer,
};

#[derive(Parser)]
#[command(name = "kontor", version, about = "The open ERP-to-marketplace gateway", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway
    Serve(serve::Serve),
    /// Check a configuration file and name every fault with its line
    Check(check::Check),
    /// Create the database or bring it to the newest schema
    Migrate(migrate::Migrate),
    /// Inspect an offer: what its channel was sent, and why
    Offer {
        #[command(subcommand)]
        command: OfferCommand,
    },
    /// Compare an account's offers with what its channel shows, through the running gateway
    Reconcile(reconcile::Reconcile),
    /// Decide about an account
    Account {
        #[command(subcommand)]
        command: account::Account,
    },
    /// List, inspect, retry and drop pending changes
    Outbox {
        #[command(subcommand)]
        command: outbox::Outbox,
    },
    /// Payments: import statements, see what waits, assign it
    Payments {
        #[command(subcommand)]
        command: payments::Payments,
    },
    /// Mails to buyers: see them before they are sent, find and retry those that were not
    Mail {
        #[command(subcommand)]
        command: mail::Mail,
    },
    /// Move a mandator over from a running CONNECT, or from another Kontor
    Import(import::Import),
    /// Prepare users for the configuration
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Export data as documents of the platform-independent XML exchange
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
}

#[derive(Subcommand)]
enum ExportCommand {
    /// The offers of an account
    Offers(export_offers::ExportOffers),
}

#[derive(Subcommand)]
enum OfferCommand {
    /// Show what an account would list for an item, and the rule behind each value
    Explain(explain_offer::ExplainOffer),
    /// Show an offer: its last known state, pending changes and the latest messages
    Show(show_offer::ShowOffer),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Print the hash of a password, and a [[users]] entry to paste into the configuration
    Hash(hash_password::HashPassword),
}

fn main() -> ExitCode {
    start_log();
    let result = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Migrate(arguments) => migrate::run(arguments),
        Command::Offer { command: OfferCommand::Explain(arguments) } => explain_offer::run(arguments),
        Command::Offer { command: OfferCommand::Show(arguments) } => show_offer::run(arguments),
        Command::Reconcile(arguments) => reconcile::run(arguments),
        Command::Account { command } => account::run(command),
        Command::Outbox { command } => outbox::run(command),
        Command::Payments { command } => payments::run(command),
        Command::Mail { command } => mail::run(command),
        Command::Import(arguments) => import::run(arguments),
        Command::User { command: UserCommand::Hash(arguments) } => hash_password::run(arguments),
        Command::Export { command: ExportCommand::Offers(arguments) } => export_offers::run(arguments),
    };
    let (text, code) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Usage(text)) => (text, 2),
        Err(Stop::Failed(text)) => (text, 1),
    };
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::from(code)
}

/// One line per record, in UTC; a text with line breaks must not look like several records.
fn start_log() {
    let mut builder = env_logger::Builder::new();
    builder.filter_level(log::LevelFilter::Info);
    // What it says at this level, our own line on the address says better.
    builder.filter_module("actix_server", log::LevelFilter::Warn);
    if let Ok(filter) = std::env::var("KONTOR_LOG").or_else(|_| std::env::var("RUST_LOG")) {
        builder.parse_filters(&filter);
    }
    builder.format(|line, record| {
        let text = record.args().to_string().replace(['\n', '\r'], " ");
        writeln!(line, "{} {:5} {}: {text}", line.timestamp_millis(), record.level(), record.target())
    });
    builder.init();
}
