//! `kontor serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::source::{self, check_database, read};
use super::{Stop, print, usage};
use crate::app;
use crate::config::demo::{DEMO_DATABASE, banner};
use crate::config::{DEFAULT_LISTEN, Overrides, Settings, Source};

#[derive(Args)]
pub struct Serve {
    /// Run without a configuration file: embedded database, sandbox channel, well-known passwords
    #[arg(long, conflicts_with = "config")]
    pub(super) demo: bool,
    /// The configuration file; without it, the one that KONTOR_CONFIG names
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Listen here instead of at the configured address
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// Use this database instead of the configured one: path of an SQLite file, or postgres://…
    #[arg(long, value_name = "PATH-OR-URL")]
    pub(super) database: Option<String>,
}

pub fn run(arguments: Serve) -> Result<(), Stop> {
    if let Some(url) = &arguments.database {
        check_database(url)?;
    }
    if arguments.demo {
        let database = arguments.database.as_deref().unwrap_or(DEMO_DATABASE);
        let settings = Settings::demo(arguments.listen.unwrap_or(DEFAULT_LISTEN), database);
        return Ok(app::serve(settings, None, |settings| print(&banner(settings)))?);
    }
    let Some(config) = source::config_file(arguments.config) else {
        let text = "serve needs a configuration: copy kontor.example.toml to kontor.toml, edit it and run \
                    `kontor serve --config kontor.toml`; `kontor serve --demo` needs none";
        return Err(usage(text));
    };
    let overrides = Overrides { listen: arguments.listen, database: arguments.database };
    let loaded = read(&config, &overrides)?;
    for warning in &loaded.warnings {
        log::warn!("{warning}");
    }
    let read = move |overrides: &Overrides| source::load_file(&config, overrides);
    let source = Source { overrides, read: Box::new(read) };
    Ok(app::serve(loaded.settings, Some(source), |_| ())?)
}
