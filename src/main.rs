//! The command line, and nothing else: reads arguments, starts the log, sets the exit code.
//!
//! Exit codes: 0 done, 1 failed at run time, 2 wrong usage or a fault in the configuration, 3 the database belongs to a newer
//! version.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use kontor::commands::logging::LogFormat;
use kontor::commands::{
    Stop, about, account, backup, call, check, explain_offer, export_offers, hash_password, import, logging, mail, migrate, outbox,
    payments, reconcile, reload, serve, show_offer, wsdl,
};

#[derive(Parser)]
#[command(name = "kontor", version, about = "The open ERP-to-marketplace gateway", arg_required_else_help = true)]
struct Cli {
    /// How the log is written
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway
    Serve(serve::Serve),
    /// Have the running gateways read their configuration again, without a stop
    Reload(reload::ReloadArguments),
    /// Check a configuration file and name every fault with its line
    Check(check::Check),
    /// Create the database or bring it to the newest schema
    Migrate(migrate::Migrate),
    /// Write all data into one file, while the gateway works
    Backup(backup::Backup),
    /// Fill an empty database and its folders from a backup
    Restore(backup::Restore),
    /// Copy all data into another, empty database, and prove both equal
    Move(backup::Move),
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
    /// Call an operation of a running gateway as an ERP does, and print the answer readably
    Call(call::Call),
    /// Print the WSDL of a face, with all operations or with some
    Wsdl(wsdl::Wsdl),
    /// Prepare users for the configuration
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Print the completions for a shell
    Completions(about::Completions),
    /// Print the manual page, or write one for each command
    Man(about::Man),
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
    let cli = Cli::parse();
    logging::start(cli.log_format);
    let result = match cli.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Reload(arguments) => reload::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Migrate(arguments) => migrate::run(arguments),
        Command::Backup(arguments) => backup::backup(arguments),
        Command::Restore(arguments) => backup::restore(arguments),
        Command::Move(arguments) => backup::relocated(arguments),
        Command::Offer { command: OfferCommand::Explain(arguments) } => explain_offer::run(arguments),
        Command::Offer { command: OfferCommand::Show(arguments) } => show_offer::run(arguments),
        Command::Reconcile(arguments) => reconcile::run(arguments),
        Command::Account { command } => account::run(command),
        Command::Outbox { command } => outbox::run(command),
        Command::Payments { command } => payments::run(command),
        Command::Mail { command } => mail::run(command),
        Command::Call(arguments) => call::run(arguments),
        Command::Wsdl(arguments) => wsdl::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::User { command: UserCommand::Hash(arguments) } => hash_password::run(arguments),
        Command::Completions(arguments) => about::completions(&arguments, Cli::command()),
        Command::Man(arguments) => about::man(&arguments, Cli::command()),
        Command::Export { command: ExportCommand::Offers(arguments) } => export_offers::run(arguments),
    };
    let (text, code) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Usage(text)) => (text, 2),
        Err(Stop::Failed(text)) => (text, 1),
        Err(Stop::NewerDatabase(text)) => (text, 3),
    };
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::from(code)
}
