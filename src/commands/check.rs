//! `kontor check`: names every fault of a configuration; with `--connect` also what it finds at database and channels.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;

use super::source::{config_file, load_file};
use super::{Format, Stop, failed, usage};
use crate::app::{self, DatabaseStanding, Error};
use crate::config::{Overrides, Settings, database};
use crate::connectors::{self, Checkup};
use crate::domain::Reader;
use crate::mail;
use crate::store::Standing;

#[derive(Args)]
pub struct Check {
    /// The configuration file; without it, the one that KONTOR_CONFIG names
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Also open the database and log in to the channel of every active account
    #[arg(long)]
    pub(super) connect: bool,
    #[command(flatten)]
    format: Format,
}

/// What was connected to, and what came of it.
struct Connection {
    what: String,
    good: bool,
    text: String,
}

pub fn run(arguments: Check) -> Result<(), Stop> {
    let config = config_file(arguments.config).ok_or_else(|| usage("name the configuration with --config or KONTOR_CONFIG"))?;
    let format = arguments.format;
    let loaded = load_file(&config, &Overrides::default()).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        if format.is_json() {
            format.show(&json!({"good": false, "faults": lines}), String::new);
        }
        Stop::Usage(lines.join("\n"))
    })?;
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    let settings = &loaded.settings;
    let unsellable = unsellable(settings);
    let connections = if arguments.connect && unsellable.is_empty() { connect(settings)? } else { Vec::new() };
    let bad = connections.iter().filter(|connection| !connection.good).count();
    let counts = [
        ("users", settings.users.len()),
        ("mandators", settings.mandators.len()),
        ("warehouses", settings.warehouses.len()),
        ("accounts", settings.accounts.len()),
    ];
    let value = json!({
        "good": unsellable.is_empty() && bad == 0,
        "faults": unsellable,
        "warnings": warnings,
        "connections": connections.iter().map(|one| json!({"what": one.what, "good": one.good, "text": one.text})).collect::<Vec<_>>(),
    });
    format.show(&value, || {
        let mut text: String = warnings.iter().map(|warning| format!("warning: {warning}\n")).collect();
        if unsellable.is_empty() {
            let counts = counts.map(|(what, count)| format!("{what} {count}")).join(", ");
            text.push_str(&format!("{}: no faults; {counts}\n", config.display()));
            text.extend(database::how_to_copy(settings.database.expose_secret()).map(|how| format!("{how}\n")));
        }
        text.extend(connections.iter().map(|Connection { what, good, text }| match (what.as_str(), *good) {
            ("database", true) => format!("{text}\n"),
            ("database", false) => format!("FAILED: {text}\n"),
            (what, good) => format!("{what}: {}: {text}\n", if good { "ok" } else { "FAILED" }),
        }));
        text
    });
    if !unsellable.is_empty() {
        return Err(failed(unsellable.join("\n")));
    }
    match bad {
        0 => Ok(()),
        _ => Err(failed(format_args!("{bad} of the connections cannot be used; see the lines above that say FAILED"))),
    }
}

/// Accounts whose channel refuses every price that their lists can have: whatever is uploaded, nothing is on sale. A list that
/// `updatePricelist` changed since may be another one, so the gateway starts nevertheless.
fn unsellable(settings: &Settings) -> Vec<String> {
    let mut found = Vec::new();
    for account in settings.accounts.iter().filter(|account| account.active) {
        let Ok(can) = connectors::capabilities(account) else { continue };
        let own = settings.pricelists.iter().filter(|list| list.mandator_id == account.mandator_id);
        let lists = own.filter(|list| account.pricelists.contains(&list.identifier));
        let refused: Option<Vec<String>> = lists
            .map(|list| {
                let message = can.list_misfit(list.gross, list.currency)?;
                Some(format!("price list \"{}\": {}; {}", list.identifier, message.line(), message.remedy(Reader::ADMIN)))
            })
            .collect();
        found.extend(refused.filter(|lists| !lists.is_empty()).map(|lists| {
            format!("account {} ({}): the channel refuses every offer. {}", account.account_id, account.identifier, lists.join(". "))
        }));
    }
    found
}

/// Looks at the database, and proves address and credentials of every active account.
fn connect(settings: &Settings) -> Result<Vec<Connection>, Stop> {
    let connection = |what: String, result: Result<String, String>| {
        let good = result.is_ok();
        Connection { what, good, text: result.unwrap_or_else(|error| error) }
    };
    let database = look(settings).map(|found| found.to_string()).map_err(|error| error.to_string());
    let mut connections = vec![connection("database".to_owned(), database)];
    let mail = mail::check(settings).map(|result| connection("mail server".to_owned(), result.map(|()| "it takes mails".to_owned())));
    connections.extend(mail);
    for (account, connector) in app::connectors_of(settings)? {
        let (good, text) = match connector.check() {
            Ok(found) => told(&found),
            Err(error) => (false, error.to_string()),
        };
        let result = if good { Ok(text) } else { Err(text) };
        connections.push(connection(format!("account {} ({})", account.account_id, account.identifier), result));
    }
    Ok(connections)
}

/// Whether the login has all the rights that it needs; and what was found.
fn told(found: &Checkup) -> (bool, String) {
    let missing = found.missing.iter().map(|right| {
        let only = if right.optional { "only " } else { "" };
        format!("; the login lacks the right {}, needed {only}for {}", right.right, right.needed_for)
    });
    (found.missing.iter().all(|right| right.optional), format!("{}{}", found.found, missing.collect::<String>()))
}

/// What starting the gateway mends is no failure.
fn look(settings: &Settings) -> Result<DatabaseStanding, Error> {
    let found = app::standing(settings)?;
    match found.standing {
        Standing::Newer(_) => Err(Error::DatabaseStanding(found)),
        Standing::Missing | Standing::Empty | Standing::Older(_) | Standing::Current => Ok(found),
    }
}
