//! `kontor migrate`.

use std::path::PathBuf;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::source::{check_database, config_file, read};
use super::{Format, Stop, usage};
use crate::app;
use crate::config::{Overrides, database};

#[derive(Args)]
pub struct Migrate {
    /// The configuration file; without it, the one that KONTOR_CONFIG names
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub(super) config: Option<PathBuf>,
    /// Path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    pub(super) database: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    format: Format,
}

pub fn run(arguments: Migrate) -> Result<(), Stop> {
    let database = match arguments.database {
        Some(url) => {
            check_database(&url)?;
            SecretString::from(url)
        }
        None => {
            let config = config_file(arguments.config);
            let config =
                config.ok_or_else(|| usage("name the configuration with --config or KONTOR_CONFIG, or the database with --database"))?;
            read(&config, &Overrides::default())?.settings.database
        }
    };
    let url = database.expose_secret();
    let name = database::for_display(url);
    let format = arguments.format;
    let value = |steps: &[String]| json!({"database": name, "steps": steps, "dry_run": arguments.dry_run});
    let nothing = || format!("{name}: nothing to do, the schema is up to date\n");
    if arguments.dry_run {
        let steps = app::rehearse_migration(&database)?;
        let planned = || format!("{}\nnothing was changed; `kontor backup` first makes a way back\n", app::announced(url, &steps));
        format.show(&value(&steps), || if steps.is_empty() { nothing() } else { planned() });
        return Ok(());
    }
    // What is going to happen is said before, on the other output.
    let announce = |steps: &[String]| log::info!("{}", app::announced(url, steps));
    let steps = app::migrate(&database, announce)?;
    format.show(&value(&steps), || if steps.is_empty() { nothing() } else { format!("{name}: migrated ({})\n", steps.join(", ")) });
    Ok(())
}
