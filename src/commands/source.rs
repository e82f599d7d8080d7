//! Whose settings and database a command works with.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Stop, usage};
use crate::app;
use crate::carriers;
use crate::config::demo::DEMO_DATABASE;
use crate::config::{Connectors, DEFAULT_LISTEN, Fault, Loaded, Overrides, Settings, database, load};
use crate::connectors;
use crate::support::Desk;

/// Whose settings and database.
#[derive(Args)]
pub struct SettingsSource {
    /// Use the demo's settings instead of a configuration file
    #[arg(long, conflicts_with = "config")]
    pub(super) demo: bool,
    /// The configuration file; without it, the one that KONTOR_CONFIG names
    #[arg(long, value_name = "FILE")]
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
        if self.demo {
            return Ok(Settings::demo(DEFAULT_LISTEN, self.database.as_deref().unwrap_or(DEMO_DATABASE)));
        }
        let config = config_file(self.config).ok_or_else(|| usage("name the configuration with --config or KONTOR_CONFIG"))?;
        Ok(read(&config, &Overrides { listen: None, database: self.database })?.settings)
    }

    /// The settings as they would be with another database.
    pub(super) fn at(&self, database: &str) -> Result<Settings, Stop> {
        let other = SettingsSource { demo: self.demo, config: self.config.clone(), database: Some(database.to_owned()) };
        other.settings()
    }

    /// A support desk at the database of a gateway, which may run meanwhile.
    pub(super) fn desk(self) -> Result<Desk, Stop> {
        let settings = self.settings()?;
        let store = app::open_existing(&settings)?;
        Ok(Desk { settings, store })
    }
}

/// The configuration file of the command line, else of the environment.
pub(super) fn config_file(given: Option<PathBuf>) -> Option<PathBuf> {
    given.or_else(|| std::env::var_os("KONTOR_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from))
}

/// A `--database` of the command line, relative to the current folder.
pub(super) fn check_database(url: &str) -> Result<(), Stop> {
    local("--database", url).map(|_| ())
}

/// A database of the command line as the store takes it.
pub(super) fn local(option: &str, url: &str) -> Result<String, Stop> {
    database::address(Path::new(""), url).map_err(|error| usage(format_args!("{option}: {error}")))
}

pub(super) fn read(config: &Path, overrides: &Overrides) -> Result<Loaded, Stop> {
    load_file(config, overrides).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Stop::Usage(lines.join("\n"))
    })
}

pub(super) fn load_file(config: &Path, overrides: &Overrides) -> Result<Loaded, Vec<Fault>> {
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
}
