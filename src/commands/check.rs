//! `kontor check`: names every fault of a configuration; with `--connect` also what it finds at database and channels.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;

use super::source::read;
use super::{Stop, failed, print};
use crate::app::{self, DatabaseStanding, Error};
use crate::config::{Overrides, Settings, database};
use crate::connectors::{self, Checkup};
use crate::domain::Reader;
use crate::mail;
use crate::store::Standing;

#[derive(Args)]
pub struct Check {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// Also open the database and log in to the channel of every active account
    #[arg(long)]
    pub(super) connect: bool,
}

pub fn run(arguments: Check) -> Result<(), Stop> {
    let loaded = read(&arguments.config, &Overrides::default())?;
    for warning in &loaded.warnings {
        print(&format!("warning: {warning}\n"));
    }
    let settings = &loaded.settings;
    let unsellable = unsellable(settings);
    if !unsellable.is_empty() {
        return Err(failed(unsellable.join("\n")));
    }
    print(&format!(
        "{}: no faults; users {}, mandators {}, warehouses {}, accounts {}\n",
        arguments.config.display(),
        settings.users.len(),
        settings.mandators.len(),
        settings.warehouses.len(),
        settings.accounts.len(),
    ));
    if let Some(how) = database::how_to_copy(settings.database.expose_secret()) {
        print(&format!("{how}\n"));
    }
    if arguments.connect { connect(settings) } else { Ok(()) }
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
fn connect(settings: &Settings) -> Result<(), Stop> {
    let mut bad = 0;
    match look(settings) {
        Ok(found) => print(&format!("{found}\n")),
        Err(error) => {
            bad += 1;
            print(&format!("FAILED: {error}\n"));
        }
    }
    if let Some(result) = mail::check(settings) {
        bad += usize::from(result.is_err());
        print(&result.map_or_else(|error| format!("mail server: FAILED: {error}\n"), |()| "mail server: ok\n".to_owned()));
    }
    for (account, connector) in app::connectors_of(settings).map_err(failed)? {
        let (good, text) = match connector.check() {
            Ok(found) => told(&found),
            Err(error) => (false, error.to_string()),
        };
        bad += usize::from(!good);
        let word = if good { "ok" } else { "FAILED" };
        print(&format!("account {} ({}): {word}: {text}\n", account.account_id, account.identifier));
    }
    match bad {
        0 => Ok(()),
        _ => Err(failed(format_args!("{bad} of the connections cannot be used; see the lines above that say FAILED"))),
    }
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
