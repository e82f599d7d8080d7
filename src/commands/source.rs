//! Whose settings and database a command works with.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Stop, failed, usage};
use crate::app;
use crate::carriers;
use crate::config::demo::DEMO_DATABASE;
use crate::config::{Connectors, DEFAULT_LISTEN, Loaded, Overrides, Settings, database, load};
use crate::connectors;
use crate::support::Desk;

/// Whose settings and database.
#[derive(Args)]
pub struct SettingsSource {
    /// Use the demo's settings instead of a configuration file
    #[arg(long, conflicts_with = "config")]
    pub(super) demo: bool,
    /// The configuration file
    #[arg(long, value_name = "FILE", required_unless_present = "demo")]
    pub(super) config: Option<PathBuf>,
    /// Use this database instead of the configured one: path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    pub(super) database: Option<String>,
}

impl SettingsSource {
    pub(super) fn settings(self) -> Result<Settings, Stop> {
        if let Some(url) = &self.database {
            check_database(url)?;
        }
        match &self.config {
            Some(config) => Ok(read(config, &Overrides { listen: None, database: self.database })?.settings),
            None => Ok(Settings::demo(DEFAULT_LISTEN, self.database.as_deref().unwrap_or(DEMO_DATABASE))),
        }
    }

    /// A support desk at the database of a gateway, which may run meanwhile.
    pub(super) fn desk(self) -> Result<Desk, Stop> {
        let settings = self.settings()?;
        let store = app::open_existing(&settings).map_err(failed)?;
        Ok(Desk { settings, store })
    }
}

/// A `--database` of the command line, relative to the current folder.
pub(super) fn check_database(url: &str) -> Result<(), Stop> {
    database::address(Path::new(""), url).map(|_| ()).map_err(|error| usage(format_args!("--database: {error}")))
}

pub(super) fn read(config: &Path, overrides: &Overrides) -> Result<Loaded, Stop> {
    load(
        config,
        overrides,
        &Connectors {
            known: connectors::names(),
            check: &|account| connectors::check_settings(account).map_err(|error| error.to_string()),
            files: &connectors::files,
            check_carrier: &|account| carriers::check(account).map_err(|fault| fault.to_string()),
            invents_orders: &connectors::invents_orders,
            mails_buyers: &connectors::mails_buyers,
        },
    )
    .map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Stop::Usage(lines.join("\n"))
    })
}
