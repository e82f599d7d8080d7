//! The command line, and nothing else: reads arguments, prints, sets the exit code.
//!
//! Exit codes: 0 done, 1 failed at run time, 2 wrong usage or a fault in the configuration.

use std::io::{self, BufRead, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use kontor::config::demo::{DEMO_DATABASE, banner};
use kontor::config::{Connectors, DEFAULT_LISTEN, Loaded, Overrides, Settings, database, load, password};
use kontor::support::{Desk, ListQuery, OfferChoice};
use kontor::{app, connectors};
use secrecy::{ExposeSecret, SecretString};

#[derive(Parser)]
#[command(name = "kontor", version, about = "The open ERP-to-marketplace gateway", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway
    Serve(Serve),
    /// Check a configuration file and name every fault with its line
    Check {
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Also log in at the channel of every active account
        #[arg(long)]
        connect: bool,
    },
    /// Create the database or bring it to the newest schema
    Migrate(Migrate),
    /// Offers: what the channels are told
    Offer {
        #[command(subcommand)]
        command: OfferCommand,
    },
    /// Have the running gateway compare an account's offers with what its channel shows
    Reconcile(Reconcile),
    /// What is on its way to the channels: see it, have it tried again, give it up
    Outbox {
        #[command(subcommand)]
        command: OutboxCommand,
    },
    /// Users of the gateway
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Write data as documents of the platform independent XML exchange
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
}

#[derive(Subcommand)]
enum ExportCommand {
    /// The offers of an account
    Offers(ExportOffers),
}

