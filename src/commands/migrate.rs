//! `kontor migrate`.

use std::path::PathBuf;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::source::{check_database, read};
use super::{Stop, failed, print};
use crate::app;
use crate::config::{Overrides, database};

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Migrate {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    pub(super) database: Option<String>,
}

pub fn run(arguments: Migrate) -> Result<(), Stop> {
    let database = match (arguments.config, arguments.database) {
        (Some(config), _) => read(&config, &Overrides::default())?.settings.database,
        (None, url) => {
            let url = url.unwrap_or_default();
            check_database(&url)?;
            SecretString::from(url)
        }
    };
    let steps = app::migrate(&database).map_err(failed)?;
    let name = database::for_display(database.expose_secret());
    print(&match steps.as_slice() {
        [] => format!("{name}: nothing to do, the schema is up to date\n"),
        steps => format!("{name}: migrated ({})\n", steps.join(", ")),
    });
    Ok(())
}