#[derive(Args)]
struct ExportOffers {
    /// Number of the account
    #[arg(long, value_name = "NUMBER")]
    account: i32,
    #[command(flatten)]
    source: SettingsSource,
    /// Instead of standard output; replaced in one piece when the document is complete
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
struct Reconcile {
    /// Number of the account
    #[arg(long, value_name = "ID")]
    account: i32,
    /// Send again what differs, list missing offers again, end unwanted ones
    #[arg(long)]
    repair: bool,
    /// Make unknown offers of the channel offers of the articles with their SKU or EAN
    #[arg(long)]
    import: bool,
    #[command(flatten)]
    source: SettingsSource,
}

#[derive(Args)]
struct Serve {
    /// Run without a configuration: embedded database, sandbox channel, known passwords
    #[arg(long, conflicts_with = "config")]
    demo: bool,
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Instead of the configured address
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Instead of the configured database: path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    database: Option<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Migrate {
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    database: Option<String>,
}

#[derive(Subcommand)]
enum OfferCommand {
    /// Show what an account would show of an item, and from which rule each value comes
    Explain(Explain),
    /// Show what a channel shows of an item as far as we know, what is on its way, and what the channel last said
    Show(ShowOffer),
}

#[derive(Args)]
struct Explain {
    #[arg(long, value_name = "ID")]
    account: i32,
    /// The merchant's own item number
    #[arg(long, value_name = "NUMBER")]
    item: String,
    #[command(flatten)]
    source: SettingsSource,
}

#[derive(Args)]
struct ShowOffer {
    /// Number of the offer
    #[arg(long, value_name = "ID", conflicts_with_all = ["account", "item"], required_unless_present = "item")]
    offer: Option<i32>,
    #[arg(long, value_name = "ID", requires = "item")]
    account: Option<i32>,
    /// The merchant's own item number
    #[arg(long, value_name = "NUMBER", requires = "account")]
    item: Option<String>,
    #[command(flatten)]
    source: SettingsSource,
}

#[derive(Subcommand)]
enum OutboxCommand {
    /// List what is on its way, the oldest first
    List {
        #[arg(long, value_name = "ID")]
        account: Option<i32>,
        #[arg(long, value_enum)]
        status: Option<Status>,
        /// Most changes that are shown
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Show everything about one change, with what the channel said
    Show {
        /// Number of the change, such as price-12 or fact-7
        change: String,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Have changes tried again now; a running gateway takes them up within a second
    Retry {
        /// Numbers of the changes
        #[arg(required_unless_present = "account", conflicts_with = "account")]
        changes: Vec<String>,
        /// Everything of an account that waits: parked, or to be tried later
        #[arg(long, value_name = "ID")]
        account: Option<i32>,
        /// Of the account only what is parked
        #[arg(long, requires = "account")]
        all_parked: bool,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Give a change up; fetchUploadMessages keeps a trace of it
    Drop {
        /// Number of the change
        change: String,
        #[command(flatten)]
        source: SettingsSource,
    },
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Status {
    Pending,
    Parked,
}

/// Whose settings and database.
#[derive(Args)]
struct SettingsSource {
    /// The demo's settings instead of a configuration
    #[arg(long, conflicts_with = "config")]
    demo: bool,
    #[arg(long, value_name = "FILE", required_unless_present = "demo")]
    config: Option<PathBuf>,
    /// Instead of the configured database: path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    database: Option<String>,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Print the hash of a password, and a [[users]] entry to paste into the configuration
    Hash {
        /// Read one line from standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
    },
}

/// What ends a command early.
enum Stop {
    /// Exit code 2.
    Usage(String),
    /// Exit code 1.
    Failed(String),
}

fn main() -> ExitCode {
    start_log();
    let result = match Cli::parse().command {
        Command::Serve(arguments) => serve(arguments),
        Command::Check { config, connect } => check(&config, connect),
        Command::Migrate(arguments) => migrate(arguments),
        Command::Offer { command: OfferCommand::Explain(arguments) } => explain(arguments),
        Command::Reconcile(arguments) => reconcile(arguments),
        Command::Offer { command: OfferCommand::Show(arguments) } => show_offer(arguments),
        Command::Outbox { command } => outbox(command),
        Command::User { command: UserCommand::Hash { password_stdin } } => hash(password_stdin),
        Command::Export { command: ExportCommand::Offers(arguments) } => export_offers(arguments),
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

fn serve(arguments: Serve) -> Result<(), Stop> {
    if let Some(url) = &arguments.database {
        check_database(url)?;
    }
    if arguments.demo {
        let database = arguments.database.as_deref().unwrap_or(DEMO_DATABASE);
        let settings = Settings::demo(arguments.listen.unwrap_or(DEFAULT_LISTEN), database);
        return app::serve(settings, |settings| print(&banner(settings))).map_err(failed);
    }
    let Some(config) = &arguments.config else {
        let text = "serve needs a configuration: copy kontor.example.toml to kontor.toml, edit it and run \
                    `kontor serve --config kontor.toml`; `kontor serve --demo` needs none";
        return Err(Stop::Usage(format!("kontor: {text}")));
    };
    let overrides = Overrides { listen: arguments.listen, database: arguments.database };
    let loaded = read(config, &overrides)?;
    for warning in &loaded.warnings {
        log::warn!("{warning}");
    }
    app::serve(loaded.settings, |_| ()).map_err(failed)
}

fn check(config: &Path, connect: bool) -> Result<(), Stop> {
    let loaded = read(config, &Overrides::default())?;
    for warning in &loaded.warnings {
        print(&format!("warning: {warning}\n"));
    }
    let settings = &loaded.settings;
    print(&format!(
        "{}: no faults; users {}, mandators {}, warehouses {}, accounts {}\n",
        config.display(),
        settings.users.len(),
        settings.mandators.len(),
        settings.warehouses.len(),
        settings.accounts.len(),
    ));
    if let Some(how) = database::how_to_copy(settings.database.expose_secret()) {
        print(&format!("{how}\n"));
    }
    if !connect {
        return Ok(());
    }
    let connections = app::check_connections(settings).map_err(failed)?;
    let mut bad = usize::from(connections.database.is_err());
    match &connections.database {
        Ok(text) => print(&format!("{text}\n")),
        Err(error) => print(&format!("FAILED: {error}\n")),
    }
    for report in &connections.accounts {
        let (word, text) = match &report.result {
            Ok(text) => ("ok", text.clone()),
            Err(error) => ("FAILED", error.to_string()),
        };
        bad += usize::from(report.result.is_err());
        print(&format!("account {} ({}): {word}: {text}\n", report.account_id, report.identifier));
    }
    match bad {
        0 => Ok(()),
        _ => Err(failed(format!("{bad} of the connections cannot be used; see the lines above that say FAILED"))),
    }
}

fn migrate(arguments: Migrate) -> Result<(), Stop> {
    let database = match (arguments.config, arguments.database) {
        (Some(config), _) => read(&config, &Overrides::default())?.settings.database,
        (None, url) => {
            let url = url.unwrap_or_default();
            check_database(&url)?;
            SecretString::from(url)
        }
    };
    let done = app::migrate(&database).map_err(failed)?;
    print(&format!("{done}\n"));
    Ok(())
}

fn explain(arguments: Explain) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    print(&app::explain(&settings, arguments.account, &arguments.item).map_err(failed)?);
    Ok(())
}

fn show_offer(arguments: ShowOffer) -> Result<(), Stop> {
    let choice = match (arguments.offer, arguments.account, arguments.item) {
        (Some(number), _, _) => OfferChoice::Number(number),
        (None, Some(account), Some(item)) => OfferChoice::Item { account, item },
        _ => return Err(Stop::Usage("kontor: name the offer by --offer, or by --account and --item".to_owned())),
    };
    print(&arguments.source.desk()?.offer(&choice).map_err(failed)?);
    Ok(())
}

fn outbox(command: OutboxCommand) -> Result<(), Stop> {
    let text = match command {
        OutboxCommand::List { account, status, limit, source } => {
            source.desk()?.list(&ListQuery { account, parked: status.map(|status| status == Status::Parked), limit })
        }
        OutboxCommand::Show { change, source } => source.desk()?.show(&change),
        OutboxCommand::Retry { account: Some(account), all_parked, source, .. } => source.desk()?.retry_account(account, all_parked),
        OutboxCommand::Retry { changes, source, .. } => source.desk()?.retry(&changes),
        OutboxCommand::Drop { change, source } => source.desk()?.drop(&change),
    };
    print(&text.map_err(failed)?);
    Ok(())
}

impl SettingsSource {
    fn settings(self) -> Result<Settings, Stop> {
        if let Some(url) = &self.database {
            check_database(url)?;
        }
        match &self.config {
            Some(config) => Ok(read(config, &Overrides { listen: None, database: self.database })?.settings),
            None => Ok(Settings::demo(DEFAULT_LISTEN, self.database.as_deref().unwrap_or(DEMO_DATABASE))),
        }
    }

    fn desk(self) -> Result<Desk, Stop> {
        app::desk(self.settings()?).map_err(failed)
    }
}

fn hash(password_stdin: bool) -> Result<(), Stop> {
    let password = if password_stdin || !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(|e| failed(format!("standard input: {e}")))?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        let ask = |prompt| rpassword::prompt_password(prompt).map_err(|e| failed(format!("terminal: {e}")));
        let first = ask("Password: ")?;
        if ask("Again: ")? != first {
            return Err(Stop::Usage("kontor: the passwords differ; type the same one twice".to_owned()));
        }
        first
    };
    if password.is_empty() {
        return Err(Stop::Usage("kontor: the password is empty; type one of at least one character".to_owned()));
    }
    let hash = password::hash(&password).map_err(failed)?;
    print(&format!("{hash}\n\n[[users]]\nname = \"erp\"\npassword_hash = \"{hash}\"\nrole = \"erp\"\n"));
    Ok(())
}

fn export_offers(arguments: ExportOffers) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    let (document, offers) = app::export_offers(&settings, arguments.account).map_err(failed)?;
    let Some(path) = arguments.output else {
        print(&document);
        return Ok(());
    };
    replace(&path, &document).map_err(|error| failed(format!("{}: {error}", path.display())))?;
    log::info!("{}: {offers} offers of account {}", path.display(), arguments.account);
    Ok(())
}

/// Under another name until it is complete, so that no reader finds half a document.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, text)?;
    std::fs::rename(&part, path)
}

fn reconcile(arguments: Reconcile) -> Result<(), Stop> {
    let settings = arguments.source.settings()?;
    print(&app::reconcile(&settings, arguments.account, arguments.repair, arguments.import).map_err(failed)?);
    Ok(())
}

/// A `--database` of the command line, relative to the current folder.
fn check_database(url: &str) -> Result<(), Stop> {
    database::address(Path::new(""), url).map(|_| ()).map_err(|e| Stop::Usage(format!("kontor: --database: {e}")))
}

fn read(config: &Path, overrides: &Overrides) -> Result<Loaded, Stop> {
    load(
        config,
        overrides,
        &Connectors {
            known: connectors::names(),
            check: &|account| connectors::check_settings(account).map_err(|error| error.to_string()),
        },
    )
    .map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Stop::Usage(lines.join("\n"))
    })
}

fn failed(error: impl std::fmt::Display) -> Stop {
    Stop::Failed(format!("kontor: {error}"))
}

/// Unlike `print!`, survives a reader that has gone away (`kontor check … | head -1`).
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
